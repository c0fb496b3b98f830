//! `volley eval`: what conversion and fixed point cost in accuracy, and where.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;
use volley::Converted;
use volley::eval::{self, Phase, Summary};
use volley::report::tables;

use super::{Json, Outcome, images, progress, say, say_json, say_table};

/// Run the ANN, the float SNN and the fixed-point SNN on labelled images
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley eval net --data test.npz --limit 1000
  volley eval net --data test.npz --layers 200 --confusion

Images (they may be larger than memory):
  FILE.npz      x: N×H×W, N×H×W×C or N×C×H×W, pixels 0..255 or these divided by 255; y: labels, or one-hot rows
  x_NAME.npy    the same, with labels in y_NAME.npy beside it
  DIR           DIR/CLASS/*.png, grey or RGB; the first N are one of each class in turn")]
pub struct Args {
    /// Folder that `volley convert` wrote
    #[arg(value_name = "NET")]
    network: PathBuf,
    /// Labelled test images: an .npz or .npy file, or a folder of PNGs by class
    #[arg(long, value_name = "IMAGES")]
    data: PathBuf,
    /// Use only the first N images
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Also show, for the first N images, what each layer's neurons do and how far they are from the ANN's activations
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    layers: usize,
    /// Also show which classes are confused with each other
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, hide_default_value = true, hide_possible_values = true)]
    confusion: bool,
    #[command(flatten)]
    json: Json,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let converted = Converted::open(&args.network)?;
    let (network, onnx) = (&converted.network, converted.onnx.as_deref());
    let bar = progress::bar(0, "");
    let show = |at, all, done| progress::show(&bar, phase(at), all, done);
    let summary = eval::evaluate_file(network, &converted.settings, onnx, &args.data, args.limit, &show)?;
    let layers = match args.layers {
        0 => vec![],
        count => {
            let images = images(&args.data, Some(count), network.input.shape)?;
            let fixed = converted.quantise()?;
            eval::layers(network, &fixed, onnx, &images, &|done| progress::show(&bar, "layers", images.len(), done))?
        }
    };
    bar.finish_and_clear();
    super::notes(&converted.notes);
    say::note_limit(&args.data, args.limit, summary.images);
    if args.json.wanted {
        let mut json = serde_json::to_value(&summary)?;
        json["layers"] = json!(layers);
        json["notes"] = json!(converted.notes);
        say_json(&json)?;
        return Ok(Outcome::Fine);
    }
    say_table(&tables::accuracy(&summary))?;
    say(format!("{} images, {:.0} a second in fixed point", summary.images, summary.images_per_second))?;
    if !layers.is_empty() {
        say(String::new())?;
        say_table(&tables::layers(&layers))?;
    }
    if args.confusion {
        say(String::new())?;
        say(confusion(&summary))?;
    }
    Ok(Outcome::Fine)
}

/// What runs, for a progress bar.
pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Ann => "ANN",
        Phase::Float => "float SNN",
        Phase::Fixed => "fixed-point SNN",
    }
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
