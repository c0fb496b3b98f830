//! The Verilog files by themselves: lint, module benches with planted faults, and the emitted examples.

mod lint;
mod neighbours;
mod rtl_out;
mod testbenches;
mod top;
mod typed_neuron;
