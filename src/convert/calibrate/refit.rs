//! A layer's weights and bias, refitted to the inputs that it gets from spiking layers: linear least squares towards the current of the
//! float ANN, with a ridge that draws the weights to their trained values.

use nalgebra::{Cholesky, DMatrix};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, Axis, concatenate, s};
use rayon::prelude::*;

use crate::shape::Shape;
use crate::snn::{Term, float};

/// Windows that the fit of one layer looks at.
const WINDOWS: usize = 60_000;

/// Windows for each weight of an output channel that a fit may find: with fewer windows it would learn the images.
const WINDOWS_A_WEIGHT: usize = 8;

/// Most weights of one output channel: the system of equations has this many rows.
const MOST_WEIGHTS: usize = 2304;

/// The ridge, relative to the mean square of an input summed over all windows. Between 10⁻³ and 10⁻¹ it changes little.
const RIDGE: f64 = 0.01;

/// Images of a part whose sums are made by one thread: a fixed number, so the result does not depend on threads.
const IMAGES_A_PART: usize = 64;

/// What one image shows.
pub struct Sample {
    /// Mean activation over the time steps of the term's source, \[channel, pixel\].
    pub input: Array2<f32>,
    /// By how much the layer's mean current falls short, \[channel, pixel\].
    pub missing: Array2<f32>,
}

/// Changes the weights of `term` and `bias` such that the layer's current comes closest to what is missing. `shape` is that
/// of the term's source, `out` that of the layer. A weight between channels that are not connected stays 0. Channels with too many
/// weights for the images stay as they are.
pub fn refit(term: &mut Term, bias: &mut [f32], shape: Shape, out: Shape, samples: &[Sample]) {
    for (inputs, outputs) in connected(term) {
        let (_, _, ky, kx) = term.weights.dim();
        let taps = ky * kx;
        let unknowns = inputs.len() * taps;
        let windows = samples.len() * out.pixels();
        if unknowns == 0 || unknowns > MOST_WEIGHTS || windows < WINDOWS_A_WEIGHT * unknowns {
            continue;
        }
        let rows: Vec<usize> = inputs.iter().flat_map(|input| input * taps..(input + 1) * taps).collect();
        let sums = |(number, part): (usize, &[Sample])| {
            let first = number * IMAGES_A_PART;
            sums(term, shape, out, part, first, (windows / WINDOWS).max(1) | 1, &rows, &outputs)
        };
        let parts: Vec<_> = samples.par_chunks(IMAGES_A_PART).enumerate().map(sums).collect();
        let mut products = DMatrix::<f64>::zeros(unknowns + 1, unknowns + 1);
        let mut wanted = DMatrix::<f64>::zeros(unknowns + 1, outputs.len());
        for (part_products, part_wanted) in parts {
            for ((row, column), value) in part_products.indexed_iter() {
                products[(row, column)] += f64::from(*value);
            }
            for ((row, column), value) in part_wanted.indexed_iter() {
                wanted[(row, column)] += f64::from(*value);
            }
        }
        let ridge = RIDGE * products.diagonal().rows(0, unknowns).mean();
        (0..unknowns).for_each(|weight| products[(weight, weight)] += ridge);
        // Without a factorisation no input was ever active: there is nothing to fit.
        let Some(factors) = Cholesky::new(products) else { continue };
        let change = factors.solve(&wanted);
        for (column, &output) in outputs.iter().enumerate() {
            for (weight, row) in rows.iter().enumerate() {
                term.weights[[output, row / taps, row % taps / kx, row % kx]] += change[(weight, column)] as f32;
            }
            bias[output] += change[(unknowns, column)] as f32;
        }
    }
}

/// Output channels that read the same input channels, with these.
fn connected(term: &Term) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut groups: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for (output, weights) in term.weights.outer_iter().enumerate() {
        let read = weights.outer_iter().enumerate().filter(|(_, taps)| taps.iter().any(|weight| *weight != 0.0));
        let inputs: Vec<usize> = read.map(|(input, _)| input).collect();
        match groups.iter_mut().find(|(of, _)| *of == inputs) {
            Some((_, outputs)) => outputs.push(output),
            None => groups.push((inputs, vec![output])),
        }
    }
    groups
}

