//! The accelerator: a core with its registers, behind a stream of bytes.

use super::{instance, loader, network};
use crate::rtl::Manifest;
use crate::rtl::netlist::{Item, Module, Parameter, Port, Wire, connect, int, memory_folder, same_memory_folder};

/// What the registers say besides the core's manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accelerator {
    /// Fingerprint of the core's Verilog.
    pub design: u32,
    /// CRC-32 of the weight data.
    pub weights: u32,
    /// Size of the weight data in bytes.
    pub weights_bytes: u32,
    /// Of the core's clock; 0 if it is not known.
    pub clock_hz: u32,
    /// Bytes of requests that may be outstanding; 0 without a serial line.
    pub link_buffer: u32,
    /// Whether events, stalls and latency are counted.
    pub counters: bool,
}

/// The module `<net>_accelerator`.
pub fn module(manifest: &Manifest, accelerator: &Accelerator) -> Module {
    let core = manifest.top.as_str();
    let name = format!("{}_accelerator", network(core));
    let input = manifest.input;
    let pixel_bits = 8 * input.channels as u32;
    let events: usize = manifest.layers.iter().map(|layer| layer.fold.slices).sum();
    let layers = manifest.layers.len();
    let word = |name: &str, value: u32| (name.to_string(), Parameter::Sized { width: 32, hex: format!("{value:08x}") });

    let mut module = Module {
        comment: format!(
            "{name}: {core} with its registers, behind a stream of bytes (docs/host-protocol.md).\n\n\
             Frames of {input} bytes come in by s_axis, {} scores a frame leave by m_axis.",
            manifest.classes
        ),
        name,
        ..Module::default()
    };
    module.parameters = vec![memory_folder()];
    module.ports = vec![
        Port::input("clk", 1, ""),
        Port::input("rst", 1, "synchronous, active high"),
        Port::input("register_addr", 6, "number of the register"),
        Port::input("register_write", 1, "write it, in a clock in which register_ready is high"),
        Port::input("register_wdata", 32, ""),
        Port::output("register_ready", 1, "of writing"),
        Port::output("register_rdata", 32, "one clock after its address"),
        Port::input("s_axis_tdata", 8, "frames: row by row, pixel by pixel, a byte a channel"),
        Port::input("s_axis_tlast", 1, "end of a frame or of several"),
        Port::input("s_axis_tvalid", 1, ""),
        Port::output("s_axis_tready", 1, ""),
        Port::output("m_axis_tdata", 32, "score of one class, signed"),
        Port::output("m_axis_tlast", 1, "last class of a frame"),
        Port::output("m_axis_tvalid", 1, ""),
        Port::input("m_axis_tready", 1, ""),
        Port::input("link_error", 1, "for one clock: the host link dropped a message"),
        Port::output("core_reset", 1, "for one clock: the frames in the core are lost"),
        Port::output("weights_valid", 1, "low: frames wait"),
        Port::output("busy", 1, "a frame is in the core"),
        Port::output("frame_error", 1, "a frame ended at the wrong pixel; until core_reset"),
        Port::output("irq", 1, "what a host has enabled has happened, until it clears it; low with a serial line"),
    ];
    for (name, width) in [
        ("core_rst", 1),
        ("pixel_tdata", pixel_bits),
        ("pixel_tlast", 1),
        ("pixel_tvalid", 1),
        ("pixel_tready", 1),
        ("input_error", 1),
        ("core_error", 1),
        ("status_event", events as u32),
        ("status_busy", layers as u32),
        ("load_start", 1),
    ] {
        module.wires.push(Wire::new(name, width));
    }
    let mut body = vec![
        Item::Comment("The core is in reset while its weights are not valid, and frames wait.".into()),
        Item::Code(
            "reg core_rst_reg;\n\nassign core_rst = core_rst_reg;\nassign frame_error = input_error || core_error;\n\n\
             always @(posedge clk) begin\n    core_rst_reg <= rst || core_reset || load_start || !weights_valid;\nend\n\n"
                .into(),
        ),
    ];
    let mut connections = vec![
        connect("clk", "clk"),
        connect("rst", "rst"),
        // A core in reset forgets what it still offers or takes.
        connect("pixel_valid", "pixel_tvalid && !core_rst"),
        connect("pixel_ready", "pixel_tready"),
        connect("pixel_last", "pixel_tlast"),
        connect("score_valid", "m_axis_tvalid && !core_rst"),
        connect("score_ready", "m_axis_tready"),
        connect("score_last", "m_axis_tlast"),
    ];
    for same in [
        "register_addr",
        "register_write",
        "register_wdata",
        "register_ready",
        "register_rdata",
        "status_event",
        "status_busy",
        "frame_error",
        "link_error",
        "core_reset",
        "busy",
        "irq",
        "weights_valid",
        "load_start",
    ] {
        connections.push(connect(same, same));
    }
    let weights = loader::weights(manifest, accelerator);
    module.wires.extend(weights.wires);
    body.extend(weights.body);
    connections.extend(weights.registers);
    body.push(Item::Instance {
        module: "volley_accelerator_registers".into(),
        name: "registers".into(),
        parameters: vec![
            word("DESIGN", accelerator.design),
            int("CHANNELS", input.channels as i64),
            int("HEIGHT", input.height as i64),
            int("WIDTH", input.width as i64),
            int("CLASSES", manifest.classes as i64),
            int("MEMBERS", manifest.members),
            int("TIMESTEPS", manifest.timesteps),
            int("CLOCK_HZ", accelerator.clock_hz),
            int("LINK_BUFFER", accelerator.link_buffer),
            int("WEIGHTS_BYTES", accelerator.weights_bytes),
            int("LOADABLE", u32::from(!manifest.weights.is_baked())),
            int("EVENTS", events as i64),
            int("LAYERS", layers as i64),
            // A serial line has no wire for them.
            int("INTERRUPTS", u32::from(accelerator.link_buffer == 0)),
            int("COUNTERS", u32::from(accelerator.counters)),
        ],
        connections,
    });
    body.push(instance(
        "volley_frame_input",
        "frames",
        vec![int("CHANNELS", input.channels as i64), int("PIXELS", input.pixels() as i64)],
        &[
            ("clk", "clk"),
            ("rst", "core_rst"),
            ("s_axis_tdata", "s_axis_tdata"),
            ("s_axis_tlast", "s_axis_tlast"),
            ("s_axis_tvalid", "s_axis_tvalid"),
            ("s_axis_tready", "s_axis_tready"),
            ("m_axis_tdata", "pixel_tdata"),
            ("m_axis_tlast", "pixel_tlast"),
            ("m_axis_tvalid", "pixel_tvalid"),
            ("m_axis_tready", "pixel_tready"),
            ("frame_error", "input_error"),
        ],
    ));
    let own: Vec<_> = weights.core.iter().map(|(port, signal)| (port.as_str(), signal.as_str())).collect();
    body.push(instance(
        core,
        "core",
        vec![same_memory_folder()],
        &[
            [
                ("clk", "clk"),
                ("rst", "core_rst"),
                ("s_axis_tdata", "pixel_tdata"),
                ("s_axis_tlast", "pixel_tlast"),
                ("s_axis_tvalid", "pixel_tvalid"),
                ("s_axis_tready", "pixel_tready"),
                ("m_axis_tdata", "m_axis_tdata"),
                ("m_axis_tlast", "m_axis_tlast"),
                ("m_axis_tvalid", "m_axis_tvalid"),
                ("m_axis_tready", "m_axis_tready"),
                ("frame_error", "core_error"),
                ("status_event", "status_event"),
                ("status_busy", "status_busy"),
            ]
            .as_slice(),
            &own,
        ]
        .concat(),
    ));
    module.body = body;
    module
}
