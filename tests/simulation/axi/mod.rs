//! `<net>_axi` and the bare core's streams against masters, sources and sinks from outside: cocotbext-axi in Icarus,
//! with random pauses on every channel. `axi/test_axi.py`, `axi/test_core.py` and `axi/test_weights.py` hold the tests; here are the designs and
//! what they must compute, by the model.

use std::path::Path;
use std::process::Command;

use ndarray::{Array3, Axis};
use serde_json::json;
use support::command::{must, venv};
use support::{digits, yosys};
use volley::Converted;
use volley::core_folder::{self, Loadable};
use volley::fixed_point::{Network, Settings, ThresholdMode, WeightMode};
use volley::fpga::Family;
use volley::model::Model;
use volley::rtl::weight_data::{WeightData, fingerprint};
use volley::rtl::{self, Design};
use volley::schedule::Folding;
use volley::top::{self, Accelerator, Around};
use volley::{data, quantise, random, schedule};

/// The files of the AXI top around a design.
fn around(design: &Design) -> (Around, Accelerator) {
    let data = WeightData::of(design).unwrap();
    let accelerator = Accelerator {
        design: fingerprint(design),
        weights: data.crc32(),
        weights_bytes: data.bytes().len() as u32,
        clock_hz: 100_000_000,
        link_buffer: 0,
        counters: true,
    };
    (top::axi(&design.manifest, &accelerator).unwrap(), accelerator)
}

/// Writes the design and its AXI top with a case: images, their scores and numbers of events.
fn write(folder: &Path, network: &Network, design: &Design, images: &[Array3<u8>]) -> String {
    let (axi, accelerator) = around(design);
    let files = axi.files.iter().map(|(name, text)| (name, text)).chain(&design.files);
    files.for_each(|(name, text)| std::fs::write(folder.join(name), text).unwrap());
    let model = Model::new(network).unwrap();
    let events = |image: &Array3<u8>| model.trace(image.view()).nodes.iter().map(|node| node.events).sum::<u64>();
    let manifest = &design.manifest;
    let case = json!({
        "channels": manifest.input.channels, "height": manifest.input.height, "width": manifest.input.width,
        "classes": manifest.classes, "members": manifest.members, "timesteps": manifest.timesteps,
        "design": accelerator.design, "weights": accelerator.weights, "weights_bytes": accelerator.weights_bytes,
        "clock_hz": accelerator.clock_hz,
        "images": images.iter().map(|image| image.iter().copied().collect::<Vec<u8>>()).collect::<Vec<_>>(),
        "scores": images.iter().map(|image| model.scores(image.view())).collect::<Vec<_>>(),
        "events": images.iter().map(events).collect::<Vec<_>>(),
    });
    std::fs::write(folder.join("case.json"), case.to_string()).unwrap();
    axi.top
}

/// Adds to the case another network's weights, and what it computes with them.
fn add_other(folder: &Path, other: &Loadable, images: &[Array3<u8>]) {
    let path = folder.join("case.json");
    let mut case: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let model = Model::new(&other.network).unwrap();
    case["other"] = json!({
        "weight_data": other.data.bytes(), "crc32": other.data.crc32(),
        "scores": images.iter().map(|image| model.scores(image.view())).collect::<Vec<_>>(),
    });
    std::fs::write(path, case.to_string()).unwrap();
}

/// Runs a cocotb module; fails with its log.
fn run(folder: &Path, top: &str, module: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(venv("python"));
    // No modules of the caller, and no compiled files beside the tests.
    command.env_remove("PYTHONPATH").env("PYTHONDONTWRITEBYTECODE", "1");
    println!("{}", must(command.arg(root.join("tests/simulation/axi/run.py")).arg(folder).args([top, module])));
}

fn digits_images(count: usize) -> Vec<Array3<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/digits/test.npz");
    let images = data::read(&path, Some(count)).unwrap();
    (0..count).map(|n| images.pixels.index_axis(Axis(0), n).to_owned()).collect()
}