/// Sums over windows: of the products of their inputs with each other, and with what is missing. The last input is a 1,
/// for the bias. Every `stride`-th window of all images is used; the first image of `part` is number `first`.
#[expect(clippy::too_many_arguments, reason = "a struct of them would be used only here")]
fn sums(
    term: &Term,
    shape: Shape,
    out: Shape,
    part: &[Sample],
    first: usize,
    stride: usize,
    rows: &[usize],
    outputs: &[usize],
) -> (Array2<f32>, Array2<f32>) {
    let pixels = out.pixels();
    let chosen = |map: ArrayView2<f32>, image: usize, rows: &[usize]| {
        let start = (stride - (first + image) * pixels % stride) % stride;
        map.slice(s![.., start.min(pixels)..; stride]).select(Axis(0), rows)
    };
    let of_images: Vec<(Array2<f32>, Array2<f32>)> = part
        .iter()
        .enumerate()
        .map(|(image, sample)| {
            let columns = float::columns(sample.input.view(), shape, &term.window, out);
            (chosen(columns.view(), image, rows), chosen(sample.missing.view(), image, outputs))
        })
        .collect();
    let together = |maps: Vec<ArrayView2<f32>>| concatenate(Axis(1), &maps).expect("maps of the same channels");
    let inputs = together(of_images.iter().map(|(inputs, _)| inputs.view()).collect());
    let missing = together(of_images.iter().map(|(_, missing)| missing.view()).collect());
    let ones = Array2::ones((1, inputs.ncols()));
    let inputs = concatenate(Axis(0), &[inputs.view(), ones.view()]).expect("a row of the same length");
    let mut products = Array2::zeros((inputs.nrows(), inputs.nrows()));
    general_mat_mul(1.0, &inputs, &inputs.t(), 0.0, &mut products);
    let mut wanted = Array2::zeros((inputs.nrows(), outputs.len()));
    general_mat_mul(1.0, &inputs, &missing.t(), 0.0, &mut wanted);
    (products, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::shape::{Padding, Window};
    use crate::snn::Source;
    use ndarray::Array4;

    /// A known change of weights and bias makes the missing current; the fit finds it, and finds nothing between channels that are not
    /// connected.
    #[test]
    fn a_known_change_is_found() {
        let mut random = Random::new(5);
        let (shape, out) = (Shape::new(4, 6, 6), Shape::new(4, 6, 6));
        let padding = Padding { top: 1, left: 1, bottom: 1, right: 1 };
        let window = Window { kernel: [3, 3], stride: [1, 1], padding };
        // Two groups of two channels.
        let joined = |output: usize, input: usize| output / 2 == input / 2;
        let weights = |random: &mut Random| {
            Array4::from_shape_fn((4, 4, 3, 3), |(o, i, ..)| if joined(o, i) { random.real() - 0.5 } else { 0.0 })
        };
        let (start, change) = (weights(&mut random), weights(&mut random));
        let bias_change = [0.5, -0.25, 0.0, 1.0];
        let samples: Vec<Sample> = (0..150)
            .map(|_| {
                let input = Array2::from_shape_fn((4, 36), |_| random.real());
                let columns = float::columns(input.view(), shape, &window, out);
                let mut missing = change.to_shape((4, 36)).unwrap().dot(&columns);
                missing.outer_iter_mut().zip(bias_change).for_each(|(mut row, bias)| row += bias);
                Sample { input, missing }
            })
            .collect();
        let mut term = Term { source: Source::Node(0), window, weights: start.clone() };
        let mut bias = [0.0; 4];
        refit(&mut term, &mut bias, shape, out, &samples);
        let found = &term.weights - &start;
        for ((place, found), wanted) in found.indexed_iter().zip(&change) {
            // The ridge takes a few per cent.
            assert!((found - wanted).abs() < 0.1, "{place:?}: {found}, not {wanted}");
            assert!(*wanted != 0.0 || *found == 0.0, "{place:?} is not connected");
        }
        let of = |a: &Array4<f32>| a.iter().map(|x| x * x).sum::<f32>();
        assert!(of(&(&found - &change)) < 0.01 * of(&change));
    }

    #[test]
    fn few_images_fit_nothing() {
        let window = Window { kernel: [1, 1], stride: [1, 1], padding: Padding::default() };
        let weights = Array4::from_elem((1, 4, 1, 1), 1.0);
        let mut term = Term { source: Source::Node(0), window, weights: weights.clone() };
        let mut bias = [0.0];
        let sample = |_| Sample { input: Array2::ones((4, 1)), missing: Array2::ones((1, 1)) };
        let samples: Vec<Sample> = (0..4 * WINDOWS_A_WEIGHT - 1).map(sample).collect();
        refit(&mut term, &mut bias, Shape::new(4, 1, 1), Shape::new(1, 1, 1), &samples);
        assert_eq!((term.weights, bias), (weights, [0.0]));
    }
}
