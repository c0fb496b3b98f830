//! The committed RTL of the bundled network is exactly what the sources generate: a change of the generator shows as a difference that
//! a reviewer can read.

use std::collections::BTreeMap;
use std::path::Path;

use support::contents::files;
use volley::rtl::weight_data::WeightData;
use volley::{Converter, Core, Folding, core_folder};

const AGAIN: &str = "if the change is wanted, run `volley convert examples/digits/digits.onnx --members 4 \
                     --timesteps 1 -o build/digits` and `volley generate build/digits -o rtl-out/digits`";

#[test]
fn the_committed_rtl_of_the_digits_network_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let model = root.join("examples/digits/digits.onnx");
    let converted = Converter::open(&model).unwrap().members(4).timesteps(1).convert().unwrap();
    let mut core = converted.generate(&Folding::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    core.write(folder.path().join("digits")).unwrap();

    let generated = files(&folder.path().join("digits"));
    let committed = files(&root.join("rtl-out/digits"));
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&generated), "{AGAIN}");
    let differing: Vec<_> = generated.iter().filter(|(name, bytes)| committed[*name] != **bytes).collect();
    let differing: Vec<_> = differing.into_iter().map(|(name, _)| name).collect();
    assert!(differing.is_empty(), "rtl-out/digits differs in {differing:?}; {AGAIN}");

    // What was committed can be read back, as co-simulation will; the float network is not in the folder.
    core.converted.onnx = None;
    assert_eq!(Core::open(root.join("rtl-out/digits")).unwrap(), core);
}

#[test]
fn image_and_fingerprint_are_those_of_the_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rtl-out/digits");
    let core = Core::open(&folder).unwrap();
    let stands = core_folder::as_it_stands(&folder, &core.design).unwrap();
    assert_eq!(stands, core.design);
    let data = WeightData::of(&stands).unwrap();
    let memories = core.design.manifest.memories();
    let bytes: u64 = memories.map(|memory| memory.rows * memory.row_bytes()).sum();
    assert_eq!(data.bytes().len() as u64, bytes.next_multiple_of(4));
    // The first row of the first memory: nine rows of eight weights, tap by tap.
    let first = stands.files["digits_conv_0_weights.mem"].lines().find(|line| !line.starts_with("//")).unwrap();
    let word = u64::from_le_bytes(data.bytes()[..8].try_into().unwrap());
    assert_eq!(format!("{word:016x}"), first);
}
