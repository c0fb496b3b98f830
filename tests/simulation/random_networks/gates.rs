//! Netlists: what yosys makes of a core, module by module, so the streams between layers stay in their places.

use std::path::Path;
use std::process::Command;

use support::yosys;
use volley::rtl::Design;

use support::command::must;

/// A way to synthesise, and the folder of its cells' models below yosys' share folder.
pub struct Flow {
    script: &'static str,
    cells: &'static str,
}

/// An iCE40 with block RAM and DSP; an ECP5 in LUTs, carries, flip-flops and LUT RAM, since yosys has no model of its block RAMs and
/// multipliers. An iCE40 has no RAM in LUTs, so no memory may ask for it, as in `volley synth`; here none may ask for an ECP5's block RAM.
pub const FLOWS: [Flow; 2] = [
    Flow {
        script: "setattr -unset ram_style a:ram_style=distributed; synth_ice40 -noflatten -dsp -top {top}",
        cells: "ice40",
    },
    Flow {
        script: "setattr -unset ram_style a:ram_style=block; setattr -unset rom_style a:rom_style=block; \
                 synth_ecp5 -noflatten -nobram -nodsp -top {top}; select -assert-none t:DP16KD t:MULT18X18D",
        cells: "ecp5",
    },
];

/// Writes the netlist of the design in folder `rtl` and the models of its cells to `folder`.
pub fn synthesise(flow: &Flow, design: &Design, rtl: &Path, folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder for the netlist");
    let files: Vec<_> = design.files.keys().filter(|name| name.ends_with(".v")).map(String::as_str).collect();
    let top = &design.manifest.top;
    let script = format!(
        "read_verilog {}; hierarchy -check -top {top}; {}; check -assert; write_verilog -noattr {}",
        files.join(" "),
        flow.script.replace("{top}", top),
        folder.join("netlist.v").display(),
    );
    must(Command::new(yosys::system()).args(["-q", "-p", &script]).current_dir(rtl));
    let share = yosys::share().join(flow.cells);
    let read = |name: &str| std::fs::read_to_string(share.join(name)).expect("a file of yosys' share folder");
    let whole = |line: &str| included(line).map_or(line.to_string(), |file| read(&file));
    let model: Vec<_> = read("cells_sim.v").lines().map(whole).collect();
    // Icarus 11 knows no defaults of inputs; yosys connects all of them.
    let text = format!("`define NO_ICE40_DEFAULT_ASSIGNMENTS\n{}\n", model.join("\n"));
    std::fs::write(folder.join("cells.v"), text).expect("the models of the cells");
}

/// The file that a line includes, another file of the folder.
fn included(line: &str) -> Option<String> {
    Some(line.trim().strip_prefix("`include \"")?.strip_suffix('"')?.to_string())
}
