//! A readable table of the imported network, for people and for snapshots.

use std::fmt::Write;

use super::{Network, Node, Op};

/// One line a node: index, name, operation, inputs, output shape, parameters, range of the weights.
pub fn dump(network: &Network) -> String {
    let mut text =
        format!("{}: mean {:?}, std {:?}\n", network.name, network.normalisation.mean, network.normalisation.std);
    let width = network.nodes.iter().map(|node| node.name.chars().count()).max().unwrap_or(0);
    for (index, node) in network.nodes.iter().enumerate() {
        let inputs: Vec<_> = node.inputs.iter().map(usize::to_string).collect();
        let line = format!(
            "{index:>3} {:<width$} {:<11} of {:<5} -> {} {}",
            node.name,
            node.op.name(),
            inputs.join(","),
            node.shape,
            parameters(node)
        );
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn parameters(node: &Node) -> String {
    match &node.op {
        Op::Conv { weights, bias, window, groups } => {
            format!("{window}, {groups} groups, weights {}, bias {}", range(weights), range(bias))
        }
        Op::Linear { weights, bias } => format!("weights {}, bias {}", range(weights), range(bias)),
        Op::BatchNorm { scale, shift, mean, variance, epsilon } => format!(
            "scale {}, shift {}, mean {}, variance {}, epsilon {epsilon:e}",
            range(scale),
            range(shift),
            range(mean),
            range(variance)
        ),
        Op::AveragePool { window } | Op::SumPool { window } | Op::MaxPool { window } => window.to_string(),
        Op::Scalar { multiply, add } => format!("{multiply}·x + {add}"),
        Op::Clip { low, high } => format!("{low}..{high}"),
        Op::Qcfs { lambda, levels } => format!("λ {lambda:.6}, L {levels}"),
        Op::Subsample { stride: [down, right] } => format!("every {down}th row, {right}th column"),
        Op::Pad { channels_before, channels_after, spatial } => {
            format!("channels {channels_before} before, {channels_after} after, rows and columns {spatial}")
        }
        Op::Input | Op::Add | Op::Concat | Op::Relu | Op::Floor | Op::Flatten => String::new(),
    }
}

/// Smallest and largest value.
fn range<'a>(values: impl IntoIterator<Item = &'a f32>) -> String {
    let (low, high) = values
        .into_iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
    format!("{low:.4}..{high:.4}")
}
