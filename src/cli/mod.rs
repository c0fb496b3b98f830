//! The command line: flags in, tables and exit codes out. The only module that prints.
//!
//! A command is a file here: its flags (a clap struct, documented beside their definition), what it does with the
//! library, and what it prints. Results go to stdout, progress and errors to stderr.

mod advice;
mod board_sim;
mod boards;
mod build;
mod config;
mod convert;
mod cosim;
mod demo;
mod doctor;
mod eval;
mod flash;
mod generate;
mod inspect;
mod plan;
mod progress;
mod report;
mod run;
mod say;
mod study;
mod sweep;
mod synth;
mod verify;
mod weights;
mod words;
mod workflow;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, FromArgMatches, Parser};
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use volley::Shape;
use volley::data::{self, Images};
use volley::interrupt;
use volley::output::Target;

use say::{notes, say, say_json, say_table, shown};

/// Compile a trained neural network into a spiking accelerator, and prove the Verilog against a bit-accurate model.
#[derive(Parser)]
#[command(
    name = "volley",
    version,
    // So that a flag wins over the same key of volley.toml, which is put before it.
    args_override_self = true,
    after_help = "From one's own network to checked Verilog:
  volley convert  model.onnx --members 4 --timesteps 1 -o net
  volley eval     net --data test.npz
  volley plan     net --board ulx3s-85f --data calib.npz -o plan.toml
  volley generate net --plan plan.toml -o rtl
  volley cosim    rtl --data test.npz --frames 20 --stalls 25
  volley synth    rtl --board ulx3s-85f -o synth
  volley run      --port /dev/ttyUSB1 --data test.npz --rtl rtl --check
  volley report   net --rtl rtl --data test.npz -o report.html

Every flag is also a key of volley.toml, one table a command:
  [convert]
  members = 4
  weight-bits = 6

Exit codes: 0 fine, 1 a result is bad (a mismatch), 2 unusable input or a missing tool."
)]
pub(super) struct Cli {
    /// Settings file [default: volley.toml in the current folder, if there is one]; flags win over its keys
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print all columns of tables, however wide they are [default: those that fit the terminal, or 100 columns]
    #[arg(long, global = true)]
    wide: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Demo(demo::Args),
    Convert(convert::Args),
    Eval(eval::Args),
    Study(study::Args),
    Sweep(sweep::Args),
    Boards(boards::Args),
    Plan(plan::Args),
    Generate(generate::Args),
    Weights(weights::Args),
    Cosim(cosim::Args),
    Synth(synth::Args),
    Build(build::Args),
    Flash(flash::Args),
    BoardSim(board_sim::Args),
    Run(run::Args),
    Report(report::Args),
    Verify(verify::Args),
    Inspect(inspect::Args),
    Doctor(doctor::Args),
}

/// The flag of all commands that print a table.
#[derive(clap::Args)]
struct Json {
    /// Print JSON instead of a table
    // With an optional value, so that `--json=false` can win over the key in volley.toml.
    #[arg(long = "json", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
          default_value_t = false, hide_default_value = true, hide_possible_values = true)]
    wanted: bool,
}

/// The flag of all commands that write an output.
#[derive(clap::Args)]
struct Force {
    /// Replace the output even if it was changed since this command wrote it, or is another file. A folder is replaced only if Volley wrote it
    #[arg(id = "force", long = "force", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
          default_value_t = false, hide_default_value = true, hide_possible_values = true)]
    wanted: bool,
}

impl Force {
    fn target(&self, path: impl AsRef<Path>) -> Target {
        Target::force(path, self.wanted)
    }
}

/// How a command ended that did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Fine,
    /// A result is bad: the Verilog and the model differ.
    Bad,
    /// Something needed is missing.
    Unusable,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Fine => 0,
            Outcome::Bad => 1,
            Outcome::Unusable => 2,
        })
    }
}

/// Ends the program, and everything that it started, by Ctrl-C and by a request to end, with the shell's exit codes 130 and 143.
fn end_by_signals() {
    // Without them the program ends as the system wants it.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            interrupt::end();
            eprintln!("volley: stopped; unfinished outputs are deleted");
            std::process::exit(128 + signal);
        }
    });
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    end_by_signals();
    match run() {
        Ok(outcome) => outcome.into(),
        // The reader of our output has seen enough (`volley inspect net | head`).
        Err(error) if is_broken_pipe(&error) => Outcome::Fine.into(),
        Err(error) => {
            eprintln!("error: {}", shown(&advice::message("", &error)));
            Outcome::Unusable.into()
        }
    }
}

/// A negative number is a value that is out of range, not a flag that does not exist.
fn with_negative_numbers(command: clap::Command) -> clap::Command {
    let names: Vec<String> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let accept = |arg: clap::Arg| if arg.get_action().takes_values() { arg.allow_negative_numbers(true) } else { arg };
    names.iter().fold(command, |command, name| command.mut_subcommand(name, |command| command.mut_args(accept)))
}

/// The settings file that the arguments lead to and the command that both ask for, or what is wrong with it.
pub(super) fn understand(given: &[OsString]) -> Result<(config::Settings, Result<Cli, clap::Error>)> {
    let command = with_negative_numbers(Cli::command());
    let settings = config::find(&command, given)?;
    let cli = command.try_get_matches_from(settings.with_flags(given)).and_then(|m| Cli::from_arg_matches(&m));
    Ok((settings, cli))
}

fn run() -> Result<Outcome> {
    let given: Vec<_> = std::env::args_os().collect();
    let (settings, cli) = understand(&given)?;
    let cli = cli.unwrap_or_else(|error| {
        // Prints help or what is wrong, with clap's own exit codes 0 and 2.
        let _ = error.print();
        if let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) {
            tell_origin(&settings, argument, &given);
        }
        std::process::exit(error.exit_code())
    });
    say::set_wide(cli.wide);
    match dispatch(cli.command) {
        Err(error) if !is_broken_pipe(&error) => {
            let command = settings.command();
            let message = advice::message(command, &error);
            eprintln!("error: {}", shown(&message));
            if settings.with_flags(&given).iter().any(|flag| flag == "--json" || flag == "--json=true") {
                say_json(&json!({ "error": { "kind": advice::kind_of(&error), "message": message } }))?;
            }
            if let Some(flag) = advice::flag_of(command, &error) {
                tell_origin(&settings, &flag, &given);
            }
            Ok(Outcome::Unusable)
        }
        outcome => outcome,
    }
}

/// Users would look in the wrong place for a flag that they did not write, so say where it comes from.
fn tell_origin(settings: &config::Settings, argument: &str, given: &[OsString]) {
    if let Some(origin) = settings.origin_of(argument, given) {
        eprintln!("note: the value is in {origin}");
    }
}

fn dispatch(command: Command) -> Result<Outcome> {
    match command {
        Command::Demo(args) => demo::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Study(args) => study::run(&args),
        Command::Sweep(args) => sweep::run(&args),
        Command::Boards(args) => boards::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Weights(args) => weights::run(&args),
        Command::Cosim(args) => cosim::run(&args),
        Command::Synth(args) => synth::run(&args),
        Command::Build(args) => build::run(&args),
        Command::Flash(args) => flash::run(&args),
        Command::BoardSim(args) => board_sim::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Doctor(args) => doctor::run(&args),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Images that fit the network.
fn images(path: &Path, limit: Option<usize>, shape: Shape) -> volley::Result<Images> {
    let images = data::read(path, limit)?;
    data::check_shape(&images, shape, path)?;
    Ok(images)
}

/// Seconds for people.
fn seconds(duration: std::time::Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}
