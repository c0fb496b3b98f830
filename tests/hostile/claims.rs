//! Small files that ask for much: each is refused by name, or read, under the limit of memory.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use insta::assert_snapshot;
use volley::{data, folder, import};

use crate::limited;
use support::onnx::{Attribute, Graph};

fn refusal(graph: Graph) -> String {
    let bytes = graph.bytes();
    assert!(bytes.len() < 1 << 20, "{} bytes", bytes.len());
    limited("a model", || import::read_onnx_bytes(&bytes, "test.onnx", None))
        .and_then(|network| {
            let options = volley::convert::Options { members: 4, timesteps: 1 };
            limited("its conversion", || volley::convert::convert(network, &options))
        })
        .expect_err("it is to be refused")
        .to_string()
}

fn axis(axis: i64) -> [(&'static str, Attribute); 1] {
    [("axis", Attribute::Int(axis))]
}

#[test]
fn constants_that_grow_are_refused() {
    let mut doubled = Graph::new([1, 4, 4]).tensor("c0", &[1024], vec![0.5; 1024]);
    for step in 0..40 {
        let (from, to) = (format!("c{step}"), format!("c{}", step + 1));
        doubled = doubled.node(&to, "Concat", &[&from, &from], &axis(0));
    }
    assert_snapshot!(refusal(doubled), @"node 'c12' (Concat): the constant it computes is too large; export the model with constant folding");
    let shape = Graph::new([1, 4, 4]).ints("s", &[1 << 20, 1 << 20]).node("huge", "ConstantOfShape", &["s"], &[]);
    assert_snapshot!(refusal(shape), @"node 'huge' (ConstantOfShape): the constant it computes is too large; export the model with constant folding");
    let outer =
        Graph::new([1, 4, 4]).tensor("row", &[1, 4096], vec![1.0; 4096]).tensor("column", &[4096, 1], vec![1.0; 4096]);
    assert_snapshot!(refusal(outer.node("outer", "Mul", &["row", "column"], &[])), @"node 'outer' (Mul): the constant it computes is too large; export the model with constant folding");
}

#[test]
fn weights_that_are_used_again_and_again_are_refused() {
    let (inputs, outputs) = (64, 64);
    let mut graph = Graph::new([inputs, 1, 1]).tensor("w", &[outputs, inputs, 1, 1], vec![0.5; 4096]);
    for layer in 0..2000 {
        graph = graph.node(&format!("conv{layer}"), "Conv", &["_", "w"], &[]).node(
            &format!("relu{layer}"),
            "Relu",
            &["_"],
            &[],
        );
    }
    assert!(refusal(graph).contains("use each weight once"));
}

/// A convolution among many channels has as many outputs.
#[test]
fn sums_that_are_wide_are_refused() {
    let mut graph = Graph::new([1024, 1, 1]).tensor("w", &[1, 1024, 1, 1], vec![0.5; 1024]);
    let names: Vec<String> = (0..1000).map(|index| format!("conv{index}")).collect();
    for name in &names {
        graph = graph.node(name, "Conv", &["image", "w"], &[]);
    }
    let inputs: Vec<&str> = names.iter().map(String::as_str).collect();
    let text = refusal(graph.node("join", "Concat", &inputs, &axis(1)).node("relu", "Relu", &["_"], &[]));
    assert_snapshot!(text, @"node 'join' (Concat): the sum of maps that ends here has too many terms or weights; use fewer or smaller maps");
}

#[test]
fn many_nodes_are_refused_and_equal_names_are_no_hindrance() {
    let mut graph = Graph::new([1, 2, 2]);
    for _ in 0..4000 {
        graph = graph.node("same", "Relu", &["image"], &[]);
    }
    let network =
        limited("equal names", || import::read_onnx_bytes(&graph.clone().bytes(), "test.onnx", None)).unwrap();
    assert_eq!(network.nodes.last().unwrap().name, "same#4000");
    for _ in 0..1000 {
        graph = graph.node("same", "Relu", &["image"], &[]);
    }
    assert_snapshot!(refusal(graph), @"test.onnx: it has 5000 nodes; at most 4096 are accepted; simplify the model (onnxsim)");
    // A few nodes may not have too many channels together, either.
    let mut wide = Graph::new([65_535, 1, 1]);
    for index in 0..300 {
        wide = wide.node(&format!("relu{index}"), "Relu", &["_"], &[]);
    }
    assert!(refusal(wide).contains("at most 16777216 channels in all maps"));
}

#[test]
fn a_folder_of_many_channels_is_refused() {
    let mut text = String::from(
        "name = 'x'\nmembers = 1\ntimesteps = 1\n[input]\nshape = [1, 1, 1]\nmean = [0.0]\nstd = [1.0]\n\
         [fixed_point]\nweight_bits = 8\nthreshold = 'exact'\n",
    );
    for node in 0..4000 {
        let _ = write!(
            text,
            "[[node]]\nkind = 'layer'\nname = 'n{node}'\nshape = [65535, 1, 1]\nneuron = 'group'\nstep = 1.0\n\
             [[node.term]]\nsource = 'input'\nkernel = [1, 1]\nstride = [1, 1]\npadding = [0, 0, 0, 0]\n"
        );
    }
    let error = limited("a folder", || folder::parse(Path::new("net"), &text, &[])).unwrap_err();
    assert_snapshot!(error, @"net/network.toml: it has 262140000 channels; at most 16777216 channels are accepted");
}

/// An archive whose arrays have these headers, and this many zeros after them.
fn archive(path: &Path, arrays: &[(&str, &str, &str, usize)]) {
    let mut writer = zip::ZipWriter::new(File::create(path).unwrap());
    let zeros = vec![0; 1 << 20];
    for (name, kind, shape, mut count) in arrays.iter().copied() {
        writer.start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default()).unwrap();
        let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}\n");
        writer.write_all(b"\x93NUMPY\x01\0").unwrap();
        writer.write_all(&(header.len() as u16).to_le_bytes()).unwrap();
        writer.write_all(header.as_bytes()).unwrap();
        while count > 0 {
            let now = count.min(zeros.len());
            writer.write_all(&zeros[..now]).unwrap();
            count -= now;
        }
    }
    writer.finish().unwrap();
}

