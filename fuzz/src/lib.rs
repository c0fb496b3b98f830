//! Fuzzing of Volley's readers; `make fuzz` runs every target. `docs/hostile-input.md` has the limits and the results.

pub use support::readers;

use std::alloc::System;

/// A request for more ends the process, and libFuzzer keeps that as a finding: a file must not claim what it does not hold. Twice what
/// a reader may take, since libFuzzer and its corpus use this memory, too.
#[global_allocator]
static MEMORY: cap::Cap<System> = cap::Cap::new(System, 2 * readers::MEMORY);
