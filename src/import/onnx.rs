//! The walk over an ONNX graph: names become values, and each operator is handed to the file that knows it.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::ops::Bound;
use std::rc::Rc;

use prost::Message;

use super::constants;
use super::proto::{AttributeProto, GraphProto, ModelProto, NodeProto, tensor_shape_proto::dimension, type_proto};
use super::tensor::Tensor;
use crate::ann::{Network, Node, Normalisation, Op};
use crate::error::{Artefact, Error, Kind, Place, Result, Setting, Unit};
use crate::identifier::printable;
use crate::shape::{MOST_CHANNELS, MOST_ELEMENTS, MOST_NODES, MOST_SIZE, Shape};

/// Oldest operator set that is read; from 11 on `Clip` and `Pad` take their bounds as inputs.
const OLDEST_OPSET: i64 = 11;
/// Largest kernel, stride or pad.
const LARGEST_SIZE: i64 = MOST_SIZE as i64;
/// Numbers that a graph may make from its constants or use again, besides [`TIMES_USED`] times those in the file: a few bytes of a
/// graph are enough to double them many times.
const FREE_NUMBERS: usize = 1 << 22;
const TIMES_USED: usize = 4;

/// What a name of the graph stands for.
#[derive(Clone)]
pub enum Value {
    Constant(Rc<Tensor>),
    /// The output of a node, and the rank that ONNX sees: 4 for N×C×H×W, 2 once it is flattened.
    Map {
        node: usize,
        rank: usize,
    },
}

/// The state of the walk.
pub struct Walk<'a> {
    label: &'a str,
    values: HashMap<String, Value>,
    nodes: Vec<Node>,
    /// Numbers that may still be made or used.
    allowance: Cell<usize>,
    /// Channels of all maps so far.
    channels: usize,
}

/// A node of the file on its way through the walk.
pub struct Current<'a> {
    pub proto: &'a NodeProto,
    pub name: String,
}

/// The model in a file's bytes, if they are a model. Every node gets its own name, which a file need not give it: names tell nodes apart.
pub fn decode(bytes: &[u8]) -> Option<ModelProto> {
    let mut model = ModelProto::decode(bytes).ok()?;
    if let Some(graph) = &mut model.graph {
        let inputs = graph.input.iter().map(|input| &input.name);
        let others = inputs.chain(graph.initializer.iter().map(|tensor| &tensor.name));
        // How often each was asked for, or given out.
        let mut names: HashMap<String, usize> = others.map(|name| (name.clone(), 1)).collect();
        for (index, node) in graph.node.iter_mut().enumerate() {
            let name = if node.name.is_empty() { format!("{}_{index}", node.op_type) } else { node.name.clone() };
            node.name = unique(&mut names, name);
        }
    }
    Some(model)
}

/// Names that the nodes of a graph read, or that it gives out.
pub fn names_used(graph: &GraphProto) -> HashSet<&str> {
    let read = graph.node.iter().flat_map(|node| &node.input);
    read.chain(graph.output.iter().map(|output| &output.name)).map(String::as_str).collect()
}

/// The name, or the name with a number if it was given before.
fn unique(names: &mut HashMap<String, usize>, name: String) -> String {
    // Counted on from the last time, since a file may give all of its nodes the same name.
    loop {
        let count = names.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 {
            return name;
        }
        let numbered = format!("{name}#{count}");
        if !names.contains_key(&numbered) {
            names.insert(numbered.clone(), 1);
            return numbered;
        }
    }
}

/// Operators that have a spiking counterpart.
const ACCEPTED: &str = "Conv, Gemm, MatMul, BatchNormalization, AveragePool, GlobalAveragePool, ReduceMean, MaxPool, Add, Concat, \
                        Relu, Clip, Floor, Mul/Div/Add/Sub by constants, Flatten, Reshape, Squeeze, Slice, Pad, Dropout and Identity";

