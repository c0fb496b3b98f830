//! What an earlier synthesis or build of a core found out, read back from its folder.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Artefact, Kind, Result};
use crate::input;
use crate::rtl::files_of;
use crate::synth::{self, Implementation, SOURCES};

/// An implementation of a core.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// What the tools said.
    pub implementation: Implementation,
    /// Whether it has a board's whole design, with clock, registers and link, and not the core alone.
    pub whole_board: bool,
}

/// The part of `build.json` that is needed.
#[derive(Deserialize)]
struct Report {
    implementation: Option<Implementation>,
}

impl Made {
    /// Reads what [`synth::run`] or [`super::run`] wrote to `folder`, which must be of the core in the folder `rtl`: of the same
    /// Verilog and memories, byte by byte.
    ///
    /// # Errors
    /// [`Kind::Unreadable`] for a folder without a report, [`Kind::Malformed`] for one that cannot be understood or in which no tool ran,
    /// [`Kind::OtherDesign`] for an implementation of another core.
    pub fn read(folder: &Path, rtl: &Path) -> Result<Made> {
        let whole_board = folder.join(super::REPORT).exists();
        let path = folder.join(if whole_board { super::REPORT } else { synth::REPORT });
        let wanted = Artefact::Implementation;
        let text = input::read_text(&path).map_err(|error| Kind::Unreadable { wanted, error }.at(&path))?;
        let malformed = |problem: String| Kind::malformed(wanted, problem).at(&path);
        let report = if whole_board {
            serde_json::from_str(&text).map(|report: Report| report.implementation)
        } else {
            serde_json::from_str(&text).map(Some)
        };
        let implementation = report.map_err(|error| malformed(error.to_string()))?;
        let implementation = implementation.ok_or_else(|| malformed("no tool that it knows has run".into()))?;
        let mut clocks = implementation.timing.iter().flat_map(|timing| [timing.achieved_mhz, timing.wanted_mhz]);
        if clocks.any(|mhz| mhz <= 0.0) {
            return Err(malformed("a clock is not a positive number of MHz".into()));
        }
        same_core(&folder.join(SOURCES), rtl, folder)?;
        Ok(Made { implementation, whole_board })
    }
}

/// Refuses copies of another core's files than those in `rtl`.
fn same_core(copies: &Path, rtl: &Path, folder: &Path) -> Result<()> {
    let (copies, own) = (contents(copies)?, contents(rtl)?);
    let differs = copies.keys().chain(own.keys()).find(|name| copies.get(*name) != own.get(*name));
    let Some(name) = differs else { return Ok(()) };
    let problem = format!("it is not of the core in {}: {} differs", rtl.display(), name.display());
    let advice = "synthesise or build that core again, or give the core that this is of";
    Err(Kind::OtherDesign { problem }.at(folder).advise(advice))
}

/// The files that the tools get, by name.
fn contents(folder: &Path) -> Result<BTreeMap<OsString, Vec<u8>>> {
    let read = |path: &PathBuf| {
        input::read(path, input::MOST_BYTES)
            .map(|bytes| (path.file_name().unwrap_or_default().to_owned(), bytes))
            .map_err(|error| Kind::Unreadable { wanted: Artefact::CoreFile, error }.at(path))
    };
    files_of(folder, &[".v", ".mem"])?.iter().map(read).collect()
}
