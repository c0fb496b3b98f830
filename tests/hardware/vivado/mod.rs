//! The scripts for Vivado, run by tclsh with stand-ins for Vivado's commands (`vivado/stand_in.tcl`): they must be Tcl, call only
//! existing commands with their options, and name files that exist.

use std::path::{Path, PathBuf};
use std::process::Command;

use support::digits;
use volley::board::Board;
use volley::build::vivado::{self, Sources};
use volley::fixed_point::ThresholdMode;
use volley::fpga::Family;
use volley::top::registers::REGISTERS;

/// A board with another part.
fn board(part: &str, family: Family) -> Board {
    Board { part: part.into(), family, ..Board::find("arty-a7-100t").unwrap() }
}

fn pynq() -> Board {
    Board::find("pynq-z2").unwrap()
}

fn zcu104() -> Board {
    Board::find("zcu104").unwrap()
}

/// A folder with the files of a design.
fn design() -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let design = digits::design(4, 1, ThresholdMode::Exact);
    let mut sources = Sources { top: "digits_axi".into(), verilog: vec![], memories: vec![] };
    for (name, text) in &design.files {
        std::fs::write(folder.path().join(name), text).unwrap();
        let list = if name.ends_with(".v") { &mut sources.verilog } else { &mut sources.memories };
        list.push(name.clone());
    }
    assert!(!sources.memories.is_empty());
    (folder, sources)
}

/// Runs a script; returns what it printed, calls included, or its error.
fn run(folder: &Path, script: &str, slack: &str, board_files: bool) -> Result<String, String> {
    let mut command = Command::new("tclsh");
    command
        .arg(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/hardware/vivado/stand_in.tcl"))
        .args([script, slack]);
    command.current_dir(folder).env_remove("BOARD_FILES");
    if board_files {
        command.env("BOARD_FILES", "1");
    }
    let output = command.output().unwrap_or_else(|e| panic!("tclsh: {e}; run scripts/install-tools.sh"));
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

/// The arguments of all calls of a command, in order.
fn calls<'a>(text: &'a str, command: &str) -> Vec<&'a str> {
    let start = format!("CALL {command} ");
    text.lines().filter_map(|line| line.strip_prefix(start.as_str())).collect()
}

#[test]
fn a_project_ends_with_a_bitstream_unless_its_clock_is_missed() {
    let (folder, sources) = design();
    let folder = folder.path();
    let script = vivado::project(&sources, &Board::find("arty-a7-100t").unwrap(), "my board.xdc").unwrap();
    write(folder, "project.tcl", &script);
    assert!(run(folder, "project.tcl", "0.1", false).unwrap_err().contains("there is no file my board.xdc"));
    write(folder, "my board.xdc", "");
    let text = run(folder, "project.tcl", "0.1", false).unwrap();
    assert_eq!(calls(&text, "synth_design"), ["-top digits_axi -part xc7a100tcsg324-1"]);
    assert_eq!(calls(&text, "write_bitstream"), ["-force digits_axi.bit"]);
    let verilog: Vec<_> = calls(&text, "read_verilog")[0].trim_matches(['{', '}']).split_whitespace().collect();
    assert_eq!(verilog, sources.verilog);
    let error = run(folder, "project.tcl", "-0.25", false).unwrap_err();
    assert!(error.contains("setup is missed by 0.25 ns"), "{error}");
    std::fs::remove_file(folder.join(&sources.memories[0])).unwrap();
    assert!(run(folder, "project.tcl", "0.1", false).unwrap_err().contains(&sources.memories[0]));
}

