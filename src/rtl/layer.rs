//! One layer's module: a scanner for each term, the join of their events, the engine and its two memories.

use super::memory::{self, Memory, NeuronFormat};
use super::netlist::{Item, Module, Parameter, Port, Rom, RomStyle, Wire};
use crate::fixed_point::{Layer, Network, Node, Source};
use crate::schedule::{self, LayerPlan, is_readout};
use crate::{Error, Result};

/// Memories of fewer bits, or of fewer words, are better kept in LUTs than in a block RAM of 16 or 18 kbit.
const BLOCK_MIN_BITS: u64 = 2048;
const BLOCK_MIN_ROWS: usize = 32;

/// The modules of one layer and the contents of its memories.
pub(super) struct LayerModules {
    pub module: Module,
    pub roms: Vec<(Rom, Memory)>,
    /// Bits of a beat of the output stream.
    pub output_bits: u32,
}

/// What the lines below need again and again.
struct Context<'a> {
    network: &'a Network,
    node: &'a Node,
    layer: &'a Layer,
    plan: &'a LayerPlan,
    /// Bits of one count (or pixel value) of the widest term.
    count_bits: u32,
    signed: bool,
    /// Time steps of an event.
    steps: u32,
    address_bits: u32,
}

pub(super) fn modules(
    prefix: &str,
    network: &Network,
    node: &Node,
    layer: &Layer,
    plan: &LayerPlan,
) -> Result<LayerModules> {
    check(node, layer)?;
    let readout = is_readout(layer);
    let from_image = memory::reads_image(layer);
    let summed = if readout { network.timesteps } else { 1 };
    let elements: Vec<_> =
        layer.terms.iter().map(|term| schedule::element_bits(network, term.source, summed)).collect();
    let rows: usize = plan.terms.iter().map(|term| term.geometry.weight_rows()).sum();
    let context = Context {
        network,
        node,
        layer,
        plan,
        count_bits: elements.iter().map(|(bits, _)| *bits).max().unwrap_or(1),
        signed: elements.iter().any(|(_, signed)| *signed),
        steps: if readout || from_image { 1 } else { network.timesteps },
        address_bits: address_bits(rows * plan.segments(node.shape.channels)),
    };
    let weights = memory::weights(layer, plan);
    let (format, neurons) = memory::neurons(network, layer);
    if readout && (layer.widths.accumulator > 32 || format.bias_bits > 32) {
        return Err(Error::layer(
            &node.name,
            "its sums need more than the 32 bits of a score",
            "use fewer --weight-bits or --timesteps",
        ));
    }
    let name = format!("{prefix}_{}", node.name);
    let weight_rom = rom(&format!("{name}_weights"), "weights", &weights);
    let neuron_rom = rom(&format!("{name}_neurons"), if readout { "T·bias" } else { "{bias, step}" }, &neurons);
    let (module, output_bits) = context.module(&name, &weight_rom, &neuron_rom, &format);
    Ok(LayerModules { module, roms: vec![(weight_rom, weights), (neuron_rom, neurons)], output_bits })
}

fn check(node: &Node, layer: &Layer) -> Result<()> {
    let images = layer.terms.iter().filter(|term| term.source == Source::Input).count();
    if images != 0 && images != layer.terms.len() {
        return Err(Error::layer(
            &node.name,
            "it adds a term over the image to a term over spikes",
            "put a group-neuron layer between the image and the sum",
        ));
    }
    if is_readout(layer) && node.shape.pixels() != 1 {
        return Err(Error::layer(
            &node.name,
            format!("the readout has a map of {} pixels", node.shape.pixels()),
            "end the network with a global average pool or a fully connected layer",
        ));
    }
    Ok(())
}

fn rom(name: &str, what: &str, memory: &Memory) -> Rom {
    let bits = memory.rows as u64 * u64::from(memory.width);
    let block = bits >= BLOCK_MIN_BITS && memory.rows >= BLOCK_MIN_ROWS;
    Rom {
        name: name.to_string(),
        comment: format!(
            "{name}: {what}, {} in {} memory.",
            bits_text(bits),
            if block { "block" } else { "distributed" }
        ),
        file: format!("{name}.mem"),
        depth: memory.rows as u64,
        width: memory.width,
        style: if block { RomStyle::Block } else { RomStyle::Distributed },
    }
}

fn bits_text(bits: u64) -> String {
    if bits < 1024 { format!("{bits} bits") } else { format!("{:.1} kbit", bits as f64 / 1024.0) }
}

pub(super) fn address_bits(depth: usize) -> u32 {
    (usize::BITS - depth.saturating_sub(1).leading_zeros()).max(1)
}

