//! Writing a folder or a file such that nobody ever sees half of it, and nothing is lost that is not Volley's to replace.

mod own;
mod target;

use std::path::{Path, PathBuf};

pub use own::Own;
pub use target::Target;

use crate::error::{Artefact, Error, Kind, Result};
use crate::interrupt::TemporaryFolder;
use crate::sums::{SUMS, Sums};

/// Writes a whole folder: `fill` gets an empty folder beside `target`, which is renamed to `target` once it is full, with the
/// sums of its files in it.
///
/// An existing folder is replaced only if it is empty, or holds a file called `marker`, the sign that Volley wrote it, and every file in
/// it is as Volley wrote it; with force, whatever its files are. Where the system can (Linux), both change places in one step: if the
/// program is killed at any moment, either the old folder or the new one is there. Then the old one disappears.
///
/// # Errors
/// Whatever `fill` gives (then `target` is as it was), [`Kind::ForeignFolder`] for a target that is not Volley's, [`Kind::Changed`] for one
/// that somebody has changed, [`Kind::Unwritable`] for a path that cannot be written.
pub fn write_folder(target: &Target, marker: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let failed = |path: &Path, error| Kind::Unwritable { error }.at(path);
    let target = Target { path: resolved(&target.path)?, force: target.force };
    check_folder(&target, marker)?;
    let work = work_beside(&target.path)?;
    let (new, old) = (work.path().join("new"), work.path().join("old"));
    std::fs::create_dir(&new).map_err(|e| failed(&new, e))?;
    fill(&new)?;
    if !new.join(SUMS).exists() {
        Sums::of(&new)?.write(&new)?;
    }
    // Checked again: `fill` may have taken long.
    check_folder(&target, marker)?;
    let target = target.path;
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

/// The path behind a symbolic link: what it points to is replaced, not the link.
fn resolved(path: &Path) -> Result<PathBuf> {
    if !path.exists() {
        return Ok(path.into());
    }
    path.canonicalize().map_err(|error| Kind::Unwritable { error }.at(path))
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

/// Writes a whole file: `fill` makes its content, once it is known that the file may be written. An older file is replaced only if it is
/// `own` and unchanged, or with force.
///
/// # Errors
/// Whatever `fill` gives (then `target` is as it was); [`Kind::ForeignFile`], [`Kind::IsAFolder`], and [`Kind::Unwritable`].
pub fn write_whole_file<E: From<Error>>(
    target: &Target,
    own: Own,
    fill: impl FnOnce() -> Result<Vec<u8>, E>,
) -> Result<(), E> {
    let target = Target { path: resolved(&target.path)?, force: target.force };
    check_file(&target, own)?;
    let path = &target.path;
    let work = work_beside(path)?;
    let new = work.path().join("new");
    write_file(&new, own.seal(fill()?))?;
    // Checked again: `fill` may have taken long.
    check_file(&target, own)?;
    std::fs::rename(&new, path).map_err(|error| Kind::Unwritable { error }.at(path))?;
    Ok(())
}

/// Refuses a file that must not be replaced, before work is spent on another.
///
/// # Errors
/// As [`write_whole_file`].
pub fn check_file(target: &Target, own: Own) -> Result<()> {
    let path = &target.path;
    let failed = |error| Kind::Unwritable { error }.at(path);
    if path.is_dir() || path.file_name().is_none() {
        return Err(Kind::IsAFolder.at(path));
    }
    let found = match path.metadata() {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    if !found.is_file() {
        return Err(Kind::NotRegular.at(path));
    }
    // Renaming would replace a file that its owner protects.
    if found.permissions().readonly() {
        return Err(failed(std::io::Error::other("it may only be read")));
    }
    if target.force || found.len() == 0 || own.wrote(&std::fs::read(path).map_err(failed)?) {
        return Ok(());
    }
    Err(Kind::ForeignFile.at(path))
}

/// A hidden folder beside `target`, on the same file system. Everything happens in it, and it vanishes in any case. Makes the
/// folders that lead to `target`.
fn work_beside(target: &Path) -> Result<TemporaryFolder> {
    let parent = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let failed = |error| Kind::Unwritable { error }.at(parent);
    std::fs::create_dir_all(parent).map_err(failed)?;
    TemporaryFolder::new(|| tempfile::Builder::new().prefix(".volley-").tempdir_in(parent)).map_err(failed)
}

/// A folder among the system's temporary ones, which vanishes when it is dropped.
///
/// # Errors
/// [`Kind::Unreadable`] where there is no space for one.
pub fn temporary_folder() -> Result<TemporaryFolder> {
    TemporaryFolder::new(tempfile::tempdir)
        .map_err(|error| Kind::Unreadable { wanted: Artefact::Temporary, error }.at(std::env::temp_dir()))
}

/// Writes one file with the usual error.
///
/// # Errors
/// [`Kind::Unwritable`] if it cannot be written.
pub fn write_file(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    std::fs::write(path, content).map_err(|error| Kind::Unwritable { error }.at(path))
}

fn check_folder(target: &Target, marker: &str) -> Result<()> {
    let path = &target.path;
    if path.file_name().is_none() {
        return Err(Kind::NoName.at(path));
    }
    if !path.exists() {
        return Ok(());
    }
    let unreadable = |error| Kind::Unwritable { error }.at(path);
    if !path.is_dir() {
        return Err(Kind::IsAFile.at(path));
    }
    if std::fs::read_dir(path).map_err(unreadable)?.next().is_none() {
        return Ok(());
    }
    if !path.join(marker).is_file() {
        return Err(Kind::ForeignFolder { marker: marker.into() }.at(path));
    }
    if target.force {
        return Ok(());
    }
    let found = Sums::of(path)?;
    let changed = match Sums::read(path) {
        Ok(sums) => {
            let differences = sums.differences(&found);
            // What is missing is nobody's loss.
            differences.changed.into_iter().chain(differences.added).next()
        }
        // Of an older version, or without it: nothing says that the files are Volley's.
        Err(_) => Some(SUMS.into()),
    };
    changed.map_or(Ok(()), |file| Err(Kind::Changed.at(path.join(file))))
}
