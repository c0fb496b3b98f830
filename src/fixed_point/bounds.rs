//! Interval arithmetic over the weights of a layer: what its sums, biases and membranes can be.
//!
//! The bounds hold for every input and for every prefix of an accumulation in any order, since each product's
//! interval is widened to contain 0. They assume nothing about which counts occur together.

use super::{Interval, Layer, Network, Source, Term, WeightMode};

/// The largest magnitude of a weight of `bits` bits: weights are symmetric, within ±(2^(bits−1) − 1).
pub fn weight_limit(bits: u32) -> i64 {
    (1 << (bits - 1)) - 1
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

/// What a term reads, for any weights.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// What it reads.
    pub source: Source,
    /// Pixels of a window.
    pub taps: usize,
    /// Conv groups: an output channel reads only the input channels of its group.
    pub groups: usize,
    /// The product is shifted left by this.
    pub shift: u32,
}

impl Reach {
    fn of(term: &Term) -> Reach {
        let taps = term.window.kernel[0] * term.window.kernel[1];
        Reach { source: term.source, taps, groups: term.groups, shift: term.shift }
    }
}

/// The largest magnitude of a sum of `terms` for any of `channels` outputs, for any weights of `bits` bits.
pub fn largest_sum(network: &Network, bits: u32, terms: &[Reach], channels: usize) -> i128 {
    let limit = i128::from(weight_limit(bits));
    let of = |channel: usize| -> i128 {
        let of_term = |term: &Reach| {
            let inputs = network.source_shape(term.source).channels;
            let group = |place: usize, all: usize| place * term.groups / all;
            let own = (0..inputs).filter(|&input| group(input, inputs) == group(channel, channels));
            let most = own.map(|input| {
                let (low, high) = network.element_range(term.source, input);
                i128::from(low.abs().max(high.abs()))
            });
            (most.sum::<i128>() * term.taps as i128 * limit) << term.shift
        };
        terms.iter().map(of_term).sum()
    };
    (0..channels).map(of).max().unwrap_or(0)
}

/// Bounds of the biases of `layer`: its own, or all that can be loaded.
pub fn biases(network: &Network, layer: &Layer) -> Interval {
    match network.weights {
        WeightMode::Baked => {
            let own = layer.bias.iter().map(|&bias| Interval { low: bias.into(), high: bias.into() });
            own.fold(Interval::around_zero(0), Interval::hull)
        }
        WeightMode::Runtime => Interval::around_zero(any_sum(network, layer)),
    }
}

/// [`largest_sum`] of a layer.
pub fn any_sum(network: &Network, layer: &Layer) -> i128 {
    let terms: Vec<_> = layer.terms.iter().map(Reach::of).collect();
    largest_sum(network, layer.weight_bits, &terms, layer.bias.len())
}

/// Bounds of a group neuron's membrane before and after firing, over `timesteps` time steps of a current within `current`.
pub fn membrane(theta: i64, members: u32, timesteps: u32, current: Interval) -> Interval {
    let theta = i128::from(theta);
    let start = Interval { low: theta / 2, high: theta / 2 };
    let (mut all, mut v) = (start, start);
    for _ in 0..timesteps {
        let before = v.plus(current);
        v = after_firing(before, theta, i128::from(members));
        all = all.hull(before).hull(v);
    }
    all
}

/// The image of an interval under `v − clamp(floor(v/Θ), 0, τ)·Θ`: below 0 nothing fires, up to (τ+1)Θ the residue stays, beyond it all
/// members fire.
fn after_firing(v: Interval, theta: i128, members: i128) -> Interval {
    let top = (members + 1) * theta;
    let mut parts = Vec::with_capacity(3);
    if v.low < 0 {
        parts.push(Interval { low: v.low, high: v.high.min(-1) });
    }
    let (low, high) = (v.low.max(0), v.high.min(top - 1));
    if low <= high {
        let same = low / theta == high / theta;
        parts.push(if same {
            Interval { low: low % theta, high: high % theta }
        } else {
            Interval { low: 0, high: theta - 1 }
        });
    }
    if v.high >= top {
        parts.push(Interval { low: v.low.max(top) - members * theta, high: v.high - members * theta });
    }
    parts.into_iter().reduce(Interval::hull).expect("an interval has a part")
}

/// Bounds of a readout's score during and after `timesteps` additions of a current within `current`.
pub fn score(timesteps: u32, current: Interval) -> Interval {
    let timesteps = i128::from(timesteps);
    Interval {
        low: (timesteps * current.low).min(current.low).min(0),
        high: (timesteps * current.high).max(current.high).max(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Every membrane that can be reached lies within the bounds.
        #[test]
        fn firing_stays_within(low in -60i128..20, spread in 0i128..60, theta in 1i128..12, members in 1i128..5) {
            let v = Interval { low, high: low + spread };
            let image = after_firing(v, theta, members);
            for value in v.low..=v.high {
                let fired = value.div_euclid(theta).clamp(0, members);
                let rest = value - fired * theta;
                prop_assert!(image.low <= rest && rest <= image.high);
            }
        }
    }
}
