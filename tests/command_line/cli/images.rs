//! The forms in which images may be given.

use std::path::Path;

use insta::assert_snapshot;
use ndarray::{Array1, Array2, Array3, Array4};
use ndarray_npy::{NpzWriter, WriteNpyExt};
use serde_json::Value;
use support::onnx::{Attribute, Graph};
use volley::Images;

use super::{CONVERT, DIGITS, Place};

fn npz(path: &Path) -> NpzWriter<std::fs::File> {
    NpzWriter::new(std::fs::File::create(path).unwrap())
}

/// What `volley eval` measures, without the computer's speed.
fn evaluated(place: &Place, data: &str) -> Value {
    let mut report: Value = serde_json::from_str(&place.fine(&format!("eval net --data {data} --json"))).unwrap();
    report["images_per_second"] = Value::Null;
    report
}

#[test]
fn every_form_of_the_same_images_gives_the_same_accuracies() {
    // With few bits, so that not all images are right.
    let place = Place::new();
    place.fine(&format!("convert {DIGITS}/digits.onnx --members 2 --timesteps 2 --weight-bits 3 -o net"));
    let images = Images::open(format!("{DIGITS}/test.npz")).unwrap();
    let labels = images.labels.clone().unwrap();
    let expected = evaluated(&place, &format!("{DIGITS}/test.npz"));
    assert_eq!(expected["images"], 100);
    assert_ne!(expected["snn_fixed"], 1.0);

    // As PyTorch holds them: channels first, divided by 255; labels one-hot.
    let first = images.pixels.clone().permuted_axes([0, 3, 1, 2]).as_standard_layout().into_owned();
    let floats: Array4<f32> = first.mapv(f32::from) / 255.0;
    let mut one_hot = Array2::<f32>::zeros((100, 10));
    for (row, label) in labels.iter().enumerate() {
        one_hot[[row, *label as usize]] = 1.0;
    }
    let mut archive = npz(&place.path("torch.npz"));
    archive.add_array("images", &floats).unwrap();
    archive.add_array("labels", &one_hot).unwrap();
    archive.finish().unwrap();
    assert_eq!(evaluated(&place, "torch.npz"), expected);

    let create = |name: &str| std::fs::File::create(place.path(name)).unwrap();
    images.pixels.mapv(i64::from).write_npy(create("x_test.npy")).unwrap();
    Array1::from_iter(labels.iter().map(|label| *label as i32)).write_npy(create("y_test.npy")).unwrap();
    assert_eq!(evaluated(&place, "x_test.npy"), expected);

    for (number, (pixels, label)) in images.pixels.outer_iter().zip(&labels).enumerate() {
        let class = place.path(&format!("digits/{label}"));
        std::fs::create_dir_all(&class).unwrap();
        let file = std::fs::File::create(class.join(format!("{number:03}.png"))).unwrap();
        let mut encoder = png::Encoder::new(file, 8, 8);
        encoder.set_color(png::ColorType::Grayscale);
        let bytes: Vec<u8> = pixels.iter().copied().collect();
        encoder.write_header().unwrap().write_image_data(&bytes).unwrap();
    }
    assert_eq!(evaluated(&place, "digits"), expected);
    // The first ten are one of each class.
    let report = evaluated(&place, "digits --limit 10");
    let rows = report["confusion"].as_array().unwrap().iter();
    let sums: Vec<u64> = rows.map(|row| row.as_array().unwrap().iter().filter_map(Value::as_u64).sum()).collect();
    assert_eq!(sums, [1; 10]);
    // Other commands read them as well.
    place.fine("inspect net --data digits --limit 20");
}

#[test]
fn images_that_leave_a_doubt_are_refused() {
    let place = Place::new().digits();
    let mut archive = npz(&place.path("mnist.npz"));
    for (name, count) in [("train", 6), ("test", 2)] {
        archive.add_array(format!("x_{name}"), &Array3::<u8>::zeros((count, 8, 8))).unwrap();
        archive.add_array(format!("y_{name}"), &Array1::<u8>::zeros(count)).unwrap();
    }
    archive.finish().unwrap();
    assert_snapshot!(place.refused("eval net --data mnist.npz"), @"error: mnist.npz: several of its arrays can be images: 'x_train' 6×8×8 uint8, 'y_train' 6 uint8, 'x_test' 2×8×8 uint8, 'y_test' 2 uint8; choose, for instance in Python: d = np.load(\"mnist.npz\"); np.savez(\"mnist_volley.npz\", x=d[\"x_test\"], y=d[\"y_test\"])");
    let mut archive = npz(&place.path("normalised.npz"));
    archive.add_array("x", &Array4::<f32>::from_elem((2, 1, 8, 8), -0.5)).unwrap();
    archive.add_array("y", &Array1::<u8>::zeros(2)).unwrap();
    archive.finish().unwrap();
    assert_snapshot!(place.refused("eval net --data normalised.npz"), @"error: normalised.npz: array 'x': its values, float32 from -0.5 to -0.5, are neither whole numbers of 0 to 255 nor these divided by 255; store pixels, with the mean and std that normalised them, in Python: d = np.load(\"normalised.npz\"); np.savez(\"normalised_volley.npz\", x=np.round((d[\"x\"] * std + mean) * 255).astype(np.uint8), y=d[\"y\"])");
    std::fs::create_dir_all(place.path("photos/cat")).unwrap();
    assert_snapshot!(place.refused("eval net --data photos"), @"error: photos: it has no images; put the images into a folder for each class: NAME/CLASS/*.png");
    std::fs::write(place.path("photos/cat/1.jpg"), "").unwrap();
    assert_snapshot!(place.refused("eval net --data photos"), @"error: photos/cat/1.jpg: it is not a PNG file; leave only PNG files in the folder of a class; of another format in Python: Image.open(f).save(f + \".png\"), with Image of PIL");
}

/// A network whose sigmoid was left out: white images are class 1.
#[test]
fn a_single_score_is_a_class_by_its_sign() {
    let place = Place::new();
    let graph =
        Graph::new([1, 4, 4]).tensor("one", &[1, 1, 1, 1], vec![1.0]).node("/0/Conv", "Conv", &["_", "one"], &[]);
    let graph = graph.qcfs("1", 1.0, 4.0).flatten("/2/Flatten");
    let graph = graph.tensor("w", &[1, 16], vec![1.0; 16]).tensor("b", &[1], vec![-8.0]);
    place.model(graph.node("/3/Gemm", "Gemm", &["_", "w", "b"], &[("transB", Attribute::Int(1))]));
    place.fine(CONVERT);
    let mut archive = npz(&place.path("x.npz"));
    archive.add_array("x", &Array3::from_shape_fn((8, 4, 4), |(n, _, _)| if n % 2 == 0 { 0u8 } else { 255 })).unwrap();
    archive.add_array("y", &Array1::from_iter([false, true, false, true, false, true, false, false])).unwrap();
    archive.finish().unwrap();
    let report = evaluated(&place, "x.npz");
    for key in ["ann", "snn_float", "snn_fixed"] {
        assert_eq!(report[key], 0.875, "{key}: {report}");
    }
    assert_eq!(report["confusion"], serde_json::json!([[4, 1], [0, 3]]));
    let mut archive = npz(&place.path("two.npz"));
    archive.add_array("x", &Array3::<u8>::zeros((1, 4, 4))).unwrap();
    archive.add_array("y", &Array1::from_iter([2u8])).unwrap();
    archive.finish().unwrap();
    let message = place.refused("eval net --data two.npz");
    assert!(message.contains("it has the label 2, and the network has 2 classes"), "{message}");
}
