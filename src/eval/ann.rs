//! The float ANN itself, run from its ONNX file by rten: the baseline without any arithmetic of Volley.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::ArrayView3;
use prost::Message;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value};

use super::guard::guarded;
use crate::ann::{Network, Normalisation, Op};
use crate::convert::module_path;
use crate::data::Images;
use crate::error::{Error, Kind, Place, Result};
use crate::import::proto::tensor_proto::{BFLOAT16, DOUBLE, FLOAT, FLOAT16};
use crate::import::proto::tensor_shape_proto::dimension;
use crate::import::proto::{AttributeProto, GraphProto, ModelProto, TensorProto, ValueInfoProto, type_proto};
use crate::import::{Tensor, decode, names_used, read_onnx_bytes};
use crate::shape::{Padding, Shape, Window};
use crate::snn::{self, float};

/// A network of an ONNX file made ready for one image at a time.
struct Runner {
    model: Model,
    input: NodeId,
    outputs: Vec<NodeId>,
    shape: Shape,
    normalisation: Normalisation,
}

impl Runner {
    /// Reads an ONNX file whose input is one float32 image batch N×C×H×W, lets `choose` name its outputs, and optimises it.
    fn new(
        onnx: &[u8],
        shape: Shape,
        normalisation: &Normalisation,
        choose: impl FnOnce(&GraphProto) -> Vec<String>,
    ) -> Result<Self> {
        // rten only gets what this crate can read itself.
        let imported = read_onnx_bytes(onnx, "the ONNX file", normalisation.clone())?;
        let found = imported.nodes.first().map_or(shape, |input| input.shape);
        if found != shape {
            return Err(Kind::OtherShape { found, expected: shape }
                .at(onnx_file())
                .advise("convert the network again"));
        }
        let mut model = decode(onnx).unwrap_or_default();
        let outputs = model.graph.as_ref().map(choose).unwrap_or_default();
        for_one_image(&mut model, &outputs);
        single_precision(&mut model);
        write_windows(&mut model, &imported);
        let load = || {
            let options = ModelOptions::with_all_ops();
            let model = options.load(model.encode_to_vec())?;
            let input = *model.input_ids().first().ok_or("it has no input")?;
            let outputs = model.output_ids().to_vec();
            Ok((model, input, outputs))
        };
        let (model, input, outputs) = guarded(load).map_err(failed)?;
        Ok(Runner { model, input, outputs, shape, normalisation: normalisation.clone() })
    }

    /// The outputs for each image, \[height, width, channel\], in order. `progress` is told how many more are done.
    ///
    /// Images are run one by one, since a file may hold a batch size of 1 in its operators, and on all cores at once: each thread has a
    /// pool of one thread for rten, which would otherwise split the work of every single operator.
    fn run(&self, images: &[ArrayView3<u8>], progress: &(dyn Fn(usize) + Sync)) -> Result<Vec<Vec<Vec<f32>>>> {
        let next = AtomicUsize::new(0);
        let work = || {
            let pool = Arc::new(ThreadPool::with_num_threads(1));
            let mut found = Vec::new();
            while let index = next.fetch_add(1, Ordering::Relaxed)
                && let Some(image) = images.get(index)
            {
                found.push((index, pool.run(|| self.run_one(*image, &pool))?));
                progress(1);
            }
            Ok(found)
        };
        let threads = rayon::current_num_threads().min(images.len());
        let found: Result<Vec<Vec<_>>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let died = |_| Err(failed("a thread of it ended early".into()));
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(died)).collect()
        });
        let mut found: Vec<_> = found?.into_iter().flatten().collect();
        found.sort_by_key(|(index, _)| *index);
        Ok(found.into_iter().map(|(_, outputs)| outputs).collect())
    }

    fn run_one(&self, image: ArrayView3<u8>, pool: &Arc<ThreadPool>) -> Result<Vec<Vec<f32>>> {
        let Shape { channels, height, width } = self.shape;
        let pixels = float::normalised(image, &self.normalisation).into_raw_vec_and_offset().0;
        let options = RunOptions::default().with_thread_pool(Some(pool.clone()));
        let values = |output: Value| Ok(output.into_tensor::<f32>().ok_or("an output holds no float32")?.into_data());
        guarded(|| {
            let input = Value::from_shape([1, channels, height, width], pixels)?;
            let outputs = self.model.run(vec![(self.input, input.into())], &self.outputs, Some(options))?;
            outputs.into_iter().map(values).collect()
        })
        .map_err(failed)
    }
}

