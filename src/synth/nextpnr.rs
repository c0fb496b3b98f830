//! nextpnr and the bitstream packers: from a netlist to a placed and routed core, its clock, and its bitstream.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::yosys::NETLIST;
use super::{Cost, CriticalPath, Job, Phase, Timing};
use crate::error::{Artefact, Kind, Place, Result};
use crate::fpga::Family;
use crate::tool::{self, Arguments, Finder};

const REPORT: &str = "nextpnr.json";

/// The programs and files of a family that can be placed here.
pub(super) struct Flow {
    place: &'static str,
    pack: &'static str,
    /// Option for the constraints.
    constraints: &'static str,
    /// Option for the routed design, and its file.
    routed: (&'static str, &'static str),
    pub bitstream: &'static str,
}

/// The flow of a family; `None` if no open tool places it.
pub(super) fn flow(family: Family) -> Option<Flow> {
    match family {
        Family::Ecp5 => Some(Flow {
            place: "nextpnr-ecp5",
            pack: "ecppack",
            constraints: "lpf",
            routed: ("textcfg", "routed.config"),
            bitstream: "core.bit",
        }),
        Family::Ice40 => Some(Flow {
            place: "nextpnr-ice40",
            pack: "icepack",
            constraints: "pcf",
            routed: ("asc", "routed.asc"),
            bitstream: "core.bin",
        }),
        Family::Series7 | Family::UltrascalePlus => None,
    }
}

impl Flow {
    /// The programs' names.
    pub fn programs(&self) -> (&'static str, &'static str) {
        (self.place, self.pack)
    }

    /// nextpnr's arguments.
    pub fn arguments(&self, job: &Job, seed: u32) -> Arguments {
        // A missed clock is a result, which is reported with the path that missed it.
        Arguments::default()
            .flag("timing-allow-fail")
            .option("freq", job.mhz.to_string())
            .option("seed", seed.to_string())
            .option("json", NETLIST)
            .option("report", REPORT)
            .option(self.constraints, job.constraints.0)
            .option(self.routed.0, self.routed.1)
            .words(&job.board.nextpnr)
    }

    /// The packer's arguments.
    pub fn pack_arguments(&self) -> [&'static str; 2] {
        [self.routed.1, self.bitstream]
    }
}

/// Both programs of a flow.
pub(super) struct Programs {
    place: PathBuf,
    pack: PathBuf,
}

impl Programs {
    /// Finds them before hours are spent on synthesis.
    ///
    /// # Errors
    /// [`Kind::ToolMissing`] for the one that is missing.
    pub fn find(flow: &Flow, finder: &Finder) -> Result<Programs> {
        Ok(Programs { place: finder.require(flow.place)?, pack: finder.require(flow.pack)? })
    }

    /// What nextpnr says of its version.
    pub fn version(&self) -> String {
        tool::version(&self.place, tool::Version::Option("version"))
    }
}

/// Places and routes the netlist in `folder` for a clock of `mhz`. There is no clock if the core turns out not to fit.
///
/// # Errors
/// [`Kind::ToolFailed`] with what nextpnr objects to, [`Kind::ToolOutput`].
pub(super) fn place(
    (flow, programs): (&Flow, &Programs),
    job: &Job,
    folder: &Path,
    seed: u32,
    watch: &mut dyn FnMut(Phase, &str),
) -> Result<(Cost, Option<Timing>)> {
    let family = job.board.family;
    let args = flow.arguments(job, seed);
    let mut utilization = BTreeMap::new();
    let mut lines = |line: &str| {
        let line = line.trim_start_matches("Info:").trim();
        if let Some((cell, used)) = used(line) {
            utilization.insert(cell.to_string(), used);
        } else if line.starts_with("Running simulated annealing") {
            watch(Phase::Placement, "annealing");
        } else if let Some(iteration) = line.strip_prefix("at iteration ") {
            watch(Phase::Placement, iteration.split([',', ':']).next().unwrap_or(iteration));
        } else if line.starts_with("Routing") {
            watch(Phase::Routing, line.trim_end_matches('.'));
        }
    };
    let done = tool::run_logged(flow.place, &programs.place, &args, folder, "nextpnr.log", &mut lines);
    if done.is_err() && utilization.values().any(|entry| entry.used > entry.available) {
        // It stops at the first cell without a place; the table before that shows which resource is too small.
        return Ok((cost(family, &utilization), None));
    }
    done.map_err(|error| match error.kind() {
        Kind::ToolFailed { .. } => {
            error.advise("if it finds no place for a cell, generate with fewer lanes or take a larger board")
        }
        _ => error,
    })?;
    let path = folder.join(REPORT);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Kind::Unreadable { wanted: Artefact::ToolReport, error }.at(&path))?;
    let report: Report = serde_json::from_str(&text).map_err(|error| {
        let problem = format!("the report of {} cannot be read: {error}", programs.version());
        Kind::ToolOutput { problem, known: "nextpnr 0.11 is known to work" }.at(Place::tool(flow.place))
    })?;
    let timing = report.timing().ok_or_else(|| {
        let problem = "its report has no clock".into();
        let known = "look at the core's Verilog: nothing in it has a clock";
        Kind::ToolOutput { problem, known }.at(Place::tool(flow.place))
    })?;
    Ok((cost(family, &report.utilization), Some(timing)))
}

