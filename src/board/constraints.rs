//! Constraint files: ports, their pins, I/O standards and the oscillator's frequency, in the words of the tool.
//!
//! rust-hdl 0.46 has types for constraints (`rust_hdl::core::prelude::PinConstraint`) but no writer of PCF, LPF or XDC, so
//! here are three.

use super::{Board, IoStandard, Pin, Pull};
use crate::error::{Kind, Place, Result};
use crate::fpga::Family;
use crate::header;

/// Port of a top module: the board's oscillator.
pub const OSCILLATOR: &str = "oscillator";
/// Port of a top module: a push button.
pub const RESET_BUTTON: &str = "reset_button";
/// Port of a top module: data from the host.
pub const SERIAL_IN: &str = "serial_in";
/// Port of a top module: data to the host.
pub const SERIAL_OUT: &str = "serial_out";

/// The bank of a 7-series FPGA that holds the pins of its configuration.
pub(super) const CONFIGURATION_BANK: &str = "0";

/// The ending of a constraint file's name.
pub fn extension(family: Family) -> &'static str {
    match family {
        Family::Ice40 => "pcf",
        Family::Ecp5 => "lpf",
        Family::Series7 | Family::UltrascalePlus => "xdc",
    }
}

/// The constraint file that puts each port of `ports` (port of the top module, name in [`Board::pins`]) at its pin.
///
/// # Errors
/// [`Kind::NoPin`] for a name that is not among the board's pins.
pub fn write(board: &Board, ports: &[(String, String)]) -> Result<String> {
    let mut text = format!("# {} ({}), {}\n", board.title, board.name, board.part);
    text.extend(board.source.trim().lines().map(|line| format!("# {line}\n")));
    for (port, name) in ports {
        let pin = board.pins.get(name).ok_or_else(|| {
            Kind::NoPin { pin: name.clone(), port: port.clone() }.at(Place::Board(board.name.clone()))
        })?;
        text += &place(board, port, pin);
        if let Some(clock) = board.clock.as_ref().filter(|clock| clock.pin == *name) {
            text += &frequency(board.family, port, clock.mhz);
        }
    }
    if matches!(board.family, Family::Series7 | Family::UltrascalePlus) {
        text.extend(ports.iter().map(|(port, _)| false_path(port)));
        text += &configuration(board);
    }
    Ok(header::ascii(&text))
}

/// Where a port is.
fn place(board: &Board, port: &str, pin: &Pin) -> String {
    let site = &pin.site;
    // Validation has found every pin's bank.
    let standard = board.banks.get(&pin.bank).map(ToString::to_string).unwrap_or_default();
    match board.family {
        // An iCE40's inputs and outputs follow the supply of their bank; there is nothing to say.
        Family::Ice40 => {
            let pull = if pin.pull.is_some() { "-pullup yes " } else { "" };
            format!("set_io {pull}{port} {site}\n")
        }
        Family::Ecp5 => {
            let pull = match pin.pull {
                None => "NONE",
                Some(Pull::Up) => "UP",
                Some(Pull::Down) => "DOWN",
            };
            format!(
                "LOCATE COMP \"{port}\" SITE \"{site}\";\nIOBUF PORT \"{port}\" IO_TYPE={standard} PULLMODE={pull};\n"
            )
        }
        Family::Series7 | Family::UltrascalePlus => {
            let pull = match pin.pull {
                None => "",
                Some(Pull::Up) => " PULLTYPE PULLUP",
                Some(Pull::Down) => " PULLTYPE PULLDOWN",
            };
            format!(
                "set_property -dict {{ PACKAGE_PIN {site} IOSTANDARD {standard}{pull} }} [get_ports {{ {port} }}]\n"
            )
        }
    }
}

/// A button, a LED and the serial line have no clock: whatever enters is synchronised, and nothing outside times what leaves.
///
/// The constraint files of nextpnr need no such line: it times no path from or to a pin that has no clock.
fn false_path(port: &str) -> String {
    let end = match port {
        RESET_BUTTON | SERIAL_IN => "from",
        SERIAL_OUT => "to",
        led if led.starts_with("led[") => "to",
        _ => return String::new(),
    };
    format!("set_false_path -{end} [get_ports {{ {port} }}]\n")
}

/// The supply of a 7-series FPGA's configuration pins, where the board says it. UltraScale+ FPGAs have no such choice, and the
/// processor of a Zynq configures its own.
fn configuration(board: &Board) -> String {
    let bank = board.banks.get(CONFIGURATION_BANK).filter(|_| board.family == Family::Series7);
    bank.map_or_else(String::new, |standard| {
        let (select, volts) = match standard {
            IoStandard::Lvcmos33 | IoStandard::Lvttl => ("VCCO", "3.3"),
            IoStandard::Lvcmos25 => ("VCCO", "2.5"),
            IoStandard::Lvcmos18 => ("GND", "1.8"),
            // Validation has refused 1.2 V.
            IoStandard::Lvcmos15 | IoStandard::Lvcmos12 => ("GND", "1.5"),
        };
        format!("set_property CFGBVS {select} [current_design]\nset_property CONFIG_VOLTAGE {volts} [current_design]\n")
    })
}

fn frequency(family: Family, port: &str, mhz: f64) -> String {
    match family {
        Family::Ice40 => format!("set_frequency {port} {mhz}\n"),
        Family::Ecp5 => format!("FREQUENCY PORT \"{port}\" {mhz} MHZ;\n"),
        Family::Series7 | Family::UltrascalePlus => {
            format!("create_clock -name {port} -period {:.3} [get_ports {{ {port} }}]\n", 1000.0 / mhz)
        }
    }
}
