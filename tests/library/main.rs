//! The compiler itself, without a simulator: import, conversion, numbers, plans and emitted text.

mod convert;
mod emitted;
mod exported;
mod fast_model;
mod folder;
mod golden;
mod import;
mod notes;
mod numbers;
mod pipeline;
mod plan;
mod study;
mod zoo;
