use super::*;
use crate::ann::Normalisation;
use crate::fixed_point::ThresholdMode;
use crate::random;
use crate::shape::{Padding, Shape, Window};

fn settings(weight_bits: u32, threshold: ThresholdMode) -> Settings {
    Settings { weight_bits, threshold, ..Settings::default() }
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
        origin: name.into(),
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
            node("hidden", snn::Source::Input, weights, snn::Neuron::Group { step: vec![step; 2] }),
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

fn steps(network: &Network, index: usize) -> &[i64] {
    match &layer(network, index).neuron {
        fixed::Neuron::Group { step } => step,
        fixed::Neuron::Readout { .. } => panic!("node {index} is a readout"),
    }
}

#[test]
fn thresholds_are_whole_and_capped_and_weights_use_the_range() {
    let exact = settings(8, ThresholdMode::Exact);
    // The largest scaled weight of channel 0 is 1/(255·0.5); that of channel 1 is almost dead.
    let network = quantise(&small([1.0, 0.5, 1e-6, 0.0], 0.5), &exact).unwrap();
    let most = [(0.5f64 * 127.0 * 127.5) as i64, 8 * 128 * 256];
    for (step, most) in steps(&network, 0).iter().zip(most) {
        assert!((most - most / 2..=most).contains(step), "{step} is not in the upper half of {most}");
    }
    let wide = quantise(&small([100.0, 50.0, 1e-6, 0.0], 0.5), &exact).unwrap();
    let step = steps(&wide, 0)[0];
    assert!((40..=80).contains(&step), "{step}");
    let weight = 100.0 / 127.5 * step as f64 / 0.5;
    assert!((f64::from(layer(&wide, 0).terms[0].weights[[0, 0, 0, 0]]) - weight).abs() < 1.0);
    assert_eq!(layer(&wide, 0).terms[0].shift, 0);
    let pow2 = quantise(&small([100.0, 50.0, 1e-6, 0.0], 0.5), &settings(8, ThresholdMode::Pow2)).unwrap();
    assert!(steps(&pow2, 0).iter().all(|step| step.count_ones() == 1));
    assert!([32, 64].contains(&steps(&pow2, 0)[0]));
}

#[test]
fn the_mean_is_in_the_bias_where_nothing_is_padded() {
    let source = small([100.0, 50.0, 1.0, 0.0], 0.5);
    let network = quantise(&source, &settings(8, ThresholdMode::Exact)).unwrap();
    assert_eq!(network.input.offset, [0, 0]);
    // b − w·mean/std of channel 0.
    let bias = (0.25 - 100.0f64 * 0.5 / 0.5) * steps(&network, 0)[0] as f64 / 0.5;
    assert_eq!(layer(&network, 0).bias[0] as f64, bias.round_ties_even());
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
fn layers_named_have_bits_of_their_own() {
    let source = small([100.0, 50.0, 1.0, 0.0], 0.5);
    let mixed = Settings { layer_bits: [("hidden".to_string(), 5)].into(), ..Settings::default() };
    let network = quantise(&source, &mixed).unwrap();
    assert_eq!([0, 1].map(|index| layer(&network, index).weight_bits), [5, 8]);
    assert_eq!(layer(&network, 0).terms[0].weights.iter().map(|q| q.abs()).max(), Some(15));
    let unknown = Settings { layer_bits: [("hiden".to_string(), 5)].into(), ..Settings::default() };
    let error = quantise(&source, &unknown).unwrap_err().to_string();
    assert!(error.contains("'hiden'") && error.contains("hidden, readout"), "{error}");
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
