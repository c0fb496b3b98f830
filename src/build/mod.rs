//! A core on a board: the board's top around it, constraints, scripts, and the bitstream if a tool for it is installed.
//!
//! [`prepare`] decides everything and only reads the RTL folder; [`write`] puts the files into one folder, and [`run`] also runs the
//! tools there.

mod flash;
mod made;
pub mod vivado;

use std::path::Path;

use serde::Serialize;

use crate::board::{self, Board, Flow, HostLink, Level, constraints};
use crate::error::{Artefact, Kind, Place, Result, Setting};
use crate::output::{Target, write_file, write_folder};
use crate::pipeline::Core;
use crate::rtl::weight_data::{WeightData, fingerprint};
use crate::synth::{self, Phase};
use crate::tool::{self, Arguments, Finder};
use crate::top::{Accelerator, Around, Link, Panel};
use crate::{core_folder, header, top};
use vivado::Sources;

pub use flash::flash;
pub use made::Made;

/// The file that makes a folder an output of [`run`].
pub const REPORT: &str = "build.json";

/// Least clocks of a bit: the receiver looks for a bit's middle.
const LEAST_CLOCKS: u32 = 8;
/// How far the line's rate may be from what is asked for, as a share: a byte's ten bits then stay within half a bit, with a margin for
/// the error of the host's own rate.
const RATE_TOLERANCE: f64 = 0.02;
/// Devices below this many LUTs get neither counters nor more than two frames in the core.
const SMALL_LUTS: u64 = 10_000;
/// Bytes of a body around its payload.
const BODY_OVERHEAD: usize = 7;

/// What is wanted from a board.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// The core's clock in MHz, if not the board's usual one.
    pub mhz: Option<f64>,
    /// Bits a second of the serial line, if not the board's usual ones.
    pub baud: Option<u32>,
    /// A bitstream even if the clock is missed.
    pub allow_missed_clock: bool,
    /// How the tools are run.
    pub tools: synth::Options,
}

/// A design for a board, decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The core's top module.
    pub core: String,
    /// The board's top module and what is around the core, `core_clock` included.
    pub around: Around,
    /// (file name, text).
    pub constraints: (String, String),
    /// The core's clock in MHz.
    pub mhz: f64,
    /// Of a board with a serial line.
    pub serial: Option<Serial>,
}

/// A serial line as it was built.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Serial {
    /// Bits a second that were asked for.
    pub baud: u32,
    /// Bits a second that the clock gives.
    pub actual_baud: f64,
    /// Bytes of requests that may be outstanding.
    pub buffer: u32,
}

/// Decides how the core in the folder `rtl` is put on a board.
///
/// # Errors
/// [`Kind::ClockOutOfReach`], [`Kind::BaudOutOfReach`], [`Kind::FrameTooLong`]; what reading the folder gives.
pub fn prepare(rtl: &Path, board: &Board, options: &Options) -> Result<Prepared> {
    let core = Core::open(rtl)?;
    let design = core_folder::as_it_stands(rtl, &core.design)?;
    let manifest = &design.manifest;
    let data = WeightData::of(&design)?;
    let clock = board::core_clock(board, options.mhz.unwrap_or(board.core_mhz))?;
    let small = board.device.luts < SMALL_LUTS;
    let mut accelerator = Accelerator {
        design: fingerprint(&design),
        weights: data.crc32(),
        weights_bytes: data.bytes().len() as u32,
        clock_hz: (clock.mhz * 1e6).round() as u32,
        link_buffer: 0,
        counters: !small,
    };
    let (mut around, serial) = match (board.host_link, &board.uart) {
        (HostLink::Uart, Some(uart)) => {
            let baud = options.baud.unwrap_or(uart.baud);
            let buffer_log2 = buffer_log2(manifest.input.elements(), small)?;
            let link = Link {
                clocks_per_bit: clocks_per_bit(clock.mhz, baud)?,
                buffer_log2,
                in_flight_log2: if small { 1 } else { 2 },
            };
            // One place of the ring stays free, and there is space for an error message.
            accelerator.link_buffer = (1 << buffer_log2) - 8;
            let actual_baud = clock.mhz * 1e6 / f64::from(link.clocks_per_bit);
            let serial = Serial { baud, actual_baud, buffer: accelerator.link_buffer };
            (top::uart_board(manifest, &accelerator, &panel(board), &link)?, Some(serial))
        }
        _ => (top::axi(manifest, &accelerator)?, None),
    };
    // There the processing system gives the clock.
    if board.host_link == HostLink::Uart {
        around.files.extend(clock.files);
    }
    let name = format!("{}.{}", board.name, constraints::extension(board.family));
    let ports = if board.host_link == HostLink::Uart { board.ports() } else { Vec::new() };
    let constraints = (name, header::of_core("#", &manifest.top) + &constraints::write(board, &ports)?);
    // The library's modules that the core brings itself.
    around.files.retain(|(name, _)| !design.files.contains_key(name));
    Ok(Prepared { core: manifest.top.clone(), around, constraints, mhz: clock.mhz, serial })
}

/// What a person sees on the board.
fn panel(board: &Board) -> Panel {
    Panel {
        title: board.title.clone(),
        leds: board.leds.as_ref().map_or(0, |leds| leds.pins.len() as u32),
        leds_active_low: board.leds.as_ref().is_some_and(|leds| leds.active == Level::Low),
        reset_active_low: board.reset.as_ref().map(|reset| reset.active == Level::Low),
    }
}

