//! `network.toml`: everything of a converted network but its numbers.

use std::collections::HashMap;
use std::path::Path;

use ndarray::Array4;
use serde::{Deserialize, Serialize};

use super::NETWORK;
use crate::ann::Normalisation;
use crate::error::{Error, Result};
use crate::fixed_point::Settings;
use crate::shape::{MOST_CHANNELS, MOST_NODES, Padding, Shape, Window};
use crate::snn::{self, Layer, Network, Neuron, Pool, PoolKind, Source, Term};

/// How sources call the image; a reserved word of Verilog, so no node has this name.
const INPUT: &str = "input";

const HEADER: &str = "\
# A converted network, written by Volley; the weights are in weights.safetensors beside this file.
# docs/network-folder.md explains every key.

";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    name: String,
    members: u32,
    timesteps: u32,
    input: Input,
    fixed_point: Settings,
    #[serde(rename = "node", default)]
    nodes: Vec<Node>,
}

/// Sizes are 16 bits wide, so that no arithmetic on them can overflow.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    shape: [u16; 3],
    mean: Vec<f64>,
    std: Vec<f64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Node {
    Layer {
        name: String,
        #[serde(default)]
        origin: String,
        shape: [u16; 3],
        neuron: NeuronKind,
        /// θ, of a group neuron only.
        #[serde(skip_serializing_if = "Option::is_none")]
        step: Option<Step>,
        #[serde(rename = "term")]
        terms: Vec<TermTable>,
    },
    Pool {
        name: String,
        #[serde(default)]
        origin: String,
        shape: [u16; 3],
        pool: PoolKind,
        source: String,
        kernel: [u16; 2],
        stride: [u16; 2],
    },
}

/// One step for all channels, or one for each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Step {
    Layer(f64),
    Channels(Vec<f64>),
}

impl Step {
    fn of(steps: &[f32]) -> Step {
        match steps.iter().all(|step| *step == steps[0]) {
            true => Step::Layer(f64::from(steps[0])),
            false => Step::Channels(steps.iter().copied().map(f64::from).collect()),
        }
    }

