//! One layer's module: a scanner for each term, the join of their events in each slice, the engine and its memories.

mod engine;
mod scan;

use super::memory::{self, Memory, NeuronFormat};
use super::netlist::{Module, Port, Rom};
pub(super) use super::netlist::{connect, int, memory_folder, same_memory_folder};
use crate::error::{Kind, Place, Result};
use crate::fixed_point::{Layer, Network, Node, Source, WeightMode};
use crate::schedule::{self, LayerPlan, Storage, TermKind};

/// The modules of one layer and the contents of its memories.
pub(super) struct LayerModules {
    pub module: Module,
    /// The weight memory of each slice, that of the elementwise term if there is one, then the neuron memory.
    pub roms: Vec<(Rom, Memory)>,
    /// Bits of a beat of the output stream.
    pub output_bits: u32,
    /// Where the memories can be written.
    pub load: Option<LoadBus>,
}

/// The ports for writing the memories of a layer, or of a core: `load_data`, `load_addr`, and `load_enable` with a bit
/// for each memory. All memories see the same data; a memory of k bytes a row takes the top k of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LoadBus {
    /// Bits of the widest row in whole bytes.
    pub data_bits: u32,
    /// Of the deepest memory.
    pub addr_bits: u32,
    pub memories: u32,
}

impl LoadBus {
    fn new(roms: &[(Rom, Memory)]) -> LoadBus {
        let of = |of: fn(&Rom) -> u32| roms.iter().map(|(rom, _)| of(rom)).max().unwrap_or(1);
        LoadBus { data_bits: of(byte_bits), addr_bits: of(Rom::address_bits), memories: roms.len() as u32 }
    }

    pub fn ports(&self) -> [Port; 3] {
        [
            Port::input("load_data", self.data_bits, "a row; one of k bytes stands in the top k"),
            Port::input("load_addr", self.addr_bits, "its address"),
            Port::input("load_enable", self.memories, "a bit a memory, in the order of core.toml: it takes the row"),
        ]
    }
}

/// Bits of a row in whole bytes.
fn byte_bits(rom: &Rom) -> u32 {
    rom.width.next_multiple_of(8)
}

/// Bits `low` to `low + bits − 1` of `wire`, which has `all`.
pub(super) fn bits_of(wire: &str, low: u32, bits: u32, all: u32) -> String {
    match bits {
        _ if bits == all => wire.to_string(),
        1 => format!("{wire}[{low}]"),
        _ => format!("{wire}[{}:{low}]", low + bits - 1),
    }
}

/// Values that the lines below need many times.
struct Context<'a> {
    network: &'a Network,
    node: &'a Node,
    layer: &'a Layer,
    plan: &'a LayerPlan,
    /// Elements of a beat of each term's source.
    beats: Vec<usize>,
    /// Bits of one count (or pixel value) of the widest term.
    count_bits: u32,
    signed: bool,
    /// Time steps of an event.
    timesteps: u32,
    address_bits: u32,
}

