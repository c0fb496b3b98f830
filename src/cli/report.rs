//! `volley report`: everything known about a network and its core on one page.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use volley::Board;
use volley::numbers::thousands;
use volley::output::{Own, write_whole_file};
use volley::report::{Findings, Phase, Request, tables};

use super::{Force, Outcome, eval, progress, say, seconds};

/// Write one page about a network and its core: accuracy, layers, resources, clocks, memories
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley report net --data test.npz -o report.html
  volley report net --rtl rtl --board ulx3s-85f --data test.npz --limit 1000 -o report.html

The page is one file that needs no network. It says of everything that was not given how to get it.
Exit code 1 if the Verilog and the model differ.")]
pub struct Args {
    /// Folder that `volley convert` wrote
    #[arg(value_name = "NET")]
    network: PathBuf,
    /// The network's core: a folder that `volley generate` wrote
    #[arg(long, value_name = "RTL")]
    rtl: Option<PathBuf>,
    /// Labelled test images
    #[arg(long, value_name = "TEST.npz")]
    data: Option<PathBuf>,
    /// Measure the accuracy on the first N images only
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Images of --data that show what each layer does
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    layers: u32,
    /// Board to estimate the core's resources on: a name, or the path of a board's TOML
    #[arg(long, value_name = "BOARD")]
    board: Option<String>,
    /// Images of --data to simulate the core on, with Verilator, for its clocks; 0 to leave that out
    #[arg(long, value_name = "N", default_value_t = 2)]
    frames: u32,
    /// Page to write
    #[arg(short, long, value_name = "REPORT.html")]
    output: PathBuf,
    #[command(flatten)]
    force: Force,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let start = Instant::now();
    let (mut outcome, mut size) = (Outcome::Fine, 0);
    write_whole_file(&args.force.target(&args.output), Own::Report, || -> Result<Vec<u8>> {
        let request = Request {
            network: &args.network,
            rtl: args.rtl.as_deref(),
            board: args.board.as_deref().map(Board::find).transpose()?,
            data: args.data.as_deref(),
            limit: args.limit,
            layers: args.layers as usize,
            frames: args.frames as usize,
        };
        let bar = progress::bar(0, "");
        let findings = Findings::gather(request, &|phase, all, done| {
            let work = match phase {
                Phase::Simulation => "simulating",
                Phase::Evaluation(phase) => eval::phase(phase),
                Phase::Layers => "layers",
            };
            progress::show(&bar, work, all, done);
        });
        bar.finish_and_clear();
        let findings = findings?;
        if let Some(verdict) = findings.verdict().filter(|verdict| !verdict.passed()) {
            eprintln!("{}; `volley cosim` shows where", tables::verdict_line(verdict));
            outcome = Outcome::Bad;
        }
        let given = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
        let text = findings.page(&format!("volley {given}"))?.html();
        size = text.len();
        Ok(text.into_bytes())
    })?;
    say(format!("wrote {}, {} bytes, in {}", args.output.display(), thousands(size as u64), seconds(start.elapsed())))?;
    Ok(outcome)
}
