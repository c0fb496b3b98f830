//! The program as a user meets it.

mod cli;
mod docs;
mod errors;
mod kill;
mod report;
mod sweep;
