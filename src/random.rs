//! Random legal networks and images from a seed, for tests that compare two implementations.

mod reconvergent;

pub use reconvergent::reconvergent;

use ndarray::{Array3, Array4};

use crate::ann::Normalisation;
use crate::shape::{Padding, Shape, Window};
use crate::snn::{Input, Layer, Network, Neuron, Node, Op, Pool, PoolKind, Source, Term};

/// What a random network may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Fewest and most nodes before the readout.
    pub nodes: (usize, usize),
    /// Fewest and most rows and columns of the input.
    pub extent: (usize, usize),
    /// Layers with several terms.
    pub several_terms: bool,
    /// Layers over several maps with the same window, as after a concatenation.
    pub concats: bool,
    /// Layers whose weights all have the largest magnitude and the same sign, under a bias of up to fifty thetas.
    pub extremes: bool,
    /// Sum and max pools.
    pub pools: bool,
    /// Terms with weights in groups: grouped and depthwise convolutions, identity shortcuts.
    pub groups: bool,
    /// Most members, 1..=15 makes sense.
    pub members: u32,
    /// Most time steps.
    pub timesteps: u32,
    /// Small whole weights, biases and (even) thetas, so that with at most 8 members every sum over raw pixels stays
    /// below 2^24: float32 and integer arithmetic then agree exactly.
    pub whole: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            nodes: (1, 4),
            extent: (3, 8),
            several_terms: true,
            concats: false,
            extremes: false,
            pools: true,
            groups: true,
            members: 15,
            timesteps: 4,
            whole: false,
        }
    }
}

/// Channels of a map, drawn with equal chances: numbers that slices and groups can share are frequent. With whole weights the last and
/// largest is left out.
const CHANNELS: [usize; 8] = [1, 2, 3, 4, 4, 5, 6, 8];

/// SplitMix64 (Steele, Lea, Flood 2014): tiny, the same on every machine and for ever.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator with its own sequence for each seed.
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number from `low` to `high`, both included.
    pub fn within(&mut self, low: usize, high: usize) -> usize {
        low + (self.bits() % (high - low + 1) as u64) as usize
    }

    /// A number from −1 to 1.
    pub fn real(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.within(1, one_in) == 1
    }
}

/// A legal network with maps of at most 8 channels, each node reading at least the one before it.
pub fn network(seed: u64, options: &Options) -> Network {
    let random = &mut Random::new(seed);
    let channels = random.within(1, 4);
    let normalisation = if options.whole {
        // Elements are raw pixels: 1/(255·std) is 1 and nothing is subtracted.
        Normalisation { mean: vec![0.0; channels], std: vec![1.0 / 255.0; channels] }
    } else {
        let mean = (0..channels).map(|_| 0.5 + 0.4 * f64::from(random.real())).collect();
        Normalisation { mean, std: (0..channels).map(|_| 0.4 + 0.2 * f64::from(random.real())).collect() }
    };
    let (least, most) = options.extent;
    let shape = Shape::new(channels, random.within(least, most), random.within(least, most));
    let mut network = Network {
        name: format!("random-{seed}"),
        members: random.within(1, options.members as usize) as u32,
        timesteps: random.within(1, options.timesteps as usize) as u32,
        input: Input { shape, normalisation },
        nodes: Vec::new(),
    };
    for index in 0..random.within(options.nodes.0, options.nodes.1) {
        let before = if index == 0 { Source::Input } else { Source::Node(index - 1) };
        let size = source_shape(&network, before);
        let node = if options.pools && index > 0 && random.chance(3) && size.height > 1 && size.width > 1 {
            pool(random, before, size)
        } else {
            layer(random, options, &network, before)
        };
        network.nodes.push(Node { name: format!("node{index}"), origin: format!("node{index}"), ..node });
    }
    let last = network.nodes.len().checked_sub(1).map_or(Source::Input, Source::Node);
    let size = source_shape(&network, last);
    let whole = Window { kernel: [size.height, size.width], stride: [1, 1], padding: Padding::default() };
    let classes = random.within(2, 6);
    let terms = vec![term(random, options, last, size, classes, whole)];
    let op = Op::Layer(Layer { terms, bias: biases(random, options, classes, 1.0), neuron: Neuron::Readout });
    network.nodes.push(Node { name: "readout".into(), origin: "readout".into(), shape: Shape::new(classes, 1, 1), op });
    network
}

