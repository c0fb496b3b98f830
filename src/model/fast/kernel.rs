//! The loops of a layer, the same for all backends: M pixels times 16·N channels at once, their sums in registers.
#![allow(clippy::needless_range_loop, reason = "a tile is indexed by pixel and block throughout, and unrolled")]

use super::layer::{LANES, Layer, Neurons, Quads, Reads, Term};
use super::maps::Layout;

/// Sixteen 32-bit integers that wrap around, and what a backend does with them. A value of the type proves that the processor can do it.
pub trait Lanes: Copy {
    /// Sixteen integers.
    type Sums: Copy;
    /// Sixteen times four weights.
    type Weights: Copy;
    /// Sixteen times four counts.
    type Counts: Copy;

    fn load(self, from: &[i32; LANES]) -> Self::Sums;
    fn store(self, sums: Self::Sums, to: &mut [i32; LANES]);
    /// Stores the low byte of each lane, of as many lanes as `to` has bytes (16 at most).
    fn store_bytes(self, sums: Self::Sums, to: &mut [u8]);
    fn weights(self, weights: &Quads) -> Self::Weights;
    /// The same four counts in all lanes.
    fn everywhere(self, counts: [u8; 4]) -> Self::Counts;
    /// A count for each lane, with three zeros.
    fn one_each(self, counts: &[u8; LANES]) -> Self::Counts;
    /// Adds the four products of each lane.
    fn add_products(self, sums: Self::Sums, counts: Self::Counts, weights: Self::Weights) -> Self::Sums;
    fn add(self, left: Self::Sums, right: Self::Sums) -> Self::Sums;
    /// Left; 0 for 32 and more.
    fn shift(self, sums: Self::Sums, by: u32) -> Self::Sums;
    /// How many members fire at the potentials `v`, and the potentials after that.
    ///
    /// The quotient `min(max(v, 0), τΘ)/Θ` is at most 255, and its estimate in float32 is off by three roundings, less than 2⁻¹³. Cut
    /// to an integer it is off by at most one, and the remainder shows that.
    fn fire(self, v: Self::Sums, neurons: &Neurons) -> (Self::Sums, Self::Sums);
}

