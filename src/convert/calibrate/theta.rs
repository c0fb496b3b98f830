//! The member threshold θ = λ/τ with the least mean squared error between ReLU and the mean output of a group neuron over its
//! T time steps, under the constant currents of the float ANN.

use ndarray::Array2;
use rayon::prelude::*;

use super::Calibration;
use crate::error::{Kind, Place, Result};
use crate::snn::float;

/// Values of one layer that the search for θ uses.
const LAYER_SAMPLES: usize = 40_000;

/// Values of one channel.
const CHANNEL_SAMPLES: usize = 8_000;

/// λ candidates of the first, coarse search, as fractions of the largest activation.
const GRID: usize = 48;

/// Rounds of the refinement; each divides the distance of the candidates by 4.
const ROUNDS: usize = 4;

/// A channel whose largest activation is below this share of its layer's range τθ keeps the layer's θ.
const ALMOST_SILENT: f32 = 1.0 / 64.0;

/// The θ of a layer's channels; `currents` are those of the float ANN, \[channel, pixel\], one map an image. The ANN clips them at `bound`,
/// infinite for a plain ReLU.
///
/// # Errors
/// [`Kind::NeverActive`] if no current is positive.
pub fn thetas(
    layer: &str,
    currents: &[Array2<f32>],
    bound: f32,
    members: u32,
    timesteps: u32,
    method: Calibration,
) -> Result<Vec<f32>> {
    let all: usize = currents.iter().map(Array2::len).sum();
    // An odd stride does not keep hitting the same column of a map of even width.
    let stride = |all: usize, samples: usize| (all / samples).max(1) | 1;
    let channels = currents.first().map_or(0, Array2::nrows);
    let largest = largest(currents.iter().flatten().copied()).min(bound);
    if !(largest.is_finite() && largest > 0.0) {
        return Err(Kind::NeverActive.at(Place::layer(layer)));
    }
    if method == Calibration::Maximum {
        return Ok(vec![largest / members as f32; channels]);
    }
    let sample: Vec<f32> = currents.iter().flatten().copied().step_by(stride(all, LAYER_SAMPLES)).collect();
    let of_layer = best_theta(&sample, bound, members, timesteps);
    if method == Calibration::Layer {
        return Ok(vec![of_layer; channels]);
    }
    let of_channel = |channel: usize| {
        let values = currents.iter().flat_map(|map| map.row(channel).to_vec());
        let values: Vec<f32> = values.step_by(stride(all / channels, CHANNEL_SAMPLES)).collect();
        let silent = self::largest(values.iter().copied()) < ALMOST_SILENT * of_layer * members as f32;
        if silent { of_layer } else { best_theta(&values, bound, members, timesteps) }
    };
    Ok((0..channels).into_par_iter().map(of_channel).collect())
}

fn largest(currents: impl Iterator<Item = f32>) -> f32 {
    currents.fold(0.0, f32::max)
}

/// The best θ for `currents`, of which at least one is positive, clipped at `bound`.
fn best_theta(currents: &[f32], bound: f32, members: u32, timesteps: u32) -> f32 {
    let largest = largest(currents.iter().copied()).min(bound);
    let error = |lambda: f32| -> f64 {
        let theta = lambda / members as f32;
        let errors =
            currents.iter().map(|&x| f64::from(mean_output(x, theta, members, timesteps) - x.clamp(0.0, bound)));
        errors.map(|error| error * error).sum()
    };
    let best_of = |candidates: Vec<f32>| {
        let errors: Vec<(f64, f32)> = candidates.into_par_iter().map(|lambda| (error(lambda), lambda)).collect();
        errors.into_iter().fold((f64::INFINITY, largest), |best, next| if next.0 < best.0 { next } else { best }).1
    };
    let mut spacing = largest / GRID as f32;
    let mut lambda = best_of((1..=GRID).map(|i| i as f32 * spacing).collect());
    for _ in 0..ROUNDS {
        spacing /= 4.0;
        let near = (-4..=4).map(|i| lambda + i as f32 * spacing);
        lambda = best_of(near.filter(|&lambda| lambda > 0.0 && lambda <= bound).collect());
    }
    lambda / members as f32
}

/// The mean output of a group neuron over `timesteps` time steps under a constant current.
pub fn mean_output(current: f32, theta: f32, members: u32, timesteps: u32) -> f32 {
    let fired: u32 = float::counts(current, theta, members).take(timesteps as usize).sum();
    fired as f32 * theta / timesteps as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(rows: [Vec<f32>; 2]) -> Array2<f32> {
        let columns = rows[0].len();
        Array2::from_shape_vec((2, columns), rows.concat()).unwrap()
    }

    #[test]
    fn one_theta_covers_evenly_spread_currents() {
        let currents: Vec<f32> = (0..4000).map(|i| i as f32 / 1000.0 - 1.0).collect();
        for (members, timesteps) in [(4, 1), (2, 2), (8, 1)] {
            // Uniform on 0..3 with rounding to the nearest of τ + 1 levels and a clip: the best λ lies a little below 3.
            let lambda = best_theta(&currents, f32::INFINITY, members, timesteps) * members as f32;
            assert!((2.4..=3.0).contains(&lambda), "τ {members} T {timesteps}: {lambda}");
        }
    }

    #[test]
    fn outliers_are_clipped_for_the_sake_of_the_many() {
        let mut currents: Vec<f32> = (0..4000).map(|i| i as f32 / 4000.0).collect();
        currents.push(8.0);
        assert!(best_theta(&currents, f32::INFINITY, 4, 1) < 0.5);
    }

    #[test]
    fn a_bound_is_no_lambda_where_currents_stay_below_it() {
        let currents: Vec<f32> = (0..4000).map(|i| i as f32 / 4000.0).collect();
        let lambda = |bound| best_theta(&currents, bound, 8, 1) * 8.0;
        assert_eq!(lambda(20.0), lambda(f32::INFINITY));
        // Most currents at the bound: it is λ.
        assert!((0.099..=0.1).contains(&lambda(0.1)), "{}", lambda(0.1));
    }

    #[test]
    fn each_channel_has_its_own_range() {
        let ramp: Vec<f32> = (0..1001).map(|i| i as f32 / 1000.0).collect();
        let tenth: Vec<f32> = ramp.iter().map(|x| x / 10.0).collect();
        let currents = [map([ramp, tenth])];
        let of = |method| thetas("l", &currents, f32::INFINITY, 4, 1, method).unwrap();
        let [first, second] = of(Calibration::Channel)[..] else { panic!("two channels") };
        assert!((first / second - 10.0).abs() < 0.1, "{first} {second}");
        let one = of(Calibration::Layer);
        assert!(one[0] == one[1] && second < one[0] && one[0] <= first * 1.1, "{one:?}");
        assert_eq!(of(Calibration::Maximum), [0.25, 0.25]);
    }

    #[test]
    fn a_silent_layer_is_refused_by_name_and_a_silent_channel_has_its_layers_theta() {
        let silent = [map([vec![-1.0, 0.0], vec![-2.0, 0.0]])];
        let message = thetas("conv3", &silent, f32::INFINITY, 4, 1, Calibration::Channel).unwrap_err().to_string();
        assert!(message.contains("'conv3'"), "{message}");
        let half = [map([vec![1.0, 0.5], vec![-2.0, 0.0]])];
        let found = thetas("conv3", &half, f32::INFINITY, 4, 1, Calibration::Channel).unwrap();
        assert_eq!(found[1], thetas("conv3", &half, f32::INFINITY, 4, 1, Calibration::Layer).unwrap()[0]);
    }
}
