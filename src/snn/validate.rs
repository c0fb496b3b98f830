//! The rules that every converted network obeys: later modules rely on them and check nothing again.

use std::collections::HashSet;

use super::{Network, Neuron, Node, Op, Source};
use crate::error::{Kind, Place, Result, Setting, Unit};
use crate::identifier::{is_identifier, is_taken, printable};
use crate::shape::{MOST_NODES, Padding, Shape};

impl Network {
    /// Checks names, order, shapes and values.
    ///
    /// # Errors
    /// [`Kind::Invalid`] at the first node that is wrong, [`Kind::OutOfRange`] at the setting.
    pub fn validate(&self) -> Result<()> {
        for (setting, value, most) in [(Setting::Members, self.members, 255), (Setting::Timesteps, self.timesteps, 64)]
        {
            if !(1..=most).contains(&value) {
                return Err(Kind::out_of_range(value, 1.0..=f64::from(most)).at(setting));
            }
        }
        let Shape { channels, .. } = self.input.shape;
        let normalisation = &self.input.normalisation;
        let sound = [normalisation.mean.len(), normalisation.std.len()] == [channels; 2]
            && normalisation.mean.iter().chain(&normalisation.std).all(|value| value.is_finite())
            && normalisation.std.iter().all(|&value| value > 0.0);
        if !sound || self.input.shape.checked().is_none() {
            let problem =
                format!("mean and std do not fit the shape {}, or are not finite and positive", self.input.shape);
            let advice = "give one mean and one std more than 0 for each channel, and a shape of at least one element";
            return Err(Kind::Invalid { problem }.at(Place::Input).advise(advice));
        }
        if printable(&self.name) != self.name {
            return Err(Kind::NotText { text: printable(&self.name) }.at(Setting::Name));
        }
        if self.nodes.len() > MOST_NODES {
            let (found, most) = (self.nodes.len() as u64, MOST_NODES as u64);
            return Err(Kind::TooLarge { unit: Unit::Nodes, found, most }.at(Place::Network(self.name.clone())));
        }
        let mut names = HashSet::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let problem = if !names.insert(node.name.as_str()) {
                Some("its name is used twice".to_owned())
            } else if !is_identifier(&node.name) {
                Some(
                    "its name is no lowercase Verilog identifier of at most 64 characters, or a reserved word"
                        .to_owned(),
                )
            } else if is_taken(&node.name) {
                Some("the Verilog calls other things by its name".to_owned())
            } else if printable(&node.origin) != node.origin {
                Some("its origin is no line of text, or a very long one".to_owned())
            } else {
                self.problem(index, node)
            };
            if let Some(problem) = problem {
                return Err(Kind::Invalid { problem }.at(Place::layer(printable(&node.name))));
            }
        }
        if self.nodes.is_empty() {
            let problem = "it has no layers".into();
            return Err(Kind::Invalid { problem }.at(Place::Network(self.name.clone())));
        }
        Ok(())
    }

    /// The shape of a source, which must exist.
    pub fn shape_of(&self, source: Source) -> Shape {
        match source {
            Source::Input => self.input.shape,
            Source::Node(index) => self.nodes[index].shape,
        }
    }

    fn problem(&self, index: usize, node: &Node) -> Option<String> {
        let last = index + 1 == self.nodes.len();
        let later = |source: Source| matches!(source, Source::Node(other) if other >= index);
        if node.shape.checked().is_none() {
            return Some(format!("its shape {} is empty or too large", node.shape));
        }
        match &node.op {
            Op::Layer(layer) => {
                if layer.terms.is_empty() {
                    return Some("it has no terms".into());
                }
                for (number, term) in layer.terms.iter().enumerate() {
                    if later(term.source) {
                        return Some(format!("term {number} reads a node that comes later"));
                    }
                    let source = self.shape_of(term.source);
                    let (out, input, height, width) = term.weights.dim();
                    let size = term.window.output(source);
                    if [out, input] != [node.shape.channels, source.channels]
                        || [height, width] != term.window.kernel
                        || size != Some([node.shape.height, node.shape.width])
                    {
                        return Some(format!(
                            "term {number} with weights {out}×{input}×{height}×{width} over {source} does not make {}",
                            node.shape
                        ));
                    }
                    if term.weights.iter().any(|weight| !weight.is_finite()) {
                        return Some(format!("the weights of term {number} are not finite"));
                    }
                }
                if layer.bias.len() != node.shape.channels || layer.bias.iter().any(|bias| !bias.is_finite()) {
                    return Some("its bias does not fit the channels or is not finite".into());
                }
                match &layer.neuron {
                    Neuron::Readout if !last => Some("it is a readout and not the last node".into()),
                    Neuron::Group { .. } if last => Some("the last node must be a readout".into()),
                    Neuron::Group { theta } if theta.len() != node.shape.channels => {
                        Some(format!("it has {} thetas for {} channels", theta.len(), node.shape.channels))
                    }
                    Neuron::Group { theta } => {
                        let bad = theta.iter().find(|theta| !(**theta > 0.0 && theta.is_finite()));
                        bad.map(|theta| format!("its theta is {theta} and must be more than 0"))
                    }
                    Neuron::Readout => None,
                }
            }
            Op::Pool(pool) => {
                if later(pool.source) {
                    return Some("it reads a node that comes later".into());
                }
                if pool.source == Source::Input || last {
                    return Some("a pool must be after a layer and before another".into());
                }
                let source = self.shape_of(pool.source);
                let window = pool.window;
                let overlaps = (0..2).any(|axis| window.kernel[axis] > window.stride[axis]);
                if overlaps || window.padding != Padding::default() {
                    return Some("its windows overlap or are padded".into());
                }
                let shape = window.output(source).map(|[height, width]| Shape::new(source.channels, height, width));
                (shape != Some(node.shape)).then(|| format!("over {source} it does not make {}", node.shape))
            }
        }
    }
}
