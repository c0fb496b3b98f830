//! Rungs of the ladder, each by itself: what of the faults it kills.

use std::path::Path;
use std::process::Command;

use proptest::strategy::ValueTree;
use rayon::prelude::*;
use volley::cosim::{self, Options, Simulator};
use volley::data::{self, Images};
use volley::fixed_point::{Network, ThresholdMode};
use volley::rtl::{self, Design};
use volley::schedule::{self, Fold, Folding, Plan};
#[cfg(feature = "accept")]
use volley::top;

use super::case::{Case, Core, Limits};
use super::digits;
use super::faults::emitted::{self, Emitted};
#[cfg(feature = "accept")]
use super::faults::{self, Fault};
use super::runner::root;

/// Frames of the bundled digits that a fault has to get through.
const FRAMES: usize = 4;

/// The core of the bundled digits into which faults are planted: two time steps, two slices, several segments.
pub struct Digits {
    network: Network,
    plan: Plan,
    pub design: Design,
    images: Images,
}

impl Digits {
    pub fn new() -> Digits {
        let network = digits::quantised(4, 2, ThresholdMode::Exact);
        let second = Fold { slices: 2, ..Fold::lanes(4) };
        let layers = [("conv_4".to_string(), second)].into();
        let plan = schedule::plan(&network, &Folding { layers, ..Folding::default() }).expect("a legal folding");
        let design = rtl::generate(&network, &plan).expect("it has a hardware form");
        let images =
            data::read_npz(&root().join("examples/digits/test.npz"), Some(FRAMES)).expect("the bundled digits");
        Digits { network, plan, design, images }
    }

    /// The design with one file replaced.
    pub fn with(&self, file: &str, text: String) -> Design {
        let mut design = self.design.clone();
        let known = design.files.insert(file.into(), text);
        assert!(known.is_some(), "the digits' core has no {file}");
        design
    }

    /// Whether a co-simulation in Icarus sees that this is not the design that it should be.
    pub fn kills(&self, design: &Design) -> bool {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let rtl = folder.path().join("rtl");
        write(design, &rtl);
        let mut options = Options::new(folder.path().join("work"));
        (options.simulator, options.stalls, options.idle_limit) = (Simulator::Icarus, 80, 5_000);
        let verdict = cosim::check(&rtl, &design.manifest, &self.network, &self.plan, &self.images, &options);
        // What does not build, or sends an unknown value, is seen as well.
        !verdict.is_ok_and(|verdict| verdict.is_equal())
    }
}

/// A rung of random networks, always the same, so that the table is.
pub struct Random {
    cores: Vec<Core>,
}

/// Seeds of the rung's networks.
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

fn write(design: &Design, folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder for the design");
    for (name, text) in &design.files {
        std::fs::write(folder.join(name), text).expect("a file of the design");
    }
}

/// Whether Verilator's lint has something to say of a design.
pub fn lint_kills(design: &Design) -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(design, folder.path());
    let files = design.files.keys().filter(|name| name.ends_with(".v"));
    let command = Command::new("verilator")
        .args(["--lint-only", "-Wall", "--top-module", &design.manifest.top])
        .args(files)
        .current_dir(folder.path())
        .output();
    !command.expect("Verilator: run scripts/install-tools.sh").status.success()
}

/// A line of the table: what of a fault each rung says, or nothing where it cannot see it.
#[cfg(feature = "accept")]
struct Line {
    name: String,
    killed: [Option<bool>; 4],
}

#[cfg(feature = "accept")]
const RUNGS: [&str; 4] = ["lint", "bench", "digits", "random"];

/// Every fault against every rung by itself.
#[cfg(feature = "accept")]
#[test]
fn every_fault_on_every_rung() {
    let (digits, random) = (Digits::new(), Random::new());
    assert!(!digits.kills(&digits.design) && !lint_kills(&digits.design), "the core without a fault is right");
    let library = |fault: &&Fault| -> Line {
        let plain = rtl::library::FILES.iter().chain(top::library::FILES).find(|(name, _)| *name == fault.file);
        let text = plain.expect("a module of the libraries").1.replacen(fault.from, fault.to, 1);
        let name = format!("{}: {}", fault.file, one_line(fault.from, fault.to));
        let bench = Some(super::bench_kills(fault));
        // Modules around a core are in no network.
        if !digits.design.files.contains_key(fault.file) {
            return Line { name, killed: [None, bench, None, None] };
        }
        let design = digits.with(fault.file, text.clone());
        let killed =
            [Some(lint_kills(&design)), bench, Some(digits.kills(&design)), Some(random.kills(fault.file, &text))];
        Line { name, killed }
    };
    let generated = |fault: &Emitted| -> Line {
        let design = digits.with(fault.file, fault.plant(&digits.design.files[fault.file]));
        let name = format!("{}: {}", fault.file, fault.what);
        Line { name, killed: [Some(lint_kills(&design)), None, Some(digits.kills(&design)), None] }
    };
    let mut lines: Vec<Line> = faults::all().par_iter().map(library).collect();
    lines.par_extend(emitted::FAULTS.par_iter().map(generated));
    print(&lines);
    let alive = lines.iter().filter(|line| !line.killed.contains(&Some(true)));
    let alive: Vec<_> = alive.map(|line| line.name.as_str()).collect();
    assert!(alive.is_empty(), "no rung sees\n{}", alive.join("\n"));
}

#[cfg(feature = "accept")]
fn one_line(from: &str, to: &str) -> String {
    let short = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("'{}' for '{}'", short(to), short(from))
}

#[cfg(feature = "accept")]
fn print(lines: &[Line]) {
    println!("{}  fault", RUNGS.join("  "));
    for line in lines {
        let marks = line.killed.iter().zip(RUNGS).map(|(killed, rung)| {
            let mark = match killed {
                Some(true) => "x",
                Some(false) => "-",
                None => " ",
            };
            format!("{mark:^width$}", width = rung.len())
        });
        println!("{}  {}", marks.collect::<Vec<_>>().join("  "), line.name);
    }
    let killed = lines.iter().filter(|line| line.killed.contains(&Some(true))).count();
    println!("killed {killed} of {}", lines.len());
    for (at, rung) in RUNGS.iter().enumerate() {
        let tried = lines.iter().filter(|line| line.killed[at].is_some()).count();
        let kills = lines.iter().filter(|line| line.killed[at] == Some(true));
        let alone =
            kills.clone().filter(|line| line.killed.iter().filter(|killed| **killed == Some(true)).count() == 1);
        println!("  {rung:8} killed {:3} of {tried:3}, {:3} by it alone", kills.count(), alone.count());
    }
}

#[test]
fn faults_in_what_is_generated_are_caught() {
    let digits = Digits::new();
    assert!(!digits.kills(&digits.design), "the core without a fault is right");
    let survivor = |fault: &Emitted| {
        let design = digits.with(fault.file, fault.plant(&digits.design.files[fault.file]));
        (!digits.kills(&design)).then(|| format!("{}: {} is not seen", fault.file, fault.what))
    };
    super::report(emitted::FAULTS.par_iter().filter_map(survivor).collect());
}
