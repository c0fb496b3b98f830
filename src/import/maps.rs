//! Operators that pool, cut or rearrange maps.

use std::rc::Rc;

use super::onnx::{Current, Value, Walk};
use super::tensor::Tensor;
use crate::ann::Op;
use crate::error::Result;
use crate::shape::{Padding, Shape, Window};

impl Walk<'_> {
    pub fn average_pool(&mut self, current: &Current) -> Result<Value> {
        let (input, shape, window) = self.pool_window(current)?;
        if window.padding != Padding::default() {
            return Err(current.refuse("it is padded", "accepted are average pools without padding"));
        }
        self.push_pool(current, input, shape, window, Op::AveragePool { window })
    }

    pub fn max_pool(&mut self, current: &Current) -> Result<Value> {
        let (input, shape, window) = self.pool_window(current)?;
        self.push_pool(current, input, shape, window, Op::MaxPool { window })
    }

    pub fn global_pool(&mut self, current: &Current, op: impl FnOnce(Window) -> Op) -> Result<Value> {
        let (input, shape) = self.map_of_rank_4(current, 0)?;
        let window = whole(shape);
        self.push_pool(current, input, shape, window, op(window))
    }

    /// `ReduceMean` over height and width is a global average pool.
    pub fn reduce_mean(&mut self, current: &Current) -> Result<Value> {
        let (input, shape) = self.map_of_rank_4(current, 0)?;
        let (axes, spatial) = self.axes(current)?;
        if !spatial {
            return Err(current.refuse(
                format!("it averages over the axes {axes:?}"),
                "accepted is the mean over height and width, axes 2 and 3",
            ));
        }
        let rank = if current.int("keepdims", 1) != 0 { 4 } else { 2 };
        let op = Op::AveragePool { window: whole(shape) };
        self.push(current, vec![input], Shape::new(shape.channels, 1, 1), rank, op)
    }

    /// The axes of an operator (an input since opset 13 for Squeeze or 18 for ReduceMean, an attribute before), and whether they are
    /// height and width.
    fn axes(&self, current: &Current) -> Result<(Vec<i64>, bool)> {
        let axes = match self.ints(current, 1)? {
            Some(axes) => axes,
            None => current.attribute("axes").map(|axes| axes.ints.clone()).unwrap_or_default(),
        };
        let mut positive: Vec<i64> =
            axes.iter().map(|&axis| if axis < 0 { axis.saturating_add(4) } else { axis }).collect();
        positive.sort_unstable();
        Ok((axes, positive == [2, 3]))
    }

    fn pool_window(&self, current: &Current) -> Result<(usize, Shape, Window)> {
        let (input, shape) = self.map_of_rank_4(current, 0)?;
        if current.sizes("dilations", Some([1, 1]), 1)? != [1, 1] {
            return Err(current.refuse("it is dilated", "accepted are pools with dilation 1"));
        }
        if current.proto.output.len() > 1 {
            return Err(current.refuse("it has several outputs", "accepted are pools without the indices"));
        }
        let window = current.window(shape, current.sizes("kernel_shape", None, 1)?)?;
        let [height, width] = current.output(&window, shape)?;
        let covered = |size: usize, before: usize, after: usize, axis: usize, out: usize| {
            (out - 1) * window.stride[axis] + window.kernel[axis] >= size + before + after
        };
        let padding = window.padding;
        if current.int("ceil_mode", 0) != 0
            && !(covered(shape.height, padding.top, padding.bottom, 0, height)
                && covered(shape.width, padding.left, padding.right, 1, width))
        {
            return Err(current.refuse(
                format!("ceil_mode makes its last window reach out of the map {shape}"),
                "accepted are pools whose windows lie inside of the map (ceil_mode=False)",
            ));
        }
        Ok((input, shape, window))
    }

    fn push_pool(&mut self, current: &Current, input: usize, shape: Shape, window: Window, op: Op) -> Result<Value> {
        let [height, width] = current.output(&window, shape)?;
        self.push(current, vec![input], Shape::new(shape.channels, height, width), 4, op)
    }

    pub fn flatten(&mut self, current: &Current) -> Result<Value> {
        let (_, rank, _) = self.map(current, 0)?;
        let axis = current.int("axis", 1);
        if axis != 1 && axis != 1 - rank as i64 {
            return Err(current.refuse(format!("its axis is {axis}"), "accepted is axis 1: all but the batch"));
        }
        self.flattened(current)
    }

    fn flattened(&mut self, current: &Current) -> Result<Value> {
        let (input, rank, shape) = self.map(current, 0)?;
        if rank == 2 {
            return Ok(Value::Map { node: input, rank });
        }
        self.push(current, vec![input], Shape::new(shape.elements(), 1, 1), 2, Op::Flatten)
    }

    /// `Reshape` to N×−1 is a flattening; to the map's own shape it does nothing.
    pub fn reshape(&mut self, current: &Current) -> Result<Value> {
        let (node, _, shape) = self.map(current, 0)?;
        let Some(target) = self.ints(current, 1)? else {
            return Err(current.refuse("its shape is missing", "accepted is Reshape to [N, -1]"));
        };
        let is = |dim: i64, size: usize| dim == size as i64;
        match target[..] {
            // The batch may be copied (0), left open (−1) or 1, as `Shape` gives for one frame.
            [0 | 1, dim] if dim == -1 || is(dim, shape.elements()) => self.flattened(current),
            [-1, dim] if is(dim, shape.elements()) => self.flattened(current),
            [-1..=1, channels, height, width]
                if is(channels, shape.channels) && is(height, shape.height) && is(width, shape.width) =>
            {
                Ok(Value::Map { node, rank: 4 })
            }
            _ => Err(current.refuse(
                format!("it reshapes the map {shape} to {target:?}"),
                "accepted is flattening: Reshape to [N, -1]",
            )),
        }
    }

    /// `Squeeze` of the height and width of a 1×1 map.
    pub fn squeeze(&mut self, current: &Current) -> Result<Value> {
        let (node, shape) = self.map_of_rank_4(current, 0)?;
        let (axes, spatial) = self.axes(current)?;
        if !spatial || shape.pixels() != 1 {
            return Err(current.refuse(
                format!("it squeezes the axes {axes:?} of a map {shape}"),
                "accepted is dropping the height and width of a 1×1 map",
            ));
        }
        Ok(Value::Map { node, rank: 2 })
    }

    /// The shape of a map as a constant, for a batch of one frame: the exporter's way to write `x.view(x.size(0), -1)`.
    pub fn shape_of(&mut self, current: &Current) -> Result<Value> {
        let (_, rank, shape) = self.map(current, 0)?;
        let sizes =
            if rank == 4 { vec![1, shape.channels, shape.height, shape.width] } else { vec![1, shape.elements()] };
        let sizes: ndarray::Array1<i64> = sizes.into_iter().map(|size| size as i64).collect();
        Ok(Value::Constant(Rc::new(Tensor::Int(sizes.into_dyn()))))
    }

    /// `Slice` with a step over whole rows or columns is a subsampling.
    pub fn slice(&mut self, current: &Current) -> Result<Value> {
        let (input, rank, shape) = self.map(current, 0)?;
        let starts = self.ints(current, 1)?.unwrap_or_default();
        let ends = self.ints(current, 2)?.unwrap_or_default();
        let axes = self.ints(current, 3)?.unwrap_or_else(|| (0..starts.len() as i64).collect());
        let steps = self.ints(current, 4)?.unwrap_or_else(|| vec![1; starts.len()]);
        let refuse = || {
            current.refuse(
                format!(
                    "it cuts starts {starts:?}, ends {ends:?}, axes {axes:?}, steps {steps:?} out of the map {shape}"
                ),
                "accepted is every n-th row and column of the whole map, such as x[:, :, ::2, ::2]",
            )
        };
        if rank != 4 || [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
            return Err(refuse());
        }
        let mut stride = [1, 1];
        for index in 0..starts.len() {
            let axis = if axes[index] < 0 { axes[index].saturating_add(4) } else { axes[index] };
            let size = match axis {
                // The batch is open: only a slice of all of it.
                0 => i64::MAX,
                1 => shape.channels as i64,
                2 => shape.height as i64,
                3 => shape.width as i64,
                _ => return Err(refuse()),
            };
            let whole =
                starts[index] == 0 && (ends[index] >= size || (axis == 0 && ends[index] >= i64::from(i32::MAX)));
            match (axis, steps[index]) {
                (_, 1) if whole => {}
                (2 | 3, step) if whole && step > 1 && step <= size => stride[axis as usize - 2] = step as usize,
                _ => return Err(refuse()),
            }
        }
        if stride == [1, 1] {
            return Ok(Value::Map { node: input, rank });
        }
        let shape = Shape::new(shape.channels, shape.height.div_ceil(stride[0]), shape.width.div_ceil(stride[1]));
        self.push(current, vec![input], shape, rank, Op::Subsample { stride })
    }

    /// `Pad` with zeros, of channels, rows and columns.
    pub fn pad(&mut self, current: &Current) -> Result<Value> {
        let (input, shape) = self.map_of_rank_4(current, 0)?;
        let mode = current.text("mode", "constant");
        let value = self.constant(current, 2)?.map(|value| value.numbers()).unwrap_or_default();
        if mode != "constant" || value.iter().any(|&value| value != 0.0) {
            return Err(current
                .refuse(format!("it pads by mode {mode} with {value:?}"), "accepted is padding with constant zeros"));
        }
        if self.constant(current, 3)?.is_some() {
            return Err(current.refuse("it has an input of axes", "accepted are pads for all four axes"));
        }
        let pads = self.ints(current, 1)?.unwrap_or_default();
        let [batch, before, top, left, batch_after, after, bottom, right] = current.checked_sizes("pads", &pads, 0)?;
        if batch != 0 || batch_after != 0 {
            return Err(current.refuse("it pads the batch", "accepted is padding of channels, rows and columns"));
        }
        if pads.iter().all(|&pad| pad == 0) {
            return Ok(Value::Map { node: input, rank: 4 });
        }
        let shape =
            Shape::new(before + shape.channels + after, top + shape.height + bottom, left + shape.width + right);
        let spatial = Padding { top, left, bottom, right };
        let op = Op::Pad { channels_before: before, channels_after: after, spatial };
        self.push(current, vec![input], shape, 4, op)
    }
}

/// A window that covers the whole map.
fn whole(shape: Shape) -> Window {
    let size = [shape.height, shape.width];
    Window { kernel: size, stride: size, padding: Padding::default() }
}
