//! Co-simulation: builds the emitted Verilog with a simulator, streams frames through it under random stalls and
//! hands back every beat that moved, on the outside and on inner streams.
//!
//! `testbench` writes the bench, `verilator` and `icarus` build and run it, `capture` reads what it recorded: these know streams but
//! not networks. Only `verdict` knows both: it compares the beats with the model's trace, and names layers, pixels, channels and time
//! steps.

mod build_once;
mod capture;
mod hold;
mod icarus;
mod stage;
mod testbench;
#[cfg(test)]
mod tests;

mod verdict;
mod verilator;
mod word;
mod work;

use std::fs::File;
use std::path::{Path, PathBuf};

pub use capture::{Beat, Capture, Timeout};
pub use hold::Hold;
pub use testbench::emit as emit_testbench;
pub use verdict::{LayerVerdict, Mismatch, Verdict, beats, bench, check};
pub use word::Word;

use crate::error::{Artefact, Kind, Place, Result, Setting};
use crate::interrupt::TemporaryFolder;
use crate::output::{Own, Target, temporary_folder, write_whole_file};
use crate::tool::Finder;
use crate::words::{Words, as_word};

/// One AXI4-Stream of the top: `tdata` width in bits (byte padding included) and beats a frame.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Bits of `tdata`, a multiple of 8.
    pub data_bits: usize,
    /// Beats in each frame.
    pub beats_per_frame: usize,
}

/// An inner stream to record.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Names the stream in messages and in the testbench.
    pub name: String,
    /// Hierarchical path of an instance inside the top, e.g. `engine_conv1`; empty for the top itself.
    pub path: String,
    /// Signals of that instance; a beat is recorded in each clock with `valid && ready`.
    pub valid: String,
    /// High while the reader accepts.
    pub ready: String,
    /// What a beat carries.
    pub data: String,
    /// Bits of `data`.
    pub data_bits: usize,
    /// Beats in each frame.
    pub beats_per_frame: usize,
}

/// A signal of one bit; the clocks in which it is high are counted over the whole run, reset excepted.
#[derive(Clone, Debug)]
pub struct Counter {
    /// Names the counter in the testbench.
    pub name: String,
    /// Hierarchical path of an instance inside the top; empty for the top itself.
    pub path: String,
    /// Name of the signal in that instance.
    pub signal: String,
}

/// What to simulate. The top has ports `clk, rst, s_axis_{tdata,tvalid,tready,tlast}`,
/// `m_axis_{tdata,tvalid,tready,tlast}` and `frame_error`.
#[derive(Clone, Debug)]
pub struct Bench {
    /// All Verilog files. The simulation runs in the first one's folder, so that `$readmemh` finds its files there.
    pub rtl_files: Vec<PathBuf>,
    /// The top module.
    pub top: String,
    /// Frames go in here.
    pub input: Stream,
    /// Scores come out here.
    pub output: Stream,
    /// Inner streams whose beats are recorded.
    pub probes: Vec<Probe>,
    /// Signals whose clocks are counted.
    pub counters: Vec<Counter>,
    /// Inner streams that are held back for random stretches of up to 512 clocks; Icarus only.
    pub holds: Vec<Hold>,
    /// Further outputs of the top, (name, bits), that the bench does not read at its ports.
    pub unread_outputs: Vec<(String, usize)>,
    /// Further inputs of the top, (name, bits), that stay 0.
    pub still_inputs: Vec<(String, usize)>,
    /// Clocks that the whole run may take, for the choice between a simulator that is built quickly and one that runs quickly.
    pub expected_clocks: f64,
}

/// Which simulator runs the bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simulator {
    /// Compiled and fast; two-state, every register without a reset starts with a random value.
    Verilator,
    /// Interpreted and slow; four-state, so an unknown that reaches a recorded beat is an error.
    Icarus,
}

impl Words for Simulator {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Simulator::Verilator,
            "verilator",
            "Compiled and fast; two-state, every register without a reset starts with a random value",
        ),
        (
            Simulator::Icarus,
            "icarus",
            "Interpreted and slow; four-state, so an unknown that reaches a recorded beat is an error",
        ),
    ];
}
as_word!(Simulator);

