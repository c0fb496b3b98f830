//! The simulated board: the whole top of a board in Verilator, its serial line behind a pseudo-terminal.
//!
//! A program that speaks to the board by a serial port speaks to this one in the same way. The bits on its pins are real; only their
//! rate is [`CLOCKS_PER_BIT`] clocks a bit, so a host need not wait until a slow line is simulated.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::board::{self, Board, HostLink};
use crate::build;
use crate::error::{Artefact, Kind, Place, Result};
use crate::header;
use crate::interrupt::{self, Started};
use crate::rtl;
use crate::rtl::netlist::{self, Item, Module, Parameter, Port, Wire, connect};
use crate::tool::verilator::{Build, Effort};
use crate::tool::{Arguments, Finder};

/// Clocks of a bit on the simulated line, at any rate that a host sets.
pub const CLOCKS_PER_BIT: u32 = 8;

const MAIN_CPP: &str = include_str!("../../sim/board.cpp");
/// The module around the board's top, the same for all boards.
const TOP: &str = "volley_simulated_board";

/// A board that was built, ready to be started.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    /// Where the memories' files are.
    rtl: PathBuf,
}

/// A board that runs; it stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    started: Started,
    /// The pseudo-terminal that a host opens.
    pub port: PathBuf,
}

/// Builds the board's top around the core in the folder `core`, in the folder `work`.
///
/// # Errors
/// [`Kind::NoSerialLine`], [`Kind::ToolMissing`] or [`Kind::ToolFailed`] of Verilator, and what
/// [`build::prepare`] gives.
pub fn build(core: &Path, board: &Board, work: &Path) -> Result<Program> {
    if board.host_link != HostLink::Uart {
        return Err(Kind::NoSerialLine.at(Place::Board(board.name.clone())));
    }
    let prepared = build::prepare(core, board, &build::Options::default())?;
    let absolute =
        |path: &Path| path.canonicalize().map_err(|error| Kind::Unreadable { wanted: Artefact::Core, error }.at(path));
    std::fs::create_dir_all(work).map_err(|error| Kind::Unwritable { error }.at(work))?;
    let (core, work) = (absolute(core)?, absolute(work)?);
    let top = header::of_core("//", &prepared.core) + &netlist::print(&simulated(board, &prepared.around.top))?;
    let name = format!("{TOP}.v");
    let mut texts = vec![(name.as_str(), top.as_str()), ("board.cpp", MAIN_CPP)];
    // No simulator here knows a vendor's PLL.
    texts.push(board::PORTABLE_CLOCK);
    let around = prepared.around.files.iter().filter(|(name, _)| !name.ends_with("_clock.v"));
    texts.extend(around.map(|(name, text)| (name.as_str(), text.as_str())));
    let build = Build {
        top: TOP,
        texts,
        files: &rtl::files_of(&core, &[".v"])?,
        options: Arguments::default(),
        effort: Effort::Optimised,
    };
    let path = work.join("board");
    build.write(&Finder::default(), &path)?;
    Ok(Program { path, rtl: core })
}

/// The board's top with only those of its pins that are simulated.
fn simulated(board: &Board, top: &str) -> Module {
    let mut connections = vec![
        connect("oscillator", "oscillator"),
        connect("serial_in", "serial_in"),
        connect("serial_out", "serial_out"),
    ];
    let mut module = Module {
        name: TOP.into(),
        comment: format!("{TOP}: {top} as a simulation sees it, with a faster serial line and an untouched button."),
        ports: vec![
            Port::input("oscillator", 1, ""),
            Port::input("serial_in", 1, "from the host"),
            Port::output("serial_out", 1, "to the host"),
        ],
        ..Module::default()
    };
    if let Some(reset) = &board.reset {
        let rest = if reset.active == board::Level::Low { "1'b1" } else { "1'b0" };
        connections.push(connect("reset_button", rest));
    }
    if let Some(leds) = &board.leds {
        module.wires.push(Wire::new("unused_led", leds.pins.len() as u32));
        connections.push(connect("led", "unused_led"));
    }
    module.body = vec![Item::Instance {
        module: top.into(),
        name: "board".into(),
        parameters: vec![("CLOCKS_PER_BIT".into(), Parameter::Int(CLOCKS_PER_BIT.into()))],
        connections,
    }];
    module
}

impl Program {
    /// Starts the board. Registers without a reset begin with random values, drawn from `seed`.
    ///
    /// # Errors
    /// [`Kind::ToolNotStarted`] and [`Kind::ToolOutput`] if it does not start.
    pub fn start(&self, seed: u32) -> Result<Running> {
        let place = || Place::tool("simulated board");
        let mut command = Command::new(&self.path);
        command
            .args([
                format!("+clocks={CLOCKS_PER_BIT}"),
                "+verilator+rand+reset+2".into(),
                format!("+verilator+seed+{}", seed % 0x7fff_ffff + 1),
            ])
            // $readmemh looks for the memories' files there.
            .current_dir(&self.rtl)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut started = interrupt::start(&mut command)
            .map_err(|error| Kind::ToolNotStarted { program: self.path.display().to_string(), error }.at(place()))?;
        let mut line = String::new();
        let read = started.child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
        match (read, line.trim().strip_prefix("port ")) {
            (Some(Ok(_)), Some(port)) => Ok(Running { port: port.into(), started }),
            _ => {
                let problem = format!("it said '{}' instead of its port", line.trim());
                Err(Kind::ToolOutput { problem, known: "check that /dev/ptmx can be opened" }.at(place()))
            }
        }
    }
}

impl Running {
    /// Waits until the board stops by itself.
    ///
    /// # Errors
    /// [`Kind::Internal`] if it stopped because it failed.
    pub fn wait(&mut self) -> Result<()> {
        match self.started.child.wait() {
            Ok(status) if status.success() => Ok(()),
            other => Err(Kind::internal(format!("it stopped: {other:?}")).at(Place::tool("simulated board"))),
        }
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.started.child.try_wait(), Ok(None))
    }
}
