//! The module `volley_core_clock`, by which a core gets its clock from a board's oscillator.

use super::Board;
use super::pll::{self, Pll};
use crate::fpga::Family;
use crate::rtl::netlist::{self, Item, Module, Parameter, Port};
use crate::{Result, header};

/// (file name, text): the portable form first.
const FILES: [(&str, &str); 4] =
    header::library!["volley_core_clock", "volley_ecp5_clock", "volley_ice40_clock", "volley_mmcm_clock"];
/// The portable form of the module `volley_core_clock`: the oscillator itself.
pub const PORTABLE: (&str, &str) = FILES[0];

/// A core's clock on a board.
#[derive(Debug, Clone, PartialEq)]
pub struct CoreClock {
    /// The clock that results, in MHz: within one percent of what was asked for.
    pub mhz: f64,
    /// (file name, Verilog) of the module `volley_core_clock` (ports `oscillator`, `clk`, `rst`) and of the modules below it.
    pub files: Vec<(String, String)>,
}

/// The clock of `wanted` MHz on a board: by a PLL, or the oscillator itself where that has the frequency. Where the board has no
/// oscillator, the clock is what drives the port `oscillator`.
///
/// # Errors
/// [`ClockOutOfReach`](crate::error::Kind::ClockOutOfReach) if the PLL comes no nearer than one percent.
pub fn core_clock(board: &Board, wanted: f64) -> Result<CoreClock> {
    let plain = |mhz| CoreClock { mhz, files: vec![(PORTABLE.0.into(), PORTABLE.1.into())] };
    let Some(clock) = &board.clock else { return Ok(plain(wanted)) };
    let Some(pll) = pll::find(board.family, clock.mhz, wanted)? else { return Ok(plain(clock.mhz)) };
    let (file, text) = match board.family {
        Family::Ecp5 => FILES[1],
        Family::Ice40 => FILES[2],
        Family::Series7 | Family::UltrascalePlus => FILES[3],
    };
    let mut parameters = dividers(&pll);
    match board.family {
        Family::Ecp5 => {}
        Family::Ice40 => {
            parameters.push(("FILTER_RANGE", pll.filter_range));
            parameters.push(("PAD", clock.pll_pad.into()));
        }
        Family::Series7 | Family::UltrascalePlus => {
            parameters.push(("PERIOD_PS", (1e6 / clock.mhz).round() as u32));
        }
    }
    let head = header::generated("//", &format!("board '{}'", board.name));
    let module = head + &netlist::print(&module(file.trim_end_matches(".v"), pll.mhz, parameters))?;
    Ok(CoreClock { mhz: pll.mhz, files: vec![(file.into(), text.into()), (PORTABLE.0.into(), module)] })
}

fn dividers(pll: &Pll) -> Vec<(&'static str, u32)> {
    vec![("REFERENCE_DIV", pll.reference_div), ("FEEDBACK_DIV", pll.feedback_div), ("OUTPUT_DIV", pll.output_div)]
}

/// `volley_core_clock` around one of the modules that hold a PLL.
fn module(kind: &str, mhz: f64, parameters: Vec<(&'static str, u32)>) -> Module {
    let ports = ["oscillator", "clk", "rst"];
    Module {
        name: "volley_core_clock".into(),
        comment: format!("volley_core_clock: {mhz} MHz from the board's oscillator."),
        ports: vec![
            Port::input(ports[0], 1, ""),
            Port::output(ports[1], 1, ""),
            Port::output(ports[2], 1, "high until the clock can be used; synchronous to it"),
        ],
        body: vec![Item::Instance {
            module: kind.into(),
            name: "pll_clock".into(),
            parameters: parameters
                .into_iter()
                .map(|(name, value)| (name.to_string(), Parameter::Int(value.into())))
                .collect(),
            connections: ports.iter().map(|port| (port.to_string(), port.to_string())).collect(),
        }],
        ..Module::default()
    }
}
