//! Errors of the library in the words of the command line: settings become flags, advice becomes flags and commands.
//!
//! This is the only place that knows both. The library never names a flag.

use std::fmt::{Display, Formatter};

use clap::CommandFactory;
use volley::Error;
use volley::error::{Artefact, Kind, Place, Resource, Setting, Unit};

/// A mistake in the flags themselves, which the library never sees.
#[derive(Debug)]
pub struct Usage {
    /// With its dashes.
    pub flag: &'static str,
    pub problem: String,
    pub advice: &'static str,
}

impl Display for Usage {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}; {}", self.flag, self.problem, self.advice)
    }
}

impl std::error::Error for Usage {}

/// An error of the command `command` as the program prints it.
pub fn message(command: &str, error: &anyhow::Error) -> String {
    error.downcast_ref::<Error>().map_or_else(|| error.to_string(), |error| of_library(command, error))
}

/// The name of an error's kind, for programs: a variant of [`Kind`], or `Usage` for flags that do not go together.
pub fn kind_of(error: &anyhow::Error) -> String {
    let Some(error) = error.downcast_ref::<Error>() else { return "Usage".into() };
    let text = format!("{:?}", error.kind());
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().into()
}

/// The flag with dashes that an error is about, if it is about one.
pub fn flag_of(command: &str, error: &anyhow::Error) -> Option<String> {
    let usage = error.downcast_ref::<Usage>().map(|usage| usage.flag.to_owned());
    usage.or_else(|| flag(command, error.downcast_ref::<Error>()?.place().setting()?))
}

/// An error of the library as the program prints it.
pub fn of_library(command: &str, error: &Error) -> String {
    let advice = advice(command, error).unwrap_or_else(|| error.advice());
    format!("{}: {}; {advice}", place(command, error.place()), error.kind())
}

fn place(command: &str, place: &Place) -> String {
    match (place, place.setting().and_then(|setting| flag(command, setting))) {
        (Place::Board(name), Some(flag)) => format!("{flag} {name}"),
        (Place::LayerSetting { layer, .. }, Some(flag)) => format!("{flag} of layer '{layer}'"),
        (_, Some(flag)) => flag,
        (_, None) => place.to_string(),
    }
}

/// The flag of a setting in a command; `None` where the command has none.
fn flag(command: &str, setting: Setting) -> Option<String> {
    let name = match (setting, command) {
        (Setting::Calibration, "sweep" | "study") => "calibration",
        (Setting::Calibration | Setting::Images, _) => "data",
        (Setting::Clock, _) => "clock",
        (Setting::CoreClock, _) => "freq",
        (Setting::Members, _) => "members",
        (Setting::Timesteps, _) => "timesteps",
        (Setting::WeightBits, _) => "weight-bits",
        (Setting::WeightMode, _) => "weights",
        (Setting::MaxLoss, _) => "max-loss",
        (Setting::Mean, _) => "mean",
        (Setting::Std, _) => "std",
        (Setting::Limit, "plan" | "boards" | "cosim" | "run") => "frames",
        (Setting::Limit, _) => "limit",
        (Setting::FloatLimit, _) => "float-limit",
        (Setting::CalibrationLimit, _) => "calibration-limit",
        (Setting::Frames, _) => "frames",
        (Setting::Folding, _) => "lanes",
        (Setting::FixedFolds, _) => "fix",
        (Setting::Throughput, _) => "target-fps",
        (Setting::Waveform, _) => "wave",
        (Setting::Board, _) => "board",
        (Setting::Margin, _) => "margin",
        (Setting::Baud, _) => "baud",
        _ => return None,
    };
    has_flag(command, name).then(|| format!("--{name}"))
}

/// The flag of the commands that may replace what is not theirs.
const FORCE: &str = "force";

/// Whether a command has a flag of this name.
fn has_flag(command: &str, name: &str) -> bool {
    let cli = super::Cli::command();
    let command = cli.find_subcommand(command);
    command.is_some_and(|command| command.get_arguments().any(|argument| argument.get_long() == Some(name)))
}

