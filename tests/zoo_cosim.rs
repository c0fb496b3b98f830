//! Real networks over real images: the Verilog equals the model in every layer at every time step.

mod zoo;

use std::path::Path;

use volley::cosim::{self, Options, Verdict};
use volley::data::Images;
use volley::fixed_point::{Network, Settings};
use volley::rtl::Design;
use volley::schedule::{Lanes, Plan};
use volley::{quantise, rtl, schedule};

/// A zoo network generated into `folder`.
struct Generated {
    network: Network,
    plan: Plan,
    design: Design,
}

fn generate(name: &str, members: u32, timesteps: u32, lanes: &str, folder: &Path) -> Generated {
    let placed = zoo::placed(name, members, timesteps);
    let network = quantise::quantise(&placed.network, &Settings::default()).expect("a zoo network fits");
    let plan = schedule::plan(&network, &Lanes::parse(lanes).expect("legal lanes")).expect("a zoo network has a plan");
    let design = rtl::generate(&network, &plan).expect("a zoo network has a hardware form");
    for (name, text) in &design.files {
        std::fs::write(folder.join(name), text).expect("a file of the design");
    }
    Generated { network, plan, design }
}

impl Generated {
    fn check(&self, folder: &Path, images: &Images, stalls: u8) -> Verdict {
        let mut options = Options::new(folder.join("work"));
        options.stalls = stalls;
        cosim::check(folder, &self.design.manifest, &self.network, &self.plan, images, &options)
            .expect("verilator runs")
    }
}

fn print(name: &str, verdict: &Verdict) {
    println!(
        "{name}: {} frames, {} compared, {} mismatches, {:.0} cycles/frame, latency {}",
        verdict.frames, verdict.compared, verdict.mismatches, verdict.cycles_per_frame, verdict.first_latency
    );
    for layer in &verdict.layers {
        println!(
            "  {:16} lanes {:3} segments {:2} events {:9.1} of {:9.0} cycles {:9.1} estimated {:9.1}",
            layer.name,
            layer.lanes,
            layer.segments,
            layer.events,
            layer.dense_events,
            layer.cycles,
            layer.estimated_cycles
        );
    }
}

#[test]
fn zoo() {
    let spec = std::env::var("VOLLEY_TRY").unwrap_or("mnist-mlp,4,1,16,4".into());
    let parts: Vec<_> = spec.split(',').collect();
    let folder = tempfile::tempdir().unwrap();
    let start = std::time::Instant::now();
    let g = generate(parts[0], parts[1].parse().unwrap(), parts[2].parse().unwrap(), parts[3], folder.path());
    println!("generated in {:?}", start.elapsed());
    let images = zoo::images(zoo::test_set(parts[0]), parts[4].parse().unwrap());
    for stalls in [0, 64] {
        let start = std::time::Instant::now();
        let verdict = g.check(folder.path(), &images, stalls);
        print(parts[0], &verdict);
        println!("{:?} {:?} {:?}", verdict.first_mismatch, verdict.protocol_errors, start.elapsed());
        assert!(verdict.is_equal());
    }
}
