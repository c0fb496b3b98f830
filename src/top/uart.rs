//! The top of a board with a serial line: clock, reset, link, accelerator, LEDs.

use super::{instance, network};
use crate::rtl::Manifest;
use crate::rtl::netlist::{
    Direction, Item, Module, ModuleParameter, Parameter, Port, Wire, connect, int, memory_folder, same_memory_folder,
};

/// The serial line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Clocks of a bit, at least 4.
    pub clocks_per_bit: u32,
    /// log2 of the bytes of requests that the accelerator keeps.
    pub buffer_log2: u32,
    /// log2 of the frames that are in the core at once.
    pub in_flight_log2: u32,
}

/// What a person sees and presses on a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// The board's name for people.
    pub title: String,
    /// LEDs, 0 to 4.
    pub leds: u32,
    /// Whether 0 lights them.
    pub leds_active_low: bool,
    /// Whether the reset button is pressed at 0; `None` where there is none.
    pub reset_active_low: Option<bool>,
}

/// The module `<net>_board`.
///
/// Its parameter `CLOCKS_PER_BIT` lets a simulation run the line faster.
pub fn module(manifest: &Manifest, panel: &Panel, link: &Link) -> Module {
    let core = manifest.top.as_str();
    let name = format!("{}_board", network(core));
    let leds = panel.leds;
    let port = |name: &str, direction, width, comment: &str| Port {
        name: name.into(),
        direction,
        width,
        signed: false,
        comment: comment.into(),
    };
    let mut module = Module {
        comment: format!(
            "{name}: {core} on the {}: clock, reset, a serial line to a host (docs/host-protocol.md), LEDs.",
            panel.title
        ),
        name,
        ..Module::default()
    };
    let parameter = |name: &str, value: u32, comment: &str| ModuleParameter {
        name: name.into(),
        default: Parameter::Int(value.into()),
        comment: comment.into(),
    };
    module.parameters = vec![
        memory_folder(),
        parameter("CLOCKS_PER_BIT", link.clocks_per_bit, "of the serial line"),
        parameter("TIMEOUT_LOG2", 28, "log2 of the clocks after which a core without a score is stuck"),
    ];
    module.ports.push(port("oscillator", Direction::Input, 1, "of the board"));
    if panel.reset_active_low.is_some() {
        module.ports.push(port("reset_button", Direction::Input, 1, "asynchronous"));
    }
    module.ports.push(port("serial_in", Direction::Input, 1, "from the host"));
    module.ports.push(port("serial_out", Direction::Output, 1, "to the host"));
    if leds > 0 {
        module.ports.push(port("led", Direction::Output, leds, "ready, busy, error, blink"));
    }
    for (name, width) in [
        ("clk", 1),
        ("clock_rst", 1),
        ("button_rst", 1),
        ("rst", 1),
        ("register_addr", 6),
        ("register_write", 1),
        ("register_wdata", 32),
        ("register_ready", 1),
        ("register_rdata", 32),
        ("frame_tdata", 8),
        ("frame_tlast", 1),
        ("frame_tvalid", 1),
        ("frame_tready", 1),
        ("score_tdata", 32),
        ("unused_score_tlast", 1),
        ("score_tvalid", 1),
        ("score_tready", 1),
        ("link_error", 1),
        ("core_reset", 1),
        ("weights_valid", 1),
        ("busy", 1),
        ("frame_error", 1),
        ("unused_irq", 1),
    ] {
        module.wires.push(Wire::new(name, width));
    }
    let body = &mut module.body;
    body.push(instance(
        "volley_core_clock",
        "clock",
        vec![],
        &[("oscillator", "oscillator"), ("clk", "clk"), ("rst", "clock_rst")],
    ));
    if let Some(active_low) = panel.reset_active_low {
        body.push(instance(
            "volley_reset_synchroniser",
            "button_reset",
            vec![int("ACTIVE_LOW", u32::from(active_low))],
            &[("clk", "clk"), ("button", "reset_button"), ("rst", "button_rst")],
        ));
    } else {
        body.push(Item::Assign { target: "button_rst".into(), expression: "1'b0".into() });
    }
    body.push(Item::Code(
        "reg rst_reg = 1'b1;\n\nassign rst = rst_reg;\n\n\
         always @(posedge clk) begin\n    rst_reg <= clock_rst || button_rst;\nend\n\n"
            .into(),
    ));
    let registers = ["register_addr", "register_write", "register_wdata", "register_ready", "register_rdata"];
    let mut connections = vec![connect("clk", "clk"), connect("rst", "rst")];
    connections.extend(["serial_in", "serial_out"].iter().chain(&registers).map(|name| connect(name, *name)));
    for part in ["tdata", "tlast", "tvalid", "tready"] {
        connections.push(connect(&format!("m_frame_{part}"), format!("frame_{part}")));
    }
    for part in ["tdata", "tvalid", "tready"] {
        connections.push(connect(&format!("s_score_{part}"), format!("score_{part}")));
    }
    connections.extend(["weights_valid", "core_reset"].map(|name| connect(name, name)));
    connections.push(connect("error", "link_error"));
    body.push(Item::Instance {
        module: "volley_uart_link".into(),
        name: "link".into(),
        parameters: vec![
            ("CLOCKS_PER_BIT".into(), Parameter::Raw("CLOCKS_PER_BIT".into())),
            int("BUFFER_LOG2", link.buffer_log2),
            int("FRAME_BYTES", manifest.input.elements() as i64),
            int("CLASSES", manifest.classes as i64),
            int("IN_FLIGHT_LOG2", link.in_flight_log2),
            ("TIMEOUT_LOG2".into(), Parameter::Raw("TIMEOUT_LOG2".into())),
        ],
        connections,
    });
    let mut connections = vec![connect("clk", "clk"), connect("rst", "rst")];
    connections.extend(registers.map(|name| connect(name, name)));
    for part in ["tdata", "tlast", "tvalid", "tready"] {
        connections.push(connect(&format!("s_axis_{part}"), format!("frame_{part}")));
        let prefix = if part == "tlast" { "unused_" } else { "" };
        connections.push(connect(&format!("m_axis_{part}"), format!("{prefix}score_{part}")));
    }
    connections
        .extend(["link_error", "core_reset", "weights_valid", "busy", "frame_error"].map(|name| connect(name, name)));
    connections.push(connect("irq", "unused_irq"));
    body.push(Item::Instance {
        module: format!("{}_accelerator", network(core)),
        name: "accelerator".into(),
        parameters: vec![same_memory_folder()],
        connections,
    });
    if leds > 0 {
        body.push(instance(
            "volley_status_leds",
            "status",
            vec![int("LEDS", leds), int("ACTIVE_LOW", u32::from(panel.leds_active_low))],
            &[
                ("clk", "clk"),
                ("rst", "rst"),
                ("ready", "weights_valid"),
                ("busy", "busy"),
                ("error", "link_error || frame_error"),
                ("leds", "led"),
            ],
        ));
    }
    module
}
