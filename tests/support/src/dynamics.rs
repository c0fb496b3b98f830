//! The paper's dynamics again, in double precision and as plain as possible, for tests.

use ndarray::ArrayView3;
use volley::snn::{Network, Neuron, Op, PoolKind, Source, Term};

/// One frame's maps of one time step, \[channels, height, width\], flat.
pub type Map = Vec<f64>;

fn conv(map: &Map, shape: volley::Shape, term: &Term, out: volley::Shape, sum: &mut Map) {
    let (outs, ins, kernel_height, kernel_width) = term.weights.dim();
    let weights = term.weights.as_slice().expect("weights are in standard order");
    let ([down, right], padding) = (term.window.stride, term.window.padding);
    for o in 0..outs {
        for c in 0..ins {
            let kernel = &weights[(o * ins + c) * kernel_height * kernel_width..][..kernel_height * kernel_width];
            if kernel.iter().all(|&weight| weight == 0.0) {
                continue;
            }
            for y in 0..out.height {
                for x in 0..out.width {
                    let mut current = 0.0;
                    for ky in 0..kernel_height {
                        let row = (y * down + ky).wrapping_sub(padding.top);
                        for kx in 0..kernel_width {
                            let column = (x * right + kx).wrapping_sub(padding.left);
                            if row < shape.height && column < shape.width {
                                let weight = f64::from(kernel[ky * kernel_width + kx]);
                                current += weight * map[(c * shape.height + row) * shape.width + column];
                            }
                        }
                    }
                    sum[(o * out.height + y) * out.width + x] += current;
                }
            }
        }
    }
}

/// A layer's origin and its counts \[t\]\[channel, row, column\].
pub type Counts = (String, Vec<Vec<u32>>);

/// A potential so close to a threshold that single precision may put it on either side.
#[derive(Debug, Clone)]
pub struct Tie {
    node: usize,
    t: usize,
    element: usize,
    /// Relative to the threshold.
    distance: f64,
    /// The count on the threshold's other side.
    other: u32,
}

/// What one frame makes the network compute.
pub struct Frame {
    /// Of the readout, \[classes\].
    pub scores: Vec<f64>,
    /// Of each group-neuron layer.
    pub counts: Vec<Counts>,
    /// Potentials too close to a threshold for single precision.
    pub ties: Vec<Tie>,
}

/// The most that single precision moves a potential, relative to a threshold.
pub const TIE: f64 = 1e-5;

/// The image as training saw it.
pub fn normalised(network: &Network, pixels: ArrayView3<u8>) -> Map {
    let (shape, normalisation) = (network.input.shape, &network.input.normalisation);
    let element = |i: usize| {
        let c = i / shape.pixels();
        let pixel = pixels[[i / shape.width % shape.height, i % shape.width, c]];
        (f64::from(pixel) / 255.0 - normalisation.mean[c]) / normalisation.std[c]
    };
    (0..shape.elements()).map(element).collect()
}

/// Whether only rounding at thresholds can make `scores` from `image`: they are, within `tolerance`, those of the exact dynamics, or
/// those with one or two counts on the other side of a threshold that the potential meets within [`TIE`]. The answer is the number of
/// counts that were moved.
pub fn explain(network: &Network, image: &Map, scores: &[f32], tolerance: f32) -> Option<usize> {
    let equal =
        |frame: &Frame| frame.scores.iter().zip(scores).all(|(a, &b)| (a - f64::from(b)).abs() <= f64::from(tolerance));
    let exact = run(network, image, &[]);
    if equal(&exact) {
        return Some(0);
    }
    let once: Vec<(Tie, Frame)> =
        nearest(exact.ties).map(|tie| (tie.clone(), run(network, image, std::slice::from_ref(&tie)))).collect();
    if once.iter().any(|(_, frame)| equal(frame)) {
        return Some(1);
    }
    let mut twice = once.into_iter().flat_map(|(first, frame)| {
        nearest(frame.ties).map(move |second| run(network, image, &[first.clone(), second]))
    });
    twice.any(|frame| equal(&frame)).then_some(2)
}

