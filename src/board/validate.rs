//! What must hold for a board beyond the form of its file.

use std::collections::BTreeMap;

use super::constraints::CONFIGURATION_BANK;
use super::{Board, Flow, HostLink, IoStandard, LEDS, Pull, package};
use crate::error::{Error, Kind, Place, Result};
use crate::fpga::Family;
use crate::identifier::{is_printable, printable};
use crate::tool;

/// The fastest serial line of the host protocol, in baud.
const MOST_BAUD: u32 = 3_000_000;
/// Letters of a name or a code; with a suffix it is still a legal file name.
const LONGEST_WORD: usize = 64;
/// Options of nextpnr, besides the device's, that a board may have.
const NEXTPNR: [&str; 4] = ["package", "speed", "placer", "router"];

/// Why a board cannot be used.
pub(super) fn flaw(key: &str, problem: impl ToString, advice: impl Into<String>) -> Error {
    Kind::BadBoard { problem: problem.to_string(), advice: advice.into() }.at(Place::key(key))
}

/// Looks at everything in the order of the file.
pub(super) fn check(board: &Board) -> Result<()> {
    texts(board)?;
    device(board)?;
    figures(board)?;
    pins(board)?;
    links(board)?;
    roles(board)
}

/// In scripts, constraint files and command lines there are only words; in their comments, only single lines.
fn texts(board: &Board) -> Result<()> {
    let symbol = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let word = |text: &str| !text.starts_with(['-', '.']) && text.chars().all(symbol);
    let programmer = board.programmer.as_ref().map(|programmer| programmer.openfpgaloader.as_str());
    for (key, text, needed) in [
        ("name", &*board.name, true),
        ("part", &board.part, true),
        ("package", &board.package, true),
        ("speed_grade", &board.speed_grade, false),
        ("programmer.openfpgaloader", programmer.unwrap_or("none"), true),
    ] {
        if !word(text) || text.len() > LONGEST_WORD || (needed && text.is_empty()) {
            let advice = format!("write letters, digits, '-', '_' and '.', at most {LONGEST_WORD}");
            return Err(flaw(key, format!("'{}' is not a word", printable(text)), advice));
        }
    }
    // A backslash would continue the comment on the next line.
    let bad = |c: char| c == '\\' || !is_printable(c);
    for (key, text) in [("title", &board.title), ("vendor", &board.vendor)] {
        if text.contains(bad) {
            return Err(flaw(
                key,
                format!("'{}' is not a line of text", printable(text)),
                "write letters and ordinary signs",
            ));
        }
    }
    if let Some(line) = board.source.lines().find(|line| line.contains(bad)) {
        return Err(flaw(
            "source",
            format!("'{}' is not a line of text", printable(line)),
            "write letters and ordinary signs",
        ));
    }
    // nextpnr also runs scripts and writes files if told to.
    let device = |flag: &str| {
        let name = tool::option_name(flag).unwrap_or_default();
        (name.ends_with('k') || name.ends_with("384")) && name.contains(|c: char| c.is_ascii_digit()) && word(name)
    };
    match board.nextpnr.iter().find(|flag| {
        !(word(flag) || tool::option_name(flag).is_some_and(|name| NEXTPNR.contains(&name)) || device(flag))
    }) {
        Some(flag) => Err(flaw(
            "nextpnr",
            format!("'{}' does not choose a device", printable(flag)),
            format!(
                "give the device, such as {}, and {}, each word in quotes of its own",
                tool::option("85k"),
                NEXTPNR.map(tool::option).join(", ")
            ),
        )),
        None => Ok(()),
    }
}

