//! The generated structure: modules that only instantiate and connect, and the ROM shells, printed as Verilog-2005.
//!
//! Arithmetic lives in hand-written Verilog. Here is what differs from network to network: which engine, with which parameters,
//! connected to which. A [`Module`] is plain data, and [`print()`] is the only way to text, so **rust-hdl stays behind this file** and
//! could be replaced without touching a caller.
//!
//! What rust-hdl-core prints: the module frame, every port and wire declaration (direction, range, sign), every
//! instance and its named port list, the order of it all. It is driven at run-time widths through its
//! `Block`/`Logic`/`Atom` traits by `generate_verilog_unchecked` (its checker wants a simulatable circuit and panics).
//! What it cannot express, and how it is expressed anyway:
//!
//! - *Parameters of an instance*: rust-hdl has none. An instance is a black box whose *name* carries the text
//!   `comment, assigns in front of it, kind #(.P(1), …)`; rust-hdl prints that name where the module's name belongs.
//! - *A connection to an expression or a local wire*: rust-hdl connects a child's port to a stub `instance$port`
//!   and copies through `reg` and `always @(*)`. `finish` puts the connected expression in the stub's place and drops
//!   the stub. Stubs are the only names with a `$`, thus none survives.
//! - *`wire`*: its local signals are `reg`; the one kind of local that it declares as `wire` is the stub, so wires
//!   are declared as stubs.
//! - *ANSI ports, module parameters, comments, `default_nettype`*: added by `finish` around what was printed.
//!
//! The text depends on the data alone: same module, same bytes.

mod check;
mod rom;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use rust_hdl::core::prelude::{
    Atom, AtomKind, BlackBox, Block, Logic, Probe, TypeDescriptor, TypeKind, VCDValue, Verilog, VerilogLiteral,
    generate_verilog_unchecked,
};

pub use rom::Rom;
pub(super) use rom::{address_bits, rest_file};

use crate::error::{Kind, Place, Result};
use crate::header;

/// Direction of a port, seen from inside the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Driven from outside.
    Input,
    /// Driven by the module.
    Output,
}

/// A port; `width` in bits, at least 1. An empty comment prints none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// A Verilog identifier.
    pub name: String,
    /// Who drives it.
    pub direction: Direction,
    /// Bits, at least 1.
    pub width: u32,
    /// Whether its values are two's complement.
    pub signed: bool,
    /// Printed beside it; empty for none.
    pub comment: String,
}

impl Port {
    /// An unsigned input of `width` bits.
    pub fn input(name: impl Into<String>, width: u32, comment: impl Into<String>) -> Self {
        Port { name: name.into(), direction: Direction::Input, width, signed: false, comment: comment.into() }
    }

    /// An unsigned output (a wire) of `width` bits.
    pub fn output(name: impl Into<String>, width: u32, comment: impl Into<String>) -> Self {
        Port { name: name.into(), direction: Direction::Output, width, signed: false, comment: comment.into() }
    }
}

/// A local wire; `width` in bits, at least 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire {
    /// A Verilog identifier.
    pub name: String,
    /// Bits, at least 1.
    pub width: u32,
}

impl Wire {
    /// A wire of `width` bits.
    pub fn new(name: impl Into<String>, width: u32) -> Self {
        Wire { name: name.into(), width }
    }
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// An unsized decimal, −2³¹ … 2³¹−1 (what Verilog-2005 guarantees for an integer).
    Int(i64),
    /// A sized literal of any width: `width'h<hex>`.
    Sized {
        /// Its bits.
        width: u32,
        /// Its value in hexadecimal digits.
        hex: String,
    },
    /// A string literal, printable ASCII without `"` and `\`.
    Text(String),
    /// An expression, printed as it is.
    Raw(String),
}

/// A parameter of an instance: a size, far below the limit of an `i64`.
pub fn int(name: &str, value: impl TryInto<i64>) -> (String, Parameter) {
    (name.to_string(), Parameter::Int(value.try_into().unwrap_or(i64::MAX)))
}

/// A connection of an instance.
pub fn connect(port: &str, expression: impl Into<String>) -> (String, String) {
    (port.to_string(), expression.into())
}

