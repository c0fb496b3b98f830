//! The link as it is on a board: the whole top of the ULX3S in Verilator, its two serial pins behind a pseudo-terminal, and the
//! hosts that people use on the other end. What they get is compared with the bit-accurate model, on a good line and on bad ones.

mod line;
mod weights;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use line::{Bad, Damage};
use ndarray::{Axis, Slice};
use support::command::venv;
use volley::board::Board;
use volley::board_sim::{self, Program};
use volley::cosim::{Options, Simulator};
use volley::data::Images;
use volley::fixed_point::Network;
use volley::host::message::{ERROR, Kind, Message, words};
use volley::host::{Accelerator, DEFAULT_BAUD, Limits, LinkErrors, Port, Register, Serial, framing};
use volley::model::Model;
use volley::{Core, data};

const FRAMES: usize = 20;

/// A simulation is slower than a board, and the machine may be busy.
const LIMITS: Limits = Limits { timeout: Duration::from_secs(5), retries: 20 };

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Images and the scores that the model gives them.
struct Expected {
    frames: Vec<Vec<u8>>,
    scores: Vec<Vec<i32>>,
}

fn expected_of(network: &Network) -> Expected {
    let images = data::read(&root().join("examples/digits/test.npz"), Some(FRAMES)).unwrap();
    let frames = images.pixels.outer_iter().map(|image| image.iter().copied().collect()).collect();
    let scores = Model::new(network).unwrap().scores_all(&images, &|_| {});
    let word = |score: i64| i32::try_from(score).unwrap();
    Expected { frames, scores: scores.into_iter().map(|all| all.into_iter().map(word).collect()).collect() }
}

fn open(port: &Path, damage: Damage) -> (Accelerator, line::Count) {
    let (bad, count) = Bad::new(Serial::open(port.to_str().unwrap(), DEFAULT_BAUD).unwrap(), damage);
    (Accelerator::open(Box::new(bad), "the simulated board", LIMITS).unwrap(), count)
}

fn classify(device: &mut Accelerator, expected: &Expected) {
    let frames: Vec<&[u8]> = expected.frames.iter().map(Vec::as_slice).collect();
    let scores = device.classify(&frames, 0, &mut |_| {}).unwrap();
    assert_eq!(scores, expected.scores);
}

/// One build for all lines: the build takes longer than they do.
#[test]
fn the_simulated_board_and_its_hosts() {
    let rtl = root().join("rtl-out/digits");
    let expected = expected_of(&Core::open(&rtl).unwrap().network);
    let work = tempfile::tempdir().unwrap();
    let program = board_sim::build(&rtl, &Board::find("ulx3s-85f").unwrap(), work.path()).unwrap();
    a_good_line(&program, &expected);
    what_the_core_takes(&program, &rtl);
    the_python_host(&program, &rtl, &expected);
    for damage in [Damage::Garbage, Damage::Drop, Damage::Flip, Damage::Cut] {
        a_bad_line(&program, &expected, damage);
    }
    a_host_that_goes_away(&program, &expected);
    more_than_there_is_room_for(&program, &expected);
    what_is_refused(&program, &expected);
}

fn a_good_line(program: &Program, expected: &Expected) {
    let board = program.start(1).unwrap();
    let (mut device, _) = open(&board.port, Damage::None);
    let identity = *device.identity();
    assert_eq!((identity.frame_bytes(), identity.classes, identity.clock_hz), (64, 10, Some(80_000_000)));
    classify(&mut device, expected);
    assert_eq!(device.link(), LinkErrors::default());
    let counters = device.counters().unwrap();
    let frames = FRAMES as u32;
    assert_eq!((counters.frames_in, counters.frames_out, counters.link_errors), (frames, frames, 0));
    assert!(counters.events > 100 * frames && counters.busy_clocks > 500 * frames, "{counters:?}");
    assert!(counters.output_stalls > 0, "scores leave byte by byte, slower than the core gives them");
    device.reset().unwrap();
    classify(&mut device, expected);
}

