//! What a random network is drawn from, and the core made from it.

use std::path::Path;

use ndarray::Array4;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde::{Deserialize, Serialize};
use volley::cosim::{self, Options, Simulator};
use volley::data::Images;
use volley::fixed_point::{self, Settings, ThresholdMode, WeightMode};
use volley::random::{self, Random};
use volley::rtl::Design;
use volley::schedule::{Folding, Plan};
use volley::{quantise, rtl, schedule, snn};

use crate::folds;

/// Limits of a network's size.
pub struct Limits {
    /// Nodes before the readout.
    pub nodes: usize,
    /// Rows and columns of the input.
    pub extent: usize,
    /// Time steps T, 1..=64.
    pub timesteps: u32,
}

/// One network and one simulation of it. `seed` draws what the other fields leave open; these are numbers that make a smaller network
/// when they are smaller, and features that are absent when they are false, so a failing case can shrink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Of all that is drawn.
    pub seed: u64,
    /// Nodes before the readout.
    pub nodes: usize,
    /// Rows and columns of the input.
    pub extent: usize,
    /// Members τ of each group neuron, 1..=255.
    pub members: u32,
    /// Time steps T, 1..=64.
    pub timesteps: u32,
    /// Signed bits of each weight, 2..=16.
    pub weight_bits: u32,
    /// Frames that are simulated.
    pub frames: usize,
    /// Probability of a pause on either side, in 1/256.
    pub stalls: u8,
    /// Layers that add several terms.
    pub several_terms: bool,
    /// Layers that read maps side by side.
    pub concats: bool,
    /// Sum and max pools.
    pub pools: bool,
    /// Grouped convolutions.
    pub groups: bool,
    /// Weights at the ends of their range, and a frame of brightest pixels.
    pub extremes: bool,
    /// Different weight bits for each layer.
    pub mixed_bits: bool,
    /// Thresholds that are powers of two.
    pub pow2: bool,
    /// Weights loaded at run time, those of another network, where the network allows it.
    pub runtime: bool,
    /// Lanes, slices, units, words, arithmetic and memories drawn for each layer; else one lane and the defaults.
    pub folded: bool,
}

impl Case {
    /// The case of a seed, with everything that it may shrink to.
    pub fn tree(seed: u64, limits: &Limits) -> impl ValueTree<Value = Case> + use<> {
        // The same case for a seed on every machine: the generator of the draws is seeded with it.
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let often = || proptest::bool::weighted(0.7);
        let half = || proptest::bool::weighted(0.5);
        let seldom = || proptest::bool::weighted(0.3);
        let sizes = (0..=limits.nodes, 1..=limits.extent, 1u32..=15, 1..=limits.timesteps, 2u32..=16, 1usize..=3);
        let stalls = proptest::sample::select(vec![0u8, 40, 128]);
        let shape = (often(), half(), often(), often(), seldom());
        let integers = (seldom(), seldom(), half(), proptest::bool::weighted(0.9));
        let strategy = (sizes, stalls, shape, integers).prop_map(move |(sizes, stalls, shape, integers)| {
            let (nodes, extent, members, timesteps, weight_bits, frames) = sizes;
            let (several_terms, concats, pools, groups, extremes) = shape;
            let (mixed_bits, pow2, runtime, folded) = integers;
            Case {
                seed,
                nodes,
                extent,
                members,
                timesteps,
                weight_bits,
                frames,
                stalls,
                several_terms,
                concats,
                pools,
                groups,
                extremes,
                mixed_bits,
                pow2,
                runtime,
                folded,
            }
        });
        strategy.new_tree(&mut TestRunner::new_with_rng(Config::default(), rng)).expect("every draw is legal")
    }

    fn network(&self) -> snn::Network {
        let options = random::Options {
            nodes: (self.nodes, self.nodes),
            extent: (self.extent.div_ceil(2), self.extent),
            several_terms: self.several_terms,
            concats: self.concats,
            extremes: self.extremes,
            pools: self.pools,
            groups: self.groups,
            ..Default::default()
        };
        let network = random::network(self.seed, &options);
        snn::Network { members: self.members, timesteps: self.timesteps, ..network }
    }

    fn settings(&self, network: &snn::Network) -> Settings {
        let threshold = if self.pow2 { ThresholdMode::Pow2 } else { ThresholdMode::Exact };
        let mut settings = Settings { weight_bits: self.weight_bits, threshold, ..Settings::default() };
        let bits = &mut Random::new(self.seed ^ 0xb175);
        for name in network.layer_names().filter(|_| self.mixed_bits) {
            settings.layer_bits.insert(name.to_string(), bits.within(2, 16) as u32);
        }
        settings
    }

