//! `volley convert`: a trained network becomes a converted-network folder.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use serde_json::json;
use volley::Converter;
use volley::ann::Normalisation;
use volley::convert::calibrate::Calibration;
use volley::data::Images;
use volley::error::{Artefact, Error, Kind};
use volley::fixed_point::{Settings, ThresholdMode};
use volley::numbers::{Reals, percent};
use volley::pipeline::Phase;
use volley::report::tables;
use volley::shape::Shape;

use super::advice::Usage;
use super::words::one_of;
use super::{Force, Json, Outcome, images, progress, say, say_json, say_table, seconds};

/// Turn a trained network (ONNX) into a spiking network of group neurons
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley convert model.onnx --members 4 --timesteps 1 -o net
  volley convert model.onnx --members 4 --timesteps 1 --weight-bits 8,conv_1=6 -o net
  volley convert model.onnx --neuron if --timesteps 32 -o net
  volley convert model.onnx --members 4 --timesteps 1 --data calib.npz --max-loss 0.2 -o net

The input's normalisation is read from the [input] table (mean, std) of model.toml beside model.onnx, or given as flags.
Networks with plain ReLU activations need sample images (--data) to find their thresholds; clipped ones (ReLU6) are
more accurate with them.")]
pub struct Args {
    /// The trained network: float32 ONNX of operator set 11 or later
    #[arg(value_name = "MODEL.onnx")]
    model: PathBuf,
    /// Sample images to calibrate ReLU and ReLU6 activations and --max-loss with: training images, never the test set; an .npz or .npy file, or a folder of PNGs by class
    #[arg(long, value_name = "IMAGES")]
    data: Option<PathBuf>,
    /// How far to calibrate ReLU and ReLU6 activations; each way does more than the one before
    #[arg(long, value_parser = one_of::<Calibration>(), default_value_t)]
    calibrate: Calibration,
    /// What fires: groups of --members, or single integrate-and-fire neurons (groups of one), the classical baseline
    #[arg(long, value_enum, default_value_t = NeuronKind::Group)]
    neuron: NeuronKind,
    /// Members τ of each group neuron, 1 to 255 [default: the levels L of a QCFS network]
    #[arg(long, value_name = "τ")]
    members: Option<u32>,
    /// Time steps T, 1 to 64
    #[arg(long, value_name = "T")]
    timesteps: u32,
    /// Signed bits of a weight, 2 to 16: a number for all layers, or layer=number, separated by commas
    #[arg(long, value_name = "B", default_value_t = Settings::default().weight_bits.to_string())]
    weight_bits: String,
    /// Choose the fewest weight bits of each layer, at most --weight-bits, that keep the accuracy on the labelled images of --data
    /// within this many points (%) of the float SNN's
    #[arg(long, value_name = "POINTS")]
    max_loss: Option<f64>,
    /// Which thresholds the hardware may have: any integer, or powers of two, which cost less logic
    #[arg(long, value_parser = one_of::<ThresholdMode>(), default_value_t = Settings::default().threshold)]
    threshold: ThresholdMode,
    /// Mean that training subtracted from pixel/255, one number per channel
    #[arg(long, value_name = "A,B,C", requires = "std", allow_hyphen_values = true)]
    mean: Option<Reals>,
    /// Standard deviation that training then divided by, one number per channel
    #[arg(long, value_name = "A,B,C", requires = "mean")]
    std: Option<Reals>,
    /// Folder to write: network.toml, weights.safetensors, model.onnx
    #[arg(short, long, value_name = "NET")]
    output: PathBuf,
    #[command(flatten)]
    force: Force,
    #[command(flatten)]
    json: Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum NeuronKind {
    Group,
    If,
}

impl NeuronKind {
    /// τ, where a QCFS network's `levels` are the best.
    fn members(self, asked: Option<u32>, levels: Option<u32>) -> Result<u32, Usage> {
        let wrong = |problem: String, advice| Err(Usage { flag: "--members", problem, advice });
        match (self, asked.or(levels.filter(|_| self == NeuronKind::Group))) {
            (NeuronKind::Group, Some(members)) => Ok(members),
            (NeuronKind::Group, None) => wrong(
                "it is not given, and the network was not trained with QCFS levels that would say how large groups should be".into(),
                "choose a number from 1 to 255 (more is more accurate and slower), or --neuron if for single neurons",
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
    let settings = Settings::parse(&args.weight_bits, args.threshold)?;
    settings.validate()?;
    let converter = converter(&args.model, flags)?;
    let conversion = converter.replace_activations()?;
    let members = args.neuron.members(args.members, conversion.levels())?;
    let mut converter =
        converter.members(members).timesteps(args.timesteps).settings(settings.clone()).calibrate(args.calibrate);
    let shape = converter.imported().nodes[0].shape;
    let calibration = calibration(args, shape)?;
    if let Some(images) = &calibration {
        converter = converter.calibration(images);
    }
    if let Some(points) = args.max_loss {
        converter = converter.max_loss(points / 100.0);
    }
    let bar = progress::bar(0, "");
    let show = |phase, all: usize, done: usize| {
        let work = match phase {
            Phase::Calibration => "calibrating",
            Phase::WeightBits => "choosing weight bits",
        };
        progress::show(&bar, work, all, done);
    };
    let converted = converter.progress(&show).convert_with_choice();
    bar.finish_and_clear();
    let (converted, choice) = converted?;
    let fixed = converted.quantise()?;
    converted.write(args.force.target(&args.output))?;
    let elapsed = start.elapsed();
    super::notes(&converted.notes);
    if calibration.is_some() && args.max_loss.is_none() && !conversion.gains_by_calibration() {
        super::notes(["the images of --data changed nothing: every layer brings its λ from training"]);
    }
    let table = tables::conversion(&converted, &fixed);
    if args.json.wanted {
        say_json(&json!({
            "network": fixed.name, "members": fixed.members, "timesteps": fixed.timesteps,
            "weight_bits": settings.weight_bits, "layers": table.json(), "mixed_precision": choice, "notes": converted.notes,
            "seconds": elapsed.as_secs_f64(),
        }))?;
    } else {
        say_table(&table)?;
        say(tables::network_line(&fixed))?;
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

/// The model, with the normalisation from the flags, or else from the file beside it.
pub fn converter<'a>(model: &Path, flags: Option<Normalisation>) -> volley::Result<Converter<'a>> {
    match flags {
        Some(normalisation) => Converter::open_with(model, normalisation),
        None => Converter::open(model).map_err(|error| match error.kind() {
            Kind::NoNormalisation => no_normalisation(model),
            _ => error,
        }),
    }
}

/// The images of --data.
fn calibration(args: &Args, shape: Shape) -> Result<Option<Images>> {
    let Some(path) = &args.data else {
        if args.max_loss.is_some() {
            let problem = "it needs images to measure the accuracy on".into();
            let advice = "give labelled training images with --data";
            return Err(Usage { flag: "--max-loss", problem, advice }.into());
        }
        return Ok(None);
    };
    Ok(Some(images(path, None, shape)?))
}

fn no_normalisation(model: &Path) -> Error {
    let problem = "there is no such file with an [input] table, and --mean and --std are not given";
    let advice = "say how training normalised its images, (pixel/255 − mean)/std with one number for each channel: \
                  --mean 0 --std 1 if it did not, for grey images";
    Kind::malformed(Artefact::Normalisation, problem).at(model.with_extension("toml")).advise(advice)
}
