//! A core among other people's Verilog: two cores of two networks and a foreign `fifo.v` in one design, in three tools; a core that is
//! used from another folder through its lists of files; and the common parts of every emitted file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::command::{complaint, must};
use support::digits;
use volley::Converted;
use volley::board::Board;
use volley::convert::{Options, convert};
use volley::data;
use volley::fixed_point::{Network, Settings, ThresholdMode, WeightMode};
use volley::model::Model;
use volley::rtl::{self, Design};
use volley::schedule::Folding;
use volley::{build, header, quantise, synth};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn write(files: &BTreeMap<String, String>, folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

/// Another network than the digits: other weights, another name, two time steps.
fn other() -> (Network, Design) {
    let mut converted = digits::converted_other(2, 2);
    converted.name = "second digits".into();
    let network = quantise::quantise(&converted, &Settings::default()).unwrap();
    let design = rtl::generate(&network, &digits::plan(&network)).unwrap();
    (network, design)
}

/// Writes the pixels of some frames and the scores that the model has for them.
fn frames(network: &Network, name: &str, folder: &Path) {
    let images = data::read(&root().join("examples/digits/test.npz"), Some(FRAMES)).unwrap();
    let model = Model::new(network).unwrap();
    let (mut pixels, mut scores) = (String::new(), String::new());
    for image in images.pixels.outer_iter() {
        image.iter().for_each(|pixel| writeln!(pixels, "{pixel:02x}").unwrap());
        model.scores(image).iter().for_each(|score| writeln!(scores, "{:08x}", *score as i32).unwrap());
    }
    std::fs::write(folder.join(format!("{name}_pixels.txt")), pixels).unwrap();
    std::fs::write(folder.join(format!("{name}_scores.txt")), scores).unwrap();
}

const FRAMES: usize = 2;

/// Somebody's FIFO, with ports of its own.
const FOREIGN_FIFO: &str = "module fifo (input wire clock, input wire [31:0] d, output reg [31:0] q);
    always @(posedge clock) q <= d;
endmodule
";

/// A design around one core: sends its frames, compares its scores. The scores come through the foreign FIFO.
fn player(top: &str, name: &str, folder: &str, slices: usize, layers: usize) -> String {
    PLAYER
        .replace("@NAME@", name)
        .replace("@TOP@", top)
        .replace("@FOLDER@", folder)
        .replace("@FRAMES@", &FRAMES.to_string())
        .replace("@SLICES@", &slices.to_string())
        .replace("@LAYERS@", &layers.to_string())
}

const PLAYER: &str = r#"
module play_@NAME@ (input wire clk, input wire rst, output wire done, output reg [31:0] failures);
    reg [7:0]  pixels [0:64*@FRAMES@-1];
    reg [31:0] scores [0:10*@FRAMES@-1];
    reg [31:0] sent;
    reg [31:0] received;
    wire ready, valid, last, frame_error;
    wire [31:0] score, delayed;
    wire [@SLICES@-1:0] status_event;
    wire [@LAYERS@-1:0] status_busy;
    reg check;
    reg [31:0] expected;
    initial $readmemh("@NAME@_pixels.txt", pixels);
    initial $readmemh("@NAME@_scores.txt", scores);

    @TOP@ #(.MEMORY_FOLDER("@FOLDER@")) core (
        .clk(clk), .rst(rst), .s_axis_tdata(pixels[sent]), .s_axis_tlast(sent % 64 == 63),
        .s_axis_tvalid(!rst && sent < 64*@FRAMES@), .s_axis_tready(ready), .m_axis_tdata(score), .m_axis_tlast(last),
        .m_axis_tvalid(valid), .m_axis_tready(1'b1), .frame_error(frame_error), .status_event(status_event),
        .status_busy(status_busy)
    );
    fifo theirs (.clock(clk), .d(score), .q(delayed));

    assign done = received == 10*@FRAMES@;
    always @(posedge clk) begin
        check    <= valid && !rst;
        expected <= scores[received];
        if (rst) begin
            sent <= 0; received <= 0; failures <= 0; check <= 0;
        end else begin
            if (ready && sent < 64*@FRAMES@) sent <= sent + 1;
            if (valid) received <= received + 1;
            if (check && delayed !== expected) failures <= failures + 1;
            if (frame_error) failures <= failures + 1;
        end
    end
endmodule
"#;

const TOP: &str = "
module tb;
    reg clk = 1'b0;
    always #5 clk = !clk;
    integer clocks = 0;
    wire rst = clocks < 4;
    wire first_done, second_done;
    wire [31:0] first_failures, second_failures;
    play_first first (.clk(clk), .rst(rst), .done(first_done), .failures(first_failures));
    play_second second (.clk(clk), .rst(rst), .done(second_done), .failures(second_failures));
    always @(posedge clk) begin
        clocks <= clocks + 1;
        if ((first_done && second_done) || clocks == 20000) begin
            $display(\"done %b%b failures %0d %0d\", first_done, second_done, first_failures, second_failures);
            $finish;
        end
    end
endmodule
";

/// Two cores in their folders, a foreign `fifo.v`, and a bench, all in a folder that is neither core's; the Verilog sources.
fn together(folder: &Path) -> Vec<String> {
    let first = (digits::quantised(4, 1, ThresholdMode::Exact), digits::design(4, 1, ThresholdMode::Exact));
    let second = other();
    let mut sources = BTreeMap::new();
    let mut bench = TOP.to_string();
    for (name, (network, design)) in [("first", &first), ("second", &second)] {
        write(&design.files, &folder.join(name));
        frames(network, name, folder);
        let layers = &design.manifest.layers;
        let slices = layers.iter().map(|layer| layer.fold.slices).sum();
        bench += &player(&design.manifest.top, name, name, slices, layers.len());
        // A module of the library once, whichever core brings it.
        let verilog = design.files.iter().filter(|(file, _)| file.ends_with(".v"));
        for (file, text) in verilog {
            let place = sources.entry(file.clone()).or_insert_with(|| (format!("{name}/{file}"), text));
            assert_eq!(place.1, text, "both cores have {file}, and not the same");
        }
    }
    let shared = first.1.files.keys().filter(|file| second.1.files.contains_key(*file) && file.ends_with(".v"));
    assert!(shared.clone().count() > 10 && shared.clone().all(|file| file.starts_with("volley_")));
    std::fs::write(folder.join("fifo.v"), FOREIGN_FIFO).unwrap();
    std::fs::write(folder.join("tb.v"), bench).unwrap();
    let own = ["tb.v", "fifo.v"].map(String::from);
    own.into_iter().chain(sources.into_values().map(|(path, _)| path)).collect()
}

#[test]
fn two_cores_and_a_foreign_fifo() {
    let folder = tempfile::tempdir().unwrap();
    let sources = together(folder.path());
    let here = |program: &str| {
        let mut command = Command::new(program);
        command.current_dir(folder.path());
        command
    };
    must(here("iverilog").args(["-g2005", "-Wall", "-s", "tb", "-o", "tb.vvp"]).args(&sources));
    let icarus = must(here("vvp").args(["-n", "tb.vvp"]));
    assert!(icarus.contains("done 11 failures 0 0"), "{icarus}");

    let options = ["--binary", "-Wno-lint", "-Wno-style", "-O0", "--top-module", "tb", "--Mdir", "obj", "-MAKEFLAGS"];
    must(here("verilator").args(options).arg("OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0").args(&sources));
    let verilator = must(&mut here("obj/Vtb"));
    assert!(verilator.contains("done 11 failures 0 0"), "{verilator}");

    // Everything except the bench's top, which has delays.
    let read = format!("read_verilog -noautowire -defer {}", sources[1..].join(" "));
    let tops = ["digits_core", "second_digits_core", "fifo"]
        .map(|top| format!("hierarchy -check -top {top}; design -save {top}"));
    for (yosys, top) in ["yosys", &format!("{}/.venv/bin/yosys", root().display())].iter().zip([&tops, &tops]) {
        for top in top {
            let said = must(here(yosys).args(["-q", "-p", &format!("{read}; {top}")]));
            assert!(said.trim().is_empty(), "{yosys}: {said}");
        }
    }
}

/// Writes the digits' core; its folder and top.
fn core(folder: &Path) -> (PathBuf, String) {
    let design = digits::design(4, 1, ThresholdMode::Exact);
    let path = folder.join("elsewhere/core");
    write(&design.files, &path);
    (path, design.manifest.top)
}

/// The list of files has paths relative to itself, and memories are found by the parameter.
#[test]
fn a_core_is_simulated_from_another_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (_, top) = core(folder.path());
    let network = digits::quantised(4, 1, ThresholdMode::Exact);
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    frames(&network, "first", &work);
    frames(&network, "second", &work);
    let bench = TOP.to_string()
        + &player(&top, "first", "../elsewhere/core", 3, 3)
        + &player(&top, "second", &folder.path().join("elsewhere/core").display().to_string(), 3, 3);
    std::fs::write(work.join("tb.v"), bench + FOREIGN_FIFO).unwrap();
    let list = format!("../elsewhere/core/{top}.f");
    let options = ["--binary", "-Wno-lint", "-Wno-style", "-O0", "--top-module", "tb", "--Mdir", "obj", "-F", &list];
    must(Command::new("verilator").args(options).arg("tb.v").current_dir(&work));
    let said = must(Command::new("obj/Vtb").current_dir(&work));
    assert!(said.contains("done 11 failures 0 0"), "{said}");
    // Icarus only reads lists relative to the folder where it runs; the simulation still runs elsewhere.
    let own = folder.path().join("elsewhere/core");
    let arguments = ["-g2005", "-Wall", "-s", "tb", "-o", "../../work/tb.vvp", "../../work/tb.v", "-f"];
    must(Command::new("iverilog").args(arguments).arg(format!("{top}.f")).current_dir(own));
    let said = must(Command::new("vvp").args(["-n", "tb.vvp"]).current_dir(&work));
    assert!(said.contains("done 11 failures 0 0"), "{said}");
}

#[test]
fn fusesoc_builds_a_core() {
    let folder = tempfile::tempdir().unwrap();
    let (_, top) = core(folder.path());
    let fusesoc = root().join(".venv/bin/fusesoc");
    let run = |target: &str, steps: &[&str]| {
        let mut command = Command::new(&fusesoc);
        command.args(["--cores-root", "elsewhere", "run", "--target", target]).args(steps).arg(format!("::{top}"));
        let said = must(command.current_dir(folder.path()).env("HOME", folder.path()));
        assert!(!said.contains("ERROR"), "{said}");
    };
    run("lint", &["--setup", "--build"]);
    run("sim", &["--setup", "--build"]);
}

/// The template is legal, the constraints are read, and the other lists name every source.
#[test]
fn what_comes_with_a_core_fits_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, top) = core(folder.path());
    let read = |name: &str| std::fs::read_to_string(path.join(name)).unwrap();
    let template = format!("module user;\n{}endmodule\n", read(&format!("{top}_template.vh")));
    std::fs::write(path.join("user.v"), template).unwrap();
    let lint = ["--lint-only", "-Wall", "-Wno-UNDRIVEN", "-Wno-UNUSED", "--top-module", "user", "-y", ".", "user.v"];
    assert_eq!(complaint(Command::new("verilator").args(lint).current_dir(&path)), "");
    for end in ["sdc", "xdc"] {
        let script = "proc get_ports name { return $name }\nproc create_clock args { puts \"clock $args\" }\nsource [lindex $argv 0]";
        std::fs::write(folder.path().join("read.tcl"), script).unwrap();
        let file = path.join(format!("{top}.{end}"));
        let said = must(Command::new("tclsh").arg(folder.path().join("read.tcl")).arg(file));
        assert_eq!(said, "clock -name clk -period 10.000 clk\n");
    }
    let verilog: Vec<_> =
        digits::design(4, 1, ThresholdMode::Exact).files.into_keys().filter(|n| n.ends_with(".v")).collect();
    let listed: Vec<_> =
        read(&format!("{top}.f")).lines().filter(|line| !line.starts_with("//")).map(String::from).collect();
    assert_eq!(listed, verilog);
    let script = "import sys, yaml; print(*yaml.safe_load(open(sys.argv[1]))['sources'], sep='\\n')";
    let bender = must(Command::new(root().join(".venv/bin/python")).args(["-c", script]).arg(path.join("Bender.yml")));
    assert_eq!(bender.lines().collect::<Vec<_>>(), verilog);
}

