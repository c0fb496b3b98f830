//! A bitstream whose weights are loaded over the line: another network of its shape, and the result of half a load.

use std::path::Path;
use std::process::Command;

use support::digits;
use volley::board::Board;
use volley::error::Place;
use volley::fixed_point::{Settings, WeightMode};
use volley::host::message::{Kind, Message};
use volley::host::{Register, WeightFile, framing};
use volley::schedule::Folding;
use volley::{Converted, board_sim, core_folder, snn};

use super::{Damage, Expected, LIMITS, Raw, classify, expected_of, open, root};

fn runtime(network: snn::Network) -> Converted {
    let settings = Settings { weights: WeightMode::Runtime, ..Settings::default() };
    Converted { network, settings, onnx: None, notes: Vec::new() }
}

#[test]
fn another_network_in_the_same_bitstream() {
    let work = tempfile::tempdir().unwrap();
    let rtl = work.path().join("rtl");
    let converted = runtime(digits::converted(4, 1));
    let core = converted.generate(&Folding::default()).unwrap();
    core.write(&rtl).unwrap();
    let other = core_folder::loadable(&rtl, &runtime(digits::converted_other(4, 1))).unwrap();
    let path = work.path().join("other.weights");
    std::fs::write(&path, other.file()).unwrap();
    let weights = WeightFile::read(&path).unwrap();
    let (own_scores, other_scores) = (expected_of(&core.network), expected_of(&other.network));
    assert_ne!(own_scores.scores, other_scores.scores);

    let program = board_sim::build(&rtl, &Board::find("ulx3s-85f").unwrap(), &work.path().join("board")).unwrap();
    let board = program.start(7).unwrap();
    let (mut device, _) = open(&board.port, Damage::None);
    classify(&mut device, &own_scores);

    // A host that goes away in the middle of a load.
    drop(device);
    let mut port = Raw::open(&board.port);
    let half = &weights.data[..400];
    for (sequence, (register, words)) in [(22, &weights.crc32.to_le_bytes()[..]), (23, half)].into_iter().enumerate() {
        let request = Message::request(Kind::Write, sequence as u16, [&[register], words].concat());
        port.send(framing::encode(&request.content()));
        assert_eq!(port.receive(LIMITS.timeout).unwrap().kind, 0x82);
    }
    drop(port);
    let (mut device, _) = open(&board.port, Damage::None);
    let status = device.status().unwrap();
    assert!(status.loading() && !status.weights_valid(), "{status:?}");
    assert_eq!(device.read_register(Register::LoadOffset).unwrap(), 400);
    refuses(&mut device, &own_scores, "weights");

    // Another one's load, on a line that loses bytes.
    drop(device);
    let (mut device, damaged) = open(&board.port, Damage::Drop);
    device.load_weights(&weights, &mut |_| {}).unwrap();
    assert!(damaged.get() > 0);
    classify(&mut device, &other_scores);
    drop(device);

    // A damaged image under the good one's checksum is not used.
    let (mut device, _) = open(&board.port, Damage::None);
    let mut damaged = weights.clone();
    damaged.data[100] ^= 4;
    let message = device.load_weights(&damaged, &mut |_| {}).unwrap_err().to_string();
    assert!(message.contains("not valid"), "{message}");
    refuses(&mut device, &other_scores, "weights");
    drop(device);

    by_the_command_line(&board.port, &path);
    let (mut device, _) = open(&board.port, Damage::None);
    classify(&mut device, &other_scores);
}

/// Frames are refused with a reason that has `word` in it.
fn refuses(device: &mut volley::host::Accelerator, expected: &Expected, word: &str) {
    let frames: Vec<&[u8]> = expected.frames.iter().map(Vec::as_slice).collect();
    let error = device.classify(&frames, 0, &mut |_| {}).unwrap_err();
    assert!(matches!(error.place(), Place::Accelerator(_)) && error.to_string().contains(word), "{error}");
}

fn by_the_command_line(port: &Path, weights: &Path) {
    let done = Command::new(env!("CARGO_BIN_EXE_volley"))
        .args(["run", "--frames", "20", "--timeout", "5", "--port"])
        .arg(port)
        .arg("--weights")
        .arg(weights)
        .arg("--data")
        .arg(root().join("examples/digits/test.npz"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{text}");
}