/// Makes a model one for a batch of one image, with other outputs.
fn for_one_image(model: &mut ModelProto, outputs: &[String]) {
    let Some(graph) = &mut model.graph else { return };
    for input in &mut graph.input {
        let constant = graph.initializer.iter().any(|tensor| tensor.name == input.name);
        let kind = input.r#type.as_mut().and_then(|kind| kind.value.as_mut());
        if let Some(type_proto::Value::TensorType(tensor)) = kind
            && let Some(batch) = tensor.shape.as_mut().and_then(|shape| shape.dim.first_mut())
            && !constant
        {
            batch.value = Some(dimension::Value::DimValue(1));
        }
    }
    // The file's types of the outputs may name another batch size.
    graph.output = outputs.iter().map(|name| ValueInfoProto { name: name.clone(), r#type: None }).collect();
    // Outside training it passes its input on.
    for node in graph.node.iter_mut().filter(|node| node.op_type == "Dropout") {
        node.op_type = "Identity".into();
        node.input.truncate(1);
        node.output.truncate(1);
        node.attribute.clear();
    }
}

/// Makes all numbers of a model those of single precision, which the import takes them for, and drops the tensors that nothing reads.
fn single_precision(model: &mut ModelProto) {
    let Some(graph) = &mut model.graph else { return };
    let used: HashSet<String> = names_used(graph).into_iter().map(String::from).collect();
    graph.initializer.retain(|tensor| used.contains(&tensor.name));
    let precision = |kind: i32| matches!(kind, DOUBLE | FLOAT16 | BFLOAT16);
    for input in &mut graph.input {
        if let Some(type_proto::Value::TensorType(tensor)) = input.r#type.as_mut().and_then(|kind| kind.value.as_mut())
            && precision(tensor.elem_type)
        {
            tensor.elem_type = FLOAT;
        }
    }
    let nodes = graph.node.iter_mut();
    let mut tensors: Vec<&mut TensorProto> = graph.initializer.iter_mut().collect();
    for node in nodes {
        let cast = node.op_type == "Cast";
        for attribute in &mut node.attribute {
            if cast && attribute.name == "to" && i32::try_from(attribute.i).is_ok_and(precision) {
                attribute.i = FLOAT.into();
            }
            tensors.extend(attribute.t.as_mut());
        }
    }
    for proto in tensors.into_iter().filter(|proto| precision(proto.data_type)) {
        // What cannot be decoded was refused by the import.
        if let Ok(Tensor::Float(values)) = Tensor::from_proto(proto) {
            proto.raw_data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            proto.data_type = FLOAT;
            proto.double_data.clear();
            proto.int32_data.clear();
        }
    }
}

/// Spells out what rten reads differently from ONNX: it wants kernel and strides where ONNX has defaults for them, and takes
/// `SAME_LOWER` for `SAME_UPPER`.
fn write_windows(model: &mut ModelProto, imported: &Network) {
    let windows: HashMap<&str, Window> = imported
        .nodes
        .iter()
        .filter_map(|node| match node.op {
            Op::Conv { window, .. } | Op::AveragePool { window } | Op::MaxPool { window } => {
                Some((&*node.name, window))
            }
            _ => None,
        })
        .collect();
    let nodes = model.graph.iter_mut().flat_map(|graph| &mut graph.node);
    for node in nodes.filter(|node| matches!(&*node.op_type, "Conv" | "AveragePool" | "MaxPool")) {
        let Some(window) = windows.get(&*node.name) else { continue };
        let automatic = |attribute: &AttributeProto| attribute.name == "auto_pad" && attribute.s != b"NOTSET";
        if node.attribute.iter().any(automatic) {
            node.attribute.retain(|attribute| !matches!(&*attribute.name, "auto_pad" | "pads"));
        }
        let Padding { top, left, bottom, right } = window.padding;
        let sizes: [(&str, &[usize]); 3] =
            [("kernel_shape", &window.kernel), ("strides", &window.stride), ("pads", &[top, left, bottom, right])];
        for (name, sizes) in sizes {
            if node.attribute.iter().all(|attribute| attribute.name != name) {
                let ints = sizes.iter().map(|&size| size as i64).collect();
                // 7 is the type of integers.
                node.attribute.push(AttributeProto { name: name.into(), r#type: 7, ints, ..Default::default() });
            }
        }
    }
}

/// The ANN and its scores.
pub struct Ann(Runner);

impl Ann {
    /// `onnx` is a file whose input is one float32 image batch N×C×H×W, and whose first output are the scores.
    ///
    /// # Errors
    /// [`Kind::NotRunnable`] with what rten says.
    pub fn new(onnx: &[u8], shape: Shape, normalisation: &Normalisation) -> Result<Self> {
        let outputs = |graph: &GraphProto| graph.output.iter().map(|output| output.name.clone()).collect();
        Runner::new(onnx, shape, normalisation, outputs).map(Ann)
    }

    /// The scores of one image, \[height, width, channel\].
    ///
    /// # Errors
    /// [`Kind::NotRunnable`] with what rten says.
    pub fn scores(&self, image: ArrayView3<u8>) -> Result<Vec<f32>> {
        let outputs = self.0.run(&[image], &|_| ())?;
        Ok(outputs.into_iter().flatten().next().unwrap_or_default())
    }

    /// The scores of all images, in order. `progress` is told how many more are done.
    ///
    /// # Errors
    /// As of [`Ann::scores`].
    pub fn scores_all(&self, images: &Images, progress: &(dyn Fn(usize) + Sync)) -> Result<Vec<Vec<f32>>> {
        let frames: Vec<_> = images.pixels.outer_iter().collect();
        let outputs = self.0.run(&frames, progress)?;
        Ok(outputs.into_iter().map(|outputs| outputs.into_iter().next().unwrap_or_default()).collect())
    }
}

/// Outputs of the requested modules for one image, \[channel · pixels + pixel\] each; `None` for a module that the file does not have.
pub type Found = Vec<Option<Vec<f32>>>;

/// The ANN with the activations of some of its modules as outputs.
pub struct Activations {
    runner: Runner,
    /// The output of each requested module.
    outputs: Vec<Option<usize>>,
}

impl Activations {
    /// `origins` are dotted module paths, as of [`crate::snn::Node::origin`]: an activation is what the last operator of its
    /// module gives.
    ///
    /// # Errors
    /// [`Kind::NotRunnable`] with what rten says.
    pub fn new(onnx: &[u8], network: &snn::Network, origins: &[&str]) -> Result<Self> {
        let input = &network.input;
        let mut outputs = Vec::with_capacity(origins.len());
        let runner = Runner::new(onnx, input.shape, &input.normalisation, |graph| {
            let mut taps: Vec<String> = Vec::new();
            for origin in origins {
                let computed = graph.node.iter().filter(|node| node.op_type != "Constant");
                let last = computed.rev().find(|node| module_path(&node.name) == **origin);
                let tap = last.and_then(|node| node.output.first());
                outputs.push(tap.map(|tap| {
                    taps.iter().position(|known| known == tap).unwrap_or_else(|| {
                        taps.push(tap.clone());
                        taps.len() - 1
                    })
                }));
            }
            taps
        })?;
        Ok(Activations { runner, outputs })
    }

    /// The activations of each image, in order.
    ///
    /// # Errors
    /// [`Kind::NotRunnable`] with what rten says.
    pub fn of(&self, images: &[ArrayView3<u8>]) -> Result<Vec<Found>> {
        let found = self.runner.run(images, &|_| ())?;
        let of_image = |found: Vec<Vec<f32>>| -> Found {
            self.outputs.iter().map(|output| output.and_then(|output| found.get(output).cloned())).collect()
        };
        Ok(found.into_iter().map(of_image).collect())
    }
}

fn failed(problem: String) -> Error {
    Kind::NotRunnable { problem }.at(onnx_file())
}

/// The place of its errors: only its bytes are known here.
fn onnx_file() -> Place {
    Place::file("the ONNX file")
}
