//! Zoo networks, images and golden arrays. A missing zoo fails a test: a skipped one would look like a passed one.
#![allow(dead_code, reason = "each test binary uses its own part of this file")]

pub mod design;

use std::fs::File;
use std::path::PathBuf;

use ndarray::{Array2, ArrayD, IxDyn, OwnedRepr};
use ndarray_npy::{NpzReader, ReadableElement};
use volley::convert::{Options, Placed, convert};
use volley::data::{Images, read_npz};

/// A file of the zoo.
pub fn zoo(path: &str) -> PathBuf {
    let zoo = std::env::var_os("VOLLEY_ZOO")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/zoo"), PathBuf::from);
    let file = zoo.join(path);
    assert!(file.is_file(), "no {}: set VOLLEY_ZOO to the folder that holds {path}", file.display());
    file
}

/// The bytes of a network's ONNX file.
pub fn onnx(name: &str) -> Vec<u8> {
    std::fs::read(zoo(&format!("{name}/model.onnx"))).unwrap()
}

/// A zoo network with its activations replaced, perhaps not yet calibrated.
pub fn placed(name: &str, members: u32, timesteps: u32) -> Placed {
    let path = zoo(&format!("{name}/model.onnx"));
    let normalisation = volley::import::normalisation_for(&path).unwrap().expect("the zoo's cards have [input]");
    convert(volley::import::read_onnx(&path, normalisation).unwrap(), &Options { members, timesteps }).unwrap()
}

/// The first images of a data set, for instance `mnist_test`.
pub fn images(set: &str, limit: usize) -> Images {
    read_npz(&zoo(&format!("data/{set}.npz")), Some(limit)).unwrap()
}

/// The test set of a network.
pub fn test_set(name: &str) -> &'static str {
    if name.starts_with("mnist") { "mnist_test" } else { "cifar10_test" }
}

/// The training images to calibrate a network with.
pub fn calibration_set(name: &str) -> &'static str {
    if name.starts_with("mnist") { "mnist_calib" } else { "cifar10_calib" }
}

/// One array of a network's golden file.
pub fn golden<T: ReadableElement>(name: &str, array: &str) -> ArrayD<T> {
    let file = File::open(zoo(&format!("{name}/golden.npz"))).unwrap();
    NpzReader::new(file).unwrap().by_name::<OwnedRepr<T>, IxDyn>(array).unwrap()
}

/// Golden scores, \[image, class\].
pub fn golden_scores(name: &str, array: &str) -> Array2<f32> {
    golden::<f32>(name, array).into_dimensionality().unwrap()
}
