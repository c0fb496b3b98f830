//! Icarus Verilog: the bench interpreted, with unknown values.

use super::build_once::build_once;
use super::{Job, Window, stage, testbench, write};
use crate::Result;
use crate::tool::{self, Arguments};

/// The build's folder in the work folder.
const FOLDER: &str = "icarus";
const PROGRAM: &str = "cosim.vvp";
const CLOCK: &str = "volley_cosim_clock.v";
const TESTBENCH: &str = "volley_cosim_tb.v";

pub(super) fn run(job: &Job, window: Option<Window>) -> Result<()> {
    let dir = job.work_dir.join(FOLDER);
    let args = Arguments::default()
        .words(["-g2005", "-Wall", "-s", "volley_cosim_clock", "-o"])
        .words([PROGRAM, CLOCK, TESTBENCH].map(|name| format!("{}/{FOLDER}/{name}", stage::WORK)))
        .words(
            job.rtl_files
                .iter()
                .filter_map(|path| path.file_name())
                .map(|name| format!("{}/{}", stage::VERILOG, name.to_string_lossy())),
        );
    let iverilog = &job.options.tools.require("iverilog")?;
    let key = [args.to_string(), iverilog.display().to_string()];
    build_once(job, &dir, &[&key[0], &key[1], testbench::ICARUS_CLOCK], || {
        write(&dir.join(TESTBENCH), &job.testbench)?;
        write(&dir.join(CLOCK), testbench::ICARUS_CLOCK)?;
        tool::run("iverilog", iverilog, &args, job.stage.path())
    })?;
    // -n: never wait for a terminal.
    let program = job.stage.path().join(stage::WORK).join(FOLDER).join(PROGRAM);
    let mut args = Arguments::default().word("-n").word(program.display().to_string());
    if window.is_some() {
        args = args.word("-fst");
    }
    args = args.words(job.plusargs(window.as_ref()));
    tool::run("vvp", &job.options.tools.require("vvp")?, &args, &job.rtl_dir)
}
