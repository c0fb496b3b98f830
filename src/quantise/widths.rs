//! Interval arithmetic over the actual weights: the least width of everything that the hardware computes.
//!
//! The bounds hold for every input and for every prefix of an accumulation in any order, since each product's
//! interval is widened to contain 0. They assume nothing about which counts occur together.

use crate::error::{Error, Result};
use crate::fixed_point::{Layer, Network, Neuron, Widths};

/// A closed interval of integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    pub low: i128,
    pub high: i128,
}

impl Interval {
    fn hull(self, other: Interval) -> Interval {
        Interval { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    fn plus(self, other: Interval) -> Interval {
        Interval { low: self.low + other.low, high: self.high + other.high }
    }
}

/// Bits of the two's complement number that holds both ends, the sign included.
pub fn signed_bits(interval: Interval) -> u32 {
    let magnitude = |v: i128| if v < 0 { !v } else { v };
    let widest = magnitude(interval.low).max(magnitude(interval.high));
    128 - widest.leading_zeros() + 1
}

/// Bits of the unsigned number that holds `value`; 0 for 0.
pub fn unsigned_bits(value: u64) -> u32 {
    64 - value.leading_zeros()
}

/// Bounds of channel `channel`'s accumulator during one time step.
pub fn accumulator(network: &Network, layer: &Layer, channel: usize) -> Interval {
    let mut sum = Interval { low: 0, high: 0 };
    for term in &layer.terms {
        let row = term.weights.index_axis(ndarray::Axis(0), channel);
        for (input, taps) in row.outer_iter().enumerate() {
            let (low, high) = network.element_range(term.source, input);
            for &q in taps {
                let q = i128::from(q) << term.shift;
                let ends = [0, q * i128::from(low), q * i128::from(high)];
                sum.low += ends.iter().min().expect("three ends");
                sum.high += ends.iter().max().expect("three ends");
            }
        }
    }
    sum
}

/// Bounds of a group neuron's membrane before and after firing, over `timesteps` steps of a current within `current`.
pub fn membrane(step: i64, members: u32, timesteps: u32, current: Interval) -> Interval {
    let step = i128::from(step);
    let start = Interval { low: step / 2, high: step / 2 };
    let (mut all, mut v) = (start, start);
    for _ in 0..timesteps {
        let before = v.plus(current);
        v = after_firing(before, step, i128::from(members));
        all = all.hull(before).hull(v);
    }
    all
}

/// What `v − clamp(floor(v/Θ), 0, τ)·Θ` makes of an interval: below 0 nothing fires, up to (τ+1)Θ the residue stays,
/// beyond it all members fire.
fn after_firing(v: Interval, step: i128, members: i128) -> Interval {
    let top = (members + 1) * step;
    let mut parts = Vec::with_capacity(3);
    if v.low < 0 {
        parts.push(Interval { low: v.low, high: v.high.min(-1) });
    }
    let (low, high) = (v.low.max(0), v.high.min(top - 1));
    if low <= high {
        let same = low / step == high / step;
        parts.push(if same {
            Interval { low: low % step, high: high % step }
        } else {
            Interval { low: 0, high: step - 1 }
        });
    }
    if v.high >= top {
        parts.push(Interval { low: v.low.max(top) - members * step, high: v.high - members * step });
    }
    parts.into_iter().reduce(Interval::hull).expect("an interval has a part")
}

/// Bounds of a readout's score during and after `timesteps` additions of a current within `current`.
pub fn score(timesteps: u32, current: Interval) -> Interval {
    let steps = i128::from(timesteps);
    Interval {
        low: (steps * current.low).min(current.low).min(0),
        high: (steps * current.high).max(current.high).max(0),
    }
}

/// The widths of `layer`, all of its channels alike.
///
/// # Errors
/// [`Error::Layer`] if a value would need more than 62 bits.
pub fn widths(network: &Network, name: &str, layer: &Layer) -> Result<Widths> {
    let zero = Interval { low: 0, high: 0 };
    let (mut sums, mut biases, mut membranes) = (zero, zero, zero);
    for (channel, &bias) in layer.bias.iter().enumerate() {
        let sum = accumulator(network, layer, channel);
        let bias = Interval { low: bias.into(), high: bias.into() };
        let current = sum.plus(bias);
        let held = match &layer.neuron {
            Neuron::Group { step } => membrane(step[channel], network.members, network.timesteps, current),
            Neuron::Readout { .. } => score(network.timesteps, current),
        };
        sums = sums.hull(sum);
        biases = biases.hull(bias);
        membranes = membranes.hull(held);
    }
    let largest_step = match &layer.neuron {
        Neuron::Group { step } => step.iter().copied().max().unwrap_or(0),
        Neuron::Readout { .. } => 0,
    };
    let count = if largest_step > 0 { network.members } else { 0 };
    let widths = Widths {
        accumulator: signed_bits(sums),
        bias: signed_bits(biases),
        membrane: signed_bits(membranes),
        step: unsigned_bits(largest_step as u64),
        count: unsigned_bits(count.into()),
    };
    if widths.accumulator.max(widths.bias).max(widths.membrane) > 62 {
        return Err(Error::layer(name, "its sums need more than 62 bits", "use fewer --weight-bits"));
    }
    Ok(widths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bits_are_least() {
        for (low, high, bits) in
            [(0, 0, 1), (-1, 0, 1), (0, 1, 2), (-2, 1, 2), (-128, 127, 8), (-129, 0, 9), (0, 128, 9)]
        {
            assert_eq!(signed_bits(Interval { low, high }), bits, "{low}..{high}");
        }
        assert_eq!([0, 1, 3, 4, 8].map(unsigned_bits), [0, 1, 2, 3, 4]);
    }

    proptest! {
        /// Every membrane that can be reached lies within the bounds.
        #[test]
        fn firing_stays_within(low in -60i128..20, spread in 0i128..60, step in 1i128..12, members in 1i128..5) {
            let v = Interval { low, high: low + spread };
            let image = after_firing(v, step, members);
            for value in v.low..=v.high {
                let fired = value.div_euclid(step).clamp(0, members);
                let rest = value - fired * step;
                prop_assert!(image.low <= rest && rest <= image.high);
            }
        }
    }
}
