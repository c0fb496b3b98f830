//! How many map rows a spike buffer must hold: derived from the geometry, never tried out.
//!
//! A buffer has rows enough when neither of two things can make the writer wait for the reader's own progress:
//!
//! 1. *Throughput.* While an output row is computed from its window of rows, the rows that the next one needs arrive; and
//!    while the last output row of a frame is computed, the rows that the first one of the next frame needs arrive.
//! 2. *Forks.* Where a stream is forked, the other reader may need rows beyond this window before the layer that joins
//!    them can finish its row. Those rows pass this buffer first, so it must hold them all.

use super::Geometry;
use crate::fixed_point::{Network, Op, Source};
use crate::shape::Window;

/// Rows of the spike buffer of term `term` of layer `node`.
pub fn buffer_rows(network: &Network, node: usize, term: usize, geometry: &Geometry) -> usize {
    let window = geometry.kernel_height.min(geometry.map_height);
    let (last_first, last_end) = geometry.rows_of(geometry.out_height - 1);
    let held_last = last_end - last_first;
    let first_end = geometry.rows_of(0).1;
    let throughput = (window + geometry.stride_height.min(geometry.map_height)).max(held_last + first_end);
    throughput.max(fork_rows(network, node, term, geometry))
}

/// Rows that the layer's other terms can force into this term's buffer before an output row is finished, and one for
/// the row that is being written meanwhile; 0 where no other term depends on the same source.
fn fork_rows(network: &Network, node: usize, term: usize, geometry: &Geometry) -> usize {
    let Op::Layer(layer) = &network.nodes[node].op else { return 0 };
    let source = layer.terms[term].source;
    let mut rows = 0;
    for y in 0..geometry.out_height {
        let (first, _) = geometry.rows_of(y);
        for (other, path) in layer.terms.iter().enumerate() {
            if other == term {
                continue;
            }
            let end = last_row(path.window, y, network.source_shape(path.source).height);
            if let Some(forced) = rows_forced(network, path.source, end, source) {
                rows = rows.max(forced.saturating_sub(first) + 1);
            }
        }
    }
    rows
}

/// Rows of `fork` that must have been sent before `source` can have sent its rows `0..end`; `None` if `source` does not
/// depend on `fork`.
fn rows_forced(network: &Network, source: Source, end: usize, fork: Source) -> Option<usize> {
    if source == fork {
        return Some(end);
    }
    let Source::Node(index) = source else { return None };
    let windows: Vec<(Source, Window)> = match &network.nodes[index].op {
        Op::Layer(layer) => layer.terms.iter().map(|term| (term.source, term.window)).collect(),
        Op::Pool(pool) => vec![(pool.source, pool.window)],
    };
    let needed = |(from, window): (Source, Window)| {
        let height = network.source_shape(from).height;
        let rows = if end == 0 { 0 } else { last_row(window, end - 1, height) };
        rows_forced(network, from, rows, fork)
    };
    windows.into_iter().filter_map(needed).max()
}

/// One past the last row of a map of `height` rows that output row `y` of `window` reads.
fn last_row(window: Window, y: usize, height: usize) -> usize {
    (y * window.stride[0] + window.kernel[0]).saturating_sub(window.padding.top).min(height)
}
