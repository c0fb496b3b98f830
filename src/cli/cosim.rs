//! `volley cosim`: the generated Verilog in a simulator against the reference model, value for value.

use std::path::{Path, PathBuf};

use anyhow::Result;
use volley::cosim::{Options, Simulator, Verdict};
use volley::data::Images;
use volley::error::{Kind, Setting};
use volley::output::{Own, Target, check_file, temporary_folder};
use volley::{Core, data};

use super::words::one_of;
use super::{Force, Json, Outcome, progress, say, say_json, say_table};
use volley::report::tables;

/// Simulate the generated Verilog and compare every value of every layer with the model
#[derive(clap::Args)]
#[command(after_help = "Example:
  volley cosim rtl --data test.npz --frames 50 --stalls 25

A difference is named (layer, frame, pixel, channel, time step), a waveform around it is written, and the exit code is 1.")]
pub struct Args {
    /// Folder that `volley generate` wrote
    #[arg(value_name = "RTL")]
    rtl: PathBuf,
    /// Images to stream: an .npz or .npy file, or a folder of PNGs by class
    #[arg(long, value_name = "IMAGES")]
    data: PathBuf,
    /// Stream the first N images, one after the other
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    frames: u32,
    /// Share of clocks in percent, 0 to 90, in which the source pauses and, independently, the sink refuses
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=90))]
    stalls: u8,
    /// Seed of the random stalls and of registers without a reset
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u32,
    /// Verilator is fast; Icarus is slow and knows unknown values
    #[arg(long, value_parser = one_of::<Simulator>(), default_value_t = Simulator::Verilator)]
    simulator: Simulator,
    /// Folder for the built simulator and its recordings, kept for the next run [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// Waveform file to write if something differs
    #[arg(long, value_name = "FILE", default_value = "mismatch.fst")]
    wave: PathBuf,
    #[command(flatten)]
    force: Force,
    #[command(flatten)]
    json: Json,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let core = Core::open(&args.rtl)?;
    let images = frames(&args.data, args.frames as usize, &core)?;
    let wave = args.force.target(&args.wave);
    check_file(&wave, Own::Waveform)?;
    // A temporary folder of one's own, so that a waveform is made of what was built for the run.
    let temporary = args.work.is_none().then(temporary_folder).transpose()?;
    let options = Options {
        work_dir: args.work.clone().or(temporary.as_ref().map(|folder| folder.path().into())),
        simulator: args.simulator,
        stalls: stalls(args.stalls),
        seed: args.seed,
        ..Options::default()
    };
    let verdict = check(&args.rtl, &core, &images, &options)?;
    if args.json.wanted {
        say_json(&verdict)?;
    } else {
        say_table(&tables::cosimulation(&core, &verdict))?;
        say(format!(
            "{} frames, {:.1} clocks a frame, {} until the first scores",
            verdict.frames, verdict.cycles_per_frame, verdict.first_latency
        ))?;
    }
    let outcome = conclude(&args.rtl, &core, &images, &options, &verdict, &wave)?;
    if !args.json.wanted {
        say(tables::verdict_line(&verdict))?;
    }
    Ok(outcome)
}

/// The first `count` images of a file that has at least that many.
fn frames(path: &Path, count: usize, core: &Core) -> volley::Result<Images> {
    let images = data::read(path, Some(count))?;
    data::check_shape(&images, core.network.input.shape, path)?;
    if images.len() < count {
        return Err(Kind::TooFewImages { asked: count, found: images.len() }.at(Setting::Frames));
    }
    Ok(images)
}

/// Percent as 1/256, the simulator's unit.
pub fn stalls(percent: u8) -> u8 {
    (u32::from(percent) * 256 / 100) as u8
}

/// Simulates and compares.
pub fn check(rtl: &Path, core: &Core, images: &Images, options: &Options) -> volley::Result<Verdict> {
    let spinner = progress::spinner("building the simulator and streaming the frames");
    let verdict = core.cosimulate_in(rtl, images, options);
    spinner.finish_and_clear();
    verdict
}

/// Says on stderr what differs, if anything does, and writes the waveform around it.
pub fn conclude(
    rtl: &Path,
    core: &Core,
    images: &Images,
    options: &Options,
    verdict: &Verdict,
    wave: &Target,
) -> volley::Result<Outcome> {
    if verdict.passed() {
        return Ok(Outcome::Fine);
    }
    for problem in &verdict.protocol_errors {
        eprintln!("protocol: {problem}");
    }
    if let Some(mismatch) = &verdict.first_mismatch {
        eprintln!("first mismatch: {mismatch}");
        let spinner = progress::spinner("recording the waveform");
        let (from, to) = core.waveform_in(rtl, images, options, mismatch, wave)?;
        spinner.finish_and_clear();
        eprintln!("waveform of the clocks {from} to {to}: {}", wave.path().display());
    }
    Ok(Outcome::Bad)
}
