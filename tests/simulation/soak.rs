//! Many frames through a simulated device under random stalls, with resets in the middle of frames: every score is right, the counters
//! are consistent, nothing leaks. `sim/soak.cpp` is the harness; `make soak` sends 10,000 frames through mnist-cnn.

use std::path::Path;
use std::process::Command;

use ndarray::Axis;
use rayon::prelude::*;
use support::command::{must, output, tool};
use support::digits;
use volley::data::{self, Images};
use volley::fixed_point::{Network, Op, ThresholdMode};
use volley::model::Model;
use volley::rtl::Design;
use volley::rtl::weight_data::{WeightData, fingerprint};
use volley::top::{self, Accelerator};

/// A small fault: in a file, this text becomes that one.
type Fault = (&'static str, &'static str, &'static str);

/// Runs the soak and returns what it says.
fn soak(network: &Network, design: &Design, images: &Images, answers: u64, fault: Option<Fault>) -> String {
    let data = WeightData::of(design).unwrap();
    let accelerator = Accelerator {
        design: fingerprint(design),
        weights: data.crc32(),
        weights_bytes: data.bytes().len() as u32,
        clock_hz: 0,
        link_buffer: 0,
        counters: true,
    };
    let axi = top::axi(&design.manifest, &accelerator).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    for (name, text) in axi.files.iter().map(|(name, text)| (name, text)).chain(&design.files) {
        let text = match fault {
            Some((file, from, to)) if file == name => {
                assert_eq!(text.matches(from).count(), 1, "{name}: '{from}'");
                text.replace(from, to)
            }
            _ => text.clone(),
        };
        write(name, text.as_bytes());
    }
    let model = Model::new(network).unwrap();
    let of = |n: usize| {
        let trace = model.trace(images.pixels.index_axis(Axis(0), n));
        // An event is processed once a segment.
        let layers = network.nodes.iter().zip(&trace.nodes).filter(|(node, _)| matches!(node.op, Op::Layer(_)));
        let events = layers.zip(&design.manifest.layers).map(|((_, node), layer)| node.events * layer.segments as u64);
        (trace.scores.clone(), events.sum::<u64>() as u32)
    };
    let expected: Vec<_> = (0..images.len()).into_par_iter().map(of).collect();
    let words = |words: Vec<u32>| words.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>();
    write("frames.bin", &images.pixels.iter().copied().collect::<Vec<u8>>());
    write("scores.bin", &words(expected.iter().flat_map(|(scores, _)| scores).map(|&score| score as u32).collect()));
    write("events.bin", &words(expected.iter().map(|(_, events)| *events).collect()));

    let accelerator = axi.top.replace("_axi", "_accelerator");
    let harness = Path::new(env!("CARGO_MANIFEST_DIR")).join("sim/soak.cpp");
    let mut build = tool("verilator");
    build.args([
        "--cc",
        "--exe",
        "--build",
        "-O3",
        "-Wno-lint",
        "-Wno-style",
        "--x-initial",
        "unique",
        "--x-assign",
        "unique",
    ]);
    build.args(["-CFLAGS", "-O2 -std=c++17", "--prefix", "Vdevice", "--Mdir", "build", "-o", "soak"]);
    build.args(["--top-module", &accelerator, "-y", ".", &format!("{accelerator}.v"), "soak.cpp"]);
    // Beside the Verilog: make does not understand a path with a space.
    std::fs::copy(harness, folder.path().join("soak.cpp")).unwrap();
    must(build.current_dir(folder.path()));
    let (bytes, classes) = (network.input.shape.elements(), design.manifest.classes);
    let numbers = [bytes as u64, classes as u64, answers, 1].map(|number| number.to_string());
    let mut program = Command::new(folder.path().join("build/soak"));
    program.args(["frames.bin", "scores.bin", "events.bin"]).args(numbers).current_dir(folder.path());
    output(&mut program).1
}

/// The number before a word.
fn figure(said: &str, what: &str) -> u64 {
    let before = said.split(what).next().unwrap();
    before.trim_end().rsplit(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("no '{what}' in {said}"))
}

#[test]
fn the_digits_are_soaked() {
    let network = digits::quantised(4, 1, ThresholdMode::Exact);
    let design = digits::design(4, 1, ThresholdMode::Exact);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/digits/test.npz");
    let said = soak(&network, &design, &data::read(&path, None).unwrap(), 2000, None);
    println!("digits: {said}");
    assert!(said.starts_with("PASS 2000 answers"), "{said}");
    for what in ["resets by CONTROL", "by rst", "frames cut off", "checks of counters"] {
        assert!(figure(&said, what) >= 10, "{said}");
    }
}

/// Things that a reset must forget, and does not: each fault is seen.
#[test]
fn what_outlives_a_reset_is_seen() {
    const FAULTS: [Fault; 2] = [
        // Frames that are counted as being inside.
        (
            "volley_accelerator_registers.v",
            "            inside_reg <= 8'd0;\n        end\n        if (whole)",
            "        end\n        if (whole)",
        ),
        // The place in the frame, except after a long reset.
        (
            "volley_frame_input.v",
            "pixel_reg       <= {PIXEL_BITS{1'b0}};",
            "pixel_reg       <= {pixel_reg[PIXEL_BITS-2:0], 1'b0};",
        ),
    ];
    let network = digits::quantised(4, 1, ThresholdMode::Exact);
    let design = digits::design(4, 1, ThresholdMode::Exact);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/digits/test.npz");
    let images = data::read(&path, None).unwrap();
    FAULTS.into_par_iter().for_each(|fault| {
        let said = soak(&network, &design, &images, 500, Some(fault));
        assert!(said.starts_with("FAIL after a reset"), "{}: {said}", fault.0);
    });
}

#[cfg(feature = "accept")]
#[test]
fn mnist_cnn_is_soaked() {
    use support::{generated, zoo};
    use volley::fixed_point::Settings;
    use volley::{quantise, rtl, schedule};
    let frames = std::env::var("VOLLEY_SOAK_FRAMES").map_or(10_000, |text| text.parse().expect("a number of frames"));
    let name = "mnist-cnn";
    let network = quantise::quantise(&zoo::conversion(name, 4, 1).network, &Settings::default()).unwrap();
    let board = volley::board::Board::find("ulx3s-85f").unwrap();
    let folding = generated::solved(name, &network, &board, 80.0, 14_000.0);
    let design = rtl::generate(&network, &schedule::plan(&network, &folding).unwrap()).unwrap();
    let said = soak(&network, &design, &zoo::whole_images("mnist_test", 10_000), frames, None);
    println!("{name}: {said}");
    assert!(said.starts_with(&format!("PASS {frames} answers")), "{said}");
}
