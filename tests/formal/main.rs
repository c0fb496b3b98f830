//! The formal proofs of `sim/formal/`: each property holds, proven by SymbiYosys with yices, and each finds the faults
//! that are planted for it in copies of the library. `make formal` prints them as a table; VOLLEY_FORMAL names one of them.

mod properties;
mod sby;

use std::time::Duration;

use properties::{Fault, Property};
use rayon::prelude::*;
use sby::{Outcome, Tree};

/// The result of a property.
struct Row {
    property: &'static Property,
    /// For each task: whether by induction, and k.
    proofs: Vec<(bool, u32)>,
    time: Duration,
    caught: Vec<String>,
    problems: Vec<String>,
}

/// All tasks of a property, on the library as it is.
fn prove(property: &'static Property, copy: &Tree) -> Row {
    let mut row = Row { property, proofs: Vec::new(), time: Duration::ZERO, caught: Vec::new(), problems: Vec::new() };
    for task in copy.tasks(property.name) {
        let run = copy.run(property.name, task.as_deref());
        row.time += run.time;
        match run.outcome {
            Outcome::Proven { induction, k } => row.proofs.push((induction, k)),
            _ => row.problems.push(format!("{} {task:?} is not proven:\n{}", property.name, run.log)),
        }
    }
    row
}

/// A property must fail with a counterexample where the fault is, and by what is visible from outside the module.
fn catch(property: &Property, fault: &Fault) -> Result<String, String> {
    let copy = Tree::with_fault(fault);
    copy.observe_only(property.name);
    let run = copy.run(property.name, fault.task);
    match run.outcome {
        Outcome::Failed(assertion) => Ok(format!("{} ({assertion})", fault.what)),
        _ => Err(format!("{}: '{}' in {} is not caught:\n{}", property.name, fault.what, fault.file, run.log)),
    }
}

/// The properties as a table: the kinds of proof, the times of all their tasks together, and what they catch.
fn table(rows: &[Row]) -> String {
    let mut text =
        "property | module | proof | tasks | seconds | planted faults, and the assertion that fails\n".to_owned();
    text += "---|---|---|---|---|---\n";
    for Row { property, proofs, time, caught, .. } in rows {
        let least = proofs.iter().min().copied().unwrap_or_default();
        let most = proofs.iter().max().copied().unwrap_or_default();
        let kind = if least.0 { "induction" } else { "bounded" };
        let k = if least.1 == most.1 { least.1.to_string() } else { format!("{} to {}", least.1, most.1) };
        let (says, module, tasks, seconds) = (property.says, property.module, proofs.len(), time.as_secs_f64());
        text += &format!("{says} | {module} | {kind}, k = {k} | {tasks} | {seconds:.1} | {}\n", caught.join("; "));
    }
    text
}

#[test]
fn every_property_is_listed() {
    let copy = Tree::original();
    let mut named: Vec<_> = properties::all().map(|property| property.name.to_owned()).collect();
    named.sort();
    assert_eq!(copy.properties(), named, "the files *.sby of sim/formal, and the table of the tests");
    for property in properties::all() {
        assert!(!property.faults.is_empty(), "{} has no fault that it catches", property.name);
    }
}

#[test]
fn properties_hold_and_catch_faults() {
    sby::warm_up();
    let copy = Tree::original();
    let only = std::env::var("VOLLEY_FORMAL").ok();
    let chosen: Vec<_> = properties::all().filter(|p| only.as_ref().is_none_or(|only| only == p.name)).collect();
    assert!(!chosen.is_empty(), "VOLLEY_FORMAL names no property");
    let mut rows: Vec<_> = chosen.par_iter().map(|property| prove(property, &copy)).collect();
    let faults: Vec<_> =
        chosen.iter().enumerate().flat_map(|(at, p)| p.faults.iter().map(move |fault| (at, fault))).collect();
    let caught: Vec<_> = faults.par_iter().map(|(at, fault)| (*at, catch(chosen[*at], fault))).collect();
    for (at, result) in caught {
        match result {
            Ok(what) => rows[at].caught.push(what),
            Err(problem) => rows[at].problems.push(problem),
        }
    }
    println!("{}", table(&rows));
    let problems: Vec<_> = rows.into_iter().flat_map(|row| row.problems).collect();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}
