//! The choice of α_c: as large as the main term's weights allow, but capped, since a channel with almost dead weights
//! would otherwise blow up its threshold and with it the shift of the layer's other terms for all channels.
//!
//! Three ways to choose were compared on the 2,000 training images of a calibration set each, never on test images:
//! A takes the largest Θ under the cap; B, of the upper half below it, the Θ with the least squared rounding error of
//! single weights; C also counts what those errors add up to, since counts are not centred on 0. Share of images with
//! the float spiking network's class, and squared difference of the scores relative to the float scores', exact
//! thresholds:
//!
//! | network              | bits | A               | B               | C               |
//! | -------------------- | ---- | --------------- | --------------- | --------------- |
//! | mnist-mlp τ4 T1      | 8    | 100.00 %, 0.001 | 100.00 %, 0.001 | 100.00 %, 0.001 |
//! |                      | 4    | 99.90 %, 0.022  | 99.90 %, 0.022  | 99.90 %, 0.022  |
//! | mnist-cnn τ4 T1      | 8    | 99.80 %, 0.003  | 99.90 %, 0.003  | 99.90 %, 0.002  |
//! |                      | 4    | 99.80 %, 0.028  | 99.65 %, 0.031  | 99.70 %, 0.028  |
//! | resnet20-qcfs8 τ8 T1 | 8    | 97.25 %, 0.041  | not run         | 97.35 %, 0.039  |
//! |                      | 4    | 92.00 %, 0.167  | 93.65 %, 0.140  | 94.90 %, 0.102  |
//! | vgg16-slim τ4 T1     | 8    | 93.65 %, 0.020  | 93.50 %, 0.019  | 94.10 %, 0.018  |
//! |                      | 4    | 84.80 %, 0.080  | 84.50 %, 0.079  | 87.80 %, 0.061  |
//!
//! At 8 bits the three lie within each other's noise (about 0.5 points for the last two networks), and so they do at 6
//! (500 images of those two), so A would do; at 4 bits C is about 3 points ahead of A, which is why this room has C.
//! T = 2 shows the same (500 images, 4 bits: ResNet-20 with τ4 86.4, 86.6 and 90.4 %, VGG-16 86.4, 85.8 and 90.0 %).
//! With powers of two the three differ only for ResNet-20 at 4 bits (64.0, 75.0 and 74.8 % of 500 images).
//!
//! The cap is 8·2^(bits−1), and 256 times that when the main term reads the image. An element of the image is up to
//! 255 and a count at most a few, so the image's weights are that much smaller against θ: at 8 bits mnist-cnn's first
//! layer takes steps up to 18,964, and under a cap of 1,024 its weights would be left a few levels.

use ndarray::{Array4, ArrayView3, Axis};
use rayon::prelude::*;

use super::Real;
use crate::error::{Error, Result};
use crate::fixed_point::ThresholdMode;
use crate::snn::{Layer, Source};

const MOST_SHIFT: u32 = 40;

/// A whole member step Θ for each channel. `step` is the layer's θ.
///
/// All channels of a term share one shift, so the layer's largest Θ decides how coarse a shortcut's weights become:
/// several caps are tried, and below its cap each channel takes the Θ of its upper half range with the least error.
pub fn steps(layer: &Layer, real: &Real, step: f64, bits: u32, threshold: ThresholdMode) -> Vec<i64> {
    let (main, source) = main_term(layer, real);
    // An element of the image is up to 255 where a count is a few: its weights are that much smaller against θ.
    let units = if source == Source::Input { 8 } else { 0 };
    let caps = if real.terms.len() == 1 { 3..=3 } else { 0..=3 };
    let tried = caps.rev().map(|scale| {
        let cap = 1i64 << (bits - 1 + units + scale);
        under_cap(real, main, step, cap, bits, threshold)
    });
    let best = tried.fold((f64::INFINITY, Vec::new()), |best, next| if next.0 < best.0 { next } else { best });
    best.1
}

