//! Accuracy: the ANN, the float spiking network and the integer one on the same labelled images; and what each layer loses.

pub mod ann;
mod densities;
pub mod float_snn;
mod guard;
mod layers;
mod tally;

use std::path::Path;
use std::time::{Duration, Instant};

use ndarray::Array2;
use serde::Serialize;

use crate::data::{self, Images};
use crate::error::{Kind, Result, Setting};
use crate::fixed_point::{self, Settings};
use crate::import::read_onnx_bytes;
use crate::model::{Model, classes_of};
use crate::quantise::quantise;
use crate::shape::Shape;
use crate::snn;
pub use densities::{NodeDensity, TermDensity, densities};
pub use layers::{LayerStats, layers};
use tally::Tally;
pub use tally::{Accuracy, Classes, Which, wilson};

/// Images of a file that are in memory at a time.
const BATCH: usize = 500;

/// Shares of images, 0 to 1, in the order of the JSON output.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Number of images.
    pub images: usize,
    /// Top-1 of the ANN; `None` without its ONNX file.
    pub ann: Option<f64>,
    /// Top-1 of the float spiking network.
    pub snn_float: f64,
    /// Top-1 of the integer network.
    pub snn_fixed: f64,
    /// Images to which the integer network gives the class of the ANN, or of the float spiking network without one.
    pub agreement: f64,
    /// Speed of the integer model on this computer, all cores together.
    pub images_per_second: f64,
    /// Images to which the integer network gives the class of the float spiking network.
    pub agreement_with_float: f64,
    /// Images to which the float spiking network gives the class of the ANN.
    pub float_agreement_with_ann: Option<f64>,
    /// The ANN, then both spiking networks after each time step.
    pub networks: Vec<Accuracy>,
    /// Images by label and by the class that the integer network gives them, \[label\]\[class\].
    pub confusion: Vec<Vec<u64>>,
}

/// What is being run, for a progress display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The ANN, by rten.
    Ann,
    /// The spiking network in floating point.
    Float,
    /// The network in integers.
    Fixed,
}

/// Three networks and what they have done so far. Images come in batches, so not all need to be in memory.
pub struct Evaluation<'a> {
    network: &'a snn::Network,
    /// With 1 .. T time steps: what a network does in its first t time steps does not depend on the later ones.
    fixed: Vec<fixed_point::Network>,
    /// With its name in the report.
    ann: Option<(Which, ann::Ann)>,
    images: usize,
    /// Of the integer network with all its time steps.
    fixed_time: Duration,
    /// Of the ANN.
    exact: Option<Tally>,
    /// \[time step\].
    float: Vec<Tally>,
    integer: Vec<Tally>,
}

impl<'a> Evaluation<'a> {
    /// `onnx` is the content of the file that `network` came from.
    ///
    /// # Errors
    /// What [`quantise`] and rten report.
    pub fn new(network: &'a snn::Network, settings: &Settings, onnx: Option<&[u8]>) -> Result<Self> {
        let shape = network.input.shape;
        let normalisation = &network.input.normalisation;
        let ann = |bytes| -> Result<(Which, ann::Ann)> {
            let imported = read_onnx_bytes(bytes, &network.name, normalisation.clone())?;
            Ok((Which::of(&imported), ann::Ann::new(bytes, shape, normalisation)?))
        };
        let ann = onnx.map(ann).transpose()?;
        let classes = classes_of(scores(network));
        let tallies = || vec![Tally::new(classes); network.timesteps as usize];
        let fixed = quantise(network, settings)?;
        let of = |timesteps: u32| fixed_point::Network { timesteps, ..fixed.clone() };
        Ok(Evaluation {
            network,
            fixed: (1..=network.timesteps).map(of).collect(),
            exact: ann.is_some().then(|| Tally::new(classes)),
            ann,
            images: 0,
            fixed_time: Duration::ZERO,
            float: tallies(),
            integer: tallies(),
        })
    }

    /// Networks that each image is run through.
    pub fn runs(&self) -> usize {
        usize::from(self.ann.is_some()) + 1 + self.fixed.len()
    }

    /// Runs all networks on some more images. `progress` is told what runs and how many more images are done.
    ///
    /// # Errors
    /// [`Kind::LabelsMissing`], [`Kind::LabelOutOfRange`] or [`Kind::OtherShape`] if the images do not fit; what rten
    /// reports.
    pub fn add(&mut self, images: &Images, progress: &(dyn Fn(Phase, usize) + Sync)) -> Result<()> {
        check_shape(images, self.network.input.shape)?;
        let labels = check_labels(images, scores(self.network))?;
        let exact = match &self.ann {
            Some((_, ann)) => {
                let scores = ann.scores_all(images, &|n| progress(Phase::Ann, n))?;
                Some(scores.iter().map(|scores| Classes::of(scores)).collect::<Vec<_>>())
            }
            None => None,
        };
        let float = float_snn::scores_all(self.network, images, &|n| progress(Phase::Float, n));
        let float: Vec<Vec<Classes>> = float.iter().map(ranked).collect();
        let mut integer = Vec::with_capacity(self.fixed.len());
        for fixed in &self.fixed {
            let model = Model::new(fixed)?;
            let start = Instant::now();
            integer.push(model.scores_all(images, &|n| progress(Phase::Fixed, n)));
            if fixed.timesteps == self.network.timesteps {
                self.fixed_time += start.elapsed();
            }
        }
        for (image, &label) in labels.iter().enumerate() {
            let exact = exact.as_ref().map(|exact| &exact[image]);
            let last = float[image].last();
            if let (Some(tally), Some(exact)) = (&mut self.exact, exact) {
                tally.add(label, exact, Some(exact), last);
            }
            for (tally, classes) in self.float.iter_mut().zip(&float[image]) {
                tally.add(label, classes, exact, last);
            }
            for (tally, scores) in self.integer.iter_mut().zip(&integer) {
                tally.add(label, &Classes::of(&scores[image]), exact, last);
            }
        }
        self.images += images.len();
        Ok(())
    }

