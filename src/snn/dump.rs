//! A readable table of the converted network, for people and for snapshots.

use std::fmt::Write;

use super::{Network, Neuron, Op, Source};

/// One line a node, and one a term: names, shapes, windows, thetas, range of the weights.
pub fn dump(network: &Network) -> String {
    let normalisation = &network.input.normalisation;
    let mut text = format!(
        "{}: τ = {}, T = {}, input {}, mean {:?}, std {:?}\n",
        network.name, network.members, network.timesteps, network.input.shape, normalisation.mean, normalisation.std
    );
    let source = |source: Source| match source {
        Source::Input => "input",
        Source::Node(index) => network.nodes[index].name.as_str(),
    };
    for (index, node) in network.nodes.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = match &node.op {
            Op::Pool(pool) => writeln!(
                text,
                "{index:>3} {} [{}] {}: {:?} pool {} of {}",
                node.name,
                node.origin,
                node.shape,
                pool.kind,
                pool.window,
                source(pool.source)
            ),
            Op::Layer(layer) => {
                let neuron = match &layer.neuron {
                    Neuron::Group { theta } => format!("θ {}", thetas(theta)),
                    Neuron::Readout => "readout".into(),
                };
                let _ = writeln!(
                    text,
                    "{index:>3} {} [{}] {}: {neuron}, bias {}",
                    node.name,
                    node.origin,
                    node.shape,
                    range(&layer.bias)
                );
                layer.terms.iter().try_for_each(|term| {
                    writeln!(
                        text,
                        "      + {} of {}, weights {}",
                        term.window,
                        source(term.source),
                        range(&term.weights)
                    )
                })
            }
        };
    }
    text
}

/// One number if it is the same for all channels.
fn thetas(thetas: &[f32]) -> String {
    match thetas.iter().all(|theta| *theta == thetas[0]) {
        true => format!("{:.6}", thetas[0]),
        false => range(thetas),
    }
}

/// Smallest and largest value.
fn range<'a>(values: impl IntoIterator<Item = &'a f32>) -> String {
    let (low, high) = values
        .into_iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
    format!("{low:.4}..{high:.4}")
}
