//! A folder whose name no tool likes: spaces, quotes, a dollar sign, and a byte that is no text. Every command works in it, with whole paths.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::process::Command;

const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/digits");

struct Place {
    _outer: tempfile::TempDir,
    folder: PathBuf,
}

impl Place {
    fn new() -> Place {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join(OsString::from_vec(b"a $HOME 'b' \"c\" \xff;#&".to_vec()));
        std::fs::create_dir(&folder).unwrap();
        for file in ["digits.onnx", "digits.toml", "test.npz", "calibration.npz"] {
            std::fs::copy(format!("{DIGITS}/{file}"), folder.join(file)).unwrap();
        }
        Place { _outer: outer, folder }
    }

    /// Runs a command from elsewhere; a word that begins with `@` is a path in the folder. Returns what it printed.
    fn run(&self, line: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
        for word in line.split(' ') {
            match word.strip_prefix('@') {
                Some(name) => command.arg(self.folder.join(name)),
                None => command.arg(word),
            };
        }
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{line}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text
    }
}

#[test]
fn every_command_works_in_a_folder_of_any_name() {
    let place = Place::new();
    place.run("convert @digits.onnx --members 4 --timesteps 1 -o @net");
    place.run("eval @net --data @test.npz");
    place.run("inspect @net");
    place.run("plan @net --board ulx3s-85f --data @calibration.npz -o @plan.toml");
    place.run("generate @net -o @rtl --plan @plan.toml");
    place.run("inspect @rtl");
    for simulator in ["verilator", "icarus"] {
        let said = place
            .run(&format!("cosim @rtl --data @test.npz --frames 2 --stalls 20 --simulator {simulator} --work @work"));
        assert!(said.contains("0 mismatches"), "{simulator}: {said}");
    }
    place.run("verify @rtl --frames 1 --simulator icarus");
    place.run("report @net --rtl @rtl --data @test.npz --limit 20 --frames 1 -o @report.html");
    place.run("build @rtl --board ulx3s-85f --no-run -o @build");
    place.run("sweep @digits.onnx --data @test.npz --limit 20 --members 2 --timesteps 1 --weight-bits 8 -o @sweep");
    place.run("study @net --data @test.npz --limit 20 --members 2 --timesteps 1 -o @study");
    place.run("generate @net -o @loadable --weights runtime");
    place.run("weights @net --rtl @loadable -o @weights.vlyw");
    assert!(place.folder.join("sweep/sweep.html").is_file() && place.folder.join("study/index.html").is_file());
}

/// The tools of place and route, which take a script.
#[test]
fn synthesis_works_in_a_folder_of_any_name() {
    let place = Place::new();
    place.run("convert @digits.onnx --members 4 --timesteps 1 -o @net");
    place.run("generate @net -o @rtl --lanes 1");
    let said = place.run("synth @rtl --board arty-a7-100t -o @synth");
    assert!(said.contains("LUT"), "{said}");
}
