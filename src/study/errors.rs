//! Mean squared error of spiking neurons against the ANN without rounding ([`super::Networks::ann`]): output averaged over
//! the time steps against the current clipped to 0 .. λ.
//!
//! There are three currents. *Uniform*: constant currents spread evenly over 0 .. λ, where the error is λ²/(12·(τT)²). *Constant*: what
//! each layer gets in the exact ANN, the same at every time step, so each layer is measured by itself. *Spiking*: what it gets in the
//! spiking network, where the layers before it also have errors, and their spikes come unevenly.

use ndarray::{Array1, Array2, Array3, ArrayView3};
use rayon::prelude::*;
use serde::Serialize;

use super::networks::IF;
use super::neuron::mean_outputs;
use super::{Networks, exact};
use crate::data::Images;
use crate::eval::float_snn;
use crate::snn::{Layer, Network, Neuron, Op};

/// Currents of the uniform sample; a number prime to the levels, so no current falls on a riser of a staircase.
const UNIFORM: u32 = 99_991;

/// The current of a neuron.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Current {
    /// Constant, spread evenly over 0 .. λ, with λ = 1.
    Uniform,
    /// Constant, as in the exact ANN.
    Constant,
    /// From the spiking layers before it.
    Spiking,
}

impl std::fmt::Display for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Current::Uniform => "uniform",
            Current::Constant => "constant",
            Current::Spiking => "spiking",
        })
    }
}

/// The error of one layer of one kind of neuron at one number of time steps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What the neurons were given.
    pub current: Current,
    /// `None` for the mean over the layers, and for [`Current::Uniform`], which has none.
    pub layer: Option<String>,
    /// τ; 1 is the integrate-and-fire neuron.
    pub members: u32,
    /// Time steps T.
    pub timesteps: u32,
    /// In the units of the layer's activation.
    pub squared_error: f64,
    /// The same over the mean square of the exact activation; `None` where that is 0.
    pub relative_error: Option<f64>,
    /// Of a group: `squared_error` of integrate-and-fire neurons at τT time steps, if that was measured.
    pub if_squared_error: Option<f64>,
}

impl Row {
    /// `squared_error` over `if_squared_error`; `None` where one of them is unknown or the other is 0.
    pub fn ratio(&self) -> Option<f64> {
        self.if_squared_error.filter(|&single| single > 0.0).map(|single| self.squared_error / single)
    }
}

/// What the float networks did.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Summed up to and including each time step, \[run\]\[image\], \[time step, class\].
    pub scores: Vec<Vec<Array2<f32>>>,
    /// The errors of each layer and their means.
    pub rows: Vec<Row>,
}

/// Sums over pixels and images.
struct Sums {
    /// Squared errors, \[constant and spiking, cell, node\].
    error: Array3<f64>,
    /// Squared exact activations, \[node\].
    signal: Array1<f64>,
}

/// Runs all networks in single precision on `images`, of which there is at least one, of the networks' shape. `progress` is
/// called after each network's run on an image.
///
/// The sums are added in the order of the images, so the result does not depend on the number of threads.
pub fn measure(networks: &Networks, images: &Images, progress: &(dyn Fn() + Sync)) -> Measured {
    let frames: Vec<_> = images.pixels.outer_iter().collect();
    let each: Vec<_> = frames.par_iter().map(|image| frame(networks, *image, progress)).collect();
    let mut scores = vec![Vec::with_capacity(frames.len()); networks.runs.len()];
    let mut sums = Sums::new(networks);
    for (own, frame) in each {
        scores.iter_mut().zip(own).for_each(|(all, own)| all.push(own));
        sums.error += &frame.error;
        sums.signal += &frame.signal;
    }
    let mut rows = uniform(networks);
    rows.extend(sums.rows(networks, images.len()));
    compare(&mut rows);
    Measured { scores, rows }
}

