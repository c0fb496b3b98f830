//! The imported network: a graph of float operations, as in the file, with constants resolved.

mod dump;
mod validate;

pub use dump::dump;

use ndarray::{Array2, Array4};
use serde::{Deserialize, Serialize};

use crate::shape::{Padding, Shape, Window};

/// A trained network as imported: nodes in topological order; node 0 is the input, the last one the scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// What messages and files call the network.
    pub name: String,
    /// What the pixels of an image become before the first layer.
    pub normalisation: Normalisation,
    /// In topological order: every node comes after those that it reads.
    pub nodes: Vec<Node>,
}

/// How a raw pixel `p` (0..255) enters the network: `(p/255 − mean) / std`, per channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normalisation {
    /// Of `p/255`, \[channels\].
    pub mean: Vec<f64>,
    /// Of `p/255`, more than 0, \[channels\].
    pub std: Vec<f64>,
}

/// One operation. `inputs` are indices of earlier nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The name in the imported file; unique.
    pub name: String,
    /// Indices of the nodes that it reads, in the operator's order.
    pub inputs: Vec<usize>,
    /// Shape of the output of one frame. After [`Op::Flatten`] it is `elements × 1 × 1`.
    pub shape: Shape,
    /// What it computes from them.
    pub op: Op,
}

/// What a node computes.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// The normalised image; only node 0.
    Input,
    /// `weights` is \[out, in / groups, kernel height, kernel width\]; `bias` is \[out\].
    Conv {
        /// \[out, in / groups, kernel height, kernel width\].
        weights: Array4<f32>,
        /// \[out\].
        bias: Vec<f32>,
        /// Kernel, stride and padding.
        window: Window,
        /// Conv groups: an output channel reads only the input channels of its group. 1 for an ordinary convolution.
        groups: usize,
    },
    /// A fully connected layer over a flattened map (channel-major order, as ONNX flattens):
    /// `weights` is \[out, in\], `bias` is \[out\].
    Linear {
        /// \[out, in\].
        weights: Array2<f32>,
        /// \[out\].
        bias: Vec<f32>,
    },
    /// Inference-time batch normalisation as in the file: `scale·(x − mean)/√(variance + epsilon) + shift`, all \[channels\].
    BatchNorm {
        /// \[channels\].
        scale: Vec<f32>,
        /// \[channels\].
        shift: Vec<f32>,
        /// Running mean of training, \[channels\].
        mean: Vec<f32>,
        /// Running variance of training, \[channels\].
        variance: Vec<f32>,
        /// Keeps the divisor above 0.
        epsilon: f32,
    },
    /// Average over the window; padding is zero in every supported file.
    AveragePool {
        /// Kernel, stride and padding.
        window: Window,
    },
    /// Sum over the window: an average pool whose division was folded away.
    SumPool {
        /// Kernel, stride and padding.
        window: Window,
    },
    /// Maximum over the window.
    MaxPool {
        /// Kernel, stride and padding.
        window: Window,
    },
    /// Sum of two maps of one shape.
    Add,
    /// Concatenation of maps along the channels.
    Concat,
    /// `max(x, 0)`.
    Relu,
    /// `multiply·x + add`, one scalar each for the whole map (a piece of a QCFS pattern).
    Scalar {
        /// The factor.
        multiply: f64,
        /// What is added after it.
        add: f64,
    },
    /// `floor(x)` (a piece of a QCFS pattern).
    Floor,
    /// `min(max(x, low), high)` (a piece of a QCFS pattern, or ReLU6-like clips).
    Clip {
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// `λ/L · clip(floor(x·L/λ + 1/2), 0, L)` (arXiv 2303.04347), recognised from its pieces.
    Qcfs {
        /// λ, the largest activation.
        lambda: f64,
        /// L, the number of its values above 0.
        levels: u32,
    },
    /// Channel-major flattening to `elements × 1 × 1`.
    Flatten,
    /// Every `stride`-th row and column beginning with the first (a strided shortcut).
    Subsample {
        /// \[vertical, horizontal\], each 1 or more.
        stride: [usize; 2],
    },
    /// Zero channels before and after, and zero rows and columns around the map.
    Pad {
        /// Zero channels in front of the first one.
        channels_before: usize,
        /// Zero channels behind the last one.
        channels_after: usize,
        /// Zero rows and columns around the map.
        spatial: Padding,
    },
}

impl Op {
    /// The operation's name, as dumps and errors show it.
    pub fn name(&self) -> &'static str {
        match self {
            Op::Input => "Input",
            Op::Conv { .. } => "Conv",
            Op::Linear { .. } => "Linear",
            Op::BatchNorm { .. } => "BatchNorm",
            Op::AveragePool { .. } => "AveragePool",
            Op::SumPool { .. } => "SumPool",
            Op::MaxPool { .. } => "MaxPool",
            Op::Add => "Add",
            Op::Concat => "Concat",
            Op::Relu => "Relu",
            Op::Scalar { .. } => "Scalar",
            Op::Floor => "Floor",
            Op::Clip { .. } => "Clip",
            Op::Qcfs { .. } => "Qcfs",
            Op::Flatten => "Flatten",
            Op::Subsample { .. } => "Subsample",
            Op::Pad { .. } => "Pad",
        }
    }
}
