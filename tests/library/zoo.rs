//! What `zoo/` holds, and exact figures of its networks on its 500 test images.

use support::zoo::{self, IMAGES, NETWORKS};
use volley::convert::calibrate::{Calibration, calibrate};
use volley::eval::{Summary, evaluate};
use volley::fixed_point::Settings;
use volley::model::argmax;
use volley::snn::Network;

#[test]
fn the_sets_hold_what_they_say() {
    let sets = [
        ("mnist_test", [28, 28, 1], [45, 58, 53, 48, 53, 51, 51, 48, 51, 42]),
        ("mnist_calib", [28, 28, 1], [45, 70, 41, 54, 39, 45, 57, 55, 43, 51]),
        ("cifar10_test", [32, 32, 3], [48, 44, 53, 53, 55, 53, 53, 47, 52, 42]),
        ("cifar10_calib", [32, 32, 3], [47, 57, 40, 48, 48, 52, 60, 52, 46, 50]),
    ];
    for (set, shape, classes) in sets {
        let images = volley::data::read_npz(&zoo::file(&format!("data/{set}.npz")), None).unwrap();
        assert_eq!(images.pixels.shape(), [&[IMAGES], &shape[..]].concat(), "{set}");
        let mut found = [0; 10];
        images.labels.unwrap().iter().for_each(|&label| found[label as usize] += 1);
        assert_eq!(found, classes, "{set}");
    }
}

/// The float networks' scores belong to the images beside them: so many of the 500 classes are right.
#[test]
fn golden_scores_belong_to_the_images() {
    let right = [491, 496, 469, 451, 415];
    for (name, wanted) in NETWORKS.iter().zip(right) {
        let scores = zoo::golden_scores(name, "ann_scores");
        assert_eq!(scores.dim(), (IMAGES, 10), "{name}");
        let labels = zoo::images(zoo::test_set(name), IMAGES).labels.unwrap();
        let found =
            scores.outer_iter().zip(labels).filter(|(scores, label)| argmax(&scores.to_vec()) == *label as usize);
        assert_eq!(found.count(), wanted, "{name}");
    }
}

fn report(name: &str, network: &Network) -> Summary {
    let images = zoo::images(zoo::test_set(name), IMAGES);
    let report = evaluate(network, &Settings::default(), Some(&zoo::onnx(name)), &images, &|_, _| ()).unwrap();
    assert_eq!(report.images, IMAGES);
    println!(
        "{name} τ = {}, T = {}: right {:?} (ANN), {} (float), {} (fixed); as the ANN {:?} (float), {} (fixed)",
        network.members,
        network.timesteps,
        report.ann.map(of_all),
        of_all(report.snn_float),
        of_all(report.snn_fixed),
        report.float_agreement_with_ann.map(of_all),
        of_all(report.agreement),
    );
    report
}

/// A share of the images, in images.
fn of_all(share: f64) -> usize {
    (share * IMAGES as f64).round() as usize
}

/// Right classes of the fixed-point network, which are the same on every machine. In single precision the last bit depends on the
/// processor, so a potential at a threshold may fall on either side of it there: classes of the float networks may differ in one image.
#[test]
fn accuracies_are_exact() {
    let figures = [("mnist-mlp", 4, 1, 0, 0)];
    for (name, members, timesteps, float, fixed) in figures {
        let report = report(name, &zoo::conversion(name, members, timesteps).network);
        let ann = zoo::golden_scores(name, "ann_scores");
        let labels = zoo::images(zoo::test_set(name), IMAGES).labels.unwrap();
        let right = ann.outer_iter().zip(labels).filter(|(scores, label)| argmax(&scores.to_vec()) == *label as usize);
        assert!(of_all(report.ann.unwrap()).abs_diff(right.count()) <= 1, "{name}");
        assert_eq!(of_all(report.snn_fixed), fixed, "{name} τ = {members}, T = {timesteps}");
        assert!(of_all(report.snn_float).abs_diff(float) <= 1, "{name} τ = {members}, T = {timesteps}");
    }
}

/// A network with plain ReLU, calibrated with the 500 training images. Its thresholds come from single precision, too.
#[test]
fn a_calibrated_network_keeps_its_accuracy() {
    let name = "resnet20-cifar10-relu";
    let mut conversion = zoo::conversion(name, 16, 1);
    let sample = zoo::images(zoo::calibration_set(name), IMAGES);
    calibrate(&mut conversion, &sample, Calibration::default(), &|| ()).unwrap();
    let report = report(name, &conversion.network);
    assert!(of_all(report.snn_float).abs_diff(0) <= 2);
    assert!(of_all(report.snn_fixed).abs_diff(0) <= 2);
}
