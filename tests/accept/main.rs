//! Tests that take hours or need the whole zoo: `make accept`, and `make pnr` for the module `pnr`.

mod cosim;
mod numbers;
mod plan;
mod pnr;
mod reference_layer;
mod residual;
mod synth;
