//! The bit-accurate reference: what the hardware must compute, spike for spike.
//!
//! It implements the semantics on integers by itself and shares nothing but the data of [`crate::fixed_point`] with
//! the hardware rooms. If both called the same helper, their equality would prove nothing.

mod layer;
mod trace;

use ndarray::ArrayView3;
use rayon::prelude::*;

use crate::data::Images;
use crate::error::Result;
use crate::fixed_point::{Network, Neuron, Op, Pool, PoolKind, Source};
use layer::{Current, Prepared};
pub use trace::{NodeTrace, Trace};

/// The values of one map in one frame, \[pixel\]\[channel\]\[time step\]; the image has one time step only.
struct Map {
    steps: usize,
    channels: usize,
    width: usize,
    height: usize,
    values: Vec<i32>,
}

impl Map {
    /// All time steps of one pixel, \[channel\]\[time step\].
    fn pixel(&self, y: usize, x: usize) -> &[i32] {
        let size = self.channels * self.steps;
        &self.values[(y * self.width + x) * size..][..size]
    }
}

/// A network made ready for running.
pub struct Model<'a> {
    network: &'a Network,
    /// One entry a node; `None` for pools.
    layers: Vec<Option<Prepared>>,
}

impl<'a> Model<'a> {
    /// # Errors
    /// What [`Network::validate`] finds.
    pub fn new(network: &'a Network) -> Result<Self> {
        network.validate()?;
        let layers = network.nodes.iter().map(|node| match &node.op {
            Op::Layer(layer) => Some(Prepared::new(layer)),
            Op::Pool(_) => None,
        });
        Ok(Model { network, layers: layers.collect() })
    }

    /// The summed scores of one image, \[height, width, channel\], which has the network's input shape.
    pub fn scores(&self, image: ArrayView3<u8>) -> Vec<i64> {
        self.scores_by_step(image).pop().unwrap_or_default()
    }

    /// The scores summed up to and including each time step, \[time step\]\[class\]; the last are those of
    /// [`scores`](Self::scores).
    pub fn scores_by_step(&self, image: ArrayView3<u8>) -> Vec<Vec<i64>> {
        self.run(image, None)
    }

    /// The class of one image: the index of the largest score, the lowest on ties.
    pub fn classify(&self, image: ArrayView3<u8>) -> usize {
        argmax(&self.scores(image))
    }

    /// Everything that one image makes the network compute.
    pub fn trace(&self, image: ArrayView3<u8>) -> Trace {
        let mut nodes = Vec::with_capacity(self.network.nodes.len());
        let scores = self.run(image, Some(&mut nodes)).pop().unwrap_or_default();
        Trace { nodes, scores }
    }

    /// The scores of all images, in order. `progress` is told how many more are done.
    pub fn scores_all(&self, images: &Images, progress: &(dyn Fn(usize) + Sync)) -> Vec<Vec<i64>> {
        let frames: Vec<_> = images.pixels.outer_iter().collect();
        let scores = frames.into_par_iter().map(|image| {
            let scores = self.scores(image);
            progress(1);
            scores
        });
        scores.collect()
    }

    fn run(&self, image: ArrayView3<u8>, mut record: Option<&mut Vec<NodeTrace>>) -> Vec<Vec<i64>> {
        let shape = self.network.input.shape;
        assert_eq!(image.dim(), (shape.height, shape.width, shape.channels), "an image of the network's input shape");
        let offset = &self.network.input.offset;
        let values = image.indexed_iter().map(|((_, _, c), &p)| i32::from(p) - i32::from(offset[c])).collect();
        let input = Map { steps: 1, channels: shape.channels, width: shape.width, height: shape.height, values };
        let mut maps: Vec<Map> = Vec::with_capacity(self.network.nodes.len());
        let mut scores = Vec::new();
        for (node, prepared) in self.network.nodes.iter().zip(&self.layers) {
            let map = |source: Source| match source {
                Source::Input => &input,
                Source::Node(index) => &maps[index],
            };
            let steps = self.network.timesteps as usize;
            let size = steps * node.shape.elements();
            let mut out = Map {
                steps,
                channels: node.shape.channels,
                width: node.shape.width,
                height: node.shape.height,
                values: vec![0; size],
            };
            let mut traced = NodeTrace::default();
            match (&node.op, prepared) {
                (Op::Layer(layer), Some(prepared)) => {
                    let terms: Vec<_> = layer.terms.iter().map(|term| (term.window, map(term.source))).collect();
                    let mut membranes = record.is_some().then(|| vec![0; size]);
                    let events = record.is_some().then_some(&mut traced.window_events);
                    prepared.currents(&terms, node.shape, steps, events, &mut |pixel, current| match &layer.neuron {
                        Neuron::Readout { .. } => scores = score(&layer.bias, steps, current),
                        Neuron::Group { step } => {
                            let place = pixel * out.channels * steps;
                            for (c, (&step, &bias)) in step.iter().zip(&layer.bias).enumerate() {
                                let mut v = step.div_euclid(2);
                                for t in 0..steps {
                                    v += current.at(t, c) + bias;
                                    let count = v.div_euclid(step).clamp(0, self.network.members.into());
                                    v -= count * step;
                                    out.values[place + c * steps + t] = count as i32;
                                    if let Some(membranes) = &mut membranes {
                                        membranes[place + c * steps + t] = v;
                                    }
                                }
                            }
                        }
                    });
                    if let (Some(membranes), Neuron::Group { .. }) = (membranes, &layer.neuron) {
                        traced.membranes = Some(trace::by_step(&membranes, steps, node.shape));
                    }
                }
                (Op::Pool(pool), _) => run_pool(pool, map(pool.source), &mut out),
                (Op::Layer(_), None) => unreachable!("each layer was prepared"),
            }
            if let Some(record) = &mut record {
                traced.events = traced.window_events.iter().map(|&n| u64::from(n)).sum();
                if !matches!(&node.op, Op::Layer(layer) if matches!(layer.neuron, Neuron::Readout { .. })) {
                    traced.counts = trace::by_step(&out.values, steps, node.shape).mapv(|count| count as u32);
                }
                record.push(traced);
            }
            maps.push(out);
        }
        scores
    }
}

/// The index of the largest score, the lowest on ties; 0 for no scores.
pub fn argmax<T: PartialOrd + Copy>(scores: &[T]) -> usize {
    let mut best = 0;
    for (index, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = index;
        }
    }
    best
}

/// The scores after each time step.
fn score(bias: &[i64], steps: usize, current: &dyn Current) -> Vec<Vec<i64>> {
    let mut sums = vec![0; bias.len()];
    let after = |t: usize| {
        sums.iter_mut().zip(bias).enumerate().for_each(|(c, (sum, bias))| *sum += current.at(t, c) + bias);
        sums.clone()
    };
    (0..steps).map(after).collect()
}

fn run_pool(pool: &Pool, source: &Map, out: &mut Map) {
    let ([kernel_y, kernel_x], [stride_y, stride_x]) = (pool.window.kernel, pool.window.stride);
    let size = out.channels * out.steps;
    for (pixel, pooled) in out.values.chunks_exact_mut(size).enumerate() {
        let (y, x) = (pixel / out.width * stride_y, pixel % out.width * stride_x);
        for (ky, kx) in (0..kernel_y).flat_map(|ky| (0..kernel_x).map(move |kx| (ky, kx))) {
            for (value, &count) in pooled.iter_mut().zip(source.pixel(y + ky, x + kx)) {
                *value = if pool.kind == PoolKind::Sum { *value + count } else { count.max(*value) };
            }
        }
    }
}

#[cfg(test)]
mod tests;
