//! The theorem of the buffer depths, against the Verilog: at exactly the derived depth no timing deadlocks, and with one
//! row less networks do.

mod blocks;
mod row_machine;

use blocks::square;
use ndarray::Array4;
use proptest::prelude::*;
use row_machine::completes;
use volley::cosim::{self, Options, Simulator, Verdict};
use volley::data::Images;
use volley::fixed_point::{Network, Settings};
use volley::random::{self, Random};
use volley::schedule::{Fold, Folding, Plan};
use volley::{quantise, rtl, schedule};

/// Enough for two frames to meet in every buffer, and for the third to follow.
const FRAMES: usize = 3;
/// Far longer than any time for which all streams are held, and any computation between two beats.
const IDLE_LIMIT: u64 = 10_000;

/// Pauses at both ends (in 1/256) and whether inner streams are held back.
#[derive(Debug, Clone, Copy)]
struct Timing {
    stalls: u8,
    hold: bool,
}

const FREE: Timing = Timing { stalls: 0, hold: false };
const ADVERSE: [Timing; 3] =
    [Timing { stalls: 0, hold: true }, Timing { stalls: 64, hold: true }, Timing { stalls: 230, hold: true }];

/// The plan with exactly the depths of the theorem; the lanes are given to the layers in turn.
fn least_plan(network: &Network, lanes: &[usize]) -> Plan {
    let layers = network.nodes.iter().filter(|node| matches!(node.op, volley::fixed_point::Op::Layer(_)));
    let layers =
        layers.zip(lanes.iter().cycle()).map(|(node, &lanes)| (node.name.clone(), Fold::lanes(lanes))).collect();
    let mut plan =
        schedule::plan(network, &Folding { layers, ..Folding::default() }).expect("a legal network has a plan");
    for term in plan.layers.iter_mut().flatten().flat_map(|layer| &mut layer.terms) {
        term.rows = term.deadlock_free_rows;
    }
    plan
}

/// The generated core in Icarus, compared with the model.
struct Core<'a> {
    network: &'a Network,
    plan: &'a Plan,
    design: rtl::Design,
    images: Images,
    folder: tempfile::TempDir,
}

impl<'a> Core<'a> {
    fn new(network: &'a Network, plan: &'a Plan, seed: u64) -> Self {
        let design = rtl::generate(network, plan).expect("it has hardware");
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in &design.files {
            std::fs::write(folder.path().join(name), text).expect("a file of the design");
        }
        let shape = network.input.shape;
        let mut pixels = Array4::zeros((FRAMES, shape.height, shape.width, shape.channels));
        for (frame, mut image) in pixels.outer_iter_mut().enumerate() {
            image.assign(&random::image(seed * 100 + frame as u64, shape));
        }
        Core { network, plan, design, images: Images { pixels, labels: None }, folder }
    }

    fn run(&self, timing: Timing, seed: u64) -> Verdict {
        let mut options = Options::new(self.folder.path().join(if timing.hold { "held" } else { "free" }));
        options.simulator = Simulator::Icarus;
        (options.stalls, options.hold, options.seed) = (timing.stalls, timing.hold, seed as u32 + 1);
        options.idle_limit = IDLE_LIMIT;
        cosim::check(self.folder.path(), &self.design.manifest, self.network, self.plan, &self.images, &options)
            .expect("the simulator runs")
    }
}

fn stuck(verdict: &Verdict) -> bool {
    verdict.protocol_errors.iter().any(|error| error.contains("stood still"))
}

/// The depths of every layer, [layer][term].
fn depths(network: &Network) -> Vec<Vec<usize>> {
    let plan = schedule::plan(network, &Folding::default()).expect("a plan");
    plan.layers.iter().flatten().map(|layer| layer.terms.iter().map(|term| term.deadlock_free_rows).collect()).collect()
}

fn reconvergent(seed: u64, shortcuts: bool) -> Network {
    let network = random::reconvergent(seed, shortcuts);
    network.validate().expect("a random network is legal");
    quantise::quantise(&network, &Settings::default()).expect("its weights fit")
}

