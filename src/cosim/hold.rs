//! Holding inner streams back: engines and buffers that stand still for long stretches, whatever the others do.
//!
//! While a stream is held its `valid` and `ready` are both low, which is what each of its ends sees when the other one
//! pauses. The testbench forces them by hierarchical reference, in Icarus only.

use crate::fixed_point::{Network, Op};

/// A stream inside the top: the two wires of its handshake, neither of which its writer or reader derives anything
/// else from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    pub valid: String,
    pub ready: String,
}

/// Of every layer of a generated core the words on their way into each term's spike buffer, and the sums on their way
/// out of the synapses.
pub(super) fn inner_streams(network: &Network) -> Vec<Hold> {
    let mut holds = Vec::new();
    for node in &network.nodes {
        let Op::Layer(layer) = &node.op else { continue };
        let intakes = (0..layer.terms.len()).map(|term| format!("term_{term}_scanner.packed"));
        let streams = intakes.chain(["engine.sum".to_string()]);
        holds.extend(streams.map(|stream| Hold {
            valid: format!("{}_layer.{stream}_valid", node.name),
            ready: format!("{}_layer.{stream}_ready", node.name),
        }));
    }
    holds
}
