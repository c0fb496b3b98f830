//! Whole cores in simulators, compared with the bit-accurate model.

mod axi;
mod buffers;
mod delivered;
mod random_networks;
mod reset;
mod soak;
mod weights;
mod zoo_cosim;
