//! The pixels of an array, a few images at a time, since a data set may be larger than memory.

use std::io::Read;
use std::path::Path;

use ndarray::{Array4, ShapeBuilder};

use super::choice::Choice;
use super::container::Container;
use super::element::Element;
use super::npy::{each, exactly, finish};
use super::scale::{Scale, Seen};
use super::{MOST_IMAGES, check_memory, damaged, wrong_shape, wrong_type};
use crate::error::{Error, Result};
use crate::identifier::printable;
use crate::shape::MOST_ELEMENTS;

/// The numbers of channels of grey and of coloured images: only these make a shape one of channels first.
const CHANNELS: [usize; 2] = [1, 3];

/// How the elements of an array are arranged and what they mean.
#[derive(Clone, Copy)]
struct Layout {
    element: Element,
    scale: Scale,
    /// As stored: N×H×W×C or N×C×H×W.
    shape: [usize; 4],
    channels_first: bool,
}

impl Layout {
    /// Elements of an image.
    fn size(&self) -> usize {
        self.shape[1..].iter().product()
    }
}

/// Pixels that follow one another, image by image.
pub(super) struct Pixels<'a> {
    source: &'a mut dyn Read,
    /// For messages.
    name: (&'a Path, &'a str),
    layout: Layout,
    read: usize,
}

impl Pixels<'_> {
    /// Images of the array.
    pub fn len(&self) -> usize {
        self.layout.shape[0]
    }

    /// The next `count` images, fewer at the end: \[image, height, width, channel\].
    ///
    /// # Errors
    /// [`Malformed`](crate::error::Kind::Malformed) if the file is cut short, [`TooLarge`](crate::error::Kind::TooLarge).
    pub fn next(&mut self, count: usize) -> Result<Array4<u8>> {
        let count = count.min(self.len() - self.read);
        let bytes = pixels(self.source, self.name, &self.layout, count)?;
        self.read += count;
        let [_, a, b, c] = self.layout.shape;
        let images = Array4::from_shape_vec((count, a, b, c), bytes);
        let images = images.map_err(|error| damaged(self.name.0, &error.to_string()))?;
        if self.layout.channels_first {
            return Ok(images.permuted_axes([0, 2, 3, 1]).as_standard_layout().into_owned());
        }
        Ok(images)
    }
}

/// This number of images, as they are stored.
fn pixels(source: &mut dyn Read, name: (&Path, &str), layout: &Layout, images: usize) -> Result<Vec<u8>> {
    let wanted = check_memory(name.0, images, layout.size())?;
    if layout.element == Element::BYTE {
        return exactly(source, name, wanted);
    }
    // Not reserved ahead: a header's claim proves nothing.
    let mut found = Vec::new();
    each(source, name, layout.element, wanted as u64, |value| {
        found.push(layout.scale.pixel(value));
        Ok(())
    })?;
    Ok(found)
}