impl<'a> Walk<'a> {
    pub fn run(bytes: &[u8], label: &'a str, normalisation: Option<Normalisation>) -> Result<Network> {
        let model = decode(bytes).ok_or_else(|| Kind::NotOnnx.at(Place::file(label)))?;
        let opset = model
            .opset_import
            .iter()
            .find(|set| set.domain.is_empty() || set.domain == "ai.onnx")
            .map_or(0, |set| set.version);
        let Some(graph) = model.graph.as_ref().filter(|graph| !graph.node.is_empty()) else {
            return Err(Kind::malformed(Artefact::Onnx, "the model has no graph").at(Place::file(label)));
        };
        if opset < OLDEST_OPSET {
            return Err(Kind::OldOperatorSet { found: opset, oldest: OLDEST_OPSET }.at(Place::file(label)));
        }
        if graph.node.len() > MOST_NODES {
            let (found, most) = (graph.node.len() as u64, MOST_NODES as u64);
            let advice = format!("at most {MOST_NODES} are accepted; simplify the model (onnxsim)");
            return Err(Kind::TooLarge { unit: Unit::Nodes, found, most }.at(Place::file(label)).advise(advice));
        }
        let mut walk =
            Walk { label, values: HashMap::new(), nodes: Vec::new(), allowance: Cell::new(FREE_NUMBERS), channels: 0 };
        walk.read_constants(graph)?;
        let normalisation = walk.read_input(graph, normalisation)?;
        for proto in &graph.node {
            walk.read_node(proto)?;
        }
        walk.finish(graph, normalisation)
    }

    fn read_constants(&mut self, graph: &GraphProto) -> Result<()> {
        if let Some(sparse) = graph.sparse_initializer.first() {
            let name = sparse.values.as_ref().map(|values| values.name.as_str()).unwrap_or_default();
            return Err(self.tensor(name, "it is sparse", "export the model with dense weights"));
        }
        // Exporters leave tensors of all types behind.
        let used = names_used(graph);
        for proto in graph.initializer.iter().filter(|proto| used.contains(proto.name.as_str())) {
            let tensor =
                Tensor::from_proto(proto).map_err(|(problem, advice)| self.tensor(&proto.name, problem, advice))?;
            self.allow(&tensor);
            self.values.insert(proto.name.clone(), Value::Constant(Rc::new(tensor)));
        }
        Ok(())
    }

    /// Numbers of the file may be used a few times.
    fn allow(&self, tensor: &Tensor) {
        self.allowance.set(self.allowance.get().saturating_add(TIMES_USED.saturating_mul(tensor.len())));
    }

    /// Takes `numbers` of the allowance.
    fn spend(&self, current: &Current, numbers: usize) -> Result<()> {
        let left = self.allowance.get().checked_sub(numbers).ok_or_else(|| {
            current.refuse(
                format!(
                    "the graph makes more than {TIMES_USED} times as many numbers of its constants as the file holds"
                ),
                "export the model with constant folding, and use each weight once",
            )
        })?;
        self.allowance.set(left);
        Ok(())
    }

