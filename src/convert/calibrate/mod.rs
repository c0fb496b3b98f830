//! Gives member thresholds to the layers whose activation was a plain ReLU, which has no λ of its own, or clipped at a bound that currents
//! may never reach, and corrects as much as possible of the error that they then have.
//!
//! It works layer by layer, in order, on sample images. They run through the float ANN and through the spiking network of the layers so
//! far. So each layer is corrected on the inputs that it will really get, with the errors of the layers before it.

mod refit;
mod theta;

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Activation, Conversion};
use crate::data::Images;
use crate::error::{Kind, Place, Result, Setting};
use crate::shape::Shape;
use crate::snn::{Layer, Network, Neuron, Op, Source, float};
use crate::words::{Words, as_word};
use refit::Sample;
use theta::{mean_output, thetas};

/// How far calibration goes; each way does more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Calibration {
    /// λ is the largest activation of the layer
    Maximum,
    /// λ of the layer with the least squared error
    Layer,
    /// λ of each channel with the least squared error
    Channel,
    /// Biases make up for the mean error of each channel
    Bias,
    /// Weights and readout are refitted to the inputs that spiking layers give
    #[default]
    Weights,
}

impl Words for Calibration {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Calibration::Maximum, "maximum", "λ is the largest activation of the layer"),
        (Calibration::Layer, "layer", "λ of the layer with the least squared error"),
        (Calibration::Channel, "channel", "λ of each channel with the least squared error"),
        (Calibration::Bias, "bias", "Biases make up for the mean error of each channel"),
        (Calibration::Weights, "weights", "Weights and readout are refitted to the inputs that spiking layers give"),
    ];
}
as_word!(Calibration);

/// Images that a network is run on which brings every λ along: they only show how far its currents reach.
const IMAGES_TO_LOOK_AT: usize = 100;

/// Finds the member thresholds θ of ReLU and clipped layers, and corrects these layers and the readout. A network without such layers stays as
/// it is. `conversion.uncalibrated` is empty afterwards. `progress` is called after each node of the network. Returns the largest current
/// of each layer that fires in the ANN, by node; a network that stays as it is has been run on the first 100 images.
///
/// # Errors
/// [`Kind::NoImages`] and [`Kind::OtherShape`]; [`Kind::NeverActive`] for a layer that no image makes active.
pub fn calibrate(
    conversion: &mut Conversion,
    images: &Images,
    method: Calibration,
    progress: &(dyn Fn() + Sync),
) -> Result<Vec<Option<f32>>> {
    let shape = conversion.network.input.shape;
    let (count, height, width, channels) = images.pixels.dim();
    let found = Shape { channels, height, width };
    if count == 0 {
        return Err(Kind::NoImages.at(Setting::Calibration));
    }
    if found != shape {
        return Err(Kind::OtherShape { found, expected: shape }.at(Setting::Calibration));
    }
    let changes = conversion.gains_by_calibration();
    let normalisation = &conversion.network.input.normalisation;
    let seen = if changes { count } else { count.min(IMAGES_TO_LOOK_AT) };
    let inputs = images.pixels.outer_iter().take(seen).map(|image| float::normalised(image, normalisation));
    let mut frames: Vec<Frame> = inputs.map(|input| Frame { input, exact: Vec::new(), spiking: Vec::new() }).collect();
    // After the last reader of a map, its memory is given back.
    let last_reader = last_readers(&conversion.network);
    let Conversion { network, activations, uncalibrated } = conversion;
    let mut largest = vec![None; network.nodes.len()];
    for index in 0..network.nodes.len() {
        match network.nodes[index].op.clone() {
            Op::Pool(pool) => frames.par_iter_mut().for_each(|frame| frame.pool(network, index, &pool)),
            Op::Layer(mut layer) => {
                let exact = exact_currents(network, index, &layer, &frames);
                let readout = layer.neuron == Neuron::Readout;
                let activation = activations[index];
                let bound = activation.map_or(f32::INFINITY, Activation::bound);
                let most = exact.iter().flatten().copied().fold(0.0, f32::max);
                largest[index] = activation.map(|_| most);
                // A clipped layer that is never active keeps its bound; nothing better is known.
                let calibrated = activation.is_some_and(Activation::is_calibrated)
                    && (most > 0.0 || activation == Some(Activation::Relu));
                if calibrated {
                    let name = &network.nodes[index].name;
                    let theta = thetas(name, &exact, bound, network.members, network.timesteps, method)?;
                    layer.neuron = Neuron::Group { theta };
                }
                if (calibrated || readout && changes) && method >= Calibration::Weights {
                    refit_weights(network, index, &mut layer, &frames, &exact);
                }
                if calibrated && method >= Calibration::Bias {
                    correct_bias(network, index, &mut layer, &frames, &exact, bound);
                }
                if !readout {
                    let activate = |current: Array2<f32>| match activation {
                        // It rounds in the float ANN, too: it was trained that way.
                        Some(Activation::Qcfs { lambda, levels }) => {
                            current.mapv_into(|x| mean_output(x, lambda / levels as f32, levels, 1))
                        }
                        _ => current.mapv_into(|x| x.clamp(0.0, bound)),
                    };
                    let maps: Vec<_> = exact.into_par_iter().map(activate).collect();
                    frames.iter_mut().zip(maps).for_each(|(frame, map)| frame.exact.push(map));
                    let network = &*network;
                    frames.par_iter_mut().for_each(|frame| {
                        let maps = fire(network, index, &layer, frame);
                        frame.spiking.push(maps);
                    });
                }
                network.nodes[index].op = Op::Layer(layer);
            }
        }
        for (node, _) in last_reader.iter().enumerate().filter(|&(_, &reader)| reader == index) {
            for frame in &mut frames {
                frame.exact[node] = Array2::default((0, 0));
                frame.spiking[node] = Vec::new();
            }
        }
        progress();
    }
    uncalibrated.clear();
    Ok(largest)
}

