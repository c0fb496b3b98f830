//! Volley compiles a trained neural network into a spiking accelerator for an FPGA.
//!
//! Data flows one way through the rooms, and no room imports a later one:
//!
//! ```text
//! import → ann::Network → convert → snn::Network → quantise → fixed_point::Network ─┬→ model    → Trace
//!                                                                                   ├→ schedule → Plan
//!                                                                                   └→ rtl      → Design
//! Design + Trace → cosim → Verdict
//! ```
//!
//! The three networks are plain data with a validator and a readable dump each. The library never prints
//! and never panics on a user's input; every failure is an [`Error`] that says what to do.

pub mod ann;
pub mod board;
pub mod board_sim;
pub mod build;
pub mod convert;
pub mod core_folder;
pub mod cosim;
pub mod data;
pub mod doctor;
pub mod error;
pub mod eval;
pub mod fixed_point;
pub mod folder;
pub mod header;
pub mod host;
pub mod identifier;
pub mod import;
pub mod input;
pub mod mixed_precision;
pub mod model;
pub mod output;
pub mod page;
pub mod plot;
pub mod quantise;
pub mod random;
pub mod rtl;
pub mod schedule;
pub mod shape;
pub mod snn;
pub mod study;
pub mod sums;
pub mod sweep;
pub mod synth;
pub mod tool;
pub mod top;
pub mod words;

pub use error::{Error, Result};
pub use shape::{Padding, Shape};
