//! `volley sweep`: accuracy, cost and speed at many settings, resumable and parallel.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Instant;

use anyhow::Result;
use clap::ValueEnum;
use serde_json::{Value, json};
use volley::ann::Normalisation;
use volley::board::Board;
use volley::data;
use volley::error::{Artefact, Kind, Setting};
use volley::fixed_point::{Settings, ThresholdMode};
use volley::numbers::{Counts, Reals, percent};
use volley::output::{Own, write_whole_file};
use volley::pipeline::{DEFAULT_MARGIN, Target};
use volley::sweep::{self, Phase, Point, Sweep, Task};

use super::plan::clock;
use super::words::one_of;
use super::workflow::{self, Workflow};
use super::{Force, Json, Outcome, convert, images, progress, say, say_json, say_table, seconds};

/// Clock of a core without a board.
const CLOCK_MHZ: f64 = 100.0;

/// Measure accuracy, cost and speed at many settings
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley sweep model.onnx --data test.npz --members 1,2,4 --timesteps 1,2 --weight-bits 4..8 -o sweep
  volley sweep model.onnx --data test.npz --calibration calib.npz --members 4,8 --board ulx3s-85f -o sweep
  volley sweep model.onnx --data test.npz --members 4,8 --emit snakemake -o workflow

SWEEP grows: points that it has are kept, so a sweep can be stopped and started again, widened, or shared by several calls.
Costs, clocks and frames a second are estimates, as of `volley plan`. A point is on the Pareto front unless another one is at
least as good in accuracy, LUTs (50 for each DSP), block RAMs and frames a second, and better in one of them.")]
pub struct Args {
    /// The trained network: float32 ONNX of operator set 11 or later
    #[arg(value_name = "MODEL.onnx")]
    model: PathBuf,
    /// Labelled test images: an .npz or .npy file, or a folder of PNGs by class
    #[arg(long, value_name = "IMAGES")]
    data: PathBuf,
    /// Training images: they calibrate ReLU and ReLU6 activations, and show how many events each layer gets [default for the events: --data]
    #[arg(long, value_name = "IMAGES")]
    calibration: Option<PathBuf>,
    /// Members τ of each group neuron: numbers and ranges (1,2,4..8), separated by commas
    #[arg(long, value_name = "LIST")]
    members: Counts,
    /// Time steps T: numbers and ranges
    #[arg(long, value_name = "LIST", default_value = "1")]
    timesteps: Counts,
    /// Signed bits of a weight: numbers and ranges
    #[arg(long, value_name = "LIST", default_value = "8")]
    weight_bits: Counts,
    /// Kinds of thresholds: exact, pow2 or both, separated by a comma
    #[arg(long, value_name = "LIST", default_value = "exact")]
    threshold: Thresholds,
    /// Fold each point for the most frames a second on this board: a name, or the path of a board's TOML [default: 16 lanes per layer,
    /// costs of an ECP5]
    #[arg(long, value_name = "BOARD")]
    board: Option<String>,
    /// Clock of the core in MHz [default: the board's core_mhz, or 100]
    #[arg(long, value_name = "MHZ")]
    clock: Option<f64>,
    /// Share of the board's LUTs, multipliers and block RAMs to leave free
    #[arg(long, value_name = "SHARE", default_value_t = DEFAULT_MARGIN)]
    margin: f64,
    /// Use only the first N images
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Also run the float spiking networks, which takes long for deep networks
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, hide_default_value = true, hide_possible_values = true)]
    float: bool,
    /// Mean that training subtracted from pixel/255, one number per channel
    #[arg(long, value_name = "A,B,C", requires = "std", allow_hyphen_values = true)]
    mean: Option<Reals>,
    /// Standard deviation that training then divided by, one number per channel
    #[arg(long, value_name = "A,B,C", requires = "mean")]
    std: Option<Reals>,
    /// Stop after this phase; each job of a workflow does one phase
    #[arg(long, value_name = "PHASE", value_parser = one_of::<Phase>(), default_value_t = Phase::Table)]
    until: Phase,
    /// Do not run the sweep, but write it as a workflow to the folder SWEEP
    #[arg(long, value_name = "KIND", value_enum)]
    emit: Option<Emit>,
    /// Folder of the sweep; an existing one is kept
    #[arg(short, long, value_name = "SWEEP")]
    output: PathBuf,
    #[command(flatten)]
    force: Force,
    #[command(flatten)]
    json: Json,
}

/// Workflows that a sweep can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Emit {
    Snakemake,
}

#[derive(Debug, Clone, PartialEq)]
struct Thresholds(Vec<ThresholdMode>);

impl FromStr for Thresholds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut modes = Vec::new();
        for part in text.split(',').map(str::trim) {
            let mode = ThresholdMode::from_str(part).map_err(|_| format!("'{part}' is neither exact nor pow2"))?;
            if !modes.contains(&mode) {
                modes.push(mode);
            }
        }
        Ok(Thresholds(modes))
    }
}

