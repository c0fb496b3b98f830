//! The synaptic currents of one layer: for each nonzero source element its count times its weight row.

use crate::fixed_point::Layer;
use crate::shape::{Shape, Window};

use super::Map;

/// The currents of one output pixel, without the bias.
pub trait Current {
    /// The current of time step `t` into channel `channel`.
    fn at(&self, t: usize, channel: usize) -> i64;
}

/// An accumulator's number: `i32` where the layer's widths prove that it is enough, else `i64`.
trait Number: Copy + Default + Into<i64> + std::ops::AddAssign + std::ops::Mul<Output = Self> + From<i32> {}
impl Number for i32 {}
impl Number for i64 {}

/// Weights of each term times 2^shift, \[row of kernel\]\[column\]\[in\]\[out\].
pub enum Prepared {
    Narrow(Vec<Vec<i32>>),
    Wide(Vec<Vec<i64>>),
}

/// Accumulators of one pixel: those of the input serve all time steps.
struct Accumulators<N> {
    channels: usize,
    /// \[out\], from the input.
    shared: Vec<N>,
    /// \[time step\]\[out\], from spikes.
    by_timestep: Vec<N>,
}

impl<N: Number> Current for Accumulators<N> {
    fn at(&self, t: usize, channel: usize) -> i64 {
        self.shared[channel].into() + self.by_timestep[t * self.channels + channel].into()
    }
}

impl Prepared {
    pub fn new(layer: &Layer) -> Self {
        let rows = |term: &crate::fixed_point::Term| {
            let rows = term.weights.view().permuted_axes([2, 3, 1, 0]);
            rows.iter().map(|&q| i64::from(q) << term.shift).collect::<Vec<i64>>()
        };
        let wide: Vec<Vec<i64>> = layer.terms.iter().map(rows).collect();
        let narrow: Option<Vec<Vec<i32>>> =
            wide.iter().map(|rows| rows.iter().map(|&w| i32::try_from(w).ok()).collect()).collect();
        match narrow {
            Some(narrow) if layer.widths.accumulator <= 31 => Prepared::Narrow(narrow),
            _ => Prepared::Wide(wide),
        }
    }

    /// Calls `fire` for each output pixel, in raster order, with its currents. `events` receives the number of nonzero
    /// source elements in each window.
    pub fn currents(
        &self,
        terms: &[(Window, &Map)],
        out: Shape,
        timesteps: usize,
        events: Option<&mut Vec<u32>>,
        fire: &mut dyn FnMut(usize, &dyn Current),
    ) {
        match self {
            Prepared::Narrow(weights) => accumulate(weights, terms, out, timesteps, events, fire),
            Prepared::Wide(weights) => accumulate(weights, terms, out, timesteps, events, fire),
        }
    }
}

/// One nonzero count of a source pixel.
struct Spikes<N> {
    channel: usize,
    t: usize,
    count: N,
}

/// The nonzero counts of a map, pixel by pixel: listed once, since many windows cover each pixel.
struct Listed<N> {
    spikes: Vec<Spikes<N>>,
    /// Where each pixel's spikes begin, and one more for the end.
    starts: Vec<usize>,
    /// Nonzero elements of each pixel, whatever their number of nonzero time steps.
    nonzero: Vec<u32>,
}

impl<N: Number> Listed<N> {
    fn new(source: &Map) -> Self {
        let mut listed = Listed { spikes: Vec::new(), starts: vec![0], nonzero: Vec::new() };
        for pixel in source.values.chunks_exact(source.channels * source.timesteps) {
            let mut nonzero = 0;
            for (channel, counts) in pixel.chunks_exact(source.timesteps).enumerate() {
                let before = listed.spikes.len();
                let spikes = counts.iter().enumerate().filter(|(_, count)| **count != 0);
                listed.spikes.extend(spikes.map(|(t, &count)| Spikes { channel, t, count: count.into() }));
                nonzero += u32::from(listed.spikes.len() > before);
            }
            listed.starts.push(listed.spikes.len());
            listed.nonzero.push(nonzero);
        }
        listed
    }
}

fn accumulate<N: Number>(
    weights: &[Vec<N>],
    terms: &[(Window, &Map)],
    out: Shape,
    timesteps: usize,
    mut events: Option<&mut Vec<u32>>,
    fire: &mut dyn FnMut(usize, &dyn Current),
) {
    let channels = out.channels;
    let listed: Vec<Listed<N>> = terms.iter().map(|(_, source)| Listed::new(source)).collect();
    let zero = |n: usize| vec![N::default(); n];
    let mut sums = Accumulators { channels, shared: zero(channels), by_timestep: zero(channels * timesteps) };
    for pixel in 0..out.pixels() {
        sums.shared.fill(N::default());
        sums.by_timestep.fill(N::default());
        let mut nonzero = 0;
        for (((window, source), listed), weights) in terms.iter().zip(&listed).zip(weights) {
            let [rows, columns] = window.kernel;
            let image = source.timesteps == 1 && timesteps != 1;
            let into = if image { &mut sums.shared } else { &mut sums.by_timestep };
            for tap in 0..rows * columns {
                // Above or left of the map this wraps to a huge number.
                let y = (pixel / out.width * window.stride[0] + tap / columns).wrapping_sub(window.padding.top);
                let x = (pixel % out.width * window.stride[1] + tap % columns).wrapping_sub(window.padding.left);
                if y >= source.height || x >= source.width {
                    continue;
                }
                let from = y * source.width + x;
                nonzero += listed.nonzero[from];
                for spikes in &listed.spikes[listed.starts[from]..listed.starts[from + 1]] {
                    let row = &weights[(tap * source.channels + spikes.channel) * channels..][..channels];
                    add(&mut into[spikes.t * channels..][..channels], row, spikes.count);
                }
            }
        }
        if let Some(events) = &mut events {
            events.push(nonzero);
        }
        fire(pixel, &sums);
    }
}

fn add<N: Number>(sums: &mut [N], row: &[N], count: N) {
    for (sum, &weight) in sums.iter_mut().zip(row) {
        *sum += count * weight;
    }
}
