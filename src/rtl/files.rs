//! The files in the folder of a core.

use std::path::{Path, PathBuf};

use crate::error::{Artefact, Kind, Result};
use crate::identifier::is_file_name;

/// What a simulator or a synthesiser reads of the files in `folder`: those that end in one of `ends`, sorted. They become words of
/// scripts.
///
/// # Errors
/// [`Kind::Unreadable`] for the folder; [`Kind::BadName`] and [`Kind::NotRegular`] for a file.
pub(crate) fn files_of(folder: &Path, ends: &[&str]) -> Result<Vec<PathBuf>> {
    let unreadable = |error| Kind::Unreadable { wanted: Artefact::Core, error }.at(folder);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !ends.iter().any(|end| name.ends_with(end)) {
            continue;
        }
        if !is_file_name(&name) {
            let advice = "rename it, with letters, digits, '_', '-' and '.', or remove it";
            return Err(Kind::BadName { name, wanted: Artefact::CoreFile }.at(path).advise(advice));
        }
        if !path.is_file() {
            return Err(Kind::NotRegular.at(path));
        }
        files.push(path);
    }
    files.sort();
    Ok(files)
}