/// Checks that no layer still waits for its θ, where there are no images to calibrate with.
///
/// # Errors
/// [`Kind::NeedsCalibration`] naming the first such layer.
pub fn require_calibrated(conversion: &Conversion) -> Result<()> {
    match conversion.uncalibrated.first() {
        None => Ok(()),
        Some(&index) => Err(Kind::NeedsCalibration.at(Place::layer(&conversion.network.nodes[index].name))),
    }
}

/// One image on its way through both networks.
struct Frame {
    /// \[channel, pixel\].
    input: Array2<f32>,
    /// Activations of the float ANN, one map a node.
    exact: Vec<Array2<f32>>,
    /// Activations of the spiking network, one map a time step for each node.
    spiking: Vec<Vec<Array2<f32>>>,
}

impl Frame {
    fn pool(&mut self, network: &Network, index: usize, pool: &crate::snn::Pool) {
        let out = network.nodes[index].shape;
        let shape = network.shape_of(pool.source);
        let pooled = |values: ArrayView2<f32>| float::pool(pool, shape, values, out);
        let (exact, spiking) = match pool.source {
            Source::Input => {
                let map = pooled(self.input.view());
                let maps = vec![map.clone(); network.timesteps as usize];
                (map, maps)
            }
            Source::Node(from) => {
                (pooled(self.exact[from].view()), self.spiking[from].iter().map(|map| pooled(map.view())).collect())
            }
        };
        self.exact.push(exact);
        self.spiking.push(spiking);
    }
}

/// For each node the last node that reads it, `usize::MAX` for none.
fn last_readers(network: &Network) -> Vec<usize> {
    let mut last = vec![usize::MAX; network.nodes.len()];
    for (index, node) in network.nodes.iter().enumerate() {
        let sources: Vec<Source> = match &node.op {
            Op::Pool(pool) => vec![pool.source],
            Op::Layer(layer) => layer.terms.iter().map(|term| term.source).collect(),
        };
        for source in sources {
            if let Source::Node(from) = source {
                last[from] = index;
            }
        }
    }
    last
}

