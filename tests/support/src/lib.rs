//! What the tests share: networks made by hand, the zoo, the bundled digits, a second implementation of the dynamics, and the programs
//! that tests run. One crate, so each part is compiled once and unused parts are seen.

pub mod case;
pub mod command;
pub mod contents;
pub mod digits;
pub mod dynamics;
pub mod folds;
pub mod generated;
pub mod onnx;
pub mod readers;
pub mod yosys;
pub mod zoo;

use std::path::Path;

/// The folder of the repository.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
