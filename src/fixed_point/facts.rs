//! Facts that follow from the structure of a network alone: shapes, ranges and widths of what its nodes send, kinds of layers.

use super::{Layer, Network, Neuron, Op, PoolKind, Source, unsigned_bits};
use crate::shape::Shape;

impl Network {
    /// Shape of what `source` delivers.
    pub fn source_shape(&self, source: Source) -> Shape {
        match source {
            Source::Input => self.input.shape,
            Source::Node(index) => self.nodes[index].shape,
        }
    }

    /// Smallest and largest value of element `channel` of `source` (0 included: a padded or silent element).
    pub fn element_range(&self, source: Source, channel: usize) -> (i64, i64) {
        match source {
            Source::Input => {
                let offset = i64::from(self.input.offset[channel]);
                (-offset, 255 - offset)
            }
            Source::Node(index) => (0, self.count_max(index) as i64),
        }
    }

    /// Largest count that one output element of node `node` can have in one time step: τ for a layer, τ·k² after a sum pool of k×k, 0
    /// for the readout, which has none.
    pub fn count_max(&self, node: usize) -> u64 {
        match &self.nodes[node].op {
            Op::Layer(Layer { neuron: Neuron::Group { .. }, .. }) => u64::from(self.members),
            Op::Layer(_) => 0,
            Op::Pool(pool) => {
                let one = match pool.source {
                    Source::Node(index) => self.count_max(index),
                    Source::Input => 255,
                };
                let summed = (pool.window.kernel[0] * pool.window.kernel[1]) as u64;
                if pool.kind == PoolKind::Sum { one * summed } else { one }
            }
        }
    }

    /// Bits of one element of `source`, all counts of `summed_timesteps` time steps added up, and whether it is signed (raw
    /// pixels less their offset).
    pub fn element_bits(&self, source: Source, summed_timesteps: u32) -> (u32, bool) {
        match source {
            Source::Input if self.input.offset.iter().all(|&offset| offset == 0) => (8, false),
            Source::Input => (9, true),
            Source::Node(index) => {
                let max = self.count_max(index) * u64::from(summed_timesteps);
                (unsigned_bits(max), false)
            }
        }
    }

    /// Time steps whose counts are added up before they meet the weights of `layer`: all of them for the readout, whose
    /// scores are sums over time.
    pub fn summed_timesteps(&self, layer: &Layer) -> u32 {
        if layer.is_readout() { self.timesteps } else { 1 }
    }

    /// Time steps that `layer` computes one by one: 1 where all of them share a current, else T.
    pub fn separate_timesteps(&self, layer: &Layer) -> u32 {
        if layer.is_readout() || layer.reads_input() { 1 } else { self.timesteps }
    }

    /// Bits of one element of a term of `layer` that reads `source`, all the time steps that its events carry.
    pub fn term_element_bits(&self, layer: &Layer, source: Source) -> u32 {
        let timesteps = if source == Source::Input || layer.is_readout() { 1 } else { self.timesteps };
        self.element_bits(source, self.summed_timesteps(layer)).0 * timesteps
    }

    /// The greatest count (or pixel value) that an event of `layer` brings.
    pub fn most_count(&self, layer: &Layer) -> u64 {
        let summed = u64::from(self.summed_timesteps(layer));
        let most = |source| match source {
            Source::Input => 255,
            Source::Node(index) => self.count_max(index) * summed,
        };
        layer.terms.iter().map(|term| most(term.source)).max().unwrap_or(1)
    }
}

impl Layer {
    /// Whether it is the readout, which does not fire.
    pub fn is_readout(&self) -> bool {
        matches!(self.neuron, Neuron::Readout { .. })
    }

    /// Whether all of its terms read the input: then its current is the same at each time step.
    pub fn reads_input(&self) -> bool {
        self.terms.iter().all(|term| term.source == Source::Input)
    }
}
