//! `volley flash`: a bitstream into its board.

use std::path::PathBuf;

use anyhow::Result;
use volley::build;

use super::{Outcome, progress, say};

/// Load a bitstream into its board, by openFPGALoader
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley flash build
  volley flash build --permanent")]
pub struct Args {
    /// Folder that `volley build` wrote
    #[arg(value_name = "BUILD")]
    build: PathBuf,
    /// Load it into the memory from which the board starts, so that it stays without power
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
          default_value_t = false, hide_default_value = true, hide_possible_values = true)]
    permanent: bool,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let spinner = progress::spinner("loading");
    let done = build::flash(&args.build, args.permanent);
    spinner.finish_and_clear();
    done?;
    say(format!("loaded {}", args.build.display()))?;
    Ok(Outcome::Fine)
}
