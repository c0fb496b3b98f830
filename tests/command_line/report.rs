//! The page of `volley report`: complete, well formed, small, and without a reference to anything outside.

use std::os::unix::fs::PermissionsExt;
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
    // Without its seal.
    let text = text.rsplit_once("<!-- volley").map_or(text, |(document, _)| document);
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
    for part in [
        "Not simulated: it was left out, with 0 frames",
        "There is no ANN to compare with",
        "error against the ANN is not known",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

/// A program that fails in place of Verilator, and no Verilator at all: the page says so, and so does the exit code.
#[test]
fn a_simulation_that_fails_is_said_and_told_by_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fine(folder, &format!("convert {DIGITS}/digits.onnx --members 4 --timesteps 1 -o net"));
    fine(folder, "generate net -o rtl");
    let tools = folder.join("tools");
    std::fs::create_dir(&tools).unwrap();
    let report = |frames: u32| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
        let arguments =
            format!("report net --rtl rtl --data {DIGITS}/test.npz --limit 20 --frames {frames} -o page.html");
        let output = command.current_dir(folder).env("PATH", &tools).args(words(&arguments)).output().unwrap();
        let text = std::fs::read_to_string(folder.join("page.html")).unwrap();
        assert_well_formed(&text);
        (output.status.code(), String::from_utf8(output.stderr).unwrap(), text)
    };
    let (code, said, text) = report(1);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("the simulation failed: ") && said.contains("was not found"), "{said}");
    assert!(text.contains("The simulation failed: ") && !text.contains("clocks per frame, simulated"), "{text}");

    let verilator = tools.join("verilator");
    std::fs::write(&verilator, "#!/bin/sh\necho it is broken >&2\nexit 3\n").unwrap();
    std::fs::set_permissions(&verilator, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (code, said, text) = report(1);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the simulation failed: ") && said.contains("it is broken"), "{said}");
    assert!(text.contains("The simulation failed: "), "{text}");

    // What was not asked for cannot fail.
    let (code, said, text) = report(0);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert!(text.contains("Not simulated: it was left out"), "{text}");
}

/// The cells of the row `name` of a page's first table that has one.
fn row(page: &str, name: &str) -> Vec<String> {
    let start = page.find(&format!("<th scope=\"row\">{name}</th>")).unwrap_or_else(|| panic!("{name}: {page}"));
    let row = page[start..].split("</tr>").next().unwrap();
    row.split("<td").skip(1).map(|cell| cell.split(['>', '<']).nth(1).unwrap().replace(',', "")).collect()
}

/// Speed is given for the clock of the plan, with the source of every figure.
#[test]
fn the_clock_is_the_plans_and_every_figure_has_its_column() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fine(folder, &format!("convert {DIGITS}/digits.onnx --members 4 --timesteps 1 -o net"));
    fine(folder, &format!("plan net --board ulx3s-85f --clock 65 --data {DIGITS}/calibration.npz -o plan.toml"));
    fine(folder, "generate net --plan plan.toml -o rtl");
    let data = format!("--data {DIGITS}/test.npz --limit 20 --layers 20 --frames 2");
    let text = page(folder, &format!("net --rtl rtl --board ulx3s-85f {data}"));
    for part in
        ["The clock is the plan&#39;s, 65 MHz.", "per second at 65 MHz, simulated", "latency at 65 MHz, simulated"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("80 MHz"), "the board's clock is not this core's");
    let number = |text: &str| text.parse::<f64>().unwrap_or_else(|_| panic!("{text}"));
    let (rate, clocks) = (row(&text, "frames per second"), row(&text, "clocks per frame"));
    let [estimated, simulated, placed] = &rate[..] else { panic!("{text}") };
    assert!((number(estimated) - 65e6 / number(&clocks[0])).abs() < 0.01 * number(estimated), "{clocks:?}");
    assert!((number(simulated) - 65e6 / number(&clocks[1])).abs() < 0.01 * number(simulated), "{clocks:?}");
    assert_eq!((placed.as_str(), row(&text, "LUTs")[2].as_str()), ("–", "–"));
    assert_eq!(row(&text, "clock asked for, MHz"), ["65.0", "65.0", "–"]);
    let (latency, time) = (row(&text, "latency, clocks"), row(&text, "latency, µs"));
    assert!((number(&latency[1]) / 65.0 - number(&time[1])).abs() < 0.051, "{latency:?} {time:?}");
    // Without a simulation the speed is an estimate, and is called one.
    let text = page(folder, "net --rtl rtl --board ulx3s-85f");
    assert!(text.contains("per second at 65 MHz, estimated") && !text.contains("MHz, simulated"), "{text}");
    // A core without a plan has the board's clock.
    fine(folder, "generate net -o rtl");
    let text = page(folder, "net --rtl rtl --board ulx3s-85f");
    assert!(text.contains("the clock is the one of the board, 80 MHz") && !text.contains("65 MHz"), "{text}");
}

