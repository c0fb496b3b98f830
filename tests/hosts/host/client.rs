//! The Rust host.

use std::time::{Duration, Instant};

use volley::Result;
use volley::host::{Accelerator, Limits, LinkErrors, Register, Serial, WeightFile};

use super::behaviour::{Behaviour, Core, bearable, unbearable};
use super::device::{Device, crc32};

const FRAMES: usize = 60;
pub const PATIENT: Limits = Limits { timeout: Duration::from_secs(10), retries: 0 };
/// For devices that lose something: a test then waits at most for seconds.
pub const HASTY: Limits = Limits { timeout: Duration::from_millis(300), retries: 5 };

/// Some images, with the bytes that are escaped on the line among their pixels.
fn frames(count: usize) -> Vec<Vec<u8>> {
    let pixel = |frame: usize, at: usize| match (frame * 37 + at * 11) % 256 {
        few @ 0..40 => [0x7E, 0x7D, 0x5E, 0][few % 4],
        other => other as u8,
    };
    (0..count).map(|frame| (0..40).map(|at| pixel(frame, at)).collect()).collect()
}

fn open(device: &Device, limits: Limits) -> Result<Accelerator> {
    Accelerator::open(Box::new(Serial::open(&device.path, 1_000_000)?), &device.path, limits)
}

