//! Zoo networks as Verilog.

use std::path::Path;

use volley::board::Board;
use volley::cosim::{self, Options, Simulator, Verdict};
use volley::data::Images;
use volley::fixed_point::{Network, Settings};
use volley::pipeline::{Target, activities};
use volley::rtl::Design;
use volley::schedule::{Folding, Plan};
use volley::{rtl, schedule};

use crate::zoo;

/// A zoo network generated into a folder.
pub struct Generated {
    /// What the core computes.
    pub network: Network,
    /// How it is folded.
    pub plan: Plan,
    /// Its Verilog, as in the folder.
    pub design: Design,
    folder: tempfile::TempDir,
}

/// Calibration frames that the solver gets.
const CALIBRATION_FRAMES: usize = 16;

/// The folding that the solver finds for `rate` frames a second at `mhz` on `board`; a tenth of the board stays free.
pub fn solved(name: &str, network: &Network, board: &Board, mhz: f64, rate: f64) -> Folding {
    let images = zoo::images(zoo::calibration_set(name), CALIBRATION_FRAMES);
    let frames = activities(network, Some(&images)).expect("a valid network");
    let target = Target { clock_mhz: mhz, frames_per_second: Some(rate), ..Target::new(board.clone()) };
    target.fit(network, &frames).expect("the board is large enough").folding
}

impl Generated {
    /// With these lanes, in the form of `--lanes`, and weights of 8 bits.
    pub fn new(name: &str, members: u32, timesteps: u32, lanes: &str) -> Generated {
        Self::with(name, members, timesteps, lanes, &Settings::default())
    }

    /// The same in other integers.
    pub fn with(name: &str, members: u32, timesteps: u32, lanes: &str, settings: &Settings) -> Generated {
        let converter = zoo::converter(name).members(members).timesteps(timesteps).settings(settings.clone());
        let converted = converter.convert().expect("its activations are QCFS");
        Self::folded(converted.quantise().expect("a zoo network fits"), &Folding::parse(lanes).expect("legal lanes"))
    }

    /// A network of integers with this folding.
    pub fn folded(network: Network, folding: &Folding) -> Generated {
        let plan = schedule::plan(&network, folding).expect("it has a plan");
        let design = rtl::generate(&network, &plan).expect("a zoo network has hardware");
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in &design.files {
            std::fs::write(folder.path().join(name), text).expect("a file of the design");
        }
        Generated { network, plan, design, folder }
    }

    /// The folder of the Verilog.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Simulates and compares; `stalls` is the probability of a pause in 1/256.
    pub fn check(&self, images: &Images, simulator: Simulator, stalls: u8) -> Verdict {
        let mut options = Options::new(self.folder.path().join("work"));
        (options.simulator, options.stalls) = (simulator, stalls);
        cosim::check(self.path(), &self.design.manifest, &self.network, &self.plan, images, &options)
            .expect("the simulator runs")
    }
}

/// Prints the results of a run, in the form of the acceptance runs' tables.
pub fn print(title: &str, verdict: &Verdict) {
    println!(
        "{title}: {} frames, {} compared, {} mismatches, {:.0} cycles a frame, first latency {}",
        verdict.frames, verdict.compared, verdict.mismatches, verdict.cycles_per_frame, verdict.first_latency
    );
    println!("  layer              lanes  slices  segments     events  of dense     cycles  estimated  utilisation");
    for layer in &verdict.layers {
        println!(
            "  {:18} {:5} {:7} {:9} {:10.1} {:8.1}% {:10.1} {:10.1}  {:10.1}%",
            layer.name,
            layer.lanes,
            layer.slices,
            layer.segments,
            layer.events,
            100.0 * layer.density(),
            layer.cycles,
            layer.estimated_cycles,
            100.0 * layer.utilisation(),
        );
    }
}

/// Fails with the first difference.
pub fn assert_equal(title: &str, verdict: &Verdict) {
    assert!(
        verdict.passed(),
        "{title}: {} mismatches, first {:?}, {:?}",
        verdict.mismatches,
        verdict.first_mismatch,
        verdict.protocol_errors
    );
}
