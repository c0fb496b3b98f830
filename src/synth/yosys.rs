//! yosys: from Verilog to a netlist of the device's cells.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::cells::{Cells, Cost};
use super::{Module, Phase};
use crate::board::Board;
use crate::error::{Artefact, Error, Kind, Place, Result};
use crate::fpga::Family;
use crate::output::write_file;
use crate::tool::{self, Arguments};

/// Netlist for nextpnr.
pub(super) const NETLIST: &str = "netlist.json";
const STATISTICS: &str = "cells.json";
/// The script that makes the netlist.
pub(super) const SCRIPT: &str = "synthesis.ys";
const MODULES_SCRIPT: &str = "modules.ys";

/// The text of [`SCRIPT`].
pub(super) fn script(board: &Board, top: &str, files: &[String]) -> String {
    // The other families' commands flatten by themselves.
    let flatten = if matches!(board.family, Family::Series7 | Family::UltrascalePlus) { " -flatten" } else { "" };
    let synthesis = format!("{}{flatten} -top {top}\ncheck -assert\nwrite_json {NETLIST}\n", command(board));
    around(board, top, files, &synthesis)
}

/// Synthesis for the family and the resources of its device.
///
/// The eight flip-flops of an iCE40 tile share their enable and reset: an enable for a few flip-flops costs a tile that others cannot
/// use, so it becomes part of their LUTs. A core with its link has some 280 such sets, a third of them for a single flip-flop.
fn command(board: &Board) -> &'static str {
    match board.family {
        Family::Ecp5 => "synth_ecp5",
        // Only the UltraPlus has multipliers; its delays differ from those of the others.
        Family::Ice40 if board.device.dsps > 0 => "synth_ice40 -device u -dsp -dffe_min_ce_use 5",
        Family::Ice40 => "synth_ice40 -device hx -dffe_min_ce_use 5",
        // xc7 is the default family: Artix-7 and Zynq-7000.
        Family::Series7 => "synth_xilinx",
        Family::UltrascalePlus => "synth_xilinx -family xcup",
    }
}

/// Reads the files before the synthesis and counts cells after it.
fn around(board: &Board, top: &str, files: &[String], synthesis: &str) -> String {
    // A memory meant for LUTs goes anywhere on a family whose LUTs cannot be memories.
    let memories = match board.family {
        Family::Ice40 => format!("hierarchy -top {top}\nsetattr -unset ram_style a:ram_style=distributed\n"),
        Family::Ecp5 | Family::Series7 | Family::UltrascalePlus => String::new(),
    };
    let files = files.join(" ");
    format!("read_verilog -noautowire {files}\n{memories}{synthesis}tee -q -o {STATISTICS} stat -json\n")
}

/// yosys and its sources, in one folder.
pub(super) struct Yosys<'a> {
    pub program: PathBuf,
    pub folder: &'a Path,
    pub board: &'a Board,
    pub top: &'a str,
}

