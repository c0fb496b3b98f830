//! Boards as data: what the FPGA on a board holds, and whether what a core is expected to cost fits into it.

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use crate::schedule::Family;
use crate::schedule::resources::Resources;
use crate::{Error, Result};

/// Where the FPGA is joined to its board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pins {
    /// The oscillator.
    pub clock: String,
    /// Data from the host.
    pub serial_in: String,
    /// Data to the host.
    pub serial_out: String,
}

/// A board; `constraints/README.md` explains the keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    pub name: String,
    pub part: String,
    pub family: Family,
    pub luts: u64,
    pub flip_flops: u64,
    pub dsps: u64,
    pub block_rams: u64,
    /// Bits of one block RAM.
    pub block_ram_bits: u64,
    /// Bits of its widest word.
    pub block_ram_width: u64,
    /// Memories of `lut_ram_rows` words of `lut_ram_width` bits that LUTs can become; 0 where they cannot.
    pub lut_rams: u64,
    pub lut_ram_rows: u64,
    pub lut_ram_width: u64,
    /// The oscillator.
    pub clock_mhz: f64,
    /// The clock that a core gets unless the user asks for another.
    pub core_mhz: f64,
    /// Flags that tell nextpnr the device, package and speed grade.
    pub nextpnr: Vec<String>,
    pub source: String,
    pub pins: Pins,
}

/// The boards that Volley knows, (file name, text).
const KNOWN: &[(&str, &str)] = &[
    ("arty-a7-100t.toml", include_str!("../../constraints/arty-a7-100t.toml")),
    ("icebreaker.toml", include_str!("../../constraints/icebreaker.toml")),
    ("ulx3s-85f.toml", include_str!("../../constraints/ulx3s-85f.toml")),
];

impl Board {
    /// Finds a known board by its name, or reads a TOML file.
    ///
    /// # Errors
    /// [`Error::Setting`] for an unknown name, [`Error::Io`] and [`Error::File`] for an unusable file.
    pub fn find(name: &str) -> Result<Board> {
        if let Some((file, text)) = KNOWN.iter().find(|(file, _)| file.strip_suffix(".toml") == Some(name)) {
            return Board::parse(text, Path::new(file));
        }
        let path = Path::new(name);
        if path.extension().is_none_or(|extension| extension != "toml") {
            let known: Vec<_> = KNOWN.iter().filter_map(|(file, _)| file.strip_suffix(".toml")).collect();
            return Err(Error::setting(
                "--board",
                format!("there is no board '{name}'"),
                format!("choose {}, or give the path of a board's TOML", known.join(", ")),
            ));
        }
        let advice = "give the path of a board's TOML, as constraints/README.md describes it";
        let text = std::fs::read_to_string(path).map_err(|source| Error::io(path, source, advice))?;
        Board::parse(&text, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Board> {
        let advice = "write it as constraints/README.md describes";
        let board: Board =
            toml::from_str(text).map_err(|error| Error::file(path, error.to_string().trim_end(), advice))?;
        if board.block_ram_width == 0 || board.block_ram_bits < board.block_ram_width {
            return Err(Error::file(path, "block_ram_bits holds no word of block_ram_width", advice));
        }
        if !(1.0..=1000.0).contains(&board.clock_mhz) || !(1.0..=1000.0).contains(&board.core_mhz) {
            return Err(Error::file(path, "clock_mhz and core_mhz are not between 1 and 1000", advice));
        }
        Ok(board)
    }

    /// What the device has.
    pub fn resources(&self) -> Resources {
        Resources {
            luts: self.luts as f64,
            flip_flops: self.flip_flops as f64,
            multipliers: self.dsps as f64,
            block_rams: self.block_rams as f64,
        }
    }

    /// What of it may be used if a share of `margin`, 0 to 1, of each resource is to stay free; whole numbers.
    pub fn usable(&self, margin: f64) -> Resources {
        let all = self.resources();
        let part = |all: f64| (all * (1.0 - margin)).floor();
        Resources {
            luts: part(all.luts),
            flip_flops: part(all.flip_flops),
            multipliers: part(all.multipliers),
            block_rams: part(all.block_rams),
        }
    }

    /// Refuses a core that cannot fit: `need` is what it is expected to cost.
    ///
    /// # Errors
    /// [`Error::Setting`] naming the resource, what is needed and what is there.
    pub fn check(&self, need: Resources) -> Result<()> {
        let there = self.resources();
        for (what, needed, there, advice) in [
            ("LUTs", need.luts, there.luts, "use fewer lanes, or let `volley plan` choose them"),
            ("flip-flops", need.flip_flops, there.flip_flops, "use fewer lanes, or let `volley plan` choose them"),
            (
                "block RAMs",
                need.block_rams,
                there.block_rams,
                "use fewer --weight-bits, let `volley plan` move memories into LUTs, or take a larger board",
            ),
            (
                "multipliers",
                need.multipliers,
                there.multipliers,
                "give the first layer fewer --lanes, or let `volley plan` choose",
            ),
        ] {
            if needed > there {
                let problem =
                    format!("the core needs about {needed:.0} {what}, the {} of {} has {there}", self.part, self.name);
                return Err(Error::setting("--board", problem, advice));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_board_can_be_read() {
        for (file, _) in KNOWN {
            let name = file.strip_suffix(".toml").unwrap();
            assert_eq!(Board::find(name).unwrap().name, name);
        }
        let error = Board::find("nexus").unwrap_err().to_string();
        insta::assert_snapshot!(error, @"--board: there is no board 'nexus'; choose arty-a7-100t, icebreaker, ulx3s-85f, or give the path of a board's TOML");
    }
}
