//! One imported network, converted again for each kind of neuron.

use crate::error::{Kind, Place, Result};
use crate::pipeline::Converter;
use crate::snn::{self, Neuron, Op};

/// The integrate-and-fire neuron as a group.
pub const IF: u32 = 1;

/// What is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Networks {
    /// Weights and biases of the ANN in the form of a converted network. Its neurons stand for their current clipped to 0 .. λ.
    pub ann: snn::Network,
    /// λ for each node; infinite for plain ReLU, without meaning for nodes without neurons.
    pub lambda: Vec<f32>,
    /// Integrate-and-fire first.
    pub runs: Vec<Run>,
}

/// A spiking network, and the time steps after which it is evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// With its members and its largest number of time steps.
    pub network: snn::Network,
    /// Ascending; the last is the network's own number.
    pub timesteps: Vec<u32>,
}

impl Networks {
    /// Converts the network for each number of `members` (without integrate-and-fire, which is always there) and of `timesteps`; both ascend,
    /// and there is at least one of `timesteps`. Where all thresholds come from training, one conversion serves all time steps,
    /// since what a network does in its first t time steps does not depend on the later ones. Thresholds of plain and clipped ReLU
    /// layers are calibrated on the converter's images for each combination. `progress` is called after each conversion.
    ///
    /// # Errors
    /// As [`Converter::convert`]; [`Kind::NeedsCalibration`] if calibration images are needed and missing.
    pub fn new(
        converter: &Converter,
        members: &[u32],
        timesteps: &[u32],
        progress: &(dyn Fn() + Sync),
    ) -> Result<Networks> {
        let plain = converter.clone().members(IF).timesteps(1).replace_activations()?;
        if let (Some(&index), None) = (plain.uncalibrated.first(), converter.calibration_images()) {
            return Err(Kind::NeedsCalibration.at(Place::layer(&plain.network.nodes[index].name)));
        }
        let mut lambda: Vec<f32> = plain.network.nodes.iter().map(|node| lambda(&node.op)).collect();
        plain.uncalibrated.iter().for_each(|&index| lambda[index] = f32::INFINITY);
        let calibrated = plain.gains_by_calibration() && converter.calibration_images().is_some();
        let sets: Vec<&[u32]> = match calibrated {
            false => vec![timesteps],
            true => timesteps.chunks(1).collect(),
        };
        let mut runs = Vec::new();
        for members in std::iter::once(IF).chain(members.iter().copied().filter(|&members| members != IF)) {
            for set in &sets {
                let Some(&most) = set.last() else { continue };
                let network = converter.clone().members(members).timesteps(most).convert()?.network;
                runs.push(Run { network, timesteps: set.to_vec() });
                progress();
            }
        }
        Ok(Networks { ann: plain.network, lambda, runs })
    }

    /// (τ, T) of everything that is evaluated, in the order of the runs.
    pub fn cells(&self) -> Vec<(u32, u32)> {
        let cells = |run: &Run| run.timesteps.iter().map(|&t| (run.network.members, t)).collect::<Vec<_>>();
        self.runs.iter().flat_map(cells).collect()
    }
}

fn lambda(op: &Op) -> f32 {
    match op {
        // A group of one has θ = λ, a trained one the same for all channels.
        Op::Layer(snn::Layer { neuron: Neuron::Group { theta }, .. }) => theta[0],
        Op::Layer(_) | Op::Pool(_) => f32::INFINITY,
    }
}
