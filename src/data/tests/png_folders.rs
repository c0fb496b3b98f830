//! Folders of PNGs.

use insta::assert_snapshot;
use png::{BitDepth, ColorType, Encoder};

use super::*;

/// Writes a PNG.
fn png(path: &Path, size: [u32; 2], colour: ColorType, depth: BitDepth, data: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut encoder = Encoder::new(File::create(path).unwrap(), size[0], size[1]);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == ColorType::Indexed {
        encoder.set_palette(vec![9, 8, 7, 6, 5, 4]);
    }
    encoder.write_header().unwrap().write_image_data(data).unwrap();
}

/// A grey image of 2×1 pixels.
fn grey(path: &Path, value: u8) {
    png(path, [2, 1], ColorType::Grayscale, BitDepth::Eight, &[value, value + 1]);
}

fn firsts(images: &Images) -> (Vec<u8>, Vec<u32>) {
    (images.pixels.slice(s![.., 0, 0, 0]).to_vec(), images.labels.clone().unwrap())
}

#[test]
fn classes_come_in_turn_each_in_the_order_of_its_names() {
    let place = Place::new();
    for (name, value) in [("cat/b.png", 20), ("cat/a.PNG", 10), ("cat/c.png", 30), ("dog/x.png", 40), ("ant/1.png", 50)]
    {
        grey(&place.path(name), value);
    }
    std::fs::write(place.path("README.txt"), "not a class").unwrap();
    std::fs::write(place.path("cat/.hidden"), "not an image").unwrap();
    std::fs::create_dir(place.path(".git")).unwrap();
    let path = place.path("");
    let images = read(&path, None).unwrap();
    assert_eq!(images.pixels.dim(), (5, 1, 2, 1));
    assert_eq!(firsts(&images), (vec![50, 10, 40, 20, 30], vec![0, 1, 2, 1, 1]));
    assert_eq!(read(&path, Some(3)).unwrap(), images.take(3));
    let mut seen = Vec::new();
    batches(&path, Some(4), 3, &mut |all, batch| {
        assert_eq!(all, 4);
        seen.extend(firsts(&batch).0);
        Ok(())
    })
    .unwrap();
    assert_eq!(seen, [50, 10, 40, 20]);
}

#[test]
fn folders_that_are_all_numbers_are_the_classes() {
    let place = Place::new();
    for (name, value) in [("10/a.png", 10), ("2/a.png", 20), ("007/a.png", 70)] {
        grey(&place.path(name), value);
    }
    assert_eq!(firsts(&read(&place.path(""), None).unwrap()), (vec![20, 70, 10], vec![2, 7, 10]));
    grey(&place.path("7/a.png"), 0);
    let message = place.shown(&read(&place.path(""), None).unwrap_err());
    assert!(message.contains("it is class 7, and so is"), "{message}");
    std::fs::remove_dir_all(place.path("7")).unwrap();
    // As torchvision's ImageFolder has them.
    grey(&place.path("x/a.png"), 80);
    assert_eq!(firsts(&read(&place.path(""), None).unwrap()), (vec![70, 10, 20, 80], vec![0, 1, 2, 3]));
}

#[test]
fn colours_palettes_few_bits_and_opaque_pixels_become_bytes() {
    let place = Place::new();
    let pixels = |colour, depth, data: &[u8]| {
        png(&place.path("a/a.png"), [2, 1], colour, depth, data);
        read(&place.path(""), None).unwrap().pixels.into_raw_vec_and_offset().0
    };
    assert_eq!(pixels(ColorType::Rgb, BitDepth::Eight, &[1, 2, 3, 4, 5, 6]), [1, 2, 3, 4, 5, 6]);
    assert_eq!(pixels(ColorType::Indexed, BitDepth::Eight, &[1, 0]), [6, 5, 4, 9, 8, 7]);
    assert_eq!(pixels(ColorType::Grayscale, BitDepth::One, &[0x40]), [0, 255]);
    assert_eq!(pixels(ColorType::Rgba, BitDepth::Eight, &[1, 2, 3, 255, 4, 5, 6, 255]), [1, 2, 3, 4, 5, 6]);
    assert_eq!(pixels(ColorType::GrayscaleAlpha, BitDepth::Eight, &[1, 255, 2, 255]), [1, 2]);
}

