//! The program as a user sees it.

mod cli;
mod docs;
mod errors;
mod kill;
mod paths;
mod report;
mod stopped;
mod sweep;
