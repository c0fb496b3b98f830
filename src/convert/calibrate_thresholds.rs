//! Gives the layers whose activation was a plain ReLU, which has no λ of its own, the member step that hurts least.
//!
//! Layer by layer, in order, on sample images. The step θ minimises the mean squared error between ReLU and the mean
//! output of a group neuron over its T steps, when both see the exact input of the float ANN. What a whole channel
//! still has of error when the layers before it spike for real is then put into its bias.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::Placed;
use crate::data::Images;
use crate::error::{Error, Result};
use crate::shape::Shape;
use crate::snn::{Layer, Network, Neuron, Op, Source, float};

/// Values of one layer that the search for its step looks at.
const SAMPLES: usize = 40_000;

/// λ candidates of the first, coarse search, as fractions of the largest activation.
const GRID: usize = 48;

/// Rounds of the refinement; each divides the distance of the candidates by 4.
const ROUNDS: usize = 4;

/// Finds the steps of `placed.uncalibrated` and corrects the biases of these layers. `placed.uncalibrated` is empty
/// afterwards. `progress` is called after each node of the network.
///
/// # Errors
/// [`Error::Setting`] if the images do not fit the network; [`Error::Layer`] for a layer that no image excites.
pub fn calibrate(placed: &mut Placed, images: &Images, progress: &(dyn Fn() + Sync)) -> Result<()> {
    let shape = placed.network.input.shape;
    let (count, height, width, channels) = images.pixels.dim();
    if count == 0 || (channels, height, width) != (shape.channels, shape.height, shape.width) {
        let problem = format!("it has {count} images of {channels}×{height}×{width}, the network takes {shape}");
        return Err(Error::setting("--data", problem, "give images of the data set that the network was trained for"));
    }
    let Some(&last) = placed.uncalibrated.iter().max() else { return Ok(()) };
    let normalisation = &placed.network.input.normalisation;
    let inputs = images.pixels.outer_iter().map(|image| float::normalised(image, normalisation));
    let mut frames: Vec<Frame> = inputs.map(|input| Frame { input, exact: Vec::new(), spiking: Vec::new() }).collect();
    // Behind the last reader of a map, its memory is given back.
    let last_reader = last_readers(&placed.network);
    for index in 0..=last {
        let uncalibrated = placed.uncalibrated.contains(&index);
        let network = &mut placed.network;
        match network.nodes[index].op.clone() {
            Op::Pool(pool) => frames.par_iter_mut().for_each(|frame| frame.pool(network, index, &pool)),
            Op::Layer(mut layer) => {
                if uncalibrated {
                    let exact = exact_currents(network, index, &layer, &frames);
                    let name = &network.nodes[index].name;
                    let step = best_step(name, &sample(&exact), network.members, network.timesteps)?;
                    layer.neuron = Neuron::Group { step };
                    network.nodes[index].op = Op::Layer(layer.clone());
                    correct_bias(network, index, &mut layer, &frames, &exact);
                    network.nodes[index].op = Op::Layer(layer.clone());
                    let relu = exact.into_iter().map(|current| current.mapv_into(|x| x.max(0.0)));
                    frames.iter_mut().zip(relu).for_each(|(frame, map)| frame.exact.push(map));
                } else {
                    // What it was trained with: λ-clipped and quantised to its members.
                    let exact = exact_currents(network, index, &layer, &frames);
                    let maps = exact.into_iter().map(|current| fire_constant(&layer, network.members, 1, current));
                    frames.iter_mut().zip(maps).for_each(|(frame, map)| frame.exact.push(map));
                }
                let network = &*network;
                frames.par_iter_mut().for_each(|frame| {
                    let maps = fire(network, index, &layer, frame);
                    frame.spiking.push(maps);
                });
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
    placed.uncalibrated.clear();
    Ok(())
}

/// Checks that no layer still waits for its step: what to ask when there are no images to calibrate with.
///
/// # Errors
/// [`Error::Layer`] naming the first such layer.
pub fn require_calibrated(placed: &Placed) -> Result<()> {
    match placed.uncalibrated.first() {
        None => Ok(()),
        Some(&index) => Err(Error::layer(
            &placed.network.nodes[index].name,
            "its activation is a plain ReLU, which has no threshold",
            "give sample images to measure one (--data)",
        )),
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
                let steps = vec![map.clone(); network.timesteps as usize];
                (map, steps)
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
    let Neuron::Group { step } = layer.neuron else { return Vec::new() };
    let out = network.nodes[index].shape;
    let mut v = Array2::from_elem((out.channels, out.pixels()), step / 2.0);
    let at = |t: usize| {
        let mut map = current(network, out, layer, &frame.input, &|from| frame.spiking[from][t].view());
        ndarray::Zip::from(&mut map).and(&mut v).for_each(|a, v| {
            *v += *a;
            *a = float::fired(*v, step, network.members) as f32 * step;
            *v -= *a;
        });
        map
    };
    (0..network.timesteps as usize).map(at).collect()
}

/// The mean output of a group neuron layer over `steps` time steps under a constant current.
fn fire_constant(layer: &Layer, members: u32, steps: u32, current: Array2<f32>) -> Array2<f32> {
    let Neuron::Group { step } = layer.neuron else { return current };
    current.mapv_into(|x| mean_output(x, step, members, steps))
}

fn mean_output(current: f32, step: f32, members: u32, steps: u32) -> f32 {
    let (mut v, mut fired) = (step / 2.0, 0);
    for _ in 0..steps {
        v += current;
        let n = float::fired(v, step, members);
        v -= n as f32 * step;
        fired += n;
    }
    fired as f32 * step / steps as f32
}

/// Evenly spread values of all frames.
fn sample(currents: &[Array2<f32>]) -> Vec<f32> {
    let all: usize = currents.iter().map(Array2::len).sum();
    // An odd stride does not keep hitting the same column of a map of even width.
    let stride = (all / SAMPLES).max(1) | 1;
    currents.iter().flatten().copied().step_by(stride).collect()
}

/// The step θ = λ/τ with the least mean squared error on `currents`.
fn best_step(layer: &str, currents: &[f32], members: u32, timesteps: u32) -> Result<f32> {
    let largest = currents.iter().copied().fold(0.0, f32::max);
    if !(largest.is_finite() && largest > 0.0) {
        return Err(Error::layer(
            layer,
            "no calibration image excites it, so it has no threshold",
            "calibrate with more images (--data), or ones of the data set that the network was trained for",
        ));
    }
    let error = |lambda: f32| -> f64 {
        let step = lambda / members as f32;
        let errors = currents.iter().map(|&x| f64::from(mean_output(x, step, members, timesteps) - x.max(0.0)));
        errors.map(|error| error * error).sum()
    };
    let best_of = |candidates: Vec<f32>| {
        let errors: Vec<(f64, f32)> = candidates.into_par_iter().map(|lambda| (error(lambda), lambda)).collect();
        errors.into_iter().fold((f64::INFINITY, largest), |best, next| if next.0 < best.0 { next } else { best }).1
    };
    let mut spacing = largest / GRID as f32;
    let mut lambda = best_of((1..=GRID).map(|i| i as f32 * spacing).collect());
    for _ in 0..ROUNDS {
        spacing /= 4.0;
        lambda = best_of((-4..=4).map(|i| lambda + i as f32 * spacing).filter(|&lambda| lambda > 0.0).collect());
    }
    Ok(lambda / members as f32)
}

/// Adds to each channel's bias by how much the spiking layer's mean output falls short of the float ANN's.
fn correct_bias(network: &Network, index: usize, layer: &mut Layer, frames: &[Frame], exact: &[Array2<f32>]) {
    let steps = network.timesteps as f32;
    let missing = frames.par_iter().zip(exact).map(|(frame, exact)| {
        let mut error = exact.mapv(|x| x.max(0.0));
        for map in fire(network, index, layer, frame) {
            error.scaled_add(-1.0 / steps, &map);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_covers_evenly_spread_currents() {
        let currents: Vec<f32> = (0..4000).map(|i| i as f32 / 1000.0 - 1.0).collect();
        for (members, timesteps) in [(4, 1), (2, 2), (8, 1)] {
            let step = best_step("l", &currents, members, timesteps).unwrap();
            // Uniform on 0..3 with rounding to the nearest of τ + 1 levels and a clip: the best λ lies a little below 3.
            let lambda = step * members as f32;
            assert!((2.4..=3.0).contains(&lambda), "τ {members} T {timesteps}: {lambda}");
        }
    }

    #[test]
    fn outliers_are_clipped_for_the_sake_of_the_many() {
        let mut currents: Vec<f32> = (0..4000).map(|i| i as f32 / 4000.0).collect();
        currents.push(8.0);
        assert!(best_step("l", &currents, 4, 1).unwrap() < 0.5);
    }

    #[test]
    fn a_silent_layer_is_refused_by_name() {
        let message = best_step("conv3", &[-1.0, 0.0], 4, 1).unwrap_err().to_string();
        assert!(message.contains("'conv3'"), "{message}");
    }
}
