//! `volley report`: everything that is known of a network and its core on one page.

mod hardware;
mod layers;
mod network;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use ndarray::s;
use volley::board::Board;
use volley::core_folder::{self, Core};
use volley::cosim::{self, Verdict};
use volley::data::Images;
use volley::error::{Kind, Place};
use volley::eval::{self, LayerStats};
use volley::fixed_point;
use volley::folder::{self, Converted};
use volley::numbers::thousands;
use volley::output::write_whole_file;
use volley::page::Page;
use volley::quantise::quantise;
use volley::schedule::{Activity, Figures};
use volley::{Error, plot};

use super::{Outcome, advice, images, progress, say, seconds};
use super::{cosim as simulation, eval as evaluation, plan};

/// Images whose events the estimates of a core's clocks are of.
const ESTIMATED: usize = 16;

/// Write one page about a network and its core: accuracy, layers, resources, clocks, memories
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley report net --data test.npz -o report.html
  volley report net --rtl rtl --board ulx3s-85f --data test.npz --limit 1000 -o report.html

The page is one file that needs no network. It says of everything that was not given how to get it.
Exit code 1 if the Verilog and the model differ.")]
pub struct Args {
    /// Folder that `volley convert` wrote
    #[arg(value_name = "NET")]
    network: PathBuf,
    /// The network's core: a folder that `volley generate` wrote
    #[arg(long, value_name = "RTL")]
    rtl: Option<PathBuf>,
    /// Labelled test images
    #[arg(long, value_name = "TEST.npz")]
    data: Option<PathBuf>,
    /// Measure the accuracy on the first N images only
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Images of --data that show what each layer does
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    layers: u32,
    /// Board to estimate the core's resources on: a name, or the path of a board's TOML
    #[arg(long, value_name = "BOARD")]
    board: Option<String>,
    /// Images of --data to simulate the core on, by Verilator, for its clocks; 0 leaves that out
    #[arg(long, value_name = "N", default_value_t = 2)]
    frames: u32,
    /// Page to write
    #[arg(short, long, value_name = "REPORT.html")]
    output: PathBuf,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let start = Instant::now();
    let (mut outcome, mut size) = (Outcome::Fine, 0);
    write_whole_file(&args.output, || -> Result<String> {
        let findings = Findings::new(args)?;
        let verdict = findings.core.as_ref().and_then(|known| known.measured.as_ref().ok());
        if let Some(mismatch) = verdict.filter(|verdict| !verdict.is_equal()) {
            eprintln!("{}; `volley cosim` shows where", simulation::conclusion(mismatch));
            outcome = Outcome::Bad;
        }
        let text = findings.page()?.html();
        size = text.len();
        Ok(text)
    })?;
    say(format!("wrote {}, {} bytes, in {}", args.output.display(), thousands(size as u64), seconds(start.elapsed())))?;
    Ok(outcome)
}

/// What is known.
struct Findings {
    converted: Converted,
    network: fixed_point::Network,
    /// What the networks classify; without labelled images the reason why it is not known.
    accuracy: Result<eval::Summary, String>,
    /// Images behind `layers`.
    images: usize,
    /// Empty without images.
    layers: Vec<LayerStats>,
    core: Option<Known>,
}

/// What is known of a core.
struct Known {
    core: Core,
    /// A board with the core's estimates on it.
    board: Option<(Board, Figures)>,
    /// Images that the estimates are of; 0 where every element counts as an event.
    images: usize,
    /// Or the reason why nothing was measured.
    measured: Result<Verdict, String>,
}

