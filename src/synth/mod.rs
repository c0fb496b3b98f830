//! Synthesis, place and route of a generated core by yosys, nextpnr and the packers of bitstreams, and what their reports
//! say.
//!
//! A core's streams have more ports than a package has pins, so the core is put between two shift registers
//! (`wrapper`), with a PLL where its clock is not the oscillator's.

mod cells;
mod makefile;
mod nextpnr;
mod wrapper;
mod yosys;

use std::path::{Path, PathBuf};

pub use cells::{Cells, Cost};
use serde::{Deserialize, Serialize};

use crate::board::{self, Board, constraints};
use crate::core_folder;
use crate::error::{self, Artefact, Kind, Place, Result};
use crate::header;
use crate::output::{Target, temporary_folder, write_file, write_folder};
use crate::rtl::files_of;
use crate::tool::Finder;
pub(crate) use makefile::load_arguments;

/// The file that makes a folder an output of [`run`].
pub const REPORT: &str = "report.json";
/// Where the core's sources are in that folder, so its scripts can be run again.
pub(crate) const SOURCES: &str = "sources";

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// yosys, if not the one that would be found.
    pub yosys: Option<PathBuf>,
    /// The folder in which tools are looked for first.
    pub tools: Option<PathBuf>,
    /// Starts nextpnr's random choices.
    pub seed: u32,
    /// The core's clock in MHz, if not the board's usual one.
    pub mhz: Option<f64>,
    /// Whether to place and route, if that is possible.
    pub place: bool,
    /// Whether to synthesise once more with every module by itself, for [`Implementation::modules`].
    pub modules: bool,
}

/// What the tools are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// yosys synthesises the core.
    Synthesis,
    /// yosys counts the cells of each module.
    Modules,
    /// nextpnr looks for sites for the cells.
    Placement,
    /// nextpnr looks for wires between them.
    Routing,
}

/// The result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Implementation {
    /// The board's name.
    pub board: String,
    /// The FPGA's ordering code.
    pub part: String,
    /// The core's top module.
    pub core: String,
    /// Version of yosys.
    pub yosys: String,
    /// `None` if nothing was placed.
    pub nextpnr: Option<String>,
    /// What is used: after placement, or else by the netlist.
    pub cost: Cost,
    /// What the board has.
    pub available: Cost,
    /// Cells of the netlist by type.
    pub cells: Cells,
    /// `None` if nothing was placed, for instance if the netlist does not fit.
    pub timing: Option<Timing>,
    /// Sorted by the LUTs of all instances of a module; empty unless asked for.
    pub modules: Vec<Module>,
    /// The bitstream's file; `None` if nothing was placed or the clock was missed.
    pub bitstream: Option<String>,
}

/// All instances of one module of the sources, without what is below them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Module {
    /// Name of the module.
    pub name: String,
    /// How often it is instantiated.
    pub instances: u64,
    /// What all of them use together.
    pub cost: Cost,
}

/// The clock reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// What place and route reached, in MHz.
    pub achieved_mhz: f64,
    /// What the design asks for, in MHz.
    pub wanted_mhz: f64,
    /// The slowest path.
    pub critical_path: CriticalPath,
}

/// The path that bounds the clock.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CriticalPath {
    /// Time in cells, in nanoseconds.
    pub logic_ns: f64,
    /// Time in wires, in nanoseconds.
    pub routing_ns: f64,
    /// Signals of the sources from register to register, with their instances.
    pub through: Vec<String>,
}

/// One kind of what a device has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// What is counted.
    pub kind: error::Resource,
    /// By the core, in units of `kind`.
    pub used: u64,
    /// On the device.
    pub available: u64,
}

impl Implementation {
    /// What is used of each kind, and what the device has.
    pub fn resources(&self) -> [Resource; 4] {
        let (used, available) = (&self.cost, &self.available);
        let resource = |kind, used, available| Resource { kind, used, available };
        [
            resource(error::Resource::Luts, used.luts, available.luts),
            resource(error::Resource::FlipFlops, used.flip_flops, available.flip_flops),
            resource(error::Resource::Multipliers, used.dsps, available.dsps),
            resource(error::Resource::BlockRams, used.block_rams, available.block_rams),
        ]
    }

