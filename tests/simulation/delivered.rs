//! The bench that is delivered with a core, run as its user would: by its script, from folders with a space in their path.

use std::path::{Path, PathBuf};
use std::process::Command;

use support::contents::files;
use support::digits;
use volley::fixed_point::{Settings, WeightMode};
use volley::pipeline::Converted;
use volley::random::{self, Options};
use volley::{Core, Folding};

/// The exit code of the script in the core `rtl`, and what it printed. It runs in another folder, and with other temporary files, which
/// it must delete.
fn run(rtl: &Path, arguments: &[&str], path: Option<&Path>) -> (i32, String) {
    let elsewhere = tempfile::tempdir().unwrap();
    let temporary = elsewhere.path().join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let mut command = Command::new("/bin/sh");
    command.arg(rtl.join("bench/run.sh")).args(arguments).current_dir(elsewhere.path()).env("TMPDIR", &temporary);
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let done = command.output().unwrap();
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "the script cleans up");
    let text = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    (done.status.code().unwrap(), text)
}

fn digits_core(folder: &Path) -> PathBuf {
    let rtl = folder.join("my core");
    digits::converter()
        .members(4)
        .timesteps(1)
        .convert()
        .unwrap()
        .generate(&Folding::default())
        .unwrap()
        .write(&rtl)
        .unwrap();
    rtl
}

#[test]
fn the_bench_of_the_digits_passes_in_both_simulators() {
    let folder = tempfile::tempdir().unwrap();
    let rtl = digits_core(folder.path());
    let before = files(&rtl);
    for simulator in ["icarus", "verilator"] {
        let (code, said) = run(&rtl, &[simulator], None);
        assert!(
            code == 0 && said.starts_with("PASS: 8 frames of 10 scores, all as expected, in "),
            "{simulator}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{simulator}: {said}");
    }
    // Nothing is left in the core's folder, which `Core::write` would refuse to replace.
    assert_eq!(files(&rtl), before);
    let bytes: usize = before.iter().filter(|(name, _)| name.starts_with("bench/")).map(|(_, text)| text.len()).sum();
    assert!((5_000..15_000).contains(&bytes), "{bytes} bytes");
}

/// Both languages that the bench is read as, without a message.
#[test]
fn the_bench_is_clean() {
    let folder = tempfile::tempdir().unwrap();
    let rtl = digits_core(folder.path());
    let list = ["-f", "digits_core.f", "bench/digits_core_tb.v"];
    let lint =
        ["--lint-only", "--timing", "-Wall", "-Wno-BLKSEQ", "-Wno-PINCONNECTEMPTY", "--top-module", "digits_core_tb"];
    let read = ["-g2005", "-Wall", "-o", "/dev/null", "-s", "digits_core_tb"];
    for (program, arguments) in [("verilator", &lint[..]), ("iverilog", &read[..])] {
        let said = support::command::must(Command::new(program).args(arguments).args(list).current_dir(&rtl));
        assert_eq!(said.trim(), "", "{program}");
    }
}

/// A file of the core, what is changed in it, and what the bench says then.
const FAULTS: [(&str, &str, &str, &str); 4] = [
    ("volley_readout.v", "* FACTOR + wide_bias;", "* FACTOR;", "FAIL: frame 0, class 0: expected "),
    // The bias of the seventh class.
    ("digits_linear_9_neurons.mem", "\n69\n", "\n68\n", "FAIL: frame 0, class 6: expected "),
    (
        "volley_readout.v",
        "<= sum_last_reg;",
        "<= channel_last;",
        "FAIL: frame 0, class 8: expected m_axis_tlast 0, got 1",
    ),
    ("volley_readout.v", "<= sum_valid_reg;", "<= 1'b0;", "FAIL: frame 0, class 0: nothing comes; "),
];

#[test]
fn a_planted_fault_fails_with_its_frame_and_class() {
    let folder = tempfile::tempdir().unwrap();
    let rtl = digits_core(folder.path());
    for (file, from, to, wanted) in FAULTS {
        let text = std::fs::read_to_string(rtl.join(file)).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{file}: {from}");
        std::fs::write(rtl.join(file), text.replace(from, to)).unwrap();
        let (code, said) = run(&rtl, &["icarus"], None);
        assert!(code == 1 && said.starts_with(wanted), "{file}, {to}: {code}, {said}");
        std::fs::write(rtl.join(file), text).unwrap();
    }
    // A wrong expectation is found in the last score of the last frame, by the other simulator as well.
    let scores = std::fs::read_to_string(rtl.join("bench/scores.hex")).unwrap();
    let last = scores.trim_end().rfind('\n').unwrap() + 1;
    std::fs::write(rtl.join("bench/scores.hex"), format!("{}00000007\n", &scores[..last])).unwrap();
    for simulator in ["icarus", "verilator"] {
        let (code, said) = run(&rtl, &[simulator], None);
        assert!(code == 1 && said.starts_with("FAIL: frame 7, class 9: expected 7, got "), "{simulator}: {said}");
    }
}

#[test]
fn what_keeps_the_bench_from_a_verdict_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let rtl = digits_core(folder.path());
    let nothing = tempfile::tempdir().unwrap();
    for (simulator, program) in [("icarus", "iverilog"), ("verilator", "verilator")] {
        let said = run(&rtl, &[simulator], Some(nothing.path()));
        assert_eq!(said, (2, format!("run.sh: {program} is not installed, or not on the PATH\n")));
    }
    for arguments in [&[][..], &["modelsim"]] {
        let (code, said) = run(&rtl, arguments, None);
        assert!(code == 2 && said.starts_with("run.sh: say which simulator: "), "{said}");
    }
    std::fs::write(rtl.join("volley_readout.v"), "module volley_readout (").unwrap();
    let (code, said) = run(&rtl, &["icarus"], None);
    assert!(
        code == 2 && said.contains("syntax error") && said.contains("run.sh: the simulation came to no verdict"),
        "{said}"
    );
}

/// Pixels of several channels, several time steps, and a core whose weights could be loaded.
#[test]
fn the_benches_of_other_cores_pass() {
    let folder = tempfile::tempdir().unwrap();
    let loadable = Settings { weights: WeightMode::Runtime, ..Settings::default() };
    let mut cores = vec![digits::converter().members(4).timesteps(2).settings(loadable).convert().unwrap()];
    for seed in 0..4 {
        let network = random::network(seed, &Options::default());
        cores.push(Converted { network, settings: Settings::default(), onnx: None, notes: Vec::new() });
    }
    let mut channels = 0;
    for (number, converted) in cores.iter().enumerate() {
        let core = converted.generate(&Folding::uniform(2)).unwrap();
        let rtl = folder.path().join(format!("core {number}"));
        core.write(&rtl).unwrap();
        let (code, said) = run(&rtl, &["icarus"], None);
        assert!(code == 0 && said.starts_with("PASS: "), "{number}: {said}");
        channels = channels.max(core.network.input.shape.channels);
    }
    assert!(channels > 1);
}

/// The frames and scores are part of what is verified.
#[test]
fn a_changed_expectation_is_found_by_verification() {
    let folder = tempfile::tempdir().unwrap();
    let rtl = digits_core(folder.path());
    let (verification, core) = volley::core_folder::verify(&rtl).unwrap();
    assert!(verification.is_good() && core.is_some());
    std::fs::write(rtl.join("bench/scores.hex"), "0\n").unwrap();
    let (verification, _) = volley::core_folder::verify(&rtl).unwrap();
    assert_eq!(verification.differences.changed, ["bench/scores.hex"]);
    // The core itself opens as before: the bench is no part of it.
    Core::open(&rtl).unwrap();
}