/// One image: the scores of each run, and the sums.
fn frame(networks: &Networks, image: ArrayView3<u8>, progress: &(dyn Fn() + Sync)) -> (Vec<Array2<f32>>, Sums) {
    let currents = exact::currents(networks, image);
    let mut sums = Sums::new(networks);
    let activation = |node: usize, current: f32| f64::from(current.clamp(0.0, networks.lambda[node]));
    for (node, current) in currents.iter().enumerate() {
        let squares = current.iter().flatten().map(|&current| activation(node, current).powi(2));
        sums.signal[node] = squares.sum();
    }
    let mut scores = Vec::with_capacity(networks.runs.len());
    let mut cell = 0;
    for run in &networks.runs {
        let (own, traces) = float_snn::trace(&run.network, image);
        scores.push(own);
        for (node, trace) in traces.iter().enumerate() {
            let (Some(trace), Some(current), Some(theta)) = (trace, &currents[node], theta_of(&run.network, node))
            else {
                continue;
            };
            for (place, &current) in current.indexed_iter() {
                let exact = activation(node, current);
                let theta = theta[place.0];
                mean_outputs(current, theta, run.network.members, &run.timesteps, |t, mean| {
                    sums.error[[0, cell + t, node]] += (mean - exact).powi(2);
                });
                let (mut fired, mut at) = (0, 0);
                for (t, &timesteps) in run.timesteps.iter().enumerate() {
                    while at < timesteps {
                        fired += trace.counts[[at as usize, place.0, place.1]];
                        at += 1;
                    }
                    let mean = f64::from(fired) * f64::from(theta) / f64::from(timesteps);
                    sums.error[[1, cell + t, node]] += (mean - exact).powi(2);
                }
            }
        }
        cell += run.timesteps.len();
        progress();
    }
    (scores, sums)
}

/// θ of each channel of a node with neurons.
fn theta_of(network: &Network, node: usize) -> Option<&[f32]> {
    match &network.nodes[node].op {
        Op::Layer(Layer { neuron: Neuron::Group { theta }, .. }) => Some(theta),
        Op::Layer(_) | Op::Pool(_) => None,
    }
}

impl Sums {
    fn new(networks: &Networks) -> Sums {
        let nodes = networks.ann.nodes.len();
        Sums { error: Array3::zeros((2, networks.cells().len(), nodes)), signal: Array1::zeros(nodes) }
    }

    /// Of each layer, and of their mean.
    fn rows(&self, networks: &Networks, images: usize) -> Vec<Row> {
        let nodes = &networks.ann.nodes;
        let layers: Vec<usize> = (0..nodes.len()).filter(|&node| theta_of(&networks.ann, node).is_some()).collect();
        let mut rows = Vec::new();
        for (kind, current) in [Current::Constant, Current::Spiking].into_iter().enumerate() {
            for (cell, (members, timesteps)) in networks.cells().into_iter().enumerate() {
                let first = rows.len();
                for &node in &layers {
                    let error = self.error[[kind, cell, node]];
                    rows.push(Row {
                        current,
                        layer: Some(nodes[node].name.clone()),
                        members,
                        timesteps,
                        squared_error: error / (nodes[node].shape.elements() * images) as f64,
                        relative_error: (self.signal[node] > 0.0).then(|| error / self.signal[node]),
                        if_squared_error: None,
                    });
                }
                let of_layers = &rows[first..];
                let relative: Vec<f64> = of_layers.iter().filter_map(|row| row.relative_error).collect();
                rows.push(Row {
                    current,
                    layer: None,
                    members,
                    timesteps,
                    squared_error: of_layers.iter().map(|row| row.squared_error).sum::<f64>() / layers.len() as f64,
                    relative_error: (!relative.is_empty())
                        .then(|| relative.iter().sum::<f64>() / relative.len() as f64),
                    if_squared_error: None,
                });
            }
        }
        rows
    }
}

/// Errors of single neurons with λ = 1.
fn uniform(networks: &Networks) -> Vec<Row> {
    let mut rows = Vec::new();
    for run in &networks.runs {
        let members = run.network.members;
        let mut sums = vec![0.0; run.timesteps.len()];
        let mut signal = 0.0;
        for place in 0..UNIFORM {
            let current = (f64::from(place) + 0.5) / f64::from(UNIFORM);
            mean_outputs(current as f32, 1.0 / members as f32, members, &run.timesteps, |t, mean| {
                sums[t] += (mean - current).powi(2);
            });
            signal += current.powi(2);
        }
        rows.extend(run.timesteps.iter().zip(sums).map(|(&timesteps, sum)| Row {
            current: Current::Uniform,
            layer: None,
            members,
            timesteps,
            squared_error: sum / f64::from(UNIFORM),
            relative_error: Some(sum / signal),
            if_squared_error: None,
        }));
    }
    rows
}

