//! The integer network: everything that the hardware holds, and the exact width of everything it computes.

use ndarray::Array4;
use serde::{Deserialize, Serialize};

use crate::shape::{Shape, Window};
pub use crate::snn::{PoolKind, Source};

/// The network in integers. From here on nothing is rounded and nothing saturates but the count's clamp at τ.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    pub name: String,
    pub members: u32,
    pub timesteps: u32,
    pub weight_bits: u32,
    pub threshold: ThresholdMode,
    pub input: Input,
    pub nodes: Vec<Node>,
}

/// Which thresholds Θ the hardware may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum ThresholdMode {
    /// Any positive integer.
    Exact,
    /// Powers of two, so that firing is a bit slice.
    Pow2,
}

/// The input encoder: element value = raw pixel − `offset[channel]`.
///
/// A raw zero stays zero where the first layer has no padding (offset 0, so blank pixels are skipped); with
/// padding the offset is the rounded mean, so that a padded zero means what training meant by it. The scale
/// 1/(255·std) is in the first layer's weights and what the offset leaves of the mean in its bias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    pub shape: Shape,
    /// \[channels\], 0..=255.
    pub offset: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub name: String,
    pub shape: Shape,
    pub op: Op,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    Layer(Layer),
    Pool(Pool),
}

/// `I(t) = Σ terms 2^shift · (q · counts(t)) + bias`, all integers.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    pub terms: Vec<Term>,
    /// β, \[channels\].
    pub bias: Vec<i64>,
    pub neuron: Neuron,
    pub widths: Widths,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Neuron {
    /// Member step Θ, \[channels\], each ≥ 1. The initial potential is `floor(Θ/2)`.
    Group { step: Vec<i64> },
    /// Does not fire: `score = Σ_t I(t)`; the float network's score is about `score / scale`.
    Readout { scale: f64 },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub source: Source,
    pub window: Window,
    /// q, \[out, in, kernel height, kernel width\], each within `weight_bits` signed bits.
    pub weights: Array4<i32>,
    /// e: the product is shifted left by this.
    pub shift: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    pub source: Source,
    pub kind: PoolKind,
    pub window: Window,
}

/// Smallest widths that hold every value for every input, from interval arithmetic over the actual weights.
/// Signed two's complement bits, the sign included, unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Widths {
    /// A lane's accumulator of one time step, at any moment of the accumulation in any order.
    pub accumulator: u32,
    /// Bias β.
    pub bias: u32,
    /// Membrane, before and after firing, over all time steps; for a readout the score.
    pub membrane: u32,
    /// Member step Θ (unsigned); 0 for a readout.
    pub step: u32,
    /// Largest value of one output element of one time step (unsigned): τ, or what a pool makes of it.
    pub count: u32,
}
