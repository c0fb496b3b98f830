//! The formal proofs of `sim/formal/`: each property holds, proven by SymbiYosys with yices, and each finds the fault that
//! is planted for it in a copy of the library. `make formal` prints them as a table.

mod properties;
mod sby;

use std::time::Duration;

use properties::{Fault, PROPERTIES, Property};
use rayon::prelude::*;
use sby::{Copy, Outcome};

/// What became of a property.
struct Row {
    property: &'static Property,
    kinds: Vec<String>,
    time: Duration,
    caught: Vec<String>,
    problems: Vec<String>,
}

/// All tasks of a property, on the library as it stands.
fn prove(property: &'static Property, copy: &Copy) -> Row {
    let mut row = Row { property, kinds: Vec::new(), time: Duration::ZERO, caught: Vec::new(), problems: Vec::new() };
    for task in copy.tasks(property.name) {
        let run = copy.run(property.name, task.as_deref());
        row.time += run.time;
        match run.outcome {
            Outcome::Proven(kind) => row.kinds.push(kind),
            _ => row.problems.push(format!("{} {task:?} is not proven:\n{}", property.name, run.log)),
        }
    }
    row
}

/// A property must fail with a counterexample where the fault is, and by what is seen from outside of the module.
fn catch(property: &Property, fault: &Fault) -> Result<String, String> {
    let copy = Copy::with_fault(fault);
    copy.observe_only(property.name);
    let run = copy.run(property.name, fault.task);
    match run.outcome {
        Outcome::Failed(assertion) => Ok(format!("{} ({assertion})", fault.what)),
        _ => Err(format!("{}: '{}' in {} is not caught:\n{}", property.name, fault.what, fault.file, run.log)),
    }
}

/// The properties as a table: the proofs' kinds, the times of all their tasks, and what they catch.
fn table(rows: &[Row]) -> String {
    let mut text = String::from("property | module | tasks | proof | seconds | planted faults, caught by\n---|---|---|---|---|---\n");
    for row in rows {
        let mut kinds = row.kinds.clone();
        kinds.sort();
        kinds.dedup();
        text += &format!(
            "{} | {} | {} | {} | {:.1} | {}\n",
            row.property.says,
            row.property.module,
            row.kinds.len(),
            kinds.join(", "),
            row.time.as_secs_f64(),
            row.caught.join("; "),
        );
    }
    text
}

#[test]
fn every_property_is_listed() {
    let copy = Copy::original();
    let mut named: Vec<_> = PROPERTIES.iter().map(|property| property.name.to_owned()).collect();
    named.sort();
    assert_eq!(copy.properties(), named, "the files *.sby of sim/formal, and the table of the tests");
    for property in PROPERTIES {
        assert!(!property.faults.is_empty(), "{} has no fault that it catches", property.name);
    }
}

#[test]
fn properties_hold_and_catch_faults() {
    sby::warm_up();
    let copy = Copy::original();
    // The longest first would be best; the table's order is, roughly.
    let mut rows: Vec<_> = PROPERTIES.par_iter().map(|property| prove(property, &copy)).collect();
    let faults: Vec<_> =
        PROPERTIES.iter().enumerate().flat_map(|(at, property)| property.faults.iter().map(move |fault| (at, fault))).collect();
    let caught: Vec<_> = faults.par_iter().map(|(at, fault)| (*at, catch(&PROPERTIES[*at], fault))).collect();
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
