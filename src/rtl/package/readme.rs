//! The README of a core.

use std::fmt::Write as _;

use super::range;
use crate::fixed_point::{Network, Op};
use crate::header;
use crate::identifier::printable;
use crate::rtl::netlist::{Direction, MEMORY_FOLDER, Module};
use crate::rtl::{Manifest, bench};
use crate::schedule::{Activity, Plan, estimate_layer};

/// The README of `core`, the top module of the design that `manifest` describes.
pub(super) fn text(manifest: &Manifest, network: &Network, plan: &Plan, core: &Module, memories: &[&str]) -> String {
    let top = &manifest.top;
    // Markdown has no comments of one line.
    let head = header::of_core("", top).lines().map(|line| format!("<!--{line} -->\n")).collect::<String>();
    let mut out = head;
    let name = printable(&network.name).replace(['`', '<', '>', '|'], "?");
    let _ = write!(
        out,
        "# {top}\n\nThe network `{name}` as a spiking accelerator: pixels in, {} scores out. Members of a group neuron (tau): {}. \
         Time steps (T): {}. Weights: up to {} bits.\n\nThe generated Verilog is licensed under {}; you may use it freely in \
         your own designs.\n\n",
        manifest.classes,
        manifest.members,
        manifest.timesteps,
        network.weight_bits(),
        header::LICENCE
    );
    ports(&mut out, core);
    streams(&mut out, manifest);
    speed(&mut out, manifest, network, plan);
    memory(&mut out, manifest, memories);
    check(&mut out, manifest);
    usage(&mut out, top);
    out
}

fn ports(out: &mut String, core: &Module) {
    *out += "## Ports\n\n| port | direction | bits | meaning |\n|---|---|---|---|\n";
    for port in &core.ports {
        let direction = match port.direction {
            Direction::Input => "in",
            Direction::Output => "out",
        };
        let meaning = match port.name.as_str() {
            "clk" => "the only clock",
            name if name.ends_with("tvalid") => "the sender offers a beat",
            name if name.ends_with("tready") => "the receiver takes it",
            _ => &port.comment,
        };
        let _ = writeln!(out, "| `{}{}` | {direction} | {} | {meaning} |", range(port), port.name, port.width);
    }
    let _ = writeln!(
        out,
        "\nParameter `{MEMORY_FOLDER}` (text, default `.`): the folder of the `.mem` files, see \"Memories\".\n"
    );
}

fn streams(out: &mut String, manifest: &Manifest) {
    let input = manifest.input;
    let _ = write!(
        out,
        "## Formats\n\n\
         - Input: frames of {} x {} pixels (height x width), row by row, one pixel per beat. A pixel has {} channel(s) of one \
         unsigned byte, channel 0 in the low byte. `s_axis_tlast` marks the last pixel of a frame. The core subtracts the \
         offsets of the network's normalisation itself.\n\
         - Output: {} scores per frame, one per beat, class 0 first, as signed 32-bit numbers. `m_axis_tlast` marks the last. \
         {} Scores are comparable within a frame only.\n\n\
         ## Reset\n\n`rst` is synchronous and active high. One clock is enough; the core is ready again some clocks later, and \
         `s_axis_tready` is low until then. Registers of the data path are not reset, and memories keep their contents. \
         Frames that are inside are lost. `frame_error` rises when `s_axis_tlast` comes with another pixel than the last of a \
         frame, and stays high until the next reset; the scores are not usable then.\n\n\
         ## Back-pressure\n\nBoth streams follow AXI4-Stream: a beat moves in a clock in which `tvalid` and `tready` are high, \
         an offered beat stays unchanged until it is taken, and `tvalid` never waits for `tready`. The sender may pause and \
         the receiver may refuse at any time; the scores do not change. There is no combinational path from `m_axis_tready` to \
         `s_axis_tready`.\n\n",
        input.height,
        input.width,
        input.channels,
        manifest.classes,
        if manifest.classes == 1 {
            "A single score is more than 0 for class 1, and else says class 0."
        } else {
            "The largest score is the predicted class."
        }
    );
}

