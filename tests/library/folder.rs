//! The converted-network folder: written, read again, and refused when it is damaged.

use std::path::Path;

use insta::assert_snapshot;
use support::zoo::{self, NETWORKS};
use volley::Converted;
use volley::error::{Kind, Setting};
use volley::fixed_point::{Settings, ThresholdMode};

fn converted(name: &str) -> Converted {
    let network = zoo::conversion(name, 4, 2).network;
    let onnx = Some(zoo::onnx(name));
    Converted {
        network,
        settings: Settings { weight_bits: 6, threshold: ThresholdMode::Pow2, ..Settings::default() },
        onnx,
        notes: vec!["it clips at \"6\"".into()],
    }
}

#[test]
fn what_is_written_is_read() {
    let place = tempfile::tempdir().unwrap();
    for name in NETWORKS {
        let mut converted = converted(name);
        let first = converted.network.layer_names().next().unwrap().to_string();
        converted.settings.layer_bits.insert(first, 5);
        let folder = place.path().join("deep").join(name);
        converted.write(&folder).unwrap();
        assert_eq!(Converted::open(&folder).unwrap(), converted, "{name}");
        // A second writing replaces the first, the baseline included, and leaves nothing beside it.
        converted.onnx = None;
        converted.write(&folder).unwrap();
        assert_eq!(Converted::open(&folder).unwrap(), converted, "{name}");
    }
    let left: Vec<_> =
        std::fs::read_dir(place.path().join("deep")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), NETWORKS.len(), "{left:?}");
}

#[test]
fn the_table_is_readable() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("cnn");
    converted("mnist-mlp").write(&folder).unwrap();
    assert_snapshot!(std::fs::read_to_string(folder.join("network.toml")).unwrap(), @r#"
    # A converted network, written by Volley; the weights are in weights.safetensors beside this file.
    # docs/network-folder.md explains every key.

    name = "mnist-mlp"
    members = 4
    timesteps = 2
    notes = ['it clips at "6"']

    [input]
    shape = [1, 28, 28]
    mean = [0.0]
    std = [1.0]

    [fixed_point]
    weight_bits = 6
    threshold = "pow2"

    [[node]]
    kind = "layer"
    name = "linear_1"
    origin = "3"
    shape = [128, 1, 1]
    neuron = "group"
    theta = 0.8287338614463806

    [[node.term]]
    source = "input"
    kernel = [28, 28]
    stride = [28, 28]
    padding = [0, 0, 0, 0]

    [[node]]
    kind = "layer"
    name = "linear_4"
    origin = "4"
    shape = [10, 1, 1]
    neuron = "readout"

    [[node.term]]
    source = "linear_1"
    kernel = [1, 1]
    stride = [1, 1]
    padding = [0, 0, 0, 0]
    "#);
}

#[test]
fn a_folder_of_the_users_is_never_replaced() {
    let place = tempfile::tempdir().unwrap();
    let theirs = place.path().join("theirs");
    std::fs::create_dir(&theirs).unwrap();
    let small = converted("mnist-mlp");
    small.write(&theirs).expect("an empty folder may be filled");
    std::fs::remove_file(theirs.join("network.toml")).unwrap();
    std::fs::write(theirs.join("thesis.tex"), "years of work").unwrap();
    let message = |error: volley::Error| error.to_string().replace(&place.path().display().to_string(), "PLACE");
    assert_snapshot!(message(small.write(&theirs).unwrap_err()), @"PLACE/theirs: the folder exists and has no network.toml, so it was not written by Volley; choose another path for the output folder, or empty this one yourself");
    assert_eq!(std::fs::read_to_string(theirs.join("thesis.tex")).unwrap(), "years of work");
    assert_snapshot!(message(small.write(theirs.join("thesis.tex")).unwrap_err()), @"PLACE/theirs/thesis.tex: this is a file; choose another path for the output folder, or move the file away");
    // A filling that fails leaves the old folder as it was, and no trace.
    let target = place.path().join("target");
    small.write(&target).unwrap();
    let failed = volley::output::write_folder(&target.as_path().into(), "network.toml", |_| {
        Err(Kind::Empty.at(Setting::Members))
    });
    assert_eq!(failed.unwrap_err().to_string(), "members: it is empty; give at least one value");
    assert_eq!(Converted::open(&target).unwrap(), small);
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 2);
}

