//! Everything that is emitted passes the users' tools: the compilers of two simulators, without a message, and synthesis for two
//! families, with the intended memories and multipliers.

use std::path::Path;
use std::process::Command;

use support::command::must;
use support::{digits, yosys};
use volley::fixed_point::{Network, ThresholdMode};
use volley::fpga::Family;
use volley::rtl::{self, Design};

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
        let said = must(Command::new(program).args(&args).current_dir(folder.path()));
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
    let network = digits::loadable(4, 2);
    compiles_silently(&rtl::generate(&network, &digits::plan(&network)).unwrap());
}

fn synthesises(timesteps: u32, family: Family) {
    synthesises_as_meant(&digits::quantised(4, timesteps, ThresholdMode::Exact), family);
}

fn synthesises_as_meant(network: &Network, family: Family) {
    let plan = digits::plan(network);
    let design = rtl::generate(network, &plan).unwrap();
    let cells = yosys::synthesise(&yosys::system(), &design, family);
    let cost = cells.cost(family);
    println!("digits τ 4 T {} {family:?}, {} weights: {cost:?}\n  {cells}", network.timesteps, network.weights);
    // The first layer multiplies weights by pixels, one multiplier a lane; counts are added in LUTs.
    assert_eq!(cost.dsps, design.manifest.layers[0].fold.lanes as u64, "{cells}");
    // The weights and rows meant for them; everything else here is small enough for LUTs.
    assert_eq!(cost.block_rams, yosys::intended_block_rams(&design, &plan), "{cells}");
    assert!(cost.block_rams > 0, "{cells}");
}

/// Each memory that is written becomes what it should be: block RAM, or `cell`s of 16 or 32 rows and `bits` columns; the only
/// flip-flops are those of the word read and of its address.
fn memories_become(family: Family, yosys: &Path, cell: Option<(&str, u64)>) {
    let network = digits::loadable(4, 1);
    let design = rtl::generate(&network, &digits::plan(&network)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    yosys::write(&design, folder.path());
    for memory in design.manifest.memories() {
        let cells = yosys::memory(yosys, folder.path(), memory, family);
        let of = |name: &str| cells.0.get(name).copied().unwrap_or(0);
        let (name, cost) = (&memory.file, cells.cost(family));
        match cell {
            Some((cell, bits)) if memory.block_rows == 0 => {
                assert_eq!([of(cell), cost.block_rams], [memory.width.div_ceil(bits), 0], "{name}: {cells}");
            }
            _ => assert!(cost.block_rams > 0 && cell.is_none_or(|(cell, _)| of(cell) == 0), "{name}: {cells}"),
        }
        assert!(cost.flip_flops <= memory.width + memory.address_bits(), "{name}: {cells}");
    }
}

#[test]
fn memories_that_are_written() {
    for yosys in [yosys::system(), yosys::newest()] {
        memories_become(Family::Ecp5, &yosys, Some(("TRELLIS_DPR16X4", 4)));
        memories_become(Family::Ice40, &yosys, None);
    }
    memories_become(Family::Series7, &yosys::system(), Some(("RAM32M", 6)));
}

#[test]
fn ecp5_loadable() {
    synthesises_as_meant(&digits::loadable(4, 1), Family::Ecp5);
}

// One test for each: they take a minute and run side by side.
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
