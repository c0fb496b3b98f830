//! The least depths: a walk through the row jobs of a frame that widens a buffer only where nothing else can continue.

use super::{Worker, rows_a_slot, sender, workers};
use crate::fixed_point::{Network, Op, Source};
use crate::schedule::Geometry;

/// Rows with which no timing of the engines can deadlock, if every buffer has at least these. The result has an entry
/// for each node, of one number for each term; none for pools.
///
/// The walk begins with buffers that hold one window each. It runs every job whose rows have arrived and whose row finds space. The
/// order does not matter, since a job that can run can still run later. When no job can run, the last unfinished layer wants a row,
/// whose sender may want one itself, and so on back to a job that has all its rows and finds no space: the full buffers in its way get
/// one more row.
///
/// `geometries` has an entry for each node, as [`crate::schedule::geometry`] gives them.
pub fn deadlock_free_rows(network: &Network, geometries: &[Vec<Geometry>]) -> Vec<Vec<usize>> {
    let mut walk = Walk::new(network, geometries);
    loop {
        while let Some(worker) = workers(network).find(|&worker| walk.can_run(worker)) {
            walk.run(worker);
        }
        let Some(wanted) = workers(network).rev().find(|&worker| !walk.finished(worker)) else { break };
        walk.widen_for(wanted);
    }
    let mut depths: Vec<_> = geometries.iter().map(|terms| vec![0; terms.len()]).collect();
    for buffer in walk.buffers {
        depths[buffer.node][buffer.term] = buffer.depth;
    }
    depths
}

/// One spike buffer: a term's rows between its source and its layer.
struct Buffer<'a> {
    node: usize,
    term: usize,
    source: Source,
    geometry: &'a Geometry,
    rows_a_slot: usize,
    /// Rows of the source that have arrived.
    arrived: usize,
    /// Slots before this one are free, those of rows still to come as soon as these arrive.
    freed: usize,
    depth: usize,
}

impl Buffer<'_> {
    fn complete(&self) -> usize {
        self.arrived / self.rows_a_slot
    }

    fn has_space(&self) -> bool {
        self.complete() - self.freed.min(self.complete()) < self.depth
    }
}

struct Walk<'a> {
    network: &'a Network,
    buffers: Vec<Buffer<'a>>,
    /// Jobs of the input, then of each node, that are done.
    input_done: usize,
    done: Vec<usize>,
}

impl<'a> Walk<'a> {
    fn new(network: &'a Network, geometries: &'a [Vec<Geometry>]) -> Self {
        let mut buffers = Vec::new();
        for (node, geometries) in geometries.iter().enumerate() {
            let Op::Layer(layer) = &network.nodes[node].op else { continue };
            for (term, (described, geometry)) in layer.terms.iter().zip(geometries).enumerate() {
                let rows = |y| geometry.rows_of(y).1 - geometry.rows_of(y).0;
                buffers.push(Buffer {
                    node,
                    term,
                    source: described.source,
                    geometry,
                    rows_a_slot: rows_a_slot(network, described.source, geometry),
                    arrived: 0,
                    freed: 0,
                    depth: (0..geometry.out_height).map(rows).max().unwrap_or(1),
                });
            }
        }
        Walk { network, buffers, input_done: 0, done: vec![0; network.nodes.len()] }
    }

    fn next(&self, worker: Worker) -> usize {
        match worker {
            Worker::Input => self.input_done,
            Worker::Layer(node) => self.done[node],
        }
    }

    fn finished(&self, worker: Worker) -> bool {
        self.next(worker) == worker.rows(self.network)
    }

    /// The first row that the worker's next job still waits for: its source and number.
    fn missing(&self, worker: Worker) -> Option<(Source, usize)> {
        let Worker::Layer(node) = worker else { return None };
        let lacks = |buffer: &&Buffer| buffer.complete() < buffer.geometry.rows_of(self.done[node]).1;
        let buffer = self.buffers.iter().filter(|buffer| buffer.node == node).find(lacks)?;
        Some((buffer.source, buffer.arrived))
    }

    /// Whether the worker's next job sends a row into `buffer`.
    fn reaches(&self, worker: Worker, buffer: &Buffer) -> bool {
        let whole_map = self.network.source_shape(buffer.source).height;
        buffer.arrived < whole_map && sender(self.network, buffer.source, buffer.arrived) == (worker, self.next(worker))
    }

    fn can_run(&self, worker: Worker) -> bool {
        !self.finished(worker)
            && self.missing(worker).is_none()
            && self.buffers.iter().all(|buffer| buffer.has_space() || !self.reaches(worker, buffer))
    }

    fn run(&mut self, worker: Worker) {
        for at in 0..self.buffers.len() {
            let reached = self.reaches(worker, &self.buffers[at]);
            self.buffers[at].arrived += usize::from(reached);
        }
        match worker {
            Worker::Input => self.input_done += 1,
            Worker::Layer(node) => {
                for buffer in self.buffers.iter_mut().filter(|buffer| buffer.node == node) {
                    buffer.freed = buffer.geometry.freed_after(self.done[node]);
                }
                self.done[node] += 1;
            }
        }
    }

    /// Makes space for the job that `wanted` waits for in the end.
    fn widen_for(&mut self, wanted: Worker) {
        let mut worker = wanted;
        while let Some((source, row)) = self.missing(worker) {
            worker = sender(self.network, source, row).0;
        }
        for at in 0..self.buffers.len() {
            if !self.buffers[at].has_space() && self.reaches(worker, &self.buffers[at]) {
                self.buffers[at].depth += 1;
            }
        }
    }
}
