//! The model in its plainest form: sums over the nonzero counts, in 32 or 64 bits. It runs every legal network and records everything;
//! the fast model is compared with it.

mod layer;

use ndarray::ArrayView3;

use super::trace::{self, NodeTrace, Trace};
use crate::error::Result;
use crate::fixed_point::{Network, Neuron, Op, Pool, PoolKind, Source};
use layer::{Current, Prepared};

/// The values of one map in one frame, \[pixel\]\[channel\]\[time step\]; the input has one time step only.
struct Map {
    timesteps: usize,
    channels: usize,
    width: usize,
    height: usize,
    values: Vec<i32>,
}

impl Map {
    /// All time steps of one pixel, \[channel\]\[time step\].
    fn pixel(&self, y: usize, x: usize) -> &[i32] {
        let size = self.channels * self.timesteps;
        &self.values[(y * self.width + x) * size..][..size]
    }
}

/// A network made ready for running.
pub struct Plain<'a> {
    network: &'a Network,
    /// One entry a node; `None` for pools.
    layers: Vec<Option<Prepared>>,
}

impl<'a> Plain<'a> {
    /// # Errors
    /// What [`Network::validate`] finds.
    pub fn new(network: &'a Network) -> Result<Self> {
        network.validate()?;
        let layers = network.nodes.iter().map(|node| match &node.op {
            Op::Layer(layer) => Some(Prepared::new(layer)),
            Op::Pool(_) => None,
        });
        Ok(Plain { network, layers: layers.collect() })
    }

    /// The summed scores of one image, \[height, width, channel\], which has the network's input shape.
    pub fn scores(&self, image: ArrayView3<u8>) -> Vec<i64> {
        self.run(image, None)
    }

    /// Everything that one image makes the network compute.
    pub fn trace(&self, image: ArrayView3<u8>) -> Trace {
        let mut nodes = Vec::with_capacity(self.network.nodes.len());
        let scores = self.run(image, Some(&mut nodes));
        Trace { nodes, scores }
    }

    fn run(&self, image: ArrayView3<u8>, mut record: Option<&mut Vec<NodeTrace>>) -> Vec<i64> {
        let shape = self.network.input.shape;
        assert_eq!(image.dim(), (shape.height, shape.width, shape.channels), "an image of the network's input shape");
        let offset = &self.network.input.offset;
        let values = image.indexed_iter().map(|((_, _, c), &p)| i32::from(p) - i32::from(offset[c])).collect();
        let input = Map { timesteps: 1, channels: shape.channels, width: shape.width, height: shape.height, values };
        let mut maps: Vec<Map> = Vec::with_capacity(self.network.nodes.len());
        let mut scores = Vec::new();
        for (node, prepared) in self.network.nodes.iter().zip(&self.layers) {
            let map = |source: Source| match source {
                Source::Input => &input,
                Source::Node(index) => &maps[index],
            };
            let timesteps = self.network.timesteps as usize;
            let size = timesteps * node.shape.elements();
            let mut out = Map {
                timesteps,
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
                    prepared.currents(
                        &terms,
                        node.shape,
                        timesteps,
                        events,
                        &mut |pixel, current| match &layer.neuron {
                            Neuron::Readout { .. } => scores = score(&layer.bias, timesteps, current),
                            Neuron::Group { theta } => {
                                let place = pixel * out.channels * timesteps;
                                for (c, (&theta, &bias)) in theta.iter().zip(&layer.bias).enumerate() {
                                    let mut v = theta.div_euclid(2);
                                    for t in 0..timesteps {
                                        v += current.at(t, c) + bias;
                                        let count = v.div_euclid(theta).clamp(0, self.network.members.into());
                                        v -= count * theta;
                                        out.values[place + c * timesteps + t] = count as i32;
                                        if let Some(membranes) = &mut membranes {
                                            membranes[place + c * timesteps + t] = v;
                                        }
                                    }
                                }
                            }
                        },
                    );
                    if let (Some(membranes), Neuron::Group { .. }) = (membranes, &layer.neuron) {
                        traced.membranes = Some(trace::by_timestep(&membranes, timesteps, node.shape));
                    }
                }
                (Op::Pool(pool), _) => run_pool(pool, map(pool.source), &mut out),
                (Op::Layer(_), None) => unreachable!("each layer was prepared"),
            }
            if let Some(record) = &mut record {
                traced.events = traced.window_events.iter().map(|&n| u64::from(n)).sum();
                if !matches!(&node.op, Op::Layer(layer) if matches!(layer.neuron, Neuron::Readout { .. })) {
                    traced.counts = trace::by_timestep(&out.values, timesteps, node.shape).mapv(|count| count as u32);
                }
                record.push(traced);
            }
            maps.push(out);
        }
        scores
    }
}

fn score(bias: &[i64], timesteps: usize, current: &dyn Current) -> Vec<i64> {
    bias.iter().enumerate().map(|(c, bias)| (0..timesteps).map(|t| current.at(t, c) + bias).sum()).collect()
}

fn run_pool(pool: &Pool, source: &Map, out: &mut Map) {
    let ([kernel_y, kernel_x], [stride_y, stride_x]) = (pool.window.kernel, pool.window.stride);
    let size = out.channels * out.timesteps;
    for (pixel, pooled) in out.values.chunks_exact_mut(size).enumerate() {
        let (y, x) = (pixel / out.width * stride_y, pixel % out.width * stride_x);
        for (ky, kx) in (0..kernel_y).flat_map(|ky| (0..kernel_x).map(move |kx| (ky, kx))) {
            for (value, &count) in pooled.iter_mut().zip(source.pixel(y + ky, x + kx)) {
                *value = if pool.kind == PoolKind::Sum { *value + count } else { count.max(*value) };
            }
        }
    }
}