fn clocks_per_bit(mhz: f64, baud: u32) -> Result<u32> {
    let exact = mhz * 1e6 / f64::from(baud.max(1));
    let clocks = exact.round();
    let off = (clocks / exact - 1.0).abs();
    if clocks < f64::from(LEAST_CLOCKS) || clocks > 65535.0 || off > RATE_TOLERANCE {
        let nearest = mhz * 1e6 / clocks.clamp(f64::from(LEAST_CLOCKS), 65535.0);
        return Err(Kind::BaudOutOfReach { baud, mhz, clocks: exact, nearest }.at(Setting::Baud));
    }
    Ok(clocks as u32)
}

/// log2 of the bytes of the ring of requests: two frames, or one on a small device.
fn buffer_log2(frame: usize, small: bool) -> Result<u32> {
    let body = frame + BODY_OVERHEAD + 8;
    let (least, bodies) = if small { (256, body) } else { (1024, 2 * body) };
    let log2 = bodies.max(least).next_power_of_two().ilog2();
    if frame > 0xffff || body > 1 << 15 {
        return Err(Kind::FrameTooLong { bytes: frame as u64 }.at(Setting::Board));
    }
    Ok(log2.min(15))
}

/// The result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Built {
    /// The board's name.
    pub board: String,
    /// The board's top module.
    pub top: String,
    /// The serial line; `None` on a board that has another link.
    pub serial: Option<Serial>,
    /// The bitstream's file; `None` if there is none.
    pub bitstream: Option<String>,
    /// Size of that file, in bytes.
    pub bitstream_bytes: Option<u64>,
    /// The board as openFPGALoader knows it.
    pub programmer: Option<String>,
    /// Of the tools.
    pub seconds: f64,
    /// Of the core with everything around it; `None` if no tool ran.
    pub implementation: Option<synth::Implementation>,
}

/// Writes the folder `output`: sources, top, constraints, scripts and a Makefile; runs the tools there unless `run` is false.
///
/// A design that does not fit or misses its clock is not an error: the result says so, and there is no bitstream.
///
/// # Errors
/// What [`prepare`] gives, [`Kind::ToolMissing`] or [`Kind::ToolFailed`], and what reading and writing files gives.
pub fn run(
    rtl: &Path,
    board: &Board,
    options: &Options,
    output: impl Into<Target>,
    run: bool,
    watch: &mut dyn FnMut(Phase, &str),
) -> Result<Built> {
    let prepared = prepare(rtl, board, options)?;
    let mut built = Built {
        board: board.name.clone(),
        top: prepared.around.top.clone(),
        serial: prepared.serial,
        bitstream: None,
        bitstream_bytes: None,
        programmer: board.programmer.as_ref().map(|programmer| programmer.openfpgaloader.clone()),
        seconds: 0.0,
        implementation: None,
    };
    write_folder(&output.into(), REPORT, |folder| {
        let started = std::time::Instant::now();
        let job = synth::Job {
            rtl,
            board,
            core: &prepared.core,
            top: &prepared.around.top,
            files: &prepared.around.files,
            constraints: (&prepared.constraints.0, &prepared.constraints.1),
            mhz: prepared.mhz,
            allow_missed_clock: options.allow_missed_clock,
        };
        synth::prepare(&job, &options.tools, folder)?;
        match board.flow {
            Flow::Nextpnr if run => {
                built.implementation = Some(synth::implement(&job, &options.tools, folder, watch)?);
            }
            Flow::Nextpnr => {}
            Flow::Vivado => built.bitstream = with_vivado(&job, run, folder)?,
        }
        built.seconds = started.elapsed().as_secs_f64();
        if let Some(made) = &built.implementation {
            built.bitstream.clone_from(&made.bitstream);
        }
        if let Some(name) = &built.bitstream {
            let path = folder.join(name);
            let size = std::fs::metadata(&path)
                .map_err(|error| Kind::Unreadable { wanted: Artefact::ToolReport, error }.at(&path))?
                .len();
            built.bitstream_bytes = Some(size);
        }
        let text =
            serde_json::to_string_pretty(&built).map_err(|error| Kind::internal(error).at(Place::file(REPORT)))?;
        write_file(&folder.join(REPORT), text)
    })?;
    Ok(built)
}

/// Writes the scripts for Vivado, and runs them if it is installed; then returns the bitstream's name.
fn with_vivado(job: &synth::Job, run: bool, folder: &Path) -> Result<Option<String>> {
    let files = synth::verilog(job, folder)?;
    let sources = Sources { top: job.top.into(), verilog: files, memories: synth::sources(folder, ".mem")? };
    let scripts = match job.board.host_link {
        HostLink::Uart => vec![("project.tcl", vivado::project(&sources, job.board, job.constraints.0)?)],
        HostLink::Axi => vec![
            ("package_ip.tcl", vivado::package_ip(&sources, job.board, &format!("{}, a spiking network", job.core))?),
            ("block_design.tcl", vivado::block_design(&sources, job.board, job.mhz)?),
        ],
    };
    let program = Finder::default().find("vivado").filter(|_| run);
    for (name, text) in &scripts {
        write_file(&folder.join(name), text)?;
        if let Some(program) = &program {
            tool::run(
                "vivado",
                program,
                &Arguments::default().words(["-mode", "batch", "-nojournal", "-source", name]),
                folder,
            )?;
        }
    }
    Ok(program.map(|_| format!("{}.bit", job.top)))
}
