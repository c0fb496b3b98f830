//! The choice of α_c: as large as the main term's weights allow, but capped, since a channel with almost dead weights
//! would otherwise blow up its threshold and with it the shift of the layer's other terms for all channels.
//!
//! Below the cap each channel takes the Θ with the least rounding error (B). Compared with the largest Θ (A) on the
//! training images of a calibration set, never on test images; share with the float spiking network's class and
//! squared difference of the scores relative to the float scores', exact thresholds:
//!
//! | network                      | bits | A               | B               |
//! | ---------------------------- | ---- | --------------- | --------------- |
//! | resnet20-qcfs8 τ8 T1 (2,000) | 8    | 97.50 %, 0.0388 | 97.30 %, 0.0379 |
//! |                              | 4    | 94.45 %, 0.1024 | 95.80 %, 0.0762 |
//! | vgg16-slim τ4 T1 (1,000)     | 8    | 93.30 %, 0.0173 | 94.00 %, 0.0184 |
//! |                              | 4    | 90.10 %, 0.0365 | 91.30 %, 0.0373 |
//! | mnist-cnn τ4 T1 (1,000)      | 4    | 99.40 %, 0.0234 | 99.60 %, 0.0225 |
//!
//! At 8 bits the two are within each other's noise, so A would do; ResNet-20 at 4 bits is the reason for B.
//!
//! The cap is 8·2^(bits−1), and 256 times that when the main term reads the input. An element of the input is up to
//! 255 and a count at most a few, so the input's weights are that much smaller against θ: at 8 bits mnist-cnn's first
//! layer takes Θ up to 18,964, and under a cap of 1,024 its weights would be left a few levels.

use ndarray::{Array4, ArrayView3, Axis};
use rayon::prelude::*;

use super::Real;
use crate::error::{Kind, Place, Result};
use crate::fixed_point::ThresholdMode;
use crate::fixed_point::bounds::weight_limit;
use crate::snn::{Layer, Source};

const MOST_SHIFT: u32 = 40;
/// log2 of the largest cap, in units of 2^(bits − 1).
const MOST_CAP: u32 = 3;

/// The limits of a layer's scales besides the range of its weights.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// The shift of each term, where it is not free.
    pub shifts: Option<Vec<u32>>,
    /// The largest magnitude of a bias, where there is one.
    pub bias: Option<f64>,
}

impl Limits {
    /// The largest scale α that keeps the weights and the bias of `channel` in their limits; infinite where they are all 0.
    fn largest_scale(&self, real: &Real, channel: usize, limit: f64) -> f64 {
        let ratio = |limit: f64, value: f64| if value == 0.0 { f64::INFINITY } else { limit / value.abs() };
        let bias = self.bias.map_or(f64::INFINITY, |most| ratio(most, real.bias[channel]));
        let weights = self.shifts.iter().flat_map(|shifts| shifts.iter().zip(&real.terms));
        let weights = weights.map(|(&shift, weights)| {
            ratio(limit * f64::from(shift).exp2(), largest(weights.index_axis(Axis(0), channel)))
        });
        weights.fold(bias, f64::min)
    }
}

/// The largest Θ that the caps below allow.
pub fn most_theta(bits: u32, reads_input: bool) -> i64 {
    cap(bits, reads_input, MOST_CAP)
}

/// The cap of `scale`, 0..=[`MOST_CAP`].
fn cap(bits: u32, reads_input: bool, scale: u32) -> i64 {
    // An element of the input is up to 255 and a count only a few: its weights are that much smaller against θ.
    let units = if reads_input { 8 } else { 0 };
    1 << (bits - 1 + units + scale)
}

/// A whole Θ for each channel. `theta` are the channels' θ.
///
/// All channels of a term share one shift, so the layer's largest Θ decides how coarse a shortcut's weights become:
/// several caps are tried, and below its cap each channel takes the Θ of its upper half range with the least error.
pub fn thetas(
    layer: &Layer,
    real: &Real,
    theta: &[f64],
    bits: u32,
    threshold: ThresholdMode,
    limits: &Limits,
) -> Vec<i64> {
    let (main, source) = main_term(layer, real);
    let caps = if real.terms.len() == 1 { MOST_CAP..=MOST_CAP } else { 0..=MOST_CAP };
    let tried = caps.rev().map(|scale| {
        let cap = cap(bits, source == Source::Input, scale);
        under_cap(real, main, theta, cap, bits, threshold, limits)
    });
    let best = tried.fold((f64::INFINITY, Vec::new()), |best, next| if next.0 < best.0 { next } else { best });
    best.1
}

