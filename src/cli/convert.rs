//! `volley convert`: a trained network becomes a converted-network folder.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use serde_json::json;
use volley::ann::Normalisation;
use volley::convert::calibrate::{self, Calibration};
use volley::convert::{self, Options};
use volley::error::{Artefact, Error, Kind, Setting};
use volley::fixed_point::{self, Settings, ThresholdMode};
use volley::folder::{self, Converted};
use volley::mixed_precision::{self, Choice};
use volley::numbers::{Reals, percent, thousands};
use volley::snn::{Neuron, Op};
use volley::{data, import, input, quantise};

use super::advice::Usage;
use super::words::one_of;
use super::{Json, Outcome, images, progress, say, say_json, seconds};
use volley::table::{Cell, Table};

/// Turn a trained network (ONNX) into a spiking network of group neurons
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley convert model.onnx --members 4 --timesteps 1 -o net
  volley convert model.onnx --members 4 --timesteps 1 --weight-bits 8,conv_1=6 -o net
  volley convert model.onnx --neuron if --timesteps 32 -o net
  volley convert model.onnx --members 4 --timesteps 1 --data calib.npz --max-loss 0.2 -o net

The input's normalisation is read from the [input] table (mean, std) of model.toml beside model.onnx, or given as flags.
Networks with plain ReLU activations need sample images (--data) to find their thresholds.")]
pub struct Args {
    /// The trained network: float32 ONNX of operator set 11 or later
    #[arg(value_name = "MODEL.onnx")]
    model: PathBuf,
    /// Sample images to calibrate plain ReLU activations and --max-loss with: training images, never the test set
    #[arg(long, value_name = "CALIB.npz")]
    data: Option<PathBuf>,
    /// How far to calibrate plain ReLU activations, each way more than the one before
    #[arg(long, value_parser = one_of::<Calibration>(), default_value_t)]
    calibrate: Calibration,
    /// What fires: groups of --members, or single integrate-and-fire neurons, the classical baseline, which are groups of one
    #[arg(long, value_enum, default_value_t = NeuronKind::Group)]
    neuron: NeuronKind,
    /// Members τ of each group neuron, 1 to 255; for a QCFS network its levels L are best
    #[arg(long, value_name = "τ")]
    members: Option<u32>,
    /// Time steps T, 1 to 64
    #[arg(long, value_name = "T")]
    timesteps: u32,
    /// Signed bits of a weight, 2 to 16: a number for all layers, or layer=number, separated by commas
    #[arg(long, value_name = "B", default_value_t = Settings::default().weight_bits.to_string())]
    weight_bits: String,
    /// Choose the fewest weight bits of each layer, at most --weight-bits, that keep the accuracy on the labelled images of --data
    /// within so many points (%) of the float SNN's
    #[arg(long, value_name = "POINTS")]
    max_loss: Option<f64>,
    /// Which thresholds the hardware may have: any integer, or powers of two, which cost less logic
    #[arg(long, value_parser = one_of::<ThresholdMode>(), default_value_t = Settings::default().threshold)]
    threshold: ThresholdMode,
    /// Mean that training subtracted from pixel/255, one number a channel
    #[arg(long, value_name = "A,B,C", requires = "std", allow_hyphen_values = true)]
    mean: Option<Reals>,
    /// Standard deviation that it then divided by, one number a channel
    #[arg(long, value_name = "A,B,C", requires = "mean")]
    std: Option<Reals>,
    /// Folder to write: network.toml, weights.safetensors, model.onnx
    #[arg(short, long, value_name = "NET")]
    output: PathBuf,
    #[command(flatten)]
    json: Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum NeuronKind {
    Group,
    If,
}

impl NeuronKind {
    /// τ, as far as the kind leaves a choice.
    fn members(self, asked: Option<u32>) -> Result<u32, Usage> {
        let wrong = |problem: String, advice| Err(Usage { flag: "--members", problem, advice });
        match (self, asked) {
            (NeuronKind::Group, Some(members)) => Ok(members),
            (NeuronKind::Group, None) => wrong(
                "it is not given, and groups need a size".into(),
                "choose a number from 1 to 255 (a QCFS network's levels are best), or --neuron if for single neurons",
            ),
            (NeuronKind::If, None | Some(1)) => Ok(1),
            (NeuronKind::If, Some(members)) => wrong(
                format!("it is {members}, and an integrate-and-fire neuron is a group of one"),
                "leave it out or make it 1, or choose --neuron group",
            ),
        }
    }
}

pub fn run(args: &Args) -> Result<Outcome> {
    let start = Instant::now();
    let flags = match (&args.mean, &args.std) {
        (Some(mean), Some(std)) => Some(Normalisation { mean: mean.0.clone(), std: std.0.clone() }),
        _ => None,
    };
    let options = Options { members: args.neuron.members(args.members)?, timesteps: args.timesteps };
    let settings = Settings::parse(&args.weight_bits, args.threshold)?;
    let (mut converted, mut fixed) =
        convert(&args.model, flags, args.data.as_deref().map(|data| (data, args.calibrate)), &options, &settings)?;
    let choice = args.max_loss.map(|points| choose_bits(&converted, args.data.as_deref(), points)).transpose()?;
    if let Some(choice) = &choice {
        converted.settings = choice.settings.clone();
        fixed = quantise::quantise(&converted.network, &converted.settings)?;
    }
    folder::write(&args.output, &converted)?;
    let elapsed = start.elapsed();
    for warning in converted.network.warnings() {
        eprintln!("note: {warning}");
    }
    let table = table(&converted, &fixed);
    if args.json.wanted {
        say_json(&json!({
            "network": fixed.name, "members": fixed.members, "timesteps": fixed.timesteps,
            "weight_bits": settings.weight_bits, "layers": table.json(), "mixed_precision": choice,
            "seconds": elapsed.as_secs_f64(),
        }))?;
    } else {
        say(table.text())?;
        say(summary(&fixed))?;
        if let Some(choice) = &choice {
            say(format!(
                "a weight has {:.2} bits on average; accuracy on the calibration images: float SNN {}, {} bits {}, chosen {}",
                choice.mean_bits,
                percent(choice.float),
                args.weight_bits,
                percent(choice.bound),
                percent(choice.chosen)
            ))?;
        }
        say(format!("wrote {} in {}", args.output.display(), seconds(elapsed)))?;
    }
    Ok(Outcome::Fine)
}

/// Imports, converts, calibrates where it is needed, and quantises, so that impossible settings are refused at once.
pub fn convert(
    model: &Path,
    normalisation: Option<Normalisation>,
    data: Option<(&Path, Calibration)>,
    options: &Options,
    settings: &Settings,
) -> volley::Result<(Converted, fixed_point::Network)> {
    settings.validate()?;
    let onnx = read_model(model)?;
    let given = normalisation.is_some();
    let normalisation = self::normalisation(model, normalisation)?;
    let ann = import::read_onnx_bytes(&onnx, &model.display().to_string(), normalisation)
        .map_err(|error| beside(model, given, error))?;
    let mut conversion = convert::convert(ann, options)?;
    if let Some((path, method)) = data
        && !conversion.uncalibrated.is_empty()
    {
        let images = data::read_npz(path, None)?;
        data::check_shape(&images, conversion.network.input.shape, path)?;
        let bar = progress::bar(conversion.network.nodes.len(), "calibrating");
        calibrate::calibrate(&mut conversion, &images, method, &|| bar.inc(1))?;
        bar.finish_and_clear();
    }
    calibrate::require_calibrated(&conversion)?;
    let fixed = quantise::quantise(&conversion.network, settings)?;
    Ok((Converted { network: conversion.network, settings: settings.clone(), onnx: Some(onnx) }, fixed))
}

/// The content of an ONNX file.
pub fn read_model(model: &Path) -> volley::Result<Vec<u8>> {
    input::read(model, input::MOST_BYTES).map_err(|error| Kind::Unreadable { wanted: Artefact::Onnx, error }.at(model))
}

/// The normalisation that was given as flags, or else the one beside the model.
pub fn normalisation(model: &Path, flags: Option<Normalisation>) -> volley::Result<Normalisation> {
    match flags {
        Some(normalisation) => Ok(normalisation),
        None => import::normalisation_for(model)?.ok_or_else(|| no_normalisation(model)),
    }
}

/// A normalisation that was not `given` as flags is wrong in the file beside the model.
pub fn beside(model: &Path, given: bool, error: Error) -> Error {
    match error.place().setting() {
        Some(Setting::Mean | Setting::Std) if !given => error.within(model.with_extension("toml")),
        _ => error,
    }
}

/// The fewest weight bits that lose at most so many points.
fn choose_bits(converted: &Converted, data: Option<&Path>, points: f64) -> Result<Choice> {
    let Some(path) = data else {
        let problem = "it needs images to measure the accuracy on".into();
        return Err(Usage { flag: "--max-loss", problem, advice: "give labelled training images with --data" }.into());
    };
    let images = images(path, None, converted.network.input.shape)?;
    let bar = progress::bar(0, "choosing weight bits");
    let choice =
        mixed_precision::choose(&converted.network, &converted.settings, &images, points / 100.0, &|all, done| {
            bar.set_length(all as u64);
            bar.inc(done as u64);
        });
    bar.finish_and_clear();
    Ok(choice?)
}

fn no_normalisation(model: &Path) -> Error {
    let problem = "there is no such file with an [input] table, and --mean and --std are not given";
    let advice = "say how training normalised its images, (pixel/255 − mean)/std with one number for each channel: \
                  --mean 0 --std 1 if it did not, for grey images";
    Kind::malformed(Artefact::Normalisation, problem).at(model.with_extension("toml")).advise(advice)
}

/// One row a layer: what conversion and quantisation made of it.
pub fn table(converted: &Converted, fixed: &fixed_point::Network) -> Table {
    let mut table = Table::new([
        "layer",
        "replaces",
        "shape",
        "λ",
        "terms",
        "weights",
        "weight bits",
        "density",
        "accumulator bits",
        "membrane bits",
        "weight memory bits",
    ]);
    let members = converted.network.members as f32;
    for (node, integer) in converted.network.nodes.iter().zip(&fixed.nodes) {
        let (Op::Layer(layer), fixed_point::Op::Layer(whole)) = (&node.op, &integer.op) else { continue };
        let nonzero: usize = whole.terms.iter().map(|t| t.weights.iter().filter(|w| **w != 0).count()).sum();
        table.row(vec![
            Cell::text(&node.name),
            Cell::text(&node.origin),
            Cell::text(node.shape),
            match &layer.neuron {
                Neuron::Group { theta } => lambda(theta, members),
                Neuron::Readout => Cell::none(),
            },
            Cell::count(layer.terms.len() as u64),
            Cell::count(whole.weights() as u64),
            Cell::count(whole.weight_bits),
            Cell::share(nonzero as f64 / whole.weights().max(1) as f64),
            Cell::count(whole.widths.accumulator),
            Cell::count(whole.widths.membrane),
            Cell::count(whole.weights() as u64 * u64::from(whole.weight_bits)),
        ]);
    }
    table
}

/// λ = τθ: one number, or the least and the largest of the channels.
fn lambda(thetas: &[f32], members: f32) -> Cell {
    let (low, high) = thetas.iter().fold((f32::MAX, 0f32), |(low, high), &theta| (low.min(theta), high.max(theta)));
    match low == high {
        true => Cell::real((low * members).into(), 4),
        false => Cell::text(format!("{:.4}..{:.4}", low * members, high * members)),
    }
}

/// What the network is, in one line.
pub fn summary(fixed: &fixed_point::Network) -> String {
    let weights = fixed.nodes.iter().map(|node| match &node.op {
        fixed_point::Op::Layer(layer) => layer.weights() as u64,
        fixed_point::Op::Pool(_) => 0,
    });
    format!(
        "{}: input {}, τ = {}, T = {}, {} weights of {} bits",
        fixed.name,
        fixed.input.shape,
        fixed.members,
        fixed.timesteps,
        thousands(weights.sum()),
        fixed.weight_bits()
    )
}