pub(super) fn int(name: &str, value: impl TryInto<i64>) -> (String, Parameter) {
    // Every value here is a size, far below what an i64 holds.
    (name.to_string(), Parameter::Int(value.try_into().unwrap_or(i64::MAX)))
}

pub(super) fn connect(port: &str, expression: impl Into<String>) -> (String, String) {
    (port.to_string(), expression.into())
}

impl Context<'_> {
    fn module(&self, name: &str, weight_rom: &Rom, neuron_rom: &Rom, format: &NeuronFormat) -> (Module, u32) {
        let readout = is_readout(self.layer);
        let output_bits = if readout { 32 } else { self.network.timesteps * self.layer.widths.count };
        let terms = self.layer.terms.len();
        let mut module = Module { name: name.to_string(), comment: self.comment(name), ..Module::default() };
        module.ports.push(Port::input("clk", 1, ""));
        module.ports.push(Port::input("rst", 1, "synchronous, active high"));
        for term in 0..terms {
            let source = self.layer.terms[term].source;
            let bits = self.stream_bits(source);
            let stream = self.stream(term);
            module.ports.push(Port::input(format!("{stream}_tdata"), bits, "one element, step 0 in the low bits"));
            module.ports.push(Port::input(format!("{stream}_tvalid"), 1, ""));
            module.ports.push(Port::output(format!("{stream}_tready"), 1, ""));
        }
        let what = if readout { "score of one class, signed" } else { "counts of one neuron, step 0 in the low bits" };
        module.ports.push(Port::output("m_axis_tdata", output_bits, what));
        if readout {
            module.ports.push(Port::output("m_axis_tlast", 1, "last class"));
        }
        module.ports.push(Port::output("m_axis_tvalid", 1, ""));
        module.ports.push(Port::input("m_axis_tready", 1, ""));
        module.ports.push(Port::output("status_event", 1, "an event is processed in this clock"));
        module.ports.push(Port::output("status_busy", 1, "at work, and not held up by what follows"));

        for term in 0..terms {
            self.scanner(&mut module, term);
        }
        self.join(&mut module);
        self.engine(&mut module, weight_rom, neuron_rom, format);
        (module, output_bits)
    }

    fn comment(&self, name: &str) -> String {
        let kind = if is_readout(self.layer) { "readout" } else { "group neurons" };
        let mut text = format!(
            "{name}: {kind}, output {}, {} lanes in {} segment(s).\n",
            self.node.shape,
            self.plan.lanes,
            self.plan.segments(self.node.shape.channels)
        );
        for term in &self.layer.terms {
            let window = term.window;
            text += &format!(
                "Term from {} ({}): {}×{} window, stride {}×{}, shift {}.\n",
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

    /// Bits of a beat that comes over a term's input port: before step_sum, all time steps.
    fn stream_bits(&self, source: Source) -> u32 {
        let bits = schedule::element_bits(self.network, source, 1).0;
        if source == Source::Input { bits } else { bits * self.network.timesteps }
    }

    fn stream(&self, term: usize) -> String {
        if self.layer.terms.len() == 1 { "s_axis".into() } else { format!("s_axis_{term}") }
    }

    fn scanner(&self, module: &mut Module, term: usize) {
        let source = self.layer.terms[term].source;
        let plan = &self.plan.terms[term];
        let geometry = &plan.geometry;
        let bits = schedule::term_element_bits(self.network, self.layer, source);
        let stream = self.stream(term);
        let wire = |name: &str| format!("term_{term}_{name}");
        let mut data = format!("{stream}_tdata");
        if is_readout(self.layer) && source != Source::Input && self.network.timesteps > 1 {
            let count_bits = schedule::element_bits(self.network, source, 1).0;
            data = wire("sum");
            module.wires.push(Wire::new(&data, bits));
            module.body.push(Item::Comment("The readout needs the sum of the counts over time only.".into()));
            module.body.push(Item::Instance {
                module: "step_sum".into(),
                name: wire("step_sum"),
                parameters: vec![
                    int("STEPS", self.network.timesteps),
                    int("COUNT_BITS", count_bits),
                    int("SUM_BITS", bits),
                ],
                connections: vec![connect("counts", format!("{stream}_tdata")), connect("sum", &data)],
            });
        }
        for (name, width) in [
            ("event_addr", self.address_bits),
            ("event_counts", bits),
            ("event_last", 1),
            ("event_marker", 1),
            ("event_valid", 1),
            ("event_ready", 1),
            ("busy", 1),
        ] {
            module.wires.push(Wire::new(wire(name), width));
        }
        module.body.push(Item::Instance {
            module: "event_scanner".into(),
            name: wire("scanner"),
            parameters: vec![
                int("ELEMENT_BITS", bits),
                int("MAP_HEIGHT", geometry.map_height as i64),
                int("ROW_ELEMENTS", geometry.row_elements as i64),
                int("KERNEL_HEIGHT", geometry.kernel_height as i64),
                int("RUN", geometry.run as i64),
                int("STRIDE_HEIGHT", geometry.stride_height as i64),
                int("STEP", geometry.step as i64),
                int("PAD_TOP", geometry.pad_top as i64),
                int("PAD_LEFT", geometry.pad_left as i64),
                int("OUT_HEIGHT", geometry.out_height as i64),
                int("OUT_WIDTH", geometry.out_width as i64),
                int("SEGMENTS", self.plan.segments(self.node.shape.channels) as i64),
                int("WORD_LOG2", plan.word_log2),
                int("ROWS", plan.rows as i64),
                int("QUEUE_LOG2", plan.queue_log2),
                int("WEIGHT_ADDR_BITS", self.address_bits),
            ],
            connections: vec![
                connect("clk", "clk"),
                connect("rst", "rst"),
                connect("s_axis_tdata", data),
                connect("s_axis_tvalid", format!("{stream}_tvalid")),
                connect("s_axis_tready", format!("{stream}_tready")),
                connect("m_event_addr", wire("event_addr")),
                connect("m_event_counts", wire("event_counts")),
                connect("m_event_last", wire("event_last")),
                connect("m_event_marker", wire("event_marker")),
                connect("m_event_valid", wire("event_valid")),
                connect("m_event_ready", wire("event_ready")),
                connect("busy", wire("busy")),
            ],
        });
    }

    /// One value a term, term 0 in the low bits.
    fn concatenation(&self, value: impl Fn(usize) -> String) -> String {
        let parts: Vec<_> = (0..self.layer.terms.len()).rev().map(value).collect();
        format!("{{{}}}", parts.join(", "))
    }

    /// The counts of a term's event with every time step's field widened to the widest term's.
    fn widened_counts(&self, term: usize) -> String {
        let summed = if is_readout(self.layer) { self.network.timesteps } else { 1 };
        let bits = schedule::element_bits(self.network, self.layer.terms[term].source, summed).0;
        let pad = self.count_bits - bits;
        let wire = format!("term_{term}_event_counts");
        if pad == 0 {
            return wire;
        }
        if self.steps * bits == 1 {
            // A one-bit wire has no bits to select.
            return format!("{pad}'d0, {wire}");
        }
        let field = |step: u32| format!("{pad}'d0, {wire}[{}:{}]", (step + 1) * bits - 1, step * bits);
        let fields: Vec<_> = (0..self.steps).rev().map(field).collect();
        fields.join(", ")
    }

    fn join(&self, module: &mut Module) {
        let terms = self.layer.terms.len();
        if terms == 1 {
            return;
        }
        let counts_bits = self.steps * self.count_bits;
        for (name, width) in [
            ("event_addr", self.address_bits),
            ("event_counts", counts_bits),
            ("event_shift", 5),
            ("event_last", 1),
            ("event_marker", 1),
            ("event_valid", 1),
            ("event_ready", 1),
            ("busy", 1),
        ] {
            module.wires.push(Wire::new(format!("join_{name}"), width));
        }
        let segments = self.plan.segments(self.node.shape.channels);
        let mut base = 0;
        let mut bases = String::new();
        let mut shifts = 0u128;
        for (term, plan) in self.plan.terms.iter().enumerate() {
            bases = format!("{base:08x}{bases}");
            base += segments * plan.geometry.weight_rows();
            shifts |= u128::from(self.layer.terms[term].shift) << (5 * term);
        }
        let per_term = |name: &str| {
            let name = name.to_string();
            self.concatenation(move |term| format!("term_{term}_{name}"))
        };
        module.body.push(Item::Instance {
            module: "event_join".into(),
            name: "term_join".into(),
            parameters: vec![
                int("TERMS", terms as i64),
                int("COUNTS_BITS", counts_bits),
                int("WEIGHT_ADDR_BITS", self.address_bits),
                ("BASES".into(), Parameter::Sized { width: 32 * terms as u32, hex: bases }),
                ("SHIFTS".into(), Parameter::Sized { width: 5 * terms as u32, hex: format!("{shifts:x}") }),
            ],
            connections: vec![
                connect("clk", "clk"),
                connect("rst", "rst"),
                connect("s_event_addr", per_term("event_addr")),
                connect("s_event_counts", self.concatenation(|term| self.widened_counts(term))),
                connect("s_event_last", per_term("event_last")),
                connect("s_event_marker", per_term("event_marker")),
                connect("s_event_valid", per_term("event_valid")),
                connect("s_event_ready", per_term("event_ready")),
                connect("s_busy", per_term("busy")),
                connect("m_event_addr", "join_event_addr"),
                connect("m_event_counts", "join_event_counts"),
                connect("m_event_shift", "join_event_shift"),
                connect("m_event_last", "join_event_last"),
                connect("m_event_marker", "join_event_marker"),
                connect("m_event_valid", "join_event_valid"),
                connect("m_event_ready", "join_event_ready"),
                connect("busy", "join_busy"),
            ],
        });
    }

    fn engine(&self, module: &mut Module, weight_rom: &Rom, neuron_rom: &Rom, format: &NeuronFormat) {
        let readout = is_readout(self.layer);
        let terms = self.layer.terms.len();
        let channels = self.node.shape.channels;
        let channel_bits = address_bits(channels);
        let from = if terms == 1 { "term_0_event" } else { "join_event" };
        let shift =
            if terms == 1 { format!("5'd{}", self.layer.terms[0].shift) } else { "join_event_shift".to_string() };
        let busy = if terms == 1 { "term_0_busy" } else { "join_busy" };

        for (name, width) in [
            ("weight_enable", 1),
            ("weight_addr", self.address_bits),
            ("weight_row", weight_rom.width),
            ("neuron_enable", 1),
            ("neuron_addr", channel_bits),
            ("neuron_row", neuron_rom.width),
        ] {
            module.wires.push(Wire::new(name, width));
        }
        for (rom, memory) in [(weight_rom, "weight"), (neuron_rom, "neuron")] {
            module.body.push(Item::Instance {
                module: rom.name.clone(),
                name: format!("{memory}_memory"),
                parameters: vec![],
                connections: vec![
                    connect("clk", "clk"),
                    connect("en", format!("{memory}_enable")),
                    connect("addr", format!("{memory}_addr")),
                    connect("data", format!("{memory}_row")),
                ],
            });
        }

        let max_shift = self.layer.terms.iter().map(|term| term.shift).max().unwrap_or(0);
        let mut parameters = vec![
            int("IN_BITS", self.count_bits),
            int("IN_SIGNED", i64::from(self.signed)),
            int("CHANNELS", channels as i64),
            int("LANES", self.plan.lanes as i64),
            int("WEIGHT_BITS", self.layer.weight_bits),
            int("WEIGHT_ADDR_BITS", self.address_bits),
            int("ACC_BITS", self.layer.widths.accumulator),
            // A pixel times a weight is worth a DSP block; a count is a few gated adds.
            int("USE_MULTIPLIER", i64::from(memory::reads_image(self.layer))),
            int("MAX_SHIFT", max_shift),
            int("BIAS_BITS", format.bias_bits),
            int("CHANNEL_BITS", channel_bits),
        ];
        if readout {
            let factor = if memory::reads_image(self.layer) { self.network.timesteps } else { 1 };
            parameters.push(int("FACTOR", factor));
        } else {
            parameters.extend([
                int("IN_STEPS", self.steps),
                int("TIMESTEPS", self.network.timesteps),
                int("MEMBERS", self.network.members),
                int("STEP_BITS", format.step_bits),
                int("POW2", i64::from(format.step_log2.is_some())),
                int("STEP_LOG2", format.step_log2.unwrap_or(1)),
                int("MEMBRANE_BITS", format.membrane_bits),
                int("COUNT_BITS", self.layer.widths.count),
            ]);
        }
        let mut connections = vec![
            connect("clk", "clk"),
            connect("rst", "rst"),
            connect("s_event_addr", format!("{from}_addr")),
            connect("s_event_counts", format!("{from}_counts")),
            connect("s_event_shift", shift),
            connect("s_event_last", format!("{from}_last")),
            connect("s_event_marker", format!("{from}_marker")),
            connect("s_event_valid", format!("{from}_valid")),
            connect("s_event_ready", format!("{from}_ready")),
            connect("scanning", busy),
            connect("m_axis_tdata", "m_axis_tdata"),
        ];
        if readout {
            connections.push(connect("m_axis_tlast", "m_axis_tlast"));
        }
        connections.extend([
            connect("m_axis_tvalid", "m_axis_tvalid"),
            connect("m_axis_tready", "m_axis_tready"),
            connect("weight_enable", "weight_enable"),
            connect("weight_addr", "weight_addr"),
            connect("weight_row", "weight_row"),
            connect("neuron_enable", "neuron_enable"),
            connect("neuron_addr", "neuron_addr"),
            connect("neuron_row", "neuron_row"),
            connect("status_event", "status_event"),
            connect("status_busy", "status_busy"),
        ]);
        module.body.push(Item::Instance {
            module: if readout { "readout_engine" } else { "layer_engine" }.into(),
            name: "engine".into(),
            parameters,
            connections,
        });
    }
}

/// The name of what a term or pool reads.
pub(super) fn source_name(network: &Network, source: Source) -> &str {
    match source {
        Source::Input => "image",
        Source::Node(index) => &network.nodes[index].name,
    }
}
