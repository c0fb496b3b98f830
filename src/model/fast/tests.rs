use super::super::plain::Plain;
use super::kernel::Lanes;
use super::layer::Neurons;
use super::*;
use crate::ann::Normalisation;
use crate::fixed_point::{Settings, ThresholdMode};
use crate::quantise::quantise;
use crate::random::{self, Options, Random};
use crate::shape::{Padding, Shape, Window};
use crate::snn;
use ndarray::Array4;
use proptest::prelude::*;

/// Runs batches of each size through `backend` and compares every count and score with the plain model's.
fn compare(network: &Network, backend: Backend, seed: u64) -> Result<(), TestCaseError> {
    let fast = Fast::new(network, backend).expect("a fast model");
    let plain = Plain::new(network).unwrap();
    let mut maps = fast.maps();
    for images in [fast.batch(), 1, fast.batch().min(3)] {
        let frames: Vec<_> = (0..images).map(|image| random::image(seed ^ image as u64, network.input.shape)).collect();
        let views: Vec<_> = frames.iter().map(|frame| frame.view()).collect();
        let scores = fast.scores(&views, &mut maps);
        prop_assert_eq!(scores.len(), images);
        for (image, (view, scores)) in views.iter().zip(&scores).enumerate() {
            let trace = plain.trace(*view);
            for (index, traced) in trace.nodes.iter().enumerate() {
                let counts = fast.counts(index, image, &maps);
                prop_assert_eq!(&counts, &traced.counts, "{} of image {}", network.nodes[index].name, image);
            }
            prop_assert_eq!(scores, &trace.scores, "scores of image {}, {}", image, backend.name());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_form_equals_the_plain_model(
        seed: u64,
        weight_bits in 2u32..=16,
        pow2: bool,
        members in 1u32..=255,
        loud: bool,
    ) {
        let threshold = if pow2 { ThresholdMode::Pow2 } else { ThresholdMode::Exact };
        let mut source = random::network(seed, &Options { members, timesteps: 6, ..Options::default() });
        // All members fire: sum pools then exceed a byte.
        for node in source.nodes.iter_mut().filter(|_| loud) {
            if let snn::Op::Layer(snn::Layer { neuron: snn::Neuron::Group { theta }, .. }) = &mut node.op {
                theta.iter_mut().for_each(|theta| *theta /= 100.0);
            }
        }
        let network = quantise(&source, &Settings { weight_bits, threshold, ..Settings::default() }).unwrap();
        if Fast::new(&network, Backend::Portable).is_some() {
            for backend in Backend::all() {
                compare(&network, backend, seed)?;
            }
        }
    }
}

/// A network of two layers with many channels, the second one with a depthwise term beside the dense one.
fn wide(seed: u64) -> snn::Network {
    let random = &mut Random::new(seed);
    let channels = random.within(1, 70);
    let image = Shape::new(random.within(1, 3), random.within(3, 9), random.within(3, 9));
    let weights = |random: &mut Random, dim: [usize; 4]| {
        let scale = 1.5 / ((dim[1] * dim[2] * dim[3]) as f32).sqrt();
        Array4::from_shape_simple_fn(dim, || scale * random.real())
    };
    let window = |kernel, padding| Window { kernel, stride: [1, 1], padding: Padding::same(padding) };
    let theta = 0.3;
    let node = |name: &str, shape: Shape, terms, neuron| {
        let bias = vec![0.1; shape.channels];
        let op = snn::Op::Layer(snn::Layer { terms, bias, neuron });
        snn::Node { name: name.into(), origin: name.into(), shape, op }
    };
    let map = Shape { channels, ..image };
    let stem = snn::Term {
        source: Source::Input,
        window: window([3, 3], 1),
        weights: weights(random, [channels, image.channels, 3, 3]),
    };
    let dense = snn::Term {
        source: Source::Node(0),
        window: window([3, 3], 1),
        weights: weights(random, [channels, channels, 3, 3]),
    };
    let kernel = [1, 3][random.within(0, 1)];
    let mut own = weights(random, [channels, channels, kernel, kernel]);
    own.indexed_iter_mut().filter(|((o, i, ..), _)| o != i).for_each(|(_, q)| *q = 0.0);
    let own = snn::Term { source: Source::Node(0), window: window([kernel, kernel], kernel / 2), weights: own };
    let classes = random.within(1, 40);
    let whole = [map.height, map.width];
    let readout = snn::Term {
        source: Source::Node(1),
        window: window(whole, 0),
        weights: weights(random, [classes, channels, whole[0], whole[1]]),
    };
    let group = || snn::Neuron::Group { theta: vec![theta; channels] };
    let nodes = vec![
        node("stem", map, vec![stem], group()),
        node("block", map, vec![dense, own], group()),
        node("readout", Shape::new(classes, 1, 1), vec![readout], snn::Neuron::Readout),
    ];
    let normalisation = Normalisation { mean: vec![0.4; image.channels], std: vec![0.3; image.channels] };
    let input = snn::Input { shape: image, normalisation };
    let (members, timesteps) = (random.within(1, 20) as u32, random.within(1, 3) as u32);
    snn::Network { name: "wide".into(), members, timesteps, input, nodes }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// More channels than lanes, whole blocks and a rest.
    #[test]
    fn many_channels(seed: u64, weight_bits in 4u32..=12) {
        let network = quantise(&wide(seed), &Settings { weight_bits, ..Settings::default() }).unwrap();
        for backend in Backend::all() {
            compare(&network, backend, seed)?;
        }
    }
}

/// Most random networks with common settings have a fast model; otherwise the test above would compare nothing.
#[test]
fn common_networks_are_fast() {
    for (weight_bits, members) in [(8, 15), (8, 255), (12, 15), (16, 15)] {
        let fast = (0..100).filter(|&seed| {
            let network = random::network(seed, &Options { members, ..Options::default() });
            let network = quantise(&network, &Settings { weight_bits, ..Settings::default() }).unwrap();
            Fast::new(&network, Backend::Portable).is_some()
        });
        let fast = fast.count();
        println!("{weight_bits} bits, up to {members} members: {fast} of 100");
        assert!(fast > 50, "{fast} of 100 with {weight_bits} bits and up to {members} members");
    }
}

fn fire(backend: Backend, v: &[i32; LANES], neurons: &Neurons) -> ([i32; LANES], [i32; LANES]) {
    fn stored<L: Lanes>(lanes: L, v: &[i32; LANES], neurons: &Neurons) -> ([i32; LANES], [i32; LANES]) {
        let (counts, rest) = lanes.fire(lanes.load(v), neurons);
        let (mut stored, mut left) = ([0; LANES], [0; LANES]);
        lanes.store(counts, &mut stored);
        lanes.store(rest, &mut left);
        (stored, left)
    }
    match backend {
        Backend::Portable => stored(portable::Portable, v, neurons),
        #[cfg(target_arch = "x86_64")]
        Backend::Avx2(lanes) => stored(lanes, v, neurons),
        #[cfg(target_arch = "x86_64")]
        Backend::Avx512(lanes) => stored(lanes, v, neurons),
    }
}

/// Members that fire, as the rule says, at every kind of potential.
#[test]
fn firing_is_exact() {
    let mut random = Random::new(7);
    let thetas = [1, 2, 3, 7, 100, 255, 1000, 4095, 65_535, 65_536, 1_000_003, 8_421_504, 8_421_503, 12, 5, 9];
    let neurons = Neurons::new(thetas, 255);
    let mut potentials = vec![[i32::MIN; LANES], [i32::MAX; LANES], [0; LANES], [-1; LANES]];
    for n in 0..=256i64 {
        for away in -1..=1 {
            potentials.push(thetas.map(|theta| (n * i64::from(theta) + away).clamp(0, i32::MAX.into()) as i32));
        }
        potentials.push(thetas.map(|_| random.bits() as i32));
        potentials.push(thetas.map(|theta| (random.bits() % (256 * theta as u64)).min(i32::MAX as u64) as i32));
    }
    for v in potentials {
        for backend in Backend::all() {
            let (counts, rests) = fire(backend, &v, &neurons);
            for lane in 0..LANES {
                let (v, theta) = (i64::from(v[lane]), i64::from(thetas[lane]));
                let count = v.div_euclid(theta).clamp(0, 255);
                let rest = v - count * theta;
                assert_eq!(i64::from(counts[lane]), count, "{v} by {theta}, {}", backend.name());
                assert_eq!(i64::from(rests[lane]), rest, "{v} by {theta}, {}", backend.name());
            }
        }
    }
}