/// Classifies all frames and compares all scores.
fn classify(accelerator: &mut Accelerator) -> Result<()> {
    let frames = frames(FRAMES);
    let slices: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
    let mut done = 0;
    let scores = accelerator.classify(&slices, 0, &mut |more| done += more)?;
    assert_eq!(done, FRAMES);
    assert_eq!(scores, frames.iter().map(|frame| Core::expected(frame, 0)).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn a_good_line_is_used_to_the_full_and_nothing_is_repeated() {
    // So slow that the host fills its buffer.
    let behaviour = Behaviour { frame_time: Duration::from_millis(5), ..Behaviour::default() };
    let device = Device::start(behaviour, Core::sums());
    let mut accelerator = open(&device, PATIENT).unwrap();
    classify(&mut accelerator).unwrap();
    let log = device.log();
    assert_eq!((log.frames, log.overflows, accelerator.link()), (FRAMES as u32, 0, LinkErrors::default()));
    assert_eq!(log.most_outstanding, 5 * 47);
    let counters = accelerator.counters().unwrap();
    assert_eq!((counters.frames_in, counters.frames_out, counters.link_errors), (FRAMES as u32, FRAMES as u32, 0));
    assert_eq!(accelerator.read_registers(Register::Channels, 4).unwrap(), [2, 4, 5, 3]);
}

#[test]
fn every_score_is_right_on_every_bearable_line() {
    std::thread::scope(|scope| {
        for (name, behaviour) in bearable() {
            scope.spawn(move || {
                let device = Device::start(behaviour, Core::sums());
                let mut accelerator = open(&device, HASTY).unwrap_or_else(|error| panic!("{name}: {error}"));
                classify(&mut accelerator).unwrap_or_else(|error| panic!("{name}: {error}"));
                let (log, link) = (device.log(), accelerator.link());
                let lossy = ["drops", "flips", "all at once", "gets stuck", "refuses once"];
                if lossy.iter().any(|kind| name.starts_with(kind)) {
                    assert!(link.retries > 0, "{name}: {link}, {log:?}");
                }
                assert_eq!(
                    log.hurt > 0,
                    ["drops", "flips", "garbage", "all"].iter().any(|kind| name.starts_with(kind))
                );
                assert_eq!(log.core_resets, u32::from(name == "gets stuck"));
                assert!(name != "stale replies" || link.stale_replies >= 2, "{link}");
            });
        }
    });
}

#[test]
fn what_cannot_be_borne_is_an_error_within_the_limits() {
    std::thread::scope(|scope| {
        for (name, behaviour, texts) in unbearable() {
            scope.spawn(move || {
                let device = Device::start(behaviour, Core::sums());
                let start = Instant::now();
                let error = open(&device, HASTY).and_then(|mut accelerator| classify(&mut accelerator));
                let error = error.expect_err(name).to_string();
                let limit = HASTY.timeout * (HASTY.retries + 2) + Duration::from_secs(2);
                assert!(start.elapsed() < limit, "{name}: {:?}", start.elapsed());
                assert!(error.starts_with(&device.path), "{name}: {error}");
                for text in texts {
                    assert!(error.contains(text), "{name}: {error}");
                }
            });
        }
    });
}

#[test]
fn a_device_that_is_slower_than_the_limit_is_told_from_a_bad_one() {
    let slow = Behaviour { frame_time: Duration::from_millis(200), ..Behaviour::default() };
    let device = Device::start(slow, Core::sums());
    let mut accelerator = open(&device, Limits { timeout: Duration::from_millis(40), retries: 2 }).unwrap();
    let error = classify(&mut accelerator).unwrap_err().to_string();
    assert!(error.contains("raise the time limit"), "{error}");
}

#[test]
fn a_host_follows_another_that_went_away_in_the_middle() {
    let slow = Behaviour { frame_time: Duration::from_millis(5), ..Behaviour::default() };
    let device = Device::start(slow, Core::sums());
    for _ in 0..3 {
        // Three requests that nobody waits for, and half of one.
        use volley::host::{Port, framing, message};
        let mut port = Serial::open(&device.path, 1_000_000).unwrap();
        let request = message::Message::request(message::Kind::Frame, 7, vec![1; 40]);
        let line = framing::encode(&request.content());
        let (whole, half) = (line.repeat(3), &line[..20]);
        port.send([&whole, half].concat()).unwrap();
        drop(port);
        let mut accelerator = open(&device, Limits { timeout: Duration::from_secs(10), retries: 2 }).unwrap();
        classify(&mut accelerator).unwrap();
        assert!(accelerator.link().stale_replies >= 3, "{}", accelerator.link());
    }
}

#[test]
fn a_port_that_is_not_there_is_named() {
    let error = Serial::open("/dev/nowhere", 1_000_000).err().unwrap().to_string();
    assert!(error.starts_with("/dev/nowhere: it cannot be opened"), "{error}");
}

#[test]
fn frames_of_another_size_are_refused() {
    let device = Device::start(Behaviour::default(), Core::sums());
    let error = open(&device, PATIENT).unwrap().classify(&[&[0; 40], &[0; 39]], 10, &mut |_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "frame 11: it has 39 bytes, and the accelerator takes 2×4×5 (40 bytes); give frames of the accelerator's shape"
    );
}

/// A file of weights for the devices of these tests.
fn weights(design: u32, seed: usize) -> Vec<u8> {
    let data: Vec<u8> = (0..3000).map(|at| (at * seed % 251) as u8).collect();
    let mut file = b"VLYW\x01\0\0\0".to_vec();
    for word in [design, crc32(&data), data.len() as u32] {
        file.extend(word.to_le_bytes());
    }
    file.extend(data);
    file
}

/// A device that waits for weights, on the line of another.
pub fn loadable(line: &Behaviour) -> Behaviour {
    Behaviour { loadable: true, without_weights: true, stuck_at: None, refuse_at: None, ..line.clone() }
}

#[test]
fn weights_arrive_on_every_bearable_line() {
    std::thread::scope(|scope| {
        for (name, behaviour) in bearable() {
            scope.spawn(move || {
                let device = Device::start(loadable(&behaviour), Core::sums());
                // A message of weights is long: a bad line damages every fourth.
                let limits = Limits { retries: 15, ..HASTY };
                let mut accelerator = open(&device, limits).unwrap_or_else(|error| panic!("{name}: {error}"));
                for seed in [7, 11] {
                    let file = WeightFile::parse(&weights(behaviour.design, seed)).unwrap();
                    let mut done = 0;
                    let loaded = accelerator.load_weights(&file, &mut |bytes| done += bytes);
                    loaded.unwrap_or_else(|error| panic!("{name}: {error}"));
                    assert_eq!(done, 3000);
                    let frame = &frames(1)[0];
                    let scores = accelerator.classify(&[frame], 0, &mut |_| ()).unwrap();
                    assert_eq!(scores, [Core::expected(frame, file.crc32)], "{name}");
                }
            });
        }
    });
}

#[test]
fn weights_that_do_not_fit_are_refused_and_those_in_use_stay() {
    let fixed = Device::start(Behaviour::default(), Core::sums());
    let design = Behaviour::default().design;
    let load = |device: &Device, file: &WeightFile| {
        open(device, PATIENT).unwrap().load_weights(file, &mut |_| ()).unwrap_err().to_string()
    };
    let mut file = WeightFile::parse(&weights(design, 7)).unwrap();
    assert!(load(&fixed, &file).contains("built in"));
    file.design += 1;
    assert!(load(&fixed, &file).contains("for design 0xc0ffee12, and the accelerator is design 0xc0ffee11"));
    classify(&mut open(&fixed, PATIENT).unwrap()).unwrap();
    // A device that takes another number of bytes never gets this data whole.
    let other = Device::start(Behaviour { weights_bytes: 2000, ..loadable(&Behaviour::default()) }, Core::sums());
    let file = WeightFile::parse(&weights(design, 7)).unwrap();
    let message = load(&other, &file);
    assert!(message.contains("not valid in the accelerator"), "{message}");
    let error = classify(&mut open(&other, PATIENT).unwrap()).unwrap_err().to_string();
    assert!(error.contains("weights of the accelerator are not valid"), "{error}");
}

#[test]
fn files_that_are_no_weights_are_refused() {
    let good = weights(1, 7);
    let problem = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut file = good.clone();
        change(&mut file);
        WeightFile::parse(&file).unwrap_err().to_string()
    };
    assert!(problem(&|file| file.truncate(10)).contains("too short"));
    assert!(problem(&|file| file[0] = b'X').contains("not a file of weights"));
    assert!(problem(&|file| file[4] = 2).contains("another version"));
    assert!(problem(&|file| file.truncate(1000)).contains("should have 3000"));
    assert!(problem(&|file| file[100] ^= 1).contains("checksum"));
}