    /// The results on all images so far.
    ///
    /// # Errors
    /// [`Kind::NoImages`] if there were none.
    pub fn summary(&self) -> Result<Summary> {
        let (Some(float), Some(integer), 1..) = (self.float.last(), self.integer.last(), self.images) else {
            return Err(Kind::NoImages.at(Setting::Images));
        };
        let with_ann = self.ann.is_some();
        let rows = |which: Which, tallies: &[Tally]| -> Vec<Accuracy> {
            tallies.iter().enumerate().map(|(t, tally)| tally.accuracy(which, Some(t + 1), with_ann)).collect()
        };
        let mut networks: Vec<Accuracy> =
            self.ann.iter().zip(&self.exact).map(|((name, _), tally)| tally.accuracy(*name, None, with_ann)).collect();
        networks.extend(rows(Which::Float, &self.float));
        networks.extend(rows(Which::Fixed, &self.integer));
        let (of_float, of_integer) =
            (float.accuracy(Which::Float, None, with_ann), integer.accuracy(Which::Fixed, None, with_ann));
        Ok(Summary {
            images: self.images,
            ann: self.exact.as_ref().map(|tally| tally.accuracy(Which::Ann, None, with_ann).top1),
            snn_float: of_float.top1,
            snn_fixed: of_integer.top1,
            agreement: of_integer.agreement_with_ann.unwrap_or(of_integer.agreement_with_float),
            images_per_second: self.images as f64 / self.fixed_time.as_secs_f64().max(1e-9),
            agreement_with_float: of_integer.agreement_with_float,
            float_agreement_with_ann: of_float.agreement_with_ann,
            networks,
            confusion: integer.confusion(),
        })
    }
}

/// How many scores a network gives.
pub(crate) fn scores(network: &snn::Network) -> usize {
    network.nodes.last().map_or(0, |node| node.shape.elements())
}

/// The classes of an image after each time step.
fn ranked(scores: &Array2<f32>) -> Vec<Classes> {
    scores.outer_iter().map(|scores| Classes::of(&scores.to_vec())).collect()
}

/// Runs all three on `images`, see [`Evaluation`].
///
/// # Errors
/// As of [`Evaluation`].
pub fn evaluate(
    network: &snn::Network,
    settings: &Settings,
    onnx: Option<&[u8]>,
    images: &Images,
    progress: &(dyn Fn(Phase, usize) + Sync),
) -> Result<Summary> {
    let mut evaluation = Evaluation::new(network, settings, onnx)?;
    evaluation.add(images, progress)?;
    evaluation.summary()
}

/// As [`evaluate`], for the first `limit` images of a file that may be larger than memory. `progress` is told what runs, how many
/// images all networks together have to run through, and how many more are done.
///
/// # Errors
/// As of [`evaluate`], and what reading the file reports.
pub fn evaluate_file(
    network: &snn::Network,
    settings: &Settings,
    onnx: Option<&[u8]>,
    file: &Path,
    limit: Option<usize>,
    progress: &(dyn Fn(Phase, usize, usize) + Sync),
) -> Result<Summary> {
    let mut evaluation = Evaluation::new(network, settings, onnx)?;
    let runs = evaluation.runs();
    data::batches(file, limit, BATCH, &mut |all, images| {
        data::check_shape(&images, network.input.shape, file)?;
        evaluation.add(&images, &|phase, done| progress(phase, runs * all, done))
    })?;
    evaluation.summary()
}

/// The labels, a class for each image, of a network with this number of scores.
///
/// # Errors
/// [`Kind::LabelsMissing`] and [`Kind::LabelOutOfRange`].
pub(crate) fn check_labels(images: &Images, scores: usize) -> Result<Vec<usize>> {
    let classes = classes_of(scores);
    let Some(labels) = &images.labels else {
        return Err(Kind::LabelsMissing.at(Setting::Images));
    };
    if let Some(label) = labels.iter().find(|label| **label as usize >= classes) {
        return Err(Kind::LabelOutOfRange { label: *label, classes }.at(Setting::Images));
    }
    Ok(labels.iter().map(|&label| label as usize).collect())
}

/// Refuses images of another shape than the network's, and an empty list.
///
/// # Errors
/// [`Kind::NoImages`] and [`Kind::OtherShape`].
pub(crate) fn check_shape(images: &Images, shape: Shape) -> Result<()> {
    let (count, height, width, channels) = images.pixels.dim();
    if count > 0 && (channels, height, width) == (shape.channels, shape.height, shape.width) {
        return Ok(());
    }
    Err(match count {
        0 => Kind::NoImages.at(Setting::Images),
        _ => Kind::OtherShape { found: Shape { channels, height, width }, expected: shape }.at(Setting::Images),
    })
}
