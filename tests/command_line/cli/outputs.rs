//! Nothing is replaced that the same command has not written: files and folders of the user's, and what was changed by hand.

use std::process::Command;

use insta::assert_snapshot;
use support::contents;

use super::DIGITS;
use super::place::Place;

/// A place with a network and its core, and what a command is told to write: (arguments before the output's path, the output's name).
fn place() -> Place {
    let place = Place::new().digits();
    place.fine("generate net -o rtl --weights runtime");
    place
}

/// Commands that write one file, without its path.
fn files() -> Vec<String> {
    vec![
        "plan net --board ulx3s-85f --data [digits]/calibration.npz -o".into(),
        "report net -o".into(),
        "weights net --rtl rtl -o".into(),
    ]
}

fn of(line: &str) -> String {
    line.replace("[digits]", DIGITS)
}

#[test]
fn files_of_the_users_are_never_replaced() {
    let place = place();
    let model = std::fs::read(format!("{DIGITS}/digits.onnx")).unwrap();
    for command in files() {
        for name in ["model.onnx", "notes.txt"] {
            std::fs::write(place.path(name), &model).unwrap();
            let said = place.refused(&of(&format!("{command} {name}")));
            assert!(said.contains(name) && said.contains("--force"), "{command}: {said}");
            assert_eq!(std::fs::read(place.path(name)).unwrap(), model, "{command} replaced {name}");
        }
        let name = "out";
        let _ = std::fs::remove_file(place.path(name));
        let write = of(&format!("{command} {name}"));
        let first = place.run(&write);
        assert_eq!(first.code, 0, "{write}: {}", first.stderr);
        // Again, unchanged.
        assert_eq!(place.run(&write).code, 0, "{write} again");
        // By another command.
        for other in files().iter().filter(|other| **other != command) {
            let said = place.refused(&of(&format!("{other} {name}")));
            assert!(said.contains("it is not what this command writes"), "{other} over {command}: {said}");
        }
        // Changed by hand.
        let mut changed = std::fs::read(place.path(name)).unwrap();
        changed[40] ^= 1;
        std::fs::write(place.path(name), &changed).unwrap();
        place.refused(&write);
        assert_eq!(std::fs::read(place.path(name)).unwrap(), changed, "{write}");
        assert_eq!(place.run(&format!("{write} --force")).code, 0, "{write} --force");
        assert_ne!(std::fs::read(place.path(name)).unwrap(), changed, "{write} --force");
    }
}

#[test]
fn a_plan_that_was_edited_is_refused() {
    let place = place();
    let plan = of(&files()[0]) + " plan.toml";
    place.fine(&plan);
    let text = std::fs::read_to_string(place.path("plan.toml")).unwrap();
    std::fs::write(place.path("plan.toml"), text.replace("lanes = ", "lanes =  ")).unwrap();
    assert_snapshot!(place.refused(&plan), @"error: plan.toml: it is not what this command writes, or it was changed since, so it is not replaced; choose another path, or replace it with --force");
    // It is still a plan.
    place.fine("generate net --plan plan.toml -o planned");
}

#[test]
fn a_file_that_may_only_be_read_is_not_replaced() {
    let place = place();
    let report = "report net -o report.html";
    place.fine(report);
    let mut permissions = std::fs::metadata(place.path("report.html")).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(place.path("report.html"), permissions).unwrap();
    assert_snapshot!(place.refused(report), @"error: [folder]/report.html: it may only be read; choose a path that you may write to, and check that the disk has free space");
}

