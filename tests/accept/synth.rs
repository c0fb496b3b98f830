//! What real networks cost on two families of devices, by the oldest and the newest yosys.

use support::yosys::FAMILIES;
use support::{yosys, zoo};
use volley::fixed_point::Settings;
use volley::model::Model;
use volley::schedule::{Activity, Figures, Folding};
use volley::{quantise, rtl, schedule};

/// Synthesises a zoo network at τ = 4 and prints a row of the table for each target and yosys.
fn table(name: &str, timesteps: u32) {
    let conversion = zoo::conversion(name, 4, timesteps);
    let network = quantise::quantise(&conversion.network, &Settings::default()).unwrap();
    let plan = schedule::plan(&network, &Folding::default()).unwrap();
    let images = zoo::images(zoo::calibration_set(name), 1);
    let trace = |image| Model::new(&network).unwrap().trace(image);
    let frames: Vec<_> = images.pixels.outer_iter().map(|image| Activity::of(&network, image, &trace(image))).collect();
    let design = rtl::generate(&network, &plan).unwrap();
    println!("network      T  family  yosys      LUT      FF   DSP  BRAM (18 kbit)");
    for family in FAMILIES {
        for (version, yosys) in [("system", yosys::system()), ("newest", yosys::newest())] {
            let cells = yosys::synthesise(&yosys, &design, family);
            let cost = cells.cost(family);
            println!(
                "{name:12} {timesteps}  {:6}  {version} {:8} {:7} {:5} {:5}   {cells}",
                format!("{family:?}"),
                cost.luts,
                cost.flip_flops,
                cost.dsps,
                cost.block_rams
            );
            assert_eq!(cost.dsps, design.manifest.layers[0].fold.lanes as u64, "{name} {family:?} {version}");
            let block_rams = Figures::new(&network, &plan, &frames, family).unwrap().total().block_rams;
            // The estimate is the fewest blocks; synthesis uses more where that saves a multiplexer of many pages.
            assert!(
                (block_rams..=1.1 * block_rams).contains(&(cost.block_rams as f64)),
                "{name} {family:?} {version}: {block_rams} estimated, {cells}"
            );
        }
    }
}

#[test]
fn mnist_mlp() {
    table("mnist-mlp", 1);
}

#[test]
fn mnist_cnn() {
    table("mnist-cnn", 1);
}
