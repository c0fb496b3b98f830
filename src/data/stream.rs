//! The arrays `x` and `y` of an `.npz` file: pixels a few images at a time, since a data set may be larger than memory.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ndarray::{Array4, ShapeBuilder};
use zip::ZipArchive;
use zip::read::ZipFile;

use super::{damaged, open, wrong};
use crate::error::{Error, Kind, Place, Result, Unit};
use crate::identifier::printable;
use crate::shape::MOST_ELEMENTS;

/// Member of the archive that holds the pixels.
const PIXELS: &str = "x.npy";
/// Member of the archive that holds the labels.
const LABELS: &str = "y.npy";
const MAGIC: &[u8] = b"\x93NUMPY";
/// Longest header that is read; NumPy's own have about a hundred bytes.
const MOST_HEADER: usize = 65_536;
/// Images of the largest file.
const MOST_IMAGES: usize = 1 << 24;
/// Bytes of pixels in memory at once. An archive of a few bytes can claim that many.
const MOST_PIXELS: usize = 1 << 31;
/// Arrays that an error lists.
const MOST_SHOWN: usize = 20;

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
    /// [`Kind::Malformed`] if the file is cut short.
    pub fn next(&mut self, count: usize) -> Result<Array4<u8>> {
        let [images, height, width, channels] = self.shape;
        let count = count.min(images - self.read);
        let bytes = pixels(self.source, self.path, count, height * width * channels)?;
        self.read += count;
        let shape = (count, height, width, channels);
        Array4::from_shape_vec(shape, bytes).map_err(|error| damaged(self.path, &error.to_string()))
    }
}

/// This number of images with this number of bytes each.
fn pixels(source: &mut dyn Read, path: &Path, images: usize, size: usize) -> Result<Vec<u8>> {
    let wanted = images * size;
    if wanted > MOST_PIXELS {
        let [found, most] = [wanted, MOST_PIXELS].map(|bytes| bytes as u64 >> 20);
        return Err(Kind::TooLarge { unit: Unit::MebibytesOfPixels, found, most }.at(path));
    }
    exactly(source, path, 'x', wanted)
}

/// Reads the `left` bytes of an array that nobody wanted and then the end of its member, where the archive compares the checksum: what is
/// not read to the end may be damaged.
fn finish(source: &mut dyn Read, path: &Path, array: char, left: u64) -> Result<()> {
    let end = std::io::copy(&mut source.take(left), &mut std::io::sink()).and_then(|read| {
        let more = source.read(&mut [0])?;
        Ok((read, more))
    });
    match end {
        Ok((read, 0)) if read == left => Ok(()),
        Ok((_, 0)) => Err(damaged(path, &format!("'{array}' is cut short"))),
        Ok(_) => Err(damaged(path, &format!("'{array}' is longer than its header says"))),
        Err(error) => Err(damaged(path, &format!("'{array}': {error}"))),
    }
}

/// This number of bytes of an array. They are not reserved ahead: a header's claim proves nothing.
fn exactly(source: &mut dyn Read, path: &Path, array: char, wanted: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(wanted as u64).read_to_end(&mut bytes).map_err(|error| damaged(path, &error.to_string()))?;
    if bytes.len() < wanted {
        return Err(damaged(path, &format!("'{array}' ends after {} of {wanted} bytes", bytes.len())));
    }
    Ok(bytes)
}

/// Opens `x` and hands it to `read`.
///
/// # Errors
/// [`Kind::Unreadable`] if the file cannot be opened; [`Kind::Malformed`], [`Kind::WrongType`] or [`Kind::WrongShape`] if it is not an
/// archive, has no `x`, or `x` is of another type or shape; what `read` reports.
pub(super) fn with_pixels<R>(path: &Path, read: impl FnOnce(&mut Pixels) -> Result<R>) -> Result<R> {
    let mut archive = archive(path)?;
    let Some(mut source) = member(path, &mut archive, PIXELS)? else {
        let names: Vec<_> = archive.file_names().map(|name| printable(name.trim_end_matches(".npy"))).collect();
        let shown = names[..names.len().min(MOST_SHOWN)].join("', '");
        return Err(wrong(path, format!("there is no array 'x' among '{shown}'")));
    };
    let header = Header::read(&mut source, path, 'x')?;
    if !matches!(&*header.kind, "|u1" | "u1" | "<u1" | "=u1" | ">u1") {
        return Err(wrong_type(path, "x", &header.kind, "uint8"));
    }
    let shape = match header.shape[..] {
        [images, height, width] => [images, height, width, 1],
        [images, height, width, channels] => [images, height, width, channels],
        _ => [0; 4],
    };
    let [images, height, width, channels] = shape;
    let size = shape[1..].iter().try_fold(1usize, |product, extent| product.checked_mul(*extent));
    let Some(size) = size.filter(|size| (1..=MOST_ELEMENTS).contains(size) && images <= MOST_IMAGES) else {
        let expected =
            "N×H×W or N×H×W×C with at least one element and at most 2²⁶ for each image, and at most 2²⁴ images";
        return Err(wrong_shape(path, "x", header.shape, expected));
    };
    if !header.columns {
        let mut pixels = Pixels { source: &mut source, path, shape, read: 0 };
        let found = read(&mut pixels)?;
        let left = (images - pixels.read) as u64 * size as u64;
        finish(&mut source, path, 'x', left)?;
        return Ok(found);
    }
    // The first index runs fastest: no image is complete before all are.
    let bytes = pixels(&mut source, path, images, size)?;
    finish(&mut source, path, 'x', 0)?;
    let columns = Array4::from_shape_vec((images, height, width, channels).f(), bytes)
        .map_err(|error| damaged(path, &error.to_string()))?;
    let rows: Vec<u8> = columns.iter().copied().collect();
    read(&mut Pixels { source: &mut &rows[..], path, shape, read: 0 })
}