/// A known network, the buffer (layer, term) that the fork needs, and the depths that follow from its geometry.
struct Known {
    network: Network,
    fork: (usize, usize),
    depths: Vec<Vec<usize>>,
}

fn known() -> Vec<Known> {
    let (one, three) = (square(1, 1, 0), square(3, 1, 1));
    let (half, half_three) = (square(1, 2, 0), square(3, 2, 1));
    let depths = |depths: &[&[usize]]| depths.iter().map(|terms| terms.to_vec()).collect();
    vec![
        // Row y of layer 2 reads y + 1 of layer 1, which reads y + 2 of layer 0: y, y + 1, y + 2 wait.
        Known {
            network: blocks::network("identity", 12, 2, &[&[], &[(0, three)], &[(1, three), (0, one)]], false),
            fork: (2, 1),
            depths: depths(&[&[3], &[3], &[3, 3], &[1]]),
        },
        // The same with a queue of elements in place of the shortcut's rows.
        Known {
            network: blocks::network("elementwise", 12, 2, &[&[], &[(0, three)], &[(1, three), (0, one)]], true),
            fork: (2, 1),
            depths: depths(&[&[3], &[3], &[3, 3], &[1]]),
        },
        // Row y reads row y + 1 of layer 1, which reads 2y + 3 of layer 0: 2y .. 2y + 3 wait.
        Known {
            network: blocks::network("projected", 16, 2, &[&[], &[(0, half_three)], &[(1, three), (0, half)]], false),
            fork: (2, 1),
            depths: depths(&[&[3], &[3], &[3, 4], &[1]]),
        },
        // Row y of layer 3 reads y + 1 of layer 1, which reads y + 2 of layer 0. Layer 2 has sent row y and finds no space
        // for more: y + 1 and y + 2 wait in front of it.
        Known {
            network: blocks::network(
                "nonlocal",
                10,
                4,
                &[&[], &[(0, three)], &[(0, one)], &[(1, three), (2, one)]],
                false,
            ),
            fork: (2, 0),
            depths: depths(&[&[3], &[3], &[2], &[3, 1], &[1]]),
        },
    ]
}

#[test]
fn depths_of_known_networks() {
    for case in known() {
        assert_eq!(depths(&case.network), case.depths, "{}", case.network.name);
    }
}

#[test]
fn rows_at_full_speed() {
    let rows = |at: usize, node: usize, term: usize| {
        let plan = schedule::plan(&known()[at].network, &Folding::default()).expect("a plan");
        plan.layers[node].as_ref().expect("a layer").terms[term].rows
    };
    // While layer 2 computes row y, layer 1 computes y + 2 from rows up to y + 3, and y + 4 arrives.
    assert_eq!([rows(0, 2, 1), rows(1, 2, 1)], [5, 5]);
    // 2y + 3 has been needed, two rows arrive while layer 1 computes and two while layer 2 does.
    assert_eq!(rows(2, 2, 1), 8);
    // Layer 2 continues at full speed: the rows by which its branch is ahead wait after it.
    assert_eq!([rows(3, 2, 0), rows(3, 3, 1)], [2, 4]);
}

#[test]
fn one_row_less_deadlocks() {
    for Known { network, fork: (node, term), .. } in known() {
        // With one lane a row has more windows than the queues after the buffer hold.
        let least = least_plan(&network, &[1]);
        let less = row_less(&least, node, term);
        assert!(completes(&network, &least, FRAMES) && !completes(&network, &less, FRAMES));
        let [enough, less] = [&least, &less].map(|plan| Core::new(&network, plan, 5));
        for timing in [FREE, ADVERSE[1]] {
            let verdict = enough.run(timing, 1);
            assert!(verdict.passed(), "{} {timing:?}: {:?}", network.name, verdict.protocol_errors);
            let verdict = less.run(timing, 1);
            assert!(stuck(&verdict), "{} {timing:?} passes with a row less", network.name);
        }
    }
}

fn row_less(plan: &Plan, node: usize, term: usize) -> Plan {
    let mut less = plan.clone();
    less.layers[node].as_mut().expect("a layer").terms[term].rows -= 1;
    less
}

