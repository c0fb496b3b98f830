//! `volley plan`: how many lanes, slices and units each layer gets on a board, and the result.

use std::ops::Bound;
use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;
use volley::error::{Kind, Setting};
use volley::fixed_point::{Network, WeightMode};
use volley::numbers::whole;
use volley::output::{Own, check_file, write_whole_file};
use volley::pipeline::{DEFAULT_MARGIN, Fit, Target, activities};
use volley::report::tables;
use volley::schedule::Activity;
use volley::schedule::solver::fixed_folds;
use volley::{Board, Converted};

use super::words::one_of;
use super::{Force, Json, Outcome, images, progress, say, say_json, say_table};

/// Choose lanes, slices and memories of every layer for a board
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley plan net --board ulx3s-85f --data calib.npz --clock 80 -o plan.toml
  volley plan net --board arty-a7-100t --data calib.npz --target-fps 1000 --fix conv_0=4x1
  volley plan net --board icebreaker --data calib.npz --margin 0.2 -o plan.toml

The plan is a TOML to read and to edit; `volley generate --plan` takes it.")]
pub struct Args {
    /// Folder that `volley convert` wrote
    #[arg(value_name = "NET")]
    network: PathBuf,
    /// A board's name, or the path of a board's TOML
    #[arg(long, value_name = "BOARD")]
    board: String,
    /// Frames a second to reach at the least cost [default: as many as fit]
    #[arg(long, value_name = "F")]
    target_fps: Option<f64>,
    /// Clock of the core in MHz [default: the board's core_mhz]
    #[arg(long, value_name = "MHZ")]
    clock: Option<f64>,
    /// Layers whose fold is fixed; the others are chosen: layer=LANES or layer=LANESxSLICES, separated by commas
    #[arg(long, alias = "pin", value_name = "LAYER=FOLD")]
    fix: Option<String>,
    #[command(flatten)]
    basis: Basis,
    /// Weights as part of the hardware, or in memories that can be loaded while it runs [default: as the network's folder says, else baked]
    #[arg(long, value_parser = one_of::<WeightMode>(), value_name = "MODE")]
    weights: Option<WeightMode>,
    /// Plan to write
    #[arg(short, long, value_name = "PLAN.toml")]
    output: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
    #[command(flatten)]
    json: Json,
}

/// The criteria for choosing foldings of a network.
#[derive(clap::Args)]
pub struct Basis {
    /// Calibration images, an .npz or .npy file, or a folder of PNGs by class: they show how many events each layer gets; without them every element counts as an event
    #[arg(long, value_name = "IMAGES")]
    data: Option<PathBuf>,
    /// Images of --data to use
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..))]
    frames: u32,
    /// Share of the board's LUTs, multipliers and block RAMs to leave free; nextpnr wants 0.2 on an iCE40
    #[arg(long, value_name = "SHARE", default_value_t = DEFAULT_MARGIN)]
    margin: f64,
}

impl Basis {
    /// What is asked of a core on `board`.
    pub fn target(&self, board: Board) -> volley::Result<Target> {
        if !(0.0..1.0).contains(&self.margin) {
            return Err(Kind::out_of_range(self.margin, 0.0..1.0).at(Setting::Margin));
        }
        Ok(Target { margin: self.margin, ..Target::new(board) })
    }

    /// What happens in each of the images; with none, one frame in which every element is an event.
    pub fn activities(&self, network: &Network) -> volley::Result<Vec<Activity>> {
        let Some(path) = &self.data else {
            eprintln!(
                "warning: no --data, so every element counts as an event; calibration images show how many are zero"
            );
            return activities(network, None);
        };
        activities(network, Some(&images(path, Some(self.frames as usize), network.input.shape)?))
    }
}

pub fn run(args: &Args) -> Result<Outcome> {
    if let Some(path) = &args.output {
        check_file(&args.force.target(path), Own::Plan)?;
    }
    let board = Board::find(&args.board)?;
    let clock_mhz = clock(args.clock.unwrap_or(board.core_mhz))?;
    let frames_per_second = args.target_fps.map(|fps| positive(Setting::Throughput, fps)).transpose()?;
    let target = Target {
        clock_mhz,
        frames_per_second,
        fixed: args.fix.as_deref().map(fixed_folds).transpose()?.unwrap_or_default(),
        ..args.basis.target(board.clone())?
    };
    let mut converted = Converted::open(&args.network)?;
    converted.settings.weights = args.weights.unwrap_or(converted.settings.weights);
    let network = converted.quantise()?;
    let frames = args.basis.activities(&network)?;
    let all = board.resources();
    let spinner = progress::spinner("weighing the foldings of every layer");
    let fit = target.fit(&network, &frames);
    spinner.finish_and_clear();
    let fit = fit?;
    let Fit { folding, plan, figures, frames_per_second: fps, .. } = &fit;
    let fps = *fps;
    let table = tables::figures(&network, plan, figures);
    if let Some(path) = &args.output {
        let head = format!(
            "Folding of network '{}' for {} at {} MHz: {} frames a second, {} clocks a frame.\n{}\n\
             Edit it and hand it to `volley generate --plan`. Comments are not read.",
            network.name,
            board.name,
            clock_mhz,
            whole(fps),
            whole(figures.cycles()),
            tables::needs_line(&board, figures.total()),
        );
        write_whole_file(&args.force.target(path), Own::Plan, || fit.to_toml(&network, &head).map(String::into_bytes))?;
    }
    if args.json.wanted {
        say_json(&json!({
            "board": board.name, "clock_mhz": clock_mhz, "layers": table.json(), "between": figures.between,
            "total": figures.total(), "available": all, "cycles": figures.cycles(), "coupled_cycles": figures.coupled_cycles, "frames_per_second": fps,
            "folding": folding,
        }))?;
    } else {
        say_table(&table)?;
        say(tables::needs_line(&board, figures.total()))?;
        say(format!(
            "{} clocks a frame, {} frames a second at {} MHz; {} where no engine can make up in one frame for another",
            whole(figures.cycles()),
            whole(fps),
            clock_mhz,
            whole(1e6 * clock_mhz / figures.coupled_cycles)
        ))?;
    }
    Ok(Outcome::Fine)
}

/// A clock in MHz that a core may have on some device.
pub fn clock(mhz: f64) -> volley::Result<f64> {
    const MHZ: std::ops::RangeInclusive<f64> = 0.001..=2000.0;
    if MHZ.contains(&mhz) { Ok(mhz) } else { Err(Kind::out_of_range(mhz, MHZ).at(Setting::Clock)) }
}

fn positive(setting: Setting, value: f64) -> volley::Result<f64> {
    if value.is_finite() && value > 0.0 {
        return Ok(value);
    }
    Err(Kind::out_of_range(value, (Bound::Excluded(0.0), Bound::Unbounded)).at(setting))
}
