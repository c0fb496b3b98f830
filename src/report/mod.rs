//! The report: everything known about a network and its core, as one page. The page also says what was not given, and how to get it.

mod figures;
mod hardware;
mod layers;
mod network;
pub mod tables;

use std::path::Path;

use crate::board::Board;
use crate::build::Made;
use crate::cosim::{Options, Verdict};
use crate::data::{self, Images};
use crate::error::{Error, Kind, Place, Result};
use crate::eval::{self, LayerStats};
use crate::fixed_point;
use crate::page::Page;
use crate::pipeline::{Converted, Core, activities};
use crate::plot;
use crate::schedule::Figures;

/// Images whose events are used for the estimates of a core's clocks.
const ESTIMATED: usize = 16;

/// What a report is made from.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Folder of the converted network.
    pub network: &'a Path,
    /// Folder of its core.
    pub rtl: Option<&'a Path>,
    /// Board to estimate the core's resources on.
    pub board: Option<Board>,
    /// Folder of a synthesis or build of the core in `rtl`; not read without that.
    pub implementation: Option<&'a Path>,
    /// File of test images; labelled ones for the accuracy.
    pub data: Option<&'a Path>,
    /// First images of `data` to measure the accuracy on; `None` for all.
    pub limit: Option<usize>,
    /// First images of `data` that show what each layer does.
    pub layers: usize,
    /// First images of `data` to simulate the core on, by Verilator; 0 leaves that out.
    pub frames: usize,
}

/// What is being done, for a progress display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The core is built and simulated.
    Simulation,
    /// Networks classify the images.
    Evaluation(eval::Phase),
    /// What each layer does.
    Layers,
}

/// What is known.
#[derive(Debug)]
pub struct Findings {
    converted: Converted,
    network: fixed_point::Network,
    /// The networks' accuracies; without labelled images, the reason why they are not known.
    accuracy: Result<eval::Summary, String>,
    /// Number of images used for `layers`.
    images: usize,
    /// Empty without images.
    layers: Vec<LayerStats>,
    core: Option<Known>,
}

/// What is known about a core.
#[derive(Debug)]
struct Known {
    core: Core,
    /// A board with the core's estimates on it.
    board: Option<(Board, Figures)>,
    /// Number of images used for the estimates; 0 if every element counts as an event.
    images: usize,
    simulation: Simulation,
    /// What place and route, or at least synthesis, gave.
    made: Option<Made>,
}

/// Whether the Verilog was simulated.
#[derive(Debug)]
enum Simulation {
    Done(Box<Verdict>),
    /// It was not asked for; why, and how to get it.
    LeftOut(&'static str),
    /// It was asked for, and the simulator is missing or failed.
    Failed(Error),
}

impl Findings {
    /// Reads, measures and simulates. `progress` is told what is being done, how much of it there is, and how much more is done.
    ///
    /// # Errors
    /// [`Kind::OtherNetwork`] for a core of another network; what reading the folders and images, the evaluation and the co-simulation
    /// report, and [`Made::read`]. Where the simulator is missing or fails there is still a page: see [`Findings::failure`].
    pub fn gather(request: Request, progress: &(dyn Fn(Phase, usize, usize) + Sync)) -> Result<Findings> {
        let converted = Converted::open(request.network)?;
        let network = converted.quantise()?;
        let core = request.rtl.map(|rtl| core_of(rtl, &network, request.network)).transpose()?;
        let most = ESTIMATED.max(request.layers).max(request.frames);
        let sample = request.data.map(|path| images(path, most, &network)).transpose()?;
        let core = core.map(|core| Known::new(&request, core, sample.as_ref(), progress)).transpose()?;
        let onnx = converted.onnx.as_deref();
        let accuracy = match (request.data, &sample) {
            (Some(path), Some(Images { labels: Some(_), .. })) => {
                let progress = |phase, all, done| progress(Phase::Evaluation(phase), all, done);
                let (network, settings) = (&converted.network, &converted.settings);
                Ok(eval::evaluate_file(network, settings, onnx, path, request.limit, &progress)?)
            }
            (Some(path), _) => Err(format!("{} has no labels (y)", path.display())),
            (None, _) => Err("there were no images; give labelled ones".into()),
        };
        let (mut seen, mut layers) = (0, Vec::new());
        if let Some(sample) = &sample {
            let sample = sample.take(request.layers);
            seen = sample.len();
            let progress = |done| progress(Phase::Layers, seen, done);
            layers = eval::layers(&converted.network, &network, onnx, &sample, &progress)?;
        }
        Ok(Findings { converted, network, accuracy, images: seen, layers, core })
    }

