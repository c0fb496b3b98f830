//! Clocks that a layer's engine needs for a frame: the walk of the window, word by word, without the logic.
//!
//! What is followed: one word fetched a clock, words without events dropped, a queue of words with events, one event a
//! clock, the drain of the lanes, the pause between output rows. What is not: waiting for rows that have not arrived
//! and for room behind the engine, which belong to other engines. So the estimate is what `status_busy` counts.

use std::collections::VecDeque;

use ndarray::ArrayView3;

use super::{LayerPlan, Plan, TermPlan, is_readout};
use crate::fixed_point::{Network, Op, Source};
use crate::model::Trace;

/// Clocks between two rows of output pixels besides one a row freed: `window_walker`'s states and its look-ahead.
const ROW_CLOCKS: u64 = 5;
/// Clocks from a fetch to the first event of its word at the synapses: fetch, memory, held word, queue, selection.
const FETCH_TO_EVENT: u64 = 5;

/// What a frame costs one layer's engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Estimate {
    /// Busy clocks.
    pub cycles: u64,
    /// Events, each counted once a segment.
    pub events: u64,
    /// Clocks if every element of every window were an event.
    pub dense_cycles: u64,
    /// Clocks that are not events: what a window takes beyond its events because its words are fetched one a clock and
    /// its sums leave the lanes one channel a clock, and the pauses between output rows.
    pub overhead: u64,
}

/// One estimate a node for the frame of `trace`; `None` for pools.
pub fn estimate(network: &Network, plan: &Plan, image: ArrayView3<u8>, trace: &Trace) -> Vec<Option<Estimate>> {
    let nonzero = |source: Source| -> Vec<bool> {
        match source {
            Source::Input => {
                image.indexed_iter().map(|((_, _, channel), &pixel)| pixel != network.input.offset[channel]).collect()
            }
            Source::Node(index) => {
                let counts = &trace.nodes[index].counts;
                let (_, pixels, channels) = counts.dim();
                let mut any = vec![false; pixels * channels];
                for step in counts.outer_iter() {
                    any.iter_mut().zip(step.iter()).for_each(|(any, count)| *any |= *count != 0);
                }
                any
            }
        }
    };
    network
        .nodes
        .iter()
        .zip(&plan.layers)
        .map(|(node, layer_plan)| {
            let (Op::Layer(layer), Some(layer_plan)) = (&node.op, layer_plan) else { return None };
            let maps: Vec<_> = layer.terms.iter().map(|term| nonzero(term.source)).collect();
            debug_assert!(!is_readout(layer) || node.shape.pixels() == 1);
            Some(frame(layer_plan, node.shape.channels, &maps))
        })
        .collect()
}

/// The fetching side of one term.
struct Walk<'a> {
    term: &'a TermPlan,
    /// Events of each word of each map row.
    map: &'a [bool],
    /// Clock of the next fetch.
    clock: u64,
    /// Clocks at which the words with events that are queued begin to leave.
    queued: VecDeque<u64>,
}

impl Walk<'_> {
    /// Fetches the window of output pixel (y, x) and hands each word's (clock of its fetch, events) to `word`, which
    /// answers with the clock at which the word's events begin to leave. Returns the number of words.
    fn window(&mut self, y: usize, x: usize, mut word: impl FnMut(u64, u64) -> u64) -> u64 {
        let geometry = &self.term.geometry;
        let size = 1usize << self.term.word_log2;
        // Queue, the held word before it and the one being taken apart behind it.
        let room = (1usize << self.term.queue_log2) + 2;
        let (first_row, end_row) = geometry.rows_of(y);
        let (first, end) = geometry.elements_of(x);
        for row in first_row..end_row {
            let elements = &self.map[row * geometry.row_elements..][..geometry.row_elements];
            for index in first / size..=(end - 1) / size {
                let inside = &elements[first.max(index * size)..end.min((index + 1) * size)];
                let events = inside.iter().filter(|nonzero| **nonzero).count() as u64;
                if events > 0 {
                    if self.queued.len() == room {
                        let leaves = self.queued.pop_front().unwrap_or(0);
                        self.clock = self.clock.max((leaves + 1).saturating_sub(FETCH_TO_EVENT - 2));
                    }
                    self.queued.push_back(word(self.clock, events));
                }
                self.clock += 1;
            }
        }
        let words = (end_row - first_row) * ((end - 1) / size - first / size + 1);
        if words == 1 {
            self.clock += 1;
        }
        words as u64
    }

    /// The pause between output rows y and y + 1.
    fn next_row(&mut self, y: usize) -> u64 {
        let geometry = &self.term.geometry;
        let pause = ROW_CLOCKS + (geometry.freed_after(y) - geometry.rows_of(y).0) as u64;
        self.clock += pause;
        pause
    }
}

fn frame(plan: &LayerPlan, channels: usize, maps: &[Vec<bool>]) -> Estimate {
    let segments = plan.segments(channels);
    let last_lanes = channels - (segments - 1) * plan.lanes;
    let mut walks: Vec<_> = (plan.terms.iter().zip(maps))
        .map(|(term, map)| Walk { term, map, clock: 0, queued: VecDeque::new() })
        .collect();
    let geometry = &plan.terms[0].geometry;
    let mut estimate = Estimate::default();
    // Clock at which the synapses are free for the next event, and at which the drain is empty.
    let (mut free, mut drained) = (0u64, 0u64);
    for y in 0..geometry.out_height {
        for x in 0..geometry.out_width {
            for segment in 0..segments {
                let (mut window_events, mut words) = (0, 0);
                for walk in &mut walks {
                    words += walk.window(y, x, |fetched, events| {
                        let begin = free.max(fetched + FETCH_TO_EVENT);
                        free = begin + events;
                        window_events += events;
                        begin
                    });
                }
                if window_events == 0 {
                    // The marker that ends an empty window takes the place of an event.
                    free = free.max(walks[0].clock + FETCH_TO_EVENT) + 1;
                }
                estimate.events += window_events;
                // The sums move to the drain when it is empty; the lanes stall until then.
                free = free.max(drained);
                let lanes = if segment + 1 == segments { last_lanes } else { plan.lanes } as u64;
                drained = free + lanes;
                estimate.overhead += words.max(lanes).saturating_sub(window_events);
            }
        }
        estimate.overhead += walks.iter_mut().map(|walk| walk.next_row(y)).max().unwrap_or(0) + FETCH_TO_EVENT;
    }
    estimate.cycles = free;
    estimate.dense_cycles = plan.terms.iter().map(|term| dense(&term.geometry)).sum::<u64>() * segments as u64;
    estimate
}

/// Elements inside the windows of a frame: the events of a map without a zero.
pub fn dense(geometry: &super::Geometry) -> u64 {
    let rows: usize = (0..geometry.out_height).map(|y| geometry.rows_of(y)).map(|(first, end)| end - first).sum();
    let elements: usize =
        (0..geometry.out_width).map(|x| geometry.elements_of(x)).map(|(first, end)| end - first).sum();
    rows as u64 * elements as u64
}