/// The mark of a comment in a file of this name; nothing for files with other rules.
fn comment(name: &str) -> Option<&'static str> {
    if name == "Makefile" {
        return Some("#");
    }
    match name.rsplit('.').next()? {
        "v" | "vh" | "mem" | "f" | "hex" => Some("//"),
        "tcl" | "xdc" | "lpf" | "pcf" | "sdc" | "core" | "yml" | "ys" | "toml" | "sh" => Some("#"),
        "md" => Some("<!--"),
        _ => None,
    }
}

/// Checks that a file is ASCII and says where it comes from; Verilog must also leave no default behind.
fn check(name: &str, text: &str) {
    assert!(text.is_ascii(), "{name}");
    let Some(mark) = comment(name) else { return };
    let lines: Vec<_> = text.lines().skip_while(|line| *line == "CAPI=2:").collect();
    assert!(
        lines[0].starts_with(&format!("{mark} SPDX-License-Identifier: {}", header::LICENCE)),
        "{name}: {}",
        lines[0]
    );
    let second = if name.starts_with("volley_") && lines[1].contains("Part of") {
        format!("{mark} Part of Volley {}.", header::VERSION)
    } else {
        format!("{mark} Generated by Volley {} from ", header::VERSION)
    };
    assert!(lines[1].starts_with(&second), "{name}: {}", lines[1]);
    if name.ends_with(".v") {
        assert_eq!(text.matches("`default_nettype none\n").count(), 1, "{name}");
        assert!(text.ends_with("\n`default_nettype wire\n"), "{name}");
        assert_eq!(text.matches("\nmodule ").count(), 1, "{name}");
    }
}

