//! `volley sweep`: what it writes, that it can be stopped and continued, and that its workflow gives the same table.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use support::command::words;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const VOLLEY: &str = env!("CARGO_BIN_EXE_volley");

/// `volley sweep` of the digits network into `output`.
fn sweep(output: &Path, arguments: &str) -> Command {
    let mut command = Command::new(VOLLEY);
    let digits = format!("{ROOT}/examples/digits");
    command.args(["sweep", &format!("{digits}/digits.onnx"), "--data", &format!("{digits}/test.npz")]);
    command.args(["--calibration", &format!("{digits}/calibration.npz")]);
    command.current_dir(output.parent().unwrap()).arg("-o").arg(output).args(words(arguments));
    command
}

fn fine(mut command: Command) -> String {
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.lines().all(|line| line.starts_with("note: ")), "{command:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(output: &Path, arguments: &str) -> Value {
    serde_json::from_str(&fine(sweep(output, &format!("{arguments} --json")))).unwrap()
}

fn refused(output: &Path, arguments: &str) -> String {
    let ran = sweep(output, arguments).output().unwrap();
    assert_eq!(ran.status.code(), Some(2), "{arguments}");
    String::from_utf8(ran.stderr).unwrap().trim_end().to_string()
}

/// The points' files with the times at which they were written.
fn points(folder: &Path) -> Vec<(PathBuf, SystemTime)> {
    let Ok(entries) = std::fs::read_dir(folder.join("points")) else { return vec![] };
    let paths = entries.map(|entry| entry.unwrap().path());
    let points = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let mut points: Vec<_> =
        points.map(|path| (path.clone(), std::fs::metadata(path).unwrap().modified().unwrap())).collect();
    points.sort();
    points
}

fn table(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("sweep.csv")).unwrap()
}

/// A point equals what the other commands say about the same settings.
#[test]
fn points_are_what_eval_and_plan_say() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("sweep");
    let arguments = "--members 2,4 --timesteps 2 --weight-bits 3 --threshold pow2 --board ulx3s-85f --clock 50 --float";
    let swept = json(&folder, arguments);
    let volley = |arguments: String| -> Value {
        let mut command = Command::new(VOLLEY);
        command.current_dir(place.path()).args(words(&arguments));
        serde_json::from_str(&fine(command)).unwrap()
    };
    for (place, members) in [2, 4].into_iter().enumerate() {
        let point = &swept["points"][place];
        let digits = format!("{ROOT}/examples/digits");
        volley(format!(
            "convert {digits}/digits.onnx --members {members} --timesteps 2 --weight-bits 3 --threshold pow2 -o net --json"
        ));
        let report = volley(format!("eval net --data {digits}/test.npz --json"));
        assert_eq!((&point["members"], &point["accuracy"]), (&members.into(), &report["snn_fixed"]));
        assert_eq!((&point["agreement"], &point["float"]), (&report["agreement"], &report["snn_float"]));
        assert_eq!(swept["ann"], report["ann"]);
        let plan = volley(format!("plan net --board ulx3s-85f --clock 50 --data {digits}/calibration.npz --json"));
        for key in ["luts", "flip_flops", "multipliers", "block_rams"] {
            assert_eq!(point["hardware"][key], plan["total"][key], "{key}");
        }
        assert_eq!(point["hardware"]["cycles"], plan["cycles"]);
        assert_eq!(point["hardware"]["frames_per_second"], plan["frames_per_second"]);
    }
}

/// Killed anywhere, a sweep continues where it was, and ends with the table of a sweep that was never stopped.
#[test]
fn a_sweep_is_stopped_and_continued() {
    let place = tempfile::tempdir().unwrap();
    let (folder, whole) = (place.path().join("stopped"), place.path().join("whole"));
    let grid = "--members 1..8 --timesteps 1..4 --weight-bits 2..8 --threshold exact,pow2";
    let count = 8 * 4 * 7 * 2;
    let mut stopped = sweep(&folder, grid).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while points(&folder).len() < count / 10 {
        assert!(start.elapsed() < Duration::from_secs(100), "no points");
        std::thread::sleep(Duration::from_millis(2));
    }
    stopped.kill().unwrap();
    stopped.wait().unwrap();
    let before = points(&folder);
    assert!(before.len() < count, "it was too quick to be stopped");

    let resumed = json(&folder, grid);
    assert_eq!((&resumed["kept"], &resumed["computed"]), (&before.len().into(), &(count - before.len()).into()));
    let after = points(&folder);
    assert_eq!(after.len(), count);
    assert!(before.iter().all(|point| after.contains(point)), "a point was written again");

    fine(sweep(&whole, grid));
    assert_eq!(table(&folder), table(&whole));
    assert_eq!(table(&whole).lines().count(), 1 + count);
    // For a part of the points nothing is computed.
    let part = json(&folder, "--members 3 --timesteps 2 --weight-bits 4");
    assert_eq!((&part["kept"], &part["computed"]), (&1.into(), &0.into()));
}

