//! What a simulated device computes, and what it does wrong.

use std::time::Duration;

use volley::Shape;

use super::faults::Noise;

/// A function of the pixels and of the weights' checksum.
type Scores = Box<dyn Fn(&[u8], u32) -> Vec<i32> + Send>;

pub struct Core {
    pub shape: Shape,
    pub classes: usize,
    pub members: u32,
    pub timesteps: u32,
    pub scores: Scores,
}

impl Core {
    /// A value that depends on every pixel, its place, the class and the weights; the Python tests have the same.
    pub fn sums() -> Core {
        let scores = |pixels: &[u8], weights: u32| {
            let weights = i64::from(weights % 1000);
            let weight = |at: usize, class: usize| (at as i64 * 7 + class as i64 * 13 + weights) % 31 - 15;
            let score =
                |class| pixels.iter().enumerate().map(|(at, &pixel)| i64::from(pixel) * weight(at, class)).sum();
            (0..3)
                .map(|class| {
                    let score: i64 = score(class);
                    score as i32
                })
                .collect()
        };
        Core { shape: Shape::new(2, 4, 5), classes: 3, members: 4, timesteps: 1, scores: Box::new(scores) }
    }

    /// The scores of the pixels alone, with other weights than none if they are given.
    pub fn expected(pixels: &[u8], weights: u32) -> Vec<i32> {
        (Core::sums().scores)(pixels, weights)
    }
}

/// Good in every way by default.
#[derive(Clone)]
pub struct Behaviour {
    pub identity: u32,
    pub version: u32,
    pub design: u32,
    pub link_buffer: usize,
    pub to_device: Noise,
    pub to_host: Noise,
    /// Of each frame.
    pub frame_time: Duration,
    /// Bodies without FCS that come before the first reply.
    pub stale: Vec<Vec<u8>>,
    /// Sent over and over, instead of anything useful if `silent` as well.
    pub babble: Option<Vec<u8>>,
    /// Answers nothing at all.
    pub silent: bool,
    /// From this frame on answers registers but not frames.
    pub dead_from: Option<u32>,
    /// The line ends with this frame.
    pub disconnect_at: Option<u32>,
    /// From this frame on the core gives no scores, until it is reset.
    pub stuck_at: Option<u32>,
    /// This frame is refused with this code.
    pub refuse_at: Option<(u32, u8)>,
    /// A score of this frame is wrong.
    pub wrong_at: Option<u32>,
    /// Bytes that scores lack.
    pub short_replies: usize,
    /// Says everything twice.
    pub twice: bool,
    pub loadable: bool,
    pub without_weights: bool,
    pub weights_bytes: usize,
}

impl Default for Behaviour {
    fn default() -> Behaviour {
        Behaviour {
            identity: 0x594C_4C56,
            version: 0x0001_0001,
            design: 0xC0FF_EE11,
            link_buffer: 256,
            to_device: Noise::default(),
            to_host: Noise::default(),
            frame_time: Duration::ZERO,
            stale: Vec::new(),
            babble: None,
            silent: false,
            dead_from: None,
            disconnect_at: None,
            stuck_at: None,
            refuse_at: None,
            wrong_at: None,
            short_replies: 0,
            twice: false,
            loadable: false,
            without_weights: false,
            weights_bytes: 3000,
        }
    }
}

/// Lines and devices that a host must handle, by name: every score must still come out right.
pub fn bearable() -> Vec<(&'static str, Behaviour)> {
    let good = Behaviour::default();
    // A line does the same in every run, but the bytes that it meets differ: damage is frequent enough that some always occurs. Replies
    // are short, so they get more of it.
    let noise = |drop, flip, garbage| Noise { drop, flip, garbage };
    // A reply of an earlier host, one whose kind is unknown, and an error.
    let stale = vec![vec![0x83, 5, 0, 4, 0, 1, 2, 3, 4], vec![0x99, 0, 0, 0, 0], vec![0xFF, 0xFF, 0xFF, 1, 0, 1]];
    vec![
        ("good", good.clone()),
        ("one frame at a time", Behaviour { link_buffer: 47, ..good.clone() }),
        ("drops requests", Behaviour { to_device: noise(80, 0, 0), ..good.clone() }),
        ("flips requests", Behaviour { to_device: noise(0, 80, 0), ..good.clone() }),
        ("drops replies", Behaviour { to_host: noise(250, 0, 0), ..good.clone() }),
        ("flips replies", Behaviour { to_host: noise(0, 250, 0), ..good.clone() }),
        ("garbage", Behaviour { to_host: noise(0, 0, 10_000), ..good.clone() }),
        ("all at once", Behaviour { to_device: noise(20, 20, 0), to_host: noise(60, 60, 2_000), ..good.clone() }),
        ("stale replies", Behaviour { stale, ..good.clone() }),
        ("says all twice", Behaviour { twice: true, ..good.clone() }),
        ("slow", Behaviour { frame_time: Duration::from_millis(15), ..good.clone() }),
        ("gets stuck", Behaviour { stuck_at: Some(20), ..good.clone() }),
        ("refuses once", Behaviour { refuse_at: Some((9, 2)), ..good }),
    ]
}

/// Those that a host cannot handle, by name, and what its error must contain.
pub fn unbearable() -> Vec<(&'static str, Behaviour, &'static [&'static str])> {
    let good = Behaviour::default();
    let storm = Noise { drop: 0, flip: 12_000, garbage: 0 };
    vec![
        (
            "silent",
            Behaviour { silent: true, ..good.clone() },
            &["no answer within", "check the port", "baud", "bitstream"],
        ),
        (
            "babbles",
            Behaviour { silent: true, babble: Some(vec![0x55, 0x7E]), ..good.clone() },
            &["no answer within", "bytes came"],
        ),
        ("another thing", Behaviour { identity: 0x1234, ..good.clone() }, &["IDENTITY", "0x00001234"]),
        ("another version", Behaviour { version: 0x0002_0001, ..good.clone() }, &["version 2.1"]),
        ("no space for a frame", Behaviour { link_buffer: 46, ..good.clone() }, &["buffer of 46 bytes"]),
        ("a storm", Behaviour { to_device: storm, ..good.clone() }, &["no answer within"]),
        ("dies", Behaviour { dead_from: Some(7), ..good.clone() }, &["frame 7", "no answer"]),
        ("goes away", Behaviour { disconnect_at: Some(12), ..good.clone() }, &["the port is gone"]),
        ("refuses a length", Behaviour { refuse_at: Some((11, 3)), ..good.clone() }, &["frame 11", "code 3"]),
        ("refuses a kind", Behaviour { refuse_at: Some((11, 4)), ..good.clone() }, &["frame 11", "code 4"]),
        ("refuses for a new reason", Behaviour { refuse_at: Some((11, 77)), ..good.clone() }, &["frame 11", "code 77"]),
        ("has no weights", Behaviour { without_weights: true, ..good.clone() }, &["frame 0", "code 5", "load"]),
        ("gives too few scores", Behaviour { short_replies: 4, ..good }, &["frame 0", "no answer"]),
    ]
}
