//! Constant subgraphs: exporters compute the pads of a `Pad` or a transposed weight from constants with ordinary operators. They are
//! evaluated here, one node at a time; every size is checked before anything is allocated.

use std::rc::Rc;

use ndarray::{ArrayD, ArrayViewD, Axis, IxDyn, Zip, concatenate};

use super::proto::tensor_proto::{BFLOAT16, BOOL, DOUBLE, FLOAT, FLOAT16, INT32, INT64};
use super::proto::{AttributeProto, NodeProto};
use super::tensor::{MOST_ELEMENTS, Tensor};

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

/// Most axes of a constant: `Gather` adds up the axes of its inputs, so a few nodes could make any number of them.
const MOST_AXES: usize = 64;

/// Evaluates `node` on constant inputs (`None` where an optional input is left out), unless the result could have more than `allowed`
/// elements.
pub fn evaluate(node: &NodeProto, inputs: &[Option<Rc<Tensor>>], allowed: usize) -> Result<Tensor, String> {
    // How many elements the result can have at most.
    let most = match node.op_type.as_str() {
        "ConstantOfShape" => {
            let dims = inputs.first().cloned().flatten().and_then(|shape| shape.ints()).unwrap_or_default();
            dims.iter().try_fold(1usize, |product, &dim| product.checked_mul(usize::try_from(dim).ok()?))
        }
        "Add" | "Sub" | "Mul" | "Div" => {
            let shapes: Vec<&[usize]> = inputs.iter().flatten().map(|input| input.shape()).collect();
            broadcast(&shapes).iter().try_fold(1usize, |product, &size| product.checked_mul(size))
        }
        "Gather" => inputs.iter().flatten().try_fold(1usize, |product, input| product.checked_mul(input.len().max(1))),
        _ => inputs.iter().flatten().try_fold(0usize, |sum, input| sum.checked_add(input.len())),
    };
    if most.is_none_or(|most| most > allowed) {
        return Err("the constant it computes is too large".into());
    }
    let node = Node { node, inputs };
    let result = match node.node.op_type.as_str() {
        "Add" => node.arithmetic(|a, b| a + b, i64::checked_add),
        "Sub" => node.arithmetic(|a, b| a - b, i64::checked_sub),
        "Mul" => node.arithmetic(|a, b| a * b, i64::checked_mul),
        "Div" => node.arithmetic(|a, b| a / b, i64::checked_div),
        "Cast" => node.cast(),
        "Concat" => node.concat(),
        "ConstantOfShape" => node.constant_of_shape(),
        "Gather" => node.gather(),
        "Reshape" => node.reshape(),
        "Slice" => node.slice(),
        "Transpose" => node.transpose(),
        "Unsqueeze" => node.unsqueeze(),
        _ => Err("constants are not computed by it".into()),
    };
    result.map_err(|problem| format!("it cannot be evaluated ({problem})"))
}

/// A node and its inputs.
struct Node<'a> {
    node: &'a NodeProto,
    inputs: &'a [Option<Rc<Tensor>>],
}

/// The same work on either kind of elements.
macro_rules! either {
    ($tensor:expr, $values:ident => $result:expr) => {
        match $tensor {
            Tensor::Float($values) => Tensor::Float($result),
            Tensor::Int($values) => Tensor::Int($result),
        }
    };
}

