//! Every form in which images may come, and every one that is refused.

mod archives;
mod arrays;
mod names;
mod png_folders;

use std::path::PathBuf;

use ndarray::Ix4;
use ndarray_npy::{NpzWriter, WritableElement};

use super::*;

/// A folder of one test.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes an archive and reads it.
    fn read(&self, fill: impl FnOnce(&mut NpzWriter<File>)) -> Result<Images> {
        let path = self.path("a.npz");
        write(&path, fill);
        read(&path, None)
    }

    /// The message of what is refused, without the folder's path.
    fn shown(&self, error: &Error) -> String {
        error.to_string().replace(&self.0.path().display().to_string(), "[folder]")
    }

    /// As [`Place::read`], of what is refused.
    fn refused(&self, fill: impl FnOnce(&mut NpzWriter<File>)) -> String {
        self.shown(&self.read(fill).unwrap_err())
    }

    /// The pixels of an array `x`.
    fn pixels<T: WritableElement>(&self, x: &ndarray::ArrayD<T>) -> Array4<u8> {
        self.read(|w| w.add_array("x", x).unwrap()).unwrap().pixels
    }
}

fn write(path: &Path, fill: impl FnOnce(&mut NpzWriter<File>)) {
    let mut writer = NpzWriter::new_compressed(File::create(path).unwrap());
    fill(&mut writer);
    writer.finish().unwrap();
}

/// Seven images of all values that a byte has.
fn sample(height: usize, width: usize, channels: usize) -> Array4<u8> {
    let mut next = 0u32;
    Array4::from_shape_simple_fn((7, height, width, channels), || {
        next += 37;
        (next % 256) as u8
    })
}

/// With the channels before the rows, and stored so.
fn channels_first<T: Clone>(images: &ndarray::Array<T, Ix4>) -> ndarray::Array<T, Ix4> {
    images.clone().permuted_axes([0, 3, 1, 2]).as_standard_layout().into_owned()
}
