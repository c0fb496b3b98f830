//! Sweeps: the same network at many settings, as points of accuracy, cost and speed.
//!
//! A sweep is a folder that grows. Each result is a file of its own, written whole or not at all, with a key: the hash of everything
//! that it depends on. A later run, or another process beside this one, takes the results with its key and computes the rest. So a
//! sweep can be stopped at any time, widened, and shared out to many machines that share the folder.
//!
//! ```text
//! ann.json                         the ANN's class of each image
//! networks/tau4-t1/                the converted network, shared by its points; a folder of a converted network
//! networks/tau4-t1.json            its key
//! networks/tau4-t1-float.json      accuracy of the float spiking network, if asked for
//! points/tau4-t1-w8-exact.json     one point
//! sweep.csv, sweep.html            the table of the points asked for, and charts of it
//! ```

mod hardware;
mod page;

mod store;
mod table;

use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::data::Images;
use crate::error::{Kind, Result};
use crate::eval::ann::Ann;
use crate::eval::{check_labels, check_shape, float_snn};
use crate::fixed_point::{Settings, ThresholdMode};
use crate::model::{Model, class_of};
use crate::pipeline::{Converted, Converter, Target};
use crate::quantise::quantise;
use crate::words::{Words, as_word};
pub use hardware::Hardware;
use store::Key;
pub use store::prepare;
pub use table::{Row, csv, lut_equivalents, table};

/// The settings of one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Members τ of each group neuron, 1..=255.
    pub members: u32,
    /// Time steps T, 1..=64.
    pub timesteps: u32,
    /// Of all layers.
    pub weight_bits: u32,
    /// The thresholds that the neurons may have.
    pub threshold: ThresholdMode,
}

impl Point {
    /// All combinations, in the order of the arguments.
    pub fn grid(members: &[u32], timesteps: &[u32], weight_bits: &[u32], thresholds: &[ThresholdMode]) -> Vec<Point> {
        let mut points = Vec::new();
        for &members in members {
            for &timesteps in timesteps {
                for &weight_bits in weight_bits {
                    for &threshold in thresholds {
                        points.push(Point { members, timesteps, weight_bits, threshold });
                    }
                }
            }
        }
        points
    }

    fn network_name(&self) -> String {
        format!("tau{}-t{}", self.members, self.timesteps)
    }

    fn name(&self) -> String {
        format!("{}-w{}-{}", self.network_name(), self.weight_bits, self.threshold.word())
    }

    fn settings(&self) -> Settings {
        Settings { weight_bits: self.weight_bits, threshold: self.threshold, ..Settings::default() }
    }
}

/// The steps of a sweep, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Run the ANN on all images.
    Ann,
    /// Convert the network for each τ and T.
    Networks,
    /// Compute the points.
    Points,
    /// Gather them.
    Table,
}

impl Words for Phase {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Phase::Ann, "ann", "Run the ANN on all images"),
        (Phase::Networks, "networks", "Convert the network for each τ and T"),
        (Phase::Points, "points", "Compute the points"),
        (Phase::Table, "table", "Gather them"),
    ];
}
as_word!(Phase);

/// What is swept over.
pub struct Task<'a> {
    /// The sweep's folder, see [`prepare`].
    pub folder: &'a Path,
    /// The network; each point has members, time steps and integer settings of its own. Its calibration images also show how many
    /// events the layers get; without them those of `data` do.
    pub converter: &'a Converter<'a>,
    /// Labelled test images.
    pub data: &'a Images,
    /// Each point is folded for it; without a target, every point has the default folding, and its costs are those on an ECP5.
    pub target: Option<&'a Target>,
    /// Clock of the cores where there is no target.
    pub clock_mhz: f64,
    /// Whether to run the float spiking networks as well.
    pub float: bool,
}

impl Task<'_> {
    /// Of the cores.
    fn clock_mhz(&self) -> f64 {
        self.target.map_or(self.clock_mhz, |target| target.clock_mhz)
    }
}