    /// The resources that are too small.
    pub fn excess(&self) -> Vec<Resource> {
        self.resources().into_iter().filter(|resource| resource.used > resource.available).collect()
    }
}

impl Timing {
    /// Whether the clock that the design asks for is reached.
    pub fn met(&self) -> bool {
        self.achieved_mhz >= self.wanted_mhz
    }
}

impl Default for Options {
    fn default() -> Self {
        Options { yosys: None, tools: None, seed: 1, mhz: None, place: true, modules: false }
    }
}

/// Synthesises the core in the folder `rtl` for a board, and places and routes it where an open tool can; with `output`,
/// the report, the logs, the netlist and the bitstream are written there.
///
/// `watch` is told what the tools are doing. It is not an error if a core does not fit (then it is not placed) or misses its clock
/// (then it has no bitstream): the implementation says so.
///
/// # Errors
/// [`Kind::ToolMissing`] or [`Kind::ToolFailed`]; [`Kind::ClockOutOfReach`]; what reading and writing files gives.
pub fn run(
    rtl: &Path,
    board: &Board,
    options: &Options,
    output: Option<Target>,
    watch: &mut dyn FnMut(Phase, &str),
) -> Result<Implementation> {
    let mut outcome = None;
    let mut fill = |folder: &Path| {
        let made = in_folder(rtl, board, options, folder, watch)?;
        let text =
            serde_json::to_string_pretty(&made).map_err(|error| Kind::internal(error).at(Place::file(REPORT)))?;
        write_file(&folder.join(REPORT), text)?;
        outcome = Some(made);
        Ok(())
    };
    match output {
        Some(output) => write_folder(&output, REPORT, fill)?,
        None => {
            let folder = temporary_folder()?;
            fill(folder.path())?;
        }
    }
    outcome.ok_or_else(|| Kind::internal("nothing was synthesised").at(rtl))
}

/// A top module around a core, ready for the tools.
pub(crate) struct Job<'a> {
    pub rtl: &'a Path,
    pub board: &'a Board,
    pub core: &'a str,
    pub top: &'a str,
    /// (name, Verilog) of the top and all that is not the core's.
    pub files: &'a [(String, String)],
    /// (name, text).
    pub constraints: (&'a str, &'a str),
    /// The core's clock.
    pub mhz: f64,
    /// Whether there is a bitstream even then.
    pub allow_missed_clock: bool,
}

/// The core between two shift registers.
fn in_folder(
    rtl: &Path,
    board: &Board,
    options: &Options,
    folder: &Path,
    watch: &mut dyn FnMut(Phase, &str),
) -> Result<Implementation> {
    let core = core_folder::read_manifest(rtl)?.top;
    let clock = board::core_clock(board, options.mhz.unwrap_or(board.core_mhz))?;
    let top = format!("{core}_pnr");
    let mut files = wrapper::files(&top, &core, &read(&rtl.join(format!("{core}.v")))?)?;
    files.extend(clock.files);
    let name = format!("pins.{}", constraints::extension(board.family));
    let job = Job {
        rtl,
        board,
        core: &core,
        top: &top,
        files: &files,
        constraints: (&name, &(header::of_core("#", &core) + &wrapper::constraints(board)?)),
        mhz: clock.mhz,
        allow_missed_clock: false,
    };
    prepare(&job, options, folder)?;
    implement(&job, options, folder, watch)
}

/// Writes everything that the tools read, and a Makefile that runs them by hand. Everything is in one folder: a tool in WebAssembly sees no
/// file above the one it is started in.
///
/// # Errors
/// [`Kind::Unreadable`] and [`Kind::Unwritable`].
pub(crate) fn prepare(job: &Job, options: &Options, folder: &Path) -> Result<()> {
    copy_sources(job.rtl, folder)?;
    for (name, text) in job.files {
        write_file(&folder.join(name), text)?;
    }
    let (name, text) = job.constraints;
    write_file(&folder.join(name), text)?;
    let head = header::of_core("#", job.core);
    let script = head.clone() + &yosys::script(job.board, job.top, &verilog(job, folder)?);
    write_file(&folder.join(yosys::SCRIPT), script)?;
    if let Some(flow) = nextpnr::flow(job.board.family) {
        write_file(&folder.join("Makefile"), head + &header::ascii(&makefile::text(&flow, job, options.seed)))?;
    }
    Ok(())
}

