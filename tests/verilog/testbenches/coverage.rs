//! The parts of the Verilog libraries that the benches reach: Verilator counts lines and toggles over the whole sweep of settings and runs.
//!
//! A *line* is one of a procedural block; it is covered when it was executed in some instance under some setting. A *control
//! signal* is a signal of one bit, or a bit of a state register (`state_reg`); it is covered when it rose and fell within one
//! instance in one run. Data buses are left out, and so are the sinks of lint (`unused_*`). What is not covered is in [`WAIVERS`] with
//! its reason, and nothing else is there.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use rayon::prelude::*;

use super::runner::{Library, modules, verilator};
use super::sweep::{BENCHES, RUNS};
use support::command::must;
use volley::header;

/// Least share of lines and of control signals, in percent, waived ones counted as not covered.
const LEAST: [f64; 2] = [98.0, 95.0];

/// Something that no bench reaches, and why.
struct Waiver {
    file: &'static str,
    /// The text of a line, or a signal.
    what: &'static str,
    reason: &'static str,
}

const UNUSED_CODE: &str = "no state has this code: a register that holds one all the same begins anew";

const WAIVERS: &[Waiver] = &[
    Waiver { file: "volley_link_server.v", what: "default: begin", reason: UNUSED_CODE },
    Waiver { file: "volley_link_server.v", what: "state_reg <= KIND;", reason: UNUSED_CODE },
];

/// A line by its number, or a control signal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    Line(usize),
    Signal(String),
}

/// (file, point) → whether it is covered.
type Coverage = BTreeMap<(String, Point), bool>;

/// What Verilator counts at one place: the file, the kind of the place, the name of a signal, and the lines that are executed there.
fn points(path: &str, page: &str, name: &str, lines: &str) -> Vec<(String, Point)> {
    let file = Path::new(path).file_name().expect("a file").to_string_lossy().into_owned();
    if !modules().any(|(_, name, _)| name == file) {
        return vec![];
    }
    if page.starts_with("v_toggle/") {
        let control = !name.contains('[') || name.starts_with("state_reg[");
        let sink = name.rsplit('.').next().is_some_and(|name| name.starts_with("unused_"));
        return if control && !sink { vec![(file, Point::Signal(name.into()))] } else { vec![] };
    }
    let number = |text: &str| text.parse::<usize>().expect("a line's number");
    let ranges = lines.split(',').filter(|range| !range.is_empty());
    let ranges = ranges.map(|range| range.split_once('-').unwrap_or((range, range)));
    ranges
        .flat_map(|(first, last)| number(first)..=number(last))
        .map(|line| (file.clone(), Point::Line(line)))
        .collect()
}

/// All that the program made of the C++ in `folder` will count.
fn declared(folder: &Path) -> Vec<(String, Point)> {
    let files = std::fs::read_dir(folder).expect("the folder of the C++").map(|entry| entry.expect("a file").path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "cpp"));
    let text: String = files.map(|path| std::fs::read_to_string(path).expect("a file of C++")).collect();
    // __vlCoverInsert(&count, first, "file", line, column, "instance", "page", "name", "lines");
    let calls = text.lines().filter_map(|line| line.trim().strip_prefix("vlSelf->__vlCoverInsert("));
    let of = |call: &str| {
        let fields: Vec<_> = call.trim_end_matches(");").split(", ").map(|field| field.trim_matches('"')).collect();
        points(fields[2], fields[6], fields[7], fields[8])
    };
    calls.flat_map(of).collect()
}

/// Reads what one run counted: `C '<key>\x02<value>\x01...' <count>` a line.
fn read(text: &str) -> Coverage {
    let mut coverage = Coverage::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("C '")) {
        let (fields, count) = line.rsplit_once("' ").expect("a point and its count");
        let fields: BTreeMap<&str, &str> = fields.split('\x01').filter_map(|field| field.split_once('\x02')).collect();
        let count: u64 = count.parse().expect("a count");
        let least = if fields["page"].starts_with("v_toggle/") { 2 } else { 1 };
        for point in points(fields["f"], fields["page"], fields["o"], fields.get("S").unwrap_or(&"")) {
            *coverage.entry(point).or_default() |= count >= least;
        }
    }
    coverage
}

