//! The fast model on the zoo's networks: every count and score of the plain model, with any instructions.

use ndarray::Axis;
use support::zoo::{calibration_set, conversion, images, test_set};
use volley::convert::calibrate::{Calibration, calibrate};
use volley::fixed_point::Settings;
use volley::model::fast::{Backend, Fast};
use volley::model::plain::Plain;
use volley::quantise::quantise;

/// Compares `limit` images, in as many batches as they make.
fn compare(name: &str, members: u32, timesteps: u32, weight_bits: u32, limit: usize) {
    let mut conversion = conversion(name, members, timesteps);
    if !conversion.uncalibrated.is_empty() {
        calibrate(&mut conversion, &images(calibration_set(name), 32), Calibration::default(), &|| ()).unwrap();
    }
    let source = conversion.network;
    let network = quantise(&source, &Settings { weight_bits, ..Settings::default() }).unwrap();
    let plain = Plain::new(&network).unwrap();
    let images = images(test_set(name), limit);
    let frames: Vec<_> = images.pixels.axis_iter(Axis(0)).collect();
    let traces: Vec<_> = frames.iter().map(|frame| plain.trace(*frame)).collect();
    for backend in Backend::all() {
        let fast = Fast::new(&network, backend).expect("the zoo's networks have a fast model");
        let mut maps = fast.maps();
        for (frames, traces) in frames.chunks(fast.batch()).zip(traces.chunks(fast.batch())) {
            let scores = fast.scores(frames, &mut maps);
            for (image, (scores, trace)) in scores.iter().zip(traces).enumerate() {
                for (index, node) in trace.nodes.iter().enumerate() {
                    let counts = fast.counts(index, image, &maps);
                    assert!(counts == node.counts, "{name}, {}: {}", backend.name(), network.nodes[index].name);
                }
                assert_eq!(scores, &trace.scores, "{name}, {}", backend.name());
            }
        }
    }
}

#[test]
fn mnist_mlp() {
    for timesteps in [1, 4] {
        compare("mnist-mlp", 4, timesteps, 8, 20);
    }
}

#[test]
fn mnist_cnn() {
    for (members, timesteps, weight_bits) in [(4, 1, 8), (4, 2, 8), (1, 8, 8), (4, 2, 12)] {
        compare("mnist-cnn", members, timesteps, weight_bits, 10);
    }
}

#[test]
fn resnet20() {
    for (members, timesteps, weight_bits) in [(8, 1, 8), (4, 2, 8), (8, 1, 16)] {
        compare("resnet20-cifar10-qcfs8", members, timesteps, weight_bits, 5);
    }
    compare("resnet20-cifar10-relu", 8, 2, 8, 5);
}

#[test]
fn vgg16() {
    for (members, timesteps) in [(4, 1), (8, 2)] {
        compare("vgg16-slim-cifar10", members, timesteps, 8, 5);
    }
}
