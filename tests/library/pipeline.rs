//! The library's own way from a trained network to a verdict: `Converter`, `Converted`, `Core`, `Verdict`.

use std::sync::Mutex;

use ndarray::Array4;
use support::onnx::Graph;
use volley::ann::Normalisation;
use volley::convert::calibrate::Calibration;
use volley::cosim::{Options, Simulator};
use volley::error::{Kind, Place, Setting};
use volley::fixed_point::{Op, Settings, ThresholdMode};
use volley::pipeline::{Phase, Target};
use volley::{Board, Converted, Converter, Core, Folding, Images};

const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/digits");

fn digits() -> Converter<'static> {
    Converter::open(format!("{DIGITS}/digits.onnx")).unwrap()
}

fn digit_images(file: &str, count: usize) -> Images {
    Images::open(format!("{DIGITS}/{file}.npz")).unwrap().take(count)
}

/// Two plain ReLU layers on 4×4 pixels.
fn relu() -> Converter<'static> {
    let graph = Graph::new([1, 4, 4]).conv("/0/Conv", 4, 1, 2, &[]).node("/1/Relu", "Relu", &["_"], &[]);
    let graph = graph.conv("/2/Conv", 3, 4, 2, &[]).node("/3/Relu", "Relu", &["_"], &[]);
    graph.flatten("/4/Flatten").linear("/5/Gemm", 4, 12).converter().unwrap()
}

fn gradients(count: usize) -> Images {
    let pixels = Array4::from_shape_fn((count, 4, 4, 1), |(n, y, x, _)| ((n * 37 + y * 50 + x * 13) % 256) as u8);
    Images { pixels, labels: Some((0..count as u32).map(|n| n % 4).collect()) }
}

#[test]
fn from_a_file_to_a_verdict() {
    let converted = digits().members(4).timesteps(2).convert().unwrap();
    assert_eq!((converted.network.members, converted.network.timesteps), (4, 2));
    let core = converted.generate(&Folding::uniform(8)).unwrap();
    let options = Options { simulator: Simulator::Icarus, stalls: 64, ..Options::default() };
    let images = digit_images("test", 2);
    let verdict = core.cosimulate(&images, &options).unwrap();
    assert!(verdict.passed() && verdict.frames == 2 && verdict.compared > 1000, "{verdict:?}");

    // The files in a folder are simulated as they are there.
    let place = tempfile::tempdir().unwrap();
    let rtl = place.path().join("rtl");
    core.write(&rtl).unwrap();
    let weights = rtl.join("digits_conv_0_weights.mem");
    let text = std::fs::read_to_string(&weights).unwrap();
    let flipped: String = text.chars().map(|c| if c == '1' { '2' } else { c }).collect();
    assert_ne!(text, flipped);
    std::fs::write(&weights, flipped).unwrap();
    assert!(core.cosimulate(&images, &options).unwrap().passed());
    let verdict = core.cosimulate_in(&rtl, &images, &options).unwrap();
    assert!(!verdict.passed() && verdict.first_mismatch.is_some_and(|first| first.layer.starts_with("conv_0")));
}

/// Bytes and a file give the same network, and both folders give back what was written.
#[test]
fn from_bytes_and_from_folders() {
    let file = digits().weight_bits(5).threshold(ThresholdMode::Pow2).convert().unwrap();
    let bytes = std::fs::read(format!("{DIGITS}/digits.onnx")).unwrap();
    let card = Normalisation { mean: vec![0.0], std: vec![1.0] };
    let converter = Converter::from_bytes(bytes, "digits.onnx", card.clone()).unwrap();
    assert_eq!(converter.weight_bits(5).threshold(ThresholdMode::Pow2).convert().unwrap(), file);
    // Another normalisation makes another network.
    let other = Normalisation { mean: vec![0.5], ..card };
    let other = Converter::open_with(format!("{DIGITS}/digits.onnx"), other).unwrap().convert().unwrap();
    assert_ne!(other.network, file.network);

    let place = tempfile::tempdir().unwrap();
    let (net, rtl) = (place.path().join("net"), place.path().join("rtl"));
    file.write(&net).unwrap();
    assert_eq!(Converted::open(&net).unwrap(), file);
    let mut core = file.generate(&Folding::uniform(4)).unwrap();
    core.write(&rtl).unwrap();
    core.converted.onnx = None;
    assert_eq!(Core::open(&rtl).unwrap(), core);

    // A folder's network can be converted again, with other settings.
    let again = Converted::open(&net).unwrap().converter().unwrap();
    assert_eq!(again.convert().unwrap(), file);
    assert_eq!(again.clone().timesteps(3).convert().unwrap().network.timesteps, 3);
    assert!(core.converted.converter().is_err(), "the float network is not in a core's folder");
}