/// The steps under one cap and their summed error.
fn under_cap(
    real: &Real,
    main: &Array4<f64>,
    step: f64,
    cap: i64,
    bits: u32,
    threshold: ThresholdMode,
) -> (f64, Vec<i64>) {
    let limit = weight_limit(bits);
    let most: Vec<i64> = main
        .outer_iter()
        .map(|weights| {
            // With a weight of almost 0 this is huge or infinite: the cap answers; `as` saturates.
            let fits = (step * limit / largest(weights)).floor() as i64;
            fits.clamp(1, cap)
        })
        .collect();
    let alphas: Vec<f64> = most.iter().map(|&whole| whole as f64 / step).collect();
    // A term that no shift fits is refused when the layer is built.
    let shift = |weights| least_shift(weights, &alphas, limit).unwrap_or(MOST_SHIFT);
    let units: Vec<f64> = real.terms.iter().map(|weights| f64::from(shift(weights)).exp2()).collect();
    let chosen: Vec<(f64, i64)> = most
        .par_iter()
        .enumerate()
        .map(|(channel, &most)| {
            let best = candidates(most, threshold).into_iter().map(|whole| {
                let error = error(real, channel, &units, whole, step);
                (error, whole)
            });
            best.fold((f64::INFINITY, most), |best, next| if next.0 < best.0 { next } else { best })
        })
        .collect();
    (chosen.iter().map(|(error, _)| error).sum(), chosen.into_iter().map(|(_, whole)| whole).collect())
}

/// Steps from `most` down to its half, at most 64 of them; the largest first, so that it wins ties.
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

/// The expected squared error of one channel's current from rounding, in units of θ². Counts are not centred on 0, so
/// the sum of a term's rounding errors acts as a bias, beside what each of them makes of its count's variation.
fn error(real: &Real, channel: usize, units: &[f64], whole: i64, step: f64) -> f64 {
    let alpha = whole as f64 / step;
    let bias = real.bias[channel] * alpha;
    // The half that floor(Θ/2) drops acts on the first time step.
    let mut systematic = bias.round_ties_even() - bias - (whole % 2) as f64 / 2.0;
    let mut random = 0.0;
    for ((weights, typical), unit) in real.terms.iter().zip(&real.typical).zip(units) {
        let scale = alpha / unit;
        let weights = weights.index_axis(Axis(0), channel);
        let (mut sum, mut squares) = (0.0, 0.0);
        for error in weights.iter().map(|w| w * scale).map(|q| q.round_ties_even() - q) {
            sum += error;
            squares += error * error;
        }
        systematic += sum * unit * typical.mean;
        random += squares * (unit * typical.deviation).powi(2);
    }
    (random + systematic * systematic) / (whole as f64).powi(2)
}

/// The readout's scale.
pub fn readout(layer: &Layer, real: &Real, bits: u32) -> f64 {
    let most = main_term(layer, real).0.outer_iter().map(largest).fold(0.0, f64::max);
    if most > 0.0 { weight_limit(bits) / most } else { 1.0 }
}

/// The least shift e that brings all weights of one term under `bits` signed bits.
///
/// # Errors
/// [`Error::Layer`] if e would exceed 40.
pub fn shift(layer: &str, weights: &Array4<f64>, alphas: &[f64], bits: u32) -> Result<u32> {
    least_shift(weights, alphas, weight_limit(bits)).ok_or_else(|| {
        Error::layer(
            layer,
            "its weights are far larger than its threshold",
            "use more --weight-bits, or check the threshold",
        )
    })
}

fn least_shift(weights: &Array4<f64>, alphas: &[f64], limit: f64) -> Option<u32> {
    let most = weights.outer_iter().zip(alphas).map(|(w, alpha)| largest(w) * alpha).fold(0.0, f64::max);
    (0..=MOST_SHIFT).find(|&e| (most / f64::from(e).exp2()).round_ties_even() <= limit)
}

fn weight_limit(bits: u32) -> f64 {
    f64::from((1i32 << (bits - 1)) - 1)
}

/// The term that the scale is made for, the one with the largest kernel, and its source.
fn main_term<'r>(layer: &Layer, real: &'r Real) -> (&'r Array4<f64>, Source) {
    let area = |weights: &Array4<f64>| weights.len_of(Axis(2)) * weights.len_of(Axis(3));
    let sources = layer.terms.iter().map(|term| term.source);
    let mut terms = real.terms.iter().zip(sources);
    let first = terms.next().expect("a valid layer has a term");
    terms.fold(first, |best, next| if area(next.0) > area(best.0) { next } else { best })
}

fn largest(weights: ArrayView3<f64>) -> f64 {
    weights.iter().fold(0.0, |most, w| w.abs().max(most))
}
