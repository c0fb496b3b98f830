//! The engine of a layer and its memories.

use super::{
    Context, LoadBus, address_bits, bits_of, byte_bits, concatenation, connect, int, part, same_memory_folder,
};
use crate::rtl::memory::{Memory, NeuronFormat};
use crate::rtl::netlist::{Item, Module, Parameter, Rom, Wire};
use crate::schedule::Firing;

/// The instance of the engine while it is being built.
struct Engine {
    parameters: Vec<(String, Parameter)>,
    connections: Vec<(String, String)>,
}

impl Context<'_> {
    pub(super) fn memories(&self, module: &mut Module, roms: &[(Rom, Memory)], load: Option<LoadBus>) {
        let fold = &self.plan.fold;
        let neuron_address = address_bits(self.node.shape.channels / fold.units);
        let (weight_roms, other_roms) = roms.split_at(fold.slices);
        let row_bits = weight_roms[0].0.width;
        let slices = fold.slices as u32;
        let (neuron_rom, element_rom) = match other_roms {
            [element, neuron] => (neuron, Some(element)),
            all => (&all[0], None),
        };
        if let Some((rom, _)) = element_rom {
            for (name, width) in [("element_enable", 1), ("element_addr", neuron_address), ("element_row", rom.width)] {
                module.wires.push(Wire::new(name, width));
            }
        }
        for (name, width) in [
            ("weight_enable", slices),
            ("weight_addr", slices * self.address_bits),
            ("weight_row", slices * row_bits),
            ("neuron_enable", 1),
            ("neuron_addr", neuron_address),
            ("neuron_row", neuron_rom.0.width),
        ] {
            module.wires.push(Wire::new(name, width));
        }
        let mut number = 0;
        let mut memory = |rom: &Rom, name: String, enable: String, addr: String, data: String| {
            let mut connections =
                vec![connect("clk", "clk"), connect("en", enable), connect("addr", addr), connect("data", data)];
            if let Some(LoadBus { data_bits, addr_bits, memories }) = load {
                connections.extend([
                    connect("load_enable", bits_of("load_enable", number, 1, memories)),
                    connect("load_addr", bits_of("load_addr", 0, rom.address_bits(), addr_bits)),
                    connect("load_data", bits_of("load_data", data_bits - byte_bits(rom), rom.width, data_bits)),
                ]);
            }
            number += 1;
            module.body.push(Item::Instance {
                module: rom.name.clone(),
                name,
                parameters: vec![same_memory_folder()],
                connections,
            });
        };
        let mut unused = Vec::new();
        for (slice, (rom, _)) in weight_roms.iter().enumerate() {
            let suffix = if fold.slices == 1 { String::new() } else { format!("_{slice}") };
            let own = |wire: &str, bits| part(wire, slice, fold.slices, bits);
            // A slice with fewer rows than the largest one needs fewer bits of the address.
            let low = slice as u32 * self.address_bits;
            if rom.address_bits() < self.address_bits {
                unused.push((slice, low + rom.address_bits(), low + self.address_bits - 1));
            }
            let addr = match (rom.address_bits() == self.address_bits, rom.address_bits()) {
                (true, bits) => own("weight_addr", bits),
                (false, 1) => format!("weight_addr[{low}]"),
                (false, bits) => format!("weight_addr[{}:{low}]", low + bits - 1),
            };
            let name = format!("weight_memory{suffix}");
            memory(rom, name, own("weight_enable", 1), addr, own("weight_row", row_bits));
        }
        let own = |wire: &str| wire.to_string();
        if let Some((rom, _)) = element_rom {
            memory(rom, own("element_memory"), own("element_enable"), own("element_addr"), own("element_row"));
        }
        memory(&neuron_rom.0, own("neuron_memory"), own("neuron_enable"), own("neuron_addr"), own("neuron_row"));
        if load.is_some() {
            // The bits that fill up the bytes of the widest row are not used.
            module.wires.push(Wire::new("unused_load_data", 1));
            let expression = "&{1'b0, load_data}".into();
            module.body.push(Item::Assign { target: "unused_load_data".into(), expression });
        }
        for (slice, low, high) in unused {
            let wire = format!("unused_weight_addr_{slice}");
            let bits = if low == high { format!("weight_addr[{low}]") } else { format!("weight_addr[{high}:{low}]") };
            module.wires.push(Wire::new(&wire, 1));
            module.body.push(Item::Assign { target: wire, expression: format!("&{{1'b0, {bits}}}") });
        }
    }

    pub(super) fn engine(&self, module: &mut Module, format: &NeuronFormat) {
        let readout = self.layer.is_readout();
        let fold = &self.plan.fold;
        let channels = self.node.shape.channels;
        let [arithmetic, lanes_packed, timesteps_packed] = self.plan.arithmetic(self.layer).parameters();
        // Terms are far from 32 bits of shift: their sums would not fit.
        let shift = |term: usize| self.layer.terms[term].shift;
        let shifts = self.plan.scanned().fold(0u32, |all, (term, _)| all | 1 << shift(term).min(31));
        let max_shift = self.plan.scanned().map(|(term, _)| shift(term)).max().unwrap_or(0);
        let parameters = vec![
            int("IN_BITS", self.count_bits),
            int("IN_MOST", self.network.most_count(self.layer)),
            int("IN_SIGNED", i64::from(self.signed)),
            int("CHANNELS", channels as i64),
            int("LANES", fold.lanes as i64),
            int("WEIGHT_BITS", self.layer.weight_bits),
            int("WEIGHT_ADDR_BITS", self.address_bits),
            int("ACC_BITS", self.layer.widths.accumulator),
            int("ARITHMETIC", arithmetic),
            int("LANES_PACKED", lanes_packed),
            int("MAX_SHIFT", max_shift),
            ("SHIFTS".into(), Parameter::Sized { width: 32, hex: format!("{shifts:x}") }),
            int("SUM_QUEUE_LOG2", self.plan.sum_queue_log2()),
            int("BIAS_BITS", format.bias_bits),
        ];
        let connections = vec![connect("clk", "clk"), connect("rst", "rst")];
        let mut engine = Engine { parameters, connections };
        if readout {
            let factor = if self.layer.reads_input() { self.network.timesteps } else { 1 };
            engine.parameters.extend([int("FACTOR", factor), int("CHANNEL_BITS", address_bits(channels))]);
        } else {
            engine.parameters.extend([
                int("SLICES", fold.slices as i64),
                int("UNITS", fold.units as i64),
                int("VECTOR", i64::from(self.has_vector())),
                int("IN_TIMESTEPS", self.timesteps),
                int("TIMESTEPS_PACKED", timesteps_packed),
                int("SERIAL", i64::from(fold.firing == Firing::Serial)),
                int("TIMESTEPS", self.network.timesteps),
                int("MEMBERS", self.network.members),
                int("THETA_BITS", format.theta_bits),
                int("POW2", i64::from(format.theta_log2.is_some())),
                int("THETA_LOG2", format.theta_log2.unwrap_or(1)),
                int("MEMBRANE_BITS", format.membrane_bits),
                int("COUNT_BITS", self.layer.widths.count),
                int("BEAT_ADDR_BITS", address_bits(channels / fold.units)),
            ]);
        }
        let every = |signal: &str| concatenation((0..fold.slices).map(|slice| self.event(slice, signal)).collect());
        for signal in ["addr", "counts", "shift", "last", "marker", "valid", "ready"] {
            engine.connections.push(connect(&format!("s_event_{signal}"), every(signal)));
        }
        if !readout {
            engine.connections.push(connect("s_event_vector", self.event(0, "vector")));
            self.elements(module, &mut engine);
        }
        engine.connections.push(connect("scanning", every("busy")));
        engine.connections.push(connect("m_axis_tdata", "m_axis_tdata"));
        if readout {
            engine.connections.push(connect("m_axis_tlast", "m_axis_tlast"));
        }
        for signal in [
            "m_axis_tvalid",
            "m_axis_tready",
            "weight_enable",
            "weight_addr",
            "weight_row",
            "neuron_enable",
            "neuron_addr",
            "neuron_row",
            "status_event",
            "status_busy",
        ] {
            engine.connections.push(connect(signal, signal));
        }
        module.body.push(Item::Instance {
            module: if readout { "volley_readout_engine" } else { "volley_layer_engine" }.into(),
            name: "engine".into(),
            parameters: engine.parameters,
            connections: engine.connections,
        });
    }

    /// The engine's parameters of the elementwise term, and what its ports are connected to: nothing where there is none.
    fn elements(&self, module: &mut Module, engine: &mut Engine) {
        let units = self.plan.fold.units as u32;
        let (prefix, counts, valid, row, parameters) = match self.plan.elementwise() {
            Some((term, plan)) => {
                let shift = self.layer.terms[term].shift;
                let bits = plan.element_bits / self.timesteps;
                let parameters = [("ELEMENTWISE", 1), ("ELEMENT_BITS", bits), ("ELEMENT_SHIFT", shift)];
                ("", "element_counts".into(), "element_valid".into(), "element_row".into(), parameters.to_vec())
            }
            None => {
                let address = address_bits(self.node.shape.channels / self.plan.fold.units);
                for (name, width) in [("element_ready", 1), ("element_enable", 1), ("element_addr", address)] {
                    module.wires.push(Wire::new(format!("unused_{name}"), width));
                }
                let zero = |bits: u32| format!("{bits}'d0");
                let row = zero(units * self.layer.weight_bits);
                ("unused_", zero(units * self.timesteps), zero(1), row, vec![("ELEMENT_BITS", 1)])
            }
        };
        engine.parameters.extend(parameters.into_iter().map(|(name, value)| int(name, value)));
        engine.connections.extend([
            connect("s_counts_tdata", counts),
            connect("s_counts_tvalid", valid),
            connect("s_counts_tready", format!("{prefix}element_ready")),
            connect("element_enable", format!("{prefix}element_enable")),
            connect("element_addr", format!("{prefix}element_addr")),
            connect("element_row", row),
        ]);
    }
}
