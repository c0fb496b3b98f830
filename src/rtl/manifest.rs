//! What a design says about itself, as `core.toml` beside its files: ports, layers, and their plan.

use serde::{Deserialize, Serialize};

use super::layer::LayerModules;
use super::netlist::{self, Rom};
use crate::Shape;
use crate::fixed_point::{Layer, Network, Node, WeightMode};
use crate::identifier::is_file_name;
use crate::schedule::{Fold, LayerPlan};

/// The design as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name of the top module.
    pub top: String,
    /// The clock in MHz that the core was planned for; `None` if no plan said it. The Verilog does not depend on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_mhz: Option<f64>,
    /// Input map: a beat a pixel, a byte a channel.
    pub input: Shape,
    /// Number of classes: a beat each.
    pub classes: usize,
    /// Members τ of each group neuron, 1..=255.
    pub members: u32,
    /// Time steps T, 1..=64.
    pub timesteps: u32,
    /// Whether the memories can be written: the core has the ports of `volley_weight_loader` then.
    #[serde(default, skip_serializing_if = "WeightMode::is_baked")]
    pub weights: WeightMode,
    /// In the order of the network; pools have no entry.
    #[serde(rename = "layer")]
    pub layers: Vec<LayerEntry>,
}

impl Manifest {
    /// A name that is not a legal name of a module or of a file in the core's folder, with its key.
    pub fn bad_name(&self) -> Option<(&'static str, &str)> {
        let module = |name: &str| is_file_name(name) && !name.contains(['-', '.']);
        let top = Some(("top", &*self.top)).filter(|(_, name)| !module(name));
        let modules =
            || self.layers.iter().map(|layer| ("layer.module", &*layer.module)).find(|(_, name)| !module(name));
        let files = || self.memories().map(|memory| ("layer.memory.file", &*memory.file));
        top.or_else(modules).or_else(|| files().find(|(_, name)| !is_file_name(name)))
    }

    /// All memories, in the order in which the weight data has them.
    pub fn memories(&self) -> impl Iterator<Item = &MemoryEntry> {
        self.layers.iter().flat_map(|layer| &layer.memories)
    }

    /// Widths of the core's ports `load_data`, `load_addr` and `load_enable`, where its memories can be written: the bytes
    /// of the widest row, the address of the deepest memory, and a bit a memory.
    pub fn load_widths(&self) -> Option<[u64; 3]> {
        let most = |of: fn(&MemoryEntry) -> u64| self.memories().map(of).max().unwrap_or(1);
        let widths =
            || [8 * most(MemoryEntry::row_bytes), most(MemoryEntry::address_bits), self.memories().count() as u64];
        (!self.weights.is_baked()).then(widths)
    }
}

/// One layer's engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerEntry {
    /// The layer's name in the network.
    pub name: String,
    /// Its Verilog module.
    pub module: String,
    /// Shape of its output of one frame.
    pub output: Shape,
    /// Turns in which the lanes compute all output channels.
    pub segments: usize,
    /// Map rows held by the spike buffer of each term.
    pub buffer_rows: Vec<usize>,
    /// Elements of a spike word of each term.
    pub word_elements: Vec<usize>,
    /// Multipliers of all slices; 0 for sums of gated weights.
    pub multipliers: usize,
    /// Bits of the sum of a lane.
    pub accumulator_bits: u32,
    /// Bits of a neuron's potential.
    pub membrane_bits: u32,
    /// Lanes, slices and units.
    pub fold: Fold,
    /// The weight memory of each slice, and the neuron memory.
    #[serde(rename = "memory")]
    pub memories: Vec<MemoryEntry>,
}

/// One ROM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryEntry {
    /// Name of the file with its contents.
    pub file: String,
    /// Rows of the memory.
    pub rows: u64,
    /// Bits of a row.
    pub width: u64,
    /// Rows meant for block RAM; the others are held in LUTs.
    pub block_rows: u64,
}

impl MemoryEntry {
    /// Whole bytes of a row.
    pub fn row_bytes(&self) -> u64 {
        self.width.div_ceil(8)
    }

    /// Bits of an address, at least 1.
    pub fn address_bits(&self) -> u64 {
        netlist::address_bits(self.rows).into()
    }

    /// The file of the rows that are held in LUTs, if others are in block RAM.
    pub fn rest_file(&self) -> Option<String> {
        netlist::rest_file(&self.file, self.block_rows, self.rows)
    }
}

pub(super) fn entry(
    network: &Network,
    node: &Node,
    layer: &Layer,
    plan: &LayerPlan,
    modules: &LayerModules,
) -> LayerEntry {
    // A readout and a layer that reads the input have one sum for all time steps.
    let timesteps = network.separate_timesteps(layer);
    LayerEntry {
        name: node.name.clone(),
        module: modules.module.name.clone(),
        output: node.shape,
        segments: plan.segments(node.shape.channels),
        buffer_rows: plan.terms.iter().map(|term| term.rows).collect(),
        word_elements: plan.terms.iter().map(|term| term.word_counts).collect(),
        multipliers: plan.fold.slices * plan.arithmetic(layer).multipliers(plan.fold.lanes, timesteps),
        accumulator_bits: layer.widths.accumulator,
        membrane_bits: layer.widths.membrane,
        fold: plan.fold.clone(),
        memories: modules.roms.iter().map(|(rom, _)| memory_entry(rom)).collect(),
    }
}

fn memory_entry(rom: &Rom) -> MemoryEntry {
    MemoryEntry { file: rom.file.clone(), rows: rom.depth, width: rom.width.into(), block_rows: rom.block_rows }
}

pub(super) fn manifest(top: String, network: &Network, layers: Vec<LayerEntry>) -> Manifest {
    Manifest {
        top,
        clock_mhz: None,
        input: network.input.shape,
        classes: network.nodes.last().map_or(0, |node| node.shape.channels),
        members: network.members,
        timesteps: network.timesteps,
        weights: network.weights,
        layers,
    }
}
