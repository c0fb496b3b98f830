//! Scripts for Vivado: a bitstream for a board with a serial line, an IP-XACT component, a block design for a Zynq.
//!
//! Each is a preamble of `set` commands, which holds all that differs from design to design, and a body in `vivado/*.tcl`. They run in
//! the folder of the design's files: `vivado -mode batch -source project.tcl`.

use std::fmt::Write as _;

use crate::board::Board;
use crate::error::{Kind, Place, Result};
use crate::fpga::Family;
use crate::header;
use crate::top::registers::{Access, REGISTERS};

/// A design as Vivado gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// The top module; `NAME.bit` and the reports are named after it.
    pub top: String,
    /// Files of Verilog, relative to the folder of the scripts.
    pub verilog: Vec<String>,
    /// Files that `$readmemh` reads.
    pub memories: Vec<String>,
}

/// The part of a board as Vivado names it.
///
/// # Errors
/// [`Kind::NotAXilinxPart`] if the ordering code is not one of a 7-series or UltraScale+ device.
pub fn part(board: &Board) -> Result<String> {
    let code = &board.part;
    let name = code.split_once('-').and_then(|(device, rest)| match board.family {
        Family::Series7 => Some(format!("{}-{rest}", device.to_ascii_lowercase())),
        // XCZU7EV-2FFVC1156E: speed, package, temperature grade.
        Family::UltrascalePlus => {
            let package = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            let speed = &rest[..rest.len() - package.len()];
            let (package, grade) = package.split_at_checked(package.len().checked_sub(1)?)?;
            let name = format!("{device}-{package}-{speed}-{grade}").to_ascii_lowercase();
            (!speed.is_empty() && !package.is_empty()).then_some(name)
        }
        Family::Ecp5 | Family::Ice40 => None,
    });
    name.ok_or_else(|| Kind::NotAXilinxPart { part: code.clone() }.at(Place::Board(board.name.clone())))
}

/// `project.tcl`: from the Verilog of a board's top to `TOP.bit`, which is not written if a path misses its clock.
/// `constraints` is the XDC file, clock included.
///
/// # Errors
/// As [`part`].
pub fn project(sources: &Sources, board: &Board, constraints: &str) -> Result<String> {
    let mut text = preamble(sources, board, &format!("a bitstream of {} for the board {}", sources.top, board.name))?;
    set(&mut text, "constraints", constraints);
    Ok(text + include_str!("vivado/project.tcl"))
}

/// `package_ip.tcl`: an AXI top as a component in the folder `ip/`, with its registers by name.
///
/// # Errors
/// As [`part`].
pub fn package_ip(sources: &Sources, board: &Board, description: &str) -> Result<String> {
    let mut text = preamble(sources, board, &format!("{} as a component for block designs", sources.top))?;
    set(&mut text, "vendor", "volley");
    set(&mut text, "description", description);
    let _ = writeln!(text, "set registers {{");
    for entry in REGISTERS {
        let access = match entry.access {
            Access::Read => "read-only",
            Access::Write => "write-only",
            Access::ReadWrite => "read-write",
        };
        let words = [entry.name, &format!("0x{:02X}", entry.register.address()), access, entry.meaning].map(word);
        let _ = writeln!(text, "    {{{}}}", words.join(" "));
    }
    let _ = writeln!(text, "}}");
    Ok(text + include_str!("vivado/package_ip.tcl"))
}

/// `block_design.tcl`: processing system, DMA and the component of [`package_ip()`] in one bitstream for a board with a Zynq;
/// writes `TOP.bit` and `TOP.hwh`. `mhz` is the accelerator's clock.
///
/// # Errors
/// As [`part`]; [`Kind::NoProcessingSystem`] for a board without one.
pub fn block_design(sources: &Sources, board: &Board, mhz: f64) -> Result<String> {
    let Some(files) = board_files(&board.name) else {
        return Err(Kind::NoProcessingSystem.at(Place::Board(board.name.clone())));
    };
    let processor = match board.family {
        Family::UltrascalePlus => include_str!("vivado/zynq_ultrascale.tcl"),
        Family::Series7 | Family::Ecp5 | Family::Ice40 => include_str!("vivado/zynq.tcl"),
    };
    let mut text = preamble(sources, board, &format!("{} beside the processor of {}", sources.top, board.name))?;
    set(&mut text, "board_part", files);
    set(&mut text, "core_mhz", &mhz.to_string());
    Ok(text + processor + include_str!("vivado/block_design.tcl"))
}

/// The name of a board in the vendors' board files.
fn board_files(board: &str) -> Option<&'static str> {
    match board {
        "pynq-z2" => Some("tul.com.tw:pynq-z2:part0:1.0"),
        "zcu104" => Some("xilinx.com:zcu104:part0:1.1"),
        _ => None,
    }
}

fn preamble(sources: &Sources, board: &Board, what: &str) -> Result<String> {
    let mut text = header::of_core("#", &sources.top);
    text += &header::ascii(&format!("# {what}. Run it in this folder:\n#\n#     vivado -mode batch -source FILE\n\n"));
    set(&mut text, "top", &sources.top);
    set(&mut text, "part", &part(board)?);
    for (name, files) in [("verilog", &sources.verilog), ("memories", &sources.memories)] {
        let _ = writeln!(text, "set {name} {{");
        for file in files {
            let _ = writeln!(text, "    {}", word(file));
        }
        let _ = writeln!(text, "}}");
    }
    Ok(text)
}

fn set(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "set {name} {}", word(value));
}

/// A word of Tcl that means `value` itself, also within a list.
fn word(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,+".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.into();
    }
    // Braces quote everything except braces and backslashes; a backslash quotes anything.
    if !value.contains(['{', '}', '\\', '\n']) {
        return format!("{{{value}}}");
    }
    let mut out = String::new();
    for c in value.chars() {
        match c {
            '\n' => out += "\\n",
            c if plain(c) || !c.is_ascii() => out.push(c),
            c => out.extend(['\\', c]),
        }
    }
    out
}
