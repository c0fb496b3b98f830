//! From the fixed-point network to synthesizable Verilog.

pub mod netlist;
