//! Group neurons against integrate-and-fire neurons: the bundled digits, and a network with plain ReLU.

use insta::assert_snapshot;
use ndarray::Array4;
use support::onnx::Graph;
use support::{digits, zoo};
use volley::ann::Normalisation;
use volley::data::{self, Images};
use volley::eval::{self, Which};
use volley::study::{Current, Options, Phase, Results, Study};
use volley::{Converted, Converter};

const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/digits");

fn test_images(count: usize) -> Images {
    data::read(format!("{DIGITS}/test.npz").as_ref(), Some(count)).unwrap()
}

fn converted(members: u32, timesteps: u32) -> Converted {
    digits::converter().members(members).timesteps(timesteps).convert().unwrap()
}

fn options(members: &[u32], timesteps: &[u32]) -> Options {
    Options { members: members.to_vec(), timesteps: timesteps.to_vec() }
}

/// The study of the first 20 digits.
fn results() -> Results {
    let mut study = Study::new(&converted(3, 2), &options(&[2, 4], &[1, 2, 4]), None, &|_, _| ()).unwrap();
    let images = test_images(20);
    study.float(&images, &|_, _| ()).unwrap();
    // In two batches.
    study.add(&images.take(13), &|_, _| ()).unwrap();
    let rest = images.pixels.slice(ndarray::s![13.., .., .., ..]).to_owned();
    study.add(&Images { pixels: rest, labels: Some(images.labels.unwrap()[13..].to_vec()) }, &|_, _| ()).unwrap();
    study.results()
}

/// Errors with three digits: the last ones depend on the processor.
fn rounded(table: &str) -> String {
    let field = |(column, field): (usize, &str)| match field.parse::<f64>() {
        Ok(value) if column >= 5 => format!("{value:.2e}"),
        _ => field.to_string(),
    };
    let line = |line: &str| line.split(',').enumerate().map(field).collect::<Vec<_>>().join(",") + "\n";
    table.lines().map(line).collect()
}

#[test]
fn tables_of_the_digits() {
    let results = results();
    let [(error, errors), (response, responses), (accuracy, accuracies)] = results.tables();
    assert_eq!([error, response, accuracy], ["error.csv", "response.csv", "accuracy.csv"]);
    assert_snapshot!("errors", rounded(&errors));
    // The heading, and multiples of λ/8.
    let current = |line: &str| line.split(',').nth(3).and_then(|field| field.parse::<f64>().ok());
    let eighths = responses.lines().filter(|line| current(line).is_none_or(|current| current * 8.0 % 1.0 == 0.0));
    assert_snapshot!("responses", eighths.collect::<Vec<_>>().join("\n"));
    assert_snapshot!("accuracies", accuracies);
}

#[test]
fn the_page_shows_everything_and_needs_nothing_else() {
    let results = results();
    let page = |results: &Results| results.page("volley study net").unwrap().html();
    let text = page(&results);
    assert_eq!(text, page(&results));
    for outside in ["src=", "url(", "@import", "<script", "no data"] {
        assert!(!text.contains(outside), "{outside}");
    }
    // Four of errors, two of responses (T = 1 and 2), two of accuracies.
    assert_eq!(text.matches("<svg").count(), 8);
    // Three of errors, two for each of the two networks.
    assert_eq!(text.matches("<table>").count(), 7);
    for part in
        ["<title>digits: group neurons", "GN\u{a0}τ\u{a0}=\u{a0}4", "fixed-point network, 20 images", "clipped ramp"]
    {
        assert!(text.contains(part), "{part}");
    }
    // The content of the CSV.
    let [(_, errors), ..] = results.tables();
    assert!(errors.contains("\nuniform,,gn,4,1,0.005208"), "{errors}");
    assert!(text.contains(">5.21e−3</td><td class=\"number\">1.0000</td>"), "{text}");
}

/// The same networks through `volley eval`.
#[test]
fn accuracies_are_those_of_the_evaluation() {
    let results = results();
    let images = test_images(20);
    for members in [1, 2, 4] {
        for timesteps in [1, 2, 4] {
            let Converted { network, settings, onnx, .. } = converted(members, timesteps);
            let report = eval::evaluate(&network, &settings, onnx.as_deref(), &images, &|_, _| ()).unwrap();
            let row = |which: Which| {
                let mut rows = results.accuracies.iter().filter(|row| row.network == which);
                rows.find(|row| (row.members, row.timesteps) == (Some(members), Some(timesteps))).unwrap()
            };
            let (fixed, float) = (row(Which::Fixed), row(Which::Float));
            assert_eq!((fixed.accuracy, float.accuracy), (report.snn_fixed, report.snn_float));
            assert_eq!(fixed.agreement_with_ann, report.agreement);
            assert_eq!(Some(float.agreement_with_ann), report.float_agreement_with_ann);
        }
    }
    assert_eq!(results.accuracies[0].network, Which::Qcfs);
    assert_eq!(results.accuracies[0].accuracy, 1.0);
}

/// At T = 1 and τ = L the spiking network rounds as the QCFS network does.
#[test]
fn the_trained_number_of_levels_agrees_with_the_ann() {
    let results = results();
    let mut float = results.accuracies.iter().filter(|row| row.network == Which::Float);
    let row = float.find(|row| (row.members, row.timesteps) == (Some(4), Some(1))).unwrap();
    assert_eq!(row.agreement_with_ann, 1.0);
}

