//! The features of a run's networks: if the generator loses a feature, the table shows it, and a large run fails.

use std::collections::BTreeMap;

use volley::fixed_point::{Layer, Op, Source, ThresholdMode, WeightMode};
use volley::schedule::{Arithmetic, Firing, Storage, TermKind};

use support::case::Core;

/// All that a run of hundreds of networks must have had.
pub const ALL: &[&str] = &[
    "1 layer",
    "2 to 4 layers",
    "5 to 7 layers",
    "8 layers",
    "kernel 1",
    "kernel 2",
    "kernel 3",
    "kernel 4",
    "kernel 5",
    "not square kernel",
    "stride",
    "padding",
    "padding on some sides",
    "fork",
    "join of two terms",
    "join of three or more",
    "concat",
    "image in two terms",
    "groups",
    "depthwise",
    "elementwise shortcut",
    "sum pool",
    "max pool",
    "members 1",
    "members 2 to 8",
    "members 9 to 15",
    "time steps 1",
    "time steps 2 to 4",
    "time steps 5 to 8",
    "weight bits 2 and 3",
    "weight bits 4 to 8",
    "weight bits 9 to 15",
    "weight bits 16",
    "weight bits by layer",
    "exact thresholds",
    "thresholds of powers of two",
    "weights baked in",
    "weights loaded at run time",
    "one lane",
    "several lanes",
    "several segments",
    "last segment short",
    "two slices",
    "four slices",
    "counts dealt to slices",
    "several units",
    "serial neurons",
    "gated adds",
    "multipliers",
    "accumulating multipliers",
    "packed multipliers",
    "weights in block RAM",
    "buffers in block RAM",
    "odd width",
    "map of one pixel",
    "map of one row or column",
    "single channel",
    "extreme weights and pixels",
    "offset of the input",
    "stalls",
];

/// The features of one core, each once.
pub fn of(core: &Core) -> Vec<&'static str> {
    let mut found = BTreeMap::new();
    let mut note = |name: &'static str, here: bool| {
        assert!(ALL.contains(&name), "the list has no '{name}'");
        if here {
            found.insert(name, ());
        }
    };
    let (network, case) = (&core.network, &core.case);
    let ops = || network.nodes.iter().map(|node| &node.op);
    let layers: Vec<&Layer> =
        ops().filter_map(|op| if let Op::Layer(layer) = op { Some(layer) } else { None }).collect();
    note("1 layer", layers.len() == 1);
    note("2 to 4 layers", (2..=4).contains(&layers.len()));
    note("5 to 7 layers", (5..=7).contains(&layers.len()));
    note("8 layers", layers.len() == 8);
    let mut readers: BTreeMap<usize, usize> = BTreeMap::new();
    let mut read = |source: Source| {
        if let Source::Node(index) = source {
            *readers.entry(index).or_default() += 1;
        }
    };
    for op in ops() {
        match op {
            Op::Layer(layer) => layer.terms.iter().for_each(|term| read(term.source)),
            Op::Pool(pool) => read(pool.source),
        }
    }
    note("fork", readers.values().any(|&readers| readers > 1));
    for layer in &layers {
        let terms = &layer.terms;
        note("join of two terms", terms.len() == 2);
        note("join of three or more", terms.len() > 2);
        let same = |a: usize, b: usize| terms[a].window == terms[b].window && terms[a].source != terms[b].source;
        note("concat", (1..terms.len()).any(|term| same(0, term)));
        note("image in two terms", terms.iter().filter(|term| term.source == Source::Input).count() > 1);
        for term in terms {
            let [height, width] = term.window.kernel;
            for (name, extent) in [("kernel 1", 1), ("kernel 2", 2), ("kernel 3", 3), ("kernel 4", 4), ("kernel 5", 5)]
            {
                note(name, height.max(width) == extent);
            }
            note("not square kernel", height != width);
            note("stride", term.window.stride != [1, 1]);
            let p = term.window.padding;
            let sides = [p.top, p.left, p.bottom, p.right];
            note("padding", sides.iter().any(|&side| side > 0));
            note("padding on some sides", sides.iter().any(|&side| side > 0) && sides.contains(&0));
            let (outputs, inputs, ..) = term.weights.dim();
            note("groups", term.groups > 1 && term.groups < outputs.max(inputs));
            note("depthwise", term.groups > 1 && term.groups == outputs && outputs == inputs);
        }
        let bits = layer.weight_bits;
        note("weight bits 2 and 3", bits <= 3);
        note("weight bits 4 to 8", (4..=8).contains(&bits));
        note("weight bits 9 to 15", (9..=15).contains(&bits));
        note("weight bits 16", bits == 16);
    }
    for op in ops() {
        if let Op::Pool(pool) = op {
            let sum = pool.kind == volley::fixed_point::PoolKind::Sum;
            note(if sum { "sum pool" } else { "max pool" }, true);
        }
    }
    note("members 1", network.members == 1);
    note("members 2 to 8", (2..=8).contains(&network.members));
    note("members 9 to 15", (9..=15).contains(&network.members));
    note("time steps 1", network.timesteps == 1);
    note("time steps 2 to 4", (2..=4).contains(&network.timesteps));
    note("time steps 5 to 8", (5..=8).contains(&network.timesteps));
    note("weight bits by layer", case.mixed_bits);
    let exact = network.threshold == ThresholdMode::Exact;
    note(if exact { "exact thresholds" } else { "thresholds of powers of two" }, true);
    let baked = network.weights == WeightMode::Baked;
    note(if baked { "weights baked in" } else { "weights loaded at run time" }, true);
    for (plan, layer) in core.plan.layers.iter().flatten().zip(&layers) {
        let (fold, channels) = (&plan.fold, layer.bias.len());
        note(if fold.lanes == 1 { "one lane" } else { "several lanes" }, true);
        note("several segments", plan.segments(channels) > 1);
        note("last segment short", channels % fold.lanes != 0);
        note("two slices", plan.terms.iter().any(|term| term.slices == 2));
        note("four slices", plan.terms.iter().any(|term| term.slices == 4));
        note("counts dealt to slices", plan.terms.iter().any(|term| !term.order.is_empty()));
        note("several units", fold.units > 1);
        note("serial neurons", fold.firing == Firing::Serial);
        note("elementwise shortcut", plan.terms.iter().any(|term| term.kind == TermKind::Elementwise));
        match plan.arithmetic(layer) {
            Arithmetic::Gated => note("gated adds", true),
            Arithmetic::Multiplier { lanes, timesteps } => {
                note("multipliers", true);
                note("packed multipliers", lanes * timesteps > 1);
            }
            Arithmetic::Accumulator { lanes } => {
                note("accumulating multipliers", true);
                note("packed multipliers", lanes > 1);
            }
        }
        note("weights in block RAM", fold.weights == Storage::Block);
        note("buffers in block RAM", fold.buffers == Storage::Block);
    }
    let shapes = network.nodes[..network.nodes.len() - 1].iter().map(|node| node.shape).chain([network.input.shape]);
    for shape in shapes {
        note("odd width", shape.width % 2 == 1 && shape.width > 1);
        note("map of one pixel", shape.pixels() == 1);
        note("map of one row or column", (shape.height == 1) != (shape.width == 1));
        note("single channel", shape.channels == 1);
    }
    note("extreme weights and pixels", case.extremes);
    note("offset of the input", network.input.offset.iter().any(|&offset| offset != 0));
    note("stalls", case.stalls > 0);
    found.into_keys().collect()
}