#[test]
fn images_that_are_only_claimed_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npz");
    let refusal = |arrays: &[(&str, &str, &str, usize)]| {
        archive(&path, arrays);
        let error = limited("images", || data::read(&path, None)).unwrap_err().to_string();
        error.replace(&folder.path().display().to_string(), "[folder]")
    };
    let max = usize::MAX;
    assert_snapshot!(refusal(&[("x", "|u1", "16777216, 8192, 8192", 9)]), @"[folder]/a.npz: it has 1073741824 MiB of pixels; at most 2048 MiB of pixels are accepted");
    assert!(refusal(&[("x", "|u1", &format!("{max}, {max}, {max}"), 9)]).contains("array 'x': it has the shape"));
    assert!(refusal(&[("x", "|u1", "99999999999, 1, 1", 9)]).contains("array 'x': it has the shape"));
    assert!(refusal(&[("x", "|u1", "1, 65536, 65536", 9)]).contains("array 'x': it has the shape"));
    // ndarray-npy reserves what this header claims, which ended the program.
    assert!(
        refusal(&[("x", "|u1", "16000000, 1, 1", 9), ("y", "<i8", "99999999999999", 9)])
            .contains("99999999999999 labels")
    );
    assert!(refusal(&[("x", "|u1", "16000000, 1, 1", 9), ("y", "<i8", "16000000,", 9)]).contains("'y' ends after 9"));
    assert!(refusal(&[("x", "|O", "1, 1, 1", 9)]).contains("uint8"));
    assert!(refusal(&[("x", "|u1", "1, 1, 1", 1), ("y", "|O", "1,", 9)]).contains("integer type"));
    // Floats are read once before, labels row by row.
    assert!(refusal(&[("x", "<f8", "16777216, 8192, 8192", 9)]).contains("'x' ends after 9 of"));
    assert!(refusal(&[("x", "<f4", "16777216, 1, 1", 1 << 20)]).contains("'x' ends after 1048576 of 67108864 bytes"));
    assert!(
        refusal(&[("x", "|u1", "16000000, 1, 1", 9), ("y", "|u1", "16000000, 4294967295", 9)])
            .contains("'y' ends after 9")
    );
    assert!(
        refusal(&[("x", "|u1", "1, 1, 1", 1), ("y", "|u1", &format!("1, {max}"), 9)])
            .contains("array 'y': it has the shape")
    );
    let many: Vec<String> = (0..1001).map(|number| format!("a{number}")).collect();
    let many: Vec<_> = many.iter().map(|name| (&**name, "|u1", "1, 1, 1", 1)).collect();
    assert!(refusal(&many).contains("it has 1001 arrays"));
    // An archive of some 400 kB holds 400 MB; surplus content is not read, and images come one after the other.
    archive(&path, &[("x", "|u1", "400, 1024, 1024", 400 << 20)]);
    assert!(std::fs::metadata(&path).unwrap().len() < 1 << 20);
    let mut count = 0;
    limited("batches", || {
        data::batches(&path, None, 10, &mut |_, images| {
            count += images.len();
            Ok(())
        })
    })
    .unwrap();
    assert_eq!(count, 400);
}
