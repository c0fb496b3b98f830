//! Small networks of a known form.

use ndarray::Array4;
use volley::ann::Normalisation;
use volley::fixed_point::{self, Settings};
use volley::quantise;
use volley::random::Random;
use volley::shape::{Padding, Shape, Window};
use volley::snn::{Input, Layer, Network, Neuron, Node, Op, Source, Term};

/// A square window: kernel, stride, padding on all sides.
pub fn square(kernel: usize, stride: usize, padding: usize) -> Window {
    Window { kernel: [kernel; 2], stride: [stride; 2], padding: Padding::same(padding) }
}

/// A network of layers of `channels` channels over an image of `size`×`size` pixels; a layer is given by its terms, each an earlier
/// layer (the input must not be forked) and a window. Layer 0 reads the input with a window of its own; a readout over the whole of the
/// last layer is added. With `shortcuts` terms of 1×1 windows of stride 1 carry each channel to its own number.
pub fn network(
    name: &str,
    size: usize,
    channels: usize,
    layers: &[&[(usize, Window)]],
    shortcuts: bool,
) -> fixed_point::Network {
    let random = &mut Random::new(7);
    let shape = Shape::new(2, size, size);
    let mut network = Network {
        name: name.into(),
        members: 3,
        timesteps: 1,
        input: Input { shape, normalisation: Normalisation { mean: vec![0.5; 2], std: vec![0.3; 2] } },
        nodes: Vec::new(),
    };
    for (index, terms) in layers.iter().enumerate() {
        let sources: Vec<_> = if index == 0 {
            vec![(Source::Input, square(3, 1, 1))]
        } else {
            terms.iter().map(|&(source, window)| (Source::Node(source), window)).collect()
        };
        push(&mut network, random, &sources, channels, Neuron::Group { theta: vec![0.3; channels] }, shortcuts);
    }
    let last = Source::Node(layers.len() - 1);
    let Shape { height, width, .. } = network.shape_of(last);
    let whole = Window { kernel: [height, width], stride: [1, 1], padding: Padding::default() };
    push(&mut network, random, &[(last, whole)], 3, Neuron::Readout, false);
    network.validate().expect("a legal network");
    quantise::quantise(&network, &Settings::default()).expect("weights that fit")
}

fn push(
    network: &mut Network,
    random: &mut Random,
    terms: &[(Source, Window)],
    channels: usize,
    neuron: Neuron,
    shortcuts: bool,
) {
    let term = |&(source, window): &(Source, Window)| {
        let from = network.shape_of(source);
        let [height, width] = window.kernel;
        let diagonal = shortcuts && window == square(1, 1, 0);
        let weights = Array4::from_shape_fn((channels, from.channels, height, width), |(output, input, ..)| {
            if diagonal && output != input { 0.0 } else { random.real() }
        });
        Term { source, window, weights }
    };
    let terms: Vec<_> = terms.iter().map(term).collect();
    let [height, width] = terms[0].window.output(network.shape_of(terms[0].source)).expect("the kernel fits");
    let name = format!("layer{}", network.nodes.len());
    let bias = vec![0.1; channels];
    let op = Op::Layer(Layer { terms, bias, neuron });
    network.nodes.push(Node { origin: name.clone(), name, shape: Shape::new(channels, height, width), op });
}
