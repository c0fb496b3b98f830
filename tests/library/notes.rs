//! What a conversion says about accuracy that it may cost, and clipped activations (ReLU6), whose bound is no λ.

use insta::assert_snapshot;
use ndarray::Array4;
use support::onnx::Graph;
use support::zoo;
use volley::ann::Normalisation;
use volley::convert::calibrate::{Calibration, calibrate};
use volley::words::Words;
use volley::{Converted, Converter, Images};

/// Two convolutions with activations that `act` appends, on 4×4 pixels.
fn network(act: impl Fn(Graph, &str) -> Graph) -> Converter<'static> {
    let graph = act(Graph::new([1, 4, 4]).conv("/0/Conv", 4, 1, 2, &[]), "1");
    let graph = act(graph.conv("/2/Conv", 3, 4, 2, &[]), "3");
    graph.flatten("/4/Flatten").linear("/5/Gemm", 4, 12).converter().unwrap()
}

fn clipped(bound: f32) -> Converter<'static> {
    network(|graph, name| {
        let [low, high] = ["low", "high"].map(|end| format!("{name}.{end}"));
        let graph = graph.scalar(&low, 0.0).scalar(&high, bound);
        graph.node(&format!("/{name}/Clip"), "Clip", &["_", &low, &high], &[])
    })
}

fn relu() -> Converter<'static> {
    network(|graph, name| graph.node(&format!("/{name}/Relu"), "Relu", &["_"], &[]))
}

fn qcfs(lambda: f32, levels: f32) -> Converter<'static> {
    network(|graph, name| graph.qcfs(name, lambda, levels))
}

fn gradients() -> Images {
    let pixels = Array4::from_shape_fn((200, 4, 4, 1), |(n, y, x, _)| ((n * 37 + y * 50 + x * 13) % 256) as u8);
    Images { pixels, labels: None }
}

fn notes(converter: Converter) -> String {
    converter.members(8).convert().unwrap().notes.join("\n")
}

#[test]
fn levels_of_training_are_the_default_and_others_are_noted() {
    assert_eq!(qcfs(1.0, 4.0).replace_activations().unwrap().levels(), Some(4));
    assert_eq!(relu().replace_activations().unwrap().levels(), None);
    assert_eq!(clipped(1.0).replace_activations().unwrap().levels(), None);
    let two = network(|graph, name| graph.qcfs(name, 1.0, if name == "1" { 4.0 } else { 8.0 }));
    assert_eq!(two.replace_activations().unwrap().levels(), None);
    assert_eq!(notes(qcfs(1.0, 8.0)), "");
    assert_snapshot!(notes(qcfs(1.0, 4.0)));
    assert_snapshot!(notes(two));
}

#[test]
fn a_lambda_far_above_the_currents_is_noted() {
    let images = gradients();
    assert_snapshot!(notes(qcfs(20.0, 8.0).calibration(&images)));
    assert_snapshot!(notes(qcfs(0.1, 8.0).calibration(&images)));
}

#[test]
fn a_normalisation_for_pixels_up_to_255_is_noted() {
    let of = |mean, std| {
        let onnx = clipped(1.0).onnx().to_vec();
        let normalisation = Normalisation { mean: vec![mean], std: vec![std] };
        notes(Converter::from_bytes(onnx, "model.onnx", normalisation).unwrap())
    };
    assert_snapshot!(of(123.675, 58.395));
    for (mean, std) in [(0.0, 1.0), (0.5, 0.5), (0.4914, 0.247)] {
        assert!(!of(mean, std).contains("pixel"), "{mean} {std}");
    }
}

#[test]
fn notes_stay_with_the_network() {
    let place = tempfile::tempdir().unwrap();
    let converted = clipped(6.0).members(8).convert().unwrap();
    assert_snapshot!(converted.notes.join("\n"));
    converted.write(place.path().join("net")).unwrap();
    assert_eq!(Converted::open(place.path().join("net")).unwrap(), converted);
}

/// Where no current reaches the bound, it is as if there were none. Where currents do, none is calibrated above it.
#[test]
fn clipped_activations_are_calibrated_like_relu() {
    let images = gradients();
    for (method, ..) in Calibration::ALL {
        let convert = |converter: Converter| {
            let mut conversion = converter.members(8).replace_activations().unwrap();
            calibrate(&mut conversion, &images, *method, &|| ()).unwrap();
            conversion.network
        };
        let free = convert(relu());
        assert_eq!(convert(clipped(1e6)), free, "{method:?}");
        assert_ne!(convert(clipped(0.05)), free, "{method:?}");
    }
    let bounded = clipped(0.05).members(8).calibration(&images).convert().unwrap();
    for node in &bounded.network.nodes {
        if let volley::snn::Op::Layer(volley::snn::Layer { neuron: volley::snn::Neuron::Group { theta }, .. }) =
            &node.op
        {
            assert!(theta.iter().all(|theta| *theta * 8.0 <= 0.05 * 1.0001), "{theta:?}");
        }
    }
    assert_eq!(bounded.notes, Vec::<String>::new());
}

/// A ReLU network of the zoo with ReLU6 in its place: calibrated, it is as accurate as before.
#[test]
fn relu6_in_place_of_relu_costs_little() {
    let name = "resnet20-cifar10-relu";
    let normalisation = zoo::imported(name).normalisation;
    let sample = zoo::images("cifar10_calib", 200);
    let test = zoo::images("cifar10_test", 100);
    let correct = |onnx: Vec<u8>| {
        let converter = Converter::from_bytes(onnx, name, normalisation.clone()).unwrap();
        let converted = converter.members(8).calibration(&sample).convert().unwrap();
        let summary = converted.evaluate(&test).unwrap();
        (summary.snn_fixed * 100.0).round() as i32
    };
    let (relu, relu6) = (correct(zoo::onnx(name)), correct(zoo::with_clip(name, 6.0)));
    println!("ReLU {relu}, ReLU6 {relu6} of 100 images");
    assert!(relu >= 80 && relu6 >= relu - 3, "{relu} {relu6}");
}
