//! Random networks whose streams split and meet again: forks in forks, joins of branches that split layers ago, pools, strides and
//! paddings on the way, layers of one to three terms.

use ndarray::Array4;

use super::{Options, Random, biases, pool, source_shape, term, thetas};
use crate::ann::Normalisation;
use crate::shape::{Padding, Shape, Window};
use crate::snn::{Input, Layer, Network, Neuron, Node, Op, Source, Term};

/// A legal network of 4 to 9 nodes and a readout, in which most maps are read more than once; with `shortcuts` many of the reads are
/// identity shortcuts.
pub fn reconvergent(seed: u64, shortcuts: bool) -> Network {
    let random = &mut Random::new(seed ^ 0xf0_4c);
    let options = &Options { members: 7, timesteps: 2, ..Options::default() };
    let channels = random.within(1, 2);
    let shape = Shape::new(channels, random.within(7, 12), random.within(7, 12));
    let mut network = Network {
        name: format!("reconvergent-{seed}"),
        members: random.within(1, options.members as usize) as u32,
        timesteps: random.within(1, options.timesteps as usize) as u32,
        input: Input { shape, normalisation: Normalisation { mean: vec![0.4; channels], std: vec![0.3; channels] } },
        nodes: Vec::new(),
    };
    let stem = layer(random, options, &network, Source::Input, &[], false);
    push(&mut network, stem);
    for _ in 0..random.within(2, 6) {
        let unread = unread(&network);
        let recent = network.nodes.len() - 1 - random.within(0, 2.min(network.nodes.len() - 1));
        let index = if random.chance(2) { recent } else { unread[random.within(0, unread.len() - 1)] };
        let size = network.nodes[index].shape;
        let node = if random.chance(5) && size.height > 4 && size.width > 4 {
            pool(random, Source::Node(index), size)
        } else {
            let others: Vec<usize> =
                (0..[0, 1, 1, 2][random.within(0, 3)]).map(|_| random.within(0, network.nodes.len() - 1)).collect();
            layer(random, options, &network, Source::Node(index), &others, shortcuts)
        };
        push(&mut network, node);
    }
    // One layer joins the loose ends as far as their sizes allow; the readout joins the rest.
    let ends = unread(&network);
    if ends.len() > 1 {
        let node = layer(random, options, &network, Source::Node(ends[0]), &ends[1..], shortcuts);
        push(&mut network, node);
    }
    let classes = random.within(2, 4);
    let whole = |size: Shape| Window { kernel: [size.height, size.width], stride: [1, 1], padding: Padding::default() };
    let terms = unread(&network).into_iter().map(|index| {
        let size = network.nodes[index].shape;
        term(random, options, Source::Node(index), size, classes, whole(size))
    });
    let terms = terms.collect();
    let bias = biases(random, options, classes, 1.0);
    let op = Op::Layer(Layer { terms, bias, neuron: Neuron::Readout });
    push(&mut network, Node { name: String::new(), origin: String::new(), shape: Shape::new(classes, 1, 1), op });
    network
}

fn push(network: &mut Network, node: Node) {
    let name = format!("node{}", network.nodes.len());
    network.nodes.push(Node { origin: name.clone(), name, ..node });
}

/// Nodes that nothing reads yet.
fn unread(network: &Network) -> Vec<usize> {
    let reads = |node: &Node, source: Source| match &node.op {
        Op::Layer(layer) => layer.terms.iter().any(|term| term.source == source),
        Op::Pool(pool) => pool.source == source,
    };
    let is_read = |index: &usize| network.nodes.iter().any(|node| reads(node, Source::Node(*index)));
    (0..network.nodes.len()).filter(|index| !is_read(index)).collect()
}

/// A layer over `first` with a random window, and over those of `others` that some window takes to the same size. With
/// `shortcuts` one of `first`'s size is an identity shortcut.
fn layer(
    random: &mut Random,
    options: &Options,
    network: &Network,
    first: Source,
    others: &[usize],
    shortcuts: bool,
) -> Node {
    let size = source_shape(network, first);
    let as_large = |index: &&usize| {
        let other = network.nodes[**index].shape;
        (other.height, other.width) == (size.height, size.width)
    };
    let shortcut = others.iter().find(as_large).filter(|_| shortcuts).map(|&index| Source::Node(index));
    let target = [size.height, size.width].map(|extent| {
        match extent {
            _ if shortcut.is_some() => extent,
            1 => 1,
            // Rarely halved: after a few times a map would be a pixel.
            6.. if random.chance(3) => extent.div_ceil(2),
            _ => extent + 1 - random.within(0, 2),
        }
    });
    let channels = shortcut.map_or_else(|| random.within(1, 4), |source| source_shape(network, source).channels);
    let sources = std::iter::once(first).chain(others.iter().map(|&index| Source::Node(index)));
    let terms: Vec<_> = sources
        .filter_map(|source| {
            let size = source_shape(network, source);
            if Some(source) == shortcut {
                return Some(identity(random, source, channels));
            }
            let window = window(random, size, target)?;
            Some(term(random, options, source, size, channels, window))
        })
        .collect();
    let theta = 0.3 + 0.25 * random.real();
    let bias = biases(random, options, channels, theta);
    let op = Op::Layer(Layer { terms, bias, neuron: Neuron::Group { theta: thetas(options, theta, channels) } });
    let [height, width] = target;
    Node { name: String::new(), origin: String::new(), shape: Shape { channels, height, width }, op }
}

/// A shortcut that carries every channel with its own weight.
fn identity(random: &mut Random, source: Source, channels: usize) -> Term {
    let window = Window { kernel: [1, 1], stride: [1, 1], padding: Padding::default() };
    let mut weights = Array4::zeros((channels, channels, 1, 1));
    (0..channels).for_each(|channel| weights[[channel, channel, 0, 0]] = random.real());
    Term { source, window, weights }
}

/// A random window that takes a map of `size` to `target` rows and columns, if there is one.
fn window(random: &mut Random, size: Shape, target: [usize; 2]) -> Option<Window> {
    let mut axis = |extent: usize, outputs: usize| {
        let mut legal = Vec::new();
        for kernel in 1..=extent.min(5) {
            for (before, after) in (0..kernel).flat_map(|before| (0..kernel).map(move |after| (before, after))) {
                let strides = (1..=3).filter(|stride| (extent + before + after - kernel) / stride + 1 == outputs);
                legal.extend(strides.map(|stride| (kernel, stride, before, after)));
            }
        }
        (!legal.is_empty()).then(|| legal[random.within(0, legal.len() - 1)])
    };
    let (height, down, top, bottom) = axis(size.height, target[0])?;
    let (width, right, left, after) = axis(size.width, target[1])?;
    let padding = Padding { top, left, bottom, right: after };
    Some(Window { kernel: [height, width], stride: [down, right], padding })
}