    fn for_channels(&self, channels: usize) -> Vec<f32> {
        match self {
            Step::Layer(step) => vec![*step as f32; channels],
            Step::Channels(steps) => steps.iter().map(|step| *step as f32).collect(),
        }
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum NeuronKind {
    Group,
    Readout,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TermTable {
    source: String,
    kernel: [u16; 2],
    stride: [u16; 2],
    /// Top, left, bottom, right.
    padding: [u16; 4],
}

pub fn parse(path: &Path, text: &str) -> Result<Table> {
    toml::from_str(text).map_err(|error| {
        Error::file(path, error.to_string().trim_end().to_owned(), "docs/network-folder.md lists the keys")
    })
}

pub fn print(network: &Network, settings: &Settings) -> Result<String> {
    let source = |source: Source| match source {
        Source::Input => INPUT.to_owned(),
        Source::Node(index) => network.nodes[index].name.clone(),
    };
    let nodes = network
        .nodes
        .iter()
        .map(|node| {
            let (name, origin, shape) = (node.name.clone(), node.origin.clone(), shape_sizes(&node.name, node.shape)?);
            let size = |value: usize| small(&node.name, value);
            let pair = |[first, second]: [usize; 2]| Ok::<_, Error>([size(first)?, size(second)?]);
            Ok(match &node.op {
                snn::Op::Layer(layer) => {
                    let (neuron, step) = match &layer.neuron {
                        Neuron::Group { step } => (NeuronKind::Group, Some(Step::of(step))),
                        Neuron::Readout => (NeuronKind::Readout, None),
                    };
                    let terms = layer
                        .terms
                        .iter()
                        .map(|Term { source: from, window: Window { kernel, stride, padding }, .. }| {
                            let Padding { top, left, bottom, right } = *padding;
                            Ok(TermTable {
                                source: source(*from),
                                kernel: pair(*kernel)?,
                                stride: pair(*stride)?,
                                padding: [size(top)?, size(left)?, size(bottom)?, size(right)?],
                            })
                        })
                        .collect::<Result<_>>()?;
                    Node::Layer { name, origin, shape, neuron, step, terms }
                }
                snn::Op::Pool(pool) => Node::Pool {
                    name,
                    origin,
                    shape,
                    pool: pool.kind,
                    source: source(pool.source),
                    kernel: pair(pool.window.kernel)?,
                    stride: pair(pool.window.stride)?,
                },
            })
        })
        .collect::<Result<_>>()?;
    let normalisation = &network.input.normalisation;
    let table = Table {
        name: network.name.clone(),
        members: network.members,
        timesteps: network.timesteps,
        input: Input {
            shape: shape_sizes(INPUT, network.input.shape)?,
            mean: normalisation.mean.clone(),
            std: normalisation.std.clone(),
        },
        fixed_point: settings.clone(),
        nodes,
    };
    let body = toml::to_string(&table).map_err(|error| {
        Error::file(NETWORK, error.to_string(), "the network's numbers must be finite; convert it again")
    })?;
    Ok(format!("{HEADER}{body}"))
}

impl Table {
    /// The network with empty weights, and the settings. Sources are resolved; the rest is for the validator.
    pub fn into_network(self, path: &Path) -> Result<(Network, Settings)> {
        let mut indices: HashMap<String, usize> = HashMap::new();
        // Looked at first: a step is written once and held for every channel.
        let channels = |node: &Node| {
            let (Node::Layer { shape, .. } | Node::Pool { shape, .. }) = node;
            usize::from(shape[0])
        };
        let channels: usize = self.nodes.iter().map(channels).sum();
        if self.nodes.len() > MOST_NODES || channels > MOST_CHANNELS {
            let problem = format!("its {} nodes have {channels} channels", self.nodes.len());
            return Err(Error::file(
                path,
                problem,
                format!("accepted are {MOST_NODES} nodes and {MOST_CHANNELS} channels"),
            ));
        }
        let mut nodes = Vec::with_capacity(self.nodes.len());
        for (index, node) in self.nodes.into_iter().enumerate() {
            let (Node::Layer { name, .. } | Node::Pool { name, .. }) = &node;
            let name = name.clone();
            let source = |source: &str| match indices.get(source) {
                _ if source == INPUT => Ok(Source::Input),
                Some(&index) => Ok(Source::Node(index)),
                None => Err(Error::file(
                    path,
                    format!("node '{name}': its source '{source}' is no node before it"),
                    format!("name an earlier node, or '{INPUT}' for the image"),
                )),
            };
            let node = match node {
                Node::Layer { name, origin, shape, neuron, step, terms } => {
                    let neuron = match (neuron, step) {
                        (NeuronKind::Group, Some(step)) => Neuron::Group { step: step.for_channels(shape[0].into()) },
                        (NeuronKind::Readout, None) => Neuron::Readout,
                        _ => {
                            return Err(Error::file(
                                path,
                                format!("node '{name}': step and neuron do not go together"),
                                "a group neuron has a step and a readout has none",
                            ));
                        }
                    };
                    let terms = terms
                        .iter()
                        .map(|term| {
                            let [top, left, bottom, right] = term.padding.map(usize::from);
                            let padding = Padding { top, left, bottom, right };
                            let window = window(term.kernel, term.stride, padding);
                            Ok(Term { source: source(&term.source)?, window, weights: Array4::default((0, 0, 0, 0)) })
                        })
                        .collect::<Result<_>>()?;
                    let op = snn::Op::Layer(Layer { terms, bias: Vec::new(), neuron });
                    snn::Node { name, origin, shape: shape_of(shape), op }
                }
                Node::Pool { name, origin, shape, pool, source: from, kernel, stride } => {
                    let window = window(kernel, stride, Padding::default());
                    let op = snn::Op::Pool(Pool { source: source(&from)?, kind: pool, window });
                    snn::Node { name, origin, shape: shape_of(shape), op }
                }
            };
            indices.insert(name, index);
            nodes.push(node);
        }
        let input = snn::Input {
            shape: shape_of(self.input.shape),
            normalisation: Normalisation { mean: self.input.mean, std: self.input.std },
        };
        let network = Network { name: self.name, members: self.members, timesteps: self.timesteps, input, nodes };
        let settings = self.fixed_point;
        settings.validate().and_then(|()| settings.check_layers(network.layer_names())).map_err(
            |error| match error {
                Error::Setting { key, problem, advice } => {
                    let key = key.trim_start_matches('-').replace('-', " ");
                    Error::file(path, format!("[fixed_point] {key}: {problem}"), advice)
                }
                other => other,
            },
        )?;
        Ok((network, settings))
    }
}

fn window(kernel: [u16; 2], stride: [u16; 2], padding: Padding) -> Window {
    Window { kernel: kernel.map(usize::from), stride: stride.map(usize::from), padding }
}

fn shape_of(sizes: [u16; 3]) -> Shape {
    let [channels, height, width] = sizes.map(usize::from);
    Shape { channels, height, width }
}

fn shape_sizes(name: &str, shape: Shape) -> Result<[u16; 3]> {
    Ok([small(name, shape.channels)?, small(name, shape.height)?, small(name, shape.width)?])
}

fn small(name: &str, size: usize) -> Result<u16> {
    u16::try_from(size)
        .map_err(|_| Error::layer(name, format!("a size of {size} is too large"), "the folder holds sizes up to 65535"))
}
