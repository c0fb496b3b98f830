//! The modules around a core: the tops of all boards are as they were reviewed, and neither simulator says anything about them.

use std::path::Path;
use std::process::Command;

use rayon::prelude::*;
use support::command::complaint;
use volley::board::{Board, HostLink};
use volley::build::{self, Options};
use volley::fpga::Family;

fn digits() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rtl-out/digits")
}

fn prepare(board: &Board) -> build::Prepared {
    build::prepare(&digits(), board, &Options::default()).unwrap()
}

fn serial_boards() -> Vec<Board> {
    Board::all().unwrap().into_iter().filter(|board| board.host_link == HostLink::Uart).collect()
}

#[test]
fn a_boards_top_and_its_accelerator() {
    let prepared = prepare(&Board::find("ulx3s-85f").unwrap());
    for (name, text) in prepared.around.files.iter().filter(|(name, _)| name.starts_with("digits_")) {
        insta::assert_snapshot!(name.as_str(), text);
    }
}

/// Clocks are made by a vendor's primitives, which only yosys knows: `tests/hardware/place.rs`.
#[test]
fn every_boards_top_is_clean() {
    let check = |board: &Board| -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let prepared = prepare(board);
        for (name, text) in &prepared.around.files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let clock = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/board/lib/volley_core_clock.v");
        std::fs::copy(clock, folder.path().join("volley_core_clock.v")).unwrap();
        // Not read from where it is: Verilator does not understand a path with a space.
        for entry in std::fs::read_dir(digits()).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_some_and(|extension| extension == "v") {
                std::fs::copy(&file, folder.path().join(file.file_name().unwrap())).unwrap();
            }
        }
        let top = &prepared.around.top;
        let said: String = [
            ("verilator", &["--lint-only", "-Wall", "--top-module"][..]),
            ("iverilog", &["-g2005", "-Wall", "-t", "null", "-s"]),
        ]
        .map(|(program, args)| {
            let mut command = Command::new(program);
            command.current_dir(folder.path()).args(args).args([top, "-y", "."]);
            complaint(command.arg(format!("{top}.v")))
        })
        .concat();
        (!said.is_empty()).then(|| format!("{}: {said}", board.name))
    };
    let boards = serial_boards();
    assert!(boards.len() >= 8, "{}", boards.len());
    let problems: Vec<_> = boards.par_iter().filter_map(check).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Every port of a top has its place, and only those.
#[test]
fn constraints_place_the_ports_of_the_top() {
    for board in serial_boards() {
        let prepared = prepare(&board);
        let top =
            &prepared.around.files.iter().find(|(name, _)| *name == format!("{}.v", prepared.around.top)).unwrap().1;
        let head = top.split_once(") (").unwrap().1.split_once(");").unwrap().0;
        let mut ports = Vec::new();
        for line in head.lines().filter(|line| line.contains(" wire ")) {
            let line = line.split("//").next().unwrap();
            let name = line.split([' ', ',']).rfind(|word| !word.is_empty()).unwrap();
            match line.split_once('[').map(|(_, range)| range.split_once(':').unwrap().0.parse::<u32>().unwrap()) {
                None => ports.push(name.to_string()),
                Some(last) => ports.extend((0..=last).map(|bit| format!("{name}[{bit}]"))),
            }
        }
        let placed: Vec<_> = board.ports().into_iter().map(|(port, _)| port).collect();
        assert_eq!(placed, ports, "{}", board.name);
        for port in &ports {
            let found = match board.family {
                Family::Ice40 => format!(" {port} "),
                Family::Ecp5 => format!("COMP \"{port}\" SITE"),
                Family::Series7 | Family::UltrascalePlus => format!("[get_ports {{ {port} }}]"),
            };
            assert!(prepared.constraints.1.contains(&found), "{}: {port}\n{}", board.name, prepared.constraints.1);
        }
    }
}

#[test]
fn rates_and_clocks_that_do_not_go_together_are_refused() {
    let board = Board::find("icebreaker").unwrap();
    let refusal = |mhz: f64, baud: u32| {
        let options = Options { mhz: Some(mhz), baud: Some(baud), ..Options::default() };
        build::prepare(&digits(), &board, &options).map(|prepared| prepared.serial.unwrap()).map_err(|e| e.to_string())
    };
    insta::assert_snapshot!(refusal(18.0, 3_000_000).unwrap_err(), @"baud rate: a clock of 18 MHz cannot make 3000000 baud: a bit would take 6.00 clocks; choose another rate, for instance 2250000");
    insta::assert_snapshot!(refusal(30.0, 2_800_000).unwrap_err(), @"baud rate: a clock of 30 MHz cannot make 2800000 baud: a bit would take 10.71 clocks; choose another rate, for instance 2727273");
    let serial = refusal(30.0, 3_000_000).unwrap();
    assert_eq!((serial.actual_baud, serial.buffer), (3e6, 248));
}

#[test]
fn a_board_without_a_serial_line_is_refused_by_the_simulation() {
    let board = Board::find("pynq-z2").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let error = volley::board_sim::build(&digits(), &board, folder.path()).unwrap_err().to_string();
    insta::assert_snapshot!(error, @"board pynq-z2: it has no serial line; choose a board whose host_link is uart");
}