/// The results of a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The settings that it was evaluated with.
    #[serde(flatten)]
    pub point: Point,
    /// Images that were evaluated.
    pub images: usize,
    /// Top-1 in fixed point, 0 to 1.
    pub accuracy: f64,
    /// Share of the images that get the ANN's class.
    pub agreement: f64,
    /// `None` for a network that does not fit the board.
    pub hardware: Option<Hardware>,
}

/// The results of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// The ANN's accuracy, 0 to 1.
    pub ann: f64,
    /// One row per point, in the order given; empty if the sweep stopped earlier.
    pub rows: Vec<Row>,
    /// Points that an earlier run has computed.
    pub kept: usize,
    /// Where conversions may cost accuracy: names of networks (`tau4-t1`) and a sentence.
    pub notes: Vec<(Vec<String>, String)>,
}

#[derive(Serialize, Deserialize)]
struct AnnFound {
    accuracy: f64,
    /// Of each image.
    classes: Vec<usize>,
}

/// Computes what is missing of `points` up to and including `until`. `progress` is told the phase, how much there is to do in it, and
/// how much more is done; 0 at the start of a phase.
///
/// # Errors
/// What conversion, quantisation, rten and the folding solver report, [`Kind::LabelsMissing`], and
/// [`Kind::Unwritable`] for a folder that cannot be written.
pub fn run(
    task: &Task,
    points: &[Point],
    until: Phase,
    progress: &(dyn Fn(Phase, usize, usize) + Sync),
) -> Result<Sweep> {
    // Checked before anything takes long.
    check_labels(task.data, usize::MAX)?;
    let data = Key::images(task.data);
    let normalisation = &task.converter.imported().normalisation;
    let model = Key::new(&[task.converter.onnx(), &serde_json::to_vec(normalisation).unwrap_or_default()]);
    let calibration = task.converter.calibration_images().map_or(Key::new(&[]), Key::images);
    let ann_key = Key::new(&[b"ann", model.bytes(), data.bytes()]);
    let ann = store::once(&task.folder.join("ann.json"), &ann_key, || run_ann(task, progress))?;
    let mut sweep = Sweep { ann: ann.accuracy, rows: Vec::new(), kept: 0, notes: Vec::new() };
    if until == Phase::Ann {
        return Ok(sweep);
    }

    let network_key = |point: &Point| {
        let sizes = format!("τ {} T {}", point.members, point.timesteps);
        Key::new(&[b"network", model.bytes(), calibration.bytes(), sizes.as_bytes()])
    };
    let mut networks: Vec<&Point> = Vec::new();
    for point in points {
        if !networks.iter().any(|known| known.network_name() == point.network_name()) {
            networks.push(point);
        }
    }
    progress(Phase::Networks, networks.len(), 0);
    let mut floats = Vec::new();
    for point in &networks {
        let key = network_key(point);
        let notes = convert_once(task, point, &key)?;
        for note in notes {
            match sweep.notes.iter_mut().find(|(_, known)| *known == note) {
                Some((networks, _)) => networks.push(point.network_name()),
                None => sweep.notes.push((vec![point.network_name()], note)),
            }
        }
        if task.float {
            let path = task.folder.join(format!("networks/{}-float.json", point.network_name()));
            let key = Key::new(&[b"float", key.bytes(), data.bytes()]);
            floats.push(Some(store::once(&path, &key, || float_accuracy(task, point))?));
        } else {
            floats.push(None);
        }
        progress(Phase::Networks, networks.len(), 1);
    }
    if until == Phase::Networks {
        return Ok(sweep);
    }

    let target = serde_json::to_vec(&(task.target, task.clock_mhz())).unwrap_or_default();
    let path = |point: &Point| task.folder.join(format!("points/{}.json", point.name()));
    let key = |point: &Point| {
        let point_key = [b"point", network_key(point).bytes(), data.bytes(), point.name().as_bytes(), &target].concat();
        Key::new(&[&point_key])
    };
    let kept: Vec<Option<Found>> = points.iter().map(|point| store::read(&path(point), &key(point))).collect();
    sweep.kept = kept.iter().flatten().count();
    progress(Phase::Points, points.len() - sweep.kept, 0);
    // Scoring uses all cores by itself; points side by side use the cores that quantising and folding leave idle.
    let found = points.par_iter().zip(kept).map(|(point, kept)| {
        if let Some(found) = kept {
            return Ok(found);
        }
        let found = store::once(&path(point), &key(point), || compute(task, point, &ann));
        progress(Phase::Points, points.len() - sweep.kept, 1);
        found
    });
    let found = found.collect::<Result<Vec<_>>>()?;
    if until == Phase::Points {
        return Ok(sweep);
    }

    let float_of = |point: &Point| {
        let place = networks.iter().position(|known| known.network_name() == point.network_name());
        place.and_then(|place| floats[place])
    };
    let float = found.iter().map(|found| float_of(&found.point)).collect();
    sweep.rows = table::rows(found, float);
    store::write_whole(&task.folder.join("sweep.csv"), csv(&sweep.rows).as_bytes())?;
    Ok(sweep)
}

