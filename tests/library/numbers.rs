//! The float dynamics and the integer model on the zoo's networks, against the scores and counts of another
//! implementation (PyTorch) and against the ANN itself.

use std::collections::HashSet;

use ndarray::{ArrayD, Axis};
use rayon::prelude::*;
use support::dynamics;
use support::dynamics::TIE;
use support::zoo::{conversion, golden, golden_scores, images, onnx, test_set};
use volley::convert::calibrate::{self, Calibration};
use volley::eval::{ann::Ann, float_snn};
use volley::fixed_point::Settings;
use volley::model::{Model, class_of};
use volley::quantise::quantise;
use volley::snn::{Network, Neuron, Op};

/// Compares `limit` images' scores and the golden images' counts. Where scores differ, a count must be shown that
/// single precision may put on either side of a threshold and that makes the golden scores.
fn compare(name: &str, members: u32, timesteps: u32, limit: usize) {
    let network = conversion(name, members, timesteps).network;
    let expected = golden_scores(name, &format!("scores_tau{members}_T{timesteps}"));
    let images = images(test_set(name), limit);
    let tied = (0..images.len()).into_par_iter().filter(|&index| {
        let image = images.pixels.index_axis(Axis(0), index);
        let scores = float_snn::scores(&network, image);
        let expected = expected.row(index).to_vec();
        let tolerance = 1e-4 * expected.iter().fold(1f32, |most, v| most.max(v.abs()));
        let last = scores.row(scores.nrows() - 1).to_vec();
        if last.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= tolerance) {
            return false;
        }
        let image = dynamics::normalised(&network, image);
        for (what, scores) in [("golden", &expected), ("computed", &last)] {
            let moved = dynamics::explain(&network, &image, scores, tolerance);
            assert!(moved.is_some(), "{name} τ{members} T{timesteps} image {index}: no tie makes the {what} scores");
        }
        true
    });
    let tied = tied.count();
    for index in 0..2 {
        compare_counts(name, &network, images.pixels.index_axis(Axis(0), index), index);
    }
    println!("{name} τ = {members}, T = {timesteps}: {tied} of {limit} images with a tie");
}

/// Counts of one image are the golden ones. In the first layer where any differs, each element that differs was on a threshold when it
/// first did; its later counts, and all later layers, follow from that.
fn compare_counts(name: &str, network: &Network, image: ndarray::ArrayView3<u8>, index: usize) {
    let (_, layers) = float_snn::trace(network, image);
    for (node, layer) in network.nodes.iter().zip(&layers) {
        let Some(layer) = layer else { continue };
        let Op::Layer(snn) = &node.op else { panic!("a pool has no members") };
        let Neuron::Group { theta } = &snn.neuron else { panic!("a readout has no members") };
        let array = format!("counts_tau{}_T{}/{}", network.members, network.timesteps, node.origin);
        let expected: ArrayD<u8> = golden(name, &array);
        let expected = expected.index_axis(Axis(0), index).to_owned();
        let expected = expected.to_shape(layer.counts.dim()).unwrap();
        let mut flipped = HashSet::new();
        for ((place, &count), &wanted) in layer.counts.indexed_iter().zip(&expected) {
            if count != u32::from(wanted) && flipped.insert((place.1, place.2)) {
                let v = f64::from(layer.potentials[place] / theta[place.1]);
                let threshold = v.round().clamp(1.0, f64::from(network.members));
                let distance = (v / threshold - 1.0).abs();
                assert!(distance < TIE, "{name} {} {place:?}: {count} and not {wanted}, {distance}", node.name);
            }
        }
        if !flipped.is_empty() {
            println!("{name} {}: {} elements flipped on a threshold", node.name, flipped.len());
            return;
        }
    }
}

const MNIST: [(u32, u32); 6] = [(4, 1), (4, 2), (4, 4), (2, 2), (1, 1), (1, 4)];

#[test]
fn mnist_mlp_agrees_with_the_golden_scores_and_counts() {
    for (members, timesteps) in MNIST {
        compare("mnist-mlp", members, timesteps, 200);
    }
}

#[test]
fn mnist_cnn_agrees_with_the_golden_scores_and_counts() {
    for (members, timesteps) in MNIST {
        compare("mnist-cnn", members, timesteps, 200);
    }
}

#[test]
fn resnet20_agrees_with_the_golden_scores_and_counts() {
    for (members, timesteps) in [(8, 1), (4, 2), (1, 1)] {
        compare("resnet20-cifar10-qcfs8", members, timesteps, 100);
    }
}

