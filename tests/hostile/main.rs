//! Files that nobody would write in good faith: the seeds and the findings of the fuzz targets, read again by the same functions under
//! the same limit of memory. `make fuzz` looks for new ones.

use std::alloc::System;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use support::readers;

mod claims;
mod names;
mod seeds;

#[global_allocator]
static MEMORY: cap::Cap<System> = cap::Cap::new(System, usize::MAX);

/// Far above the time of any input, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Does something that must not take long, and not more memory than a reader may.
fn limited<R>(what: &str, work: impl FnOnce() -> R) -> R {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    MEMORY.set_limit(MEMORY.allocated() + readers::MEMORY).unwrap();
    let start = Instant::now();
    let result = work();
    assert!(start.elapsed() < PATIENCE, "{what}: {:?}", start.elapsed());
    MEMORY.set_limit(usize::MAX).unwrap();
    result
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn inputs(target: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(fuzz().join("corpus").join(target)).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 2, "{target} has {} inputs", files.len());
    files
}

#[test]
fn kept_inputs_are_read_or_refused_within_the_limits() {
    for reader in readers::READERS {
        // Things that are made once do not count for the first input.
        (reader.read)(&[]);
        for input in inputs(reader.name) {
            let bytes = std::fs::read(&input).unwrap();
            limited(&input.display().to_string(), || (reader.read)(&bytes));
        }
    }
}

/// By the program itself, since the settings belong to it: with one flag too many, so it only reads them.
#[test]
fn kept_settings_are_read_or_refused() {
    for input in inputs("volley_toml") {
        let bytes = std::fs::read(&input).unwrap();
        readers::volley_toml(&bytes, &|given| {
            let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_volley"));
            let output = program.args(&given[1..]).arg("--no-such-flag").output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{}", input.display());
        });
    }
}

/// A target that is not run, or not replayed here, finds nothing.
#[test]
fn every_target_is_known() {
    let mut targets: Vec<_> =
        std::fs::read_dir(fuzz().join("targets")).unwrap().map(|entry| entry.unwrap().path()).collect();
    targets.sort();
    let mut known: Vec<_> = readers::READERS.map(|reader| reader.name).to_vec();
    known.push("volley_toml");
    known.sort_unstable();
    let found: Vec<_> = targets.iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
    assert_eq!(found, known);
}
