//! Every network of the zoo is imported and converted, with the thresholds that its card gives.

use std::collections::BTreeMap;
use std::path::PathBuf;

use volley::convert::{Options, Placed, convert};
use volley::snn::{Neuron, Op};

const NETWORKS: [&str; 5] =
    ["mnist-mlp", "mnist-cnn", "resnet20-cifar10-relu", "resnet20-cifar10-qcfs8", "vgg16-slim-cifar10"];

/// The model of a zoo network; a missing zoo fails the test, since a skipped test would look like a passed one.
fn model(name: &str) -> PathBuf {
    let zoo = std::env::var_os("VOLLEY_ZOO")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/zoo"), PathBuf::from);
    let path = zoo.join(name).join("model.onnx");
    assert!(path.is_file(), "no zoo at {}: set VOLLEY_ZOO to the folder that holds {name}/model.onnx", zoo.display());
    path
}

fn converted(name: &str, members: u32) -> Placed {
    let path = model(name);
    let normalisation = volley::import::normalisation_for(&path).unwrap().expect("the zoo's cards have [input]");
    let ann = volley::import::read_onnx(&path, normalisation).unwrap();
    assert_eq!(ann.name, name);
    convert(ann, &Options { members, timesteps: 2 }).unwrap()
}

#[derive(serde::Deserialize)]
struct Card {
    lambda: Option<BTreeMap<String, f64>>,
}

#[test]
fn thresholds_are_those_of_the_cards() {
    for name in NETWORKS {
        let card = std::fs::read_to_string(model(name).with_extension("toml")).unwrap();
        let card: Card = toml::from_str(&card).unwrap();
        let placed = converted(name, 4);
        let steps: BTreeMap<String, f64> = placed
            .network
            .nodes
            .iter()
            .filter_map(|node| match &node.op {
                Op::Layer(layer) => match layer.neuron {
                    Neuron::Group { step } => Some((node.origin.clone(), f64::from(step) * 4.0)),
                    Neuron::Readout => None,
                },
                Op::Pool(_) => None,
            })
            .collect();
        match card.lambda {
            Some(lambda) => {
                assert_eq!(placed.uncalibrated, Vec::<usize>::new(), "{name}");
                assert_eq!(lambda.keys().collect::<Vec<_>>(), steps.keys().collect::<Vec<_>>(), "{name}");
                // The cards are rounded to six decimals or seven digits.
                for (module, lambda) in lambda {
                    let step = steps[&module];
                    assert!((step - lambda).abs() < 1e-5, "{name} {module}: {step} and not {lambda}");
                }
            }
            None => assert_eq!(placed.uncalibrated.len(), steps.len(), "{name}: every ReLU is uncalibrated"),
        }
    }
}
