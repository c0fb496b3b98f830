//! `volley eval`: what conversion and fixed point cost in accuracy.

use std::path::PathBuf;

use anyhow::Result;
use volley::eval::{self, Report, Stage};
use volley::folder;

use super::table::{Cell, Table};
use super::{Json, Outcome, images, progress, say, say_json};

/// Run the float ANN, the float SNN and the fixed-point SNN on labelled images
#[derive(clap::Args)]
#[command(after_help = "Example:
  volley eval net --data test.npz --limit 1000

The data file holds x (uint8, N×H×W or N×H×W×C) and y (labels).")]
pub struct Args {
    /// Folder that `volley convert` wrote
    #[arg(value_name = "NET")]
    network: PathBuf,
    /// Labelled test images
    #[arg(long, value_name = "TEST.npz")]
    data: PathBuf,
    /// Use only the first N images
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    json: Json,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let converted = folder::read(&args.network)?;
    let images = images(&args.data, args.limit, converted.network.input.shape)?;
    let networks = if converted.onnx.is_some() { 3 } else { 2 };
    let bar = progress::bar(networks * images.len(), "");
    let progress = |stage: Stage, done: usize| {
        bar.set_message(match stage {
            Stage::Ann => "float ANN",
            Stage::Float => "float SNN",
            Stage::Fixed => "fixed-point SNN",
        });
        bar.inc(done as u64);
    };
    let report =
        eval::evaluate(&converted.network, &converted.settings, converted.onnx.as_deref(), &images, &progress)?;
    bar.finish_and_clear();
    if args.json.wanted {
        say_json(&report)?;
    } else {
        say(table(&report).text())?;
        say(format!("{} images, {:.0} a second in fixed point", report.images, report.images_per_second))?;
    }
    Ok(Outcome::Fine)
}

/// One row a network.
pub fn table(report: &Report) -> Table {
    let share = |share: Option<f64>| share.map_or_else(Cell::none, Cell::share);
    let mut table = Table::new(&["network", "accuracy", "agrees with ANN", "agrees with float SNN"]);
    if report.ann.is_some() {
        table.row(vec![Cell::text("float ANN"), share(report.ann), Cell::none(), Cell::none()]);
    }
    let (last, earlier) = report.snn_float_by_step.split_last().unwrap_or((&report.snn_float, &[]));
    for (step, accuracy) in earlier.iter().enumerate() {
        let name = format!("float SNN after step {}", step + 1);
        table.row(vec![Cell::text(name), Cell::share(*accuracy), Cell::none(), Cell::none()]);
    }
    let agreement = report.float_agreement_with_ann;
    table.row(vec![Cell::text("float SNN"), Cell::share(*last), share(agreement), Cell::none()]);
    table.row(vec![
        Cell::text("fixed-point SNN"),
        Cell::share(report.snn_fixed),
        share(report.ann.map(|_| report.agreement)),
        Cell::share(report.agreement_with_float),
    ]);
    table
}