/// Where a layer's results go.
pub enum Out<'a> {
    /// Counts, in the layout of the layer's map.
    Counts(&'a mut [u8], Layout),
    /// Scores, \[image\]\[block\].
    Scores(&'a mut [[i32; LANES]]),
}

/// A pixel of a batch.
#[derive(Clone, Copy, Default)]
struct Place {
    image: usize,
    pixel: usize,
}

/// Runs `layer` on `images` images, in tiles of M pixels and N blocks; `sources` are the maps of its terms.
#[inline(always)]
pub fn run<L: Lanes, const M: usize, const N: usize>(
    lanes: L,
    layer: &Layer,
    images: usize,
    sources: &[&[u8]],
    out: &mut Out,
) {
    let (whole, all) = (layer.blocks() / N * N, layer.blocks());
    for block in (0..whole).step_by(N) {
        run_blocks::<L, M, N>(lanes, layer, images, sources, block, out);
    }
    for block in whole..all {
        run_blocks::<L, M, 1>(lanes, layer, images, sources, block, out);
    }
}

/// All pixels of N blocks, from `block` on.
#[inline(always)]
fn run_blocks<L: Lanes, const M: usize, const N: usize>(
    lanes: L,
    layer: &Layer,
    images: usize,
    sources: &[&[u8]],
    block: usize,
    out: &mut Out,
) {
    let pixels = layer.places.len().max(1);
    let mut next = Place::default();
    let mut left = images * pixels;
    while left > 0 {
        // After the last pixel of the batch its results are computed again, and not stored.
        let used = left.min(M);
        left -= used;
        let mut places = [next; M];
        for m in 0..M {
            places[m] = next;
            let Place { image, pixel } = next;
            if m + 1 < used || left > 0 {
                next = if pixel + 1 < pixels {
                    Place { image, pixel: pixel + 1 }
                } else {
                    Place { image: image + 1, pixel: 0 }
                };
            }
        }
        run_tile::<L, M, N>(lanes, layer, sources, block, &places, used, out);
    }
}

/// All time steps of M pixels; the first `used` are stored.
#[inline(always)]
fn run_tile<L: Lanes, const M: usize, const N: usize>(
    lanes: L,
    layer: &Layer,
    sources: &[&[u8]],
    block: usize,
    places: &[Place; M],
    used: usize,
    out: &mut Out,
) {
    let zero = lanes.load(&[0; LANES]);
    let mut potentials = [[zero; N]; M];
    for n in 0..N {
        if let Some(neurons) = layer.neurons.get(block + n) {
            for potentials in &mut potentials {
                potentials[n] = lanes.load(&neurons.start);
            }
        }
    }
    let mut currents = [[zero; N]; M];
    for t in 0..layer.timesteps {
        if t == 0 || !layer.still {
            currents = sums::<L, M, N>(lanes, layer, sources, block, places, t);
        }
        for m in 0..M {
            for n in 0..N {
                let mut v = lanes.add(potentials[m][n], currents[m][n]);
                if let (Some(neurons), Out::Counts(bytes, layout)) = (layer.neurons.get(block + n), &mut *out) {
                    let (counts, rest) = lanes.fire(v, neurons);
                    v = rest;
                    let channel = (block + n) * LANES;
                    let place = places[m].image * layout.image + t * layout.timestep + layer.places[places[m].pixel];
                    let channels = LANES.min(layer.channels - channel);
                    if m < used {
                        lanes.store_bytes(counts, &mut bytes[place + channel..][..channels]);
                    }
                }
                potentials[m][n] = v;
            }
        }
    }
    if let Out::Scores(scores) = out {
        for m in 0..used {
            for n in 0..N {
                lanes.store(potentials[m][n], &mut scores[places[m].image * layer.blocks() + block + n]);
            }
        }
    }
}

/// The currents of one time step.
#[inline(always)]
fn sums<L: Lanes, const M: usize, const N: usize>(
    lanes: L,
    layer: &Layer,
    sources: &[&[u8]],
    block: usize,
    places: &[Place; M],
    t: usize,
) -> [[L::Sums; N]; M] {
    let mut sums = [[lanes.load(&[0; LANES]); N]; M];
    for (term, source) in layer.terms.iter().zip(sources) {
        shift(lanes, &mut sums, term.shift);
        let mut starts = [0; M];
        for m in 0..M {
            let Place { image, pixel } = places[m];
            starts[m] = image * term.layout.image + t * term.layout.timestep + term.starts[pixel];
        }
        match term.reads {
            Reads::Quads => add_quads(lanes, term, source, block, &starts, &mut sums),
            Reads::Own => add_own(lanes, term, source, block, &starts, &mut sums),
        }
    }
    shift(lanes, &mut sums, layer.shift);
    for n in 0..N {
        let bias = lanes.load(&layer.bias[block + n]);
        for sums in &mut sums {
            sums[n] = lanes.add(sums[n], bias);
        }
    }
    sums
}

#[inline(always)]
fn shift<L: Lanes, const M: usize, const N: usize>(lanes: L, sums: &mut [[L::Sums; N]; M], by: u32) {
    if by > 0 {
        for sum in sums.iter_mut().flatten() {
            *sum = lanes.shift(*sum, by);
        }
    }
}

/// Each weight vector meets M pixels, each four counts N weight vectors.
#[inline(always)]
fn add_quads<L: Lanes, const M: usize, const N: usize>(
    lanes: L,
    term: &Term,
    source: &[u8],
    block: usize,
    starts: &[usize; M],
    sums: &mut [[L::Sums; N]; M],
) {
    let (rows, columns) = (term.rows, term.columns);
    let mut held = *sums;
    for row in 0..rows {
        let mut weights: [&[Quads]; N] = [&[]; N];
        for n in 0..N {
            weights[n] = &term.weights[((block + n) * rows + row) * columns..][..columns];
        }
        let mut runs: [&[[u8; 4]]; M] = [&[]; M];
        for m in 0..M {
            runs[m] = &source[starts[m] + row * term.layout.row..].as_chunks().0[..columns];
        }
        for column in 0..columns {
            let mut vectors = [lanes.weights(&weights[0][column]); N];
            for n in 1..N {
                vectors[n] = lanes.weights(&weights[n][column]);
            }
            for m in 0..M {
                let counts = lanes.everywhere(runs[m][column]);
                for n in 0..N {
                    held[m][n] = lanes.add_products(held[m][n], counts, vectors[n]);
                }
            }
        }
    }
    *sums = held;
}

#[inline(always)]
fn add_own<L: Lanes, const M: usize, const N: usize>(
    lanes: L,
    term: &Term,
    source: &[u8],
    block: usize,
    starts: &[usize; M],
    sums: &mut [[L::Sums; N]; M],
) {
    let (rows, columns) = (term.rows, term.columns);
    for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        let pixel = row * term.layout.row + column * term.layout.size();
        for n in 0..N {
            let weights = lanes.weights(&term.weights[((block + n) * rows + row) * columns + column]);
            for m in 0..M {
                let from = starts[m] + pixel + (block + n) * LANES;
                let counts = source[from..].first_chunk().expect("a map has bytes to spare after its end");
                sums[m][n] = lanes.add_products(sums[m][n], lanes.one_each(counts), weights);
            }
        }
    }
}
