//! How the network is laid out in hardware before any Verilog is written: lanes, slices, words, buffers, and the
//! cycles that they are expected to take.

pub mod arithmetic;
mod buffers;
mod estimate;
mod fold;
mod geometry;
mod term;

pub use arithmetic::{Arithmetic, Family, Synapse};
pub use buffers::{deadlock_free_rows, pace_rows, window_rows};
pub use estimate::{Estimate, dense, estimate};
pub use fold::{DEFAULT_LANES, Firing, Fold, Folding, Storage};
pub use geometry::{Geometry, geometry};
pub use term::TermPlan;

use crate::fixed_point::{Layer, Network, Neuron, Node, Op, Source};
use crate::quantise::widths::unsigned_bits;
use crate::{Error, Result};

/// The folding of a network in every detail: one entry for each node, `None` for pools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub layers: Vec<Option<LayerPlan>>,
}

/// The folding of one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerPlan {
    /// As asked for, with at most the layer's channels as lanes.
    pub fold: Fold,
    /// One for each term.
    pub terms: Vec<TermPlan>,
}

impl LayerPlan {
    /// Groups of lanes that the output channels are cut into.
    pub fn segments(&self, channels: usize) -> usize {
        channels.div_ceil(self.fold.lanes)
    }

    /// Weight rows of slice `slice`, all terms and segments.
    pub fn weight_rows(&self, channels: usize, slice: usize) -> usize {
        self.terms_of(slice).map(|(_, term)| term.geometry.weight_rows()).sum::<usize>() * self.segments(channels)
    }

    /// log2 of the beats of sums that wait behind each slice's drain: two windows' where slices are added up, or where
    /// windows are so short that the drain is always at work.
    pub fn sum_queue_log2(&self) -> u32 {
        let beats = self.fold.lanes / self.fold.units;
        let window: usize = self.terms.iter().map(|term| term.geometry.weight_rows()).sum();
        let windows = if self.fold.slices > 1 || window < 4 * beats { 2 } else { 1 };
        (windows * beats).next_power_of_two().ilog2().max(4)
    }

    /// The terms that slice `slice` takes part in, with their numbers: all of them for slice 0.
    pub fn terms_of(&self, slice: usize) -> impl Iterator<Item = (usize, &TermPlan)> {
        self.terms.iter().enumerate().filter(move |(_, term)| slice < term.slices)
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

/// Bits of one element of a term, all the time steps that its events carry.
pub fn term_element_bits(network: &Network, layer: &Layer, source: Source) -> u32 {
    let steps = if source == Source::Input || is_readout(layer) { 1 } else { network.timesteps };
    let summed = if is_readout(layer) { network.timesteps } else { 1 };
    element_bits(network, source, summed).0 * steps
}

/// Elements of a beat of `source`'s stream: the units of the engine that it comes from, through pools.
pub fn beat_elements(network: &Network, plan: &[Option<LayerPlan>], source: Source) -> usize {
    match source {
        Source::Input => 1,
        Source::Node(index) => match (&network.nodes[index].op, plan[index].as_ref()) {
            (Op::Pool(pool), _) => beat_elements(network, plan, pool.source),
            (Op::Layer(_), Some(layer)) => layer.fold.units,
            (Op::Layer(_), None) => 1,
        },
    }
}

/// Lays out every layer as `folding` says: words, buffers, and the shares of the slices.
///
/// # Errors
/// [`Error::Setting`] if `folding` names an unknown layer; [`Error::Layer`] for a folding or geometry that a layer cannot
/// have, with the reason.
pub fn plan(network: &Network, folding: &Folding) -> Result<Plan> {
    let is_layer = |name: &str| network.nodes.iter().any(|node| node.name == name && matches!(node.op, Op::Layer(_)));
    if let Some(name) = folding.layers.keys().find(|name| !is_layer(name)) {
        let known: Vec<_> = network.nodes.iter().filter(|n| matches!(n.op, Op::Layer(_))).map(|n| &*n.name).collect();
        return Err(Error::setting(
            "--lanes",
            format!("there is no layer '{name}'"),
            format!("the layers are {}", known.join(", ")),
        ));
    }
    let geometries = geometries(network)?;
    let [deadlock_free, pace] = [deadlock_free_rows, pace_rows].map(|rows| rows(network, &geometries));
    let mut layers: Vec<Option<LayerPlan>> = Vec::with_capacity(network.nodes.len());
    for (index, node) in network.nodes.iter().enumerate() {
        let planned = match &node.op {
            Op::Layer(layer) => {
                let mut planned = plan_layer(network, &layers, node, layer, folding.of(&node.name))?;
                for (number, term) in planned.terms.iter_mut().enumerate() {
                    term.deadlock_free_rows = deadlock_free[index][number];
                    term.rows = term.deadlock_free_rows.max(window_rows(&term.geometry)).max(pace[index][number]);
                }
                Some(planned)
            }
            Op::Pool(_) => None,
        };
        layers.push(planned);
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

/// All but the rows of its terms' buffers, which follow from the whole network.
fn plan_layer(
    network: &Network,
    earlier: &[Option<LayerPlan>],
    node: &Node,
    layer: &Layer,
    fold: Fold,
) -> Result<LayerPlan> {
    let fold = legal(node, layer, fold)?;
    let mut terms = Vec::with_capacity(layer.terms.len());
    for term in &layer.terms {
        let beat = beat_elements(network, earlier, term.source);
        terms.push(term::plan(network, node, layer, term, &fold, beat)?);
    }
    if terms.iter().all(|term| term.slices != fold.slices) {
        return Err(Error::layer(
            &node.name,
            format!("{} slices do not share its {} input channels evenly", fold.slices, input_channels(network, layer)),
            "choose a power of two that divides the input channels (of each group)",
        ));
    }
    for term in terms.iter().filter(|term| term.slices > 1 && !fold.share.is_empty()) {
        if term.order.is_empty() {
            return Err(Error::layer(
                &node.name,
                format!("a share of {} counts, where a spike word holds {}", fold.share.len(), term.word_counts),
                "name the slice of each count of a word, and only where a pixel is a whole number of words",
            ));
        }
    }
    Ok(LayerPlan { fold, terms })
}

fn input_channels(network: &Network, layer: &Layer) -> usize {
    layer.terms.iter().map(|term| network.source_shape(term.source).channels).max().unwrap_or(0)
}

/// The fold that `node` gets, or why it cannot have it.
fn legal(node: &Node, layer: &Layer, fold: Fold) -> Result<Fold> {
    fold.validate(&format!("the folding of '{}'", node.name))?;
    let channels = node.shape.channels;
    let fold = Fold { lanes: fold.lanes.min(channels), ..fold };
    let fail = |problem: String, advice: &str| Err(Error::layer(&node.name, problem, advice));
    if !channels.is_multiple_of(fold.units) || !fold.lanes.is_multiple_of(fold.units) {
        let problem = format!("{} units do not divide its {} lanes and {channels} channels", fold.units, fold.lanes);
        return fail(problem, "choose a power of two that divides both");
    }
    if is_readout(layer) && (fold.units > 1 || fold.slices > 1) {
        return fail("a readout has one slice and one unit".into(), "give it more lanes instead");
    }
    Ok(fold)
}
