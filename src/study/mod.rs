//! The baselines of the paper (arXiv 2402.19061) on your own network: what groups of τ members gain over integrate-and-fire
//! neurons (τ = 1), by the error of their outputs, their response to an input current, and the accuracy, against time steps.

mod accuracy;
mod csv;
pub mod errors;
mod exact;
mod networks;
pub mod neuron;
mod page;
pub mod response;

use serde::Serialize;

use crate::data::Images;
use crate::error::{Kind, Result, Setting};
use crate::eval::ann::Ann;
use crate::eval::{self, Which};
use crate::fixed_point;
use crate::model::class_of;
use crate::pipeline::Converted;
pub use accuracy::Row as Accuracy;
use accuracy::Tally;
pub use errors::{Current, Row as Squared};
pub use networks::{IF, Networks, Run};
pub use response::Curve;

/// What is varied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Options {
    /// Members τ of the groups, 1 ..= 255, ascending. Integrate-and-fire neurons (1) are always included.
    pub members: Vec<u32>,
    /// Time steps T, 1 ..= 64, ascending, at least one.
    pub timesteps: Vec<u32>,
}

/// What runs, for a progress display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Networks are converted.
    Convert,
    /// The ANN, by rten.
    Ann,
    /// The spiking networks in floating point.
    Float,
    /// The networks in integers.
    Fixed,
}

/// The networks, and what they have done so far. Images come in batches, so not all need to be in memory.
pub struct Study {
    options: Options,
    networks: Networks,
    name: Which,
    ann: Ann,
    /// One for each of [`Networks::cells`].
    fixed: Vec<fixed_point::Network>,
    /// Of the ANN.
    exact: Tally,
    integer: Vec<Tally>,
    float: Option<Float>,
}

/// What the float networks did, and the ANN on the same images.
struct Float {
    exact: Tally,
    tallies: Vec<Tally>,
    errors: Vec<Squared>,
}

/// Everything that a study finds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Results {
    /// The network's name.
    pub network: String,
    /// What was varied.
    #[serde(flatten)]
    pub options: Options,
    /// What single neurons do with constant currents.
    #[serde(skip)]
    pub responses: Vec<Curve>,
    /// How far layers are from their activations.
    pub errors: Vec<Squared>,
    /// How often each network is right.
    pub accuracies: Vec<Accuracy>,
}

impl Study {
    /// Converts the network of `converted` again for each number of members, and of time steps where thresholds must be calibrated; the
    /// weights keep the bits of `converted`. `progress` is told how many more conversions are done.
    ///
    /// # Errors
    /// [`Kind::OutOfRange`] and [`Kind::Empty`] for options, [`Kind::Missing`] if `converted` has no ONNX file; what import, conversion, calibration
    /// (also if `calibration` is needed and missing), quantisation and rten report.
    pub fn new(
        converted: &Converted,
        options: &Options,
        calibration: Option<&Images>,
        progress: &(dyn Fn(Phase, usize) + Sync),
    ) -> Result<Study> {
        let network = &converted.network;
        let mut converter = converted.converter()?;
        if let Some(images) = calibration {
            converter = converter.calibration(images);
        }
        if options.timesteps.is_empty() {
            return Err(Kind::Empty.at(Setting::Timesteps));
        }
        let networks = Networks::new(&converter, &options.members, &options.timesteps, &|| {
            progress(Phase::Convert, 1);
        })?;
        let fixed = accuracy::fixed(&networks, &converted.settings)?;
        Ok(Study {
            options: options.clone(),
            name: Which::of(converter.imported()),
            ann: Ann::new(converter.onnx(), network.input.shape, &network.input.normalisation)?,
            exact: Tally::default(),
            integer: vec![Tally::default(); fixed.len()],
            fixed,
            networks,
            float: None,
        })
    }

    /// Networks that [`Study::add`] runs on each image.
    pub fn runs(&self) -> usize {
        1 + self.fixed.len()
    }

    /// Networks that [`Study::float`] runs on each image.
    pub fn float_runs(&self) -> usize {
        1 + self.networks.runs.len()
    }

    /// Runs the ANN and the integer networks on some more images. `progress` is told what runs and how many more images are done.
    ///
    /// # Errors
    /// [`Kind::LabelsMissing`], [`Kind::LabelOutOfRange`] or [`Kind::OtherShape`] if the images do not fit; what rten
    /// reports.
    pub fn add(&mut self, images: &Images, progress: &(dyn Fn(Phase, usize) + Sync)) -> Result<()> {
        let (exact, labels) = self.exact(images, progress)?;
        self.exact.add(exact.iter().copied(), &exact, &labels);
        for (network, tally) in self.fixed.iter().zip(&mut self.integer) {
            let classes = accuracy::classes(network, images, &|done| progress(Phase::Fixed, done))?;
            tally.add(classes, &exact, &labels);
        }
        Ok(())
    }

    /// Runs the float networks, which are slow, on some images, for errors and accuracies; the results of an earlier call are
    /// forgotten. Otherwise as [`Study::add`].
    ///
    /// # Errors
    /// As of [`Study::add`].
    pub fn float(&mut self, images: &Images, progress: &(dyn Fn(Phase, usize) + Sync)) -> Result<()> {
        let (exact, labels) = self.exact(images, progress)?;
        let measured = errors::measure(&self.networks, images, &|| progress(Phase::Float, 1));
        let mut of_ann = Tally::default();
        of_ann.add(exact.iter().copied(), &exact, &labels);
        let mut tallies = Vec::new();
        for (run, scores) in self.networks.runs.iter().zip(&measured.scores) {
            for &timesteps in &run.timesteps {
                let mut tally = Tally::default();
                let classes = scores.iter().map(|scores| class_of(&scores.row(timesteps as usize - 1).to_vec()));
                tally.add(classes, &exact, &labels);
                tallies.push(tally);
            }
        }
        self.float = Some(Float { exact: of_ann, tallies, errors: measured.rows });
        Ok(())
    }

    /// The ANN's classes, and the labels.
    fn exact(&self, images: &Images, progress: &(dyn Fn(Phase, usize) + Sync)) -> Result<(Vec<usize>, Vec<usize>)> {
        let network = &self.networks.ann;
        eval::check_shape(images, network.input.shape)?;
        let labels = eval::check_labels(images, eval::scores(network))?;
        let scores = self.ann.scores_all(images, &|done| progress(Phase::Ann, done))?;
        Ok((scores.iter().map(|scores| class_of(scores)).collect(), labels))
    }

    /// The results so far.
    pub fn results(&self) -> Results {
        let cells = self.networks.cells();
        let members: Vec<u32> = cells.chunk_by(|a, b| a.0 == b.0).map(|cells| cells[0].0).collect();
        let rows = |which: Which, tallies: &[Tally]| -> Vec<Accuracy> {
            tallies.iter().zip(&cells).map(|(tally, cell)| tally.row(which, Some(*cell))).collect()
        };
        let mut accuracies = vec![self.exact.row(self.name, None)];
        accuracies.extend(rows(Which::Fixed, &self.integer));
        let mut errors = Vec::new();
        if let Some(float) = &self.float {
            accuracies.push(float.exact.row(self.name, None));
            accuracies.extend(rows(Which::Float, &float.tallies));
            errors.clone_from(&float.errors);
        }
        Results {
            network: self.networks.ann.name.clone(),
            responses: response::curves(&members, &self.options.timesteps),
            options: Options { members, timesteps: self.options.timesteps.clone() },
            errors,
            accuracies,
        }
    }
}
