//! How the network is laid out in hardware before any Verilog is written: lanes, words, buffers, and the cycles that
//! they are expected to take.

mod buffers;
mod estimate;
mod geometry;

pub use buffers::{deadlock_free_rows, pace_rows, window_rows};
pub use estimate::{Estimate, dense, estimate};
pub use geometry::{Geometry, geometry};

use crate::fixed_point::{Layer, Network, Neuron, Node, Op, Source, Term};
use crate::quantise::widths::unsigned_bits;
use crate::{Error, Result};

/// What the user says about lanes: one number for all layers, or some layers by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lanes {
    /// For every layer that is not named; `None` is [`DEFAULT_LANES`].
    pub all: Option<usize>,
    /// (layer name, lanes).
    pub named: Vec<(String, usize)>,
}

/// Lanes of a layer about which nothing was said.
pub const DEFAULT_LANES: usize = 16;

/// A legal number of lanes; more than this is a typing error rather than a wish.
const MAX_LANES: usize = 1024;

impl Lanes {
    /// Reads `16` or `conv_0=8,linear_9=16` or `16,conv_0=8`.
    pub fn parse(text: &str) -> Result<Lanes> {
        let bad = |problem: String| {
            Error::setting("--lanes", problem, "write a number for all layers, or layer=number, separated by commas")
        };
        let mut lanes = Lanes::default();
        for part in text.split(',').map(str::trim) {
            let number = |value: &str| {
                let lanes = value.trim().parse().map_err(|_| bad(format!("'{part}' has no number of lanes")))?;
                if lanes == 0 || lanes > MAX_LANES {
                    return Err(bad(format!("'{part}' is not within 1..={MAX_LANES} lanes")));
                }
                Ok(lanes)
            };
            match part.split_once('=') {
                None if lanes.all.is_some() => return Err(bad(format!("'{part}' is a second number for all layers"))),
                None => lanes.all = Some(number(part)?),
                Some((name, value)) => lanes.named.push((name.trim().to_string(), number(value)?)),
            }
        }
        Ok(lanes)
    }
}

/// The folding of a network: one entry for each node, `None` for pools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub layers: Vec<Option<LayerPlan>>,
}

/// The folding of one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerPlan {
    /// Output channels computed at once, at most the layer's channels.
    pub lanes: usize,
    /// One for each term.
    pub terms: Vec<TermPlan>,
}

/// Layout of the words and buffers of one term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermPlan {
    pub geometry: Geometry,
    /// A spike word holds `2^word_log2` elements.
    pub word_log2: u32,
    /// Map rows that the spike buffer holds.
    pub rows: usize,
    /// The least [`TermPlan::rows`] with which no timing can deadlock, see [`deadlock_free_rows`].
    pub deadlock_free_rows: usize,
    /// `2^queue_log2` words with events may wait in the event selector.
    pub queue_log2: u32,
}

impl LayerPlan {
    /// Groups of lanes that the output channels are cut into.
    pub fn segments(&self, channels: usize) -> usize {
        channels.div_ceil(self.lanes)
    }
}

/// Bits of one element of one time step as the first layer (`IN_SIGNED`) or a later one sees it, and whether signed.
pub fn element_bits(network: &Network, source: Source, summed_steps: u32) -> (u32, bool) {
    match source {
        Source::Input if network.input.offset.iter().all(|&offset| offset == 0) => (8, false),
        Source::Input => (9, true),
        Source::Node(index) => {
            let max = network.count_max(index) * u64::from(summed_steps);
            (unsigned_bits(max), false)
        }
    }
}

/// Whether `layer` is the readout, which gets its counts summed over the time steps.
pub fn is_readout(layer: &Layer) -> bool {
    matches!(layer.neuron, Neuron::Readout { .. })
}

/// Bits of one element of a term's stream, all the time steps that it carries.
pub fn term_element_bits(network: &Network, layer: &Layer, source: Source) -> u32 {
    let steps = if source == Source::Input || is_readout(layer) { 1 } else { network.timesteps };
    let summed = if is_readout(layer) { network.timesteps } else { 1 };
    element_bits(network, source, summed).0 * steps
}

/// Chooses words, buffers and lanes for every layer.
///
/// # Errors
/// [`Error::Setting`] if `lanes` names an unknown layer; [`Error::Layer`] for a geometry that the engine cannot walk.
pub fn plan(network: &Network, lanes: &Lanes) -> Result<Plan> {
    let is_layer = |name: &str| network.nodes.iter().any(|node| node.name == name && matches!(node.op, Op::Layer(_)));
    if let Some((name, _)) = lanes.named.iter().find(|(name, _)| !is_layer(name)) {
        let known: Vec<_> = network.nodes.iter().filter(|n| matches!(n.op, Op::Layer(_))).map(|n| &*n.name).collect();
        return Err(Error::setting(
            "--lanes",
            format!("there is no layer '{name}'"),
            format!("the layers are {}", known.join(", ")),
        ));
    }
    let geometries = geometries(network)?;
    let [deadlock_free, pace] = [deadlock_free_rows, pace_rows].map(|rows| rows(network, &geometries));
    let mut layers = Vec::with_capacity(network.nodes.len());
    for (index, (node, geometries)) in network.nodes.iter().zip(geometries).enumerate() {
        let Op::Layer(layer) = &node.op else {
            layers.push(None);
            continue;
        };
        let named = lanes.named.iter().rev().find(|(name, _)| *name == node.name).map(|(_, lanes)| *lanes);
        let lanes = named.or(lanes.all).unwrap_or(DEFAULT_LANES).min(node.shape.channels);
        let plan_term = |(number, (term, geometry)): (usize, (&Term, Geometry))| {
            let deadlock_free_rows = deadlock_free[index][number];
            TermPlan {
                word_log2: word_log2(&geometry, term_element_bits(network, layer, term.source)),
                rows: deadlock_free_rows.max(window_rows(&geometry)).max(pace[index][number]),
                deadlock_free_rows,
                queue_log2: 2,
                geometry,
            }
        };
        let terms = layer.terms.iter().zip(geometries).enumerate().map(plan_term).collect();
        layers.push(Some(LayerPlan { lanes, terms }));
    }
    Ok(Plan { layers })
}

/// The geometry of every term of every node; a pool has none.
fn geometries(network: &Network) -> Result<Vec<Vec<Geometry>>> {
    let of = |node: &Node| match &node.op {
        Op::Layer(layer) => (layer.terms.iter())
            .map(|term| geometry(&node.name, network.source_shape(term.source), node.shape, term.window))
            .collect(),
        Op::Pool(_) => Ok(vec![]),
    };
    network.nodes.iter().map(of).collect()
}

/// Widest spike word, bits: two block RAMs of 72 bits side by side.
const MAX_WORD_BITS: u32 = 144;

/// The word size that fetches a window's run with the fewest words; of equals the smallest.
///
/// A run of `run` elements that begins at multiples of `step` touches, on average over its alignments,
/// `(run + word − gcd(word, step)) / word` words.
fn word_log2(geometry: &Geometry, element_bits: u32) -> u32 {
    let cost = |log2: u32| {
        let word = 1usize << log2;
        let aligned = gcd(word, gcd(geometry.step, geometry.pad_left));
        (geometry.run + word - aligned) as f64 / word as f64
    };
    (0..=4)
        .filter(|log2| *log2 == 0 || element_bits << log2 <= MAX_WORD_BITS)
        .filter(|log2| *log2 == 0 || (1 << (log2 - 1)) < geometry.row_elements)
        .min_by(|a, b| cost(*a).total_cmp(&cost(*b)))
        .expect("a word of one element is always legal")
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
