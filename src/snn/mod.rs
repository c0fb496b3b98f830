//! The converted network: group-neuron populations fed by sums of terms, still in floating point.

mod dump;
pub mod float;
mod validate;
mod warnings;

pub use dump::dump;

use ndarray::Array4;
use serde::{Deserialize, Serialize};

use crate::ann::Normalisation;
use crate::shape::{Shape, Window};

/// A spiking network of group neurons: nodes in topological order, the last one is the readout.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// What messages and files call the network.
    pub name: String,
    /// Members τ of each group neuron, 1 or more.
    pub members: u32,
    /// Time steps T, 1 or more.
    pub timesteps: u32,
    /// The shape of a frame, and how its pixels are normalised.
    pub input: Input,
    /// In topological order: every node comes after those that it reads.
    pub nodes: Vec<Node>,
}

impl Network {
    /// Names of the layers, pools left out, in the network's order.
    pub fn layer_names(&self) -> impl Iterator<Item = &str> + Clone {
        self.nodes.iter().filter(|node| matches!(node.op, Op::Layer(_))).map(|node| &*node.name)
    }
}

/// The image: raw unsigned 8-bit pixels and the normalisation that training used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Of an image.
    pub shape: Shape,
    /// What the pixels become before the first layer.
    pub normalisation: Normalisation,
}

/// Where a term or a pool reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The image.
    Input,
    /// The output of an earlier node, by index.
    Node(usize),
}

/// A layer or a pool.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Unique, lowercase, usable as a Verilog identifier.
    pub name: String,
    /// The module of the imported network whose output this node replaces: an activation's dotted path,
    /// for instance `blocks.0.act1`.
    pub origin: String,
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

/// A neuron population fed by a sum of terms: `I(t) = Σ terms W·a(t) + bias`.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// At least one.
    pub terms: Vec<Term>,
    /// \[channels\].
    pub bias: Vec<f32>,
    /// What the current goes into.
    pub neuron: Neuron,
}

/// What becomes of a layer's current.
#[derive(Debug, Clone, PartialEq)]
pub enum Neuron {
    /// Group neurons with the member threshold `θ = λ/τ`, more than 0, for each channel.
    Group {
        /// θ, \[channels\], each more than 0.
        theta: Vec<f32>,
    },
    /// Does not fire: the scores are the sum of `I(t)` over all time steps.
    Readout,
}

/// One convolution of a layer's sum. A fully connected layer has a kernel that covers its whole input;
/// a shortcut is a 1×1 convolution.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// What it reads.
    pub source: Source,
    /// Kernel, stride and padding.
    pub window: Window,
    /// \[out, in, kernel height, kernel width\], zeros outside a group if it came from a grouped convolution.
    /// An average pool before this term is folded in: the source is then a sum pool (counts are summed, weights divided).
    pub weights: Array4<f32>,
}

/// How a pool combines the counts of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PoolKind {
    /// Sum of the counts in the window, per time step.
    Sum,
    /// Maximum of the counts in the window, per time step; equals the maximum of the activations only at T = 1.
    Max,
}

/// A pool over spike counts. Windows do not overlap and there is no padding: `kernel ≤ stride`.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// What it reads.
    pub source: Source,
    /// Whether counts are added or compared.
    pub kind: PoolKind,
    /// Kernel and stride.
    pub window: Window,
}
