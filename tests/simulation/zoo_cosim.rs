//! A real network over real images: the Verilog equals the model in every layer at every time step.

use support::generated::{Generated, assert_equal, print};
use support::zoo;
use volley::cosim::Simulator;
use volley::fixed_point::{Settings, WeightMode};

#[test]
fn mnist_mlp_in_verilator_with_stalls() {
    let generated = Generated::new("mnist-mlp", 4, 2, "16");
    let verdict = generated.check(&zoo::images("mnist_test", 5), Simulator::Verilator, 64);
    print("mnist-mlp, T = 2", &verdict);
    assert_equal("mnist-mlp", &verdict);
}

#[test]
fn mnist_cnn_in_icarus() {
    let generated = Generated::new("mnist-cnn", 4, 1, "16");
    let verdict = generated.check(&zoo::images("mnist_test", 1), Simulator::Icarus, 64);
    print("mnist-cnn, T = 1", &verdict);
    assert_equal("mnist-cnn", &verdict);
}

/// With the widths and memories of weights that can be loaded at run time.
#[test]
fn mnist_cnn_loadable_in_verilator_with_stalls() {
    let settings = Settings { weights: WeightMode::Runtime, ..Settings::default() };
    let generated = Generated::with("mnist-cnn", 4, 1, "16", &settings);
    let verdict = generated.check(&zoo::images("mnist_test", 3), Simulator::Verilator, 64);
    print("mnist-cnn, T = 1, weights loaded at run time", &verdict);
    assert_equal("mnist-cnn", &verdict);
}
