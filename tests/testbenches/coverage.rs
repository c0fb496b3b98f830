//! What of the Verilog libraries the benches reach: Verilator counts lines and toggles over the whole sweep of settings and runs.
//!
//! A *line* is one of a procedural block; it is covered when it was executed in some instance under some setting. A *control
//! signal* is a signal of one bit, or a bit of a state register (`state_reg`); it is covered when it rose and fell within one
//! instance in one run. Data buses are left out, and so are the sinks of lint (`unused_*`). What is not covered stands in
//! [`WAIVERS`] with its reason, and nothing else stands there.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use rayon::prelude::*;

use super::runner::{Library, modules, verilator};
use super::sweep::{BENCHES, RUNS};

/// Least share of lines and of control signals, in percent, waived ones counted as not covered.
const LEAST: [f64; 2] = [98.0, 95.0];

/// Something that no bench reaches, and why.
struct Waiver {
    file: &'static str,
    /// The text of a line, or a signal.
    what: &'static str,
    reason: &'static str,
}

const WAIVERS: &[Waiver] = &[];

/// A line by its number, or a control signal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    Line(usize),
    Signal(String),
}

/// (file, point) → whether it is covered.
type Coverage = BTreeMap<(String, Point), bool>;

/// Reads what one run counted: `C '<key>\x02<value>\x01...' <count>` a line.
fn read(text: &str, coverage: &mut Coverage) {
    for line in text.lines().filter_map(|line| line.strip_prefix("C '")) {
        let (fields, count) = line.rsplit_once("' ").expect("a point and its count");
        let fields: BTreeMap<&str, &str> = fields.split('\x01').filter_map(|field| field.split_once('\x02')).collect();
        let count: u64 = count.parse().expect("a count");
        let path = Path::new(fields["f"]);
        let file = path.file_name().expect("a file").to_string_lossy().into_owned();
        if !modules().any(|(_, name, _)| name == file) {
            continue;
        }
        let mut note = |point: Point, covered: bool| *coverage.entry((file.clone(), point)).or_default() |= covered;
        if fields["page"].starts_with("v_toggle/") {
            let signal = fields["o"];
            let control = !signal.contains('[') || signal.starts_with("state_reg[");
            if control && !signal.rsplit('.').next().is_some_and(|name| name.starts_with("unused_")) {
                note(Point::Signal(signal.to_string()), count >= 2);
            }
        } else if let Some(lines) = fields.get("S") {
            for range in lines.split(',') {
                let (first, last) = range.split_once('-').unwrap_or((range, range));
                let number = |text: &str| text.parse::<usize>().expect("a line's number");
                (number(first)..=number(last)).for_each(|line| note(Point::Line(line), count > 0));
            }
        }
    }
}

/// What one setting of a bench covers, in all its runs.
fn measure(module: &str, setting: &str, runtime: Option<&Path>) -> Coverage {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = verilator::build_counting(module, setting, &Library::original(), folder.path(), runtime);
    let mut coverage = Coverage::new();
    for run in RUNS {
        let done = Command::new(&program).args(run.split_whitespace()).current_dir(folder.path()).output();
        assert!(done.expect("the bench runs").status.success(), "{module} {setting} {run}");
        let text = std::fs::read_to_string(folder.path().join(verilator::COUNTS)).expect("what the run counted");
        read(&text, &mut coverage);
    }
    coverage
}

fn merged(mut all: Coverage, more: Coverage) -> Coverage {
    more.into_iter().for_each(|(point, covered)| *all.entry(point).or_default() |= covered);
    all
}

#[test]
fn benches_cover_the_libraries() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // The first build brings the simulator's own objects, which the others share.
    let first = verilator::build_counting(BENCHES[0].module, "", &Library::original(), folder.path(), None);
    let runtime = first.parent();
    let jobs: Vec<_> =
        BENCHES.iter().flat_map(|bench| bench.settings.iter().map(|setting| (bench.module, *setting))).collect();
    let coverage =
        jobs.par_iter().map(|(module, setting)| measure(module, setting, runtime)).reduce(Coverage::new, merged);

    let mut problems = Vec::new();
    let (mut totals, mut used) = ([(0, 0); 2], vec![false; WAIVERS.len()]);
    println!("module                       lines   covered    signals   covered");
    for (folder, file, text) in modules() {
        let mut counts = [(0, 0); 2];
        for ((_, point), covered) in coverage.iter().filter(|((name, _), _)| name == file) {
            let (kind, what) = match point {
                Point::Line(line) => (0, text.lines().nth(line - 1).unwrap_or("").trim()),
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
