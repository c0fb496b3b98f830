//! `volley study` as a user sees it.

use insta::assert_snapshot;
use ndarray::{Array1, Array3};
use serde_json::Value;

use super::place::{Place, write_images};
use super::{CONVERT, DIGITS};
use support::onnx::Graph;

const STUDY: &str = "study net -o study";

#[test]
fn a_study_compares_groups_with_single_neurons() {
    let place = Place::new().digits();
    let study = format!("{STUDY} --data {DIGITS}/test.npz --limit 30 --float-limit 10");
    let shown = place.fine(&format!("{study} --members 4 --timesteps 1,4"));
    assert!(shown.ends_with("wrote study\n"), "{shown}");
    let files = ["accuracy.csv", "error.csv", "index.html", "response.csv", "study.toml"];
    for file in files {
        assert!(place.path("study").join(file).is_file(), "no {file}");
    }
    // Keys of the settings file, in any order; an older study is replaced.
    std::fs::write(place.path("volley.toml"), "[study]\nmembers = [2, 1]\ntimesteps = 2\n").unwrap();
    let found: Value = serde_json::from_str(&place.fine(&format!("{study} --json"))).unwrap();
    assert_eq!(found["members"], serde_json::json!([1, 2]));
    let counted = |row: &Value| (row["members"].as_u64(), row["timesteps"].as_u64(), row["images"].as_u64());
    let counted: Vec<_> = found["accuracies"].as_array().unwrap().iter().map(counted).collect();
    let cell = |members, images| (Some(members), Some(2), Some(images));
    let ann = |images| (None, None, Some(images));
    assert_eq!(counted, [ann(30), cell(1, 30), cell(2, 30), ann(10), cell(1, 10), cell(2, 10)]);
    assert_snapshot!(std::fs::read_to_string(place.path("study/study.toml")).unwrap().replace(DIGITS, "[digits]"), @r#"
    network = "digits"
    data = "[digits]/test.npz"
    images = 30
    float_images = 10
    members = [1, 2]
    timesteps = [2]

    [fixed_point]
    weight_bits = 8
    threshold = "exact"
    "#);
}

#[test]
fn studies_that_cannot_be_are_refused() {
    let place = Place::new().digits();
    let study = format!("{STUDY} --data {DIGITS}/test.npz");
    assert_snapshot!(place.refused(&format!("{study} --members 4,0")), @"error: --members: it is 0; choose 1 to 255");
    assert_snapshot!(place.refused(&format!("{study} --timesteps 1,128")), @"error: --timesteps: it is 128; choose 1 to 64");
    assert_snapshot!(place.refused(&format!("{study} --timesteps 1,,2")), @r"
    error: invalid value '1,,2' for '--timesteps <LIST>': '' is no number and no range; write for instance 1,2,4 or 4..8

    For more information, try '--help'.
    ");
    assert_snapshot!(place.refused(&format!("{study} --float-limit 0")), @"error: --float-limit: it is 0; choose 1 or more");
    assert_snapshot!(place.refused(&format!("{study} --limit 0")), @"error: --limit: it is 0; choose 1 or more");
    assert_snapshot!(place.refused(&format!("{STUDY} --data nowhere.npz")), @"error: nowhere.npz: No such file or directory (os error 2); give a readable .npz or .npy file, or a folder of PNGs");
    write_images(&place.path("images.npz"), 5);
    assert_snapshot!(place.refused(&format!("{STUDY} --data images.npz")), @"error: images.npz: its images are 1×5×5 (channels × height × width), and the network takes 1×8×8; give the data set that the network was trained for");
    std::fs::create_dir(place.path("study")).unwrap();
    std::fs::write(place.path("study/index.html"), "").unwrap();
    assert_snapshot!(place.refused(&study), @"error: [folder]/study: the folder exists and has no study.toml, so it was not written by Volley; choose another path for the output folder, or empty this one yourself");
    std::fs::remove_file(place.path("study/index.html")).unwrap();
    std::fs::remove_file(place.path("net/model.onnx")).unwrap();
    assert_snapshot!(place.refused(&study), @"error: model.onnx: it is missing; convert the network again with `volley convert`");
}

#[test]
fn a_study_of_a_relu_network_needs_calibration_images() {
    let place = Place::new();
    let relu = Graph::new([1, 4, 4]).conv("/0/Conv", 2, 1, 3, &[]).node("/1/Relu", "Relu", &["_"], &[]);
    place.model(relu.flatten("/2/Flatten").linear("/3/Gemm", 3, 8));
    let mut archive = ndarray_npy::NpzWriter::new(std::fs::File::create(place.path("bright.npz")).unwrap());
    archive
        .add_array("x", &Array3::<u8>::from_shape_fn((3, 4, 4), |(n, y, x)| (60 * n + 9 * y + 3 * x) as u8))
        .unwrap();
    archive.add_array("y", &Array1::<u8>::from(vec![0, 1, 2])).unwrap();
    archive.finish().unwrap();
    place.fine(&format!("{CONVERT} --data bright.npz"));
    let study = format!("{STUDY} --data bright.npz --members 4 --timesteps 1,2");
    assert_snapshot!(place.refused(&study), @"error: layer 'conv_0': its activation is a plain ReLU, which has no threshold; give sample images to measure one (--calibration)");
    place.fine(&format!("{study} --calibration bright.npz"));
}
