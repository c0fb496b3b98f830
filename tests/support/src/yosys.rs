//! Synthesis of a generated core by yosys, and the result.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{must, venv};
use volley::fpga::Family;
use volley::rtl::{Design, MemoryEntry};
use volley::schedule::{LayerPlan, Plan, TermPlan};
use volley::synth::Cells;

/// The families that every design is tried on.
pub const FAMILIES: [Family; 2] = [Family::Ecp5, Family::Series7];

/// The yosys of the system: Debian 12 has 0.23, the oldest supported version.
pub fn system() -> PathBuf {
    "yosys".into()
}

/// The newest tried yosys, which `scripts/install-tools.sh` puts into `.venv`.
pub fn newest() -> PathBuf {
    venv("yosys")
}

/// The folder of the system's yosys that holds the cells' models: `<prefix>/share/yosys` beside `<prefix>/bin/yosys`.
pub fn share() -> PathBuf {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths).find_map(|folder| {
        let share = folder.parent()?.join("share/yosys");
        (folder.join("yosys").is_file() && share.is_dir()).then_some(share)
    });
    found.expect("yosys on PATH with its share folder beside it")
}

/// Writes the files of a design and returns the names of its Verilog files.
pub fn write(design: &Design, folder: &Path) -> Vec<String> {
    for (name, text) in &design.files {
        std::fs::write(folder.join(name), text).expect("a file of the design");
    }
    design.files.keys().filter(|name| name.ends_with(".v")).cloned().collect()
}

/// The templates of yosys 0.23 for Xilinx block RAMs connect some pins to wires that are too wide, and it warns about each. The surplus
/// bits are unused: each template picks its data from the low ones.
fn is_template_warning(line: &str) -> bool {
    const PINS: [&str; 10] =
        ["ADDRARDADDR", "ADDRBWRADDR", "DOADO", "DOBDO", "DOPADOP", "DOPBDOP", "DIADI", "DIBDI", "DIPADIP", "DIPBDIP"];
    let resized = line.strip_prefix("Warning: Resizing cell port ").and_then(|rest| rest.split(' ').next());
    resized.and_then(|port| port.rsplit('.').next()).is_some_and(|pin| PINS.contains(&pin))
}

/// Block RAMs of at most 36 × 512 bits that the weights and rows meant for block RAM take, as [`Cost`] counts them.
pub fn intended_block_rams(design: &Design, plan: &Plan) -> u64 {
    let blocks = |rows: u64, width: u64| width.div_ceil(36) * rows.div_ceil(512);
    let weights = |layer: &volley::rtl::LayerEntry| -> u64 {
        let (_, weights) = layer.memories.split_last().expect("a layer has memories");
        weights.iter().map(|memory| blocks(memory.block_rows, memory.width)).sum()
    };
    let rows = |layer: &LayerPlan| -> u64 {
        let buffers = layer.fold.buffers;
        let held = |term: &TermPlan| ((term.rows * term.row_words()) as u64, term.word_bits());
        let terms = layer.terms.iter().map(held);
        terms.map(|(words, bits)| blocks(buffers.block_rows(words, bits), bits.into())).sum()
    };
    let weights: u64 = design.manifest.layers.iter().map(weights).sum();
    weights + plan.layers.iter().flatten().map(rows).sum::<u64>()
}

/// Synthesises a design. Fails the test on a latch, on a problem that `check` finds (undriven or doubly driven wires,
/// combinational loops), and on a warning of the synthesis.
pub fn synthesise(yosys: &Path, design: &Design, family: Family) -> Cells {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = write(design, folder.path()).join(" ");
    let top = &design.manifest.top;
    let synth = match family {
        Family::Ecp5 => "synth_ecp5",
        Family::Ice40 => "synth_ice40",
        // xc7 is the default family: Artix-7 and Zynq-7000.
        Family::Series7 => "synth_xilinx -flatten",
        Family::UltrascalePlus => "synth_xilinx -flatten -family xcup",
    };
    // Latches are looked for before mapping: ECP5 has none and gets loops of LUTs instead.
    let script = format!(
        "read_verilog -noautowire {files}\nhierarchy -check -top {top}\nproc\n\
         select -assert-none t:$dlatch t:$adlatch t:$dlatchsr t:$sr\ncheck -assert\n\
         {synth} -top {top}\ncheck -assert\ntee -q -o stat.json stat -json\n"
    );
    std::fs::write(folder.path().join("synth.ys"), script).expect("the script");
    let log = must(Command::new(yosys).args(["-q", "-s", "synth.ys"]).current_dir(folder.path()));
    let mut warnings = log.lines().filter(|line| !line.trim().is_empty() && !is_template_warning(line));
    assert_eq!(warnings.next(), None, "{family:?}: {log}");
    let cells = statistics(&folder.path().join("stat.json"));
    assert_eq!(cells.latches(), 0, "{family:?}: {cells}");
    cells
}

/// Synthesises one memory of a design whose files are in `folder`, as `volley synth` does: without a style that the family does not have.
pub fn memory(yosys: &Path, folder: &Path, memory: &MemoryEntry, family: Family) -> Cells {
    let name = memory.file.trim_end_matches(".mem");
    let (unset, synth) = match family {
        Family::Ecp5 => ("", "synth_ecp5"),
        Family::Ice40 => ("setattr -unset ram_style a:ram_style=distributed", "synth_ice40"),
        Family::Series7 | Family::UltrascalePlus => ("", "synth_xilinx -noiopad"),
    };
    let script = format!(
        "read_verilog -noautowire {name}.v\nhierarchy -top {name}\n{unset}\n{synth} -top {name}\ntee -q -o memory.json stat -json\n"
    );
    std::fs::write(folder.join("memory.ys"), script).expect("the script");
    must(Command::new(yosys).args(["-q", "-s", "memory.ys"]).current_dir(folder));
    statistics(&folder.join("memory.json"))
}

/// The cells of the whole design in a file of `stat -json`.
fn statistics(path: &Path) -> Cells {
    let text = std::fs::read_to_string(path).expect("the statistics");
    let stat: serde_json::Value = serde_json::from_str(&text).expect("yosys writes JSON");
    let cells = stat["design"]["num_cells_by_type"].as_object().expect("counts of cells");
    Cells(cells.iter().map(|(cell, count)| (cell.clone(), count.as_u64().expect("a count"))).collect())
}
