//! The boards' reference designs, the whole board each, through synthesis, place and route to a bitstream: `make pnr`. Their cores are
//! simulated, too, and compared with the model, for the clocks that a frame takes.

use std::path::{Path, PathBuf};

use support::{generated, zoo};
use volley::board::Board;
use volley::cosim::{self, Simulator};
use volley::schedule::{Fold, Folding, PlanFile};
use volley::{Converted, Converter, Core, build, data, synth};

/// A network on a board, as far as the tools go for it.
struct Reference {
    board: &'static str,
    network: &'static str,
    members: u32,
    weight_bits: u32,
    how: How,
    /// With the board's clock and link around the core.
    whole: bool,
    /// Of place and route.
    seed: u32,
    /// The clock that it must reach.
    mhz: f64,
    /// The frames a second that it must reach there.
    fps: f64,
}

/// How it is folded.
enum How {
    /// This many lanes everywhere, and at most this many elements in a spike word, 0 for the default: an iCE40's block RAMs are narrow.
    Lanes(usize, usize),
    /// From `plan.toml` in the network's example.
    File,
    /// By the solver, for this many frames a second at the wanted clock.
    Rate(f64),
}

/// Frames that are simulated for the clocks of one.
const FRAMES: usize = 5;

const REFERENCES: [Reference; 8] = [
    small("icebreaker", "digits", How::File, 18.0),
    small("alchitry-cu", "digits", How::Lanes(2, 2), 60.0),
    // It fills the device by itself: between shift registers, without a link to a host.
    Reference { whole: false, ..small("icebreaker", "mnist-slim", How::File, 30.0) },
    small("ulx3s-85f", "digits", How::Lanes(16, 0), 80.0),
    small("ulx3s-85f", "mnist-cnn", How::Lanes(16, 0), 80.0),
    // Synthesis only: no open tool of the project places these.
    Reference { whole: false, ..small("arty-a7-100t", "mnist-cnn", How::Lanes(16, 0), 100.0) },
    Reference { whole: false, mhz: 100.0, ..resnet20("arty-a7-100t", 2500.0) },
    // Twenty minutes of placing and routing, whose runs differ: with other seeds and clocks they reached 68 to 80 MHz.
    Reference { mhz: 65.0, fps: 1600.0, ..resnet20("ulx3s-85f", 1787.5) },
];

const fn small(board: &'static str, network: &'static str, how: How, mhz: f64) -> Reference {
    Reference { board, network, members: 4, weight_bits: 8, how, whole: true, seed: 1, mhz, fps: 0.0 }
}

/// ResNet-20 with weights of 7 bits, which lose no accuracy (`accept_numbers`) and fit a multiplier in pairs.
const fn resnet20(board: &'static str, rate: f64) -> Reference {
    let network = "resnet20-cifar10-qcfs8";
    Reference {
        board,
        network,
        members: 8,
        weight_bits: 7,
        how: How::Rate(rate),
        whole: true,
        seed: 1,
        mhz: 80.0,
        fps: 0.0,
    }
}

/// A file of an example.
fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(path)
}

/// The network at T = 1, and images of its test set.
fn network(reference: &Reference) -> (Converted, data::Images) {
    let name = reference.network;
    let (onnx, images) = match name {
        "digits" => {
            let images = data::read(&example("digits/test.npz"), Some(FRAMES)).unwrap();
            (example("digits/digits.onnx"), images)
        }
        "mnist-slim" => (example("mnist-slim/mnist-slim.onnx"), zoo::images("mnist_test", FRAMES)),
        _ => (zoo::file(&format!("{name}/model.onnx")), zoo::images(zoo::test_set(name), FRAMES)),
    };
    let converter = Converter::open(onnx).unwrap().members(reference.members).weight_bits(reference.weight_bits);
    (converter.convert().unwrap(), images)
}