#[test]
fn the_digits_over_axi() {
    let network = digits::quantised(4, 1, ThresholdMode::Exact);
    let design = digits::design(4, 1, ThresholdMode::Exact);
    let folder = tempfile::tempdir().unwrap();
    let top = write(folder.path(), &network, &design, &digits_images(3));
    run(folder.path(), &top, "test_axi");
}

/// Three bytes a pixel and an odd number a frame: frames begin at any byte of a word.
#[test]
fn frames_that_end_within_a_word() {
    let drawn = (0..).map(|seed| (seed, random::network(seed, &random::Options::default())));
    let (seed, network) = drawn
        .map(|(seed, network)| (seed, quantise::quantise(&network, &Settings::default()).unwrap()))
        .find(|(_, network)| network.input.shape.channels == 3 && network.input.shape.elements() % 2 == 1)
        .unwrap();
    let design = rtl::generate(&network, &schedule::plan(&network, &Folding::default()).unwrap()).unwrap();
    let images: Vec<_> = (0..3).map(|n| random::image(seed + n, network.input.shape)).collect();
    let folder = tempfile::tempdir().unwrap();
    let top = write(folder.path(), &network, &design, &images);
    run(folder.path(), &top, "test_axi");
}

#[test]
fn another_networks_weights_over_axi() {
    let settings = Settings { weights: WeightMode::Runtime, ..Settings::default() };
    let converted = |network| Converted { network, settings: settings.clone(), onnx: None, notes: Vec::new() };
    let first = converted(digits::converted(4, 1));
    let core = first.generate(&Folding::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let rtl = folder.path().join("rtl");
    core.write(&rtl).unwrap();
    let other = core_folder::loadable(&rtl, &converted(digits::converted_other(4, 1))).unwrap();
    let images = digits_images(3);
    let simulation = tempfile::tempdir().unwrap();
    let top = write(simulation.path(), &core.network, &core.design, &images);
    add_other(simulation.path(), &other, &images);
    run(simulation.path(), &top, "test_weights");
}

#[test]
fn the_streams_of_a_bare_core() {
    let network = digits::quantised(4, 1, ThresholdMode::Exact);
    let design = digits::design(4, 1, ThresholdMode::Exact);
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &network, &design, &digits_images(3));
    run(folder.path(), &design.manifest.top, "test_core");
}

/// Linted by both simulators, and synthesised for a Zynq: the only multipliers and block RAMs are the core's.
#[test]
fn the_top_is_clean_and_synthesised() {
    let mut design = digits::design(4, 1, ThresholdMode::Exact);
    let (axi, _) = around(&design);
    let names: Vec<_> = axi.files.iter().map(|(name, _)| name.as_str()).collect();
    let library = [
        "volley_accelerator_registers.v",
        "volley_axi_lite_port.v",
        "volley_fifo.v",
        "volley_frame_input.v",
        "volley_skid_buffer.v",
        "volley_transfer_end.v",
        "volley_word_to_bytes.v",
    ];
    assert_eq!(names, [&["digits_axi.v", "digits_accelerator.v"][..], &library].concat());
    insta::assert_snapshot!("digits_axi", axi.files[0].1);
    design.files.extend(axi.files);
    design.manifest.top = axi.top;
    let folder = tempfile::tempdir().unwrap();
    let files = yosys::write(&design, folder.path());
    for (program, args) in [
        ("verilator", &["--lint-only", "-Wall", "--top-module", "digits_axi", "-y", ".", "digits_axi.v"][..]),
        ("iverilog", &[&["-g2005", "-Wall", "-t", "null", "-s", "digits_axi"][..], &strs(&files)].concat()),
    ] {
        let said = must(Command::new(program).args(args).current_dir(folder.path()));
        assert!(said.trim().is_empty(), "{program}: {said}");
    }
    let cells = yosys::synthesise(&yosys::system(), &design, Family::Series7);
    let cost = cells.cost(Family::Series7);
    println!("digits over AXI: {cost:?}\n  {cells}");
    let network = digits::quantised(4, 1, ThresholdMode::Exact);
    assert_eq!(cost.dsps, design.manifest.layers[0].fold.lanes as u64, "{cells}");
    assert_eq!(cost.block_rams, yosys::intended_block_rams(&design, &digits::plan(&network)), "{cells}");
}

fn strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}
