//! The backend for AVX2: 16-bit products of the even and of the odd bytes. Two of them fit easily into 32 bits; the instruction for
//! bytes would saturate its sums of two at 16 bits.

use std::arch::x86_64::*;

use super::kernel::{self, Lanes, Out};
use super::layer::{LANES, Layer, Neurons, Quads};

/// Proves that the processor has AVX2.
#[derive(Debug, Clone, Copy)]
pub struct Avx2(());

/// Eight lanes each.
type Halves = [__m256i; 2];

impl Avx2 {
    /// `None` if the processor lacks it.
    pub fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Avx2(()))
    }

    /// [`kernel::run`] with these instructions.
    pub fn run(self, layer: &Layer, images: usize, sources: &[&[u8]], out: &mut Out) {
        // SAFETY: `self` exists only where the processor has AVX2.
        unsafe { run(self, layer, images, sources, out) }
    }
}

#[target_feature(enable = "avx2")]
fn run(lanes: Avx2, layer: &Layer, images: usize, sources: &[&[u8]], out: &mut Out) {
    kernel::run::<_, 4, 1>(lanes, layer, images, sources, out);
}

/// Loads the eight lanes from `half * 8` on.
#[inline(always)]
fn half(_: Avx2, from: &[i32; LANES], half: usize) -> __m256i {
    let from: &[i32; 8] = from.as_chunks().0.get(half).expect("there are two halves");
    // SAFETY: the processor has AVX (`Avx2`), and the 32 bytes are those of `from`.
    unsafe { _mm256_loadu_si256(from.as_ptr().cast()) }
}

impl Lanes for Avx2 {
    type Sums = Halves;
    /// The even bytes of each half, and the odd ones.
    type Weights = [(__m256i, __m256i); 2];
    type Counts = [(__m256i, __m256i); 2];

    #[inline(always)]
    fn load(self, from: &[i32; LANES]) -> Halves {
        [half(self, from, 0), half(self, from, 1)]
    }

    #[inline(always)]
    fn store(self, sums: Halves, to: &mut [i32; LANES]) {
        for (to, sum) in to.as_chunks_mut::<8>().0.iter_mut().zip(sums) {
            // SAFETY: the processor has AVX (`self`), and the 32 bytes are those of `to`.
            unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), sum) }
        }
    }

    #[inline(always)]
    fn store_bytes(self, sums: Halves, to: &mut [u8]) {
        let mut lanes = [0; LANES];
        self.store(sums, &mut lanes);
        for (to, lane) in to.iter_mut().zip(lanes) {
            *to = lane as u8;
        }
    }

    #[inline(always)]
    fn weights(self, weights: &Quads) -> Self::Weights {
        let (halves, _) = weights.as_chunks::<32>();
        let unpack = |half: &[i8; 32]| {
            // SAFETY: the processor has AVX2 (`self`), and the 32 bytes are those of `half`.
            unsafe {
                let bytes = _mm256_loadu_si256(half.as_ptr().cast());
                (_mm256_srai_epi16(_mm256_slli_epi16(bytes, 8), 8), _mm256_srai_epi16(bytes, 8))
            }
        };
        [unpack(&halves[0]), unpack(&halves[1])]
    }

    #[inline(always)]
    fn everywhere(self, counts: [u8; 4]) -> Self::Counts {
        // SAFETY: the processor has AVX2 (`self`).
        let half = unsafe {
            let bytes = _mm256_set1_epi32(i32::from_le_bytes(counts));
            (_mm256_and_si256(bytes, _mm256_set1_epi16(255)), _mm256_srli_epi16(bytes, 8))
        };
        [half; 2]
    }

    #[inline(always)]
    fn one_each(self, counts: &[u8; LANES]) -> Self::Counts {
        let (halves, _) = counts.as_chunks::<8>();
        let unpack = |half: [u8; 8]| {
            // SAFETY: the processor has AVX2 (`self`).
            unsafe {
                let bytes = _mm_cvtsi64_si128(i64::from_le_bytes(half));
                (_mm256_cvtepu8_epi32(bytes), _mm256_setzero_si256())
            }
        };
        [unpack(halves[0]), unpack(halves[1])]
    }

    #[inline(always)]
    fn add_products(self, mut sums: Halves, counts: Self::Counts, weights: Self::Weights) -> Halves {
        for half in 0..2 {
            let ((even, odd), (even_weights, odd_weights)) = (counts[half], weights[half]);
            // SAFETY: the processor has AVX2 (`self`).
            unsafe {
                let products =
                    _mm256_add_epi32(_mm256_madd_epi16(even, even_weights), _mm256_madd_epi16(odd, odd_weights));
                sums[half] = _mm256_add_epi32(sums[half], products);
            }
        }
        sums
    }

    #[inline(always)]
    fn add(self, left: Halves, right: Halves) -> Halves {
        // SAFETY: the processor has AVX2 (`self`).
        unsafe { [_mm256_add_epi32(left[0], right[0]), _mm256_add_epi32(left[1], right[1])] }
    }

    #[inline(always)]
    fn shift(self, sums: Halves, by: u32) -> Halves {
        // SAFETY: the processor has AVX2 (`self`). A shift by 32 and more gives 0.
        unsafe {
            let by = _mm_cvtsi32_si128(by as i32);
            [_mm256_sll_epi32(sums[0], by), _mm256_sll_epi32(sums[1], by)]
        }
    }

    #[inline(always)]
    fn fire(self, v: Halves, neurons: &Neurons) -> (Halves, Halves) {
        let (thetas, tops) = (self.load(&neurons.theta), self.load(&neurons.top));
        let reciprocals = neurons.reciprocal.as_chunks::<8>().0;
        let (mut counts, mut rests) = (v, v);
        for half in 0..2 {
            let (v, theta) = (v[half], thetas[half]);
            // SAFETY: the processor has AVX2 (`self`), and the 32 bytes are those of the half of `reciprocal`.
            unsafe {
                let zero = _mm256_setzero_si256();
                let within = _mm256_min_epi32(_mm256_max_epi32(v, zero), tops[half]);
                let reciprocal = _mm256_loadu_ps(reciprocals[half].as_ptr());
                let estimate = _mm256_cvttps_epi32(_mm256_mul_ps(_mm256_cvtepi32_ps(within), reciprocal));
                let rest = _mm256_sub_epi32(within, _mm256_mullo_epi32(estimate, theta));
                // Comparisons give −1: one more unless the rest is less than one theta, one less where it is negative.
                let one = _mm256_set1_epi32(1);
                let more = _mm256_add_epi32(one, _mm256_cmpgt_epi32(theta, rest));
                let less = _mm256_cmpgt_epi32(zero, rest);
                counts[half] = _mm256_add_epi32(_mm256_add_epi32(estimate, more), less);
                rests[half] = _mm256_sub_epi32(v, _mm256_mullo_epi32(counts[half], theta));
            }
        }
        (counts, rests)
    }
}
