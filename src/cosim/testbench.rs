//! The testbench around a top: plain Verilog that Verilator 5.006 and Icarus 11 both accept, no delays in it.
//!
//! One clocked process does everything, so simulators cannot order two processes differently. The synthesised files are not changed:
//! inner streams are read by hierarchical reference. Frames come from a text file beat by beat and beats go to text files, so neither
//! the number of frames nor the stalls nor the seed need a rebuild: they are plusargs (`dir`, `frames`, `stalls`, `seed`,
//! `idle_limit`).
//!
//! Files in `dir`: `input.txt` (a hexadecimal beat a line) is read; `output.txt` and `probe_<i>.txt` (`beat clock`),
//! `frame_start.txt`, `frame_end.txt` (a clock a line) and `summary.txt` (`key value` a line) are written.

use std::fmt::Write as _;

use super::{Bench, Hold};
use crate::error::{Kind, Place, Result};
use crate::header;

/// The wrapper that gives Icarus a clock, and a waveform where `+trace_file` is given.
pub const ICARUS_CLOCK: &str = "`default_nettype none
`timescale 1ns/1ns

module volley_cosim_clock;
    reg          clk = 1'b0;
    reg [63:0]   cycle = 64'd0;
    reg [63:0]   trace_from = 64'd0;
    reg [63:0]   trace_to = 64'd0;
    reg          tracing = 1'b0;
    reg [8191:0] trace_file = 8192'd0;

    volley_cosim_tb tb (.clk(clk));

    initial begin
        if ($value$plusargs(\"trace_file=%s\", trace_file)) tracing = 1'b1;
        if ($value$plusargs(\"trace_from=%d\", trace_from)) tracing = tracing;
        if ($value$plusargs(\"trace_to=%d\", trace_to)) tracing = tracing;
        if (tracing) $dumpfile(trace_file);
        forever begin
            if (tracing && cycle == trace_from) $dumpvars(0, tb);
            #5 clk = 1'b1;
            #5 clk = 1'b0;
            if (tracing && cycle >= trace_to) $finish;
            cycle = cycle + 64'd1;
        end
    end
endmodule

`default_nettype wire
";

/// Clocks of reset; some designs need more than one for synchronisers.
const RESET_CLOCKS: u32 = 8;
/// Clocks for which the bench watches after the last expected beat, to see a surplus beat.
const TAIL_CLOCKS: u32 = 64;

/// The text of `volley_cosim_tb.v`.
///
/// # Errors
/// [`Kind::BadBench`] for a name or path that is not plain Verilog, and for a width or beat count of 0.
pub fn emit(bench: &Bench) -> Result<String> {
    check(bench)?;
    let mut declare = String::new();
    let mut open = String::new();
    let mut record = String::new();
    let mut close = String::new();
    let mut report = String::new();
    let path = |inside: &str, signal: &str| {
        if inside.is_empty() { format!("dut.{signal}") } else { format!("dut.{inside}.{signal}") }
    };
    for (i, probe) in bench.probes.iter().enumerate() {
        let (valid, ready) = (path(&probe.path, &probe.valid), path(&probe.path, &probe.ready));
        let data = path(&probe.path, &probe.data);
        let _ = write!(
            declare,
            "    // probe {i}: {name}\n\
             \x20   integer     probe_{i}_file;\n\
             \x20   reg  [63:0] probe_{i}_count = 64'd0;\n\
             \x20   wire        probe_{i}_beat = {valid} && {ready};\n\
             \x20   wire [{top}:0] probe_{i}_data = {data};\n",
            name = probe.name,
            top = probe.data_bits - 1,
        );
        let _ = write!(
            open,
            "        $sformat(name, \"%0s/probe_{i}.txt\", dir);\n        probe_{i}_file = $fopen(name, \"w\");\n"
        );
        let _ = write!(
            record,
            "            if (probe_{i}_beat) begin\n\
             \x20               $fwrite(probe_{i}_file, \"%h %0d\\n\", probe_{i}_data, cycle);\n\
             \x20               probe_{i}_count <= probe_{i}_count + 64'd1;\n\
             \x20           end\n",
        );
        let _ = writeln!(close, "            $fclose(probe_{i}_file);");
        let _ = writeln!(report, "            $fwrite(file, \"probe_{i} %0d\\n\", probe_{i}_count);");
    }
    for (i, counter) in bench.counters.iter().enumerate() {
        let _ = write!(
            declare,
            "    // counter {i}: {}\n    reg  [63:0] counter_{i} = 64'd0;\n    wire        counter_{i}_high = {};\n",
            counter.name,
            path(&counter.path, &counter.signal),
        );
        let _ = writeln!(record, "            if (counter_{i}_high) counter_{i} <= counter_{i} + 64'd1;");
        let _ = writeln!(report, "            $fwrite(file, \"counter_{i} %0d\\n\", counter_{i});");
    }
    let holds: String = bench.holds.iter().enumerate().map(|(i, stream)| hold(i, stream)).collect();
    // Beats after the last frame do not keep a run alive that stands still elsewhere.
    let mut moving = String::from("in_beat || (out_beat && out_frames < frames)");
    let mut complete = String::new();
    for (i, probe) in bench.probes.iter().enumerate() {
        let all = format!("frames * {}", probe.beats_per_frame);
        let _ = write!(moving, "\n                     || (probe_{i}_beat && probe_{i}_count < {all})");
        let _ = write!(complete, "\n                     && probe_{i}_count >= {all}");
    }
    let (mut unread_ports, mut unread_wires) = (String::new(), String::new());
    for (name, bits) in &bench.unread_outputs {
        let _ = write!(unread_ports, ",\n        .{name}(unused_{name})");
        let _ = writeln!(unread_wires, "    wire [{}:0] unused_{name};", bits - 1);
    }
    let still_ports: String =
        bench.still_inputs.iter().map(|(name, bits)| format!(",\n        .{name}({bits}'d0)")).collect();
    let values = [
        ("@UNREAD_PORTS@", unread_ports),
        ("@STILL_PORTS@", still_ports),
        ("@UNREAD_WIRES@", unread_wires),
        ("@TOP@", bench.top.clone()),
        ("@IN_BITS@", bench.input.data_bits.to_string()),
        ("@OUT_BITS@", bench.output.data_bits.to_string()),
        ("@IN_BEATS@", bench.input.beats_per_frame.to_string()),
        ("@OUT_BEATS@", bench.output.beats_per_frame.to_string()),
        ("@RESET@", RESET_CLOCKS.to_string()),
        ("@TAIL@", TAIL_CLOCKS.to_string()),
        ("@DECLARE@\n", declare),
        ("@HOLDS@\n", holds),
        ("@OPEN@\n", open),
        ("@RECORD@\n", record),
        ("@CLOSE@\n", close),
        ("@REPORT@\n", report),
        ("@MOVING@", moving),
        ("@COMPLETE@", complete),
    ];
    let text = header::of_core("//", &bench.top) + include_str!("volley_cosim_tb.v");
    Ok(values.iter().fold(text, |text, (key, value)| text.replace(key, value)))
}

