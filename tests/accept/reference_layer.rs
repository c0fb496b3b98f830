//! One 3×3 convolution of 16 to 16 channels on a 16×16 map, 8-bit weights, against FINN's RTL of the same layer: LUTs and
//! DSPs by yosys on Xilinx 7 series, weights excluded, times the clocks of a pixel.

use std::process::Command;

use support::command::must;
use support::{yosys, zoo};
use volley::fixed_point::{Network, Op, Settings};
use volley::fpga::Family;
use volley::model::Model;
use volley::schedule::{self, Activity, Arithmetic, Fold, Folding};
use volley::synth::{Cells, Cost};
use volley::{quantise, rtl, snn};

/// FINN's matrix unit (PE 4, SIMD 16), thresholds and window unit: clocks a pixel, LUTs and DSPs.
const FINN: (f64, u64, u64) = (36.0, 2624, 32);
/// The layer whose weights and activity are used: the second convolution of ResNet-20.
const LAYER: &str = "blocks_0_conv1";

/// ResNet-20 cut down to its first two convolutions on a map of 16×16 pixels, so that the real weights are in the geometry that is
/// compared.
fn small(members: u32, timesteps: u32) -> Network {
    let mut network = zoo::conversion("resnet20-cifar10-qcfs8", members, timesteps).network;
    network.nodes.truncate(2);
    (network.input.shape.height, network.input.shape.width) = (16, 16);
    for node in &mut network.nodes {
        (node.shape.height, node.shape.width) = (16, 16);
    }
    let window = volley::shape::Window { kernel: [16, 16], stride: [1, 1], padding: Default::default() };
    let term = snn::Term { source: snn::Source::Node(1), window, weights: ndarray::Array4::ones((2, 16, 16, 16)) };
    let op = snn::Op::Layer(snn::Layer { terms: vec![term], bias: vec![0.0; 2], neuron: snn::Neuron::Readout });
    let shape = volley::Shape::new(2, 1, 1);
    network.nodes.push(snn::Node { name: "readout".into(), origin: "readout".into(), shape, op });
    quantise::quantise(&network, &Settings::default()).unwrap()
}

/// The cheapest fold here: two lanes per DSP block, which holds their sums.
fn fold(arithmetic: Arithmetic) -> Fold {
    Fold { word: 8, arithmetic: Some(arithmetic), ..Fold::lanes(16) }
}

/// Cells of the layer's module with its buffers and neurons, but without its weights.
fn cells(network: &Network, arithmetic: Arithmetic) -> Cells {
    let mut folding = Folding::uniform(16);
    folding.layers.insert(LAYER.into(), fold(arithmetic));
    let plan = schedule::plan(network, &folding).unwrap();
    let design = rtl::generate(network, &plan).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = yosys::write(&design, folder.path()).join(" ");
    let module = &design.manifest.layers[1].module;
    let script = format!(
        "read_verilog -noautowire {files}\nblackbox {module}_weights\nhierarchy -check -top {module}\n\
         synth_xilinx -flatten -noiopad -noclkbuf -top {module}\ncheck -assert\ntee -q -o stat.json stat -json\n"
    );
    std::fs::write(folder.path().join("synth.ys"), script).unwrap();
    must(Command::new(yosys::newest()).args(["-q", "-s", "synth.ys"]).current_dir(folder.path()));
    let text = std::fs::read_to_string(folder.path().join("stat.json")).unwrap();
    let stat: serde_json::Value = serde_json::from_str(&text).unwrap();
    let cells = stat["design"]["num_cells_by_type"].as_object().unwrap();
    Cells(cells.iter().map(|(cell, count)| (cell.clone(), count.as_u64().unwrap())).collect())
}

/// Clocks a pixel of the layer in the whole ResNet-20, by its activity on calibration images: on its map of 32×32 pixels. Fewer of
/// these lie at an edge, so a window has more events than on 16×16.
fn clocks_a_pixel(members: u32, timesteps: u32, arithmetic: Arithmetic) -> (f64, f64) {
    let conversion = zoo::conversion("resnet20-cifar10-qcfs8", members, timesteps);
    let network = quantise::quantise(&conversion.network, &Settings::default()).unwrap();
    let mut folding = Folding::uniform(16);
    folding.layers.insert(LAYER.into(), fold(arithmetic));
    let plan = schedule::plan(&network, &folding).unwrap();
    let index = network.nodes.iter().position(|node| node.name == LAYER).unwrap();
    let (node, plan) = (&network.nodes[index], plan.layers[index].as_ref().unwrap());
    let model = Model::new(&network).unwrap();
    let images = zoo::images("cifar10_calib", 50);
    let (mut cycles, mut dense) = (0, 0);
    for image in images.pixels.outer_iter() {
        let activity = Activity::of(&network, image, &model.trace(image));
        let estimate = schedule::estimate_layer(&network, node, plan, &activity);
        (cycles, dense) = (cycles + estimate.cycles, dense + estimate.dense_cycles);
    }
    (cycles as f64 / (50 * node.shape.pixels()) as f64, cycles as f64 / dense as f64)
}

fn product(cost: Cost, clocks: f64) -> f64 {
    (cost.luts + 50 * cost.dsps) as f64 * clocks
}

#[test]
fn half_of_the_area_and_time_of_a_dense_layer() {
    let finn = product(Cost { luts: FINN.1, dsps: FINN.2, ..Cost::default() }, FINN.0);
    println!("                     clocks/pixel  of dense    LUT    FF  DSP  BRAM18   (LUT + 50 DSP)·clocks  of FINN");
    println!(
        "FINN 4×16            {:12.1} {:9} {:6} {:5} {:4} {:7}   {finn:21.0}   1.000",
        FINN.0, "1.000", FINN.1, "", FINN.2, ""
    );
    let mut ratio = 1.0;
    for (members, timesteps) in [(8, 1), (4, 2)] {
        let network = small(members, timesteps);
        let Op::Layer(layer) = &network.nodes[1].op else { panic!("a layer") };
        // Sums of two lanes share a block if their fields fit it.
        let lanes = if layer.widths.accumulator + layer.weight_bits <= 25 { 2 } else { 1 };
        for arithmetic in [Arithmetic::Accumulator { lanes }, Arithmetic::Gated] {
            let cost = cells(&network, arithmetic).cost(Family::Series7);
            let (clocks, share) = clocks_a_pixel(members, timesteps, arithmetic);
            let product = product(cost, clocks);
            if timesteps == 1 {
                ratio = f64::min(ratio, product / finn);
            }
            println!(
                "τ {members} T {timesteps} {:14} {clocks:9.1} {share:9.3} {:6} {:5} {:4} {:7}   {product:21.0}   {:.3}",
                if arithmetic == Arithmetic::Gated { "gated" } else { "accumulating" },
                cost.luts,
                cost.flip_flops,
                cost.dsps,
                cost.block_rams,
                product / finn
            );
        }
    }
    assert!(ratio <= 0.5, "{ratio:.3} of FINN's product");
}
