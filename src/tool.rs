//! Outside programs: where they are found, and what is said when one is missing or fails.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::{Error, Result};

/// Where `scripts/install-tools.sh` puts tools, below the current folder.
const PROJECT_FOLDER: &str = ".venv/bin";

/// Lines of a failing tool's output that its error quotes.
const QUOTED_LINES: usize = 20;

/// The folders in which programs are looked for: `first` if given, `PATH`, and `.venv/bin` of the current folder.
pub fn folders(first: Option<&Path>) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = first.map(Path::to_path_buf).into_iter().chain(std::env::split_paths(&path));
    folders.chain([PROJECT_FOLDER.into()]).collect()
}

/// The first program in `folders` that has one of the names, which are tried in their order in each folder.
pub fn find(names: &[&str], folders: &[PathBuf]) -> Option<PathBuf> {
    let paths = folders.iter().flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    // Absolute, since a tool is started in another folder than this one.
    paths.filter(|path| is_program(path)).find_map(|path| std::path::absolute(path).ok())
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// Runs `program` in `dir`.
///
/// # Errors
/// [`Error::Tool`] naming `tool` when it cannot be started or reports failure, with its last lines.
pub(crate) fn run(tool: &str, program: &Path, args: &[impl AsRef<OsStr>], dir: &Path) -> Result<()> {
    let output = Command::new(program).args(args).current_dir(dir).stdin(Stdio::null()).output();
    let output = output.map_err(|error| not_started(tool, program, &error))?;
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    check(tool, output.status, &text)
}

/// Runs `program` in `dir`, writes what it says to the file `log` there, and hands each line to `watch` as it comes.
///
/// # Errors
/// As [`run`], and [`Error::Io`] for a log that cannot be written.
pub(crate) fn run_logged(
    tool: &str,
    program: &Path,
    args: &[impl AsRef<OsStr>],
    dir: &Path,
    log: &str,
    watch: &mut dyn FnMut(&str),
) -> Result<()> {
    let log = dir.join(log);
    let unwritable = |source| Error::io(&log, source, "check the free space and the permissions");
    let mut file = std::fs::File::create(&log).map_err(unwritable)?;
    let started = std::io::pipe().and_then(|(reader, writer)| {
        let mut command = Command::new(program);
        command.args(args).current_dir(dir).stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        // The command holds our ends of the pipe: it must go, or the reader never sees the end.
        Ok((command.spawn()?, reader))
    });
    let (mut child, reader) = started.map_err(|error| not_started(tool, program, &error))?;
    let mut text = String::new();
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    let read = loop {
        bytes.clear();
        match reader.read_until(b'\n', &mut bytes) {
            Ok(0) => break Ok(()),
            Ok(_) => {
                if let Err(error) = file.write_all(&bytes) {
                    break Err(error);
                }
                let line = String::from_utf8_lossy(&bytes);
                watch(line.trim_end());
                text.push_str(&line);
            }
            Err(error) => break Err(error),
        }
    };
    if read.is_err() {
        // Nothing more can be done about a tool that will not be stopped.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| not_started(tool, program, &error))?;
    read.map_err(unwritable)?;
    check(tool, status, &text)
}

fn not_started(tool: &str, program: &Path, error: &std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::NotFound => Error::tool(
            tool,
            format!("'{}' was not found", program.display()),
            "install it or put it on PATH; `volley doctor` shows what is there and how to get the rest",
        ),
        _ => Error::tool(tool, format!("'{}' could not be started: {error}", program.display()), "run `volley doctor`"),
    }
}

/// Fails if a program did: with what it says from its first line that speaks of an error, or else its last lines.
fn check(tool: &str, status: ExitStatus, text: &str) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    let lines: Vec<_> = text.lines().collect();
    let last = lines.len().saturating_sub(QUOTED_LINES);
    let from = lines.iter().position(|line| line.starts_with("ERROR")).unwrap_or(last);
    let quoted = lines[from..lines.len().min(from + QUOTED_LINES)].join("\n");
    Err(Error::tool(tool, format!("failed ({status}):\n{quoted}\n"), "mend what it reports"))
}
