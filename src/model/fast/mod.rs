//! The same integers as [`super::plain`], by byte products: counts are bytes, weights signed bytes, sums 32 bits.
//!
//! **Why it is exact.** A count of a layer is at most 255 and so a byte. A weight of up to 8 bits is a signed byte. A wider one is
//! split into signed digits of 8 bits, each with its own term and shift; so is a count above 255 after a sum pool. Sums are taken
//! modulo 2³², where order, shifts and intermediate values do not matter: a potential or score that fits into 32 bits comes out right,
//! and the layer's width of the membrane guarantees that for every input. The image's bytes enter as they are, and the sums of the
//! weights with their offset are subtracted from the bias; around the input lie bytes with this same offset. The number of members that
//! fire is an estimated quotient with an exact correction.
//!
//! The fast model cannot run a network with a count above 65,535 or a pool of counts above 255, with τ above 255, a membrane of more
//! than 32 bits or a τ·Θ of more than 31.
//!
//! All time steps of a few pixels are computed while their potentials are in registers; a batch of images is more pixels.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod kernel;
mod layer;
mod maps;
mod portable;

use ndarray::{Array3, ArrayView3};

use crate::fixed_point::{Network, Op, Pool, PoolKind, Source};
use kernel::Out;
use layer::{LANES, Layer};
use maps::Layout;

/// Images of a batch at most, and bytes of all maps of a batch at most, which should stay in the cache.
const MOST_IMAGES: usize = 8;
const MOST_BYTES: usize = 512 << 10;

/// Instructions to use.
#[derive(Debug, Clone, Copy)]
pub enum Backend {
    /// Those that every processor has.
    Portable,
    /// AVX2, vectors of 256 bits.
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    /// AVX-512 with VNNI, vectors of 512 bits.
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
}

impl Backend {
    /// All that this processor has; the fastest is last.
    pub fn all() -> Vec<Backend> {
        let mut all = vec![Backend::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(avx2::Avx2::detect().map(Backend::Avx2));
            all.extend(avx512::Avx512::detect().map(Backend::Avx512));
        }
        all
    }

    /// The fastest that this processor has.
    pub fn best() -> Backend {
        Backend::all().pop().expect("the portable backend is everywhere")
    }

    /// The instructions' name.
    pub fn name(self) -> &'static str {
        match self {
            Backend::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Backend::Avx2(_) => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Backend::Avx512(_) => "AVX-512 VNNI",
        }
    }

    fn run(self, layer: &Layer, images: usize, sources: &[&[u8]], out: &mut Out) {
        match self {
            Backend::Portable => kernel::run::<_, 2, 1>(portable::Portable, layer, images, sources, out),
            #[cfg(target_arch = "x86_64")]
            Backend::Avx2(avx2) => avx2.run(layer, images, sources, out),
            #[cfg(target_arch = "x86_64")]
            Backend::Avx512(avx512) => avx512.run(layer, images, sources, out),
        }
    }
}

/// A network made ready for running.
pub struct Fast<'a> {
    network: &'a Network,
    backend: Backend,
    /// Of the input, then of each node.
    layouts: Vec<Layout>,
    /// One entry a node; `None` for pools.
    layers: Vec<Option<Layer>>,
    batch: usize,
}

/// The maps of a batch: the input's, then each node's.
pub struct Maps(Vec<Vec<u8>>);

impl<'a> Fast<'a> {
    /// `network` is valid. `None` if it cannot be run by the fast model.
    pub fn new(network: &'a Network, backend: Backend) -> Option<Self> {
        let mut layers = Vec::new();
        for (index, node) in network.nodes.iter().enumerate() {
            layers.push(match &node.op {
                Op::Layer(layer) if network.count_max(index) <= 255 => Some(Layer::new(network, index, layer)?),
                Op::Pool(Pool { source: Source::Node(source), .. })
                    if network.count_max(*source) <= 255 && network.count_max(index) <= 65_535 =>
                {
                    None
                }
                _ => return None,
            });
        }
        let nodes = (0..network.nodes.len()).map(Source::Node);
        let sources = std::iter::once(Source::Input).chain(nodes);
        let layouts: Vec<_> = sources.map(|source| Layout::new(network, source)).collect();
        let bytes: usize = layouts.iter().map(|layout| layout.image).sum();
        let batch = (MOST_BYTES / bytes).clamp(1, MOST_IMAGES);
        Some(Fast { network, backend, layouts, layers, batch })
    }

    /// Most images of one run.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Memory for one run at a time.
    pub fn maps(&self) -> Maps {
        let (image, nodes) = self.layouts.split_first().expect("the input's layout is the first");
        let image = image.bytes(self.batch, &self.network.input.offset);
        let nodes = nodes.iter().map(|layout| layout.bytes(self.batch, &vec![0; layout.size()]));
        Maps(std::iter::once(image).chain(nodes).collect())
    }

