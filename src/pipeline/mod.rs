//! The pipeline: from a trained network to Verilog checked in simulation, in a few typed calls.
//!
//! ```text
//! Converter ── convert ──▶ Converted ── generate ──▶ Core ── cosimulate ──▶ Verdict
//!  ONNX and settings        group neurons             Verilog                 equal or not
//! ```
//!
//! Every program of this crate (the command line, sweeps, studies, benches, tests) goes this way. Each call has its type, so there is
//! no core of a network that was not converted, and no verdict of a core that does not exist:
//!
//! | call | does |
//! |---|---|
//! | [`Converter::open`], [`Converter::from_bytes`] | imports an ONNX file ([`crate::import`]) |
//! | [`Converter::convert`] | replaces activations by group neurons ([`crate::convert`]), calibrates, chooses weight bits |
//! | [`Converted::fit`] | chooses the folding of each layer for a board ([`crate::schedule::solver`]) |
//! | [`Converted::generate`] | rounds to integers ([`crate::quantise`]), lays out ([`crate::schedule`]), writes Verilog ([`crate::rtl`]) |
//! | [`Core::cosimulate`] | runs the Verilog in a simulator and compares each value with the model ([`crate::cosim`]) |
//!
//! [`crate::folder`] keeps a [`Converted`] on disk, [`crate::core_folder`] a [`Core`].

mod converted;
mod converter;
mod core;
mod fit;

pub use converted::Converted;
pub use converter::{Converter, Phase};
pub use core::Core;
pub use fit::{DEFAULT_MARGIN, Fit, Target, activities};