/// How the ordering codes of a family begin, and its flow.
fn family(family: Family) -> (&'static str, &'static [&'static str], Flow) {
    match family {
        Family::Ecp5 => ("ecp5", &["LFE5U"], Flow::Nextpnr),
        Family::Ice40 => ("ice40", &["ICE40"], Flow::Nextpnr),
        Family::Series7 => ("xc7", &["XC7"], Flow::Vivado),
        Family::UltrascalePlus => ("xcup", &["XCZU", "XCKU", "XCVU", "XCAU"], Flow::Vivado),
    }
}

/// Part, family, flow and link fit together.
fn device(board: &Board) -> Result<()> {
    let (name, starts, flow) = family(board.family);
    let part = board.part.to_ascii_uppercase();
    if !starts.iter().any(|start| part.starts_with(start)) {
        let problem = format!("{} is not a part of the family {name}", board.part);
        return Err(flaw("part", problem, format!("fix part or family; parts of it begin with {}", starts.join(", "))));
    }
    if board.flow != flow {
        let problem = format!("{} does not make bitstreams of the family {name}", board.flow);
        return Err(flaw("flow", problem, format!("write flow = \"{flow}\"")));
    }
    if board.nextpnr.is_empty() != (flow == Flow::Vivado) {
        let (problem, advice) = match flow {
            Flow::Nextpnr => ("it is empty", "give the flags for device, package and speed grade"),
            Flow::Vivado => ("the flow is vivado", "leave it empty: nextpnr = []"),
        };
        return Err(flaw("nextpnr", problem, advice));
    }
    if board.host_link == HostLink::Axi && flow == Flow::Nextpnr {
        let problem = format!("parts of the family {name} have no processor");
        return Err(flaw("host_link", problem, "write host_link = \"uart\""));
    }
    Ok(())
}

/// Numbers are in their ranges.
fn figures(board: &Board) -> Result<()> {
    let clock = |key: &str, mhz: f64| {
        let flaw = || flaw(key, format!("it is {mhz}"), "choose 1 to 1000 MHz");
        if (1.0..=1000.0).contains(&mhz) { Ok(()) } else { Err(flaw()) }
    };
    clock("core_mhz", board.core_mhz)?;
    let device = &board.device;
    for (key, value) in [("luts", device.luts), ("flip_flops", device.flip_flops), ("block_rams", device.block_rams)] {
        if value == 0 {
            return Err(flaw(&format!("resources.{key}"), "it is 0", "give the number of the FPGA's data sheet"));
        }
    }
    if device.block_ram_width == 0 || device.block_ram_bits < device.block_ram_width {
        let problem = "it has no space for a word of block_ram_width";
        return Err(flaw("resources.block_ram_bits", problem, "give both as in the FPGA's data sheet"));
    }
    if let Some(oscillator) = &board.clock {
        clock("clock.mhz", oscillator.mhz)?;
        if oscillator.pll_pad && board.family != Family::Ice40 {
            return Err(flaw("clock.pll_pad", "only an iCE40 has such pads", "leave the key out"));
        }
    }
    if let Some(uart) = &board.uart
        && !(1..=MOST_BAUD).contains(&uart.baud)
    {
        return Err(flaw("uart.baud", format!("it is {}", uart.baud), format!("choose 1 to {MOST_BAUD}")));
    }
    Ok(())
}

/// Every net has a bank and its own place in the package.
fn pins(board: &Board) -> Result<()> {
    if board.family == Family::Series7 && board.banks.get(CONFIGURATION_BANK) == Some(&IoStandard::Lvcmos12) {
        let problem = "a 7-series FPGA is not configured at 1.2 V";
        return Err(flaw("banks.0", problem, "give the supply of its configuration pins, or leave the key out"));
    }
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, pin) in &board.pins {
        let key = |part: &str| format!("pins.{name}{part}");
        if !board.banks.contains_key(&pin.bank) {
            let banks: Vec<_> = board.banks.keys().map(String::as_str).collect();
            let problem = format!("there is no bank '{}' in [banks], which has {}", pin.bank, banks.join(", "));
            return Err(flaw(&key(".bank"), problem, "add the bank with its I/O standard, or fix the pin"));
        }
        if let Some(objection) = package::objection(&board.package, &pin.site) {
            let problem = format!("{} is not a pin of the {}: {objection}", pin.site, board.package);
            return Err(flaw(&key(".site"), problem, "look it up in the board's schematic"));
        }
        if board.family == Family::Ice40 && pin.pull == Some(Pull::Down) {
            return Err(flaw(&key(".pull"), "an iCE40 only pulls up", "leave the key out"));
        }
        if let Some(other) = names.insert(&pin.site, name) {
            let problem = format!("{} is also the pin of '{other}'", pin.site);
            return Err(flaw(&key(".site"), problem, "give each pin one name"));
        }
    }
    Ok(())
}

/// What the link to the host needs is there.
fn links(board: &Board) -> Result<()> {
    if board.host_link == HostLink::Uart {
        if board.clock.is_none() {
            let advice = "add the table [clock] with pin and mhz of the oscillator";
            return Err(flaw("clock", "a board with a UART needs an oscillator", advice));
        }
        if board.uart.is_none() {
            let advice = "add the table [uart] with receive, send and baud";
            return Err(flaw("uart", "host_link is \"uart\", but there is none", advice));
        }
    }
    Ok(())
}

/// Every role has its own pin.
fn roles(board: &Board) -> Result<()> {
    let leds = board.leds.iter().flat_map(|leds| &leds.pins);
    if let Some(count) = board.leds.as_ref().map(|leds| leds.pins.len())
        && !(1..=LEDS).contains(&count)
    {
        return Err(flaw(
            "leds.pins",
            format!("it names {count} LEDs"),
            format!("name 1 to {LEDS}, or leave [leds] out"),
        ));
    }
    let roles = (board.clock.iter().map(|clock| ("clock.pin".to_string(), &clock.pin)))
        .chain(board.reset.iter().map(|reset| ("reset.pin".to_string(), &reset.pin)))
        .chain(board.uart.iter().map(|uart| ("uart.receive".to_string(), &uart.receive)))
        .chain(board.uart.iter().map(|uart| ("uart.send".to_string(), &uart.send)))
        .chain(leds.enumerate().map(|(index, pin)| (format!("leds.pins[{index}]"), pin)));
    let mut taken: BTreeMap<&str, String> = BTreeMap::new();
    for (role, pin) in roles {
        if !board.pins.contains_key(pin) {
            let problem = format!("there is no '{pin}' in [pins]");
            return Err(flaw(&role, problem, "add it there with its site and bank, or name another"));
        }
        if let Some(other) = taken.insert(pin, role.clone()) {
            return Err(flaw(&role, format!("'{pin}' is {other} already"), "name another pin"));
        }
    }
    Ok(())
}