/// The ONNX file is read once, and no conversion disturbs another.
#[test]
fn one_import_serves_many_conversions() {
    let converter = digits();
    for (members, timesteps) in [(1, 1), (4, 1), (2, 3)] {
        let swept = converter.clone().members(members).timesteps(timesteps).convert().unwrap();
        assert_eq!(swept, digits().members(members).timesteps(timesteps).convert().unwrap());
    }
    assert_eq!(converter.convert().unwrap(), digits().members(4).timesteps(1).convert().unwrap());
}

#[test]
fn plain_relu_needs_images() {
    let refused = relu().convert().unwrap_err();
    assert!(matches!(refused.kind(), Kind::NeedsCalibration), "{refused}");
    assert_eq!(refused.place(), &Place::layer("conv_0"));
    assert_eq!(relu().replace_activations().unwrap().uncalibrated, [0, 1]);
    let images = gradients(24);
    let said = Mutex::new(Vec::new());
    let progress = |work: Phase, all: usize, done: usize| said.lock().unwrap().push((work, all, done));
    let converter = relu().calibration(&images).progress(&progress);
    let whole = converter.convert().unwrap();
    // A call for each node.
    assert_eq!(*said.lock().unwrap(), vec![(Phase::Calibration, 3, 1); 3]);
    let least = converter.clone().calibrate(Calibration::Maximum).convert().unwrap();
    assert_ne!(whole.network, least.network);
    assert_eq!(converter.calibrate(Calibration::Weights).convert().unwrap(), whole);
}

#[test]
fn weight_bits_are_chosen_by_layer() {
    let images = digit_images("calibration", 200);
    let converter = digits().calibration(&images).max_loss(0.02);
    let (mixed, choice) = converter.convert_with_choice().unwrap();
    let choice = choice.expect("a loss was given");
    assert_eq!(mixed.settings, choice.settings);
    assert!(choice.mean_bits < 8.0 && choice.chosen >= choice.float - 0.02, "{choice:?}");
    for node in &mixed.quantise().unwrap().nodes {
        if let Op::Layer(layer) = &node.op {
            assert_eq!(layer.weight_bits, mixed.settings.bits_of(&node.name));
        }
    }
    let refused = digits().max_loss(0.02).convert().unwrap_err();
    assert!(matches!(refused.kind(), Kind::NoImages), "{refused}");
}

#[test]
fn impossible_settings_are_refused() {
    for (converter, setting) in [
        (digits().members(0), Setting::Members),
        (digits().members(256), Setting::Members),
        (digits().timesteps(65), Setting::Timesteps),
        (digits().weight_bits(17), Setting::WeightBits),
    ] {
        let error = converter.convert().unwrap_err();
        assert!(matches!(error.kind(), Kind::OutOfRange { .. }) && error.place().setting() == Some(setting), "{error}");
    }
    let mut settings = Settings::default();
    settings.layer_bits.insert("nothing".into(), 4);
    let error = digits().settings(settings).convert().unwrap_err();
    assert!(matches!(error.kind(), Kind::UnknownLayer { layer, .. } if layer == "nothing"), "{error}");
    let place = tempfile::tempdir().unwrap();
    let alone = place.path().join("alone.onnx");
    std::fs::copy(format!("{DIGITS}/digits.onnx"), &alone).unwrap();
    let error = Converter::open(&alone).err().unwrap();
    assert!(matches!(error.kind(), Kind::NoNormalisation), "{error}");
}

/// The estimate of a fit is that of the core that its folding gives.
#[test]
fn a_core_is_fitted_to_a_board() {
    let converted = digits().convert().unwrap();
    let board = Board::find("ulx3s-85f").unwrap();
    let images = digit_images("calibration", 16);
    let fit = converted.fit(&Target::new(board.clone()), Some(&images)).unwrap();
    let core = converted.generate(&fit.folding).unwrap();
    assert_eq!(core.plan, fit.plan);
    assert!(board.check(fit.figures.total()).is_ok());
    let slow = Target { frames_per_second: Some(1000.0), ..Target::new(board.clone()) };
    let slow = converted.fit(&slow, Some(&images)).unwrap();
    assert!(slow.figures.total().luts < fit.figures.total().luts);
    assert!(slow.frames_per_second >= 1000.0 && fit.frames_per_second > slow.frames_per_second);
    // Without images every element is an event, so it is slower.
    assert!(converted.fit(&Target::new(board.clone()), None).unwrap().frames_per_second < fit.frames_per_second);
}

#[test]
fn a_network_is_evaluated() {
    let report = digits().convert().unwrap().evaluate(&digit_images("test", 100)).unwrap();
    assert_eq!((report.images, report.ann), (100, Some(1.0)));
    assert!(report.snn_fixed > 0.95 && report.agreement > 0.95, "{report:?}");
}
