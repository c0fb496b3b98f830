//! Images and labels from `.npz` files: the data of calibration, evaluation and co-simulation.

mod stream;

use std::fs::File;
use std::path::Path;

use ndarray::{Array4, s};

use crate::error::{Artefact, Error, Kind, Result, Setting};
use crate::shape::Shape;

/// Raw images with their labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Images {
    /// \[image, height, width, channel\], raw 0..=255.
    pub pixels: Array4<u8>,
    /// One class index for each image.
    pub labels: Option<Vec<u32>>,
}

impl Images {
    /// All images of a file, as of [`read_npz`].
    ///
    /// # Errors
    /// As [`read_npz`].
    pub fn open(path: impl AsRef<Path>) -> Result<Images> {
        read_npz(path.as_ref(), None)
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.pixels.len_of(ndarray::Axis(0))
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

/// Reads `x` (pixels) and, if there, `y` (labels); at most the first `limit` images.
///
/// # Errors
/// [`Kind::Unreadable`] if the file cannot be opened; [`Kind::Malformed`] if it is not an archive, is cut short, has no `x`, or holds
/// arrays of another type or shape; [`Kind::NoImages`].
pub fn read_npz(path: &Path, limit: Option<usize>) -> Result<Images> {
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
/// As [`read_npz`], and what `each` reports.
pub fn batches(
    path: &Path,
    limit: Option<usize>,
    size: usize,
    each: &mut dyn FnMut(usize, Images) -> Result<()>,
) -> Result<()> {
    if limit == Some(0) {
        return Err(Kind::out_of_range(0, 1.0..).at(Setting::Limit));
    }
    stream::with_pixels(path, |pixels| {
        let found = pixels.shape[0];
        let labels = stream::labels(path, found)?;
        let count = limit.map_or(found, |limit| limit.min(found));
        if count == 0 {
            return Err(Kind::NoImages.at(path));
        }
        let mut done = 0;
        while done < count {
            let pixels = pixels.next(size.min(count - done))?;
            let end = done + pixels.len_of(ndarray::Axis(0));
            let labels = labels.as_ref().map(|labels| labels[done..end].to_vec());
            each(count, Images { pixels, labels })?;
            done = end;
        }
        Ok(())
    })
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| Kind::Unreadable { wanted: Artefact::Images, error }.at(path))
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
    wrong(path, format!("it is not an .npz file, or it is damaged ({problem})"))
}

fn wrong(path: &Path, problem: impl ToString) -> Error {
    Kind::malformed(Artefact::Images, problem).at(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array, Array3, ShapeBuilder};
    use ndarray_npy::NpzWriter;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    fn write(path: &Path, fill: impl FnOnce(&mut NpzWriter<File>)) {
        let mut writer = NpzWriter::new_compressed(File::create(path).unwrap());
        fill(&mut writer);
        writer.finish().unwrap();
    }

    #[test]
    fn grey_images_gain_a_channel_and_any_integer_labels_are_read() {
        let folder = folder();
        let path = folder.path().join("a.npz");
        let x = Array3::from_shape_fn((3, 2, 4), |(n, y, x)| (n * 8 + y * 4 + x) as u8);
        write(&path, |w| {
            w.add_array("x", &x).unwrap();
            w.add_array("y", &Array::from(vec![3i64, 0, 9])).unwrap();
        });
        let images = read_npz(&path, Some(2)).unwrap();
        assert_eq!(images.pixels.dim(), (2, 2, 4, 1));
        assert_eq!(images.pixels[[1, 1, 2, 0]], 14);
        assert_eq!(images.labels, Some(vec![3, 0]));
        let message = check_shape(&images, Shape::new(3, 2, 4), &path).unwrap_err().to_string();
        assert!(message.contains("1×2×4") && message.contains("3×2×4"), "{message}");
    }

    #[test]
    fn batches_are_the_whole_in_pieces_in_either_order_of_indices() {
        let folder = folder();
        let path = folder.path().join("c.npz");
        let x = Array4::from_shape_fn((7, 2, 3, 2), |(n, y, x, c)| (n * 12 + y * 6 + x * 2 + c) as u8);
        let columns = Array4::from_shape_fn(x.raw_dim().f(), |place| x[place]);
        assert!(!columns.is_standard_layout());
        for stored in [&x, &columns] {
            write(&path, |w| {
                w.add_array("x", stored).unwrap();
                w.add_array("y", &Array::from_iter(0..7u8)).unwrap();
            });
            assert_eq!(read_npz(&path, None).unwrap().pixels, x);
            let mut seen = Vec::new();
            batches(&path, Some(6), 4, &mut |all, images| {
                let first = seen.len();
                assert_eq!(
                    (all, &images.pixels),
                    (6, &x.slice(s![first..first + images.len(), .., .., ..]).to_owned())
                );
                seen.extend(images.labels.unwrap());
                Ok(())
            })
            .unwrap();
            assert_eq!(seen, [0, 1, 2, 3, 4, 5]);
        }
    }

    #[test]
    fn unusable_files_say_why() {
        let folder = folder();
        let path = folder.path().join("b.npz");
        let problem = |expected: &str| {
            let message = read_npz(&path, None).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        };
        problem("readable");
        std::fs::write(&path, b"no archive").unwrap();
        problem("damaged");
        write(&path, |w| w.add_array("z", &Array::from(vec![1u8])).unwrap());
        problem("no array 'x'");
        write(&path, |w| w.add_array("x", &Array3::<f32>::zeros((1, 2, 2))).unwrap());
        problem("uint8");
        write(&path, |w| w.add_array("x", &Array::from(vec![1u8])).unwrap());
        problem("the shape [1]");
        write(&path, |w| {
            w.add_array("x", &Array3::<u8>::zeros((2, 2, 2))).unwrap();
            w.add_array("y", &Array::from(vec![1u8])).unwrap();
        });
        problem("2 images and 'y' has 1 labels");
        write(&path, |w| {
            w.add_array("x", &Array3::<u8>::zeros((2, 2, 2))).unwrap();
            w.add_array("y", &Array::from(vec![1i32, -1])).unwrap();
        });
        problem("-1");
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        problem("damaged");
    }

    /// Whatever part of a file is read, every changed byte of an array is seen: the archive has a checksum of each.
    #[test]
    fn no_changed_byte_is_taken_for_a_pixel_or_label() {
        let folder = folder();
        let path = folder.path().join("d.npz");
        let x = Array4::from_shape_fn((6, 4, 4, 1), |(n, y, x, _)| (n * 41 + y * 7 + x * 3) as u8);
        write(&path, |w| {
            w.add_array("x", &x).unwrap();
            w.add_array("y", &Array::from_iter(0..6u8)).unwrap();
        });
        let good = read_npz(&path, None).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let mut refused = 0;
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            std::fs::write(&path, &changed).unwrap();
            for limit in [None, Some(2)] {
                match read_npz(&path, limit) {
                    // A byte that says nothing about the arrays, such as a date, or that hides all labels.
                    Ok(images) => {
                        let wanted = good.take(limit.unwrap_or(6));
                        assert_eq!(images.pixels, wanted.pixels, "byte {at}");
                        assert!(images.labels.is_none() || images.labels == wanted.labels, "byte {at}");
                    }
                    Err(_) => refused += 1,
                }
            }
        }
        assert!(refused > bytes.len(), "{refused} of {}", 2 * bytes.len());
    }

    #[test]
    fn an_array_that_is_longer_than_its_header_says_is_refused() {
        let folder = folder();
        let path = folder.path().join("e.npz");
        write(&path, |w| w.add_array("x", &Array3::<u8>::zeros((9, 2, 2))).unwrap());
        let mut archive = zip::ZipArchive::new(File::open(&path).unwrap()).unwrap();
        let mut array = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_index(0).unwrap(), &mut array).unwrap();
        let text = String::from_utf8_lossy(&array).find("(9,").unwrap();
        array[text + 1] = b'3';
        let mut writer = zip::ZipWriter::new(File::create(&path).unwrap());
        writer.start_file("x.npy", zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, &array).unwrap();
        writer.finish().unwrap();
        let message = read_npz(&path, None).unwrap_err().to_string();
        assert!(message.contains("'x' is longer than its header says"), "{message}");
    }
}