    /// The summed scores of `images`, [`Fast::batch`] at most, each of the network's input shape.
    pub fn scores(&self, images: &[ArrayView3<u8>], maps: &mut Maps) -> Vec<Vec<i64>> {
        for (index, image) in images.iter().enumerate() {
            self.enter(index, image, &mut maps.0[0]);
        }
        let mut scores = Vec::new();
        for (index, (node, layer)) in self.network.nodes.iter().zip(&self.layers).enumerate() {
            let (before, after) = maps.0.split_at_mut(index + 1);
            match (&node.op, layer) {
                (_, Some(layer)) => {
                    let sources: Vec<_> = layer.terms.iter().map(|term| &before[place(term.source)][..]).collect();
                    if layer.neurons.is_empty() {
                        scores = vec![[0; LANES]; images.len() * layer.blocks()];
                        self.backend.run(layer, images.len(), &sources, &mut Out::Scores(&mut scores));
                    } else {
                        let mut out = Out::Counts(&mut after[0], self.layouts[index + 1]);
                        self.backend.run(layer, images.len(), &sources, &mut out);
                    }
                }
                (Op::Pool(pool), None) => {
                    self.pool(pool, index, images.len(), &before[place(pool.source)], &mut after[0]);
                }
                (Op::Layer(_), None) => unreachable!("each layer was prepared"),
            }
        }
        let classes = self.network.nodes.last().map_or(0, |readout| readout.shape.channels);
        let blocks = classes.div_ceil(LANES);
        let scores = scores.chunks(blocks).map(|scores| scores.as_flattened()[..classes].iter());
        scores.map(|scores| scores.map(|&score| score.into()).collect()).collect()
    }

    /// Counts of node `node` in image `image` of the last run, as in [`super::NodeTrace::counts`].
    pub fn counts(&self, node: usize, image: usize, maps: &Maps) -> Array3<u32> {
        let (layout, shape) = (&self.layouts[node + 1], self.network.nodes[node].shape);
        if self.network.count_max(node) == 0 {
            return Array3::default((0, 0, 0));
        }
        let places = layout.pixels();
        Array3::from_shape_fn((self.network.timesteps as usize, places.len(), shape.channels), |(t, pixel, channel)| {
            let first = image * layout.image + t * layout.timestep + places[pixel] + channel;
            let digits = (0..layout.digits).map(|digit| {
                let byte = maps.0[node + 1][first + digit * shape.channels];
                u32::from(byte) << (8 * digit)
            });
            digits.sum()
        })
    }

    /// Copies one image into its map.
    fn enter(&self, index: usize, image: &ArrayView3<u8>, map: &mut [u8]) {
        let shape = self.network.input.shape;
        assert_eq!(image.dim(), (shape.height, shape.width, shape.channels), "an image of the network's input shape");
        let layout = &self.layouts[0];
        for (y, row) in image.outer_iter().enumerate() {
            let to = &mut map[index * layout.image + layout.pixel(y, 0)..][..shape.width * shape.channels];
            match row.as_slice() {
                Some(row) => to.copy_from_slice(row),
                None => to.iter_mut().zip(&row).for_each(|(to, &byte)| *to = byte),
            }
        }
    }

    fn pool(&self, pool: &Pool, node: usize, images: usize, source: &[u8], out: &mut [u8]) {
        let (from, to) = (&self.layouts[place(pool.source)], &self.layouts[node + 1]);
        let (shape, channels) = (self.network.nodes[node].shape, to.channels());
        let ([kernel_y, kernel_x], [stride_y, stride_x]) = (pool.window.kernel, pool.window.stride);
        let timesteps = self.network.timesteps as usize;
        let mut pooled = vec![0u16; channels];
        for (image, t) in (0..images).flat_map(|image| (0..timesteps).map(move |t| (image, t))) {
            for (y, x) in (0..shape.height).flat_map(|y| (0..shape.width).map(move |x| (y, x))) {
                pooled.fill(0);
                for (ky, kx) in (0..kernel_y).flat_map(|ky| (0..kernel_x).map(move |kx| (ky, kx))) {
                    let pixel = from.pixel(y * stride_y + ky, x * stride_x + kx);
                    let counts = &source[image * from.image + t * from.timestep + pixel..][..channels];
                    for (value, &count) in pooled.iter_mut().zip(counts) {
                        let count = u16::from(count);
                        *value = if pool.kind == PoolKind::Sum { *value + count } else { count.max(*value) };
                    }
                }
                let place = image * to.image + t * to.timestep + to.pixel(y, x);
                for (digit, bytes) in out[place..][..to.size()].chunks_mut(channels).enumerate() {
                    bytes.iter_mut().zip(&pooled).for_each(|(byte, &count)| *byte = (count >> (8 * digit)) as u8);
                }
            }
        }
    }
}

/// The place of a source among the maps.
fn place(source: Source) -> usize {
    match source {
        Source::Input => 0,
        Source::Node(index) => index + 1,
    }
}

#[cfg(test)]
mod tests;
