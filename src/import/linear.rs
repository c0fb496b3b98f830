//! Operators with weights: convolution, fully connected layers, batch normalisation.

use ndarray::{Array2, Ix2, Ix4};

use super::onnx::{Current, Value, Walk};
use crate::ann::Op;
use crate::error::Result;
use crate::shape::{Padding, Shape, Window};

impl Walk<'_> {
    pub fn conv(&mut self, current: &Current) -> Result<Value> {
        let (input, shape) = self.map_of_rank_4(current, 0)?;
        let weights = self.weights(current, 1)?.into_dimensionality::<Ix4>().map_err(|error| {
            current.refuse(format!("its weights are not of two dimensions ({error})"), "accepted are Conv2d layers")
        })?;
        let (outputs, group_inputs, kernel_height, kernel_width) = weights.dim();
        let kernel = [kernel_height, kernel_width];
        if current.sizes("kernel_shape", Some(kernel), 1)? != kernel {
            return Err(current.broken("kernel_shape and the weights disagree"));
        }
        let [groups] = current.checked_sizes("group", &[current.int("group", 1)], 1)?;
        if current.sizes("dilations", Some([1, 1]), 1)? != [1, 1] {
            return Err(current.refuse("it is dilated", "accepted are convolutions with dilation 1"));
        }
        if group_inputs.checked_mul(groups) != Some(shape.channels) || outputs % groups != 0 || outputs == 0 {
            return Err(current.broken(format!(
                "its weights {outputs}×{group_inputs}×{kernel_height}×{kernel_width} in {groups} groups do not fit \
                     the input {shape}"
            )));
        }
        let bias = match current.proto.input.get(2).filter(|name| !name.is_empty()) {
            Some(_) => self.vector(current, 2, outputs)?,
            None => vec![0.0; outputs],
        };
        let window = current.window(shape, kernel)?;
        let [height, width] = current.output(&window, shape)?;
        let op = Op::Conv { weights, bias, window, groups };
        self.push(current, vec![input], Shape::new(outputs, height, width), 4, op)
    }

    pub fn gemm(&mut self, current: &Current) -> Result<Value> {
        if current.int("transA", 0) != 0 {
            return Err(current.refuse("transA is set", "accepted is a fully connected layer (nn.Linear)"));
        }
        let weights = self.matrix(current)?;
        let weights = if current.int("transB", 0) != 0 { weights } else { weights.reversed_axes() };
        let outputs = weights.nrows();
        let beta = f64::from(current.float("beta", 1.0));
        let bias = match current.proto.input.get(2).filter(|name| !name.is_empty()) {
            Some(_) => {
                let bias = self.weights(current, 2)?;
                let bias = if bias.len() == 1 { vec![bias.sum(); outputs] } else { self.vector(current, 2, outputs)? };
                bias.iter().map(|&value| (beta * f64::from(value)) as f32).collect()
            }
            None => vec![0.0; outputs],
        };
        let alpha = f64::from(current.float("alpha", 1.0));
        self.linear(current, weights.mapv(|weight| (alpha * f64::from(weight)) as f32), bias)
    }

    pub fn mat_mul(&mut self, current: &Current) -> Result<Value> {
        let weights = self.matrix(current)?.reversed_axes();
        let bias = vec![0.0; weights.nrows()];
        self.linear(current, weights, bias)
    }

    fn matrix(&self, current: &Current) -> Result<Array2<f32>> {
        self.weights(current, 1)?.into_dimensionality::<Ix2>().map_err(|error| {
            current.refuse(format!("its weights are no matrix ({error})"), "accepted is a fully connected layer")
        })
    }

    fn linear(&mut self, current: &Current, weights: Array2<f32>, bias: Vec<f32>) -> Result<Value> {
        let (input, rank, shape) = self.map(current, 0)?;
        if rank != 2 {
            return Err(current.refuse(
                format!("its input is a map of {rank} dimensions"),
                "accepted is a fully connected layer over a flattened map; flatten it first",
            ));
        }
        if weights.ncols() != shape.elements() {
            return Err(current.broken(format!(
                "its weights take {} inputs and {} arrive",
                weights.ncols(),
                shape.elements()
            )));
        }
        if weights.iter().chain(&bias).any(|value| !value.is_finite()) {
            return Err(current.broken("alpha or beta makes its weights infinite"));
        }
        // Row-major again after a transposition, so that later passes can reshape it.
        let weights = weights.as_standard_layout().into_owned();
        let shape = Shape::new(weights.nrows(), 1, 1);
        self.push(current, vec![input], shape, 2, Op::Linear { weights, bias })
    }

    pub fn batch_norm(&mut self, current: &Current) -> Result<Value> {
        let (input, rank, shape) = self.map(current, 0)?;
        if current.int("training_mode", 0) != 0 {
            return Err(current.refuse("it is in training mode", "call model.eval() before the export"));
        }
        let channels = shape.channels;
        let variance = self.vector(current, 4, channels)?;
        let epsilon = current.float("epsilon", 1e-5);
        if !epsilon.is_finite() || variance.iter().any(|&variance| variance + epsilon <= 0.0) {
            return Err(current.refuse("its variance is not positive", "export a trained model in evaluation mode"));
        }
        let op = Op::BatchNorm {
            scale: self.vector(current, 1, channels)?,
            shift: self.vector(current, 2, channels)?,
            mean: self.vector(current, 3, channels)?,
            variance,
            epsilon,
        };
        self.push(current, vec![input], shape, rank, op)
    }
}

impl Current<'_> {
    /// The window of a convolution or pool over a map of `shape`, from `strides`, `pads` and `auto_pad`.
    pub fn window(&self, shape: Shape, kernel: [usize; 2]) -> Result<Window> {
        let stride = self.sizes("strides", Some([1, 1]), 1)?;
        let padding = match self.text("auto_pad", "NOTSET").as_str() {
            "NOTSET" => {
                let [top, left, bottom, right] = self.sizes("pads", Some([0; 4]), 0)?;
                Padding { top, left, bottom, right }
            }
            "VALID" => Padding::default(),
            same @ ("SAME_UPPER" | "SAME_LOWER") => {
                let around = |size: usize, axis: usize| {
                    let total = ((size.div_ceil(stride[axis]) - 1) * stride[axis] + kernel[axis]).saturating_sub(size);
                    let (less, more) = (total / 2, total - total / 2);
                    if same == "SAME_UPPER" { (less, more) } else { (more, less) }
                };
                let ((top, bottom), (left, right)) = (around(shape.height, 0), around(shape.width, 1));
                Padding { top, left, bottom, right }
            }
            other => {
                return Err(self.refuse(
                    format!("its auto_pad is {other}"),
                    "accepted are NOTSET, VALID, SAME_UPPER and SAME_LOWER",
                ));
            }
        };
        Ok(Window { kernel, stride, padding })
    }

    pub fn output(&self, window: &Window, shape: Shape) -> Result<[usize; 2]> {
        window.output(shape).ok_or_else(|| {
            self.refuse(
                format!("its kernel {}×{} does not fit the input {shape}", window.kernel[0], window.kernel[1]),
                "use a larger image or a smaller kernel",
            )
        })
    }
}
