//! What the conversion makes of networks, and what it refuses.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use support::onnx::{Attribute, Graph};
use support::zoo::{self, NETWORKS};
use volley::convert::{Options, convert};
use volley::snn::{Neuron, Op, PoolKind};

fn refusal(graph: Graph) -> String {
    graph.convert().expect_err("the graph is to be refused").to_string()
}

fn dump(graph: Graph) -> String {
    volley::snn::dump(&graph.convert().unwrap().network)
}

#[derive(serde::Deserialize)]
struct Card {
    qcfs_levels: Option<u32>,
    lambda: Option<BTreeMap<String, f64>>,
}

fn card(name: &str) -> Card {
    toml::from_str(&zoo::card(name)).unwrap()
}

#[test]
fn every_network_of_the_zoo_is_converted_with_the_thresholds_of_its_card() {
    for name in NETWORKS {
        let card = card(name);
        // τ = L makes θ = λ/L, so a wrong L would show as a wrong θ.
        let members = card.qcfs_levels.unwrap_or(4);
        let ann = zoo::imported(name);
        assert_eq!(ann.name, name);
        let conversion = convert(ann, &Options { members, timesteps: 2 }).unwrap();
        let lambdas: BTreeMap<String, f64> = conversion
            .network
            .nodes
            .iter()
            .filter_map(|node| match &node.op {
                Op::Layer(layer) => match &layer.neuron {
                    // Trained thresholds are the same for a whole layer.
                    Neuron::Group { theta } => Some((node.origin.clone(), f64::from(theta[0]) * f64::from(members))),
                    Neuron::Readout => None,
                },
                Op::Pool(_) => None,
            })
            .collect();
        match card.lambda {
            Some(expected) => {
                assert_eq!(conversion.uncalibrated, Vec::<usize>::new(), "{name}");
                assert_eq!(expected.keys().collect::<Vec<_>>(), lambdas.keys().collect::<Vec<_>>(), "{name}");
                // The cards give seven digits.
                for (module, expected) in expected {
                    let lambda = lambdas[&module];
                    assert!((lambda - expected).abs() < 2e-6 * expected, "{name} {module}: {lambda}, not {expected}");
                }
            }
            None => assert_eq!(conversion.uncalibrated.len(), lambdas.len(), "{name}: every ReLU is uncalibrated"),
        }
    }
}

