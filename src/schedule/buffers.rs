//! How many map rows a spike buffer must hold: derived from the geometry, not by trial.
//!
//! [`deadlock_free_rows`] is the depth with which a network never stops, at any speeds of its engines;
//! [`window_rows`] and [`pace_rows`] keep readers and writers busy at the same time. The theorem, its proof and a worked
//! example are in `docs/buffers.md`.
//!
//! A **row job** computes one output row of a layer, or takes in an input row: it reads rows that have arrived, sends its row to every
//! reader, and frees the rows that no later job of its layer reads. Pools have no jobs: a pool sends its row while the last row of its
//! windows passes.

mod demand;
mod pace;

pub use demand::deadlock_free_rows;
pub use pace::pace_rows;

use super::Geometry;
use crate::fixed_point::{Network, Op, Source};

/// Rows with which a reader and a writer of one stream work at the same time: while an output row is computed from its window of rows,
/// the rows for the next one arrive; and while the last output row of a frame is computed, the rows for the first one of the next
/// frame.
pub fn window_rows(geometry: &Geometry) -> usize {
    let window = geometry.kernel_height.min(geometry.map_height);
    let (last_first, last_end) = geometry.rows_of(geometry.out_height - 1);
    let held_last = last_end - last_first;
    let first_end = geometry.rows_of(0).1;
    (window + geometry.stride_height.min(geometry.map_height)).max(held_last + first_end)
}

/// Who does a row job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worker {
    Input,
    /// A layer, by its node.
    Layer(usize),
}

impl Worker {
    fn source(self) -> Source {
        match self {
            Worker::Input => Source::Input,
            Worker::Layer(node) => Source::Node(node),
        }
    }

    /// Rows, and so jobs, of a frame.
    fn rows(self, network: &Network) -> usize {
        network.source_shape(self.source()).height
    }
}

/// All workers, writers before readers.
fn workers(network: &Network) -> impl DoubleEndedIterator<Item = Worker> + '_ {
    let layers = (0..network.nodes.len()).filter(|&node| matches!(network.nodes[node].op, Op::Layer(_)));
    std::iter::once(Worker::Input).chain(layers.map(Worker::Layer))
}

/// The worker whose job sends `row` of `source`, and the job's row; pools are followed back.
fn sender(network: &Network, source: Source, row: usize) -> (Worker, usize) {
    match source {
        Source::Input => (Worker::Input, row),
        Source::Node(node) => match &network.nodes[node].op {
            Op::Layer(_) => (Worker::Layer(node), row),
            Op::Pool(pool) => sender(network, pool.source, row * pool.window.stride[0] + pool.window.kernel[0] - 1),
        },
    }
}

/// Rows of the source that make one row of a term's buffer: a map that is read as a whole is one row to its reader.
fn rows_a_slot(network: &Network, source: Source, geometry: &Geometry) -> usize {
    network.source_shape(source).height / geometry.map_height
}