impl Node<'_> {
    fn optional(&self, index: usize) -> Option<&Tensor> {
        self.inputs.get(index)?.as_deref()
    }

    fn input(&self, index: usize) -> Result<&Tensor, String> {
        self.optional(index).ok_or_else(|| format!("its input {index} is missing"))
    }

    /// The integers of an input that may be left out.
    fn ints(&self, index: usize) -> Result<Option<Vec<i64>>, String> {
        let ints = |tensor: &Tensor| tensor.ints().ok_or_else(|| format!("its input {index} must hold integers"));
        self.optional(index).map(ints).transpose()
    }

    fn attribute(&self, name: &str) -> Option<&AttributeProto> {
        self.node.attribute.iter().find(|attribute| attribute.name == name)
    }

    fn int(&self, name: &str) -> Option<i64> {
        self.attribute(name).map(|attribute| attribute.i)
    }

    /// Two tensors of one kind, element by element.
    fn arithmetic(
        &self,
        float: impl Fn(f32, f32) -> f32,
        int: impl Fn(i64, i64) -> Option<i64>,
    ) -> Result<Tensor, String> {
        match (self.input(0)?, self.input(1)?) {
            (Tensor::Float(left), Tensor::Float(right)) => elementwise(left, right, float).map(Tensor::Float),
            (Tensor::Int(left), Tensor::Int(right)) => {
                if self.node.op_type == "Div" && right.iter().any(|&divisor| divisor == 0) {
                    return Err("it divides integers by zero".into());
                }
                let values = elementwise(left, right, int)?;
                let values: Option<Vec<i64>> = values.iter().copied().collect();
                let values = values.ok_or("its integers leave the range of 64 bits")?;
                shaped(&broadcast(&[left.shape(), right.shape()]), values).map(Tensor::Int)
            }
            _ => Err("its inputs are of different types".into()),
        }
    }

    fn cast(&self) -> Result<Tensor, String> {
        let to = self.int("to").unwrap_or(0);
        let input = self.input(0)?;
        match i32::try_from(to) {
            Ok(FLOAT | DOUBLE | FLOAT16 | BFLOAT16) => Ok(Tensor::Float(match input {
                Tensor::Float(values) => values.clone(),
                Tensor::Int(values) => values.mapv(|value| value as f32),
            })),
            Ok(INT64) => Ok(Tensor::Int(match input {
                Tensor::Float(values) => values.mapv(|value| value as i64),
                Tensor::Int(values) => values.clone(),
            })),
            Ok(INT32) => Ok(Tensor::Int(match input {
                Tensor::Float(values) => values.mapv(|value| i64::from(value as i32)),
                Tensor::Int(values) => values.mapv(|value| i64::from(value as i32)),
            })),
            Ok(BOOL) => Ok(Tensor::Int(match input {
                Tensor::Float(values) => values.mapv(|value| i64::from(value != 0.0)),
                Tensor::Int(values) => values.mapv(|value| i64::from(value != 0)),
            })),
            _ => Err(format!("it casts to the element type {to}")),
        }
    }

    fn concat(&self) -> Result<Tensor, String> {
        let inputs: Vec<&Tensor> = (0..self.inputs.len()).map(|index| self.input(index)).collect::<Result<_, _>>()?;
        let axis = axis_of(self.int("axis").ok_or("it has no axis")?, self.input(0)?.shape().len())?;
        let disagree = |_| "its inputs have different shapes".to_owned();
        let floats = inputs.iter().filter_map(|tensor| match tensor {
            Tensor::Float(values) => Some(values.view()),
            Tensor::Int(_) => None,
        });
        let floats: Vec<ArrayViewD<f32>> = floats.collect();
        if floats.len() == inputs.len() {
            return concatenate(Axis(axis), &floats).map(Tensor::Float).map_err(disagree);
        }
        let ints = inputs.iter().map(|tensor| match tensor {
            Tensor::Int(values) => Ok(values.view()),
            Tensor::Float(_) => Err("its inputs are of different types".to_owned()),
        });
        let ints: Vec<ArrayViewD<i64>> = ints.collect::<Result<_, _>>()?;
        concatenate(Axis(axis), &ints).map(Tensor::Int).map_err(disagree)
    }

    fn constant_of_shape(&self) -> Result<Tensor, String> {
        let dims = self.ints(0)?.ok_or("its shape is missing")?;
        let shape: Option<Vec<usize>> = dims.iter().map(|&dim| usize::try_from(dim).ok()).collect();
        let shape = shape.ok_or_else(|| format!("its shape is {dims:?}"))?;
        fits(&shape)?;
        let value = match self.attribute("value").and_then(|value| value.t.as_ref()) {
            Some(value) => Tensor::from_proto(value).map_err(|(problem, _)| problem)?,
            None => Tensor::Float(ArrayD::zeros(IxDyn(&[1]))),
        };
        if value.len() != 1 {
            return Err(format!("its value has {} elements", value.len()));
        }
        Ok(
            either!(value, values => ArrayD::from_elem(IxDyn(&shape), values.iter().copied().next().unwrap_or_default())),
        )
    }

    fn gather(&self) -> Result<Tensor, String> {
        let data = self.input(0)?;
        let axis = axis_of(self.int("axis").unwrap_or(0), data.shape().len())?;
        let size = data.shape()[axis];
        let places = self.input(1)?;
        let indices = self.ints(1)?.unwrap_or_default().into_iter().map(|index| {
            element(index, size)
                .filter(|&index| index < size)
                .ok_or_else(|| format!("it takes element {index} of {size}"))
        });
        let indices: Vec<usize> = indices.collect::<Result<_, _>>()?;
        let shape = [&data.shape()[..axis], places.shape(), &data.shape()[axis + 1..]].concat();
        fits(&shape)?;
        Ok(either!(data, values => shaped(&shape, values.select(Axis(axis), &indices).iter().copied().collect())?))
    }

    fn reshape(&self) -> Result<Tensor, String> {
        let data = self.input(0)?;
        let target = self.ints(1)?.ok_or("its shape is missing")?;
        let copies = self.int("allowzero").unwrap_or(0) == 0;
        let mut open = None;
        let mut shape = Vec::with_capacity(target.len());
        for (index, &dim) in target.iter().enumerate() {
            shape.push(match dim {
                -1 if open.is_none() => {
                    open = Some(index);
                    1
                }
                0 if copies => *data.shape().get(index).ok_or("it copies a size that its input does not have")?,
                _ => usize::try_from(dim).map_err(|_| format!("its shape is {target:?}"))?,
            });
        }
        if let Some(open) = open {
            fits(&shape)?;
            let known: usize = shape.iter().product();
            shape[open] = data.len().checked_div(known).unwrap_or(0);
        }
        Ok(either!(data, values => shaped(&shape, values.iter().copied().collect())?))
    }

    fn slice(&self) -> Result<Tensor, String> {
        let data = self.input(0)?;
        let (Some(starts), Some(ends)) = (self.ints(1)?, self.ints(2)?) else {
            return Err("its starts or ends are missing".into());
        };
        let axes = self.ints(3)?.unwrap_or_else(|| (0..starts.len() as i64).collect());
        let steps = self.ints(4)?.unwrap_or_else(|| vec![1; starts.len()]);
        if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] || starts.len() > data.shape().len() {
            return Err("its starts, ends, axes and steps do not fit each other".into());
        }
        let mut result = data.clone();
        for index in 0..starts.len() {
            let axis = axis_of(axes[index], data.shape().len())?;
            let size = result.shape()[axis];
            // An empty tensor may claim any size along its other axes.
            if size > result.len() {
                return Err("its input is empty".into());
            }
            let taken = taken(size, starts[index], ends[index], steps[index])?;
            result = either!(&result, values => values.select(Axis(axis), &taken));
        }
        Ok(result)
    }

    fn transpose(&self) -> Result<Tensor, String> {
        let data = self.input(0)?;
        let rank = data.shape().len();
        let order: Vec<usize> = match self.attribute("perm") {
            Some(order) => order.ints.iter().map(|&axis| usize::try_from(axis).unwrap_or(rank)).collect(),
            None => (0..rank).rev().collect(),
        };
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(0..rank) {
            return Err("its perm is no order of the axes".into());
        }
        Ok(either!(data, values => {
            values.view().permuted_axes(IxDyn(&order)).as_standard_layout().into_owned()
        }))
    }

    /// Its axes are an input since opset 13, and an attribute before.
    fn unsqueeze(&self) -> Result<Tensor, String> {
        let data = self.input(0)?;
        let axes = match self.ints(1)? {
            Some(axes) => axes,
            None => self.attribute("axes").ok_or("its axes are missing")?.ints.clone(),
        };
        let rank = data.shape().len() + axes.len();
        if rank > MOST_AXES {
            return Err(format!("its result has {rank} dimensions"));
        }
        let mut new = vec![false; rank];
        for given in &axes {
            if std::mem::replace(&mut new[axis_of(*given, rank)?], true) {
                return Err(format!("its axes {axes:?} are not different"));
            }
        }
        let mut old = data.shape().iter().copied();
        let shape: Vec<usize> = new.iter().map(|&new| if new { 1 } else { old.next().unwrap_or(1) }).collect();
        Ok(either!(data, values => shaped(&shape, values.iter().copied().collect())?))
    }
}

