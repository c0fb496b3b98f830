//! `synapse_array` as yosys maps it to a 7 series device, in its own bench: multipliers must be packed, must hold the sums, and must
//! still be right. Behavioural Verilog leaves the packing to the tool, and tools make mistakes: a pre-adder that is shared, or whose
//! sides are unsigned, comes out wrong without a message.

use std::path::Path;
use std::process::Command;

use rayon::prelude::*;

use super::runner::{self, Library, icarus};
use support::command::must;
use support::yosys;

/// A setting of the bench, what follows from it, and the expected result.
struct Case {
    setting: &'static str,
    /// WEIGHT_BITS + COUNT_BITS + MAX_SHIFT + 4, as in the bench.
    acc_bits: u32,
    /// DSP48E1.
    multipliers: usize,
    /// CARRY4 at most besides [`CONTROL_CARRIES`]: those of the adder that pays back a borrow, and of the adder of shared weights.
    carries: usize,
}

/// CARRY4 of the places that are reserved in the queue, of its pointers and of the gap between windows, in every case.
const CONTROL_CARRIES: usize = 8;

const CASES: &[Case] = &[
    Case {
        setting: "ARITHMETIC=2 LANES_PACKED=2 TIMESTEPS=1 LANES=4 CHANNELS=8 COUNT_BITS=4 WEIGHT_BITS=8",
        acc_bits: 16,
        multipliers: 2,
        carries: 4,
    },
    Case {
        setting: "ARITHMETIC=2 LANES_PACKED=2 TIMESTEPS=2 LANES=3 CHANNELS=7 COUNT_BITS=3 WEIGHT_BITS=7 MAX_SHIFT=2",
        acc_bits: 16,
        multipliers: 4,
        carries: 4 + 4 + 2,
    },
    Case {
        setting: "ARITHMETIC=2 TIMESTEPS=1 LANES=2 CHANNELS=4 COUNT_BITS=9 COUNT_SIGNED=1 WEIGHT_BITS=6",
        acc_bits: 19,
        multipliers: 2,
        carries: 0,
    },
    Case {
        setting: "ARITHMETIC=1 TIMESTEPS=2 TIMESTEPS_PACKED=2 LANES=2 CHANNELS=4 COUNT_BITS=3 WEIGHT_BITS=6",
        acc_bits: 13,
        multipliers: 2,
        carries: 4 * 4,
    },
    Case {
        setting: "ARITHMETIC=0 TIMESTEPS=1 LANES=2 CHANNELS=4 COUNT_BITS=4 MOST_COUNT=8 WEIGHT_BITS=6",
        acc_bits: 14,
        multipliers: 0,
        carries: 2 * (4 + 3),
    },
];

/// The module's ports around the mapped netlist, which no longer has parameters.
fn shim(text: &str) -> String {
    let (head, _) = text.split_once("\n);\n").expect("the end of the ports");
    let ports = "clk rst s_event_addr s_event_counts s_event_vector s_event_shift s_event_last s_event_valid \
                 s_event_ready weight_enable weight_addr weight_row m_axis_tdata m_axis_tvalid m_axis_tready";
    let connections: Vec<_> = ports.split_whitespace().map(|port| format!(".{port}({port})")).collect();
    format!("{head}\n);\n    mapped netlist ({});\nendmodule\n", connections.join(", "))
}

fn check(case: &Case, folder: &Path) -> Result<(), String> {
    let parameters = format!("{} ACC_BITS={} WEIGHT_ADDR_BITS=6", case.setting, case.acc_bits);
    let parameters: Vec<_> =
        parameters.split_whitespace().map(|part| format!("-set {}", part.replace('=', " "))).collect();
    let sources: Vec<_> = runner::modules()
        .map(|(folder, name, _)| format!("\"{}\"", runner::root().join(folder).join(name).display()))
        .collect();
    let script = format!(
        "read_verilog -defer {}\nchparam {} volley_synapse_array\nsynth_xilinx -flatten -noiopad -top volley_synapse_array\n\
         rename -top mapped\ntee -q -o stat.txt stat\nwrite_verilog -noattr mapped.v\n",
        sources.join(" "),
        parameters.join(" "),
    );
    std::fs::write(folder.join("map.ys"), script).expect("the script");
    must(Command::new("yosys").args(["-q", "-s", "map.ys"]).current_dir(folder));
    let stat = std::fs::read_to_string(folder.join("stat.txt")).expect("the statistics");
    let cells = |name: &str| -> usize {
        // A line of the statistics has a cell's name and its number.
        let lines = stat.lines().filter(|line| line.split_whitespace().any(|word| word == name));
        lines.filter_map(|line| line.split_whitespace().find_map(|word| word.parse::<usize>().ok())).sum()
    };
    let (multipliers, carries) = (cells("DSP48E1"), cells("CARRY4"));
    if multipliers != case.multipliers || carries > case.carries + CONTROL_CARRIES {
        return Err(format!("{}: {multipliers} DSP48E1, {carries} CARRY4", case.setting));
    }
    let text = std::fs::read_to_string(runner::root().join("src/rtl/lib/volley_synapse_array.v")).expect("the module");
    std::fs::write(folder.join("shim.v"), shim(&text)).expect("the shim");
    let cells_model = yosys::share().join("xilinx/cells_sim.v");
    let files = vec![folder.join("mapped.v"), folder.join("shim.v"), cells_model];
    let program = icarus::build("synapse_array", case.setting, &Library::of(files), folder);
    for run in ["+seed=1", "+seed=2 +s_stall=25 +m_stall=60 +reset=150"] {
        icarus::run("synapse_array", &program, run).map_err(|problem| format!("{} {problem}", case.setting))?;
    }
    Ok(())
}

#[test]
fn packed_arithmetic_survives_synthesis() {
    let failure = |case: &Case| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        check(case, folder.path()).err()
    };
    super::report(CASES.par_iter().filter_map(failure).collect());
}