/// A parameter of the module itself, with its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleParameter {
    /// A Verilog identifier.
    pub name: String,
    /// Its value where an instance sets none.
    pub default: Parameter,
    /// Printed beside it; empty for none.
    pub comment: String,
}

/// An item of a module's body; items are printed in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// One or more lines of comment, after an empty line.
    Comment(String),
    /// `module #(parameters) name (connections)`. An output that nothing reads goes to a wire whose name holds
    /// `unused` (Verilator then knows that it is meant); a port left open would be a warning.
    Instance {
        /// The module that is instantiated.
        module: String,
        /// Name of the instance.
        name: String,
        /// Values by the parameter's name.
        parameters: Vec<(String, Parameter)>,
        /// Expressions by the port's name.
        connections: Vec<(String, String)>,
    },
    /// `assign target = expression;`
    Assign {
        /// What is driven.
        target: String,
        /// What drives it.
        expression: String,
    },
    /// Lines of Verilog printed as they are (memories, processes); names in them are not checked.
    Code(String),
}

/// A Verilog module of structure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// A Verilog identifier.
    pub name: String,
    /// Printed above the module, one `//` line per line.
    pub comment: String,
    /// In the order in which they are printed.
    pub parameters: Vec<ModuleParameter>,
    /// In the order in which they are printed.
    pub ports: Vec<Port>,
    /// Wires between its items.
    pub wires: Vec<Wire>,
    /// What it consists of, in the order in which it is printed.
    pub body: Vec<Item>,
}

/// The parameter of a core, and of every module down to its memories, for the folder of the `.mem` files.
pub const MEMORY_FOLDER: &str = "MEMORY_FOLDER";

/// The declaration of [`MEMORY_FOLDER`].
pub fn memory_folder() -> ModuleParameter {
    ModuleParameter {
        name: MEMORY_FOLDER.into(),
        default: Parameter::Text(".".into()),
        comment: "folder of the .mem files, as seen from where the tool runs".into(),
    }
}

/// [`MEMORY_FOLDER`] handed down to an instance.
pub fn same_memory_folder() -> (String, Parameter) {
    (MEMORY_FOLDER.to_string(), Parameter::Raw(MEMORY_FOLDER.into()))
}

/// The text of one file holding `module`, without its head and in ASCII.
///
/// # Errors
/// [`Kind::BadModule`] for a name that is not a Verilog identifier, a duplicate, a width of 0, or an expression that names nothing in
/// the module.
pub fn print(module: &Module) -> Result<String> {
    check::module(module)?;
    Ok(header::ascii(&finish(module, &generate_verilog_unchecked(&Shell(module)))?))
}

/// A signal as rust-hdl sees it.
struct Signal<'a> {
    kind: AtomKind,
    width: u32,
    signed: bool,
    name: &'a str,
}

impl Atom for Signal<'_> {
    fn bits(&self) -> usize {
        self.width as usize
    }
    fn connected(&self) -> bool {
        true
    }
    fn changed(&self) -> bool {
        false
    }
    fn kind(&self) -> AtomKind {
        self.kind
    }
    fn descriptor(&self) -> TypeDescriptor {
        let width = self.width as usize;
        let kind = if self.signed { TypeKind::Signed(width) } else { TypeKind::Bits(width) };
        TypeDescriptor { name: self.name.to_string(), kind }
    }
    fn vcd(&self) -> VCDValue {
        VCDValue::from(false)
    }
    fn id(&self) -> usize {
        0
    }
    fn verilog(&self) -> VerilogLiteral {
        VerilogLiteral::from(false)
    }
    fn constraints(&self) -> Vec<rust_hdl::core::prelude::PinConstraint> {
        vec![]
    }
}

/// The module as a rust-hdl block.
struct Shell<'a>(&'a Module);

/// An instance as a rust-hdl black box; `kind` carries everything that precedes the instance's name.
struct Child<'a> {
    kind: String,
    name: &'a str,
    connections: &'a [(String, String)],
}

/// Comments of the user carry this mark through rust-hdl, so they cannot be mistaken for its headings.
const COMMENT_MARK: &str = "//$";

