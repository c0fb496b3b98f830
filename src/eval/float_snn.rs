//! The paper's dynamics (arXiv 2402.19061) in single precision: what the network would compute without rounding.

use ndarray::{Array2, Array3, ArrayView3, Axis};
use rayon::prelude::*;

use crate::data::Images;
use crate::snn::{Network, Neuron, Op, Source, float};

/// What one layer did in one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerTrace {
    /// \[time step, channel, pixel\].
    pub counts: Array3<u32>,
    /// Potentials just before firing, \[time step, channel, pixel\].
    pub potentials: Array3<f32>,
}

/// Scores summed up to and including each time step, \[time step, class\], of one image, \[height, width, channel\].
pub fn scores(network: &Network, image: ArrayView3<u8>) -> Array2<f32> {
    run(network, &float::normalised(image, &network.input.normalisation), None)
}

/// The scores and, for each node, what its group neurons did; `None` for pools and the readout.
pub fn trace(network: &Network, image: ArrayView3<u8>) -> (Array2<f32>, Vec<Option<LayerTrace>>) {
    let mut layers = Vec::new();
    let scores = run(network, &float::normalised(image, &network.input.normalisation), Some(&mut layers));
    (scores, layers)
}

/// The scores of all images, in order, as of [`scores`]. `progress` is told how many more are done.
pub fn scores_all(network: &Network, images: &Images, progress: &(dyn Fn(usize) + Sync)) -> Vec<Array2<f32>> {
    let frames: Vec<_> = images.pixels.outer_iter().collect();
    let scores = frames.into_par_iter().map(|image| {
        let scores = scores(network, image);
        progress(1);
        scores
    });
    scores.collect()
}

