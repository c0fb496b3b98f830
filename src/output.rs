//! Writing a folder or a file such that nobody ever sees half of it. A folder that is not Volley's is never overwritten.

use std::path::{Path, PathBuf};

use crate::error::{Artefact, Error, Kind, Result};

/// Writes a whole folder: `fill` gets an empty folder beside `target`, which is renamed to `target` once it is full.
///
/// An existing `target` is replaced only if it is empty or holds a file called `marker`, the sign that Volley
/// wrote it. Where the system can (Linux), both change places in one step: if the program is killed at any moment, either the old
/// folder or the new one is there. Then the old one disappears.
///
/// # Errors
/// Whatever `fill` gives (then `target` is as it was), [`Kind::ForeignFolder`] for a target that is not Volley's,
/// [`Kind::Unwritable`] for a path that cannot be written.
pub fn write_folder(target: &Path, marker: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let failed = |path: &Path, error| Kind::Unwritable { error }.at(path);
    // Through a symbolic link the folder behind it is replaced, not the link.
    let target: PathBuf =
        if target.exists() { target.canonicalize().map_err(|e| failed(target, e))? } else { target.into() };
    check_replaceable(&target, marker)?;
    let work = work_beside(&target)?;
    let (new, old) = (work.path().join("new"), work.path().join("old"));
    std::fs::create_dir(&new).map_err(|e| failed(&new, e))?;
    fill(&new)?;
    // Checked again: `fill` may have taken long.
    check_replaceable(&target, marker)?;
    if target.exists() {
        if exchange(&new, &target) {
            return Ok(());
        }
        std::fs::rename(&target, &old).map_err(|e| failed(&target, e))?;
    }
    std::fs::rename(&new, &target).map_err(|source| {
        // Puts the old folder back; if even that fails, the first error is still the one to report.
        if old.exists() {
            let _ = std::fs::rename(&old, &target);
        }
        failed(&target, source)
    })
}

/// Lets two paths change places in one step; false where the system or the file system cannot.
#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> bool {
    false
}

/// Writes a whole file and replaces an older one: `fill` makes its content, once it is known that the file can be written.
///
/// # Errors
/// Whatever `fill` gives (then `target` is as it was); [`Kind::IsAFolder`], and [`Kind::Unwritable`].
pub fn write_whole_file<E: From<Error>>(target: &Path, fill: impl FnOnce() -> Result<String, E>) -> Result<(), E> {
    let failed = |error| Kind::Unwritable { error }.at(target);
    if target.is_dir() || target.file_name().is_none() {
        return Err(Kind::IsAFolder.at(target).into());
    }
    // As for folders, the target of a link is replaced, not the link.
    let resolved = if target.exists() { target.canonicalize().map_err(failed)? } else { target.into() };
    let work = work_beside(&resolved)?;
    let new = work.path().join("new");
    write_file(&new, fill()?)?;
    std::fs::rename(&new, &resolved).map_err(failed)?;
    Ok(())
}

/// A hidden folder beside `target`, on the same file system. Everything happens in it, and it vanishes in any case. Makes the
/// folders that lead to `target`.
fn work_beside(target: &Path) -> Result<tempfile::TempDir> {
    let parent = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let failed = |error| Kind::Unwritable { error }.at(parent);
    std::fs::create_dir_all(parent).map_err(failed)?;
    tempfile::Builder::new().prefix(".volley-").tempdir_in(parent).map_err(failed)
}

/// A folder among the system's temporary ones, which vanishes when it is dropped.
///
/// # Errors
/// [`Kind::Unreadable`] where there is no space for one.
pub fn temporary_folder() -> Result<tempfile::TempDir> {
    tempfile::tempdir()
        .map_err(|error| Kind::Unreadable { wanted: Artefact::Temporary, error }.at(std::env::temp_dir()))
}

/// Writes one file with the usual error.
///
/// # Errors
/// [`Kind::Unwritable`] if it cannot be written.
pub fn write_file(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    std::fs::write(path, content).map_err(|error| Kind::Unwritable { error }.at(path))
}

fn check_replaceable(target: &Path, marker: &str) -> Result<()> {
    if target.file_name().is_none() {
        return Err(Kind::NoName.at(target));
    }
    if !target.exists() {
        return Ok(());
    }
    let unreadable = |error| Kind::Unwritable { error }.at(target);
    if !target.is_dir() {
        return Err(Kind::IsAFile.at(target));
    }
    let empty = std::fs::read_dir(target).map_err(unreadable)?.next().is_none();
    if empty || target.join(marker).is_file() {
        return Ok(());
    }
    Err(Kind::ForeignFolder { marker: marker.into() }.at(target))
}