#[test]
fn folders_with_something_of_the_users_are_never_replaced() {
    let place = place();
    let build = "build rtl --board ulx3s-85f --no-run -o built";
    place.fine(build);
    for (folder, write, file) in [
        ("net", format!("convert {DIGITS}/digits.onnx --members 4 --timesteps 1 -o net"), "network.toml"),
        ("rtl", "generate net -o rtl".into(), "digits_core.v"),
        ("built", build.to_owned(), "Makefile"),
    ] {
        place.fine(&write);
        let (added, changed) = (place.path(folder).join("notes/thesis.tex"), place.path(folder).join(file));
        std::fs::create_dir(added.parent().unwrap()).unwrap();
        std::fs::write(&added, "years of work").unwrap();
        let said = place.refused(&write);
        assert!(said.contains("notes/thesis.tex: it was added or changed since Volley wrote the folder"), "{said}");
        assert_eq!(std::fs::read_to_string(&added).unwrap(), "years of work");
        std::fs::remove_dir_all(added.parent().unwrap()).unwrap();
        let text = std::fs::read_to_string(&changed).unwrap();
        std::fs::write(&changed, format!("{text}\n")).unwrap();
        let said = place.refused(&write);
        assert!(said.contains(&format!("{file}: it was added or changed")) && said.contains("--force"), "{said}");
        place.fine(&format!("{write} --force"));
        assert_eq!(std::fs::read_to_string(&changed).unwrap(), text);
        place.fine(&write);
    }
    // A folder that is not Volley's: not even by force.
    std::fs::create_dir(place.path("thesis")).unwrap();
    std::fs::write(place.path("thesis/thesis.tex"), "years of work").unwrap();
    assert_snapshot!(place.refused("generate net -o thesis --force"), @"error: [folder]/thesis: the folder exists and has no core.toml, so it was not written by Volley; choose another path for the output folder, or empty this one yourself");
}