/// Holds stream `i` back and lets it go again, for stretches of 1 to 512 clocks, short ones as often as long ones. It changes at
/// falling edges, so everything has settled when a beat may move.
fn hold(i: usize, stream: &Hold) -> String {
    let Hold { valid, ready } = stream;
    format!(
        "    reg     hold_{i} = 1'b0;\n\
         \x20   integer hold_{i}_random = {i};\n\
         \x20   integer hold_{i}_left = 0;\n\
         \x20   always @(negedge clk) begin\n\
         \x20       if (cycle == 64'd1) hold_{i}_random = {i} + seed * 1000;\n\
         \x20       if (hold_{i}_left == 0) begin\n\
         \x20           hold_{i} = !hold_{i};\n\
         \x20           hold_{i}_left = $random(hold_{i}_random) & (511 >> ($random(hold_{i}_random) & 7));\n\
         \x20           if (hold_{i}) begin\n\
         \x20               force dut.{valid} = 1'b0;\n\
         \x20               force dut.{ready} = 1'b0;\n\
         \x20           end else begin\n\
         \x20               release dut.{valid};\n\
         \x20               release dut.{ready};\n\
         \x20           end\n\
         \x20       end else begin\n\
         \x20           hold_{i}_left = hold_{i}_left - 1;\n\
         \x20       end\n\
         \x20   end\n"
    )
}

fn check(bench: &Bench) -> Result<()> {
    let fail = |problem: String, advice| Err(Kind::BadBench { problem, advice }.at(Place::Bench));
    // Hierarchical names with indices, nothing that could end a statement.
    let plain = |text: &str| {
        text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.[]:".contains(c))
    };
    let probes = bench.probes.iter().flat_map(|p| [&p.path, &p.valid, &p.ready, &p.data]);
    let counters = bench.counters.iter().flat_map(|c| [&c.path, &c.signal]);
    let holds = bench.holds.iter().flat_map(|h| [&h.valid, &h.ready]);
    for text in probes.chain(counters).chain(holds).filter(|t| !t.is_empty()).chain([&bench.top]) {
        if !plain(text) {
            return fail(format!("'{text}' is not a Verilog name"), "use plain hierarchical names");
        }
    }
    let empty = bench.probes.iter().any(|p| p.valid.is_empty() || p.ready.is_empty() || p.data.is_empty());
    if empty || bench.counters.iter().any(|c| c.signal.is_empty()) {
        return fail("a probe or counter without a signal".into(), "name its signals");
    }
    for name in bench.probes.iter().map(|p| &p.name).chain(bench.counters.iter().map(|c| &c.name)) {
        if name.contains(['\n', '\\', '`']) {
            return fail(format!("{name:?} as the name of a probe"), "use one line of plain text");
        }
    }
    let streams = [&bench.input, &bench.output].map(|s| (s.data_bits, s.beats_per_frame));
    let probes = bench.probes.iter().map(|p| (p.data_bits, p.beats_per_frame));
    if streams.into_iter().chain(probes).any(|(bits, beats)| bits == 0 || beats == 0) {
        return fail("a stream of 0 bits or 0 beats a frame".into(), "give every stream its real size");
    }
    Ok(())
}
