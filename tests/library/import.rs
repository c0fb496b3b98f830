//! What the importer accepts and refuses, and in which words.

use insta::assert_snapshot;
use support::onnx::{Attribute, Graph};
use support::zoo;
use volley::ann::{Normalisation, Op};

/// A small network that is accepted.
fn sound() -> Graph {
    Graph::new([1, 4, 4])
        .conv("/0/Conv", 2, 1, 3, &[])
        .qcfs("1", 2.0, 4.0)
        .flatten("/2/Flatten")
        .linear("/3/Gemm", 3, 8)
}

/// A network with constants that the file computes.
fn computed() -> Graph {
    Graph::new([2, 2, 2])
        .ints("zero", &[0])
        .ints("open", &[-1])
        .node("shape", "Shape", &["image"], &[])
        .node("batch", "Gather", &["shape", "zero"], &[("axis", Attribute::Int(0))])
        .node("sizes", "Concat", &["batch", "open"], &[("axis", Attribute::Int(0))])
        .node("flat", "Reshape", &["image", "sizes"], &[])
        .tensor("weight", &[8, 2], (0..16).map(|i| i as f32).collect())
        .node("again", "Identity", &["weight"], &[])
        .node("product", "MatMul", &["flat", "again"], &[])
        .tensor("bias", &[2], vec![0.5, -0.5])
        .node("sum", "Add", &["bias", "product"], &[])
}

fn refusal(graph: Graph) -> String {
    graph.import().expect_err("the graph is to be refused").to_string()
}

