//! Contents of the weight and neuron memories, as `$readmemh` reads them.

use std::fmt::Write as _;

use ndarray::s;

use crate::fixed_point::bounds::{self, accumulator, membrane};
use crate::fixed_point::{Layer, Network, Neuron, ThresholdMode, signed_bits, unsigned_bits};
use crate::schedule::{LayerPlan, TermKind};

/// A memory: `rows` words of `width` bits, one hexadecimal word a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    pub rows: usize,
    pub width: u32,
    pub text: String,
}

impl Memory {
    /// The text of the first `rows` rows, and that of the others.
    pub fn split(&self, rows: u64) -> (&str, &str) {
        let line = self.text.find('\n').map_or(0, |end| end + 1);
        self.text.split_at((rows as usize * line).min(self.text.len()))
    }
}

/// Bits packed from the low end up, printed as one hexadecimal word.
struct Word {
    bits: Vec<bool>,
}

impl Word {
    fn new() -> Self {
        Word { bits: Vec::new() }
    }

    /// Appends the low `width` bits of `value` (two's complement).
    fn push(&mut self, value: i64, width: u32) {
        self.bits.extend((0..width).map(|bit| value >> bit.min(63) & 1 == 1));
    }

    fn hex(&self) -> String {
        let nibble = |bits: &[bool]| bits.iter().rev().fold(0u32, |value, bit| value << 1 | u32::from(*bit));
        let digits: Vec<_> = self.bits.chunks(4).map(nibble).collect();
        digits.iter().rev().fold(String::new(), |mut text, digit| {
            let _ = write!(text, "{digit:x}");
            text
        })
    }
}

fn memory(words: impl Iterator<Item = Word>, width: u32) -> Memory {
    let mut memory = Memory { rows: 0, width, text: String::new() };
    for word in words {
        debug_assert_eq!(word.bits.len(), width as usize);
        memory.rows += 1;
        memory.text.push_str(&word.hex());
        memory.text.push('\n');
    }
    memory
}

/// Weight rows of slice `slice` of a layer of `channels` outputs, all of its terms, in the order term, segment, ky, kx,
/// input channel; a row holds one weight a lane.
pub fn weights(layer: &Layer, plan: &LayerPlan, channels: usize, slice: usize) -> Memory {
    let lanes = plan.fold.lanes;
    let segments = plan.segments(channels);
    let rows = plan.terms_of(slice).flat_map(move |(term, layout)| {
        let weights = &layer.terms[term].weights;
        let (_, inputs, _, width) = weights.dim();
        // Channels of a block, and a window's elements as all slices together have them.
        let own = inputs / layout.blocks;
        let run = layout.geometry.run * layout.slices;
        let rows = move |segment: usize| {
            let block = segment * layout.blocks / segments;
            (0..layout.geometry.weight_rows()).map(move |row| {
                // Place among the window's pixels; the window is walked row by row or, as a whole map, in one run.
                let (ky, element) = (row / layout.geometry.run, row % layout.geometry.run);
                let element = layout.element_of(slice, element);
                let (tap, input) = if layout.kind == TermKind::Vector {
                    (ky * run + element, None)
                } else {
                    (ky * run / own + element / own, Some(block * own + element % own))
                };
                let mut word = Word::new();
                for channel in segment * lanes..(segment + 1) * lanes {
                    // Lanes after the last channel compute nothing that leaves.
                    let place = (channel, input.unwrap_or(channel), tap / width, tap % width);
                    word.push(weights.get(place).copied().unwrap_or(0).into(), layer.weight_bits);
                }
                word
            })
        };
        (0..segments).flat_map(rows)
    });
    memory(rows, lanes as u32 * layer.weight_bits)
}

/// The weights of elementwise term `term` of `layer`, those of `units` channels side by side.
pub fn elementwise(layer: &Layer, term: usize, units: usize) -> Memory {
    let channels: Vec<i32> = layer.terms[term].weights.slice(s![.., .., 0, 0]).diag().to_vec();
    let rows = channels.chunks(units).map(|weights| {
        let mut word = Word::new();
        weights.iter().for_each(|weight| word.push((*weight).into(), layer.weight_bits));
        word
    });
    memory(rows, units as u32 * layer.weight_bits)
}

/// How a layer's neurons are held: widths and the form of the thetas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeuronFormat {
    pub bias_bits: u32,
    /// Of theta, or of the aligning shift; 0 for a readout.
    pub theta_bits: u32,
    /// log2 of the common theta, where firing is a bit slice.
    pub theta_log2: Option<u32>,
    /// Of the (aligned) membrane; of the score for a readout.
    pub membrane_bits: u32,
}

/// How `layer`'s neurons are held, and the rows {bias, theta}, those of `units` channels side by side.
///
/// In threshold mode pow2 the channels are aligned to the largest theta 2^S by left shifts of S − log2(theta). A layer with a theta of
/// 1 is fired exactly, since half of 1 is not a power of two.
pub fn neurons(network: &Network, layer: &Layer, units: usize) -> (NeuronFormat, Memory) {
    let Neuron::Group { theta } = &layer.neuron else { return readout(network, layer) };
    let sliced = network.threshold == ThresholdMode::Pow2 && theta.iter().all(|theta| *theta >= 2);
    let (format, held): (NeuronFormat, Vec<i64>) = if sliced {
        let common = theta.iter().max().map_or(0, |theta| theta.ilog2());
        let shifts: Vec<i64> = theta.iter().map(|theta| (common - theta.ilog2()).into()).collect();
        let aligned = |(channel, shift): (usize, &i64)| {
            let mut current = accumulator(network, layer, channel);
            current.low += i128::from(layer.bias[channel]);
            current.high += i128::from(layer.bias[channel]);
            let mut held = membrane(theta[channel], network.members, network.timesteps, current);
            held.low <<= shift;
            held.high <<= shift;
            signed_bits(held)
        };
        let membrane_bits = shifts.iter().enumerate().map(aligned).max().unwrap_or(1);
        let theta_bits = shifts.iter().map(|shift| unsigned_bits(*shift as u64)).max().unwrap_or(0).max(1);
        let format = NeuronFormat { bias_bits: layer.widths.bias, theta_bits, theta_log2: Some(common), membrane_bits };
        (format, shifts)
    } else {
        let format = NeuronFormat {
            bias_bits: layer.widths.bias,
            theta_bits: layer.widths.theta,
            theta_log2: None,
            membrane_bits: layer.widths.membrane,
        };
        (format, theta.clone())
    };
    let rows = layer.bias.chunks(units).zip(held.chunks(units)).map(|(biases, held)| {
        let mut word = Word::new();
        for (bias, held) in biases.iter().zip(held) {
            word.push(*held, format.theta_bits);
            word.push(*bias, format.bias_bits);
        }
        word
    });
    let memory = memory(rows, units as u32 * (format.bias_bits + format.theta_bits));
    (format, memory)
}

/// A readout's bias counts once a time step.
fn readout(network: &Network, layer: &Layer) -> (NeuronFormat, Memory) {
    let biases: Vec<i64> = layer.bias.iter().map(|bias| bias * i64::from(network.timesteps)).collect();
    let bias_bits = signed_bits(bounds::biases(network, layer).times(network.timesteps.into()));
    let rows = biases.iter().map(|bias| {
        let mut word = Word::new();
        word.push(*bias, bias_bits);
        word
    });
    let memory = memory(rows, bias_bits);
    (NeuronFormat { bias_bits, theta_bits: 0, theta_log2: None, membrane_bits: layer.widths.membrane }, memory)
}