pub(super) fn modules(
    prefix: &str,
    network: &Network,
    plans: &[Option<LayerPlan>],
    node: &Node,
    layer: &Layer,
    plan: &LayerPlan,
) -> Result<LayerModules> {
    check(node, layer)?;
    let readout = layer.is_readout();
    let summed = network.summed_timesteps(layer);
    let scanned = plan.scanned().map(|(term, _)| layer.terms[term].source);
    let elements: Vec<_> = scanned.map(|source| network.element_bits(source, summed)).collect();
    let channels = node.shape.channels;
    let slices = plan.fold.slices;
    let rows = (0..slices).map(|slice| plan.weight_rows(channels, slice)).max().unwrap_or(0);
    let context = Context {
        network,
        node,
        layer,
        plan,
        beats: layer.terms.iter().map(|term| schedule::beat_elements(network, plans, term.source)).collect(),
        count_bits: elements.iter().map(|(bits, _)| *bits).max().unwrap_or(1),
        signed: elements.iter().any(|(_, signed)| *signed),
        timesteps: network.separate_timesteps(layer),
        address_bits: address_bits(rows),
    };
    let (format, neurons) = memory::neurons(network, layer, plan.fold.units);
    if readout && (layer.widths.accumulator > 32 || format.bias_bits > 32) {
        return Err(Kind::TooWide { what: "its scores", most: 32 }.at(Place::layer(&node.name)));
    }
    let name = format!("{prefix}_{}", node.name);
    let writable = network.weights == WeightMode::Runtime;
    let rom =
        |name: &str, what: &str, memory: &Memory, storage, latency| rom(name, what, memory, storage, latency, writable);
    let mut roms = Vec::with_capacity(slices + 1);
    for slice in 0..slices {
        let weights = memory::weights(layer, plan, channels, slice);
        let (suffix, what) = match slices {
            1 => (String::new(), "weights".to_string()),
            _ => (format!("_{slice}"), format!("weights of slice {slice}")),
        };
        roms.push((rom(&format!("{name}_weights{suffix}"), &what, &weights, plan.fold.weights, 2), weights));
    }
    if let Some((term, _)) = plan.elementwise() {
        let weights = memory::elementwise(layer, term, plan.fold.units);
        let storage = Storage::Auto;
        roms.push((rom(&format!("{name}_elements"), "weights of the elementwise term", &weights, storage, 1), weights));
    }
    let what = if readout { "T·bias" } else { "{bias, theta}" };
    roms.push((rom(&format!("{name}_neurons"), what, &neurons, Storage::Auto, 1), neurons));
    let load = writable.then(|| LoadBus::new(&roms));
    let (module, output_bits) = context.module(&name, &roms, &format, load);
    Ok(LayerModules { module, roms, output_bits, load })
}

fn check(node: &Node, layer: &Layer) -> Result<()> {
    let images = layer.terms.iter().filter(|term| term.source == Source::Input).count();
    if images != 0 && images != layer.terms.len() {
        let kind = Kind::NoHardware {
            problem: "it adds a term over the input to a term over spikes".into(),
            advice: "put a layer of group neurons between the input and the sum",
        };
        return Err(kind.at(Place::layer(&node.name)));
    }
    if layer.is_readout() && node.shape.pixels() != 1 {
        let problem = format!("the readout has a map of {} pixels", node.shape.pixels());
        let advice = "end the network with a global average pool or a fully connected layer";
        return Err(Kind::NoHardware { problem, advice }.at(Place::layer(&node.name)));
    }
    Ok(())
}

fn rom(name: &str, what: &str, memory: &Memory, storage: Storage, latency: u32, writable: bool) -> Rom {
    let depth = memory.rows as u64;
    let block_rows = match writable {
        false => storage.block_rows(depth, memory.width),
        true => storage.writable_block_rows(depth, memory.width),
    };
    let place = match block_rows {
        0 => "distributed memory".to_string(),
        rows if rows == depth => "block RAM".to_string(),
        rows => format!("block RAM, from row {rows} on in distributed memory"),
    };
    Rom {
        name: name.to_string(),
        comment: format!("{name}: {what}, {} in {place}.", bits_text(depth * u64::from(memory.width))),
        file: format!("{name}.mem"),
        depth,
        width: memory.width,
        block_rows,
        latency,
        writable,
    }
}

fn bits_text(bits: u64) -> String {
    if bits < 1024 { format!("{bits} bits") } else { format!("{:.1} kbit", bits as f64 / 1024.0) }
}

pub(super) fn address_bits(depth: usize) -> u32 {
    (usize::BITS - depth.saturating_sub(1).leading_zeros()).max(1)
}

/// Part `index` of `parts` equal ones of `bits` bits each that `wire` holds.
fn part(wire: &str, index: usize, parts: usize, bits: u32) -> String {
    let low = index as u32 * bits;
    match (parts, bits) {
        (1, _) => wire.to_string(),
        (_, 1) => format!("{wire}[{low}]"),
        _ => format!("{wire}[{}:{low}]", low + bits - 1),
    }
}

/// Expressions side by side, the first in the low bits.
fn concatenation(mut parts: Vec<String>) -> String {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    parts.reverse();
    format!("{{{}}}", parts.join(", "))
}

