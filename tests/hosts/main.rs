//! The Rust and the Python host, against simulated devices and against the simulated board.
#![cfg(unix)]

mod host;
mod link;
