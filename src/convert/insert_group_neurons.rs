//! Replaces every activation by a population of group neurons, and everything between two of them by a sum of terms.

use std::collections::HashMap;

use super::linear_sum::{LinearSum, MOST_WEIGHTS, dense};
use super::names::{Names, module_path};
use super::{Activation, Conversion, Options};
use crate::ann::{self, Op};
use crate::error::{self, Error, Kind, Result};
use crate::shape::{Padding, Shape, Window};
use crate::snn::{self, Layer, Neuron, Pool, PoolKind, Source};

pub fn run(ann: &ann::Network, options: &Options) -> Result<Conversion> {
    let mut insertion = Insertion {
        ann,
        uses: ann.consumers().iter().map(Vec::len).collect(),
        sums: Vec::with_capacity(ann.nodes.len()),
        nodes: Vec::new(),
        pools: HashMap::new(),
        names: Names::default(),
        activations: Vec::new(),
        uncalibrated: Vec::new(),
        held: 0,
        weights: 0,
    };
    for index in 0..ann.nodes.len() {
        let sum = insertion.linear_sum(index, options)?;
        insertion.held += sum.weights();
        if insertion.held > MOST_WEIGHTS {
            return Err(too_large(&ann.nodes[index]));
        }
        insertion.sums.push(sum);
    }
    insertion.readout()?;
    let network = snn::Network {
        name: ann.name.clone(),
        members: options.members,
        timesteps: options.timesteps,
        input: snn::Input { shape: ann.nodes[0].shape, normalisation: ann.normalisation.clone() },
        nodes: insertion.nodes,
    };
    let Insertion { mut activations, uncalibrated, .. } = insertion;
    activations.resize(network.nodes.len(), None);
    Ok(Conversion { network, activations, uncalibrated })
}

struct Insertion<'a> {
    ann: &'a ann::Network,
    /// How many readers of each node are still to come; the last one takes its sum instead of copying it.
    uses: Vec<usize>,
    /// Each node, expressed by the populations so far.
    sums: Vec<LinearSum>,
    nodes: Vec<snn::Node>,
    /// A pool over one population is made once.
    pools: HashMap<(Source, PoolKind, Window), Source>,
    names: Names,
    /// By node, as far as there are layers that fire.
    activations: Vec<Option<Activation>>,
    uncalibrated: Vec<usize>,
    /// Weights of all sums.
    held: usize,
    /// Weights of all layers.
    weights: usize,
}

