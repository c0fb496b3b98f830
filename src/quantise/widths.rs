//! The least width of everything that the hardware computes, from the bounds of its values.
//!
//! Where weights are loaded at run time, the widths hold for all possible ones: weights of any value in their bits, at all places in
//! the term's groups; biases as large as the largest sum of these; thetas up to the quantiser's cap. The quantiser keeps its scales
//! within that.

use super::scale;
use crate::error::{Kind, Place, Result};
use crate::fixed_point::bounds::{accumulator, any_sum, biases, membrane, score};
use crate::fixed_point::{Interval, Layer, Network, Neuron, Source, WeightMode, Widths, signed_bits, unsigned_bits};

/// Bounds of the membranes of all thetas from 1 to `most`, where the current may be 0.
///
/// Below 0 nothing fires. Above, the membrane before firing is the current plus at most θ − 1, or plus what τ·θ leaves of the one
/// before. These sums are linear in θ, so one of the two ends has the largest.
fn membrane_of_any_theta(most: i64, members: u32, timesteps: u32, current: Interval) -> Interval {
    let high = |theta: i128| {
        let (mut all, mut v) = ((theta + 1) / 2, (theta + 1) / 2);
        for _ in 0..timesteps {
            let before = v + current.high;
            v = (theta - 1).max(before - i128::from(members) * theta);
            all = all.max(before).max(v);
        }
        all
    };
    Interval { low: i128::from(timesteps) * current.low, high: high(1).max(high(most.into())) }
}

/// Bounds of all that a layer computes.
struct Bounds {
    /// Sums of one time step.
    sums: Interval,
    membranes: Interval,
    /// 0 for a readout.
    largest_theta: i64,
}

/// Bounds over the layer's own weights.
fn own(network: &Network, layer: &Layer) -> Bounds {
    let zero = Interval::around_zero(0);
    let (mut sums, mut membranes) = (zero, zero);
    for (channel, &bias) in layer.bias.iter().enumerate() {
        let sum = accumulator(network, layer, channel);
        let current = sum.plus(Interval { low: bias.into(), high: bias.into() });
        let held = match &layer.neuron {
            Neuron::Group { theta } => membrane(theta[channel], network.members, network.timesteps, current),
            Neuron::Readout { .. } => score(network.timesteps, current),
        };
        sums = sums.hull(sum);
        membranes = membranes.hull(held);
    }
    let largest_theta = match &layer.neuron {
        Neuron::Group { theta } => theta.iter().copied().max().unwrap_or(0),
        Neuron::Readout { .. } => 0,
    };
    Bounds { sums, membranes, largest_theta }
}

/// Bounds over all weights that can be loaded; refuses a layer whose own weights are not among them.
fn any(network: &Network, name: &str, layer: &Layer) -> Result<Bounds> {
    let sums = Interval::around_zero(any_sum(network, layer));
    let current = sums.times(2);
    let fail = |problem: String| {
        let advice = "use more weight bits, or build the weights in";
        Err(Kind::NoScale { problem }.at(Place::layer(name)).advise(advice))
    };
    if let Some(bias) = layer.bias.iter().find(|bias| i128::from(bias.abs()) > sums.high) {
        return fail(format!("a bias of {bias} is larger than every sum of its weights ({})", sums.high));
    }
    let most = scale::most_theta(layer.weight_bits, layer.terms.iter().any(|term| term.source == Source::Input));
    match &layer.neuron {
        Neuron::Readout { .. } => Ok(Bounds { sums, membranes: score(network.timesteps, current), largest_theta: 0 }),
        Neuron::Group { theta } => {
            if let Some(theta) = theta.iter().find(|theta| **theta > most) {
                return fail(format!("a theta of {theta} is larger than {most}"));
            }
            let membranes = membrane_of_any_theta(most, network.members, network.timesteps, current);
            Ok(Bounds { sums, membranes, largest_theta: most })
        }
    }
}

/// The widths of `layer`, the same for all of its channels.
///
/// # Errors
/// [`Kind::TooWide`] if a value would need more than 62 bits, and [`Kind::NoScale`] if weights are loaded at run time and one is too
/// large for that.
pub fn widths(network: &Network, name: &str, layer: &Layer) -> Result<Widths> {
    let bounds = match network.weights {
        WeightMode::Baked => own(network, layer),
        WeightMode::Runtime => any(network, name, layer)?,
    };
    // A readout's counts are added up over time before they meet the weights, so its accumulator holds all time steps;
    // the input is the same at each time step and is accumulated once.
    let spikes = layer.terms.iter().any(|term| term.source != Source::Input);
    let timesteps = if spikes && matches!(layer.neuron, Neuron::Readout { .. }) { network.timesteps } else { 1 };
    let count = if bounds.largest_theta > 0 { network.members } else { 0 };
    let widths = Widths {
        accumulator: signed_bits(bounds.sums.times(timesteps.into())),
        bias: signed_bits(biases(network, layer)),
        membrane: signed_bits(bounds.membranes),
        theta: unsigned_bits(bounds.largest_theta as u64),
        count: unsigned_bits(count.into()),
    };
    if widths.accumulator.max(widths.bias).max(widths.membrane) > 62 {
        return Err(Kind::TooWide { what: "its sums", most: 62 }.at(Place::layer(name)));
    }
    Ok(widths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The bounds over all thetas contain those of each.
        #[test]
        fn no_theta_leaves_the_bounds_of_all(
            most in 1i64..200, theta in 1i64..200, members in 1u32..9, timesteps in 1u32..6, low in -900i128..1, high in 0i128..900,
        ) {
            let current = Interval { low, high };
            let one = membrane(theta.min(most), members, timesteps, current);
            let all = membrane_of_any_theta(most, members, timesteps, current);
            prop_assert!(all.low <= one.low && one.high <= all.high, "{one:?} in {all:?}");
        }
    }
}
