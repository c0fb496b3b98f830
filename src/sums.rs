//! `SHA256SUMS` of a folder that Volley wrote: the SHA-256 of every file in it, and of what a core was generated from.
//!
//! The format is that of `sha256sum`, so `sha256sum -c SHA256SUMS` in the folder checks the files without Volley. The sources, which
//! are not in the folder, are in comments:
//!
//! ```text
//! # source 3f5a...  model.onnx
//! 91cc...  core.toml
//! ```

use std::collections::BTreeMap;
use std::path::{Component, Path};

use sha2::{Digest, Sha256};

use crate::error::{Artefact, Kind, Result};
use crate::identifier::is_printable;
use crate::input;

/// The file's name.
pub const SUMS: &str = "SHA256SUMS";

const SOURCE: &str = "# source ";

/// Hexadecimal SHA-256 by the path in the folder, with `/`, or by the source's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// Of what the folder was made from, by name.
    pub sources: BTreeMap<String, String>,
    /// Of its files, by path.
    pub files: BTreeMap<String, String>,
}

/// How a folder differs from its sums.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Differences {
    /// Files with another sum.
    pub changed: Vec<String>,
    /// Files that are in the sums only.
    pub missing: Vec<String>,
    /// Files that are not in the sums.
    pub added: Vec<String>,
}

impl Differences {
    /// Whether the folder is as its sums say.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.missing.is_empty() && self.added.is_empty()
    }
}

/// Hexadecimal SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Sums {
    /// The sums of all files below `folder` except `SHA256SUMS` itself.
    ///
    /// # Errors
    /// [`Kind::Unreadable`].
    pub fn of(folder: &Path) -> Result<Sums> {
        let mut sums = Sums::default();
        sums.add_folder(folder, "")?;
        sums.files.remove(SUMS);
        Ok(sums)
    }

    fn add_folder(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let failed = |path: &Path, error| Kind::Unreadable { wanted: Artefact::CoreFile, error }.at(path);
        for entry in std::fs::read_dir(folder).map_err(|e| failed(folder, e))? {
            let entry = entry.map_err(|e| failed(folder, e))?;
            let path = entry.path();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(|e| failed(&path, e))?.is_dir() {
                self.add_folder(&path, &format!("{name}/"))?;
            } else {
                // Not a device that never ends, nor a pipe that never begins.
                if !std::fs::metadata(&path).map_err(|e| failed(&path, e))?.is_file() {
                    return Err(Kind::NotRegular.at(path));
                }
                let bytes = input::read(&path, input::MOST_BYTES).map_err(|e| failed(&path, e))?;
                self.files.insert(name, sha256(&bytes));
            }
        }
        Ok(())
    }

    /// Writes `SHA256SUMS` into `folder`.
    ///
    /// # Errors
    /// [`Kind::Unwritable`].
    pub fn write(&self, folder: &Path) -> Result<()> {
        let sources = self.sources.iter().map(|(name, sum)| format!("{SOURCE}{sum}  {name}\n"));
        let files = self.files.iter().map(|(name, sum)| format!("{sum}  {name}\n"));
        let path = folder.join(SUMS);
        std::fs::write(&path, sources.chain(files).collect::<String>())
            .map_err(|error| Kind::Unwritable { error }.at(&path))
    }

    /// Reads the `SHA256SUMS` of a folder.
    ///
    /// # Errors
    /// [`Kind::Unreadable`]; [`Kind::Malformed`] for a line that is not one of `sha256sum`'s, or that names a file outside the folder.
    pub fn read(folder: &Path) -> Result<Sums> {
        let path = folder.join(SUMS);

        let text = input::read_text(&path)
            .map_err(|error| Kind::Unreadable { wanted: Artefact::CoreFile, error }.at(&path))?;
        let mut sums = Sums::default();
        for (number, line) in text.lines().enumerate() {
            let (list, entry) = match line.strip_prefix(SOURCE) {
                Some(entry) => (&mut sums.sources, entry),
                None if line.starts_with('#') || line.is_empty() => continue,
                None => (&mut sums.files, line),
            };
            let Some((sum, name)) = parse(entry) else {
                let problem = format!("line {} is not a sum and a file of this folder", number + 1);
                return Err(Kind::malformed(Artefact::CoreFile, problem).at(&path));
            };
            list.insert(name.into(), sum.into());
        }
        Ok(sums)
    }

    /// How `found` differs in its files.
    pub fn differences(&self, found: &Sums) -> Differences {
        let mut differences = Differences::default();
        for (name, sum) in &self.files {
            match found.files.get(name) {
                None => differences.missing.push(name.clone()),
                Some(other) if other != sum => differences.changed.push(name.clone()),
                Some(_) => {}
            }
        }
        differences.added = found.files.keys().filter(|name| !self.files.contains_key(*name)).cloned().collect();
        differences
    }
}

/// `<64 hexadecimal digits>  <path in the folder>`.
fn parse(line: &str) -> Option<(&str, &str)> {
    let (sum, name) = line.split_once("  ")?;
    let is_sum = sum.len() == 64 && sum.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut parts = Path::new(name).components();
    let inside = !name.is_empty() && parts.all(|part| matches!(part, Component::Normal(_)));
    (is_sum && inside && name.chars().all(is_printable)).then_some((sum, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_against_its_sums() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        std::fs::create_dir(path.join("network")).unwrap();
        for name in ["a.v", "b.mem", "network/network.toml"] {
            std::fs::write(path.join(name), name).unwrap();
        }
        let mut sums = Sums::of(path).unwrap();
        sums.sources.insert("model.onnx".into(), sha256(b"abc"));
        sums.write(path).unwrap();
        let read = Sums::read(path).unwrap();
        assert_eq!(read, sums);
        // FIPS 180-2, appendix B.1.
        assert_eq!(read.sources["model.onnx"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(read.differences(&Sums::of(path).unwrap()).is_empty());
        std::fs::write(path.join("a.v"), "changed").unwrap();
        std::fs::remove_file(path.join("b.mem")).unwrap();
        std::fs::write(path.join("network/more"), "").unwrap();
        let found = read.differences(&Sums::of(path).unwrap());
        assert_eq!(
            (&found.changed[..], &found.missing[..], &found.added[..]),
            (&["a.v".to_string()][..], &["b.mem".to_string()][..], &["network/more".to_string()][..])
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.path().join("endless.v")).unwrap();
        assert!(Sums::of(folder.path()).unwrap_err().to_string().contains("it is not a regular file"));
    }

    #[test]
    fn lines_that_are_none_are_refused_by_number() {
        let folder = tempfile::tempdir().unwrap();
        let sum = sha256(b"");
        for line in [
            "x  a.v",
            &format!("{sum}  ../a.v"),
            &format!("{sum}  /etc/passwd"),
            &format!("{sum} a.v"),
            &format!("{sum}  \u{1b}[2J"),
            &sum,
        ] {
            std::fs::write(folder.path().join(SUMS), format!("{sum}  good.v\n{line}\n")).unwrap();
            let message = Sums::read(folder.path()).unwrap_err().to_string();
            assert!(message.contains("SHA256SUMS: line 2 is not"), "{line}: {message}");
        }
    }
}
