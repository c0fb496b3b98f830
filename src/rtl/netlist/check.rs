//! What must hold before a module is printed: later, a tool would say it in worse words.

use std::collections::BTreeSet;

use super::{Item, Module, Parameter};
use crate::error::{Kind, Place, Result};
use crate::identifier::is_keyword;

/// Whether `name` is `[A-Za-z_][A-Za-z0-9_]*` and not a keyword.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !is_keyword(name)
}

/// The checks of one module; every error names it.
pub(super) fn module(module: &Module) -> Result<()> {
    let fail = |problem: String, advice| Err(Kind::BadModule { problem, advice }.at(Place::module(&module.name)));
    let mut names = BTreeSet::new();
    let mut declare = |what: &str, name: &'_ str| {
        if !is_identifier(name) {
            return fail(
                format!("{what} '{name}' is not a Verilog identifier"),
                "use letters, digits and '_', no digit first, no keyword",
            );
        }
        if !names.insert(name.to_string()) {
            return fail(format!("{what} '{name}' is declared twice"), "give it a name of its own");
        }
        Ok(())
    };
    declare("module", &module.name)?;
    for p in &module.parameters {
        declare("parameter", &p.name)?;
    }
    for p in &module.ports {
        declare("port", &p.name)?;
    }
    for w in &module.wires {
        declare("wire", &w.name)?;
    }
    let widths = module.ports.iter().map(|p| (&p.name, p.width)).chain(module.wires.iter().map(|w| (&w.name, w.width)));
    for (name, width) in widths {
        if width == 0 {
            return fail(format!("'{name}' is 0 bits wide"), "give it at least one bit, or leave it out");
        }
    }
    for item in &module.body {
        if let Item::Instance { module: kind, name, parameters, connections } = item {
            declare("instance", name)?;
            let mut pins = BTreeSet::new();
            for pin in parameters.iter().map(|(n, _)| n).chain(connections.iter().map(|(n, _)| n)).chain([kind]) {
                if !is_identifier(pin) {
                    return fail(format!("instance '{name}': '{pin}' is not a Verilog identifier"), "rename it");
                }
            }
            for pin in connections.iter().map(|(n, _)| n) {
                if !pins.insert(pin) {
                    return fail(format!("instance '{name}' connects port '{pin}' twice"), "connect it once");
                }
            }
        }
    }
    for p in &module.parameters {
        parameter(&p.default).or_else(|problem| fail(format!("parameter '{}': {problem}", p.name), "fix the value"))?;
    }
    for item in &module.body {
        match item {
            Item::Instance { name, parameters, connections, .. } => {
                for (p, value) in parameters {
                    parameter(value).or_else(|problem| fail(format!("{name}.{p}: {problem}"), "fix the parameter"))?;
                }
                for (port, to) in connections {
                    let to = if to.trim().is_empty() { "(open)" } else { to };
                    expression(to, &names).or_else(|problem| {
                        fail(
                            format!("{name}.{port}: {problem}"),
                            "connect a port, a wire (named unused_… if nothing reads it) or an expression",
                        )
                    })?;
                }
            }
            Item::Assign { target, expression: source } => {
                for side in [target, source] {
                    let side = if side.trim().is_empty() { "(empty)" } else { side };
                    expression(side, &names).or_else(|problem| {
                        fail(format!("assign {target}: {problem}"), "use ports, wires and parameters of the module")
                    })?;
                }
            }
            Item::Comment(_) | Item::Code(_) => {}
        }
    }
    Ok(())
}

/// A parameter's value, within the ranges that [`Parameter`] documents.
fn parameter(value: &Parameter) -> Result<(), String> {
    match value {
        Parameter::Int(v) if i32::try_from(*v).is_err() => {
            Err(format!("{v} does not fit 32 bits, use a sized literal"))
        }
        Parameter::Sized { width, hex } => {
            if hex.is_empty() || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(format!("'{hex}' is not hexadecimal"));
            }
            let digits = hex.trim_start_matches('0');
            let lead = digits.chars().next().and_then(|c| c.to_digit(16)).map_or(0, |d| u32::BITS - d.leading_zeros());
            let bits = digits.len().saturating_sub(1) as u64 * 4 + u64::from(lead);
            if *width == 0 || bits > u64::from(*width) {
                return Err(format!("a value of {bits} bits in {width} bits"));
            }
            Ok(())
        }
        Parameter::Text(text) if !text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\') => {
            Err(format!("{text:?} is not printable ASCII without '\"' and '\\'"))
        }
        Parameter::Raw(text) if text.trim().is_empty() => Err("it is empty".into()),
        Parameter::Raw(text) => one_line(text),
        _ => Ok(()),
    }
}

/// One line, balanced brackets, nothing that ends the statement or opens a comment.
fn one_line(text: &str) -> Result<(), String> {
    if text.contains(['\n', ';', '"']) || text.contains("//") || text.contains("/*") {
        return Err(format!("{text:?} is not one expression"));
    }
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() != Some(c) => return Err(format!("brackets of '{text}' do not match")),
            _ => {}
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("brackets of '{text}' do not match")) }
}

/// An expression whose every name is declared; numbers (`8'hff`) and system functions (`$signed`) are skipped.
fn expression(text: &str, names: &BTreeSet<String>) -> Result<(), String> {
    one_line(text)?;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = rest[c.len_utf8()..]
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .map_or(rest.len(), |at| at + c.len_utf8());
        let (word, after) = rest.split_at(length);
        match c {
            'a'..='z' | 'A'..='Z' | '_' if !names.contains(word) => {
                return Err(format!("'{word}' is not declared"));
            }
            'a'..='z' | 'A'..='Z' | '_' | '0'..='9' | '\'' | '$' => rest = after,
            _ => rest = &rest[c.len_utf8()..],
        }
    }
    Ok(())
}