/// A network of the same shape with other weights, biases and thetas: those of a layer are drawn again, or all have the largest
/// magnitude and the same sign, under a bias of up to fifty thetas. What is 0 stays 0, so groups stay, too.
pub fn reweighted(network: &Network, seed: u64) -> Network {
    let random = &mut Random::new(seed);
    let mut network = network.clone();
    network.name = format!("{}-{seed}", network.name);
    for node in &mut network.nodes {
        let Op::Layer(layer) = &mut node.op else { continue };
        let (scale, extreme) = (2f32.powi(random.within(0, 8) as i32 - 4), random.chance(3));
        let sign = if random.chance(2) { 1.0 } else { -1.0 };
        let draw = |random: &mut Random| if extreme { sign } else { random.real() };
        for term in &mut layer.terms {
            term.weights.iter_mut().filter(|weight| **weight != 0.0).for_each(|weight| *weight = scale * draw(random));
        }
        let theta = if let Neuron::Group { theta } = &mut layer.neuron {
            theta.iter_mut().for_each(|theta| *theta = scale * (1.1 + random.real()));
            theta[0]
        } else {
            scale
        };
        let most = if random.chance(3) { 50.0 } else { 1.0 };
        layer.bias.iter_mut().for_each(|bias| *bias = most * theta * draw(random));
    }
    network
}

/// Random images of the network's input shape, \[height, width, channel\], many pixels blank.
pub fn image(seed: u64, shape: Shape) -> Array3<u8> {
    let random = &mut Random::new(seed);
    let dark = random.within(1, 3);
    Array3::from_shape_fn((shape.height, shape.width, shape.channels), |_| {
        if random.chance(dark) { random.bits() as u8 } else { 0 }
    })
}

fn source_shape(network: &Network, source: Source) -> Shape {
    match source {
        Source::Input => network.input.shape,
        Source::Node(index) => network.nodes[index].shape,
    }
}

fn pool(random: &mut Random, source: Source, size: Shape) -> Node {
    let kernel = [random.within(1, size.height.min(3)), random.within(1, size.width.min(3))];
    let stride = kernel.map(|extent| extent + random.within(0, 1));
    let window = Window { kernel, stride, padding: Padding::default() };
    let [height, width] = window.output(size).expect("the kernel fits");
    let kind = if random.chance(2) { PoolKind::Sum } else { PoolKind::Max };
    let op = Op::Pool(Pool { source, kind, window });
    Node { name: String::new(), origin: String::new(), shape: Shape { height, width, ..size }, op }
}

fn layer(random: &mut Random, options: &Options, network: &Network, source: Source) -> Node {
    let size = source_shape(network, source);
    let channels = if options.groups && random.chance(3) {
        size.channels
    } else {
        CHANNELS[random.within(0, CHANNELS.len() - if options.whole { 2 } else { 1 })]
    };
    let window = window(random, options, size);
    let [height, width] = window.output(size).expect("the kernel fits");
    let shape = Shape { channels, height, width };
    let mut terms = vec![term(random, options, source, size, channels, window)];
    if options.concats && source != Source::Input && random.chance(2) {
        // Up to two other maps of the same size.
        let same = |index: &usize| {
            let other = network.nodes[*index].shape;
            Source::Node(*index) != source && (other.height, other.width) == (size.height, size.width)
        };
        let mut others: Vec<usize> = (0..network.nodes.len()).filter(same).collect();
        for _ in 0..random.within(1, 2).min(others.len()) {
            let other = Source::Node(others.swap_remove(random.within(0, others.len() - 1)));
            terms.push(term(random, options, other, source_shape(network, other), channels, window));
        }
    }
    if options.several_terms && random.chance(2) {
        // Any earlier map will do if some stride takes it to the same size; the input is added only to itself, since the hardware has
        // no sum of pixels and spikes.
        let from = random.within(0, network.nodes.len());
        let image = source == Source::Input;
        let other = if from == 0 || image { Source::Input } else { Source::Node(from - 1) };
        let size = source_shape(network, other);
        if (other == Source::Input) == image
            && let Some(window) = matching(size, shape)
        {
            terms.push(term(random, options, other, size, channels, window));
        }
    }
    let theta = if options.whole { random.within(1, 100) as f32 * 2.0 } else { 0.3 + 0.25 * random.real() };
    let mut bias = biases(random, options, channels, theta);
    if options.extremes && random.chance(4) {
        let sign = if random.chance(2) { 1.0 } else { -1.0 };
        for term in &mut terms {
            term.weights.iter_mut().filter(|weight| **weight != 0.0).for_each(|weight| *weight = sign);
        }
        let thetas = if random.chance(2) { 50.0 } else { 1.0 };
        bias.fill(sign * thetas * theta);
    }
    Node {
        name: String::new(),
        origin: String::new(),
        shape,
        op: Op::Layer(Layer { terms, bias, neuron: Neuron::Group { theta: thetas(options, theta, channels) } }),
    }
}

