//! Everything that is emitted passes the tools that users have: two simulators' compilers without a word, and
//! synthesis for two families, with the memories and multipliers that were meant.

mod digits;
mod yosys;

use std::path::Path;

use volley::board::Family;
use volley::fixed_point::ThresholdMode;
use volley::rtl::Design;

/// Verilator and Icarus read every file below the top, and say nothing.
fn compiles_silently(design: &Design) {
    let folder = tempfile::tempdir().unwrap();
    let files = yosys::write(design, folder.path());
    let top = design.manifest.top.as_str();
    for (program, args) in [
        ("verilator", &["--lint-only", "-Wall", "--top-module", top][..]),
        ("iverilog", &["-g2005", "-Wall", "-o", "/dev/null", "-s", top]),
    ] {
        let args: Vec<_> = args.iter().copied().chain(files.iter().map(String::as_str)).collect();
        let said = yosys::run(Path::new(program), &args, folder.path());
        assert!(said.trim().is_empty(), "{program}: {said}");
    }
}

#[test]
fn simulators_accept_every_file() {
    for threshold in [ThresholdMode::Exact, ThresholdMode::Pow2] {
        for (members, timesteps) in [(4, 1), (4, 2), (4, 4), (15, 1), (15, 2), (15, 4)] {
            compiles_silently(&digits::design(members, timesteps, threshold));
        }
    }
}

fn synthesises(timesteps: u32, family: Family) {
    let design = digits::design(4, timesteps, ThresholdMode::Exact);
    let cells = yosys::synthesise(&yosys::system(), &design, family);
    let cost = cells.cost(family);
    println!("digits τ 4 T {timesteps} {family:?}: {cost:?}\n  {cells}");
    // The first layer multiplies weights by pixels, one multiplier a lane; counts are added in LUTs.
    assert_eq!(cost.dsps, design.manifest.layers[0].fold.lanes as u64, "{cells}");
    // The weights and rows that are meant for them; everything else here is small enough for LUTs.
    let plan = digits::plan(&digits::quantised(4, timesteps, ThresholdMode::Exact));
    assert_eq!(cost.block_rams, yosys::intended_block_rams(&design, &plan), "{cells}");
    assert!(cost.block_rams > 0, "{cells}");
}

// A test each: they take half a minute and run side by side.
#[test]
fn ecp5_one_time_step() {
    synthesises(1, Family::Ecp5);
}

#[test]
fn ecp5_four_time_steps() {
    synthesises(4, Family::Ecp5);
}

#[test]
fn xilinx_one_time_step() {
    synthesises(1, Family::Series7);
}

#[test]
fn xilinx_four_time_steps() {
    synthesises(4, Family::Series7);
}
