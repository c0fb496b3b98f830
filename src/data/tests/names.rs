//! Names of arrays and of `.npy` files.

use insta::assert_snapshot;
use ndarray::{Array1, Array2, Array3};

use super::arrays::npy_file;
use super::*;

/// Three images of this value.
fn images(value: u8) -> Array3<u8> {
    Array3::from_elem((3, 2, 2), value)
}

fn labels(value: u8) -> Array1<u8> {
    Array1::from_elem(3, value)
}

/// The value of the pixels and the labels, of arrays that have such values: images with three axes, labels with one.
fn found(place: &Place, arrays: &[(&str, usize, u8)]) -> (u8, Option<u32>) {
    let read = place.read(|w| {
        for (name, axes, value) in arrays {
            match axes {
                3 => w.add_array(*name, &images(*value)).unwrap(),
                _ => w.add_array(*name, &labels(*value)).unwrap(),
            }
        }
    });
    let read = read.unwrap();
    (read.pixels[[0, 0, 0, 0]], read.labels.map(|labels| labels[0]))
}

#[test]
fn names_without_a_doubt_are_understood() {
    let place = Place::new();
    for (x, y) in [
        ("x", "y"),
        ("x_test", "y_test"),
        ("X", "y"),
        ("images", "labels"),
        ("test_images", "test_labels"),
        ("arr_0", "arr_1"),
        ("data", "target"),
        ("anything", "else"),
        ("x", "else"),
    ] {
        assert_eq!(found(&place, &[(x, 3, 5), (y, 1, 6)]), (5, Some(6)), "{x} {y}");
        assert_eq!(found(&place, &[(y, 1, 6), (x, 3, 5)]), (5, Some(6)), "{x} {y}");
        assert_eq!(found(&place, &[(x, 3, 5)]), (5, None), "{x}");
    }
    // Others beside them.
    assert_eq!(found(&place, &[("x_test", 3, 1), ("x", 3, 5), ("y", 1, 6), ("y_test", 1, 2)]), (5, Some(6)));
    assert_eq!(found(&place, &[("masks", 3, 1), ("images", 3, 5), ("ids", 1, 2), ("labels", 1, 6)]), (5, Some(6)));
}

#[test]
fn a_doubt_is_an_error_that_lists_the_arrays() {
    let place = Place::new();
    // As Keras gives MNIST.
    let keras = place.refused(|w| {
        for (name, count) in [("train", 6), ("test", 1)] {
            w.add_array(format!("x_{name}"), &Array3::<u8>::zeros((count, 28, 28))).unwrap();
            w.add_array(format!("y_{name}"), &Array1::<i64>::zeros(count)).unwrap();
        }
    });
    assert_snapshot!(keras, @r#"[folder]/a.npz: several of its arrays can be images: 'x_train' 6×28×28 uint8, 'y_train' 6 int64, 'x_test' 1×28×28 uint8, 'y_test' 1 int64; choose, for instance in Python: d = np.load("a.npz"); np.savez("a_volley.npz", x=d["x_test"], y=d["y_test"])"#);
    let unknown = place.refused(|w| {
        w.add_array("left", &images(0)).unwrap();
        w.add_array("right", &images(0)).unwrap();
    });
    assert_snapshot!(unknown, @r#"[folder]/a.npz: several of its arrays can be images: 'left' 3×2×2 uint8, 'right' 3×2×2 uint8; choose, for instance in Python: d = np.load("a.npz"); np.savez("a_volley.npz", x=d["left"])"#);
    let ids = place.refused(|w| {
        w.add_array("x", &images(0)).unwrap();
        w.add_array("class", &labels(0)).unwrap();
        w.add_array("id", &labels(0)).unwrap();
    });
    assert_snapshot!(ids, @r#"[folder]/a.npz: several of its arrays can be the labels of 'x': 'x' 3×2×2 uint8, 'class' 3 uint8, 'id' 3 uint8; choose, for instance in Python: d = np.load("a.npz"); np.savez("a_volley.npz", x=d["x"], y=d["class"])"#);
    let none = place.refused(|w| w.add_array("z", &Array2::<f32>::zeros((3, 2))).unwrap());
    assert!(none.contains("none of its arrays can be images (3 or 4 axes): 'z' 3×2 float32; "), "{none}");
    let empty = place.refused(|_| ());
    assert!(empty.contains("none of its arrays can be images (3 or 4 axes): there are none; "), "{empty}");
}

#[test]
fn an_npy_file_has_its_labels_beside_it() {
    let place = Place::new();
    let put = |name: &str, bytes: Vec<u8>| std::fs::write(place.path(name), bytes).unwrap();
    for (x, y) in [
        ("x.npy", "y.npy"),
        ("x_test.npy", "y_test.npy"),
        ("X_1.npy", "Y_1.npy"),
        ("t10k-images.npy", "t10k-labels.npy"),
    ] {
        put(x, npy_file("|u1", "2, 1, 2", &[1, 2, 3, 4]));
        assert_eq!(read(&place.path(x), None).unwrap().labels, None);
        put(y, npy_file("<i4", "2,", &[7, 0, 0, 0, 8, 0, 0, 0]));
        let images = read(&place.path(x), Some(1)).unwrap();
        assert_eq!((images.pixels[[0, 0, 1, 0]], images.labels), (2, Some(vec![7])), "{x}");
    }
    // The labels are read as strictly as those of an archive.
    put("y.npy", npy_file("<i4", "3,", &[0; 12]));
    assert!(
        read(&place.path("x.npy"), None).unwrap_err().to_string().contains("'x' has 2 images and 'y' has 3 labels")
    );
    put("x.npy", npy_file("|u1", "2, 1, 2", &[1, 2, 3]));
    put("y.npy", npy_file("<i4", "2,", &[0; 8]));
    assert!(read(&place.path("x.npy"), None).unwrap_err().to_string().contains("'x' ends after 3 of 4 bytes"));
    put("x.npy", npy_file("|u1", "2, 1, 2", &[1, 2, 3, 4, 5]));
    assert!(read(&place.path("x.npy"), None).unwrap_err().to_string().contains("'x' is longer than its header says"));
    put("x_2.npy", npy_file("<f4", "1, 1, 1", &0.3f32.to_le_bytes()));
    put("y_2.npy", npy_file("|u1", "1,", &[0]));
    assert_snapshot!(place.shown(&read(&place.path("x_2.npy"), None).unwrap_err()), @r#"[folder]/x_2.npy: array 'x_2': its values, float32 from 0.30000001192092896 to 0.30000001192092896, are neither whole numbers of 0 to 255 nor these divided by 255; store pixels, in Python: np.savez("x_2_volley.npz", x=np.round(np.load("x_2.npy") * 255).astype(np.uint8), y=np.load("y_2.npy"))"#);
}
