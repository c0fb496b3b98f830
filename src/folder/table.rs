//! `network.toml`: everything of a converted network except its numbers.

use std::collections::HashMap;
use std::path::Path;

use ndarray::Array4;
use serde::{Deserialize, Serialize};

use super::NETWORK;
use crate::ann::Normalisation;
use crate::error::{Artefact, Error, Kind, Place, Result, Unit};
use crate::fixed_point::Settings;
use crate::pipeline::Converted;
use crate::shape::{MOST_CHANNELS, MOST_NODES, Padding, Shape, Window};
use crate::snn::{self, Layer, Network, Neuron, Pool, PoolKind, Source, Term};

/// How sources call the input; a reserved word of Verilog, so no node has this name.
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
    /// Where the conversion may cost accuracy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    input: Input,
    fixed_point: Settings,
    #[serde(rename = "node", default)]
    nodes: Vec<Node>,
}

/// Sizes are 16 bits wide, so no arithmetic on them can overflow.
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
        #[serde(alias = "step")]
        theta: Option<Theta>,
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

/// One theta for all channels, or one for each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Theta {
    Layer(f64),
    Channels(Vec<f64>),
}

impl Theta {
    fn of(thetas: &[f32]) -> Theta {
        match thetas.iter().all(|theta| *theta == thetas[0]) {
            true => Theta::Layer(f64::from(thetas[0])),
            false => Theta::Channels(thetas.iter().copied().map(f64::from).collect()),
        }
    }

    fn for_channels(&self, channels: usize) -> Vec<f32> {
        match self {
            Theta::Layer(theta) => vec![*theta as f32; channels],
            Theta::Channels(thetas) => thetas.iter().map(|theta| *theta as f32).collect(),
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
    toml::from_str(text).map_err(|error| Kind::malformed(Artefact::Converted, error).at(path))
}

pub fn print(Converted { network, settings, notes, .. }: &Converted) -> Result<String> {
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
                    let (neuron, theta) = match &layer.neuron {
                        Neuron::Group { theta } => (NeuronKind::Group, Some(Theta::of(theta))),
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
                    Node::Layer { name, origin, shape, neuron, theta, terms }
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
        notes: notes.clone(),
        input: Input {
            shape: shape_sizes(INPUT, network.input.shape)?,
            mean: normalisation.mean.clone(),
            std: normalisation.std.clone(),
        },
        fixed_point: settings.clone(),
        nodes,
    };
    let body = toml::to_string(&table).map_err(|error| {
        Kind::malformed(Artefact::Converted, error)
            .at(Place::file(NETWORK))
            .advise("convert the network again: its numbers must be finite")
    })?;
    Ok(format!("{HEADER}{body}"))
}

impl Table {
    /// The network with empty weights and without its ONNX file. Sources are resolved; the rest is for the validator.
    pub fn into_converted(self, path: &Path) -> Result<Converted> {
        let mut indices: HashMap<String, usize> = HashMap::new();
        // Checked first: a theta is written once and held for every channel.
        let channels = |node: &Node| {
            let (Node::Layer { shape, .. } | Node::Pool { shape, .. }) = node;
            usize::from(shape[0])
        };
        let channels: usize = self.nodes.iter().map(channels).sum();
        for (unit, found, most) in
            [(Unit::Nodes, self.nodes.len(), MOST_NODES), (Unit::Channels, channels, MOST_CHANNELS)]
        {
            if found > most {
                return Err(Kind::TooLarge { unit, found: found as u64, most: most as u64 }.at(path));
            }
        }
        let mut nodes = Vec::with_capacity(self.nodes.len());
        for (index, node) in self.nodes.into_iter().enumerate() {
            let (Node::Layer { name, .. } | Node::Pool { name, .. }) = &node;
            let name = name.clone();
            let source = |source: &str| match indices.get(source) {
                _ if source == INPUT => Ok(Source::Input),
                Some(&index) => Ok(Source::Node(index)),
                None => Err(Kind::Invalid { problem: format!("its source '{source}' is not a node before it") }
                    .at(Place::within(path, Place::layer(&name)))
                    .advise(format!("name an earlier node, or '{INPUT}' for the input"))),
            };
            let node = match node {
                Node::Layer { name, origin, shape, neuron, theta, terms } => {
                    let neuron = match (neuron, theta) {
                        (NeuronKind::Group, Some(theta)) => {
                            Neuron::Group { theta: theta.for_channels(shape[0].into()) }
                        }
                        (NeuronKind::Readout, None) => Neuron::Readout,
                        _ => {
                            return Err(Kind::Invalid { problem: "theta and neuron do not go together".into() }
                                .at(Place::within(path, Place::layer(name)))
                                .advise("a group neuron has a theta and a readout has none"));
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
        settings
            .validate()
            .and_then(|()| settings.check_layers(network.layer_names()))
            .map_err(|error| error.within(path))?;
        Ok(Converted { network, settings, onnx: None, notes: self.notes })
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
    u16::try_from(size).map_err(|_| {
        Kind::TooLarge { unit: Unit::Size, found: size as u64, most: u16::MAX.into() }.at(Place::layer(name))
    })
}