/// A change of anything that a point depends on makes another point.
#[test]
fn points_of_other_settings_are_not_kept() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("sweep");
    let kept = |arguments: &str| json(&folder, &format!("--members 4 {arguments}"))["kept"].clone();
    assert_eq!(kept(""), 0);
    assert_eq!(kept(""), 1);
    for other in
        ["--limit 50", "--clock 50", "--board ulx3s-85f", "--board ulx3s-85f --margin 0.2", "--mean 0.1 --std 1"]
    {
        assert_eq!(kept(other), 0, "{other}");
        assert_eq!(kept(other), 1, "{other}");
    }
    // The last setting is in the folder.
    assert_eq!(kept(""), 0);
    // A point that is cut short is computed again.
    let (path, _) = points(&folder).pop().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &text[..text.len() / 2]).unwrap();
    assert_eq!((kept(""), kept("")), (0.into(), 1.into()));
}

#[test]
fn what_does_not_fit_is_in_the_table() {
    let place = tempfile::tempdir().unwrap();
    let board = std::fs::read_to_string(format!("{ROOT}/constraints/icebreaker.toml")).unwrap();
    let luts = board.lines().find(|line| line.starts_with("luts = ")).unwrap();
    std::fs::write(place.path().join("small.toml"), board.replace(luts, "luts = 3800")).unwrap();
    let folder = place.path().join("sweep");
    let shown = fine(sweep(&folder, "--members 1,8 --timesteps 1,4 --weight-bits 2,16 --board small.toml --wide"));
    assert!(shown.contains("does not fit") && shown.contains(" *"), "{shown}");
    assert!(table(&folder).lines().any(|line| line.ends_with(",,,,,,,0")));
}

#[test]
fn unusable_sweeps_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("sweep");
    for (arguments, named) in [
        ("--members 1..x", "'1..x' is no number and no range"),
        ("--members 4 --threshold half", "'half' is neither exact nor pow2"),
        ("--members 4 --weight-bits 1..4", "--weight-bits: it is 1"),
        ("--members 0", "--members: it is 0"),
        ("--members 4 --clock 0", "--clock: it is 0"),
        ("--members 4 --margin 1", "--margin: it is 1"),
        ("--members 4 --board nexus", "there is no board 'nexus'"),
    ] {
        let message = refused(&folder, arguments);
        assert!(message.contains(named), "{arguments}: {message}");
    }
    std::fs::write(place.path().join("thesis.tex"), "").unwrap();
    assert!(refused(place.path(), "--members 4").contains("it was not written by Volley"));
    std::fs::write(place.path().join("Snakefile"), "rule all:\n").unwrap();
    assert!(
        refused(place.path(), "--members 4 --emit snakemake").contains("Snakefile: it is not what this command writes")
    );
    std::fs::write(place.path().join("volley.toml"), "[sweep]\nmembers = [2, 4]\n\"weight-bits\" = \"4..5\"\n")
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(json(&folder, "--limit 10")["computed"], 4);
}

/// The workflow, run on this machine: each point is a call of its own, and the table is the same to the byte.
#[test]
fn snakemake_gives_the_same_table() {
    let snakemake = Path::new(ROOT).join(".venv-snakemake/bin/snakemake");
    assert!(snakemake.exists(), "there is no {}; run scripts/install-tools.sh", snakemake.display());
    let place = tempfile::tempdir().unwrap();
    let (direct, workflow) = (place.path().join("direct"), place.path().join("workflow"));
    let grid =
        "--members 2,4 --weight-bits 4,6 --threshold exact,pow2 --mean 0 --std 1 --margin 0 --board ulx3s-85f --float";
    fine(sweep(&direct, grid));
    fine(sweep(&workflow, &format!("{grid} --emit snakemake")));
    let run = |more: &[&str]| {
        let mut command = Command::new(&snakemake);
        command.current_dir(&workflow).env("HOME", place.path()).args(["--cores", "2"]).args(more);
        let output = command.arg("--config").arg(format!("volley={VOLLEY}")).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}");
        text
    };
    let log = run(&[]);
    assert!(log.contains("13 of 13 steps (100%) done"), "{log}");
    assert_eq!(table(&workflow.join("sweep")), table(&direct));
    assert!(run(&[]).contains("Nothing to be done"));
    // One point and the table are gone: it alone is computed again, and all are gathered.
    std::fs::remove_file(workflow.join("sweep/sweep.csv")).unwrap();
    std::fs::remove_file(workflow.join("sweep/points/tau4-t1-w6-pow2.json")).unwrap();
    let log = run(&[]);
    // The point, the table and the target.
    assert!(log.contains("3 of 3 steps (100%) done"), "{log}");
    assert_eq!(table(&workflow.join("sweep")), table(&direct));
    // The quick beginning of the slow part: a point becomes Verilog for the board.
    run(&["hardware/tau2-t1-w4-pow2/rtl"]);
    assert!(workflow.join("hardware/tau2-t1-w4-pow2/rtl/core.toml").is_file());
}
