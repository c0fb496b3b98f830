use super::*;
use crate::ann::Normalisation;
use crate::fixed_point::ThresholdMode;
use crate::random;
use crate::shape::{Padding, Shape, Window};

fn settings(weight_bits: u32, threshold: ThresholdMode) -> Settings {
    Settings { weight_bits, threshold }
}

/// One layer over a 1×1 image with two channels, then a readout.
fn small(weights: [f32; 4], step: f32) -> snn::Network {
    let window = Window { kernel: [1, 1], stride: [1, 1], padding: Padding::default() };
    let term = |source, weights: [f32; 4]| snn::Term {
        source,
        window,
        weights: Array4::from_shape_vec((2, 2, 1, 1), weights.to_vec()).unwrap(),
    };
    let node = |name: &str, source, weights, neuron| snn::Node {
        name: name.into(),
        origin: String::new(),
        shape: Shape::new(2, 1, 1),
        op: snn::Op::Layer(snn::Layer { terms: vec![term(source, weights)], bias: vec![0.25, -0.25], neuron }),
    };
    snn::Network {
        name: "small".into(),
        members: 3,
        timesteps: 2,
        input: snn::Input {
            shape: Shape::new(2, 1, 1),
            normalisation: Normalisation { mean: vec![0.5, 0.0], std: vec![0.5, 1.0] },
        },
        nodes: vec![
            node("hidden", snn::Source::Input, weights, snn::Neuron::Group { step }),
            node("readout", snn::Source::Node(0), [1.0, -0.5, 0.25, 1.0], snn::Neuron::Readout),
        ],
    }
}

fn layer(network: &Network, index: usize) -> &fixed::Layer {
    match &network.nodes[index].op {
        fixed::Op::Layer(layer) => layer,
        fixed::Op::Pool(_) => panic!("node {index} is a pool"),
    }
}

#[test]
fn thresholds_are_whole_and_capped_and_weights_use_the_range() {
    let network = quantise(&small([1.0, 0.5, 1e-6, 0.0], 0.5), &settings(8, ThresholdMode::Exact)).unwrap();
    let hidden = layer(&network, 0);
    let fixed::Neuron::Group { step } = &hidden.neuron else { panic!("a group") };
    // Channel 0: the largest scaled weight is 1/(255·0.5), so Θ = min(floor(0.5·127·127.5), 8·128).
    assert_eq!(step[..], [1024, 1024]);
    let wide = quantise(&small([100.0, 50.0, 1e-6, 0.0], 0.5), &settings(8, ThresholdMode::Exact)).unwrap();
    let fixed::Neuron::Group { step } = &layer(&wide, 0).neuron else { panic!("a group") };
    assert_eq!(step[0], 80);
    assert_eq!(layer(&wide, 0).terms[0].weights[[0, 0, 0, 0]], (100.0f64 / 127.5 * 160.0).round() as i32);
    assert_eq!(layer(&wide, 0).terms[0].shift, 0);
    let pow2 = quantise(&small([100.0, 50.0, 1e-6, 0.0], 0.5), &settings(8, ThresholdMode::Pow2)).unwrap();
    let fixed::Neuron::Group { step } = &layer(&pow2, 0).neuron else { panic!("a group") };
    assert_eq!(step[..], [64, 1024]);
}

#[test]
fn the_mean_is_in_the_bias_where_nothing_is_padded() {
    let source = small([100.0, 50.0, 1.0, 0.0], 0.5);
    let network = quantise(&source, &settings(8, ThresholdMode::Exact)).unwrap();
    assert_eq!(network.input.offset, [0, 0]);
    // b − w·mean/std of channel 0, α = 80/0.5.
    assert_eq!(layer(&network, 0).bias[0], ((0.25 - 100.0f64 * 0.5 / 0.5) * 160.0).round() as i64);
}

#[test]
fn a_weight_far_above_its_threshold_takes_a_shift() {
    let network = quantise(&small([1e5, 0.5, 1.0, 0.0], 0.5), &settings(4, ThresholdMode::Exact)).unwrap();
    assert!(layer(&network, 0).terms[0].shift > 0);
    let error = quantise(&small([1e30, 0.5, 1.0, 0.0], 0.5), &settings(4, ThresholdMode::Exact)).unwrap_err();
    assert!(error.to_string().contains("'hidden'"), "{error}");
}

#[test]
fn unusable_numbers_and_settings_are_refused_by_name() {
    for step in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let error = quantise(&small([1.0; 4], step), &Settings::default()).unwrap_err().to_string();
        assert!(error.contains("'hidden'"), "{error}");
    }
    let error = quantise(&small([f32::NAN; 4], 1.0), &Settings::default()).unwrap_err().to_string();
    assert!(error.contains("finite"), "{error}");
    for bits in [0, 1, 17] {
        let error = quantise(&small([1.0; 4], 1.0), &settings(bits, ThresholdMode::Exact)).unwrap_err().to_string();
        assert!(error.contains("--weight-bits"), "{error}");
    }
}

#[test]
fn scores_fit_32_bits() {
    for seed in 0..200 {
        let network = random::network(seed, &random::Options::default());
        let network = quantise(&network, &settings(16, ThresholdMode::Exact)).unwrap();
        assert!(layer(&network, network.nodes.len() - 1).widths.membrane <= 32);
    }
}

#[test]
fn dump_is_readable() {
    let network = random::network(11, &random::Options::default());
    insta::assert_snapshot!(quantise(&network, &Settings::default()).unwrap().to_string());
}