fn folding(reference: &Reference, converted: &Converted, board: &Board) -> Folding {
    let rate = match reference.how {
        How::Lanes(lanes, word) => {
            return Folding { default: Fold { word, ..Fold::lanes(lanes) }, ..Folding::default() };
        }
        How::File => {
            let path = example(&format!("{}/plan.toml", reference.network));
            let plan = PlanFile::read(&std::fs::read_to_string(&path).unwrap(), &path).unwrap();
            plan.check(&converted.quantise().unwrap(), &path).unwrap();
            return plan.folding;
        }
        How::Rate(rate) => rate,
    };
    generated::solved(reference.network, &converted.quantise().unwrap(), board, reference.mhz, rate)
}

/// Clocks per frame, measured in a run that also compares every count with the model.
fn cycles(core: &Core, rtl: &Path, images: &data::Images) -> f64 {
    let work = tempfile::tempdir().unwrap();
    let mut options = cosim::Options::new(work.path());
    options.simulator = Simulator::Verilator;
    let verdict = core.cosimulate_in(rtl, images, &options).unwrap();
    assert!(verdict.passed(), "{:?}", verdict.first_mismatch);
    verdict.cycles_per_frame
}

/// The tools' results.
struct Made {
    report: synth::Implementation,
    /// Its bytes, of a whole board.
    bitstream: Option<u64>,
    seconds: f64,
}

/// The whole board to a bitstream, or the core alone.
fn make(reference: &Reference, board: &Board, rtl: &Path, folder: &Path) -> Made {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tools = synth::Options {
        yosys: Some(root.join(".venv/bin/yosys")),
        tools: Some(root.join(".venv/bin")),
        mhz: Some(reference.mhz),
        seed: reference.seed,
        ..synth::Options::default()
    };
    if !reference.whole {
        let started = std::time::Instant::now();
        let report = synth::run(rtl, board, &tools, None, &mut |_, _| {}).unwrap();
        return Made { report, bitstream: None, seconds: started.elapsed().as_secs_f64() };
    }
    let options = build::Options { mhz: Some(reference.mhz), tools, ..build::Options::default() };
    let built = build::run(rtl, board, &options, folder.join("build"), true, &mut |_, _| {}).unwrap();
    let report = built.implementation.expect("nextpnr ran");
    assert!(built.bitstream_bytes.is_some(), "{}: {:?} {:?}", board.name, report.excess(), report.timing);
    Made { report, bitstream: built.bitstream_bytes, seconds: built.seconds }
}

#[test]
fn reference_designs() {
    println!(
        "board         network                    LUT     FF  DSP  block RAM  MHz wanted  reached  cycles/frame    fps  \
         bitstream, bytes  seconds"
    );
    // To run only some: a part of "board network".
    let wanted = std::env::var("VOLLEY_PNR").unwrap_or_default();
    for reference in REFERENCES {
        if !format!("{} {}", reference.board, reference.network).contains(&wanted) {
            continue;
        }
        let (converted, images) = network(&reference);
        let board = Board::find(reference.board).unwrap();
        let core = converted.generate(&folding(&reference, &converted, &board)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let rtl = folder.path().join("rtl");
        core.write(&rtl).unwrap();
        let Made { report, bitstream, seconds } = make(&reference, &board, &rtl, folder.path());
        let cycles = cycles(&core, &rtl, &images);
        let cost = report.cost;
        // At the clock of the bitstream, not at the highest possible one.
        let fps = report.timing.as_ref().map(|timing| 1e6 * timing.wanted_mhz / cycles);
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".into());
        println!(
            "{:12}  {:22}  {:6} {:6}  {:3}  {:9}  {:10.1}  {:>7}  {cycles:12.0}  {:>5}  {:>16}  {seconds:7.0}",
            board.name,
            reference.network,
            cost.luts,
            cost.flip_flops,
            cost.dsps,
            cost.block_rams,
            reference.mhz,
            or_none(report.timing.as_ref().map(|timing| format!("{:.1}", timing.achieved_mhz))),
            or_none(fps.map(|fps| format!("{fps:.0}"))),
            or_none(bitstream.map(|bytes| bytes.to_string())),
        );
        assert!(report.excess().is_empty(), "{:?}", report.excess());
        assert!(fps.is_none_or(|fps| fps >= reference.fps), "{fps:?} frames a second of {}", reference.fps);
    }
}
