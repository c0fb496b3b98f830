//! What the engine of one layer costs: scanners, lanes, memories, neurons.

use super::formula::{Parameters, cost};
use super::{beat_bits, log2, memory};
use crate::fixed_point::{Layer, Network, Node, Source, ThresholdMode, WeightMode};
use crate::fpga::{Family, Resources};
use crate::schedule::synapse;
use crate::schedule::{Arithmetic, Firing, LayerPlan, Storage, Synapse, TermPlan};

/// What the engine of `node` costs. `beats` are the elements of a beat of each term's source, `used` what
/// [`super::used_bits`] finds.
pub fn layer(
    network: &Network,
    node: &Node,
    layer: &Layer,
    plan: &LayerPlan,
    beats: &[usize],
    used: &[u32],
    family: Family,
) -> Resources {
    let synapse = synapse(network, layer, plan);
    let engine = Engine { network, node, layer, plan, used, family, synapse };
    let mut sum = Resources::default();
    for (number, &beat) in beats.iter().enumerate() {
        sum += match plan.terms[number].is_scanned() {
            true => engine.scanner(number, beat),
            false => engine.elementwise(number, beat),
        };
    }
    for slice in 0..plan.fold.slices {
        sum += engine.slice(slice);
    }
    sum += engine.neurons();
    sum
}

