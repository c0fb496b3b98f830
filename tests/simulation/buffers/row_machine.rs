//! The network as a machine of whole rows: an exact answer to whether given depths deadlock, apart from beats in flight.
//!
//! A row job runs when its rows have arrived and every buffer it sends to has space. The order does not matter, since a job that can
//! run can still run later. This does not share code with `schedule/buffers.rs`, and works differently: rows are counted over all
//! frames, jobs run as early as they can, and frames overlap.

use volley::fixed_point::{Network, Op, Source};
use volley::schedule::Plan;

/// A buffer: its reader's node and term, what it holds and how much it may hold.
struct Buffer {
    node: usize,
    term: usize,
    source: Source,
    /// Source rows that make one row of the buffer.
    rows_per_slot: usize,
    /// Source rows that have arrived, over all frames.
    arrived: usize,
    /// Rows of the buffer that its reader has finished, over all frames; some may not have arrived yet.
    freed: usize,
    depth: usize,
}

/// Whether `frames` frames pass through buffers of the plan's depths.
pub fn completes(network: &Network, plan: &Plan, frames: usize) -> bool {
    let mut buffers = Vec::new();
    for (node, layer) in network.nodes.iter().enumerate() {
        let Op::Layer(op) = &layer.op else { continue };
        for (term, (described, planned)) in op.terms.iter().zip(&plan.layers[node].as_ref().unwrap().terms).enumerate()
        {
            buffers.push(Buffer {
                node,
                term,
                source: described.source,
                rows_per_slot: network.source_shape(described.source).height / planned.geometry.map_height,
                arrived: 0,
                freed: 0,
                depth: planned.rows,
            });
        }
    }
    // Job 0 is the input, job n + 1 node n.
    let mut done = vec![0; network.nodes.len() + 1];
    let height = |job: usize| if job == 0 { network.input.shape.height } else { network.nodes[job - 1].shape.height };
    let is_job = |job: usize| job == 0 || matches!(network.nodes[job - 1].op, Op::Layer(_));
    loop {
        let ready = (0..done.len()).find(|&job| {
            is_job(job) && done[job] < frames * height(job) && {
                let source = if job == 0 { Source::Input } else { Source::Node(job - 1) };
                let row = done[job];
                has_rows(network, plan, &buffers, job, row) && {
                    let reached = reached(network, source, row % height(job));
                    buffers.iter().all(|buffer| !reached.contains(&buffer.source) || has_space(buffer))
                }
            }
        });
        let Some(job) = ready else { break };
        let source = if job == 0 { Source::Input } else { Source::Node(job - 1) };
        let row = done[job];
        let reached = reached(network, source, row % height(job));
        for buffer in &mut buffers {
            buffer.arrived += usize::from(reached.contains(&buffer.source));
            if buffer.node + 1 == job {
                let geometry = &plan.layers[buffer.node].as_ref().unwrap().terms[buffer.term].geometry;
                let (frame, y) = (row / height(job), row % height(job));
                let next = y + 1 < height(job);
                let first_needed = if next { geometry.rows_of(y + 1).0 } else { geometry.map_height };
                buffer.freed = frame * geometry.map_height + first_needed;
            }
        }
        done[job] += 1;
    }
    (0..done.len()).all(|job| !is_job(job) || done[job] == frames * height(job))
}

/// Whether all that `row` (over all frames) of a job reads has arrived.
fn has_rows(network: &Network, plan: &Plan, buffers: &[Buffer], job: usize, row: usize) -> bool {
    buffers.iter().filter(|buffer| buffer.node + 1 == job).all(|buffer| {
        let geometry = &plan.layers[buffer.node].as_ref().unwrap().terms[buffer.term].geometry;
        let height = network.nodes[buffer.node].shape.height;
        let needed = row / height * geometry.map_height + geometry.rows_of(row % height).1;
        buffer.arrived / buffer.rows_per_slot >= needed
    })
}

/// Whether the row that arrives next has a slot: one that is free, or one in which its first part already lies.
fn has_space(buffer: &Buffer) -> bool {
    let complete = buffer.arrived / buffer.rows_per_slot;
    complete - buffer.freed.min(complete) < buffer.depth
}

/// The streams on which a row arrives when `row` of `source` is sent: its own, and those of pools that it completes.
fn reached(network: &Network, source: Source, row: usize) -> Vec<Source> {
    let mut all = vec![source];
    for (node, reader) in network.nodes.iter().enumerate() {
        let Op::Pool(pool) = &reader.op else { continue };
        let [kernel, stride] = [pool.window.kernel[0], pool.window.stride[0]];
        let ends = |y: &usize| y * stride + kernel == row + 1;
        if pool.source == source
            && let Some(y) = (0..reader.shape.height).find(ends)
        {
            all.extend(reached(network, Source::Node(node), y));
        }
    }
    all
}