    fn read_input(&mut self, graph: &GraphProto, normalisation: Option<Normalisation>) -> Result<Normalisation> {
        // Old exporters list the initializers among the inputs as well.
        let inputs: Vec<_> = graph.input.iter().filter(|input| !self.values.contains_key(&input.name)).collect();
        let [input] = inputs[..] else {
            let names: Vec<_> = inputs.iter().map(|input| input.name.as_str()).collect();
            return Err(self.file(
                format!("the model has {} inputs ({})", inputs.len(), names.join(", ")),
                "export a model with the image as its only input",
            ));
        };
        let advice = "export it with a float32 image N×C×H×W of fixed C, H and W";
        let dims: Option<Vec<Option<i64>>> = input.r#type.as_ref().and_then(|kind| match kind.value.as_ref()? {
            type_proto::Value::TensorType(tensor) => Some(
                tensor
                    .shape
                    .as_ref()?
                    .dim
                    .iter()
                    .map(|dim| match dim.value {
                        Some(dimension::Value::DimValue(size)) => Some(size),
                        _ => None,
                    })
                    .collect(),
            ),
        });
        let Some([_, Some(channels), Some(height), Some(width)]) = dims.as_deref() else {
            let shown = match &dims {
                Some(dims) => {
                    let sizes: Vec<_> =
                        dims.iter().map(|dim| dim.map_or("?".to_owned(), |size| size.to_string())).collect();
                    format!("the shape {}", sizes.join("×"))
                }
                None => "no shape".into(),
            };
            return Err(self.file(format!("input '{}' has {shown}", input.name), advice));
        };
        let size = |size: i64| usize::try_from(size).unwrap_or(0);
        let Some(shape) = Shape::new(size(*channels), size(*height), size(*width)).checked() else {
            let advice = format!("accepted are sizes from 1 to {MOST_SIZE} and at most {MOST_ELEMENTS} elements");
            return Err(self.file(format!("input '{}' has the shape {channels}×{height}×{width}", input.name), &advice));
        };
        let identity = || Normalisation { mean: vec![0.0; shape.channels], std: vec![1.0; shape.channels] };
        let normalisation = normalisation.unwrap_or_else(identity);
        check_normalisation(&normalisation, shape.channels)?;
        self.channels = shape.channels;
        self.nodes.push(Node { name: input.name.clone(), inputs: Vec::new(), shape, op: Op::Input });
        self.values.insert(input.name.clone(), Value::Map { node: 0, rank: 4 });
        Ok(normalisation)
    }

    fn read_node(&mut self, proto: &NodeProto) -> Result<()> {
        let current = Current { proto, name: proto.name.clone() };
        if !matches!(proto.domain.as_str(), "" | "ai.onnx") {
            return Err(current.refuse(
                format!("it is of the foreign operator domain '{}'", proto.domain),
                "export the model with standard ONNX operators only",
            ));
        }
        let value = self.translate(&current)?;
        let Some(output) = proto.output.first() else {
            return Err(current.broken("it has no output"));
        };
        self.values.insert(output.clone(), value);
        Ok(())
    }

    fn translate(&mut self, current: &Current) -> Result<Value> {
        let operator = current.proto.op_type.as_str();
        if operator == "Constant" {
            return self.constant_node(current);
        }
        let inputs: Vec<Option<Value>> =
            (0..current.proto.input.len()).map(|index| self.optional(current, index)).collect::<Result<_>>()?;
        if matches!(operator, "Identity" | "Dropout")
            && let Some(Some(value)) = inputs.first()
        {
            return Ok(value.clone());
        }
        let constant: Option<Vec<Option<Rc<Tensor>>>> = inputs
            .iter()
            .map(|input| match input {
                None => Some(None),
                Some(Value::Constant(tensor)) => Some(Some(tensor.clone())),
                Some(Value::Map { .. }) => None,
            })
            .collect();
        if let Some(constant) = constant.filter(|constant| !constant.is_empty()) {
            if !constants::EVALUATED.contains(&operator) {
                return Err(current.refuse(
                    "it computes a constant",
                    format!("constants may be computed by {}", constants::EVALUATED.join(", ")),
                ));
            }
            let most = self.allowance.get();
            let tensor = constants::evaluate(current.proto, &constant, most)
                .map_err(|problem| current.refuse(problem, "export the model with constant folding"))?;
            self.spend(current, tensor.len())?;
            return Ok(Value::Constant(Rc::new(tensor)));
        }
        match operator {
            "Conv" => self.conv(current),
            "Gemm" => self.gemm(current),
            "MatMul" => self.mat_mul(current),
            "BatchNormalization" => self.batch_norm(current),
            "AveragePool" => self.average_pool(current),
            "MaxPool" => self.max_pool(current),
            "GlobalAveragePool" => self.global_pool(current, |window| Op::AveragePool { window }),
            "GlobalMaxPool" => self.global_pool(current, |window| Op::MaxPool { window }),
            "ReduceMean" => self.reduce_mean(current),
            "Add" | "Sub" | "Mul" | "Div" => self.arithmetic(current),
            "Relu" => self.unary(current, Op::Relu),
            "Floor" => self.unary(current, Op::Floor),
            "Clip" => self.clip(current),
            "Concat" => self.concat(current),
            "Flatten" => self.flatten(current),
            "Reshape" => self.reshape(current),
            "Squeeze" => self.squeeze(current),
            "Shape" => self.shape_of(current),
            "Slice" => self.slice(current),
            "Pad" => self.pad(current),
            _ => Err(Kind::UnsupportedOperator { accepted: ACCEPTED }.at(current.place())),
        }
    }

    fn constant_node(&self, current: &Current) -> Result<Value> {
        let tensor = match current.proto.attribute.first() {
            Some(AttributeProto { name, t: Some(tensor), .. }) if name == "value" => {
                Tensor::from_proto(tensor).map_err(|(problem, advice)| current.refuse(problem, advice))?
            }
            Some(AttributeProto { name, f, .. }) if name == "value_float" => {
                Tensor::Float(ndarray::arr0(*f).into_dyn())
            }
            Some(AttributeProto { name, i, .. }) if name == "value_int" => Tensor::Int(ndarray::arr0(*i).into_dyn()),
            Some(AttributeProto { name, floats, .. }) if name == "value_floats" => {
                Tensor::Float(ndarray::Array1::from(floats.clone()).into_dyn())
            }
            Some(AttributeProto { name, ints, .. }) if name == "value_ints" => {
                Tensor::Int(ndarray::Array1::from(ints.clone()).into_dyn())
            }
            _ => return Err(current.refuse("it holds no number", "export the model with numeric constants only")),
        };
        self.allow(&tensor);
        Ok(Value::Constant(Rc::new(tensor)))
    }

    fn finish(mut self, graph: &GraphProto, normalisation: Normalisation) -> Result<Network> {
        let [output] = &graph.output[..] else {
            let names: Vec<_> = graph.output.iter().map(|output| output.name.as_str()).collect();
            return Err(self.file(
                format!("the model has {} outputs ({})", names.len(), names.join(", ")),
                "export a model with the class scores as its only output",
            ));
        };
        let Some(&Value::Map { node, .. }) = self.values.get(&output.name) else {
            return Err(self.file(
                format!("output '{}' is not computed from the image", output.name),
                "export the model again, in evaluation mode",
            ));
        };
        self.nodes.truncate(node + 1);
        let path = std::path::Path::new(self.label);
        let stem = |path: &std::path::Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let name = match stem(path) {
            Some(name) if name != "model" => name,
            _ => path.parent().and_then(stem).unwrap_or_else(|| "network".into()),
        };
        let mut network = Network { name: printable(&name), normalisation, nodes: self.nodes };
        network.prune();
        Ok(network)
    }

    /// The value of input `index`; `None` if it is left out.
    fn optional(&self, current: &Current, index: usize) -> Result<Option<Value>> {
        match current.proto.input.get(index).filter(|name| !name.is_empty()) {
            None => Ok(None),
            Some(name) => match self.values.get(name) {
                Some(value) => Ok(Some(value.clone())),
                None => Err(current.refuse(
                    format!("its input '{name}' is not computed before it"),
                    "the file is damaged, or the value is a second output, which is not supported; export it again",
                )),
            },
        }
    }

    /// The map at input `index`: node, rank and shape.
    pub fn map(&self, current: &Current, index: usize) -> Result<(usize, usize, Shape)> {
        match self.optional(current, index)? {
            Some(Value::Map { node, rank }) => Ok((node, rank, self.nodes[node].shape)),
            _ => Err(current.refuse(
                format!("its input {index} must be computed from the image and is not"),
                "accepted is an operator on feature maps with constant parameters",
            )),
        }
    }

    /// The map at input `index`, which must be N×C×H×W.
    pub fn map_of_rank_4(&self, current: &Current, index: usize) -> Result<(usize, Shape)> {
        match self.map(current, index)? {
            (node, 4, shape) => Ok((node, shape)),
            (_, rank, _) => Err(current.refuse(
                format!("its input has {rank} dimensions"),
                "accepted is a feature map N×C×H×W; move it before the flattening",
            )),
        }
    }

    /// The constant at input `index`, if it is given.
    pub fn constant(&self, current: &Current, index: usize) -> Result<Option<Rc<Tensor>>> {
        match self.optional(current, index)? {
            None => Ok(None),
            Some(Value::Constant(tensor)) => Ok(Some(tensor)),
            Some(Value::Map { .. }) => Err(current.refuse(
                format!("its input {index} must be a constant and is computed from the image"),
                "accepted is an operator on feature maps with constant parameters",
            )),
        }
    }

    /// Constant integers at input `index`, if given.
    pub fn ints(&self, current: &Current, index: usize) -> Result<Option<Vec<i64>>> {
        match self.constant(current, index)? {
            None => Ok(None),
            Some(tensor) => {
                tensor.ints().map(Some).ok_or_else(|| current.broken(format!("its input {index} must hold integers")))
            }
        }
    }

    /// Finite weights at input `index`.
    pub fn weights(&self, current: &Current, index: usize) -> Result<ndarray::ArrayD<f32>> {
        let name = current.proto.input.get(index).map(String::as_str).unwrap_or_default();
        let Some(tensor) = self.constant(current, index)? else {
            return Err(current.broken(format!("its input {index} is missing")));
        };
        let Tensor::Float(values) = tensor.as_ref() else {
            return Err(current.refuse(format!("tensor '{name}' holds integers"), "export a float32 model"));
        };
        if values.iter().any(|value| !value.is_finite()) {
            return Err(Kind::NotFinite { what: format!("tensor '{name}'") }.at(current.place()));
        }
        self.spend(current, values.len())?;
        Ok(values.clone())
    }

    /// A finite vector of `length` at input `index`.
    pub fn vector(&self, current: &Current, index: usize, length: usize) -> Result<Vec<f32>> {
        let values = self.weights(current, index)?;
        if values.len() != length {
            let name = &current.proto.input[index];
            return Err(
                current.broken(format!("tensor '{name}' has {} elements where {length} are needed", values.len()))
            );
        }
        Ok(values.iter().copied().collect())
    }

    pub fn push(&mut self, current: &Current, inputs: Vec<usize>, shape: Shape, rank: usize, op: Op) -> Result<Value> {
        // A flattened map has its elements as channels, until it gets its rows and columns back.
        let flat = rank == 2 && !matches!(op, Op::Linear { .. } | Op::Concat);
        let fits = if flat { (1..=MOST_ELEMENTS).contains(&shape.channels) } else { shape.checked().is_some() };
        self.channels += shape.channels.min(MOST_SIZE);
        if !fits || self.channels > MOST_CHANNELS {
            return Err(current.refuse(
                format!("its output would have the shape {shape}"),
                format!(
                    "accepted are maps of at least one and at most {MOST_ELEMENTS} elements and {MOST_SIZE} rows, columns and \
                     channels, and at most {MOST_CHANNELS} channels in all maps"
                ),
            ));
        }
        self.nodes.push(Node { name: current.name.clone(), inputs, shape, op });
        Ok(Value::Map { node: self.nodes.len() - 1, rank })
    }

    fn file(&self, problem: String, advice: &str) -> Error {
        Kind::Unsupported { problem, advice: advice.into() }.at(Place::file(self.label))
    }

    fn tensor(&self, name: &str, problem: impl Into<String>, advice: &str) -> Error {
        let kind = Kind::Unsupported { problem: problem.into(), advice: advice.into() };
        kind.at(Place::within(self.label, Place::tensor(name)))
    }
}