fn comment_lines(text: &str, mark: &str) -> String {
    let mut out = String::new();
    for line in text.trim_end().lines() {
        let _ = writeln!(out, "{}", format!("{mark} {line}").trim_end());
    }
    out
}

/// An item that is not an instance.
fn plain_item(item: &Item) -> String {
    match item {
        Item::Comment(text) => format!("\n{}", comment_lines(text, COMMENT_MARK)),
        Item::Assign { target, expression } => format!("assign {target} = {expression};\n"),
        Item::Code(text) => {
            let mut out = String::new();
            for line in text.trim_end().lines() {
                let mark = if line.trim_start().starts_with("//") { COMMENT_MARK } else { "//" };
                let _ = writeln!(out, "{}", line.replacen("//", mark, 1));
            }
            out
        }
        Item::Instance { .. } => String::new(),
    }
}

fn parameter_text(value: &Parameter) -> String {
    match value {
        Parameter::Int(v) => v.to_string(),
        Parameter::Sized { width, hex } => format!("{width}'h{}", hex.to_ascii_lowercase()),
        Parameter::Text(text) => format!("\"{text}\""),
        Parameter::Raw(text) => text.clone(),
    }
}

/// The instances, each with the items between it and the instance before; and the items after the last.
fn children(module: &Module) -> (Vec<Child<'_>>, String) {
    let (mut list, mut lead) = (Vec::new(), String::new());
    for item in &module.body {
        let Item::Instance { module: kind, name, parameters, connections } = item else {
            lead += &plain_item(item);
            continue;
        };
        lead += kind;
        if !parameters.is_empty() {
            let list: Vec<_> =
                parameters.iter().map(|(name, value)| format!("    .{name}({})", parameter_text(value))).collect();
            let _ = write!(lead, " #(\n{}\n)", list.join(",\n"));
        }
        list.push(Child { kind: std::mem::take(&mut lead), name, connections });
    }
    (list, lead)
}

impl Logic for Shell<'_> {
    fn update(&mut self) {}
    fn hdl(&self) -> Verilog {
        Verilog::Custom(children(self.0).1)
    }
}

impl Block for Shell<'_> {
    fn connect_all(&mut self) {}
    fn update_all(&mut self) {}
    fn has_changed(&self) -> bool {
        false
    }
    fn accept(&self, _name: &str, probe: &mut dyn Probe) {
        probe.visit_start_scope(&self.0.name, self);
        for Port { name, direction, width, signed, .. } in &self.0.ports {
            let kind = match direction {
                Direction::Input => AtomKind::InputParameter,
                // "output wire": a module of structure drives its outputs from instances and assigns.
                Direction::Output => AtomKind::OutputPassthrough,
            };
            probe.visit_atom(name, &Signal { kind, width: *width, signed: *signed, name });
        }
        for Wire { name, width } in &self.0.wires {
            let kind = AtomKind::StubOutputSignal;
            probe.visit_atom(name, &Signal { kind, width: *width, signed: false, name });
        }
        for child in children(self.0).0 {
            child.accept(child.name, probe);
        }
        probe.visit_end_scope(&self.0.name, self);
    }
}

impl Logic for Child<'_> {
    fn update(&mut self) {}
    fn hdl(&self) -> Verilog {
        Verilog::Blackbox(BlackBox { code: String::new(), name: self.kind.clone() })
    }
}

impl Block for Child<'_> {
    fn connect_all(&mut self) {}
    fn update_all(&mut self) {}
    fn has_changed(&self) -> bool {
        false
    }
    fn accept(&self, name: &str, probe: &mut dyn Probe) {
        probe.visit_start_scope(name, self);
        for (port, _) in self.connections {
            // Direction and width do not matter: only the stub's declaration shows them, and it is dropped.
            let pin = Signal { kind: AtomKind::InputParameter, width: 1, signed: false, name: port };
            probe.visit_atom(port, &pin);
        }
        probe.visit_end_scope(name, self);
    }
}

/// The part of rust-hdl's text that a line is in; the parts are printed in this order.
#[derive(PartialEq, PartialOrd)]
enum Part {
    Ports,
    Wires,
    Body,
}

