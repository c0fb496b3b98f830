//! Programs that a test runs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program that `scripts/install-tools.sh` puts into `.venv`.
pub fn venv(program: &str) -> PathBuf {
    let path = crate::root().join(".venv/bin").join(program);
    assert!(path.is_file(), "no {}: run scripts/install-tools.sh", path.display());
    path
}

/// A program that Volley runs as well, found the way Volley finds it.
pub fn tool(name: &str) -> Command {
    Command::new(volley::tool::Finder::default().require(name).unwrap_or_else(|error| panic!("{error}")))
}

/// The words of a command line. The repository's own path stays whole: there may be spaces in it.
pub fn words(line: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the repository").display().to_string();
    line.replace(&root, "\0").split_whitespace().map(|word| word.replace('\0', &root)).collect()
}

/// Whether a program succeeded, and all that it printed.
pub fn output(command: &mut Command) -> (bool, String) {
    let done = command.stdin(Stdio::null()).output();
    let done = done.unwrap_or_else(|error| panic!("cannot run {command:?}: {error}; run scripts/install-tools.sh"));
    let text = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    (done.status.success(), text)
}

/// What a program printed; the test fails with it if the program fails.
pub fn must(command: &mut Command) -> String {
    let (success, text) = output(command);
    assert!(success, "{command:?} failed; if something is missing, run scripts/install-tools.sh\n{text}");
    text
}

/// What a tool says; an empty text if nothing.
pub fn complaint(command: &mut Command) -> String {
    let (success, text) = output(command);
    if text.trim().is_empty() && !success { format!("{command:?} failed silently") } else { text }
}
