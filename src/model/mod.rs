//! The bit-accurate reference: what the hardware must compute, spike for spike.
//!
//! It implements the semantics on integers by itself and shares only the data of [`crate::fixed_point`] with the hardware modules. If
//! both called the same helper, their equality would prove nothing.
//!
//! There are two models. [`plain`] is the obvious one; traces, and with them co-simulation, come from it. [`fast`] computes
//! the same integers with the processor's byte products, for scores of whole test sets.

pub mod fast;
pub mod plain;
mod trace;

use std::sync::{Mutex, PoisonError};

use ndarray::ArrayView3;
use rayon::prelude::*;

use crate::data::Images;
use crate::error::Result;
use crate::fixed_point::Network;
use fast::{Backend, Fast, Maps};
use plain::Plain;
pub use trace::{NodeTrace, Trace};

/// A network made ready for running.
pub struct Model<'a> {
    plain: Plain<'a>,
    /// `None` where the network's widths do not allow it.
    fast: Option<Fast<'a>>,
    /// Memory of [`Model::fast`] that no thread is using.
    idle: Mutex<Vec<Maps>>,
}

impl<'a> Model<'a> {
    /// # Errors
    /// What [`Network::validate`] finds.
    pub fn new(network: &'a Network) -> Result<Self> {
        Self::with_backend(network, Backend::best())
    }

    /// With instructions of choice.
    ///
    /// # Errors
    /// What [`Network::validate`] finds.
    pub fn with_backend(network: &'a Network, backend: Backend) -> Result<Self> {
        Ok(Model { plain: Plain::new(network)?, fast: Fast::new(network, backend), idle: Mutex::default() })
    }

    /// Whether scores come from the [`fast`] model.
    pub fn is_fast(&self) -> bool {
        self.fast.is_some()
    }

    /// The summed scores of one image, \[height, width, channel\], which has the network's input shape.
    pub fn scores(&self, image: ArrayView3<u8>) -> Vec<i64> {
        self.scores_of(&[image]).swap_remove(0)
    }

    /// The class of one image, by [`class_of`].
    pub fn classify(&self, image: ArrayView3<u8>) -> usize {
        class_of(&self.scores(image))
    }

    /// Everything that one image makes the network compute.
    pub fn trace(&self, image: ArrayView3<u8>) -> Trace {
        self.plain.trace(image)
    }

    /// The scores of all images, in order. `progress` is told how many more are done.
    pub fn scores_all(&self, images: &Images, progress: &(dyn Fn(usize) + Sync)) -> Vec<Vec<i64>> {
        let frames: Vec<_> = images.pixels.outer_iter().collect();
        let batch = self.fast.as_ref().map_or(1, Fast::batch);
        let scores = frames.par_chunks(batch).flat_map_iter(|frames| {
            let scores = self.scores_of(frames);
            progress(frames.len());
            scores
        });
        scores.collect()
    }

    /// The scores of a few images; of [`Fast::batch`] at most if the network is fast.
    fn scores_of(&self, images: &[ArrayView3<u8>]) -> Vec<Vec<i64>> {
        let Some(fast) = &self.fast else {
            return images.iter().map(|image| self.plain.scores(*image)).collect();
        };
        // A panic elsewhere leaves nothing half done here: each run writes all maps.
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let mut maps = taken.unwrap_or_else(|| fast.maps());
        let scores = fast.scores(images, &mut maps);
        idle().push(maps);
        scores
    }
}

/// The class that an image's scores say, of any of the networks: the index of the largest score, the lowest on ties; 0 for no scores.
/// A single score is a logit, what a sigmoid would get: class 1 if it is more than 0, and class 0 otherwise.
pub fn class_of<T: PartialOrd + Copy + Default>(scores: &[T]) -> usize {
    if let [logit] = scores {
        return usize::from(*logit > T::default());
    }
    let mut best = 0;
    for (index, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = index;
        }
    }
    best
}

/// How many classes [`class_of`] tells apart with this number of scores.
pub fn classes_of(scores: usize) -> usize {
    if scores == 1 { 2 } else { scores }
}

#[cfg(test)]
mod tests;
