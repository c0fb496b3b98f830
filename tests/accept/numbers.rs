//! Whole test sets: the cost of conversion and fixed point. `make accept`.
//!
//! Nothing is chosen by these figures: all choices were made on training images (see `quantise::scale`).
//! MNIST may lose 0.10 points to rounding and ResNet-20, trained with QCFS, 0.20. The other networks are printed for
//! information.

use std::time::Instant;

use support::zoo::{self, conversion, onnx, test_set, whole_images};
use volley::Converter;
use volley::convert::calibrate::{Calibration, calibrate};
use volley::eval::{Summary, evaluate};
use volley::fixed_point::{Settings, ThresholdMode};
use volley::snn::Network;
use volley::words::Words;

const EXACT: ThresholdMode = ThresholdMode::Exact;

/// Members and time steps of ResNet-20.
const RESNET20: [(u32, u32); 3] = [(8, 1), (4, 2), (4, 4)];

/// Evaluates and prints one line of the table.
fn line(name: &str, network: &Network, weight_bits: &str, threshold: ThresholdMode, limit: usize) -> Summary {
    let images = whole_images(test_set(name), limit);
    let start = Instant::now();
    let settings = Settings::parse(weight_bits, threshold).unwrap();
    let report = evaluate(network, &settings, Some(&onnx(name)), &images, &|_, _| ()).unwrap();
    println!(
        "{name} τ{} T{} {weight_bits} bits {threshold:?}, {limit} images: ann {:.4}, float {:.4}, fixed {:.4}, \
         loss {:.2} points, fixed=ann {:.4}, fixed=float {:.4}, float=ann {:.4}, fixed alone {:.1} s, all {:.1} s",
        network.members,
        network.timesteps,
        report.ann.unwrap(),
        report.snn_float,
        report.snn_fixed,
        100.0 * (report.snn_float - report.snn_fixed),
        report.agreement,
        report.agreement_with_float,
        report.float_agreement_with_ann.unwrap(),
        limit as f64 / report.images_per_second,
        start.elapsed().as_secs_f64(),
    );
    report
}

#[test]
fn mnist_loses_next_to_nothing() {
    for name in ["mnist-mlp", "mnist-cnn"] {
        for timesteps in [1, 2, 4] {
            let network = conversion(name, 4, timesteps).network;
            let report = line(name, &network, "8", EXACT, 10_000);
            // Counted in images, since 0.0010 itself is not exact in binary.
            let loss = (report.snn_float - report.snn_fixed) * report.images as f64;
            assert!(loss.round() <= 10.0, "{name} T {timesteps}: {loss} images of 10,000");
            if timesteps == 1 {
                // τ = L: the spiking network is the quantised ANN. Single precision may round a potential on a
                // threshold differently in the two, which rarely changes a class.
                let equal = report.float_agreement_with_ann.unwrap() * report.images as f64;
                println!("{name}: {} of {} classes equal to the ANN's", equal.round(), report.images);
                assert!(equal.round() >= 9_995.0, "{name}");
            }
        }
        let network = conversion(name, 4, 1).network;
        for (bits, threshold) in [("6", EXACT), ("4", EXACT), ("8", ThresholdMode::Pow2)] {
            line(name, &network, bits, threshold, 10_000);
        }
    }
}

/// Three foldings of the eight levels that ResNet-20 was trained with. At τ = L and T = 1 the spiking network is the
/// quantised ANN, which the first bar checks. The second bounds what rounding costs in accuracy. Agreement has no bar: the
/// network amplifies any disturbance (docs/results/rounding.md).
#[test]
fn resnet20_with_qcfs_keeps_its_accuracy() {
    let name = "resnet20-cifar10-qcfs8";
    for (members, timesteps) in RESNET20 {
        let network = conversion(name, members, timesteps).network;
        let report = line(name, &network, "8", EXACT, 10_000);
        if (members, timesteps) == (8, 1) {
            let equal = (report.float_agreement_with_ann.unwrap() * report.images as f64).round();
            println!("{name}: {equal} of {} classes equal to the ANN's", report.images);
            assert!(equal >= 9_990.0, "{name}");
            let loss = ((report.snn_float - report.snn_fixed) * report.images as f64).round();
            assert!(loss.abs() <= 20.0, "{name}: {loss} images of 10,000");
            // The layers of 64 channels hold three quarters of the weights.
            let phase = ["blocks_6_", "blocks_7_", "blocks_8_"];
            let wide = network.layer_names().filter(|name| phase.iter().any(|block| name.starts_with(block)));
            let mixed = wide.fold("8".to_string(), |bits, name| format!("{bits},{name}=6"));
            for bits in [&mixed, "6", "4"] {
                line(name, &network, bits, EXACT, 10_000);
            }
        }
    }
}

#[test]
fn vgg16_slim_is_printed() {
    let name = "vgg16-slim-cifar10";
    line(name, &conversion(name, 4, 2).network, "8", EXACT, 2_000);
}

/// ReLU6, and a bound far above every activation, in place of ReLU: calibrated, the network is as accurate as its ReLU twin.
#[test]
fn resnet20_with_clipped_activations_keeps_the_accuracy_of_relu() {
    let name = "resnet20-cifar10-relu";
    let normalisation = zoo::imported(name).normalisation;
    let sample = whole_images("cifar10_calib", 2_000);
    let test = whole_images("cifar10_test", 10_000);
    let accuracy = |onnx: Vec<u8>, members, calibration| {
        let mut converter = Converter::from_bytes(onnx, name, normalisation.clone()).unwrap().members(members);
        if calibration {
            converter = converter.calibration(&sample);
        }
        converter.convert().unwrap().evaluate(&test).unwrap().snn_fixed * 100.0
    };
    for members in [8, 4] {
        let relu = accuracy(onnx(name), members, true);
        for bound in [6.0, 20.0] {
            let blind = accuracy(zoo::with_clip(name, bound), members, false);
            let clipped = accuracy(zoo::with_clip(name, bound), members, true);
            println!(
                "{name} τ {members}, clipped at {bound}: {clipped:.2} %, ReLU {relu:.2} %; without images {blind:.2} %"
            );
            assert!((relu - clipped).abs() <= 0.5, "τ {members}, {bound}: {clipped} against {relu}");
        }
    }
}

/// (τ, T) of the ReLU network, and how many images of 10,000 its float SNN may lose against the ANN; the others are printed.
const RELU: [(u32, u32, Option<f64>); 4] = [(8, 1, None), (16, 1, Some(100.0)), (8, 2, None), (8, 4, Some(50.0))];

/// A ReLU network that nobody trained for conversion, before and after each step of its calibration on training images.
#[test]
fn resnet20_with_relu_is_calibrated() {
    let name = "resnet20-cifar10-relu";
    let sample = whole_images("cifar10_calib", 2_000);
    for (members, timesteps, bar) in RELU {
        for (method, ..) in Calibration::ALL {
            let mut conversion = conversion(name, members, timesteps);
            let start = Instant::now();
            calibrate(&mut conversion, &sample, *method, &|| ()).unwrap();
            println!("calibrated ({method:?}) in {:.1} s", start.elapsed().as_secs_f64());
            assert!(conversion.uncalibrated.is_empty());
            let report = line(name, &conversion.network, "8", EXACT, 10_000);
            if let (Calibration::Weights, Some(bar)) = (method, bar) {
                let loss = (report.ann.unwrap() - report.snn_float) * report.images as f64;
                assert!(loss.round() <= bar, "{name} τ {members} T {timesteps}: {loss} images behind the ANN");
            }
        }
    }
}