#[test]
fn every_emitted_file_is_ascii_and_has_its_head() {
    let folder = tempfile::tempdir().unwrap();
    let mut checked = 0;
    for weights in [WeightMode::Baked, WeightMode::Runtime] {
        let rtl = folder.path().join(format!("{weights:?}"));
        let mut placed = convert(digits::imported(), &Options { members: 4, timesteps: 2 }).unwrap().network;
        placed.name = "größe".into();
        let converted = Converted {
            network: placed,
            settings: Settings { weights, ..Settings::default() },
            onnx: None,
            notes: Vec::new(),
        };
        let core = converted.generate(&Folding::default()).unwrap();
        core.write(&rtl).unwrap();
        let manifest = std::fs::read_to_string(rtl.join("core.toml")).unwrap();
        for (name, text) in core.design.files.iter().chain([(&"core.toml".to_string(), &manifest)]) {
            assert!(comment(name).is_some(), "{name}");
            check(name, text);
            checked += 1;
        }
        for entry in std::fs::read_dir(rtl.join("bench")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(comment(name).is_some(), "{name}");
            check(name, &std::fs::read_to_string(&path).unwrap());
            checked += 1;
        }
        // A board for each tool, and one for a processor's bus.
        for board in ["icebreaker", "ulx3s-85f", "arty-a7-35t", "pynq-z2"] {
            let output = folder.path().join(format!("{board}-{weights:?}"));
            let board = Board::find(board).unwrap();
            let options = build::Options { tools: synth::Options::default(), ..build::Options::default() };
            build::run(&rtl, &board, &options, &output, false, &mut |_, _| {}).unwrap();
            for entry in std::fs::read_dir(&output).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    check(path.file_name().unwrap().to_str().unwrap(), &std::fs::read_to_string(&path).unwrap());
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 100, "{checked}");
}
