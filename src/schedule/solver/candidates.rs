//! The foldings that one layer may have, what they cost, and how many clocks they take.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Task;
use crate::error::{Kind, Place, Result, Setting};
use crate::fixed_point::{Layer, Network, Op};
use crate::fpga::{Family, Resources};
use crate::numbers::{ForLayer, for_layers};
use crate::schedule::arithmetic::legal;
use crate::schedule::fold::lanes_and_slices;
use crate::schedule::resources;
use crate::schedule::{Activity, Arithmetic, Firing, Fold, LayerPlan, Rows, Storage, Synapse, TermKind};
use crate::schedule::{estimate_layer, geometry, plan_layer, synapse};

/// Most slices that are tried.
const MAX_SLICES: usize = 64;

/// The user's choice for one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FixedFold {
    /// Lanes, 1 or more.
    pub lanes: usize,
    /// `None` leaves them to the solver.
    pub slices: Option<usize>,
}

/// Reads fixed folds: `conv_3=16x4,conv_5=8` (lanes x slices, or lanes alone).
///
/// # Errors
/// [`Kind::NotUnderstood`] and [`Kind::BadFold`], quoting the part that is wrong.
pub fn fixed_folds(text: &str) -> Result<BTreeMap<String, FixedFold>> {
    let read = |ForLayer { part, layer, value }: ForLayer| {
        let bad = || {
            let grammar = "layer=LANES or layer=LANESxSLICES, separated by commas";
            Kind::NotUnderstood { part: part.into(), grammar }.at(Setting::FixedFolds)
        };
        let name = layer.ok_or_else(bad)?;
        let (lanes, slices) = lanes_and_slices(value).ok_or_else(bad)?;
        let fold = Fold { slices: slices.unwrap_or(1), ..Fold::lanes(lanes) };
        fold.validate(Place::LayerSetting { setting: Setting::FixedFolds, layer: name.into() })?;
        Ok((name.to_string(), FixedFold { lanes, slices }))
    };
    for_layers(text).map(read).collect()
}

/// One folding of a layer.
pub struct Candidate {
    pub plan: LayerPlan,
    pub resources: Resources,
    /// Clocks a frame: a bound from below until it is walked.
    cycles: u64,
    walked: bool,
}

impl Candidate {
    pub fn cycles(&self) -> u64 {
        self.cycles
    }

    pub fn is_walked(&self) -> bool {
        self.walked
    }

    /// The clocks of an average frame, rounded up.
    pub fn walk(&self, task: &Task, node: usize) -> u64 {
        let node = &task.network.nodes[node];
        let frames = task.frames.iter().map(|frame| estimate_layer(task.network, node, &self.plan, frame).cycles);
        let mean = frames.sum::<u64>().div_ceil(task.frames.len().max(1) as u64);
        mean.max(firing_clocks(task.network, node.shape.elements(), &self.plan))
    }
}

/// Clocks in which the neurons of a frame of `elements` fire.
fn firing_clocks(network: &Network, elements: usize, plan: &LayerPlan) -> u64 {
    (elements / plan.fold.units) as u64 * plan.neuron_clocks(network)
}

/// Notes the result of a walk, for all candidates that differ only in their memories and arithmetic.
pub fn learn(list: &mut [Candidate], place: usize, cycles: u64) {
    let same = |fold: &Fold| (fold.lanes, fold.slices, fold.units, fold.word, fold.firing);
    let walked = same(&list[place].plan.fold);
    for candidate in list.iter_mut().filter(|candidate| same(&candidate.plan.fold) == walked) {
        (candidate.cycles, candidate.walked) = (cycles, true);
    }
}

/// All useful foldings of layer `node`, with `units` units and `beats` elements in a beat of each term.
///
/// # Errors
/// Why a fixed fold is illegal.
pub fn list(task: &Task, rows: &Rows, node: usize, units: usize, beats: &[usize]) -> Result<Vec<Candidate>> {
    let network = task.network;
    let of = &network.nodes[node];
    let Op::Layer(layer) = &of.op else { return Ok(vec![]) };
    let channels = of.shape.channels;
    let fixed = task.fixed.get(&of.name);
    // For each number of segments the fewest lanes that are enough: more lanes in the same segments would idle.
    let mut lanes: Vec<usize> = match fixed {
        Some(fixed) => vec![fixed.lanes.min(channels)],
        None => (1..=channels).map(|segments| channels.div_ceil(segments)).collect(),
    };
    lanes.dedup();
    let slices: Vec<usize> = match fixed.and_then(|fixed| fixed.slices) {
        Some(slices) => vec![slices],
        None => std::iter::successors(Some(1), |n| Some(n * 2)).take_while(|n| *n <= MAX_SLICES).collect(),
    };
    let events = (0..layer.terms.len()).map(|term| mean_events(network, task.frames, node, term));
    let events: Vec<Vec<f64>> = events.collect::<Result<_>>()?;
    let used = resources::used_bits(layer);
    let mut all = Vec::new();
    let mut refusal = None;
    for &lanes in lanes.iter().filter(|lanes| lanes.is_multiple_of(units)) {
        for &slices in &slices {
            let fold = Fold { slices, units, ..Fold::lanes(lanes) };
            let plan = |fold: Fold| plan_layer(network, rows, node, layer, fold, beats);
            match shapes(fold, plan, &events) {
                Ok(plans) => all
                    .extend(plans.into_iter().flat_map(|plan| priced(task, node, layer, plan, beats, &used, &events))),
                Err(error) => refusal = Some(error),
            }
        }
    }
    match refusal {
        Some(error) if all.is_empty() && fixed.is_some() => Err(error),
        _ => Ok(all),
    }
}