#[test]
fn a_workflow_that_was_edited_is_not_replaced() {
    let place = Place::new();
    let emit = format!(
        "sweep {DIGITS}/digits.onnx --data {DIGITS}/test.npz --members 4 --timesteps 1 --weight-bits 8 --emit snakemake -o flow"
    );
    place.fine(&emit);
    place.fine(&emit);
    let path = place.path("flow/config.yaml");
    let text = std::fs::read_to_string(&path).unwrap().replace("timesteps: [1]", "timesteps: [1, 2]");
    std::fs::write(&path, &text).unwrap();
    assert_snapshot!(place.refused(&emit), @"error: flow/config.yaml: it is not what this command writes, or it was changed since, so it is not replaced; choose another path, or replace it with --force");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_work_folder_is_marked_and_nothing_else_is_deleted() {
    let place = place();
    let cosim =
        |work: &str| of(&format!("cosim rtl --data [digits]/test.npz --frames 1 --simulator icarus --work {work}"));
    for kept in ["own/run", "own/icarus"] {
        std::fs::create_dir_all(place.path(kept)).unwrap();
        std::fs::write(place.path(kept).join("thesis.tex"), "years of work").unwrap();
    }
    assert_snapshot!(place.refused(&cosim("own")), @"error: own: the folder exists and has no volley-cosim, so it was not written by Volley; choose another path for the output folder, or empty this one yourself");
    assert_eq!(std::fs::read_to_string(place.path("own/run/thesis.tex")).unwrap(), "years of work");
    for folder in ["net", "rtl"] {
        let said = place.refused(&cosim(folder));
        assert!(said.contains("has no volley-cosim, so it was not written by Volley"), "{said}");
    }
    place.fine(&cosim("work"));
    place.fine(&cosim("work"));
    let marker = std::fs::File::open(place.path("work/volley-cosim")).unwrap();
    marker.lock().unwrap();
    assert_snapshot!(place.refused(&cosim("work")), @"error: work: another co-simulation is using it; wait until that one has ended, or choose another folder");
    marker.unlock().unwrap();
    place.fine(&cosim("work"));
}

#[test]
fn a_waveform_replaces_only_a_waveform_of_volleys() {
    let place = place();
    let path = place.path("rtl/digits_conv_4_neurons.mem");
    // Two digits of each row change places.
    let swap = |line: &str| match line.as_bytes() {
        [first, second, ..] if *first != b'/' => format!("{}{}{}\n", *second as char, *first as char, &line[2..]),
        _ => format!("{line}\n"),
    };
    let text: String = std::fs::read_to_string(&path).unwrap().lines().map(swap).collect();
    std::fs::write(&path, text).unwrap();
    for simulator in ["icarus", "verilator"] {
        let cosim = of(&format!(
            "cosim rtl --data [digits]/test.npz --frames 1 --simulator {simulator} --wave {simulator}.fst"
        ));
        for _ in 0..2 {
            let ran = place.run(&cosim);
            assert_eq!(ran.code, 1, "{}", ran.stderr);
        }
        let wave = std::fs::read(place.path(&format!("{simulator}.fst"))).unwrap();
        assert!(wave.len() > 1000 && wave.windows(7).any(|bytes| bytes == b"Volley "));
        std::fs::write(place.path(&format!("{simulator}.fst")), "years of work").unwrap();
        let said = place.refused(&cosim);
        assert!(said.contains("it is not what this command writes"), "{said}");
    }
}

/// As on a full disk: no file may have a byte. What was there stays, and nothing new is there.
#[test]
fn without_space_an_output_is_as_it_was() {
    let place = place();
    std::fs::copy(format!("{DIGITS}/digits.onnx"), place.path("digits.onnx")).unwrap();
    std::fs::copy(format!("{DIGITS}/digits.toml"), place.path("digits.toml")).unwrap();
    std::fs::copy(format!("{DIGITS}/calibration.npz"), place.path("calib.npz")).unwrap();
    for command in [
        "plan net --board ulx3s-85f --data calib.npz -o plan.toml",
        "report net -o report.html",
        "weights net --rtl rtl -o digits.weights",
        "convert digits.onnx --members 4 --timesteps 2 -o net",
        "generate net -o rtl --lanes 1",
    ] {
        let output = command.split_once("-o ").unwrap().1.split(' ').next().unwrap();
        let stands = || {
            let path = place.path(output);
            if path.is_dir() {
                contents::files(&path)
            } else {
                [(String::new(), std::fs::read(path).unwrap_or_default())].into()
            }
        };
        for _ in 0..2 {
            let (list, before) = (place.list(), stands());
            // Without the trap the system would kill the program.
            let script = format!("trap '' XFSZ; ulimit -f 0; exec '{}' {command}", env!("CARGO_BIN_EXE_volley"));
            let mut shell = Command::new("sh");
            let ran = place.finish(shell.args(["-c", &script]).current_dir(place.path("")).output().unwrap());
            assert_eq!(ran.code, 2, "{command}: {}", ran.stderr);
            assert!(ran.stderr.contains("check that the disk has free space"), "{command}: {}", ran.stderr);
            assert_eq!((place.list(), stands()), (list, before), "{command}");
            // And once more over an older output.
            let ran = place.run(command);
            assert_eq!(ran.code, 0, "{command}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_plan_belongs_to_one_network() {
    let place = place();
    let plan = |text: &str| {
        std::fs::write(place.path("plan.toml"), text).unwrap();
        place.refused("generate net -o planned --plan plan.toml")
    };
    assert_snapshot!(plan(""), @"error: plan.toml: it does not say which network it is for; write it as `volley plan` does: a table [layer.NAME] for each layer");
    assert_snapshot!(plan("network = \"mnist-cnn\"\n[default]\nlanes = 1\n"), @"error: plan.toml: it is for the network 'mnist-cnn', and this is 'digits'; give the plan of this network, or plan it again");
    assert_snapshot!(plan("network = \"digits\"\n[layer.conv_9]\nlanes = 1\n[default]\nlanes = 1\n"), @"error: plan.toml: there is no layer 'conv_9'; the layers are conv_0, conv_4, linear_9");
    assert_snapshot!(plan("network = \"digits\"\nstructure = \"00\"\n[default]\nlanes = 1\n"), @"error: plan.toml: it is for a network 'digits' with other layers; give the plan of this network, or plan it again");
    assert_snapshot!(plan("network = \"digits\"\n[layer.conv_0]\nlanes = 1\n"), @"error: plan.toml: it has no table [layer.conv_4]; write it as `volley plan` does: a table [layer.NAME] for each layer");
    assert_snapshot!(plan("network = 7\n[default]\nlanes = 1\n"), @"error: plan.toml: network: it is not a text; write it as `volley plan` does: a table [layer.NAME] for each layer");
}
