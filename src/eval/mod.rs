//! Accuracy: the float ANN, the float spiking network and the integer one on the same labelled images.

pub mod ann;
mod densities;
pub mod float_snn;

use std::time::Instant;

use serde::Serialize;

use crate::data::Images;
use crate::error::{Error, Result};
use crate::fixed_point::Settings;
use crate::model::{Model, argmax};
use crate::quantise::quantise;
use crate::shape::Shape;
use crate::snn;
pub use densities::{NodeDensity, TermDensity, densities};

/// Shares of images, 0 to 1, in the order in which they are printed as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Number of images.
    pub images: usize,
    /// Top-1 of the float ANN; `None` without its ONNX file.
    pub ann: Option<f64>,
    /// Top-1 of the float spiking network.
    pub snn_float: f64,
    /// Top-1 of the integer network.
    pub snn_fixed: f64,
    /// Images to which the integer network gives the class of the ANN, or of the float spiking network without one.
    pub agreement: f64,
    /// Speed of the integer model on this computer, all cores together.
    pub images_per_second: f64,
    /// Top-1 of the float spiking network after each time step.
    pub snn_float_by_step: Vec<f64>,
    /// Images to which the integer network gives the class of the float spiking network.
    pub agreement_with_float: f64,
    /// Images to which the float spiking network gives the class of the ANN.
    pub float_agreement_with_ann: Option<f64>,
}

/// What is being run, for a progress display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Ann,
    Float,
    Fixed,
}

/// Runs all three on `images`; `onnx` is the content of the file that `network` came from. `progress` is told what
/// runs and how many more images are done.
///
/// # Errors
/// [`Error::Setting`] if the images have no labels or another shape; what [`quantise`] and tract report.
pub fn evaluate(
    network: &snn::Network,
    settings: &Settings,
    onnx: Option<&[u8]>,
    images: &Images,
    progress: &(dyn Fn(Stage, usize) + Sync),
) -> Result<Report> {
    let Some(labels) = &images.labels else {
        return Err(Error::setting("--data", "its images have no labels", "add an array 'y' with a class for each"));
    };
    let shape = network.input.shape;
    check_shape(images, shape)?;
    let fixed = quantise(network, settings)?;
    let model = Model::new(&fixed)?;

    let ann = match onnx {
        Some(bytes) => {
            let ann = ann::Ann::new(bytes, shape, &network.input.normalisation)?;
            let scores = ann.scores_all(images, &|n| progress(Stage::Ann, n))?;
            Some(scores.iter().map(|scores| argmax(scores)).collect::<Vec<_>>())
        }
        None => None,
    };
    let float = float_snn::scores_all(network, images, &|n| progress(Stage::Float, n));
    let start = Instant::now();
    let scores = model.scores_all(images, &|n| progress(Stage::Fixed, n));
    let seconds = start.elapsed().as_secs_f64();

    let labels: Vec<usize> = labels.iter().map(|&label| label as usize).collect();
    let at = |step: usize| float.iter().map(|scores| argmax(&scores.row(step).to_vec())).collect::<Vec<_>>();
    let by_step: Vec<Vec<usize>> = (0..network.timesteps as usize).map(at).collect();
    let float = by_step.last().expect("a network has a time step");
    let classes: Vec<usize> = scores.iter().map(|scores| argmax(scores)).collect();
    Ok(Report {
        images: images.len(),
        ann: ann.as_ref().map(|ann| share(ann, &labels)),
        snn_float: share(float, &labels),
        snn_fixed: share(&classes, &labels),
        agreement: share(&classes, ann.as_ref().unwrap_or(float)),
        images_per_second: images.len() as f64 / seconds.max(1e-9),
        snn_float_by_step: by_step.iter().map(|classes| share(classes, &labels)).collect(),
        agreement_with_float: share(&classes, float),
        float_agreement_with_ann: ann.as_ref().map(|ann| share(float, ann)),
    })
}

/// Refuses images of another shape than the network's, and none.
fn check_shape(images: &Images, shape: Shape) -> Result<()> {
    let (count, height, width, channels) = images.pixels.dim();
    if count > 0 && (channels, height, width) == (shape.channels, shape.height, shape.width) {
        return Ok(());
    }
    let problem = format!("it has {count} images of {channels}×{height}×{width}, the network takes {shape}");
    Err(Error::setting("--data", problem, "give the data set that the network was trained for"))
}

/// The share of equal pairs.
fn share(left: &[usize], right: &[usize]) -> f64 {
    let equal = left.iter().zip(right).filter(|(left, right)| left == right).count();
    equal as f64 / left.len() as f64
}
