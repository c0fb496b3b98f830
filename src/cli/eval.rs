//! `volley eval`: what conversion and fixed point cost in accuracy, and where.

use std::path::{Path, PathBuf};

use anyhow::Result;
use indicatif::ProgressBar;
use serde_json::json;
use volley::data;
use volley::eval::{self, Accuracy, Evaluation, LayerStats, Phase, Summary, Which};
use volley::folder::{self, Converted};
use volley::numbers::interval;
use volley::quantise::quantise;

use super::{Json, Outcome, images, progress, say, say_json};
use volley::table::{Cell, Table};

/// Images that are in memory at a time.
const BATCH: usize = 500;

/// Run the ANN, the float SNN and the fixed-point SNN on labelled images
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley eval net --data test.npz --limit 1000
  volley eval net --data test.npz --layers 200 --confusion

The data file holds x (uint8, N×H×W or N×H×W×C) and y (labels); it may be larger than memory.")]
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
    /// Also show, on the first N images, what each layer's neurons do and how far they are from the ANN's activations
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    layers: usize,
    /// Also show which class is taken for which
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, hide_default_value = true, hide_possible_values = true)]
    confusion: bool,
    #[command(flatten)]
    json: Json,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let converted = folder::read(&args.network)?;
    let (network, onnx) = (&converted.network, converted.onnx.as_deref());
    let bar = progress::bar(0, "");
    let summary = evaluate(&converted, &args.data, args.limit, &bar)?;
    let layers = match args.layers {
        0 => vec![],
        count => {
            let images = images(&args.data, Some(count), network.input.shape)?;
            bar.set_message("layers");
            bar.inc_length(images.len() as u64);
            let fixed = quantise(network, &converted.settings)?;
            eval::layers(network, &fixed, onnx, &images, &|done| bar.inc(done as u64))?
        }
    };
    bar.finish_and_clear();
    if args.json.wanted {
        let mut json = serde_json::to_value(&summary)?;
        json["layers"] = json!(layers);
        say_json(&json)?;
        return Ok(Outcome::Fine);
    }
    say(table(&summary).text())?;
    say(format!("{} images, {:.0} a second in fixed point", summary.images, summary.images_per_second))?;
    if !layers.is_empty() {
        say(String::new())?;
        say(layer_table(&layers).text())?;
    }
    if args.confusion {
        say(String::new())?;
        say(confusion(&summary))?;
    }
    Ok(Outcome::Fine)
}

/// What people call a network.
pub fn name(network: Which) -> &'static str {
    match network {
        Which::Ann => "float ANN",
        Which::Qcfs => "QCFS ANN",
        Which::Float => "float SNN",
        Which::Fixed => "fixed-point SNN",
    }
}

/// Runs all networks on the first `limit` images of `data`.
pub fn evaluate(
    converted: &Converted,
    data: &Path,
    limit: Option<usize>,
    bar: &ProgressBar,
) -> volley::Result<Summary> {
    let network = &converted.network;
    let mut evaluation = Evaluation::new(network, &converted.settings, converted.onnx.as_deref())?;
    let runs = evaluation.runs();
    let shown = |phase: Phase, done: usize| {
        bar.set_message(match phase {
            Phase::Ann => "ANN",
            Phase::Float => "float SNN",
            Phase::Fixed => "fixed-point SNN",
        });
        bar.inc(done as u64);
    };
    data::batches(data, limit, BATCH, &mut |all, images| {
        bar.set_length((runs * all) as u64);
        data::check_shape(&images, network.input.shape, data)?;
        evaluation.add(&images, &shown)
    })?;
    evaluation.summary()
}

/// One row a network and number of time steps.
pub fn table(summary: &Summary) -> Table {
    let share = |share: Option<f64>| share.map_or_else(Cell::none, Cell::share);
    let mut table = Table::new([
        "network",
        "time steps",
        "accuracy",
        "95 % interval",
        "top-5",
        "agrees with ANN",
        "agrees with float SNN",
    ]);
    for row in &summary.networks {
        let Accuracy { network, timesteps, top1, interval: [low, high], top5, .. } = *row;
        let ann = matches!(network, Which::Ann | Which::Qcfs);
        table.row(vec![
            Cell::text(name(network)),
            timesteps.map_or_else(Cell::none, |timesteps| Cell::count(timesteps as u64)),
            Cell::share(top1),
            Cell::text(interval([low, high])),
            share(top5),
            if ann { Cell::none() } else { share(row.agreement_with_ann) },
            share(Some(row.agreement_with_float).filter(|_| !ann)),
        ]);
    }
    table
}

/// One row a layer of group neurons.
pub fn layer_table(layers: &[LayerStats]) -> Table {
    let mut table = Table::new([
        "layer",
        "density by time step",
        "clamped",
        "silent neurons",
        "squared error",
        "SQNR dB",
        "membrane",
        "of its range",
    ]);
    for layer in layers {
        let density: Vec<_> = layer.density.iter().map(|share| format!("{:.1}", 100.0 * share)).collect();
        let [low, high] = layer.membrane;
        table.row(vec![
            Cell::text(&layer.name),
            Cell::text(format!("{} %", density.join(" "))),
            Cell::share(layer.clamped),
            Cell::share(layer.silent),
            layer.squared_error.map_or_else(Cell::none, |error| Cell::real(error, 5)),
            layer.sqnr_db.map_or_else(Cell::none, |ratio| Cell::real(ratio, 1)),
            Cell::text(format!("{low}..{high}")),
            Cell::share(layer.membrane_used()),
        ]);
    }
    table
}

/// A row a label, a column a class that the fixed-point network gives.
fn confusion(summary: &Summary) -> String {
    let widest = summary.confusion.iter().flatten().max().map_or(1, |most| most.to_string().len()).max(3);
    let line = |head: String, cells: Vec<String>| {
        let cells: Vec<_> = cells.iter().map(|cell| format!("{cell:>widest$}")).collect();
        format!("{head:>5}  {}\n", cells.join(" "))
    };
    let mut text = line("label".into(), (0..summary.confusion.len()).map(|class| class.to_string()).collect());
    for (label, row) in summary.confusion.iter().enumerate() {
        text += &line(label.to_string(), row.iter().map(u64::to_string).collect());
    }
    text.trim_end().to_string()
}
