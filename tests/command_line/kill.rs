//! Killed at any moment, `volley convert` and `volley generate` leave the output that was there before, or the new one: never half of
//! one, and never none if there was one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::contents;
use volley::random::Random;

type Files = BTreeMap<String, Vec<u8>>;

/// The content of `target`; nothing if it is not there.
fn found(target: &Path) -> Files {
    if target.exists() { contents::files(target) } else { Files::new() }
}

fn volley(args: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_volley"));
    command.args(args).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn must(args: &[&str], folder: &Path) {
    assert!(volley(args, folder).status().unwrap().success(), "{args:?}");
}

/// The hidden folders beside the outputs, in which they are made.
fn unfinished(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(".volley-")).collect()
}

/// Where the kills fell.
#[derive(Debug, Default)]
struct Tally {
    before: usize,
    /// While there was something unfinished beside the output.
    during: usize,
    after: usize,
}

/// Kills a command `kills` times while it writes `output`, half of them from the moment on that it begins to write.
fn kill(args: &[&str], output: &str, folder: &Path, old: &Files, kills: usize, random: &mut Random) -> Tally {
    let target = folder.join(output);
    let started = Instant::now();
    must(args, folder);
    let whole = started.elapsed();
    let new = found(&target);
    assert_ne!(&new, old, "{args:?} changes nothing");
    let mut tally = Tally::default();
    for at in 0..kills {
        restore(&target, old);
        let mut child = volley(args, folder).spawn().unwrap();
        let share = random.within(0, 1000) as u32;
        if at % 2 == 0 {
            std::thread::sleep(whole * share / 1000);
        } else {
            let until = Instant::now() + 20 * whole;
            while unfinished(folder).is_empty() && child.try_wait().unwrap().is_none() && Instant::now() < until {
                std::hint::spin_loop();
            }
            std::thread::sleep(Duration::from_micros(5) * share);
        }
        // It may already have ended by itself.
        let _ = child.kill();
        child.wait().unwrap();
        let stands = found(&target);
        let rest = unfinished(folder);
        assert!(stands == *old || stands == new, "{args:?}, kill {at}: {:?}", stands.keys().collect::<Vec<_>>());
        match (stands == new, rest.is_empty()) {
            (false, true) => tally.before += 1,
            (_, false) => tally.during += 1,
            (true, true) => tally.after += 1,
        }
        rest.iter().for_each(|path| std::fs::remove_dir_all(path).unwrap());
    }
    tally
}

fn restore(target: &Path, old: &Files) {
    let _ = std::fs::remove_dir_all(target);
    for (name, bytes) in old {
        let path = target.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn two_hundred_kills() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let onnx = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/digits/digits.onnx");
    let onnx = onnx.to_str().unwrap();
    must(&["convert", onnx, "--members", "4", "--timesteps", "1", "-o", "net"], folder);
    must(&["generate", "net", "-o", "rtl", "--lanes", "4"], folder);
    let (old_net, old_rtl) = (found(&folder.join("net")), found(&folder.join("rtl")));
    let mut random = Random::new(1);
    let generate = ["generate", "net", "-o", "rtl", "--lanes", "8"];
    let convert = ["convert", onnx, "--members", "4", "--timesteps", "2", "-o", "net2"];
    let mut total = Tally::default();
    for (args, output, old) in [
        (&generate[..], "rtl", &old_rtl),
        (&generate[..], "rtl", &Files::new()),
        (&convert[..], "net2", &old_net),
        (&convert[..], "net2", &Files::new()),
    ] {
        let tally = kill(args, output, folder, old, 50, &mut random);
        println!("{} over {} files: {tally:?}", args[0], old.len());
        total = Tally {
            before: total.before + tally.before,
            during: total.during + tally.during,
            after: total.after + tally.after,
        };
    }
    assert_eq!(total.before + total.during + total.after, 200);
    assert!(total.before > 0 && total.during > 0, "the kills miss what is interesting: {total:?}");
}
