//! The folding solver: lanes, slices, units and memories of every layer, for the most frames a second that fit, or for
//! a given rate at the least cost.
//!
//! Engines work side by side, so the slowest one sets the rate, and a rate is a limit C on the clocks of every layer.
//! For one C the layers are independent except for the budget they share: take one candidate from each layer's list, none slower than
//! C, within the LUTs, flip-flops, multipliers and block RAMs. `choose` does that by prices on the four resources. C is then bisected.
//! Three things keep it quick and exact:
//!
//! - Units couple neighbours, since what one engine sends in a beat shapes the next one's words. They follow from C first:
//!   the fewest that let a layer's neurons leave in time, or in half of the time, whichever comes out better. For given
//!   units the lists are independent.
//! - A candidate's clocks are bounded from below by a closed formula. Only candidates that were chosen are walked exactly,
//!   over all calibration frames; where a walk exceeds C, the choice is made again with the new clocks. As the bound
//!   never exceeds the walk, no candidate is lost by this.
//! - Candidates of equal clocks (they differ in their memories only) that cost more of one resource and no less of the others are
//!   dropped.
//!
//! How far from the best it may be: the relaxed problem, in which a layer may be a mixture of candidates, has an optimum
//! with at most four layers mixed, one for each resource; prices find it, and rounding costs at most the
//! differences between those layers' neighbouring candidates. What bisection finds is within 0.2 % of the least C at
//! which that succeeds.

mod candidates;
mod choose;

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::resources;
use super::{Activity, Fold, Folding, Rows, engine_of};
use crate::error::{Error, Kind, Resource, Result, Setting};
use crate::fixed_point::{Layer, Network, Op, Source};
use crate::fpga::{Family, Resources};
use candidates::Candidate;
pub use candidates::{FixedFold, fixed_folds, mean_events};

/// What the solver is asked about.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// The network that is folded.
    pub network: &'a Network,
    /// Calibration frames, one or more; clocks are averages over them.
    pub frames: &'a [Activity],
    /// The FPGA family, which decides what everything costs.
    pub family: Family,
    /// What may be used.
    pub budget: Resources,
    /// Layers whose lanes, and perhaps slices, the user has decided.
    pub fixed: &'a BTreeMap<String, FixedFold>,
}

/// Clocks per frame between two limits that count as equal.
const PRECISION: f64 = 1.002;
/// Distance between two shares of the budget that count as equal.
const SHARE_PRECISION: f64 = 0.01;
/// Most neurons that leave an engine at once.
const MAX_UNITS: usize = 16;

/// The folding with the most frames a second, or with `limit` the cheapest one of at most this many clocks per frame. The cheapest is
/// the one whose largest share of a resource is smallest.
///
/// # Errors
/// [`Kind::UnknownLayer`] for a fixed fold of one; [`Kind::DoesNotFit`] or [`Kind::NoFoldingFits`] for a network that does not fit with
/// any folding; [`Kind::TooSlow`] for a limit that cannot be met; [`Kind::BadFold`] for a fixed fold that a layer cannot have.
pub fn solve(task: Task, limit: Option<u64>) -> Result<Folding> {
    if let Some(unknown) = super::unknown_layer(task.network, task.fixed.keys()) {
        return Err(unknown.at(Setting::FixedFolds));
    }
    let mut solver = Solver { task, rows: Rows::new(task.network)?, lists: HashMap::new() };
    if let Some(limit) = limit
        && let Some(choice) = solver.within(limit)?
    {
        return Ok(solver.evenly(limit, choice)?.folding(task.network));
    }
    let Some(mut best) = solver.within(u64::MAX)? else { return Err(solver.too_large()?) };
    // The most clocks that are known to be too few.
    let mut low = solver.stream_bound() - 1;
    while best.cycles > low + 1 && best.cycles as f64 > low as f64 * PRECISION {
        let middle = ((low as f64 * best.cycles as f64).sqrt() as u64).clamp(low + 1, best.cycles - 1);
        match solver.within(middle)? {
            Some(choice) => best = choice,
            None => low = middle,
        }
    }
    if let Some(limit) = limit {
        return Err(Kind::TooSlow { asked: limit, best: best.cycles }.at(Setting::Throughput));
    }
    Ok(best.folding(task.network))
}

/// A candidate for each layer.
struct Choice {
    /// (node, fold).
    folds: Vec<(usize, Fold)>,
    /// Clocks a frame of the slowest engine.
    cycles: u64,
    /// Shares of the budget, added up.
    cost: f64,
}

impl Choice {
    fn folding(&self, network: &Network) -> Folding {
        let named = |(node, fold): &(usize, Fold)| (network.nodes[*node].name.clone(), fold.clone());
        Folding { layers: self.folds.iter().map(named).collect(), ..Folding::default() }
    }
}

