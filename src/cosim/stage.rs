//! Links to the Verilog and the work folder in a folder of short, plain names: simulators take paths as text, and not every path is text.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::error::{Kind, Result};
use crate::interrupt::TemporaryFolder;
use crate::output::temporary_folder;

/// The work folder.
pub(super) const WORK: &str = "work";
/// The folder of the Verilog files, each by its own name.
pub(super) const VERILOG: &str = "verilog";

/// Makes the links.
///
/// # Errors
/// [`Kind::Unwritable`] among the system's temporary files.
pub(super) fn set(verilog: &[PathBuf], work: &Path) -> Result<TemporaryFolder> {
    let stage = temporary_folder()?;
    let link = |to: &Path, name: PathBuf| {
        symlink(to, stage.path().join(&name)).map_err(|error| Kind::Unwritable { error }.at(stage.path().join(name)))
    };
    link(work, WORK.into())?;
    super::create_dir(&stage.path().join(VERILOG))?;
    verilog.iter().try_for_each(|path| link(path, Path::new(VERILOG).join(path.file_name().unwrap_or_default())))?;
    Ok(stage)
}
