//! What a command prints: results on stdout, notes beside them on stderr.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use volley::identifier::is_printable;
use volley::table::Table;

/// Columns of a terminal whose size is not known.
const COLUMNS: usize = 100;

/// Whether tables may be wider than the terminal.
static WIDE: AtomicBool = AtomicBool::new(false);

/// Print all columns of tables, however wide they are, if `wide`.
pub fn set_wide(wide: bool) {
    WIDE.store(wide, Ordering::Relaxed);
}

/// Prints to stdout, for people.
pub fn say(text: impl AsRef<str>) -> Result<()> {
    put(&shown(text.as_ref()))
}

/// Prints to stdout. `println!` would panic when the reader has gone.
fn put(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// Version of what `--json` prints. A key that changes its name or meaning makes a new one; new keys do not.
const SCHEMA: u32 = 1;

#[derive(serde::Serialize)]
struct Versioned<'v, V> {
    schema: u32,
    #[serde(flatten)]
    value: &'v V,
}

/// Prints an object for machines.
pub fn say_json(value: &impl serde::Serialize) -> Result<()> {
    put(&serde_json::to_string_pretty(&Versioned { schema: SCHEMA, value })?)
}

/// Prints a table so that it fits the terminal.
pub fn say_table(table: &Table) -> Result<()> {
    if WIDE.load(Ordering::Relaxed) {
        return say(table.text());
    }
    let columns = console::Term::stdout().size_checked().map_or(COLUMNS, |(_, columns)| usize::from(columns).max(40));
    let (text, left_out) = table.text_within(columns);
    say(text)?;
    if left_out.is_empty() { Ok(()) } else { say(format!("({} with --wide)", left_out.join(", "))) }
}

/// What the user called, for a shell: shown where it leads to a result again.
pub fn called() -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+@%".contains(c);
    let quoted = |word: String| match word.chars().all(plain) && !word.is_empty() {
        true => word,
        false => format!("'{}'", word.replace('\'', r"'\''")),
    };
    let words = std::env::args_os().skip(1).map(|word| quoted(word.to_string_lossy().into_owned()));
    std::iter::once("volley".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// Tells, beside the output, what may make it other than expected.
pub fn notes(notes: impl IntoIterator<Item: AsRef<str>>) {
    for note in notes {
        eprintln!("note: {}", shown(note.as_ref()));
    }
}

/// A limit is the most images that are used; more than there are may be a mistake.
pub fn note_limit(path: &Path, limit: Option<usize>, found: usize) {
    if let Some(limit) = limit.filter(|limit| *limit > found) {
        notes([format!(
            "{} has {found} images, fewer than the {limit} that were asked for: all are used",
            path.display()
        )]);
    }
}

/// A text that may quote a file, made safe for a terminal.
pub fn shown(message: &str) -> String {
    message.chars().map(|c| if c == '\n' || is_printable(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}