/// The layer's current in the float ANN, bias included, for each frame.
fn exact_currents(network: &Network, index: usize, layer: &Layer, frames: &[Frame]) -> Vec<Array2<f32>> {
    let current = |frame: &Frame| {
        current(network, network.nodes[index].shape, layer, &frame.input, &|from| frame.exact[from].view())
    };
    frames.par_iter().map(current).collect()
}

fn current<'m>(
    network: &Network,
    out: Shape,
    layer: &Layer,
    input: &'m Array2<f32>,
    node: &dyn Fn(usize) -> ArrayView2<'m, f32>,
) -> Array2<f32> {
    let mut sum = float::biases(layer, out.pixels());
    float::add_terms(layer, &mut sum, out, &|source| {
        let map = match source {
            Source::Input => input.view(),
            Source::Node(from) => node(from),
        };
        Some((network.shape_of(source), map))
    });
    sum
}

/// The spiking layer's activations in one frame, one map a time step.
fn fire(network: &Network, index: usize, layer: &Layer, frame: &Frame) -> Vec<Array2<f32>> {
    let Neuron::Group { theta } = &layer.neuron else { return Vec::new() };
    let out = network.nodes[index].shape;
    let mut v = Array2::from_shape_fn((out.channels, out.pixels()), |(c, _)| theta[c] / 2.0);
    let at = |t: usize| {
        let mut map = current(network, out, layer, &frame.input, &|from| frame.spiking[from][t].view());
        ndarray::Zip::indexed(&mut map).and(&mut v).for_each(|(c, _), a, v| {
            *v += *a;
            *a = float::fired(*v, theta[c], network.members) as f32 * theta[c];
            *v -= *a;
        });
        map
    };
    (0..network.timesteps as usize).map(at).collect()
}

/// Refits the weights of the largest term and the bias, so that the layer's mean current over the time steps comes as close as possible
/// to that of the float ANN.
fn refit_weights(network: &Network, index: usize, layer: &mut Layer, frames: &[Frame], exact: &[Array2<f32>]) {
    let out = network.nodes[index].shape;
    let Some(main) =
        (0..layer.terms.len()).rev().max_by_key(|&term| layer.terms[term].window.kernel.iter().product::<usize>())
    else {
        return;
    };
    // The image does not change.
    let Source::Node(from) = layer.terms[main].source else { return };
    let shape = network.nodes[from].shape;
    let timesteps = network.timesteps as f32;
    let sample = |(frame, exact): (&Frame, &Array2<f32>)| {
        let mean = |maps: &[Array2<f32>]| {
            let sum = maps.iter().skip(1).fold(maps[0].clone(), |sum, map| sum + map);
            sum / timesteps
        };
        // Currents are linear in what comes in, so the mean input gives the mean current.
        let pooled: Vec<_> =
            frame.spiking.iter().map(|maps| if maps.is_empty() { None } else { Some(mean(maps)) }).collect();
        let at = |node: usize| pooled[node].as_ref().expect("a source is kept until its last reader").view();
        let missing = exact - current(network, out, layer, &frame.input, &at);
        Sample { input: at(from).to_owned(), missing }
    };
    let samples: Vec<Sample> = frames.par_iter().zip(exact).map(sample).collect();
    refit::refit(&mut layer.terms[main], &mut layer.bias, shape, out, &samples);
}

/// Adds to each channel's bias the amount by which the spiking layer's mean output falls short of the float ANN's.
fn correct_bias(
    network: &Network,
    index: usize,
    layer: &mut Layer,
    frames: &[Frame],
    exact: &[Array2<f32>],
    bound: f32,
) {
    let timesteps = network.timesteps as f32;
    let missing = frames.par_iter().zip(exact).map(|(frame, exact)| {
        let mut error = exact.mapv(|x| x.clamp(0.0, bound));
        for map in fire(network, index, layer, frame) {
            error.scaled_add(-1.0 / timesteps, &map);
        }
        error.mean_axis(Axis(1)).expect("a map has pixels")
    });
    let missing: Vec<_> = missing.collect();
    for map in &missing {
        for (bias, missing) in layer.bias.iter_mut().zip(map) {
            *bias += missing / frames.len() as f32;
        }
    }
}
