//! The labels of images: a class index for each, or a row for each with one 1 (one-hot).

use std::path::Path;

use super::container::{Container, Opened};
use super::element::Element;
use super::npy::{each, finish};
use super::{wrong, wrong_shape, wrong_type};
use crate::error::{Error, Result};
use crate::identifier::printable;

/// The labels of the `count` images in the array `images`: class indices of shape N or N×1, of any type whose values are whole numbers;
/// or N×K with exactly one 1 in each row and zeros beside it.
///
/// # Errors
/// [`Malformed`](crate::error::Kind::Malformed), [`WrongType`](crate::error::Kind::WrongType) or
/// [`WrongShape`](crate::error::Kind::WrongShape).
pub(super) fn read(container: &mut Container, labels: &str, images: &str, count: usize) -> Result<Vec<u32>> {
    let (path, shown) = (container.path(), printable(labels));
    let name = (path, &*shown);
    let Opened { header, mut source } = container.array(labels)?;
    let Some(element) = header.element() else {
        return Err(wrong_type(
            path,
            &shown,
            &header.kind,
            "an integer type, or another type that holds whole numbers",
        ));
    };
    let (rows, classes) = match header.shape[..] {
        [rows] => (rows, 1),
        [rows, classes] if classes > 0 && u32::try_from(classes).is_ok() => (rows, classes),
        _ => {
            let expected = "one label for each image: N, N×1, or N×K with one 1 in each row";
            return Err(wrong_shape(path, &shown, header.shape, expected));
        }
    };
    if rows != count {
        let images = printable(images);
        return Err(wrong(path, format!("'{images}' has {count} images and '{shown}' has {rows} labels")));
    }
    let found = if classes == 1 {
        let mut found = Vec::new();
        each(&mut source, name, element, rows as u64, |value| {
            found.push(class(path, value)?);
            Ok(())
        })?;
        Ok(found)
    } else {
        one_hot(&mut source, name, element, (rows, classes), header.columns)?
    };
    if found.is_ok() {
        finish(&mut source, name, 0)?;
    }
    drop(source);
    found.map_err(|row| not_one_hot(container, labels, images, row))
}

fn class(path: &Path, value: f64) -> Result<u32> {
    let whole = value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value);
    if whole { Ok(value as u32) } else { Err(wrong(path, format!("label {value} is not a class"))) }
}

/// The place of the 1 in each row; the first row that has something else in the inner result.
fn one_hot(
    source: &mut dyn std::io::Read,
    name: (&Path, &str),
    element: Element,
    (rows, classes): (usize, usize),
    columns: bool,
) -> Result<Result<Vec<u32>, usize>> {
    // It grows with what is read: a header's claim proves nothing.
    let mut found: Vec<Option<u32>> = Vec::new();
    let mut bad = None;
    let mut at = 0;
    each(source, name, element, rows as u64 * classes as u64, |value| {
        let (row, class) = if columns { (at % rows, at / rows) } else { (at / classes, at % classes) };
        at += 1;
        if row == found.len() {
            found.push(None);
        }
        if value == 1.0 && found[row].is_none() {
            found[row] = Some(class as u32);
        } else if value != 0.0 {
            bad.get_or_insert(row);
        }
        Ok(())
    })?;
    let bad = bad.or_else(|| found.iter().position(Option::is_none));
    Ok(bad.map_or_else(|| Ok(found.into_iter().flatten().collect()), Err))
}

fn not_one_hot(container: &Container, labels: &str, images: &str, row: usize) -> Error {
    let problem = format!("row {row} of '{}' is not one 1 and zeros", printable(labels));
    let ((before, x), (_, y)) = (container.python(images), container.python(labels));
    let line = container.rewrite(&before, &x, Some(&format!("{y}.argmax(axis=1)")));
    wrong(container.path(), problem)
        .advise(format!("give a class for each image; if the largest number of a row says it, in Python: {line}"))
}
