//! Groups of a convolution, found in its weights: hardware skips what a group does not read. The zeros may come from a grouped or
//! depthwise convolution, an identity shortcut, or pruning.

use ndarray::{Array2, Array4, ArrayView2, Axis};

/// The largest number of groups that `weights` (\[out, in, kernel height, kernel width\]) has: with `g` groups, output channel o may
/// have non-zero weights only for input channels of group `o·g/out`. The channels of a group are consecutive. 1 if the term is dense,
/// or has no weight at all.
pub fn count<W: Default + PartialEq>(weights: &Array4<W>) -> usize {
    let (outputs, inputs, ..) = weights.dim();
    let reads = reads(weights);
    if !reads.iter().any(|&read| read) {
        return 1;
    }
    let most = gcd(outputs, inputs);
    (1..=most).rev().find(|groups| most.is_multiple_of(*groups) && diagonal(reads.view(), *groups)).unwrap_or(1)
}

/// Whether `weights` has `groups` groups, as [`count`] says, or more.
pub fn has<W: Default + PartialEq>(weights: &Array4<W>, groups: usize) -> bool {
    let (outputs, inputs, ..) = weights.dim();
    groups > 0 && gcd(outputs, inputs).is_multiple_of(groups) && diagonal(reads(weights).view(), groups)
}

/// Which input channels each output channel reads.
fn reads<W: Default + PartialEq>(weights: &Array4<W>) -> Array2<bool> {
    let zero = W::default();
    let reads = weights.map_axis(Axis(3), |taps| taps.iter().any(|q| *q != zero));
    reads.map_axis(Axis(2), |rows| rows.iter().any(|&read| read))
}

/// Whether everything outside `groups` blocks on the diagonal is false.
fn diagonal(reads: ArrayView2<bool>, groups: usize) -> bool {
    let (outputs, inputs) = reads.dim();
    reads.indexed_iter().all(|((output, input), &read)| !read || output * groups / outputs == input * groups / inputs)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(outputs: usize, inputs: usize, reads: impl Fn(usize, usize) -> bool) -> Array4<i32> {
        Array4::from_shape_fn((outputs, inputs, 3, 3), |(o, i, y, _)| i32::from(reads(o, i) && y == 1))
    }

    #[test]
    fn groups_are_found() {
        assert_eq!(count(&term(6, 6, |o, i| o == i)), 6);
        assert_eq!(count(&term(6, 6, |o, i| o / 3 == i / 3)), 2);
        assert_eq!(count(&term(8, 4, |o, i| o / 2 == i)), 4);
        assert_eq!(count(&term(6, 6, |o, i| o == i || (o, i) == (0, 5))), 1);
        assert_eq!(count(&term(6, 6, |o, i| o == i && o != 4)), 6);
        assert_eq!(count(&term(3, 2, |_, _| true)), 1);
        assert_eq!(count(&term(6, 6, |_, _| false)), 1);
    }

    #[test]
    fn fewer_groups_are_had_as_well() {
        let blocks = term(6, 6, |o, i| o / 2 == i / 2);
        assert_eq!([1, 2, 3, 6].map(|groups| has(&blocks, groups)), [true, false, true, false]);
        assert_eq!([1, 2, 3, 6].map(|groups| has(&term(6, 6, |_, _| false), groups)), [true; 4]);
        // Within halves and within thirds, but not within sixths.
        let corner = term(12, 12, |o, i| o / 4 == i / 4 && o / 6 == i / 6);
        assert_eq!([0, 2, 3, 6, 5].map(|groups| has(&corner, groups)), [false, true, true, false, false]);
    }
}
