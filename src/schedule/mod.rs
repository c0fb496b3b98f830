//! How the network is laid out in hardware before any Verilog is written: lanes, slices, words, buffers, and the expected clocks.

pub mod arithmetic;
mod buffers;
mod estimate;
mod figures;
mod fold;
mod geometry;
pub(crate) mod plan_file;
pub mod resources;
pub mod solver;
mod term;

pub use arithmetic::{Arithmetic, Synapse};
pub use buffers::{deadlock_free_rows, pace_rows, window_rows};
pub use estimate::{Activity, Estimate, dense, estimate, estimate_layer};
pub use figures::{Figures, LayerFigures};
pub use fold::{DEFAULT_LANES, Firing, Fold, Folding, Storage};
pub use geometry::{Geometry, geometry};
pub use plan_file::{PlanFile, structure};
pub use term::{TermKind, TermPlan};

use crate::error::{Kind, Place, Result, Setting};
use crate::fixed_point::{Layer, Network, Node, Op, Source, unsigned_bits};

/// The folding of a network in every detail: one entry for each node, `None` for pools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// \[nodes of the network\].
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

    /// What the lanes of `layer` are built of: as asked for, else a multiplier for a pixel times a weight, and a few gated
    /// adds for a count.
    pub fn arithmetic(&self, layer: &Layer) -> Arithmetic {
        let usual =
            if layer.reads_input() { Arithmetic::Multiplier { lanes: 1, timesteps: 1 } } else { Arithmetic::Gated };
        self.fold.arithmetic.unwrap_or(usual)
    }

    /// Clocks from one beat of neurons to the next: what a unit takes for a neuron.
    pub fn neuron_clocks(&self, network: &Network) -> u64 {
        match self.fold.firing {
            Firing::Pipelined => 1,
            Firing::Serial => u64::from(1 + network.timesteps * (2 + unsigned_bits(network.members.into()))),
        }
    }

    /// log2 of the beats of sums that wait after each slice's drain: those of two windows where slices are added up, or where windows
    /// are so short that the drain is always at work.
    pub fn sum_queue_log2(&self) -> u32 {
        let beats = self.fold.lanes / self.fold.units;
        let window: usize = self.scanned().map(|(_, term)| term.geometry.weight_rows()).sum();
        let windows = if self.fold.slices > 1 || window < 4 * beats { 2 } else { 1 };
        (windows * beats).next_power_of_two().ilog2().max(4)
    }

    /// The elementwise term, with its number.
    pub fn elementwise(&self) -> Option<(usize, &TermPlan)> {
        self.terms.iter().enumerate().find(|(_, term)| !term.is_scanned())
    }

    /// The terms that are scanned for events, with their numbers.
    pub fn scanned(&self) -> impl Iterator<Item = (usize, &TermPlan)> {
        self.terms.iter().enumerate().filter(|(_, term)| term.is_scanned())
    }

    /// The terms that slice `slice` takes part in, with their numbers: all that are scanned for slice 0.
    pub fn terms_of(&self, slice: usize) -> impl Iterator<Item = (usize, &TermPlan)> {
        self.terms.iter().enumerate().filter(move |(_, term)| slice < term.slices)
    }
}

/// What the sums of a lane of `layer` are made of, on which its legal arithmetic depends.
pub fn synapse(network: &Network, layer: &Layer, plan: &LayerPlan) -> Synapse {
    let summed = network.summed_timesteps(layer);
    let scanned = plan.scanned().map(|(number, _)| layer.terms[number].source);
    let elements: Vec<_> = scanned.map(|source| network.element_bits(source, summed)).collect();
    Synapse {
        timesteps: network.separate_timesteps(layer),
        count_bits: elements.iter().map(|(bits, _)| *bits).max().unwrap_or(1),
        count_signed: elements.iter().any(|(_, signed)| *signed),
        weight_bits: layer.weight_bits,
        accumulator_bits: layer.widths.accumulator,
        shift: plan.scanned().map(|(number, _)| layer.terms[number].shift).max().unwrap_or(0),
        vector: plan.terms.iter().any(|term| term.kind == TermKind::Vector),
    }
}

/// Elements of a beat of `source`'s stream: the units of the engine that it comes from, through pools.
pub fn beat_elements(network: &Network, plan: &[Option<LayerPlan>], source: Source) -> usize {
    engine_of(network, source).map_or(1, |index| plan[index].as_ref().map_or(1, |layer| layer.fold.units))
}

/// The layer whose neurons `source` streams, through pools; `None` for the input.
fn engine_of(network: &Network, source: Source) -> Option<usize> {
    match source {
        Source::Input => None,
        Source::Node(index) => match &network.nodes[index].op {
            Op::Pool(pool) => engine_of(network, pool.source),
            Op::Layer(_) => Some(index),
        },
    }
}

