//! The forms in which exporters leave one network: weights beside the file, double precision, tensors that nothing reads. All of them are
//! converted to the same integers, and their float networks run.

use std::path::{Path, PathBuf};

use prost::Message;
use support::digits;
use volley::import::proto::{ModelProto, StringStringEntryProto, TensorProto, type_proto};
use volley::{Converter, Images};

const FLOAT: i32 = 1;
const FLOAT16: i32 = 10;
const DOUBLE: i32 = 11;
const EXTERNAL: i32 = 1;

fn model() -> ModelProto {
    let path = support::root().join("examples/digits/digits.onnx");
    ModelProto::decode(&*std::fs::read(path).unwrap()).unwrap()
}

/// Every tensor of the file, also those of its nodes.
fn tensors(model: &mut ModelProto) -> Vec<&mut TensorProto> {
    let graph = model.graph.as_mut().unwrap();
    let attributes = graph.node.iter_mut().flat_map(|node| &mut node.attribute);
    graph.initializer.iter_mut().chain(attributes.filter_map(|attribute| attribute.t.as_mut())).collect()
}

fn floats(tensor: &TensorProto) -> Vec<f32> {
    if tensor.raw_data.is_empty() {
        return tensor.float_data.clone();
    }
    tensor.raw_data.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

/// The model with all of its floats in another type.
fn in_type(model: &mut ModelProto, kind: i32, bytes: impl Fn(f32) -> Vec<u8>) {
    for tensor in tensors(model).into_iter().filter(|tensor| tensor.data_type == FLOAT) {
        tensor.raw_data = floats(tensor).into_iter().flat_map(&bytes).collect();
        tensor.float_data.clear();
        tensor.data_type = kind;
    }
    for input in &mut model.graph.as_mut().unwrap().input {
        if let Some(type_proto::Value::TensorType(tensor)) = input.r#type.as_mut().and_then(|kind| kind.value.as_mut())
        {
            tensor.elem_type = kind;
        }
    }
}

fn write(model: &ModelProto, folder: &Path) -> PathBuf {
    let path = folder.join("digits.onnx");
    std::fs::write(&path, model.encode_to_vec()).unwrap();
    std::fs::copy(support::root().join("examples/digits/digits.toml"), folder.join("digits.toml")).unwrap();
    path
}

/// The float network's accuracy of a file that must give the integers of the original.
fn accuracy_of_equal(path: &Path) -> Option<f64> {
    let converted = Converter::open(path).unwrap().convert().unwrap();
    assert_eq!(converted.quantise().unwrap(), digits::converter().convert().unwrap().quantise().unwrap());
    let images = Images::open(support::root().join("examples/digits/test.npz")).unwrap();
    converted.evaluate(&images).unwrap().ann
}

#[test]
fn double_precision_is_the_same_network() {
    let folder = tempfile::tempdir().unwrap();
    let expected = accuracy_of_equal(&write(&model(), folder.path()));
    let mut double = model();
    in_type(&mut double, DOUBLE, |value| f64::from(value).to_le_bytes().to_vec());
    assert_eq!(accuracy_of_equal(&write(&double, folder.path())), expected);
}

/// The weights are rounded by this; the same rounded weights in single precision are the reference.
#[test]
fn half_precision_is_the_network_of_its_numbers() {
    let folder = tempfile::tempdir().unwrap();
    // To 11 bits, ties away from zero; none of these weights is subnormal in half precision but zero.
    let half = |value: f32| -> (u16, f32) {
        let bits = value.to_bits();
        let rounded = (bits & 0x7fff_ffff) + 0x1000;
        if value.abs() < 6.2e-5 {
            return ((bits >> 16 & 0x8000) as u16, 0.0);
        }
        let exponent = (rounded >> 23) as i32 - 127 + 15;
        assert!((1..31).contains(&exponent), "{value}");
        let number = (bits >> 16 & 0x8000) as u16 | (exponent as u16) << 10 | (rounded >> 13 & 0x3ff) as u16;
        (number, f32::from_bits(bits & 0x8000_0000 | rounded & 0xffff_e000))
    };
    let (mut halves, mut reference) = (model(), model());
    in_type(&mut halves, FLOAT16, |value| half(value).0.to_le_bytes().to_vec());
    in_type(&mut reference, FLOAT, |value| half(value).1.to_le_bytes().to_vec());
    let of = |model: &ModelProto| {
        let converted = Converter::open(write(model, folder.path())).unwrap().convert().unwrap();
        let images = Images::open(support::root().join("examples/digits/test.npz")).unwrap();
        let summary = volley::eval::Summary { images_per_second: 0.0, ..converted.evaluate(&images).unwrap() };
        (converted.quantise().unwrap(), summary)
    };
    assert_eq!(of(&halves), of(&reference));
}

#[test]
fn tensors_that_nothing_reads_may_be_of_any_type() {
    let folder = tempfile::tempdir().unwrap();
    let expected = accuracy_of_equal(&write(&model(), folder.path()));
    let mut more = model();
    for kind in 2..=23 {
        let name = format!("left behind {kind}");
        let tensor = TensorProto { name, data_type: kind, dims: vec![3], ..Default::default() };
        more.graph.as_mut().unwrap().initializer.push(tensor);
    }
    assert_eq!(accuracy_of_equal(&write(&more, folder.path())), expected);
}

/// Moves the elements of all floats to the file `location`, beside the model.
fn external(model: &mut ModelProto, location: &str, folder: &Path) {
    let mut data = vec![0xaa; 7];
    for tensor in tensors(model).into_iter().filter(|tensor| tensor.data_type == FLOAT) {
        let bytes: Vec<u8> = floats(tensor).iter().flat_map(|value| value.to_le_bytes()).collect();
        let entry = |key: &str, value: String| StringStringEntryProto { key: key.into(), value };
        tensor.external_data = vec![
            entry("location", location.into()),
            entry("offset", data.len().to_string()),
            entry("length", bytes.len().to_string()),
        ];
        tensor.data_location = Some(EXTERNAL);
        tensor.raw_data.clear();
        tensor.float_data.clear();
        data.extend(bytes);
    }
    let path = folder.join(location);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, data).unwrap();
}