/// Puts the error of integrate-and-fire neurons at τT time steps beside that of groups.
fn compare(rows: &mut [Row]) {
    let singles: Vec<Row> = rows.iter().filter(|row| row.members == IF).cloned().collect();
    for row in rows.iter_mut().filter(|row| row.members != IF) {
        let same = |single: &&Row| {
            single.timesteps == row.members * row.timesteps
                && (single.current, &single.layer) == (row.current, &row.layer)
        };
        row.if_squared_error = singles.iter().find(same).map(|single| single.squared_error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;
    use crate::study::Run;

    /// A random network with theta for 4 members, as groups of 1, 2 and 4 at up to 8 time steps.
    fn networks(seed: u64) -> Networks {
        let base = random::network(seed, &random::Options::default());
        let lambda = |node| theta_of(&base, node).map_or(f32::INFINITY, |theta| theta[0] * base.members as f32);
        let lambda: Vec<f32> = (0..base.nodes.len()).map(lambda).collect();
        let with = |members: u32, timesteps: u32| {
            let mut network = Network { members, timesteps, ..base.clone() };
            for (node, lambda) in network.nodes.iter_mut().zip(&lambda) {
                if let Op::Layer(Layer { neuron: Neuron::Group { theta }, .. }) = &mut node.op {
                    theta.fill(lambda / members as f32);
                }
            }
            network
        };
        let run = |members| Run { network: with(members, 8), timesteps: vec![1, 2, 4, 8] };
        let runs = [1, 2, 4].map(run).to_vec();
        Networks { ann: with(1, 1), lambda: lambda.clone(), runs }
    }

    fn images(seed: u64, networks: &Networks, count: u64) -> Images {
        let frames: Vec<_> = (0..count).map(|n| random::image(seed ^ n, networks.ann.input.shape)).collect();
        let views: Vec<_> = frames.iter().map(|frame| frame.view()).collect();
        Images { pixels: ndarray::stack(ndarray::Axis(0), &views).unwrap(), labels: None }
    }

    #[test]
    fn uniform_currents_have_the_error_of_rounding() {
        for row in uniform(&networks(1)) {
            let levels = f64::from(row.members * row.timesteps);
            let exact = 1.0 / (12.0 * levels * levels);
            assert!((row.squared_error / exact - 1.0).abs() < 1e-3, "{row:?}");
        }
    }

    /// The first layer reads the input, so its current is constant in the spiking network as well.
    #[test]
    fn groups_err_like_integrate_and_fire_neurons_at_more_timesteps() {
        for seed in 0..10 {
            let networks = networks(seed);
            let rows = measure(&networks, &images(seed, &networks, 3), &|| ()).rows;
            let first = networks.ann.nodes[0].name.as_str();
            let mut compared = 0;
            for row in &rows {
                let exact = row.current != Current::Spiking || row.layer.as_deref() == Some(first);
                if let (Some(single), true) = (row.if_squared_error, exact) {
                    // Where a current is within rounding of a riser, both sides have the same error.
                    assert!((row.squared_error - single).abs() <= 1e-4 * single, "seed {seed}: {row:?}");
                    compared += 1;
                }
            }
            // τ = 2 at T = 1, 2, 4 and τ = 4 at T = 1, 2, for a layer or more, their mean, and the uniform currents.
            assert!(compared >= 5 * 4, "seed {seed}: {compared}");
        }
    }

    #[test]
    fn sums_do_not_depend_on_threads_and_are_means_over_images() {
        let networks = networks(3);
        let three = images(3, &networks, 3);
        let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let all = pool(3).install(|| measure(&networks, &three, &|| ()));
        assert_eq!(all, pool(1).install(|| measure(&networks, &three, &|| ())));
        let single = |n: usize| {
            let pixels = three.pixels.slice(ndarray::s![n..n + 1, .., .., ..]).to_owned();
            measure(&networks, &Images { pixels, labels: None }, &|| ())
        };
        let each: Vec<Measured> = (0..3).map(single).collect();
        for (index, row) in all.rows.iter().enumerate() {
            let mean = each.iter().map(|one| one.rows[index].squared_error).sum::<f64>() / 3.0;
            assert!((row.squared_error - mean).abs() <= 1e-12 * mean, "{row:?} {mean}");
        }
        assert_eq!(all.scores[1][2], each[2].scores[1][0]);
    }
}