#[test]
fn the_cnn_of_the_zoo_is_placed() {
    let conversion = convert(zoo::imported("mnist-cnn"), &Options { members: 4, timesteps: 2 }).unwrap();
    assert_snapshot!(volley::snn::dump(&conversion.network), @r"
    mnist-cnn: τ = 4, T = 2, input 1×28×28, mean [0.1307], std [0.3081]
      0 conv_0 [2] 16×24×24: θ 0.425597, bias -0.1762..0.1604
          + 5×5 stride 1×1 padding 0,0,0,0 of input, weights -0.6612..0.4650
      1 pool_3 [3] 16×12×12: Sum pool 2×2 stride 2×2 padding 0,0,0,0 of conv_0
      2 conv_4 [6] 32×8×8: θ 0.430085, bias -0.6748..1.8894
          + 5×5 stride 1×1 padding 0,0,0,0 of pool_3, weights -0.0647..0.0714
      3 pool_7 [7] 32×4×4: Sum pool 2×2 stride 2×2 padding 0,0,0,0 of conv_4
      4 linear_9 [11] 64×1×1: θ 0.745136, bias -1.6951..1.8124
          + 4×4 stride 4×4 padding 0,0,0,0 of pool_7, weights -0.0866..0.0867
      5 linear_12 [12] 10×1×1: readout, bias -0.0913..0.1488
          + 1×1 stride 1×1 padding 0,0,0,0 of linear_9, weights -0.3093..0.7220
    ");
}

#[test]
fn a_residual_network_is_placed() {
    let conversion = convert(zoo::imported("resnet20-cifar10-qcfs8"), &Options { members: 8, timesteps: 1 }).unwrap();
    assert_snapshot!(volley::snn::dump(&conversion.network), @r"
    resnet20-cifar10-qcfs8: τ = 8, T = 1, input 3×32×32, mean [0.485, 0.456, 0.406], std [0.229, 0.224, 0.225]
      0 conv1 [act] 16×32×32: θ 0.345958, bias -0.3747..1.1973
          + 3×3 stride 1×1 padding 1,1,1,1 of input, weights -0.7479..0.9283
      1 blocks_0_conv1 [blocks.0.act1] 16×32×32: θ 0.297014, bias -2.3944..1.8243
          + 3×3 stride 1×1 padding 1,1,1,1 of conv1, weights -0.3844..0.4505
      2 blocks_0_conv2 [blocks.0.act2] 16×32×32: θ 0.415353, bias -1.0003..1.3053
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_0_conv1, weights -0.3018..0.3102
          + 1×1 stride 1×1 padding 0,0,0,0 of conv1, weights 0.0000..1.0000
      3 blocks_1_conv1 [blocks.1.act1] 16×32×32: θ 0.330510, bias -0.7521..1.9375
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_0_conv2, weights -0.3778..0.3809
      4 blocks_1_conv2 [blocks.1.act2] 16×32×32: θ 0.536951, bias -0.9931..0.6528
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_1_conv1, weights -0.3855..0.2780
          + 1×1 stride 1×1 padding 0,0,0,0 of blocks_0_conv2, weights 0.0000..1.0000
      5 blocks_2_conv1 [blocks.2.act1] 16×32×32: θ 0.323394, bias -1.1123..0.9845
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_1_conv2, weights -0.2896..0.2776
      6 blocks_2_conv2 [blocks.2.act2] 16×32×32: θ 0.481419, bias -0.8207..1.3534
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_2_conv1, weights -0.6525..0.3014
          + 1×1 stride 1×1 padding 0,0,0,0 of blocks_1_conv2, weights 0.0000..1.0000
      7 blocks_3_conv1 [blocks.3.act1] 32×16×16: θ 0.260893, bias -1.4395..1.7597
          + 3×3 stride 2×2 padding 1,1,1,1 of blocks_2_conv2, weights -0.3827..0.3648
      8 blocks_3_conv2 [blocks.3.act2] 32×16×16: θ 0.442336, bias -0.7712..1.6487
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_3_conv1, weights -0.4963..0.6526
          + 1×1 stride 2×2 padding 0,0,0,0 of blocks_2_conv2, weights 0.0000..1.0000
      9 blocks_4_conv1 [blocks.4.act1] 32×16×16: θ 0.238690, bias -1.5791..0.4164
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_3_conv2, weights -0.2488..0.2025
     10 blocks_4_conv2 [blocks.4.act2] 32×16×16: θ 0.441788, bias -0.6271..1.1160
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_4_conv1, weights -0.3692..0.5686
          + 1×1 stride 1×1 padding 0,0,0,0 of blocks_3_conv2, weights 0.0000..1.0000
     11 blocks_5_conv1 [blocks.5.act1] 32×16×16: θ 0.214088, bias -1.6446..0.7629
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_4_conv2, weights -0.1732..0.2727
     12 blocks_5_conv2 [blocks.5.act2] 32×16×16: θ 0.440853, bias -0.7446..0.4152
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_5_conv1, weights -0.4345..0.5252
          + 1×1 stride 1×1 padding 0,0,0,0 of blocks_4_conv2, weights 0.0000..1.0000
     13 blocks_6_conv1 [blocks.6.act1] 64×8×8: θ 0.273874, bias -1.6818..1.1053
          + 3×3 stride 2×2 padding 1,1,1,1 of blocks_5_conv2, weights -0.1378..0.1970
     14 blocks_6_conv2 [blocks.6.act2] 64×8×8: θ 0.533156, bias -0.8375..1.4065
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_6_conv1, weights -0.3875..0.4655
          + 1×1 stride 2×2 padding 0,0,0,0 of blocks_5_conv2, weights 0.0000..1.0000
     15 blocks_7_conv1 [blocks.7.act1] 64×8×8: θ 0.234916, bias -1.0909..0.9378
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_6_conv2, weights -0.1261..0.1281
     16 blocks_7_conv2 [blocks.7.act2] 64×8×8: θ 0.567386, bias -1.3884..0.7230
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_7_conv1, weights -0.5942..0.7576
          + 1×1 stride 1×1 padding 0,0,0,0 of blocks_6_conv2, weights 0.0000..1.0000
     17 blocks_8_conv1 [blocks.8.act1] 64×8×8: θ 0.237298, bias -0.8621..1.1537
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_7_conv2, weights -0.1223..0.1580
     18 blocks_8_conv2 [blocks.8.act2] 64×8×8: θ 1.268981, bias -0.6579..1.4411
          + 3×3 stride 1×1 padding 1,1,1,1 of blocks_8_conv1, weights -0.9564..1.0993
          + 1×1 stride 1×1 padding 0,0,0,0 of blocks_7_conv2, weights 0.0000..1.0000
     19 pool [pool] 64×1×1: Sum pool 8×8 stride 8×8 padding 0,0,0,0 of blocks_8_conv2
     20 fc [fc] 10×1×1: readout, bias -0.3575..0.3279
          + 1×1 stride 1×1 padding 0,0,0,0 of pool, weights -0.0185..0.0296
    ");
}

#[test]
fn levels_come_from_any_order_of_the_pieces() {
    // clip(x/λ, 0, 1)·L, floor(· + 1/2), /L, ·λ: the same function in another order.
    let graph = Graph::new([1, 4, 4])
        .conv("/0/Conv", 2, 1, 3, &[])
        .scalar("lam", 1.7)
        .scalar("levels", 6.0)
        .scalar("half", 0.5)
        .scalar("zero", 0.0)
        .scalar("one", 1.0)
        .node("/1/Div", "Div", &["_", "lam"], &[])
        .node("/1/Clip", "Clip", &["_", "zero", "one"], &[])
        .node("/1/Mul", "Mul", &["levels", "_"], &[])
        .node("/1/Add", "Add", &["half", "_"], &[])
        .node("/1/Floor", "Floor", &["_"], &[])
        .node("/1/Div_1", "Div", &["_", "levels"], &[])
        .node("/1/Mul_1", "Mul", &["_", "lam"], &[])
        .flatten("/2/Flatten")
        .linear("/3/Gemm", 3, 8);
    let conversion = graph.convert().unwrap();
    let Op::Layer(layer) = &conversion.network.nodes[0].op else { panic!("the first node is a layer") };
    assert_eq!(layer.neuron, Neuron::Group { theta: vec![(f64::from(1.7f32) / 4.0) as f32; layer.bias.len()] });
    assert_eq!(conversion.uncalibrated, Vec::<usize>::new());
}

/// Weights after the folds, number by number: batch normalisation, average pool, flattening.
#[test]
fn folded_weights_are_exact() {
    let graph = Graph::new([1, 2, 2])
        .tensor("w", &[2, 1, 1, 1], vec![2.0, 3.0])
        .node("/0/Conv", "Conv", &["_", "w"], &[])
        .tensor("scale", &[2], vec![1.0, 2.0])
        .tensor("shift", &[2], vec![0.5, 0.25])
        .tensor("mean", &[2], vec![1.0, -1.0])
        .tensor("variance", &[2], vec![4.0, 16.0])
        .node(
            "/1/BatchNormalization",
            "BatchNormalization",
            &["_", "scale", "shift", "mean", "variance"],
            &[("epsilon", Attribute::Float(0.0))],
        )
        .qcfs("2", 2.0, 4.0)
        .node(
            "/3/AveragePool",
            "AveragePool",
            &["_"],
            &[("kernel_shape", Attribute::Ints(vec![1, 2])), ("strides", Attribute::Ints(vec![1, 2]))],
        )
        .flatten("/4/Flatten")
        .tensor("fc", &[1, 4], vec![1.0, 2.0, 3.0, 4.0])
        .node("/5/Gemm", "Gemm", &["_", "fc"], &[("transB", Attribute::Int(1)), ("alpha", Attribute::Float(2.0))]);
    let network = graph.convert().unwrap().network;
    let [first, pool, last] = &network.nodes[..] else { panic!("{}", volley::snn::dump(&network)) };
    let Op::Layer(first) = &first.op else { panic!() };
    assert_eq!(first.terms[0].weights.as_slice().unwrap(), [1.0, 1.5]);
    assert_eq!(first.bias, [0.0, 0.75]);
    let Op::Pool(pool) = &pool.op else { panic!() };
    assert_eq!(pool.kind, PoolKind::Sum);
    let Op::Layer(last) = &last.op else { panic!() };
    assert_eq!(last.terms[0].weights.shape(), [1, 2, 2, 1]);
    assert_eq!(last.terms[0].weights.as_slice().unwrap(), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn concatenations_groups_and_max_pools_are_placed() {
    let conv = |graph: Graph, name: &str, from: &str| {
        let weight = format!("{name}.w");
        graph.tensor(&weight, &[2, 1, 1, 1], vec![1.0, 2.0]).node(name, "Conv", &[from, &weight], &[])
    };
    let graph = conv(Graph::new([1, 4, 4]), "/left/Conv", "image").node("/left_act/Relu", "Relu", &["_"], &[]);
    let graph = conv(graph, "/right/Conv", "image")
        .node("/pool/MaxPool", "MaxPool", &["_"], &[("kernel_shape", Attribute::Ints(vec![1, 1]))])
        .node("/right_act/Relu", "Relu", &["_"], &[])
        .node("/Concat", "Concat", &["/left_act/Relu", "/right_act/Relu"], &[("axis", Attribute::Int(1))])
        .ints("pads", &[0, 0, 1, 1, 0, 0, 1, 1])
        .node("/Pad", "Pad", &["_", "pads"], &[])
        .conv("/module/Conv", 4, 2, 3, &[("group", Attribute::Int(2))])
        .scalar("zero", 0.0)
        .scalar("six", 6.0)
        .node("/act/Clip", "Clip", &["_", "zero", "six"], &[])
        .node("/gap/GlobalAveragePool", "GlobalAveragePool", &["_"], &[])
        .flatten("/Flatten")
        .linear("/fc/Gemm", 2, 4);
    let conversion = graph.convert().unwrap();
    assert_eq!(conversion.uncalibrated, [0, 1]);
    assert_snapshot!(volley::snn::dump(&conversion.network), @r"
    test: τ = 4, T = 1, input 1×4×4, mean [0.0], std [1.0]
      0 left [left_act] 2×4×4: θ 1.000000, bias 0.0000..0.0000
          + 1×1 stride 1×1 padding 0,0,0,0 of input, weights 1.0000..2.0000
      1 right [right_act] 2×4×4: θ 1.000000, bias 0.0000..0.0000
          + 1×1 stride 1×1 padding 0,0,0,0 of input, weights 1.0000..2.0000
      2 pool [pool] 2×4×4: Max pool 1×1 stride 1×1 padding 0,0,0,0 of right
      3 module_conv [act] 4×4×4: θ 1.500000, bias 0.0000..0.3000
          + 3×3 stride 1×1 padding 1,1,1,1 of left, weights 0.0000..0.3600
          + 3×3 stride 1×1 padding 1,1,1,1 of pool, weights 0.0000..0.7200
      4 gap [gap] 4×1×1: Sum pool 4×4 stride 4×4 padding 0,0,0,0 of module_conv
      5 fc [fc] 2×1×1: readout, bias 0.0000..0.0000
          + 1×1 stride 1×1 padding 0,0,0,0 of gap, weights 0.0006..0.0050
    ");
}

#[test]
fn a_projection_shortcut_is_a_second_term() {
    let strided = [("strides", Attribute::Ints(vec![2, 2]))];
    let padded = [("strides", Attribute::Ints(vec![2, 2])), ("pads", Attribute::Ints(vec![1; 4]))];
    let graph = Graph::new([1, 8, 8])
        .conv("/stem/Conv", 2, 1, 1, &[])
        .qcfs("act", 2.0, 4.0)
        .conv("/block/conv/Conv", 4, 2, 3, &padded)
        .tensor("p", &[4, 2, 1, 1], vec![0.5; 8])
        .node("/block/downsample/Conv", "Conv", &["/act/Div_1", "p"], &strided)
        .node("/block/Add", "Add", &["/block/conv/Conv", "_"], &[])
        .qcfs("block.act", 3.0, 4.0)
        .flatten("/Flatten")
        .linear("/fc/Gemm", 2, 64);
    assert_snapshot!(dump(graph), @r"
    test: τ = 4, T = 1, input 1×8×8, mean [0.0], std [1.0]
      0 stem [act] 2×8×8: θ 0.500000, bias 0.0000..0.1000
          + 1×1 stride 1×1 padding 0,0,0,0 of input, weights 0.0100..0.0200
      1 block_conv [block.act] 4×4×4: θ 0.750000, bias 0.0000..0.3000
          + 3×3 stride 2×2 padding 1,1,1,1 of stem, weights 0.0100..0.7200
          + 1×1 stride 2×2 padding 0,0,0,0 of stem, weights 0.5000..0.5000
      2 fc [fc] 2×1×1: readout, bias 0.0000..0.0000
          + 4×4 stride 4×4 padding 0,0,0,0 of block_conv, weights 0.0100..1.2800
    ");
}

#[test]
fn what_group_neurons_cannot_do_is_refused() {
    let start = || Graph::new([1, 4, 4]).conv("/0/Conv", 2, 1, 3, &[]);
    let act = |graph: Graph| graph.qcfs("1", 2.0, 4.0);
    let end = |graph: Graph| graph.flatten("/8/Flatten").linear("/9/Gemm", 3, 8);
    assert_snapshot!(refusal(end(start())), @"node '/9/Gemm' (Linear): there is no activation between '/0/Conv' and it; put an activation between them, or multiply the two layers into one before the export");
    assert_snapshot!(refusal(act(start())), @"node '/1/Div_1' (Qcfs): the network ends without a layer of weights after the last activation; let it end in a fully connected layer or a convolution whose output is the scores");
    assert_snapshot!(refusal(end(act(start()).qcfs("2", 2.0, 4.0))), @"node '/2/Floor' (Floor): it rounds twice (the activation consists of /1/Mul, /1/Div, /1/Add, /1/Floor, /1/Clip, /1/Mul_1, /1/Div_1, /2/Mul, /2/Div, /2/Add, /2/Floor, /2/Clip, /2/Mul_1, /2/Div_1); accepted are ReLU, clip(x, 0, h) and QCFS, λ/L·clip(floor(x·L/λ + 1/2), 0, L)");
    let pool = [("kernel_shape", Attribute::Ints(vec![2, 2]))];
    assert_snapshot!(refusal(act(start().node("/2/AveragePool", "AveragePool", &["_"], &pool))), @"node '/2/AveragePool' (AveragePool): it pools the output of '/0/Conv' before any activation; put the pool after the activation; at the end of a network, pool before the last layer instead");
    let overlapping = [("kernel_shape", Attribute::Ints(vec![2, 2])), ("strides", Attribute::Ints(vec![1, 1]))];
    assert_snapshot!(refusal(act(start()).node("/2/MaxPool", "MaxPool", &["_"], &overlapping).flatten("/8/Flatten").linear("/9/Gemm", 3, 2)), @"node '/2/MaxPool' (MaxPool): its windows overlap or are padded; accepted are pools without padding whose stride is at least the kernel");
    let scaled = start().scalar("two", 2.0).node("/1/Mul", "Mul", &["_", "two"], &[]);
    assert_snapshot!(refusal(end(scaled)), @"node '/1/Mul' (Scalar): it scales its input to 2·x + 0, which is no activation (the activation consists of /1/Mul); accepted are ReLU, clip(x, 0, h) and QCFS, λ/L·clip(floor(x·L/λ + 1/2), 0, L)");
    let truncating = start().scalar("c0", 0.0).scalar("c4", 4.0).node("/1/Floor", "Floor", &["_"], &[]).node(
        "/1/Clip",
        "Clip",
        &["_", "c0", "c4"],
        &[],
    );
    assert_snapshot!(refusal(end(truncating)), @"node '/1/Clip' (Clip): it adds 0 before the floor where QCFS adds 1/2 (the activation consists of /1/Floor, /1/Clip); accepted are ReLU, clip(x, 0, h) and QCFS, λ/L·clip(floor(x·L/λ + 1/2), 0, L)");
    let signed = start().scalar("low", -1.0).scalar("high", 1.0).node("/1/Clip", "Clip", &["_", "low", "high"], &[]);
    assert_snapshot!(refusal(end(signed)), @"node '/1/Clip' (Clip): it clips to -1..1, and a spike count cannot be negative (the activation consists of /1/Clip); accepted are ReLU, clip(x, 0, h) and QCFS, λ/L·clip(floor(x·L/λ + 1/2), 0, L)");
    assert_snapshot!(refusal(act(start()).conv("/2/Conv", 3, 2, 1, &[])), @"node '/2/Conv' (Conv): the scores have the shape 3×2×2; accepted is a classifier: one score a class, classes×1×1");
    let options =
        |members, timesteps| convert(end(act(start())).import().unwrap(), &Options { members, timesteps }).unwrap_err();
    assert_snapshot!(options(0, 1), @"members: it is 0; choose 1 to 255");
    assert_snapshot!(options(256, 1), @"members: it is 256; choose 1 to 255");
    assert_snapshot!(options(4, 65), @"timesteps: it is 65; choose 1 to 64");
}

/// A map added to itself again and again, or joined with itself, must not take the memory of the machine.
#[test]
fn sums_that_grow_without_end_are_refused() {
    let mut sum = Graph::new([1, 4, 4]).conv("/0/Conv", 2, 1, 3, &[]).qcfs("1", 2.0, 4.0);
    for index in 0..60 {
        sum = sum.node(&format!("/add{index}/Add"), "Add", &["_", "_"], &[]);
    }
    let network = sum.flatten("/8/Flatten").linear("/9/Gemm", 3, 8).convert().unwrap().network;
    let Op::Layer(readout) = &network.nodes[1].op else { panic!("the last node is a layer") };
    assert_eq!(readout.terms[0].weights[[0, 0, 0, 0]], 0.01 * (1u64 << 60) as f32);
    let mut joined = Graph::new([1, 1, 1]).conv("/0/Conv", 1, 1, 1, &[]).qcfs("1", 2.0, 4.0);
    for index in 0..15 {
        joined = joined.node(&format!("/{index}/Concat"), "Concat", &["_", "_"], &[("axis", Attribute::Int(1))]);
    }
    assert_snapshot!(refusal(joined.node("/30/Add", "Add", &["_", "_"], &[]).node("/31/Relu", "Relu", &["_"], &[])), @"node '/10/Concat' (Concat): the sum of maps that ends here has too many terms or weights; use fewer or smaller maps");
    let wide = Graph::new([1 << 14, 1, 1]).node("/0/Add", "Add", &["_", "_"], &[]);
    let wide = wide.node("/1/Concat", "Concat", &["_", "_"], &[("axis", Attribute::Int(1))]).node(
        "/2/Relu",
        "Relu",
        &["_"],
        &[],
    );
    assert_snapshot!(refusal(wide), @"node '/2/Relu' (Relu): the sum of maps that ends here has too many terms or weights; use fewer or smaller maps");
}