/// Packs the bitstream.
///
/// # Errors
/// [`Kind::ToolFailed`].
pub(super) fn pack(flow: &Flow, programs: &Programs, folder: &Path) -> Result<()> {
    tool::run(flow.pack, &programs.pack, &Arguments::default().words(flow.pack_arguments()), folder)
}

/// The report that nextpnr writes.
#[derive(Deserialize)]
struct Report {
    utilization: BTreeMap<String, Used>,
    fmax: BTreeMap<String, Fmax>,
    #[serde(default)]
    critical_paths: Vec<Route>,
}

#[derive(Deserialize)]
struct Used {
    used: u64,
    available: u64,
}

#[derive(Deserialize)]
struct Fmax {
    achieved: f64,
    constraint: f64,
}

/// From one clock edge to another, in pieces.
#[derive(Deserialize)]
struct Route {
    from: String,
    to: String,
    path: Vec<Piece>,
}

#[derive(Deserialize)]
struct Piece {
    delay: f64,
    #[serde(rename = "type")]
    kind: String,
    from: Pin,
    to: Pin,
}

#[derive(Deserialize)]
struct Pin {
    cell: String,
}

/// A line of the table of utilisation: `TRELLIS_COMB:   12117/  83640    14%`.
fn used(line: &str) -> Option<(&str, Used)> {
    let (cell, counts) = line.strip_suffix('%')?.split_once(':')?;
    let (used, rest) = counts.split_once('/')?;
    let available = rest.split_whitespace().next()?.parse().ok()?;
    Some((cell, Used { used: used.trim().parse().ok()?, available }))
}

/// What is used; an iCE40's flip-flops are in its logic cells, and are not counted by themselves.
fn cost(family: Family, utilization: &BTreeMap<String, Used>) -> Cost {
    let used = |cell: &str| utilization.get(cell).map_or(0, |entry| entry.used);
    match family {
        Family::Ice40 => Cost {
            luts: used("ICESTORM_LC"),
            flip_flops: 0,
            dsps: used("ICESTORM_DSP"),
            block_rams: used("ICESTORM_RAM"),
        },
        Family::Ecp5 | Family::Series7 | Family::UltrascalePlus => Cost {
            luts: used("TRELLIS_COMB"),
            flip_flops: used("TRELLIS_FF"),
            dsps: used("MULT18X18D"),
            block_rams: used("DP16KD"),
        },
    }
}

impl Report {
    /// The clock that is nearest to missing its target, and its worst path.
    fn timing(&self) -> Option<Timing> {
        let margin = |fmax: &Fmax| fmax.achieved / fmax.constraint;
        let (clock, fmax) = self.fmax.iter().min_by(|(_, a), (_, b)| margin(a).total_cmp(&margin(b)))?;
        let edge = format!("posedge {clock}");
        let path = self.critical_paths.iter().find(|path| path.from == edge && path.to == edge);
        Some(Timing {
            achieved_mhz: fmax.achieved,
            wanted_mhz: fmax.constraint,
            critical_path: path.map(Route::critical).unwrap_or_default(),
        })
    }
}

impl Route {
    fn critical(&self) -> CriticalPath {
        let sum = |routing: bool| self.path.iter().filter(|p| (p.kind == "routing") == routing).map(|p| p.delay).sum();
        let mut through: Vec<String> = Vec::new();
        for cell in self.path.iter().flat_map(|piece| [&piece.from.cell, &piece.to.cell]) {
            let signal = signal(cell);
            if !signal.is_empty() && through.last() != Some(&signal) {
                through.push(signal);
            }
        }
        CriticalPath { logic_ns: sum(false), routing_ns: sum(true), through }
    }
}

/// The signal of the sources for which a cell was made: yosys names a cell by its output and appends the kind of cell, and nextpnr
/// appends `$` and its own. Empty for a name that does not come from the sources.
fn signal(cell: &str) -> String {
    let cell = cell.split('$').next().unwrap_or_default();
    let kinds = ["_TRELLIS_", "_CCU2C", "_LUT4", "_PFUMX", "_L6MUX", "_DP16KD", "_MULT18", "_SB_"];
    let end = kinds.iter().filter_map(|kind| cell.find(kind)).min().unwrap_or(cell.len());
    cell[..end].trim_start_matches("core.").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_named_as_in_the_sources() {
        let cell =
            "core.linear_9_layer.engine.array.g_lane[14].lane_unit.g_step[0].product_reg_TRELLIS_FF_Q_2_DI_LUT4_Z";
        let signal_name = "linear_9_layer.engine.array.g_lane[14].lane_unit.g_step[0].product_reg";
        assert_eq!(signal(cell), signal_name);
        assert_eq!(signal("core.fc_layer.left_reg_SB_DFFE_Q_2_D_SB_LUT4_O_LC"), "fc_layer.left_reg");
        assert_eq!(signal("$nextpnr_CCU2C_546$CCU2_COMB0"), "");
    }

    #[test]
    fn utilisation_is_read_line_by_line() {
        let (cell, entry) = used("ICESTORM_LC:    5573/   5280   105%").unwrap();
        assert_eq!((cell, entry.used, entry.available), ("ICESTORM_LC", 5573, 5280));
        assert!(used("carry LUTs: many/83640 3%").is_none());
        assert!(used("at iteration #1, type ALL: wirelen solved = 3963").is_none());
    }
}
