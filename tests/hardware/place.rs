//! A core through the whole flow, from Verilog to a bitstream, with the tools of `scripts/install-tools.sh`.

use std::path::Path;
use std::process::Command;

use support::command::venv;
use volley::Shape;
use volley::board::Board;
use volley::build::Made;
use volley::error::Kind;
use volley::fixed_point::WeightMode;
use volley::rtl::Manifest;
use volley::synth::{self, Implementation, Options};

/// A core in miniature, with something of each resource.
const CORE: &str = "\
module tiny_core (
    input wire clk,
    input wire rst,                  // synchronous, active high
    input wire [7:0] s_axis_tdata,
    input wire s_axis_tvalid,
    output wire s_axis_tready,
    output wire [31:0] m_axis_tdata,
    output wire m_axis_tvalid
);
    (* ram_style = \"block\", no_rw_check *)
    reg [15:0] memory [0:255];
    reg [15:0] word_reg;
    reg [15:0] product_reg;
    reg [31:0] sum_reg;
    reg        valid_reg;
    reg  [7:0] last_reg;

    assign s_axis_tready = 1'b1;
    assign m_axis_tdata  = sum_reg;
    assign m_axis_tvalid = valid_reg;

    always @(posedge clk) begin
        if (s_axis_tvalid) begin
            memory[s_axis_tdata] <= product_reg;
            last_reg <= s_axis_tdata;
        end
        word_reg    <= memory[last_reg];
        product_reg <= last_reg * s_axis_tdata;
        sum_reg     <= rst ? 32'd0 : sum_reg + {16'd0, word_reg};
        valid_reg   <= s_axis_tvalid && !rst;
    end
endmodule
";

fn core(folder: &Path) {
    let input = Shape { channels: 1, height: 1, width: 1 };
    let (weights, layers) = (WeightMode::Baked, Vec::new());
    let top = "tiny_core".into();
    let manifest = Manifest { top, clock_mhz: None, input, classes: 1, members: 1, timesteps: 1, weights, layers };
    std::fs::write(folder.join("core.toml"), toml::to_string(&manifest).unwrap()).unwrap();
    std::fs::write(folder.join("tiny_core.v"), CORE).unwrap();
}

fn run(rtl: &Path, board: &Board, mhz: f64, output: &Path) -> Implementation {
    let options = Options {
        yosys: Some(venv("yosys")),
        tools: Some(venv("yosys").parent().unwrap().to_path_buf()),
        mhz: Some(mhz),
        ..Options::default()
    };
    synth::run(rtl, board, &options, Some(output.into()), &mut |_, _| {}).unwrap()
}

/// Verilator and Icarus say nothing about the wrapper with the portable clock.
fn wrapper_is_clean(output: &Path, top: &str) {
    for (program, args) in [
        ("verilator", &["--lint-only", "-Wall", "--top-module", top, "-y", ".", "-y", "sources"][..]),
        ("iverilog", &["-g2005", "-Wall", "-t", "null", "-s", top, "-y", ".", "-y", "sources"]),
    ] {
        let done = Command::new(program).current_dir(output).args(args).arg(format!("{top}.v")).output().unwrap();
        let said = [done.stdout, done.stderr].concat();
        assert!(done.status.success() && said.is_empty(), "{program}: {}", String::from_utf8_lossy(&said));
    }
}

