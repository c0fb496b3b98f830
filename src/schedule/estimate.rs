//! Clocks that a layer's engine needs for a frame: the walk of the window, word by word, without the logic.
//!
//! It follows: one word fetched a clock, words without events dropped, a queue of words with events, one event a clock, the drain of
//! the lanes, the pause between output rows. It does not follow waiting for rows that have not arrived or for space after the engine,
//! which are due to other engines. So the estimate is what `status_busy` counts.

use std::collections::VecDeque;

use ndarray::ArrayView3;

use super::{Fold, LayerPlan, Plan, TermKind, TermPlan};
use crate::fixed_point::{Network, Node, Op, Source};
use crate::model::Trace;

/// Clocks between two rows of output pixels besides one for each freed row: `volley_window_walker`'s states and its look-ahead.
const ROW_CLOCKS: u64 = 9;
/// Clocks from a fetch to the first event of its word at the synapses: fetch, memory, word, held word, queue, current
/// word, chosen event, output.
const FETCH_TO_EVENT: u64 = 8;

/// What a frame costs one layer's engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Estimate {
    /// Busy clocks.
    pub cycles: u64,
    /// Events of all slices, each counted once a segment.
    pub events: u64,
    /// Clocks that the same lanes would need if every element of every window were an event.
    pub dense_cycles: u64,
    /// Clocks that are not events: clocks of a window beyond its events, because its words are fetched one a clock and its sums leave
    /// the lanes one channel a clock, and the pauses between output rows.
    pub overhead: u64,
}

/// Clocks from a window's last event to the first beat of its sums.
const EVENT_TO_SUM: u64 = 7;

/// Which elements of the input and of every node's map are events, in one frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The image's, then each node's: an entry for each element in the order row, pixel, channel. Empty for the readout.
    maps: Vec<Vec<bool>>,
}

impl Activity {
    /// Of the frame of `trace`.
    pub fn of(network: &Network, image: ArrayView3<u8>, trace: &Trace) -> Activity {
        let pixels = image.indexed_iter();
        let nonzero = pixels.map(|((_, _, channel), &pixel)| pixel != network.input.offset[channel]).collect();
        let nodes = trace.nodes.iter().map(|node| {
            let (_, pixels, channels) = node.counts.dim();
            let mut any = vec![false; pixels * channels];
            for counts in node.counts.outer_iter() {
                any.iter_mut().zip(counts.iter()).for_each(|(any, count)| *any |= *count != 0);
            }
            any
        });
        Activity { maps: std::iter::once(nonzero).chain(nodes).collect() }
    }

    /// Of a frame without a zero.
    pub fn dense(network: &Network) -> Activity {
        let nodes = network.nodes.iter().map(|node| vec![true; node.shape.elements()]);
        Activity { maps: std::iter::once(vec![true; network.input.shape.elements()]).chain(nodes).collect() }
    }

    /// The map of `source`.
    pub fn of_source(&self, source: Source) -> &[bool] {
        match source {
            Source::Input => &self.maps[0],
            Source::Node(index) => &self.maps[index + 1],
        }
    }
}

/// One estimate a node for the frame of `trace`; `None` for pools.
pub fn estimate(network: &Network, plan: &Plan, image: ArrayView3<u8>, trace: &Trace) -> Vec<Option<Estimate>> {
    let activity = Activity::of(network, image, trace);
    let layers = network.nodes.iter().zip(&plan.layers);
    layers.map(|(node, plan)| plan.as_ref().map(|plan| estimate_layer(network, node, plan, &activity))).collect()
}

/// The estimate of one layer, which `node` is.
pub fn estimate_layer(network: &Network, node: &Node, plan: &LayerPlan, activity: &Activity) -> Estimate {
    let Op::Layer(layer) = &node.op else { return Estimate::default() };
    debug_assert!(!layer.is_readout() || node.shape.pixels() == 1);
    let segments = plan.segments(node.shape.channels);
    let walks = plan.scanned().map(|(number, term_plan)| {
        let source = layer.terms[number].source;
        let channels = network.source_shape(source).channels;
        Walk::new(term_plan, activity.of_source(source), channels, segments, plan.fold.lanes)
    });
    frame(network, plan, node.shape.channels, walks.collect())
}

/// The fetching side of one term.
struct Walk<'a> {
    term: &'a TermPlan,
    /// How many elements before this one are events: \[block\]\[slice\]\[element of the rows, one after the other\].
    before: Vec<Vec<Vec<u32>>>,
    /// Segments that read one block.
    segments_per_block: usize,
    /// Clock of the next fetch.
    clock: u64,
    /// For each slice the clocks at which the words with events that are queued begin to leave.
    queued: Vec<VecDeque<u64>>,
}

impl<'a> Walk<'a> {
    /// `nonzero` has an entry for each element of the source in the order row, pixel, channel.
    fn new(term: &'a TermPlan, nonzero: &[bool], channels: usize, segments: usize, lanes: usize) -> Self {
        // An element of a vector term is what all lanes of a segment see.
        let width = if term.kind == TermKind::Vector { lanes } else { 1 };
        let own = channels / term.blocks / width;
        let mut maps = vec![Vec::new(); term.blocks];
        for pixel in nonzero.chunks_exact(channels) {
            for (block, elements) in pixel.chunks_exact(own * width).enumerate() {
                for element in elements.chunks_exact(width) {
                    maps[block].push(element.contains(&true));
                }
            }
        }
        let sums = |map: &[bool], slice: usize| {
            let mut sum = 0;
            let mut before = vec![0];
            before.extend((0..map.len() / term.slices).map(|element| {
                sum += u32::from(map[term.element_of(slice, element)]);
                sum
            }));
            before
        };
        let before = maps.iter().map(|map| (0..term.slices).map(|slice| sums(map, slice)).collect()).collect();
        let segments_per_block = segments.div_ceil(term.blocks);
        Walk { term, before, segments_per_block, clock: 0, queued: vec![VecDeque::new(); term.slices] }
    }

