//! Real numbers become integers here, once. After this module nothing is rounded.
//!
//! A positive scale of a whole output channel does not change its spike counts, so each channel c has its own scale α_c. It is chosen
//! such that the threshold has no rounding error: a whole number Θ_c comes first, then `α_c = Θ_c/θ`. Weights become `q ≈
//! w·θ_src·α_c/2^e`, rounded such that their errors cancel (`weights.rs`), and the bias `β = round(b·α_c)`, half to even.

mod like;
mod round;
mod scale;
mod weights;
pub mod widths;

use ndarray::{Array4, Axis};

use crate::error::{Kind, Place, Result};
use crate::fixed_point::bounds::{Reach, largest_sum, weight_limit};
use crate::fixed_point::{self as fixed, Network, Settings, WeightMode};
use crate::snn;
pub use like::quantise_like;
use round::to_integer;
use scale::Limits;

/// Converts `network` to integers.
///
/// # Errors
/// [`Kind::OutOfRange`] for weight bits outside 2..=16, [`Kind::UnknownLayer`] for those of one; [`Kind::NotFixedPoint`] for a layer
/// whose numbers are not finite, [`Kind::NoScale`] or [`Kind::TooWide`] for one whose sums do not fit.
pub fn quantise(network: &snn::Network, settings: &Settings) -> Result<Network> {
    convert(network, settings, None)
}

/// As [`quantise`], with the shifts and groups of `pattern` if it is given.
fn convert(network: &snn::Network, settings: &Settings, pattern: Option<&Network>) -> Result<Network> {
    settings.validate()?;
    network.validate()?;
    settings.check_layers(network.layer_names())?;
    let mut done = Network {
        name: network.name.clone(),
        members: network.members,
        timesteps: network.timesteps,
        threshold: settings.threshold,
        weights: settings.weights,
        input: fixed::Input { shape: network.input.shape, offset: offsets(network) },
        nodes: Vec::with_capacity(network.nodes.len()),
    };
    for (index, node) in network.nodes.iter().enumerate() {
        let pattern = pattern.and_then(|pattern| match &pattern.nodes.get(index)?.op {
            fixed::Op::Layer(layer) => Some(layer),
            fixed::Op::Pool(_) => None,
        });
        let op = match &node.op {
            snn::Op::Pool(pool) => {
                fixed::Op::Pool(fixed::Pool { source: pool.source, kind: pool.kind, window: pool.window })
            }
            snn::Op::Layer(layer) => fixed::Op::Layer(quantise_layer(network, &done, node, layer, settings, pattern)?),
        };
        done.nodes.push(fixed::Node { name: node.name.clone(), shape: node.shape, op });
    }
    done.validate()?;
    Ok(done)
}

/// One layer's terms in units of α = 1: each weight times the theta of its source, and the bias with the part of the mean that the
/// input's offset leaves.
struct Real {
    terms: Vec<Array4<f64>>,
    /// An estimate of how much the elements of each term's source differ, to weigh the terms' errors against each other.
    deviations: Vec<f64>,
    bias: Vec<f64>,
}

fn quantise_layer(
    network: &snn::Network,
    done: &Network,
    node: &snn::Node,
    layer: &snn::Layer,
    settings: &Settings,
    pattern: Option<&fixed::Layer>,
) -> Result<fixed::Layer> {
    let real = real_layer(network, done, layer)?;
    let bits = settings.bits_of(&node.name);
    let Some(pattern) = pattern else {
        return scaled(done, node, layer, &real, &Requirements::new(done, node, layer, bits));
    };
    // Weights that fit unchanged are best unchanged; so a core's own network stays the same.
    let groups = pattern.terms.iter().map(|term| term.groups).collect();
    let mut required = Requirements::of_groups(done, node, layer, bits, groups);
    let free = scaled(done, node, layer, &real, &required)?;
    let shifts: Vec<u32> = pattern.terms.iter().map(|term| term.shift).collect();
    if free.terms.iter().map(|term| term.shift).eq(shifts.iter().copied()) {
        return Ok(free);
    }
    required.limits.shifts = Some(shifts);
    scaled(done, node, layer, &real, &required)
}

