//! Where arrays are: in an `.npz` archive, or one in each `.npy` file. Which of them are images and labels is decided in
//! [`choice`](super::choice).

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::choice::partners;
use super::npy::{Header, MAGIC};
use super::{damaged, open};
use crate::error::Result;
use crate::identifier::printable;

/// Arrays by name.
pub(super) enum Container<'a> {
    /// An `.npz` file.
    Archive(&'a Path, ZipArchive<File>),
    /// An `.npy` file of images, and one of their labels if there is one.
    Pair(&'a Path, Option<PathBuf>),
}

/// An array, read up to its first element.
pub(super) struct Opened<'a> {
    pub header: Header,
    pub source: Box<dyn Read + 'a>,
}

impl<'a> Container<'a> {
    /// # Errors
    /// [`Unreadable`](crate::error::Kind::Unreadable) and [`Malformed`](crate::error::Kind::Malformed).
    pub fn open(path: &'a Path) -> Result<Container<'a>> {
        let mut start = Vec::new();
        let read = open(path)?.take(MAGIC.len() as u64).read_to_end(&mut start);
        if read.is_ok() && start == MAGIC {
            return Ok(Container::Pair(path, labels_beside(path)));
        }
        let archive = ZipArchive::new(open(path)?).map_err(|error| damaged(path, &error.to_string()))?;
        Ok(Container::Archive(path, archive))
    }

    /// The file that the user named.
    pub fn path(&self) -> &'a Path {
        match self {
            Container::Archive(path, _) | Container::Pair(path, _) => path,
        }
    }

    /// Names of all arrays; of a pair, the images' first.
    pub fn names(&self) -> Vec<String> {
        match self {
            Container::Archive(_, archive) => {
                archive.file_names().filter_map(|name| name.strip_suffix(".npy")).map(str::to_owned).collect()
            }
            Container::Pair(images, labels) => {
                [Some(*images), labels.as_deref()].into_iter().flatten().map(stem).collect()
            }
        }
    }

    /// # Errors
    /// [`Unreadable`](crate::error::Kind::Unreadable) and [`Malformed`](crate::error::Kind::Malformed).
    pub fn array(&mut self, name: &str) -> Result<Opened<'_>> {
        let shown = printable(name);
        let path = self.path();
        let mut source: Box<dyn Read + '_> = match self {
            Container::Archive(_, archive) => {
                let member =
                    archive.by_name(&format!("{name}.npy")).map_err(|error| damaged(path, &error.to_string()))?;
                Box::new(member)
            }
            Container::Pair(_, Some(labels)) if stem(labels) == name => Box::new(BufReader::new(open(labels)?)),
            Container::Pair(images, _) => Box::new(BufReader::new(open(images)?)),
        };
        let header = Header::read(&mut source, path, &shown)?;
        Ok(Opened { header, source })
    }

    /// The array in Python, and the statement that goes before.
    pub fn python(&self, name: &str) -> (String, String) {
        let quoted = |text: &str| format!("{:?}", printable(text));
        match self {
            Container::Archive(path, _) => {
                (format!("d = np.load({}); ", quoted(&file_name(path))), format!("d[{}]", quoted(name)))
            }
            Container::Pair(..) => (String::new(), format!("np.load({})", quoted(&format!("{name}.npy")))),
        }
    }

    /// The NumPy statements that write images and labels as they should be, with these Python expressions.
    pub fn rewrite(&self, before: &str, images: &str, labels: Option<&str>) -> String {
        let labels = labels.map_or(String::new(), |labels| format!(", y={labels}"));
        format!("{before}np.savez({:?}, x={images}{labels})", printable(&format!("{}_volley.npz", stem(self.path()))))
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The file of labels beside an `.npy` file of images.
fn labels_beside(images: &Path) -> Option<PathBuf> {
    let names = partners(&stem(images)).into_iter();
    names.map(|name| images.with_file_name(format!("{name}.npy"))).find(|path| path.is_file())
}
