//! What a design says about itself, as `core.toml` beside its files: ports, layers, and the plan they were built by.

use serde::{Deserialize, Serialize};

use super::layer::LayerModules;
use crate::Shape;
use crate::fixed_point::{Layer, Network, Node};
use crate::schedule::LayerPlan;

/// The design as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name of the top module.
    pub top: String,
    /// Input map: a beat a pixel, a byte a channel.
    pub input: Shape,
    /// Number of classes: a beat each.
    pub classes: usize,
    pub members: u32,
    pub timesteps: u32,
    #[serde(rename = "layer")]
    pub layers: Vec<LayerEntry>,
}

/// One layer's engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerEntry {
    pub name: String,
    pub module: String,
    pub output: Shape,
    pub lanes: usize,
    pub segments: usize,
    /// Map rows held by the spike buffer of each term.
    pub buffer_rows: Vec<usize>,
    /// Elements of a spike word of each term.
    pub word_elements: Vec<usize>,
    /// Bits of the weight memory and of the neuron memory.
    pub memory_bits: Vec<u64>,
    pub accumulator_bits: u32,
    pub membrane_bits: u32,
}

pub(super) fn entry(
    network: &Network,
    node: &Node,
    layer: &Layer,
    plan: &LayerPlan,
    modules: &LayerModules,
) -> LayerEntry {
    debug_assert!(network.nodes.iter().any(|other| other.name == node.name));
    LayerEntry {
        name: node.name.clone(),
        module: modules.module.name.clone(),
        output: node.shape,
        lanes: plan.lanes,
        segments: plan.segments(node.shape.channels),
        buffer_rows: plan.terms.iter().map(|term| term.rows).collect(),
        word_elements: plan.terms.iter().map(|term| 1 << term.word_log2).collect(),
        memory_bits: modules.roms.iter().map(|(_, memory)| memory.rows as u64 * u64::from(memory.width)).collect(),
        accumulator_bits: layer.widths.accumulator,
        membrane_bits: layer.widths.membrane,
    }
}

pub(super) fn manifest(top: String, network: &Network, layers: Vec<LayerEntry>) -> Manifest {
    Manifest {
        top,
        input: network.input.shape,
        classes: network.nodes.last().map_or(0, |node| node.shape.channels),
        members: network.members,
        timesteps: network.timesteps,
        layers,
    }
}
