//! Interval arithmetic over the actual weights: the least width of everything that the hardware computes.
//!
//! The bounds hold for every input and for every prefix of an accumulation in any order, since each product's
//! interval is widened to contain 0. They assume nothing about which counts occur together.
//!
//! Where weights are loaded at run time, the bounds hold for all that can be: weights of any value in their bits, wherever
//! the term's groups have some; biases as large as the largest sum of these; steps up to the quantiser's cap. The quantiser keeps
//! its scales within that.

use super::scale;
use crate::error::{Kind, Place, Result};
use crate::fixed_point::{Layer, Network, Neuron, Source, Term, WeightMode, Widths};

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

    /// `factor` ≥ 0.
    pub fn times(self, factor: i128) -> Interval {
        Interval { low: self.low * factor, high: self.high * factor }
    }

    fn around_zero(most: i128) -> Interval {
        Interval { low: -most, high: most }
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

/// What a term reads, whatever its weights are.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    pub source: Source,
    /// Pixels of a window.
    pub taps: usize,
    pub groups: usize,
    pub shift: u32,
}

impl Reach {
    fn of(term: &Term) -> Reach {
        let taps = term.window.kernel[0] * term.window.kernel[1];
        Reach { source: term.source, taps, groups: term.groups, shift: term.shift }
    }
}

/// The largest magnitude of a sum of `terms` for any of `channels` outputs, whatever the weights of `bits` bits are.
pub fn largest_sum(network: &Network, bits: u32, terms: &[Reach], channels: usize) -> i128 {
    let limit = scale::weight_limit(bits) as i128;
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
fn any_sum(network: &Network, layer: &Layer) -> i128 {
    let terms: Vec<_> = layer.terms.iter().map(Reach::of).collect();
    largest_sum(network, layer.weight_bits, &terms, layer.bias.len())
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

/// Bounds of the membranes of all steps from 1 to `most`, where the current may be 0.
///
/// Below 0 nothing fires. Above, the membrane is before firing the current and at most θ − 1 or what τ·θ leaves of the one
/// before: the larger of sums that are linear in θ, so that one of the two ends has the largest.
fn membrane_of_any_step(most: i64, members: u32, timesteps: u32, current: Interval) -> Interval {
    let high = |step: i128| {
        let (mut all, mut v) = ((step + 1) / 2, (step + 1) / 2);
        for _ in 0..timesteps {
            let before = v + current.high;
            v = (step - 1).max(before - i128::from(members) * step);
            all = all.max(before).max(v);
        }
        all
    };
    Interval { low: i128::from(timesteps) * current.low, high: high(1).max(high(most.into())) }
}

/// Bounds of a readout's score during and after `timesteps` additions of a current within `current`.
pub fn score(timesteps: u32, current: Interval) -> Interval {
    let steps = i128::from(timesteps);
    Interval {
        low: (steps * current.low).min(current.low).min(0),
        high: (steps * current.high).max(current.high).max(0),
    }
}

/// Bounds of all that a layer computes.
struct Bounds {
    /// Sums of one time step.
    sums: Interval,
    membranes: Interval,
    /// 0 for a readout.
    largest_step: i64,
}

/// Bounds over the layer's own weights.
fn own(network: &Network, layer: &Layer) -> Bounds {
    let zero = Interval::around_zero(0);
    let (mut sums, mut membranes) = (zero, zero);
    for (channel, &bias) in layer.bias.iter().enumerate() {
        let sum = accumulator(network, layer, channel);
        let current = sum.plus(Interval { low: bias.into(), high: bias.into() });
        let held = match &layer.neuron {
            Neuron::Group { step } => membrane(step[channel], network.members, network.timesteps, current),
            Neuron::Readout { .. } => score(network.timesteps, current),
        };
        sums = sums.hull(sum);
        membranes = membranes.hull(held);
    }
    let largest_step = match &layer.neuron {
        Neuron::Group { step } => step.iter().copied().max().unwrap_or(0),
        Neuron::Readout { .. } => 0,
    };
    Bounds { sums, membranes, largest_step }
}

/// Bounds over all weights that can be loaded; refuses a layer whose own are not among them.
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
    let most = scale::most_step(layer.weight_bits, layer.terms.iter().any(|term| term.source == Source::Input));
    match &layer.neuron {
        Neuron::Readout { .. } => Ok(Bounds { sums, membranes: score(network.timesteps, current), largest_step: 0 }),
        Neuron::Group { step } => {
            if let Some(step) = step.iter().find(|step| **step > most) {
                return fail(format!("a step of {step} is larger than {most}"));
            }
            let membranes = membrane_of_any_step(most, network.members, network.timesteps, current);
            Ok(Bounds { sums, membranes, largest_step: most })
        }
    }
}

/// The widths of `layer`, all of its channels alike.
///
/// # Errors
/// [`Kind::TooWide`] if a value would need more than 62 bits, and [`Kind::NoScale`] if, where weights are loaded at run time, one is larger than any
/// that can be.
pub fn widths(network: &Network, name: &str, layer: &Layer) -> Result<Widths> {
    let bounds = match network.weights {
        WeightMode::Baked => own(network, layer),
        WeightMode::Runtime => any(network, name, layer)?,
    };
    // A readout's counts are added up over time before they meet the weights, so its accumulator holds all steps;
    // an image is the same at each step and is accumulated once.
    let spikes = layer.terms.iter().any(|term| term.source != Source::Input);
    let steps = if spikes && matches!(layer.neuron, Neuron::Readout { .. }) { network.timesteps } else { 1 };
    let count = if bounds.largest_step > 0 { network.members } else { 0 };
    let widths = Widths {
        accumulator: signed_bits(bounds.sums.times(steps.into())),
        bias: signed_bits(biases(network, layer)),
        membrane: signed_bits(bounds.membranes),
        step: unsigned_bits(bounds.largest_step as u64),
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

        /// The bounds of all steps hold those of each.
        #[test]
        fn no_step_leaves_the_bounds_of_all(
            most in 1i64..200, step in 1i64..200, members in 1u32..9, timesteps in 1u32..6, low in -900i128..1, high in 0i128..900,
        ) {
            let current = Interval { low, high };
            let one = membrane(step.min(most), members, timesteps, current);
            let all = membrane_of_any_step(most, members, timesteps, current);
            prop_assert!(all.low <= one.low && one.high <= all.high, "{one:?} in {all:?}");
        }
    }
}
