//! svg 0.13 under the version that rust-hdl 0.46 asks for: see `Cargo.toml`.

pub use newer::*;
