//! What `zoo/` holds, and exact figures of its networks on its 500 test images.

use support::zoo::{self, IMAGES, NETWORKS};
use volley::eval::float_snn;
use volley::fixed_point::Settings;
use volley::model::{Model, class_of};
use volley::quantise::quantise;

#[test]
fn the_sets_hold_what_they_say() {
    let sets = [
        ("mnist_test", [28, 28, 1], [45, 58, 53, 48, 53, 51, 51, 48, 51, 42]),
        ("mnist_calib", [28, 28, 1], [45, 70, 41, 54, 39, 45, 57, 55, 43, 51]),
        ("cifar10_test", [32, 32, 3], [48, 44, 53, 53, 55, 53, 53, 47, 52, 42]),
        ("cifar10_calib", [32, 32, 3], [47, 57, 40, 48, 48, 52, 60, 52, 46, 50]),
    ];
    for (set, shape, classes) in sets {
        let images = volley::data::read(&zoo::file(&format!("data/{set}.npz")), None).unwrap();
        assert_eq!(images.pixels.shape(), [&[IMAGES], &shape[..]].concat(), "{set}");
        let mut found = [0; 10];
        images.labels.unwrap().iter().for_each(|&label| found[label as usize] += 1);
        assert_eq!(found, classes, "{set}");
    }
}

/// The float networks' scores belong to the images beside them: this many of the 500 classes are right.
#[test]
fn golden_scores_belong_to_the_images() {
    let right = [491, 496, 469, 451, 415];
    for (name, wanted) in NETWORKS.iter().zip(right) {
        let scores = zoo::golden_scores(name, "ann_scores");
        assert_eq!(scores.dim(), (IMAGES, 10), "{name}");
        let labels = zoo::images(zoo::test_set(name), IMAGES).labels.unwrap();
        let found =
            scores.outer_iter().zip(labels).filter(|(scores, label)| class_of(&scores.to_vec()) == *label as usize);
        assert_eq!(found.count(), wanted, "{name}");
    }
}

/// Classes of the integer network, which are the same on every machine: right ones, and those of the golden scores.
#[test]
fn classes_of_the_integer_networks_are_exact() {
    let figures = [
        ("mnist-mlp", 4, 1, 493, 498),
        ("mnist-mlp", 4, 2, 491, 494),
        ("mnist-mlp", 4, 4, 491, 494),
        ("mnist-cnn", 4, 1, 496, 500),
        ("mnist-cnn", 4, 2, 498, 498),
        ("mnist-cnn", 4, 4, 498, 498),
        ("resnet20-cifar10-qcfs8", 8, 1, 455, 471),
        ("vgg16-slim-cifar10", 4, 1, 414, 474),
    ];
    for (name, members, timesteps, right, as_golden) in figures {
        let network = quantise(&zoo::conversion(name, members, timesteps).network, &Settings::default()).unwrap();
        let images = zoo::images(zoo::test_set(name), IMAGES);
        let scores = Model::new(&network).unwrap().scores_all(&images, &|_| {});
        let golden = zoo::golden_scores(name, "ann_scores");
        let labels = images.labels.unwrap();
        let classes: Vec<_> = scores.iter().map(|scores| class_of(scores)).collect();
        let found_right = classes.iter().zip(&labels).filter(|(class, label)| **class == **label as usize).count();
        let found_golden =
            classes.iter().zip(golden.outer_iter()).filter(|(class, scores)| **class == class_of(&scores.to_vec()));
        assert_eq!((found_right, found_golden.count()), (right, as_golden), "{name} τ = {members}, T = {timesteps}");
    }
}

/// At τ = L and T = 1 the float spiking network is the QCFS network. Single precision can put a potential on either side of a threshold,
/// depending on the processor, which may change the class of an image.
#[test]
fn float_networks_have_the_classes_of_their_golden_scores() {
    for name in ["mnist-mlp", "mnist-cnn"] {
        let images = zoo::images(zoo::test_set(name), IMAGES);
        let scores = float_snn::scores_all(&zoo::conversion(name, 4, 1).network, &images, &|_| ());
        let golden = zoo::golden_scores(name, "ann_scores");
        let equal = scores.iter().zip(golden.outer_iter());
        let equal = equal.filter(|(scores, ann)| class_of(&scores.row(0).to_vec()) == class_of(&ann.to_vec())).count();
        assert!(equal >= IMAGES - 1, "{name}: {equal}");
    }
}
