//! One layer made ready: byte weights in the order in which the kernels read them, the neurons sixteen at a time.

use ndarray::Array4;

use super::maps::Layout;
use crate::fixed_point::{self, Network, Neuron, Source};
use crate::shape::Shape;

/// Output channels that a kernel computes together, one in each 32-bit lane.
pub const LANES: usize = 16;

/// Weights of sixteen output channels for four source bytes, \[lane\]\[byte\].
pub type Quads = [i8; 4 * LANES];

/// A layer of any kind.
pub struct Layer {
    /// Output channels.
    pub channels: usize,
    pub timesteps: usize,
    /// Whether the current is the same at all time steps because only the input is read.
    pub still: bool,
    pub terms: Vec<Term>,
    /// The sum of the terms is shifted left by this.
    pub shift: u32,
    /// Bias, less the sums of the weights with the input's offsets, \[block\]; 0 in lanes without a channel.
    pub bias: Vec<[i32; LANES]>,
    /// \[block\]; empty for the readout.
    pub neurons: Vec<Neurons>,
    /// Place of each output pixel in its plane, in raster order; empty for the readout.
    pub places: Vec<usize>,
}

/// Group neurons of sixteen channels. Lanes without a channel never fire.
pub struct Neurons {
    /// Initial potential.
    pub start: [i32; LANES],
    /// Θ, and a float close to 1/Θ.
    pub theta: [i32; LANES],
    pub reciprocal: [f32; LANES],
    /// τ·Θ: from here on all members fire.
    pub top: [i32; LANES],
}

/// One digit of the weights and one of the counts of a term.
pub struct Term {
    pub source: Source,
    pub layout: Layout,
    /// Place of the first byte of each output pixel's window in its plane.
    pub starts: Vec<usize>,
    /// The sum of the terms before is shifted left by this.
    pub shift: u32,
    pub reads: Reads,
    /// Runs of a window, and the reads in a run.
    pub rows: usize,
    pub columns: usize,
    /// \[block\]\[row\]\[column\]
    pub weights: Vec<Quads>,
}

/// What a lane reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The same four bytes in all lanes; the next column are the next four.
    Quads,
    /// Each lane its own channel (depthwise); the next column is the next pixel. Only the first of four weights counts.
    Own,
}

impl Layer {
    /// `None` if a value of the layer needs more than 32 bits.
    pub fn new(network: &Network, index: usize, layer: &fixed_point::Layer) -> Option<Self> {
        let node = &network.nodes[index];
        let (shape, members) = (node.shape, i32::try_from(network.members).ok()?);
        if layer.widths.membrane > 32 {
            return None;
        }
        let mut bias = blocks(&layer.bias, 0, |bias| bias as i32);
        let mut terms = Vec::new();
        for term in &layer.terms {
            if term.source == Source::Input {
                for (channel, weights) in term.weights.outer_iter().enumerate() {
                    let offsets = weights.indexed_iter().map(|((c, ..), &q)| i64::from(q) * offset(network, c));
                    let sum = offsets.sum::<i64>() as i32;
                    let bias = &mut bias[channel / LANES][channel % LANES];
                    *bias = bias.wrapping_sub(sum.checked_shl(term.shift).unwrap_or(0));
                }
            }
            let layout = Layout::new(network, term.source);
            for (place, weights) in bytes(&term.weights).iter().enumerate() {
                let digits = 0..layout.digits;
                terms.extend(digits.map(|digit| Term::new(layout, term, weights, [place, digit], shape)));
            }
        }
        // Sums grow from the term of the largest shift to that of the smallest one.
        terms.sort_by_key(|term| std::cmp::Reverse(term.shift));
        let shift = terms.last().map_or(0, |term| term.shift);
        let mut before = terms.first().map_or(0, |term| term.shift);
        for term in &mut terms {
            (before, term.shift) = (term.shift, before - term.shift);
        }
        let neurons = match &layer.neuron {
            Neuron::Readout { .. } => Vec::new(),
            Neuron::Group { theta } => {
                let fits =
                    |theta: &i64| theta.checked_mul(members.into()).is_some_and(|top| i32::try_from(top).is_ok());
                if !theta.iter().all(fits) {
                    return None;
                }
                blocks(theta, 1, |theta| theta as i32).into_iter().map(|theta| Neurons::new(theta, members)).collect()
            }
        };
        let places = if neurons.is_empty() { vec![] } else { Layout::new(network, Source::Node(index)).pixels() };
        let still = layer.terms.iter().all(|term| term.source == Source::Input);
        let timesteps = network.timesteps as usize;
        Some(Layer { channels: shape.channels, timesteps, still, terms, shift, bias, neurons, places })
    }

