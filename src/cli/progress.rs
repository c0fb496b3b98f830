//! Progress of long jobs: on stderr, and only if that is a terminal (indicatif takes care of both).

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `total` pieces of work.
pub fn bar(total: usize, message: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(total as u64).with_message(message);
    // A malformed template is the only way to fail; then the default style serves.
    if let Ok(style) = ProgressStyle::with_template("{msg:24} {wide_bar} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    bar
}

/// A sign of life for work of unknown length.
pub fn spinner(message: &'static str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(message);
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}

/// Shows that `done` more of `all` pieces of a job are done; a new `all` begins a new job.
pub fn show(bar: &ProgressBar, work: &'static str, all: usize, done: usize) {
    bar.set_message(work);
    if bar.length() != Some(all as u64) {
        bar.set_position(0);
        bar.set_length(all as u64);
    }
    bar.inc(done as u64);
}
