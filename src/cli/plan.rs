//! `volley plan`: how many lanes, slices and units each layer gets on a board, and what comes of it.

use std::ops::Bound;
use std::path::PathBuf;

use anyhow::Result;
use rayon::prelude::*;
use serde_json::json;
use volley::board::Board;
use volley::data::Images;
use volley::error::{Kind, Setting};
use volley::fixed_point::{Network, Op, WeightMode};
use volley::folder;
use volley::fpga::Resources;
use volley::model::Model;
use volley::numbers::{thousands, whole};
use volley::output::write_file;
use volley::quantise::quantise;
use volley::schedule::solver::{self, Task, fixed_folds};
use volley::schedule::{self, Activity, Figures, Folding, Plan};

use super::words::one_of;
use super::{Json, Outcome, images, progress, say, say_json};
use volley::table::{Cell, Table};

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
    /// Weights as part of the hardware, or in memories that can be loaded while it runs [default: as the network's folder says,
    /// else baked]
    #[arg(long, value_parser = one_of::<WeightMode>(), value_name = "MODE")]
    weights: Option<WeightMode>,
    /// Plan to write
    #[arg(short, long, value_name = "PLAN.toml")]
    output: Option<PathBuf>,
    #[command(flatten)]
    json: Json,
}

/// What the foldings of a network are weighed by.
#[derive(clap::Args)]
pub struct Basis {
    /// Calibration images, which show how many events each layer gets; without them every element counts as one
    #[arg(long, value_name = "CALIB.npz")]
    data: Option<PathBuf>,
    /// Images of --data to use
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..))]
    frames: u32,
    /// Share of the board's LUTs, multipliers and block RAMs to leave free; nextpnr wants 0.2 on an iCE40
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    margin: f64,
}

impl Basis {
    /// What may be used of a board.
    pub fn budget(&self, board: &Board) -> volley::Result<Resources> {
        if !(0.0..1.0).contains(&self.margin) {
            return Err(Kind::out_of_range(self.margin, 0.0..1.0).at(Setting::Margin));
        }
        Ok(board.usable(self.margin))
    }

    /// What happens in each of the images; with none, one frame in which every element is an event.
    pub fn activities(&self, network: &Network) -> volley::Result<Vec<Activity>> {
        let Some(path) = &self.data else {
            eprintln!(
                "warning: no --data, so every element counts as an event; calibration images show how many are zero"
            );
            return Ok(vec![Activity::dense(network)]);
        };
        happenings(network, &images(path, Some(self.frames as usize), network.input.shape)?)
    }
}

pub fn run(args: &Args) -> Result<Outcome> {
    let board = Board::find(&args.board)?;
    let clock = positive(Setting::Clock, args.clock.unwrap_or(board.core_mhz))? * 1e6;
    let target = args.target_fps.map(|fps| positive(Setting::Throughput, fps)).transpose()?;
    let budget = args.basis.budget(&board)?;
    let fixed = args.fix.as_deref().map(fixed_folds).transpose()?.unwrap_or_default();
    let mut converted = folder::read(&args.network)?;
    converted.settings.weights = args.weights.unwrap_or(converted.settings.weights);
    let network = quantise(&converted.network, &converted.settings)?;
    let frames = args.basis.activities(&network)?;
    let family = board.family;
    let all = board.resources();
    let task = Task { network: &network, frames: &frames, family, budget, fixed: &fixed };
    let spinner = progress::spinner("weighing the foldings of every layer");
    let folding = solver::solve(task, target.map(|fps| (clock / fps) as u64));
    spinner.finish_and_clear();
    let folding = folding?;
    let plan = schedule::plan(&network, &folding)?;
    let figures = Figures::new(&network, &plan, &frames, family)?;
    let table = table(&network, &plan, &figures);
    let fps = clock / figures.cycles();
    if let Some(path) = &args.output {
        let head = format!(
            "Folding of network '{}' for {} at {} MHz: {} frames a second, {} clocks a frame.\n{}\n\
             Edit it and hand it to `volley generate --plan`. Comments are not read.",
            network.name,
            board.name,
            clock / 1e6,
            whole(fps),
            whole(figures.cycles()),
            needs(&board, figures.total()),
        );
        write_file(path, file(&network, &folding, &figures, &head)?)?;
    }
    if args.json.wanted {
        say_json(&json!({
            "board": board.name, "clock_mhz": clock / 1e6, "layers": table.json(), "between": figures.between,
            "total": figures.total(), "available": all, "cycles": figures.cycles(), "coupled_cycles": figures.coupled_cycles, "frames_per_second": fps,
            "folding": folding,
        }))?;
    } else {
        say(table.text())?;
        say(needs(&board, figures.total()))?;
        say(format!(
            "{} clocks a frame, {} frames a second at {} MHz; {} where no engine can make up in one frame for another",
            whole(figures.cycles()),
            whole(fps),
            clock / 1e6,
            whole(clock / figures.coupled_cycles)
        ))?;
    }
    Ok(Outcome::Fine)
}

