//! The inputs from which fuzzing starts, small and sound: `fuzz/corpus/` holds them. `VOLLEY_UPDATE_CORPUS=1 cargo test --release --test
//! hostile seeds` writes it again.

use std::fs::File;
use std::path::Path;

use ndarray::{Array1, Array3, Array4, ShapeBuilder};
use ndarray_npy::{NpzWriter, WriteNpyExt};
use volley::fixed_point::Settings;
use volley::host::framing::encode;
use volley::host::message::{Kind, Message};
use volley::schedule::Folding;
use volley::{Converted, Converter, folder};

use support::onnx::{Attribute, Graph};

fn write(target: &str, name: &str, bytes: impl AsRef<[u8]>) {
    let folder = crate::fuzz().join("corpus").join(target);
    if std::env::var_os("VOLLEY_UPDATE_CORPUS").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), &bytes).unwrap();
    }
    let stands = std::fs::read(folder.join(name)).unwrap_or_default();
    assert!(
        stands == bytes.as_ref(),
        "fuzz/corpus/{target}/{name} is not what is made here; run with VOLLEY_UPDATE_CORPUS=1"
    );
}

/// A convolution and a readout.
pub fn small() -> Graph {
    Graph::new([1, 4, 4])
        .conv("/0/Conv", 2, 1, 3, &[])
        .qcfs("1", 2.0, 4.0)
        .flatten("/2/Flatten")
        .linear("/3/Gemm", 3, 8)
}

