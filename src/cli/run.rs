//! `volley run`: frames through an accelerator on a board.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use volley::Core;
use volley::data::{self, Images};
use volley::error::{Kind, Setting};
use volley::eval::wilson;
use volley::host::measure::{Measured, Measurement};
use volley::host::{Accelerator, DEFAULT_BAUD, Limits, Serial, WeightFile};
use volley::model::{Model, classes_of};
use volley::numbers::{interval, percent, thousands};

use super::advice::Usage;
use super::{Json, Outcome, progress, say, say_json};

/// Images that are in memory at a time, and between two looks at the accelerator's counters: few enough that no counter wraps.
const BATCH: usize = 256;

/// Classify images with an accelerator on a board, and compare its scores with the bit-accurate model
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley run --port /dev/ttyUSB1 --data test.npz
  volley run --port /dev/ttyUSB1 --data test.npz --rtl rtl --check
  volley run --port /dev/ttyUSB1 --data test.npz --weights other.vlyw

The first frames, half of them and at most 20, are sent one at a time, which gives the latency; the others as many at once as the accelerator
has space for, which gives the throughput. Latency and busy clocks are what the core takes: clocks in which it waits for the link are not
counted. The round trip has the link in it. What the line loses is sent again and counted.
Exit code 1: with --check, a score that differs from the model's; the first is named.")]
pub struct Args {
    /// Serial port of the board, or of a simulated one
    #[arg(long, value_name = "DEV")]
    port: String,
    /// Images to classify, with or without labels: an .npz or .npy file, or a folder of PNGs by class
    #[arg(long, value_name = "IMAGES")]
    data: PathBuf,
    /// Use the first N images [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    frames: Option<u32>,
    /// Bits a second on the line, for which the bitstream was built
    #[arg(long, value_name = "RATE", default_value_t = DEFAULT_BAUD, value_parser = clap::value_parser!(u32).range(1..))]
    baud: u32,
    /// Folder that `volley generate` wrote: refuse an accelerator that was not made from it
    #[arg(long, value_name = "RTL")]
    rtl: Option<PathBuf>,
    /// Compare every score with the model of --rtl
    // With an optional value, so that `--check=false` can win over the key in volley.toml.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value_t = false, hide_default_value = true, hide_possible_values = true)]
    check: bool,
    /// Load these weights first, as `volley weights` wrote them
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Seconds without an answer after which a message counts as lost; more for a slow line or a simulated accelerator
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    timeout: Duration,
    #[command(flatten)]
    json: Json,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let advice = format!("'{text}' is not a number of seconds; give one of 0.01 to 86400");
    let seconds = text.parse::<f64>().map_err(|_| advice.clone())?;
    if (0.01..=86_400.0).contains(&seconds) { Ok(Duration::from_secs_f64(seconds)) } else { Err(advice) }
}

pub fn run(args: &Args) -> Result<Outcome> {
    let core = args.rtl.as_deref().map(Core::open).transpose()?;
    let model = match (&core, args.check) {
        (Some(core), true) => Some(Model::new(&core.network)?),
        (None, true) => {
            let problem = "there is no model to compare with".into();
            let advice = "give the folder that the bitstream was made from (--rtl RTL)";
            return Err(Usage { flag: "--check", problem, advice }.into());
        }
        _ => None,
    };
    let weights = args.weights.as_deref().map(WeightFile::read).transpose()?;
    let port = Box::new(Serial::open(&args.port, args.baud)?);
    let mut accelerator = Accelerator::open(port, &args.port, Limits { timeout: args.timeout, ..Limits::default() })?;
    if let (Some(core), Some(folder)) = (&core, &args.rtl) {
        accelerator.require(core, folder)?;
    }
    if let Some(weights) = &weights {
        let bar = progress::bar(weights.data.len(), "loading weights");
        let loaded = accelerator.load_weights(weights, &mut |bytes| bar.inc(bytes as u64));
        bar.finish_and_clear();
        loaded?;
    }
    let measured = classify(args, &mut accelerator, model.as_ref())?;
    if args.json.wanted {
        say_json(&measured)?;
    } else {
        say(text(&measured))?;
    }
    let Some(check) = &measured.check else { return Ok(Outcome::Fine) };
    if let Some(first) = &check.first {
        eprintln!("first difference: {first}");
        return Ok(Outcome::Bad);
    }
    Ok(Outcome::Fine)
}