impl Yosys<'_> {
    /// What it says about its version.
    pub fn version(&self) -> String {
        tool::version(&self.program, tool::Version::Word("-V"))
    }

    /// Runs [`SCRIPT`], which writes the netlist, and returns its cells.
    ///
    /// # Errors
    /// [`Kind::ToolFailed`] with what yosys objects to, [`Kind::ToolOutput`].
    pub fn netlist(&self, watch: &mut dyn FnMut(Phase, &str)) -> Result<Cells> {
        self.run(SCRIPT, Phase::Synthesis, watch)?;
        self.statistics()?.remove(self.top).ok_or_else(|| self.unreadable())
    }

    /// Cells of the modules as they are, each synthesised by itself: the cost of a module before neighbours are merged. Sorted by the
    /// cells of all instances of a module.
    ///
    /// # Errors
    /// As [`netlist`](Self::netlist).
    pub fn modules(&self, files: &[String], watch: &mut dyn FnMut(Phase, &str)) -> Result<Vec<Module>> {
        let separate = if matches!(self.board.family, Family::Ecp5 | Family::Ice40) { " -noflatten" } else { "" };
        let synthesis = format!("{}{separate} -top {}\n", command(self.board), self.top);
        write_file(&self.folder.join(MODULES_SCRIPT), around(self.board, self.top, files, &synthesis))?;
        self.run(MODULES_SCRIPT, Phase::Modules, watch)?;
        let modules = self.statistics()?;
        let mut instances = BTreeMap::new();
        count(self.top, 1, &modules, &mut instances);
        let mut kinds: BTreeMap<&str, Module> = BTreeMap::new();
        for (name, number) in instances {
            let kind = kind(name);
            let module =
                kinds.entry(kind).or_insert_with(|| Module { name: kind.into(), instances: 0, cost: Cost::default() });
            module.instances += number;
            module.cost.add(modules[name].cost(self.board.family), number);
        }
        let mut kinds: Vec<_> = kinds.into_values().collect();
        kinds.sort_by(|a, b| b.cost.luts.cmp(&a.cost.luts).then_with(|| a.name.cmp(&b.name)));
        Ok(kinds)
    }

    fn run(&self, script: &str, phase: Phase, watch: &mut dyn FnMut(Phase, &str)) -> Result<()> {
        // A pass announces itself as "3.14.1. Executing …".
        let mut passes = |line: &str| {
            if let Some((number, pass)) = line.split_once(". Executing ")
                && number.starts_with(|c: char| c.is_ascii_digit())
            {
                watch(phase, pass.trim_end_matches('.'));
            }
        };
        let log = script.replace(".ys", ".log");
        tool::run_logged(
            "yosys",
            &self.program,
            &Arguments::default().words(["-s", script]),
            self.folder,
            &log,
            &mut passes,
        )
    }

    /// Cells of each module by the module's name.
    fn statistics(&self) -> Result<BTreeMap<String, Cells>> {
        let path = self.folder.join(STATISTICS);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Kind::Unreadable { wanted: Artefact::ToolReport, error }.at(&path))?;
        // For several modules yosys 0.23 writes invalid JSON, but only after their entries.
        let entries = text.split_once("\"modules\":").map(|(_, rest)| serde_json::Deserializer::from_str(rest));
        let entries = entries.and_then(|entries| entries.into_iter::<BTreeMap<String, Entry>>().next());
        let entries = entries.and_then(Result::ok).ok_or_else(|| self.unreadable())?;
        let cells = entries
            .into_iter()
            .map(|(name, entry)| (name.trim_start_matches('\\').to_string(), Cells(entry.num_cells_by_type)));
        Ok(cells.collect())
    }

    fn unreadable(&self) -> Error {
        let problem = format!("the statistics of {} cannot be read", self.version());
        Kind::ToolOutput { problem, known: "yosys 0.23 to 0.70 are known to work" }.at(Place::tool("yosys"))
    }
}

/// What yosys writes about a module.
#[derive(Deserialize)]
struct Entry {
    num_cells_by_type: BTreeMap<String, u64>,
}

/// Adds `number` instances of a module and of all below it.
fn count<'a>(name: &str, number: u64, modules: &'a BTreeMap<String, Cells>, instances: &mut BTreeMap<&'a str, u64>) {
    let Some((name, cells)) = modules.get_key_value(name) else { return };
    *instances.entry(name).or_insert(0) += number;
    for (cell, times) in &cells.0 {
        count(cell, number * times, modules, instances);
    }
}

/// The module of the sources for the name that yosys gives to a module with parameters:
/// `$paramod\name\PARAMETER=…` or `$paramod$hash\name`.
fn kind(name: &str) -> &str {
    match name.strip_prefix("$paramod") {
        Some(rest) => rest.split('\\').nth(1).unwrap_or(name),
        None => name,
    }
}
