//! What an engine costs on a family of devices: LUTs, flip-flops, multipliers and block RAMs, from its parameters alone.
//!
//! Logic is a sum over the library's modules, each by a formula that was fitted on synthesis runs (`formula`; measured and
//! fitted by `scripts/fit_resources.py`). Memories follow from the shapes that a family's RAMs have (`memory`).
//! Whatever the solver weighs and `volley plan` prints comes from here.

mod formula;
mod memory;

use serde::{Deserialize, Serialize};

use super::{LayerPlan, TermPlan, element_bits, is_readout, term_element_bits};
use crate::fixed_point::{Layer, Network, Node, Op, Source, ThresholdMode};
use crate::schedule::SUM_QUEUE_LOG2;
use formula::{Parameters, cost};
pub use memory::block_rams;

/// A family of devices whose costs are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Lattice ECP5: LUT4, DP16KD block RAMs of 18 kbit, MULT18X18D.
    Ecp5,
    /// AMD 7 series: LUT6, block RAMs counted in halves of 18 kbit, DSP48E1.
    Xc7,
    /// Lattice iCE40 UltraPlus: LUT4, block RAMs of 4 kbit, SB_MAC16; no memory in LUTs.
    Ice40,
}

/// Amounts of what a device has.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Resources {
    pub luts: f64,
    pub flip_flops: f64,
    pub multipliers: f64,
    /// As the family counts them, see [`Family`].
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

impl std::ops::Mul<Resources> for usize {
    type Output = Resources;

    fn mul(self, one: Resources) -> Resources {
        let times = self as f64;
        Resources {
            luts: times * one.luts,
            flip_flops: times * one.flip_flops,
            multipliers: times * one.multipliers,
            block_rams: times * one.block_rams,
        }
    }
}

/// What the engine of `node` costs. `beats` are the elements of a beat of each term's source.
pub fn layer(
    network: &Network,
    node: &Node,
    layer: &Layer,
    plan: &LayerPlan,
    beats: &[usize],
    family: Family,
) -> Resources {
    let engine = Engine { network, node, layer, plan, family };
    let mut sum = Resources::default();
    for (number, &beat) in beats.iter().enumerate() {
        sum += engine.scanner(number, beat);
    }
    for slice in 0..plan.fold.slices {
        sum += engine.slice(slice);
    }
    sum += engine.neurons();
    sum
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
        let parameters = Parameters::new([
            ("STEPS", network.timesteps as usize * beat),
            ("IN_BITS", element_bits(network, pool.source, 1).0 as usize),
            ("OUT_BITS", element_bits(network, Source::Node(index), 1).0 as usize),
            ("IN_WIDTH", from.width),
            ("IN_HEIGHT", from.height),
            ("depth", node.shape.width * from.channels / beat),
        ]);
        sum += cost(family, "pool", &parameters);
    }
    sum
}

/// Bits of a beat of `source`'s stream, all time steps.
fn beat_bits(network: &Network, source: Source, beat: usize) -> usize {
    let steps = if source == Source::Input { 1 } else { network.timesteps as usize };
    element_bits(network, source, 1).0 as usize * steps * beat
}

struct Engine<'a> {
    network: &'a Network,
    node: &'a Node,
    layer: &'a Layer,
    plan: &'a LayerPlan,
    family: Family,
}