/// `input` is the normalised image, \[channel, pixel\].
fn run(network: &Network, input: &Array2<f32>, mut record: Option<&mut Vec<Option<LayerTrace>>>) -> Array2<f32> {
    let timesteps = network.timesteps as usize;
    // The activations of each node, one map a time step.
    let mut maps: Vec<Vec<Array2<f32>>> = Vec::with_capacity(network.nodes.len());
    let mut scores = Array2::zeros((timesteps, 0));
    for node in &network.nodes {
        let spikes = |t: usize| {
            let maps = &maps;
            move |source| match source {
                Source::Input => None,
                Source::Node(index) => Some((network.nodes[index].shape, maps[index][t].view())),
            }
        };
        let mut traced = None;
        let out = match &node.op {
            Op::Pool(pool) => (0..timesteps)
                .map(|t| match pool.source {
                    Source::Input => float::pool(pool, network.input.shape, input.view(), node.shape),
                    Source::Node(index) => {
                        float::pool(pool, network.nodes[index].shape, maps[index][t].view(), node.shape)
                    }
                })
                .collect(),
            Op::Layer(layer) => {
                // The image is the same at each time step, so its current is computed once.
                let mut constant = float::biases(layer, node.shape.pixels());
                float::add_terms(layer, &mut constant, node.shape, &|source| {
                    (source == Source::Input).then(|| (network.input.shape, input.view()))
                });
                let currents = (0..timesteps).map(|t| {
                    let mut current = constant.clone();
                    float::add_terms(layer, &mut current, node.shape, &spikes(t));
                    current
                });
                match &layer.neuron {
                    Neuron::Readout => {
                        let mut sum = Array2::zeros((node.shape.elements(), 1));
                        scores = Array2::zeros((timesteps, node.shape.elements()));
                        for (t, current) in currents.enumerate() {
                            sum += &current;
                            scores.row_mut(t).assign(&sum.column(0));
                        }
                        Vec::new()
                    }
                    Neuron::Group { theta } => {
                        let size = (timesteps, node.shape.channels, node.shape.pixels());
                        let mut layer_trace = record
                            .is_some()
                            .then(|| LayerTrace { counts: Array3::zeros(size), potentials: Array3::zeros(size) });
                        let mut v = Array2::from_shape_fn((size.1, size.2), |(c, _)| theta[c] / 2.0);
                        let mut maps = Vec::with_capacity(timesteps);
                        for (t, mut activations) in currents.enumerate() {
                            v += &activations;
                            if let Some(trace) = &mut layer_trace {
                                trace.potentials.index_axis_mut(Axis(0), t).assign(&v);
                            }
                            for ((place, a), v) in activations.indexed_iter_mut().zip(v.iter_mut()) {
                                let n = float::fired(*v, theta[place.0], network.members);
                                *a = n as f32 * theta[place.0];
                                *v -= *a;
                                if let Some(trace) = &mut layer_trace {
                                    trace.counts[[t, place.0, place.1]] = n;
                                }
                            }
                            maps.push(activations);
                        }
                        traced = layer_trace;
                        maps
                    }
                }
            }
        };
        maps.push(out);
        if let Some(record) = &mut record {
            record.push(traced);
        }
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed_point::Settings;
    use crate::model::Model;
    use crate::quantise::quantise;
    use crate::{fixed_point, random};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Whole weights, biases and θ need no rounding in either arithmetic, as long as all numbers stay below 2^24. Then the integer
        /// model is the float dynamics times each channel's scale.
        #[test]
        fn model_equals_the_dynamics_where_arithmetic_is_exact(seed: u64) {
            let options = random::Options { whole: true, members: 8, ..Default::default() };
            let source = random::network(seed, &options);
            let image = random::image(seed ^ 7, source.input.shape);
            let network = whole(&source);
            let model = Model::new(&network).unwrap();
            let exact = model.trace(image.view());
            // Raw pixels, since the normalisation's division rounds.
            let channels = source.input.shape.channels;
            let raw = Array2::from_shape_fn((channels, source.input.shape.pixels()), |(c, pixel)| {
                f32::from(image[[pixel / source.input.shape.width, pixel % source.input.shape.width, c]])
            });
            let mut layers = Vec::new();
            let scores = run(&source, &raw, Some(&mut layers));
            for ((node, exact), float) in source.nodes.iter().zip(&exact.nodes).zip(&layers) {
                let Some(float) = float else { continue };
                for ((t, pixel, c), &count) in exact.counts.indexed_iter() {
                    prop_assert_eq!(count, float.counts[[t, c, pixel]], "{} t {} c {} p {}", node.name, t, c, pixel);
                }
            }
            let last = scores.row(scores.nrows() - 1);
            prop_assert_eq!(exact.scores.iter().map(|&s| s as f32).collect::<Vec<_>>(), last.to_vec());
        }
    }

    /// The network of `random::Options::whole` in integers with every scale 1, without any rounding.
    fn whole(source: &Network) -> fixed_point::Network {
        let mut network = quantise(source, &Settings { weight_bits: 16, ..Settings::default() }).unwrap();
        network.input.offset.fill(0);
        let theta_of = |source_node: usize| {
            let mut index = source_node;
            loop {
                match &source.nodes[index].op {
                    Op::Layer(layer) => match &layer.neuron {
                        Neuron::Group { theta } => break theta,
                        Neuron::Readout => panic!("a readout feeds nothing"),
                    },
                    Op::Pool(pool) => match pool.source {
                        Source::Node(before) => index = before,
                        Source::Input => panic!("the input is not pooled"),
                    },
                }
            }
        };
        for index in 0..network.nodes.len() {
            let (Op::Layer(from), fixed_point::Op::Layer(mut layer)) =
                (&source.nodes[index].op, network.nodes[index].op.clone())
            else {
                continue;
            };
            for (term, from) in layer.terms.iter_mut().zip(&from.terms) {
                term.shift = 0;
                let mut weights = from.weights.clone();
                if let Source::Node(index) = from.source {
                    for (mut taps, theta) in weights.axis_iter_mut(Axis(1)).zip(theta_of(index)) {
                        taps *= *theta;
                    }
                }
                term.weights = weights.mapv(|w| w as i32);
            }
            layer.bias = from.bias.iter().map(|&b| b as i64).collect();
            layer.neuron = match &from.neuron {
                Neuron::Group { theta } => {
                    fixed_point::Neuron::Group { theta: theta.iter().map(|&theta| theta as i64).collect() }
                }
                Neuron::Readout => fixed_point::Neuron::Readout { scale: 1.0 },
            };
            layer.widths = crate::quantise::widths::widths(&network, "whole", &layer).unwrap();
            network.nodes[index].op = fixed_point::Op::Layer(layer);
        }
        network.validate().unwrap();
        network
    }
}
