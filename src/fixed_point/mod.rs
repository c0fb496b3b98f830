//! The integer network: everything that the hardware holds, and the exact width of everything it computes.

pub mod bounds;
pub mod conv_groups;
mod dump;
mod facts;
mod interval;
mod settings;
mod validate;

use ndarray::Array4;
use serde::{Deserialize, Serialize};

use crate::shape::{Shape, Window};
pub use crate::snn::{PoolKind, Source};
use crate::words::{Words, as_word};
pub use interval::{Interval, signed_bits, unsigned_bits};
pub use settings::Settings;

/// The network in integers. From here on nothing is rounded and nothing saturates, except the count's clamp at τ.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// What messages and files call the network; the Verilog modules are named after it.
    pub name: String,
    /// Members τ of each group neuron, 1..=255.
    pub members: u32,
    /// Time steps T, 1..=64.
    pub timesteps: u32,
    /// The thresholds that the neurons may have.
    pub threshold: ThresholdMode,
    /// Whether weights are built in or loaded.
    pub weights: WeightMode,
    /// The shape of a frame, and what is taken from its pixels.
    pub input: Input,
    /// In topological order; the last one is the readout.
    pub nodes: Vec<Node>,
}

/// Which thresholds Θ the hardware may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThresholdMode {
    /// Any positive integer.
    Exact,
    /// Powers of two, so that firing is a bit slice.
    Pow2,
}

impl Words for ThresholdMode {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (ThresholdMode::Exact, "exact", "Any positive integer"),
        (ThresholdMode::Pow2, "pow2", "Powers of two, so that firing is a bit slice"),
    ];
}
as_word!(ThresholdMode);

/// How weights, biases and thetas get into the hardware.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightMode {
    /// They are part of it, and every width is as small as they allow.
    #[default]
    Baked,
    /// They can be loaded while it runs: widths hold for every network of the same shape.
    Runtime,
}

impl Words for WeightMode {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (WeightMode::Baked, "baked", "They are part of it, and every width is as small as they allow"),
        (
            WeightMode::Runtime,
            "runtime",
            "They can be loaded while it runs: widths hold for every network of the same shape",
        ),
    ];
}
as_word!(WeightMode);

impl WeightMode {
    /// Whether they are part of the hardware.
    pub fn is_baked(&self) -> bool {
        *self == WeightMode::Baked
    }
}

/// The input encoder: element value = raw pixel − `offset[channel]`.
///
/// A raw zero stays zero where the first layer has no padding (offset 0, so blank pixels are skipped); with
/// padding the offset is the rounded mean, so a padded zero has the meaning that it had in training. The scale 1/(255·std) is in the
/// first layer's weights, and the part of the mean that the offset leaves is in its bias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Of a frame.
    pub shape: Shape,
    /// \[channels\], 0..=255.
    pub offset: Vec<u8>,
}

/// A layer or a pool.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Unique, lowercase, usable as a Verilog identifier.
    pub name: String,
    /// Shape of the output of one frame.
    pub shape: Shape,
    /// What it computes.
    pub op: Op,
}

/// What a node computes.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// A sum of terms that feeds neurons.
    Layer(Layer),
    /// A sum or maximum of counts.
    Pool(Pool),
}

/// `I(t) = Σ terms 2^shift · (q · counts(t)) + bias`, all integers.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The convolutions that are added up, at least one.
    pub terms: Vec<Term>,
    /// β, \[channels\].
    pub bias: Vec<i64>,
    /// What the current goes into.
    pub neuron: Neuron,
    /// Signed bits of each weight, 2..=16.
    pub weight_bits: u32,
    /// Bits of its numbers in hardware.
    pub widths: Widths,
}

/// What becomes of a layer's current.
#[derive(Debug, Clone, PartialEq)]
pub enum Neuron {
    /// Member threshold Θ, \[channels\], each ≥ 1. The initial potential is `floor(Θ/2)`.
    Group {
        /// Θ, \[channels\], each ≥ 1.
        theta: Vec<i64>,
    },
    /// Does not fire: `score = Σ_t I(t)`; the float network's score is about `score / scale`.
    Readout {
        /// What a score of 1.0 of the float network is here, about.
        scale: f64,
    },
}

/// One convolution of a layer's sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What it reads.
    pub source: Source,
    /// Kernel, stride and padding.
    pub window: Window,
    /// q, \[out, in, kernel height, kernel width\], each within the layer's `weight_bits` signed bits.
    pub weights: Array4<i32>,
    /// Groups of a grouped convolution: output channel o reads only the input channels of its group, all other weights
    /// are 0. Divides both numbers of channels; 1 for a dense term, the number of channels for a depthwise one or an
    /// identity shortcut.
    pub groups: usize,
    /// e: the product is shifted left by this.
    pub shift: u32,
}

/// A pool over spike counts. Windows do not overlap and there is no padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// What it reads.
    pub source: Source,
    /// Whether counts are added or compared.
    pub kind: PoolKind,
    /// Kernel and stride.
    pub window: Window,
}

/// Smallest widths that hold every value for every input, from interval arithmetic over the actual weights, or over all possible
/// weights where weights can be loaded. Signed two's complement bits, the sign included, unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Widths {
    /// A lane's accumulator, at any moment of the accumulation in any order: of one time step, for a readout of the sum
    /// over all time steps.
    pub accumulator: u32,
    /// Bias β.
    pub bias: u32,
    /// Membrane, before and after firing, over all time steps; for a readout the score.
    pub membrane: u32,
    /// Member threshold Θ (unsigned); 0 for a readout.
    pub theta: u32,
    /// One output element of one time step (unsigned): holds τ; 0 for a readout, which has no counts.
    pub count: u32,
}