/// Chooses the scales of a layer and rounds it.
fn scaled(
    done: &Network,
    node: &snn::Node,
    layer: &snn::Layer,
    real: &Real,
    required: &Requirements,
) -> Result<fixed::Layer> {
    let bits = required.bits;
    match &layer.neuron {
        snn::Neuron::Group { theta } => {
            let theta: Vec<f64> = theta.iter().copied().map(f64::from).collect();
            let thetas = scale::thetas(layer, real, &theta, bits, done.threshold, &required.limits);
            let alphas: Vec<f64> = thetas.iter().zip(&theta).map(|(&whole, theta)| whole as f64 / theta).collect();
            build(done, node, layer, real, required, &alphas, fixed::Neuron::Group { theta: thetas })
        }
        snn::Neuron::Readout => {
            // One scale for all classes, or their scores could not be compared.
            let mut alpha = scale::readout(layer, real, bits, &required.limits);
            loop {
                let alphas = vec![alpha; real.bias.len()];
                let built = build(done, node, layer, real, required, &alphas, fixed::Neuron::Readout { scale: alpha })?;
                if built.widths.membrane <= 32 {
                    return Ok(built);
                }
                if done.weights == WeightMode::Runtime && built.terms.iter().all(|term| term.shift == 0) {
                    let kind = Kind::TooWide { what: "the scores of weights that can be loaded", most: 32 };
                    let advice = "use fewer weight bits or time steps, or build the weights in";
                    return Err(kind.at(Place::layer(&node.name)).advise(advice));
                }
                alpha /= 2.0;
            }
        }
    }
}

/// The form of a layer's integers.
struct Requirements {
    bits: u32,
    limits: Limits,
    /// Of each term, if they do not depend on which integers are 0.
    groups: Option<Vec<usize>>,
}

impl Requirements {
    fn new(done: &Network, node: &snn::Node, layer: &snn::Layer, bits: u32) -> Requirements {
        if done.weights == WeightMode::Baked {
            return Requirements { bits, limits: Limits::default(), groups: None };
        }
        // The groups that the network itself has, not those that rounding made.
        let groups = layer.terms.iter().map(|term| fixed::conv_groups::count(&term.weights)).collect();
        Requirements::of_groups(done, node, layer, bits, groups)
    }

    /// Of weights that are loaded at run time, for terms with these `groups`.
    fn of_groups(done: &Network, node: &snn::Node, layer: &snn::Layer, bits: u32, groups: Vec<usize>) -> Requirements {
        // A shift can only make sums larger.
        let reach = |(term, &groups): (&snn::Term, &usize)| Reach {
            source: term.source,
            taps: term.window.kernel[0] * term.window.kernel[1],
            groups,
            shift: 0,
        };
        let terms: Vec<_> = layer.terms.iter().zip(&groups).map(reach).collect();
        let bias = largest_sum(done, bits, &terms, node.shape.channels) as f64;
        Requirements { bits, limits: Limits { shifts: None, bias: Some(bias) }, groups: Some(groups) }
    }
}

/// Rounds a layer under the scales `alphas`, each term with the least shift that fits all of its channels.
fn build(
    done: &Network,
    node: &snn::Node,
    layer: &snn::Layer,
    real: &Real,
    required: &Requirements,
    alphas: &[f64],
    neuron: fixed::Neuron,
) -> Result<fixed::Layer> {
    let bits = required.bits;
    let mut terms = Vec::with_capacity(real.terms.len());
    for (index, (weights, term)) in real.terms.iter().zip(&layer.terms).enumerate() {
        let given = required.limits.shifts.as_ref().map(|shifts| shifts[index]);
        let shift = scale::shift(&node.name, weights, alphas, bits, given)?;
        let unit = (shift as f64).exp2();
        let taps = scale::taps(weights);
        let mut integers = Array4::zeros(weights.raw_dim());
        for ((mut integers, weights), alpha) in integers.outer_iter_mut().zip(weights.outer_iter()).zip(alphas) {
            let scaled: Vec<f64> = weights.iter().map(|w| w * alpha / unit).collect();
            for (q, w) in integers.iter_mut().zip(weights::whole(&scaled, taps, weight_limit(bits) as f64)) {
                *q = to_integer(w, &node.name, "weight")? as i32;
            }
        }
        let groups =
            required.groups.as_ref().map_or_else(|| fixed::conv_groups::count(&integers), |groups| groups[index]);
        terms.push(fixed::Term { source: term.source, window: term.window, weights: integers, groups, shift });
    }
    let bias = real.bias.iter().zip(alphas).map(|(b, alpha)| to_integer(b * alpha, &node.name, "bias"));
    let bias = bias.collect::<Result<Vec<i64>>>()?;
    let widths = fixed::Widths { accumulator: 0, bias: 0, membrane: 0, theta: 0, count: 0 };
    let mut built = fixed::Layer { terms, bias, neuron, weight_bits: bits, widths };
    built.widths = widths::widths(done, &node.name, &built)?;
    Ok(built)
}

