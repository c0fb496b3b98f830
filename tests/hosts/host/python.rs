//! The Python host against the same simulated devices, and its own tests and types.

use std::process::{Command, Output};

use serde_json::json;
use support::command::venv;

use super::behaviour::{Behaviour, Core, bearable, unbearable};
use super::client::{HASTY, PATIENT, loadable};
use super::device::Device;

const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/volley_host");

/// A module of Python, run in the package's folder.
fn python(module: &str, arguments: &[&str], devices: &str) -> Output {
    let mut command = Command::new(venv("python"));
    command.current_dir(PACKAGE).args(["-m", module]).args(arguments);
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("VOLLEY_DEVICES", devices);
    command.output().expect("python")
}

/// Fails with all that was printed.
fn fine(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Runs the tests of the serial port that are for devices of one kind.
fn serial(
    kind: &str,
    devices: Vec<(&'static str, Behaviour, f64, &'static [&'static str])>,
) -> Vec<(&'static str, Device)> {
    let started: Vec<_> = devices
        .into_iter()
        .map(|(name, behaviour, timeout, texts)| (name, timeout, texts, Device::start(behaviour, Core::sums())))
        .collect();
    let listed = started.iter().map(|(name, timeout, texts, device)| {
        json!({"name": name, "kind": kind, "port": device.path, "timeout": timeout, "texts": texts})
    });
    let listed = json!(listed.collect::<Vec<_>>()).to_string();
    let test = match kind {
        "bearable" => "test_every_score_is_right",
        "unbearable" => "test_what_cannot_be_borne_is_an_error",
        "loadable" => "test_weights_are_loaded_and_used",
        "patient" => "test_registers_and_counters",
        _ => "test_the_command_prints_the_accuracy",
    };
    let file = format!("tests/test_serial.py::{test}");
    let text = fine(&python("pytest", &["-q", "-p", "no:cacheprovider", &file], &listed));
    assert!(text.contains(&format!("{} passed", started.len())), "{text}");
    started.into_iter().map(|(name, _, _, device)| (name, device)).collect()
}

#[test]
fn every_score_is_right_on_every_bearable_line() {
    let hasty = HASTY.timeout.as_secs_f64();
    let devices = bearable().into_iter().map(|(name, behaviour)| (name, behaviour, hasty, &[][..])).collect();
    for (name, device) in serial("bearable", devices) {
        let log = device.log();
        assert_eq!(
            log.hurt > 0,
            ["drops", "flips", "garbage", "all"].iter().any(|kind| name.starts_with(kind)),
            "{name}"
        );
        assert_eq!(log.core_resets, u32::from(name == "gets stuck"), "{name}");
        assert!(log.hurt > 0 || log.overflows == 0, "{name}: {log:?}");
    }
}

#[test]
fn what_cannot_be_borne_is_an_error() {
    let hasty = HASTY.timeout.as_secs_f64();
    let devices = unbearable().into_iter().map(|(name, behaviour, texts)| (name, behaviour, hasty, texts)).collect();
    serial("unbearable", devices);
}

#[test]
fn weights_are_loaded_and_used() {
    let hasty = HASTY.timeout.as_secs_f64();
    let devices =
        bearable().into_iter().map(|(name, behaviour)| (name, loadable(&behaviour), hasty, &[][..])).collect();
    serial("loadable", devices);
}

#[test]
fn registers_and_counters_are_read() {
    let patient = PATIENT.timeout.as_secs_f64();
    serial("patient", vec![("good", Behaviour::default(), patient, &[])]);
}

#[test]
fn the_command_prints_the_accuracy() {
    let patient = PATIENT.timeout.as_secs_f64();
    serial("command", vec![("good", Behaviour::default(), patient, &[])]);
}

#[test]
fn its_own_tests_pass() {
    let arguments = ["-q", "-p", "no:cacheprovider", "--ignore=tests/test_serial.py"];
    let text = fine(&python("pytest", &arguments, "[]"));
    assert!(text.contains(" passed") && !text.contains("skipped"), "{text}");
}

#[test]
fn its_types_are_right() {
    let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/mypy");
    fine(&python("mypy", &["--strict", "--cache-dir", cache], "[]"));
}
