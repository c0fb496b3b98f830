//! Checks of the documents that a program can make: links and anchors lead somewhere, files and flags that they name exist, and
//! `docs/architecture.md` describes every module.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Folders with nothing that was written for this repository.
const FOREIGN: [&str; 3] = ["target", "build", "node_modules"];

/// All files below `folder` with this extension.
fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            if !name.starts_with('.') && !FOREIGN.contains(&name) {
                files(&path, extension, found);
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
}

fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(root(), "md", &mut found);
    found.sort();
    assert!(found.len() > 20, "{found:?}");
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The lines of a document outside fenced and indented code.
fn prose(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced && !line.starts_with("    ") {
            lines.push(line);
        }
    }
    lines
}

/// A line without its pieces of `code`, and these.
fn split_code(line: &str) -> (String, Vec<&str>) {
    let (mut text, mut code) = (String::new(), Vec::new());
    for (index, part) in line.split('`').enumerate() {
        if index % 2 == 0 { text.push_str(part) } else { code.push(part) }
    }
    (text, code)
}

/// The anchors that GitHub makes of a document's headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut seen = BTreeMap::new();
    for heading in prose(text).iter().filter(|line| line.starts_with('#')) {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|letter| letter.is_alphanumeric() || "-_ ".contains(*letter));
        let slug: String = kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect();
        let times: &mut u32 = seen.entry(slug.clone()).or_default();
        anchors.insert(if *times == 0 { slug } else { format!("{slug}-{times}") });
        *times += 1;
    }
    anchors
}

/// Targets of `[text](target)` and `![text](target)`.
fn links(line: &str) -> Vec<String> {
    let (text, _) = split_code(line);
    text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_string())).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut dead = Vec::new();
    let mut checked = 0;
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for link in prose(&text).into_iter().flat_map(links) {
            if link.starts_with("http://") || link.starts_with("https://") || link.starts_with("mailto:") {
                continue;
            }
            checked += 1;
            let (file, anchor) =
                link.split_once('#').map_or((link.as_str(), None), |(file, anchor)| (file, Some(anchor)));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let there = target.exists()
                && anchor.is_none_or(|anchor| {
                    target.is_file() && anchors(&fs::read_to_string(&target).unwrap()).contains(anchor)
                });
            if !there {
                dead.push(format!("{}: {link}", relative(&path)));
            }
        }
    }
    assert!(checked > 100, "only {checked} links were found");
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}

/// Folders of the repository; a piece of code that begins with one is a path.
const FOLDERS: [&str; 12] = [
    "benches/",
    "constraints/",
    "docs/",
    "examples/",
    "fuzz/",
    "python/",
    "rtl-out/",
    "scripts/",
    "sim/",
    "src/",
    "testbenches/",
    "tests/",
];

/// Past decisions and changes name files by their names at that time.
fn is_history(document: &str) -> bool {
    document == "CHANGELOG.md" || document.starts_with("docs/decisions/")
}

#[test]
fn files_that_are_named_exist() {
    let mut missing = Vec::new();
    for path in documents() {
        let document = relative(&path);
        if is_history(&document) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for code in prose(&text).into_iter().flat_map(|line| split_code(line).1) {
            let is_path = FOLDERS.iter().any(|folder| code.starts_with(folder));
            // `fuzz/corpus/TARGET/` and `src/{rtl,top}/lib/*.v` stand for several paths; findings exist only if there are any.
            let several = code.contains(|letter: char| letter.is_ascii_uppercase() || "*{<… ".contains(letter));
            let made = ["fuzz/artifacts", "fuzz/found"].iter().any(|folder| code.starts_with(folder));
            if is_path && (!several || code.ends_with(".md")) && !made && !root().join(code).exists() {
                missing.push(format!("{document}: {code}"));
            }
        }
    }
    assert!(missing.is_empty(), "files that do not exist:\n{}", missing.join("\n"));
}

/// The calls of volley in a document: lines of code, also of shell blocks, and code within text.
fn calls(text: &str) -> Vec<&str> {
    let within = prose(text).into_iter().flat_map(|line| split_code(line).1);
    let lines = text.lines().map(str::trim);
    lines.chain(within).filter(|code| code.starts_with("volley ")).map(|code| code.split('#').next().unwrap()).collect()
}

#[test]
fn flags_that_are_named_exist() {
    let mut unknown = Vec::new();
    let mut helps = BTreeMap::new();
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for call in calls(&text) {
            let mut words = call.split_whitespace().skip(1);
            let Some(command) =
                words.next().filter(|word| word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'))
            else {
                continue;
            };
            let help = helps.entry(command.to_string()).or_insert_with(|| {
                let ran = Command::new(env!("CARGO_BIN_EXE_volley")).args([command, "--help"]).output().unwrap();
                ran.status.success().then(|| String::from_utf8(ran.stdout).unwrap())
            });
            let known = |flag: &str| {
                let has = |help: &String| {
                    help.split(|letter: char| letter != '-' && !letter.is_alphanumeric()).any(|word| word == flag)
                };
                help.as_ref().is_some_and(has)
            };
            let flags = words.filter(|word| word.starts_with("--")).map(|word| word.split('=').next().unwrap());
            if help.is_none() && !command.starts_with("--") || flags.into_iter().any(|flag| !known(flag)) {
                unknown.push(format!("{}: {call}", relative(&path)));
            }
        }
    }
    assert!(helps.len() > 10, "only {} commands were found", helps.len());
    assert!(unknown.is_empty(), "commands or flags that do not exist:\n{}", unknown.join("\n"));
}

/// The modules of `docs/architecture.md`, in its order.
fn documented_modules() -> Vec<String> {
    let text = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let section = text.split("\n## Modules\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split_once('`').unwrap().0.to_string()).collect()
}

/// The public modules of the library.
fn modules() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let names = text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_string).collect()
}

#[test]
fn every_module_is_described_once() {
    let described = documented_modules();
    assert_eq!(described.iter().cloned().collect::<BTreeSet<_>>(), modules());
    assert_eq!(described.len(), modules().len(), "a module is described twice: {described:?}");
}

/// A length that one can read at a sitting.
const LINES: usize = 600;

#[test]
fn no_source_is_too_long() {
    let mut sources = Vec::new();
    for folder in
        ["src", "tests", "testbenches", "sim", "benches", "fuzz/src", "fuzz/fuzz_targets", "python", "scripts"]
    {
        for extension in ["rs", "v", "py", "cpp", "sh"] {
            if root().join(folder).is_dir() {
                files(&root().join(folder), extension, &mut sources);
            }
        }
    }
    let long = sources.iter().map(|path| (fs::read_to_string(path).unwrap().lines().count(), relative(path)));
    let long: Vec<_> = long.filter(|(lines, _)| *lines > LINES).collect();
    assert!(long.is_empty(), "files of more than {LINES} lines: {long:?}");
}