/// Sends all frames.
fn classify(args: &Args, accelerator: &mut Accelerator, model: Option<&Model>) -> volley::Result<Measured> {
    let shape = accelerator.identity().shape;
    let bar = progress::bar(0, "frames");
    let mut measurement = Measurement::new(accelerator)?;
    let limit = args.frames.map(|frames| frames as usize);
    let sent = data::batches(&args.data, limit, BATCH, &mut |all, images| {
        if let Some(frames) = limit.filter(|&frames| frames > all) {
            return Err(Kind::TooFewImages { asked: frames, found: all }.at(Setting::Frames));
        }
        bar.set_length(all as u64);
        data::check_shape(&images, shape, &args.data)?;
        check_labels(&images, accelerator.identity().classes, &args.data)?;
        measurement.add(accelerator, &images, all, model, &mut |frames| bar.inc(frames as u64))
    });
    bar.finish_and_clear();
    sent?;
    Ok(measurement.finish(accelerator))
}

fn check_labels(images: &Images, scores: usize, path: &Path) -> volley::Result<()> {
    let classes = classes_of(scores);
    let beyond = images.labels.iter().flatten().find(|&&label| label as usize >= classes);
    beyond.map_or(Ok(()), |&label| Err(Kind::LabelOutOfRange { label, classes }.at(path)))
}

/// For people: a line a quantity.
fn text(measured: &Measured) -> String {
    let mut lines = Vec::new();
    let mut line = |name: &str, text: String| lines.push(format!("{name:<12}{text}"));
    let accelerator = &measured.accelerator;
    let clock = accelerator.clock_hz.map_or(String::new(), |hz| format!(", {} MHz", f64::from(hz) / 1e6));
    line(
        "accelerator",
        format!(
            "design {:#010x}, {} to {} classes, τ = {}, T = {}{clock}",
            accelerator.design, accelerator.shape, accelerator.classes, accelerator.members, accelerator.timesteps
        ),
    );
    let frames = measured.frames as u64;
    line(
        "accuracy",
        measured.right.map_or("no labels".into(), |right| {
            let bounds = interval(wilson(right as f64, measured.frames as f64));
            let share = percent(right as f64 / measured.frames as f64);
            format!("{share} ({} of {}), 95 % interval {bounds}", thousands(right as u64), thousands(frames))
        }),
    );
    line(
        "latency",
        measured.latency.as_ref().map_or("not counted by this design".into(), |latency| {
            let time = latency.microseconds.map_or(String::new(), |time| format!(", {time:.1} µs"));
            let [least, median, most] = latency.clocks.map(|clocks| thousands(clocks.into()));
            format!("{median} clocks{time} in the core (median; {least} to {most} clocks)")
        }),
    );
    let trip = &measured.round_trip;
    let milliseconds = |time: f64| format!("{:.3} ms", 1e3 * time);
    let outside =
        trip.outside_core.map_or(String::new(), |time| format!("; link and host {} of it", milliseconds(time)));
    line(
        "round trip",
        format!(
            "median {}{outside}, 95th percentile {} ({} frames, one at a time)",
            milliseconds(trip.median),
            milliseconds(trip.p95),
            trip.frames
        ),
    );
    line(
        "throughput",
        measured.throughput.as_ref().map_or("too few frames".into(), |throughput| {
            format!("{:.1} frames a second ({} frames)", throughput.frames_per_second, thousands(throughput.frames))
        }),
    );
    let counters = &measured.counters;
    line(
        "core",
        format!(
            "{} frames, {} events, {} clocks busy; stalls: {} clocks at the input, {} at the output",
            thousands(counters.frames_out),
            thousands(counters.events),
            thousands(counters.busy_clocks),
            thousands(counters.input_stalls),
            thousands(counters.output_stalls)
        ),
    );
    line("link", format!("{}; errors the accelerator counted: {}", measured.link, thousands(counters.link_errors)));
    if let Some(check) = &measured.check {
        line("check", format!("{} scores compared, {} differ", thousands(check.compared), thousands(check.differ)));
    }
    lines.join("\n")
}
