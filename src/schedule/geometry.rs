//! The walk of a window over a map, in the terms of the hardware: rows, and runs of elements in a row.

use crate::error::{Kind, Place, Result};
use crate::shape::{Padding, Shape, Window};

/// A term's geometry as `volley_event_scanner` takes it. Elements are counted along a row: x·channels + channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Geometry {
    /// Rows of the input map.
    pub map_height: usize,
    /// Width × channels of the input map.
    pub row_elements: usize,
    /// Rows of the kernel.
    pub kernel_height: usize,
    /// Kernel width × channels.
    pub run: usize,
    /// Vertical stride.
    pub stride_height: usize,
    /// Horizontal stride × channels.
    pub stride_elements: usize,
    /// Padding rows above the map.
    pub pad_top: usize,
    /// Padding pixels to the left × channels.
    pub pad_left: usize,
    /// Rows of the output map.
    pub out_height: usize,
    /// Columns of the output map.
    pub out_width: usize,
}

impl Geometry {
    /// Weight rows of one segment.
    pub fn weight_rows(&self) -> usize {
        self.kernel_height * self.run
    }

    /// The walk of one of `slices` slices, which has every `slices`-th element of each run.
    pub fn share(&self, slices: usize) -> Geometry {
        Geometry {
            row_elements: self.row_elements / slices,
            run: self.run / slices,
            stride_elements: self.stride_elements / slices,
            pad_left: self.pad_left / slices,
            ..self.clone()
        }
    }

    /// Map rows `first..end` that output row `y` reads.
    pub fn rows_of(&self, y: usize) -> (usize, usize) {
        let first = (y * self.stride_height).saturating_sub(self.pad_top);
        let end = (y * self.stride_height + self.kernel_height).saturating_sub(self.pad_top);
        (first.min(self.map_height), end.min(self.map_height))
    }

    /// Map rows `0..end` that no output row after `y` reads; all of them after the last one.
    pub fn freed_after(&self, y: usize) -> usize {
        if y + 1 == self.out_height { self.map_height } else { self.rows_of(y + 1).0 }
    }

    /// Elements `first..end` of a row that the windows of output column `x` read.
    pub fn elements_of(&self, x: usize) -> (usize, usize) {
        let first = (x * self.stride_elements).saturating_sub(self.pad_left);
        let end = (x * self.stride_elements + self.run).saturating_sub(self.pad_left);
        (first.min(self.row_elements), end.min(self.row_elements))
    }
}

/// The geometry of `window` over a map of shape `input`.
///
/// A window that covers its whole input (a fully connected layer) is walked as one row of all elements, since their order in the stream
/// is the same. Then no row of the map begins a new word.
///
/// # Errors
/// [`Kind::NoHardware`] if a window may lie completely inside the padding.
pub fn geometry(layer: &str, input: Shape, output: Shape, window: Window) -> Result<Geometry> {
    let Window { kernel, stride, padding } = window;
    let Padding { top, left, bottom, right } = padding;
    if top.max(bottom) >= kernel[0] || left.max(right) >= kernel[1] {
        let problem = format!(
            "its padding ({top}, {left}, {bottom}, {right}) is not smaller than its {}×{} kernel",
            kernel[0], kernel[1]
        );
        let advice = "use a padding below the kernel size on every side, so that each window touches the map";
        return Err(Kind::NoHardware { problem, advice }.at(Place::layer(layer)));
    }
    let whole = kernel == [input.height, input.width] && padding == Padding::default();
    let (height, width, kernel) =
        if whole { (1, input.pixels(), [1, input.pixels()]) } else { (input.height, input.width, kernel) };
    // With a single output row (column) the stride is never taken.
    let stride_height = if output.height == 1 { kernel[0] } else { stride[0] };
    let stride_width = if output.width == 1 { kernel[1] } else { stride[1] };
    Ok(Geometry {
        map_height: height,
        row_elements: width * input.channels,
        kernel_height: kernel[0],
        run: kernel[1] * input.channels,
        stride_height,
        stride_elements: stride_width * input.channels,
        pad_top: top,
        pad_left: left * input.channels,
        out_height: output.height,
        out_width: output.width,
    })
}

pub(super) fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
