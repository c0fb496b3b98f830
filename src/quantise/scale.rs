//! The choice of α_c: as large as the main term's weights allow, but capped, since a channel with almost dead weights
//! would otherwise blow up its threshold and with it the shift of the layer's other terms for all channels.

use ndarray::{Array4, ArrayView3, Axis};

use super::Real;
use crate::error::{Error, Result};
use crate::fixed_point::{Settings, ThresholdMode};

/// A whole member step Θ for each channel. `step` is the layer's θ.
pub fn steps(real: &Real, step: f64, settings: &Settings) -> Vec<i64> {
    let limit = weight_limit(settings.weight_bits);
    let cap = 8i64 << (settings.weight_bits - 1);
    let main = main_term(real);
    let found = main.outer_iter().map(|weights| {
        // With a weight of almost 0 this is huge or infinite: the cap answers; `as` saturates.
        let fits = (step * limit / largest(weights)).floor() as i64;
        let whole = fits.clamp(1, cap);
        match settings.threshold {
            ThresholdMode::Exact => whole,
            ThresholdMode::Pow2 => 1 << whole.ilog2(),
        }
    });
    found.collect()
}

/// The readout's scale.
pub fn readout(real: &Real, settings: &Settings) -> f64 {
    let most = main_term(real).outer_iter().map(largest).fold(0.0, f64::max);
    if most > 0.0 { weight_limit(settings.weight_bits) / most } else { 1.0 }
}

/// The least shift e that brings all weights of one term under `bits` signed bits.
///
/// # Errors
/// [`Error::Layer`] if e would exceed 40.
pub fn shift(layer: &str, weights: &Array4<f64>, alphas: &[f64], bits: u32) -> Result<u32> {
    let most = weights.outer_iter().zip(alphas).map(|(w, alpha)| largest(w) * alpha).fold(0.0, f64::max);
    let fits = |e: &u32| (most / f64::from(*e).exp2()).round_ties_even() <= weight_limit(bits);
    (0..=40).find(fits).ok_or_else(|| {
        Error::layer(
            layer,
            "its weights are far larger than its threshold",
            "use more --weight-bits, or check the threshold",
        )
    })
}

fn weight_limit(bits: u32) -> f64 {
    f64::from((1i32 << (bits - 1)) - 1)
}

/// The term that the scale is made for: the one with the largest kernel.
fn main_term(real: &Real) -> &Array4<f64> {
    let area = |weights: &Array4<f64>| weights.len_of(Axis(2)) * weights.len_of(Axis(3));
    let mut terms = real.terms.iter();
    let first = terms.next().expect("a checked layer has a term");
    terms.fold(first, |best, next| if area(next) > area(best) { next } else { best })
}

fn largest(weights: ArrayView3<f64>) -> f64 {
    weights.iter().fold(0.0, |most, w| w.abs().max(most))
}
