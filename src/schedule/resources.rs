//! What an engine costs on a family of devices: LUTs, flip-flops, multipliers and block RAMs, from its parameters alone.
//!
//! Logic is a sum over the library's modules, each by a formula that was fitted on synthesis runs (`formula`; measured and
//! fitted by `scripts/fit_resources.py`). Memories follow from the shapes that a family's RAMs have (`memory`).
//! The solver's costs and the costs in a report come from here.

mod formula;
mod layer;
mod memory;

use crate::fixed_point::{Interval, Layer, Network, Op, Source, signed_bits};
use crate::fpga::{Family, Resources};
use formula::{Parameters, cost};
pub use layer::layer;
pub use memory::block_rams;

/// Signed bits that the weights of each output channel make use of, 0 where all are zero. Synthesis drops a column of a
/// memory that is constant; of equal columns, such as copies of a sign, it keeps one, but only in LUTs.
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

/// What is between the engines: the input encoder, forks and pools.
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
            ("VALUE_BITS", network.element_bits(Source::Input, 1).0 as usize),
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
        let timesteps = network.timesteps as usize * beat;
        let out_bits = network.element_bits(Source::Node(index), 1).0 as usize;
        let depth = node.shape.width * from.channels / beat;
        let parameters = Parameters::new([
            ("FIELDS", timesteps),
            ("IN_BITS", network.element_bits(pool.source, 1).0 as usize),
            ("OUT_BITS", out_bits),
            ("IN_WIDTH", from.width),
            ("IN_HEIGHT", from.height),
            ("depth", depth),
        ]);
        let (module, block_rams) = memory::pool(family, depth as u64, (timesteps * out_bits) as u32);
        sum += Resources { block_rams: block_rams as f64, ..Resources::default() };
        sum += cost(family, module, &parameters);
    }
    sum
}

/// Bits of a beat of `source`'s stream, all time steps.
fn beat_bits(network: &Network, source: Source, beat: usize) -> usize {
    let timesteps = if source == Source::Input { 1 } else { network.timesteps as usize };
    network.element_bits(source, 1).0 as usize * timesteps * beat
}

/// Bits of an index below `number`, at least 1.
fn log2(number: usize) -> usize {
    (usize::BITS - number.saturating_sub(1).leading_zeros()).max(1) as usize
}
