//! Outside programs: where they are found, how they are run, and the errors when one is missing or fails.

mod finder;
mod known;
pub(crate) mod verilator;

use std::fmt::{Display, Formatter};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::error::{Error, Kind, Place, Result};
use crate::interrupt;
pub use finder::{Answer, Finder, ask, number, version};
pub use known::{KNOWN, Number, Tool, Version};

/// The name of an option begins with this, twice.
const DASH: char = '-';

/// Lines of a failing tool's output that its error quotes.
const QUOTED_LINES: usize = 20;

/// An option as tools write it: its name after two dashes.
pub(crate) fn option(name: &str) -> String {
    format!("{0}{0}{name}", DASH)
}

/// The name of an option as tools write it.
pub(crate) fn option_name(text: &str) -> Option<&str> {
    text.strip_prefix(DASH)?.strip_prefix(DASH)
}

/// The arguments of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Arguments(Vec<String>);

impl Arguments {
    /// An option without a value.
    pub fn flag(self, name: &str) -> Arguments {
        self.word(option(name))
    }

    /// An option with a value.
    pub fn option(self, name: &str, value: impl Into<String>) -> Arguments {
        self.flag(name).word(value)
    }

    /// Anything else.
    pub fn word(mut self, word: impl Into<String>) -> Arguments {
        self.0.push(word.into());
        self
    }

    /// Several of these.
    pub fn words(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Arguments {
        self.0.extend(words.into_iter().map(Into::into));
        self
    }
}

/// As a line of a Makefile: separated by spaces.
impl Display for Arguments {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// Runs `program` in `dir`.
///
/// # Errors
/// [`Kind::ToolMissing`], [`Kind::ToolNotStarted`], or [`Kind::ToolFailed`] with the last lines of `tool`.
pub(crate) fn run(tool: &str, program: &Path, args: &Arguments, dir: &Path) -> Result<()> {
    let mut text = Vec::new();
    let status = piped(program, args, dir, &mut |line| {
        text.extend_from_slice(line);
        Ok(())
    });
    let status = status.map_err(|error| not_started(tool, program, error))?;
    check(tool, status, &String::from_utf8_lossy(&text))
}

/// Runs `program` in `dir`, writes what it says to the file `log` there, and hands each line to `watch` as it comes.
///
/// # Errors
/// As [`run`], and [`Kind::Unwritable`] for a log that cannot be written.
pub(crate) fn run_logged(
    tool: &str,
    program: &Path,
    args: &Arguments,
    dir: &Path,
    log: &str,
    watch: &mut dyn FnMut(&str),
) -> Result<()> {
    let log = dir.join(log);
    let unwritable = |error| Kind::Unwritable { error }.at(&log);
    let mut file = std::fs::File::create(&log).map_err(unwritable)?;
    let mut text = String::new();
    let mut unwritten = None;
    let status = piped(program, args, dir, &mut |bytes| {
        if let Err(error) = file.write_all(bytes) {
            unwritten = Some(error);
            return Err(ErrorKind::WriteZero.into());
        }
        let line = String::from_utf8_lossy(bytes);
        watch(line.trim_end());
        text.push_str(&line);
        Ok(())
    });
    if let Some(error) = unwritten {
        return Err(unwritable(error));
    }
    check(tool, status.map_err(|error| not_started(tool, program, error))?, &text)
}

/// Runs `program` in `dir` and hands each line of what it says to `each`; a failure of `each` ends the program.
fn piped(
    program: &Path,
    args: &Arguments,
    dir: &Path,
    each: &mut dyn FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<ExitStatus> {
    let (reader, writer) = std::io::pipe()?;
    let mut command = Command::new(program);
    command.args(&args.0).current_dir(dir).stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut started = interrupt::start(&mut command)?;
    // The command holds our ends of the pipe: it must be dropped, or the reader never sees the end.
    drop(command);
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        each(&line)?;
        line.clear();
    }
    started.child.wait()
}

fn not_started(tool: &str, program: &Path, error: std::io::Error) -> Error {
    let program = program.display().to_string();
    let kind = match error.kind() {
        ErrorKind::NotFound => Kind::ToolMissing { program, how_to_get: "" },
        _ => Kind::ToolNotStarted { program, error },
    };
    kind.at(Place::tool(tool))
}

/// Fails if a program failed: with its output from the first line that mentions an error, or else with its last lines.
fn check(tool: &str, status: ExitStatus, text: &str) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    let lines: Vec<_> = text.lines().collect();
    let last = lines.len().saturating_sub(QUOTED_LINES);
    let from = lines.iter().position(|line| line.starts_with("ERROR")).unwrap_or(last);
    let quoted = lines[from..lines.len().min(from + QUOTED_LINES)].join("\n");
    Err(Kind::ToolFailed { status: status.to_string(), output: quoted }.at(Place::tool(tool)))
}

/// What a program says on its error stream, for tests that expect success and silence.
#[cfg(test)]
pub(crate) fn quiet(tool: &str, args: &Arguments, dir: &Path) -> String {
    let out = Command::new(tool).args(&args.0).current_dir(dir).output();
    let out = out.unwrap_or_else(|e| panic!("this test needs '{tool}' on PATH: {e}"));
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.success(), "{tool}: {text}");
    text.trim().into()
}