#[test]
fn ice40_gives_a_bitstream_at_the_oscillators_clock() {
    let folder = tempfile::tempdir().unwrap();
    core(folder.path());
    let output = folder.path().join("out");
    let report = run(folder.path(), &Board::find("icebreaker").unwrap(), 12.0, &output);
    wrapper_is_clean(&output, &format!("{}_pnr", report.core));
    let timing = report.timing.as_ref().unwrap();
    // nextpnr counts in whole picoseconds.
    assert!(timing.met() && (timing.wanted_mhz - 12.0).abs() < 0.01, "{timing:?}");
    // What was written is read back for this core, and for no other.
    let made = Made::read(&output, folder.path()).unwrap();
    assert!(!made.whole_board && made.implementation.timing.unwrap().met());
    assert_eq!((made.implementation.cost, &made.implementation.cells), (report.cost, &report.cells));
    let other = tempfile::tempdir().unwrap();
    core(other.path());
    std::fs::write(other.path().join("tiny_core.v"), CORE.replace("valid_reg", "other_reg")).unwrap();
    let error = Made::read(&output, other.path()).unwrap_err();
    assert!(matches!(error.kind(), Kind::OtherDesign { .. }), "{error}");
    // Every resource of the core is counted, and none is all that the device has.
    assert!(report.resources().iter().all(|resource| resource.used < resource.available), "{:?}", report.cost);
    assert_eq!((report.cost.dsps, report.cost.block_rams), (1, 1));
    assert!(report.cost.luts > 32 && report.cost.flip_flops > 32, "{:?}", report.cost);
    // The preamble by which an iCE40 knows a bitstream.
    let bitstream = std::fs::read(output.join(report.bitstream.unwrap())).unwrap();
    assert!(bitstream.windows(4).take(100).any(|bytes| bytes == [0x7e, 0xaa, 0x99, 0x7e]));
}

#[test]
fn ecp5_makes_its_clock_by_a_pll_and_a_missed_clock_has_no_bitstream() {
    let folder = tempfile::tempdir().unwrap();
    core(folder.path());
    let output = folder.path().join("out");
    let board = Board::find("ulx3s-85f").unwrap();
    let report = run(folder.path(), &board, 30.0, &output);
    let timing = report.timing.as_ref().unwrap();
    assert!(timing.met() && (timing.wanted_mhz - 30.0).abs() < 0.1, "{timing:?}");
    assert!(timing.critical_path.logic_ns + timing.critical_path.routing_ns <= 1000.0 / timing.achieved_mhz + 0.1);
    assert!(!timing.critical_path.through.is_empty());
    // The preamble by which an ECP5 knows a bitstream.
    let bitstream = std::fs::read(output.join(report.bitstream.unwrap())).unwrap();
    assert!(bitstream.windows(4).any(|bytes| bytes == [0xff, 0xff, 0xbd, 0xb3]));

    let report = run(folder.path(), &board, 300.0, &output);
    assert!(!report.timing.unwrap().met() && report.bitstream.is_none());
    assert!(!output.join("core.bit").exists());
}

/// For parts that no open tool of the project places: the clock of the one comes from an MMCM, of the other from its processors.
#[test]
fn xilinx_parts_are_synthesised_with_their_own_cells() {
    let folder = tempfile::tempdir().unwrap();
    core(folder.path());
    for (name, clocks) in [("arty-a7-35t", 1), ("zcu104", 0)] {
        let output = folder.path().join(name);
        let report = run(folder.path(), &Board::find(name).unwrap(), 80.0, &output);
        assert_eq!((report.cost.dsps, report.cost.block_rams), (1, 1), "{name}: {}", report.cells);
        assert!(report.cost.luts > 0 && report.cost.flip_flops > 32, "{name}: {}", report.cells);
        assert_eq!(report.cells.0.get("MMCME2_BASE").copied().unwrap_or(0), clocks, "{name}");
        assert!(report.timing.is_none() && report.bitstream.is_none());
    }
}

#[test]
fn a_core_that_does_not_fit_is_reported_and_not_placed() {
    let folder = tempfile::tempdir().unwrap();
    core(folder.path());
    let mut board = Board::find("icebreaker").unwrap();
    board.device.luts = 20;
    let report = run(folder.path(), &board, 12.0, &folder.path().join("out"));
    let excess: Vec<_> = report.excess().iter().map(|resource| resource.kind.to_string()).collect();
    assert_eq!(excess, ["LUTs"]);
    assert!(report.timing.is_none() && report.bitstream.is_none());
}
