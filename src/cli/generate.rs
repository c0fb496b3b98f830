//! `volley generate`: a converted network becomes Verilog.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use serde_json::json;
use volley::board::Board;
use volley::error::{Artefact, Kind};
use volley::fixed_point::WeightMode;
use volley::pipeline::Target;
use volley::report::tables;
use volley::schedule::{DEFAULT_LANES, Folding, PlanFile};
use volley::{Converted, input};

use super::words::one_of;
use super::{Force, Json, Outcome, say, say_json, say_table, seconds};

/// Generate the accelerator's Verilog from a converted network
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley generate net -o rtl
  volley generate net -o rtl --lanes 16,conv_0=8
  volley generate net -o rtl --board ulx3s-85f
  volley generate net -o rtl --plan plan.toml --board ulx3s-85f
  volley generate net -o rtl --weights runtime")]
pub struct Args {
    /// Folder that `volley convert` wrote
    #[arg(value_name = "NET")]
    network: PathBuf,
    /// Folder to write: the Verilog and its memories, core.toml, and the network for co-simulation
    #[arg(short, long, value_name = "RTL")]
    output: PathBuf,
    #[command(flatten)]
    force: Force,
    /// Output channels computed at once: a number for all layers, or layer=number, separated by commas [default: 16, or with --board as
    /// many as fit]
    #[arg(long, value_name = "LANES")]
    lanes: Option<String>,
    /// The folding of every layer, as `volley plan` wrote it
    #[arg(long, value_name = "PLAN.toml", conflicts_with = "lanes")]
    plan: Option<PathBuf>,
    /// Refuse a core that does not fit this board: a name, or the path of a board's TOML. Without --plan and --lanes, layers are folded
    /// as `volley plan --board` does without images
    #[arg(long, value_name = "BOARD")]
    board: Option<String>,
    /// Weights as part of the hardware, or in memories that can be loaded while it runs and start with the weights of this network
    /// [default: as the network's folder says, else baked]
    #[arg(long, value_parser = one_of::<WeightMode>(), value_name = "MODE")]
    weights: Option<WeightMode>,
    #[command(flatten)]
    json: Json,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let start = Instant::now();
    let plan = args.plan.as_deref().map(read_plan).transpose()?;
    let mut converted = Converted::open(&args.network)?;
    converted.settings.weights = args.weights.unwrap_or(converted.settings.weights);
    let board = args.board.as_deref().map(Board::find).transpose()?;
    if let (Some(path), Some(plan)) = (&args.plan, &plan) {
        plan.check(&converted.quantise()?, path)?;
    }
    let folding = match (&plan, &args.lanes, &board) {
        (Some(plan), ..) => plan.folding.clone(),
        (None, Some(lanes), _) => Folding::parse(lanes)?,
        (None, None, Some(board)) => {
            super::notes(["folded for the board as if every element were an event; `volley plan --data` counts them"]);
            converted.fit(&Target::new(board.clone()), None)?.folding
        }
        (None, None, None) => Folding::uniform(DEFAULT_LANES),
    };
    let mut core = converted.generate(&folding)?;
    core.design.manifest.clock_mhz = plan.and_then(|plan| plan.clock_mhz);
    let need = board.as_ref().map(|board| core.cost_on(board)).transpose()?;
    core.write(args.force.target(&args.output))?;
    let elapsed = start.elapsed();
    let table = tables::folding(&core);
    if args.json.wanted {
        say_json(&json!({
            "top": core.design.manifest.top, "files": core.design.files.len(), "layers": table.json(),
            "board": need, "seconds": elapsed.as_secs_f64(),
        }))?;
    } else {
        say_table(&table)?;
        if let (Some(board), Some(need)) = (&board, need) {
            say(tables::needs_line(board, need))?;
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

fn read_plan(path: &Path) -> volley::Result<PlanFile> {
    let text = input::read_text(path).map_err(|error| Kind::Unreadable { wanted: Artefact::Plan, error }.at(path))?;
    PlanFile::read(&text, path)
}
