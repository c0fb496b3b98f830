//! What an engine costs on a family of devices: LUTs, flip-flops, multipliers and block RAMs, from its parameters alone.
//!
//! Logic is a sum over the library's modules, each by a formula that was fitted on synthesis runs (`formula`; measured and
//! fitted by `scripts/fit_resources.py`). Memories follow from the shapes that a family's RAMs have (`memory`).
//! Whatever the solver weighs and a report shows comes from here.

mod formula;
mod layer;
mod memory;

use serde::Serialize;

use super::{Family, element_bits};
use crate::fixed_point::{Layer, Network, Op, Source};
use crate::quantise::widths::{Interval, signed_bits};
use formula::{Parameters, cost};
pub use layer::layer;
pub use memory::block_rams;

/// Amounts of what a device has.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Resources {
    pub luts: f64,
    pub flip_flops: f64,
    pub multipliers: f64,
    /// Of 18 kbit on ECP5 and the 7 series (where two make a block of 36), of 4 kbit on iCE40.
    pub block_rams: f64,
}

impl std::ops::AddAssign for Resources {
    fn add_assign(&mut self, other: Resources) {
        self.luts += other.luts;
        self.flip_flops += other.flip_flops;
        self.multipliers += other.multipliers;
        self.block_rams += other.block_rams;
    }
}

impl std::iter::Sum for Resources {
    fn sum<I: Iterator<Item = Resources>>(all: I) -> Resources {
        all.fold(Resources::default(), |mut sum, one| {
            sum += one;
            sum
        })
    }
}

impl std::ops::Mul<Resources> for f64 {
    type Output = Resources;

    fn mul(self, one: Resources) -> Resources {
        Resources {
            luts: self * one.luts,
            flip_flops: self * one.flip_flops,
            multipliers: self * one.multipliers,
            block_rams: self * one.block_rams,
        }
    }
}

impl std::ops::Mul<Resources> for usize {
    type Output = Resources;

    fn mul(self, one: Resources) -> Resources {
        self as f64 * one
    }
}

/// Signed bits that the weights of each output channel make use of, 0 where all are zero. Synthesis drops a column of a
/// memory that is constant; of columns that are equal, as the copies of a sign are, it keeps one in LUTs only.
pub fn used_bits(layer: &Layer) -> Vec<u32> {
    let mut bits = Vec::new();
    for term in &layer.terms {
        bits.resize(term.weights.dim().0, 0);
        for (bits, weights) in bits.iter_mut().zip(term.weights.outer_iter()) {
            for &weight in weights {
                let weight = i128::from(weight);
                if weight != 0 {
                    *bits = signed_bits(Interval { low: weight, high: weight }).max(*bits);
                }
            }
        }
    }
    bits
}

/// What stands between the engines: the input encoder, forks and pools.
///
/// `beat` tells the elements of a beat of a source.
pub fn between(network: &Network, beat: impl Fn(Source) -> usize, family: Family) -> Resources {
    let input = network.input.shape;
    let mut sum = cost(
        family,
        "input_encoder",
        &Parameters::new([
            ("CHANNELS", input.channels),
            ("PIXELS", input.pixels()),
            ("VALUE_BITS", element_bits(network, Source::Input, 1).0 as usize),
        ]),
    );
    let sources = (0..network.nodes.len()).map(Source::Node).chain([Source::Input]);
    for source in sources {
        let readers = network.nodes.iter().flat_map(|node| match &node.op {
            Op::Layer(layer) => layer.terms.iter().map(|term| term.source).collect(),
            Op::Pool(pool) => vec![pool.source],
        });
        let readers = readers.filter(|read| *read == source).count();
        if readers > 1 {
            let width = beat_bits(network, source, beat(source));
            sum += readers * cost(family, "skid_buffer", &Parameters::new([("WIDTH", width)]));
        }
    }
    for (index, node) in network.nodes.iter().enumerate() {
        let Op::Pool(pool) = &node.op else { continue };
        let from = network.source_shape(pool.source);
        let beat = beat(pool.source);
        let steps = network.timesteps as usize * beat;
        let out_bits = element_bits(network, Source::Node(index), 1).0 as usize;
        let depth = node.shape.width * from.channels / beat;
        let parameters = Parameters::new([
            ("FIELDS", steps),
            ("IN_BITS", element_bits(network, pool.source, 1).0 as usize),
            ("OUT_BITS", out_bits),
            ("IN_WIDTH", from.width),
            ("IN_HEIGHT", from.height),
            ("depth", depth),
        ]);
        let (module, block_rams) = memory::pool(family, depth as u64, (steps * out_bits) as u32);
        sum += Resources { block_rams: block_rams as f64, ..Resources::default() };
        sum += cost(family, module, &parameters);
    }
    sum
}

/// Bits of a beat of `source`'s stream, all time steps.
fn beat_bits(network: &Network, source: Source, beat: usize) -> usize {
    let steps = if source == Source::Input { 1 } else { network.timesteps as usize };
    element_bits(network, source, 1).0 as usize * steps * beat
}

/// Bits of an index below `number`, at least 1.
fn log2(number: usize) -> usize {
    (usize::BITS - number.saturating_sub(1).leading_zeros()).max(1) as usize
}
