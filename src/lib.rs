//! Volley compiles a trained neural network into a spiking accelerator for an FPGA.
//!
//! Data flows one way:
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
//! `docs/glossary.md` says what every word means.
//!
//! # Modules
//!
//! No module imports one that is later in this list; a test checks it (`src/module_order.rs`).
//!
//! What everything else uses:
//!
//! - [`error`]: what can go wrong
//! - [`shape`]: sizes of maps and windows
//! - [`identifier`]: names that are safe in Verilog and in files
//! - [`header`]: the head of every file that is written for other tools
//! - [`input`], [`output`]: reading untrusted files; writing files and folders whole or not at all
//! - [`sums`]: SHA-256 of a folder's files
//! - [`tool`]: finding and running outside programs
//! - [`doctor`]: which programs are here, and how to get the others
//! - [`words`]: settings that are one of a few words
//! - [`numbers`]: how numbers and lists of them are written and read
//! - [`plot`], [`table`], [`page`]: charts, tables, and pages of HTML
//! - [`fpga`]: FPGA families and their resources
//! - [`data`]: images and labels
//!
//! From ONNX to integers:
//!
//! - [`ann`]: the imported network
//! - [`import`]: ONNX to [`ann`]
//! - [`snn`]: the spiking network in floating point
//! - [`random`]: random networks and images
//! - [`convert`]: [`ann`] to [`snn`]
//! - [`fixed_point`]: the network in integers
//! - [`quantise`]: [`snn`] to [`fixed_point`]
//! - [`folder`]: converted networks on disk
//! - [`model`]: what the integers compute, bit by bit
//! - [`eval`]: accuracy of all three networks
//! - [`mixed_precision`]: weight bits of each layer
//! - [`study`]: group neurons against integrate-and-fire neurons
//!
//! From integers to hardware:
//!
//! - [`schedule`]: lanes, slices, buffers and memories of every layer; estimates of clocks and resources
//! - [`rtl`]: the Verilog of a core
//! - [`core_folder`]: cores on disk
//! - [`cosim`]: Verilog against the model
//! - [`board`]: boards, their pins and clocks
//! - [`sweep`]: many settings of one network
//! - [`top`]: registers and links around a core
//! - [`synth`]: synthesis, place and route
//! - [`build`]: bitstreams for boards
//! - [`board_sim`]: boards in simulation
//! - [`host`]: talking to an accelerator

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
pub mod fpga;
pub mod header;
pub mod host;
pub mod identifier;
pub mod import;
pub mod input;
pub mod mixed_precision;
pub mod model;
#[cfg(test)]
mod module_order;
pub mod numbers;
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
pub mod table;
pub mod tool;
pub mod top;
pub mod words;

pub use error::{Error, Result};
pub use shape::{Padding, Shape};
