//! Where an accelerator gets its weights from: the bitstream, or `volley_weight_loader`.

use super::Accelerator;
use crate::rtl::Manifest;
use crate::rtl::netlist::{Item, Parameter, Wire, connect, int};

/// The part of an accelerator that brings the weights.
pub(super) struct Weights {
    pub wires: Vec<Wire>,
    pub body: Vec<Item>,
    /// Connections of `volley_accelerator_registers`.
    pub registers: Vec<(String, String)>,
    /// And of the core.
    pub core: Vec<(String, String)>,
}

/// What drives `weights_valid` and answers the registers of a load.
pub(super) fn weights(manifest: &Manifest, accelerator: &Accelerator) -> Weights {
    match manifest.load_widths() {
        None => baked(accelerator),
        Some(widths) => loaded(manifest, accelerator, widths),
    }
}

fn baked(accelerator: &Accelerator) -> Weights {
    Weights {
        wires: vec![Wire::new("unused_load_valid", 1), Wire::new("unused_load_word", 32)],
        body: vec![
            Item::Comment("The weights are part of the bitstream.".into()),
            Item::Assign { target: "weights_valid".into(), expression: "1'b1".into() },
        ],
        registers: vec![
            connect("load_busy", "1'b0"),
            connect("load_offset", "32'd0"),
            connect("weights_crc", format!("32'h{:08x}", accelerator.weights)),
            connect("load_valid", "unused_load_valid"),
            connect("load_word", "unused_load_word"),
            connect("load_ready", "1'b1"),
        ],
        core: vec![],
    }
}

/// `widths` are those of the core's ports.
fn loaded(manifest: &Manifest, accelerator: &Accelerator, [data_bits, addr_bits, memories]: [u64; 3]) -> Weights {
    let signals = [
        ("load_valid", 1),
        ("load_ready", 1),
        ("load_word", 32),
        ("load_busy", 1),
        ("load_offset", 32),
        ("weights_crc", 32),
        ("load_data", data_bits as u32),
        ("load_addr", addr_bits as u32),
        ("load_enable", memories as u32),
    ];
    let same = |names: &[&str]| names.iter().map(|name| connect(name, *name)).collect::<Vec<_>>();
    // The first memory in the low word.
    let table = |of: &dyn Fn(&crate::rtl::MemoryEntry) -> u64| {
        let mut words: Vec<_> = manifest.memories().map(|memory| format!("{:08x}", of(memory))).collect();
        words.reverse();
        Parameter::Sized { width: 32 * memories as u32, hex: words.concat() }
    };
    let mut connections = vec![
        connect("clk", "clk"),
        connect("rst", "rst"),
        connect("start", "load_start"),
        connect("s_crc", "load_word"),
        connect("s_word", "load_word"),
        connect("s_valid", "load_valid"),
        connect("s_ready", "load_ready"),
        connect("valid", "weights_valid"),
        connect("loading", "load_busy"),
        connect("offset", "load_offset"),
        connect("crc", "weights_crc"),
    ];
    let core = same(&["load_data", "load_addr", "load_enable"]);
    connections.extend(core.clone());
    Weights {
        wires: signals.iter().map(|(name, width)| Wire::new(*name, *width)).collect(),
        body: vec![Item::Instance {
            module: "volley_weight_loader".into(),
            name: "loader".into(),
            parameters: vec![
                int("MEMORIES", memories as i64),
                ("ROWS".into(), table(&|memory| memory.rows)),
                ("ROW_BYTES".into(), table(&|memory| memory.row_bytes())),
                int("BYTES", accelerator.weights_bytes),
                int("DATA_BITS", data_bits as i64),
                int("ADDR_BITS", addr_bits as i64),
                int("INITIAL_VALID", 1),
                ("INITIAL_CRC".into(), Parameter::Sized { width: 32, hex: format!("{:08x}", accelerator.weights) }),
            ],
            connections,
        }],
        registers: same(&["load_busy", "load_offset", "weights_crc", "load_valid", "load_word", "load_ready"]),
        core,
    }
}
