//! A folder of PNGs, with a folder for each class in it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use ndarray::Array4;
use png::{BitDepth, ColorType, Decoder, Transformations};

use super::{MOST_IMAGES, check_memory, unreadable};
use crate::error::{Artefact, Error, Kind, Result};
use crate::shape::{MOST_ELEMENTS, MOST_SIZE, Shape};

/// Its files, in the order in which they are read.
pub(super) struct PngFolder {
    files: Vec<PathBuf>,
    /// A class for each file.
    pub labels: Vec<u32>,
    /// The shape of the first file's image, which all others must have.
    shape: Shape,
    read: usize,
}

impl PngFolder {
    /// Lists the files and reads the first.
    ///
    /// # Errors
    /// [`Kind::Unreadable`]; [`Kind::Malformed`] for anything in a class's folder that is not a PNG; [`Kind::NoImages`].
    pub fn open(root: &Path) -> Result<PngFolder> {
        let mut classes: Vec<Vec<PathBuf>> = Vec::new();
        let mut labels = Vec::new();
        for (label, folder) in class_folders(root)? {
            labels.push(label);
            classes.push(images(root, &folder)?);
        }
        let count: usize = classes.iter().map(Vec::len).sum();
        if count > MOST_IMAGES {
            return Err(malformed(root, format!("it has {count} images")).advise(format!("give at most {MOST_IMAGES}")));
        }
        // One of each class in turn, so that the first images are of all classes.
        let mut order: Vec<(usize, u32, PathBuf)> = Vec::with_capacity(count);
        for (files, label) in classes.into_iter().zip(labels) {
            order.extend(files.into_iter().enumerate().map(|(at, file)| (at, label, file)));
        }
        order.sort_by_key(|(at, label, _)| (*at, *label));
        let (labels, files): (Vec<_>, Vec<_>) = order.into_iter().map(|(_, label, file)| (label, file)).unzip();
        let Some(first) = files.first() else {
            let advice = "put the images into a folder for each class: NAME/CLASS/*.png";
            return Err(Kind::NoImages.at(root).advise(advice));
        };
        let shape = decode(first, None)?.0;
        Ok(PngFolder { files, labels, shape, read: 0 })
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// The next `count` images, fewer at the end: \[image, height, width, channel\].
    ///
    /// # Errors
    /// [`Kind::Unreadable`]; [`Kind::Malformed`] for a file that is not a PNG, or of another shape than the first, or has more than 8 bits or
    /// transparent pixels; [`Kind::TooLarge`].
    pub fn next(&mut self, root: &Path, count: usize) -> Result<Array4<u8>> {
        let end = self.files.len().min(self.read.saturating_add(count));
        let files = &self.files[self.read..end];
        check_memory(root, files.len(), self.shape.elements())?;
        let mut pixels = Vec::new();
        for file in files {
            pixels.extend(decode(file, Some((self.shape, self.files[0].as_path())))?.1);
        }
        let Shape { channels, height, width } = self.shape;
        let shape = (files.len(), height, width, channels);
        self.read = end;
        Array4::from_shape_vec(shape, pixels).map_err(|error| Kind::internal(error).at(root))
    }
}

/// The class and the path of each folder in `root`, by class. Classes are the folders' names if all are numbers, and otherwise their places in the order
/// of the names. Hidden folders do not count.
fn class_folders(root: &Path) -> Result<Vec<(u32, PathBuf)>> {
    let folders: Vec<_> = entries(root, root)?.into_iter().filter(|(_, path)| path.is_dir()).collect();
    let number = |name: &OsString| {
        let text = name.to_str().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
        text.parse::<u32>().ok()
    };
    let numbers: Option<Vec<u32>> = folders.iter().map(|(name, _)| number(name)).collect();
    let Some(numbers) = numbers else {
        return Ok(folders.into_iter().enumerate().map(|(at, (_, path))| (at as u32, path)).collect());
    };
    let mut found = BTreeMap::new();
    for (label, (_, path)) in numbers.into_iter().zip(folders) {
        if let Some(other) = found.insert(label, path.clone()) {
            let problem = format!("it is class {label}, and so is {}", other.display());
            return Err(malformed(&path, problem).advise("put the images of a class into one folder"));
        }
    }
    Ok(found.into_iter().collect())
}

/// The PNGs of a class in the order of their names.
fn images(root: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for (_, path) in entries(root, folder)? {
        if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")) || !path.is_file() {
            let advice = "leave only PNG files in the folder of a class; of another format in Python: \
                          Image.open(f).save(f + \".png\"), with Image of PIL";
            return Err(malformed(&path, "it is not a PNG file").advise(advice));
        }
        found.push(path);
    }
    Ok(found)
}