    /// Fetches the window of output pixel (y, x) for `segment` and hands (slice, clock of the fetch, events) of each
    /// word with events to `word`, which answers with the clock at which the events begin to leave. Returns the number
    /// of words.
    fn window(&mut self, (y, x): (usize, usize), segment: usize, mut word: impl FnMut(usize, u64, u64) -> u64) -> u64 {
        let geometry = &self.term.geometry;
        let size = 1usize << self.term.word_log2;
        // Queue, the held word before it and the word after it that is being taken apart.
        let space = 1usize << self.term.queue_log2;
        let (first_row, end_row) = geometry.rows_of(y);
        let (first, end) = geometry.elements_of(x);
        let before = &self.before[segment / self.segments_per_block];
        for row in first_row..end_row {
            for index in first / size..=(end - 1) / size {
                let row = row * geometry.row_elements;
                let (from, to) = (row + first.max(index * size), row + end.min((index + 1) * size));
                let events = |slice: usize| u64::from(before[slice][to] - before[slice][from]);
                // A word is fetched when every slice has space for it.
                for (slice, queued) in self.queued.iter_mut().enumerate() {
                    if queued.len() == space && events(slice) > 0 {
                        let leaves = queued.pop_front().unwrap_or(0);
                        self.clock = self.clock.max((leaves + 1).saturating_sub(FETCH_TO_EVENT - 2));
                    }
                }
                for (slice, queued) in self.queued.iter_mut().enumerate() {
                    let events = events(slice);
                    if events > 0 {
                        queued.push_back(word(slice, self.clock, events));
                    }
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

fn frame(network: &Network, plan: &LayerPlan, channels: usize, mut walks: Vec<Walk>) -> Estimate {
    let &Fold { lanes, slices, units, .. } = &plan.fold;
    let segments = plan.segments(channels);
    let last_lanes = channels - (segments - 1) * lanes;
    let beat_clocks = plan.neuron_clocks(network);
    let geometry = &plan.terms[0].geometry;
    let mut estimate = Estimate::default();
    // For each slice the clock at which its synapses are free for the next event.
    let mut free = vec![0u64; slices];
    // The windows whose sums the queue may still hold: the clock at which the last of their beats has left, and the beats.
    let mut leaving: VecDeque<(u64, usize)> = VecDeque::new();
    let queue = 1usize << plan.sum_queue_log2();
    for y in 0..geometry.out_height {
        for x in 0..geometry.out_width {
            for segment in 0..segments {
                let (mut events, mut words) = (vec![0; slices], 0);
                let begun = free.clone();
                for walk in &mut walks {
                    words += walk.window((y, x), segment, |slice, fetched, found| {
                        let begin = free[slice].max(fetched + FETCH_TO_EVENT);
                        free[slice] = begin + found;
                        events[slice] += found;
                        begin
                    });
                }
                let beats = if segment + 1 == segments { last_lanes } else { lanes } / units;
                // The last event is taken when the drain will be empty and the queue will have space for a window's sums.
                let space = space(&leaving, queue - lanes / units, beat_clocks);
                for ((free, begun), &events) in free.iter_mut().zip(begun).zip(&events) {
                    if events == 0 {
                        // The marker that ends an empty window takes the place of an event.
                        *free = (*free).max(walks[0].clock + FETCH_TO_EVENT) + 1;
                    }
                    *free = (*free).max(begun + beats as u64).max(space + 3);
                }
                let complete = free.iter().max().copied().unwrap_or(0) + EVENT_TO_SUM;
                let before = leaving.back().map_or(0, |(end, _)| *end);
                leaving.push_back((before.max(complete) + beats as u64 * beat_clocks, beats));
                if leaving.len() > queue {
                    leaving.pop_front();
                }
                let most = events.iter().copied().max().unwrap_or(0);
                estimate.events += events.iter().sum::<u64>();
                estimate.overhead += words.max(beats as u64 * beat_clocks).saturating_sub(most);
            }
        }
        estimate.overhead += walks.iter_mut().map(|walk| walk.next_row(y)).max().unwrap_or(0) + FETCH_TO_EVENT;
    }
    estimate.cycles = free.iter().max().copied().unwrap_or(0);
    estimate.dense_cycles = plan.scanned().map(|(_, term)| dense(&term.geometry)).sum::<u64>() * segments as u64;
    estimate
}

/// The clock from which on at most `most` beats of the windows in `leaving` have not left; one leaves every `beat_clocks`.
fn space(leaving: &VecDeque<(u64, usize)>, most: usize, beat_clocks: u64) -> u64 {
    let mut rest = most;
    for &(end, beats) in leaving.iter().rev() {
        if rest < beats {
            return end.saturating_sub(rest as u64 * beat_clocks);
        }
        rest -= beats;
    }
    0
}

/// Elements inside the windows of a frame, of one slice and segment: the events of a map without a zero.
pub fn dense(geometry: &super::Geometry) -> u64 {
    let rows: usize = (0..geometry.out_height).map(|y| geometry.rows_of(y)).map(|(first, end)| end - first).sum();
    let elements: usize =
        (0..geometry.out_width).map(|x| geometry.elements_of(x)).map(|(first, end)| end - first).sum();
    rows as u64 * elements as u64
}
