//! Single-precision arithmetic of the converted network's layers: currents by im2col and matrix products, pools, and
//! the firing rule. Calibration and the float simulation both build on it; the integer model does not.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayView3, Axis};

use super::{Layer, Pool, PoolKind, Source};
use crate::ann::Normalisation;
use crate::shape::{Padding, Shape, Window};

/// The image as training saw it, \[channel, pixel\]; `image` is \[height, width, channel\].
pub fn normalised(image: ArrayView3<u8>, normalisation: &Normalisation) -> Array2<f32> {
    let (height, width, channels) = image.dim();
    Array2::from_shape_fn((channels, height * width), |(c, pixel)| {
        let raw = f32::from(image[[pixel / width, pixel % width, c]]);
        (raw / 255.0 - normalisation.mean[c] as f32) / normalisation.std[c] as f32
    })
}

/// Adds to `sum`, \[channel, pixel\], the products of the terms of `layer` whose source has a map in `map`, \[channel, pixel\] with its
/// shape.
pub fn add_terms<'m>(
    layer: &Layer,
    sum: &mut Array2<f32>,
    out: Shape,
    map: &dyn Fn(Source) -> Option<(Shape, ArrayView2<'m, f32>)>,
) {
    for term in &layer.terms {
        let Some((shape, values)) = map(term.source) else { continue };
        let (channels, inputs, ky, kx) = term.weights.dim();
        let rows = (channels, inputs * ky * kx);
        let weights = term.weights.to_shape(rows).expect("a reshape of the same size");
        let unpadded = term.window.padding == Padding::default();
        let whole = unpadded && out.pixels() == 1 && [shape.height, shape.width] == term.window.kernel;
        if whole {
            let column = values.to_shape((rows.1, 1)).expect("a reshape of the same size");
            general_mat_mul(1.0, &weights, &column, 1.0, sum);
        } else {
            general_mat_mul(1.0, &weights, &columns(values, shape, &term.window, out), 1.0, sum);
        }
    }
}

/// A sum of biases for each pixel, \[channel, pixel\].
pub fn biases(layer: &Layer, pixels: usize) -> Array2<f32> {
    Array2::from_shape_fn((layer.bias.len(), pixels), |(c, _)| layer.bias[c])
}

/// im2col: \[in·kernel height·kernel width, output pixel\].
pub fn columns(values: ArrayView2<f32>, shape: Shape, window: &Window, out: Shape) -> Array2<f32> {
    let [ky, kx] = window.kernel;
    let mut columns = Array2::zeros((shape.channels * ky * kx, out.pixels()));
    for (index, mut row) in columns.outer_iter_mut().enumerate() {
        let (channel, tap) = (index / (ky * kx), index % (ky * kx));
        let source = values.index_axis(Axis(0), channel);
        let row = row.as_slice_mut().expect("a new array's rows are contiguous");
        for y in 0..out.height {
            let from = (y * window.stride[0] + tap / kx).wrapping_sub(window.padding.top);
            if from >= shape.height {
                continue;
            }
            for x in 0..out.width {
                let column = (x * window.stride[1] + tap % kx).wrapping_sub(window.padding.left);
                if column < shape.width {
                    row[y * out.width + x] = source[from * shape.width + column];
                }
            }
        }
    }
    columns
}

/// A map after a pool, both \[channel, pixel\].
pub fn pool(pool: &Pool, shape: Shape, values: ArrayView2<f32>, out: Shape) -> Array2<f32> {
    let ([ky, kx], [sy, sx]) = (pool.window.kernel, pool.window.stride);
    Array2::from_shape_fn((out.channels, out.pixels()), |(c, pixel)| {
        let (top, left) = (pixel / out.width * sy, pixel % out.width * sx);
        let taps = (0..ky * kx).map(|tap| values[[c, (top + tap / kx) * shape.width + left + tap % kx]]);
        match pool.kind {
            PoolKind::Sum => taps.sum(),
            PoolKind::Max => taps.fold(f32::NEG_INFINITY, f32::max),
        }
    })
}

/// `#{ i in 1..τ : v ≥ iθ }`, the number of members that fire.
pub fn fired(v: f32, theta: f32, members: u32) -> u32 {
    // The quotient is at most one off; the comparisons decide as the members do.
    let mut n = (v / theta).clamp(0.0, members as f32) as u32;
    while n < members && v >= (n + 1) as f32 * theta {
        n += 1;
    }
    while n > 0 && v < n as f32 * theta {
        n -= 1;
    }
    n
}

/// What a group neuron fires in each time step under a constant current; the potential starts at θ/2, and the sequence never ends.
pub fn counts(current: f32, theta: f32, members: u32) -> impl Iterator<Item = u32> {
    let mut v = theta / 2.0;
    std::iter::repeat_with(move || {
        v += current;
        let n = fired(v, theta, members);
        v -= n as f32 * theta;
        n
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn members_fire_at_their_thresholds(v in -10f32..40.0, theta in 0.01f32..3.0, members in 1u32..16) {
            let plain = (1..=members).filter(|&i| v >= i as f32 * theta).count() as u32;
            prop_assert_eq!(fired(v, theta, members), plain);
            for i in 1..=members {
                prop_assert_eq!(fired(i as f32 * theta, theta, members), i);
            }
        }
    }
}
