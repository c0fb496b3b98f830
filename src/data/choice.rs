//! Which arrays of a file are the images and their labels: `x` and `y`, or else names or shapes that leave no doubt.

use super::container::Container;
use super::npy::Header;
use crate::error::{Artefact, Error, Kind, Result};
use crate::identifier::printable;

/// Arrays of the largest archive whose arrays have other names than `x` and `y`: the headers of all are read.
const MOST_ARRAYS: usize = 1000;
/// Arrays that an error lists.
const MOST_SHOWN: usize = 20;

/// Names of arrays.
pub(super) struct Choice {
    pub images: String,
    pub labels: Option<String>,
}

/// Names under which labels may be if their images have this name. The same rule holds for the names of `.npy` files.
pub(super) fn partners(images: &str) -> Vec<String> {
    if let Some(rest) = images.strip_prefix(['x', 'X']) {
        return vec![format!("y{rest}"), format!("Y{rest}")];
    }
    match images {
        "arr_0" => vec!["arr_1".into()],
        "data" => vec!["target".into(), "labels".into()],
        _ if images.contains("images") => vec![images.replace("images", "labels")],
        _ => Vec::new(),
    }
}

/// Chooses, from the names and the headers.
///
/// # Errors
/// [`Kind::Malformed`] that lists the arrays if there is none that can be images, or more than one.
pub(super) fn choose(container: &mut Container) -> Result<Choice> {
    let names = container.names();
    let has = |name: &str| names.iter().any(|known| known == name);
    if let (Container::Pair(..), [images, labels @ ..]) = (&*container, &names[..]) {
        return Ok(Choice { images: images.clone(), labels: labels.first().cloned() });
    }
    if has("x") && has("y") {
        return Ok(Choice { images: "x".into(), labels: Some("y".into()) });
    }
    let arrays = headers(container, names)?;
    let partner = |images: &str| {
        let known = partners(images).into_iter().filter_map(|name| arrays.iter().find(|(known, _)| *known == name));
        known.filter(|(_, header)| header.shape.len() <= 2).map(|(name, _)| name.clone()).next()
    };
    let candidates: Vec<&str> = arrays
        .iter()
        .filter(|(name, header)| name == "x" || matches!(header.shape.len(), 3 | 4) && header.element().is_some())
        .map(|(name, _)| &**name)
        .collect();
    let paired: Vec<&str> = candidates.iter().copied().filter(|name| partner(name).is_some()).collect();
    let images = match (&paired[..], &candidates[..]) {
        _ if candidates.contains(&"x") => "x",
        ([only], _) | ([], [only]) => *only,
        ([], []) => return Err(refuse(container, &arrays, "none of its arrays can be images (3 or 4 axes)")),
        ([first, ..], _) | ([], [first, ..]) => {
            // What is wanted is most often the test set.
            let likely = [&paired[..], &candidates[..]].concat();
            let example = likely.iter().find(|name| name.contains("test")).unwrap_or(first);
            let (before, x) = container.python(example);
            let y = partner(example).map(|labels| container.python(&labels).1);
            let line = container.rewrite(&before, &x, y.as_deref());
            let error = refuse(container, &arrays, "several of its arrays can be images");
            return Err(error.advise(format!("choose, for instance in Python: {line}")));
        }
    };
    let labels = match partner(images) {
        Some(labels) => Some(labels),
        None => only_labels(container, &arrays, images)?,
    };
    Ok(Choice { images: images.into(), labels })
}

/// The only array that has a row for each of the images, if any has.
fn only_labels(container: &Container, arrays: &[(String, Header)], images: &str) -> Result<Option<String>> {
    let count = arrays.iter().find(|(name, _)| name == images).and_then(|(_, header)| header.shape.first());
    let fits = |(name, header): &&(String, Header)| {
        name != images
            && matches!(header.shape.len(), 1 | 2)
            && header.shape.first() == count
            && header.element().is_some()
    };
    let found: Vec<&str> = arrays.iter().filter(fits).map(|(name, _)| &**name).collect();
    match found[..] {
        [] => Ok(None),
        [only] => Ok(Some(only.into())),
        [first, ..] => {
            let (before, x) = container.python(images);
            let line = container.rewrite(&before, &x, Some(&container.python(first).1));
            let problem = format!("several of its arrays can be the labels of '{}'", printable(images));
            Err(refuse(container, arrays, &problem).advise(format!("choose, for instance in Python: {line}")))
        }
    }
}

fn headers(container: &mut Container, names: Vec<String>) -> Result<Vec<(String, Header)>> {
    if names.len() > MOST_ARRAYS {
        let problem = format!("it has {} arrays, and none is 'x' with labels 'y'", names.len());
        return Err(Kind::malformed(Artefact::Images, problem).at(container.path()));
    }
    let header = |name: String| container.array(&name).map(|opened| opened.header).map(|header| (name, header));
    names.into_iter().map(header).collect()
}

/// An error that lists the arrays.
fn refuse(container: &Container, arrays: &[(String, Header)], problem: &str) -> Error {
    let mut list: Vec<String> = arrays
        .iter()
        .take(MOST_SHOWN)
        .map(|(name, header)| {
            let kind = header.element().map_or_else(|| printable(&header.kind), super::element::Element::name);
            format!("'{}' {} {kind}", printable(name), header.extents()).replace("  ", " ")
        })
        .collect();
    if arrays.len() > MOST_SHOWN {
        list.push("…".into());
    }
    let list = if list.is_empty() { "there are none".into() } else { list.join(", ") };
    Kind::malformed(Artefact::Images, format!("{problem}: {list}")).at(container.path())
}
