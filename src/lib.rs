//! Volley compiles a trained neural network into a spiking accelerator for an FPGA, and checks in simulation that the Verilog
//! computes what a bit-accurate model computes.
//!
//! # The idea
//!
//! Each activation of the network becomes a *group neuron* ([arXiv 2402.19061](https://arxiv.org/abs/2402.19061)): τ
//! integrate-and-fire members with the thresholds θ, 2θ … τθ and one common potential. A group sends a count from 0 to τ in each of T
//! time steps, so 1 to 4 time steps are enough where single spiking neurons need hundreds. Weights are rounded to integers once;
//! everything after that is exact. The hardware skips zeros: its work depends on the spikes, not on the size of the network.
//!
//! # From ONNX to checked Verilog
//!
//! ```
//! use volley::cosim::{Options, Simulator};
//! use volley::{Converter, Folding, Images};
//!
//! # fn main() -> volley::Result<()> {
//! // A trained network. digits.toml beside it says how training normalised its images.
//! let converter = Converter::open("examples/digits/digits.onnx")?;
//! // Groups of 4 members, which see the image once.
//! let converted = converter.members(4).timesteps(1).weight_bits(8).convert()?;
//! // Verilog in which each layer computes 16 output channels at once.
//! let core = converted.generate(&Folding::uniform(16))?;
//! # let folder = volley::output::temporary_folder()?;
//! # let rtl = folder.path().join("rtl");
//! core.write(&rtl)?;
//! // Two images through the Verilog; every count of every layer is compared with the model.
//! let images = Images::open("examples/digits/test.npz")?.take(2);
//! let simulation = Options { simulator: Simulator::Icarus, ..Options::default() };
//! let verdict = core.cosimulate(&images, &simulation)?;
//! assert!(verdict.passed());
//! assert!(verdict.compared > 1000 && verdict.mismatches == 0);
//! # Ok(())
//! # }
//! ```
//!
//! Three longer programs are in `examples/`: `first_core`, `accuracy_against_bits` (a sweep of your own) and `plan_for_a_board`.
//! A network with plain ReLU activations also needs training images ([`Converter::calibration`]), to find its thresholds.
//!
//! # Stages
//!
//! Data flows one way, and no module imports a later one. Each representation is plain data with a validator and a readable dump.
//!
//! ```text
//! import → ann::Network → convert → snn::Network → quantise → fixed_point::Network ─┬→ model    → Trace
//!                                                                                   ├→ schedule → Plan
//!                                                                                   └→ rtl      → Design
//! Design + Trace → cosim → Verdict
//! ```
//!
//! The library never prints and never panics on a user's input. Every failure is an [`Error`] that names what is wrong. Long calls
//! take a callback that is told how far they are. `docs/glossary.md` says what every word means.
//!
//! # Modules
//!
//! No module imports one that is later in this list; a test checks it (`src/module_order.rs`).
//!
//! What everything else uses:
//!
//! - [`shape`]: sizes of maps and windows
//! - [`numbers`]: how numbers and lists of them are written and read
//! - [`error`]: what can go wrong
//! - [`identifier`]: names that are safe in Verilog and in files
//! - [`header`]: the head of every file that is written for other tools
//! - [`input`]: reading untrusted files
//! - [`interrupt`]: what must not outlive the program
//! - [`sums`]: SHA-256 of a folder's files
//! - [`output`]: writing files and folders whole or not at all, over nothing that is not Volley's
//! - [`tool`]: finding and running outside programs
//! - [`doctor`]: which programs are here, and how to get the others
//! - [`words`]: settings that are one of a few words
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
//! - [`model`]: what the integers compute, bit by bit
//! - [`eval`]: accuracy of all three networks
//! - [`mixed_precision`]: weight bits of each layer
//!
//! From integers to hardware:
//!
//! - [`schedule`]: lanes, slices, buffers and memories of every layer; estimates of clocks and resources
//! - [`rtl`]: the Verilog of a core
//! - [`cosim`]: Verilog against the model
//! - [`board`]: boards, their pins and clocks
//!
//! The whole way, and what uses it:
//!
//! - [`pipeline`]: [`Converter`], [`Converted`], [`Core`], [`Verdict`]
//! - [`folder`]: converted networks on disk
//! - [`core_folder`]: cores on disk
//! - [`study`]: group neurons against integrate-and-fire neurons
//! - [`sweep`]: many settings of one network
//!
//! Around a core:
//!
//! - [`top`]: registers and links around a core
//! - [`synth`]: synthesis, place and route
//! - [`build`]: bitstreams for boards
//! - [`report`]: one page of a network and its core
//! - [`board_sim`]: boards in simulation
//! - [`host`]: talking to an accelerator

// The library is quiet, leaves its caller alive, and reports failures; the lints of all targets are in Cargo.toml.
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr, clippy::exit, clippy::unwrap_used))]

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
pub mod interrupt;
pub mod mixed_precision;
pub mod model;
#[cfg(test)]
mod module_order;
pub mod numbers;
pub mod output;
pub mod page;
pub mod pipeline;
pub mod plot;
pub mod quantise;
pub mod random;
pub mod report;
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

pub use board::Board;
pub use cosim::Verdict;
pub use data::Images;
pub use error::{Error, Result};
pub use pipeline::{Converted, Converter, Core};
pub use schedule::Folding;
pub use shape::{Padding, Shape};
