//! Each module of the Verilog libraries against its self-checking bench in `testbenches/`, over a sweep of parameters,
//! stalls and seeds: all of it in Icarus, which knows unknown values, and a part in Verilator. Then faults are planted
//! in copies of the library, and each must make its bench fail: a bench that cannot fail proves nothing.

#[cfg(feature = "accept")]
mod coverage;
mod digits;
mod faults;
mod runner;
mod sweep;
mod synthesised;
#[cfg(feature = "accept")]
mod table;

use std::path::PathBuf;

use faults::Fault;
use rayon::prelude::*;
use runner::{Library, icarus, verilator};
use sweep::{BENCHES, RUNS, VERILATOR_RUNS};

/// Panics with every complaint, or not at all.
fn report(problems: Vec<String>) {
    assert!(problems.is_empty(), "{} runs failed:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_module_has_a_bench() {
    // These are parts of another module whose bench sees everything that they do.
    let inside = [
        "event_selector",
        "window_walker",
        "group_neuron_serial",
        "count_recoder",
        "synapse_lane",
        "synapse_multiplier",
        "synapse_accumulator",
        "fcs16",
    ];
    for (_, file, _) in runner::modules() {
        let module = file.trim_end_matches(".v").trim_start_matches("volley_");
        let benched = BENCHES.iter().any(|bench| bench.module == module);
        assert!(benched || inside.contains(&module), "no bench for {module}");
    }
}

#[test]
fn benches_pass_in_icarus() {
    let library = Library::original();
    let jobs: Vec<_> =
        BENCHES.iter().flat_map(|bench| bench.settings.iter().map(|setting| (bench.module, *setting))).collect();
    let check = |(module, setting): &(&str, &str)| -> Vec<String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = icarus::build(module, setting, &library, folder.path());
        let failure = |run: &&str| icarus::run(module, &program, run).err().map(|e| format!("{module} {setting} {e}"));
        RUNS.iter().filter_map(failure).collect()
    };
    report(jobs.par_iter().flat_map_iter(check).collect());
}

#[test]
fn benches_pass_in_verilator() {
    let library = Library::original();
    let folder = tempfile::tempdir().expect("a temporary folder");
    // The first build brings the simulator's own objects, which the others share.
    let first = verilator::build(BENCHES[0].module, "", &library, &folder.path().join("first"), None);
    let runtime = first.parent().expect("the program's folder");
    // The default setting of each bench, and of the larger ones the last of the sweep.
    let mut jobs: Vec<_> = BENCHES.iter().map(|bench| (bench.module, "")).collect();
    jobs.extend(BENCHES[..4].iter().filter_map(|bench| Some((bench.module, *bench.settings.last()?))));
    let check = |(at, (module, setting)): (usize, &(&str, &str))| -> Vec<String> {
        let work: PathBuf = folder.path().join(at.to_string());
        let program = verilator::build(module, setting, &library, &work, Some(runtime));
        let failure =
            |run: &&str| runner::judge(module, &program, run).err().map(|e| format!("{module} {setting} {e}"));
        VERILATOR_RUNS.iter().filter_map(failure).collect()
    };
    report(jobs.par_iter().enumerate().flat_map_iter(check).collect());
}

#[test]
fn planted_faults_are_caught() {
    let survivor = |fault: &'static Fault| -> Option<String> {
        let line = || format!("{}: '{}' for '{}' is not seen by {}", fault.file, fault.to, fault.from, fault.bench);
        (!bench_kills(fault)).then(line)
    };
    report(faults::all().into_par_iter().filter_map(survivor).collect());
}

/// Whether the fault's bench fails in one of its settings. Every setting is tried with one run before any is tried with the next:
/// most faults show in every run of some settings.
fn bench_kills(fault: &Fault) -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let library = Library::with_fault(fault, folder.path());
    let bench = BENCHES.iter().find(|bench| bench.module == fault.bench).expect("the bench is in the table");
    let mut programs = Vec::new();
    RUNS.iter().any(|run| {
        (0..bench.settings.len()).any(|at| {
            if at == programs.len() {
                let place = folder.path().join(at.to_string());
                std::fs::create_dir(&place).expect("a folder for the program");
                programs.push(icarus::build(bench.module, bench.settings[at], &library, &place));
            }
            icarus::run(bench.module, &programs[at], run).is_err()
        })
    })
}