/// The buffers, as (node, term), of more than one row, and whether they hold more than their own windows.
fn buffers(plan: &Plan) -> Vec<(usize, usize, bool)> {
    let mut all = Vec::new();
    for (node, layer) in plan.layers.iter().enumerate() {
        for (number, term) in layer.iter().flat_map(|layer| &layer.terms).enumerate() {
            let window = |y| term.geometry.rows_of(y).1 - term.geometry.rows_of(y).0;
            let most = (0..term.geometry.out_height).map(window).max().expect("an output row");
            if term.rows > 1 {
                all.push((node, number, term.rows > most));
            }
        }
    }
    all
}

#[test]
fn windows_are_needed_and_forks_seldom_too_deep() {
    // Least share in percent of the buffers that hold more than a window and deadlock with one row less.
    for (shortcuts, least) in [(false, 97), (true, 94)] {
        let (mut forks, mut needed) = (0, 0);
        for seed in 0..2000 {
            let network = reconvergent(seed, shortcuts);
            let plan = least_plan(&network, &[1]);
            assert!(completes(&network, &plan, FRAMES), "seed {seed}");
            for (node, term, is_fork) in buffers(&plan) {
                let stuck = !completes(&network, &row_less(&plan, node, term), FRAMES);
                assert!(is_fork || stuck, "seed {seed}: a window does not fit and yet passes");
                forks += usize::from(is_fork);
                needed += usize::from(is_fork && stuck);
            }
        }
        println!(
            "shortcuts {shortcuts}: {needed} of {forks} buffers that hold more than a window deadlock with one row less"
        );
        assert!(100 * needed >= least * forks, "shortcuts {shortcuts}: {needed} of {forks}");
    }
}

/// How many networks a test draws: a handful as a rule, `VOLLEY_RANDOM_NETWORKS` in acceptance runs.
fn cases(handful: u32) -> ProptestConfig {
    let cases = std::env::var("VOLLEY_RANDOM_NETWORKS").map_or(handful, |text| text.parse().expect("a number"));
    ProptestConfig { cases, max_shrink_iters: 0, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(4))]
    #[test]
    fn no_timing_deadlocks(seed in 0u64..1 << 24) {
        // Every other one with identity shortcuts.
        let network = reconvergent(seed, seed % 2 == 0);
        // Engines of one lane among engines of all lanes.
        let random = &mut Random::new(seed);
        let lanes: Vec<_> = network.nodes.iter().map(|_| [1, 64][random.within(0, 1)]).collect();
        let plan = least_plan(&network, &lanes);
        prop_assert!(completes(&network, &plan, FRAMES), "seed {seed}: the row machine is stuck");
        let core = Core::new(&network, &plan, seed);
        for timing in ADVERSE {
            let verdict = core.run(timing, seed);
            prop_assert!(
                verdict.passed(),
                "seed {seed}, {timing:?}: {} mismatches, first {:?}, {:?}",
                verdict.mismatches,
                verdict.first_mismatch,
                verdict.protocol_errors
            );
        }
    }
}

proptest! {
    #![proptest_config(cases(2))]
    #[test]
    fn one_row_less_in_random_networks(seed in 0u64..1 << 24) {
        let network = reconvergent(seed, seed % 2 == 0);
        let least = least_plan(&network, &[1]);
        for (node, term, _) in buffers(&least).into_iter().filter(|(_, _, is_fork)| *is_fork).take(2) {
            let less = row_less(&least, node, term);
            let passes = completes(&network, &less, FRAMES);
            let verdict = Core::new(&network, &less, seed).run(FREE, seed);
            // Beats on their way may save a network that whole rows would block, never the other way round.
            prop_assert!(!passes || verdict.passed(), "seed {seed}, node {node}, term {term}: {verdict:?}");
            prop_assert!(verdict.passed() || stuck(&verdict), "seed {seed}, node {node}, term {term}: {verdict:?}");
            let row = less.layers[node].as_ref().expect("a layer").terms[term].geometry.row_elements;
            println!("row of {row} elements: {} in rows, {} in Verilog", told(passes), told(!stuck(&verdict)));
        }
    }
}

fn told(passes: bool) -> &'static str {
    if passes { "passes" } else { "stuck" }
}
