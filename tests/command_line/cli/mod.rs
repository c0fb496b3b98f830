//! The program as a user sees it: exit codes, messages, and what it leaves on the disk.

mod boards;
mod device;
mod images;
mod outputs;
mod place;
mod study;
mod verify;
mod weight_bits;
mod weights;

use insta::assert_snapshot;
use place::{Place, write_images};
use serde_json::Value;
use support::onnx::{Attribute, Graph};

const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/digits");

const CONVERT: &str = "convert model.onnx --members 4 --timesteps 1 -o net";

#[test]
fn a_truncated_model_is_refused() {
    let place = Place::new();
    let whole = std::fs::read(format!("{DIGITS}/digits.onnx")).unwrap();
    std::fs::write(place.path("model.onnx"), &whole[..whole.len() / 2]).unwrap();
    assert_snapshot!(place.refused(&format!("{CONVERT} --mean 0 --std 1")), @"error: model.onnx: this is not an ONNX file, or it is damaged; export the model again, or download it again");
}

#[test]
fn a_model_that_is_not_there_is_refused() {
    assert_snapshot!(Place::new().refused(&format!("{CONVERT} --mean 0 --std 1")), @"error: model.onnx: No such file or directory (os error 2); give the path of an ONNX file (in PyTorch: torch.onnx.export(model, image, path))");
}

#[test]
fn an_unsupported_operator_is_refused() {
    let place = Place::new();
    let graph = Graph::new([1, 4, 4]).conv("/0/Conv", 2, 1, 3, &[]).node("/1/Tanh", "Tanh", &["_"], &[]);
    place.model(graph.flatten("/2/Flatten").linear("/3/Gemm", 3, 8));
    assert_snapshot!(place.refused(CONVERT), @"error: node '/1/Tanh' (Tanh): this operator has no spiking counterpart; accepted are Conv, Gemm, MatMul, BatchNormalization, AveragePool, GlobalAveragePool, ReduceMean, MaxPool, Add, Concat, Relu, Clip, Floor, Mul/Div/Add/Sub by constants, Flatten, Reshape, Squeeze, Slice, Pad, Dropout and Identity; replace it and train again, or leave it out of the exported model");
}

#[test]
fn weights_that_are_no_numbers_are_refused() {
    let place = Place::new();
    let mut weights = vec![0.5; 3 * 16];
    weights[7] = f32::NAN;
    let graph = Graph::new([1, 4, 4]).flatten("/0/Flatten").tensor("w", &[3, 16], weights);
    place.model(graph.node("/1/Gemm", "Gemm", &["_", "w"], &[("transB", Attribute::Int(1))]));
    assert_snapshot!(place.refused(CONVERT), @"error: node '/1/Gemm' (Gemm): tensor 'w' has NaN or infinite values; the training diverged or the file is damaged; use finite numbers");
}

#[test]
fn a_missing_normalisation_is_asked_for() {
    let place = Place::new();
    std::fs::copy(format!("{DIGITS}/digits.onnx"), place.path("model.onnx")).unwrap();
    assert_snapshot!(place.refused(CONVERT), @"error: model.toml: there is no such file with an [input] table, and --mean and --std are not given; say how training normalised its images, (pixel/255 − mean)/std with one number for each channel: --mean 0 --std 1 if it did not, for grey images");
    assert_snapshot!(place.refused(&format!("{CONVERT} --mean 0,0,0 --std 1,1,1")), @"error: --mean: it has 3 numbers, and the input has 1 channels; give one number for each channel, as training used them (pixels scaled to 0..1)");
    place.fine(&format!("{CONVERT} --mean 0 --std 1"));
}

#[test]
fn a_relu_network_needs_images_that_fit() {
    let place = Place::new();
    let relu = Graph::new([1, 4, 4]).conv("/0/Conv", 2, 1, 3, &[]).node("/1/Relu", "Relu", &["_"], &[]);
    place.model(relu.flatten("/2/Flatten").linear("/3/Gemm", 3, 8));
    assert_snapshot!(place.refused(CONVERT), @"error: layer 'conv_0': its activation is a plain ReLU, which has no threshold; give sample images to measure one (--data)");
    write_images(&place.path("images.npz"), 5);
    assert_snapshot!(place.refused(&format!("{CONVERT} --data images.npz")), @"error: images.npz: its images are 1×5×5 (channels × height × width), and the network takes 1×4×4; give the data set that the network was trained for");
}

