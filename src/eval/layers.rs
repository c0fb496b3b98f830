//! What each layer does and loses: spikes, clamped and silent neurons, error against the ANN's activations, membranes.

use ndarray::{Array3, ArrayView3, Axis};
use rayon::prelude::*;
use serde::Serialize;

use super::ann::{Activations, Found};
use super::check_shape;
use crate::data::Images;
use crate::error::Result;
use crate::model::{Model, NodeTrace};
use crate::{fixed_point, snn};

/// One layer of group neurons in fixed point, over all images.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerStats {
    /// The layer's name.
    pub name: String,
    /// Share of the counts that are not zero, for each time step.
    pub density: Vec<f64>,
    /// Share of the counts, of all time steps, in which all members fire.
    pub clamped: f64,
    /// Share of the neurons that fire in none of the images.
    pub silent: f64,
    /// Mean squared error of the mean activation over the time steps against the ANN's activation; `None` without the ONNX file, or
    /// where the layer's activation is not found in it.
    pub squared_error: Option<f64>,
    /// Mean square of the ANN's activation over `squared_error`, in decibels (signal to quantisation noise); `None` as above, and if
    /// there is no error.
    pub sqnr_db: Option<f64>,
    /// Least and greatest potential before firing.
    pub membrane: [i64; 2],
    /// Least and greatest that the hardware's membrane holds.
    pub membrane_range: [i64; 2],
}

impl LayerStats {
    /// Share of the membrane's range that was used, on the side with the larger share.
    pub fn membrane_used(&self) -> f64 {
        let share = |side: usize| self.membrane[side] as f64 / self.membrane_range[side] as f64;
        share(0).max(share(1))
    }
}

/// Sums over some images.
struct Sums {
    /// \[time step\].
    nonzero: Vec<u64>,
    clamped: u64,
    counts: u64,
    /// \[pixel · channels + channel\].
    fired: Vec<bool>,
    /// Squared error and squared activation of the ANN.
    error: f64,
    signal: f64,
    compared: u64,
    membrane: [i64; 2],
}

