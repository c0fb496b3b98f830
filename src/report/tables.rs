//! The tables of networks, cores and measurements: for a report's page, and for the output of commands.

use crate::board::Board;
use crate::cosim::Verdict;
use crate::eval::{Accuracy, LayerStats, Summary, Which};
use crate::fixed_point::{self, Network};
use crate::fpga::Resources;
use crate::numbers::{interval, thousands, whole};
use crate::pipeline::{Converted, Core};
use crate::schedule::{Figures, Plan, dense};
use crate::snn::{Neuron, Op};
use crate::table::{Cell, Table};

/// One row per layer: the result of conversion and quantisation.
pub fn conversion(converted: &Converted, fixed: &Network) -> Table {
    let mut table = Table::new([
        "layer",
        "replaces",
        "shape",
        "λ",
        "terms",
        "weights",
        "weight bits",
        "density",
        "accumulator bits",
        "membrane bits",
        "weight memory bits",
    ]);
    let members = converted.network.members as f32;
    for (node, integer) in converted.network.nodes.iter().zip(&fixed.nodes) {
        let (Op::Layer(layer), fixed_point::Op::Layer(whole)) = (&node.op, &integer.op) else { continue };
        let nonzero: usize = whole.terms.iter().map(|t| t.weights.iter().filter(|w| **w != 0).count()).sum();
        table.row(vec![
            Cell::text(&node.name),
            Cell::text(&node.origin),
            Cell::text(node.shape),
            match &layer.neuron {
                Neuron::Group { theta } => lambda(theta, members),
                Neuron::Readout => Cell::none(),
            },
            Cell::count(layer.terms.len() as u64),
            Cell::count(whole.weights() as u64),
            Cell::count(whole.weight_bits),
            Cell::share(nonzero as f64 / whole.weights().max(1) as f64),
            Cell::count(whole.widths.accumulator),
            Cell::count(whole.widths.membrane),
            Cell::count(whole.weights() as u64 * u64::from(whole.weight_bits)),
        ]);
    }
    table
}

/// λ = τθ: one number, or the least and the largest of the channels.
fn lambda(thetas: &[f32], members: f32) -> Cell {
    let (low, high) = thetas.iter().fold((f32::MAX, 0f32), |(low, high), &theta| (low.min(theta), high.max(theta)));
    match low == high {
        true => Cell::real((low * members).into(), 4),
        false => Cell::text(format!("{:.4}..{:.4}", low * members, high * members)),
    }
}

/// What the network is, in one line.
pub fn network_line(fixed: &Network) -> String {
    let weights = fixed.nodes.iter().map(|node| match &node.op {
        fixed_point::Op::Layer(layer) => layer.weights() as u64,
        fixed_point::Op::Pool(_) => 0,
    });
    format!(
        "{}: input {}, τ = {}, T = {}, {} weights of {} bits",
        fixed.name,
        fixed.input.shape,
        fixed.members,
        fixed.timesteps,
        thousands(weights.sum()),
        fixed.weight_bits()
    )
}

/// One row per layer: its folding and its needs. The last column bounds the clocks of a frame without zeros.
pub fn folding(core: &Core) -> Table {
    let mut table = Table::new([
        "layer",
        "shape",
        "lanes",
        "slices",
        "segments",
        "buffer rows",
        "word elements",
        "memory bits",
        "dense cycles",
    ]);
    let layers = core.network.nodes.iter().zip(&core.plan.layers);
    let layers = layers.filter(|(node, _)| matches!(node.op, fixed_point::Op::Layer(_)));
    for (entry, (node, plan)) in core.design.manifest.layers.iter().zip(layers) {
        let terms = plan.iter().flat_map(|plan| &plan.terms);
        let events: u64 = terms.map(|term| dense(&term.geometry)).sum();
        table.row(vec![
            Cell::text(&node.name),
            Cell::text(node.shape),
            Cell::count(entry.fold.lanes as u64),
            Cell::count(entry.fold.slices as u64),
            Cell::count(entry.segments as u64),
            Cell::list(&entry.buffer_rows),
            Cell::list(&entry.word_elements),
            Cell::count(entry.memories.iter().map(|memory| memory.rows * memory.width).sum::<u64>()),
            Cell::count(events * entry.segments as u64),
        ]);
    }
    table
}

