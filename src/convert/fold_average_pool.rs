//! Makes each average pool a sum pool times 1/k². The factor then moves to the weights after it, where it is multiplied in without any
//! rounding in hardware (fact F4 of the design: average pooling is linear).

use crate::ann::{Network, Node, Op};
use crate::error::Result;

pub fn run(network: &mut Network) -> Result<()> {
    let nodes = std::mem::take(&mut network.nodes);
    let mut moved = Vec::with_capacity(nodes.len());
    for mut node in nodes {
        node.inputs.iter_mut().for_each(|input| *input = moved[*input]);
        if let Op::AveragePool { window } = node.op {
            let factor = 1.0 / (window.kernel[0] as f64 * window.kernel[1] as f64);
            node.op = Op::SumPool { window };
            let name = format!("{}/factor", node.name);
            let factor = Node {
                name,
                inputs: vec![network.nodes.len()],
                shape: node.shape,
                op: Op::Scalar { multiply: factor, add: 0.0 },
            };
            network.nodes.push(node);
            network.nodes.push(factor);
        } else {
            network.nodes.push(node);
        }
        moved.push(network.nodes.len() - 1);
    }
    Ok(())
}
