//! The ANN without rounding: the limit of the spiking networks as they get more time steps.

use ndarray::{Array2, ArrayView3};

use super::Networks;
use crate::snn::{Op, Source, float};

/// The current of each layer in one frame, \[channel, pixel\], bias included; `None` for pools. Every neuron stands for its
/// current clipped to 0 .. λ.
pub fn currents(networks: &Networks, image: ArrayView3<u8>) -> Vec<Option<Array2<f32>>> {
    let network = &networks.ann;
    let input = float::normalised(image, &network.input.normalisation);
    let mut maps: Vec<Array2<f32>> = Vec::with_capacity(network.nodes.len());
    let mut currents = Vec::with_capacity(network.nodes.len());
    for (node, &lambda) in network.nodes.iter().zip(&networks.lambda) {
        let map = |source| {
            let values = match source {
                Source::Input => input.view(),
                Source::Node(index) => maps[index].view(),
            };
            (network.shape_of(source), values)
        };
        let (current, activation) = match &node.op {
            Op::Pool(pool) => {
                let (shape, values) = map(pool.source);
                (None, float::pool(pool, shape, values, node.shape))
            }
            Op::Layer(layer) => {
                let mut sum = float::biases(layer, node.shape.pixels());
                float::add_terms(layer, &mut sum, node.shape, &|source| Some(map(source)));
                let activation = sum.mapv(|current| current.clamp(0.0, lambda));
                (Some(sum), activation)
            }
        };
        maps.push(activation);
        currents.push(current);
    }
    currents
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::float_snn;
    use crate::random;
    use crate::snn::{Neuron, PoolKind};
    use crate::study::Run;

    /// Many members and one time step come as near to it as half of θ allows in the first layer, and give nearly the same scores.
    #[test]
    fn many_members_approach_it() {
        let mut compared = 0;
        for seed in 0..40 {
            let mut network = random::network(seed, &random::Options::default());
            let maximum = |op: &Op| matches!(op, Op::Pool(pool) if pool.kind == PoolKind::Max);
            if network.nodes.iter().any(|node| maximum(&node.op)) {
                continue;
            }
            // Thresholds from training are the same for a whole layer.
            for node in &mut network.nodes {
                if let Op::Layer(layer) = &mut node.op
                    && let Neuron::Group { theta } = &mut layer.neuron
                {
                    let first = theta[0];
                    theta.fill(first);
                }
            }
            let lambda = |op: &Op| match op {
                Op::Layer(layer) => match &layer.neuron {
                    Neuron::Group { theta } => theta[0] * network.members as f32,
                    Neuron::Readout => f32::INFINITY,
                },
                Op::Pool(_) => f32::INFINITY,
            };
            let lambda: Vec<f32> = network.nodes.iter().map(|node| lambda(&node.op)).collect();
            let networks = Networks { ann: network.clone(), lambda: lambda.clone(), runs: Vec::<Run>::new() };
            // A thousandth of θ for a thousand times the members.
            let finer = 1000;
            for node in &mut network.nodes {
                if let Op::Layer(layer) = &mut node.op
                    && let Neuron::Group { theta } = &mut layer.neuron
                {
                    theta.iter_mut().for_each(|theta| *theta /= finer as f32);
                }
            }
            (network.members, network.timesteps) = (network.members * finer, 1);
            let image = random::image(seed, network.input.shape);
            let exact = currents(&networks, image.view());
            let (scores, traces) = float_snn::trace(&network, image.view());
            for (index, trace) in traces.iter().enumerate() {
                let (Some(trace), Some(exact)) = (trace, &exact[index]) else { continue };
                let theta = lambda[index] / network.members as f32;
                for ((channel, pixel), &current) in exact.indexed_iter() {
                    let own = trace.counts[[0, channel, pixel]] as f32 * theta;
                    let activation = current.clamp(0.0, lambda[index]);
                    assert!((own - activation).abs() <= 0.02 * lambda[index], "seed {seed}: {own} {activation}");
                    compared += 1;
                }
            }
            let last = exact.last().and_then(Option::as_ref).unwrap();
            let size = last.iter().fold(1f32, |size, score| size.max(score.abs()));
            for (own, exact) in scores.row(0).iter().zip(last) {
                assert!((own - exact).abs() <= 0.02 * size, "seed {seed}: {own} {exact}");
            }
        }
        assert!(compared > 1000, "{compared}");
    }
}
