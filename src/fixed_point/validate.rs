//! The rules that every integer network obeys: later modules rely on them and check nothing again.

use super::settings::WEIGHT_BITS;
use super::{Layer, Network, Neuron, Op, Pool, Source, ThresholdMode, conv_groups};
use crate::error::{Kind, Place, Result, Setting};
use crate::shape::{Shape, Window};

fn invalid(problem: impl Into<String>) -> Kind {
    Kind::Invalid { problem: problem.into() }
}

impl Network {
    /// Checks order, shapes, ranges and the single readout at the end.
    ///
    /// # Errors
    /// [`Kind::OutOfRange`] for no members or time steps; [`Kind::Invalid`] for the first layer
    /// that breaks a rule.
    pub fn validate(&self) -> Result<()> {
        for (setting, value) in [(Setting::Members, self.members), (Setting::Timesteps, self.timesteps)] {
            if value == 0 {
                return Err(Kind::out_of_range(value, 1.0..).at(setting));
            }
        }
        if self.input.offset.len() != self.input.shape.channels || self.input.shape.elements() == 0 {
            return Err(invalid("it needs one offset for each channel and at least one pixel").at(Place::Input));
        }
        let Some(last) = self.nodes.last() else {
            return Err(invalid("it has no layers").at(Place::Network(self.name.clone())));
        };
        for (index, node) in self.nodes.iter().enumerate() {
            let found = match &node.op {
                Op::Layer(layer) => self.check_layer(index, layer),
                Op::Pool(pool) => self.check_pool(index, pool),
            };
            let is_readout = matches!(&node.op, Op::Layer(layer) if layer.is_readout());
            let found = found.and_then(|()| match (is_readout, index + 1 == self.nodes.len()) {
                (true, false) => Err("a readout that is not the last node".to_string()),
                (false, true) => Err("the last node must be a readout".to_string()),
                _ => Ok(()),
            });
            found.map_err(|problem| invalid(problem).at(Place::layer(&node.name)))?;
        }
        if last.shape.pixels() != 1 {
            let problem =
                format!("the scores have the shape {}, where a classifier has one score for each class", last.shape);
            return Err(invalid(problem).at(Place::layer(&last.name)));
        }
        Ok(())
    }

    fn check_layer(&self, index: usize, layer: &Layer) -> Result<(), String> {
        let shape = self.nodes[index].shape;
        if layer.terms.is_empty() || layer.bias.len() != shape.channels {
            return Err("needs a term and one bias for each channel".into());
        }
        if !WEIGHT_BITS.contains(&layer.weight_bits) {
            return Err(format!("has weights of {} bits", layer.weight_bits));
        }
        let limit = (1i32 << (layer.weight_bits - 1)) - 1;
        for term in &layer.terms {
            let source = self.check_source(index, term.source)?;
            let window = &term.window;
            check_map(window, source, shape)?;
            if term.weights.dim() != (shape.channels, source.channels, window.kernel[0], window.kernel[1]) {
                return Err(format!("weights {:?} do not fit a source of {source}", term.weights.dim()));
            }
            if term.weights.iter().any(|q| q.abs() > limit) {
                return Err(format!("a weight exceeds {} bits", layer.weight_bits));
            }
            if !conv_groups::has(&term.weights, term.groups) {
                return Err(format!("its weights are not in {} groups", term.groups));
            }
            if term.shift > 40 {
                return Err(format!("shift {} is more than 40", term.shift));
            }
        }
        match &layer.neuron {
            Neuron::Group { theta } => {
                if theta.len() != shape.channels || theta.iter().any(|&theta| theta < 1) {
                    return Err("needs a theta of 1 or more for each channel".into());
                }
                if self.threshold == ThresholdMode::Pow2 && theta.iter().any(|theta| theta.count_ones() != 1) {
                    return Err("a theta is not a power of two".into());
                }
            }
            Neuron::Readout { scale } => {
                if !(scale.is_finite() && *scale > 0.0) {
                    return Err(format!("scale {scale} is not positive"));
                }
            }
        }
        Ok(())
    }

    fn check_pool(&self, index: usize, pool: &Pool) -> Result<(), String> {
        if pool.source == Source::Input {
            return Err("pools the input".into());
        }
        let source = self.check_source(index, pool.source)?;
        let window = &pool.window;
        let shape = self.nodes[index].shape;
        check_map(window, source, shape)?;
        let padding = &window.padding;
        if padding.top + padding.left + padding.bottom + padding.right > 0 || shape.channels != source.channels {
            return Err("a pool has no padding and keeps its channels".into());
        }
        if window.kernel[0] > window.stride[0] || window.kernel[1] > window.stride[1] {
            return Err("pool windows overlap".into());
        }
        Ok(())
    }

    fn check_source(&self, index: usize, source: Source) -> Result<Shape, String> {
        match source {
            Source::Node(from) if from >= index => Err(format!("reads node {from}, which is not earlier")),
            _ => Ok(self.source_shape(source)),
        }
    }
}

fn check_map(window: &Window, source: Shape, shape: Shape) -> Result<(), String> {
    if window.output(source) != Some([shape.height, shape.width]) {
        return Err(format!("its window over {source} does not give {shape}"));
    }
    Ok(())
}