fn networks() -> [(&'static str, Graph); 5] {
    let pad = [("pads", Attribute::Ints(vec![1; 4]))];
    let half = [("kernel_shape", Attribute::Ints(vec![2, 2])), ("strides", Attribute::Ints(vec![2, 2]))];
    let computed = Graph::new([2, 2, 2])
        .ints("zero", &[0])
        .ints("open", &[-1])
        .node("shape", "Shape", &["image"], &[])
        .node("batch", "Gather", &["shape", "zero"], &[("axis", Attribute::Int(0))])
        .node("sizes", "Concat", &["batch", "open"], &[("axis", Attribute::Int(0))])
        .node("flat", "Reshape", &["image", "sizes"], &[])
        .tensor("weight", &[2, 8], (0..16).map(|i| i as f32).collect())
        .node("turned", "Transpose", &["weight"], &[("perm", Attribute::Ints(vec![1, 0]))])
        .node("product", "MatMul", &["flat", "turned"], &[])
        .tensor("bias", &[2], vec![0.5, -0.5])
        .node("sum", "Add", &["bias", "product"], &[]);
    let residual = Graph::new([1, 4, 4])
        .conv("a", 2, 1, 3, &pad)
        .qcfs("a1", 1.0, 4.0)
        .conv("b", 2, 2, 3, &pad)
        .node("sum", "Add", &["_", "/a1/Div_1"], &[])
        .qcfs("b1", 1.0, 4.0)
        .node("joined", "Concat", &["_", "/a1/Div_1"], &[("axis", Attribute::Int(1))])
        .node("pool", "GlobalAveragePool", &["_"], &[])
        .flatten("flat")
        .linear("out", 2, 4);
    let pooled = Graph::new([1, 4, 4])
        .conv("a", 2, 1, 1, &[])
        .tensor("s", &[2], vec![1.0, 2.0])
        .node("norm", "BatchNormalization", &["_", "s", "s", "s", "s"], &[("epsilon", Attribute::Float(1e-5))])
        .qcfs("a1", 1.0, 4.0)
        .node("max", "MaxPool", &["_"], &half)
        .node("mean", "AveragePool", &["_"], &half)
        .flatten("flat")
        .linear("out", 2, 2);
    let cut = Graph::new([1, 4, 4])
        .conv("a", 2, 1, 1, &[("group", Attribute::Int(1))])
        .qcfs("a1", 1.0, 4.0)
        .ints("s", &[0, 0])
        .ints("e", &[i64::MAX, i64::MAX])
        .ints("x", &[2, 3])
        .ints("n", &[2, 2])
        .node("slice", "Slice", &["_", "s", "e", "x", "n"], &[])
        .ints("p", &[0, 1, 0, 0, 0, 1, 0, 0])
        .node("pad", "Pad", &["_", "p"], &[])
        .flatten("flat")
        .linear("out", 2, 16);
    [("small", small()), ("computed", computed), ("residual", residual), ("pooled", pooled), ("cut", cut)]
}

#[test]
fn seeds() {
    let digits = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/digits/digits.onnx");
    for (name, graph) in networks() {
        write("onnx", name, graph.clone().bytes());
        let Ok(conversion) = graph.convert() else { continue };
        let converted =
            Converted { network: conversion.network, settings: Settings::default(), onnx: None, notes: Vec::new() };
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("net");
        converted.write(&path).unwrap();
        let read = |file: &str| std::fs::read(path.join(file)).unwrap();
        write("network_folder", name, [&read(folder::NETWORK)[..], &[0], &read(folder::WEIGHTS)[..]].concat());
    }
    write("normalisation", "one", "[input]\nmean = [0.5]\nstd = [0.25]\n");
    write("normalisation", "none", "name = 'x'\n[other]\nkey = 1\n");
    images();
    // The bundled network's core and its plan.
    let core = Converter::open(&digits).unwrap().members(4).convert().unwrap().generate(&Folding::uniform(4)).unwrap();
    write("core_toml", "digits", toml::to_string(&core.design.manifest).unwrap());
    write("core_toml", "none", "top = 'x'\n");
    let layers: Vec<_> = core.design.manifest.layers.iter().map(|layer| layer.name.as_str()).collect();
    write("plan", "digits", Folding::uniform(8).to_toml("A plan.", &layers, |_| "a layer".into()).unwrap());
    let fold = "lanes = 8\nslices = 2\nunits = 2\nword = 4\nshare = [0, 1]\n\
                arithmetic = { multiplier = { lanes = 2, timesteps = 1 } }\nfiring = 'serial'\nweights = 'split'\nbuffers = 'block'\n";
    write("plan", "every_key", format!("[layer.{}]\n{fold}\n[default]\nlanes = 4\n", layers[1]));
    boards();
    let mut file = b"VLYW\x01\0\0\0".to_vec();
    for word in [7, crc32fast::hash(&[1, 2, 3, 4]), 4] {
        file.extend(u32::to_le_bytes(word));
    }
    file.extend([1, 2, 3, 4]);
    write("weights_file", "four_bytes", &file);
    write("weights_file", "none", &file[..12]);
    link();
    write(
        "volley_toml",
        "convert",
        "[convert]\nmembers = 4\ntimesteps = 1\nweight-bits = '8,a=4'\nmean = [0.5]\nstd = [1]\njson = true\n",
    );
    write("volley_toml", "plan", "[plan]\nboard = 'ulx3s-85f'\n\n[run]\nbaud = 115200\ntimeout = 0.5\n\n[demo]\n");
}

fn images() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npz");
    let x = Array4::from_shape_fn((3, 2, 2, 1), |(n, y, x, _)| (n * 4 + y * 2 + x) as u8);
    let y = Array1::from(vec![3i64, 0, 9]);
    for (name, compressed) in [("stored", false), ("deflated", true)] {
        let file = File::create(&path).unwrap();
        let mut writer = if compressed { NpzWriter::new_compressed(file) } else { NpzWriter::new(file) };
        writer.add_array("x", &x).unwrap();
        writer.add_array("y", &y).unwrap();
        writer.finish().unwrap();
        write("npz", name, [&[0], &std::fs::read(&path).unwrap()[..]].concat());
    }
    let inner = |kind: u8, x: &dyn Fn(&mut Vec<u8>), y: &dyn Fn(&mut Vec<u8>)| {
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        x(&mut pixels);
        y(&mut labels);
        [&[kind], &(pixels.len() as u16).to_le_bytes()[..], &pixels, &labels].concat()
    };
    let columns = Array4::from_shape_fn(x.raw_dim().f(), |place| x[place]);
    let grey = Array3::<u8>::zeros((3, 2, 2));
    write("npz", "rows", inner(1, &|out| x.write_npy(out).unwrap(), &|out| y.write_npy(out).unwrap()));
    write("npz", "columns", inner(3, &|out| columns.write_npy(out).unwrap(), &|_| ()));
    let bytes = Array1::from(vec![1u8, 2, 3]);
    write("npz", "grey", inner(3, &|out| grey.write_npy(out).unwrap(), &|out| bytes.write_npy(out).unwrap()));
    // Channels first, divided by 255, with one-hot labels.
    let floats = Array4::from_shape_fn((3, 3, 2, 2), |(n, c, y, x)| (n * 12 + c * 4 + y * 2 + x) as f32 / 255.0);
    let rows = ndarray::Array2::<f64>::eye(3);
    write("npz", "floats", inner(3, &|out| floats.write_npy(out).unwrap(), &|out| rows.write_npy(out).unwrap()));
    write("npz", "pair", inner(5, &|out| floats.write_npy(out).unwrap(), &|out| bytes.write_npy(out).unwrap()));
    write("npz", "names", inner(9, &|out| grey.write_npy(out).unwrap(), &|out| bytes.write_npy(out).unwrap()));
    pngs();
}