#[test]
fn damage_is_named() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("mlp");
    converted("mnist-mlp").write(&folder).unwrap();
    let toml = std::fs::read_to_string(folder.join("network.toml")).unwrap();
    let weights = std::fs::read(folder.join("weights.safetensors")).unwrap();
    let refusal = |toml: &str, weights: &[u8]| {
        std::fs::write(folder.join("network.toml"), toml).unwrap();
        std::fs::write(folder.join("weights.safetensors"), weights).unwrap();
        Converted::open(&folder).unwrap_err().to_string().replace(&place.path().display().to_string(), "PLACE")
    };
    let edit = |from: &str, to: &str| {
        assert!(toml.contains(from), "{from}");
        refusal(&toml.replacen(from, to, 1), &weights)
    };
    assert_snapshot!(edit("members = 4", "members = 4\nspeed = 9"), @r"
    PLACE/mlp/network.toml: TOML parse error at line 6, column 1
      |
    6 | speed = 9
      | ^^^^^
    unknown field `speed`, expected one of `name`, `members`, `timesteps`, `notes`, `input`, `fixed_point`, `node`; fix it as docs/network-folder.md describes, or convert the network again
    ");
    assert_snapshot!(edit("members = 4", "members = 0"), @"PLACE/mlp/network.toml: members: it is 0; choose 1 to 255");
    assert_snapshot!(edit("weight_bits = 6", "weight_bits = 40"), @"PLACE/mlp/network.toml: weight bits: it is 40; choose 2 to 16");
    let mixed = |bits: &str| format!("threshold = \"pow2\"\n[fixed_point.layer_bits]\n{bits}");
    assert_snapshot!(edit("threshold = \"pow2\"", &mixed("linear_7 = 5")), @"PLACE/mlp/network.toml: weight bits: there is no layer 'linear_7'; the layers are linear_1, linear_4");
    assert_snapshot!(edit("threshold = \"pow2\"", &mixed("linear_1 = 1")), @"PLACE/mlp/network.toml: weight bits of layer 'linear_1': it is 1; choose 2 to 16");
    assert_snapshot!(edit("source = \"linear_1\"", "source = \"linear_7\""), @"PLACE/mlp/network.toml: layer 'linear_4': its source 'linear_7' is not a node before it; name an earlier node, or 'input' for the input");
    assert_snapshot!(edit("name = \"linear_1\"", "name = \"module\""), @"PLACE/mlp/network.toml: layer 'linear_4': its source 'linear_1' is not a node before it; name an earlier node, or 'input' for the input");
    assert_snapshot!(edit("kernel = [28, 28]", "kernel = [27, 28]").lines().last().unwrap(), @"PLACE/mlp/network.toml: layer 'linear_1': term 0 with weights 128×1×28×28 over 1×28×28 does not make 128×1×1; convert the network again");
    assert_snapshot!(edit("kernel = [28, 28]", "kernel = [99999, 28]"), @r"
    PLACE/mlp/network.toml: TOML parse error at line 18, column 1
       |
    18 | [[node]]
       | ^^^^^^^^
    invalid value: integer `99999`, expected u16; fix it as docs/network-folder.md describes, or convert the network again
    ");
    assert_snapshot!(edit("std = [1.0]", "std = [-1.0]"), @"PLACE/mlp/network.toml: input: mean and std do not fit the shape 1×28×28, or are not finite and positive; give one mean and one std more than 0 for each channel, and a shape of at least one element");
    assert_snapshot!(edit("theta = ", "theta = -"), @"PLACE/mlp/network.toml: layer 'linear_1': its theta is -0.82873386 and must be more than 0; convert the network again");
    let mut bad = weights.clone();
    let last = bad.len() - 4;
    bad[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    assert_snapshot!(refusal(&toml, &bad), @"PLACE/mlp/weights.safetensors: tensor 'linear_4.bias': it has NaN or infinite values; the training diverged or the file is damaged; use finite numbers");
    assert_snapshot!(refusal(&toml, &weights[..weights.len() / 2]), @"PLACE/mlp/weights.safetensors: this is not a safetensors file (incomplete metadata, file not fully covered); fix it as docs/network-folder.md describes, or convert the network again");
    assert_snapshot!(refusal(&toml.replace("linear_4", "linear_5"), &weights), @"PLACE/mlp/weights.safetensors: tensor 'linear_5.0.weight': it is missing; convert the network again");
    let twice = "[[node.term]]\nsource = \"linear_1\"\nkernel = [1, 1]\nstride = [1, 1]\npadding = [0, 0, 0, 0]\n";
    assert_snapshot!(refusal(&format!("{toml}\n{twice}"), &weights), @"PLACE/mlp/weights.safetensors: tensor 'linear_4.1.weight': it is missing; convert the network again");
    let mut tensors = safetensors::SafeTensors::deserialize(&weights).unwrap().tensors();
    tensors.push(("stray".into(), tensors[0].1.clone()));
    let more = safetensors::serialize(tensors, None).unwrap();
    assert_snapshot!(refusal(&toml, &more), @"PLACE/mlp/weights.safetensors: tensor 'stray': it belongs to no node of the network; convert the network again");
    assert_snapshot!(Converted::open(Path::new("/nowhere")).unwrap_err(), @"/nowhere/network.toml: No such file or directory (os error 2); give the folder of a converted network");
}
