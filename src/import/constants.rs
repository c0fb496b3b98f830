//! Constant subgraphs: exporters compute the pads of a `Pad` or a transposed weight from constants with ordinary
//! operators. tract evaluates them, one node at a time, so that the sizes can be checked before each.

use std::rc::Rc;

use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, OperatorSetIdProto, ValueInfoProto};
use tract_onnx::prelude::{Framework, InferenceModelExt, IntoRunnable, tvec};
use tract_onnx::tract_core::internal::{Tensor as TractTensor, TractResult};

use super::guard::guarded;
use super::tensor::Tensor;

/// Operators that are evaluated when all their inputs are constant.
pub const EVALUATED: [&str; 12] = [
    "Add",
    "Cast",
    "Concat",
    "ConstantOfShape",
    "Div",
    "Gather",
    "Mul",
    "Reshape",
    "Slice",
    "Sub",
    "Transpose",
    "Unsqueeze",
];

/// Evaluates `node` on constant inputs (`None` where an optional input is left out), unless the result could have more than `allowed`
/// elements.
pub fn evaluate(node: &NodeProto, inputs: &[Option<Rc<Tensor>>], opset: i64, allowed: usize) -> Result<Tensor, String> {
    // How many elements the result can have at most.
    let most = match node.op_type.as_str() {
        "ConstantOfShape" => {
            let dims = inputs.first().cloned().flatten().and_then(|shape| shape.ints()).unwrap_or_default();
            dims.iter().try_fold(1usize, |product, &dim| product.checked_mul(usize::try_from(dim).ok()?))
        }
        "Add" | "Sub" | "Mul" | "Div" => broadcast(inputs),
        "Gather" => inputs.iter().flatten().try_fold(1usize, |product, input| product.checked_mul(input.len().max(1))),
        _ => inputs.iter().flatten().try_fold(0usize, |sum, input| sum.checked_add(input.len())),
    };
    if most.is_none_or(|most| most > allowed) {
        return Err("the constant it computes is too large".into());
    }
    // A division of integers by zero would be a panic inside of tract.
    if node.op_type == "Div" && inputs.iter().flatten().any(|input| input.ints().is_some_and(|i| i.contains(&0))) {
        return Err("it divides integers by zero".into());
    }
    check_indices(node, inputs)?;
    let mut node = node.clone();
    let mut initializer = Vec::new();
    for (index, (name, input)) in node.input.iter_mut().zip(inputs).enumerate() {
        let Some(input) = input else { continue };
        *name = format!("constant_{index}");
        initializer.push(input.to_proto(name));
    }
    let output = node.output.first().cloned().ok_or("it has no output")?;
    let graph = GraphProto {
        node: vec![node],
        name: "constant".into(),
        initializer,
        output: vec![ValueInfoProto { name: output, ..Default::default() }],
        ..Default::default()
    };
    let model = ModelProto {
        ir_version: 8,
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: opset }],
        graph: Some(graph),
        ..Default::default()
    };
    guarded(|| run(&model)).map_err(|problem| format!("it cannot be evaluated ({problem})"))
}

/// Elements of tensors that are broadcast against each other.
fn broadcast(inputs: &[Option<Rc<Tensor>>]) -> Option<usize> {
    let shapes: Vec<&[usize]> = inputs.iter().flatten().map(|input| input.shape()).collect();
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    // From the last axis on; a tensor that has none there is as if it had 1.
    let size = |axis: usize| {
        let sizes = shapes.iter().filter_map(|shape| shape.len().checked_sub(axis + 1).map(|index| shape[index]));
        sizes.max().unwrap_or(1)
    };
    (0..rank).try_fold(1usize, |product, axis| product.checked_mul(size(axis)))
}

/// Indices and axes that point outside of a tensor are panics inside of tract, so they are looked at before.
fn check_indices(node: &NodeProto, inputs: &[Option<Rc<Tensor>>]) -> Result<(), String> {
    let attribute = |name: &str| node.attribute.iter().find(|attribute| attribute.name == name);
    let Some(Some(first)) = inputs.first() else { return Err("its first input is missing".into()) };
    let rank = first.shape().len() as i64;
    match node.op_type.as_str() {
        "Gather" => {
            let axis = attribute("axis").map_or(0, |axis| axis.i);
            if !(-rank..rank).contains(&axis) {
                return Err(format!("its axis {axis} is none of the tensor's"));
            }
            let size = first.shape()[axis.rem_euclid(rank) as usize] as i64;
            let indices = inputs.get(1).cloned().flatten().and_then(|indices| indices.ints()).unwrap_or_default();
            match indices.iter().find(|&&index| !(-size..size).contains(&index)) {
                Some(index) => Err(format!("it takes element {index} of {size}")),
                None => Ok(()),
            }
        }
        "Transpose" => {
            let mut order = attribute("perm").map_or_else(|| (0..rank).collect(), |order| order.ints.clone());
            order.sort_unstable();
            if order.into_iter().eq(0..rank) { Ok(()) } else { Err("its perm is no order of the axes".into()) }
        }
        _ => Ok(()),
    }
}

fn run(model: &ModelProto) -> TractResult<Tensor> {
    let outputs = tract_onnx::onnx().model_for_proto_model(model)?.into_typed()?.into_runnable()?.run(tvec![])?;
    let value: &TractTensor = outputs.first().ok_or_else(|| std::io::Error::other("no result"))?;
    if value.datum_type().is_float() {
        Ok(Tensor::Float(value.cast_to::<f32>()?.into_owned().into_plain_array::<f32>()?))
    } else {
        Ok(Tensor::Int(value.cast_to::<i64>()?.into_owned().into_plain_array::<i64>()?))
    }
}