fn speed(out: &mut String, manifest: &Manifest, network: &Network, plan: &Plan) {
    *out += "## Latency and throughput\n\nAll layers work at the same time, each on its own part of the stream, and the next \
             frame enters while this one is still being computed. Zeros cost nothing, so the clocks of a frame depend on the \
             frame. The table has the estimate for a frame in which no pixel and no count is zero; real frames need fewer clocks. \
             The slowest layer limits the throughput. The latency of a single frame is below the sum of all layers, since each \
             begins as soon as it has the rows of its first window.\n\n| layer | lanes | slices | clocks per frame without a zero |\n|---|---|---|---|\n";
    let dense = Activity::dense(network);
    let (mut slowest, mut sum) = (0, 0);
    let nodes = network.nodes.iter().zip(&plan.layers);
    let layers = nodes.filter_map(|(node, plan)| matches!(node.op, Op::Layer(_)).then_some(node).zip(plan.as_ref()));
    for ((node, plan), entry) in layers.zip(&manifest.layers) {
        let clocks = estimate_layer(network, node, plan, &dense).cycles;
        (slowest, sum) = (clocks.max(slowest), sum + clocks);
        let _ = writeln!(out, "| {} | {} | {} | {clocks} |", entry.name, entry.fold.lanes, entry.fold.slices);
    }
    let _ = write!(
        out,
        "\nSlowest layer: {slowest} clocks. Sum: {sum} clocks. Measure the clocks of your own frames with `volley cosim`.\n\n"
    );
}

fn memory(out: &mut String, manifest: &Manifest, files: &[&str]) {
    let _ = write!(
        out,
        "## Memories\n\nWeights and thresholds are read from these files by `$readmemh`:\n\n{}\n\
         Simulators and synthesisers look for them from the folder that they run in. `{MEMORY_FOLDER}` leads there: leave it \
         at `.` when the tool runs in this folder, else set it to the path of this folder, absolute or relative to where the \
         tool runs. yosys also finds them beside the Verilog.\n\n",
        files.iter().map(|file| format!("- `{file}`\n")).collect::<String>()
    );
    if !manifest.weights.is_baked() {
        *out += "They can also be written while the core is in reset, by the ports `load_*`; `core.toml` has their order.\n\n";
    }
}

fn check(out: &mut String, manifest: &Manifest) {
    if !bench::fits(manifest.input) {
        *out += "## Check it in a simulator\n\nThis folder has no bench: a frame of this core has more than 2^20 bytes. `volley cosim` \
                 compares every value with the model, on your own images.\n\n";
        return;
    }
    *out += "## Check it in a simulator\n\n```sh\nsh bench/run.sh icarus\nsh bench/run.sh verilator\n```\n\n\
             Each command streams the frames of `bench/frames.hex` through the core, with pauses on both sides, and compares every \
             score with `bench/scores.hex`, which Volley's bit-accurate model has computed. It prints `PASS`, or the first \
             difference with its frame and class, and ends with exit code 0 or 1; 2 means that there is no verdict, for \
             instance without the simulator. It runs from any folder, without Volley. It needs Icarus Verilog 11 or Verilator 5, \
             or newer.\n\n";
    if !manifest.weights.is_baked() {
        *out += "The bench checks the core with the contents of the `.mem` files. It loads nothing.\n\n";
    }
}

fn usage(out: &mut String, top: &str) {
    let _ = write!(
        out,
        "## Simulate and synthesise\n\n\
         `{top}_template.vh` has an instance to copy. `{top}.f` lists the sources, with paths relative to itself. From another \
         folder, with the core in `core/`:\n\n\
         ```sh\nverilator --lint-only -Wall -GMEMORY_FOLDER='\"core\"' --top-module {top} -F core/{top}.f\n\
         (cd core && iverilog -g2005 -s {top} -o core.vvp -f {top}.f)\n\
         (cd core && yosys -p \"read_verilog $(ls *.v | xargs); synth_ecp5 -top {top}\")\n\
         fusesoc --cores-root core run --target lint ::{top}\n```\n\n\
         `Bender.yml` is for Bender; `{top}.sdc` and `{top}.xdc` hold the clock of the bare core. `volley cosim` compares every \
         value of every layer with the model, `volley synth` synthesises, `volley build` makes a bitstream for a board.\n\n\
         All modules of Volley's library begin with `volley_`, all others with the name of the network, so the core can be \
         compiled together with other cores and other people's Verilog. Two cores of one version of Volley have the same \
         library modules: compile each of these files once.\n",
    );
}