/// What to do, where a flag or a command is the answer.
fn advice(command: &str, error: &Error) -> Option<String> {
    let text = match error.kind() {
        Kind::OutOfRange { legal, .. }
            if matches!(error.place().setting(), Some(Setting::Clock | Setting::CoreClock)) =>
        {
            return Some(format!("it is in MHz: choose {legal}, such as 80 for 80 MHz"));
        }
        Kind::NeedsCalibration => match flag(command, Setting::Calibration) {
            Some(flag) => return Some(format!("give sample images to measure one ({flag})")),
            None => "convert it with sample images to measure one (`volley convert --data`)",
        },
        Kind::NeverActive => {
            let flag = flag(command, Setting::Calibration)?;
            return Some(format!(
                "calibrate with more images ({flag}), or with images of the data set that the network was trained for"
            ));
        }
        Kind::Unreadable { wanted, .. } | Kind::Missing { wanted } => of_artefact(*wanted)?,
        Kind::ForeignFile if has_flag(command, FORCE) => "choose another path, or replace it with --force",
        Kind::Changed if has_flag(command, FORCE) => {
            "choose another path, keep the file elsewhere, or replace the folder with --force"
        }
        Kind::Malformed { wanted: Artefact::Plan, .. } => {
            "write it as `volley plan` does: a table [layer.NAME] for each layer"
        }
        Kind::Malformed {
            wanted: wanted @ (Artefact::Weights | Artefact::Build | Artefact::Implementation), ..
        } => of_artefact(*wanted)?,
        Kind::DoesNotFit { .. } | Kind::NoFoldingFits if matches!(command, "plan" | "boards") => {
            "use a larger board, fewer --weight-bits, a smaller --margin or fewer fixed folds"
        }
        Kind::DoesNotFit { resource, .. } => of_resource(*resource),
        Kind::TooSlow { .. } => "ask for less, raise --clock, or take a larger board",
        Kind::RuntimeWeightsNeedExact => "convert with --threshold exact, or build the weights in (--weights baked)",
        Kind::AccuracyOutOfReach { .. } => "allow more loss, more --weight-bits, or give more images",
        Kind::TooWide { .. } => "use fewer --weight-bits or --timesteps, or build the weights in (--weights baked)",
        Kind::NoScale { .. } => "use more --weight-bits, or build the weights in (--weights baked)",
        Kind::TooLarge { unit: Unit::MebibytesOfPixels, most, .. } => {
            return Some(format!("at most {most} MiB fit; read fewer images at a time (--limit)"));
        }
        Kind::NoBitstream => "look at what `volley build` said of it; where it ran no tool, run it without --no-run",
        Kind::WeightsBuiltIn => "generate it with `volley generate --weights runtime`",
        Kind::Refused { code: 5, .. } => "load weights (`volley run --weights FILE`)",
        Kind::PortClosed { .. } => {
            "give the port of the board (--port), close other programs that use it, and be in the group that owns it \
             (often dialout)"
        }
        Kind::NobodyAnswers { .. } => {
            "check the port, the baud rate and that the bitstream is loaded; for a slow accelerator raise the time limit \
             (--timeout)"
        }
        Kind::NoAnswer { .. } | Kind::FrameLost { .. } => {
            "check the cable and the baud rate; for a slow accelerator raise the time limit (--timeout)"
        }
        Kind::ToolMissing { .. } | Kind::ToolNotStarted { .. } => {
            return Some(format!("{}; `volley doctor` shows what is there", error.advice()));
        }
        Kind::ToolFailed { .. } if matches!(error.place(), Place::Tool(tool) if tool.starts_with("nextpnr")) => {
            "if it finds no place for a cell, generate with fewer --lanes or take a larger board"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// Which command writes what is missing or unreadable.
fn of_artefact(artefact: Artefact) -> Option<&'static str> {
    Some(match artefact {
        Artefact::OwnOnnx => "convert the network again with `volley convert`",
        Artefact::Converted => "give a folder that `volley convert` wrote",
        Artefact::Core => "give a folder that `volley generate` wrote",
        Artefact::Plan => "give a plan that `volley plan` wrote",
        Artefact::Weights => "give a file that `volley weights` wrote",
        Artefact::Build => "give a folder that `volley build` wrote",
        Artefact::Implementation => "give a folder that `volley synth -o` or `volley build` wrote, with tools that ran",
        Artefact::Configuration => "give a readable TOML file with --config",
        _ => return None,
    })
}

/// How to need less of a resource.
pub fn of_resource(resource: Resource) -> &'static str {
    match resource {
        Resource::Multipliers => {
            "generate with fewer --lanes in the first layer, let `volley plan` choose, or take a larger board"
        }
        Resource::BlockRams => {
            "use fewer --weight-bits, let `volley plan` move memories into LUTs, or take a larger board"
        }
        _ => "generate with fewer --lanes, let `volley plan` choose them, or take a larger board",
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn names() -> (Vec<String>, Vec<String>) {
        let cli = super::super::Cli::command();
        let commands: Vec<_> = cli.get_subcommands().map(|command| command.get_name().to_owned()).collect();
        let flags = cli.get_subcommands().flat_map(clap::Command::get_arguments).filter_map(|flag| flag.get_long());
        (commands, flags.map(|flag| format!("--{flag}")).collect())
    }

    #[test]
    fn every_setting_has_a_flag_in_some_command() {
        let (commands, _) = names();
        // Programs set these, users do not.
        let without = [Setting::Name, Setting::Registers];
        for &setting in Setting::ALL.iter().filter(|setting| !without.contains(setting)) {
            assert!(commands.iter().any(|command| flag(command, setting).is_some()), "{setting:?}");
        }
    }

    #[test]
    fn the_same_setting_has_the_flag_of_the_command() {
        let error = Kind::NeedsCalibration.at(Place::layer("conv_0"));
        assert!(of_library("convert", &error).ends_with("give sample images to measure one (--data)"));
        assert!(of_library("study", &error).ends_with("give sample images to measure one (--calibration)"));
        let error = Kind::out_of_range(0, 1.0..).at(Setting::Limit);
        assert_eq!(of_library("eval", &error), "--limit: it is 0; choose 1 or more");
        assert_eq!(of_library("flash", &error), "number of images: it is 0; choose 1 or more");
    }

    /// What it writes may name commands: the README of a core is for users of the command line.
    const DOCUMENTS: [&str; 1] = ["src/rtl/package/readme.rs"];

    /// Every source of the library, comments and tests included.
    #[test]
    fn the_library_knows_no_flags_and_no_commands() {
        let (commands, flags) = names();
        let commands = commands.iter().map(|command| format!("volley {command}"));
        let unknown: Vec<_> = commands.chain(flags).chain(["\"--".to_owned()]).collect();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() && !path.ends_with("src/cli") {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs")
                    && !DOCUMENTS.iter().any(|document| path.ends_with(document))
                {
                    files += 1;
                    let text = std::fs::read_to_string(&path).unwrap();
                    for (number, line) in text.lines().enumerate() {
                        let named = unknown.iter().find(|name| {
                            line.match_indices(name.as_str()).any(|(at, _)| {
                                let after = line[at + name.len()..].chars().next();
                                name.ends_with('-') || !after.is_some_and(|c| c.is_alphanumeric() || c == '-')
                            })
                        });
                        assert_eq!(named, None, "{}:{}: {line}", path.display(), number + 1);
                    }
                }
            }
        }
        assert!(files > 100, "only {files} files were found");
    }
}
