//! `docs/errors.md`: every kind of message that a user may meet, once, with what to do. It is made of the messages that the tests of
//! the command line compare with what the program prints, so it cannot tell what is not so.
//!
//! `VOLLEY_UPDATE_DOCS=1 cargo test --release --test command_line errors::` writes it again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const HEAD: &str = "# What can be wrong

Messages of Volley, by what they name. Each begins with the thing to mend and ends with what to do; the exit code is 2, and nothing was
written. (Exit code 1 is no error: a result is bad, a value of the Verilog differs from the model's for instance.)

This page is made of the tests of the command line (`tests/command_line/cli/`): the program printed every line of it.
";

/// What a message names, in the order of the page.
const KINDS: [(&str, &str); 6] = [
    ("Flags and keys", "The key of a flag or of a TOML file, with its legal values."),
    ("The imported network", "A node of the ONNX graph, by its name and operator."),
    ("Layers", "A layer of the converted network."),
    ("Files and folders", "A path."),
    ("Tools", "A program that Volley runs."),
    ("Boards and lines to them", "A board, or the port that it is at."),
];

fn sources() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command_line/cli");
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let snapshots = std::fs::read_dir(folder.join("snapshots")).unwrap().map(|entry| entry.unwrap().path());
    let is = |path: &PathBuf, extension: &str| path.extension().is_some_and(|found| found == extension);
    let mut paths: Vec<_> = entries.filter(|path| is(path, "rs")).collect();
    paths.extend(snapshots.filter(|path| is(path, "snap")));
    paths.sort();
    paths
}

/// The messages of a file: inline snapshots of a source, or the whole of a snapshot file.
fn messages(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut found = Vec::new();
    if path.extension().is_some_and(|extension| extension == "snap") {
        let body = text.splitn(3, "---\n").nth(2).unwrap();
        found.push(body.trim().to_owned());
    } else {
        found.extend(text.split("@\"").skip(1).map(literal));
        let raw = |rest: &str| rest.split("\n    \"").next().unwrap().replace("\n    ", "\n").trim().to_owned();
        found.extend(text.split("@r\"").chain(text.split("@r#\"")).skip(1).map(raw));
    }
    found.iter().filter_map(|message| message.strip_prefix("error: ")).map(in_one_line).collect()
}

/// Without clap's usage and the note where a key stands, which belong to no single message; of lines that show a place in a file the
/// first and the last.
fn in_one_line(message: &str) -> String {
    let own = message.split("\n\n").next().unwrap().split("\nnote:").next().unwrap();
    match (own.lines().next(), own.lines().next_back()) {
        (Some(first), Some(last)) if first != last => format!("{first} … {last}"),
        _ => own.to_owned(),
    }
}

/// The value of a string literal, whose text begins behind its first quote.
fn literal(rest: &str) -> String {
    let mut value = String::new();
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => match characters.next() {
                Some('n') => value.push('\n'),
                Some(other) => value.push(other),
                None => break,
            },
            other => value.push(other),
        }
    }
    value
}

/// Its place in [`KINDS`].
fn kind(message: &str) -> usize {
    let subject = message.split(": ").next().unwrap();
    let tools = ["verilator", "yosys", "iverilog", "nextpnr", "icepack", "ecppack", "openFPGALoader", "snakemake"];
    match subject {
        _ if subject.starts_with("node '") => 1,
        _ if subject.starts_with("layer '") => 2,
        _ if tools.iter().any(|tool| subject.starts_with(tool)) => 4,
        _ if subject.starts_with("/dev/") || subject == "nowhere" => 5,
        _ if subject.starts_with("--")
            || (subject.starts_with('[') && !subject.contains('/'))
            || message.starts_with("invalid value") =>
        {
            0
        }
        _ if message.starts_with("the argument") => 0,
        _ => 3,
    }
}

/// Two messages of a kind differ only in names, paths and numbers.
fn shape(message: &str) -> String {
    let (_, rest) = message.split_once(": ").unwrap_or(("", message));
    let mut inside = false;
    let letters = rest.chars().filter(|character| {
        if *character == '\'' {
            inside = !inside;
        }
        !inside && character.is_alphabetic()
    });
    letters.collect()
}

#[test]
fn the_page_of_errors_is_what_the_program_prints() {
    let mut seen = BTreeSet::new();
    let mut kinds = vec![Vec::new(); KINDS.len()];
    for message in sources().iter().flat_map(|path| messages(path)) {
        let message = message.replace("[digits]/", "").replace("[folder]/", "");
        if seen.insert(shape(&message)) {
            kinds[kind(&message)].push(message);
        }
    }
    let mut page = HEAD.to_owned();
    for ((title, what), mut messages) in KINDS.iter().zip(kinds) {
        assert!(!messages.is_empty(), "no test of the command line shows a message of '{title}'");
        messages.sort();
        page += &format!("\n## {title}\n\n{what}\n\n");
        for message in messages {
            // Clap's own messages name the flag and its values.
            let says_what_to_do =
                message.contains("; ") || message.starts_with("invalid value") || message.starts_with("the argument");
            assert!(says_what_to_do, "this message does not say what to do: {message}");
            page += &format!("- `{}`\n", message.replace('`', "'"));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    if std::env::var_os("VOLLEY_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stands == page,
        "docs/errors.md is not current; run VOLLEY_UPDATE_DOCS=1 cargo test --release --test command_line errors::"
    );
}
