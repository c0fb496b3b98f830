//! The program as a user sees it.

mod cli;
mod docs;
mod errors;
mod kill;
mod report;
mod stopped;
mod sweep;
