//! The layout of one term: the words in which its source's map is held, and how its windows are walked.
//!
//! A *scalar* term's event is one non-zero element: its weight row meets all lanes. Its slices share the elements of every
//! word, element e of a row belonging to slice e mod G, so one buffer and one walk of the windows serve all slices.
//! Where the weights are in groups, the row is held in *blocks* of channels, and a segment walks its own block only.
//!
//! A *vector* term is a depthwise convolution: its word holds one element for each lane of a segment,
//! every lane meets its own element, and a whole word is one event. It needs no slices; slice 0 does it alone.
//!
//! An *elementwise* term is an identity shortcut, or another depthwise term whose windows are one pixel each: its elements come
//! in the order in which the sums of the other terms leave the lanes, and are added there. It has no events, no slices
//! and no lanes; its rows are a queue.

use super::Fold;
use super::geometry::{Geometry, gcd, geometry};
use crate::Result;
use crate::fixed_point::{Layer, Network, Node, Source, Term};
use crate::shape::{Padding, Shape, Window};

/// Widest spike word, bits: two block RAMs of 72 bits side by side.
const MAX_WORD_BITS: u32 = 144;

/// How a term's elements meet its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermKind {
    /// An event is one element, which meets every lane.
    Scalar,
    /// An event is one element for each lane.
    Vector,
    /// No events: an element is added to the sum at its own place.
    Elementwise,
}

/// Layout of the words and buffers of one term. What a slice walks over is called an *element* here, also if it is the vector of a
/// vector term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermPlan {
    /// Of one block and one slice.
    pub geometry: Geometry,
    /// How its counts meet its weights.
    pub kind: TermKind,
    /// Parts that a row's channels are cut into; a segment reads one of them.
    pub blocks: usize,
    /// Slices that share this term: those of the layer, or 1; none for an elementwise term.
    pub slices: usize,
    /// Bits of an element (of all lanes of a vector).
    pub element_bits: u32,
    /// A spike word holds `2^word_log2` elements for each slice.
    pub word_log2: u32,
    /// Map rows that the spike buffer holds.
    pub rows: usize,
    /// The least rows with which no timing can deadlock, see [`super::deadlock_free_rows`].
    pub deadlock_free_rows: usize,
    /// `2^queue_log2` words with events may wait in the event selector of each slice.
    pub queue_log2: u32,
    /// If the fold has its own share: which count of a word is at place i·G + g of the slices' words, the place i of slice g. Empty:
    /// counts stay in the order in which they come.
    pub order: Vec<usize>,
    /// Counts in a word, of all slices: a beat of the source brings some of them.
    pub word_counts: usize,
}

impl TermPlan {
    /// Bits of a spike word, all slices.
    pub fn word_bits(&self) -> u32 {
        (self.element_bits * self.slices as u32) << self.word_log2
    }

    /// The element of a row (of all slices) that slice `slice` has as its `element`-th.
    pub fn element_of(&self, slice: usize, element: usize) -> usize {
        let place = element * self.slices + slice;
        match self.order.get(place % self.word_counts.max(1)) {
            Some(count) => place / self.word_counts * self.word_counts + count,
            None => place,
        }
    }

    /// Whether it has events and is scanned for them.
    pub fn is_scanned(&self) -> bool {
        self.kind != TermKind::Elementwise
    }

    /// Words of a map row, all blocks.
    pub fn row_words(&self) -> usize {
        self.geometry.row_elements.div_ceil(1 << self.word_log2) * self.blocks
    }
}