/// What `volley synth` or `volley build` writes into `out`, as if of the core in `rtl`; `content` is its report.
fn implemented(folder: &Path, report: &str, content: &str) {
    let out = folder.join("out");
    let _ = std::fs::remove_dir_all(&out);
    std::fs::create_dir_all(out.join("sources")).unwrap();
    for entry in std::fs::read_dir(folder.join("rtl")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if name.ends_with(".v") || name.ends_with(".mem") {
            std::fs::copy(entry.path(), out.join("sources").join(name)).unwrap();
        }
    }
    std::fs::write(out.join(report), content).unwrap();
}

const IMPLEMENTATION: &str = r#"{"board": "ulx3s-85f", "part": "LFE5U-85F-6BG381C", "core": "digits_core", "yosys": "0.23", "nextpnr": "0.4",
    "cost": {"luts": 1234, "flip_flops": 2345, "dsps": 6, "block_rams": 7},
    "available": {"luts": 83640, "flip_flops": 83640, "dsps": 156, "block_rams": 208},
    "cells": {"LUT4": 1000}, "modules": [], "bitstream": "core.bit",
    "timing": {"achieved_mhz": 50.0, "wanted_mhz": 40.0, "critical_path": {"logic_ns": 1.0, "routing_ns": 2.0, "through": []}}}"#;

#[test]
fn place_and_route_has_its_own_column_and_is_of_this_core() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fine(folder, &format!("convert {DIGITS}/digits.onnx --members 4 --timesteps 1 -o net"));
    fine(folder, "generate net -o rtl");
    let report = format!("net --rtl rtl --board ulx3s-85f --data {DIGITS}/test.npz --limit 20 --frames 1 --synth out");
    implemented(folder, "report.json", IMPLEMENTATION);
    let text = page(folder, &report);
    let last = |name: &str| row(&text, name)[2].clone();
    assert!(text.contains("placed and routed (core alone)"), "{text}");
    assert_eq!(["LUTs", "flip-flops", "multipliers", "block RAMs"].map(last), ["1234", "2345", "6", "7"]);
    assert_eq!((last("clock asked for, MHz"), last("clock reached, MHz")), ("40.0".into(), "50.0".into()));
    // One simulated frame, at the clock that was asked for and reached.
    let latency: f64 = row(&text, "latency, clocks")[1].parse().unwrap();
    assert_eq!(last("latency, µs"), format!("{:.1}", latency / 40.0));

    // A clock that was missed, a build, and one that was not placed.
    implemented(folder, "report.json", &IMPLEMENTATION.replace("50.0", "20.0"));
    assert_eq!(row(&page(folder, &report), "latency, µs")[2], format!("{:.1}", latency / 20.0));
    implemented(folder, "build.json", &format!("{{\"board\": \"ulx3s-85f\", \"implementation\": {IMPLEMENTATION}}}"));
    assert!(page(folder, &report).contains("placed and routed (whole board)"));
    let only_synthesised = IMPLEMENTATION.replace("\"0.4\"", "null").split("\"timing\"").next().unwrap().to_string();
    implemented(folder, "report.json", &(only_synthesised + "\"timing\": null}"));
    let text = page(folder, &report);
    assert!(text.contains("synthesised, not placed (core alone)"), "{text}");
    assert_eq!(row(&text, "latency, µs")[2], "–");

    let refused = |part: &str| {
        let (code, said) = volley(folder, &format!("report {report} -o page.html"));
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(part), "{said}");
    };
    implemented(folder, "build.json", "{\"implementation\": null}");
    refused("no tool that it knows has run; give a folder that `volley synth -o` or `volley build` wrote");
    implemented(folder, "report.json", "{}");
    refused("missing field");
    implemented(folder, "other.json", "{}");
    refused("report.json: ");
    // The same network, folded in another way.
    implemented(folder, "report.json", IMPLEMENTATION);
    fine(folder, "generate net -o rtl --lanes 2");
    refused("it is not of the core in rtl: ");
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