#[test]
fn a_small_network_reads_as_written() {
    assert_snapshot!(volley::ann::dump(&sound().import().unwrap()), @r"
    test: mean [0.0], std [1.0]
      0 image      Input       of       -> 1×4×4
      1 /0/Conv    Conv        of 0     -> 2×2×2 3×3 stride 1×1 padding 0,0,0,0, 1 groups, weights 0.0100..0.1800, bias 0.0000..0.1000
      2 /1/Mul     Scalar      of 1     -> 2×2×2 4·x + 0
      3 /1/Div     Scalar      of 2     -> 2×2×2 0.5·x + 0
      4 /1/Add     Scalar      of 3     -> 2×2×2 1·x + 0.5
      5 /1/Floor   Floor       of 4     -> 2×2×2
      6 /1/Clip    Clip        of 5     -> 2×2×2 0..4
      7 /1/Mul_1   Scalar      of 6     -> 2×2×2 2·x + 0
      8 /1/Div_1   Scalar      of 7     -> 2×2×2 0.25·x + 0
      9 /2/Flatten Flatten     of 8     -> 8×1×1
     10 /3/Gemm    Linear      of 9     -> 3×1×1 weights 0.0100..0.2400, bias 0.0000..0.0000
    ");
}

#[test]
fn the_mlp_of_the_zoo_reads_as_written() {
    assert_snapshot!(volley::ann::dump(&zoo::imported("mnist-mlp")), @r"
    mnist-mlp: mean [0.0], std [1.0]
      0 image                 Input       of       -> 1×28×28
      1 /0/Flatten            Flatten     of 0     -> 784×1×1
      2 /1/Gemm               Linear      of 1     -> 128×1×1 weights -0.3004..0.2050, bias -0.0356..0.0356
      3 /2/BatchNormalization BatchNorm   of 2     -> 128×1×1 scale 1.3211..1.9969, shift -0.3642..0.2495, mean -0.9168..0.2867, variance 0.1275..0.4743, epsilon 1e-5
      4 /3/Mul                Scalar      of 3     -> 128×1×1 4·x + 0
      5 /3/Div                Scalar      of 4     -> 128×1×1 0.30166499962204707·x + 0
      6 /3/Add                Scalar      of 5     -> 128×1×1 1·x + 0.5
      7 /3/Floor              Floor       of 6     -> 128×1×1
      8 /3/Clip               Clip        of 7     -> 128×1×1 0..4
      9 /3/Mul_1              Scalar      of 8     -> 128×1×1 3.3149354457855225·x + 0
     10 /3/Div_1              Scalar      of 9     -> 128×1×1 0.25·x + 0
     11 /4/Gemm               Linear      of 10    -> 10×1×1 weights -0.5958..0.7592, bias -0.4176..0.9272
    ");
}

#[test]
fn strided_and_channel_padded_shortcuts_are_read() {
    let network = zoo::imported("resnet20-cifar10-relu");
    let shortcuts: Vec<_> =
        network.nodes.iter().filter(|node| matches!(node.op, Op::Subsample { .. } | Op::Pad { .. })).collect();
    let shown: Vec<_> = shortcuts.iter().map(|node| format!("{} {:?} {}", node.name, node.op, node.shape)).collect();
    assert_snapshot!(shown.join("\n"), @r"
    /blocks/blocks.3/Slice Subsample { stride: [2, 1] } 16×16×32
    /blocks/blocks.3/Slice_1 Subsample { stride: [1, 2] } 16×16×16
    /blocks/blocks.3/Pad Pad { channels_before: 8, channels_after: 8, spatial: Padding { top: 0, left: 0, bottom: 0, right: 0 } } 32×16×16
    /blocks/blocks.6/Slice Subsample { stride: [2, 1] } 32×8×16
    /blocks/blocks.6/Slice_1 Subsample { stride: [1, 2] } 32×8×8
    /blocks/blocks.6/Pad Pad { channels_before: 16, channels_after: 16, spatial: Padding { top: 0, left: 0, bottom: 0, right: 0 } } 64×8×8
    ");
}

#[test]
fn damaged_files_are_refused() {
    let bytes = sound().bytes();
    let normalisation = Normalisation { mean: vec![0.0], std: vec![1.0] };
    let read = |bytes: &[u8]| volley::import::read_onnx_bytes(bytes, "test.onnx", normalisation.clone());
    assert_snapshot!(read(&bytes[..bytes.len() / 2]).unwrap_err(), @"test.onnx: this is not an ONNX file, or it is damaged; export the model again, or download it again");
    assert_snapshot!(read(b"").unwrap_err(), @"test.onnx: the model has no graph; export the model again");
    assert_snapshot!(read(b"\x89PNG not a network").unwrap_err(), @"test.onnx: this is not an ONNX file, or it is damaged; export the model again, or download it again");
    // Every prefix of the file must be refused or, where protobuf cannot tell, be a shorter graph.
    for length in 0..bytes.len() {
        let _ = read(&bytes[..length]);
    }
    let missing = volley::import::read_onnx(std::path::Path::new("/nowhere/model.onnx"), normalisation).unwrap_err();
    assert_snapshot!(missing, @"/nowhere/model.onnx: No such file or directory (os error 2); give the path of an ONNX file (in PyTorch: torch.onnx.export(model, image, path))");
}

/// Every byte of a small file is changed in turn: the result must not be a panic.
#[test]
fn corrupted_bytes_never_panic() {
    for (bytes, channels) in [(sound().bytes(), 1), (computed().bytes(), 2)] {
        let normalisation = Normalisation { mean: vec![0.0; channels], std: vec![1.0; channels] };
        for index in 0..bytes.len() {
            for value in [0x00, 0x7f, 0x80, 0xff, bytes[index] ^ 1] {
                let mut bad = bytes.clone();
                bad[index] = value;
                if let Ok(network) = volley::import::read_onnx_bytes(&bad, "test.onnx", normalisation.clone()) {
                    let _ = volley::convert::convert(network, &volley::convert::Options { members: 4, timesteps: 1 });
                }
            }
        }
    }
}

#[test]
fn unsupported_operators_are_named() {
    assert_snapshot!(refusal(sound().node("/4/Softmax", "Softmax", &["_"], &[])), @"node '/4/Softmax' (Softmax): this operator has no spiking counterpart; accepted are Conv, Gemm, MatMul, BatchNormalization, AveragePool, GlobalAveragePool, ReduceMean, MaxPool, Add, Concat, Relu, Clip, Floor, Mul/Div/Add/Sub by constants, Flatten, Reshape, Squeeze, Slice, Pad, Dropout and Identity; replace it and train again, or leave it out of the exported model");
    let dilated = [("dilations", Attribute::Ints(vec![2, 2]))];
    assert_snapshot!(refusal(Graph::new([1, 8, 8]).conv("/0/Conv", 2, 1, 3, &dilated)), @"node '/0/Conv' (Conv): it is dilated; accepted are convolutions with dilation 1");
    let two = Graph::new([1, 8, 8]).conv("/0/Conv", 1, 1, 3, &[]).node("/1/Mul", "Mul", &["_", "_"], &[]);
    assert_snapshot!(refusal(two), @"node '/1/Mul' (Mul): it joins two maps; of two feature maps only the sum (Add) has a spiking counterpart");
    let ceil = [
        ("kernel_shape", Attribute::Ints(vec![2, 2])),
        ("strides", Attribute::Ints(vec![2, 2])),
        ("ceil_mode", Attribute::Int(1)),
    ];
    assert_snapshot!(refusal(Graph::new([1, 5, 5]).node("/0/MaxPool", "MaxPool", &["_"], &ceil)), @"node '/0/MaxPool' (MaxPool): ceil_mode makes its last window reach out of the map 1×5×5; accepted are pools whose windows lie inside of the map (ceil_mode=False)");
    let cut = Graph::new([1, 8, 8]).ints("s", &[1]).ints("e", &[8]).ints("a", &[2]).node(
        "/0/Slice",
        "Slice",
        &["_", "s", "e", "a"],
        &[],
    );
    assert_snapshot!(refusal(cut), @"node '/0/Slice' (Slice): it cuts starts [1], ends [8], axes [2], steps [1] out of the map 1×8×8; accepted is every n-th row and column of the whole map, such as x[:, :, ::2, ::2]");
    assert_snapshot!(refusal(Graph::new([1, 8, 8]).ints("s", &[4, 16]).node("/0/Reshape", "Reshape", &["_", "s"], &[])), @"node '/0/Reshape' (Reshape): it reshapes the map 1×8×8 to [4, 16]; accepted is flattening: Reshape to [N, -1]");
    let reflect = Graph::new([1, 8, 8]).ints("p", &[0, 0, 1, 1, 0, 0, 1, 1]).node(
        "/0/Pad",
        "Pad",
        &["_", "p"],
        &[("mode", Attribute::Text("reflect"))],
    );
    assert_snapshot!(refusal(reflect), @"node '/0/Pad' (Pad): it pads by mode reflect with []; accepted is padding with constant zeros");
}

#[test]
fn bad_weights_are_named() {
    let nan = Graph::new([1, 4, 4])
        .tensor("fc.weight", &[2, 16], [vec![f32::NAN], vec![0.0; 31]].concat())
        .flatten("/0/Flatten")
        .node("/1/Gemm", "Gemm", &["_", "fc.weight"], &[("transB", Attribute::Int(1))]);
    assert_snapshot!(refusal(nan), @"node '/1/Gemm' (Gemm): tensor 'fc.weight' has NaN or infinite values; the training diverged or the file is damaged; use finite numbers");
    let short = Graph::new([1, 4, 4]).tensor("fc.weight", &[2, 16], vec![0.0; 5]).flatten("/0/Flatten").node(
        "/1/Gemm",
        "Gemm",
        &["_", "fc.weight"],
        &[("transB", Attribute::Int(1))],
    );
    assert_snapshot!(refusal(short), @"test.onnx: tensor 'fc.weight': its shape [2, 16] needs 32 elements and the file holds 5; the file is damaged; export the model again");
    let huge = Graph::new([1, 4, 4]).tensor("fc.weight", &[i64::MAX, i64::MAX], vec![]).flatten("/0/Flatten").node(
        "/1/Gemm",
        "Gemm",
        &["_", "fc.weight"],
        &[("transB", Attribute::Int(1))],
    );
    assert_snapshot!(refusal(huge), @"test.onnx: tensor 'fc.weight': it claims the shape [9223372036854775807, 9223372036854775807]; export the model again");
    let mut external = sound();
    external.graph().initializer[0].data_location = Some(1);
    assert_snapshot!(refusal(external), @"test.onnx: tensor '/0/Conv.weight': its data is in another file; save the model as one file (onnx.save_model(model, path, save_as_external_data=False))");
    let mut half = sound();
    half.graph().initializer[0].data_type = 10;
    assert_snapshot!(refusal(half), @"test.onnx: tensor '/0/Conv.weight': its shape [2, 1, 3, 3] needs 18 elements and the file holds 0; the file is damaged; export the model again");
}

#[test]
fn unfit_models_are_refused() {
    assert_snapshot!(refusal(Graph::new([1, -4, 4]).flatten("/0/Flatten")), @"test.onnx: input 'image' has the shape 1×-4×4; accepted are sizes from 1 to 65535 and at most 67108864 elements");
    assert_snapshot!(refusal(Graph::new([1, i64::MAX, i64::MAX]).flatten("/0/Flatten")), @"test.onnx: input 'image' has the shape 1×9223372036854775807×9223372036854775807; accepted are sizes from 1 to 65535 and at most 67108864 elements");
    let mut inputs = sound();
    let mut second = inputs.graph().input[0].clone();
    second.name = "mask".into();
    inputs.graph().input.push(second);
    assert_snapshot!(refusal(inputs), @"test.onnx: the model has 2 inputs (image, mask); export a model with the image as its only input");
    let mut old = sound();
    old.model.opset_import[0].version = 9;
    assert_snapshot!(refusal(old), @"test.onnx: the model uses operator set 9; export it with opset_version=11 or later; 17 is a good choice");
    let wide = [("pads", Attribute::Ints(vec![i64::MAX; 4]))];
    assert_snapshot!(refusal(Graph::new([1, 8, 8]).conv("/0/Conv", 2, 1, 3, &wide)), @"node '/0/Conv' (Conv): its pads is [9223372036854775807, 9223372036854775807, 9223372036854775807, 9223372036854775807]; accepted are 4 integers from 0 to 65535, for maps of two dimensions");
    let normalisation = Normalisation { mean: vec![0.0; 3], std: vec![1.0; 3] };
    assert_snapshot!(volley::import::read_onnx_bytes(&sound().bytes(), "test.onnx", normalisation).unwrap_err(), @"mean: it has 3 numbers, and the input has 1 channels; give one number for each channel, as training used them (pixels scaled to 0..1)");
    let normalisation = Normalisation { mean: vec![0.0], std: vec![0.0] };
    assert_snapshot!(volley::import::read_onnx_bytes(&sound().bytes(), "test.onnx", normalisation).unwrap_err(), @"standard deviation: it is 0; choose more than 0");
}

/// `x.view(x.size(0), -1)` leaves arithmetic on the shape, and a matrix product its bias, in the file.
#[test]
fn other_ways_of_writing_are_understood() {
    let network = computed().import().unwrap();
    assert_snapshot!(volley::ann::dump(&network), @r"
    test: mean [0.0, 0.0], std [1.0, 1.0]
      0 image   Input       of       -> 2×2×2
      1 flat    Flatten     of 0     -> 8×1×1
      2 product Linear      of 1     -> 2×1×1 weights 0.0000..15.0000, bias 0.0000..0.0000
      3 sum     BatchNorm   of 2     -> 2×1×1 scale 1.0000..1.0000, shift -0.5000..0.5000, mean 0.0000..0.0000, variance 1.0000..1.0000, epsilon 0e0
    ");
    let same = [("auto_pad", Attribute::Text("SAME_UPPER")), ("strides", Attribute::Ints(vec![2, 2]))];
    let network = Graph::new([1, 8, 8]).conv("/0/Conv", 1, 1, 3, &same).import().unwrap();
    assert_snapshot!(volley::ann::dump(&network), @r"
    test: mean [0.0], std [1.0]
      0 image   Input       of       -> 1×8×8
      1 /0/Conv Conv        of 0     -> 1×4×4 3×3 stride 2×2 padding 0,0,1,1, 1 groups, weights 0.0100..0.0900, bias 0.0000..0.0000
    ");
}

/// Exporters and versions of ONNX write a global average pool and what follows it in different ways.
#[test]
fn the_mean_of_a_map_is_understood_however_it_is_written() {
    let map = || Graph::new([1, 8, 8]).conv("/0/Conv", 2, 1, 3, &[]).ints("axes", &[2, 3]).ints("same", &[-1, 2, 6, 6]);
    let axes = || ("axes", Attribute::Ints(vec![-1, -2]));
    let pooled = || map().node("mean", "GlobalAveragePool", &["_"], &[]);
    let vector = ("keepdims", Attribute::Int(0));
    let dump = |graph: Graph| volley::ann::dump(&graph.linear("/2/Gemm", 3, 2).import().unwrap());
    let first = dump(map().node("mean", "ReduceMean", &["_"], &[axes(), vector.clone()]));
    assert_snapshot!(first, @r"
    test: mean [0.0], std [1.0]
      0 image   Input       of       -> 1×8×8
      1 /0/Conv Conv        of 0     -> 2×6×6 3×3 stride 1×1 padding 0,0,0,0, 1 groups, weights 0.0100..0.1800, bias 0.0000..0.1000
      2 mean    AveragePool of 1     -> 2×1×1 6×6 stride 6×6 padding 0,0,0,0
      3 /2/Gemm Linear      of 2     -> 3×1×1 weights 0.0100..0.0600, bias 0.0000..0.0000
    ");
    assert_eq!(dump(map().node("mean", "ReduceMean", &["_", "axes"], &[vector])), first);
    assert_eq!(dump(pooled().node("squeezed", "Squeeze", &["_"], &[axes()])), first);
    assert_eq!(dump(pooled().node("squeezed", "Squeeze", &["_", "axes"], &[])), first);
    let reshaped = map().node("same_map", "Reshape", &["_", "same"], &[]);
    assert_eq!(
        dump(reshaped.node("mean", "GlobalAveragePool", &["_"], &[]).node("s", "Squeeze", &["_", "axes"], &[])),
        first
    );
    let kept = dump(map().node("mean", "ReduceMean", &["_", "axes"], &[]).flatten("flat"));
    assert_eq!(kept, dump(pooled().flatten("flat")));

    let channels = [("axes", Attribute::Ints(vec![1]))];
    assert_snapshot!(refusal(map().node("mean", "ReduceMean", &["_"], &channels)), @"node 'mean' (ReduceMean): it averages over the axes [1]; accepted is the mean over height and width, axes 2 and 3");
    assert_snapshot!(refusal(map().node("squeezed", "Squeeze", &["_", "axes"], &[])), @"node 'squeezed' (Squeeze): it squeezes the axes [2, 3] of a map 2×6×6; accepted is dropping the height and width of a 1×1 map");
    let padded = [("kernel_shape", Attribute::Ints(vec![2, 2])), ("pads", Attribute::Ints(vec![1; 4]))];
    assert_snapshot!(refusal(map().node("pool", "AveragePool", &["_"], &padded)), @"node 'pool' (AveragePool): it is padded; accepted are average pools without padding");
    let dilated = [("kernel_shape", Attribute::Ints(vec![2, 2])), ("dilations", Attribute::Ints(vec![2, 2]))];
    assert_snapshot!(refusal(map().node("pool", "MaxPool", &["_"], &dilated)), @"node 'pool' (MaxPool): it is dilated; accepted are pools with dilation 1");
}

#[test]
fn the_normalisation_beside_a_model_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("net.onnx");
    let read = || volley::import::normalisation_for(&model);
    assert_eq!(read().unwrap(), None);
    let write = |text: &str| std::fs::write(folder.path().join("net.toml"), text).unwrap();
    write("[other]\nkey = 1\n");
    assert_eq!(read().unwrap(), None);
    write("name = 'x'\n[input]\nmean = [0.5]\nstd = [0.25]\n");
    assert_eq!(read().unwrap(), Some(Normalisation { mean: vec![0.5], std: vec![0.25] }));
    write("[input]\nmean = [0.5]\nstd = [0.25]\nscale = 1\n");
    assert!(read().unwrap_err().to_string().contains("unknown field `scale`"));
}

#[test]
fn the_demo_network_is_imported_and_converted() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/digits/digits.onnx");
    let normalisation = volley::import::normalisation_for(&path).unwrap().expect("digits.toml has [input]");
    let network = volley::import::read_onnx(&path, normalisation).unwrap();
    assert_eq!(network.name, "digits");
    let conversion = volley::convert::convert(network, &volley::convert::Options { members: 4, timesteps: 1 }).unwrap();
    assert_eq!(conversion.uncalibrated, Vec::<usize>::new());
}
