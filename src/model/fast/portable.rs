//! The form for every processor, which the compiler vectorises as it can.

use super::kernel::Lanes;
use super::layer::{LANES, Neurons, Quads};

/// Two 16-bit numbers a lane.
type Pairs = [i16; 2 * LANES];

/// Needs nothing.
#[derive(Debug, Clone, Copy)]
pub struct Portable;

impl Lanes for Portable {
    type Sums = [i32; LANES];
    /// Even bytes, two a lane, and odd bytes: pairs of 16-bit products whose sum is one instruction of most processors.
    type Weights = [Pairs; 2];
    type Counts = [Pairs; 2];

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
        let (mut even, mut odd) = ([0; 2 * LANES], [0; 2 * LANES]);
        for (pair, bytes) in weights.as_chunks::<2>().0.iter().enumerate() {
            let both = i16::from_le_bytes(bytes.map(|byte| byte as u8));
            even[pair] = both << 8 >> 8;
            odd[pair] = both >> 8;
        }
        [even, odd]
    }

    #[inline(always)]
    fn everywhere(self, [a, b, c, d]: [u8; 4]) -> Self::Counts {
        let (mut even, mut odd) = ([0; 2 * LANES], [0; 2 * LANES]);
        for lane in 0..LANES {
            (even[2 * lane], even[2 * lane + 1]) = (a.into(), c.into());
            (odd[2 * lane], odd[2 * lane + 1]) = (b.into(), d.into());
        }
        [even, odd]
    }

    #[inline(always)]
    fn one_each(self, counts: &[u8; LANES]) -> Self::Counts {
        let mut even = [0; 2 * LANES];
        for lane in 0..LANES {
            even[2 * lane] = counts[lane].into();
        }
        [even, [0; 2 * LANES]]
    }

    #[inline(always)]
    fn add_products(self, mut sums: Self::Sums, counts: Self::Counts, weights: Self::Weights) -> Self::Sums {
        for (counts, weights) in counts.iter().zip(&weights) {
            for lane in 0..LANES {
                let product = |place: usize| i32::from(counts[place]) * i32::from(weights[place]);
                sums[lane] = sums[lane].wrapping_add(product(2 * lane) + product(2 * lane + 1));
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
            let step = neurons.step[lane];
            let within = v[lane].clamp(0, neurons.top[lane]);
            let estimate = (within as f32 * neurons.reciprocal[lane]) as i32;
            let rest = within.wrapping_sub(estimate.wrapping_mul(step));
            counts[lane] = estimate + i32::from(rest >= step) - i32::from(rest < 0);
            v[lane] = v[lane].wrapping_sub(counts[lane].wrapping_mul(step));
        }
        (counts, v)
    }
}
