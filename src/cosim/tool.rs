//! Starting outside programs: what is missing is named, what fails is quoted.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

use super::Job;
use crate::{Error, Result};

/// The programs of the simulators: a bare name is looked up on `PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tools {
    pub verilator: PathBuf,
    pub iverilog: PathBuf,
    pub vvp: PathBuf,
}

impl Default for Tools {
    fn default() -> Self {
        Tools { verilator: "verilator".into(), iverilog: "iverilog".into(), vvp: "vvp".into() }
    }
}

/// Lines of a failing tool's output that its error quotes.
const QUOTED_LINES: usize = 20;

/// Runs `program` in `dir`. Fails (naming `tool`) when it cannot be started or reports failure, with its last lines.
pub(super) fn run(tool: &str, program: &Path, args: &[String], dir: &Path) -> Result<()> {
    let output = Command::new(program).args(args).current_dir(dir).stdin(Stdio::null()).output();
    let output = output.map_err(|e| match e.kind() {
        ErrorKind::NotFound => Error::tool(
            tool,
            format!("'{}' was not found", program.display()),
            "install it or put it on PATH; `volley doctor` shows what is there and how to get the rest",
        ),
        _ => Error::tool(tool, format!("'{}' could not be started: {e}", program.display()), "run `volley doctor`"),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let lines: Vec<_> = text.lines().collect();
    let quoted = lines[lines.len().saturating_sub(QUOTED_LINES)..].join("\n");
    Err(Error::tool(tool, format!("failed ({}):\n{quoted}\n", output.status), "mend what it reports"))
}

/// Builds into `dir` unless the very same build stands there: `key` is everything but the Verilog files that the
/// result depends on.
pub(super) fn build_once(job: &Job, dir: &Path, key: &[&str], build: impl FnOnce() -> Result<()>) -> Result<()> {
    let mut hash = Sha256::new();
    for part in key.iter().copied().chain([job.testbench.as_str()]) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    for path in &job.rtl_files {
        let bytes = std::fs::read(path).map_err(|e| Error::io(path, e, "check that the Verilog has been written"))?;
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    let digest: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let stamp = dir.join("built-from");
    if std::fs::read_to_string(&stamp).is_ok_and(|old| old == digest) {
        return Ok(());
    }
    match std::fs::remove_dir_all(dir) {
        Err(e) if e.kind() != ErrorKind::NotFound => {
            return Err(Error::io(dir, e, "choose a work folder that is writable"));
        }
        _ => super::create_dir(dir)?,
    }
    build()?;
    super::write(&stamp, &digest)
}