/// How to simulate.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program that simulates.
    pub simulator: Simulator,
    /// Probability in 1/256 that the source pauses, and independently that the sink refuses, in a clock.
    pub stalls: u8,
    /// Whether [`check`] holds every inner stream back for long random stretches; Icarus only.
    pub hold: bool,
    /// Decides when streams pause; equal seeds give equal runs.
    pub seed: u32,
    /// Clocks without a beat anywhere (input, output, probes) after which the run is given up; beats after the last frame do not count.
    pub idle_limit: u64,
    /// Folder for builds and recordings, created if absent; a model already built there from the same files is kept.
    /// A second run at the same time is refused. `None` for a temporary one of the run's own.
    pub work_dir: Option<PathBuf>,
    /// Folder that caches Verilator's own compiled sources. Parallel builds may share it. With `None` every build compiles them again.
    pub runtime: Option<PathBuf>,
    /// Where the simulator is looked for.
    pub tools: Finder,
}

impl Default for Options {
    /// Verilator, no stalls, seed 1, a limit of a million idle clocks, a temporary folder.
    fn default() -> Self {
        Options {
            simulator: Simulator::Verilator,
            stalls: 0,
            hold: false,
            seed: 1,
            idle_limit: 1_000_000,
            work_dir: None,
            runtime: None,
            tools: Finder::default(),
        }
    }
}

impl Options {
    /// The default, in a folder of the caller's choice.
    pub fn new(work_dir: impl Into<PathBuf>) -> Self {
        Options { work_dir: Some(work_dir.into()), ..Options::default() }
    }
}

/// Streams `frames` (each `input.beats_per_frame` words) through the top and returns all that was recorded.
///
/// A stuck design is not an error here: [`Capture::timeout`] tells, with every beat recorded until then.
///
/// # Errors
/// [`Kind::BadBench`], also for a frame of the wrong size; [`Kind::ToolMissing`] or [`Kind::ToolFailed`] for the simulator;
/// [`Kind::UndefinedValue`] for a recorded beat with x or z; [`Kind::Unreadable`] or [`Kind::Unwritable`] for the work folder.
pub fn run(bench: &Bench, frames: &[Vec<Word>], options: &Options) -> Result<Capture> {
    let mut job = Job::prepare(bench, frames, options)?;
    job.execute(None)?;
    capture::read(bench, frames.len(), &job.run_dir)
}

/// Runs again with the same stimulus and writes the clocks `from_cycle ..= to_cycle` as an FST waveform to `path`.
/// The clock numbers are those of [`Beat::clock`]. Verilator needs a build of its own for this.
///
/// # Errors
/// Those of [`run`] except for recorded beats, and of [`write_whole_file`] for `target`.
pub fn waveform(
    bench: &Bench,
    frames: &[Vec<Word>],
    options: &Options,
    from_cycle: u64,
    to_cycle: u64,
    target: &Target,
) -> Result<()> {
    if to_cycle < from_cycle {
        return Err(Kind::out_of_range(to_cycle as f64, from_cycle as f64..).at(Setting::Waveform));
    }
    write_whole_file(target, Own::Waveform, || {
        let mut job = Job::prepare(bench, frames, options)?;
        job.execute(Some(Window { from: from_cycle, to: to_cycle }))?;
        let path = job.run_dir.join(WAVEFORM);
        std::fs::read(&path).map_err(|error| Kind::Unreadable { wanted: Artefact::Temporary, error }.at(path))
    })
}

/// Folder of a run's recordings in the work folder.
const RUN: &str = "run";
/// A waveform among them.
const WAVEFORM: &str = "waveform.fst";

/// A window of clocks to trace.
struct Window {
    from: u64,
    to: u64,
}

/// One run, its files in place.
struct Job<'a> {
    options: &'a Options,
    rtl_files: Vec<PathBuf>,
    /// Folder that the simulator runs in.
    rtl_dir: PathBuf,
    /// The same places by links, with names that every tool understands; see [`stage`].
    stage: TemporaryFolder,
    testbench: String,
    work_dir: PathBuf,
    run_dir: PathBuf,
    frames: usize,
    expected_clocks: f64,
    /// Keeps other runs out of `work_dir`.
    _lock: File,
    /// Holds `work_dir` where none was given.
    _temporary: Option<TemporaryFolder>,
}

