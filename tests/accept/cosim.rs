//! Acceptance: real networks, many images, both simulators, random stalls; and clocks that depend on the spikes.

use ndarray::Array4;
use support::generated::{Generated, assert_equal, print};
use support::zoo;
use volley::cosim::{Simulator, Verdict};
use volley::data::Images;

/// Stall probability in 1/256.
const STALLS: u8 = 64;

#[test]
fn every_count_of_every_layer_is_equal() {
    for name in ["mnist-mlp", "mnist-cnn"] {
        for timesteps in [1, 2, 4] {
            let generated = Generated::new(name, 4, timesteps, "16");
            let images = zoo::images("mnist_test", 50);
            let title = format!("{name}, τ = 4, T = {timesteps}, stalls 25 %");
            let verdict = generated.check(&images, Simulator::Verilator, STALLS);
            print(&title, &verdict);
            assert_equal(&title, &verdict);
            assert_cycles_follow_events(&title, &verdict);

            let free = generated.check(&images, Simulator::Verilator, 0);
            println!("  without stalls: {:.0} cycles a frame", free.cycles_per_frame);
            assert_equal(&title, &free);
            if name == "mnist-mlp" && timesteps == 1 {
                assert!(free.cycles_per_frame <= 2500.0, "{} cycles a frame", free.cycles_per_frame);
            }

            let few = zoo::images("mnist_test", 2);
            let icarus = generated.check(&few, Simulator::Icarus, STALLS);
            println!(
                "  Icarus: {} frames, {} compared, {} mismatches",
                icarus.frames, icarus.compared, icarus.mismatches
            );
            assert_equal(&format!("{title}, Icarus"), &icarus);
        }
    }
}

/// An engine's clocks are its events and the overheads that the description of the architecture names.
fn assert_cycles_follow_events(title: &str, verdict: &Verdict) {
    for layer in &verdict.layers {
        let bound = 1.15 * layer.events / layer.slices as f64 + layer.overhead;
        println!(
            "  {}: {:.1} cycles <= 1.15·events/slices + {:.1} = {bound:.1}",
            layer.name, layer.cycles, layer.overhead
        );
        assert!(
            layer.cycles <= bound,
            "{title}: {} takes {:.1} cycles, more than {bound:.1}",
            layer.name,
            layer.cycles
        );
    }
}

#[test]
fn a_blank_image_is_faster_than_a_busy_one() {
    for name in ["mnist-mlp", "mnist-cnn"] {
        let generated = Generated::new(name, 4, 1, "16");
        let shape = generated.network.input.shape;
        let frames = |value: &dyn Fn(usize) -> u8| Images {
            pixels: Array4::from_shape_fn((6, shape.height, shape.width, 1), |(n, y, x, _)| {
                value((n * 31 + y) * 37 + x)
            }),
            labels: None,
        };
        let blank = generated.check(&frames(&|_| 0), Simulator::Verilator, 0);
        let busy = generated.check(&frames(&|i| ((i * 2654435761) >> 8) as u8 | 1), Simulator::Verilator, 0);
        let digits = generated.check(&zoo::images("mnist_test", 6), Simulator::Verilator, 0);
        print(&format!("{name}, blank"), &blank);
        print(&format!("{name}, digits"), &digits);
        print(&format!("{name}, noise without a zero"), &busy);
        assert_equal(name, &blank);
        assert_equal(name, &busy);
        let ratio = busy.cycles_per_frame / blank.cycles_per_frame;
        println!("  {name}: a busy image takes {ratio:.1} times the clocks of a blank one");
        assert!(ratio >= 2.0, "{name}: {ratio}");
    }
}

#[test]
fn vgg16_slim_is_equal_too() {
    let name = "vgg16-slim-cifar10";
    let verdict = Generated::new(name, 4, 1, "16").check(&zoo::images("cifar10_test", 3), Simulator::Verilator, STALLS);
    print(name, &verdict);
    assert_equal(name, &verdict);
}
