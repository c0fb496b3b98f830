#![no_main]
//! `volley.toml`, read as the program reads it, and its keys understood as flags.

#[allow(dead_code, reason = "the commands themselves are not run")]
#[path = "../../src/cli/mod.rs"]
mod cli;

use std::ffi::OsString;

use volley_fuzz::readers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::volley_toml(bytes, &|given: &[OsString]| {
    let _ = cli::understand(given);
}));
