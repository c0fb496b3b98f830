//! The synaptic currents of one layer: for each nonzero source element its count times its weight row.

use crate::fixed_point::Layer;
use crate::shape::{Shape, Window};

use super::Map;

/// The currents of one output pixel, without the bias.
pub trait Current {
    /// The current of time step `step` into channel `channel`.
    fn at(&self, step: usize, channel: usize) -> i64;
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

/// Accumulators of one pixel: those of the image serve all time steps alike.
struct Accumulators<N> {
    channels: usize,
    /// \[out\], from the image.
    shared: Vec<N>,
    /// \[time step\]\[out\], from spikes.
    stepped: Vec<N>,
}

impl<N: Number> Current for Accumulators<N> {
    fn at(&self, step: usize, channel: usize) -> i64 {
        self.shared[channel].into() + self.stepped[step * self.channels + channel].into()
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

fn accumulate<N: Number>(
    weights: &[Vec<N>],
    terms: &[(Window, &Map)],
    out: Shape,
    timesteps: usize,
    mut events: Option<&mut Vec<u32>>,
    fire: &mut dyn FnMut(usize, &dyn Current),
) {
    let channels = out.channels;
    let zero = |n: usize| vec![N::default(); n];
    let mut sums = Accumulators { channels, shared: zero(channels), stepped: zero(channels * timesteps) };
    for pixel in 0..out.pixels() {
        sums.shared.fill(N::default());
        sums.stepped.fill(N::default());
        let mut nonzero = 0;
        for ((window, source), weights) in terms.iter().zip(weights) {
            let [rows, columns] = window.kernel;
            let top = (pixel / out.width * window.stride[0]) as isize - window.padding.top as isize;
            let left = (pixel % out.width * window.stride[1]) as isize - window.padding.left as isize;
            let image = source.steps == 1 && timesteps != 1;
            for ky in 0..rows {
                let y = top + ky as isize;
                if y < 0 || y >= source.height as isize {
                    continue;
                }
                for kx in 0..columns {
                    let x = left + kx as isize;
                    if x < 0 || x >= source.width as isize {
                        continue;
                    }
                    let tap = (ky * columns + kx) * source.channels;
                    let elements = source.pixel(y as usize, x as usize).chunks_exact(source.steps);
                    for (channel, counts) in elements.enumerate() {
                        if counts.iter().all(|&count| count == 0) {
                            continue;
                        }
                        nonzero += 1;
                        let row = &weights[(tap + channel) * channels..][..channels];
                        for (step, &count) in counts.iter().enumerate().filter(|(_, count)| **count != 0) {
                            let into = if image { &mut sums.shared } else { &mut sums.stepped };
                            add(&mut into[step * channels..][..channels], row, count.into());
                        }
                    }
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
