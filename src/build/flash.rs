//! A bitstream's way onto its board, by openFPGALoader.

use std::path::Path;

use serde::Deserialize;

use super::REPORT;
use crate::error::{Artefact, Kind, Result};
use crate::identifier::{is_file_name, printable};
use crate::input;
use crate::synth::load_arguments;
use crate::tool::{self, Finder};

/// The part of the report that is read.
#[derive(Deserialize)]
struct Flashable {
    board: String,
    bitstream: Option<String>,
    programmer: Option<String>,
}

/// Loads the bitstream of the folder `built` into its board; with `permanent`, into the memory from which the board starts.
///
/// # Errors
/// [`Kind::NoBitstream`], [`Kind::NotLoadable`] for a board that openFPGALoader does not know, [`Kind::ToolMissing`] or
/// [`Kind::ToolFailed`], as when there is no board.
pub fn flash(built: &Path, permanent: bool) -> Result<()> {
    let path = built.join(REPORT);
    let text =
        input::read_text(&path).map_err(|error| Kind::Unreadable { wanted: Artefact::Build, error }.at(&path))?;
    let report: Flashable =
        serde_json::from_str(&text).map_err(|error| Kind::malformed(Artefact::Build, error).at(&path))?;
    let bitstream = report.bitstream.ok_or_else(|| Kind::NoBitstream.at(&path))?;
    if !is_file_name(&bitstream) {
        return Err(Kind::BadName { name: printable(&bitstream), wanted: Artefact::Build }.at(&path));
    }
    let programmer = report.programmer.ok_or_else(|| Kind::NotLoadable { board: report.board.clone() }.at(&path))?;
    let program = Finder::default().require("openFPGALoader")?;
    tool::run("openFPGALoader", &program, &load_arguments(&programmer, &bitstream, permanent), built)
}
