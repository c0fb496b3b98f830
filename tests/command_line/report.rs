//! The page of `volley report`: complete, well formed, small, and without a reference to anything outside.

use std::path::Path;
use std::process::Command;

use support::command::words;

const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/digits");

/// Runs the program in `folder` and returns what it printed, with its exit code.
fn volley(folder: &Path, arguments: &str) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
    let output = command.current_dir(folder).args(words(arguments)).output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code(), text)
}

fn fine(folder: &Path, arguments: &str) -> String {
    let (code, text) = volley(folder, arguments);
    assert_eq!(code, Some(0), "{arguments}: {text}");
    text
}

fn page(folder: &Path, arguments: &str) -> String {
    fine(folder, &format!("report {arguments} -o page.html"));
    let text = std::fs::read_to_string(folder.join("page.html")).unwrap();
    assert_well_formed(&text);
    for attribute in ["src=", "href=\"h", "url(", "@import", "<script", "<link"] {
        assert!(!text.contains(attribute), "{attribute}");
    }
    let outside = text.matches("http://").count() + text.matches("https://").count();
    assert_eq!(outside, text.matches("xmlns=\"http://www.w3.org/2000/svg\"").count(), "namespaces are no references");
    assert!(text.len() < 2_000_000, "{} bytes", text.len());
    text
}

/// Checks that `text` is XML except for its DOCTYPE: tags closed in order, attributes quoted, entities known.
fn assert_well_formed(text: &str) {
    let mut rest = text.strip_prefix("<!DOCTYPE html>").expect("an HTML document");
    let mut open: Vec<&str> = Vec::new();
    while let Some(start) = rest.find('<') {
        assert_entities(&rest[..start]);
        let end = start + rest[start..].find('>').expect("every tag ends");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed before: {}", &rest[..rest.len().min(200)]);
            continue;
        }
        let inside = tag.strip_suffix('/').unwrap_or(tag);
        let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        assert!(name.chars().all(|letter| letter.is_ascii_alphanumeric()) && !name.is_empty(), "<{tag}>");
        // Every other part is a value.
        let parts: Vec<_> = attributes.split('"').collect();
        let last = parts[parts.len() - 1].trim();
        assert!(parts.len() % 2 == 1 && last.is_empty(), "quotes of <{tag}>");
        for pair in parts.chunks_exact(2) {
            let key = pair[0].trim().strip_suffix('=').unwrap_or_else(|| panic!("<{tag}>"));
            assert!(key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-'), "<{tag}>");
            assert!(!pair[1].contains('<'), "<{tag}>");
            assert_entities(pair[1]);
        }
        if inside.len() == tag.len() {
            open.push(name);
        }
    }
    assert_eq!((open, rest.trim()), (vec![], ""));
}

fn assert_entities(text: &str) {
    for part in text.split('&').skip(1) {
        let name = part.split(';').next().unwrap_or_default();
        assert!(["amp", "lt", "gt", "quot", "apos", "#39"].contains(&name), "&{part}");
    }
}

#[test]
fn the_page_of_the_digits_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fine(folder, &format!("convert {DIGITS}/digits.onnx --members 4 --timesteps 2 -o net"));
    fine(folder, "generate net -o rtl");
    let data = format!("--data {DIGITS}/test.npz --limit 50 --layers 20 --frames 2");
    let text = page(folder, &format!("net --rtl rtl --board ulx3s-85f {data}"));
    let core: toml::Table = std::fs::read_to_string(folder.join("rtl/core.toml")).unwrap().parse().unwrap();
    let layers = core["layer"].as_array().unwrap();
    assert!(layers.len() > 2);
    for layer in layers {
        let name = layer["name"].as_str().unwrap();
        // In the graph, a chart and tables.
        assert!(text.matches(&format!("\n{name}\n")).count() >= 5, "{name}");
        assert!(text.matches(&format!(">{name}</th>")).count() >= 4, "{name}");
        let memories = layer["memory"].as_array().unwrap();
        assert_eq!(text.matches(&format!(">{name}</th><td>weights")).count(), memories.len() - 1, "{name}");
    }
    for part in
        ["On 50 images.", "on 20 images", "on 2 images in a row", "0 mismatches", "ulx3s-85f: ", "Accuracy after each"]
    {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("Not ") && !text.contains("no data"), "everything was given");
    // The same command gives the same page, which replaces the older one.
    assert_eq!(page(folder, &format!("net --rtl rtl --board ulx3s-85f {data}")), text);
}

#[test]
fn what_was_not_given_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fine(folder, &format!("convert {DIGITS}/digits.onnx --members 4 --timesteps 1 -o net"));
    let text = page(folder, "net");
    for part in ["give labelled ones", "No core was given", "Not measured"] {
        assert!(text.contains(part), "{part}");
    }
    fine(folder, "generate net -o rtl");
    let text = page(folder, "net --rtl rtl");
    for part in ["give a board (for instance", "no images to simulate it on", "dense cycles"] {
        assert!(text.contains(part), "{part}");
    }
    // Without the ONNX file there is no ANN.
    std::fs::remove_file(folder.join("net/model.onnx")).unwrap();
    let text = page(folder, &format!("net --rtl rtl --frames 0 --data {DIGITS}/test.npz --limit 20"));
    for part in ["left out, with 0 frames", "There is no ANN to compare with", "error against the ANN is not known"] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn a_simulator_that_is_missing_is_said_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fine(folder, &format!("convert {DIGITS}/digits.onnx --members 4 --timesteps 1 -o net"));
    fine(folder, "generate net -o rtl");
    let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
    let arguments = format!("report net --rtl rtl --data {DIGITS}/test.npz --limit 20 -o page.html");
    let output = command.current_dir(folder).env("PATH", "").args(words(&arguments)).output().unwrap();
    assert!(output.status.success());
    let text = std::fs::read_to_string(folder.join("page.html")).unwrap();
    assert_well_formed(&text);
    assert!(text.contains("Not measured: Verilator") || text.contains("Not measured: verilator"), "{text}");
}

#[test]
fn a_core_that_differs_is_said_and_told_by_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fine(folder, &format!("convert {DIGITS}/digits.onnx --members 4 --timesteps 1 -o net"));
    fine(folder, "generate net -o rtl");
    let file = folder.join("rtl/digits_conv_4_weights.mem");
    let sound = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, sound.replace(['1', '9'], "5")).unwrap();
    let (code, said) =
        volley(folder, &format!("report net --rtl rtl --data {DIGITS}/test.npz --limit 20 --frames 1 -o page.html"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("`volley cosim` shows where"), "{said}");
    let text = std::fs::read_to_string(folder.join("page.html")).unwrap();
    assert!(text.contains("differ, first in: layer conv_4, frame 0"), "{text}");
}

#[test]
fn what_is_not_well_formed_is_found() {
    let fault =
        |body: &str| std::panic::catch_unwind(|| assert_well_formed(&format!("<!DOCTYPE html>{body}"))).is_err();
    assert!(!fault("<p a-b=\"1 &amp; 2\">&lt;<br/></p>\n"));
    for body in
        ["<p>", "<p><b></p></b>", "</p>", "<p a=1></p>", "<p a=\"1></p>", "<p>&nbsp;</p>", "<p a=\"<\"></p>", "x"]
    {
        assert!(fault(body), "{body}");
    }
}
