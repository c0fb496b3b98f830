//! The top for a processor's bus: registers over AXI4-Lite, frames and scores over AXI4-Stream.

use super::network;
use crate::rtl::Manifest;
use crate::rtl::netlist::{Item, Module, Port, Wire, connect, int, memory_folder, same_memory_folder};

/// The module `<net>_axi`; its ports have the names by which Vivado sees the interfaces `s_axi`, `s_axis` and `m_axis`.
pub fn module(manifest: &Manifest) -> Module {
    let core = manifest.top.as_str();
    let name = format!("{}_axi", network(core));
    let mut module = Module {
        comment: format!(
            "{name}: {core} on a processor's bus (docs/host-protocol.md, AXI).\n\n\
             s_axi: the registers. s_axis: frames of {} bytes, four bytes a word, one frame or several a transfer.\n\
             m_axis: {} scores a frame, one a word; a transfer for each that came in.",
            manifest.input, manifest.classes
        ),
        name,
        ..Module::default()
    };
    module.parameters = vec![memory_folder()];
    module.ports = vec![
        Port::input("aclk", 1, "of all interfaces, and of the core"),
        Port::input("aresetn", 1, "synchronous, active low"),
        Port::input("s_axi_awaddr", 8, "four times the number of a register"),
        Port::input("s_axi_awprot", 3, "not looked at"),
        Port::input("s_axi_awvalid", 1, ""),
        Port::output("s_axi_awready", 1, ""),
        Port::input("s_axi_wdata", 32, ""),
        Port::input("s_axi_wstrb", 4, "all or none: a register is written whole"),
        Port::input("s_axi_wvalid", 1, ""),
        Port::output("s_axi_wready", 1, ""),
        Port::output("s_axi_bresp", 2, "OKAY, or SLVERR for a part of a register"),
        Port::output("s_axi_bvalid", 1, ""),
        Port::input("s_axi_bready", 1, ""),
        Port::input("s_axi_araddr", 8, "four times the number of a register"),
        Port::input("s_axi_arprot", 3, "not looked at"),
        Port::input("s_axi_arvalid", 1, ""),
        Port::output("s_axi_arready", 1, ""),
        Port::output("s_axi_rdata", 32, ""),
        Port::output("s_axi_rresp", 2, "OKAY"),
        Port::output("s_axi_rvalid", 1, ""),
        Port::input("s_axi_rready", 1, ""),
        Port::input(
            "s_axis_tdata",
            32,
            "frames: row by row, pixel by pixel, a byte a channel, the first in the low bits",
        ),
        Port::input("s_axis_tkeep", 4, "the bytes that there are"),
        Port::input("s_axis_tlast", 1, "end of a transfer: with the last byte of a frame"),
        Port::input("s_axis_tvalid", 1, ""),
        Port::output("s_axis_tready", 1, ""),
        Port::output("m_axis_tdata", 32, "score of one class, signed"),
        Port::output("m_axis_tkeep", 4, "all bytes"),
        Port::output("m_axis_tlast", 1, "end of a transfer: last class of the last frame of a transfer that came in"),
        Port::output("m_axis_tvalid", 1, ""),
        Port::input("m_axis_tready", 1, ""),
        Port::output("irq", 1, "high while INTERRUPT_STATUS has a bit that INTERRUPT_ENABLE has"),
    ];
    let bytes = [("tdata", 8), ("tlast", 1), ("tvalid", 1), ("tready", 1)];
    let scores = [("tdata", 32), ("tlast", 1), ("tvalid", 1), ("tready", 1)];
    let wires = |prefix: &str, parts: [(&str, u32); 4]| parts.map(|(part, width)| (format!("{prefix}_{part}"), width));
    let registers = [
        ("register_addr", 6),
        ("register_write", 1),
        ("register_wdata", 32),
        ("register_ready", 1),
        ("register_rdata", 32),
    ];
    let status = [
        ("rst", 1),
        ("core_rst", 1),
        ("core_reset", 1),
        ("weights_valid", 1),
        ("unused_busy", 1),
        ("unused_frame_error", 1),
        ("unused_prot", 1),
    ];
    let named = registers.iter().chain(&status).map(|(name, width)| (name.to_string(), *width));
    let streams = [wires("transfer", bytes), wires("frame", bytes), wires("score", scores)];
    module.wires = named.chain(streams.into_iter().flatten()).map(|(name, width)| Wire::new(name, width)).collect();

    let stream = |port: &str, signal: &str| {
        ["tdata", "tlast", "tvalid", "tready"]
            .map(|part| connect(&format!("{port}_{part}"), format!("{signal}_{part}")))
    };
    let instance = |kind: &str, name: &str, parameters, clocked_by: [&str; 2], connections: Vec<(String, String)>| {
        let [clk, rst] = clocked_by;
        let mut all = vec![connect("clk", clk), connect("rst", rst)];
        all.extend(connections);
        Item::Instance { module: kind.into(), name: name.into(), parameters, connections: all }
    };
    let mut lite: Vec<_> = registers.iter().map(|(name, _)| connect(name, *name)).collect();
    lite.extend(
        (module.ports.iter().map(|port| port.name.as_str()))
            .filter(|name| name.starts_with("s_axi_") && !name.ends_with("prot"))
            .map(|name| connect(name, name)),
    );
    let mut accelerator: Vec<_> = registers.iter().map(|(name, _)| connect(name, *name)).collect();
    accelerator.extend(stream("s_axis", "frame"));
    accelerator.extend(stream("m_axis", "score"));
    accelerator.push(connect("link_error", "1'b0"));
    accelerator.extend(["core_reset", "weights_valid", "irq"].map(|name| connect(name, name)));
    accelerator.extend(["busy", "frame_error"].map(|name| connect(name, format!("unused_{name}"))));
    let transfer = [
        stream("s_bytes", "transfer"),
        stream("m_bytes", "frame"),
        stream("s_scores", "score"),
        stream("m_scores", "m_axis"),
    ];
    module.body = vec![
        Item::Comment("What the streams hold on both sides of the core is lost with it, and waits while its weights are not valid.".into()),
        Item::Code(
            "reg core_rst_reg;\n\nassign rst = !aresetn;\nassign core_rst = core_rst_reg;\n\
             assign unused_prot = &{1'b0, s_axi_awprot, s_axi_arprot};\n\n\
             always @(posedge aclk) begin\n    core_rst_reg <= rst || core_reset || !weights_valid;\nend\n\n"
                .into(),
        ),
        instance("volley_axi_lite_port", "registers", vec![], ["aclk", "rst"], lite),
        instance(
            "volley_word_to_bytes",
            "bytes",
            vec![],
            ["aclk", "core_rst"],
            [stream("s_axis", "s_axis").to_vec(), vec![connect("s_axis_tkeep", "s_axis_tkeep")], stream("m_axis", "transfer").to_vec()]
                .concat(),
        ),
        instance(
            "volley_transfer_end",
            "transfers",
            vec![
                int("FRAME_BYTES", manifest.input.elements() as i64),
                int("FRAMES_LOG2", frames_log2(manifest)),
            ],
            ["aclk", "core_rst"],
            transfer.concat(),
        ),
        Item::Assign { target: "m_axis_tkeep".into(), expression: "4'b1111".into() },
        instance(&format!("{}_accelerator", network(core)), "accelerator", vec![same_memory_folder()], ["aclk", "rst"], accelerator),
    ];
    module
}

/// log2 of the frames that are in the core at once: at most two per layer, one that it computes and one in its buffer. More frames
/// would wait outside.
fn frames_log2(manifest: &Manifest) -> u32 {
    (2 * manifest.layers.len() as u32).next_power_of_two().ilog2().max(1)
}
