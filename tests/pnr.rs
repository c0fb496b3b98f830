//! The boards' reference designs through synthesis, place and route, and simulation: `make pnr`.
#![cfg(feature = "accept")]

mod zoo;

use std::path::Path;

use volley::board::Board;
use volley::core_folder::{self, Core};
use volley::cosim::{self, Options, Simulator};
use volley::fixed_point::Settings;
use volley::folder::{self, Converted};
use volley::schedule::{Fold, Folding};
use volley::{data, synth};

/// A network on a board, as far as the tools go there.
struct Reference {
    board: &'static str,
    network: &'static str,
    lanes: usize,
    /// Most elements of a spike word, 0 for as many as suit it: an iCE40's block RAMs are narrow.
    word: usize,
    /// The clock that it must reach.
    mhz: f64,
}

/// Frames that are simulated for the cycles of one.
const FRAMES: usize = 5;

const REFERENCES: [Reference; 4] = [
    Reference { board: "icebreaker", network: "digits", lanes: 2, word: 2, mhz: 30.0 },
    Reference { board: "ulx3s-85f", network: "digits", lanes: 16, word: 0, mhz: 80.0 },
    Reference { board: "ulx3s-85f", network: "mnist-cnn", lanes: 16, word: 0, mhz: 80.0 },
    // Synthesis only: no open tool of the project places it.
    Reference { board: "arty-a7-100t", network: "mnist-cnn", lanes: 16, word: 0, mhz: 100.0 },
];

/// The network at τ = 4, T = 1, and images of its test set.
fn network(name: &str) -> (Converted, data::Images) {
    if name == "digits" {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let images = data::read_npz(&root.join("examples/digits/test.npz"), Some(FRAMES)).unwrap();
        return (folder::read(&root.join("rtl-out/digits/network")).unwrap(), images);
    }
    let network = zoo::placed(name, 4, 1).network;
    let converted = Converted { network, settings: Settings::default(), onnx: None };
    (converted, zoo::images(zoo::test_set(name), FRAMES))
}

/// Clocks a frame, measured where every count is also compared with the model.
fn cycles(core: &Core, rtl: &Path, images: &data::Images) -> f64 {
    let work = tempfile::tempdir().unwrap();
    let mut options = Options::new(work.path());
    options.simulator = Simulator::Verilator;
    let verdict = cosim::check(rtl, &core.design.manifest, &core.network, &core.plan, images, &options).unwrap();
    assert!(verdict.is_equal(), "{:?}", verdict.first_mismatch);
    verdict.cycles_per_frame
}

#[test]
fn reference_designs() {
    println!(
        "board         network      lanes     LUT      FF  DSP  block RAM  MHz wanted  reached  cycles/frame    fps"
    );
    for Reference { board, network: name, lanes, word, mhz } in REFERENCES {
        let (converted, images) = network(name);
        let folding = Folding { default: Fold { word, ..Fold::lanes(lanes) }, ..Folding::default() };
        let core = core_folder::generate(&converted, &folding).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let rtl = folder.path().join("rtl");
        core_folder::write(&rtl, &converted, &core.design).unwrap();
        let board = Board::find(board).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let options = synth::Options {
            yosys: Some(root.join(".venv/bin/yosys")),
            tools: Some(root.join(".venv/bin")),
            mhz: Some(mhz),
            ..synth::Options::default()
        };
        let report = synth::run(&rtl, &board, &options, None, &mut |_, _| {}).unwrap();
        let cycles = cycles(&core, &rtl, &images);
        let cost = report.cost;
        let (reached, fps) = match &report.timing {
            // At the clock that the bitstream has, not at the most that would be possible.
            Some(timing) => (format!("{:.1}", timing.achieved_mhz), format!("{:.0}", 1e6 * timing.wanted_mhz / cycles)),
            None => ("–".into(), "–".into()),
        };
        println!(
            "{:12}  {name:11}  {lanes:5}  {:6}  {:6}  {:3}  {:9}  {mhz:10.1}  {reached:>7}  {cycles:12.0}  {fps:>5}",
            board.name, cost.luts, cost.flip_flops, cost.dsps, cost.block_rams
        );
        assert!(report.excess().is_empty(), "{:?}", report.excess());
        let placed = !board.nextpnr.is_empty();
        assert_eq!(report.bitstream.is_some(), placed, "{:?}", report.timing);
    }
}
