//! Shapes and types of arrays.

use half::f16;
use insta::assert_snapshot;
use ndarray::{Array2, Array3, ShapeBuilder, arr1, arr2, array};

use super::*;

#[test]
fn channels_may_come_before_the_rows() {
    let place = Place::new();
    for channels in [1, 3] {
        let images = sample(4, 5, channels);
        let first = channels_first(&images);
        assert_eq!(place.pixels(&first.clone().into_dyn()), images);
        // In batches, and with the first index running fastest.
        let columns = Array4::from_shape_fn(first.raw_dim().f(), |at| first[at]);
        for stored in [first, columns] {
            let path = place.path("b.npz");
            write(&path, |w| w.add_array("x", &stored).unwrap());
            let mut done = 0;
            batches(&path, None, 3, &mut |_, batch| {
                assert_eq!(batch.pixels, images.slice(s![done..done + batch.len(), .., .., ..]));
                done += batch.len();
                Ok(())
            })
            .unwrap();
            assert_eq!(done, 7);
        }
    }
}

#[test]
fn a_shape_that_may_have_channels_last_has_them_last() {
    let place = Place::new();
    for shape in [[7, 3, 5, 3], [7, 1, 5, 1], [7, 3, 5, 1], [7, 2, 5, 4]] {
        let images = Array4::from_shape_simple_fn(shape, || 9u8);
        assert_eq!(place.pixels(&images.into_dyn()).shape(), shape);
    }
}

#[test]
fn floats_are_pixels_or_pixels_divided_by_255() {
    let place = Place::new();
    let images = sample(3, 4, 3);
    let whole = images.mapv(f32::from);
    let share = &whole / 255.0;
    assert_eq!(place.pixels(&whole.clone().into_dyn()), images);
    assert_eq!(place.pixels(&share.clone().into_dyn()), images);
    assert_eq!(place.pixels(&share.mapv(f64::from).into_dyn()), images);
    assert_eq!(place.pixels(&images.mapv(|pixel| f64::from(pixel) / 255.0).into_dyn()), images);
    assert_eq!(place.pixels(&channels_first(&share).into_dyn()), images);
}

/// The writer of arrays knows no half precision.
#[test]
fn half_precision_is_read() {
    let place = Place::new();
    let images = sample(3, 4, 1);
    let bytes: Vec<u8> =
        images.iter().flat_map(|&pixel| f16::from_f32(f32::from(pixel) / 255.0).to_le_bytes()).collect();
    let path = place.path("x.npy");
    std::fs::write(&path, npy_file("<f2", "7, 3, 4, 1", &bytes)).unwrap();
    assert_eq!(read(&path, None).unwrap().pixels, images);
}

/// A `.npy` file.
pub(super) fn npy_file(kind: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    [&b"\x93NUMPY\x01\0"[..], &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), bytes].concat()
}

#[test]
fn any_integers_within_the_range_are_pixels_and_bools_are_black_and_white() {
    let place = Place::new();
    let images = sample(3, 4, 1);
    assert_eq!(place.pixels(&images.mapv(i64::from).into_dyn()), images);
    assert_eq!(place.pixels(&images.mapv(i32::from).into_dyn()), images);
    assert_eq!(place.pixels(&images.mapv(u16::from).into_dyn()), images);
    let black_and_white = images.mapv(|pixel| if pixel > 99 { 255 } else { 0 });
    assert_eq!(place.pixels(&images.mapv(|pixel| pixel > 99).into_dyn()), black_and_white);
    let floats = images.mapv(|pixel| f32::from(u8::from(pixel > 99)));
    assert_eq!(place.pixels(&floats.into_dyn()), black_and_white);
    // Bytes are taken as they are.
    let few = images.mapv(|pixel| pixel % 2);
    assert_eq!(place.pixels(&few.clone().into_dyn()), few);
}

/// The first images alone would be read otherwise.
#[test]
fn the_scale_is_decided_on_the_whole_array() {
    let place = Place::new();
    let mut images = Array3::<f32>::ones((9, 2, 2));
    images[[8, 1, 1]] = 200.0;
    let path = place.path("a.npz");
    write(&path, |w| w.add_array("x", &images).unwrap());
    assert_eq!(read(&path, Some(1)).unwrap().pixels[[0, 0, 0, 0]], 1);
    images[[8, 1, 1]] = 0.3;
    write(&path, |w| w.add_array("x", &images).unwrap());
    assert!(read(&path, Some(1)).is_err());
}