    /// Number of blocks of [`LANES`] channels.
    pub fn blocks(&self) -> usize {
        self.bias.len()
    }
}

impl Neurons {
    /// τ·Θ fits into 32 bits.
    pub fn new(theta: [i32; LANES], members: i32) -> Self {
        let reciprocal = theta.map(|theta| 1.0 / theta as f32);
        Neurons { start: theta.map(|theta| theta / 2), theta, reciprocal, top: theta.map(|theta| theta * members) }
    }
}

impl Term {
    /// `weights` are digit `place` of the term's, and meet digit `digit` of the counts.
    fn new(
        layout: Layout,
        term: &fixed_point::Term,
        weights: &Array4<i8>,
        [place, digit]: [usize; 2],
        out: Shape,
    ) -> Self {
        let window = &term.window;
        let (outputs, inputs, height, width) = weights.dim();
        let starts = (0..out.pixels()).map(|pixel| {
            let (y, x) = (pixel / out.width * window.stride[0], pixel % out.width * window.stride[1]);
            layout.padded(y, x, window.padding) + digit * inputs
        });
        let reads = if term.groups == outputs && inputs == outputs { Reads::Own } else { Reads::Quads };
        // A window as wide as the map is one run.
        let (rows, run) = match (width - 1) * layout.size() + inputs {
            run if run == layout.row && reads == Reads::Quads => (1, height * run),
            run => (height, run),
        };
        let columns = if reads == Reads::Own { width } else { run.div_ceil(4) };
        let mut packed = vec![[0; 4 * LANES]; outputs.div_ceil(LANES) * rows * columns];
        for ((output, input, y, x), &q) in weights.indexed_iter() {
            let (row, column, byte) = match reads {
                Reads::Own if input != output => continue,
                Reads::Own => (y, x, 0),
                Reads::Quads => {
                    let (row, place) = if rows == 1 { (0, y * layout.row) } else { (y, 0) };
                    let place = place + x * layout.size() + input;
                    (row, place / 4, place % 4)
                }
            };
            let (block, lane) = (output / LANES, output % LANES);
            packed[(block * rows + row) * columns + column][4 * lane + byte] = q;
        }
        let shift = term.shift + 8 * (place + digit) as u32;
        Term { source: term.source, layout, starts: starts.collect(), shift, reads, rows, columns, weights: packed }
    }
}

fn offset(network: &Network, channel: usize) -> i64 {
    network.input.offset[channel].into()
}

/// Weights as signed digits of eight bits, the least first, without the zeros at the end.
fn bytes(weights: &Array4<i32>) -> Vec<Array4<i8>> {
    let mut rest = weights.clone();
    let mut bytes = Vec::new();
    while rest.iter().any(|&q| q != 0) {
        let digits = rest.mapv(|q| q as i8);
        rest.zip_mut_with(&digits, |rest, &digit| *rest = (*rest - i32::from(digit)) >> 8);
        bytes.push(digits);
    }
    bytes
}

/// Channels sixteen at a time; missing ones get `rest`.
fn blocks(values: &[i64], rest: i32, number: impl Fn(i64) -> i32) -> Vec<[i32; LANES]> {
    let block = |values: &[i64]| std::array::from_fn(|lane| values.get(lane).map_or(rest, |&value| number(value)));
    values.chunks(LANES).map(block).collect()
}