    /// Quantises, folds and generates. With weights loaded at run time the core has exactly the Verilog of this network and the
    /// memories of another one.
    ///
    /// # Errors
    /// What was wrong.
    pub fn core(&self) -> Result<Core, String> {
        let network = self.network();
        network.validate().map_err(|error| error.to_string())?;
        let mut settings = self.settings(&network);
        let other = self.runtime.then(|| loadable(&network, &mut settings, self.seed)).flatten();
        let fixed = quantise::quantise(&network, &settings).map_err(|error| error.to_string())?;
        let plan = if self.folded {
            folds::draw(&fixed, &mut Random::new(self.seed ^ 0x5eed))
        } else {
            schedule::plan(&fixed, &Folding::uniform(1)).map_err(|error| error.to_string())?
        };
        let mut design = rtl::generate(&fixed, &plan).map_err(|error| error.to_string())?;
        let mut computed = fixed;
        if let Some(other) = other {
            let loaded = rtl::generate(&other, &plan).map_err(|error| error.to_string())?;
            for (name, text) in loaded.files {
                let own = design.files.insert(name.clone(), text.clone());
                if !name.ends_with(".mem") && own.as_ref() != Some(&text) {
                    return Err(format!("{name} is another one with other weights"));
                }
            }
            if design.manifest != loaded.manifest {
                return Err("the manifest is another one with other weights".into());
            }
            computed = other;
        }
        Ok(Core { case: self.clone(), network: computed, plan, design })
    }

    /// Frames with many blank pixels; with extreme weights all pixels of the first one are 255.
    fn images(&self, network: &fixed_point::Network) -> Images {
        let shape = network.input.shape;
        let mut pixels = Array4::zeros((self.frames, shape.height, shape.width, shape.channels));
        for (frame, mut image) in pixels.outer_iter_mut().enumerate() {
            image.assign(&random::image(self.seed * 100 + frame as u64, shape));
            if self.extremes && frame == 0 {
                image.fill(255);
            }
        }
        Images { pixels, labels: None }
    }
}

/// Another network of the same shape, and the settings under which both make the same core; `None` where the network has no
/// form with weights loaded at run time.
fn loadable(network: &snn::Network, settings: &mut Settings, seed: u64) -> Option<fixed_point::Network> {
    let runtime = Settings { weights: WeightMode::Runtime, threshold: ThresholdMode::Exact, ..settings.clone() };
    let fixed = quantise::quantise(network, &runtime).ok()?;
    let other = random::reweighted(network, seed);
    let other = quantise::quantise_like(&other, &runtime, &fixed).unwrap_or(fixed);
    *settings = runtime;
    Some(other)
}

/// A generated core and the network that it computes.
pub struct Core {
    /// What it was drawn from.
    pub case: Case,
    /// What it computes.
    pub network: fixed_point::Network,
    /// How it is folded.
    pub plan: Plan,
    /// Its Verilog.
    pub design: Design,
}

impl Core {
    /// Writes the files of the design into `folder`.
    pub fn write(&self, folder: &Path) {
        std::fs::create_dir_all(folder).expect("a folder for the design");
        for (name, text) in &self.design.files {
            std::fs::write(folder.join(name), text).expect("a file of the design");
        }
    }

    /// Simulates the Verilog in folder `rtl` and compares every count, score and event with the model: the number of values.
    /// `runtime` is kept by all builds of Verilator.
    ///
    /// # Errors
    /// What was wrong.
    pub fn check(&self, rtl: &Path, work: &Path, simulator: Simulator, runtime: &Path) -> Result<u64, String> {
        let options = Options {
            simulator,
            stalls: self.case.stalls,
            seed: self.case.seed as u32 | 1,
            idle_limit: 20_000,
            runtime: Some(runtime.into()),
            ..Options::new(work)
        };
        let images = self.case.images(&self.network);
        let verdict = cosim::check(rtl, &self.design.manifest, &self.network, &self.plan, &images, &options)
            .map_err(|error| error.to_string())?;
        if verdict.passed() {
            return Ok(verdict.compared);
        }
        let first = verdict.first_mismatch.as_ref().map_or("none".into(), ToString::to_string);
        Err(format!("{} mismatches, first: {first}; {:?}", verdict.mismatches, verdict.protocol_errors))
    }
}
