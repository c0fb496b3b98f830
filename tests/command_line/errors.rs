//! `docs/errors.md`: every kind of message that a user may meet, once, with what to do. It is made from the messages that the tests of
//! the command line compare with the program's output, so it is always true.
//!
//! `VOLLEY_UPDATE_DOCS=1 cargo test --release --test command_line errors::` writes it again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const HEAD: &str = "# What can be wrong

Error messages of Volley, sorted by what they are about. Each message begins with the place of the problem and ends with what to do. The
exit code is 2, and nothing was written. (Exit code 1 is not an error: the command ran, but a result is bad. For example, the Verilog and
the model differ.)

This page is generated from the tests of the command line (`tests/command_line/cli/`): the program printed every message in it. A program that uses the
library matches on `volley::error::Kind` instead of texts.
";

const REST: &str = "
## Kinds without a message above

The tests of the command line do not cause these kinds of `volley::error::Kind`; tests of the library do, for most of them.
";

/// The thing that a message names, in the order of the page.
const KINDS: [(&str, &str); 6] = [
    ("Flags", "The message begins with the flag. Each flag is also a key of `volley.toml`."),
    ("The imported network", "The message begins with a node of the ONNX graph: its name and its operator."),
    ("Layers and modules", "The message begins with a layer of the converted network, or with a Verilog module."),
    ("Files and folders", "The message begins with a path."),
    ("Tools", "The message begins with a program that Volley runs."),
    ("Boards and lines to them", "The message begins with the port of a board."),
];

/// Kinds whose texts are free, and a part of a message of each.
const FREE_TEXTS: &[(&str, &str)] = &[
    ("BadBoard", "there is no 'clock' in [pins]"),
    ("BadFold", "it has 0 lanes"),
    ("BadModule", "is not a port that can be connected to a pin"),
    ("Malformed", "TOML parse error"),
    ("OtherNetwork", "this is not a core of the network in"),
    ("Unreadable", "No such file or directory"),
    ("Unsupported", "no flag takes such a value"),
    ("Unwritable", "File exists"),
];

/// Kinds that no test of the command line shows, by their causes.
#[rustfmt::skip]
const NOT_SHOWN: &[(&str, &[&str])] = &[
    ("Unusual settings", &["BaudOutOfReach", "FrameTooLong", "NoFoldingFits", "NoName", "NotUnderstood", "RuntimeWeightsNeedExact", "SetTwice"]),
    ("Unusual networks and images", &[
        "BadGraph", "LabelOutOfRange", "NeverActive", "NoHardware", "NoScale", "NoSpikingForm", "NotFixedPoint",
        "NotRunnable", "OldOperatorSet", "TooWide", "UnsupportedActivation",
    ]),
    ("Damaged or edited files", &[
        "BadChecksum", "BadName", "Changed", "Invalid", "NoBitstream", "NotLoadable", "NotRegular", "NotText", "Unused", "WeightsBuiltIn", "WrongShape",
        "WrongType",
    ]),
    ("Tools that fail", &["ToolFailed", "ToolNotStarted", "ToolOutput", "UndefinedValue"]),
    ("An accelerator or its line", &[
        "FaultyDesign", "FrameLost", "NoAnswer", "NobodyAnswers", "NotAnAccelerator", "OtherDesign", "OtherProtocol", "PortGone", "Refused",
        "WeightsNotLoaded",
    ]),
    ("Programs that use the library", &[
        "BadBench", "Empty", "FrameSize", "Internal", "NoPin", "NoProcessingSystem", "NotAXilinxPart", "NotWritable",
    ]),
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

/// Without clap's usage and the note of a key's place, which do not belong to a single message; of the lines that show a place in a
/// file only the first and the last.
fn in_one_line(message: &str) -> String {
    let own = message.split("\n\n").next().unwrap().split("\nnote:").next().unwrap();
    match (own.lines().next(), own.lines().next_back()) {
        (Some(first), Some(last)) if first != last => format!("{first} … {last}"),
        _ => own.to_owned(),
    }
}

/// The value of a string literal, whose text begins after its first quote.
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
        _ if ["layer '", "module '", "network '"].iter().any(|start| subject.starts_with(start)) => 2,
        _ if tools.iter().any(|tool| subject.starts_with(tool)) => 4,
        _ if subject.starts_with("/dev/") || subject == "nowhere" => 5,
        _ if subject.starts_with("--") || message.starts_with("invalid value") => 0,
        _ if message.starts_with("the argument") => 0,
        _ => 3,
    }
}

