//! The converted networks, run in plain floating point as the paper's dynamics say, give the golden counts exactly and
//! the golden scores to float32 rounding: an import or a conversion that lost, moved or scaled a weight would not.

use ndarray::s;
use support::dynamics::{normalised, run};
use support::zoo;

fn check(name: &str, members: u32, timesteps: u32) {
    let conversion = zoo::conversion(name, members, timesteps);
    let network = conversion.network;
    let key = format!("tau{members}_T{timesteps}");
    let scores = zoo::golden_scores(name, &format!("scores_{key}"));
    let images = zoo::images(zoo::test_set(name), 2);
    for frame in 0..2 {
        let image = normalised(&network, images.pixels.slice(s![frame, .., .., ..]));
        let computed = run(&network, &image, &[]);
        for (origin, timesteps) in &computed.counts {
            let expected = zoo::golden::<u8>(name, &format!("counts_{key}/{origin}"));
            let expected = expected.index_axis(ndarray::Axis(0), frame);
            for (t, counts) in timesteps.iter().enumerate() {
                let expected = expected.index_axis(ndarray::Axis(0), t);
                assert_eq!(expected.len(), counts.len(), "{name} {key} {origin}");
                let wrong = counts.iter().zip(expected.iter()).filter(|&(&n, &wanted)| n != u32::from(wanted)).count();
                assert_eq!(wrong, 0, "{name} {key} frame {frame} {origin} t {t}: so many counts differ");
            }
        }
        for (class, &score) in computed.scores.iter().enumerate() {
            let wanted = f64::from(scores[[frame, class]]);
            assert!(
                (score - wanted).abs() < 1e-3,
                "{name} {key} frame {frame} class {class}: {score} and not {wanted}"
            );
        }
    }
}

#[test]
fn mlp() {
    check("mnist-mlp", 4, 1);
    check("mnist-mlp", 4, 4);
}

#[test]
fn cnn() {
    check("mnist-cnn", 4, 1);
    check("mnist-cnn", 2, 2);
}

#[test]
fn resnet() {
    check("resnet20-cifar10-qcfs8", 8, 1);
    check("resnet20-cifar10-qcfs8", 8, 2);
}

#[test]
fn vgg() {
    check("vgg16-slim-cifar10", 4, 1);
    check("vgg16-slim-cifar10", 4, 2);
}
