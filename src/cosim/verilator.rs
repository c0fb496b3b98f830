//! Verilator: the bench compiled to a program.

use std::path::Path;

use super::build_once::build_once;
use super::{Job, Window, create_dir, write};
use crate::error::{Kind, Result};
use crate::output::temporary_folder;
use crate::tool::{self, Arguments, Finder};

/// The C++ side, a real file so that it can be read and linted as such.
const MAIN_CPP: &str = include_str!("../../sim/main.cpp");

/// Objects of the simulator itself, the same in every model that does not trace.
const RUNTIME: [&str; 2] = ["verilated", "verilated_threads"];

/// Compiling a large model costs more than -O2 gains in a run; the slow paths run once.
const MAKE_FLAGS: &str = "OPT_FAST=-O1 OPT_SLOW=-O0 OPT_GLOBAL=-O1";

pub(super) fn run(job: &Job, window: Option<Window>) -> Result<()> {
    // Tracing slows the model, so it has a build of its own.
    let dir = job.work_dir.join(if window.is_some() { "verilator-trace" } else { "verilator" });
    // Tracing needs objects of its own.
    let runtime = job.options.short_runs.as_deref().filter(|_| window.is_none());
    let mut args = Arguments::verilator("volley_cosim_tb", "cosim");
    if runtime.is_none() {
        args = args.flag("build").words(["-MAKEFLAGS", MAKE_FLAGS]);
    }
    if window.is_some() {
        args = args.flag("trace-fst");
    }
    // Copies beside the bench: Verilator does not understand a path with a space.
    let names = job.rtl_files.iter().filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    args = args.words(["volley_cosim_tb.v", "main.cpp"]).words(names);
    let verilator = &job.options.tools.require("verilator")?;
    let key = [args.to_string(), verilator.display().to_string()];
    build_once(job, &dir, &[&key[0], &key[1], MAIN_CPP], || {
        // Its Makefiles refuse a folder with a space in its path; there, only the program is kept.
        let elsewhere = dir.to_string_lossy().contains(char::is_whitespace).then(temporary_folder).transpose()?;
        let place = elsewhere.as_ref().map_or(dir.as_path(), |folder| folder.path());
        write(&place.join("volley_cosim_tb.v"), &job.testbench)?;
        write(&place.join("main.cpp"), MAIN_CPP)?;
        job.rtl_files.iter().try_for_each(|file| copy(file, place))?;
        tool::run("verilator", verilator, &args, place)?;
        runtime.map_or(Ok(()), |runtime| make(&job.options.tools, &place.join("obj"), runtime))?;
        if elsewhere.is_some() {
            create_dir(&dir.join("obj"))?;
            copy(&place.join("obj/cosim"), &dir.join("obj"))?;
        }
        Ok(())
    })?;
    let mut plusargs = Arguments::default().words(job.plusargs());
    // Registers without a reset start at random: a design that relies on zeros fails here, not on the board.
    plusargs = plusargs
        .word("+verilator+rand+reset+2")
        .word(format!("+verilator+seed+{}", job.options.seed % 0x7fff_ffff + 1))
        .words(window.iter().flat_map(Window::plusargs));
    tool::run("Verilator simulation", &dir.join("obj/cosim"), &plusargs, &job.rtl_dir)
}

/// Compiles a model in folder `obj` without optimising anything; the simulator's own objects are taken from folder
/// `runtime` if they are there, else put there.
fn make(tools: &Finder, obj: &Path, runtime: &Path) -> Result<()> {
    create_dir(runtime)?;
    let files = || RUNTIME.iter().flat_map(|name| ["o", "d"].map(|extension| format!("{name}.{extension}")));
    let known = files().all(|file| runtime.join(file).is_file());
    if known {
        files().try_for_each(|file| copy(&runtime.join(&file), obj))?;
    }
    let args =
        "-f Vvolley_cosim_tb.mk OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0 VM_PARALLEL_BUILDS=0".split_whitespace();
    tool::run("make", &tools.require("make")?, &Arguments::default().words(args), obj)?;
    if !known {
        files().try_for_each(|file| copy(&obj.join(&file), runtime))?;
    }
    Ok(())
}

/// Copies a file into a folder, where it appears whole: another build may do the same at this moment.
fn copy(from: &Path, folder: &Path) -> Result<()> {
    let to = folder.join(from.file_name().expect("a file's path"));
    let copied = tempfile::NamedTempFile::new_in(folder).and_then(|part| {
        std::fs::copy(from, part.path())?;
        part.persist(&to).map_err(std::io::Error::from)
    });
    copied.map(drop).map_err(|error| Kind::Unwritable { error }.at(&to))
}
