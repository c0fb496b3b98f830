//! Moves a max pool from between a convolution and its activation to after the activation: an increasing function and a maximum
//! commute, and a pool over spike counts is far smaller than one over currents.

use crate::ann::{Network, Op};
use crate::error::Result;

pub fn run(network: &mut Network) -> Result<()> {
    // An activation may have several pools before it; each round moves it before one more.
    for activation in 0..network.nodes.len() {
        let mut activation = activation;
        while matches!(network.nodes[activation].op, Op::Relu | Op::Clip { .. } | Op::Qcfs { .. }) {
            let pool = network.nodes[activation].inputs[0];
            let alone = network.consumers()[pool].len() == 1;
            let Op::MaxPool { window } = network.nodes[pool].op else { break };
            // Padding of a max pool is minus infinity before an activation and zero after; both mean "no spike".
            let before = network.nodes[pool].inputs[0];
            if !alone || is_activation(&network.nodes[before].op) {
                break;
            }
            let shape = network.nodes[before].shape;
            let [first, second] = [pool, activation];
            let op = std::mem::replace(&mut network.nodes[second].op, Op::MaxPool { window });
            network.nodes[first].op = op;
            network.nodes[first].shape = shape;
            let name = std::mem::take(&mut network.nodes[first].name);
            network.nodes[first].name = std::mem::replace(&mut network.nodes[second].name, name);
            activation = first;
        }
    }
    Ok(())
}

fn is_activation(op: &Op) -> bool {
    matches!(op, Op::Relu | Op::Clip { .. } | Op::Qcfs { .. })
}
