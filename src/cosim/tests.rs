//! A toy top that adds 1 and then 1 again, on both simulators.

use tempfile::TempDir;

use super::*;
use crate::tool::Arguments;

/// Adds 1; an AXI4-Stream stage with a register, `BITS` wide, `tlast` passed on. `sum_reg` has no reset.
const ADD_ONE: &str = "`default_nettype none
module add_one #(parameter BITS = 8) (
    input wire clk, input wire rst,
    input wire [BITS-1:0] s_data, input wire s_valid, output wire s_ready, input wire s_last,
    output wire [BITS-1:0] m_data, output wire m_valid, input wire m_ready, output wire m_last);
    reg [BITS-1:0] sum_reg;
    reg last_reg;
    reg valid_reg;
    assign s_ready = !valid_reg || m_ready;
    assign m_data = sum_reg;
    assign m_valid = valid_reg;
    assign m_last = last_reg;
    always @(posedge clk) begin
        if (s_ready) begin
            valid_reg <= s_valid;
            sum_reg <= s_data + table_mem[0];
            last_reg <= s_last;
        end
        if (rst) valid_reg <= 1'b0;
    end
    reg [BITS-1:0] table_mem [0:0];
    initial $readmemh(\"one.mem\", table_mem);
endmodule
`default_nettype wire
";

fn toy_top(bits: usize, ready: &str) -> String {
    let top = bits - 1;
    format!(
        "`default_nettype none
module toy (
    input wire clk, input wire rst,
    input wire [{top}:0] s_axis_tdata, input wire s_axis_tvalid, output wire s_axis_tready, input wire s_axis_tlast,
    output wire [{top}:0] m_axis_tdata, output wire m_axis_tvalid, input wire m_axis_tready, output wire m_axis_tlast,
    output wire frame_error);
    wire [{top}:0] data;
    wire valid, ready, last;
    assign frame_error = 1'b0;
    add_one #(.BITS({bits})) inner (.clk(clk), .rst(rst), .s_data(s_axis_tdata), .s_valid(s_axis_tvalid),
        .s_ready(s_axis_tready), .s_last(s_axis_tlast), .m_data(data), .m_valid(valid), .m_ready({ready}), .m_last(last));
    add_one #(.BITS({bits})) outer (.clk(clk), .rst(rst), .s_data(data), .s_valid(valid && {ready}), .s_ready(ready),
        .s_last(last), .m_data(m_axis_tdata), .m_valid(m_axis_tvalid), .m_ready(m_axis_tready), .m_last(m_axis_tlast));
