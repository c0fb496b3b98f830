//! The array `x` of an `.npz` file, read a few images at a time: a data set may be larger than memory.

use std::io::Read;
use std::path::Path;

use ndarray::{Array4, ShapeBuilder};
use zip::ZipArchive;

use super::{LAYOUT, damaged, open};
use crate::error::{Error, Result};

/// Member of the archive that holds the pixels.
const PIXELS: &str = "x.npy";
const MAGIC: &[u8] = b"\x93NUMPY";
/// Longest header that is read; NumPy's own are of a hundred bytes.
const MOST_HEADER: usize = 65_536;

/// Pixels that follow one another, image by image.
pub(super) struct Pixels<'a> {
    source: &'a mut dyn Read,
    path: &'a Path,
    /// Images, height, width, channels.
    pub shape: [usize; 4],
    read: usize,
}

impl Pixels<'_> {
    /// The next `count` images, fewer at the end.
    ///
    /// # Errors
    /// [`Error::File`] if the file is cut short.
    pub fn next(&mut self, count: usize) -> Result<Array4<u8>> {
        let [images, height, width, channels] = self.shape;
        let count = count.min(images - self.read);
        let size = count.checked_mul(height * width * channels);
        let mut bytes = Vec::new();
        // Not reserved ahead: what a header claims is not yet there.
        let wanted = size.ok_or_else(|| damaged(self.path, "its shape is beyond all memory"))?;
        self.source
            .take(wanted as u64)
            .read_to_end(&mut bytes)
            .map_err(|error| damaged(self.path, &error.to_string()))?;
        self.read += count;
        let found = bytes.len();
        Array4::from_shape_vec((count, height, width, channels), bytes).map_err(|_| cut_short(self.path, found, wanted))
    }
}

/// Opens `x` and hands it to `read`.
///
/// # Errors
/// [`Error::Io`] if the file cannot be opened; [`Error::File`] if it is no archive, has no `x`, or `x` is of another type
/// or shape; what `read` reports.
pub(super) fn with_pixels<R>(path: &Path, read: impl FnOnce(&mut Pixels) -> Result<R>) -> Result<R> {
    let mut archive = ZipArchive::new(open(path)?).map_err(|error| damaged(path, &error.to_string()))?;
    if archive.index_for_name(PIXELS).is_none() {
        let names: Vec<_> = archive.file_names().map(|name| name.trim_end_matches(".npy").to_string()).collect();
        return Err(Error::file(path, format!("there is no array 'x' among {names:?}"), LAYOUT));
    }
    let mut source = archive.by_name(PIXELS).map_err(|error| damaged(path, &error.to_string()))?;
    let text = header(&mut source).map_err(|error| damaged(path, &error.to_string()))?;
    let text = text.ok_or_else(|| damaged(path, "'x' has no NumPy header"))?;
    if !(text.contains("'|u1'") || text.contains("'u1'") || text.contains("'<u1'")) {
        return Err(Error::file(path, "'x' is not of type uint8", LAYOUT));
    }
    let shape = extents(&text).ok_or_else(|| damaged(path, "the shape of 'x' cannot be read"))?;
    let whole = match shape[..] {
        [images, height, width] => [images, height, width, 1],
        [images, height, width, channels] => [images, height, width, channels],
        _ => [0; 4],
    };
    let sane = whole[1..].iter().try_fold(1usize, |product, extent| product.checked_mul(*extent));
    if sane.is_none_or(|pixels| pixels == 0) {
        return Err(Error::file(path, format!("'x' has shape {shape:?}"), LAYOUT));
    }
    if !text.contains("'fortran_order': True") {
        return read(&mut Pixels { source: &mut source, path, shape: whole, read: 0 });
    }
    // The first index runs fastest: no image is there before all are.
    let mut bytes = Vec::new();
    let [images, height, width, channels] = whole;
    let size = images.checked_mul(height * width * channels);
    let wanted = size.ok_or_else(|| damaged(path, "its shape is beyond all memory"))?;
    source.take(wanted as u64).read_to_end(&mut bytes).map_err(|error| damaged(path, &error.to_string()))?;
    let found = bytes.len();
    let columns = Array4::from_shape_vec((images, height, width, channels).f(), bytes)
        .map_err(|_| cut_short(path, found, wanted))?;
    let rows: Vec<u8> = columns.iter().copied().collect();
    read(&mut Pixels { source: &mut &rows[..], path, shape: whole, read: 0 })
}

fn cut_short(path: &Path, found: usize, wanted: usize) -> Error {
    damaged(path, &format!("'x' ends after {found} of {wanted} bytes"))
}

/// The dictionary of a `.npy` header (NumPy's format, versions 1 to 3); `None` for another kind of file.
fn header(source: &mut impl Read) -> std::io::Result<Option<String>> {
    let mut start = [0; 8];
    source.read_exact(&mut start)?;
    let length = match (&start[..6] == MAGIC, start[6]) {
        (true, 1) => {
            let mut length = [0; 2];
            source.read_exact(&mut length)?;
            usize::from(u16::from_le_bytes(length))
        }
        (true, 2 | 3) => {
            let mut length = [0; 4];
            source.read_exact(&mut length)?;
            u32::from_le_bytes(length) as usize
        }
        _ => return Ok(None),
    };
    if length > MOST_HEADER {
        return Ok(None);
    }
    let mut text = vec![0; length];
    source.read_exact(&mut text)?;
    Ok(String::from_utf8(text).ok())
}

/// The numbers behind `'shape':`.
fn extents(header: &str) -> Option<Vec<usize>> {
    let (_, rest) = header.split_once("'shape':")?;
    let (_, rest) = rest.split_once('(')?;
    let (inside, _) = rest.split_once(')')?;
    inside.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect()
}