pub fn run(args: &Args) -> Result<Outcome> {
    let start = Instant::now();
    let points = Point::grid(&args.members.0, &args.timesteps.0, &args.weight_bits.0, &args.threshold.0);
    for point in &points {
        Settings { weight_bits: point.weight_bits, ..Settings::default() }.validate()?;
    }
    let (target, clock_mhz) = target(args)?;
    if args.emit == Some(Emit::Snakemake) {
        workflow::emit(&args.output, args.force.wanted, &workflow(args)?)?;
        say(format!(
            "wrote the workflow of {} points to {}; run `snakemake --cores N` there",
            points.len(),
            args.output.display()
        ))?;
        return Ok(Outcome::Fine);
    }
    let mut converter = convert::converter(&args.model, flags(args))?;
    let shape = converter.imported().nodes[0].shape;
    let data = images(&args.data, args.limit, shape)?;
    say::note_limit(&args.data, args.limit, data.len());
    let calibration = args.calibration.as_deref().map(|path| images(path, None, shape)).transpose()?;
    if let Some(images) = &calibration {
        converter = converter.calibration(images);
    }
    sweep::prepare(&args.output)?;
    let task = Task {
        folder: &args.output,
        converter: &converter,
        data: &data,
        target: target.as_ref(),
        clock_mhz,
        float: args.float,
    };
    let bar = progress::bar(0, "");
    let sweep = sweep::run(&task, &points, args.until, &|phase, all, done| {
        if done == 0 {
            bar.set_length(all as u64);
            bar.set_position(0);
        }
        bar.set_message(match phase {
            Phase::Ann => "ANN",
            Phase::Networks => "converting",
            Phase::Points | Phase::Table => "points",
        });
        bar.inc(done as u64);
    })?;
    bar.finish_and_clear();
    super::notes(sweep.notes.iter().map(|(networks, note)| format!("{}: {note}", networks.join(", "))));
    if args.until == Phase::Table {
        write_whole_file(&args.force.target(args.output.join("sweep.html")), Own::SweepPage, || -> Result<Vec<u8>> {
            Ok(sweep.page(&say::called())?.html().into_bytes())
        })?;
    }
    print(args, &sweep, points.len(), seconds(start.elapsed()))?;
    Ok(Outcome::Fine)
}

fn print(args: &Args, sweep: &Sweep, points: usize, elapsed: String) -> Result<()> {
    let computed = if args.until >= Phase::Points { points - sweep.kept } else { 0 };
    if args.json.wanted {
        return say_json(&json!({
            "ann": sweep.ann, "points": sweep.rows, "notes": sweep.notes, "kept": sweep.kept, "computed": computed, "folder": args.output,
        }));
    }
    if !sweep.rows.is_empty() {
        say_table(&sweep::table(&sweep.rows))?;
    }
    say(format!("float ANN {}", percent(sweep.ann)))?;
    say(format!("{} points kept, {computed} computed in {elapsed}; {}", sweep.kept, args.output.display()))
}

fn flags(args: &Args) -> Option<Normalisation> {
    let (mean, std) = args.mean.as_ref().zip(args.std.as_ref())?;
    Some(Normalisation { mean: mean.0.clone(), std: std.0.clone() })
}

/// The board to fold for, if there is one, and the clock.
fn target(args: &Args) -> volley::Result<(Option<Target>, f64)> {
    let board = args.board.as_deref().map(Board::find).transpose()?;
    let clock_mhz = clock(args.clock.unwrap_or(board.as_ref().map_or(CLOCK_MHZ, |board| board.core_mhz)))?;
    if !(0.0..1.0).contains(&args.margin) {
        return Err(Kind::out_of_range(args.margin, 0.0..1.0).at(Setting::Margin));
    }
    Ok((board.map(|board| Target { margin: args.margin, clock_mhz, ..Target::new(board) }), clock_mhz))
}

fn workflow(args: &Args) -> volley::Result<Workflow> {
    // The workflow is run in a folder of its own.
    let whole = |path: &Path| -> volley::Result<String> {
        let found = path.canonicalize().map_err(|error| Kind::Unreadable { wanted: Artefact::Any, error }.at(path))?;
        Ok(found.display().to_string())
    };
    let numbers = |numbers: &Option<Reals>| {
        numbers.as_ref().map(|numbers| numbers.0.iter().map(f64::to_string).collect::<Vec<_>>().join(","))
    };
    let board = match &args.board {
        Some(name) if Path::new(name).exists() => Some(whole(Path::new(name))?),
        name => name.clone(),
    };
    let calibration = args.calibration.as_deref().map(whole).transpose()?;
    let flags: Vec<(&'static str, Value)> = vec![
        ("data", json!(whole(&args.data)?)),
        ("calibration", json!(calibration)),
        ("mean", json!(numbers(&args.mean))),
        ("std", json!(numbers(&args.std))),
        ("limit", json!(args.limit)),
        ("float", json!(args.float)),
        ("board", json!(board)),
        ("clock", json!(args.clock)),
        ("margin", json!(args.margin)),
    ];
    // Reported now rather than by a job on a cluster.
    data::read(&args.data, Some(1))?;
    Ok(Workflow {
        members: args.members.0.clone(),
        timesteps: args.timesteps.0.clone(),
        weight_bits: args.weight_bits.0.clone(),
        thresholds: args.threshold.0.iter().map(ToString::to_string).collect(),
        flags,
        model: whole(&args.model)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_words() {
        assert_eq!("pow2,exact".parse(), Ok(Thresholds(vec![ThresholdMode::Pow2, ThresholdMode::Exact])));
        assert!("round".parse::<Thresholds>().is_err());
    }
}
