//! The folder in which a simulator is built and run. Everything in it may be deleted, so it must be Volley's.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::create_dir;
use crate::error::{Kind, Result};

/// The file that makes a folder a work folder. A run locks it.
const MARKER: &str = "volley-cosim";

/// Makes `folder` a work folder, unless it is one, and keeps other runs out of it as long as the file is open.
///
/// # Errors
/// [`Kind::ForeignFolder`] for a folder with other things in it, [`Kind::InUse`] if another run has it, [`Kind::Unwritable`].
pub(super) fn take(folder: &Path) -> Result<File> {
    let failed = |error| Kind::Unwritable { error }.at(folder);
    create_dir(folder)?;
    let path = folder.join(MARKER);
    if !path.is_file() && std::fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(Kind::ForeignFolder { marker: MARKER.into() }.at(folder));
    }
    let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Kind::InUse.at(folder)),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
