//! The scanners of a layer's terms, and in each slice the join of their events.

use super::{Context, address_bits, concatenation, connect, int, part};
use crate::fixed_point::Source;
use crate::rtl::netlist::{Item, Module, Parameter, Wire};
use crate::schedule::{TermKind, TermPlan};

impl Context<'_> {
    pub(super) fn scanner(&self, module: &mut Module, term: usize) {
        let plan = &self.plan.terms[term];
        let geometry = &plan.geometry;
        let slices = plan.slices as u32;
        let stream = self.stream(term);
        let wire = |name: &str| format!("term_{term}_{name}");
        let (data, beat_bits) = self.summed(module, term);
        for (name, width) in [
            ("event_addr", slices * self.address_bits),
            ("event_counts", slices * plan.element_bits),
            ("event_last", slices),
            ("event_marker", slices),
            ("event_valid", slices),
            ("event_ready", slices),
            ("busy", slices),
        ] {
            module.wires.push(Wire::new(wire(name), width));
        }
        let source = self.network.source_shape(self.layer.terms[term].source);
        // A window of the whole map is walked as one row.
        let rows = if geometry.map_height == source.height { source.height } else { 1 };
        let beats = self.beats[term];
        let pixel_words = source.channels / plan.blocks / plan.word_counts;
        let words = (plan.rows * plan.row_words()) as u64;
        let block = self.plan.fold.buffers.block_rows(words, plan.word_bits()) > 0;
        module.body.push(Item::Instance {
            module: "volley_event_scanner".into(),
            name: wire("scanner"),
            parameters: vec![
                int("BEAT_BITS", beat_bits),
                int("BEATS_LOG2", (plan.word_counts / beats).ilog2()),
                int("ROW_BEATS", (source.elements() / rows / beats) as i64),
                int("ELEMENT_BITS", plan.element_bits),
                int("SLICES", slices),
                int("BLOCKS", plan.blocks as i64),
                int("PIXEL_WORDS", pixel_words.max(1) as i64),
                int("MAP_HEIGHT", geometry.map_height as i64),
                int("ROW_ELEMENTS", geometry.row_elements as i64),
                int("KERNEL_HEIGHT", geometry.kernel_height as i64),
                int("RUN", geometry.run as i64),
                int("STRIDE_HEIGHT", geometry.stride_height as i64),
                int("STRIDE_ELEMENTS", geometry.stride_elements as i64),
                int("PAD_TOP", geometry.pad_top as i64),
                int("PAD_LEFT", geometry.pad_left as i64),
                int("OUT_HEIGHT", geometry.out_height as i64),
                int("OUT_WIDTH", geometry.out_width as i64),
                int("SEGMENTS", self.plan.segments(self.node.shape.channels) as i64),
                int("WORD_LOG2", plan.word_log2),
                int("ROWS", plan.rows as i64),
                int("BLOCK_RAM", i64::from(block)),
                int("QUEUE_LOG2", plan.queue_log2),
                int("WEIGHT_ADDR_BITS", self.address_bits),
            ]
            .into_iter()
            .chain(order(plan))
            .collect(),
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

    /// The queue of an elementwise term: its source's rows, beat by beat.
    pub(super) fn queue(&self, module: &mut Module, term: usize) {
        let plan = &self.plan.terms[term];
        let stream = self.stream(term);
        let bits = self.beat_bits(term);
        let beats = (plan.rows * plan.geometry.row_elements / self.beats[term]) as u64;
        let block = self.plan.fold.buffers.block_rows(beats, bits) > 0;
        for (name, width) in [("element_counts", bits), ("element_valid", 1), ("element_ready", 1)] {
            module.wires.push(Wire::new(name, width));
        }
        module.body.push(Item::Instance {
            module: "volley_spike_queue".into(),
            name: format!("term_{term}_queue"),
            parameters: vec![
                int("WIDTH", bits),
                int("DEPTH", beats as i64),
                int("ADDR_BITS", address_bits(beats as usize)),
                int("BLOCK_RAM", i64::from(block)),
            ],
            connections: vec![
                connect("clk", "clk"),
                connect("rst", "rst"),
                connect("s_axis_tdata", format!("{stream}_tdata")),
                connect("s_axis_tvalid", format!("{stream}_tvalid")),
                connect("s_axis_tready", format!("{stream}_tready")),
                connect("m_axis_tdata", "element_counts"),
                connect("m_axis_tvalid", "element_valid"),
                connect("m_axis_tready", "element_ready"),
            ],
        });
    }

    /// What the scanner of `term` reads, and bits of a beat of it: the stream, or for a readout its sum over time.
    fn summed(&self, module: &mut Module, term: usize) -> (String, u32) {
        let stream = format!("{}_tdata", self.stream(term));
        let source = self.layer.terms[term].source;
        if !self.layer.is_readout() || source == Source::Input || self.network.timesteps == 1 {
            return (stream, self.beat_bits(term));
        }
        let bits = self.network.term_element_bits(self.layer, source);
        let count_bits = self.network.element_bits(source, 1).0;
        let beats = self.beats[term];
        let data = format!("term_{term}_sum");
        module.wires.push(Wire::new(&data, bits * beats as u32));
        module.body.push(Item::Comment("The readout needs the sum of the counts over time only.".into()));
        for element in 0..beats {
            let suffix = if beats == 1 { String::new() } else { format!("_{element}") };
            module.body.push(Item::Instance {
                module: "volley_timestep_sum".into(),
                name: format!("term_{term}_timestep_sum{suffix}"),
                parameters: vec![
                    int("TIMESTEPS", self.network.timesteps),
                    int("COUNT_BITS", count_bits),
                    int("SUM_BITS", bits),
                ],
                connections: vec![
                    connect("counts", part(&stream, element, beats, count_bits * self.network.timesteps)),
                    connect("sum", part(&data, element, beats, bits)),
                ],
            });
        }
        (data, bits * beats as u32)
    }

    /// Joins the terms of one slice, where there are several.
    pub(super) fn join(&self, module: &mut Module, slice: usize) {
        let terms: Vec<usize> = self.plan.terms_of(slice).map(|(term, _)| term).collect();
        if terms.len() == 1 {
            return;
        }
        let counts_bits = self.event_bits(slice);
        let wire = |name: &str| format!("slice_{slice}_{name}");
        for (name, width) in [
            ("event_addr", self.address_bits),
            ("event_counts", counts_bits),
            ("event_shift", 5),
            ("event_vector", 1),
            ("event_last", 1),
            ("event_marker", 1),
            ("event_valid", 1),
            ("event_ready", 1),
            ("busy", 1),
        ] {
            // Only slice 0 has vector events.
            let unused = name == "event_vector" && (slice > 0 || self.layer.is_readout());
            module.wires.push(Wire::new(if unused { format!("unused_{}", wire(name)) } else { wire(name) }, width));
        }
        let vector = if slice > 0 || self.layer.is_readout() {
            format!("unused_{}", wire("event_vector"))
        } else {
            wire("event_vector")
        };
        let segments = self.plan.segments(self.node.shape.channels);
        let (mut base, mut bases) = (0, String::new());
        let (mut shifts, mut vectors) = (0u128, 0u128);
        for (place, &term) in terms.iter().enumerate() {
            let plan = &self.plan.terms[term];
            bases = format!("{base:08x}{bases}");
            base += segments * plan.geometry.weight_rows();
            shifts |= u128::from(self.layer.terms[term].shift) << (5 * place);
            vectors |= u128::from(plan.kind == TermKind::Vector) << place;
        }
        let each = |name: &str, bits: u32| {
            let own = |term: &usize| part(&format!("term_{term}_{name}"), slice, self.plan.terms[*term].slices, bits);
            concatenation(terms.iter().map(own).collect())
        };
        let counts = concatenation(terms.iter().map(|&term| self.widened_counts(term, slice)).collect());
        let sized =
            |name: &str, width: usize, hex: String| (name.to_string(), Parameter::Sized { width: width as u32, hex });
        module.body.push(Item::Instance {
            module: "volley_event_join".into(),
            name: wire("join"),
            parameters: vec![
                int("TERMS", terms.len() as i64),
                int("COUNTS_BITS", counts_bits),
                int("WEIGHT_ADDR_BITS", self.address_bits),
                sized("BASES", 32 * terms.len(), bases),
                sized("SHIFTS", 5 * terms.len(), format!("{shifts:x}")),
                sized("VECTORS", terms.len(), format!("{vectors:x}")),
            ],
            connections: vec![
                connect("clk", "clk"),
                connect("rst", "rst"),
                connect("s_event_addr", each("event_addr", self.address_bits)),
                connect("s_event_counts", counts),
                connect("s_event_last", each("event_last", 1)),
                connect("s_event_marker", each("event_marker", 1)),
                connect("s_event_valid", each("event_valid", 1)),
                connect("s_event_ready", each("event_ready", 1)),
                connect("s_busy", each("busy", 1)),
                connect("m_event_addr", wire("event_addr")),
                connect("m_event_counts", wire("event_counts")),
                connect("m_event_shift", wire("event_shift")),
                connect("m_event_vector", vector),
                connect("m_event_last", wire("event_last")),
                connect("m_event_marker", wire("event_marker")),
                connect("m_event_valid", wire("event_valid")),
                connect("m_event_ready", wire("event_ready")),
                connect("busy", wire("busy")),
            ],
        });
    }

    /// The signal of the events that slice `slice` of the engine gets: the join's, or the only term's own.
    pub(super) fn event(&self, slice: usize, signal: &str) -> String {
        let mut terms = self.plan.terms_of(slice).map(|(term, _)| term);
        let (Some(only), None) = (terms.next(), terms.next()) else {
            return match signal {
                "busy" => format!("slice_{slice}_busy"),
                _ => format!("slice_{slice}_event_{signal}"),
            };
        };
        let plan = &self.plan.terms[only];
        let own = |name: &str, bits| part(&format!("term_{only}_{name}"), slice, plan.slices, bits);
        match signal {
            "busy" => own("busy", 1),
            "shift" => format!("5'd{}", self.layer.terms[only].shift),
            "vector" => format!("1'b{}", u32::from(plan.kind == TermKind::Vector)),
            "addr" => own("event_addr", self.address_bits),
            "counts" => self.widened_counts(only, slice),
            _ => own(&format!("event_{signal}"), 1),
        }
    }

    /// Bits of the counts of an event of slice `slice`.
    fn event_bits(&self, slice: usize) -> u32 {
        let fields = if slice == 0 && self.has_vector() { self.plan.fold.lanes as u32 } else { 1 };
        fields * self.timesteps * self.count_bits
    }

    /// The counts of a term's event in slice `slice`, every time step's field widened to the widest term's, and zeros
    /// for the lanes for which a scalar event has no own counts.
    fn widened_counts(&self, term: usize, slice: usize) -> String {
        let summed = self.network.summed_timesteps(self.layer);
        let bits = self.network.element_bits(self.layer.terms[term].source, summed).0;
        let plan = &self.plan.terms[term];
        let wire = format!("term_{term}_event_counts");
        let pad = self.count_bits - bits;
        let lanes = if plan.kind == TermKind::Vector { self.plan.fold.lanes as u32 } else { 1 };
        let fields = lanes * self.timesteps;
        let missing = self.event_bits(slice) - fields * self.count_bits;
        let own = part(&wire, slice, plan.slices, plan.element_bits);
        let mut parts = Vec::new();
        if pad == 0 {
            parts.push(own);
        } else if fields * bits == 1 && plan.slices == 1 {
            // A wire of one bit has no bits to select.
            parts.extend([own, format!("{pad}'d0")]);
        } else {
            let low = slice as u32 * plan.element_bits;
            for field in 0..fields {
                let low = low + field * bits;
                let select =
                    if bits == 1 { format!("{wire}[{low}]") } else { format!("{wire}[{}:{low}]", low + bits - 1) };
                parts.extend([select, format!("{pad}'d0")]);
            }
        }
        if missing > 0 {
            parts.push(format!("{missing}'d0"));
        }
        concatenation(parts)
    }
}

/// A byte for each count of a word, where its slices have a share of their own.
fn order(plan: &TermPlan) -> Vec<(String, Parameter)> {
    if plan.order.is_empty() {
        return vec![];
    }
    let hex = plan.order.iter().rev().map(|count| format!("{count:02x}")).collect();
    let order = Parameter::Sized { width: 8 * plan.order.len() as u32, hex };
    vec![int("REORDERED", 1), ("ORDER".into(), order)]
}
