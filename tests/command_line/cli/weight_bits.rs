//! `volley convert --max-loss` as a user sees it.

use insta::assert_snapshot;
use ndarray::Array3;
use serde_json::Value;

use super::DIGITS;
use super::place::Place;

/// The promised accuracy of the chosen bits holds when the written folder is evaluated.
#[test]
fn weight_bits_are_chosen_within_a_loss() {
    let place = Place::new();
    let convert = |more: &str| format!("convert {DIGITS}/digits.onnx --members 4 --timesteps 1 -o net {more}");
    let calibration = format!("{DIGITS}/calibration.npz");
    let mut last = f64::INFINITY;
    for points in [0.0, 1.0, 5.0] {
        let arguments = convert(&format!("--data {calibration} --max-loss {points} --weight-bits 8,conv_4=5 --json"));
        let converted: Value = serde_json::from_str(&place.fine(&arguments)).unwrap();
        let layers = converted["layers"].as_array().unwrap();
        let bits = |layer: &Value| layer["weight_bits"].as_u64().unwrap();
        assert!(layers.iter().zip([8, 5, 8]).all(|(layer, most)| (2..=most).contains(&bits(layer))), "{layers:?}");
        let weights = |layer: &Value| layer["weights"].as_u64().unwrap();
        let sum = layers.iter().map(|layer| bits(layer) * weights(layer)).sum::<u64>() as f64;
        let choice = &converted["mixed_precision"];
        let number = |value: &Value| value.as_f64().unwrap();
        let mean = number(&choice["mean_bits"]);
        assert!((mean - sum / layers.iter().map(weights).sum::<u64>() as f64).abs() < 1e-9);
        let report: Value =
            serde_json::from_str(&place.fine(&format!("eval net --data {calibration} --json"))).unwrap();
        assert_eq!((&report["snn_float"], &report["snn_fixed"]), (&choice["float"], &choice["chosen"]));
        assert!(number(&report["snn_float"]) - number(&report["snn_fixed"]) <= points / 100.0 + 1e-9, "{report}");
        // A larger loss gives fewer bits, and always fewer than 7.
        assert!(mean < last && mean < 7.0, "{points} points: {mean} bits after {last}");
        last = mean;
    }
    let shown = place.fine(&convert(&format!("--data {calibration} --max-loss 1")));
    assert!(shown.contains("\na weight has ") && shown.contains("float SNN") && shown.contains("chosen"), "{shown}");
}

#[test]
fn a_loss_that_cannot_be_held_is_refused() {
    let place = Place::new();
    let convert = format!("convert {DIGITS}/digits.onnx --members 4 --timesteps 1 -o net --max-loss");
    assert_snapshot!(place.refused(&format!("{convert} 0.1")), @"error: --max-loss: it needs images to measure the accuracy on; give labelled training images with --data");
    let mut archive = ndarray_npy::NpzWriter::new(std::fs::File::create(place.path("x.npz")).unwrap());
    archive.add_array("x", &Array3::<u8>::zeros((3, 8, 8))).unwrap();
    archive.finish().unwrap();
    assert_snapshot!(place.refused(&format!("{convert} 0.1 --data x.npz")), @"error: --data: its images have no labels; add an array 'y' with a class for each image");
    assert_snapshot!(place.refused(&format!("{convert} 100 --data {DIGITS}/calibration.npz")), @"error: --max-loss: it is 100; choose at least 0 and less than 100");
    assert_snapshot!(place.refused(&format!("{convert} 0 --data {DIGITS}/calibration.npz --weight-bits 2")), @"error: --max-loss: no weight bits lose at most 0.00 points of the float network's 98.50 %; the best reach 32.00 %; allow more loss, more --weight-bits, or give more images");
}