impl Current<'_> {
    fn place(&self) -> Place {
        Place::node(&self.name, &self.proto.op_type)
    }

    /// The error of a node that contradicts itself or the rest of the graph.
    pub fn broken(&self, problem: impl Into<String>) -> Error {
        Kind::BadGraph { problem: problem.into() }.at(self.place())
    }

    /// The error of a node in a form that is not supported.
    pub fn refuse(&self, problem: impl Into<String>, advice: impl Into<String>) -> Error {
        Kind::Unsupported { problem: problem.into(), advice: advice.into() }.at(self.place())
    }

    pub fn attribute(&self, name: &str) -> Option<&AttributeProto> {
        self.proto.attribute.iter().find(|attribute| attribute.name == name)
    }

    pub fn int(&self, name: &str, default: i64) -> i64 {
        self.attribute(name).map_or(default, |attribute| attribute.i)
    }

    pub fn float(&self, name: &str, default: f32) -> f32 {
        self.attribute(name).map_or(default, |attribute| attribute.f)
    }

    pub fn text(&self, name: &str, default: &str) -> String {
        self.attribute(name)
            .map_or_else(|| default.to_owned(), |attribute| String::from_utf8_lossy(&attribute.s).into_owned())
    }

    /// Attribute of `N` sizes, each from `least` to the largest supported one.
    pub fn sizes<const N: usize>(&self, name: &str, default: Option<[usize; N]>, least: usize) -> Result<[usize; N]> {
        let Some(attribute) = self.attribute(name) else {
            return default.ok_or_else(|| {
                self.refuse(format!("its attribute {name} is missing"), format!("accepted are {N} integers"))
            });
        };
        self.checked_sizes(name, &attribute.ints, least)
    }

    pub fn checked_sizes<const N: usize>(&self, name: &str, values: &[i64], least: usize) -> Result<[usize; N]> {
        let sizes: Option<Vec<usize>> = values
            .iter()
            .map(|&value| usize::try_from(value).ok().filter(|&size| size >= least && value <= LARGEST_SIZE))
            .collect();
        sizes.and_then(|sizes| sizes.try_into().ok()).ok_or_else(|| {
            self.refuse(
                format!("its {name} is {values:?}"),
                format!("accepted are {N} integers from {least} to {LARGEST_SIZE}, for maps of two dimensions"),
            )
        })
    }
}

fn check_normalisation(normalisation: &Normalisation, channels: usize) -> Result<()> {
    for (setting, values) in [(Setting::Mean, &normalisation.mean), (Setting::Std, &normalisation.std)] {
        if values.len() != channels {
            return Err(Kind::OnePerChannel { numbers: values.len(), channels }.at(setting));
        }
        if values.iter().any(|value| !value.is_finite()) {
            let advice = "give the numbers that training used";
            return Err(Kind::NotFinite { what: "it".into() }.at(setting).advise(advice));
        }
    }
    if let Some(value) = normalisation.std.iter().find(|&&value| value <= 0.0) {
        return Err(Kind::out_of_range(*value, (Bound::Excluded(0.0), Bound::Unbounded)).at(Setting::Std));
    }
    Ok(())
}
