//! Response curves: the firing rate of a neuron against its constant input current, both in units of λ.

use super::neuron::mean_outputs;

/// Currents per unit of λ. A power of two, so sampling adds no rounding to the curves of 2, 4, 8 … members.
const PER_UNIT: i32 = 128;

/// Rates of one kind of neuron at one number of time steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// τ; 1 is the integrate-and-fire neuron.
    pub members: u32,
    /// Time steps T.
    pub timesteps: u32,
    /// Mean output over λ, one for each of [`currents`].
    pub rates: Vec<f64>,
}

/// From −λ/4 to 3λ/2.
pub fn currents() -> impl Iterator<Item = f64> + Clone {
    (-PER_UNIT / 4..=PER_UNIT * 3 / 2).map(|place| f64::from(place) / f64::from(PER_UNIT))
}

/// The rate without time steps: the clipped ramp.
pub fn ideal(current: f64) -> f64 {
    current.clamp(0.0, 1.0)
}

/// The curves of each number of members at each number of time steps, which ascend.
pub fn curves(members: &[u32], timesteps: &[u32]) -> Vec<Curve> {
    let of = |&members: &u32| {
        let mut rates = vec![Vec::new(); timesteps.len()];
        for current in currents() {
            mean_outputs(current as f32, 1.0 / members as f32, members, timesteps, |t, mean| rates[t].push(mean));
        }
        timesteps
            .iter()
            .zip(rates)
            .map(move |(&timesteps, rates)| Curve { members, timesteps, rates })
            .collect::<Vec<_>>()
    };
    members.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_staircases_under_the_ramp() {
        let curves = curves(&[1, 4], &[1, 2, 8]);
        let names: Vec<_> = curves.iter().map(|curve| (curve.members, curve.timesteps)).collect();
        assert_eq!(names, [(1, 1), (1, 2), (1, 8), (4, 1), (4, 2), (4, 8)]);
        // Equal in τT.
        assert_eq!(curves[2].rates, curves[4].rates);
        for curve in &curves {
            let half = 0.5 / f64::from(curve.members * curve.timesteps);
            let errors = currents().zip(&curve.rates).map(|(current, rate)| (rate - ideal(current)).abs());
            assert_eq!(errors.fold(0.0, f64::max), half, "τ {} T {}", curve.members, curve.timesteps);
            assert!(curve.rates.is_sorted());
        }
    }
}
