//! What `volley build` writes for each board, without running the tools; with them: `tests/hardware/place.rs`, `tests/accept/pnr.rs`.

use std::path::{Path, PathBuf};
use std::process::Command;

use support::command::{must, tool};
use volley::board::{Board, Flow, HostLink};
use volley::build::{self, Options};

fn digits() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rtl-out/digits")
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.collect();
    names.sort();
    names
}

#[test]
fn every_board_gets_what_its_tools_need() {
    for board in Board::all().unwrap() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out");
        let report = build::run(&digits(), &board, &Options::default(), &output, false, &mut |_, _| {}).unwrap();
        assert!(report.bitstream.is_none() && report.implementation.is_none());
        assert_eq!(report.serial.is_some(), board.host_link == HostLink::Uart, "{}", board.name);
        let names = files(&output);
        let wanted = match (board.flow, board.host_link) {
            (Flow::Nextpnr, _) => vec!["Makefile", "synthesis.ys"],
            (Flow::Vivado, HostLink::Uart) => vec!["project.tcl"],
            (Flow::Vivado, HostLink::Axi) => vec!["package_ip.tcl", "block_design.tcl"],
        };
        for name in wanted.into_iter().chain(["build.json", "digits_accelerator.v", "sources"]) {
            assert!(names.iter().any(|there| there == name), "{}: no {name} in {names:?}", board.name);
        }
        // Every script runs through against stand-ins for Vivado's commands, and names only files that exist.
        for script in names.iter().filter(|name| name.ends_with(".tcl")) {
            let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hardware/vivado/stand_in.tcl");
            let mut tclsh = Command::new("tclsh");
            must(tclsh.arg(stand_in).args([script, "0.5"]).current_dir(&output).env("BOARD_FILES", "1"));
        }
        // By hand, make would do the same.
        if board.flow == Flow::Nextpnr {
            let text = must(tool("make").arg("-n").current_dir(&output));
            assert!(text.contains("yosys -q -s synthesis.ys"), "{text}");
        }
    }
}

#[test]
fn what_cannot_be_built_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    let options = Options { mhz: Some(24.0), ..Options::default() };
    let board = Board::find("ulx3s-85f").unwrap();
    let error = build::run(&digits(), &board, &options, &output, false, &mut |_, _| {}).unwrap_err().to_string();
    assert!(error.contains("24 MHz") && error.contains("25 MHz"), "{error}");
    assert!(files(folder.path()).is_empty());
}

#[test]
fn what_has_no_bitstream_is_not_flashed() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    let error = build::flash(&output, false).unwrap_err().to_string();
    assert!(error.contains("build.json") && error.contains("the folder of a built bitstream"), "{error}");
    let board = Board::find("icebreaker").unwrap();
    build::run(&digits(), &board, &Options::default(), &output, false, &mut |_, _| {}).unwrap();
    let error = build::Made::read(&output, &digits()).unwrap_err();
    assert!(error.to_string().contains("build.json: no tool that it knows has run"), "{error}");
    let error = build::flash(&output, false).unwrap_err().to_string();
    assert!(error.contains("there is no bitstream"), "{error}");
}
