//! The converted networks, run in plain floating point as the paper's dynamics say, give the golden counts exactly and
//! the golden scores to float32 rounding: an import or a conversion that lost, moved or scaled any weight would not.

mod common;

use std::fs::File;

use common::{import_zoo, zoo};
use ndarray::{Array2, ArrayD, s};
use ndarray_npy::NpzReader;
use volley::convert::{Options, convert};
use volley::snn::{Network, Neuron, Op, PoolKind, Source, Term};

/// One frame's maps of one time step, \[channels, height, width\], flat.
type Map = Vec<f64>;

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
type Counts = (String, Vec<Vec<u32>>);

/// Scores, and the counts of each group-neuron layer.
fn run(network: &Network, image: &Map) -> (Vec<f64>, Vec<Counts>) {
    let mut maps: Vec<Vec<Map>> = Vec::new();
    let mut counts = Vec::new();
    let mut scores = Vec::new();
    for node in &network.nodes {
        let read = |source: Source, t: usize, maps: &[Vec<Map>]| match source {
            Source::Input => image.clone(),
            Source::Node(index) => maps[index][t].clone(),
        };
        let mut membrane: Option<Map> = None;
        let mut steps = Vec::new();
        let mut spikes = Vec::new();
        for t in 0..network.timesteps as usize {
            match &node.op {
                Op::Pool(pool) => {
                    let (map, shape) = (read(pool.source, t, &maps), network.shape_of(pool.source));
                    let mut pooled = vec![0.0; node.shape.elements()];
                    for (index, value) in pooled.iter_mut().enumerate() {
                        let (c, y, x) = (
                            index / node.shape.pixels(),
                            index / node.shape.width % node.shape.height,
                            index % node.shape.width,
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
                    steps.push(pooled);
                }
                Op::Layer(layer) => {
                    let mut current: Map =
                        (0..node.shape.elements()).map(|i| f64::from(layer.bias[i / node.shape.pixels()])).collect();
                    for term in &layer.terms {
                        let map = read(term.source, t, &maps);
                        conv(&map, network.shape_of(term.source), term, node.shape, &mut current);
                    }
                    match layer.neuron {
                        Neuron::Readout => {
                            scores.resize(current.len(), 0.0);
                            scores.iter_mut().zip(&current).for_each(|(score, current)| *score += current);
                        }
                        Neuron::Group { step } => {
                            let step = f64::from(step);
                            let membrane = membrane.get_or_insert_with(|| vec![step / 2.0; current.len()]);
                            let mut fired = Vec::new();
                            for (v, current) in membrane.iter_mut().zip(&current) {
                                *v += current;
                                let n = (*v / step).floor().clamp(0.0, f64::from(network.members));
                                *v -= n * step;
                                fired.push(n as u32);
                            }
                            steps.push(fired.iter().map(|&n| f64::from(n) * step).collect());
                            spikes.push(fired);
                        }
                    }
                }
            }
        }
        if !spikes.is_empty() {
            counts.push((node.origin.clone(), spikes));
        }
        maps.push(steps);
    }
    (scores, counts)
}

fn check(name: &str, members: u32, timesteps: u32) {
    let placed = convert(import_zoo(name), &Options { members, timesteps }).unwrap();
    let network = placed.network;
    let mut golden = NpzReader::new(File::open(zoo(name).join("golden.npz")).unwrap()).unwrap();
    let key = format!("tau{members}_T{timesteps}");
    let scores: Array2<f32> = golden.by_name(&format!("scores_{key}")).unwrap();
    let data = if name.starts_with("mnist") { "mnist_test" } else { "cifar10_test" };
    let images = volley::data::read_npz(&zoo("data").join(format!("{data}.npz")), Some(2)).unwrap();
    for frame in 0..2 {
        let (shape, normalisation) = (network.input.shape, &network.input.normalisation);
        let pixels = images.pixels.slice(s![frame, .., .., ..]);
        let image: Map = (0..shape.elements())
            .map(|i| {
                let c = i / shape.pixels();
                let pixel = pixels[[i / shape.width % shape.height, i % shape.width, c]];
                (f64::from(pixel) / 255.0 - normalisation.mean[c]) / normalisation.std[c]
            })
            .collect();
        let (found, counts) = run(&network, &image);
        for (origin, steps) in counts {
            let expected: ArrayD<u8> = golden.by_name(&format!("counts_{key}/{origin}")).unwrap();
            let expected = expected.index_axis(ndarray::Axis(0), frame);
            for (t, step) in steps.iter().enumerate() {
                let expected = expected.index_axis(ndarray::Axis(0), t);
                assert_eq!(expected.len(), step.len(), "{name} {key} {origin}");
                let wrong = step.iter().zip(expected.iter()).filter(|&(&n, &wanted)| n != u32::from(wanted)).count();
                assert_eq!(wrong, 0, "{name} {key} frame {frame} {origin} t {t}: so many counts differ");
            }
        }
        for (class, &score) in found.iter().enumerate() {
            let wanted = f64::from(scores[[frame, class]]);
            assert!(
                (score - wanted).abs() < 1e-3,
                "{name} {key} frame {frame} class {class}: {score} and not {wanted}"
            );
        }
    }
}

#[test]
fn mlp() {
    check("mnist-mlp", 4, 1);
    check("mnist-mlp", 4, 4);
}

#[test]
fn cnn() {
    check("mnist-cnn", 4, 1);
    check("mnist-cnn", 2, 2);
}

#[test]
fn resnet() {
    check("resnet20-cifar10-qcfs8", 8, 1);
    check("resnet20-cifar10-qcfs8", 8, 2);
}

#[test]
fn vgg() {
    check("vgg16-slim-cifar10", 4, 1);
    check("vgg16-slim-cifar10", 4, 2);
}
