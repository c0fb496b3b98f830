//! A co-simulation of the bundled digits, and the faults that it kills.

use std::path::Path;

use rayon::prelude::*;
use volley::cosim::{self, Options, Simulator};
use volley::data::{self, Images};
use volley::fixed_point::{Network, ThresholdMode};
use volley::rtl::{self, Design};
use volley::schedule::{self, Fold, Folding, Plan};

use super::faults::emitted::{self, Emitted};
use super::runner::root;
use support::digits;

/// Frames of the bundled digits that a fault must pass to survive.
const FRAMES: usize = 2;

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
        let design = rtl::generate(&network, &plan).expect("it has hardware");
        let images = data::read(&root().join("examples/digits/test.npz"), Some(FRAMES)).expect("the bundled digits");
        Digits { network, plan, design, images }
    }

    /// The design with one file replaced.
    pub fn with(&self, file: &str, text: String) -> Design {
        let mut design = self.design.clone();
        let known = design.files.insert(file.into(), text);
        assert!(known.is_some(), "the digits' core has no {file}");
        design
    }

    /// Whether a co-simulation in Icarus sees that the design is wrong: most faults show in the first frame, the others in all.
    pub fn kills(&self, design: &Design) -> bool {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let rtl = folder.path().join("rtl");
        write(design, &rtl);
        let mut options = Options::new(folder.path().join("work"));
        (options.simulator, options.stalls, options.idle_limit) = (Simulator::Icarus, 80, 5_000);
        [1, FRAMES].into_iter().any(|frames| {
            let images = self.images.take(frames);
            let verdict = cosim::check(&rtl, &design.manifest, &self.network, &self.plan, &images, &options);
            // What does not build, or sends an unknown value, is seen as well.
            !verdict.is_ok_and(|verdict| verdict.passed())
        })
    }
}

pub fn write(design: &Design, folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder for the design");
    for (name, text) in &design.files {
        std::fs::write(folder.join(name), text).expect("a file of the design");
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
