//! Scripts that make a bitstream of a generated design.

pub mod vivado;
