//! The estimated cost of a planned core, against the result of yosys.

use std::collections::BTreeMap;

use support::{yosys, zoo};
use volley::board::Board;
use volley::fixed_point::Settings;
use volley::model::Model;
use volley::schedule::solver::{Task, solve};
use volley::schedule::{self, Activity, Figures};
use volley::{quantise, rtl};

/// Largest error of the whole core's LUTs and block RAMs. Multipliers are exact.
const LUT_ERROR: f64 = 0.10;
const BLOCK_RAM_ERROR: f64 = 0.05;

fn case(name: &str, members: u32, board: &str) {
    let network = quantise::quantise(&zoo::conversion(name, members, 1).network, &Settings::default()).unwrap();
    let images = zoo::images(zoo::calibration_set(name), 4);
    let model = Model::new(&network).unwrap();
    let frames = images.pixels.outer_iter().map(|image| Activity::of(&network, image, &model.trace(image)));
    let frames: Vec<_> = frames.collect();
    let board = Board::find(board).unwrap();
    let budget = board.usable(0.1);
    let fixed = BTreeMap::new();
    let task = Task { network: &network, frames: &frames, family: board.family, budget, fixed: &fixed };
    let plan = schedule::plan(&network, &solve(task, None).unwrap()).unwrap();
    let need = Figures::new(&network, &plan, &frames, board.family).unwrap().total();
    let design = rtl::generate(&network, &plan).unwrap();
    let cost = yosys::synthesise(&yosys::newest(), &design, board.family).cost(board.family);
    println!("{name} on {}: estimated and synthesised", board.name);
    let error = |what: &str, estimated: f64, found: u64| {
        let error = (estimated - found as f64) / (found as f64).max(1.0);
        println!("  {what:12} {estimated:8.0} {found:8}   {:+.1} %", 100.0 * error);
        error.abs()
    };
    let luts = error("LUTs", need.luts, cost.luts);
    error("flip-flops", need.flip_flops, cost.flip_flops);
    let block_rams = error("block RAMs", need.block_rams, cost.block_rams);
    error("multipliers", need.multipliers, cost.dsps);
    assert!(luts <= LUT_ERROR, "{name}: LUTs off by {luts:.3}");
    assert!(block_rams <= BLOCK_RAM_ERROR, "{name}: block RAMs off by {block_rams:.3}");
    assert_eq!(need.multipliers.round() as u64, cost.dsps, "{name}: multipliers");
}

#[test]
fn mnist_cnn_on_ecp5() {
    case("mnist-cnn", 4, "ulx3s-85f");
}

#[test]
fn mnist_cnn_on_xc7() {
    case("mnist-cnn", 4, "arty-a7-100t");
}

#[test]
fn resnet20_on_ecp5() {
    case("resnet20-cifar10-qcfs8", 8, "ulx3s-85f");
}

#[test]
fn resnet20_on_xc7() {
    case("resnet20-cifar10-qcfs8", 8, "arty-a7-100t");
}