/// The plans of one number of lanes, slices and units: with the words that make the fewest fetches, and with narrower
/// ones, which cost less; counts are given to the slices such that they get equal work.
fn shapes(fold: Fold, plan: impl Fn(Fold) -> Result<LayerPlan>, events: &[Vec<f64>]) -> Result<Vec<LayerPlan>> {
    let widest = |plan: &LayerPlan| plan.terms.iter().map(|term| term.word_log2).max().unwrap_or(0);
    let mut plans = vec![plan(fold.clone())?];
    for log2 in (0..widest(&plans[0])).rev() {
        let narrower = plan(Fold { word: 1 << log2, ..fold.clone() })?;
        if plans.iter().all(|wider| wider.terms != narrower.terms) {
            plans.push(narrower);
        }
    }
    let dealt = |plain: LayerPlan| match balanced(&plain, events) {
        Some(share) => plan(Fold { share, ..plain.fold }),
        None => Ok(plain),
    };
    plans.into_iter().map(dealt).collect()
}

/// The candidates of one plan: ways of firing, arithmetic and memories.
fn priced(
    task: &Task,
    node: usize,
    layer: &Layer,
    plan: LayerPlan,
    beats: &[usize],
    used: &[u32],
    events: &[Vec<f64>],
) -> Vec<Candidate> {
    let network = task.network;
    let of = &network.nodes[node];
    let channels = of.shape.channels;
    let bound = lower_bound(&plan, channels, events);
    let weight_rows = plan.weight_rows(channels, 0) as u64;
    let arithmetics = arithmetics(task.family, &synapse(network, layer, &plan));
    let firings: &[Firing] = if layer.is_readout() { &[Firing::Pipelined] } else { &FIRINGS };
    let mut all = Vec::new();
    for &firing in firings {
        let fired = LayerPlan { fold: Fold { firing, ..plan.fold.clone() }, ..plan.clone() };
        let cycles = bound.max(firing_clocks(network, of.shape.elements(), &fired));
        let mut same: Vec<Candidate> = Vec::new();
        for (arithmetic, (weights, buffers)) in product(&arithmetics, &storages(task.family, weight_rows)) {
            let mut plan = fired.clone();
            plan.fold.arithmetic = Some(arithmetic);
            (plan.fold.weights, plan.fold.buffers) = (weights, buffers);
            let resources = resources::layer(network, of, layer, &plan, beats, used, task.family);
            same.push(Candidate { plan, resources, cycles, walked: false });
        }
        all.extend(undominated(same));
    }
    all
}

const FIRINGS: [Firing; 2] = [Firing::Pipelined, Firing::Serial];

/// What lanes may be built of. Narrow products are legal for a multiplier, but synthesis builds them in LUTs, and gated adds use LUTs
/// better.
fn arithmetics(family: Family, synapse: &Synapse) -> Vec<Arithmetic> {
    let least_bits = if family == Family::Ice40 { 11 } else { 9 };
    let mut all = legal(family, synapse);
    if synapse.weight_bits + synapse.count_bits + synapse.shift < least_bits {
        all.retain(|arithmetic| !matches!(arithmetic, Arithmetic::Multiplier { .. }));
    }
    all
}

fn product<A: Copy, B: Copy>(first: &[A], second: &[B]) -> Vec<(A, B)> {
    first.iter().flat_map(|a| second.iter().map(|b| (*a, *b))).collect()
}

/// Where weights and rows may be held.
fn storages(family: Family, weight_rows: u64) -> Vec<(Storage, Storage)> {
    let mut weights = vec![Storage::Block, Storage::Distributed];
    if Storage::Split.block_rows(weight_rows, u32::MAX) < weight_rows {
        weights.push(Storage::Split);
    }
    let buffers: &[Storage] = match family {
        Family::Ice40 => &[Storage::Block],
        Family::Ecp5 | Family::Series7 | Family::UltrascalePlus => &[Storage::Block, Storage::Distributed],
    };
    weights.iter().flat_map(|weights| buffers.iter().map(|buffers| (*weights, *buffers))).collect()
}