impl Context<'_> {
    fn module(
        &self,
        name: &str,
        roms: &[(Rom, Memory)],
        format: &NeuronFormat,
        load: Option<LoadBus>,
    ) -> (Module, u32) {
        let readout = self.layer.is_readout();
        let units = self.plan.fold.units;
        let output_bits = if readout { 32 } else { self.network.timesteps * self.layer.widths.count * units as u32 };
        let terms = self.layer.terms.len();
        let mut module = Module { name: name.to_string(), comment: self.comment(name), ..Module::default() };
        module.parameters.push(memory_folder());
        module.ports.push(Port::input("clk", 1, ""));
        module.ports.push(Port::input("rst", 1, "synchronous, active high"));
        for term in 0..terms {
            let stream = self.stream(term);
            let what = match self.beats[term] {
                1 => "one element, time step 0 in the low bits".to_string(),
                several => format!("{several} elements, the first and time step 0 in the low bits"),
            };
            module.ports.push(Port::input(format!("{stream}_tdata"), self.beat_bits(term), what));
            module.ports.push(Port::input(format!("{stream}_tvalid"), 1, ""));
            module.ports.push(Port::output(format!("{stream}_tready"), 1, ""));
        }
        let what = match (readout, units) {
            (true, _) => "score of one class, signed".to_string(),
            (false, 1) => "counts of one neuron, time step 0 in the low bits".to_string(),
            (false, _) => format!("counts of {units} neurons, the first and time step 0 in the low bits"),
        };
        module.ports.push(Port::output("m_axis_tdata", output_bits, what));
        if readout {
            module.ports.push(Port::output("m_axis_tlast", 1, "last class"));
        }
        module.ports.push(Port::output("m_axis_tvalid", 1, ""));
        module.ports.push(Port::input("m_axis_tready", 1, ""));
        let slices = self.plan.fold.slices as u32;
        module.ports.push(Port::output("status_event", slices, "a bit a slice: an event is processed in this clock"));
        module.ports.push(Port::output("status_busy", 1, "at work, and not held up by what follows"));
        module.ports.extend(load.iter().flat_map(LoadBus::ports));

        for term in 0..terms {
            match self.plan.terms[term].is_scanned() {
                true => self.scanner(&mut module, term),
                false => self.queue(&mut module, term),
            }
        }
        for slice in 0..self.plan.fold.slices {
            self.join(&mut module, slice);
        }
        self.memories(&mut module, roms, load);
        self.engine(&mut module, format);
        (module, output_bits)
    }

    fn comment(&self, name: &str) -> String {
        let kind = if self.layer.is_readout() { "readout" } else { "group neurons" };
        let fold = &self.plan.fold;
        let mut text = format!(
            "{name}: {kind}, output {}, {} lanes in {} segment(s), {} slice(s), {} unit(s).\n",
            self.node.shape,
            fold.lanes,
            self.plan.segments(self.node.shape.channels),
            fold.slices,
            fold.units,
        );
        for (term, plan) in self.layer.terms.iter().zip(&self.plan.terms) {
            let window = term.window;
            let kind = match (plan.kind, plan.blocks) {
                (TermKind::Elementwise, _) => ", element by element".to_string(),
                (TermKind::Vector, _) => ", a count for each lane".to_string(),
                (TermKind::Scalar, 1) => String::new(),
                (TermKind::Scalar, blocks) => format!(", {blocks} blocks of channels"),
            };
            text += &format!(
                "Term from {} ({}): {}×{} window, stride {}×{}, shift {}{kind}.\n",
                source_name(self.network, term.source),
                self.network.source_shape(term.source),
                window.kernel[0],
                window.kernel[1],
                window.stride[0],
                window.stride[1],
                term.shift
            );
        }
        text
    }

    /// Bits of a beat that comes over a term's input port: before timestep_sum, all time steps.
    fn beat_bits(&self, term: usize) -> u32 {
        let source = self.layer.terms[term].source;
        let bits = self.network.element_bits(source, 1).0;
        let timesteps = if source == Source::Input { 1 } else { self.network.timesteps };
        bits * timesteps * self.beats[term] as u32
    }

    fn stream(&self, term: usize) -> String {
        if self.layer.terms.len() == 1 { "s_axis".into() } else { format!("s_axis_{term}") }
    }

    /// Whether slice 0 has events with a count for each lane.
    fn has_vector(&self) -> bool {
        self.plan.terms.iter().any(|term| term.kind == TermKind::Vector)
    }
}

/// The name of what a term or pool reads.
pub(super) fn source_name(network: &Network, source: Source) -> &str {
    match source {
        Source::Input => "image",
        Source::Node(index) => &network.nodes[index].name,
    }
}
