//! Verilator: the bench compiled to a program.

use super::tool::build_once;
use super::{Job, Window, write};
use crate::{Result, tool};

/// The C++ side, a real file so that it can be read and linted as such.
const MAIN_CPP: &str = include_str!("../../sim/main.cpp");

/// Compiling a large model costs more than -O2 gains in a run; the slow paths run once.
const MAKE_FLAGS: &str = "OPT_FAST=-O1 OPT_SLOW=-O0 OPT_GLOBAL=-O1";

pub(super) fn run(job: &Job, window: Option<Window>) -> Result<()> {
    // Tracing slows the model, so it has a build of its own.
    let dir = job.work_dir.join(if window.is_some() { "verilator-trace" } else { "verilator" });
    let mut args: Vec<String> = "--cc --exe --build -Wall -O3 --x-initial unique --x-assign unique -j 2 \
        --output-split 20000 --top-module cosim_tb -o cosim --Mdir obj -MAKEFLAGS"
        .split_whitespace()
        .map(String::from)
        .collect();
    args.push(MAKE_FLAGS.into());
    if window.is_some() {
        args.push("--trace-fst".into());
    }
    args.extend(["cosim_tb.v".into(), "main.cpp".into()]);
    args.extend(job.rtl_files.iter().map(|p| p.display().to_string()));
    let verilator = &job.options.tools.verilator;
    let key = [args.join("\n"), verilator.display().to_string()];
    build_once(job, &dir, &[&key[0], &key[1], MAIN_CPP], || {
        write(&dir.join("cosim_tb.v"), &job.testbench)?;
        write(&dir.join("main.cpp"), MAIN_CPP)?;
        tool::run("verilator", verilator, &args, &dir)
    })?;
    let mut plusargs = job.plusargs();
    // What no reset touches starts at random: a design that relies on zeros fails here, not on the board.
    plusargs.push("+verilator+rand+reset+2".into());
    plusargs.push(format!("+verilator+seed+{}", job.options.seed % 0x7fff_ffff + 1));
    plusargs.extend(window.iter().flat_map(Window::plusargs));
    tool::run("Verilator simulation", &dir.join("obj/cosim"), &plusargs, &job.rtl_dir)
}