/// The layout of `term` of `node`, except its rows. `beat` elements come in one beat of its source.
pub fn plan(network: &Network, node: &Node, layer: &Layer, term: &Term, fold: &Fold, beat: usize) -> Result<TermPlan> {
    let source = network.source_shape(term.source);
    let bits = network.term_element_bits(layer, term.source);
    let walk = |channels: usize| geometry(&node.name, Shape { channels, ..source }, node.shape, term.window);
    let lanes = fold.lanes;
    if is_depthwise(network, node, layer, term)
        && lanes > 1
        && lanes.is_power_of_two()
        && source.channels.is_multiple_of(lanes)
        && lanes.is_multiple_of(beat)
    {
        return Ok(TermPlan {
            geometry: walk(1)?,
            kind: TermKind::Vector,
            blocks: source.channels / lanes,
            slices: 1,
            element_bits: bits * lanes as u32,
            word_log2: 0,
            rows: 0,
            deadlock_free_rows: 0,
            queue_log2: 4,
            order: vec![],
            word_counts: lanes,
        });
    }
    let blocks = blocks(term, node.shape.channels, lanes, beat);
    let channels = source.channels / blocks;
    let whole = walk(channels)?;
    // Every window begins at a multiple of the channels; a window of the whole map begins at 0.
    let begins = [whole.run, whole.stride_elements, whole.pad_left, whole.row_elements];
    // Several blocks take turns pixel by pixel, so none of their words may hold elements of two pixels.
    let whole_words = blocks == 1 || channels.is_multiple_of(fold.slices);
    let shared = whole_words && begins.iter().all(|n| n.is_multiple_of(fold.slices));
    let slices = if shared { fold.slices } else { 1 };
    let geometry = whole.share(slices);
    let word_log2 = word_log2(&geometry, bits * slices as u32, beat.div_ceil(slices), |word| {
        // Slices can share the counts of whole pixels in any way, and a wider word would not be read faster.
        let loose = blocks == 1 && (slices == 1 || channels < 2 * slices);
        let wanted = fold.word == 0 || word <= fold.word;
        wanted && (loose || channels.is_multiple_of(word * slices))
    });
    Ok(TermPlan {
        geometry,
        kind: TermKind::Scalar,
        blocks,
        slices,
        element_bits: bits,
        word_log2,
        rows: 0,
        deadlock_free_rows: 0,
        queue_log2: 4,
        order: order(fold, slices << word_log2, channels),
        word_counts: slices << word_log2,
    })
}

/// Whether every output channel of `term` of `node` reads the input channel of its own number only, and spikes.
fn is_depthwise(network: &Network, node: &Node, layer: &Layer, term: &Term) -> bool {
    let channels = network.source_shape(term.source).channels;
    let each = term.groups == channels && channels == node.shape.channels;
    each && !layer.is_readout() && term.source != Source::Input
}

/// The term of `node` that is added element by element, if it has one: one whose elements come `units` at a time, as the
/// neurons leave. Other terms must bring the sums that it is added to.
pub fn elementwise(network: &Network, node: &Node, layer: &Layer, units: usize, beats: &[usize]) -> Option<usize> {
    // A padded or strided window of one pixel may keep a map's size, but not the places of its pixels.
    let own = Window { kernel: [1, 1], stride: [1, 1], padding: Padding::default() };
    let fits = |(term, beat): (&Term, &usize)| {
        term.window == own && *beat == units && is_depthwise(network, node, layer, term)
    };
    let found = layer.terms.iter().zip(beats).position(fits);
    found.filter(|_| layer.terms.len() > 1)
}

/// The layout of an elementwise term, except its rows: beats of `beat` elements in a queue.
pub fn plan_elementwise(network: &Network, node: &Node, layer: &Layer, term: &Term, beat: usize) -> Result<TermPlan> {
    let source = network.source_shape(term.source);
    Ok(TermPlan {
        geometry: geometry(&node.name, source, node.shape, term.window)?,
        kind: TermKind::Elementwise,
        blocks: 1,
        slices: 0,
        element_bits: network.term_element_bits(layer, term.source),
        word_log2: 0,
        rows: 0,
        deadlock_free_rows: 0,
        queue_log2: 0,
        order: vec![],
        word_counts: beat,
    })
}

/// The counts of a word in the order slot, slice, by the fold's share; empty where it has none that fits.
fn order(fold: &Fold, word: usize, channels: usize) -> Vec<usize> {
    if fold.share.len() != word || !channels.is_multiple_of(word) {
        return vec![];
    }
    let of = |slice: usize| (0..word).filter(move |&count| fold.share[count] == slice);
    let slices: Vec<Vec<usize>> = (0..fold.slices).map(|slice| of(slice).collect()).collect();
    (0..word / fold.slices).flat_map(|slot| slices.iter().map(move |own| own[slot])).collect()
}

/// Blocks of channels such that every segment reads one of them: as many as groups and lanes allow.
fn blocks(term: &Term, outputs: usize, lanes: usize, beat: usize) -> usize {
    let inputs = term.weights.dim().1;
    let fits = |blocks: &usize| {
        term.groups.is_multiple_of(*blocks)
            && (outputs / blocks).is_multiple_of(lanes)
            && (inputs / blocks).is_multiple_of(beat)
    };
    (1..=term.groups).rev().find(fits).unwrap_or(1)
}

