//! Verilator: the bench compiled to a program.

use super::build_once::build_once;
use super::{Job, Window};
use crate::error::Result;
use crate::tool::verilator::{Build, Effort};
use crate::tool::{self, Arguments};

/// The C++ side, a real file so that it can be read and linted as such.
const MAIN_CPP: &str = include_str!("../../sim/main.cpp");

/// Clocks up to which a program that the C++ compiler does not optimise is done earlier, with its build; both times grow with the size
/// of the design. For the digits, build and run together took 6.5 s in place of 16 at 11,000 clocks, 8.4 in place of 9.2 at 49,000.
const SHORT: f64 = 50_000.0;

pub(super) fn run(job: &Job, window: Option<Window>) -> Result<()> {
    let short = job.expected_clocks <= SHORT;
    let runtime = job.options.runtime.as_deref();
    // Tracing slows the model, so it has a build of its own, and the simulator other objects.
    let (name, options, effort) = match &window {
        None if short => ("verilator-short", Arguments::default(), Effort::Quick(runtime)),
        None => ("verilator", Arguments::default(), Effort::Optimised),
        Some(_) => ("verilator-trace", Arguments::default().flag("trace-fst"), Effort::Optimised),
    };
    let build = Build {
        top: "volley_cosim_tb",
        texts: vec![("volley_cosim_tb.v", &job.testbench), ("main.cpp", MAIN_CPP)],
        files: &job.rtl_files,
        options,
        effort,
    };
    let dir = job.work_dir.join(name);
    let program = dir.join("cosim");
    let key = [build.arguments().to_string(), job.options.tools.require("verilator")?.display().to_string()];
    build_once(job, &dir, &[&key[0], &key[1], MAIN_CPP], || build.write(&job.options.tools, &program))?;
    let mut plusargs = Arguments::default().words(job.plusargs(window.as_ref()));
    // Registers without a reset start at random: a design that relies on zeros fails here, not on the board.
    plusargs = plusargs
        .word("+verilator+rand+reset+2")
        .word(format!("+verilator+seed+{}", job.options.seed % 0x7fff_ffff + 1));
    tool::run("Verilator simulation", &program, &plusargs, &job.rtl_dir)
}
