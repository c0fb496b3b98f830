//! Verilator: Verilog and C++ to a program.

use std::path::{Path, PathBuf};

use super::{Arguments, Finder, run};
use crate::error::{Artefact, Kind, Result};
use crate::output::{temporary_folder, write_file};

/// Objects of the simulator itself, the same in every model that does not trace.
const RUNTIME: [&str; 2] = ["verilated", "verilated_threads"];

/// A program and what it is built from.
pub(crate) struct Build<'a> {
    /// The module above all others.
    pub top: &'a str,
    /// Verilog and C++ sources by name. Those that are files are copied: Verilator does not understand every path.
    pub texts: Vec<(&'a str, &'a str)>,
    /// See `texts`.
    pub files: &'a [PathBuf],
    /// Beyond those of every build.
    pub options: Arguments,
    /// What the C++ compiler does.
    pub effort: Effort<'a>,
}

/// How much the C++ compiler optimises.
pub(crate) enum Effort<'a> {
    /// The paths that run in every clock. More costs more than it gains in a run.
    Optimised,
    /// Nothing, for programs that run briefly. The objects of Verilator's own sources are kept in this folder, which parallel builds
    /// may share.
    Quick(Option<&'a Path>),
}

impl Build<'_> {
    /// The arguments of Verilator.
    pub fn arguments(&self) -> Arguments {
        let args = Arguments::default()
            .flag("cc")
            .flag("exe")
            .words(["-Wall", "-O3", "-j", "2", "-o", "program"])
            .option("x-initial", "unique")
            .option("x-assign", "unique")
            .option("output-split", "20000")
            .option("top-module", self.top)
            .option("Mdir", "obj")
            .words(self.options.0.iter());
        let args = match self.effort {
            Effort::Optimised => args.flag("build").words(["-MAKEFLAGS", "OPT_FAST=-O1 OPT_SLOW=-O0 OPT_GLOBAL=-O1"]),
            Effort::Quick(_) => args,
        };
        let names =
            self.files.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
        args.words(self.texts.iter().map(|(name, _)| *name)).words(names)
    }

    /// Builds among the system's temporary files and puts nothing but the program at `program`: Verilator and its Makefiles refuse a
    /// path with a space or a dollar sign.
    ///
    /// # Errors
    /// [`Kind::ToolMissing`] or [`Kind::ToolFailed`] for Verilator or make, [`Kind::Unreadable`] for a source, and
    /// [`Kind::Unwritable`] where there is no space.
    pub fn write(&self, tools: &Finder, program: &Path) -> Result<()> {
        let verilator = tools.require("verilator")?;
        let folder = temporary_folder()?;
        let place = folder.path();
        for (name, text) in &self.texts {
            write_file(&place.join(name), text)?;
        }
        for path in self.files {
            copy(path, place).map_err(|error| Kind::Unreadable { wanted: Artefact::Verilog, error }.at(path))?;
        }
        run("verilator", &verilator, &self.arguments(), place)?;
        let obj = place.join("obj");
        if let Effort::Quick(runtime) = self.effort {
            make(tools, self.top, &obj, runtime)?;
        }
        std::fs::copy(obj.join("program"), program).map_err(|error| Kind::Unwritable { error }.at(program))?;
        Ok(())
    }
}

/// Compiles a model in folder `obj` without optimising anything; the objects of Verilator's own sources are taken from folder
/// `runtime` if they are there, else put there.
fn make(tools: &Finder, top: &str, obj: &Path, runtime: Option<&Path>) -> Result<()> {
    let failed = |folder: &Path, error| Kind::Unwritable { error }.at(folder);
    let files = || RUNTIME.iter().flat_map(|name| ["o", "d"].map(|extension| format!("{name}.{extension}")));
    let copies = |from: &Path, to: &Path| {
        files().try_for_each(|file| copy(&from.join(&file), to)).map_err(|error| failed(to, error))
    };
    let known = |runtime: &Path| files().all(|file| runtime.join(file).is_file());
    if let Some(runtime) = runtime.filter(|runtime| known(runtime)) {
        copies(runtime, obj)?;
    }
    let args = "-j 2 OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0 VM_PARALLEL_BUILDS=0".split_whitespace();
    let args = Arguments::default().word("-f").word(format!("V{top}.mk")).words(args);
    run("make", &tools.require("make")?, &args, obj)?;
    if let Some(runtime) = runtime.filter(|runtime| !known(runtime)) {
        std::fs::create_dir_all(runtime).map_err(|error| failed(runtime, error))?;
        copies(obj, runtime)?;
    }
    Ok(())
}

/// Copies a file into a folder, where it appears whole: another build may do the same at this moment.
fn copy(from: &Path, folder: &Path) -> std::io::Result<()> {
    let to = folder.join(from.file_name().expect("a file's path"));
    let part = tempfile::NamedTempFile::new_in(folder)?;
    std::fs::copy(from, part.path())?;
    part.persist(to)?;
    Ok(())
}