/// Opens the images and hands them to `read`. If their elements are not bytes, all are read once before, to see what they mean.
///
/// # Errors
/// [`Unreadable`](crate::error::Kind::Unreadable) if the file cannot be opened; [`Malformed`](crate::error::Kind::Malformed),
/// [`WrongType`](crate::error::Kind::WrongType) or [`WrongShape`](crate::error::Kind::WrongShape) if it is damaged, or the array is of
/// another type or shape, or its values are no pixels; what `read` reports.
pub(super) fn with_pixels<R>(
    container: &mut Container,
    choice: &Choice,
    read: impl FnOnce(&mut Pixels) -> Result<R>,
) -> Result<R> {
    let (path, shown) = (container.path(), printable(&choice.images));
    let name = (path, &*shown);
    let header = container.array(&choice.images)?.header;
    let Some(element) = header.element() else {
        let expected = "uint8, or another type of real numbers";
        return Err(wrong_type(path, &shown, &header.kind, expected));
    };
    let arranged = arranged(&header.shape).ok_or_else(|| no_images(container, choice, &header.shape));
    let (shape, channels_first) = arranged?;
    let mut layout = Layout { element, scale: Scale::Whole, shape, channels_first };
    let (images, size) = (shape[0], layout.size() as u64);
    if element != Element::BYTE {
        layout.scale = meaning(container, choice, name, &layout)?;
    }
    let mut source = container.array(&choice.images)?.source;
    if !header.columns {
        let mut pixels = Pixels { source: &mut source, name, layout, read: 0 };
        let found = read(&mut pixels)?;
        let left = (images - pixels.read) as u64 * size * element.bytes as u64;
        finish(&mut source, name, left)?;
        return Ok(found);
    }
    // The first index runs fastest: no image is complete before all are.
    let bytes = pixels(&mut source, name, &layout, images)?;
    finish(&mut source, name, 0)?;
    let [n, a, b, c] = shape;
    let stored = Array4::from_shape_vec((n, a, b, c).f(), bytes).map_err(|error| damaged(path, &error.to_string()))?;
    let rows: Vec<u8> = stored.iter().copied().collect();
    let layout = Layout { element: Element::BYTE, scale: Scale::Whole, ..layout };
    read(&mut Pixels { source: &mut &rows[..], name, layout, read: 0 })
}

/// Reads all elements to see what they mean.
fn meaning(container: &mut Container, choice: &Choice, name: (&Path, &str), layout: &Layout) -> Result<Scale> {
    let mut seen = Seen::new(layout.element);
    let mut source = container.array(&choice.images)?.source;
    // Of at most 2²⁴ images with 2²⁶ elements each.
    let count = layout.shape[0] as u64 * layout.size() as u64;
    each(&mut source, name, layout.element, count, |value| {
        seen.add(value);
        Ok(())
    })?;
    finish(&mut source, name, 0)?;
    drop(source);
    if layout.shape[0] == 0 {
        return Ok(Scale::Whole);
    }
    let first = layout.channels_first && layout.shape[1] > 1;
    let per_channel = first.then(|| format!("({}, 1, 1)", layout.shape[1]));
    let labels = choice.labels.as_deref();
    seen.scale().ok_or_else(|| seen.refuse(container, &choice.images, labels, per_channel.as_deref()))
}

/// A header's shape with four axes, and whether the channels are the second.
fn arranged(shape: &[usize]) -> Option<([usize; 4], bool)> {
    let (shape, channels_first) = match *shape {
        [n, h, w] => ([n, h, w, 1], false),
        [n, a, b, c] => ([n, a, b, c], CHANNELS.contains(&a) && !CHANNELS.contains(&c)),
        _ => return None,
    };
    let size = shape[1..].iter().try_fold(1usize, |product, extent| product.checked_mul(*extent))?;
    let fits = (1..=MOST_ELEMENTS).contains(&size) && shape[0] <= MOST_IMAGES;
    fits.then_some((shape, channels_first))
}

/// The error for a shape that images do not have.
fn no_images(container: &Container, choice: &Choice, shape: &[usize]) -> Error {
    let expected = "N×H×W, N×H×W×C or N×C×H×W with at least one element and at most 2²⁶ for each image, and at most 2²⁴ \
                    images";
    let error = wrong_shape(container.path(), &printable(&choice.images), shape.to_vec(), expected);
    // Images as rows of numbers, for instance 784 or 3072.
    let [_, numbers] = *shape else { return error };
    let square = |size: usize| Some(size.isqrt()).filter(|side| *side > 1 && side * side == size);
    let channels =
        CHANNELS.into_iter().find(|&channels| numbers.is_multiple_of(channels) && square(numbers / channels).is_some());
    let Some((channels, side)) = channels.and_then(|channels| Some((channels, square(numbers / channels)?))) else {
        return error;
    };
    let (before, x) = container.python(&choice.images);
    let labels = choice.labels.as_ref().map(|labels| container.python(labels).1);
    let line = container.rewrite(&before, &format!("{x}.reshape(-1, {channels}, {side}, {side})"), labels.as_deref());
    error.advise(format!("give each image its rows and columns, for instance in Python: {line}"))
}
