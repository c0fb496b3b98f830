//! `.npz` files of bytes: whole and damaged.

use ndarray::{Array, Array3, ShapeBuilder};

use super::*;

#[test]
fn grey_images_gain_a_channel_and_any_integer_labels_are_read() {
    let place = Place::new();
    let path = place.path("a.npz");
    let x = Array3::from_shape_fn((3, 2, 4), |(n, y, x)| (n * 8 + y * 4 + x) as u8);
    write(&path, |w| {
        w.add_array("x", &x).unwrap();
        w.add_array("y", &Array::from(vec![3i64, 0, 9])).unwrap();
    });
    let images = read(&path, Some(2)).unwrap();
    assert_eq!(images.pixels.dim(), (2, 2, 4, 1));
    assert_eq!(images.pixels[[1, 1, 2, 0]], 14);
    assert_eq!(images.labels, Some(vec![3, 0]));
    let message = check_shape(&images, Shape::new(3, 2, 4), &path).unwrap_err().to_string();
    assert!(message.contains("1×2×4") && message.contains("3×2×4"), "{message}");
}

#[test]
fn batches_are_the_whole_in_pieces_in_either_order_of_indices() {
    let place = Place::new();
    let path = place.path("c.npz");
    let x = Array4::from_shape_fn((7, 2, 3, 2), |(n, y, x, c)| (n * 12 + y * 6 + x * 2 + c) as u8);
    let columns = Array4::from_shape_fn(x.raw_dim().f(), |place| x[place]);
    assert!(!columns.is_standard_layout());
    for stored in [&x, &columns] {
        write(&path, |w| {
            w.add_array("x", stored).unwrap();
            w.add_array("y", &Array::from_iter(0..7u8)).unwrap();
        });
        assert_eq!(read(&path, None).unwrap().pixels, x);
        let mut seen = Vec::new();
        batches(&path, Some(6), 4, &mut |all, images| {
            let first = seen.len();
            assert_eq!((all, &images.pixels), (6, &x.slice(s![first..first + images.len(), .., .., ..]).to_owned()));
            seen.extend(images.labels.unwrap());
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [0, 1, 2, 3, 4, 5]);
    }
}

#[test]
fn unusable_files_say_why() {
    let place = Place::new();
    let path = place.path("b.npz");
    let problem = |expected: &str| {
        let message = read(&path, None).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    };
    problem("readable");
    std::fs::write(&path, b"no archive").unwrap();
    problem("damaged");
    write(&path, |w| w.add_array("z", &Array::from(vec![1u8])).unwrap());
    problem("none of its arrays can be images");
    write(&path, |w| w.add_array("x", &Array3::<f32>::from_elem((1, 2, 2), 0.3)).unwrap());
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
    let place = Place::new();
    let path = place.path("d.npz");
    let x = Array4::from_shape_fn((6, 4, 4, 1), |(n, y, x, _)| (n * 41 + y * 7 + x * 3) as u8);
    write(&path, |w| {
        w.add_array("x", &x).unwrap();
        w.add_array("y", &Array::from_iter(0..6u8)).unwrap();
    });
    let good = read(&path, None).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let mut refused = 0;
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        std::fs::write(&path, &changed).unwrap();
        for limit in [None, Some(2)] {
            match read(&path, limit) {
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
    let place = Place::new();
    let path = place.path("e.npz");
    write(&path, |w| w.add_array("x", &Array3::<u8>::zeros((9, 2, 2))).unwrap());
    let mut archive = zip::ZipArchive::new(File::open(&path).unwrap()).unwrap();
    let mut array = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_index(0).unwrap(), &mut array).unwrap();
    let text = array.windows(3).position(|text| text == b"(9,").unwrap();
    array[text + 1] = b'3';
    let mut writer = zip::ZipWriter::new(File::create(&path).unwrap());
    writer.start_file("x.npy", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut writer, &array).unwrap();
    writer.finish().unwrap();
    let message = read(&path, None).unwrap_err().to_string();
    assert!(message.contains("'x' is longer than its header says"), "{message}");
}
