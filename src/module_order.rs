//! Checks that no module imports a later one. The order is the list in the documentation of the crate (`lib.rs`); the imports come from
//! the sources.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The modules in the order of the list in `lib.rs`.
fn order(lib: &str) -> Vec<String> {
    let list = lib.lines().filter_map(|line| line.strip_prefix("//! - ")?.split_once(':'));
    let names = list.flat_map(|(names, _)| names.split(", ").collect::<Vec<_>>());
    names.map(|name| name.trim_matches(['[', ']', '`']).to_string()).collect()
}

/// The modules that `lib` declares, without those that are tests.
fn declared(lib: &str) -> Vec<String> {
    let names = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(String::from).collect()
}

/// What `lib` exports under its own name, and the module that it is in.
fn exported(lib: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for line in lib.lines() {
        let Some((module, items)) = line.strip_prefix("pub use ").and_then(|line| line.split_once("::")) else {
            continue;
        };
        for item in items.trim_matches(['{', '}', ';']).split(", ") {
            found.insert(item.to_string(), module.to_string());
        }
    }
    found
}

/// `text` without comments and without the tests at its end.
fn code(text: &str) -> String {
    let text = text.split_once("#[cfg(test)]\nmod ").map_or(text, |(before, _)| before);
    let lines = text.lines().map(|line| line.split_once("//").map_or(line, |(before, _)| before));
    lines.collect::<Vec<_>>().join("\n")
}

/// The names that follow `crate::` in `code`: `a` in `crate::a::b`, `a` and `b` in `crate::{a::{c, d}, b}`.
fn imports(code: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        let rest = &code[at + path.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut first = true;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => first = true,
                c if first && !c.is_whitespace() => {
                    found.push(word(&group[at..]));
                    first = false;
                }
                _ => {}
            }
        }
    }
    found
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_module_imports_a_later_one() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = std::fs::read_to_string(src.join("lib.rs")).unwrap();
    let (order, exported) = (order(&lib), exported(&lib));
    let place = |module: &str| order.iter().position(|name| name == module);
    let mut listed = order.clone();
    listed.sort();
    assert_eq!(listed, declared(&lib), "the list in lib.rs has each module once");

    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut backwards = Vec::new();
    let mut seen = 0;
    for file in files {
        let inside = file.strip_prefix(&src).unwrap();
        let own = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_string();
        // The command line is another crate, which comes after all modules.
        let Some(own_place) = place(&own) else { continue };
        for name in imports(&code(&std::fs::read_to_string(&file).unwrap())) {
            let module = exported.get(&name).unwrap_or(&name);
            let Some(other) = place(module) else { panic!("{}: crate::{name} is in no module", inside.display()) };
            seen += 1;
            if other > own_place {
                backwards.push(format!("{}: {own} imports {module}, which is later", inside.display()));
            }
        }
    }
    assert!(seen > 100, "only {seen} imports were found");
    assert!(backwards.is_empty(), "{}", backwards.join("\n"));
}

#[test]
fn imports_are_found_in_groups_and_not_in_comments_or_tests() {
    let text = "use crate::a::b;\nuse crate::{Error, c::{d, e},\n  f};\n// crate::g\nfn x() { crate::h::i() }\n\
                #[cfg(test)]\nmod tests { use crate::j; }\n";
    assert_eq!(imports(&code(text)), ["a", "Error", "c", "f", "h"]);
}