/// The latency that `volley run` reports is, to the clock, that of the bare core in co-simulation without stalls, and all busy clocks of
/// frames that come one at a time are theirs.
fn what_the_core_takes(program: &Program, rtl: &Path) {
    const SINGLE: usize = 6;
    let data = root().join("examples/digits/test.npz");
    let core = Core::open(rtl).unwrap();
    let work = tempfile::tempdir().unwrap();
    let options = Options { simulator: Simulator::Icarus, ..Options::new(work.path()) };
    let images = data::read(&data, Some(SINGLE)).unwrap();
    let alone = |at: usize| {
        let pixels = images.pixels.slice_axis(Axis(0), Slice::from(at..=at)).to_owned();
        let verdict = core.cosimulate_in(rtl, &Images { pixels, labels: None }, &options).unwrap();
        assert!(verdict.passed());
        verdict.first_latency
    };
    let clocks: Vec<u64> = (0..SINGLE).map(alone).collect();
    for (frames, single) in [(1, 1), (2, 1), (2 * SINGLE, SINGLE)] {
        let board = program.start(7).unwrap();
        let report = run_on(&board.port, rtl, frames);
        let mut wanted = clocks[..single].to_vec();
        wanted.sort_unstable();
        let wanted = [wanted[0], wanted[(single - 1) / 2], wanted[single - 1]];
        assert_eq!(report["latency"]["clocks"], serde_json::json!(wanted), "{frames} frames: {report}");
        let busy = report["counters"]["busy_clocks"].as_u64().unwrap();
        let stalls = report["counters"]["output_stalls"].as_u64().unwrap();
        // A line of 8 clocks a bit takes ten scores of four bytes, each with ten bits.
        assert!(frames > 1 || (busy == clocks[0] && stalls > 2_800), "{report}");
    }
}

