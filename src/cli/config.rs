//! `volley.toml`: every flag is also a key, one table a command.
//!
//! A key becomes the flag of the same name, put before the flags that the user wrote; of these clap takes the last. So each setting is
//! defined once, as a clap flag, and its type, default, range and help also hold for the file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use toml::Value;
use volley::error::{Artefact, Kind, Place, Result};
use volley::input;

/// The file that is read by default.
const DEFAULT: &str = "volley.toml";

/// The keys of the command that is to run, as flags.
pub struct Settings {
    file: PathBuf,
    command: String,
    /// Place of the command among the arguments; `None` without one, for instance for `--help`.
    at: Option<usize>,
    /// (key, flag with value).
    flags: Vec<(String, OsString)>,
}

impl Settings {
    /// The command that is to run; empty without one.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// The arguments with the file's keys between the command and the user's own flags.
    pub fn with_flags(&self, given: &[OsString]) -> Vec<OsString> {
        let mut arguments = given.to_vec();
        if let Some(at) = self.at {
            arguments.splice(at + 1..at + 1, self.flags.iter().map(|(_, flag)| flag.clone()));
        }
        arguments
    }

    /// Where the value of `argument` (for instance `--lanes <LANES>`) is, if it came from the file.
    pub fn origin_of(&self, argument: &str, given: &[OsString]) -> Option<String> {
        let name = argument.split([' ', '=', '[']).next()?;
        let key = name.strip_prefix("--")?;
        self.flags.iter().find(|(known, _)| known == key)?;
        let typed = given.iter().filter_map(|g| g.to_str()).any(|g| g == name || g.starts_with(&format!("{name}=")));
        (!typed).then(|| format!("{}, key '{key}' of [{}]", self.file.display(), self.command))
    }
}

/// Reads the file that `given` names, or [`DEFAULT`] if that exists, and checks all of its tables.
///
/// # Errors
/// [`Kind::Unreadable`] for a named file that does not exist, [`Kind::Malformed`], and [`Kind::Unsupported`] at the table or key that
/// no command knows.
pub fn find(root: &clap::Command, given: &[OsString]) -> Result<Settings> {
    let (at, named) = scan(root, given);
    let command = at.and_then(|at| given[at].to_str()).unwrap_or_default().to_string();
    let file = named.clone().unwrap_or_else(|| DEFAULT.into());
    let mut settings = Settings { file, command, at, flags: Vec::new() };
    let file = settings.file.as_path();
    let text = match input::read_text(file) {
        Ok(text) => text,
        Err(e) if named.is_none() && e.kind() == std::io::ErrorKind::NotFound => return Ok(settings),
        Err(error) => return Err(Kind::Unreadable { wanted: Artefact::Configuration, error }.at(file)),
    };
    let tables: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let kind = Kind::malformed(Artefact::Configuration, error);
        kind.at(file).advise("write one table for each command: [convert], then key = value")
    })?;
    for (name, table) in &tables {
        let Some(command) = root.find_subcommand(name) else {
            let known: Vec<_> = root.get_subcommands().map(clap::Command::get_name).collect();
            let problem = "there is no such command";
            return Err(wrong(problem, format!("the tables are {}", known.join(", ")))
                .at(Place::within(file, Place::key(name))));
        };
        let Some(table) = table.as_table() else {
            let place = Place::within(file, Place::key(name));
            return Err(wrong("it is not a table", format!("write [{name}]")).at(place));
        };
        for (key, value) in table {
            let flag = flag(file, command, key, value)?;
            if *name == settings.command {
                settings.flags.push((key.clone(), flag));
            }
        }
    }
    Ok(settings)
}

/// Where the command is in the arguments, and the file that `--config` names.
fn scan(root: &clap::Command, given: &[OsString]) -> (Option<usize>, Option<PathBuf>) {
    let (mut at, mut file) = (None, None);
    let mut arguments = given.iter().enumerate().skip(1);
    while let Some((index, argument)) = arguments.next() {
        let text = argument.to_str().unwrap_or_default();
        if text == "--" {
            break;
        } else if text == "--config" {
            file = arguments.next().map(|(_, file)| file.into());
        } else if let Some(path) = text.strip_prefix("--config=") {
            file = Some(path.into());
        } else if at.is_none() && root.find_subcommand(text).is_some() {
            at = Some(index);
        }
    }
    (at, file)
}

/// An error in the file.
fn wrong(problem: &str, advice: impl Into<String>) -> Kind {
    Kind::Unsupported { problem: problem.into(), advice: advice.into() }
}

/// A key with its value as a flag.
fn flag(file: &Path, command: &clap::Command, key: &str, value: &Value) -> Result<OsString> {
    let place = Place::within(file, Place::key(format!("[{}] {key}", command.get_name())));
    let takes = |argument: &clap::Arg| {
        let aliases = argument.get_all_aliases().unwrap_or_default();
        argument.get_long() == Some(key) || aliases.contains(&key)
    };
    if !command.get_arguments().any(takes) {
        let known: Vec<_> = command.get_arguments().filter_map(|argument| argument.get_long()).collect();
        let advice = format!("the keys of [{}] are {}", command.get_name(), known.join(", "));
        return Err(wrong("there is no such key", advice).at(place));
    }
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    };
    let text = match value {
        Value::Array(values) => values.iter().map(one).collect::<Option<Vec<_>>>().map(|parts| parts.join(",")),
        value => one(value),
    };
    let Some(text) = text else {
        return Err(wrong("no flag takes such a value", "write what the flag would take").at(place));
    };
    Ok(format!("--{key}={text}").into())
}
