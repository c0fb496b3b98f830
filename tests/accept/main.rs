//! What takes hours or the whole zoo: `make accept`, and `make pnr` for the module `pnr`.

mod cosim;
mod numbers;
mod plan;
mod pnr;
mod reference_layer;
mod residual;
mod synth;
