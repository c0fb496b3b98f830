//! The top module around a core. The core has more ports than a package has pins, so they are led through shift registers to two pins,
//! and the board's oscillator becomes its clock.

use crate::board::Board;
use crate::board::constraints::{self, OSCILLATOR, SERIAL_IN, SERIAL_OUT};
use crate::error::{Kind, Place, Result};
use crate::header;
use crate::rtl::netlist::{self, Direction, Item, Module, Parameter, Port, Wire};

/// Modules around the core, (file name, text).
const LIBRARY: [(&str, &str); 2] = header::library!["volley_serial_source", "volley_serial_sink"];

/// The files around the core `core` whose Verilog is `text`, except its clock; the first holds the module named `top`.
///
/// # Errors
/// [`Kind::BadModule`] naming the core's port that cannot lead to a pin.
pub(super) fn files(top: &str, core: &str, text: &str) -> Result<Vec<(String, String)>> {
    let wrapper = header::of_core("//", core) + &netlist::print(&module(top, core, &ports(core, text)?)?)?;
    let mut files = vec![(format!("{top}.v"), wrapper)];
    files.extend(LIBRARY.map(|(name, text)| (name.to_string(), text.to_string())));
    Ok(files)
}

/// Pins and the oscillator's frequency, in the words of the family's tool.
///
/// # Errors
/// None for a board that [`Board::find`] has read.
pub(super) fn constraints(board: &Board) -> Result<String> {
    let own = |port: &str| [OSCILLATOR, SERIAL_IN, SERIAL_OUT].contains(&port);
    let ports: Vec<_> = board.ports().into_iter().filter(|(port, _)| own(port)).collect();
    constraints::write(board, &ports)
}

/// A port of the core.
struct CorePort {
    name: String,
    input: bool,
    width: u32,
}

/// The ports of a module with one port a line: `input wire [7:0] name,`. Its parameters, if it has any, come first.
fn ports(core: &str, text: &str) -> Result<Vec<CorePort>> {
    let start = format!("module {core}");
    let head = text.lines().skip_while(|line| !line.trim_start().starts_with(&start));
    // The list of ports opens at the end of `module core (`, or of `) (` after the parameters.
    let head = head.skip_while(|line| line.ends_with("#(") || !line.ends_with('(')).skip(1);
    let mut ports = Vec::new();
    for line in head.take_while(|line| !line.trim_start().starts_with(");")) {
        let words: Vec<_> =
            line.split("//").next().unwrap_or_default().split([' ', ',']).filter(|w| !w.is_empty()).collect();
        let port = match words[..] {
            [] => continue,
            [direction, "wire", range, name] => {
                let bound = range.strip_prefix('[').and_then(|range| range.strip_suffix(":0]"));
                bound.and_then(|bound| bound.parse::<u32>().ok()).map(|bound| (direction, bound + 1, name))
            }
            [direction, "wire", name] => Some((direction, 1, name)),
            _ => None,
        };
        match port {
            Some((direction @ ("input" | "output"), width, name)) => {
                ports.push(CorePort { name: name.into(), input: direction == "input", width });
            }
            _ => {
                let problem = format!("the line '{}' is not a port that can be connected to a pin", line.trim());
                let advice = "declare it as `input wire [7:0] name,` with a number";
                return Err(Kind::BadModule { problem, advice }.at(Place::module(core)));
            }
        }
    }
    for needed in ["clk", "rst"] {
        if !ports.iter().any(|port| port.name == needed && port.input && port.width == 1) {
            let problem = format!("it has no input '{needed}'");
            return Err(Kind::BadModule { problem, advice: "generate the folder again" }.at(Place::module(core)));
        }
    }
    Ok(ports)
}

fn module(top: &str, core: &str, ports: &[CorePort]) -> Result<Module> {
    let width = |input: bool| -> u32 {
        ports.iter().filter(|port| port.input == input && port.name != "clk").map(|port| port.width).sum()
    };
    // The shift registers have at least two bits.
    let (inputs, outputs) = (width(true).max(2), width(false).max(2));
    let (mut next_input, mut next_output) = (0, 0);
    let connections = ports.iter().map(|port| {
        let next = if port.input { &mut next_input } else { &mut next_output };
        let from = *next;
        let bits = |vector: &str| match port.width {
            1 => format!("{vector}[{from}]"),
            width => format!("{vector}[{}:{from}]", from + width - 1),
        };
        let signal = match port.name.as_str() {
            "clk" => return ("clk".to_string(), "clk".to_string()),
            "rst" => format!("clock_rst || {}", bits("inputs")),
            _ if port.input => bits("inputs"),
            _ => bits("outputs"),
        };
        *next += port.width;
        (port.name.clone(), signal)
    });
    let connections = connections.collect();
    let mut body = Vec::new();
    if next_output < outputs {
        body.push(Item::Assign {
            target: format!("outputs[{}:{next_output}]", outputs - 1),
            expression: format!("{}'d0", outputs - next_output),
        });
    }
    let instance = |module: &str, name: &str, bits: Option<u32>, connections: &[(&str, &str)]| Item::Instance {
        module: module.into(),
        name: name.into(),
        parameters: bits.map(|bits| ("BITS".into(), Parameter::Int(bits.into()))).into_iter().collect(),
        connections: connections.iter().map(|(port, signal)| (port.to_string(), signal.to_string())).collect(),
    };
    body.extend([
        instance(
            "volley_core_clock",
            "clock",
            None,
            &[("oscillator", OSCILLATOR), ("clk", "clk"), ("rst", "clock_rst")],
        ),
        instance(
            "volley_serial_source",
            "source",
            Some(inputs),
            &[("clk", "clk"), ("pin", SERIAL_IN), ("signals", "inputs")],
        ),
        Item::Instance { module: core.into(), name: "core".into(), parameters: vec![], connections },
        instance(
            "volley_serial_sink",
            "sink",
            Some(outputs),
            &[("clk", "clk"), ("signals", "outputs"), ("pin", SERIAL_OUT)],
        ),
    ]);
    let pin = |name: &str, direction, comment: &str| Port {
        name: name.into(),
        direction,
        width: 1,
        signed: false,
        comment: comment.into(),
    };
    Ok(Module {
        name: top.into(),
        comment: format!(
            "{top}: {core} between two shift registers, for place and route by itself.\n\
             Every input of the core comes from a register and every output ends in one, so the clock that is reached\n\
             is the core's own. What runs over the pins is not meant to be understood."
        ),
        ports: vec![
            pin(OSCILLATOR, Direction::Input, "of the board"),
            pin(SERIAL_IN, Direction::Input, "fills the core's inputs, bit by bit"),
            pin(SERIAL_OUT, Direction::Output, "a signature of the core's outputs"),
        ],
        wires: vec![
            Wire::new("clk", 1),
            Wire::new("clock_rst", 1),
            Wire::new("inputs", inputs),
            Wire::new("outputs", outputs),
        ],
        body,
        ..Module::default()
    })
}
