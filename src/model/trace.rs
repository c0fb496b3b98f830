//! What one frame makes the network compute, in the order in which the hardware streams it.

use ndarray::Array3;

use crate::shape::Shape;

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// One a node, in the network's order.
    pub nodes: Vec<NodeTrace>,
    /// Scores summed over all time steps, \[class\].
    pub scores: Vec<i64>,
}

/// One node in one frame. A pixel is `y·width + x`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeTrace {
    /// Output counts, \[time step, pixel, channel\]; empty for the readout.
    pub counts: Array3<u32>,
    /// Membranes after firing, \[time step, pixel, channel\]; `None` for pools and the readout.
    pub membranes: Option<Array3<i64>>,
    /// Nonzero source elements, summed over all windows and terms; an element whose T counts are not all zero is an event in each
    /// window that covers it. 0 for pools.
    pub events: u64,
    /// The same for each output pixel in raster order, all terms together; empty for pools.
    pub window_events: Vec<u32>,
}

/// Turns \[pixel\]\[channel\]\[time step\] into \[time step, pixel, channel\].
pub(super) fn by_timestep<T: Copy>(values: &[T], timesteps: usize, shape: Shape) -> Array3<T> {
    Array3::from_shape_fn((timesteps, shape.pixels(), shape.channels), |(t, pixel, channel)| {
        values[(pixel * shape.channels + channel) * timesteps + t]
    })
}