pub fn positive(setting: Setting, value: f64) -> volley::Result<f64> {
    if value.is_finite() && value > 0.0 {
        return Ok(value);
    }
    Err(Kind::out_of_range(value, (Bound::Excluded(0.0), Bound::Unbounded)).at(setting))
}

/// What happens in each of `images`.
pub fn happenings(network: &Network, images: &Images) -> volley::Result<Vec<Activity>> {
    let model = Model::new(network)?;
    let frames: Vec<_> = images.pixels.outer_iter().collect();
    let activity = |image| Activity::of(network, image, &model.trace(image));
    Ok(frames.into_par_iter().map(activity).collect())
}

/// One row a layer.
pub fn table(network: &Network, plan: &Plan, figures: &Figures) -> Table {
    let mut table = Table::new([
        "layer",
        "shape",
        "density",
        "lanes",
        "slices",
        "units",
        "weights",
        "buffers",
        "events",
        "cycles",
        "lane utilisation",
        "LUT",
        "DSP",
        "block RAM",
        "limits",
    ]);
    let limiting = figures.limiting();
    for (index, node) in network.nodes.iter().enumerate() {
        let (Some(layer), Some(layer_plan)) = (figures.layers[index], &plan.layers[index]) else { continue };
        let fold = &layer_plan.fold;
        table.row(vec![
            Cell::text(&node.name),
            Cell::text(node.shape),
            Cell::share(layer.density),
            Cell::count(fold.lanes as u64),
            Cell::count(fold.slices as u64),
            Cell::count(fold.units as u64),
            Cell::text(fold.weights),
            Cell::text(fold.buffers),
            Cell::rounded(layer.events),
            Cell::rounded(layer.cycles),
            Cell::share(layer.events / (fold.slices as f64 * layer.cycles)),
            Cell::rounded(layer.resources.luts),
            Cell::rounded(layer.resources.multipliers),
            Cell::rounded(layer.resources.block_rams),
            Cell::text(if limiting == Some(index) { "this one" } else { "" }),
        ]);
    }
    table
}

/// The plan file.
fn file(network: &Network, folding: &Folding, figures: &Figures, head: &str) -> volley::Result<String> {
    let layers = network.nodes.iter().zip(&figures.layers);
    let layers: Vec<_> = layers
        .filter(|(node, _)| matches!(node.op, Op::Layer(_)))
        .filter_map(|(node, figures)| figures.map(|figures| (node.name.as_str(), figures)))
        .collect();
    let order: Vec<_> = layers.iter().map(|(name, _)| *name).collect();
    folding.to_toml(head, &order, |name| {
        let figures = layers.iter().find(|(own, _)| *own == name).map(|(_, figures)| figures);
        figures.map_or(String::new(), |figures| {
            format!(
                "{} clocks, {} LUTs, {} multipliers, {} block RAMs",
                whole(figures.cycles),
                whole(figures.resources.luts),
                whole(figures.resources.multipliers),
                whole(figures.resources.block_rams)
            )
        })
    })
}

/// What a core needs of a board, as one line.
pub fn needs(board: &Board, total: Resources) -> String {
    format!(
        "{}: {} of {} LUTs, {} flip-flops, {} of {} multipliers, {} of {} block RAMs (estimates)",
        board.name,
        whole(total.luts),
        thousands(board.device.luts),
        whole(total.flip_flops),
        whole(total.multipliers),
        board.device.dsps,
        whole(total.block_rams),
        board.device.block_rams
    )
}
