//! Operators on single elements: the pieces of activations, and sums of maps.

use super::onnx::{Current, Value, Walk};
use super::tensor::Tensor;
use crate::ann::Op;
use crate::error::Result;
use crate::shape::Shape;

impl Walk<'_> {
    pub fn unary(&mut self, current: &Current, op: Op) -> Result<Value> {
        let (input, rank, shape) = self.map(current, 0)?;
        self.push(current, vec![input], shape, rank, op)
    }

    /// `Clip` of opset 11 and later: bounds are inputs, each optional.
    pub fn clip(&mut self, current: &Current) -> Result<Value> {
        let bound = |index: usize, default: f64| -> Result<f64> {
            let Some(tensor) = self.constant(current, index)? else { return Ok(default) };
            match tensor.numbers()[..] {
                // Exporters write the largest float for "no bound".
                [bound] if bound.abs() >= f64::from(f32::MAX) => Ok(bound.signum() * f64::INFINITY),
                [bound] if !bound.is_nan() => Ok(bound),
                _ => Err(current.refuse("its bounds are not one number each", "accepted are two constant scalars")),
            }
        };
        let (low, high) = (bound(1, f64::NEG_INFINITY)?, bound(2, f64::INFINITY)?);
        if low >= high {
            return Err(current.refuse(format!("it clips to {low}..{high}"), "accepted is a low below a high bound"));
        }
        self.unary(current, Op::Clip { low, high })
    }

    /// `Add`, `Sub`, `Mul`, `Div`: two maps are summed, or a constant is applied to one.
    pub fn arithmetic(&mut self, current: &Current) -> Result<Value> {
        let operator = current.proto.op_type.as_str();
        // Which input is constant, if any; two constants are evaluated elsewhere.
        let is_map = |walk: &Self, index: usize| walk.map(current, index).is_ok();
        match (is_map(self, 0), is_map(self, 1)) {
            (true, true) if operator == "Add" => self.add_maps(current),
            (true, true) => {
                Err(current
                    .refuse("it joins two maps", "of two feature maps only the sum (Add) has a spiking counterpart"))
            }
            (true, false) => self.by_constant(current, 0, 1),
            (false, true) if matches!(operator, "Add" | "Mul") => self.by_constant(current, 1, 0),
            _ => Err(current.refuse(
                "it takes a constant minus or divided by the map",
                "accepted are Add, Sub, Mul and Div with the constant on the right",
            )),
        }
    }

    fn add_maps(&mut self, current: &Current) -> Result<Value> {
        let (left, rank, shape) = self.map(current, 0)?;
        let (right, other_rank, other) = self.map(current, 1)?;
        if (rank, shape) != (other_rank, other) {
            return Err(current.refuse(
                format!("it adds maps of the shapes {shape} and {other}"),
                "accepted are two maps of one shape",
            ));
        }
        self.push(current, vec![left, right], shape, rank, Op::Add)
    }

    fn by_constant(&mut self, current: &Current, map: usize, constant: usize) -> Result<Value> {
        let (input, rank, shape) = self.map(current, map)?;
        let operator = current.proto.op_type.as_str();
        let Some(tensor) = self.constant(current, constant)? else {
            return Err(current.broken("it has one input"));
        };
        let name = current.proto.input[constant].clone();
        let values = tensor.numbers();
        if values.iter().any(|value| !value.is_finite() || (operator == "Div" && *value == 0.0)) {
            return Err(current.refuse(
                format!("tensor '{name}' holds NaN or infinite values, or zero to divide by"),
                "export a model with finite constants",
            ));
        }
        let as_affine = |value: f64| match operator {
            "Add" => (1.0, value),
            "Sub" => (1.0, -value),
            "Mul" => (value, 0.0),
            _ => (1.0 / value, 0.0),
        };
        if let Some(&value) = values.first().filter(|&first| values.iter().all(|value| value == first))
            && tensor.shape().len() <= rank
            && broadcasts(&tensor, rank, shape)
        {
            let (multiply, add) = as_affine(value);
            return self.push(current, vec![input], shape, rank, Op::Scalar { multiply, add });
        }
        if values.len() == shape.channels && is_per_channel(&tensor, rank) {
            // One number per channel is in effect a batch normalisation, and folds like one.
            let (scale, shift) = values.iter().map(|&value| as_affine(value)).unzip::<f64, f64, Vec<_>, Vec<_>>();
            let to_f32 = |values: Vec<f64>| values.into_iter().map(|value| value as f32).collect();
            let op = Op::BatchNorm {
                scale: to_f32(scale),
                shift: to_f32(shift),
                mean: vec![0.0; shape.channels],
                variance: vec![1.0; shape.channels],
                epsilon: 0.0,
            };
            return self.push(current, vec![input], shape, rank, op);
        }
        Err(current.refuse(
            format!("its constant '{name}' has the shape {:?} beside a map of {shape}", tensor.shape()),
            "accepted are one number for the whole map, or one a channel",
        ))
    }

    /// `Concat` of maps along the channels.
    pub fn concat(&mut self, current: &Current) -> Result<Value> {
        let (_, rank, first) = self.map(current, 0)?;
        let axis = current.int("axis", 1);
        if axis != 1 && axis != 1 - rank as i64 {
            return Err(current.refuse(format!("its axis is {axis}"), "accepted is the channel axis, 1"));
        }
        let mut inputs = Vec::new();
        let mut channels = 0;
        for index in 0..current.proto.input.len() {
            let (input, other_rank, shape) = self.map(current, index)?;
            if other_rank != rank || (shape.height, shape.width) != (first.height, first.width) {
                return Err(current.refuse(
                    format!("it joins maps of the shapes {first} and {shape}"),
                    "accepted are maps of one height and width",
                ));
            }
            inputs.push(input);
            channels += shape.channels;
        }
        self.push(current, inputs, Shape { channels, ..first }, rank, Op::Concat)
    }
}

/// Whether broadcasting the tensor to the map keeps the map's shape.
fn broadcasts(tensor: &Tensor, rank: usize, shape: Shape) -> bool {
    let sizes = if rank == 4 { vec![1, shape.channels, shape.height, shape.width] } else { vec![1, shape.elements()] };
    tensor.shape().iter().rev().zip(sizes.iter().rev()).all(|(&size, &map)| size == 1 || size == map)
}

/// Whether the tensor has its elements along the channel axis of a map of `rank`.
fn is_per_channel(tensor: &Tensor, rank: usize) -> bool {
    let sizes = tensor.shape();
    let trailing = rank - 2;
    sizes.len() > trailing
        && sizes.len() <= rank
        && sizes.iter().rev().take(trailing).all(|&size| size == 1)
        && (sizes.len() < rank || sizes[0] == 1)
}