/// Runs the tools in a folder that [`prepare`] filled.
///
/// # Errors
/// [`Kind::ToolMissing`] or [`Kind::ToolFailed`], and what reading and writing files gives.
pub(crate) fn implement(
    job: &Job,
    options: &Options,
    folder: &Path,
    watch: &mut dyn FnMut(Phase, &str),
) -> Result<Implementation> {
    let board = job.board;
    let finder = Finder::first_in(options.tools.as_deref());
    let flow = nextpnr::flow(board.family).filter(|_| options.place);
    let programs = flow.as_ref().map(|flow| nextpnr::Programs::find(flow, &finder)).transpose()?;
    let program = match &options.yosys {
        Some(path) => {
            std::path::absolute(path).map_err(|error| Kind::Unreadable { wanted: Artefact::Program, error }.at(path))?
        }
        None => finder.require("yosys")?,
    };
    let yosys = yosys::Yosys { program, folder, board, top: job.top };
    let cells = yosys.netlist(watch)?;
    let mut made = Implementation {
        board: board.name.clone(),
        part: board.part.clone(),
        core: job.core.to_string(),
        yosys: yosys.version(),
        nextpnr: None,
        cost: cells.cost(board.family),
        available: Cost {
            luts: board.device.luts,
            flip_flops: board.device.flip_flops,
            dsps: board.device.dsps,
            block_rams: board.device.block_rams,
        },
        cells,
        timing: None,
        modules: if options.modules { yosys.modules(&verilog(job, folder)?, watch)? } else { Vec::new() },
        bitstream: None,
    };
    if let (Some(flow), Some(programs), true) = (&flow, &programs, made.excess().is_empty()) {
        let (placed, timing) = nextpnr::place((flow, programs), job, folder, options.seed, watch)?;
        made.nextpnr = Some(programs.version());
        made.cost = Cost { flip_flops: made.cost.flip_flops.max(placed.flip_flops), ..placed };
        // A bitstream with too fast a clock would fail on the board, without any sign of the reason.
        if timing.as_ref().is_some_and(|timing| timing.met() || job.allow_missed_clock) {
            nextpnr::pack(flow, programs, folder)?;
            made.bitstream = Some(flow.bitstream.to_string());
        }
        made.timing = timing;
    }
    Ok(made)
}

/// The core's files with this ending, as the tools get them.
/// The copies of the core's files that end in `end`, as paths in `folder`.
pub(crate) fn sources(folder: &Path, end: &str) -> Result<Vec<String>> {
    let files = files_of(&folder.join(SOURCES), &[end])?;
    Ok(files.iter().filter_map(|file| Some(format!("{SOURCES}/{}", file.file_name()?.to_str()?))).collect())
}

/// The Verilog files of a job, in the order in which they are read.
pub(crate) fn verilog(job: &Job, folder: &Path) -> Result<Vec<String>> {
    let mut files = sources(folder, ".v")?;
    files.extend(job.files.iter().map(|(name, _)| name.clone()));
    Ok(files)
}

/// Copies the core's Verilog and memories.
fn copy_sources(rtl: &Path, folder: &Path) -> Result<()> {
    let sources = folder.join(SOURCES);
    std::fs::create_dir(&sources).map_err(|error| Kind::Unwritable { error }.at(&sources))?;
    for from in files_of(rtl, &[".v", ".mem"])? {
        std::fs::copy(&from, sources.join(from.file_name().unwrap_or_default()))
            .map_err(|error| Kind::Unreadable { wanted: Artefact::CoreFile, error }.at(&from))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Kind::Unreadable { wanted: Artefact::Core, error }.at(path))
}
