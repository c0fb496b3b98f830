//! The depths at full speed: what every buffer holds when all engines work evenly at the pace of the input.

use super::{Worker, rows_a_slot, sender, workers};
use crate::fixed_point::{Network, Op, Source};
use crate::schedule::Geometry;

/// Frames after which the distance from one to the next does not change.
const FRAMES: usize = 3;

/// Rows with which no engine waits for space if a row job takes as long as the input rows of its stride. Where branches meet, the
/// shorter one waits in its buffer for what all layers of the longer one are still computing. Arguments and result are as in
/// [`super::deadlock_free_rows`].
pub fn pace_rows(network: &Network, geometries: &[Vec<Geometry>]) -> Vec<Vec<usize>> {
    let times = Times::new(network, geometries);
    let of_term = |node: usize, term: usize, source: Source| {
        let geometry = &geometries[node][term];
        let parts = rows_a_slot(network, source, geometry);
        // When each slot is taken and left, over all frames.
        let mut slots = Vec::new();
        for frame in 0..FRAMES {
            let mut reader = 0;
            for slot in 0..geometry.map_height {
                let (first, first_row) = sender(network, source, slot * parts);
                let (last, last_row) = sender(network, source, (slot + 1) * parts - 1);
                while geometry.freed_after(reader) <= slot {
                    reader += 1;
                }
                let arrived = times.end(last, frame, last_row);
                let left = times.end(Worker::Layer(node), frame, reader).max(arrived);
                slots.push((times.end(first, frame, first_row) - times.length(first), left));
            }
        }
        let held = |at: usize| slots[..=at].iter().filter(|(_, left)| *left > slots[at].0).count();
        (0..slots.len()).map(held).max().unwrap_or(1)
    };
    let of_node = |node: usize| match &network.nodes[node].op {
        Op::Layer(layer) => {
            layer.terms.iter().enumerate().map(|(term, described)| of_term(node, term, described.source)).collect()
        }
        Op::Pool(_) => vec![],
    };
    (0..network.nodes.len()).map(of_node).collect()
}

/// When each job ends, in input rows.
struct Times {
    /// Input first, then each node; pools have none. \[frame · rows + row\].
    ends: Vec<Vec<u64>>,
    lengths: Vec<u64>,
    rows: Vec<usize>,
}

fn index(worker: Worker) -> usize {
    match worker {
        Worker::Input => 0,
        Worker::Layer(node) => node + 1,
    }
}

impl Times {
    fn new(network: &Network, geometries: &[Vec<Geometry>]) -> Self {
        let count = network.nodes.len() + 1;
        let mut times = Times { ends: vec![vec![]; count], lengths: vec![1; count], rows: vec![1; count] };
        for worker in workers(network) {
            let at = index(worker);
            times.rows[at] = worker.rows(network);
            if let Worker::Layer(node) = worker {
                times.lengths[at] = times.job_length(network, node, &geometries[node]);
            }
        }
        // The next frame comes when the slowest worker is ready for it.
        let load = |worker| times.lengths[index(worker)] * times.rows[index(worker)] as u64;
        let period = workers(network).map(load).max().unwrap_or(1);
        for frame in 0..FRAMES {
            for worker in workers(network) {
                for row in 0..times.rows[index(worker)] {
                    let begin = match worker {
                        Worker::Input => frame as u64 * period + row as u64,
                        Worker::Layer(node) => times.arrival(network, node, &geometries[node], frame, row),
                    };
                    let before = times.ends[index(worker)].last().copied().unwrap_or(0);
                    times.ends[index(worker)].push(begin.max(before) + times.lengths[index(worker)]);
                }
            }
        }
        times
    }

    fn end(&self, worker: Worker, frame: usize, row: usize) -> u64 {
        self.ends[index(worker)][frame * self.rows[index(worker)] + row]
    }

    fn length(&self, worker: Worker) -> u64 {
        self.lengths[index(worker)]
    }

    /// Input rows that pass while the rows of one more window arrive.
    fn job_length(&self, network: &Network, node: usize, geometries: &[Geometry]) -> u64 {
        let Op::Layer(layer) = &network.nodes[node].op else { return 1 };
        let of_term = |(source, geometry): (Source, &Geometry)| {
            let rows = geometry.stride_height.min(geometry.map_height) * rows_a_slot(network, source, geometry);
            rows as u64 * self.pace(network, source)
        };
        layer.terms.iter().map(|term| term.source).zip(geometries).map(of_term).max().unwrap_or(1)
    }

    /// Input rows for each row of a stream.
    fn pace(&self, network: &Network, source: Source) -> u64 {
        match source {
            Source::Input => 1,
            Source::Node(node) => match &network.nodes[node].op {
                Op::Layer(_) => self.lengths[node + 1],
                Op::Pool(pool) => pool.window.stride[0] as u64 * self.pace(network, pool.source),
            },
        }
    }

    /// When the last row has arrived that output row `row` of a layer reads.
    fn arrival(&self, network: &Network, node: usize, geometries: &[Geometry], frame: usize, row: usize) -> u64 {
        let Op::Layer(layer) = &network.nodes[node].op else { return 0 };
        let of_term = |(source, geometry): (Source, &Geometry)| {
            let end = geometry.rows_of(row).1 * rows_a_slot(network, source, geometry);
            let (worker, row) = sender(network, source, end - 1);
            self.end(worker, frame, row)
        };
        layer.terms.iter().map(|term| term.source).zip(geometries).map(of_term).max().unwrap_or(0)
    }
}