/// The Θ under one cap and their summed error.
fn under_cap(
    real: &Real,
    main: &Array4<f64>,
    theta: &[f64],
    cap: i64,
    bits: u32,
    threshold: ThresholdMode,
    limits: &Limits,
) -> (f64, Vec<i64>) {
    let limit = weight_limit(bits) as f64;
    let most: Vec<i64> = main
        .outer_iter()
        .zip(theta)
        .enumerate()
        .map(|(channel, (weights, theta))| {
            // With a weight of almost 0 this is huge or infinite; then the cap applies. `as` saturates.
            let fits = (theta * limit / largest(weights)).floor() as i64;
            let within = (theta * limits.largest_scale(real, channel, limit)).floor() as i64;
            fits.min(within).clamp(1, cap)
        })
        .collect();
    let alphas: Vec<f64> = most.iter().zip(theta).map(|(&whole, theta)| whole as f64 / theta).collect();
    // A term that no shift fits is refused when the layer is built.
    let free = || real.terms.iter().map(|weights| least_shift(weights, &alphas, limit).unwrap_or(MOST_SHIFT)).collect();
    let shifts: Vec<u32> = limits.shifts.clone().unwrap_or_else(free);
    let units: Vec<f64> = shifts.iter().map(|&shift| f64::from(shift).exp2()).collect();
    let chosen: Vec<(f64, i64)> = most
        .par_iter()
        .enumerate()
        .map(|(channel, &most)| {
            let best = candidates(most, threshold).into_iter().map(|whole| {
                let error = error(real, channel, &units, whole, theta[channel]);
                (error, whole)
            });
            best.fold((f64::INFINITY, most), |best, next| if next.0 < best.0 { next } else { best })
        })
        .collect();
    (chosen.iter().map(|(error, _)| error).sum(), chosen.into_iter().map(|(_, whole)| whole).collect())
}

/// Values of Θ from `most` down to its half, at most 64 of them; the largest first, so that it wins ties.
fn candidates(most: i64, threshold: ThresholdMode) -> Vec<i64> {
    match threshold {
        ThresholdMode::Exact => {
            let stride = (most / 128).max(1) as usize;
            (0..=most / 2).step_by(stride).take(64).map(|less| most - less).collect()
        }
        ThresholdMode::Pow2 => {
            vec![1 << most.ilog2(), (1i64 << most.ilog2()) / 2].into_iter().filter(|&s| s > 0).collect()
        }
    }
}

/// The expected squared error of one channel's current from rounding, in units of θ². The weights' errors are those of rounding to the
/// nearest; their sum is left out, since `weights.rs` makes it small.
fn error(real: &Real, channel: usize, units: &[f64], whole: i64, theta: f64) -> f64 {
    let alpha = whole as f64 / theta;
    let bias = real.bias[channel] * alpha;
    // The half that floor(Θ/2) drops affects the first time step.
    let systematic = bias.round_ties_even() - bias - (whole % 2) as f64 / 2.0;
    let mut random = 0.0;
    for ((weights, deviation), unit) in real.terms.iter().zip(&real.deviations).zip(units) {
        let scale = alpha / unit;
        let weights = weights.index_axis(Axis(0), channel);
        let squares: f64 = weights.iter().map(|w| w * scale).map(|q| (q.round_ties_even() - q).powi(2)).sum();
        random += squares * (unit * deviation).powi(2);
    }
    (random + systematic * systematic) / (whole as f64).powi(2)
}

/// The readout's scale.
pub fn readout(layer: &Layer, real: &Real, bits: u32, limits: &Limits) -> f64 {
    let most = main_term(layer, real).0.outer_iter().map(largest).fold(0.0, f64::max);
    let limit = weight_limit(bits) as f64;
    let fits = if most > 0.0 { limit / most } else { 1.0 };
    (0..real.bias.len()).map(|channel| limits.largest_scale(real, channel, limit)).fold(fits, f64::min)
}

/// The least shift e that brings all weights of one term into `bits` signed bits; or `given`, if that does.
///
/// # Errors
/// [`Kind::NoScale`] if e would exceed 40, [`Kind::OtherNetwork`] if it would exceed the given one.
pub fn shift(layer: &str, weights: &Array4<f64>, alphas: &[f64], bits: u32, given: Option<u32>) -> Result<u32> {
    match (least_shift(weights, alphas, weight_limit(bits) as f64), given) {
        (None, _) => {
            let problem = "its weights are far larger than its threshold".into();
            Err(Kind::NoScale { problem }.at(Place::layer(layer)))
        }
        (Some(least), Some(given)) if least > given => {
            let problem = format!("its weights need a shift of {least}, where the core has {given}");
            let advice = "generate a core from this network, or use a core of more weight bits";
            Err(Kind::OtherNetwork { problem }.at(Place::layer(layer)).advise(advice))
        }
        (Some(least), given) => Ok(given.unwrap_or(least)),
    }
}

fn least_shift(weights: &Array4<f64>, alphas: &[f64], limit: f64) -> Option<u32> {
    let most = weights.outer_iter().zip(alphas).map(|(w, alpha)| largest(w) * alpha).fold(0.0, f64::max);
    (0..=MOST_SHIFT).find(|&e| (most / f64::from(e).exp2()).round_ties_even() <= limit)
}

/// The main term, which has the largest kernel, and its source.
fn main_term<'r>(layer: &Layer, real: &'r Real) -> (&'r Array4<f64>, Source) {
    let sources = layer.terms.iter().map(|term| term.source);
    let mut terms = real.terms.iter().zip(sources);
    let first = terms.next().expect("a valid layer has a term");
    terms.fold(first, |best, next| if taps(next.0) > taps(best.0) { next } else { best })
}

/// Taps of a term's kernel.
pub fn taps(weights: &Array4<f64>) -> usize {
    weights.len_of(Axis(2)) * weights.len_of(Axis(3))
}

fn largest(weights: ArrayView3<f64>) -> f64 {
    weights.iter().fold(0.0, |most, w| w.abs().max(most))
}