endmodule
`default_nettype wire
"
    )
}

/// A folder with the toy in it, and its bench.
fn toy(bits: usize, ready: &str) -> (TempDir, Bench) {
    let dir = tempfile::tempdir().unwrap();
    let files = [("add_one.v", ADD_ONE.to_string()), ("toy.v", toy_top(bits, ready)), ("one.mem", "1\n".into())];
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let bench = Bench {
        rtl_files: vec![dir.path().join("toy.v"), dir.path().join("add_one.v")],
        top: "toy".into(),
        input: Stream { data_bits: bits, beats_per_frame: 7 },
        output: Stream { data_bits: bits, beats_per_frame: 7 },
        probes: vec![Probe {
            name: "inner".into(),
            path: "inner".into(),
            valid: "m_valid".into(),
            ready: "m_ready".into(),
            data: "m_data".into(),
            data_bits: bits,
            beats_per_frame: 7,
        }],
        counters: vec![Counter { name: "taken".into(), path: "outer".into(), signal: "s_valid".into() }],
        holds: vec![],
        unread_outputs: vec![],
        still_inputs: vec![],
        expected_clocks: 0.0,
    };
    (dir, bench)
}

fn frames(bits: usize, count: usize) -> Vec<Vec<Word>> {
    let word = |n: usize| {
        let mut word = Word::default();
        for lsb in (0..bits).step_by(40) {
            let value = (n as u64 + 3).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 7 | 1 << 11;
            word.set_field(lsb, (bits - lsb).min(40), value);
        }
        // No carry out of the low field keeps the expectation simple.
        word.set_field(0, 16, n as u64);
        word
    };
    (0..count).map(|f| (0..7).map(|beat| word(f * 7 + beat)).collect()).collect()
}

fn plus(word: &Word, n: u64) -> Word {
    let mut word = word.clone();
    word.set_field(0, 16, word.field(0, 16) + n);
    word
}

fn options(dir: &TempDir, simulator: Simulator, stalls: u8) -> Options {
    Options { simulator, stalls, seed: 7, idle_limit: 500, ..Options::new(dir.path().join("work")) }
}

#[test]
fn every_beat_arrives_on_both_simulators_with_and_without_stalls() {
    const BITS: usize = 200;
    let (dir, bench) = toy(BITS, "ready");
    let frames = frames(BITS, 30);
    let mut captures = Vec::new();
    for simulator in [Simulator::Verilator, Simulator::Icarus] {
        for stalls in [0, 128] {
            let got = run(&bench, &frames, &options(&dir, simulator, stalls)).unwrap();
            let words = |beats: &[Beat]| beats.iter().map(|b| b.word.clone()).collect::<Vec<_>>();
            let expect = |n| frames.iter().flatten().map(|w| plus(w, n)).collect::<Vec<_>>();
            assert_eq!(words(&got.probes[0]), expect(1), "{simulator:?} {stalls}");
            assert_eq!(words(&got.outputs), expect(2), "{simulator:?} {stalls}");
            assert_eq!((got.frame_errors, got.last_errors, got.stability_errors, &got.timeout), (0, 0, 0, &None));
            assert_eq!((got.frame_start.len(), got.frame_end.len()), (30, 30));
            assert_eq!(got.frame_end[29], got.outputs.last().unwrap().clock);
            assert!(got.counters[0] >= 210 && got.cycles > got.frame_end[29]);
            if stalls == 0 {
                // One beat a clock, two register stages: nothing idles.
                assert_eq!(got.frame_end[29] - got.frame_start[0], 210 - 1 + 2);
                assert_eq!(got.counters[0], 210);
            } else {
                assert!(got.cycles > 500, "no stalls in {} clocks", got.cycles);
            }
            captures.push(got);
        }
    }
    assert_eq!(captures[0], captures[2]);
    assert_eq!(captures[1], captures[3]);
}

#[test]
fn a_stuck_design_is_told_with_its_state() {
    // A top that refuses every beat, and one whose ready is unknown.
    for ready in ["1'b0", "1'bx"] {
        let (dir, bench) = toy(16, ready);
        let got = run(&bench, &frames(16, 2), &options(&dir, Simulator::Icarus, 0)).unwrap();
        let state = got.timeout.unwrap().state;
        assert!(state.starts_with("input 1 of 14, output 0 of 14, inner 0 of 14"), "{ready}: {state}");
    }
}

#[test]
fn unknown_bits_are_named() {
    let (dir, bench) = toy(16, "ready");
    std::fs::write(dir.path().join("one.mem"), "xxxx\n").unwrap();
    let error = run(&bench, &frames(16, 1), &options(&dir, Simulator::Icarus, 0)).unwrap_err().to_string();
    assert!(error.contains("beat 0 of the stream 'output' is 'xxxx' at clock"), "{error}");
}

#[test]
fn both_simulators_write_a_window() {
    let (dir, bench) = toy(16, "ready");
    for simulator in [Simulator::Verilator, Simulator::Icarus] {
        let path = dir.path().join(format!("waves/{simulator:?}.fst"));
        waveform(&bench, &frames(16, 3), &options(&dir, simulator, 20), 15, 25, &path.as_path().into()).unwrap();
        // The FST header holds the first and last time, big-endian; clock n rises at 10n + 5 and ends at 10n + 10.
        let bytes = std::fs::read(&path).unwrap();
        let time = |at: usize| u64::from_be_bytes(bytes[at..at + 8].try_into().unwrap());
        assert!((150..=155).contains(&time(9)) && time(17) == 260, "{simulator:?}: {} to {}", time(9), time(17));
    }
}

#[test]
fn a_missing_tool_is_named() {
    let (dir, bench) = toy(16, "ready");
    for (simulator, name) in [(Simulator::Verilator, "verilator"), (Simulator::Icarus, "iverilog")] {
        let mut options = options(&dir, simulator, 0);
        options.tools = Finder::only_in(vec![dir.path().join("none")]);
        let error = run(&bench, &frames(16, 1), &options).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{name}: ")) && error.contains("was not found; apt install "), "{error}");
    }
}

#[test]
fn a_failing_tool_is_quoted() {
    let (dir, bench) = toy(16, "redy");
    let error = run(&bench, &frames(16, 1), &options(&dir, Simulator::Verilator, 0)).unwrap_err().to_string();
    assert!(error.starts_with("verilator: it failed") && error.contains("redy"), "{error}");
}

#[test]
fn bad_benches_are_refused() {
    let (dir, mut bench) = toy(16, "ready");
    let options = options(&dir, Simulator::Icarus, 0);
    assert!(run(&bench, &[], &options).unwrap_err().to_string().contains("at least one frame"));
    let mut wrong = frames(16, 1);
    wrong[0].pop();
    assert!(run(&bench, &wrong, &options).unwrap_err().to_string().contains("frame 0: it has 6 beats"));
    wrong[0].push(Word::from(1u64 << 16));
    assert!(run(&bench, &wrong, &options).unwrap_err().to_string().contains("17 bits"));
    bench.probes[0].path = "inner; $finish".into();
    assert!(run(&bench, &frames(16, 1), &options).unwrap_err().to_string().contains("not a Verilog name"));
}

/// The smallest bench there is: one-bit streams, one beat a frame, nothing to probe.
#[test]
fn the_smallest_testbench_passes_both_linters() {
    let (dir, mut bench) = toy(1, "ready");
    bench.probes.clear();
    bench.counters.clear();
    bench.input.beats_per_frame = 1;
    bench.output.beats_per_frame = 1;
    std::fs::write(dir.path().join("volley_cosim_tb.v"), emit_testbench(&bench).unwrap()).unwrap();
    for (tool, args) in [
        ("verilator", Arguments::default().flag("lint-only").word("-Wall").option("top-module", "volley_cosim_tb")),
        ("iverilog", Arguments::default().words(["-g2005", "-o", "/dev/null", "-s", "volley_cosim_tb"])),
    ] {
        let args = args.words(["volley_cosim_tb.v", "toy.v", "add_one.v"]);
        assert_eq!(crate::tool::quiet(tool, &args, dir.path()), "");
    }
}

/// A top that breaks the stream's rules: `tlast` upside down, data that changes with `tready`, `frame_error` high.
#[test]
fn broken_streams_are_counted() {
    let (dir, bench) = toy(16, "ready");
    let top = toy_top(16, "ready")
        .replace(
            "frame_error = 1'b0;",
            "frame_error = 1'b1;\n    wire [15:0] d; wire l;\n    assign m_axis_tlast = !l;",
        )
        .replace(".m_data(m_axis_tdata)", ".m_data(d)")
        .replace(".m_last(m_axis_tlast)", ".m_last(l)")
        .replace("endmodule", "    assign m_axis_tdata = d ^ {16{m_axis_tready}};\nendmodule");
    std::fs::write(dir.path().join("toy.v"), top).unwrap();
    let got = run(&bench, &frames(16, 4), &options(&dir, Simulator::Icarus, 128)).unwrap();
    assert_eq!((got.outputs.len(), got.last_errors), (28, 28));
    assert!(got.stability_errors > 5 && got.frame_errors > 60, "{got:?}");
}