/// The word size that fetches a window's run with the fewest words; of equal ones the smallest.
///
/// A run of `run` elements that begins at multiples of `stride_elements` touches, on average over its alignments,
/// `(run + word − gcd(word, stride_elements)) / word` words. A word holds at least `least` elements, those of a beat.
fn word_log2(geometry: &Geometry, element_bits: u32, least: usize, legal: impl Fn(usize) -> bool) -> u32 {
    let cost = |log2: u32| {
        let word = 1usize << log2;
        let aligned = gcd(word, gcd(geometry.stride_elements, geometry.pad_left));
        (geometry.run + word - aligned) as f64 / word as f64
    };
    let least = least.next_power_of_two().ilog2();
    (least..=least.max(4))
        .filter(|log2| *log2 == least || element_bits << log2 <= MAX_WORD_BITS)
        .filter(|log2| *log2 == least || (1 << (log2 - 1)) < geometry.row_elements)
        .filter(|log2| *log2 == least || legal(1 << log2))
        .min_by(|a, b| cost(*a).total_cmp(&cost(*b)))
        .unwrap_or(least)
}

#[cfg(test)]
mod tests {
    use crate::fixed_point::Settings;
    use crate::quantise::quantise;
    use crate::random::{self, Random};
    use crate::schedule::{self, Fold, Folding};

    #[test]
    fn words_of_a_block_hold_no_two_pixels() {
        let mut shared = 0;
        for seed in 0..400 {
            let network = quantise(&random::network(seed, &random::Options::default()), &Settings::default()).unwrap();
            let random = &mut Random::new(seed);
            let fold = Fold { slices: 1 << random.within(0, 2), ..Fold::lanes(random.within(1, 4)) };
            for node in &network.nodes {
                let layers = [(node.name.clone(), fold.clone())].into();
                let Ok(plan) = schedule::plan(&network, &Folding { layers, ..Folding::uniform(1) }) else { continue };
                for (node, planned) in network.nodes.iter().zip(&plan.layers) {
                    let crate::fixed_point::Op::Layer(layer) = &node.op else { continue };
                    for (term, planned) in layer.terms.iter().zip(&planned.as_ref().unwrap().terms) {
                        let channels = network.source_shape(term.source).channels / planned.blocks;
                        assert!(planned.blocks == 1 || channels.is_multiple_of(planned.word_counts), "seed {seed}");
                        shared += usize::from(planned.blocks > 1 && planned.slices > 1);
                    }
                }
            }
        }
        assert!(shared > 0, "no term with blocks and slices was drawn");
    }

    #[test]
    fn elements_are_added_at_their_own_place_only() {
        use crate::fixed_point::Op;
        use crate::shape::{Padding, Window};

        // An identity over a map of 3×3 beside another term, and one whose windows lie two pixels apart in a map padded by two: as
        // large, but not an identity.
        let seen = |seed: u64| {
            let mut network = quantise(&random::reconvergent(seed, true), &Settings::default()).unwrap();
            let index = network.nodes.iter().position(|node| match &node.op {
                Op::Layer(layer) => super::elementwise(&network, node, layer, 1, &vec![1; layer.terms.len()]).is_some(),
                Op::Pool(_) => false,
            })?;
            let node = network.nodes[index].clone();
            let Op::Layer(mut layer) = node.op.clone() else { return None };
            let beats = vec![1; layer.terms.len()];
            let number = super::elementwise(&network, &node, &layer, 1, &beats)?;
            assert_eq!(network.source_shape(layer.terms[number].source), node.shape, "seed {seed}");
            // Not with other beats than the neurons', nor without another term.
            assert_eq!(super::elementwise(&network, &node, &layer, 2, &beats), None);
            let extent = node.shape.height;
            let padding = Padding { top: extent - 1, left: extent - 1, ..Padding::default() };
            layer.terms[number].window = Window { kernel: [1, 1], stride: [2, 2], padding };
            assert_ne!(super::elementwise(&network, &node, &layer, 1, &beats), Some(number));
            layer.terms.truncate(1);
            network.nodes[index].op = Op::Layer(layer.clone());
            assert_eq!(super::elementwise(&network, &node, &layer, 1, &beats[..1]), None);
            Some(())
        };
        assert!((0..100).filter_map(seen).count() > 10, "few identity shortcuts were drawn");
    }
}