/// What `volley run --json` prints of the first images.
fn run_on(port: &Path, rtl: &Path, frames: usize) -> serde_json::Value {
    let done = Command::new(env!("CARGO_BIN_EXE_volley"))
        .args(["run", "--check", "--json", "--frames", &frames.to_string(), "--timeout", "5", "--port"])
        .arg(port)
        .arg("--rtl")
        .arg(rtl)
        .arg("--data")
        .arg(root().join("examples/digits/test.npz"))
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{printed}{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_str(&printed).unwrap()
}

/// The same frames through the Python package, a process of its own.
fn the_python_host(program: &Program, rtl: &Path, expected: &Expected) {
    let board = program.start(2).unwrap();
    let script = "
import json, sys
import numpy
from volley_host import Accelerator
images = numpy.load(sys.argv[2])['x'][:int(sys.argv[3])]
with Accelerator.open(sys.argv[1], timeout=5.0) as device:
    scores = device.classify(images)
print(json.dumps([[int(score) for score in frame] for frame in scores]))
";
    let done = Command::new(venv("python"))
        .env("PYTHONPATH", root().join("python/volley_host/src"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .args(["-c", script])
        .args([&board.port, &root().join("examples/digits/test.npz")])
        .arg(FRAMES.to_string())
        .output()
        .expect("python");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let scores: Vec<Vec<i32>> = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(scores, expected.scores);

    // And the command line, on the board that another host has just left.
    run_on(&board.port, rtl, FRAMES);
}

/// Every frame is right in the end, and both sides report what went wrong.
fn a_bad_line(program: &Program, expected: &Expected, damage: Damage) {
    let board = program.start(3).unwrap();
    let (mut device, damaged) = open(&board.port, damage);
    classify(&mut device, expected);
    let report = device.link();
    let errors = device.counters().unwrap().link_errors;
    assert!(damaged.get() > 0 && errors > 0, "{damage:?}: {} damaged, {errors} errors", damaged.get());
    // Garbage before a message costs an error, but no message.
    assert!(damage == Damage::Garbage || report.retries > 0, "{damage:?}: {report:?}");
    assert!(report.damaged_requests > 0, "{damage:?}: {report:?}");
    drop(device);
    // What the line still holds from the host before may cost the next host a try or two, but not more.
    let (mut device, _) = open(&board.port, Damage::None);
    let retries = device.link().retries;
    classify(&mut device, expected);
    assert_eq!(device.link().retries, retries);
}

/// A host that leaves in the middle of a frame, one that leaves without its answers, and one that finds everything in order.
fn a_host_that_goes_away(program: &Program, expected: &Expected) {
    let board = program.start(4).unwrap();
    let frame =
        |sequence| framing::encode(&Message::request(Kind::Frame, sequence, expected.frames[0].clone()).content());
    let mut port = Raw::open(&board.port);
    let bytes = frame(1);
    port.send(bytes[..bytes.len() / 2].to_vec());
    std::thread::sleep(Duration::from_millis(300));
    drop(port);
    let mut port = Raw::open(&board.port);
    port.send([frame(2), frame(3)].concat());
    std::thread::sleep(Duration::from_millis(50));
    drop(port);
    let (mut device, _) = open(&board.port, Damage::None);
    classify(&mut device, expected);
    let counters = device.counters().unwrap();
    // The half frame never reached the core, and was reported.
    assert_eq!((counters.frames_in, counters.link_errors), (FRAMES as u32 + 2, 1));
}

/// A host that ignores LINK_BUFFER: a frame without scores gets an error, and is counted.
fn more_than_there_is_room_for(program: &Program, expected: &Expected) {
    const SENT: u16 = 100;
    let board = program.start(5).unwrap();
    let mut port = Raw::open(&board.port);
    let frame = |n| Message::request(Kind::Frame, n, expected.frames[usize::from(n) % FRAMES].clone());
    port.send((0..SENT).flat_map(|n| framing::encode(&frame(n).content())).collect());
    let mut answered = 0;
    let mut refused = 0;
    while answered + refused < u32::from(SENT) {
        let Some(message) = port.receive(Duration::from_secs(5)) else { break };
        if message.kind == ERROR {
            assert_eq!((message.sequence, &message.payload[..]), (0xFFFF, &[2][..]));
            refused += 1;
        } else {
            let scores: Vec<i32> = words(&message.payload).into_iter().map(u32::cast_signed).collect();
            assert_eq!(scores, expected.scores[usize::from(message.sequence) % FRAMES]);
            answered += 1;
        }
    }
    drop(port);
    let (mut device, _) = open(&board.port, Damage::None);
    let counters = device.counters().unwrap();
    assert_eq!(answered, counters.frames_out);
    assert_eq!(answered + counters.link_errors, u32::from(SENT), "{refused} errors came");
    classify(&mut device, expected);
}

/// A request that does not fit the design is refused by name, and nothing of it is carried out.
fn what_is_refused(program: &Program, expected: &Expected) {
    let board = program.start(6).unwrap();
    let mut port = Raw::open(&board.port);
    let frame = &expected.frames[0];
    let cases = [
        (0x03, frame[1..].to_vec(), 3),
        (0x03, [&frame[..], &[0]].concat(), 3),
        (0x03, vec![], 3),
        (0x01, vec![0], 3),
        (0x01, vec![0, 0], 3),
        (0x01, vec![0, 65], 3),
        (0x02, vec![11], 3),
        (0x02, vec![11, 1, 0], 3),
        (0x00, vec![], 4),
        (0x04, vec![1, 2, 3], 4),
        (0x83, frame.clone(), 4),
    ];
    for (at, (kind, payload, code)) in cases.into_iter().enumerate() {
        let message = Message { kind, sequence: at as u16, payload };
        port.send(framing::encode(&message.content()));
        let reply = port.receive(Duration::from_secs(5)).unwrap();
        assert_eq!((reply.kind, reply.sequence, &reply.payload[..]), (ERROR, at as u16, &[code][..]), "{message:?}");
    }
    // The weights of this bitstream cannot be loaded; writing them does nothing.
    for register in [22, 23, 10, 63] {
        port.send(framing::encode(&Message::request(Kind::Write, 7, vec![register, 1, 2, 3, 4]).content()));
        assert_eq!(port.receive(Duration::from_secs(5)).unwrap().kind, 0x82);
    }
    drop(port);
    let (mut device, _) = open(&board.port, Damage::None);
    let status = device.status().unwrap();
    assert!(status.weights_valid() && !status.loadable() && !status.loading(), "{status:?}");
    assert_eq!(device.read_register(Register::FramesIn).unwrap(), 0);
    classify(&mut device, expected);
}

/// A port without a client.
struct Raw {
    port: Serial,
    decoder: framing::Decoder,
    waiting: std::collections::VecDeque<u8>,
}

impl Raw {
    fn open(path: &Path) -> Raw {
        let port = Serial::open(path.to_str().unwrap(), DEFAULT_BAUD).unwrap();
        Raw { port, decoder: framing::Decoder::new(1 << 16), waiting: Default::default() }
    }

    fn send(&mut self, bytes: Vec<u8>) {
        self.port.send(bytes).unwrap();
    }

    fn receive(&mut self, limit: Duration) -> Option<Message> {
        loop {
            while let Some(byte) = self.waiting.pop_front() {
                if let Some(content) = self.decoder.push(byte) {
                    return Some(Message::parse(&content.unwrap()).unwrap());
                }
            }
            let mut buffer = [0; 4096];
            let count = self.port.receive(&mut buffer, limit).unwrap();
            if count == 0 {
                return None;
            }
            self.waiting.extend(&buffer[..count]);
        }
    }
}
