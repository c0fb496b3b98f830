//! `volley generate`: a converted network becomes Verilog.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use serde_json::json;
use volley::board::Board;
use volley::core_folder::{self, Core};
use volley::error::{Artefact, Kind};
use volley::fixed_point::WeightMode;
use volley::fpga::Resources;
use volley::quantise::quantise;
use volley::schedule::{Activity, DEFAULT_LANES, Figures, Folding, dense, unknown_layer};
use volley::{fixed_point, folder, input};

use super::plan::needs;
use super::words::one_of;
use super::{Json, Outcome, say, say_json, seconds};
use volley::table::{Cell, Table};

/// Generate the accelerator's Verilog from a converted network
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley generate net -o rtl
  volley generate net -o rtl --lanes 16,conv_0=8
  volley generate net -o rtl --plan plan.toml --board ulx3s-85f
  volley generate net -o rtl --weights runtime")]
pub struct Args {
    /// Folder that `volley convert` wrote
    #[arg(value_name = "NET")]
    network: PathBuf,
    /// Folder to write: the Verilog and its memories, core.toml, and the network for co-simulation
    #[arg(short, long, value_name = "RTL")]
    output: PathBuf,
    /// Output channels computed at once: a number for all layers, or layer=number, separated by commas
    #[arg(long, value_name = "LANES", default_value_t = DEFAULT_LANES.to_string())]
    lanes: String,
    /// The folding of every layer, as `volley plan` wrote it
    #[arg(long, value_name = "PLAN.toml", conflicts_with = "lanes")]
    plan: Option<PathBuf>,
    /// Refuse a core that does not fit this board: a name, or the path of a board's TOML
    #[arg(long, value_name = "BOARD")]
    board: Option<String>,
    /// Weights as part of the hardware, or in memories that can be loaded while it runs, with those of this network to begin
    /// with [default: as the network's folder says, else baked]
    #[arg(long, value_parser = one_of::<WeightMode>(), value_name = "MODE")]
    weights: Option<WeightMode>,
    #[command(flatten)]
    json: Json,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let start = Instant::now();
    let folding = match &args.plan {
        Some(path) => read_plan(path)?,
        None => Folding::parse(&args.lanes)?,
    };
    let mut converted = folder::read(&args.network)?;
    converted.settings.weights = args.weights.unwrap_or(converted.settings.weights);
    let board = args.board.as_deref().map(Board::find).transpose()?;
    let network = quantise(&converted.network, &converted.settings)?;
    if let (Some(path), Some(unknown)) = (&args.plan, unknown_layer(&network, folding.layers.keys())) {
        return Err(unknown.at(path).into());
    }
    let core = core_folder::generate(&converted, &folding)?;
    let need = board.as_ref().map(|board| estimate(board, &core)).transpose()?;
    core_folder::write(&args.output, &converted, &core.design)?;
    let elapsed = start.elapsed();
    let table = table(&core);
    if args.json.wanted {
        say_json(&json!({
            "top": core.design.manifest.top, "files": core.design.files.len(), "layers": table.json(),
            "board": need, "seconds": elapsed.as_secs_f64(),
        }))?;
    } else {
        say(table.text())?;
        if let (Some(board), Some(need)) = (&board, need) {
            say(needs(board, need))?;
        }
        say(format!(
            "wrote {} files to {} in {}; the top module is {}",
            core.design.files.len(),
            args.output.display(),
            seconds(elapsed),
            core.design.manifest.top
        ))?;
    }
    Ok(Outcome::Fine)
}

fn read_plan(path: &Path) -> volley::Result<Folding> {
    let text = input::read_text(path).map_err(|error| Kind::Unreadable { wanted: Artefact::Plan, error }.at(path))?;
    Folding::from_toml(&text, path)
}

/// What the core is expected to cost; refuses one that cannot fit.
fn estimate(board: &Board, core: &Core) -> volley::Result<Resources> {
    // Costs do not depend on what the images do.
    let frames = [Activity::dense(&core.network)];
    let total = Figures::new(&core.network, &core.plan, &frames, board.family)?.total();
    board.check(total)?;
    Ok(total)
}

/// One row a layer: how it is folded and what it needs. The last column bounds the clocks of a frame without a zero.
pub fn table(core: &Core) -> Table {
    let mut table = Table::new([
        "layer",
        "shape",
        "lanes",
        "slices",
        "segments",
        "buffer rows",
        "word elements",
        "memory bits",
        "dense cycles",
    ]);
    let layers = core.network.nodes.iter().zip(&core.plan.layers);
    let layers = layers.filter(|(node, _)| matches!(node.op, fixed_point::Op::Layer(_)));
    for (entry, (node, plan)) in core.design.manifest.layers.iter().zip(layers) {
        let terms = plan.iter().flat_map(|plan| &plan.terms);
        let events: u64 = terms.map(|term| dense(&term.geometry)).sum();
        table.row(vec![
            Cell::text(&node.name),
            Cell::text(node.shape),
            Cell::count(entry.fold.lanes as u64),
            Cell::count(entry.fold.slices as u64),
            Cell::count(entry.segments as u64),
            Cell::list(&entry.buffer_rows),
            Cell::list(&entry.word_elements),
            Cell::count(entry.memories.iter().map(|memory| memory.rows * memory.width).sum::<u64>()),
            Cell::count(events * entry.segments as u64),
        ]);
    }
    table
}