/// A kind of the library.
struct Kind {
    name: String,
    /// The first sentence of its documentation.
    meaning: String,
    /// The fixed parts of its text.
    parts: Vec<String>,
}

fn kinds_of_library() -> Vec<Kind> {
    let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/error/kind.rs")).unwrap();
    let mut pieces = source.split("#[error(");
    let mut before = pieces.next().unwrap();
    let mut kinds = Vec::new();
    for rest in pieces {
        let lines: Vec<_> = before.lines().map(str::trim).collect();
        let documentation: Vec<_> = lines.iter().rev().skip_while(|line| line.is_empty()).collect();
        let documentation = documentation.into_iter().map_while(|line| line.strip_prefix("/// "));
        let text = documentation.collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join(" ");
        let first = text.split("; ").next().and_then(|text| text.split(". ").next()).unwrap();
        let meaning = first.trim_end_matches('.').to_owned() + ".";
        let (format, after) = rest.split_once(")]\n").unwrap();
        let name = after.trim().split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned();
        let parts = fixed_parts(&literal(format.split_once('"').unwrap().1));
        kinds.push(Kind { name, meaning, parts });
        before = rest;
    }
    kinds
}

/// What a format string says itself, in pieces.
fn fixed_parts(text: &str) -> Vec<String> {
    let outside = text.split('{').map(|part| part.split_once('}').map_or(part, |(_, after)| after));
    outside.map(str::trim).filter(|part| part.chars().any(char::is_alphabetic)).map(str::to_owned).collect()
}

/// Whether a message has all of `parts`, in their order.
fn says(message: &str, parts: &[String]) -> bool {
    let mut rest = message;
    parts.iter().all(|part| match rest.split_once(part.as_str()) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
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
    page += REST;
    let kinds = kinds_of_library();
    for (cause, names) in NOT_SHOWN {
        page += &format!("\n{cause}:\n\n");
        for name in *names {
            let kind = kinds.iter().find(|kind| kind.name == *name);
            page += &format!("- `{name}`: {}\n", kind.map_or("", |kind| &kind.meaning));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    if std::env::var_os("VOLLEY_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/errors.md is not current; run VOLLEY_UPDATE_DOCS=1 cargo test --release --test command_line errors::"
    );
}

#[test]
fn every_kind_is_on_the_page_or_has_a_reason_not_to_be() {
    let messages: Vec<_> = sources().iter().flat_map(|path| messages(path)).collect();
    let kinds = kinds_of_library();
    assert!(kinds.len() > 50, "only {} kinds were found", kinds.len());
    let missing = kinds.iter().filter(|kind| {
        let free = FREE_TEXTS.iter().find(|(name, _)| *name == kind.name).map(|(_, text)| vec![(*text).to_owned()]);
        assert!(free.is_none() || kind.parts.is_empty(), "{} has a text of its own", kind.name);
        let parts = free.as_ref().unwrap_or(&kind.parts);
        parts.is_empty() || !messages.iter().any(|message| says(message, parts))
    });
    let missing: BTreeSet<_> = missing.map(|kind| kind.name.as_str()).collect();
    assert_eq!(missing, NOT_SHOWN.iter().flat_map(|(_, names)| names.iter().copied()).collect::<BTreeSet<_>>());
}
