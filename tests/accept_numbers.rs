//! Whole test sets: what the conversion and the fixed point cost. Run with `--features accept --release`.

mod zoo;

use std::time::Instant;

use volley::eval::{Report, evaluate};
use volley::fixed_point::{Settings, ThresholdMode};
use volley::snn::Network;
use zoo::{images, onnx, placed, test_set};

const EXACT: ThresholdMode = ThresholdMode::Exact;

/// Evaluates and prints one line of the table.
fn line(name: &str, network: &Network, weight_bits: u32, threshold: ThresholdMode, limit: usize) -> Report {
    let images = images(test_set(name), limit);
    let start = Instant::now();
    let settings = Settings { weight_bits, threshold };
    let report = evaluate(network, &settings, Some(&onnx(name)), &images, &|_, _| ()).unwrap();
    println!(
        "{name} τ{} T{} {weight_bits} bits {threshold:?}, {limit} images: ann {:.4}, float {:.4}, fixed {:.4}, \
         fixed=ann {:.4}, fixed=float {:.4}, float=ann {:.4}, {:.0} images/s, {:.1} s",
        network.members,
        network.timesteps,
        report.ann.unwrap(),
        report.snn_float,
        report.snn_fixed,
        report.agreement,
        report.agreement_with_float,
        report.float_agreement_with_ann.unwrap(),
        report.images_per_second,
        start.elapsed().as_secs_f64(),
    );
    report
}

#[test]
fn mnist_loses_next_to_nothing() {
    for name in ["mnist-mlp", "mnist-cnn"] {
        for timesteps in [1, 2, 4] {
            let network = placed(name, 4, timesteps).network;
            let report = line(name, &network, 8, EXACT, 10_000);
            assert!(report.snn_fixed >= report.snn_float - 0.0010, "{name} T {timesteps}");
            if timesteps == 1 {
                // τ = L: the spiking network is the quantised ANN, but for float32 ties.
                assert!(report.float_agreement_with_ann.unwrap() >= 0.9995, "{name}");
            }
        }
        let network = placed(name, 4, 1).network;
        for (bits, threshold) in [(6, EXACT), (4, EXACT), (8, ThresholdMode::Pow2)] {
            line(name, &network, bits, threshold, 10_000);
        }
    }
}

#[test]
fn resnet20_keeps_its_accuracy() {
    let name = "resnet20-cifar10-qcfs8";
    let network = placed(name, 8, 1).network;
    // On fewer images the few percent of classes that differ make a loss of this size by chance.
    let report = line(name, &network, 8, EXACT, 10_000);
    assert!(report.snn_fixed >= report.snn_float - 0.005);
    line(name, &network, 6, EXACT, 2_000);
    line(name, &network, 8, ThresholdMode::Pow2, 2_000);
}

#[test]
fn vgg16_slim_keeps_its_accuracy() {
    let name = "vgg16-slim-cifar10";
    let report = line(name, &placed(name, 4, 2).network, 8, EXACT, 2_000);
    assert!(report.snn_fixed >= report.snn_float - 0.005);
}

/// A ReLU network that nobody trained for conversion: thresholds and biases from 500 training images.
#[test]
fn resnet20_with_relu_is_calibrated() {
    let name = "resnet20-cifar10-relu";
    let sample = images("cifar10_calib", 500);
    for (members, timesteps) in [(8, 1), (8, 2), (15, 2)] {
        let mut placed = placed(name, members, timesteps);
        let start = Instant::now();
        volley::convert::calibrate_thresholds::calibrate(&mut placed, &sample, &|| ()).unwrap();
        println!("calibrated in {:.1} s", start.elapsed().as_secs_f64());
        assert!(placed.uncalibrated.is_empty());
        let report = line(name, &placed.network, 8, EXACT, 1_000);
        if (members, timesteps) == (15, 2) {
            assert!(report.snn_fixed >= report.ann.unwrap() - 0.02);
        }
    }
}