impl Engine<'_> {
    fn cost<const N: usize>(&self, module: &str, parameters: [(&'static str, usize); N]) -> Resources {
        cost(self.family, module, &Parameters::new(parameters))
    }

    fn channels(&self) -> usize {
        self.node.shape.channels
    }

    fn weight_rows(&self, slice: usize) -> usize {
        self.plan.weight_rows(self.channels(), slice)
    }

    fn address_bits(&self) -> usize {
        log2(self.weight_rows(0))
    }

    /// Time steps that an event carries.
    fn steps(&self) -> usize {
        let shared = is_readout(self.layer) || self.reads_image();
        if shared { 1 } else { self.network.timesteps as usize }
    }

    fn reads_image(&self) -> bool {
        self.layer.terms.iter().all(|term| term.source == Source::Input)
    }

    fn count_bits(&self) -> usize {
        let bits = self.layer.terms.iter().map(|term| {
            term_element_bits(self.network, self.layer, term.source) as usize / self.steps()
        });
        bits.max().unwrap_or(1)
    }

    /// Packer, buffer, walker and selectors of a term.
    fn scanner(&self, number: usize, beat: usize) -> Resources {
        let TermPlan { geometry, rows, blocks, slices, .. } = &self.plan.terms[number];
        let term = &self.plan.terms[number];
        let source = self.layer.terms[number].source;
        let shape = self.network.source_shape(source);
        let word = 1usize << term.word_log2;
        let row_words = geometry.row_elements.div_ceil(word);
        let map_rows = if geometry.map_height == shape.height { shape.height } else { 1 };
        let mut sum = Resources::default();
        let mut bits = beat_bits(self.network, source, beat);
        if is_readout(self.layer) && source != Source::Input && self.network.timesteps > 1 {
            let summed = term_element_bits(self.network, self.layer, source) as usize;
            let steps = [
                ("STEPS", self.network.timesteps as usize),
                ("COUNT_BITS", element_bits(self.network, source, 1).0 as usize),
                ("SUM_BITS", summed),
            ];
            sum += beat * self.cost("step_sum", steps);
            bits = summed * beat;
        }
        let packer = [
            ("ELEMENT_BITS", bits),
            ("WORD_LOG2", log2_floor(term.word_counts / beat)),
            ("ROW_ELEMENTS", shape.elements() / map_rows / beat),
        ];
        sum += self.cost("word_packer", packer);
        let address_bits = log2(blocks * rows * row_words);
        let buffer = if *blocks == 1 { "spike_buffer" } else { "spike_buffer_blocks" };
        let own = [("ADDR_BITS", address_bits), ("LEVEL_BITS", log2(rows + 1)), ("ROW_WORDS", row_words)];
        sum += self.cost(buffer, own);
        let words = (rows * term.row_words()) as u64;
        let in_block = self.plan.fold.buffers.block_rows(words, term.word_bits());
        sum += memory::rows(self.family, words, term.word_bits(), in_block > 0);
        let whole = [geometry.step, geometry.pad_left, geometry.run, geometry.row_elements];
        let walker = [
            ("MAP_HEIGHT", geometry.map_height),
            ("ROW_ELEMENTS", geometry.row_elements),
            ("WORD_LOG2", term.word_log2 as usize),
            ("ADDR_BITS", address_bits),
            ("WEIGHT_ADDR_BITS", self.address_bits()),
            ("SEGMENTS", self.plan.segments(self.channels())),
            ("unaligned", usize::from(!whole.iter().all(|n| n.is_multiple_of(word)))),
        ];
        sum += self.cost("window_walker", walker);
        let selector = [
            ("ELEMENT_BITS", term.element_bits as usize),
            ("WORD_LOG2", term.word_log2 as usize),
            ("WEIGHT_ADDR_BITS", self.address_bits()),
        ];
        sum += *slices * self.cost("event_selector", selector);
        sum
    }

    /// Join, lanes and weights of a slice.
    fn slice(&self, slice: usize) -> Resources {
        let lanes = self.plan.fold.lanes;
        let weight_bits = self.network.weight_bits as usize;
        let mut sum = Resources::default();
        let terms = self.plan.terms_of(slice).count();
        let vector = slice == 0 && self.plan.terms.iter().any(|term| term.vector);
        if terms > 1 {
            let fields = if vector { lanes } else { 1 };
            let counts = fields * self.steps() * self.count_bits();
            let join = [("TERMS", terms), ("COUNTS_BITS", counts), ("WEIGHT_ADDR_BITS", self.address_bits())];
            sum += self.cost("event_join", join);
        }
        let max_shift = self.layer.terms.iter().map(|term| term.shift).max().unwrap_or(0) as usize;
        let module = match (self.reads_image(), max_shift) {
            (true, _) => "synapse_array_multiplier",
            (false, 0) => "synapse_array",
            (false, _) => "synapse_array_shift",
        };
        let array = [
            ("LANES", lanes),
            ("STEPS", self.steps()),
            ("COUNT_BITS", self.count_bits()),
            ("WEIGHT_BITS", weight_bits),
            ("ACC_BITS", self.layer.widths.accumulator as usize),
            ("WEIGHT_ADDR_BITS", self.address_bits()),
            ("MAX_SHIFT", max_shift),
        ];
        sum += self.cost(module, array);
        let (rows, width) = (self.weight_rows(slice) as u64, (lanes * weight_bits) as u32);
        sum += memory::rom(self.family, rows, width, self.plan.fold.weights.block_rows(rows, width));
        sum
    }

    /// The sum of the slices, and the neurons or the readout with their memory.
    fn neurons(&self) -> Resources {
        let widths = &self.layer.widths;
        let fold = self.plan.fold;
        let mut sum = Resources::default();
        if fold.slices > 1 {
            let slices = [
                ("SLICES", fold.slices),
                ("FIELDS", fold.units * self.steps()),
                ("SUM_BITS", widths.accumulator as usize),
                ("QUEUE_LOG2", SUM_QUEUE_LOG2 as usize),
            ];
            sum += self.cost("slice_sum", slices);
        }
        let bias = widths.bias as usize;
        let row_bits = if is_readout(self.layer) {
            let readout = [("CHANNELS", self.channels()), ("ACC_BITS", widths.accumulator as usize), ("BIAS_BITS", bias)];
            sum += self.cost("readout", readout);
            bias
        } else {
            let neuron = [
                ("TIMESTEPS", self.network.timesteps as usize),
                ("STEPS", self.steps()),
                ("ACC_BITS", widths.accumulator as usize),
                ("BIAS_BITS", bias),
                ("STEP_BITS", widths.step as usize),
                ("MEMBRANE_BITS", widths.membrane as usize),
                ("COUNT_BITS", widths.count as usize),
                ("CHANNEL_BITS", log2(self.channels() / fold.units)),
            ];
            let module = match self.network.threshold {
                ThresholdMode::Exact => "group_neuron",
                ThresholdMode::Pow2 => "group_neuron_pow2",
            };
            sum += fold.units * self.cost(module, neuron);
            bias + widths.step as usize
        };
        let (rows, width) = ((self.channels() / fold.units) as u64, (fold.units * row_bits) as u32);
        sum += memory::rom(self.family, rows, width, super::Storage::Auto.block_rows(rows, width));
        sum
    }
}

/// Bits of an index below `number`, at least 1.
fn log2(number: usize) -> usize {
    (usize::BITS - number.saturating_sub(1).leading_zeros()).max(1) as usize
}

fn log2_floor(number: usize) -> usize {
    number.max(1).ilog2() as usize
}
