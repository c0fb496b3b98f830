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
    pub name: String,
    pub normalisation: Normalisation,
    pub nodes: Vec<Node>,
}

/// How a raw pixel `p` (0..255) enters the network: `(p/255 − mean) / std`, per channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normalisation {
    pub mean: Vec<f64>,
    pub std: Vec<f64>,
}

/// One operation. `inputs` are indices of earlier nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The name in the imported file; unique.
    pub name: String,
    pub inputs: Vec<usize>,
    /// Shape of the output of one frame. After [`Op::Flatten`] it is `elements × 1 × 1`.
    pub shape: Shape,
    pub op: Op,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    Input,
    /// `weights` is \[out, in / groups, kernel height, kernel width\]; `bias` is \[out\].
    Conv {
        weights: Array4<f32>,
        bias: Vec<f32>,
        window: Window,
        groups: usize,
    },
    /// A fully connected layer over a flattened map (channel-major order, as ONNX flattens):
    /// `weights` is \[out, in\], `bias` is \[out\].
    Linear {
        weights: Array2<f32>,
        bias: Vec<f32>,
    },
    /// Inference-time batch normalisation as in the file: `scale·(x − mean)/√(variance + epsilon) + shift`, all \[channels\].
    BatchNorm {
        scale: Vec<f32>,
        shift: Vec<f32>,
        mean: Vec<f32>,
        variance: Vec<f32>,
        epsilon: f32,
    },
    /// Average over the window; padding is zero in every supported file.
    AveragePool {
        window: Window,
    },
    /// Sum over the window: an average pool whose division was folded away.
    SumPool {
        window: Window,
    },
    /// Maximum over the window.
    MaxPool {
        window: Window,
    },
    /// Sum of two maps of one shape.
    Add,
    /// Concatenation of maps along the channels.
    Concat,
    Relu,
    /// `multiply·x + add`, one scalar each for the whole map (a piece of a QCFS pattern).
    Scalar {
        multiply: f64,
        add: f64,
    },
    /// `floor(x)` (a piece of a QCFS pattern).
    Floor,
    /// `min(max(x, low), high)` (a piece of a QCFS pattern, or ReLU6-like clips).
    Clip {
        low: f64,
        high: f64,
    },
    /// `λ/L · clip(floor(x·L/λ + 1/2), 0, L)` (arXiv 2303.04347), recognised from its pieces.
    Qcfs {
        lambda: f64,
        levels: u32,
    },
    /// Channel-major flattening to `elements × 1 × 1`.
    Flatten,
    /// Every `stride`-th row and column beginning with the first (a strided shortcut).
    Subsample {
        stride: [usize; 2],
    },
    /// Zero channels before and after, and zero rows and columns around the map.
    Pad {
        channels_before: usize,
        channels_after: usize,
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
