//! The rules that every imported network obeys: later modules rely on them and check nothing again.

use std::collections::HashSet;

use super::{Network, Node, Op};
use crate::error::{Kind, Place, Result, Setting};
use crate::shape::Shape;

impl Network {
    /// Checks that node 0 alone is the input, that inputs come earlier, and that every operation's parameters fit
    /// the shapes and are finite.
    ///
    /// # Errors
    /// [`Kind::BadGraph`] at the first node that does not.
    pub fn validate(&self) -> Result<()> {
        let mut names = HashSet::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let problem = if !names.insert(node.name.as_str()) {
                Some("its name is used twice".to_owned())
            } else if (index == 0) != matches!(node.op, Op::Input) {
                Some("the input must be the first node, and there must be one".to_owned())
            } else if node.inputs.iter().any(|&input| input >= index) {
                Some("it reads a node that comes later".to_owned())
            } else {
                self.problem(node)
            };
            if let Some(problem) = problem {
                return Err(Kind::BadGraph { problem }.at(Place::node(&node.name, node.op.name())));
            }
        }
        if self.nodes.len() < 2 {
            let problem = "it has no operations".into();
            return Err(Kind::BadGraph { problem }.at(Place::Network(self.name.clone())));
        }
        let channels = self.nodes[0].shape.channels;
        for (setting, values) in [(Setting::Mean, &self.normalisation.mean), (Setting::Std, &self.normalisation.std)] {
            if values.len() != channels {
                return Err(Kind::OnePerChannel { numbers: values.len(), channels }.at(setting));
            }
        }
        Ok(())
    }

    fn problem(&self, node: &Node) -> Option<String> {
        let inputs: Vec<Shape> = node.inputs.iter().map(|&input| self.nodes[input].shape).collect();
        let arity = match node.op {
            Op::Input => 0..=0,
            Op::Add => 2..=2,
            Op::Concat => 1..=usize::MAX,
            _ => 1..=1,
        };
        if !arity.contains(&inputs.len()) {
            return Some(format!("it has {} inputs", inputs.len()));
        }
        let first = inputs.first().copied().unwrap_or(node.shape);
        let windowed = |channels: usize, window: &crate::shape::Window| {
            window.output(first).map(|[height, width]| Shape::new(channels, height, width))
        };
        let (shape, sound) = match &node.op {
            Op::Input => (Some(node.shape), node.shape.elements() > 0),
            Op::Conv { weights, bias, window, groups } => {
                let (out, input, height, width) = weights.dim();
                let fits = *groups > 0
                    && out % groups == 0
                    && input * groups == first.channels
                    && [height, width] == window.kernel
                    && bias.len() == out;
                (windowed(out, window), fits && finite(weights.iter().chain(bias)))
            }
            Op::Linear { weights, bias } => {
                let fits = weights.ncols() == first.elements() && bias.len() == weights.nrows();
                (Some(Shape::new(weights.nrows(), 1, 1)), fits && finite(weights.iter().chain(bias)))
            }
            Op::BatchNorm { scale, shift, mean, variance, epsilon } => {
                let fits = [scale, shift, mean, variance].iter().all(|values| values.len() == first.channels);
                let positive = variance.iter().all(|&variance| variance + epsilon > 0.0);
                (Some(first), fits && positive && finite(scale.iter().chain(shift).chain(mean).chain(variance)))
            }
            Op::AveragePool { window } | Op::MaxPool { window } | Op::SumPool { window } => {
                (windowed(first.channels, window), true)
            }
            Op::Add => (Some(first), inputs[0] == inputs[1]),
            Op::Concat => {
                let channels = inputs.iter().map(|shape| shape.channels).sum();
                let same = inputs.iter().all(|shape| (shape.height, shape.width) == (first.height, first.width));
                (Some(Shape { channels, ..first }), same)
            }
            Op::Relu | Op::Floor => (Some(first), true),
            Op::Scalar { multiply, add } => (Some(first), multiply.is_finite() && add.is_finite()),
            Op::Clip { low, high } => (Some(first), low < high),
            Op::Qcfs { lambda, levels } => (Some(first), *lambda > 0.0 && lambda.is_finite() && *levels > 0),
            Op::Flatten => (Some(Shape::new(first.elements(), 1, 1)), true),
            Op::Subsample { stride: [down, right] } => {
                let sound = *down > 0 && *right > 0;
                let shape = sound
                    .then(|| Shape::new(first.channels, first.height.div_ceil(*down), first.width.div_ceil(*right)));
                (shape, sound)
            }
            Op::Pad { channels_before, channels_after, spatial } => (
                Some(Shape::new(
                    channels_before + first.channels + channels_after,
                    spatial.top + first.height + spatial.bottom,
                    spatial.left + first.width + spatial.right,
                )),
                true,
            ),
        };
        if !sound {
            return Some(format!("its parameters do not fit the input {first}, or are not finite"));
        }
        (shape != Some(node.shape)).then(|| format!("its shape is given as {} and is not", node.shape))
    }

    /// For each node, the nodes that read it.
    pub fn consumers(&self) -> Vec<Vec<usize>> {
        let mut consumers = vec![Vec::new(); self.nodes.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            for &input in &node.inputs {
                consumers[input].push(index);
            }
        }
        consumers
    }

    /// Removes the nodes that the last one does not depend on; the input stays.
    pub fn prune(&mut self) {
        let mut used = vec![false; self.nodes.len()];
        if let Some(last) = used.last_mut() {
            *last = true;
        }
        for index in (0..self.nodes.len()).rev() {
            if used[index] {
                self.nodes[index].inputs.iter().for_each(|&input| used[input] = true);
            }
        }
        if let Some(input) = used.first_mut() {
            *input = true;
        }
        let mut moved = Vec::with_capacity(used.len());
        let mut kept = 0;
        for &used in &used {
            moved.push(kept);
            kept += usize::from(used);
        }
        let mut keep = used.iter();
        self.nodes.retain(|_| keep.next().copied().unwrap_or(true));
        for node in &mut self.nodes {
            node.inputs.iter_mut().for_each(|input| *input = moved[*input]);
        }
    }
}

fn finite<'a>(mut values: impl Iterator<Item = &'a f32>) -> bool {
    values.all(|value| value.is_finite())
}
