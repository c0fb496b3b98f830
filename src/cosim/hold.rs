//! Holding inner streams back: engines and buffers that stand still for long stretches, whatever the others do.
//!
//! While a stream is held its `valid` and `ready` are both low, which is what each of its ends sees when the other one
//! pauses. The testbench forces them by hierarchical reference, in Icarus only.

use crate::fixed_point::Network;
use crate::schedule::Plan;

/// A stream inside the top: the two wires of its handshake. Neither its writer nor its reader derives anything else from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Name of the wire that offers a beat.
    pub valid: String,
    /// Name of the wire that accepts it.
    pub ready: String,
}

/// The streams of every layer of a generated core: the words into each term's spike buffer, or an elementwise term's elements on the
/// way to their sums, and the sums out of the synapses.
pub(super) fn inner_streams(network: &Network, plan: &Plan) -> Vec<Hold> {
    let mut holds = Vec::new();
    for (node, plan) in network.nodes.iter().zip(&plan.layers) {
        let Some(plan) = plan else { continue };
        let intakes = plan.scanned().map(|(term, _)| format!("term_{term}_scanner.packed"));
        let elements = plan.elementwise().map(|_| "element".to_string());
        let streams = intakes.chain(elements).chain(["engine.sum".to_string()]);
        holds.extend(streams.map(|stream| Hold {
            valid: format!("{}_layer.{stream}_valid", node.name),
            ready: format!("{}_layer.{stream}_ready", node.name),
        }));
    }
    holds
}
