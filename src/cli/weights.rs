//! `volley weights`: the weights of another network for an existing core.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;
use volley::output::{Own, write_whole_file};
use volley::{Converted, core_folder};

use super::{Force, Json, Outcome, say, say_json};

/// Write a network's weights as a file to be loaded into a core
#[derive(clap::Args)]
#[command(after_help = "Example:
  volley generate net-a -o rtl --weights runtime
  volley weights  net-b --rtl rtl -o b.weights

The network must be of the shape of the one that the core was generated from. It is quantised with the settings of that one, and the core
that it would give must be the same to the letter but for the contents of its memories; else it is refused, and what does not fit is named.")]
pub struct Args {
    /// Folder that `volley convert` wrote
    #[arg(value_name = "NET")]
    network: PathBuf,
    /// Folder that `volley generate --weights runtime` wrote
    #[arg(long, value_name = "RTL")]
    rtl: PathBuf,
    /// File to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    force: Force,
    #[command(flatten)]
    json: Json,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let converted = Converted::open(&args.network)?;
    let loadable = core_folder::loadable(&args.rtl, &converted)?;
    write_whole_file(&args.force.target(&args.output), Own::Weights, || -> volley::Result<_> { Ok(loadable.file()) })?;
    let (bytes, crc) = (loadable.data.bytes().len(), loadable.data.crc32());
    if args.json.wanted {
        say_json(&json!({"bytes": bytes, "crc32": crc, "design": loadable.design}))?;
    } else {
        say(format!(
            "wrote {bytes} bytes of weights to {}: CRC-32 {crc:08x}, for cores of design {:08x}",
            args.output.display(),
            loadable.design
        ))?;
    }
    Ok(Outcome::Fine)
}
