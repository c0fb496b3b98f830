//! Conversion: an imported network becomes a network of group neurons (arXiv 2402.19061).
//!
//! Every pass is a file named by its verb; [`convert`] runs them in the one order that works.

pub mod calibrate;
mod defer_max_pool;
mod fold_average_pool;
mod fold_batch_norm;
mod insert_group_neurons;
mod linear_sum;
mod names;
mod notes;
mod recognise_qcfs;
mod widen_linear;

use crate::error::{Kind, Result, Setting};
use crate::{ann, snn};
pub(crate) use names::module_path;
pub use notes::notes;

/// What the user chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Members τ of each group neuron, 1..=255.
    pub members: u32,
    /// Time steps T, 1..=64.
    pub timesteps: u32,
}

/// A converted network, and what remains to be done on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversion {
    /// The spiking network.
    pub network: snn::Network,
    /// The imported activation of each node; `None` for a pool and the readout.
    pub activations: Vec<Option<Activation>>,
    /// Indices of nodes whose activation was a plain ReLU: it has no threshold λ of its own, so their member
    /// θ is a placeholder of 1 until a calibration measures one.
    pub uncalibrated: Vec<usize>,
}

/// An activation of the imported network, by what it tells about λ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// Plain ReLU, which has no λ.
    Relu,
    /// Clipped at this bound, more than 0, like ReLU6. λ is at most the bound; the best one depends on the currents that occur.
    Clip(f32),
    /// Trained with these levels.
    Qcfs {
        /// λ, more than 0.
        lambda: f32,
        /// L, 1 or more.
        levels: u32,
    },
}

impl Activation {
    /// What no output exceeds; infinite for a plain ReLU.
    pub fn bound(self) -> f32 {
        match self {
            Activation::Relu => f32::INFINITY,
            Activation::Clip(bound) => bound,
            Activation::Qcfs { lambda, .. } => lambda,
        }
    }

    /// Whether calibration looks for the best λ.
    pub fn is_calibrated(self) -> bool {
        !matches!(self, Activation::Qcfs { .. })
    }
}

impl Conversion {
    /// Whether calibration images change the network.
    pub fn gains_by_calibration(&self) -> bool {
        self.activations.iter().flatten().any(|activation| activation.is_calibrated())
    }

    /// The levels L that every activation was trained with; `None` if there is another kind of activation, or several L.
    pub fn levels(&self) -> Option<u32> {
        let mut all = self.activations.iter().flatten().map(|activation| match activation {
            Activation::Qcfs { levels, .. } => Some(*levels),
            Activation::Relu | Activation::Clip(_) => None,
        });
        let first = all.next()??;
        all.all(|levels| levels == Some(first)).then_some(first)
    }
}

/// Converts a network.
///
/// # Errors
/// [`Kind::OutOfRange`] for options, [`Kind::NoSpikingForm`] for a graph that group neurons cannot express.
pub fn convert(mut ann: ann::Network, options: &Options) -> Result<Conversion> {
    within(Setting::Members, options.members, 255)?;
    within(Setting::Timesteps, options.timesteps, 64)?;
    ann.validate()?;
    for pass in PASSES {
        pass(&mut ann)?;
        // Checked after every pass: a fold can still make a weight infinite.
        ann.validate()?;
    }
    let conversion = insert_group_neurons::run(&ann, options)?;
    conversion.network.validate()?;
    Ok(conversion)
}

type Pass = fn(&mut ann::Network) -> Result<()>;

/// The passes over the imported network in their order.
const PASSES: [Pass; 5] = [
    // Fully connected layers become convolutions, and flattening disappears: from here on there is one kind of weights.
    widen_linear::run,
    // Before activations are recognised, so that they come directly after their convolution.
    fold_batch_norm::run,
    // Multiplications, floors and clips become one activation each.
    recognise_qcfs::run,
    // Needs whole activations, to move a pool after them.
    defer_max_pool::run,
    // Last: it leaves sum pools, which no earlier pass knows.
    fold_average_pool::run,
];

fn within(setting: Setting, value: u32, most: u32) -> Result<()> {
    if (1..=most).contains(&value) {
        return Ok(());
    }
    Err(Kind::out_of_range(value, 1.0..=f64::from(most)).at(setting))
}