/// Those for which no other one is at least as good in everything.
fn undominated(all: Vec<Candidate>) -> Vec<Candidate> {
    let cost = |r: &Resources| [r.luts, r.flip_flops, r.multipliers, r.block_rams];
    let costs: Vec<[f64; 4]> = all.iter().map(|candidate| cost(&candidate.resources)).collect();
    let covers = |a: usize, b: usize| (0..4).all(|r| costs[a][r] <= costs[b][r]) && (costs[a] != costs[b] || a < b);
    let kept: Vec<bool> = (0..all.len()).map(|b| !(0..all.len()).any(|a| a != b && covers(a, b))).collect();
    all.into_iter().zip(kept).filter_map(|(candidate, keep)| keep.then_some(candidate)).collect()
}

/// Events of a frame of term `term` of layer `node`, the mean over `frames`, for each channel of its source: non-zero
/// elements, each counted in every window that has it.
///
/// # Errors
/// As [`geometry`].
pub fn mean_events(network: &Network, frames: &[Activity], node: usize, term: usize) -> Result<Vec<f64>> {
    let of = &network.nodes[node];
    let Op::Layer(layer) = &of.op else { return Ok(vec![]) };
    let term = &layer.terms[term];
    let shape = network.source_shape(term.source);
    let geometry = geometry(&of.name, shape, of.shape, term.window)?;
    // Windows that have an element, by its row and by its place in the row.
    let mut rows = vec![0u64; geometry.map_height];
    for (first, end) in (0..geometry.out_height).map(|y| geometry.rows_of(y)) {
        rows[first..end].iter_mut().for_each(|windows| *windows += 1);
    }
    let mut places = vec![0u64; geometry.row_elements];
    for (first, end) in (0..geometry.out_width).map(|x| geometry.elements_of(x)) {
        places[first..end].iter_mut().for_each(|windows| *windows += 1);
    }
    let mut sums = vec![0u64; shape.channels];
    for frame in frames {
        for (elements, windows) in frame.of_source(term.source).chunks_exact(geometry.row_elements).zip(&rows) {
            for (place, _) in elements.iter().enumerate().filter(|(_, event)| **event) {
                sums[place % shape.channels] += windows * places[place];
            }
        }
    }
    Ok(sums.into_iter().map(|sum| sum as f64 / frames.len().max(1) as f64).collect())
}

/// Which slice gets which count of a spike word, such that slices have equally many events; `None` where the terms'
/// words do not allow it, or if it is not better than taking turns.
///
/// The busiest count goes to the slice with the fewest events so far that still has a place, then the next one.
fn balanced(plan: &LayerPlan, events: &[Vec<f64>]) -> Option<Vec<usize>> {
    let slices = plan.fold.slices;
    let mut shared = plan.terms.iter().zip(events).filter(|(term, _)| term.slices > 1).peekable();
    let word = shared.peek()?.0.word_counts;
    let mut loads = vec![0.0f64; word];
    for (term, events) in shared {
        if term.word_counts != word || !(events.len() / term.blocks).is_multiple_of(word) {
            return None;
        }
        events.iter().enumerate().for_each(|(channel, events)| loads[channel % word] += events);
    }
    let mut order: Vec<usize> = (0..word).collect();
    order.sort_by(|a, b| loads[*b].total_cmp(&loads[*a]));
    let (mut sums, mut places) = (vec![0.0f64; slices], vec![word / slices; slices]);
    let mut share = vec![0; word];
    for count in order {
        let open = (0..slices).filter(|slice| places[*slice] > 0);
        let slice = open.min_by(|a, b| sums[*a].total_cmp(&sums[*b]))?;
        share[count] = slice;
        sums[slice] += loads[count];
        places[slice] -= 1;
    }
    let busiest = |sums: &[f64]| sums.iter().copied().fold(0.0, f64::max);
    let turns: Vec<f64> = (0..slices).map(|slice| loads.iter().skip(slice).step_by(slices).sum()).collect();
    (busiest(&sums) < 0.99 * busiest(&turns)).then_some(share)
}

/// Clocks that a layer's engine takes at least: an event a clock of the busiest slice, which has at least its share, and
/// a word a clock of every term.
fn lower_bound(plan: &LayerPlan, channels: usize, events: &[Vec<f64>]) -> u64 {
    let segments = plan.segments(channels);
    let (mut shared, mut words) = (0.0, 0);
    for (number, term) in plan.scanned() {
        let events: f64 = events[number].iter().sum();
        let visits = segments as f64 / term.blocks as f64;
        shared += if term.kind == TermKind::Vector { events / plan.fold.lanes as f64 } else { events * visits };
        let geometry = &term.geometry;
        let size = 1 << term.word_log2;
        let rows: usize = (0..geometry.out_height).map(|y| geometry.rows_of(y)).map(|(first, end)| end - first).sum();
        let runs = (0..geometry.out_width).map(|x| geometry.elements_of(x));
        let run: usize = runs.map(|(first, end)| (end - 1) / size - first / size + 1).sum();
        words = words.max(rows * run * segments);
    }
    ((shared / plan.fold.slices as f64) as u64).max(words as u64)
}