/// Makes a file of rust-hdl's text; the head of this module explains each step.
fn finish(module: &Module, printed: &str) -> Result<String> {
    let mut stubs: HashMap<String, &str> = HashMap::new();
    for item in &module.body {
        if let Item::Instance { name, connections, .. } = item {
            stubs.extend(connections.iter().map(|(port, to)| (format!("{name}${port}"), to.as_str())));
        }
    }
    let end = format!("endmodule // {}", module.name);
    let mut part = Part::Ports;
    let mut ports: BTreeMap<&str, String> = BTreeMap::new();
    let (mut wires, mut body) = (String::new(), String::new());
    for line in printed.lines().skip_while(|l| !l.starts_with("module ")).skip(1) {
        let text = line.trim();
        match text {
            "// Module arguments" => continue,
            "// Stub signals" if part < Part::Wires => part = Part::Wires,
            "// Sub module instances" | "// Update code (custom)" => part = Part::Body,
            _ if text == end => break,
            _ if part == Part::Body => body_line(line, &stubs, &mut body),
            _ => {
                let words: Vec<_> = text.trim_end_matches(';').split_whitespace().collect();
                let Some((name, words)) = words.split_last() else { continue };
                if part == Part::Ports {
                    ports.insert(name, words.join(" "));
                } else if !name.contains('$') {
                    let _ = writeln!(wires, "    {} {name};", words.join(" "));
                }
            }
        }
    }
    let mut out = comment_lines(&module.comment, "//");
    out += "`default_nettype none\n\n";
    let _ = write!(out, "module {}", module.name);
    if !module.parameters.is_empty() {
        let lines = module
            .parameters
            .iter()
            .map(|p| (format!("parameter {} = {}", p.name, parameter_text(&p.default)), p.comment.as_str()));
        let _ = write!(out, " #(\n{})", listing(&lines.collect::<Vec<_>>()));
    }
    let mut lines = Vec::new();
    for port in &module.ports {
        let Some(declaration) = ports.get(port.name.as_str()) else {
            let problem = format!("rust-hdl did not print the port '{}'", port.name);
            let advice = "use the pinned rust-hdl 0.46.0";
            return Err(Kind::BadModule { problem, advice }.at(Place::module(&module.name)));
        };
        lines.push((format!("{declaration} {}", port.name), port.comment.as_str()));
    }
    let _ = write!(out, " (\n{});\n", listing(&lines));
    if !wires.is_empty() {
        let _ = write!(out, "\n{wires}");
    }
    let body = body.trim_matches('\n');
    if !body.is_empty() {
        let _ = write!(out, "\n{body}\n");
    }
    out += "\nendmodule\n\n`default_nettype wire\n";
    Ok(out)
}

/// Comma-separated lines with their comments in one column.
fn listing(lines: &[(String, &str)]) -> String {
    let column = lines.iter().map(|(text, _)| text.len() + 1).max().unwrap_or(0);
    let mut out = String::new();
    for (at, (text, comment)) in lines.iter().enumerate() {
        let text = format!("{text}{}", if at + 1 < lines.len() { "," } else { "" });
        let comment = if comment.is_empty() { String::new() } else { format!(" // {}", comment.replace('\n', " ")) };
        let _ = writeln!(out, "    {}", format!("{text:column$}{comment}").trim_end());
    }
    out
}

/// One line of the body: a port gets its connection, a comment loses its mark, an instance an empty line in front.
fn body_line(line: &str, stubs: &HashMap<String, &str>, body: &mut String) {
    let text = line.trim();
    if let Some(rest) = text.strip_prefix('.')
        && let Some((port, stub)) = rest.split_once('(')
        && let (stub, comma) = stub.strip_suffix("),").map_or((stub.trim_end_matches(')'), ""), |s| (s, ","))
        && let Some(to) = stubs.get(stub)
    {
        let _ = writeln!(body, "        .{port}({to}){comma}");
        return;
    }
    if text.is_empty() && body.ends_with("\n\n") {
        return;
    }
    let _ = writeln!(body, "{}", line.replacen(COMMENT_MARK, "//", 1).trim_end());
    if text == ");" {
        body.push('\n');
    }
}
