//! The backend for AVX-512 with VNNI: a lane's four products and their sum are one instruction.

use std::arch::x86_64::*;

use super::kernel::{self, Lanes, Out};
use super::layer::{LANES, Layer, Neurons, Quads};

/// Proves that the processor has AVX-512 F, BW, VL and VNNI.
#[derive(Debug, Clone, Copy)]
pub struct Avx512(());

impl Avx512 {
    /// `None` if the processor lacks any of them.
    pub fn detect() -> Option<Self> {
        let able = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni");
        able.then_some(Avx512(()))
    }

    /// [`kernel::run`] with these instructions.
    pub fn run(self, layer: &Layer, images: usize, sources: &[&[u8]], out: &mut Out) {
        // SAFETY: `self` exists only where the processor has these features.
        unsafe { run(self, layer, images, sources, out) }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn run(lanes: Avx512, layer: &Layer, images: usize, sources: &[&[u8]], out: &mut Out) {
    kernel::run::<_, 8, 2>(lanes, layer, images, sources, out);
}

impl Lanes for Avx512 {
    type Sums = __m512i;
    type Weights = __m512i;
    type Counts = __m512i;

    #[inline(always)]
    fn load(self, from: &[i32; LANES]) -> __m512i {
        // SAFETY: the processor has AVX-512 F (`self`), and the 64 bytes are those of `from`.
        unsafe { _mm512_loadu_epi32(from.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, sums: __m512i, to: &mut [i32; LANES]) {
        // SAFETY: the processor has AVX-512 F (`self`), and the 64 bytes are those of `to`.
        unsafe { _mm512_storeu_epi32(to.as_mut_ptr(), sums) }
    }

    #[inline(always)]
    fn store_bytes(self, sums: __m512i, to: &mut [u8]) {
        let mask = ((1u32 << to.len().min(LANES)) - 1) as u16;
        // SAFETY: the processor has AVX-512 F and BW (`self`), and the mask has no more bits than `to` has bytes.
        unsafe { _mm512_mask_cvtepi32_storeu_epi8(to.as_mut_ptr().cast(), mask, sums) }
    }

    #[inline(always)]
    fn weights(self, weights: &Quads) -> __m512i {
        // SAFETY: the processor has AVX-512 F and BW (`self`), and the 64 bytes are those of `weights`.
        unsafe { _mm512_loadu_epi8(weights.as_ptr()) }
    }

    #[inline(always)]
    fn everywhere(self, counts: [u8; 4]) -> __m512i {
        // SAFETY: the processor has AVX-512 F (`self`).
        unsafe { _mm512_set1_epi32(i32::from_le_bytes(counts)) }
    }

    #[inline(always)]
    fn one_each(self, counts: &[u8; LANES]) -> __m512i {
        // SAFETY: the processor has AVX-512 F (`self`), and the 16 bytes are those of `counts`.
        unsafe { _mm512_cvtepu8_epi32(_mm_loadu_si128(counts.as_ptr().cast())) }
    }

    #[inline(always)]
    fn add_products(self, sums: __m512i, counts: __m512i, weights: __m512i) -> __m512i {
        // SAFETY: the processor has AVX-512 VNNI (`self`).
        unsafe { _mm512_dpbusd_epi32(sums, counts, weights) }
    }

    #[inline(always)]
    fn add(self, left: __m512i, right: __m512i) -> __m512i {
        // SAFETY: the processor has AVX-512 F (`self`).
        unsafe { _mm512_add_epi32(left, right) }
    }

    #[inline(always)]
    fn shift(self, sums: __m512i, by: u32) -> __m512i {
        // SAFETY: the processor has AVX-512 F (`self`). A shift by 32 and more gives 0.
        unsafe { _mm512_sll_epi32(sums, _mm_cvtsi32_si128(by as i32)) }
    }

    #[inline(always)]
    fn fire(self, v: __m512i, neurons: &Neurons) -> (__m512i, __m512i) {
        let (theta, top) = (self.load(&neurons.theta), self.load(&neurons.top));
        // SAFETY: the processor has AVX-512 F (`self`), and the 64 bytes are those of `reciprocal`.
        unsafe {
            let one = _mm512_set1_epi32(1);
            let within = _mm512_min_epi32(_mm512_max_epi32(v, _mm512_setzero_si512()), top);
            let reciprocal = _mm512_loadu_ps(neurons.reciprocal.as_ptr());
            let estimate = _mm512_cvttps_epi32(_mm512_mul_ps(_mm512_cvtepi32_ps(within), reciprocal));
            let rest = _mm512_sub_epi32(within, _mm512_mullo_epi32(estimate, theta));
            let below = _mm512_cmplt_epi32_mask(rest, _mm512_setzero_si512());
            let counts = _mm512_mask_add_epi32(estimate, _mm512_cmpge_epi32_mask(rest, theta), estimate, one);
            let counts = _mm512_mask_sub_epi32(counts, below, counts, one);
            (counts, _mm512_sub_epi32(v, _mm512_mullo_epi32(counts, theta)))
        }
    }
}