impl Findings {
    fn new(args: &Args) -> Result<Findings> {
        let converted = folder::read(&args.network)?;
        let network = quantise(&converted.network, &converted.settings)?;
        let board = args.board.as_deref().map(Board::find).transpose()?;
        let core = args.rtl.as_deref().map(|rtl| core_of(rtl, &network, &args.network)).transpose()?;
        let most = ESTIMATED.max(args.layers as usize).max(args.frames as usize);
        let shape = network.input.shape;
        let sample = args.data.as_deref().map(|data| images(data, Some(most), shape)).transpose()?;
        let core = match core {
            Some(core) => Some(Known::new(args, core, board, sample.as_ref())?),
            None => None,
        };
        let bar = progress::bar(0, "");
        let accuracy = match (&args.data, &sample) {
            (Some(data), Some(Images { labels: Some(_), .. })) => {
                Ok(evaluation::evaluate(&converted, data, args.limit, &bar)?)
            }
            (Some(data), _) => Err(format!("{} has no labels (y)", data.display())),
            (None, _) => Err("there were no images; give labelled ones with --data TEST.npz".into()),
        };
        let (mut seen, mut layers) = (0, Vec::new());
        if let Some(sample) = &sample {
            let sample = first(sample, args.layers as usize);
            seen = sample.len();
            bar.set_message("layers");
            bar.inc_length(seen as u64);
            let onnx = converted.onnx.as_deref();
            layers = eval::layers(&converted.network, &network, onnx, &sample, &|done| bar.inc(done as u64))?;
        }
        bar.finish_and_clear();
        Ok(Findings { converted, network, accuracy, images: seen, layers, core })
    }

    fn page(&self) -> volley::Result<Page> {
        let given = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
        let mut page = Page::new(format!("{} as group neurons", self.network.name), format!("volley {given}"));
        network::facts(self, &mut page);
        network::structure(self, &mut page)?;
        network::accuracy(self, &mut page)?;
        layers::section(self, &mut page)?;
        hardware::sections(self.core.as_ref(), &mut page)?;
        Ok(page)
    }
}

/// The core of a folder, which must be one of `network`.
fn core_of(rtl: &Path, network: &fixed_point::Network, folder: &Path) -> volley::Result<Core> {
    let core = core_folder::read(rtl)?;
    if core.network == *network {
        return Ok(core);
    }
    let problem = format!("this is not a core of the network in {}", folder.display());
    let advice = "generate it from that folder, or give the folder that it was generated from";
    Err(Kind::OtherNetwork { problem }.at(rtl).advise(advice))
}

impl Known {
    fn new(args: &Args, core: Core, board: Option<Board>, sample: Option<&Images>) -> volley::Result<Known> {
        let estimated = sample.map(|sample| first(sample, ESTIMATED));
        let happens = match &estimated {
            Some(images) => plan::happenings(&core.network, images)?,
            None => vec![Activity::dense(&core.network)],
        };
        let figures = |board: Board| {
            let figures = Figures::new(&core.network, &core.plan, &happens, board.family)?;
            Ok::<_, Error>((board, figures))
        };
        let board = board.map(figures).transpose()?;
        let measured = match (sample, &args.rtl) {
            (Some(sample), Some(rtl)) if args.frames > 0 => measure(rtl, &core, &first(sample, args.frames as usize))?,
            (None, _) => Err("there were no images to simulate it on; give some with --data TEST.npz".into()),
            _ => Err("it was left out with --frames 0".into()),
        };
        Ok(Known { core, board, images: estimated.map_or(0, |images| images.len()), measured })
    }
}

/// Simulates the core. A simulator that is missing or fails is a reason to say so on the page, not to have none.
fn measure(rtl: &Path, core: &Core, images: &Images) -> volley::Result<Result<Verdict, String>> {
    let work = simulation::temporary_folder()?;
    match simulation::check(rtl, core, images, &cosim::Options::new(work.path())) {
        Ok(verdict) => Ok(Ok(verdict)),
        Err(error) if matches!(error.place(), Place::Tool(_)) => Ok(Err(advice::of_library("report", &error))),
        Err(error) => Err(error),
    }
}

/// The first `count` images, or all if there are fewer.
fn first(images: &Images, count: usize) -> Images {
    let count = count.min(images.len());
    Images {
        pixels: images.pixels.slice(s![..count, .., .., ..]).to_owned(),
        labels: images.labels.as_ref().map(|labels| labels[..count].to_vec()),
    }
}

/// A chart of bars with one value a name.
fn chart(axis: plot::Axis, names: &[&str], values: impl Iterator<Item = Option<f64>>) -> volley::Result<plot::Svg> {
    plot::bars(&axis, names, &[plot::Bars::new("", values.collect())])
}