/// The axis that a number means; it may be counted from the end.
fn axis_of(given: i64, rank: usize) -> Result<usize, String> {
    element(given, rank).filter(|&axis| axis < rank).ok_or_else(|| format!("its axis {given} is none of the tensor's"))
}

/// The index that a number means; it may be counted from the end. `None` before the first.
fn element(given: i64, size: usize) -> Option<usize> {
    let from_front = if given < 0 { given.checked_add_unsigned(size as u64)? } else { given };
    usize::try_from(from_front).ok()
}

/// The indices of `size` that a slice takes.
fn taken(size: usize, start: i64, end: i64, step: i64) -> Result<Vec<usize>, String> {
    let size = size as i64;
    let from_front = |bound: i64| if bound < 0 { bound.saturating_add(size) } else { bound };
    let (start, end) = (from_front(start), from_front(end));
    let stride = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
    match step {
        1.. => Ok((start.clamp(0, size)..end.clamp(0, size)).step_by(stride).map(|index| index as usize).collect()),
        0 => Err("a step of it is 0".into()),
        // From the start down to the element just above the end.
        _ => {
            let (first, last) = (start.clamp(0.min(size - 1), size - 1), end.clamp(-1, size - 1) + 1);
            Ok((last..=first).rev().step_by(stride).map(|index| index as usize).collect())
        }
    }
}

