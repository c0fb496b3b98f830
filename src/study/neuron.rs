//! One neuron under a constant current.
//!
//! Its mean output over T time steps is `λ/(τT) · clamp(⌊τT·x/λ + 1/2⌋, 0, τT)`, the QCFS staircase of τT levels: the current x ≤ λ
//! fires at most τ members a time step, so no charge is ever left over or lost to the clamp, and all of it except the residue v < θ has
//! been fired. The staircase depends on τT alone. **A group of τ members at T time steps gives what an integrate-and-fire neuron gives
//! at τT time steps**, exactly, as long as the arithmetic does not round.

use crate::snn::float;

/// Runs a group neuron with the member threshold `theta`, in the arithmetic of the float spiking network, and gives `each` its mean
/// output after each number of time steps in `at`, which ascend.
pub fn mean_outputs(current: f32, theta: f32, members: u32, at: &[u32], mut each: impl FnMut(usize, f64)) {
    let mut counts = float::counts(current, theta, members);
    let (mut fired, mut t) = (0, 0);
    for (index, &timesteps) in at.iter().enumerate() {
        fired += counts.by_ref().take((timesteps - t) as usize).sum::<u32>();
        t = timesteps;
        each(index, f64::from(fired) * f64::from(theta) / f64::from(timesteps));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mean_output(current: f32, theta: f32, members: u32, timesteps: u32) -> f64 {
        let mut mean = 0.0;
        mean_outputs(current, theta, members, &[timesteps], |_, output| mean = output);
        mean
    }

    /// λ/L · clip(⌊x·L/λ + 1/2⌋, 0, L) with λ = 1.
    fn qcfs(current: f64, levels: u32) -> f64 {
        (current * f64::from(levels) + 0.5).floor().clamp(0.0, f64::from(levels)) / f64::from(levels)
    }

    /// Multiples of 2⁻¹⁰ and θ that are powers of two: no operation rounds.
    #[test]
    fn a_group_is_the_staircase_and_a_faster_integrate_and_fire_neuron() {
        for members in [1, 2, 4, 8, 16] {
            for timesteps in [1, 2, 4, 8] {
                for current in -1024..=2048 {
                    let current = current as f32 / 1024.0;
                    let group = mean_output(current, 1.0 / members as f32, members, timesteps);
                    assert_eq!(
                        group,
                        qcfs(current.into(), members * timesteps),
                        "τ {members} T {timesteps} x {current}"
                    );
                    assert_eq!(
                        group,
                        mean_output(current, 1.0, 1, members * timesteps),
                        "τ {members} T {timesteps} x {current}"
                    );
                }
            }
        }
    }

    #[test]
    fn means_are_those_of_runs_of_their_own() {
        let mut means = [0.0; 3];
        mean_outputs(0.37, 0.25, 4, &[1, 3, 7], |index, mean| means[index] = mean);
        assert_eq!(means, [1, 3, 7].map(|timesteps| mean_output(0.37, 0.25, 4, timesteps)));
    }

    proptest! {
        /// With any numbers, as long as the current is not so near a riser of the staircase that rounding decides.
        #[test]
        fn rounding_matters_at_the_risers_only(
            current in -1f32..3.0, lambda in 0.1f32..4.0, members in 1u32..20, timesteps in 1u32..20,
        ) {
            let levels = f64::from(members * timesteps);
            let place = f64::from(current) / f64::from(lambda) * levels + 0.5;
            prop_assume!((place - place.round()).abs() > 1e-3);
            let counted = place.floor().clamp(0.0, levels);
            let theta = lambda / members as f32;
            let group = mean_output(current, theta, members, timesteps) * f64::from(timesteps) / f64::from(theta);
            let single = mean_output(current, lambda, 1, members * timesteps) * levels / f64::from(lambda);
            prop_assert_eq!((group.round(), single.round()), (counted, counted));
        }
    }
}
