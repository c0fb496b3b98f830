//! Random small networks: the generated Verilog equals the reference model in every count of every layer.

mod folds;

use ndarray::Array4;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use volley::cosim::{self, Simulator};
use volley::data::Images;
use volley::fixed_point::{self, Settings, ThresholdMode, WeightMode};
use volley::random::{self, Random};
use volley::{quantise, rtl, snn};

/// With half of the seeds weights are loaded at run time, where the network allows it: another network of its shape.
fn loadable(network: &snn::Network, settings: &mut Settings, seed: u64) -> Option<fixed_point::Network> {
    let runtime = Settings { weights: WeightMode::Runtime, threshold: ThresholdMode::Exact, ..settings.clone() };
    let fixed = seed.is_multiple_of(2).then(|| quantise::quantise(network, &runtime).ok()).flatten()?;
    let other = random::reweighted(network, seed);
    let other = quantise::quantise_like(&other, &runtime, &fixed).unwrap_or(fixed);
    *settings = runtime;
    Some(other)
}

/// Generates, simulates and compares the random network of `seed`; fails with the first mismatch.
fn check(seed: u64, simulator: Simulator) -> Result<(), TestCaseError> {
    let random = &mut Random::new(seed ^ 0x5eed);
    let options = random::Options { several_terms: seed % 2 == 1, ..Default::default() };
    let network = random::network(seed, &options);
    let threshold = if random.within(0, 2) == 0 { ThresholdMode::Pow2 } else { ThresholdMode::Exact };
    let mut settings = Settings { weight_bits: random.within(2, 16) as u32, threshold, ..Settings::default() };
    let bits = &mut Random::new(seed ^ 0xb175);
    for name in network.layer_names().filter(|_| seed.is_multiple_of(4)) {
        settings.layer_bits.insert(name.to_string(), bits.within(2, 16) as u32);
    }
    let other = loadable(&network, &mut settings, seed);
    let fixed = quantise::quantise(&network, &settings).expect("a random network is legal");
    let plan = folds::draw(&fixed, random);
    let mut design = rtl::generate(&fixed, &plan).expect("a random network has a hardware form");
    let fixed = match other {
        None => fixed,
        Some(other) => {
            // The very Verilog of the one network, with the memories of the other.
            let loaded = rtl::generate(&other, &plan).expect("a network of the same shape has the same hardware");
            for (name, text) in loaded.files {
                let own = design.files.insert(name.clone(), text.clone()).expect("a core of the same files");
                prop_assert!(name.ends_with(".mem") || own == text, "seed {seed}: {name} differs");
            }
            prop_assert_eq!(&design.manifest, &loaded.manifest);
            other
        }
    };

    let folder = tempfile::tempdir().expect("a temporary folder");
    let rtl = folder.path().join("rtl");
    std::fs::create_dir(&rtl).expect("a folder for the design");
    for (name, text) in &design.files {
        std::fs::write(rtl.join(name), text).expect("a file of the design");
    }
    let shape = fixed.input.shape;
    let frames = 3;
    let mut pixels = Array4::zeros((frames, shape.height, shape.width, shape.channels));
    for (frame, mut image) in pixels.outer_iter_mut().enumerate() {
        image.assign(&random::image(seed * 100 + frame as u64, shape));
    }
    let images = Images { pixels, labels: None };
    let mut options = cosim::Options::new(folder.path().join("work"));
    options.simulator = simulator;
    options.stalls = [0, 40, 128][random.within(0, 2)];
    options.seed = seed as u32 + 1;
    options.idle_limit = 20_000;
    let verdict = cosim::check(&rtl, &design.manifest, &fixed, &plan, &images, &options).expect("the simulator runs");
    let first = verdict.first_mismatch.as_ref().map_or("none".into(), |first| first.to_string());
    prop_assert!(
        verdict.is_equal(),
        "seed {seed}: {} mismatches, {:?}, first: {first}",
        verdict.mismatches,
        verdict.protocol_errors
    );
    Ok(())
}

/// How many networks a test draws: a handful as a rule, `VOLLEY_RANDOM_NETWORKS` in acceptance runs. Seeds that failed are
/// kept beside this file and tried first.
fn cases(handful: u32) -> ProptestConfig {
    let cases = std::env::var("VOLLEY_RANDOM_NETWORKS").map_or(handful, |text| text.parse().expect("a number"));
    ProptestConfig { cases, max_shrink_iters: 0, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(12))]
    #[test]
    fn equal_in_icarus(seed in 0u64..1 << 24) {
        check(seed, Simulator::Icarus)?;
    }
}

proptest! {
    #![proptest_config(cases(2))]
    #[test]
    fn equal_in_verilator(seed in 0u64..1 << 24) {
        check(seed, Simulator::Verilator)?;
    }
}