/// On MNIST: a group of τ members at T time steps errs like integrate-and-fire neurons at τT time steps.
#[test]
fn groups_err_like_integrate_and_fire_neurons_on_a_real_network() {
    let converted = zoo::converter("mnist-cnn").members(4).timesteps(1).convert().unwrap();
    let mut study = Study::new(&converted, &options(&[2, 4], &[1, 2, 4, 8]), None, &|_, _| ()).unwrap();
    study.float(&zoo::images("mnist_test", 30), &|_, _| ()).unwrap();
    let mut compared = 0;
    for row in study.results().errors {
        let Some(ratio) = row.ratio() else { continue };
        match row.current {
            // Where rounding moves a current over a riser, both sides have the same error.
            Current::Uniform | Current::Constant => assert!((ratio - 1.0).abs() < 1e-4, "{row:?}"),
            // The spikes of earlier layers come at other times.
            Current::Spiking => assert!((0.5..1.5).contains(&ratio), "{row:?}"),
        }
        compared += 1;
    }
    // τ = 2 at T = 1, 2, 4 and τ = 4 at T = 1, 2: uniform, and three layers and their mean under both other currents.
    assert_eq!(compared, 5 * (1 + 2 * 4));
}

/// Brightness in one quarter of 4×4 pixels, which is the label.
fn quarters(count: usize) -> Images {
    let pixels = Array4::from_shape_fn((count, 4, 4, 1), |(n, y, x, _)| {
        let bright = n % 4 == y / 2 * 2 + x / 2;
        (if bright { 180 } else { 20 } + (n * 7 + y * 5 + x * 3) % 50) as u8
    });
    Images { pixels, labels: Some((0..count as u32).map(|n| n % 4).collect()) }
}

fn relu() -> Converted {
    let graph = Graph::new([1, 4, 4]).conv("/0/Conv", 4, 1, 2, &[]).node("/1/Relu", "Relu", &["_"], &[]);
    let graph = graph.conv("/2/Conv", 3, 4, 2, &[]).node("/3/Relu", "Relu", &["_"], &[]);
    let onnx = graph.flatten("/4/Flatten").linear("/5/Gemm", 4, 12).bytes();
    let normalisation = Normalisation { mean: vec![0.4], std: vec![0.3] };
    let converter = Converter::from_bytes(onnx, "relu.onnx", normalisation).unwrap();
    converter.members(4).timesteps(1).calibration(&quarters(40)).convert().unwrap()
}

#[test]
fn plain_relu_is_calibrated_for_each_combination() {
    let converted = relu();
    let options = options(&[4], &[1, 4]);
    let refused = Study::new(&converted, &options, None, &|_, _| ()).err().expect("there is no threshold").to_string();
    assert!(refused.starts_with("layer 'conv_0': its activation is a plain ReLU"), "{refused}");
    let conversions = std::sync::atomic::AtomicUsize::new(0);
    let count = |phase: Phase, more: usize| {
        assert_eq!(phase, Phase::Convert);
        conversions.fetch_add(more, std::sync::atomic::Ordering::Relaxed);
    };
    let mut study = Study::new(&converted, &options, Some(&quarters(40)), &count).unwrap();
    assert_eq!(conversions.into_inner(), 4);
    study.float(&quarters(8), &|_, _| ()).unwrap();
    let results = study.results();
    let constant = |members: u32, timesteps: u32| {
        let mut rows = results.errors.iter().filter(|row| row.current == Current::Constant && row.layer.is_none());
        rows.find(|row| (row.members, row.timesteps) == (members, timesteps)).unwrap()
    };
    // Against the ReLU itself, so clipping counts as well.
    for (members, timesteps) in [(1, 1), (1, 4), (4, 1), (4, 4)] {
        let row = constant(members, timesteps);
        assert!(row.squared_error > 0.0 && row.relative_error.unwrap() < 1.0, "{row:?}");
    }
    assert!(constant(4, 4).squared_error < constant(1, 1).squared_error / 10.0);
    // Calibration sees the same function of the current, so it finds the same λ.
    let ratio = constant(4, 1).ratio().unwrap();
    assert!((ratio - 1.0).abs() < 0.01, "{ratio}");
}

#[test]
fn what_cannot_be_studied_is_refused() {
    let message = |converted: &Converted, options: &Options| {
        Study::new(converted, options, None, &|_, _| ()).err().expect("it is refused").to_string()
    };
    let bare = Converted { onnx: None, ..converted(4, 1) };
    assert_snapshot!(message(&bare, &options(&[4], &[1])), @"model.onnx: it is missing; convert the network again");
    assert_snapshot!(message(&converted(4, 1), &options(&[4], &[])), @"timesteps: it is empty; give at least one value");
    assert_snapshot!(message(&converted(4, 1), &options(&[4], &[65])), @"timesteps: it is 65; choose 1 to 64");
    assert_snapshot!(message(&converted(4, 1), &options(&[0, 4], &[1])), @"members: it is 0; choose 1 to 255");
    let mut study = Study::new(&converted(4, 1), &options(&[4], &[1]), None, &|_, _| ()).unwrap();
    let unlabelled = Images { labels: None, ..test_images(3) };
    assert_snapshot!(study.add(&unlabelled, &|_, _| ()).unwrap_err(), @"images: its images have no labels; add an array 'y' with a class for each image");
    let beyond = Images { labels: Some(vec![0, 1, 10]), ..test_images(3) };
    assert_snapshot!(study.float(&beyond, &|_, _| ()).unwrap_err(), @"images: it has the label 10, and the network has 10 classes; give the data set that the network was trained for, with classes numbered from 0 as in training");
}
