//! `volley run` as a user sees it.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use support::command::words;
use volley::Core as Generated;
use volley::model::Model;
use volley::rtl::weight_data::fingerprint;

use super::behaviour::{Behaviour, Core};
use super::device::Device;

const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/digits/test.npz");
const RTL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rtl-out/digits");

/// A device that computes what the bundled core does.
fn digits(behaviour: Behaviour) -> Device {
    of(Generated::open(RTL).unwrap(), behaviour)
}

fn of(core: Generated, behaviour: Behaviour) -> Device {
    let behaviour = Behaviour { design: fingerprint(&core.design), ..behaviour };
    let (shape, manifest) = (core.network.input.shape, core.design.manifest);
    let network = core.network;
    let scores = move |pixels: &[u8], _| {
        let image = ndarray::ArrayView3::from_shape((shape.height, shape.width, shape.channels), pixels).unwrap();
        Model::new(&network).unwrap().scores(image).into_iter().map(|score| score as i32).collect()
    };
    let (classes, members, timesteps) = (manifest.classes, manifest.members, manifest.timesteps);
    Device::start(behaviour, Core { shape, classes, members, timesteps, scores: Box::new(scores) })
}

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(device: &Device, arguments: &str) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
    command.args(["run", "--port", &device.path]).args(words(arguments));
    let output = command.current_dir(std::env::temp_dir()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().replace(&device.path, "[port]");
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn a_run_is_checked_and_measured() {
    let device = digits(Behaviour { link_buffer: 1024, frame_time: Duration::from_millis(2), ..Behaviour::default() });
    let ran = run(&device, &format!("--data {DIGITS} --rtl {RTL} --check"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains("check       1,000 scores compared, 0 differ"), "{}", ran.stdout);
    // What the model says about these images, and the simulated device's own figures.
    assert!(ran.stdout.contains("1,009 clocks, 40.4 µs in the core (median; 1,000 to 1,019 clocks)"), "{}", ran.stdout);
    assert!(ran.stdout.contains("; link and host ") && ran.stdout.contains("100,000 clocks busy"), "{}", ran.stdout);
    let json: Value =
        serde_json::from_str(&run(&device, &format!("--data {DIGITS} --rtl {RTL} --frames 30 --json")).stdout).unwrap();
    assert_eq!((&json["frames"], &json["check"]), (&Value::from(30), &Value::Null));
    assert_eq!((&json["counters"]["frames_out"], &json["link"]["retries"]), (&Value::from(30), &Value::from(0)));
    let images = volley::data::read(DIGITS.as_ref(), Some(30)).unwrap();
    let core = Generated::open(RTL).unwrap();
    let model = Model::new(&core.network).unwrap();
    let labels = images.labels.as_ref().unwrap();
    let right =
        images.pixels.outer_iter().zip(labels).filter(|(image, label)| model.classify(*image) == **label as usize);
    assert_eq!(json["right"], right.count());
    // No frame is faster than the device, and together they are not slower than one by one.
    let (trip, rate) =
        (json["round_trip"]["median"].as_f64().unwrap(), json["throughput"]["frames_per_second"].as_f64().unwrap());
    assert!(trip > 0.002 && rate < 500.0, "{json}");
}

/// Before version 1.1 the latency had the link in it: it is not shown as the core's.
#[test]
fn an_older_design_has_no_latency_of_the_core() {
    let device = digits(Behaviour { version: 0x0001_0000, ..Behaviour::default() });
    let ran = run(&device, &format!("--data {DIGITS} --frames 4"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("latency     not counted by this design"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("link and host") && ran.stdout.contains(", 0 clocks busy"), "{}", ran.stdout);
}

#[test]
fn a_wrong_score_is_named() {
    let device = digits(Behaviour { wrong_at: Some(17), ..Behaviour::default() });
    let ran = run(&device, &format!("--data {DIGITS} --frames 40 --rtl {RTL} --check"));
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("400 scores compared, 1 differ"), "{}", ran.stdout);
    assert!(ran.stderr.starts_with("first difference: frame 17, class 1: the accelerator has "), "{}", ran.stderr);
}

#[test]
fn what_does_not_fit_is_refused() {
    let device = Device::start(Behaviour::default(), Core::sums());
    let refused = |arguments: &str, text: &str| {
        let ran = run(&device, arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
        assert!(ran.stderr.contains(text), "{arguments}: {}", ran.stderr);
    };
    refused(&format!("--data {DIGITS}"), "images are 1×8×8 (channels × height × width), and the network takes 2×4×5");
    refused(
        &format!("--data {DIGITS} --rtl {RTL}"),
        "[port]: it is made for 2×4×5 to 3 classes with 4 members and 1 time steps",
    );
    refused(&format!("--data {DIGITS} --check"), "--check: there is no model to compare with; give the folder");
    refused(&format!("--data {DIGITS} --weights {DIGITS}"), "it is not a file of weights");
    refused(&format!("--data {DIGITS} --timeout=-1"), "seconds");
    refused(&format!("--data {DIGITS} --timeout nan"), "give one of 0.01 to 86400");
    // Of the right shape, and yet another.
    let mut other = Generated::open(RTL).unwrap();
    let own = fingerprint(&other.design);
    other.design.files.insert("more.v".into(), String::new());
    let wrong = fingerprint(&other.design);
    let device = of(other, Behaviour::default());
    let ran = run(&device, &format!("--data {DIGITS} --rtl {RTL}"));
    assert_eq!(ran.code, Some(2));
    let text = format!("[port]: it is design {:#010x}, and {RTL} is design {own:#010x}; ", wrong);
    assert!(ran.stderr.contains(&text), "{}", ran.stderr);
    let ran = run(&digits(Behaviour::default()), &format!("--data {DIGITS} --frames 101"));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--frames: 101 images are asked for, and there are 100"), "{}", ran.stderr);
}

#[test]
fn a_device_that_does_not_answer_is_an_error_in_time() {
    let device = Device::start(Behaviour { silent: true, ..Behaviour::default() }, Core::sums());
    let ran = run(&device, &format!("--data {DIGITS} --timeout 0.3"));
    let message = "error: [port]: no answer within 0.3 s (nothing came); check the port, the baud rate and that the bitstream is \
                   loaded; for a slow accelerator raise the time limit (--timeout)\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), message));
}
