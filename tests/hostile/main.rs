//! Files that nobody would write in good faith: what the fuzz targets start from and once found, read again by the same functions
//! under the same limit of memory. `make fuzz` looks for new ones.

use std::alloc::System;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[path = "../common/mod.rs"]
mod common;
mod names;
#[path = "../../fuzz/src/readers.rs"]
mod readers;
mod seeds;

#[global_allocator]
static MEMORY: cap::Cap<System> = cap::Cap::new(System, usize::MAX);

/// Far above what any of the inputs takes, also on a machine that does other things.
const PATIENCE: Duration = Duration::from_secs(10);

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

#[test]
fn kept_inputs_are_read_or_refused_within_the_limits() {
    for reader in readers::READERS {
        let inputs = readers::kept(&fuzz().join("corpus"), reader.name);
        assert!(inputs.len() >= 2, "{} has {} inputs", reader.name, inputs.len());
        // What is made once does not count as the first input's.
        (reader.read)(&[]);
        for input in inputs {
            let bytes = std::fs::read(&input).unwrap();
            MEMORY.set_limit(MEMORY.allocated() + readers::MEMORY).unwrap();
            let start = Instant::now();
            (reader.read)(&bytes);
            assert!(start.elapsed() < PATIENCE, "{}: {:?}", input.display(), start.elapsed());
            MEMORY.set_limit(usize::MAX).unwrap();
        }
    }
}
