//! Stopped by Ctrl-C or by a request to end, at any moment: no program that was started runs on, no temporary file is left, no output is
//! half written, and the exit code is the shell's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::command::words;
use support::contents;
use volley::random::Random;

const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/digits");
/// Marks the processes of a test, down to the last grandchild.
const MARK: &str = "VOLLEY_STOPPED_TEST";

/// A folder with a network and its core, and a folder for temporary files.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::Builder::new().prefix("a place ").tempdir().unwrap());
        std::fs::create_dir(place.temporary()).unwrap();
        for line in ["convert [digits]/digits.onnx --members 4 --timesteps 1 -o net", "generate net -o rtl"] {
            assert!(place.start(line).wait().unwrap().success(), "{line}");
        }
        place
    }

    fn temporary(&self) -> PathBuf {
        self.0.path().join("temporary")
    }

    fn mark(&self) -> String {
        self.0.path().display().to_string()
    }

    fn start(&self, line: &str) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
        command.args(words(&line.replace("[digits]", DIGITS))).current_dir(self.0.path());
        command.env("TMPDIR", self.temporary()).env(MARK, self.mark());
        command.env("VOLLEY_TOOLS", support::root().join(".venv/bin"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Processes of this test that still run.
    fn running(&self) -> Vec<String> {
        let mark = format!("{MARK}={}", self.mark());
        let entries = std::fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
        let marked = |path: &PathBuf| {
            let environment = std::fs::read(path.join("environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
        };
        let name = |path: PathBuf| {
            String::from_utf8_lossy(&std::fs::read(path.join("cmdline")).unwrap_or_default()).replace('\0', " ")
        };
        entries.filter(marked).map(name).collect()
    }

    fn stands(&self) -> BTreeMap<String, Vec<u8>> {
        contents::files(self.0.path())
    }
}

fn stop(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// What is there but was not: a finished output is whole, as the moment may be after it.
fn is_whole(name: &str, path: &Path) -> bool {
    match name {
        "sweep" => true,
        _ if path.is_dir() => volley::sums::Sums::read(path).is_ok(),
        _ => true,
    }
}

/// Stops a command at `moments` random moments, every other one by Ctrl-C; how many of them were before its end.
fn stopped(
    place: &Place,
    line: &str,
    output: Option<&str>,
    longest: Duration,
    moments: usize,
    random: &mut Random,
) -> usize {
    let before = place.stands();
    let mut early = 0;
    for at in 0..moments {
        let (signal, code) = if at % 2 == 0 { ("INT", 130) } else { ("TERM", 143) };
        let mut child = place.start(line);
        std::thread::sleep(longest * random.within(0, 1000) as u32 / 1000);
        let over = child.try_wait().unwrap();
        if over.is_none() {
            stop(&child, signal);
        }
        let asked = Instant::now();
        let status = child.wait().unwrap();
        assert!(asked.elapsed() < Duration::from_secs(5), "{line}: it took {:?} to stop", asked.elapsed());
        // It may have ended by itself just then, or not yet have begun to look for signals.
        let by_itself = over.is_some() || status.success();
        let killed = std::os::unix::process::ExitStatusExt::signal(&status).is_some();
        assert!(by_itself || killed || status.code() == Some(code), "{line}, {signal}: {status}");
        early += usize::from(!by_itself);
        let until = Instant::now() + Duration::from_secs(2);
        while !place.running().is_empty() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(place.running(), Vec::<String>::new(), "{line}, {signal}");
        let left = contents::files(&place.temporary()).into_keys().collect::<Vec<_>>();
        let folders = std::fs::read_dir(place.temporary()).unwrap().count();
        assert_eq!((left, folders), (vec![], 0), "{line}, {signal} leaves temporary files");
        if let Some(output) = output {
            let path = place.0.path().join(output);
            let hidden = |name: &String| name.split('/').any(|part| part.starts_with('.'));
            let unfinished: Vec<_> = place.stands().into_keys().filter(hidden).collect();
            assert_eq!(unfinished, Vec::<String>::new(), "{line}, {signal}");
            if path.symlink_metadata().is_ok() {
                assert!(is_whole(output, &path), "{line}, {signal}: half of {output}");
                let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
            }
        }
        assert_eq!(place.stands(), before, "{line}, {signal}");
    }
    early
}

#[test]
fn nothing_is_left_behind() {
    let moments = std::env::var("VOLLEY_SIGNALS").map_or(4, |text| text.parse().expect("a number"));
    let place = Place::new();
    let random = &mut Random::new(1);
    let sweep = "sweep [digits]/digits.onnx --data [digits]/test.npz --members 1..8 --timesteps 1..8 --weight-bits 2..8 -o sweep";
    for (line, output, milliseconds) in [
        (
            "convert [digits]/digits.onnx --timesteps 2 --max-loss 0.1 --data [digits]/calibration.npz -o new",
            Some("new"),
            300,
        ),
        (sweep, Some("sweep"), 1000),
        ("report net --rtl rtl --data [digits]/test.npz --frames 2 -o report.html", Some("report.html"), 4000),
        ("cosim rtl --data [digits]/test.npz --frames 2", None, 4000),
        ("synth rtl --board ulx3s-85f -o synth", Some("synth"), 4000),
        ("build rtl --board ulx3s-85f -o build", Some("build"), 4000),
        ("board-sim rtl --board ulx3s-85f --link port", Some("port"), 12000),
    ] {
        let early = stopped(&place, line, output, Duration::from_millis(milliseconds), moments, random);
        println!("{early} of {moments} before the end of: {line}");
        assert!(early > 0, "{line} ended by itself every time");
    }
}