    /// What the co-simulation found, if there was one.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.core.as_ref()?.verdict()
    }

    /// Why the co-simulation that was asked for could not be carried out, if it could not.
    pub fn failure(&self) -> Option<&Error> {
        match &self.core.as_ref()?.simulation {
            Simulation::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// The page; `command` made it and is printed on it.
    ///
    /// # Errors
    /// What drawing the charts reports.
    pub fn page(&self, command: &str) -> Result<Page> {
        let mut page = Page::new(format!("{} as group neurons", self.network.name), command);
        network::facts(self, &mut page);
        network::structure(self, &mut page)?;
        network::accuracy(self, &mut page)?;
        layers::section(self, &mut page)?;
        hardware::sections(self.core.as_ref(), &mut page)?;
        Ok(page)
    }
}

/// The first images of a file, which must fit the network.
fn images(path: &Path, count: usize, network: &fixed_point::Network) -> Result<Images> {
    let images = data::read(path, Some(count))?;
    data::check_shape(&images, network.input.shape, path)?;
    Ok(images)
}

/// The core of a folder, which must be one of `network`.
fn core_of(rtl: &Path, network: &fixed_point::Network, folder: &Path) -> Result<Core> {
    let core = Core::open(rtl)?;
    if core.network == *network {
        return Ok(core);
    }
    let problem = format!("this is not a core of the network in {}", folder.display());
    let advice = "generate it from that folder, or give the folder that it was generated from";
    Err(Kind::OtherNetwork { problem }.at(rtl).advise(advice))
}

impl Known {
    fn new(
        request: &Request,
        core: Core,
        sample: Option<&Images>,
        progress: &(dyn Fn(Phase, usize, usize) + Sync),
    ) -> Result<Known> {
        let estimated = sample.map(|sample| sample.take(ESTIMATED));
        let happens = activities(&core.network, estimated.as_ref())?;
        let figures = |board: &Board| {
            let figures = Figures::new(&core.network, &core.plan, &happens, board.family)?;
            Ok::<_, Error>((board.clone(), figures))
        };
        let board = request.board.as_ref().map(figures).transpose()?;
        let made = match (request.implementation, request.rtl) {
            (Some(folder), Some(rtl)) => Some(Made::read(folder, rtl)?),
            _ => None,
        };
        let simulation = match (sample, request.rtl) {
            (Some(sample), Some(rtl)) if request.frames > 0 => {
                progress(Phase::Simulation, 1, 0);
                let verdict = core.cosimulate_in(rtl, &sample.take(request.frames), &Options::default());
                progress(Phase::Simulation, 1, 1);
                match verdict {
                    Ok(verdict) => Simulation::Done(Box::new(verdict)),
                    Err(error) if matches!(error.place(), Place::Tool(_)) => Simulation::Failed(error),
                    Err(error) => return Err(error),
                }
            }
            (None, _) => Simulation::LeftOut("there were no images to simulate it on; give some"),
            _ => Simulation::LeftOut("it was left out, with 0 frames to simulate"),
        };
        let images = estimated.map_or(0, |images| images.len());
        Ok(Known { core, board, images, simulation, made })
    }

    fn verdict(&self) -> Option<&Verdict> {
        match &self.simulation {
            Simulation::Done(verdict) => Some(verdict),
            _ => None,
        }
    }

    /// The clock that figures are given for, in MHz: the plan's, or else the board's; `None` if neither is known.
    fn clock_mhz(&self) -> Option<f64> {
        self.core.design.manifest.clock_mhz.or_else(|| Some(self.board.as_ref()?.0.core_mhz))
    }
}

/// A chart of bars with one value a name.
fn chart(axis: plot::Axis, names: &[&str], values: impl Iterator<Item = Option<f64>>) -> Result<plot::Svg> {
    plot::bars(&axis, names, &[plot::Bars::new("", values.collect())])
}