/// The labels of `images` images, if the file has any.
///
/// # Errors
/// As [`with_pixels`]; [`Kind::Malformed`] for another number of labels.
pub(super) fn labels(path: &Path, images: usize) -> Result<Option<Vec<u32>>> {
    let mut archive = archive(path)?;
    let Some(mut source) = member(path, &mut archive, LABELS)? else { return Ok(None) };
    let header = Header::read(&mut source, path, 'y')?;
    let Some((big, signed, bytes)) = integer(&header.kind) else {
        return Err(wrong_type(path, "y", &header.kind, "an integer type"));
    };
    let [count] = header.shape[..] else {
        return Err(wrong_shape(path, "y", header.shape, "one label for each image"));
    };
    if count != images {
        return Err(wrong(path, format!("'x' has {images} images and 'y' has {count} labels")));
    }
    let content = exactly(&mut source, path, 'y', count * bytes)?;
    finish(&mut source, path, 'y', 0)?;
    let label = |element: &[u8]| {
        // Digits in base 256, the highest first.
        let digits: Vec<u8> = if big { element.to_vec() } else { element.iter().rev().copied().collect() };
        let whole = digits.iter().fold(0i128, |value, digit| value << 8 | i128::from(*digit));
        let negative = signed && digits.first().is_some_and(|high| high & 0x80 != 0);
        let value = if negative { whole - (1 << (8 * bytes)) } else { whole };
        u32::try_from(value).map_err(|_| wrong(path, format!("label {value} is not a class")))
    };
    content.chunks_exact(bytes).map(label).collect::<Result<_>>().map(Some)
}

fn wrong_type(path: &Path, array: &str, found: &str, expected: &'static str) -> Error {
    Kind::WrongType { found: printable(found), expected }.at(Place::within(path, Place::Array(array.into())))
}

fn wrong_shape(path: &Path, array: &str, found: Vec<usize>, expected: &'static str) -> Error {
    Kind::WrongShape { found, expected }.at(Place::within(path, Place::Array(array.into())))
}

/// Byte order (whether the high byte is first), sign and bytes of an integer type as NumPy calls it.
fn integer(kind: &str) -> Option<(bool, bool, usize)> {
    let rest = kind.trim_start_matches(['<', '>', '=', '|']);
    let signed = rest.starts_with('i');
    let bytes = rest.strip_prefix(['i', 'u'])?.parse().ok().filter(|bytes| [1, 2, 4, 8].contains(bytes))?;
    Some((kind.starts_with('>'), signed, bytes))
}

fn archive(path: &Path) -> Result<ZipArchive<File>> {
    ZipArchive::new(open(path)?).map_err(|error| damaged(path, &error.to_string()))
}

fn member<'a>(path: &Path, archive: &'a mut ZipArchive<File>, name: &str) -> Result<Option<ZipFile<'a, File>>> {
    match archive.index_for_name(name) {
        Some(index) => archive.by_index(index).map(Some).map_err(|error| damaged(path, &error.to_string())),
        None => Ok(None),
    }
}

/// What a `.npy` header says (NumPy's format, versions 1 to 3).
struct Header {
    /// The elements' type.
    kind: String,
    shape: Vec<usize>,
    /// Whether the first index runs fastest.
    columns: bool,
}

impl Header {
    fn read(source: &mut impl Read, path: &Path, array: char) -> Result<Header> {
        let text = header(source).map_err(|error| damaged(path, &error.to_string()))?;
        let text = text.ok_or_else(|| damaged(path, &format!("'{array}' has no NumPy header")))?;
        let shape = extents(&text).ok_or_else(|| damaged(path, &format!("the shape of '{array}' cannot be read")))?;
        Ok(Header { kind: quoted(&text).unwrap_or_default(), shape, columns: text.contains("'fortran_order': True") })
    }
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

/// The numbers after `'shape':`.
fn extents(header: &str) -> Option<Vec<usize>> {
    let (_, rest) = header.split_once("'shape':")?;
    let (_, rest) = rest.split_once('(')?;
    let (inside, _) = rest.split_once(')')?;
    inside.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect()
}

/// The text after `'descr':`; none for a structured type.
fn quoted(header: &str) -> Option<String> {
    let (_, rest) = header.split_once("'descr':")?;
    let (kind, _) = rest.trim_start().strip_prefix('\'')?.split_once('\'')?;
    Some(kind.to_owned())
}