/// Adds what one setting of a bench covers, in all its runs. If everything in it is covered already, it is not run.
fn measure(module: &str, setting: &str, runtime: Option<&Path>, coverage: &Mutex<Coverage>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    verilator::verilate_counting(module, setting, &Library::original(), folder.path());
    let declared = declared(folder.path());
    let nothing_new = || {
        let coverage = coverage.lock().expect("no other thread failed");
        declared.iter().all(|point| coverage.get(point) == Some(&true))
    };
    if nothing_new() {
        return;
    }
    eprintln!("{module} {setting}");
    let program = verilator::make_counting(module, folder.path(), runtime);
    for run in RUNS {
        must(Command::new(&program).args(run.split_whitespace()).current_dir(folder.path()));
        let text = std::fs::read_to_string(folder.path().join(verilator::COUNTS)).expect("what the run counted");
        let mut coverage = coverage.lock().expect("no other thread failed");
        read(&text).into_iter().for_each(|(point, covered)| *coverage.entry(point).or_default() |= covered);
    }
}

#[test]
fn benches_cover_the_libraries() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // The first build brings the simulator's own objects, which the others share.
    let first = BENCHES[0].module;
    verilator::verilate_counting(first, "", &Library::original(), folder.path());
    verilator::make_counting(first, folder.path(), None);
    let coverage = Mutex::new(Coverage::new());
    BENCHES.par_iter().for_each(|bench| {
        bench.settings.iter().for_each(|setting| measure(bench.module, setting, Some(folder.path()), &coverage));
    });
    let coverage = coverage.into_inner().expect("no thread failed");

    let mut problems = Vec::new();
    let (mut totals, mut used) = ([(0, 0); 2], vec![false; WAIVERS.len()]);
    println!("module                       lines   covered    signals   covered");
    for (folder, file, text) in modules() {
        let mut counts = [(0, 0); 2];
        for ((_, point), covered) in coverage.iter().filter(|((name, _), _)| name == file) {
            let (kind, what) = match point {
                Point::Line(line) => (0, header::body(text).lines().nth(line - 1).unwrap_or("").trim()),
                Point::Signal(signal) => (1, signal.as_str()),
            };
            counts[kind].0 += 1;
            counts[kind].1 += usize::from(*covered);
            if !covered {
                match WAIVERS.iter().position(|waiver| waiver.file == file && waiver.what == what) {
                    Some(waiver) => used[waiver] = true,
                    None => problems.push(format!("{folder}/{file}: {point:?} is not covered: {what}")),
                }
            }
        }
        let [lines, signals] = counts;
        println!("{file:26} {:7} {:9} {:10} {:9}", lines.0, lines.1, signals.0, signals.1);
        (0..2).for_each(|kind| totals[kind] = (totals[kind].0 + counts[kind].0, totals[kind].1 + counts[kind].1));
    }
    for (waiver, _) in WAIVERS.iter().zip(&used).filter(|(_, used)| **used) {
        println!("waived: {}: '{}': {}", waiver.file, waiver.what, waiver.reason);
    }
    let stale = WAIVERS.iter().zip(&used).filter(|(_, used)| !**used);
    problems.extend(stale.map(|(waiver, _)| format!("{}: '{}' is waived and covered", waiver.file, waiver.what)));
    for ((kind, (all, covered)), least) in ["lines", "control signals"].iter().zip(totals).zip(LEAST) {
        let percent = 100.0 * covered as f64 / all as f64;
        println!("{kind}: {covered} of {all}, {percent:.2} %");
        if percent < least {
            problems.push(format!("{percent:.2} % of the {kind} are less than {least} %"));
        }
    }
    super::report(problems);
}
