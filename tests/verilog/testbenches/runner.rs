//! Builds a bench with one simulator, runs it, and reads its verdict.

use std::path::{Path, PathBuf};
use std::process::Command;

use volley::{rtl, top};

use super::faults::Fault;
use support::command::{must, output, tool};

/// (folder, file name, text) of every module of the libraries.
pub fn modules() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let core = rtl::library::FILES.iter().map(|(name, text)| ("src/rtl/lib", *name, *text));
    core.chain(top::library::FILES.iter().map(|(name, text)| ("src/top/lib", *name, *text)))
}

/// What a bench is compiled with.
pub struct Library {
    pub files: Vec<PathBuf>,
    /// Where modules are found by their file's name; the first folder that has one counts.
    folders: Vec<PathBuf>,
}

impl Library {
    /// The libraries as they are.
    pub fn original() -> Self {
        Library { files: Vec::new(), folders: ["src/rtl/lib", "src/top/lib"].map(|folder| root().join(folder)).into() }
    }

    /// These files and nothing else.
    pub fn of(files: Vec<PathBuf>) -> Self {
        Library { files, folders: Vec::new() }
    }

    /// The libraries with one fault; the faulty module is written to `folder`.
    pub fn with_fault(fault: &Fault, folder: &Path) -> Self {
        let (_, name, text) = modules().find(|(_, name, _)| *name == fault.file).expect("the fault's file");
        let found = text.matches(fault.from).count();
        assert_eq!(found, 1, "{name} holds '{}' {found} times: the fault needs another text", fault.from);
        std::fs::write(folder.join(name), text.replace(fault.from, fault.to)).expect("the faulty file");
        let mut library = Library::original();
        library.folders.insert(0, folder.into());
        library
    }

    /// As arguments of either simulator.
    fn arguments(&self) -> Vec<PathBuf> {
        let folders = self.folders.iter().flat_map(|folder| [PathBuf::from("-y"), folder.clone()]);
        folders.chain(self.files.iter().cloned()).collect()
    }
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The bench's file and those that all benches share.
fn bench_files(module: &str) -> Vec<PathBuf> {
    let names = [&format!("{module}_tb.v"), "bench_control.v", "stream_source.v", "stream_sink.v"];
    names.iter().map(|name| root().join("testbenches").join(name)).collect()
}

fn include() -> String {
    format!("-I{}", root().join("testbenches").display())
}

/// The verdict of a run: exactly one line, `PASS <module> <n> checks` with n > 0. `run` lists plusargs.
fn verdict(module: &str, command: &mut Command, run: &str) -> Result<(), String> {
    let (_, text) = output(command.args(run.split_whitespace()));
    let lines: Vec<_> = text.lines().filter(|line| line.starts_with("PASS") || line.starts_with("FAIL")).collect();
    let checks = |line: &str| -> Option<u64> {
        line.strip_prefix("PASS ")?.strip_prefix(module)?.strip_suffix(" checks")?.trim().parse().ok()
    };
    match lines[..] {
        [line] if checks(line).is_some_and(|count| count > 0) => Ok(()),
        _ => Err(format!("{run}: {}", text.trim())),
    }
}

/// The verdict of a program built by Verilator.
pub fn judge(module: &str, program: &Path, run: &str) -> Result<(), String> {
    verdict(module, &mut Command::new(program), run)
}

pub mod icarus {
    use super::*;

    pub fn build(module: &str, setting: &str, library: &Library, folder: &Path) -> PathBuf {
        let program = folder.join("bench.vvp");
        let parameters = setting.split_whitespace().map(|parameter| format!("-P{module}_tb.{parameter}"));
        must(
            tool("iverilog")
                .args(["-g2005", "-s", &format!("{module}_tb"), &include()])
                .args(parameters)
                .arg("-o")
                .arg(&program)
                .args(bench_files(module))
                .args(library.arguments()),
        );
        program
    }

    pub fn run(module: &str, program: &Path, run: &str) -> Result<(), String> {
        verdict(module, tool("vvp").arg("-n").arg(program), run)
    }
}

pub mod verilator {
    use super::*;

    /// Where a program of [`make_counting`] leaves its counts, in the folder in which it runs.
    #[cfg(feature = "accept")]
    pub const COUNTS: &str = "coverage.dat";

    /// `runtime`: the folder of an earlier build, whose objects of the simulator itself are used again.
    pub fn build(module: &str, setting: &str, library: &Library, folder: &Path, runtime: Option<&Path>) -> PathBuf {
        verilate(module, setting, library, folder, &[]);
        make(module, folder, runtime, &["verilated", "verilated_timing", "verilated_threads"])
    }

    /// Writes the C++ of a bench whose program counts lines and toggles.
    #[cfg(feature = "accept")]
    pub fn verilate_counting(module: &str, setting: &str, library: &Library, folder: &Path) {
        verilate(module, setting, library, folder, &["--coverage-line", "--coverage-toggle"]);
        // The main program that Verilator makes does not write the counts.
        let main = folder.join(format!("V{module}_tb__main.cpp"));
        let text = std::fs::read_to_string(&main).expect("the main program");
        let write = format!("    contextp->coveragep()->write(\"{COUNTS}\");\n    return 0;");
        let text = format!("#include \"verilated_cov.h\"\n{}", text.replace("    return 0;", &write));
        std::fs::write(&main, text).expect("the main program");
    }

    /// Compiles it; `runtime` as for [`build`].
    #[cfg(feature = "accept")]
    pub fn make_counting(module: &str, folder: &Path, runtime: Option<&Path>) -> PathBuf {
        make(module, folder, runtime, &["verilated", "verilated_timing", "verilated_threads", "verilated_cov"])
    }

    fn verilate(module: &str, setting: &str, library: &Library, folder: &Path, options: &[&str]) {
        let top = format!("{module}_tb");
        // Benches count with plain integers, which lint wants to be sized; the library's own lint is another test.
        must(
            tool("verilator")
                .args(["--cc", "--exe", "--main", "--timing", "-O1", "-Wno-lint", "-Wno-style"])
                .args(["--top-module", &top, &include(), "--Mdir"])
                .arg(folder)
                .args(options)
                .args(setting.split_whitespace().map(|parameter| format!("-G{parameter}")))
                .args(bench_files(module))
                .args(library.arguments()),
        );
    }

    fn make(module: &str, folder: &Path, runtime: Option<&Path>, objects: &[&str]) -> PathBuf {
        let top = format!("{module}_tb");
        for object in objects {
            if let Some(runtime) = runtime {
                for name in [format!("{object}.o"), format!("{object}.d")] {
                    std::fs::copy(runtime.join(&name), folder.join(&name)).expect("an object of the first build");
                }
            }
        }
        // One unoptimised C++ file: the runs are short, the compiler is what takes the time.
        let unoptimised = ["OPT_FAST=-O0", "OPT_SLOW=-O0", "OPT_GLOBAL=-O0", "VM_PARALLEL_BUILDS=0"];
        must(tool("make").arg("-C").arg(folder).arg("-f").arg(format!("V{top}.mk")).args(unoptimised));
        folder.join(format!("V{top}"))
    }
}