#[test]
fn values_in_doubt_are_refused_with_the_line_that_settles_it() {
    let place = Place::new();
    let refused = |x: ndarray::ArrayD<f32>| {
        place.refused(|w| {
            w.add_array("x", &x).unwrap();
            w.add_array("y", &arr1(&[0u8; 2])).unwrap();
        })
    };
    let grey = |a: f32, b: f32| Array3::from_shape_vec((2, 1, 1), vec![a, b]).unwrap().into_dyn();
    assert_snapshot!(refused(grey(0.0, 0.5)), @r#"[folder]/a.npz: array 'x': its values, float32 from 0 to 0.5, are neither whole numbers of 0 to 255 nor these divided by 255; store pixels, in Python: d = np.load("a.npz"); np.savez("a_volley.npz", x=np.round(d["x"] * 255).astype(np.uint8), y=d["y"])"#);
    assert_snapshot!(refused(grey(0.25, 254.5)), @r#"[folder]/a.npz: array 'x': its values, float32 from 0.25 to 254.5, are neither whole numbers of 0 to 255 nor these divided by 255; store pixels, in Python: d = np.load("a.npz"); np.savez("a_volley.npz", x=np.round(d["x"]).astype(np.uint8), y=d["y"])"#);
    assert_snapshot!(refused(grey(-0.5, 2.75)), @r#"[folder]/a.npz: array 'x': its values, float32 from -0.5 to 2.75, are neither whole numbers of 0 to 255 nor these divided by 255; store pixels, with the mean and std that normalised them, in Python: d = np.load("a.npz"); np.savez("a_volley.npz", x=np.round((d["x"] * std + mean) * 255).astype(np.uint8), y=d["y"])"#);
    let coloured = Array4::from_elem((2, 3, 2, 2), -1f32).into_dyn();
    assert_snapshot!(refused(coloured), @r#"[folder]/a.npz: array 'x': its values, float32 from -1 to -1, are neither whole numbers of 0 to 255 nor these divided by 255; store pixels, with the mean and std that normalised them, in Python: d = np.load("a.npz"); np.savez("a_volley.npz", x=np.round((d["x"] * np.reshape(std, (3, 1, 1)) + np.reshape(mean, (3, 1, 1))) * 255).astype(np.uint8), y=d["y"])"#);
    assert_snapshot!(refused(grey(0.0, f32::NAN)), @r#"[folder]/a.npz: array 'x': it has NaN or infinite values; the images without them are, in Python: d = np.load("a.npz"); good = np.isfinite(d["x"]).reshape(len(d["x"]), -1).all(axis=1); np.savez("a_volley.npz", x=d["x"][good], y=d["y"][good])"#);
    let wide = place.refused(|w| w.add_array("x", &Array3::<u16>::from_elem((2, 1, 1), 4095)).unwrap());
    assert_snapshot!(wide, @r#"[folder]/a.npz: array 'x': its values, uint16 from 4095 to 4095, are not within 0 to 255; store pixels, if 65535 is white, in Python: d = np.load("a.npz"); np.savez("a_volley.npz", x=np.round(d["x"] / 65535 * 255).astype(np.uint8))"#);
    let signed = place.refused(|w| w.add_array("x", &Array3::<i8>::from_elem((2, 1, 1), -1)).unwrap());
    assert!(signed.contains("int8 from -1 to -1, are not within 0 to 255"), "{signed}");
}

#[test]
fn shapes_and_types_that_are_no_images_are_refused() {
    let place = Place::new();
    let rows = place.refused(|w| {
        w.add_array("x", &Array2::<u8>::zeros((2, 784))).unwrap();
        w.add_array("y", &arr1(&[0u8; 2])).unwrap();
    });
    assert_snapshot!(rows, @r#"[folder]/a.npz: array 'x': it has the shape [2, 784]; give each image its rows and columns, for instance in Python: d = np.load("a.npz"); np.savez("a_volley.npz", x=d["x"].reshape(-1, 1, 28, 28), y=d["y"])"#);
    let rows = place.refused(|w| w.add_array("x", &Array2::<u8>::zeros((2, 3072))).unwrap());
    assert!(rows.contains("reshape(-1, 3, 32, 32)"), "{rows}");
    let rows = place.refused(|w| w.add_array("x", &Array2::<u8>::zeros((2, 17))).unwrap());
    assert_snapshot!(rows, @"[folder]/a.npz: array 'x': it has the shape [2, 17]; it must be N×H×W, N×H×W×C or N×C×H×W with at least one element and at most 2²⁶ for each image, and at most 2²⁴ images");
    let path = place.path("x.npy");
    std::fs::write(&path, npy_file("<c8", "1, 1, 1", &[0; 8])).unwrap();
    assert_snapshot!(place.shown(&read(&path, None).unwrap_err()), @"[folder]/x.npy: array 'x': it is of type <c8 and must be uint8, or another type of real numbers; store it as uint8, or another type of real numbers");
    assert_snapshot!(place.refused(|w| w.add_array("x", &Array3::<f32>::zeros((0, 2, 2))).unwrap()), @"[folder]/a.npz: it has no images; give at least one image");
}

#[test]
fn labels_have_many_forms() {
    let place = Place::new();
    let read = |add: &dyn Fn(&mut NpzWriter<File>)| {
        let images = place.read(|w| {
            w.add_array("x", &Array3::<u8>::zeros((3, 2, 2))).unwrap();
            add(w);
        });
        images.unwrap().labels.unwrap()
    };
    let one_hot = arr2(&[[0u8, 0, 1], [1, 0, 0], [0, 1, 0]]);
    let columns = Array2::from_shape_fn(one_hot.raw_dim().f(), |at| one_hot[at]);
    assert!(!columns.is_standard_layout());
    assert_eq!(read(&|w| w.add_array("y", &array![[2u8], [0], [1]]).unwrap()), [2, 0, 1]);
    assert_eq!(read(&|w| w.add_array("y", &array![2.0f64, 0.0, 1.0]).unwrap()), [2, 0, 1]);
    assert_eq!(read(&|w| w.add_array("y", &array![true, false, true]).unwrap()), [1, 0, 1]);
    assert_eq!(read(&|w| w.add_array("y", &one_hot).unwrap()), [2, 0, 1]);
    assert_eq!(read(&|w| w.add_array("y", &columns).unwrap()), [2, 0, 1]);
    assert_eq!(read(&|w| w.add_array("y", &one_hot.mapv(|one| one == 1)).unwrap()), [2, 0, 1]);
    assert_eq!(read(&|w| w.add_array("y", &one_hot.mapv(f32::from)).unwrap()), [2, 0, 1]);
}

#[test]
fn labels_that_are_no_classes_are_refused() {
    let place = Place::new();
    let refused = |add: &dyn Fn(&mut NpzWriter<File>)| {
        place.refused(|w| {
            w.add_array("x", &Array3::<u8>::zeros((2, 2, 2))).unwrap();
            add(w);
        })
    };
    assert_snapshot!(refused(&|w| w.add_array("y", &array![[0.25f32, 0.75], [0.5, 0.5]]).unwrap()), @r#"[folder]/a.npz: row 0 of 'y' is not one 1 and zeros; give a class for each image; if the largest number of a row says it, in Python: d = np.load("a.npz"); np.savez("a_volley.npz", x=d["x"], y=d["y"].argmax(axis=1))"#);
    assert!(refused(&|w| w.add_array("y", &array![[0u8, 1], [1, 1]]).unwrap()).contains("row 1 of 'y'"));
    assert!(refused(&|w| w.add_array("y", &array![[0u8, 1], [0, 0]]).unwrap()).contains("row 1 of 'y'"));
    assert!(refused(&|w| w.add_array("y", &array![0.0f32, 1.5]).unwrap()).contains("label 1.5 is not a class"));
    assert!(refused(&|w| w.add_array("y", &array![0.0f32, f32::NAN]).unwrap()).contains("label NaN is not a class"));
    assert!(refused(&|w| w.add_array("y", &Array3::<u8>::zeros((2, 2, 1))).unwrap()).contains("one 1 in each row"));
    assert!(refused(&|w| w.add_array("y", &array![[0u8, 1]]).unwrap()).contains("2 images and 'y' has 1 labels"));
}