/// Lays out every layer as `folding` says: words, buffers, and the shares of the slices.
///
/// # Errors
/// [`Kind::UnknownLayer`] if `folding` names one; [`Kind::BadFold`] for a folding and [`Kind::NoHardware`] for a geometry that a
/// layer cannot have, with the reason.
pub fn plan(network: &Network, folding: &Folding) -> Result<Plan> {
    if let Some(unknown) = unknown_layer(network, folding.layers.keys()) {
        return Err(unknown.at(Setting::Folding));
    }
    let rows = Rows::new(network)?;
    let mut layers: Vec<Option<LayerPlan>> = Vec::with_capacity(network.nodes.len());
    for (index, node) in network.nodes.iter().enumerate() {
        let planned = match &node.op {
            Op::Layer(layer) => {
                let beats = layer.terms.iter().map(|term| beat_elements(network, &layers, term.source));
                Some(plan_layer(network, &rows, index, layer, folding.of(&node.name), &beats.collect::<Vec<_>>())?)
            }
            Op::Pool(_) => None,
        };
        layers.push(planned);
    }
    Ok(Plan { layers })
}

/// [`Kind::UnknownLayer`] for the first of `names` that is not a layer of `network`.
pub fn unknown_layer<'a>(network: &Network, mut names: impl Iterator<Item = &'a String>) -> Option<Kind> {
    let layers = network.nodes.iter().filter(|node| matches!(node.op, Op::Layer(_)));
    let known: Vec<_> = layers.map(|node| node.name.clone()).collect();
    let layer = names.find(|name| !known.contains(name))?.clone();
    Some(Kind::UnknownLayer { layer, known })
}

/// Rows of the spike buffers that follow from the whole network, \[node\]\[term\]; they do not depend on the folding.
pub(crate) struct Rows {
    deadlock_free: Vec<Vec<usize>>,
    pace: Vec<Vec<usize>>,
}

impl Rows {
    pub(crate) fn new(network: &Network) -> Result<Rows> {
        let of = |node: &Node| match &node.op {
            Op::Layer(layer) => (layer.terms.iter())
                .map(|term| geometry(&node.name, network.source_shape(term.source), node.shape, term.window))
                .collect(),
            Op::Pool(_) => Ok(vec![]),
        };
        let geometries: Vec<_> = network.nodes.iter().map(of).collect::<Result<_>>()?;
        let [deadlock_free, pace] = [deadlock_free_rows, pace_rows].map(|rows| rows(network, &geometries));
        Ok(Rows { deadlock_free, pace })
    }
}

/// One layer; `beats` are the elements of a beat of each term's source.
fn plan_layer(
    network: &Network,
    rows: &Rows,
    index: usize,
    layer: &Layer,
    fold: Fold,
    beats: &[usize],
) -> Result<LayerPlan> {
    let node = &network.nodes[index];
    let fold = legal(node, layer, fold)?;
    let elementwise = term::elementwise(network, node, layer, fold.units, beats);
    let mut terms = Vec::with_capacity(layer.terms.len());
    for (number, (term, &beat)) in layer.terms.iter().zip(beats).enumerate() {
        let mut planned = match elementwise {
            Some(own) if own == number => term::plan_elementwise(network, node, layer, term, beat)?,
            _ => term::plan(network, node, layer, term, &fold, beat)?,
        };
        planned.deadlock_free_rows = rows.deadlock_free[index][number];
        let least = planned.deadlock_free_rows.max(window_rows(&planned.geometry));
        planned.rows = least.max(rows.pace[index][number]);
        terms.push(planned);
    }
    if terms.iter().all(|term| term.slices != fold.slices) {
        let channels = input_channels(network, layer);
        let problem = format!("{} slices do not share its {channels} input channels evenly", fold.slices);
        let advice = "choose a power of two that divides the input channels (of each group)";
        return Err(Kind::BadFold { problem, advice }.at(Place::layer(&node.name)));
    }
    for term in terms.iter().filter(|term| term.slices > 1 && !fold.share.is_empty()) {
        if term.order.is_empty() {
            let problem =
                format!("it has a share of {} counts, where a spike word has {}", fold.share.len(), term.word_counts);
            let advice = "name the slice of each count of a word, and only where a pixel is a whole number of words";
            return Err(Kind::BadFold { problem, advice }.at(Place::layer(&node.name)));
        }
    }
    Ok(LayerPlan { fold, terms })
}

fn input_channels(network: &Network, layer: &Layer) -> usize {
    layer.terms.iter().map(|term| network.source_shape(term.source).channels).max().unwrap_or(0)
}

/// The fold of `node`, or why it cannot have it.
fn legal(node: &Node, layer: &Layer, fold: Fold) -> Result<Fold> {
    fold.validate(fold::folding_of(&node.name))?;
    let channels = node.shape.channels;
    let fold = Fold { lanes: fold.lanes.min(channels), ..fold };
    let fail = |problem: String, advice| Err(Kind::BadFold { problem, advice }.at(Place::layer(&node.name)));
    if !channels.is_multiple_of(fold.units) || !fold.lanes.is_multiple_of(fold.units) {
        let problem = format!("{} units do not divide its {} lanes and {channels} channels", fold.units, fold.lanes);
        return fail(problem, "choose a power of two that divides both");
    }
    if layer.is_readout() && (fold.units > 1 || fold.slices > 1) {
        return fail("a readout has one slice and one unit".into(), "give it more lanes instead");
    }
    Ok(fold)
}