impl<'a> Job<'a> {
    fn prepare(bench: &Bench, frames: &[Vec<Word>], options: &'a Options) -> Result<Self> {
        if !bench.holds.is_empty() && options.simulator != Simulator::Icarus {
            let problem = "Verilator cannot hold streams".into();
            return Err(Kind::BadBench { problem, advice: "simulate with Icarus" }.at(Place::Bench));
        }
        let testbench = testbench::emit(bench)?;
        // Before anything is written.
        options.tools.require(match options.simulator {
            Simulator::Verilator => "verilator",
            Simulator::Icarus => "iverilog",
        })?;
        let mut input = String::new();
        for (at, frame) in frames.iter().enumerate() {
            let refuse = |problem| {
                let advice = "pack each frame into the beats of the input stream";
                Err(Kind::BadBench { problem, advice }.at(Place::Frame(at)))
            };
            if frame.len() != bench.input.beats_per_frame {
                let wanted = bench.input.beats_per_frame;
                return refuse(format!("it has {} beats, and the input stream takes {wanted}", frame.len()));
            }
            for word in frame {
                if word.bits() > bench.input.data_bits {
                    let (found, wanted) = (word.bits(), bench.input.data_bits);
                    return refuse(format!("a beat has {found} bits, and the input stream has {wanted}"));
                }
                input += &word.to_hex();
                input.push('\n');
            }
        }
        if frames.is_empty() {
            let problem = "there are no frames".into();
            return Err(Kind::BadBench { problem, advice: "give at least one frame" }.at(Place::Bench));
        }
        let absolute = |path: &Path| {
            path.canonicalize().map_err(|error| Kind::Unreadable { wanted: Artefact::Verilog, error }.at(path))
        };
        let rtl_files = bench.rtl_files.iter().map(|p| absolute(p)).collect::<Result<Vec<_>>>()?;
        let Some(rtl_dir) = rtl_files.first().and_then(|p| p.parent()).map(Path::to_path_buf) else {
            let problem = "there is no Verilog file".into();
            return Err(Kind::BadBench { problem, advice: "list the files of the design" }.at(Place::Bench));
        };
        let temporary = if options.work_dir.is_none() { Some(temporary_folder()?) } else { None };
        let work_dir =
            options.work_dir.as_deref().or(temporary.as_ref().map(TemporaryFolder::path)).unwrap_or(Path::new("."));
        let lock = work::take(work_dir)?;
        let work_dir = absolute(work_dir)?;
        let run_dir = work_dir.join(RUN);
        // Recordings of an earlier run must not be mistaken for this one's.
        match std::fs::remove_dir_all(&run_dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Kind::Unwritable { error }.at(&run_dir));
            }
            _ => create_dir(&run_dir)?,
        }
        write(&run_dir.join("input.txt"), &input)?;
        Ok(Job {
            options,
            stage: stage::set(&rtl_files, &work_dir)?,
            rtl_files,
            rtl_dir,
            testbench,
            work_dir,
            run_dir,
            frames: frames.len(),
            expected_clocks: bench.expected_clocks,
            _lock: lock,
            _temporary: temporary,
        })
    }

    fn execute(&mut self, window: Option<Window>) -> Result<()> {
        match self.options.simulator {
            Simulator::Verilator => verilator::run(self, window),
            Simulator::Icarus => icarus::run(self, window),
        }
    }

    /// The plusargs of the testbench.
    fn plusargs(&self, window: Option<&Window>) -> Vec<String> {
        let run = self.stage.path().join(stage::WORK).join(RUN);
        let trace = |window: &Window| {
            [
                format!("+trace_from={}", window.from),
                format!("+trace_to={}", window.to),
                format!("+trace_file={}", run.join(WAVEFORM).display()),
            ]
        };
        let mut plusargs = vec![
            format!("+dir={}", run.display()),
            format!("+frames={}", self.frames),
            format!("+stalls={}", self.options.stalls),
            format!("+seed={}", self.options.seed),
            format!("+idle_limit={}", self.options.idle_limit),
        ];
        plusargs.extend(window.iter().copied().flat_map(trace));
        plusargs
    }
}

fn create_dir(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(|error| Kind::Unwritable { error }.at(path))
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|error| Kind::Unwritable { error }.at(path))
}