#[test]
fn settings_out_of_range_are_refused() {
    let place = Place::new();
    let convert = format!("convert {DIGITS}/digits.onnx -o net");
    assert_snapshot!(place.refused(&format!("{convert} --members 4 --timesteps 1 --weight-bits 1")), @"error: --weight-bits: it is 1; choose 2 to 16");
    assert_snapshot!(place.refused(&format!("{convert} --members 4 --timesteps 1 --weight-bits 17")), @"error: --weight-bits: it is 17; choose 2 to 16");
    assert_snapshot!(place.refused(&format!("{convert} --members 4 --timesteps 1 --weight-bits 8,conv_9=6")), @"error: --weight-bits: there is no layer 'conv_9'; the layers are conv_0, conv_4, linear_9");
    assert_snapshot!(place.refused(&format!("{convert} --members 0 --timesteps 1")), @"error: --members: it is 0; choose 1 to 255");
    assert_snapshot!(place.refused(&format!("{convert} --members 4 --timesteps 0")), @"error: --timesteps: it is 0; choose 1 to 64");
    assert_snapshot!(place.refused(&format!("{convert} --members four --timesteps 1")), @r"
    error: invalid value 'four' for '--members <τ>': invalid digit found in string

    For more information, try '--help'.
    ");
}

#[test]
fn integrate_and_fire_is_a_group_of_one() {
    let place = Place::new();
    let convert = format!("convert {DIGITS}/digits.onnx --timesteps 4");
    assert_snapshot!(place.refused(&format!("{convert} -o net --neuron if --members 4")), @"error: --members: it is 4, and an integrate-and-fire neuron is a group of one; leave it out or make it 1, or choose --neuron group");
    place.fine(&format!("{convert} -o net --neuron if"));
    place.fine(&format!("{convert} -o same --neuron if --members 1"));
    place.fine(&format!("{convert} -o group --members 1"));
    let text = |folder: &str, file: &str| std::fs::read(place.path(folder).join(file)).unwrap();
    for file in ["network.toml", "weights.safetensors"] {
        assert_eq!(text("net", file), text("same", file));
        assert_eq!(text("net", file), text("group", file));
    }
    // θ = λ: four times the θ of a group of four.
    place.fine(&format!("{convert} -o four --members 4"));
    let thetas = |folder: &str| -> Vec<f64> {
        let table: toml::Table =
            std::fs::read_to_string(place.path(folder).join("network.toml")).unwrap().parse().unwrap();
        table["node"].as_array().unwrap().iter().filter_map(|node| node.get("theta")?.as_float()).collect()
    };
    let four: Vec<f64> = thetas("four").iter().map(|theta| 4.0 * theta).collect();
    assert_eq!((thetas("net"), four.len()), (four, 2));
    std::fs::write(place.path("volley.toml"), "[convert]\nneuron = \"if\"\nmembers = 4\n").unwrap();
    assert_snapshot!(place.refused(&format!("{convert} -o new")), @r"
    error: --members: it is 4, and an integrate-and-fire neuron is a group of one; leave it out or make it 1, or choose --neuron group
    note: the value is in volley.toml, key 'members' of [convert]
    ");
}

#[test]
fn a_folder_that_cannot_be_written_is_refused() {
    let place = Place::new().digits();
    std::fs::write(place.path("file"), "not a folder").unwrap();
    let convert = format!("convert {DIGITS}/digits.onnx --members 4 --timesteps 1");
    assert_snapshot!(place.refused(&format!("{convert} -o file/net")), @"error: file: File exists (os error 17); choose a path that you may write to, and check that the disk has free space");
    assert_snapshot!(place.refused(&format!("{convert} -o file")), @"error: [folder]/file: this is a file; choose another path for the output folder, or move the file away");
    assert_snapshot!(place.refused("generate net -o file/rtl"), @"error: file: File exists (os error 17); choose a path that you may write to, and check that the disk has free space");
    // A folder that somebody else wrote is not replaced, either.
    std::fs::create_dir(place.path("mine")).unwrap();
    std::fs::write(place.path("mine/thesis.tex"), "").unwrap();
    assert_snapshot!(place.refused("generate net -o mine"), @"error: [folder]/mine: the folder exists and has no core.toml, so it was not written by Volley; choose another path for the output folder, or empty this one yourself");
}

#[test]
fn images_of_another_shape_are_refused() {
    let place = Place::new().digits();
    place.fine("generate net -o rtl");
    write_images(&place.path("images.npz"), 5);
    assert_snapshot!(place.refused("eval net --data images.npz"), @"error: images.npz: its images are 1×5×5 (channels × height × width), and the network takes 1×8×8; give the data set that the network was trained for");
    assert_snapshot!(place.refused("cosim rtl --data images.npz --frames 1"), @"error: images.npz: its images are 1×5×5 (channels × height × width), and the network takes 1×8×8; give the data set that the network was trained for");
    assert_snapshot!(place.refused("inspect net --data images.npz"), @"error: images.npz: its images are 1×5×5 (channels × height × width), and the network takes 1×8×8; give the data set that the network was trained for");
    assert_snapshot!(place.refused(&format!("cosim rtl --data {DIGITS}/test.npz --frames 101")), @"error: --frames: 101 images are asked for, and there are 100; ask for fewer, or give more images");
    assert_snapshot!(place.refused("eval net --data nowhere.npz"), @"error: nowhere.npz: No such file or directory (os error 2); give a readable .npz or .npy file, or a folder of PNGs");
}

#[test]
fn folders_of_another_kind_are_refused() {
    let place = Place::new().digits();
    std::fs::create_dir(place.path("empty")).unwrap();
    assert_snapshot!(place.refused("generate empty -o rtl"), @"error: empty/network.toml: No such file or directory (os error 2); give a folder that `volley convert` wrote");
    assert_snapshot!(place.refused(&format!("cosim net --data {DIGITS}/test.npz --frames 1")), @"error: net/core.toml: No such file or directory (os error 2); give a folder that `volley generate` wrote");
    assert_snapshot!(place.refused("generate net -o rtl --lanes 4,conv_9=2"), @"error: --lanes: there is no layer 'conv_9'; the layers are conv_0, conv_4, linear_9");
    place.fine("generate net -o rtl");
    // The core's description and its network must belong together.
    let manifest = std::fs::read_to_string(place.path("rtl/core.toml")).unwrap();
    std::fs::write(place.path("rtl/core.toml"), manifest.replace("members = 4", "members = 5")).unwrap();
    assert_snapshot!(place.refused("inspect rtl"), @"error: rtl/core.toml: it does not describe the core of the network in network/; generate the folder again");
}

#[test]
fn a_page_that_cannot_be_made_is_refused() {
    let place = Place::new().digits();
    place.fine(&format!("convert {DIGITS}/digits.onnx --members 3 --timesteps 1 -o other"));
    place.fine("generate other -o rtl");
    write_images(&place.path("images.npz"), 5);
    assert_snapshot!(place.refused("report empty -o page.html"), @"error: empty/network.toml: No such file or directory (os error 2); give a folder that `volley convert` wrote");
    assert_snapshot!(place.refused("report net --rtl net -o page.html"), @"error: net/core.toml: No such file or directory (os error 2); give a folder that `volley generate` wrote");
    assert_snapshot!(place.refused("report net --rtl rtl -o page.html"), @"error: rtl: this is not a core of the network in net; generate it from that folder, or give the folder that it was generated from");
    assert_snapshot!(place.refused("report net --board nexus -o page.html"), @"error: --board: there is no board 'nexus'; choose alchitry-cu, arty-a7-100t, arty-a7-35t, basys3, ecp5-evn, hx8k-breakout, icebreaker, nexys-a7-100t, pynq-z2, ulx3s-12f, ulx3s-85f, zcu104, or give the path of a board's TOML");
    assert_snapshot!(place.refused("report net --data images.npz -o page.html"), @"error: images.npz: its images are 1×5×5 (channels × height × width), and the network takes 1×8×8; give the data set that the network was trained for");
    assert_snapshot!(place.refused("report net --data nowhere.npz -o page.html"), @"error: nowhere.npz: No such file or directory (os error 2); give a readable .npz or .npy file, or a folder of PNGs");
    assert_snapshot!(place.refused("report net -o rtl"), @"error: [folder]/rtl: this is a folder; give the path of a file to write");
    std::fs::write(place.path("page.html"), "mine").unwrap();
    assert_snapshot!(place.refused("report net -o page.html/page.html"), @"error: page.html/page.html: Not a directory (os error 20); choose a path that you may write to, and check that the disk has free space");
    assert_eq!(std::fs::read_to_string(place.path("page.html")).unwrap(), "mine");
    std::fs::remove_file(place.path("page.html")).unwrap();
    std::fs::write(place.path("volley.toml"), "[report]\noutput = \"page.html\"\nframes = 0\n").unwrap();
    assert!(place.fine("report net").starts_with("wrote page.html, "));
}

#[test]
fn a_board_that_is_too_small_is_named() {
    let place = Place::new().digits();
    assert_snapshot!(place.refused("generate net -o rtl --board nexus"), @"error: --board: there is no board 'nexus'; choose alchitry-cu, arty-a7-100t, arty-a7-35t, basys3, ecp5-evn, hx8k-breakout, icebreaker, nexys-a7-100t, pynq-z2, ulx3s-12f, ulx3s-85f, zcu104, or give the path of a board's TOML");
    let small = std::fs::read_to_string(format!("{}/constraints/ulx3s-85f.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    std::fs::write(place.path("small.toml"), small.replace("block_rams = 208", "block_rams = 3")).unwrap();
    assert_snapshot!(place.refused("generate net -o rtl --lanes 16 --board small.toml"), @"error: --board ulx3s-85f: the core needs about 7 block RAMs, and 3 are available; use fewer --weight-bits, let `volley plan` move memories into LUTs, or take a larger board");
    assert!(place.fine("generate net -o rtl --board ulx3s-85f").contains(" of 208 block RAMs (estimates)"));
}

const PLAN: &str = "plan net --board ulx3s-85f";

#[test]
fn a_plan_is_made_edited_and_built() {
    let place = Place::new().digits();
    let plan = format!("{PLAN} --data {DIGITS}/calibration.npz");
    assert_snapshot!("plan", place.fine(&format!("{plan} --target-fps 20000 -o plan.toml")));
    assert_snapshot!("plan_file", std::fs::read_to_string(place.path("plan.toml")).unwrap());
    let report: Value =
        serde_json::from_str(&place.fine(&format!("{plan} --json --clock 50 --fix conv_4=8x1"))).unwrap();
    assert_eq!(report["layers"][1]["lanes"], 8);
    assert_eq!(report["folding"]["layer"]["conv_4"]["slices"], 1);
    let fps = report["frames_per_second"].as_f64().unwrap();
    assert!((fps * report["cycles"].as_f64().unwrap() - 50e6).abs() < 1.0);

    let folds = |place: &Place| -> Value {
        let core: Value = serde_json::from_str(&place.fine("inspect rtl --json")).unwrap();
        core["core"]["layer"].as_array().unwrap().iter().map(|layer| layer["fold"].clone()).collect()
    };
    place.fine("generate net -o rtl --plan plan.toml --board ulx3s-85f");
    let before = folds(&place);
    let text = std::fs::read_to_string(place.path("plan.toml")).unwrap();
    std::fs::write(place.path("plan.toml"), text.replacen("lanes = ", "lanes = 1 # was ", 1)).unwrap();
    place.fine("generate net -o rtl --plan plan.toml");
    let after = folds(&place);
    assert_eq!(after[0]["lanes"], 1);
    assert_eq!(after[1], before[1]);
}

/// `--fix` was once called `--pin`: scripts and files that say so still work, and the help does not mention it.
#[test]
fn the_old_word_for_a_fixed_fold_is_understood() {
    let place = Place::new().digits();
    let plan = format!("{PLAN} --data {DIGITS}/calibration.npz --json");
    let fixed = place.fine(&format!("{plan} --fix conv_4=8x1"));
    assert_eq!(place.fine(&format!("{plan} --pin conv_4=8x1")), fixed);
    std::fs::write(place.path("volley.toml"), "[plan]\npin = \"conv_4=8x1\"\n").unwrap();
    assert_eq!(place.fine(&plan), fixed);
    assert_ne!(place.fine(&format!("{plan} --fix conv_4=4x1")), fixed);
    let help = place.fine("plan --help");
    assert!(help.contains("--fix <LAYER=FOLD>") && !help.contains("--pin"), "{help}");
}

#[test]
fn a_plan_without_images_counts_every_element() {
    let place = Place::new().digits();
    let ran = place.run(PLAN);
    assert_eq!(ran.code, 0);
    assert_snapshot!(ran.stderr, @"warning: no --data, so every element counts as an event; calibration images show how many are zero");
    assert!(ran.stdout.contains("100.00 %"), "{}", ran.stdout);
}

#[test]
fn plans_that_cannot_be_are_refused() {
    let place = Place::new().digits();
    let refused = |arguments: &str| {
        let ran = place.run(&format!("{PLAN} --data {DIGITS}/calibration.npz {arguments}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments}");
        ran.stderr
    };
    assert_snapshot!(refused("--target-fps 1e9"), @"error: --target-fps: no folding reaches 0 clocks per frame; the fastest takes 297; ask for less, raise --clock, or take a larger board");
    assert_snapshot!(refused("--clock 0"), @"error: --clock: it is 0; it is in MHz: choose 0.001 to 2000, such as 80 for 80 MHz");
    assert_snapshot!(refused("--margin 1"), @"error: --margin: it is 1; choose at least 0 and less than 1");
    assert_snapshot!(refused("--fix conv_9=4"), @"error: --fix: there is no layer 'conv_9'; the layers are conv_0, conv_4, linear_9");
    assert_snapshot!(refused("--fix conv_0=4x2"), @"error: layer 'conv_0': 2 slices do not share its 1 input channels evenly; choose a power of two that divides the input channels (of each group)");
    assert_snapshot!(refused("--margin 0.98"), @"error: --board: the core needs about 2194 LUTs, and 1672 are available; use a larger board, fewer --weight-bits, a smaller --margin or fewer fixed folds");
    let with = |text: &str| {
        std::fs::write(place.path("plan.toml"), text).unwrap();
        place.refused("generate net -o rtl --plan plan.toml")
    };
    assert_snapshot!(with("network = \"digits\"\n[layer.conv_9]\nlanes = 4\n"), @"error: plan.toml: there is no layer 'conv_9'; the layers are conv_0, conv_4, linear_9");
    assert_snapshot!(with("[layer.conv_4]\nlanes = 0\n"), @"error: plan.toml: [layer.conv_4]: it has 0 lanes; choose 1 to 1024 lanes");
    assert_snapshot!(with("network = \"digits\"\n[default]\nlanes = 8\n[layer.conv_4]\nlanes = 8\nslices = 16\n"), @"error: layer 'conv_4': 16 slices do not share its 8 input channels evenly; choose a power of two that divides the input channels (of each group)");
    assert_snapshot!(with("[layer.conv_4]\nlane = 4\n"), @r"
    error: plan.toml: TOML parse error at line 2, column 1
      |
    2 | lane = 4
      | ^^^^
    unknown field `lane`, expected one of `lanes`, `slices`, `share`, `word`, `units`, `arithmetic`, `firing`, `weights`, `buffers`; write it as `volley plan` does: a table [layer.NAME] for each layer
    ");
    assert_snapshot!(place.refused("generate net -o rtl --plan nowhere.toml"), @"error: nowhere.toml: No such file or directory (os error 2); give a plan that `volley plan` wrote");
    assert_snapshot!(place.refused("generate net -o rtl --plan plan.toml --lanes 4"), @r"
    error: the argument '--plan <PLAN.toml>' cannot be used with '--lanes <LANES>'

    Usage: volley generate --output <RTL> --plan <PLAN.toml> <NET>

    For more information, try '--help'.
    ");
}

#[test]
fn missing_simulators_are_named() {
    let place = Place::new().digits();
    place.fine("generate net -o rtl");
    let arguments = format!("cosim rtl --data {DIGITS}/test.npz --frames 1 --work work");
    let before = place.list();
    for simulator in ["verilator", "icarus"] {
        let mut command = place.command(&format!("{arguments} --simulator {simulator}"));
        let ran = place.finish(command.env("PATH", "").output().unwrap());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        assert_snapshot!(format!("missing_{simulator}"), ran.stderr);
        assert_eq!(place.list(), before);
    }
    let ran = place.finish(place.command("demo --keep demo").env("PATH", "").output().unwrap());
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("'verilator' was not found"), "{}", ran.stderr);
    assert_eq!(place.list(), before);
    let ran = place.finish(place.command("doctor").env("PATH", "").output().unwrap());
    assert_eq!(ran.code, 2);
    assert!(
        ran.stdout.contains("missing: verilator (co-simulation and lint); apt install verilator"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_synthesis_lacks_is_named() {
    let place = Place::new().digits();
    place.fine("generate net -o rtl");
    let before = place.list();
    for (arguments, tool) in [("", "nextpnr-ecp5"), (" --no-pnr", "yosys")] {
        let mut command = place.command(&format!("synth rtl --board ulx3s-85f -o out{arguments}"));
        let ran = place.finish(command.env("PATH", "").output().unwrap());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        assert_snapshot!(format!("missing_{tool}"), ran.stderr);
        assert_eq!(place.list(), before);
    }
    assert_snapshot!(place.refused("synth rtl --board icebreaker --no-pnr --freq 5"), @"error: --freq: the PLL cannot make 5 MHz from the oscillator's 12 MHz; choose another frequency");
    // A port that no register can stand in for.
    let core = std::fs::read_to_string(place.path("rtl/digits_core.v")).unwrap();
    std::fs::write(place.path("rtl/digits_core.v"), core.replace("input wire rst,", "inout wire rst,")).unwrap();
    assert_snapshot!(place.refused("synth rtl --board icebreaker --no-pnr"), @"error: module 'digits_core': the line 'inout wire rst,                  // synchronous, active high' is not a port that can be connected to a pin; declare it as `input wire [7:0] name,` with a number");
}

#[test]
fn settings_come_from_a_file_and_flags_win() {
    let place = Place::new();
    let members = |place: &Place| -> Value {
        let shown: Value = serde_json::from_str(&place.fine("inspect net --json")).unwrap();
        shown["members"].clone()
    };
    let config = "[convert]\nmembers = 2\ntimesteps = 1\nweight-bits = 6\noutput = \"net\"\nmean = [0]\nstd = [1.0]\n";
    std::fs::write(place.path("volley.toml"), config).unwrap();
    place.fine(&format!("convert {DIGITS}/digits.onnx"));
    assert_eq!(members(&place), 2);
    place.fine(&format!("convert --members 3 {DIGITS}/digits.onnx"));
    assert_eq!(members(&place), 3);
    std::fs::write(place.path("other.toml"), config.replace('2', "5")).unwrap();
    place.fine(&format!("convert {DIGITS}/digits.onnx --config other.toml"));
    assert_eq!(members(&place), 5);
    // A switch can be turned off again.
    std::fs::write(place.path("volley.toml"), "[inspect]\njson = true\n").unwrap();
    assert!(place.fine("inspect net").starts_with('{'));
    assert!(place.fine("inspect net --json=false").starts_with("Converted network"));
}

#[test]
fn mistakes_in_the_settings_file_are_named() {
    let place = Place::new().digits();
    let with = |config: &str| {
        std::fs::write(place.path("volley.toml"), config).unwrap();
        place.refused("generate net -o rtl")
    };
    assert_snapshot!(with("[generate]\nlane = 4\n"), @"error: volley.toml: [generate] lane: there is no such key; the keys of [generate] are output, force, lanes, plan, board, weights, json");
    assert_snapshot!(with("[generat]\nlanes = 4\n"), @"error: volley.toml: generat: there is no such command; the tables are demo, convert, eval, study, sweep, boards, plan, generate, weights, cosim, synth, build, flash, board-sim, run, report, verify, inspect, doctor");
    assert_snapshot!(with("lanes = 4\n"), @"error: volley.toml: lanes: there is no such command; the tables are demo, convert, eval, study, sweep, boards, plan, generate, weights, cosim, synth, build, flash, board-sim, run, report, verify, inspect, doctor");
    // Tables of other commands are checked as well.
    assert_snapshot!(with("[cosim]\nstall = 4\n"), @"error: volley.toml: [cosim] stall: there is no such key; the keys of [cosim] are data, frames, stalls, seed, simulator, work, wave, force, json");
    assert_snapshot!(with("[generate]\nlanes = { conv_0 = 4 }\n"), @"error: volley.toml: [generate] lanes: no flag takes such a value; write what the flag would take");
    assert_snapshot!(with("[generate]\nlanes = 0\n"), @r"
    error: --lanes: it has 0 lanes; choose 1 to 1024 lanes
    note: the value is in volley.toml, key 'lanes' of [generate]
    ");
    assert_snapshot!(with("[generate]\njson = \"perhaps\"\n"), @r"
    error: invalid value 'perhaps' for '--json[=<BOOL>]'
      [possible values: true, false]

    For more information, try '--help'.
    note: the value is in volley.toml, key 'json' of [generate]
    ");
    assert_snapshot!(with("[generate\n"), @r"
    error: volley.toml: TOML parse error at line 1, column 10
      |
    1 | [generate
      |          ^
    unclosed table, expected `]`; write one table for each command: [convert], then key = value
    ");
    assert_snapshot!(place.refused("doctor --config nowhere.toml"), @"error: nowhere.toml: No such file or directory (os error 2); give a readable TOML file with --config");
}

#[test]
fn a_network_goes_all_the_way_to_verilog() {
    let place = Place::new().digits();
    let report: Value =
        serde_json::from_str(&place.fine(&format!("eval net --data {DIGITS}/test.npz --limit 50 --json"))).unwrap();
    assert_eq!(report["images"], 50);
    assert_eq!(report["ann"], 1.0);
    for key in ["snn_float", "snn_fixed", "agreement"] {
        assert!(report[key].as_f64().unwrap() >= 0.98, "{key}: {report}");
    }
    assert!(report["images_per_second"].as_f64().unwrap() > 0.0);

    let generated: Value = serde_json::from_str(&place.fine("generate net -o rtl --lanes 16,conv_0=4 --json")).unwrap();
    assert_eq!(generated["top"], "digits_core");
    assert_eq!(generated["layers"][0]["lanes"], 4);
    assert_eq!(generated["layers"][0]["segments"], 2);
    assert!(place.path("rtl/digits_core.v").is_file());

    assert_snapshot!("inspect_model", place.fine(&format!("inspect {DIGITS}/digits.onnx")));
    assert_snapshot!("inspect_network", place.fine(&format!("inspect net --data {DIGITS}/test.npz --limit 20")));
    assert_snapshot!("inspect_core", place.fine("inspect rtl"));
    let core: Value = serde_json::from_str(&place.fine("inspect rtl --json")).unwrap();
    assert_eq!(core["layers"], generated["layers"]);
}

/// A fault in the Verilog's memories, found by Icarus, which needs no build of seconds.
#[test]
fn a_mismatch_is_named_and_recorded() {
    let place = Place::new().digits();
    place.fine("generate net -o rtl");
    let arguments = format!("cosim rtl --data {DIGITS}/test.npz --frames 1 --simulator icarus --wave fault.fst");
    assert!(place.fine(&arguments).ends_with(" values compared, 0 mismatches\n"));
    assert!(!place.path("fault.fst").exists());

    let file = place.path("rtl/digits_conv_4_weights.mem");
    let sound = std::fs::read_to_string(&file).unwrap();
    let flipped = sound.replace(['1', '9'], "5");
    assert_ne!(flipped, sound);
    std::fs::write(&file, flipped).unwrap();
    let ran = place.run(&arguments);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("first mismatch: layer conv_4, frame 0, pixel (y 0, x "), "{}", ran.stderr);
    assert!(!ran.stdout.ends_with(" 0 mismatches\n"), "{}", ran.stdout);
    assert!(std::fs::metadata(place.path("fault.fst")).unwrap().len() > 1000);

    let verdict: Value = serde_json::from_str(&place.run(&format!("{arguments} --json")).stdout).unwrap();
    assert_eq!(verdict["frames"], 1);
    assert!(verdict["mismatches"].as_u64() > Some(0) && verdict["compared"].as_u64() > Some(0));
    for key in ["name", "events", "cycles", "lanes", "estimated_cycles"] {
        assert!(!verdict["layers"][0][key].is_null(), "{verdict}");
    }
}

#[test]
fn help_has_an_example_for_each_command() {
    let place = Place::new();
    for command in [
        "demo", "convert", "eval", "study", "sweep", "plan", "generate", "cosim", "synth", "report", "inspect",
        "doctor",
    ] {
        let help = place.fine(&format!("{command} --help"));
        assert!(help.contains("Example") && help.contains(&format!("  volley {command}")), "{help}");
    }
    assert_snapshot!("help", place.fine("--help"));
}

/// The one test here that builds a simulator.
#[test]
fn the_demo_ends_without_a_mismatch() {
    let place = Place::new();
    let shown = place.fine("demo --keep demo");
    let last = shown.lines().last().unwrap();
    assert!(last.ends_with(" values compared, 0 mismatches"), "{shown}");
    for file in ["digits.onnx", "test.npz", "net/network.toml", "rtl/core.toml", "rtl/digits_core.v"] {
        assert!(place.path("demo").join(file).is_file(), "no {file}");
    }
}
