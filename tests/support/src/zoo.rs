//! Zoo networks, images and golden arrays. `zoo/` of the repository has five networks and the first [`IMAGES`] images of each set;
//! only acceptance tests read the whole zoo. A file that is missing fails a test: a skipped test would look like a passed one.

use std::fs::File;
use std::path::PathBuf;

use ndarray::{Array2, ArrayD, IxDyn, OwnedRepr};
use ndarray_npy::{NpzReader, ReadableElement};
use prost::Message;
use volley::Converter;
use volley::ann::Network;
use volley::convert::Conversion;
use volley::data::{self, Images};
use volley::import::proto::{ModelProto, TensorProto};

/// The networks of `zoo/`.
pub const NETWORKS: [&str; 5] =
    ["mnist-mlp", "mnist-cnn", "resnet20-cifar10-relu", "resnet20-cifar10-qcfs8", "vgg16-slim-cifar10"];

/// Images of each set in `zoo/data`.
pub const IMAGES: usize = 500;

/// A file of `zoo/`.
pub fn file(path: &str) -> PathBuf {
    let file = crate::root().join("zoo").join(path);
    assert!(file.is_file(), "{} is missing: it is part of the repository, check it out again", file.display());
    file
}

/// A file of the whole zoo, which is not part of the repository.
pub fn whole_file(path: &str) -> PathBuf {
    let given = std::env::var_os("VOLLEY_ZOO").map(PathBuf::from);
    let file = given.unwrap_or_else(|| crate::root().join("../shared/zoo")).join(path);
    assert!(
        file.is_file(),
        "{} is missing: this test needs the whole zoo, which is not part of the repository (`make test` does not need it); set \
         VOLLEY_ZOO to the folder that holds {path}, or put that folder at ../shared/zoo",
        file.display()
    );
    file
}

/// The bytes of a network's ONNX file.
pub fn onnx(name: &str) -> Vec<u8> {
    std::fs::read(file(&format!("{name}/model.onnx"))).unwrap()
}

/// The ONNX file of a network with clip(x, 0, `bound`) in place of every ReLU: ReLU6 for 6.
pub fn with_clip(name: &str, bound: f32) -> Vec<u8> {
    let mut model = ModelProto::decode(&*onnx(name)).unwrap();
    let graph = model.graph.as_mut().unwrap();
    let scalar = |name: &str, value: f32| TensorProto {
        name: name.into(),
        data_type: 1,
        float_data: vec![value],
        ..Default::default()
    };
    graph.initializer.extend([scalar("clip.low", 0.0), scalar("clip.high", bound)]);
    for node in graph.node.iter_mut().filter(|node| node.op_type == "Relu") {
        node.op_type = "Clip".into();
        node.input.extend(["clip.low".into(), "clip.high".into()]);
    }
    model.encode_to_vec()
}

/// The text of a network's card.
pub fn card(name: &str) -> String {
    std::fs::read_to_string(file(&format!("{name}/model.toml"))).unwrap()
}

/// A zoo network, ready to be converted.
pub fn converter(name: &str) -> Converter<'static> {
    Converter::open(file(&format!("{name}/model.onnx"))).unwrap()
}

/// A zoo network as imported.
pub fn imported(name: &str) -> Network {
    converter(name).imported().clone()
}

/// A zoo network with its activations replaced, perhaps not yet calibrated.
pub fn conversion(name: &str, members: u32, timesteps: u32) -> Conversion {
    converter(name).members(members).timesteps(timesteps).replace_activations().unwrap()
}

/// The first images of a data set, for instance `mnist_test`; at most [`IMAGES`].
pub fn images(set: &str, limit: usize) -> Images {
    assert!(limit <= IMAGES, "zoo/data has {IMAGES} images of {set}; more are in the whole zoo");
    data::read(&file(&format!("data/{set}.npz")), Some(limit)).unwrap()
}

/// The first images of a whole data set.
pub fn whole_images(set: &str, limit: usize) -> Images {
    let images = data::read(&whole_file(&format!("data/{set}.npz")), Some(limit)).unwrap();
    assert_eq!(images.len(), limit, "the whole zoo has too few images of {set}");
    images
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
    let file = File::open(file(&format!("{name}/golden.npz"))).unwrap();
    NpzReader::new(file).unwrap().by_name::<OwnedRepr<T>, IxDyn>(array).unwrap()
}

/// Golden scores, \[image, class\].
pub fn golden_scores(name: &str, array: &str) -> Array2<f32> {
    golden::<f32>(name, array).into_dimensionality().unwrap()
}