/// What is in a folder, by name, without hidden files. A link may not lead out of `root`.
fn entries(root: &Path, folder: &Path) -> Result<Vec<(OsString, PathBuf)>> {
    let failed = |error| unreadable(folder, error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (name, path) = (entry.file_name(), entry.path());
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if entry.file_type().map_err(failed)?.is_symlink() {
            let inside = root.canonicalize().and_then(|root| Ok(path.canonicalize()?.starts_with(root)));
            if !inside.map_err(|error| unreadable(&path, error))? {
                let advice = "copy what it links to into the folder";
                return Err(malformed(&path, "it is a link that leads out of the folder").advise(advice));
            }
        }
        found.push((name, path));
    }
    found.sort();
    Ok(found)
}

/// An image's shape and its pixels, row by row. `expected` is the shape that it must have, and the file that has it.
fn decode(path: &Path, expected: Option<(Shape, &Path)>) -> Result<(Shape, Vec<u8>)> {
    let damaged = |error: png::DecodingError| {
        malformed(path, format!("it is not a PNG, or it is damaged ({error})")).advise("copy or write the file again")
    };
    let mut decoder = Decoder::new(BufReader::new(File::open(path).map_err(|error| unreadable(path, error))?));
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    // Palettes and grey of fewer bits become bytes.
    decoder.set_transformations(Transformations::EXPAND);
    let (width, height) = decoder.read_header_info().map_err(damaged)?.size();
    let size = [width, height].map(|side| side as usize);
    if size.iter().any(|side| *side > MOST_SIZE) || size[0] * size[1] > MOST_ELEMENTS {
        let problem = format!("it has {width}×{height} pixels");
        let advice = format!("at most {MOST_SIZE} on a side and {MOST_ELEMENTS} in all are accepted");
        return Err(malformed(path, problem).advise(advice));
    }
    let mut reader = decoder.read_info().map_err(damaged)?;
    let (colour, depth) = reader.output_color_type();
    let (channels, alpha) = match colour {
        ColorType::Grayscale => (1, false),
        ColorType::GrayscaleAlpha => (1, true),
        ColorType::Rgb | ColorType::Indexed => (3, false),
        ColorType::Rgba => (3, true),
    };
    if depth != BitDepth::Eight {
        let advice = "store 8 bits a channel, in Python: Image.fromarray((np.asarray(Image.open(f)) / 257).round().astype(np.uint8)).save(f)";
        return Err(malformed(path, "it has 16 bits a channel").advise(advice));
    }
    let shape = Shape::new(channels, size[1], size[0]);
    if let Some((expected, first)) = expected.filter(|(expected, _)| *expected != shape) {
        return Err(other_shape(path, shape, expected, first));
    }
    let mut pixels = vec![0; reader.output_buffer_size().unwrap_or(0)];
    reader.next_frame(&mut pixels).and_then(|_| reader.finish()).map_err(damaged)?;
    if alpha {
        let with_alpha = pixels.chunks_exact(channels + 1);
        if with_alpha.clone().any(|pixel| pixel[channels] != 255) {
            let to = if channels == 1 { "L" } else { "RGB" };
            let advice = format!("store it without, for instance in Python: Image.open(f).convert(\"{to}\").save(f)");
            return Err(malformed(path, "it has transparent pixels").advise(advice));
        }
        pixels = with_alpha.flat_map(|pixel| &pixel[..channels]).copied().collect();
    }
    Ok((shape, pixels))
}

fn other_shape(path: &Path, found: Shape, expected: Shape, first: &Path) -> Error {
    let problem =
        format!("it is {found} (channels × height × width), and {}, the first image, is {expected}", first.display());
    let convert = match (found.channels == expected.channels, expected.channels) {
        (true, _) => format!("resize(({}, {}))", expected.width, expected.height),
        (false, 1) => "convert(\"L\")".into(),
        (false, _) => "convert(\"RGB\")".into(),
    };
    malformed(path, problem).advise(format!("give all images one shape, in Python: Image.open(f).{convert}.save(f)"))
}

fn malformed(path: &Path, problem: impl ToString) -> Error {
    Kind::malformed(Artefact::Images, problem).at(path)
}
