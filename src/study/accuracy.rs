//! Accuracy against members and time steps.

use serde::Serialize;

use crate::data::Images;
use crate::error::Result;
use crate::eval::{Which, wilson};
use crate::fixed_point::{Network, Settings};
use crate::model::{Model, class_of};
use crate::quantise::quantise;

use super::Networks;

/// How often one network was right.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Which of the three networks it is.
    pub network: Which,
    /// τ; 1 is the integrate-and-fire neuron. `None` for the ANN.
    pub members: Option<u32>,
    /// Time steps after which its class was taken; `None` for the ANN.
    pub timesteps: Option<u32>,
    /// Images that it classified.
    pub images: u64,
    /// Share of the images, 0 to 1.
    pub accuracy: f64,
    /// 95 % interval of `accuracy` (Wilson's score interval).
    pub interval: [f64; 2],
    /// Share of the images that get the ANN's class.
    pub agreement_with_ann: f64,
}

/// Counts of one network.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    images: u64,
    right: u64,
    like_ann: u64,
}

impl Tally {
    /// Adds images: for each the class given, that of the ANN, and the label.
    pub fn add(&mut self, classes: impl IntoIterator<Item = usize>, ann: &[usize], labels: &[usize]) {
        for ((class, ann), label) in classes.into_iter().zip(ann).zip(labels) {
            self.images += 1;
            self.right += u64::from(class == *label);
            self.like_ann += u64::from(class == *ann);
        }
    }

    /// `cell` is (τ, T).
    pub fn row(&self, network: Which, cell: Option<(u32, u32)>) -> Row {
        let (right, images) = (self.right as f64, self.images as f64);
        Row {
            network,
            members: cell.map(|(members, _)| members),
            timesteps: cell.map(|(_, timesteps)| timesteps),
            images: self.images,
            accuracy: right / images,
            interval: wilson(right, images),
            agreement_with_ann: self.like_ann as f64 / images,
        }
    }
}

/// The integer networks of all runs, one for each number of time steps.
///
/// # Errors
/// What [`quantise`] reports.
pub fn fixed(networks: &Networks, settings: &Settings) -> Result<Vec<Network>> {
    let of = |run: &super::Run| -> Result<Vec<Network>> {
        let at = |&timesteps: &u32| {
            let network = crate::snn::Network { timesteps, ..run.network.clone() };
            quantise(&network, settings)
        };
        run.timesteps.iter().map(at).collect()
    };
    Ok(networks.runs.iter().map(of).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The classes that an integer network gives.
///
/// # Errors
/// What [`Model::new`] reports.
pub fn classes(network: &Network, images: &Images, progress: &(dyn Fn(usize) + Sync)) -> Result<Vec<usize>> {
    let scores = Model::new(network)?.scores_all(images, progress);
    Ok(scores.iter().map(|scores| class_of(scores)).collect())
}
