//! The table of `make mutants`: every fault against every kind of check alone.

use proptest::strategy::ValueTree;
use rayon::prelude::*;
use volley::cosim::Simulator;
use volley::rtl::{self, Design};
use volley::top;

use super::digits::{Digits, write};
use super::faults::emitted::{self, Emitted};
use super::faults::{self, Fault};
use support::case::{Case, Core, Limits};
use support::command::{output, tool};

/// The check by random networks; they are always the same, and so is the table.
pub struct Random {
    cores: Vec<Core>,
}

/// Seeds of these networks.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=16;

impl Random {
    pub fn new() -> Random {
        let limits = Limits { nodes: 3, extent: 6, timesteps: 3 };
        let core = |seed| Case::tree(seed, &limits).current().core().expect("a random network has a core");
        Random { cores: SEEDS.map(core).collect() }
    }

    /// Whether one of the networks, with the library's module `file` replaced, differs from the model in Icarus.
    pub fn kills(&self, file: &str, text: &str) -> bool {
        self.cores.iter().any(|core| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let (rtl, work) = (folder.path().join("rtl"), folder.path().join("work"));
            core.write(&rtl);
            std::fs::write(rtl.join(file), text).expect("the module with the fault");
            core.check(&rtl, &work, Simulator::Icarus, folder.path()).is_err()
        })
    }
}

/// Whether Verilator's lint says something about a design.
fn lint_kills(design: &Design) -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(design, folder.path());
    let files = design.files.keys().filter(|name| name.ends_with(".v"));
    let mut verilator = tool("verilator");
    verilator.args(["--lint-only", "-Wall", "--top-module", &design.manifest.top]);
    !output(verilator.args(files).current_dir(folder.path())).0
}

/// A line of the table: what each check says about a fault, or nothing where it cannot see it.
struct Line {
    name: String,
    killed: [Option<bool>; 4],
}

const CHECKS: [&str; 4] = ["lint", "bench", "digits", "random"];

/// Every fault against every check alone.
#[test]
fn every_fault_on_every_check() {
    let (digits, random) = (Digits::new(), Random::new());
    assert!(!digits.kills(&digits.design) && !lint_kills(&digits.design), "the core without a fault is right");
    let library = |fault: &&Fault| -> Line {
        let plain = rtl::library::FILES.iter().chain(top::library::FILES).find(|(name, _)| *name == fault.file);
        let text = plain.expect("a module of the libraries").1.replacen(fault.from, fault.to, 1);
        let name = format!("{}: {}", fault.file, one_line(fault.from, fault.to));
        eprintln!("{name}");
        let bench = Some(super::bench_kills(fault));
        // Modules around a core are in no network, and the digits do not use every module of a core.
        let of_core = rtl::library::FILES.iter().any(|(file, _)| *file == fault.file);
        let design = digits.design.files.contains_key(fault.file).then(|| digits.with(fault.file, text.clone()));
        let lint = design.as_ref().map(lint_kills);
        let in_digits = design.as_ref().map(|design| digits.kills(design));
        let in_random = of_core.then(|| random.kills(fault.file, &text));
        Line { name, killed: [lint, bench, in_digits, in_random] }
    };
    let generated = |fault: &Emitted| -> Line {
        let design = digits.with(fault.file, fault.plant(&digits.design.files[fault.file]));
        let name = format!("{}: {}", fault.file, fault.what);
        eprintln!("{name}");
        Line { name, killed: [Some(lint_kills(&design)), None, Some(digits.kills(&design)), None] }
    };
    let mut lines: Vec<Line> = faults::all().par_iter().map(library).collect();
    lines.par_extend(emitted::FAULTS.par_iter().map(generated));
    print(&lines);
    let alive = lines.iter().filter(|line| !line.killed.contains(&Some(true)));
    let alive: Vec<_> = alive.map(|line| line.name.as_str()).collect();
    assert!(alive.is_empty(), "no check sees\n{}", alive.join("\n"));
}

fn one_line(from: &str, to: &str) -> String {
    let short = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("'{}' for '{}'", short(to), short(from))
}

fn print(lines: &[Line]) {
    println!("{}  fault", CHECKS.join("  "));
    for line in lines {
        let marks = line.killed.iter().zip(CHECKS).map(|(killed, check)| {
            let mark = match killed {
                Some(true) => "x",
                Some(false) => "-",
                None => " ",
            };
            format!("{mark:^width$}", width = check.len())
        });
        println!("{}  {}", marks.collect::<Vec<_>>().join("  "), line.name);
    }
    let killed = lines.iter().filter(|line| line.killed.contains(&Some(true))).count();
    println!("killed {killed} of {}", lines.len());
    for (at, check) in CHECKS.iter().enumerate() {
        let tried = lines.iter().filter(|line| line.killed[at].is_some()).count();
        let kills = lines.iter().filter(|line| line.killed[at] == Some(true));
        let alone =
            kills.clone().filter(|line| line.killed.iter().filter(|killed| **killed == Some(true)).count() == 1);
        println!("  {check:8} killed {:3} of {tried:3}, {:3} by it alone", kills.count(), alone.count());
    }
}
