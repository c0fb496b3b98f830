//! `volley demo`: the whole way on the bundled network, without any file of the user's.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use volley::cosim::{self, Verdict};
use volley::numbers::percent;
use volley::output::{Target, temporary_folder, write_file, write_folder};
use volley::report::tables;
use volley::{Converter, Core, Folding, data, eval};

use super::cosim::{check, conclude, stalls};
use super::{Outcome, say, say_table, seconds};

/// Convert the bundled digits network, generate its Verilog, and co-simulate 20 images
#[derive(clap::Args)]
#[command(after_help = "Example:
  volley demo --keep demo")]
pub struct Args {
    /// Keep everything in this folder: the model and its images, the converted network, the Verilog
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

const MODEL: &str = "digits.onnx";
const IMAGES: &str = "test.npz";

/// The bundled files, see `examples/digits/README.md`.
const FILES: [(&str, &[u8]); 3] = [
    (MODEL, include_bytes!("../../examples/digits/digits.onnx")),
    ("digits.toml", include_bytes!("../../examples/digits/digits.toml")),
    (IMAGES, include_bytes!("../../examples/digits/test.npz")),
];

/// Images that are simulated, and percent of stalled clocks.
const FRAMES: usize = 20;
const STALLS: u8 = 25;

/// The demo's results, collected while its folder is being filled.
struct Results {
    core: Core,
    verdict: Verdict,
    summary: eval::Summary,
    outcome: Outcome,
    times: [std::time::Duration; 3],
}

pub fn run(args: &Args) -> Result<Outcome> {
    let mut results = None;
    let mut fill = |folder: &Path| {
        results = Some(demo(folder)?);
        Ok(())
    };
    match &args.keep {
        Some(keep) => write_folder(&Target::from(keep), MODEL, fill)?,
        None => fill(temporary_folder()?.path())?,
    }
    let Some(results) = results else { return Ok(Outcome::Unusable) };
    let Results { core, verdict, summary, outcome, times: [convert, generate, simulate] } = results;
    let network = &core.network;
    say(format!(
        "digits: handwritten digits of 8×8 pixels; QCFS network with L = 4 as group neurons, τ = {}, T = {}\n",
        network.members, network.timesteps
    ))?;
    say_table(&tables::cosimulation(&core, &verdict))?;
    say(format!(
        "accuracy on {} images: float {}, fixed point {}",
        summary.images,
        percent(summary.ann.unwrap_or(summary.snn_float)),
        percent(summary.snn_fixed)
    ))?;
    say(format!(
        "converted in {}, generated {} files in {}, built and simulated in {}",
        seconds(convert),
        core.design.files.len(),
        seconds(generate),
        seconds(simulate)
    ))?;
    if let Some(keep) = &args.keep {
        say(format!("kept in {}", keep.display()))?;
    }
    say(format!("{} frames with random stalls, {:.1} clocks a frame", verdict.frames, verdict.cycles_per_frame))?;
    say(tables::verdict_line(&verdict))?;
    Ok(outcome)
}

fn demo(folder: &Path) -> volley::Result<Results> {
    for (name, bytes) in FILES {
        write_file(&folder.join(name), bytes)?;
    }
    let start = Instant::now();
    let converted = Converter::open(folder.join(MODEL))?.members(4).timesteps(1).convert()?;
    converted.write(folder.join("net"))?;
    let converting = start.elapsed();

    let start = Instant::now();
    let core = converted.generate(&Folding::default())?;
    let rtl = folder.join("rtl");
    core.write(&rtl)?;
    let generating = start.elapsed();

    let images = data::read(&folder.join(IMAGES), None)?;
    let summary = converted.evaluate(&images)?;

    let start = Instant::now();
    let work = temporary_folder()?;
    let mut simulation = cosim::Options::new(work.path());
    simulation.stalls = stalls(STALLS);
    let frames = images.take(FRAMES);
    let verdict = check(&rtl, &core, &frames, &simulation)?;
    let outcome = conclude(&rtl, &core, &frames, &simulation, &verdict, &Target::from("mismatch.fst"))?;
    Ok(Results { core, verdict, summary, outcome, times: [converting, generating, start.elapsed()] })
}
