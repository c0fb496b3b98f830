//! The backend for every processor; the compiler vectorises it as it can.

use super::kernel::Lanes;
use super::layer::{LANES, Neurons, Quads};

/// Needs nothing.
#[derive(Debug, Clone, Copy)]
pub struct Portable;

impl Lanes for Portable {
    type Sums = [i32; LANES];
    /// \[byte\]\[lane\]
    type Weights = [[i32; LANES]; 4];
    /// \[byte\]\[lane\]
    type Counts = [[i32; LANES]; 4];

    #[inline(always)]
    fn load(self, from: &[i32; LANES]) -> Self::Sums {
        *from
    }

    #[inline(always)]
    fn store(self, sums: Self::Sums, to: &mut [i32; LANES]) {
        *to = sums;
    }

    #[inline(always)]
    fn store_bytes(self, sums: Self::Sums, to: &mut [u8]) {
        for (to, sum) in to.iter_mut().zip(sums) {
            *to = sum as u8;
        }
    }

    #[inline(always)]
    fn weights(self, weights: &Quads) -> Self::Weights {
        // Bytes are taken out of whole lanes, so lanes keep their places in vectors.
        let mut by_byte = [[0; LANES]; 4];
        for (lane, bytes) in weights.as_chunks::<4>().0.iter().enumerate() {
            let quad = i32::from_le_bytes(bytes.map(|byte| byte as u8));
            for (byte, by_byte) in by_byte.iter_mut().enumerate() {
                by_byte[lane] = quad << (24 - 8 * byte) >> 24;
            }
        }
        by_byte
    }

    #[inline(always)]
    fn everywhere(self, counts: [u8; 4]) -> Self::Counts {
        counts.map(|count| [count.into(); LANES])
    }

    #[inline(always)]
    fn one_each(self, counts: &[u8; LANES]) -> Self::Counts {
        let none = [0; LANES];
        [counts.map(i32::from), none, none, none]
    }

    #[inline(always)]
    fn add_products(self, mut sums: Self::Sums, counts: Self::Counts, weights: Self::Weights) -> Self::Sums {
        for (counts, weights) in counts.iter().zip(&weights) {
            for lane in 0..LANES {
                sums[lane] = sums[lane].wrapping_add(counts[lane] * weights[lane]);
            }
        }
        sums
    }

    #[inline(always)]
    fn add(self, mut left: Self::Sums, right: Self::Sums) -> Self::Sums {
        for (left, right) in left.iter_mut().zip(right) {
            *left = left.wrapping_add(right);
        }
        left
    }

    #[inline(always)]
    fn shift(self, sums: Self::Sums, by: u32) -> Self::Sums {
        sums.map(|sum| sum.checked_shl(by).unwrap_or(0))
    }

    #[inline(always)]
    fn fire(self, mut v: Self::Sums, neurons: &Neurons) -> (Self::Sums, Self::Sums) {
        let mut counts = [0; LANES];
        for lane in 0..LANES {
            let theta = neurons.theta[lane];
            let within = v[lane].clamp(0, neurons.top[lane]);
            let estimate = (within as f32 * neurons.reciprocal[lane]) as i32;
            let rest = within.wrapping_sub(estimate.wrapping_mul(theta));
            counts[lane] = estimate + i32::from(rest >= theta) - i32::from(rest < 0);
            v[lane] = v[lane].wrapping_sub(counts[lane].wrapping_mul(theta));
        }
        (counts, v)
    }
}
