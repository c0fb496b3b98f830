//! The faults that must be seen: small changes of the library, each caught by a bench, and of what is generated, each caught by a
//! co-simulation.

pub mod around;
pub mod core;
pub mod emitted;
pub mod registers;

/// A small fault: in `file` the text `from`, which is there once, becomes `to`. `bench` must fail.
pub struct Fault {
    pub file: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub bench: &'static str,
}

/// Those of a core's modules, and of the modules around it.
pub fn all() -> Vec<&'static Fault> {
    core::FAULTS.iter().chain(around::FAULTS).chain(registers::FAULTS).collect()
}
