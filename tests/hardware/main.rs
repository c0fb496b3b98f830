//! From Verilog to a bitstream: synthesis, place and route, boards and vendors' scripts.

mod boards;
mod build;
mod place;
mod synchronisers;
mod synth;
mod vivado;
