//! Builds that are kept for the next run.

use std::io::ErrorKind;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::Job;
use crate::error::{Artefact, Kind, Result};

/// Builds into `dir` unless the very same build is there: `key` is everything that the result depends on, except the Verilog files.
pub(super) fn build_once(job: &Job, dir: &Path, key: &[&str], build: impl FnOnce() -> Result<()>) -> Result<()> {
    let mut hash = Sha256::new();
    for part in key.iter().copied().chain([job.testbench.as_str()]) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    for path in &job.rtl_files {
        let bytes =
            std::fs::read(path).map_err(|error| Kind::Unreadable { wanted: Artefact::Verilog, error }.at(path))?;
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
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(Kind::Unwritable { error }.at(dir));
        }
        _ => super::create_dir(dir)?,
    }
    build()?;
    super::write(&stamp, &digest)
}
