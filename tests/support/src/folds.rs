//! Random foldings: everything that a fold can set for a layer, as far as the layer can have it.

use volley::fixed_point::{Layer, Network, Op};
use volley::fpga::Family;
use volley::random::Random;
use volley::schedule::{self, Firing, Fold, Folding, LayerPlan, Plan, Storage};

/// A random legal folding of `network`: each layer's draw is made without slices and units where it cannot have them.
pub fn draw(network: &Network, random: &mut Random) -> Plan {
    let mut folding = Folding::uniform(1);
    for (index, node) in network.nodes.iter().enumerate() {
        let Op::Layer(layer) = &node.op else { continue };
        let mut plan_with = |fold: &Fold| -> Option<LayerPlan> {
            folding.layers.insert(node.name.clone(), fold.clone());
            schedule::plan(network, &folding).ok().and_then(|plan| plan.layers[index].clone())
        };
        let wish = shape(random);
        let plain = Fold { slices: 1, units: 1, ..wish.clone() };
        let choices = [
            wish.clone(),
            Fold { units: 1, ..wish.clone() },
            Fold { slices: 1, ..wish },
            plain.clone(),
            Fold { lanes: 1, ..plain },
        ];
        let (fold, plan) =
            choices.into_iter().find_map(|fold| plan_with(&fold).map(|plan| (fold, plan))).expect("one lane is legal");
        let fold = Fold { arithmetic: arithmetic(network, layer, &plan, random), ..fold };
        // Which slice has which count of a word, where words allow it.
        let shared = Fold { share: share(&plan, random), ..fold.clone() };
        if plan_with(&shared).is_none() {
            plan_with(&fold);
        }
    }
    schedule::plan(network, &folding).expect("a random network has a plan")
}

fn one_of<T: Copy>(random: &mut Random, choice: &[T]) -> T {
    choice[random.within(0, choice.len() - 1)]
}

/// Everything that does not depend on the layer.
fn shape(random: &mut Random) -> Fold {
    let lanes: usize = one_of(random, &[1, 2, 2, 3, 4, 4, 5, 6, 7, 8]);
    let units = [1, 1, 2, 4].into_iter().filter(|units| usize::is_multiple_of(lanes, *units));
    let units = one_of(random, &units.collect::<Vec<_>>());
    Fold {
        slices: one_of(random, &[1, 2, 2, 4]),
        units,
        word: one_of(random, &[0, 0, 1, 2, 4]),
        firing: one_of(random, &[Firing::Pipelined, Firing::Pipelined, Firing::Serial]),
        weights: one_of(random, &[Storage::Auto, Storage::Block, Storage::Distributed, Storage::Split]),
        buffers: one_of(random, &[Storage::Auto, Storage::Auto, Storage::Block, Storage::Distributed]),
        ..Fold::lanes(lanes)
    }
}

/// What the lanes are built of: left out, or what some family has.
fn arithmetic(network: &Network, layer: &Layer, plan: &LayerPlan, random: &mut Random) -> Option<schedule::Arithmetic> {
    let family = one_of(random, &[Family::Ecp5, Family::Ice40, Family::Series7, Family::UltrascalePlus]);
    let all = schedule::arithmetic::legal(family, &schedule::synapse(network, layer, plan));
    (random.within(0, 2) != 0).then(|| one_of(random, &all))
}

/// The counts of a word given to the slices at random, equally many to each; usually none.
fn share(plan: &LayerPlan, random: &mut Random) -> Vec<usize> {
    let slices = plan.fold.slices;
    let word = plan.terms.iter().find(|term| term.slices > 1).map_or(0, |term| term.word_counts);
    if random.within(0, 1) == 0 {
        return vec![];
    }
    let mut share: Vec<usize> = (0..word).map(|count| count % slices).collect();
    for last in (1..word).rev() {
        share.swap(last, random.within(0, last));
    }
    share
}