fn pngs() {
    let png = |colour: png::ColorType, depth: png::BitDepth, data: &[u8]| {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 2, 2);
        encoder.set_color(colour);
        encoder.set_depth(depth);
        if colour == png::ColorType::Indexed {
            encoder.set_palette(vec![9, 8, 7, 6, 5, 4]);
        }
        encoder.write_header().unwrap().write_image_data(data).unwrap();
        bytes
    };
    let two = |kind: u8, [first, second]: [Vec<u8>; 2]| {
        [&[kind], &(first.len() as u16).to_le_bytes()[..], &first, &second].concat()
    };
    let eight = png::BitDepth::Eight;
    let grey = |value| png(png::ColorType::Grayscale, eight, &[value; 4]);
    write("png", "grey", two(0, [grey(1), grey(2)]));
    let colour = png(png::ColorType::Rgb, eight, &[3; 12]);
    let palette = png(png::ColorType::Indexed, png::BitDepth::One, &[0x40, 0x80]);
    write("png", "colour", two(1, [colour, palette]));
    let opaque = png(png::ColorType::Rgba, eight, &[255; 16]);
    write("png", "opaque", two(1, [opaque.clone(), opaque]));
}

/// One of each family, with few pins.
fn boards() {
    let constraints = Path::new(env!("CARGO_MANIFEST_DIR")).join("constraints");
    for name in ["ulx3s-12f", "icebreaker", "basys3", "zcu104"] {
        let text = std::fs::read_to_string(constraints.join(format!("{name}.toml"))).unwrap();
        let mut board: toml::Table = text.parse().unwrap();
        let played: Vec<String> = ["clock", "reset", "uart", "leds"]
            .iter()
            .filter_map(|role| board.get(*role)?.as_table())
            .flat_map(|role| role.values())
            .flat_map(|value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]))
            .filter_map(|value| value.as_str().map(str::to_owned))
            .collect();
        board["pins"].as_table_mut().unwrap().retain(|pin, _| played.contains(&pin.to_string()));
        write("board", name, board.to_string());
    }
}

fn link() {
    let request = Message::request(Kind::Read, 1, vec![0, 10]).content();
    write("requests", "read", [&[0, 1, 0], &[0u8, 10][..]].concat());
    write("requests", "frame", [&[2, 2, 0], &[0x7e, 0x7d, 0x7e, 9][..]].concat());
    write("requests", "content", &request);
    write("framing", "one", encode(&request));
    write("framing", "two", [encode(&[0x7e; 9]), encode(&[]), encode(&[1])].concat());
    // Steps of the script: 5 answers, 0 sends bytes, 1 another payload, 2 and 3 refuse, 4 is silent.
    write("replies", "sound", [5; 40]);
    write("replies", "damaged", [&[5, 0, 3, 1, 2, 0x7e, 2, 1, 3, 2][..], &[5; 30]].concat());
    write("replies", "silent", [&[4, 5, 5, 4, 5, 5, 5, 4, 1, 2, 0, 0, 2, 6][..], &[5; 30]].concat());
}
