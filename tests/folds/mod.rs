//! Random foldings: how many lanes, slices and units each layer of a network gets.

use volley::fixed_point::{Network, Op};
use volley::random::Random;
use volley::schedule::{self, Fold, Folding, Plan, Storage};

/// Units that a layer may get. To be [1, 2, 4] as soon as synapse_array hands out several channels a beat.
const UNITS: &[usize] = &[1];
/// Whether a layer may have events with a count for each lane. To go as soon as synapse_array takes them.
const VECTORS: bool = false;

/// A random legal folding of `network`: each layer's draw is made without slices and units where it cannot have them.
pub fn draw(network: &Network, random: &mut Random) -> Plan {
    let mut folding = Folding::uniform(1);
    for (index, node) in network.nodes.iter().enumerate() {
        if !matches!(node.op, Op::Layer(_)) {
            continue;
        }
        let one_of = |random: &mut Random, choice: &[usize]| choice[random.within(0, choice.len() - 1)];
        let lanes = one_of(random, &[1, 2, 2, 3, 4, 4, 5, 6, 7]);
        let mut fold =
            Fold { slices: one_of(random, &[1, 2, 2, 4]), units: one_of(random, UNITS), ..Fold::lanes(lanes) };
        if random.within(0, 1) == 0 {
            fold.buffers = [Storage::Block, Storage::Distributed][random.within(0, 1)];
        }
        let plain = Fold { slices: 1, units: 1, ..fold.clone() };
        let single = Fold { units: 1, ..fold.clone() };
        let least = Fold { lanes: 1, ..plain.clone() };
        for fold in [fold, single, plain, least] {
            folding.layers.insert(node.name.clone(), fold);
            let plan = schedule::plan(network, &folding);
            let layer = plan.ok().and_then(|plan| plan.layers[index].clone());
            if layer.is_some_and(|layer| VECTORS || layer.terms.iter().all(|term| !term.vector)) {
                break;
            }
        }
    }
    schedule::plan(network, &folding).expect("a random network has a plan")
}
