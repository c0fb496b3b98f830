//! `volley inspect`: what a model, a converted network or a generated core consists of.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::json;
use volley::core_folder;
use volley::fixed_point::{Network, Op};
use volley::{Converted, Core, ann, eval, import, snn};

use super::advice::Usage;
use super::{Json, Outcome, images, say, say_json, say_table};
use volley::report::tables;
use volley::table::{Cell, Table};

/// Images on which the spike density is measured by default.
const LIMIT: usize = 100;

/// Show what an ONNX file, a converted network or a generated core consists of
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley inspect model.onnx
  volley inspect net --data test.npz
  volley inspect rtl")]
pub struct Args {
    /// An ONNX file, a folder of `volley convert` or one of `volley generate`
    #[arg(value_name = "MODEL.onnx | NET | RTL")]
    path: PathBuf,
    /// Images to measure the spike density of each layer on (converted networks and cores): an .npz or .npy file, or a folder of PNGs by class
    #[arg(long, value_name = "IMAGES")]
    data: Option<PathBuf>,
    /// Use only the first N images
    #[arg(long, value_name = "N", default_value_t = LIMIT)]
    limit: usize,
    #[command(flatten)]
    json: Json,
}

pub fn run(args: &Args) -> Result<Outcome> {
    if args.path.join(core_folder::MANIFEST).is_file() {
        core(args)
    } else if args.path.is_dir() {
        network(args)
    } else {
        model(args)
    }
}

fn model(args: &Args) -> Result<Outcome> {
    if args.data.is_some() {
        let problem = "an ONNX file has no spikes to count".into();
        let advice = "convert the network, then inspect the folder";
        return Err(Usage { flag: "--data", problem, advice }.into());
    }
    let network = import::read_onnx(&args.path, import::normalisation_for(&args.path)?)?;
    if args.json.wanted {
        let mut table = Table::new(["name", "operation", "inputs", "shape"]);
        for node in &network.nodes {
            table.row(vec![
                Cell::text(&node.name),
                Cell::text(node.op.name()),
                Cell::list(&node.inputs),
                Cell::text(node.shape),
            ]);
        }
        say_json(&json!({ "name": network.name, "normalisation": network.normalisation, "nodes": table.json() }))?;
    } else {
        say(ann::dump(&network))?;
    }
    Ok(Outcome::Fine)
}

fn network(args: &Args) -> Result<Outcome> {
    let converted = Converted::open(&args.path)?;
    let fixed = converted.quantise()?;
    let layers = tables::conversion(&converted, &fixed);
    let densities = args.data.as_deref().map(|path| densities(&fixed, path, args.limit)).transpose()?;
    if args.json.wanted {
        say_json(&json!({
            "name": fixed.name, "members": fixed.members, "timesteps": fixed.timesteps,
            "weight_bits": converted.settings.weight_bits, "threshold": fixed.threshold,
            "layers": layers.json(), "spikes": densities.map(|table| table.json()),
        }))?;
    } else {
        say("Converted network, float:")?;
        say(snn::dump(&converted.network))?;
        say("\nFixed-point network:")?;
        say(fixed.to_string())?;
        say("\nLayers:")?;
        say_table(&layers)?;
        print_densities(densities)?;
    }
    Ok(Outcome::Fine)
}

fn core(args: &Args) -> Result<Outcome> {
    let core: Core = Core::open(&args.path)?;
    let manifest = &core.design.manifest;
    let densities = args.data.as_deref().map(|path| densities(&core.network, path, args.limit)).transpose()?;
    if args.json.wanted {
        say_json(&json!({
            "core": manifest, "layers": tables::folding(&core).json(), "spikes": densities.map(|table| table.json()),
        }))?;
    } else {
        say(format!(
            "{}: input {}, {} classes, τ = {}, T = {}",
            manifest.top, manifest.input, manifest.classes, manifest.members, manifest.timesteps
        ))?;
        say_table(&tables::folding(&core))?;
        print_densities(densities)?;
    }
    Ok(Outcome::Fine)
}

fn print_densities(table: Option<Table>) -> Result<()> {
    let Some(table) = table else { return Ok(()) };
    say("\nEvents a frame:")?;
    say_table(&table)
}

/// Events of each layer, averages per frame, and their share of the events of a frame without zeros.
fn densities(network: &Network, path: &Path, limit: usize) -> Result<Table> {
    let images = images(path, Some(limit), network.input.shape)?;
    let mut table = Table::new(["layer", "events", "dense events", "density"]);
    for (node, density) in network.nodes.iter().zip(eval::densities(network, &images)?) {
        if let Op::Layer(_) = &node.op {
            table.row(vec![
                Cell::text(&node.name),
                Cell::real(density.events(), 1),
                Cell::count(density.dense()),
                Cell::share(density.events() / density.dense().max(1) as f64),
            ]);
        }
    }
    Ok(table)
}