/// The closest ties first, and not more than can be tried.
fn nearest(mut ties: Vec<Tie>) -> impl Iterator<Item = Tie> {
    ties.sort_by(|a, b| a.distance.total_cmp(&b.distance));
    ties.into_iter().take(8)
}

/// Runs one frame. The counts of `moved` are put on the other side of their thresholds.
pub fn run(network: &Network, image: &Map, moved: &[Tie]) -> Frame {
    let mut ties = Vec::new();
    let mut maps: Vec<Vec<Map>> = Vec::new();
    let mut counts = Vec::new();
    let mut scores = Vec::new();
    for (index, node) in network.nodes.iter().enumerate() {
        let read = |source: Source, t: usize, maps: &[Vec<Map>]| match source {
            Source::Input => image.clone(),
            Source::Node(index) => maps[index][t].clone(),
        };
        let mut membrane: Option<Map> = None;
        let mut by_timestep = Vec::new();
        let mut spikes = Vec::new();
        for t in 0..network.timesteps as usize {
            match &node.op {
                Op::Pool(pool) => {
                    let (map, shape) = (read(pool.source, t, &maps), network.shape_of(pool.source));
                    let mut pooled = vec![0.0; node.shape.elements()];
                    for (place, value) in pooled.iter_mut().enumerate() {
                        let (c, y, x) = (
                            place / node.shape.pixels(),
                            place / node.shape.width % node.shape.height,
                            place % node.shape.width,
                        );
                        for ky in 0..pool.window.kernel[0] {
                            for kx in 0..pool.window.kernel[1] {
                                let (row, column) = (y * pool.window.stride[0] + ky, x * pool.window.stride[1] + kx);
                                let element = map[(c * shape.height + row) * shape.width + column];
                                match pool.kind {
                                    PoolKind::Sum => *value += element,
                                    PoolKind::Max => *value = element.max(*value),
                                }
                            }
                        }
                    }
                    by_timestep.push(pooled);
                }
                Op::Layer(layer) => {
                    let mut current: Map =
                        (0..node.shape.elements()).map(|i| f64::from(layer.bias[i / node.shape.pixels()])).collect();
                    for term in &layer.terms {
                        let map = read(term.source, t, &maps);
                        conv(&map, network.shape_of(term.source), term, node.shape, &mut current);
                    }
                    match &layer.neuron {
                        Neuron::Readout => {
                            scores.resize(current.len(), 0.0);
                            scores.iter_mut().zip(&current).for_each(|(score, current)| *score += current);
                        }
                        Neuron::Group { theta } => {
                            let pixels = node.shape.pixels();
                            let theta = |element: usize| f64::from(theta[element / pixels]);
                            let membrane = membrane.get_or_insert_with(|| {
                                (0..current.len()).map(|element| theta(element) / 2.0).collect()
                            });
                            let mut fired = Vec::new();
                            for (element, (v, current)) in membrane.iter_mut().zip(&current).enumerate() {
                                let theta = theta(element);
                                *v += current;
                                let mut n = (*v / theta).floor().clamp(0.0, f64::from(network.members)) as u32;
                                let threshold = (*v / theta).round().clamp(1.0, f64::from(network.members));
                                let distance = (*v / (threshold * theta) - 1.0).abs();
                                if let Some(tie) =
                                    moved.iter().find(|m| (m.node, m.t, m.element) == (index, t, element))
                                {
                                    n = tie.other;
                                } else if distance < TIE {
                                    let other = if n == threshold as u32 { n - 1 } else { n + 1 };
                                    ties.push(Tie { node: index, t, element, distance, other });
                                }
                                *v -= f64::from(n) * theta;
                                fired.push(n);
                            }
                            let maps = fired.iter().enumerate().map(|(element, &n)| f64::from(n) * theta(element));
                            by_timestep.push(maps.collect());
                            spikes.push(fired);
                        }
                    }
                }
            }
        }
        if !spikes.is_empty() {
            counts.push((node.origin.clone(), spikes));
        }
        maps.push(by_timestep);
    }
    Frame { scores, counts, ties }
}