/// The shape of tensors that are broadcast against each other; whether they can be is left to the caller.
fn broadcast(shapes: &[&[usize]]) -> Vec<usize> {
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    // From the last axis on; a tensor without an axis there counts as 1.
    let size = |from_end: usize| {
        let sizes = shapes.iter().filter_map(|shape| shape.len().checked_sub(from_end + 1).map(|index| shape[index]));
        sizes.fold(1, |found, size| if size == 1 { found } else { size })
    };
    (0..rank).rev().map(size).collect()
}

fn elementwise<T: Copy, R>(left: &ArrayD<T>, right: &ArrayD<T>, of: impl Fn(T, T) -> R) -> Result<ArrayD<R>, String> {
    let shape = broadcast(&[left.shape(), right.shape()]);
    fits(&shape)?;
    let disagree = || format!("the shapes {:?} and {:?} do not fit each other", left.shape(), right.shape());
    let left = left.broadcast(IxDyn(&shape)).ok_or_else(disagree)?;
    let right = right.broadcast(IxDyn(&shape)).ok_or_else(disagree)?;
    Ok(Zip::from(left).and(right).map_collect(|&left, &right| of(left, right)))
}

/// Refuses shapes that no array can have: with a size of 0 in them, the others could be anything.
fn fits(shape: &[usize]) -> Result<(), String> {
    let product = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size.max(1)));
    if shape.len() > MOST_AXES || product.is_none_or(|product| product > MOST_ELEMENTS) {
        return Err(format!("its result has the shape {shape:?}"));
    }
    Ok(())
}

fn shaped<T>(shape: &[usize], values: Vec<T>) -> Result<ArrayD<T>, String> {
    fits(shape)?;
    let found = values.len();
    ArrayD::from_shape_vec(IxDyn(shape), values)
        .map_err(|_| format!("{found} elements do not have the shape {shape:?}"))
}
