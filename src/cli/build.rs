//! `volley build`: from the generated Verilog to a board's bitstream.

use std::path::{Path, PathBuf};

use anyhow::Result;
use volley::board::{Board, Flow};
use volley::build::{self, Built, Options};
use volley::synth;

use super::synth::{Tools, conclude, parse_mhz, phase, print_implementation};
use super::{Force, Json, Outcome, progress, say, say_json};

/// Put a core on a board: top, constraints, scripts, and the bitstream
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley build rtl --board ulx3s-85f -o build
  volley build rtl --board icebreaker --freq 24 --baud 500000 -o build
  volley build rtl --board arty-a7-35t -o build --no-run

OUT holds the board's top with clock, reset, host link and LEDs around the core, the constraint file, the tools' scripts, a Makefile that
does the same by hand, and build.json. iCE40 and ECP5: yosys, nextpnr and the packer make a bitstream. Xilinx: scripts for
Vivado, which is run if it is on PATH.

Exit code 1 if the design does not fit or misses its clock.")]
pub struct Args {
    /// Folder that `volley generate` wrote
    #[arg(value_name = "RTL")]
    rtl: PathBuf,
    /// A board's name (`volley boards` lists them), or the path of its TOML
    #[arg(long, value_name = "BOARD")]
    board: String,
    /// Folder to write
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    #[command(flatten)]
    force: Force,
    /// Clock of the core in MHz, made by the board's PLL [default: the board's core_mhz]
    #[arg(long, value_name = "MHZ", value_parser = parse_mhz)]
    freq: Option<f64>,
    /// Bits a second of the serial line, at most 3000000 [default: the board's]
    #[arg(long, value_name = "RATE", value_parser = clap::value_parser!(u32).range(1200..=3_000_000))]
    baud: Option<u32>,
    /// Make a bitstream even if the clock is missed
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
          default_value_t = false, hide_default_value = true, hide_possible_values = true)]
    allow_missed_clock: bool,
    /// Write the files but run no tool
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
          default_value_t = false, hide_default_value = true, hide_possible_values = true)]
    no_run: bool,
    #[command(flatten)]
    tools: Tools,
    #[command(flatten)]
    json: Json,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let board = Board::find(&args.board)?;
    let options = Options {
        mhz: args.freq,
        baud: args.baud,
        allow_missed_clock: args.allow_missed_clock,
        tools: args.tools.options(),
    };
    let spinner = progress::spinner("starting");
    let mut watch = |at: synth::Phase, detail: &str| spinner.set_message(format!("{}: {detail}", phase(at)));
    let built = build::run(&args.rtl, &board, &options, args.force.target(&args.output), !args.no_run, &mut watch);
    spinner.finish_and_clear();
    let built = built?;
    if args.json.wanted {
        say_json(&built)?;
    } else {
        print(&built, &board, &args.output)?;
    }
    Ok(built.implementation.as_ref().map_or(Outcome::Fine, |made| conclude(made, args.allow_missed_clock)))
}

fn print(built: &Built, board: &Board, output: &Path) -> Result<()> {
    if let Some(made) = &built.implementation {
        print_implementation(made)?;
    }
    if let Some(serial) = &built.serial {
        let off = 100.0 * (serial.actual_baud / f64::from(serial.baud) - 1.0);
        say(format!("serial line: {} bits a second ({off:+.2} %)", serial.baud))?;
    }
    match (&built.bitstream, &built.bitstream_bytes) {
        (Some(name), Some(bytes)) => {
            say(format!("bitstream: {}, {bytes} bytes, {:.0} s", output.join(name).display(), built.seconds))?;
        }
        _ if board.flow == Flow::Vivado => {
            say("no bitstream: that takes Vivado, which was not run; `vivado -mode batch -source FILE.tcl` does it")?;
        }
        _ => {}
    }
    say(format!("wrote {}", output.display()))
}