#[test]
fn vgg16_slim_agrees_with_the_golden_scores_and_counts() {
    for (members, timesteps) in [(4, 1), (4, 2), (2, 2)] {
        compare("vgg16-slim-cifar10", members, timesteps, 100);
    }
}

#[test]
fn rten_runs_the_anns_as_pytorch_does() {
    for (name, limit) in
        [("mnist-mlp", 100), ("mnist-cnn", 100), ("resnet20-cifar10-relu", 20), ("vgg16-slim-cifar10", 20)]
    {
        let images = images(test_set(name), limit);
        let input = conversion(name, 1, 1).network.input;
        let scores = Ann::new(&onnx(name), input.shape, &input.normalisation).unwrap();
        let scores = scores.scores_all(&images, &|_| ()).unwrap();
        let expected = golden_scores(name, "ann_scores");
        let close = scores
            .iter()
            .zip(expected.outer_iter())
            .filter(|(scores, expected)| scores.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 1e-3));
        // A float32 tie in a quantised activation moves the scores of few images.
        assert!(close.count() * 20 >= limit * 19, "{name}");
    }
}

/// At 16 bits hardly anything is rounded, so the integer network's counts are the float network's almost everywhere.
/// ResNet-20 is only compared in its first layer: there the rounded mean under the padding shows, and in deeper layers
/// each flipped count flips others.
#[test]
fn sixteen_bits_are_almost_the_float_network() {
    for (name, depth) in [("mnist-mlp", usize::MAX), ("mnist-cnn", usize::MAX), ("resnet20-cifar10-qcfs8", 1)] {
        let network = conversion(name, 4, 2).network;
        let fixed = quantise(&network, &Settings { weight_bits: 16, ..Settings::default() }).unwrap();
        let model = Model::new(&fixed).unwrap();
        let images = images(test_set(name), 4);
        let (mut equal, mut all) = (0, 0);
        for image in images.pixels.outer_iter() {
            let exact = model.trace(image);
            let (_, layers) = float_snn::trace(&network, image);
            for (exact, float) in exact.nodes.iter().zip(&layers).take(depth) {
                let Some(float) = float else { continue };
                let counts = exact.counts.indexed_iter();
                equal += counts.filter(|((t, pixel, c), count)| float.counts[[*t, *c, *pixel]] == **count).count();
                all += exact.counts.len();
            }
        }
        println!("{name}: {equal} of {all} counts equal");
        assert!(equal as f64 >= 0.999 * all as f64, "{name}: {equal} of {all}");
    }
}

/// Few images already give thresholds with which most classes are those of the ReLU network.
#[test]
fn a_relu_network_is_calibrated_from_a_few_images() {
    let name = "resnet20-cifar10-relu";
    let mut conversion = conversion(name, 8, 2);
    let message = calibrate::require_calibrated(&conversion).unwrap_err().to_string();
    let first = &conversion.network.nodes[conversion.uncalibrated[0]].name;
    assert!(message.contains(first) && message.contains("calibrate the network with sample images"), "{message}");
    let mut again = conversion.clone();
    let sample = images("cifar10_calib", 32);
    calibrate::calibrate(&mut conversion, &sample, Calibration::default(), &|| ()).unwrap();
    calibrate::calibrate(&mut again, &sample, Calibration::default(), &|| ()).unwrap();
    assert_eq!(conversion, again, "the result depends on nothing but the images");
    calibrate::require_calibrated(&conversion).unwrap();
    conversion.network.validate().unwrap();
    let images = images(test_set(name), 40);
    let expected = golden_scores(name, "ann_scores");
    let scores = float_snn::scores_all(&conversion.network, &images, &|_| ());
    let equal = scores.iter().zip(expected.outer_iter());
    let equal = equal.filter(|(scores, ann)| class_of(&scores.row(1).to_vec()) == class_of(&ann.to_vec())).count();
    println!("{name}: {equal} of 40 classes equal");
    assert!(equal >= 32, "{equal} of 40");
    let wrong = other_images();
    let message = calibrate::calibrate(&mut self::conversion(name, 8, 2), &wrong, Calibration::default(), &|| ())
        .unwrap_err()
        .to_string();
    assert!(message.contains("images") && message.contains("1×28×28"), "{message}");
}

/// Images of another network.
fn other_images() -> volley::data::Images {
    images("mnist_test", 2)
}
