//! One option from each list, such that the sum of all stays within a budget at the least cost: a knapsack with several resources and
//! several choices.
//!
//! Costs are shares of the budget. An option's price is the sum of its shares, each weighted by the price of its resource;
//! prices begin at 1, rise with a resource's overuse and fall where there is plenty, until the choice of the cheapest option in
//! each list fits. Of all choices that fit the cheapest is kept, and then improved, one list
//! at a time, while that is possible. If none fits, the nearest one is repaired by the exchanges that help most. Nothing is random, so
//! equal tasks get equal answers.

use crate::fpga::Resources;

/// Shares of the budget of LUTs, flip-flops, multipliers and block RAMs.
pub type Shares = [f64; 4];

/// Rounds of adjusting the prices; they settle within some twenty.
const ROUNDS: u32 = 60;
/// The least price of a resource, even if there is plenty of it.
const LEAST_PRICE: f64 = 0.1;

/// `cost` as shares of `budget`. A resource that does not exist has a share above every budget.
pub fn shares(cost: Resources, budget: Resources) -> Shares {
    let share = |cost: f64, budget: f64| if cost <= 0.0 { 0.0 } else { cost / budget.max(1e-6) };
    [
        share(cost.luts, budget.luts),
        share(cost.flip_flops, budget.flip_flops),
        share(cost.multipliers, budget.multipliers),
        share(cost.block_rams, budget.block_rams),
    ]
}

/// The place of the option taken in each list; `fixed` is used in any case. `None` if nothing is found that fits.
pub fn choose(lists: &[Vec<Shares>], fixed: Shares) -> Option<Vec<usize>> {
    if lists.iter().any(Vec::is_empty) {
        return None;
    }
    let mut prices = [1.0f64; 4];
    let mut best: Option<(f64, Vec<usize>)> = None;
    let mut nearest: Option<(f64, Vec<usize>)> = None;
    let mut rate = 4.0;
    for _ in 0..ROUNDS {
        let price = |option: &Shares| option.iter().zip(prices).map(|(share, price)| share * price).sum::<f64>();
        let cheapest = |list: &Vec<Shares>| {
            let all = list.iter().map(price).enumerate();
            all.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(place, _)| place)
        };
        let picks: Vec<usize> = lists.iter().map(cheapest).collect();
        let used = used(lists, &picks, fixed);
        let (cost, excess) = (used.iter().sum::<f64>(), excess(used));
        if excess == 0.0 && best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, picks));
        } else if excess > 0.0 && nearest.as_ref().is_none_or(|(least, _)| excess < *least) {
            nearest = Some((excess, picks));
        }
        for (price, used) in prices.iter_mut().zip(used) {
            *price = (*price * (rate * (used - 1.0).clamp(-1.0, 1.0)).exp()).max(LEAST_PRICE);
        }
        rate = (rate * 0.95f64).max(0.1);
    }
    let picks = match (best, nearest) {
        (Some((_, picks)), _) => picks,
        (None, Some((_, picks))) => exchange(lists, picks, fixed, excess),
        (None, None) => return None,
    };
    if excess(used(lists, &picks, fixed)) > 0.0 {
        return None;
    }
    let cost = |used: Shares| if excess(used) > 0.0 { f64::INFINITY } else { used.iter().sum() };
    Some(exchange(lists, picks, fixed, cost))
}

fn used(lists: &[Vec<Shares>], picks: &[usize], fixed: Shares) -> Shares {
    let mut sum = fixed;
    for (list, pick) in lists.iter().zip(picks) {
        sum.iter_mut().zip(list[*pick]).for_each(|(sum, share)| *sum += share);
    }
    sum
}

/// The use above the budget, over all resources.
fn excess(used: Shares) -> f64 {
    used.iter().map(|used| (used - 1.0).max(0.0)).sum()
}

/// Exchanges one option at a time, always the one that lowers `badness` most, until none does.
fn exchange(
    lists: &[Vec<Shares>],
    mut picks: Vec<usize>,
    fixed: Shares,
    badness: impl Fn(Shares) -> f64,
) -> Vec<usize> {
    loop {
        let now = used(lists, &picks, fixed);
        let mut best = (badness(now) - 1e-12, None);
        for (place, list) in lists.iter().enumerate() {
            let old = list[picks[place]];
            for (option, new) in list.iter().enumerate() {
                let changed = std::array::from_fn(|r| now[r] - old[r] + new[r]);
                let bad = badness(changed);
                if bad < best.0 {
                    best = (bad, Some((place, option)));
                }
            }
        }
        match best.1 {
            Some((place, option)) => picks[place] = option,
            None => return picks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_find_the_best_mixture() {
        // Each list trades the first resource against the last; only five of each fit.
        let list = vec![[0.2, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.2], [0.15, 0.0, 0.0, 0.15]];
        let picks = choose(&vec![list; 10], [0.0; 4]).unwrap();
        let taken = |option: usize| picks.iter().filter(|pick| **pick == option).count();
        assert_eq!((taken(0), taken(1), taken(2)), (5, 5, 0));
    }

    #[test]
    fn nothing_is_found_where_nothing_fits() {
        let list = vec![[0.2, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.2]];
        assert!(choose(&vec![list.clone(); 10], [0.0; 4]).is_some());
        assert_eq!(choose(&vec![list.clone(); 11], [0.0; 4]), None);
        assert_eq!(choose(&vec![list; 10], [0.1, 0.0, 0.0, 0.0]), None);
        assert_eq!(choose(&[vec![]], [0.0; 4]), None);
    }

    #[test]
    fn the_cheapest_that_fits_is_taken() {
        let lists = vec![
            vec![[0.9, 0.0, 0.0, 0.0], [0.3, 0.0, 0.0, 0.3], [0.1, 0.0, 0.0, 0.1]],
            vec![[0.5, 0.0, 0.1, 0.0], [0.1, 0.0, 0.0, 0.8]],
        ];
        assert_eq!(choose(&lists, [0.0; 4]), Some(vec![2, 0]));
    }
}
