//! Acceptance: ResNet-20 on CIFAR-10, a residual network of 20 layers: equality, clocks, and the gain from skipping zeros.

use std::time::Instant;

use support::generated::{Generated, assert_equal, print, solved};
use support::zoo;
use volley::board::Board;
use volley::cosim::{LayerVerdict, Simulator, Verdict};
use volley::fixed_point::Settings;
use volley::quantise::quantise;

const NETWORK: &str = "resnet20-cifar10-qcfs8";
/// Stall probability in 1/256.
const STALLS: u8 = 64;
/// Largest error of an estimate of clocks, for one layer and for all.
const CYCLE_ERROR: f64 = 0.03;
/// Layers within this share of the slowest one limit the rate.
const LIMITING: f64 = 0.95;

#[test]
fn ten_images_with_stalls_are_equal() {
    let generated = Generated::new(NETWORK, 8, 1, "16");
    let start = Instant::now();
    let verdict = generated.check(&zoo::images("cifar10_test", 10), Simulator::Verilator, STALLS);
    print(&format!("{NETWORK}, stalls 25 %"), &verdict);
    println!("  built, simulated and compared in {:.0} s", start.elapsed().as_secs_f64());
    assert_equal(NETWORK, &verdict);
}

fn slowest(verdict: &Verdict, of: impl Fn(&LayerVerdict) -> f64) -> f64 {
    verdict.layers.iter().map(of).fold(0.0, f64::max)
}

fn sum(verdict: &Verdict, of: fn(&LayerVerdict) -> f64) -> f64 {
    verdict.layers.iter().map(of).sum()
}

/// The core that is placed on the ULX3S (`make pnr`): its clocks, for every layer and for all together.
#[test]
fn cycles_are_foreseen() {
    let settings = Settings { weight_bits: 7, ..Settings::default() };
    let network = quantise(&zoo::conversion(NETWORK, 8, 1).network, &settings).unwrap();
    let board = Board::find("ulx3s-85f").unwrap();
    let folding = solved(NETWORK, &network, &board, 80.0, 2200.0);
    let verdict = Generated::folded(network, &folding).check(&zoo::images("cifar10_test", 10), Simulator::Verilator, 0);
    print(&format!("{NETWORK}, folded for the ULX3S"), &verdict);
    assert_equal(NETWORK, &verdict);
    for layer in &verdict.layers {
        let error = layer.estimated_cycles / layer.cycles - 1.0;
        assert!(error.abs() <= CYCLE_ERROR, "{}: estimate off by {error:.3}", layer.name);
    }
    let (busy, estimated) = (sum(&verdict, |layer| layer.cycles), sum(&verdict, |layer| layer.estimated_cycles));
    println!("  busy clocks of all layers: {busy:.0}, estimated {estimated:.0}");
    assert!((estimated / busy - 1.0).abs() <= CYCLE_ERROR);
}

/// 16 lanes per layer: the use of the limiting layers' lanes, and the clocks against those of dense work.
#[test]
fn zeros_are_skipped() {
    let generated = Generated::new(NETWORK, 8, 1, "16");
    let verdict = generated.check(&zoo::images("cifar10_test", 10), Simulator::Verilator, 0);
    print(NETWORK, &verdict);
    assert_equal(NETWORK, &verdict);
    let limit = slowest(&verdict, |layer| layer.cycles);
    for layer in verdict.layers.iter().filter(|layer| layer.cycles >= LIMITING * limit) {
        println!("  {} limits: its lanes have an event in {:.3} of the clocks", layer.name, layer.utilisation());
        assert!(layer.utilisation() >= 0.9, "{}: {}", layer.name, layer.utilisation());
    }
    let (busy, dense) = (sum(&verdict, |layer| layer.cycles), sum(&verdict, |layer| layer.dense_cycles));
    let of_dense = busy / dense;
    let rate = verdict.cycles_per_frame / slowest(&verdict, |layer| layer.dense_cycles);
    println!("  busy clocks {of_dense:.3} and cycles a frame {rate:.3} of the dense ones");
    assert!(of_dense <= 0.50, "{of_dense}");
    assert!(rate <= 0.65, "{rate}");
}
