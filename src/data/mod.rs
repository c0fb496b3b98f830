//! Images and labels from files: the data of calibration, evaluation and co-simulation.
//!
//! They come from `.npz` and `.npy` files of NumPy and from folders of PNGs. `docs/using.md` has the rules; what they leave open is an error
//! with the line of Python that settles it.

mod choice;
mod container;
mod element;
mod labels;
mod npy;
mod pixels;
mod png_folder;
mod scale;

use std::fs::File;
use std::path::Path;

use ndarray::{Array4, Axis, s};

use crate::error::{Artefact, Error, Kind, Place, Result, Setting, Unit};
use crate::identifier::printable;
use crate::shape::Shape;
use container::Container;
use png_folder::PngFolder;

/// Images of the largest file or folder.
const MOST_IMAGES: usize = 1 << 24;
/// Bytes of pixels in memory at once. An archive of a few bytes can claim that many.
const MOST_PIXELS: usize = 1 << 31;

/// Raw images with their labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Images {
    /// \[image, height, width, channel\], raw 0..=255.
    pub pixels: Array4<u8>,
    /// One class index for each image.
    pub labels: Option<Vec<u32>>,
}

impl Images {
    /// All images of a file or folder, as of [`read`].
    ///
    /// # Errors
    /// As [`read`].
    pub fn open(path: impl AsRef<Path>) -> Result<Images> {
        read(path.as_ref(), None)
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.pixels.len_of(Axis(0))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first `limit` images.
    pub fn take(&self, limit: usize) -> Images {
        let limit = limit.min(self.len());
        Images {
            pixels: self.pixels.slice(s![..limit, .., .., ..]).to_owned(),
            labels: self.labels.as_ref().map(|labels| labels[..limit].to_vec()),
        }
    }
}

/// Reads images and, if there, their labels; at most the first `limit` images. `path` is one of
///
/// - an `.npz` file with images `x` and labels `y`, or with arrays of other names that leave no doubt;
/// - an `.npy` file of images, with one of labels beside it or without labels;
/// - a folder with a folder of PNGs for each class. The first images are one of each class.
///
/// Arrays of images are N×H×W, N×H×W×C or N×C×H×W, of pixels 0 to 255 in any numeric type or of these divided by 255; bools are 0 and 255.
///
/// # Errors
/// [`Kind::Unreadable`] if something cannot be opened; [`Kind::Malformed`], [`Kind::WrongType`] or [`Kind::WrongShape`] if it is damaged, or
/// is or holds something else, or if it leaves a doubt; [`Kind::NoImages`]; [`Kind::TooLarge`] for more pixels than are read at once.
pub fn read(path: &Path, limit: Option<usize>) -> Result<Images> {
    let mut all = None;
    batches(path, limit, usize::MAX, &mut |_, images| {
        all = Some(images);
        Ok(())
    })?;
    all.ok_or_else(|| Kind::NoImages.at(path))
}

/// The same images in batches of at most `size`: `each` is told how many there are in all. Only one batch is in memory.
///
/// # Errors
/// As [`read`], and what `each` reports.
pub fn batches(
    path: &Path,
    limit: Option<usize>,
    size: usize,
    each: &mut dyn FnMut(usize, Images) -> Result<()>,
) -> Result<()> {
    if limit == Some(0) {
        return Err(Kind::out_of_range(0, 1.0..).at(Setting::Limit));
    }
    let count = |found: usize| limit.map_or(found, |limit| limit.min(found));
    if path.is_dir() {
        let mut folder = PngFolder::open(path)?;
        let labels = Some(std::mem::take(&mut folder.labels));
        return deliver(path, count(folder.len()), labels, size, &mut |more| folder.next(path, more), each);
    }
    let mut container = Container::open(path)?;
    let choice = choice::choose(&mut container)?;
    // By a reader of their own, since those of the pixels are in use.
    let mut labelled = Container::open(path)?;
    pixels::with_pixels(&mut container, &choice, |pixels| {
        let read = |labels| labels::read(&mut labelled, labels, &choice.images, pixels.len());
        let labels = choice.labels.as_deref().map(read).transpose()?;
        deliver(path, count(pixels.len()), labels, size, &mut |more| pixels.next(more), each)
    })
}

/// Hands `count` images to `each`, as `next` gives them.
fn deliver(
    path: &Path,
    count: usize,
    labels: Option<Vec<u32>>,
    size: usize,
    next: &mut dyn FnMut(usize) -> Result<Array4<u8>>,
    each: &mut dyn FnMut(usize, Images) -> Result<()>,
) -> Result<()> {
    if count == 0 {
        return Err(Kind::NoImages.at(path));
    }
    let mut done = 0;
    while done < count {
        let pixels = next(size.min(count - done))?;
        let end = done + pixels.len_of(Axis(0));
        let labels = labels.as_ref().map(|labels| labels[done..end].to_vec());
        each(count, Images { pixels, labels })?;
        done = end;
    }
    Ok(())
}

/// Bytes of some images of `size` bytes each, if they may be in memory at once.
fn check_memory(path: &Path, images: usize, size: usize) -> Result<usize> {
    let wanted = images * size;
    if wanted > MOST_PIXELS {
        let [found, most] = [wanted, MOST_PIXELS].map(|bytes| bytes as u64 >> 20);
        return Err(Kind::TooLarge { unit: Unit::MebibytesOfPixels, found, most }.at(path));
    }
    Ok(wanted)
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Kind::Unreadable { wanted: Artefact::Images, error }.at(path)
}

/// Checks that the images fit the network's input.
///
/// # Errors
/// [`Kind::OtherShape`].
pub fn check_shape(images: &Images, shape: Shape, path: &Path) -> Result<()> {
    let (_, height, width, channels) = images.pixels.dim();
    let found = Shape { channels, height, width };
    if found == shape {
        return Ok(());
    }
    Err(Kind::OtherShape { found, expected: shape }.at(path))
}

fn damaged(path: &Path, problem: &str) -> Error {
    wrong(path, format!("it is not an .npz or .npy file, or it is damaged ({problem})"))
}

fn wrong(path: &Path, problem: impl ToString) -> Error {
    Kind::malformed(Artefact::Images, problem).at(path)
}

fn wrong_type(path: &Path, array: &str, found: &str, expected: &'static str) -> Error {
    Kind::WrongType { found: printable(found), expected }.at(Place::within(path, Place::Array(array.into())))
}

fn wrong_shape(path: &Path, array: &str, found: Vec<usize>, expected: &'static str) -> Error {
    Kind::WrongShape { found, expected }.at(Place::within(path, Place::Array(array.into())))
}

#[cfg(test)]
mod tests;