/// The default of PyTorch's exporter.
#[test]
fn weights_beside_the_model_are_read() {
    for location in ["digits.onnx.data", "weights/digits.bin"] {
        let folder = tempfile::tempdir().unwrap();
        let expected = accuracy_of_equal(&write(&model(), folder.path()));
        let mut split = model();
        external(&mut split, location, folder.path());
        assert_eq!(accuracy_of_equal(&write(&split, folder.path())), expected);
        // The converted network stands by itself.
        let converted = Converter::open(folder.path().join("digits.onnx")).unwrap().convert().unwrap();
        converted.write(folder.path().join("net")).unwrap();
        std::fs::remove_file(folder.path().join(location)).unwrap();
        let images = Images::open(support::root().join("examples/digits/test.npz")).unwrap().take(9);
        assert!(volley::Converted::open(folder.path().join("net")).unwrap().evaluate(&images).unwrap().ann.is_some());
        let message = Converter::open(folder.path().join("digits.onnx")).err().unwrap().to_string();
        assert!(message.contains("No such file") && message.contains(location), "{message}");
    }
}

#[test]
fn weights_elsewhere_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    let refusal = |location: &str| {
        let mut split = model();
        external(&mut split, "digits.onnx.data", &own);
        for tensor in tensors(&mut split).into_iter().filter(|tensor| !tensor.external_data.is_empty()) {
            tensor.external_data[0].value = location.into();
        }
        let message = Converter::open(write(&split, &own)).err().unwrap().to_string();
        message.replace(&folder.path().display().to_string(), "[folder]")
    };
    std::fs::write(folder.path().join("secret"), vec![0; 1 << 20]).unwrap();
    std::os::unix::fs::symlink("../secret", own.join("link")).unwrap();
    for location in ["../secret", "/etc/passwd", "link", "", ".", "a/../digits.onnx.data"] {
        let message = refusal(location);
        assert!(message.contains("which is not a file in the model's folder"), "{location}: {message}");
    }
    std::fs::write(own.join("short"), [0; 9]).unwrap();
    let message = refusal("short");
    assert!(message.contains("of 'short', which has 9 bytes"), "{message}");
}