/// One row per layer: the expected figures and cost of a plan.
pub fn figures(network: &Network, plan: &Plan, figures: &Figures) -> Table {
    let mut table = Table::new([
        "layer",
        "shape",
        "density",
        "lanes",
        "slices",
        "units",
        "weights",
        "buffers",
        "events",
        "cycles",
        "lane utilisation",
        "LUT",
        "DSP",
        "block RAM",
        "limits",
    ]);
    let limiting = figures.limiting();
    for (index, node) in network.nodes.iter().enumerate() {
        let (Some(layer), Some(layer_plan)) = (figures.layers[index], &plan.layers[index]) else { continue };
        let fold = &layer_plan.fold;
        table.row(vec![
            Cell::text(&node.name),
            Cell::text(node.shape),
            Cell::share(layer.density),
            Cell::count(fold.lanes as u64),
            Cell::count(fold.slices as u64),
            Cell::count(fold.units as u64),
            Cell::text(fold.weights),
            Cell::text(fold.buffers),
            Cell::rounded(layer.events),
            Cell::rounded(layer.cycles),
            Cell::share(layer.events / (fold.slices as f64 * layer.cycles)),
            Cell::rounded(layer.resources.luts),
            Cell::rounded(layer.resources.multipliers),
            Cell::rounded(layer.resources.block_rams),
            Cell::text(if limiting == Some(index) { "this one" } else { "" }),
        ]);
    }
    table
}

/// What a core needs from a board, as one line.
pub fn needs_line(board: &Board, total: Resources) -> String {
    format!(
        "{}: {} of {} LUTs, {} flip-flops, {} of {} multipliers, {} of {} block RAMs (estimates)",
        board.name,
        whole(total.luts),
        thousands(board.device.luts),
        whole(total.flip_flops),
        whole(total.multipliers),
        board.device.dsps,
        whole(total.block_rams),
        board.device.block_rams
    )
}

/// The last line of every co-simulation.
pub fn verdict_line(verdict: &Verdict) -> String {
    format!("{} values compared, {} mismatches", thousands(verdict.compared), thousands(verdict.mismatches))
}

/// One row a layer, averages a frame.
pub fn cosimulation(core: &Core, verdict: &Verdict) -> Table {
    let mut table = Table::new([
        "layer",
        "shape",
        "lanes",
        "slices",
        "segments",
        "events",
        "of dense",
        "cycles",
        "estimated cycles",
        "lane utilisation",
    ]);
    for (layer, entry) in verdict.layers.iter().zip(&core.design.manifest.layers) {
        table.row(vec![
            Cell::text(&layer.name),
            Cell::text(entry.output),
            Cell::count(layer.lanes as u64),
            Cell::count(layer.slices as u64),
            Cell::count(layer.segments as u64),
            Cell::real(layer.events, 1),
            Cell::share(layer.density()),
            Cell::real(layer.cycles, 1),
            Cell::real(layer.estimated_cycles, 1),
            Cell::share(layer.utilisation()),
        ]);
    }
    table
}

/// What people call a network.
pub fn network_name(network: Which) -> &'static str {
    match network {
        Which::Ann => "float ANN",
        Which::Qcfs => "QCFS ANN",
        Which::Float => "float SNN",
        Which::Fixed => "fixed-point SNN",
    }
}

/// One row a network and number of time steps.
pub fn accuracy(summary: &Summary) -> Table {
    let share = |share: Option<f64>| share.map_or_else(Cell::none, Cell::share);
    let mut table = Table::new([
        "network",
        "time steps",
        "accuracy",
        "95 % interval",
        "top-5",
        "agrees with ANN",
        "agrees with float SNN",
    ]);
    for row in &summary.networks {
        let Accuracy { network, timesteps, top1, interval: [low, high], top5, .. } = *row;
        let ann = matches!(network, Which::Ann | Which::Qcfs);
        table.row(vec![
            Cell::text(network_name(network)),
            timesteps.map_or_else(Cell::none, |timesteps| Cell::count(timesteps as u64)),
            Cell::share(top1),
            Cell::text(interval([low, high])),
            share(top5),
            if ann { Cell::none() } else { share(row.agreement_with_ann) },
            share(Some(row.agreement_with_float).filter(|_| !ann)),
        ]);
    }
    table
}

/// One row a layer of group neurons.
pub fn layers(layers: &[LayerStats]) -> Table {
    let mut table = Table::new([
        "layer",
        "density by time step",
        "clamped",
        "silent neurons",
        "squared error",
        "SQNR dB",
        "membrane",
        "of its range",
    ]);
    for layer in layers {
        let density: Vec<_> = layer.density.iter().map(|share| format!("{:.1}", 100.0 * share)).collect();
        let [low, high] = layer.membrane;
        table.row(vec![
            Cell::text(&layer.name),
            Cell::text(format!("{} %", density.join(" "))),
            Cell::share(layer.clamped),
            Cell::share(layer.silent),
            layer.squared_error.map_or_else(Cell::none, |error| Cell::real(error, 5)),
            layer.sqnr_db.map_or_else(Cell::none, |ratio| Cell::real(ratio, 1)),
            Cell::text(format!("{low}..{high}")),
            Cell::share(layer.membrane_used()),
        ]);
    }
    table
}
