//! Rounds a channel's weights such that their errors cancel.
//!
//! Counts are never negative, and neighbouring counts of a map are similar. So the sum of the errors of a kernel's taps, and of all
//! weights of a channel, disturbs the current more than each of them alone. Rounding to the nearest leaves those sums to chance; here
//! the few weights nearest to a half are rounded the other way, until every sum is small (the aim of SQuant, arXiv 2202.07471). No
//! image is needed. On the training images of a calibration set, share with the float spiking network's class and squared difference of
//! the scores relative to the float scores':
//!
//! | network                          | bits | nearest         | this            |
//! | -------------------------------- | ---- | --------------- | --------------- |
//! | resnet20-qcfs8 τ8 T1 (2,000)     | 8    | 97.35 %, 0.0393 | 97.30 %, 0.0379 |
//! |                                  | 6    | 97.50 %, 0.0478 | 97.30 %, 0.0444 |
//! |                                  | 5    | 96.90 %, 0.0577 | 97.05 %, 0.0517 |
//! |                                  | 4    | 94.90 %, 0.1020 | 95.80 %, 0.0762 |
//! | vgg16-slim τ4 T1 (1,000)         | 8    | 94.30 %, 0.0180 | 94.00 %, 0.0184 |
//! |                                  | 6    | 92.00 %, 0.0223 | 92.90 %, 0.0208 |
//! |                                  | 4    | 87.30 %, 0.0604 | 91.30 %, 0.0373 |
//! | mnist-cnn τ4 T1 (1,000)          | 4    | 99.60 %, 0.0279 | 99.60 %, 0.0225 |
//! |                                  | 3    | 97.90 %, 0.2073 | 98.60 %, 0.1213 |
//!
//! The shares have a noise of about 0.5 points for the first two; the scores show the difference.

/// Whole numbers for one output channel's weights of one term: less than 1 from `scaled` and within ±`limit`, which
/// holds them rounded to the nearest. `kernel` is the number of taps, which follow each other for each input channel.
pub fn whole(scaled: &[f64], kernel: usize, limit: f64) -> Vec<f64> {
    let mut whole: Vec<f64> = scaled.iter().map(|w| w.round_ties_even()).collect();
    for (whole, scaled) in whole.chunks_exact_mut(kernel).zip(scaled.chunks_exact(kernel)) {
        settle(whole, scaled, limit);
    }
    settle(&mut whole, scaled, limit);
    whole
}

/// Rounds the nearest weights the other way, until the errors' sum is at most a half. A weight that is already whole, such as a zero,
/// stays.
fn settle(whole: &mut [f64], scaled: &[f64], limit: f64) {
    let mut sum: f64 = whole.iter().zip(scaled).map(|(q, w)| q - w).sum();
    while sum.abs() > 0.5 {
        let sign = sum.signum();
        let errors = whole.iter().zip(scaled).map(|(q, w)| sign * (q - w)).enumerate();
        let movable = errors.filter(|&(index, error)| error > 0.0 && (whole[index] - sign).abs() <= limit);
        let Some((index, _)) = movable.max_by(|a, b| a.1.total_cmp(&b.1)) else { break };
        whole[index] -= sign;
        sum -= sign;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(whole: &[f64], scaled: &[f64]) -> f64 {
        whole.iter().zip(scaled).map(|(q, w)| q - w).sum()
    }

    #[test]
    fn the_weight_nearest_to_a_half_goes_the_other_way() {
        assert_eq!(whole(&[1.4, 2.45, 3.3, -4.2], 4, 127.0), [1.0, 3.0, 3.0, -4.0]);
        assert_eq!(whole(&[1.2, 2.45, 2.4, 0.0], 4, 2.0), [2.0, 2.0, 2.0, 0.0], "3 is beyond the limit");
        assert_eq!(whole(&[1.0, 0.0, -7.0], 1, 7.0), [1.0, 0.0, -7.0]);
    }

    proptest! {
        #[test]
        fn sums_are_small_and_weights_near(
            scaled in prop::collection::vec(-6f64..6.0, 36), kernel in prop::sample::select(vec![1usize, 4, 9, 36]),
        ) {
            let free = whole(&scaled, kernel, f64::INFINITY);
            prop_assert!(sum(&free, &scaled).abs() <= 0.5 + 1e-9);
            let moved: f64 = free.chunks_exact(kernel).zip(scaled.chunks_exact(kernel)).map(|(q, w)| sum(q, w).abs()).sum();
            // Each kernel's sum is at most a half before the channel's weights are moved, one for each unit of its sum.
            prop_assert!(moved <= 36.0 / kernel as f64);
            let held = whole(&scaled, kernel, 6.0);
            for (q, w) in free.iter().chain(&held).zip(scaled.iter().chain(&scaled)) {
                prop_assert!((q - w).abs() < 1.0 && q.fract() == 0.0);
            }
            prop_assert!(held.iter().all(|q| q.abs() <= 6.0));
        }
    }
}