/// Share of an iCE40's flip-flops whose logic cell has no LUT of another use: a flip-flop shares its cell only with the LUT that
/// feeds it. Placed: digits takes 4,044 cells for 2,334 LUTs and 2,572 flip-flops (0.66), mnist-slim 4,350 for 2,661 and 2,562 (0.66).
const LONE_FLIP_FLOPS: f64 = 0.66;

/// `cost` as it counts against a budget: an iCE40's LUTs and flip-flops share its logic cells.
fn cells(family: Family, cost: Resources) -> Resources {
    match family {
        Family::Ice40 => Resources { luts: cost.luts + LONE_FLIP_FLOPS * cost.flip_flops, ..cost },
        Family::Ecp5 | Family::Series7 | Family::UltrascalePlus => cost,
    }
}

/// A layer as its neighbours see it: node, units, and elements of a beat of each term.
type Key = (usize, usize, Vec<usize>);

struct Solver<'a> {
    task: Task<'a>,
    rows: Rows,
    lists: HashMap<Key, Vec<Candidate>>,
}

impl<'a> Solver<'a> {
    fn layers(&self) -> impl Iterator<Item = (usize, &'a Layer)> + use<'a> {
        self.task.network.nodes.iter().enumerate().filter_map(|(index, node)| match &node.op {
            Op::Layer(layer) => Some((index, layer)),
            Op::Pool(_) => None,
        })
    }

    /// Clocks that every folding needs: the input comes one element a clock.
    fn stream_bound(&self) -> u64 {
        self.task.network.input.shape.elements() as u64
    }

    /// The cheapest choice found of at most `limit` clocks.
    fn within(&mut self, limit: u64) -> Result<Option<Choice>> {
        if self.stream_bound() > limit {
            return Ok(None);
        }
        let mut best: Option<Choice> = None;
        let mut tried: Vec<HashMap<usize, usize>> = Vec::new();
        for headroom in [1, 2] {
            let Some(units) = self.units(limit, headroom) else { continue };
            if tried.contains(&units) {
                continue;
            }
            if let Some(choice) = self.with_units(limit, &units)?
                && best.as_ref().is_none_or(|best| choice.cost < best.cost)
            {
                best = Some(choice);
            }
            tried.push(units);
        }
        Ok(best)
    }

    /// `choice`, or one that leaves more of the resource that it needs most: within the smallest share of the budget, the same for each
    /// resource, that is enough for `limit`, and then with the fewest LUTs. The rest is space for the router, or for other things on
    /// the device.
    fn evenly(&mut self, limit: u64, choice: Choice) -> Result<Choice> {
        let budget = self.task.budget;
        let (choice, share) = self.smallest(limit, choice, |share| share * budget)?;
        let rest = share * budget;
        let (choice, _) = self.smallest(limit, choice, |share| Resources { luts: share * rest.luts, ..rest })?;
        self.task.budget = budget;
        Ok(choice)
    }

    /// The choice found within the smallest of the budgets `of` a share that is enough for `limit`, and that share. `choice` is for the
    /// share 1.
    fn smallest(&mut self, limit: u64, choice: Choice, of: impl Fn(f64) -> Resources) -> Result<(Choice, f64)> {
        let (mut best, mut low, mut high) = (choice, 0.0, 1.0);
        while high - low > SHARE_PRECISION {
            let share = 0.5 * (low + high);
            self.task.budget = of(share);
            match self.within(limit)? {
                Some(choice) => (best, high) = (choice, share),
                None => low = share,
            }
        }
        Ok((best, high))
    }

    /// For each layer the fewest units by which its neurons leave within `limit / headroom` clocks, or if there are none
    /// the fewest for `limit`; `None` where there are none for this either.
    fn units(&self, limit: u64, headroom: u64) -> Option<HashMap<usize, usize>> {
        let of = |(index, layer): (usize, &Layer)| {
            let node = &self.task.network.nodes[index];
            let fits = |units: usize, limit: u64| (node.shape.elements() / units) as u64 <= limit;
            let lanes = self
                .task
                .fixed
                .get(&node.name)
                .map_or(node.shape.channels, |fixed| fixed.lanes.min(node.shape.channels));
            let most = if layer.is_readout() { 1 } else { MAX_UNITS };
            let legal = |units: &usize| node.shape.channels.is_multiple_of(*units) && lanes.is_multiple_of(*units);
            let all: Vec<_> =
                std::iter::successors(Some(1), |n| Some(n * 2)).take_while(|n| *n <= most).filter(legal).collect();
            let found = |limit| all.iter().find(|units| fits(**units, limit));
            found(limit / headroom).or_else(|| found(limit)).map(|units| (index, *units))
        };
        self.layers().map(of).collect()
    }

    /// The cheapest choice found where every layer has the units given.
    fn with_units(&mut self, limit: u64, units: &HashMap<usize, usize>) -> Result<Option<Choice>> {
        let task = self.task;
        let beat = |source: Source| engine_of(task.network, source).map_or(1, |index| units[&index]);
        let keys: Vec<Key> = self
            .layers()
            .map(|(index, layer)| (index, units[&index], layer.terms.iter().map(|term| beat(term.source)).collect()))
            .collect();
        let rows = &self.rows;
        let missing: Vec<_> = keys.iter().filter(|key| !self.lists.contains_key(*key)).cloned().collect();
        let new: Result<Vec<_>> = missing
            .into_par_iter()
            .map(|key| candidates::list(&task, rows, key.0, key.1, &key.2).map(|list| (key, list)))
            .collect();
        self.lists.extend(new?);
        let between = resources::between(task.network, beat, task.family);
        loop {
            // The candidates of each layer that may be quick enough, by their place in the list.
            let open: Vec<Vec<usize>> = keys
                .iter()
                .map(|key| {
                    let list = self.lists[key].iter().enumerate();
                    list.filter(|(_, candidate)| candidate.cycles() <= limit).map(|(place, _)| place).collect()
                })
                .collect();
            let shares = |cost: Resources| choose::shares(cells(task.family, cost), task.budget);
            let cost = |key: &Key, place: usize| shares(self.lists[key][place].resources);
            let options: Vec<Vec<_>> = keys
                .iter()
                .zip(&open)
                .map(|(key, open)| open.iter().map(|place| cost(key, *place)).collect())
                .collect();
            let Some(picks) = choose::choose(&options, shares(between)) else { return Ok(None) };
            let places: Vec<usize> = picks.iter().zip(&open).map(|(pick, open)| open[*pick]).collect();
            let unknown: Vec<(&Key, usize)> = keys
                .iter()
                .zip(&places)
                .filter(|(key, place)| !self.lists[*key][**place].is_walked())
                .map(|(key, place)| (key, *place))
                .collect();
            if unknown.is_empty() {
                let picked = || keys.iter().zip(&places).map(|(key, place)| &self.lists[key][*place]);
                let cost = picks.iter().zip(&options).map(|(pick, options)| options[*pick].iter().sum::<f64>()).sum();
                return Ok(Some(Choice {
                    folds: keys
                        .iter()
                        .zip(picked())
                        .map(|(key, candidate)| (key.0, candidate.plan.fold.clone()))
                        .collect(),
                    cycles: picked().map(Candidate::cycles).chain([self.stream_bound()]).max().unwrap_or(0),
                    cost,
                }));
            }
            let walked: Vec<u64> =
                unknown.par_iter().map(|(key, place)| self.lists[*key][*place].walk(&task, key.0)).collect();
            let unknown: Vec<_> = unknown.into_iter().map(|(key, place)| (key.clone(), place)).collect();
            for ((key, place), cycles) in unknown.into_iter().zip(walked) {
                if let Some(list) = self.lists.get_mut(&key) {
                    candidates::learn(list, place, cycles);
                }
            }
        }
    }

    /// Why not even the smallest folding fits.
    fn too_large(&self) -> Result<Error> {
        let task = &self.task;
        let units: HashMap<usize, usize> = self.layers().map(|(index, _)| (index, 1)).collect();
        let mut least = resources::between(task.network, |_| 1, task.family);
        for (index, layer) in self.layers() {
            let list = candidates::list(task, &self.rows, index, units[&index], &vec![1; layer.terms.len()])?;
            let min = |of: fn(&Resources) -> f64| list.iter().map(|c| of(&c.resources)).fold(f64::INFINITY, f64::min);
            least += Resources {
                luts: min(|r| r.luts),
                multipliers: min(|r| r.multipliers),
                block_rams: min(|r| r.block_rams),
                flip_flops: min(|r| r.flip_flops),
            };
        }
        let all = [
            (Resource::Luts, least.luts, task.budget.luts),
            (Resource::FlipFlops, least.flip_flops, task.budget.flip_flops),
            (Resource::Multipliers, least.multipliers, task.budget.multipliers),
            (Resource::BlockRams, least.block_rams, task.budget.block_rams),
        ];
        let scarce = all.iter().find(|(_, least, budget)| least > budget);
        let kind = match scarce {
            Some(&(resource, least, budget)) => {
                Kind::DoesNotFit { resource, needed: least.ceil() as u64, available: budget.floor() as u64 }
            }
            None => Kind::NoFoldingFits,
        };
        let advice = "use a larger board, fewer weight bits, a smaller margin or fewer fixed folds";
        Ok(kind.at(Setting::Board).advise(advice))
    }
}
