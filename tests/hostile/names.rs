//! Names that mean something to a file system, to Verilog, to a shell, to Tcl, to HTML or to a terminal, from a model to a board's scripts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ndarray::{Array1, Array3};
use volley::identifier::is_file_name;

use support::onnx::Graph;

/// Names of layers; some of them become the same name.
fn layers() -> Vec<String> {
    let mut names = [
        "x; endmodule",
        "../../etc/passwd",
        "/tmp/../../absolute",
        "a\nmodule evil; initial $finish; endmodule //",
        "a\r\nendmodule",
        "größe <script>alert(1)</script>",
        "$(touch pwned)",
        "`touch pwned`",
        "[exec touch pwned]",
        "`include \"/etc/passwd\"",
        "*/ endmodule /*",
        "\u{1b}[2J\u{202e}",
        "\\",
        "",
        "a b",
        "a-b",
        "A.b",
        "a_b_2",
        "a_b_weights",
        "a_b_weights_1",
        "a_b_to_0",
        "core",
        "device",
        "image",
        "m_axis",
        "cover",
        "xor",
        "clk",
    ]
    .map(String::from)
    .to_vec();
    names.extend(["l".repeat(10_000), "l".repeat(10_000), "é".repeat(10_000)]);
    names
}

/// A folder with a folder `out` in it; only there anything may appear.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        std::fs::create_dir_all(place.path("a/b/out")).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        Command::new(program).current_dir(self.path("a/b")).args(arguments).output().unwrap()
    }

    /// The program's output, which must be safe for a terminal.
    fn volley(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(env!("CARGO_BIN_EXE_volley"), arguments);
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{arguments:?}: {text:?}");
        text
    }

    fn clean(&self, program: &str, arguments: &[&str]) {
        let output = self.run(program, arguments);
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        // Verilator tells how long it took.
        let complaint: Vec<_> = text.lines().filter(|line| !line.starts_with("- ")).collect();
        assert!(output.status.success() && complaint.is_empty(), "{program} {arguments:?}: {text}");
    }

    /// All files, those below `out` left out.
    fn outside(&self) -> BTreeSet<PathBuf> {
        let mut found = BTreeSet::new();
        let mut folders = vec![self.0.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && path != self.path("a/b/out") {
                    folders.push(path.clone());
                }
                found.insert(path);
            }
        }
        found
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn write_images(path: &Path) {
    let mut archive = ndarray_npy::NpzWriter::new(std::fs::File::create(path).unwrap());
    archive.add_array("x", &Array3::from_shape_fn((2, 2, 2), |(n, y, x)| (90 * n + 60 * y + 31 * x) as u8)).unwrap();
    archive.add_array("y", &Array1::from(vec![0u8, 1])).unwrap();
    archive.finish().unwrap();
}

