//! Icarus Verilog: the bench interpreted, with unknown values.

use super::build_once::build_once;
use super::{Job, Window, testbench, write};
use crate::Result;
use crate::tool::{self, Arguments};

pub(super) fn run(job: &Job, window: Option<Window>) -> Result<()> {
    let dir = job.work_dir.join("icarus");
    let program = dir.join("cosim.vvp");
    let args = Arguments::default()
        .words(["-g2005", "-Wall", "-s", "volley_cosim_clock", "-o"])
        .words([program.display().to_string(), "volley_cosim_clock.v".into(), "volley_cosim_tb.v".into()])
        .words(job.rtl_files.iter().map(|p| p.display().to_string()));
    let iverilog = &job.options.tools.require("iverilog")?;
    let key = [args.to_string(), iverilog.display().to_string()];
    build_once(job, &dir, &[&key[0], &key[1], testbench::ICARUS_CLOCK], || {
        write(&dir.join("volley_cosim_tb.v"), &job.testbench)?;
        write(&dir.join("volley_cosim_clock.v"), testbench::ICARUS_CLOCK)?;
        tool::run("iverilog", iverilog, &args, &dir)
    })?;
    // -n: never wait for a terminal.
    let mut args = Arguments::default().word("-n").word(program.display().to_string());
    if window.is_some() {
        args = args.word("-fst");
    }
    args = args.words(job.plusargs()).words(window.iter().flat_map(Window::plusargs));
    tool::run("vvp", &job.options.tools.require("vvp")?, &args, &job.rtl_dir)
}