fn window(random: &mut Random, options: &Options, size: Shape) -> Window {
    let kernel = [random.within(1, size.height.min(5)), random.within(1, size.width.min(5))];
    // Strides would leave a pixel of the maps of a deep network.
    let most = if options.nodes.1 > 4 && !random.chance(4) { 1 } else { 3 };
    let stride = [random.within(1, most), random.within(1, most)];
    let [up, across] = kernel.map(|extent| extent - 1);
    let mut side = |most: usize| if random.chance(2) { 0 } else { random.within(0, most) };
    let padding = Padding { top: side(up), left: side(across), bottom: side(up), right: side(across) };
    Window { kernel, stride, padding }
}

/// A 1×1 window, as of a strided shortcut, that takes `size` to the height and width of `shape`.
fn matching(size: Shape, shape: Shape) -> Option<Window> {
    (1..=4).flat_map(|y| (1..=4).map(move |x| [y, x])).find_map(|stride| {
        let window = Window { kernel: [1, 1], stride, padding: Padding::default() };
        (window.output(size) == Some([shape.height, shape.width])).then_some(window)
    })
}

fn term(random: &mut Random, options: &Options, source: Source, size: Shape, out: usize, window: Window) -> Term {
    let shape = (out, size.channels, window.kernel[0], window.kernel[1]);
    let groups = if options.groups && random.chance(2) { groups(random, out, size.channels) } else { 1 };
    let fan_in = size.channels / groups * window.kernel[0] * window.kernel[1];
    let spread = 2.0 / (fan_in as f32).sqrt();
    let weight = |random: &mut Random| {
        if options.whole { random.within(0, 14) as f32 - 7.0 } else { random.real() * spread }
    };
    // A shortcut carries every channel with the same weight.
    let shortcut = groups == out && groups == size.channels && window.kernel == [1, 1];
    let same = shortcut.then(|| weight(random)).filter(|_| random.chance(2));
    let weights = Array4::from_shape_fn(shape, |(output, input, ..)| {
        if output * groups / out != input * groups / size.channels {
            return 0.0;
        }
        same.unwrap_or_else(|| if random.chance(6) { 0.0 } else { weight(random) })
    });
    Term { source, window, weights }
}

/// A number of groups that a convolution of these channels can have, more than 1 if there is one.
fn groups(random: &mut Random, outputs: usize, inputs: usize) -> usize {
    let legal: Vec<_> = (2..=outputs.min(inputs))
        .filter(|groups| outputs.is_multiple_of(*groups) && inputs.is_multiple_of(*groups))
        .collect();
    if legal.is_empty() { 1 } else { legal[random.within(0, legal.len() - 1)] }
}

/// The θ of the channels, at most `theta`: whole and even where that is.
fn thetas(options: &Options, theta: f32, channels: usize) -> Vec<f32> {
    let of = |channel: usize| match options.whole {
        true => (theta - 2.0 * (channel % 4) as f32).max(2.0),
        false => theta * (1.0 - (channel % 4) as f32 / 16.0),
    };
    (0..channels).map(of).collect()
}

fn biases(random: &mut Random, options: &Options, channels: usize, theta: f32) -> Vec<f32> {
    let bias = |_| if options.whole { random.within(0, 40) as f32 - 20.0 } else { random.real() * theta };
    (0..channels).map(bias).collect()
}