/// Runs the fixed-point network, and the ANN of `onnx`, on `images`: one entry for each layer of group neurons.
///
/// # Errors
/// [`Kind::NoImages`](crate::error::Kind::NoImages) and [`Kind::OtherShape`](crate::error::Kind::OtherShape); what [`Model::new`] and rten report.
pub fn layers(
    network: &snn::Network,
    fixed: &fixed_point::Network,
    onnx: Option<&[u8]>,
    images: &Images,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Vec<LayerStats>> {
    check_shape(images, network.input.shape)?;
    let model = Model::new(fixed)?;
    let origins: Vec<&str> = network.nodes.iter().map(|node| node.origin.as_str()).collect();
    let ann = onnx.map(|onnx| Activations::new(onnx, network, &origins)).transpose()?;
    let frames: Vec<_> = images.pixels.outer_iter().collect();
    let empty = || fixed.nodes.iter().map(|node| Sums::new(fixed.timesteps as usize, node.shape.elements())).collect();
    let add = |mut sums: Vec<Sums>, (image, exact): (&ArrayView3<u8>, Option<Found>)| {
        let trace = model.trace(*image);
        for (index, (sums, trace)) in sums.iter_mut().zip(&trace.nodes).enumerate() {
            let snn::Op::Layer(layer) = &network.nodes[index].op else { continue };
            let fixed_point::Op::Layer(integer) = &fixed.nodes[index].op else { continue };
            let (snn::Neuron::Group { theta }, fixed_point::Neuron::Group { theta: thetas }) =
                (&layer.neuron, &integer.neuron)
            else {
                continue;
            };
            sums.spikes(trace, fixed.members, thetas);
            if let Some(exact) = exact.as_ref().and_then(|exact| exact[index].as_deref()) {
                sums.compare(&trace.counts, theta, exact);
            }
        }
        progress(1);
        sums
    };
    let both = |left: Vec<Sums>, right: Vec<Sums>| -> Vec<Sums> {
        left.into_iter().zip(right).map(|(left, right)| left.with(&right)).collect()
    };
    let mut sums = empty();
    // As many images at once as there are cores: more would keep more of the ANN's activations in memory.
    for images in frames.chunks(rayon::current_num_threads()) {
        let exact = match &ann {
            Some(ann) => ann.of(images)?.into_iter().map(Some).collect(),
            None => vec![None; images.len()],
        };
        sums = both(sums, images.par_iter().zip(exact).fold(empty, add).reduce(empty, both));
    }
    let grouped = fixed.nodes.iter().zip(&sums).filter_map(|(node, sums)| match &node.op {
        fixed_point::Op::Layer(layer) if matches!(layer.neuron, fixed_point::Neuron::Group { .. }) => {
            Some(sums.stats(&node.name, layer.widths.membrane))
        }
        _ => None,
    });
    Ok(grouped.collect())
}

impl Sums {
    fn new(timesteps: usize, neurons: usize) -> Sums {
        Sums {
            nonzero: vec![0; timesteps],
            clamped: 0,
            counts: 0,
            fired: vec![false; neurons],
            error: 0.0,
            signal: 0.0,
            compared: 0,
            membrane: [i64::MAX, i64::MIN],
        }
    }

    /// `thetas` are the integer Θ of the channels.
    fn spikes(&mut self, trace: &NodeTrace, members: u32, thetas: &[i64]) {
        for (t, counts) in trace.counts.outer_iter().enumerate() {
            self.nonzero[t] += counts.iter().filter(|count| **count != 0).count() as u64;
            self.clamped += counts.iter().filter(|count| **count == members).count() as u64;
            self.fired.iter_mut().zip(&counts).for_each(|(fired, count)| *fired |= *count != 0);
        }
        self.counts += trace.counts.len() as u64;
        if let Some(membranes) = &trace.membranes {
            for ((place, after), count) in membranes.indexed_iter().zip(&trace.counts) {
                let before = after + i64::from(*count) * thetas[place.2];
                self.membrane = [self.membrane[0].min(before), self.membrane[1].max(before)];
            }
        }
    }

    /// `exact` is the ANN's activation, \[channel\]\[pixel\].
    fn compare(&mut self, counts: &Array3<u32>, theta: &[f32], exact: &[f32]) {
        let (timesteps, pixels, channels) = counts.dim();
        if exact.len() != pixels * channels {
            return;
        }
        let total = counts.sum_axis(Axis(0));
        for ((pixel, channel), count) in total.indexed_iter() {
            let own = f64::from(*count) * f64::from(theta[channel]) / timesteps as f64;
            let exact = f64::from(exact[channel * pixels + pixel]);
            self.error += (own - exact) * (own - exact);
            self.signal += exact * exact;
        }
        self.compared += exact.len() as u64;
    }

    fn with(mut self, other: &Sums) -> Sums {
        self.nonzero.iter_mut().zip(&other.nonzero).for_each(|(sum, more)| *sum += more);
        self.clamped += other.clamped;
        self.counts += other.counts;
        self.fired.iter_mut().zip(&other.fired).for_each(|(fired, more)| *fired |= more);
        self.error += other.error;
        self.signal += other.signal;
        self.compared += other.compared;
        self.membrane = [self.membrane[0].min(other.membrane[0]), self.membrane[1].max(other.membrane[1])];
        self
    }

    fn stats(&self, name: &str, membrane_bits: u32) -> LayerStats {
        let of_timestep = self.counts as f64 / self.nonzero.len() as f64;
        let silent = self.fired.iter().filter(|fired| !**fired).count();
        let half = 1i64 << membrane_bits.clamp(1, 63).saturating_sub(1);
        LayerStats {
            name: name.to_string(),
            density: self.nonzero.iter().map(|nonzero| *nonzero as f64 / of_timestep).collect(),
            clamped: self.clamped as f64 / self.counts as f64,
            silent: silent as f64 / self.fired.len() as f64,
            squared_error: (self.compared > 0).then(|| self.error / self.compared as f64),
            sqnr_db: (self.compared > 0 && self.error > 0.0).then(|| 10.0 * (self.signal / self.error).log10()),
            membrane: self.membrane,
            membrane_range: [-half, half - 1],
        }
    }
}