#[test]
fn other_files_are_refused_by_name() {
    let place = Place::new();
    let refused = || place.shown(&read(&place.path(""), None).unwrap_err());
    assert_snapshot!(refused(), @"[folder]/: it has no images; put the images into a folder for each class: NAME/CLASS/*.png");
    grey(&place.path("a/1.png"), 0);
    let second = place.path("a/2.png");
    png(&second, [1, 2], ColorType::Grayscale, BitDepth::Eight, &[0, 0]);
    assert_snapshot!(refused(), @"[folder]/a/2.png: it is 1×2×1 (channels × height × width), and [folder]/a/1.png, the first image, is 1×1×2; give all images one shape, in Python: Image.open(f).resize((2, 1)).save(f)");
    png(&second, [2, 1], ColorType::Rgb, BitDepth::Eight, &[0; 6]);
    assert_snapshot!(refused(), @r#"[folder]/a/2.png: it is 3×1×2 (channels × height × width), and [folder]/a/1.png, the first image, is 1×1×2; give all images one shape, in Python: Image.open(f).convert("L").save(f)"#);
    png(&second, [2, 1], ColorType::GrayscaleAlpha, BitDepth::Eight, &[0, 255, 0, 254]);
    assert_snapshot!(refused(), @r#"[folder]/a/2.png: it has transparent pixels; store it without, for instance in Python: Image.open(f).convert("L").save(f)"#);
    png(&second, [2, 1], ColorType::Grayscale, BitDepth::Sixteen, &[0; 4]);
    assert_snapshot!(refused(), @"[folder]/a/2.png: it has 16 bits a channel; store 8 bits a channel, in Python: Image.fromarray((np.asarray(Image.open(f)) / 257).round().astype(np.uint8)).save(f)");
    grey(&second, 0);
    let bytes = std::fs::read(&second).unwrap();
    std::fs::write(&second, &bytes[..bytes.len() - 20]).unwrap();
    assert!(refused().contains("a/2.png: it is not a PNG, or it is damaged ("), "{}", refused());
    std::fs::remove_file(&second).unwrap();
    std::fs::write(place.path("a/2.jpg"), "").unwrap();
    assert_snapshot!(refused(), @r#"[folder]/a/2.jpg: it is not a PNG file; leave only PNG files in the folder of a class; of another format in Python: Image.open(f).save(f + ".png"), with Image of PIL"#);
}

/// No byte of a file may change a pixel without an error.
#[test]
fn a_damaged_png_is_refused() {
    let place = Place::new();
    let path = place.path("a/1.png");
    png(&path, [4, 4], ColorType::Grayscale, BitDepth::Eight, &std::array::from_fn::<u8, 16, _>(|at| at as u8 * 15));
    let good = read(&place.path(""), None).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        std::fs::write(&path, &changed).unwrap();
        if let Ok(images) = read(&place.path(""), None) {
            assert_eq!(images, good, "byte {at}");
        }
    }
}

#[test]
fn a_png_that_claims_much_is_refused_before_it_is_read() {
    let place = Place::new();
    let path = place.path("a/1.png");
    grey(&path, 0);
    let bytes = std::fs::read(&path).unwrap();
    let claim = |width: u32, height: u32| {
        let mut header = bytes[12..29].to_vec();
        header[4..8].copy_from_slice(&width.to_be_bytes());
        header[8..12].copy_from_slice(&height.to_be_bytes());
        let checksum = crc32fast::hash(&header).to_be_bytes();
        std::fs::write(&path, [&bytes[..12], &header, &checksum, &bytes[33..]].concat()).unwrap();
        place.shown(&read(&place.path(""), None).unwrap_err())
    };
    assert_snapshot!(claim(65_536, 1), @"[folder]/a/1.png: it has 65536×1 pixels; at most 65535 on a side and 67108864 in all are accepted");
    assert!(claim(65_535, 65_535).contains("67108864 in all"));
    assert!(claim(4, 4).contains("damaged"));
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_the_folder() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    grey(&place.path("in/a/1.png"), 1);
    grey(&place.path("out/2.png"), 2);
    symlink(place.path("in/a/1.png"), place.path("in/a/2.png")).unwrap();
    assert_eq!(read(&place.path("in"), None).unwrap().len(), 2);
    symlink(place.path("out/2.png"), place.path("in/a/3.png")).unwrap();
    assert_snapshot!(place.shown(&read(&place.path("in"), None).unwrap_err()), @"[folder]/in/a/3.png: it is a link that leads out of the folder; copy what it links to into the folder");
    std::fs::remove_file(place.path("in/a/3.png")).unwrap();
    symlink(place.path("out"), place.path("in/b")).unwrap();
    assert!(read(&place.path("in"), None).is_err());
}
