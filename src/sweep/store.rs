//! Files with keys: their content is good as long as nothing that it depends on changes.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::data::Images;
use crate::error::{Artefact, Kind, Result};
use crate::interrupt::Hold;

/// The subfolder that makes a folder a sweep.
const POINTS: &str = "points";

/// Hash of everything that a file depends on, this version of the crate included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key(String);

impl Key {
    /// Of `parts`, one after the other.
    pub fn new(parts: &[&[u8]]) -> Key {
        let mut hash = Sha256::new();
        for part in [env!("CARGO_PKG_VERSION").as_bytes()].iter().chain(parts) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Key(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Of pixels, their shape, and labels.
    pub fn images(images: &Images) -> Key {
        let pixels: Vec<u8> = images.pixels.iter().copied().collect();
        let labels = images.labels.iter().flatten().flat_map(|label| label.to_le_bytes());
        Key::new(&[format!("{:?}", images.pixels.dim()).as_bytes(), &pixels, &labels.collect::<Vec<u8>>()])
    }

    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Makes `folder` a sweep's: a new or empty folder, or one that already is a sweep's.
///
/// # Errors
/// [`Kind::ForeignFolder`] for a folder with other things in it, [`Kind::Unwritable`] for one that cannot be written.
pub fn prepare(folder: &Path) -> Result<()> {
    let failed = |error| Kind::Unwritable { error }.at(folder);
    let points = folder.join(POINTS);
    if folder.is_dir() && !points.is_dir() && std::fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(Kind::ForeignFolder { marker: format!("{POINTS}/") }.at(folder));
    }
    std::fs::create_dir_all(points).and_then(|()| std::fs::create_dir_all(folder.join("networks"))).map_err(failed)
}

/// What `path` holds, if it was written with `key`. Anything else counts as no file: it is computed again.
pub(super) fn read<T: DeserializeOwned>(path: &Path, key: &Key) -> Option<T> {
    let mut stored: Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    if stored["key"] != key.0 {
        return None;
    }
    serde_json::from_value(stored["value"].take()).ok()
}

/// Writes `value` with its key.
fn write(path: &Path, key: &Key, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(&json!({ "key": key.0, "value": value }));
    let text = text.map_err(|error| Kind::internal(error).at(path))?;
    write_whole(path, (text + "\n").as_bytes())
}

/// What `path` holds, or else what `compute` gives, which is then there. It is read again, since a number in JSON may come back
/// different in its last digit: so computing and reading give the same.
pub(super) fn once<T: Serialize + DeserializeOwned>(
    path: &Path,
    key: &Key,
    compute: impl FnOnce() -> Result<T>,
) -> Result<T> {
    if let Some(stored) = read(path, key) {
        return Ok(stored);
    }
    write(path, key, &compute()?)?;
    read(path, key).ok_or_else(|| Kind::Missing { wanted: Artefact::Own }.at(path))
}

/// Writes a file that others see whole or not at all.
pub(super) fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    let failed = |error| Kind::Unwritable { error }.at(path);
    // A hidden file beside its place, a different one for each process.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let new = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let _hold = Hold::path(&new);
    let written = std::fs::write(&new, content).and_then(|()| std::fs::rename(&new, path));
    written.map_err(|error| {
        // The error that led here is the one to report.
        let _ = std::fs::remove_file(&new);
        failed(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_counts_with_its_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let (key, other) = (Key::new(&[b"a", b"bc"]), Key::new(&[b"ab", b"c"]));
        assert_ne!(key, other);
        let mut runs = 0;
        for (key, expected) in [(&key, 1), (&key, 1), (&other, 2), (&key, 3)] {
            let value: Vec<f64> = once(&path, key, || {
                runs += 1;
                Ok(vec![0.1, f64::from(runs)])
            })
            .unwrap();
            assert_eq!(value, [0.1, f64::from(expected)]);
        }
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert_eq!(read::<Vec<f64>>(&path, &key), None);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_of_others_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        prepare(&path).unwrap();
        prepare(&path).unwrap();
        std::fs::write(folder.path().join("thesis.tex"), "").unwrap();
        assert!(prepare(folder.path()).unwrap_err().to_string().contains("points"));
    }
}
