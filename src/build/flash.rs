//! A bitstream's way onto its board, by openFPGALoader.

use std::path::Path;

use serde::Deserialize;

use super::REPORT;
use crate::identifier::{is_file_name, printable};
use crate::{Error, Result, doctor, input, tool};

/// What is read of the report; it has more.
#[derive(Deserialize)]
struct Built {
    board: String,
    bitstream: Option<String>,
    programmer: Option<String>,
}

/// Loads the bitstream of the folder `built` into its board; with `permanent`, into the memory from which the board starts.
///
/// # Errors
/// [`Error::File`] for a folder without a bitstream or a board that openFPGALoader does not know, [`Error::Tool`] if that is
/// missing or fails, as when there is no board.
pub fn flash(built: &Path, permanent: bool) -> Result<()> {
    let path = built.join(REPORT);
    let advice = "give a folder that `volley build` wrote";
    let text = input::read_text(&path).map_err(|source| Error::io(&path, source, advice))?;
    let report: Built = serde_json::from_str(&text).map_err(|error| Error::file(&path, error.to_string(), advice))?;
    let Some(bitstream) = report.bitstream else {
        let advice = "look at what `volley build` said of it; where it ran no tool, run it without --no-run";
        return Err(Error::file(&path, "there is no bitstream", advice));
    };
    if !is_file_name(&bitstream) {
        let problem = format!("'{}' is no name that Volley gives a bitstream", printable(&bitstream));
        return Err(Error::file(&path, problem, advice));
    }
    let Some(programmer) = report.programmer else {
        let problem = format!("openFPGALoader does not know the board {}", report.board);
        return Err(Error::file(&path, problem, "load the bitstream with its vendor's tool"));
    };
    let program = doctor::locate("openFPGALoader", &tool::folders(None))?;
    let mut args = vec!["--board", &programmer];
    if permanent {
        args.push("--write-flash");
    }
    args.push(&bitstream);
    tool::run("openFPGALoader", &program, &args, built)
}