fn run_ann(task: &Task, progress: &(dyn Fn(Phase, usize, usize) + Sync)) -> Result<AnnFound> {
    let (_, height, width, channels) = task.data.pixels.dim();
    let shape = crate::Shape { channels, height, width };
    let ann = Ann::new(task.converter.onnx(), shape, &task.converter.imported().normalisation)?;
    progress(Phase::Ann, task.data.len(), 0);
    let scores = ann.scores_all(task.data, &|done| progress(Phase::Ann, task.data.len(), done))?;
    let labels = check_labels(task.data, scores.first().map_or(0, Vec::len))?;
    let classes: Vec<usize> = scores.iter().map(|scores| class_of(scores)).collect();
    Ok(AnnFound { accuracy: agreement(&classes, &labels), classes })
}

/// The folder of a converted network.
fn network_folder(task: &Task, point: &Point) -> std::path::PathBuf {
    task.folder.join("networks").join(point.network_name())
}

/// Converts where that is not done yet, and returns the notes.
fn convert_once(task: &Task, point: &Point, key: &Key) -> Result<Vec<String>> {
    let stamp = task.folder.join(format!("networks/{}.json", point.network_name()));
    store::once(&stamp, key, || {
        let converter = task.converter.clone().members(point.members).timesteps(point.timesteps);
        let converted = converter.convert()?;
        converted.write(network_folder(task, point))?;
        Ok(converted.notes)
    })
}

fn float_accuracy(task: &Task, point: &Point) -> Result<f64> {
    let network = Converted::open(network_folder(task, point))?.network;
    check_shape(task.data, network.input.shape)?;
    let last = |scores: &ndarray::Array2<f32>| class_of(&scores.row(scores.nrows() - 1).to_vec());
    let scores = float_snn::scores_all(&network, task.data, &|_| ());
    let classes: Vec<usize> = scores.iter().map(last).collect();
    let labels = check_labels(task.data, scores.first().map_or(0, ndarray::Array2::ncols))?;
    Ok(agreement(&classes, &labels))
}

fn compute(task: &Task, point: &Point, ann: &AnnFound) -> Result<Found> {
    let network = Converted::open(network_folder(task, point))?.network;
    check_shape(task.data, network.input.shape)?;
    let fixed = quantise(&network, &point.settings())?;
    let scores = Model::new(&fixed)?.scores_all(task.data, &|_| ());
    let labels = check_labels(task.data, scores.first().map_or(0, Vec::len))?;
    let classes: Vec<usize> = scores.iter().map(|scores| class_of(scores)).collect();
    let images = task.converter.calibration_images().unwrap_or(task.data);
    let hardware = match hardware::estimate(task, &fixed, images) {
        Err(error) if matches!(error.kind(), Kind::DoesNotFit { .. } | Kind::NoFoldingFits) => None,
        estimated => Some(estimated?),
    };
    Ok(Found {
        point: *point,
        images: task.data.len(),
        accuracy: agreement(&classes, &labels),
        agreement: agreement(&classes, &ann.classes),
        hardware,
    })
}

/// Share of equal entries.
fn agreement(left: &[usize], right: &[usize]) -> f64 {
    left.iter().zip(right).filter(|(left, right)| left == right).count() as f64 / left.len() as f64
}
