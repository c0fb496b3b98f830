use super::*;
use crate::ann::Normalisation;
use crate::fixed_point::{ThresholdMode, WeightMode};
use crate::random;
use crate::shape::{Padding, Shape, Window};

fn settings(weight_bits: u32, threshold: ThresholdMode) -> Settings {
    Settings { weight_bits, threshold, ..Settings::default() }
}

/// One layer over a 1×1 image with two channels, then a readout.
fn small(weights: [f32; 4], theta: f32) -> snn::Network {
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
            node("hidden", snn::Source::Input, weights, snn::Neuron::Group { theta: vec![theta; 2] }),
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

fn thetas(network: &Network, index: usize) -> &[i64] {
    match &layer(network, index).neuron {
        fixed::Neuron::Group { theta } => theta,
        fixed::Neuron::Readout { .. } => panic!("node {index} is a readout"),
    }
}

#[test]
fn thresholds_are_whole_and_capped_and_weights_use_the_range() {
    let exact = settings(8, ThresholdMode::Exact);
    // The largest scaled weight of channel 0 is 1/(255·0.5); that of channel 1 is almost dead.
    let network = quantise(&small([1.0, 0.5, 1e-6, 0.0], 0.5), &exact).unwrap();
    let most = [(0.5f64 * 127.0 * 127.5) as i64, 8 * 128 * 256];
    for (theta, most) in thetas(&network, 0).iter().zip(most) {
        assert!((most - most / 2..=most).contains(theta), "{theta} is not in the upper half of {most}");
    }
    let wide = quantise(&small([100.0, 50.0, 1e-6, 0.0], 0.5), &exact).unwrap();
    let theta = thetas(&wide, 0)[0];
    assert!((40..=80).contains(&theta), "{theta}");
    let weight = 100.0 / 127.5 * theta as f64 / 0.5;
    assert!((f64::from(layer(&wide, 0).terms[0].weights[[0, 0, 0, 0]]) - weight).abs() < 1.0);
    assert_eq!(layer(&wide, 0).terms[0].shift, 0);
    let pow2 = quantise(&small([100.0, 50.0, 1e-6, 0.0], 0.5), &settings(8, ThresholdMode::Pow2)).unwrap();
    assert!(thetas(&pow2, 0).iter().all(|theta| theta.count_ones() == 1));
    assert!([32, 64].contains(&thetas(&pow2, 0)[0]));
}

#[test]
fn the_mean_is_in_the_bias_where_nothing_is_padded() {
    let source = small([100.0, 50.0, 1.0, 0.0], 0.5);
    let network = quantise(&source, &settings(8, ThresholdMode::Exact)).unwrap();
    assert_eq!(network.input.offset, [0, 0]);
    // b − w·mean/std of channel 0.
    let bias = (0.25 - 100.0f64 * 0.5 / 0.5) * thetas(&network, 0)[0] as f64 / 0.5;
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
    for theta in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let error = quantise(&small([1.0; 4], theta), &Settings::default()).unwrap_err().to_string();
        assert!(error.contains("'hidden'"), "{error}");
    }
    let error = quantise(&small([f32::NAN; 4], 1.0), &Settings::default()).unwrap_err().to_string();
    assert!(error.contains("finite"), "{error}");
    for bits in [0, 1, 17] {
        let error = quantise(&small([1.0; 4], 1.0), &settings(bits, ThresholdMode::Exact)).unwrap_err().to_string();
        assert!(error.contains("weight bits"), "{error}");
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

/// What the Verilog of a core depends on besides its memories.
fn structure(network: &Network) -> String {
    let of = |node: &fixed::Node| match &node.op {
        fixed::Op::Layer(layer) => {
            let terms: Vec<_> = layer.terms.iter().map(|term| (term.groups, term.shift)).collect();
            format!("{} {:?} {terms:?}", node.name, layer.widths)
        }
        fixed::Op::Pool(_) => node.name.clone(),
    };
    network.nodes.iter().map(of).collect::<Vec<_>>().join(", ")
}

#[test]
fn another_network_fits_into_the_structure_of_the_first() {
    let (mut fitting, mut refused) = (0, 0);
    for seed in 0..300u64 {
        let runtime =
            Settings { weights: WeightMode::Runtime, ..settings(2 + (seed % 9) as u32, ThresholdMode::Exact) };
        let network = random::network(seed, &random::Options { several_terms: seed % 2 == 0, ..Default::default() });
        let first = quantise(&network, &runtime).unwrap();
        // The result does not depend on who came first.
        assert_eq!(quantise_like(&network, &runtime, &first).unwrap(), first, "seed {seed}");
        match quantise_like(&random::reweighted(&network, seed), &runtime, &first) {
            Ok(other) => {
                fitting += 1;
                assert_eq!(structure(&other), structure(&first), "seed {seed}");
                assert_eq!((&other.name, &other.input), (&first.name, &first.input));
            }
            Err(error) => {
                refused += 1;
                let message = error.to_string();
                let named = ["its weights need a shift of", "a bias of"].iter().any(|what| message.contains(what));
                assert!(named, "seed {seed}: {message}");
            }
        }
    }
    assert!(fitting > 3 * refused && refused > 0, "{fitting} fit, {refused} do not");
}

#[test]
fn a_network_of_another_shape_is_refused_by_name() {
    let runtime = Settings { weights: WeightMode::Runtime, ..Settings::default() };
    let network = small([1.0, 0.5, -0.25, 0.5], 0.5);
    let core = quantise(&network, &runtime).unwrap();
    type Change<'c> = &'c dyn Fn(&mut snn::Network);
    let refused = |change: Change| {
        let mut network = network.clone();
        change(&mut network);
        quantise_like(&network, &runtime, &core).unwrap_err().to_string()
    };
    fn layer(network: &mut snn::Network, index: usize) -> &mut snn::Layer {
        match &mut network.nodes[index].op {
            snn::Op::Layer(layer) => layer,
            snn::Op::Pool(_) => panic!("node {index} is a pool"),
        }
    }
    let changes: [(Change, &str); 9] = [
        (&|network| network.members = 4, "members: it is 4"),
        (&|network| network.timesteps = 1, "timesteps: it is 1"),
        (&|network| network.input.shape = Shape::new(2, 2, 2), "input: it is 2×2×2"),
        (&|network| _ = network.nodes.remove(0), "there are 1 nodes, where the core has 2"),
        (&|network| network.nodes[0].shape = Shape::new(3, 1, 1), "layer 'hidden': its output is 3×1×1"),
        (&|network| layer(network, 0).neuron = snn::Neuron::Readout, "'hidden': it is a readout"),
        (&|network| layer(network, 1).terms[0].source = snn::Source::Input, "'readout': term 0 is"),
        (&|network| layer(network, 1).terms[0].window.stride = [2, 1], "'readout': term 0 is"),
        (&|network| layer(network, 1).terms.clear(), "'readout': it has 0 terms"),
    ];
    for (change, named) in changes {
        let message = refused(change);
        assert!(message.contains(named), "{named}: {message}");
    }
    // A core of two groups has no weights for one.
    let grouped = quantise(&small([1.0, 0.0, 0.0, 0.5], 0.5), &runtime).unwrap();
    let message = quantise_like(&network, &runtime, &grouped).unwrap_err().to_string();
    assert!(message.contains("'hidden': term 0 reads channels outside of the 2 groups"), "{message}");
    assert!(quantise_like(&small([0.5, 0.0, 0.0, 0.25], 0.5), &runtime, &core).is_ok());
}

#[test]
fn weights_loaded_at_run_time_need_exact_thresholds_and_scores_of_32_bits() {
    let pow2 = Settings { weights: WeightMode::Runtime, ..settings(8, ThresholdMode::Pow2) };
    let network = small([1.0, 0.5, -0.25, 0.5], 0.5);
    let message = quantise(&network, &pow2).unwrap_err().to_string();
    assert!(message.contains("weight mode"), "{message}");
    let wide = Settings { weights: WeightMode::Runtime, ..settings(16, ThresholdMode::Exact) };
    let mut many = snn::Network { members: 255, timesteps: 64, ..network };
    assert!(quantise(&many, &wide).is_ok(), "64·2·(2·255·(2^15 - 1)) are less than 2^31");
    if let snn::Op::Layer(layer) = &mut many.nodes[1].op {
        layer.terms.push(layer.terms[0].clone());
    }
    let message = quantise(&many, &wide).unwrap_err().to_string();
    assert!(message.contains("'readout'") && message.contains("32 bits"), "{message}");
    assert!(quantise(&many, &settings(16, ThresholdMode::Exact)).is_ok(), "the actual weights lower their scale");
}