impl Insertion<'_> {
    fn linear_sum(&mut self, index: usize, options: &Options) -> Result<LinearSum> {
        let ann = self.ann;
        let node = &ann.nodes[index];
        let input = |own: &mut Self| own.take(node.inputs[0]);
        match &node.op {
            Op::Input => Ok(LinearSum::whole(Source::Input, node.shape, 1.0)),
            Op::Conv { weights, bias, window, groups } => {
                let sum = input(self);
                self.check_no_linear_before(&sum, index)?;
                let convolved = if *groups == 1 {
                    sum.convolved(weights, bias, window, index)
                } else {
                    dense(weights, *groups)
                        .ok_or("its groups are too many to be written as one convolution")
                        .and_then(|weights| sum.convolved(&weights, bias, window, index))
                };
                convolved.map_err(|problem| refuse(node, problem, "use a plain convolution there"))
            }
            Op::Add => {
                let left = input(self);
                left.plus(self.take(node.inputs[1])).ok_or_else(|| too_large(node))
            }
            Op::Concat => {
                let mut sum = LinearSum { bias: vec![0.0; node.shape.channels], ..LinearSum::default() };
                let mut before = 0;
                for &input in &node.inputs {
                    let channels = ann.nodes[input].shape.channels;
                    let after = node.shape.channels - before - channels;
                    let part = self.take(input).among_channels(before, after);
                    sum = part.and_then(|part| sum.plus(part)).ok_or_else(|| too_large(node))?;
                    before += channels;
                }
                Ok(sum)
            }
            Op::Scalar { multiply, add: 0.0 } => Ok(input(self).scaled(*multiply)),
            Op::Subsample { stride } => input(self)
                .subsampled(*stride)
                .ok_or_else(|| refuse(node, "it takes every n-th row of a padded map", "pad after the slice")),
            Op::Pad { channels_before, channels_after, spatial } => {
                let mut sum = input(self);
                if *spatial != Padding::default() {
                    sum = sum.padded(*spatial).ok_or_else(|| {
                        refuse(
                            node,
                            "it pads the output of a convolution, or a strided map, with rows and columns",
                            "accepted is a Pad between an activation and a convolution; better use the convolution's \
                             own padding",
                        )
                    })?;
                }
                sum.among_channels(*channels_before, *channels_after).ok_or_else(|| too_large(node))
            }
            Op::SumPool { window } => self.pool(index, PoolKind::Sum, *window),
            Op::MaxPool { window } => self.pool(index, PoolKind::Max, *window),
            Op::Qcfs { lambda, levels } => {
                let activation = Activation::Qcfs { lambda: *lambda as f32, levels: *levels };
                self.population(index, activation, *lambda, options)
            }
            Op::Clip { low: 0.0, high } if high.is_finite() => {
                self.population(index, Activation::Clip(*high as f32), *high, options)
            }
            // A placeholder for λ, until calibration.
            Op::Relu => self.population(index, Activation::Relu, options.members.into(), options),
            _ => Err(refuse(
                node,
                "it is left over after the conversion",
                "accepted are convolutions and fully connected layers with their normalisation, activations and pools",
            )),
        }
    }

    /// The sum of a node for one of its readers.
    fn take(&mut self, index: usize) -> LinearSum {
        self.uses[index] -= 1;
        if self.uses[index] > 0 {
            return self.sums[index].clone();
        }
        let sum = std::mem::take(&mut self.sums[index]);
        self.held -= sum.weights();
        sum
    }

    fn check_no_linear_before(&self, sum: &LinearSum, index: usize) -> Result<()> {
        let node = &self.ann.nodes[index];
        match sum.convs.first() {
            Some(conv) => Err(refuse(
                node,
                format!("there is no activation between '{}' and it", self.ann.nodes[conv.origin].name),
                "put an activation between them, or multiply the two layers into one before the export",
            )),
            None if !sum.is_routed() => {
                Err(refuse(node, "a constant is added to its input", "put the constant into a layer's bias"))
            }
            None => Ok(()),
        }
    }

    /// A population that fires: the activation `index`, with the linear sum before it.
    fn population(
        &mut self,
        index: usize,
        activation: Activation,
        lambda: f64,
        options: &Options,
    ) -> Result<LinearSum> {
        let ann = self.ann;
        let node = &ann.nodes[index];
        let sum = self.take(node.inputs[0]);
        if sum.convs.is_empty() && sum.taps.len() < 2 {
            return Err(refuse(
                node,
                format!("there are no weights between '{}' and this activation", ann.nodes[node.inputs[0]].name),
                "remove one of two activations in a row, or put a layer between them",
            ));
        }
        let theta = (lambda / f64::from(options.members)) as f32;
        if !(theta.is_finite() && theta > 0.0) {
            return Err(refuse(
                node,
                format!("its threshold {lambda} leaves no theta in single precision"),
                "train it with a threshold of ordinary size",
            ));
        }
        if activation == Activation::Relu {
            self.uncalibrated.push(self.nodes.len());
        }
        self.activations.resize(self.nodes.len(), None);
        self.activations.push(Some(activation));
        let source = self.layer(index, sum, Neuron::Group { theta: vec![theta; node.shape.channels] })?;
        Ok(LinearSum::whole(source, node.shape, 1.0))
    }

    /// Adds a layer for the node `index` of the imported network and gives its index as a source.
    fn layer(&mut self, index: usize, sum: LinearSum, neuron: Neuron) -> Result<Source> {
        let node = &self.ann.nodes[index];
        let bias = sum.bias.iter().map(|&bias| bias as f32).collect();
        // The name is that of the weights; a sum of only shortcuts has the activation's.
        let named = sum.convs.first().map_or(node, |conv| &self.ann.nodes[conv.origin]);
        let kind = match (&named.op, sum.convs.first()) {
            (Op::Conv { window, .. }, Some(_)) if is_linear(window, named.shape) => "linear",
            (Op::Conv { .. }, Some(_)) => "conv",
            _ => "sum",
        };
        let name = self.names.choose(&named.name, kind);
        let terms = sum.into_terms().ok_or_else(|| too_large(node))?;
        self.weights += terms.iter().map(|term| term.weights.len()).sum::<usize>();
        if self.weights > MOST_WEIGHTS {
            let problem = format!("the network has more than {MOST_WEIGHTS} weights up to here");
            return Err(refuse(
                node,
                problem,
                "convert a smaller network; groups of channels count with the zeros between them",
            ));
        }
        let op = snn::Op::Layer(Layer { terms, bias, neuron });
        self.nodes.push(snn::Node { name, origin: module_path(&node.name), shape: node.shape, op });
        Ok(Source::Node(self.nodes.len() - 1))
    }

    /// A pool over each population that is routed here.
    fn pool(&mut self, index: usize, kind: PoolKind, window: Window) -> Result<LinearSum> {
        let ann = self.ann;
        let node = &ann.nodes[index];
        let mut sum = self.take(node.inputs[0]);
        if let Some(conv) = sum.convs.first() {
            let before = &ann.nodes[conv.origin];
            return Err(refuse(
                node,
                format!("it pools the output of '{}' before any activation", before.name),
                "put the pool after the activation; at the end of a network, pool before the last layer instead",
            ));
        }
        if window.padding != Padding::default() || (0..2).any(|axis| window.kernel[axis] > window.stride[axis]) {
            return Err(refuse(
                node,
                "its windows overlap or are padded",
                "accepted are pools without padding whose stride is at least the kernel",
            ));
        }
        let mut ranges: Vec<_> = sum.taps.iter().map(|tap| (tap.offset, tap.offset + tap.channels)).collect();
        ranges.sort_unstable();
        let disjoint = ranges.windows(2).all(|pair| pair[0].1 <= pair[1].0);
        let whole = |tap: &super::linear_sum::Tap| {
            tap.stride == [1, 1] && tap.padding == Padding::default() && tap.scale > 0.0 && tap.source != Source::Input
        };
        if !sum.is_routed() || !sum.taps.iter().all(whole) || !(disjoint || kind == PoolKind::Sum) {
            return Err(refuse(
                node,
                "it pools the input, or a map that is not the plain output of activations",
                "accepted are pools directly after an activation or a concatenation",
            ));
        }
        for tap in &mut sum.taps {
            let key = (tap.source, kind, window);
            tap.source = match self.pools.get(&key) {
                Some(&source) => source,
                None => {
                    let name = self.names.choose(&node.name, "pool");
                    let op = snn::Op::Pool(Pool { source: tap.source, kind, window });
                    let shape = Shape { channels: tap.channels, ..node.shape };
                    self.nodes.push(snn::Node { name, origin: module_path(&node.name), shape, op });
                    let source = Source::Node(self.nodes.len() - 1);
                    self.pools.insert(key, source);
                    source
                }
            };
        }
        Ok(sum)
    }

    /// The last node's sum is the readout.
    fn readout(&mut self) -> Result<()> {
        let index = self.ann.nodes.len() - 1;
        let node = &self.ann.nodes[index];
        let sum = std::mem::take(&mut self.sums[index]);
        if sum.convs.is_empty() {
            return Err(refuse(
                node,
                "the network ends without a layer of weights after the last activation",
                "let it end in a fully connected layer or a convolution whose output is the scores",
            ));
        }
        if node.shape.pixels() != 1 {
            return Err(refuse(
                node,
                format!("the scores have the shape {}", node.shape),
                "accepted is a classifier: one score a class, classes×1×1",
            ));
        }
        self.layer(index, sum, Neuron::Readout)?;
        Ok(())
    }
}

/// Whether a convolution with one output pixel and no padding covers its whole input, as a fully connected layer does.
fn is_linear(window: &Window, output: Shape) -> bool {
    output.pixels() == 1 && window.padding == Padding::default() && window.kernel == window.stride
}

fn too_large(node: &ann::Node) -> Error {
    refuse(node, "the sum of maps that ends here has too many terms or weights", "use fewer or smaller maps")
}

/// An error that names the operator that the user knows, not what the passes have made of it.
fn refuse(node: &ann::Node, problem: impl Into<String>, advice: &'static str) -> Error {
    let operator = match &node.op {
        Op::SumPool { .. } => "AveragePool",
        Op::Conv { window, .. } if is_linear(window, node.shape) => "Linear",
        op => op.name(),
    };
    Kind::NoSpikingForm { problem: problem.into(), advice }.at(error::Place::node(&node.name, operator))
}