fn real_layer(network: &snn::Network, done: &Network, layer: &snn::Layer) -> Result<Real> {
    let mut bias: Vec<f64> = layer.bias.iter().copied().map(f64::from).collect();
    let mut terms = Vec::with_capacity(layer.terms.len());
    let mut deviations = Vec::with_capacity(layer.terms.len());
    for term in &layer.terms {
        let mut weights = term.weights.mapv(f64::from);
        deviations.push(deviation(network, done, term.source));
        match term.source {
            snn::Source::Node(index) => {
                let thetas = source_theta(network, index)?;
                for (mut taps, theta) in weights.axis_iter_mut(Axis(1)).zip(thetas) {
                    taps *= f64::from(*theta);
                }
            }
            snn::Source::Input => {
                let normal = &network.input.normalisation;
                for (channel, mut taps) in weights.axis_iter_mut(Axis(1)).enumerate() {
                    taps /= 255.0 * normal.std[channel];
                    // Exact where the window lies inside the map. A padded tap keeps this remainder of the rounded mean, at most half a
                    // pixel value. It is the price of one bias for all pixels.
                    let rest = f64::from(done.input.offset[channel]) - 255.0 * normal.mean[channel];
                    for (b, row) in bias.iter_mut().zip(taps.outer_iter()) {
                        *b += row.sum() * rest;
                    }
                }
            }
        }
        terms.push(weights);
    }
    Ok(Real { terms, deviations, bias })
}

/// An estimate of how much the elements of a source differ: from the normalisation for the input; for counts it is a guess from typical
/// activations (most are small).
fn deviation(network: &snn::Network, done: &Network, source: snn::Source) -> f64 {
    match source {
        snn::Source::Input => {
            let std = &network.input.normalisation.std;
            255.0 * std.iter().sum::<f64>() / std.len() as f64
        }
        snn::Source::Node(index) => done.count_max(index) as f64 / 5.0,
    }
}

/// The member threshold θ that one count of node `index` stands for, for each channel: a pool passes on its source's.
fn source_theta(network: &snn::Network, index: usize) -> Result<&[f32]> {
    let node = &network.nodes[index];
    match &node.op {
        snn::Op::Layer(snn::Layer { neuron: snn::Neuron::Group { theta }, .. }) => Ok(theta),
        snn::Op::Layer(_) => {
            let kind = Kind::NoHardware {
                problem: "a readout cannot feed a layer".into(),
                advice: "give the layer an activation",
            };
            Err(kind.at(Place::layer(&node.name)))
        }
        snn::Op::Pool(pool) => match pool.source {
            snn::Source::Node(index) => source_theta(network, index),
            snn::Source::Input => {
                let kind = Kind::NoHardware {
                    problem: "it pools the input, which has no spike counts".into(),
                    advice: "scale the images down before they enter the network",
                };
                Err(kind.at(Place::layer(&node.name)))
            }
        },
    }
}

/// The input's offsets: 0 unless a layer that reads the input pads it, see [`fixed::Input`].
fn offsets(network: &snn::Network) -> Vec<u8> {
    let padded = network.nodes.iter().any(|node| match &node.op {
        snn::Op::Layer(layer) => layer.terms.iter().any(|term| {
            let p = term.window.padding;
            term.source == snn::Source::Input && p.top + p.left + p.bottom + p.right > 0
        }),
        snn::Op::Pool(_) => false,
    });
    let mean = &network.input.normalisation.mean;
    // `as` saturates, so a mean outside 0..1 gives the nearest offset and the bias takes the rest.
    mean.iter().map(|mean| if padded { (255.0 * mean).round() as u8 } else { 0 }).collect()
}

#[cfg(test)]
mod tests;