#[test]
fn a_component_has_all_registers() {
    let (folder, sources) = design();
    let script = vivado::package_ip(&sources, &pynq(), "digits, an \"8×8\" {network}").unwrap();
    write(folder.path(), "package_ip.tcl", &script);
    let text = run(folder.path(), "package_ip.tcl", "0", false).unwrap();
    let names: Vec<_> = calls(&text, "ipx::add_register").iter().map(|c| c.split(' ').next().unwrap()).collect();
    assert_eq!(names, REGISTERS.iter().map(|register| register.name).collect::<Vec<_>>());
    for (call, register) in [
        ("address_offset 0x60 LOAD_OFFSET", 24),
        ("access write-only CONTROL", 11),
        ("access read-write INTERRUPT_ENABLE", 25),
    ] {
        assert!(calls(&text, "set_property").contains(&call), "register {register}: {text}");
    }
    assert_eq!(calls(&text, "ipx::associate_bus_interfaces").len(), 4);
    assert!(text.contains("set_property description {digits, an \"8×8\" {network}} core"), "{text}");
}

#[test]
fn a_block_design_ends_with_what_pynq_loads() {
    for (board, board_files) in [(pynq(), true), (pynq(), false), (zcu104(), true), (zcu104(), false)] {
        let (folder, sources) = design();
        let folder = folder.path();
        write(folder, "package_ip.tcl", &vivado::package_ip(&sources, &board, "digits").unwrap());
        write(folder, "block_design.tcl", &vivado::block_design(&sources, &board, 100.0).unwrap());
        let text = run(folder, "block_design.tcl", "0.5", board_files).unwrap();
        assert_eq!(text.contains("CALL apply_bd_automation"), board_files, "{text}");
        for name in ["digits_axi.bit", "digits_axi.hwh"] {
            assert!(folder.join(name).is_file(), "{}: {name}", board.name);
        }
        let error = run(folder, "block_design.tcl", "-1", board_files).unwrap_err();
        assert!(error.contains("setup is missed by 1 ns"), "{error}");
    }
}

#[test]
fn faults_in_a_script_are_seen() {
    let (folder, sources) = design();
    let folder = folder.path();
    write(folder, "package_ip.tcl", &vivado::package_ip(&sources, &pynq(), "digits").unwrap());
    let script = vivado::block_design(&sources, &pynq(), 100.0).unwrap();
    for (from, to, seen) in [
        ("dma/M_AXI_MM2S ", "dma/M_AXI_S2MM ", "connected twice"),
        ("control/aclk ", "", "control/aclk is not connected"),
        ("proc_sys_reset reset", "proc_sys_reset rest", "there is no cell reset"),
        ("validate_bd_design", "validate_bd", "no command 'validate_bd'"),
        ("-to_step write_bitstream", "-to write_bitstream", "no option -to"),
        ("accelerator/m_axis ", "accelerator/m_axi ", "a accelerator has no m_axi"),
        ("foreach pin {", "foreach pin {{", "missing close-brace"),
    ] {
        assert!(script.contains(from), "{from}");
        write(folder, "block_design.tcl", &script.replacen(from, to, 1));
        let error = run(folder, "block_design.tcl", "0.5", false).unwrap_err();
        assert!(error.contains(seen), "{to}: {error}");
    }
}

#[test]
fn parts_are_named_as_vivado_does() {
    for (code, family, name) in [
        ("XC7A35TICSG324-1L", Family::Series7, "xc7a35ticsg324-1L"),
        ("XC7Z020CLG400-1", Family::Series7, "xc7z020clg400-1"),
        ("XCZU7EV-2FFVC1156E", Family::UltrascalePlus, "xczu7ev-ffvc1156-2-e"),
    ] {
        assert_eq!(vivado::part(&board(code, family)).unwrap(), name);
    }
    for (code, family) in [
        ("XC7Z020", Family::Series7),
        ("XCZU7EV-FFVC1156E", Family::UltrascalePlus),
        ("XCZU7EV-2", Family::UltrascalePlus),
        ("LFE5U-85F-6BG381C", Family::Ecp5),
    ] {
        let error = vivado::part(&board(code, family)).unwrap_err().to_string();
        assert!(error.contains(code), "{error}");
    }
    let (_folder, sources) = design();
    let error = vivado::block_design(&sources, &Board::find("arty-a7-100t").unwrap(), 100.0).unwrap_err();
    assert!(error.to_string().contains("no processing system"), "{error}");
}