struct Engine<'a> {
    network: &'a Network,
    node: &'a Node,
    layer: &'a Layer,
    plan: &'a LayerPlan,
    used: &'a [u32],
    family: Family,
    synapse: Synapse,
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
        if self.layer.is_readout() && source != Source::Input && self.network.timesteps > 1 {
            let summed = self.network.term_element_bits(self.layer, source) as usize;
            let parameters = [
                ("TIMESTEPS", self.network.timesteps as usize),
                ("COUNT_BITS", self.network.element_bits(source, 1).0 as usize),
                ("SUM_BITS", summed),
            ];
            sum += beat * self.cost("timestep_sum", parameters);
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
        let whole = [geometry.stride_elements, geometry.pad_left, geometry.run, geometry.row_elements];
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

    /// Queue, product and weights of an elementwise term.
    fn elementwise(&self, number: usize, beat: usize) -> Resources {
        let term = &self.plan.terms[number];
        let units = self.plan.fold.units;
        let fields = units * self.synapse.timesteps as usize;
        let width = beat_bits(self.network, self.layer.terms[number].source, beat);
        let depth = (term.rows * term.geometry.row_elements / beat) as u64;
        let in_block = self.plan.fold.buffers.block_rows(depth, width as u32);
        let mut sum = memory::rows(self.family, depth, width as u32, in_block > 0);
        sum += self.cost("spike_queue", [("WIDTH", width), ("ADDR_BITS", log2(depth as usize))]);
        let weight_bits = self.layer.weight_bits as usize;
        let element = [
            ("fields", fields),
            ("product_bits", width / fields + weight_bits),
            ("ACC_BITS", self.layer.widths.accumulator as usize),
            ("ADDR_BITS", log2(self.channels() / units)),
        ];
        sum += self.cost("elementwise_term", element);
        sum += self.channel_memory(units * weight_bits);
        sum
    }

    /// Join, lanes and weights of a slice.
    fn slice(&self, slice: usize) -> Resources {
        let fold = &self.plan.fold;
        let lanes = fold.lanes;
        let Synapse { timesteps, count_bits, count_signed, weight_bits, accumulator_bits, shift, .. } = self.synapse;
        let [timesteps, count_bits, weight_bits] = [timesteps, count_bits, weight_bits].map(|bits| bits as usize);
        let mut sum = Resources::default();
        let terms = self.plan.terms_of(slice).count();
        let vector = slice == 0 && self.synapse.vector;
        if terms > 1 {
            let fields = if vector { lanes } else { 1 };
            let join = [
                ("TERMS", terms),
                ("COUNTS_BITS", fields * timesteps * count_bits),
                ("WEIGHT_ADDR_BITS", self.address_bits()),
            ];
            sum += self.cost("event_join", join);
        }
        // A shift that all terms share is only wiring.
        let one_shift = self.plan.scanned().all(|(number, _)| self.layer.terms[number].shift == shift);
        let arithmetic = self.plan.arithmetic(self.layer);
        let module = match arithmetic {
            Arithmetic::Gated => "synapse_array_gated",
            Arithmetic::Multiplier { .. } => "synapse_array_multiplier",
            Arithmetic::Accumulator { .. } => "synapse_array_accumulator",
        };
        let array = [
            ("LANES", lanes),
            ("UNITS", fold.units),
            ("TIMESTEPS", timesteps),
            ("COUNT_BITS", count_bits),
            ("WEIGHT_BITS", weight_bits),
            ("ACC_BITS", accumulator_bits as usize),
            ("MAX_SHIFT", if one_shift { 0 } else { shift as usize }),
            ("VECTOR", usize::from(vector)),
            ("QUEUE_LOG2", self.plan.sum_queue_log2() as usize),
            ("digits", digits(count_bits, count_signed, self.network.most_count(self.layer))),
            ("multipliers", arithmetic.multipliers(lanes, timesteps as u32)),
        ];
        sum += self.cost(module, array);
        let rows = self.weight_rows(slice) as u64;
        let lane = |lane: usize| self.used.iter().skip(lane).step_by(lanes).max().copied().unwrap_or(0);
        let used: Vec<u32> = (0..lanes).map(lane).collect();
        let width = used.iter().filter(|bits| **bits > 0).count() * weight_bits;
        let (storage, row_bits) = (self.plan.fold.weights, (lanes * weight_bits) as u32);
        sum += match self.network.weights {
            WeightMode::Baked => {
                let block_rows = storage.block_rows(rows, row_bits);
                memory::rom(self.family, rows, width as u32, used.iter().sum(), block_rows)
            }
            WeightMode::Runtime => {
                memory::ram(self.family, rows, row_bits, storage.writable_block_rows(rows, row_bits) > 0)
            }
        };
        sum
    }

    /// The sum of the slices, and the neurons or the readout with their memory.
    fn neurons(&self) -> Resources {
        let widths = &self.layer.widths;
        let fold = &self.plan.fold;
        let mut sum = Resources::default();
        if fold.slices > 1 {
            let slices = [
                ("SLICES", fold.slices),
                ("FIELDS", fold.units * self.synapse.timesteps as usize),
                ("SUM_BITS", widths.accumulator as usize),
            ];
            sum += self.cost("slice_sum", slices);
        }
        let bias = widths.bias as usize;
        let row_bits = if self.layer.is_readout() {
            let readout =
                [("CHANNELS", self.channels()), ("ACC_BITS", widths.accumulator as usize), ("BIAS_BITS", bias)];
            sum += self.cost("readout", readout);
            bias
        } else {
            let neuron = [
                ("TIMESTEPS", self.network.timesteps as usize),
                ("IN_TIMESTEPS", self.synapse.timesteps as usize),
                ("ACC_BITS", widths.accumulator as usize),
                ("BIAS_BITS", bias),
                ("THETA_BITS", widths.theta as usize),
                ("MEMBRANE_BITS", widths.membrane as usize),
                ("COUNT_BITS", widths.count as usize),
                ("CHANNEL_BITS", log2(self.channels() / fold.units)),
            ];
            let module = match (fold.firing, self.network.threshold) {
                (Firing::Serial, _) => "group_neuron_serial",
                (Firing::Pipelined, ThresholdMode::Exact) => "group_neuron",
                (Firing::Pipelined, ThresholdMode::Pow2) => "group_neuron_pow2",
            };
            sum += fold.units * self.cost(module, neuron);
            bias + widths.theta as usize
        };
        sum += self.channel_memory(fold.units * row_bits);
        sum
    }

    /// A memory that has a row of `width` bits for the channels of a beat.
    fn channel_memory(&self, width: usize) -> Resources {
        let (rows, width) = ((self.channels() / self.plan.fold.units) as u64, width as u32);
        let block_rows = Storage::Auto.block_rows(rows, width);
        match self.network.weights {
            WeightMode::Baked => memory::rom(self.family, rows, width, width, block_rows),
            WeightMode::Runtime => memory::ram(self.family, rows, width, block_rows > 0),
        }
    }
}

/// Digits by which a gated lane sees a count, as `synapse_array.v` has them.
fn digits(count_bits: usize, signed: bool, most: u64) -> usize {
    match most {
        _ if signed => count_bits / 2 + 2,
        0..=2 => 1,
        3..=10 => 2,
        11..=42 => 3,
        43..=170 => 4,
        _ => count_bits / 2 + 1,
    }
}

fn log2_floor(number: usize) -> usize {
    number.max(1).ilog2() as usize
}