#[test]
fn names_from_a_model_are_harmless_all_the_way_to_a_board() {
    let place = Place::new();
    let mut graph = Graph::new([1, 2, 2]);
    for (index, name) in layers().iter().enumerate() {
        graph = graph.conv(&format!("node{index}"), 1, 1, 1, &[]).qcfs(&format!("q{index}"), 1.0, 2.0);
        graph.graph().node.iter_mut().filter(|node| node.name == format!("node{index}")).for_each(|node| {
            node.name.clone_from(name);
        });
        let activation = format!("/q{index}/");
        graph.graph().node.iter_mut().filter(|node| node.name.starts_with(&activation)).for_each(|node| {
            node.name = format!("{name}/act");
        });
    }
    let model = "in\nput; `x` <b>$(touch pwned).onnx";
    std::fs::write(place.path("a/b").join(model), graph.flatten("flat").linear("[exec a]", 2, 4).bytes()).unwrap();
    write_images(&place.path("a/b/images.npz"));
    let before = place.outside();

    let convert =
        ["convert", model, "--members", "2", "--timesteps", "1", "--mean", "0", "--std", "1", "-o", "out/net"];
    place.volley(0, &convert);
    place.volley(0, &["inspect", "out/net"]);
    place.volley(0, &["eval", "out/net", "--data", "images.npz"]);
    place.volley(0, &["generate", "out/net", "-o", "out/rtl"]);

    // A module in each file, called like the file, and nothing else; every file has a plain name.
    let mut layers_found = 0;
    let mut verilog = Vec::new();
    for path in files(&place.path("a/b/out/rtl")) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(is_file_name(&name), "{name}");
        let Some(module) = name.strip_suffix(".v") else { continue };
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{name}");
        let code: Vec<_> = text.lines().filter_map(|line| line.split("//").next()).collect();
        let modules: Vec<_> = code.iter().filter_map(|line| line.trim().strip_prefix("module ")).collect();
        assert_eq!(modules.len(), 1, "{name}");
        assert_eq!(modules[0].split([' ', '#', '(']).next(), Some(module));
        assert!(!code.iter().any(|line| line.contains("`include") || line.contains("$finish")), "{name}");
        layers_found += usize::from(text.contains("volley_layer_engine") && module != "volley_layer_engine");
        verilog.push(format!("out/rtl/{name}"));
    }
    assert!(layers_found >= layers().len(), "{layers_found} layers");
    let core = verilog.iter().find(|name| name.ends_with("_core.v")).unwrap().clone();
    let top = Path::new(&core).file_stem().unwrap().to_str().unwrap();
    place.clean("verilator", &["--lint-only", "-Wall", "--top-module", top, "-y", "out/rtl", &core]);
    let mut icarus = vec!["-g2005", "-Wall", "-t", "null", "-s", top];
    icarus.extend(verilog.iter().map(String::as_str));
    place.clean("iverilog", &icarus);

    let cosim = ["cosim", "out/rtl", "--data", "images.npz", "--frames", "2", "--simulator", "icarus"];
    place.volley(0, &[&cosim[..], &["--wave", "out/w.fst", "--work", "out/sim"]].concat());
    place.volley(0, &["report", "out/net", "--rtl", "out/rtl", "--data", "images.npz", "-o", "out/page.html"]);
    let page = std::fs::read_to_string(place.path("a/b/out/page.html")).unwrap();
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script") && !page.contains("<b>"));
    for board in ["ulx3s-85f", "arty-a7-35t", "pynq-z2"] {
        place.volley(0, &["build", "out/rtl", "--board", board, "--no-run", "-o", &format!("out/{board}")]);
        for path in files(&place.path(&format!("a/b/out/{board}"))) {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(!text.contains("$(touch") && !text.contains("[exec"), "{}", path.display());
        }
    }
    assert_eq!(place.outside(), before);
}

/// `core.toml`, the names of a core's files and `build.json` come with a folder that somebody else may have made.
#[test]
fn names_in_a_core_folder_are_no_paths() {
    let place = Place::new();
    let digits = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/digits/digits.onnx");
    let convert = ["convert", digits.to_str().unwrap(), "--members", "4", "--timesteps", "1", "-o", "out/net"];
    place.volley(0, &convert);
    place.volley(0, &["generate", "out/net", "-o", "out/rtl"]);
    let before = place.outside();
    let manifest = place.path("a/b/out/rtl/core.toml");
    let sound = std::fs::read_to_string(&manifest).unwrap();
    let refused = |arguments: &[&str], named: &str| {
        let text = place.volley(2, arguments);
        assert!(text.contains(named), "{text}");
        assert_eq!(place.outside(), before);
        assert!(!place.path("a/b/out/made").exists());
    };
    let made = ["--board", "ulx3s-85f", "-o", "out/made"];
    for (from, to) in [
        ("digits_core", "../../../../x"),
        ("digits_core", "x; exec touch pwned"),
        ("digits_conv_0", "a/b"),
        ("digits_conv_0_neurons.mem", "../images.npz"),
    ] {
        std::fs::write(&manifest, sound.replacen(&format!("\"{from}\""), &format!("\"{to}\""), 1)).unwrap();
        assert!(std::fs::read_to_string(&manifest).unwrap() != sound, "{from}");
        for command in ["synth", "build"] {
            refused(&[&[command, "out/rtl"], &made[..]].concat(), "is not a name that Volley uses");
        }
    }
    std::fs::write(&manifest, &sound).unwrap();
    let file = place.path("a/b/out/rtl/x; touch pwned.v");
    std::fs::write(&file, "module x; endmodule\n").unwrap();
    refused(&[&["build", "out/rtl", "--no-run"], &made[..]].concat(), "is not a name that Volley uses");
    std::fs::remove_file(file).unwrap();

    std::fs::create_dir(place.path("a/b/out/built")).unwrap();
    let report = "{\"board\": \"x\", \"programmer\": \"x\", \"bitstream\": \"../../../secret.bit\"}";
    std::fs::write(place.path("a/b/out/built/build.json"), report).unwrap();
    refused(&["flash", "out/built"], "is not a name that Volley uses");
}
