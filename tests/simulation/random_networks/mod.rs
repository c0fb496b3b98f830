//! Random small networks: the generated Verilog equals the reference model in every count of every layer, as it is written and as
//! yosys synthesises it.
//!
//! A seed is a network, its folding and its frames. Seeds are drawn in every run and printed; `VOLLEY_RANDOM_SEED` names the
//! first one instead, and `VOLLEY_RANDOM_NETWORKS` how many networks all tests of a large run draw together. A case that fails
//! is shrunk (by at most `VOLLEY_RANDOM_SHRINKS` simulations) and added to `regressions.txt`, whose cases are tried first from then on.

mod extremes;
mod features;
mod gates;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use proptest::strategy::ValueTree;
use rayon::prelude::*;
use support::case::{Case, Core, Limits};
use volley::cosim::Simulator;

const LARGE: Limits = Limits { nodes: 7, extent: 9, timesteps: 8 };
/// Netlists take long to make and to simulate.
const SMALL: Limits = Limits { nodes: 3, extent: 4, timesteps: 2 };

/// Most simulations for making a failing case as small as possible.
const SHRINKS: u64 = 80;
/// A run of at least this many networks must have had every feature.
const MANY: usize = 250;

/// What is simulated.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Icarus,
    Verilator,
    /// The netlist, in Icarus.
    Gates,
}

impl Kind {
    fn limits(self) -> &'static Limits {
        if self == Kind::Gates { &SMALL } else { &LARGE }
    }
}

/// What is kept during a run.
struct Run {
    kind: Kind,
    /// Objects of Verilator's that all builds share.
    runtime: tempfile::TempDir,
}

impl Run {
    fn new(kind: Kind) -> Run {
        Run { kind, runtime: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Simulates a case: the core and the number of values compared, or what was wrong.
    fn check(&self, case: &Case) -> Result<(Core, u64), String> {
        let core = case.core()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (rtl, netlist, work) =
            (folder.path().join("rtl"), folder.path().join("netlist"), folder.path().join("work"));
        core.write(&rtl);
        let simulator = if self.kind == Kind::Verilator { Simulator::Verilator } else { Simulator::Icarus };
        let simulated = if self.kind == Kind::Gates {
            let flow = &gates::FLOWS[(case.seed % 2) as usize];
            gates::synthesise(flow, &core.design, &rtl, &netlist);
            netlist
        } else {
            rtl
        };
        let compared = core.check(&simulated, &work, simulator, self.runtime.path())?;
        Ok((core, compared))
    }

    /// The smallest case that still fails, and how.
    fn shrink(&self, seed: u64, problem: String) -> (Case, String) {
        let mut tree = Case::tree(seed, self.kind.limits());
        let mut least = (tree.current(), problem);
        let mut failed = true;
        for _ in 0..number("VOLLEY_RANDOM_SHRINKS").unwrap_or(SHRINKS) {
            if !(if failed { tree.simplify() } else { tree.complicate() }) {
                break;
            }
            let case = tree.current();
            failed = self.check(&case).map_err(|problem| least = (case, problem)).is_err();
        }
        least
    }
}

fn regressions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/simulation/random_networks/regressions.txt")
}

/// The cases that failed once, a line of JSON each.
fn kept() -> Vec<Case> {
    let text = std::fs::read_to_string(regressions()).expect("the cases that failed once");
    let cases = text.lines().filter(|line| !line.starts_with('#'));
    cases.map(|line| serde_json::from_str(line).expect("a case")).collect()
}

fn keep(case: &Case) {
    if kept().contains(case) {
        return;
    }
    let mut file = std::fs::OpenOptions::new().append(true).open(regressions()).expect("the cases that failed once");
    writeln!(file, "{}", serde_json::to_string(case).expect("a case is JSON")).expect("a line more");
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Draws `handful` networks, or `percent` of all in a large run, and checks them; prints their features.
fn draw(kind: Kind, handful: u64, percent: u64) {
    let run = Run::new(kind);
    let count = number("VOLLEY_RANDOM_NETWORKS").map_or(handful, |all| (all * percent).div_ceil(100));
    let clock =
        || SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_millis() as u64 % (1 << 32);
    let first = number("VOLLEY_RANDOM_SEED").unwrap_or_else(clock);
    let had: Mutex<BTreeMap<&str, usize>> = Mutex::new(features::ALL.iter().map(|name| (*name, 0)).collect());
    let begun = AtomicU64::new(0);
    let failure = |seed: u64| -> Result<u64, String> {
        if begun.fetch_add(1, Ordering::Relaxed) % 10 == 9 {
            eprintln!("{kind:?}: {} of {count} networks", begun.load(Ordering::Relaxed));
        }
        match run.check(&Case::tree(seed, kind.limits()).current()) {
            Ok((core, compared)) => {
                let mut had = had.lock().expect("no other thread failed");
                features::of(&core)
                    .into_iter()
                    .for_each(|name| *had.get_mut(name).expect("a feature of the list") += 1);
                Ok(compared)
            }
            Err(problem) => {
                // Printed before all the simulations of its shrinking.
                println!("{kind:?}: seed {seed}: {problem}");
                let (case, least) = run.shrink(seed, problem.clone());
                keep(&case);
                Err(format!("seed {seed}: {problem}\n  shrunk, and kept: {case:?}: {least}"))
            }
        }
    };
    let outcomes: Vec<_> = (first..first + count).into_par_iter().map(failure).collect();
    let compared: u64 = outcomes.iter().flatten().sum();
    let problems: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    println!(
        "{kind:?}: {count} random networks, seeds {first} to {}, {compared} values compared, {} networks differ",
        first + count - 1,
        problems.len()
    );
    let had = had.into_inner().expect("no thread failed");
    features::ALL.iter().for_each(|name| println!("  {name:28} {:5}", had[name]));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let missing: Vec<_> = had.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    assert!(count < MANY as u64 || missing.is_empty(), "of {count} networks none had: {}", missing.join(", "));
}

#[test]
fn equal_in_icarus() {
    draw(Kind::Icarus, 12, 40);
}

#[test]
fn equal_in_verilator() {
    draw(Kind::Verilator, 4, 56);
}

#[test]
fn equal_after_synthesis() {
    draw(Kind::Gates, 1, 4);
}

#[test]
fn what_failed_once_is_equal() {
    for kind in [Kind::Icarus, Kind::Verilator] {
        let run = Run::new(kind);
        let problems: Vec<_> = kept().par_iter().filter_map(|case| run.check(case).err()).collect();
        assert!(problems.is_empty(), "{kind:?}: {}", problems.join("\n"));
    }
}
