//! What each fuzz target does with its bytes: everything that Volley reads, read by the functions that the program uses, and the later
//! stages as far as a small input may lead.
//!
//! The same functions are called by the targets of `fuzz/`, which look for new inputs, and by the test `hostile`, which replays the
//! kept ones. An error is a good answer. A panic, a hang, more memory than [`MEMORY`], or a broken promise that a reader checks by an
//! assertion is not.

use std::ffi::OsString;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use volley::core_folder::{self, MANIFEST};
use volley::fixed_point::{self, Settings};
use volley::folder;
use volley::host::framing::{Decoder, encode};
use volley::host::message::{ERROR, Kind, MOST_CONTENT, Message, NO_SEQUENCE};
use volley::host::{Accelerator, Limits, Port, Register, WeightFile, registers};
use volley::schedule::{self, Folding};
use volley::{Converted, Converter, Core, board, data, eval, import, quantise, rtl, snn};

/// Bytes that reading one input may hold at a time.
pub const MEMORY: usize = 1 << 30;

/// A fuzz target.
pub struct Reader {
    /// Name of the target, as in `fuzz/targets/`.
    pub name: &'static str,
    /// Reads any bytes; panics only on a mistake in Volley.
    pub read: fn(&[u8]),
}

/// All except `volley_toml`, whose reader belongs to the program and not to the library.
pub const READERS: [Reader; 12] = [
    Reader { name: "onnx", read: onnx },
    Reader { name: "normalisation", read: normalisation },
    Reader { name: "network_folder", read: network_folder },
    Reader { name: "npz", read: npz },
    Reader { name: "png", read: png },
    Reader { name: "board", read: board },
    Reader { name: "plan", read: plan },
    Reader { name: "core_toml", read: core_toml },
    Reader { name: "weights_file", read: weights_file },
    Reader { name: "framing", read: framing },
    Reader { name: "requests", read: requests },
    Reader { name: "replies", read: replies },
];

/// Files live in memory where the system has a place for that.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("volley-fuzz-").tempdir_in(parent).expect("a temporary folder")
}

/// A trained network, converted and made into Verilog if it is a small one.
pub fn onnx(bytes: &[u8]) {
    let Ok(converter) = Converter::from_bytes(bytes, "net/model.onnx", None) else { return };
    // Not calibrated, since there are no images.
    let Ok(conversion) = converter.members(4).timesteps(2).replace_activations() else { return };
    // The folder gives back what was written.
    let converted =
        Converted { network: conversion.network, settings: Settings::default(), onnx: None, notes: Vec::new() };
    let parent = folder();
    let path = parent.path().join("net");
    if converted.write(&path).is_ok() {
        assert_eq!(Converted::open(&path).expect("what was written can be read"), converted);
    }
    if compile(&converted.network, &converted.settings) {
        run(bytes, &converted.network);
    }
}

/// What rten makes of the same model: a result or an error.
fn run(onnx: &[u8], network: &snn::Network) {
    let snn::Input { shape, normalisation } = &network.input;
    if let Ok(ann) = eval::ann::Ann::new(onnx, *shape, normalisation) {
        let _ = ann.scores(ndarray::Array3::zeros((shape.height, shape.width, shape.channels)).view());
    }
}

/// The `[input]` table beside a model.
pub fn normalisation(bytes: &[u8]) {
    let folder = folder();
    let model = folder.path().join("model.onnx");
    std::fs::write(model.with_extension("toml"), bytes).expect("a file");
    let Ok(Some(normalisation)) = import::normalisation_for(&model) else { return };
    let _ = Converter::from_bytes(DIGITS, "digits.onnx", normalisation);
}

/// `network.toml`, a zero byte, `weights.safetensors`.
pub fn network_folder(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (text, weights) = (&bytes[..at], bytes.get(at + 1..).unwrap_or_default());
    let Ok(text) = std::str::from_utf8(text) else { return };
    if let Ok(converted) = folder::parse(Path::new("net"), text, weights) {
        let _ = compile(&converted.network, &converted.settings);
    }
}

/// Quantises, plans and generates a network of few weights and pixels, and says whether it is one; the files' names are names, not paths.
fn compile(network: &snn::Network, settings: &Settings) -> bool {
    let small = |node: &snn::Node| {
        let weights = match &node.op {
            snn::Op::Layer(layer) => layer.terms.iter().map(|term| term.weights.len()).sum(),
            snn::Op::Pool(_) => 0,
        };
        weights < 4096 && node.shape.elements() < 4096
    };
    if network.nodes.len() > 16 || network.input.shape.elements() > 4096 || !network.nodes.iter().all(small) {
        return false;
    }
    if let Ok(fixed) = quantise::quantise(network, settings) {
        generate(&fixed, &Folding::default());
    }
    true
}

fn generate(network: &fixed_point::Network, folding: &Folding) {
    let Ok(plan) = schedule::plan(network, folding) else { return };
    let Ok(design) = rtl::generate(network, &plan) else { return };
    for name in design.files.keys() {
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        assert!(plain && !name.starts_with('.'), "'{name}' is no name of a file");
    }
}

/// Arrays of images. An even first byte: the rest is an archive. An odd one: the rest (a length of two bytes, that many bytes of images, then
/// labels) is put into an archive with the right checksums, which no mutation would find. Its bits say whether the archive is compressed (2),
/// whether it is rather two `.npy` files (4), and whether the arrays have names that say nothing (8).
pub fn npz(bytes: &[u8]) {
    let Some((&kind, rest)) = bytes.split_first() else { return };
    let folder = folder();
    let names = if kind & 8 == 0 { ["x.npy", "y.npy"] } else { ["some.npy", "other.npy"] };
    let path = folder.path().join(if kind & 5 == 5 { names[0] } else { "images.npz" });
    if kind & 5 == 5 {
        for (name, content) in names.into_iter().zip(parts(rest)) {
            std::fs::write(folder.path().join(name), content).expect("a file");
        }
    } else {
        let archive = if kind & 1 == 0 { rest.to_vec() } else { archive(rest, names, kind & 2 != 0) };
        std::fs::write(&path, archive).expect("a file");
    }
    images(&path);
}

/// Two PNGs of a folder: a byte, a length of two bytes, that many bytes of the first, then the second. An odd first byte: the chunks get the right
/// checksums.
pub fn png(bytes: &[u8]) {
    let Some((&kind, rest)) = bytes.split_first() else { return };
    let folder = folder();
    for (name, content) in ["first", "second"].into_iter().zip(parts(rest)) {
        let class = folder.path().join(name);
        std::fs::create_dir(&class).expect("a folder");
        let mut content = content.to_vec();
        if kind % 2 == 1 {
            correct(&mut content);
        }
        std::fs::write(class.join("1.png"), content).expect("a file");
    }
    images(folder.path());
}

/// Writes the right checksum behind each chunk of a PNG.
fn correct(png: &mut [u8]) {
    let mut at = 8;
    while let Some(&[a, b, c, d]) = png.get(at..).and_then(<[u8]>::first_chunk::<4>) {
        let end = at + 8 + u32::from_be_bytes([a, b, c, d]) as usize;
        let Some(checksum) = png.get(at + 4..end).map(crc32fast::hash) else { return };
        let Some(place) = png.get_mut(end..end + 4) else { return };
        place.copy_from_slice(&checksum.to_be_bytes());
        at = end + 4;
    }
}

/// A length of two bytes, that many bytes, and the rest.
fn parts(bytes: &[u8]) -> [&[u8]; 2] {
    let (length, rest) = bytes.split_at(bytes.len().min(2));
    let length = length.iter().rev().fold(0, |length, byte| length << 8 | usize::from(*byte));
    let (first, second) = rest.split_at(length.min(rest.len()));
    [first, second]
}

/// Reads images whole and in batches.
fn images(path: &Path) {
    if let Ok(images) = data::read(path, None) {
        assert!(images.labels.as_ref().is_none_or(|labels| labels.len() == images.len()));
        let mut count = 0;
        data::batches(path, None, 3, &mut |_, batch| {
            let whole = images.pixels.slice(ndarray::s![count..count + batch.len(), .., .., ..]);
            assert_eq!(batch.pixels, whole, "a batch is a part of the whole");
            count += batch.len();
            Ok(())
        })
        .expect("what can be read whole can be read in batches");
        assert_eq!(count, images.len());
    }
}

fn archive(bytes: &[u8], names: [&str; 2], compressed: bool) -> Vec<u8> {
    let method = if compressed { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in names.into_iter().zip(parts(bytes)) {
        if !content.is_empty() {
            writer.start_file(name, options).expect("a member of an archive in memory");
            writer.write_all(content).expect("its content");
        }
    }
    writer.finish().expect("an archive in memory").into_inner()
}

/// A board's file, its constraint file and its clock.
pub fn board(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(board) = board::Board::parse(text, Path::new("board.toml")) else { return };
    let _ = board::core_clock(&board, board.core_mhz);
    let constraints = board::constraints::write(&board, &board.ports()).expect("every role has a pin");
    // Nothing in the file becomes a command.
    let known = [
        "#",
        "set_io ",
        "set_frequency ",
        "LOCATE ",
        "IOBUF ",
        "FREQUENCY ",
        "set_property ",
        "create_clock ",
        "set_false_path ",
    ];
    for line in constraints.lines() {
        assert!(known.iter().any(|start| line.starts_with(start)), "{line}");
    }
}

/// A plan for the bundled network: what is read is written and read again, and the layers are laid out by it.
pub fn plan(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let path = Path::new("plan.toml");
    let Ok(folding) = Folding::from_toml(text, path) else { return };
    let names: Vec<&str> = folding.layers.keys().map(String::as_str).collect();
    let again = folding.to_toml("", &names, |_| String::new()).expect("a plan can be written");
    let again = Folding::from_toml(&again, path).expect("and read again");
    assert_eq!(again.layers, folding.layers);
    generate(&digits().fixed, &folding);
}

/// `core.toml` in the folder of the bundled network's core.
pub fn core_toml(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if core_folder::parse_manifest(text, Path::new(MANIFEST)).is_err() {
        return;
    }
    let core = folder();
    std::fs::write(core.path().join(MANIFEST), bytes).expect("a file");
    digits().converted.write(core.path().join(core_folder::NETWORK)).expect("a converted network");
    let _ = Core::open(core.path());
}

/// A file of weights for a core that takes them at run time.
pub fn weights_file(bytes: &[u8]) {
    if let Ok(weights) = WeightFile::parse(bytes) {
        assert_eq!(crc32fast::hash(&weights.data), weights.crc32);
        assert_eq!(bytes.len() - weights.data.len(), 20);
    }
}

/// Bytes on a serial line: every content that is found comes back when it is sent again.
pub fn framing(bytes: &[u8]) {
    let mut decoder = Decoder::new(MOST_CONTENT);
    for content in bytes.iter().filter_map(|byte| decoder.push(*byte)).flatten() {
        let mut again = Decoder::new(MOST_CONTENT);
        let found: Vec<_> = encode(&content).into_iter().filter_map(|byte| again.push(byte)).collect();
        assert_eq!(found, [Ok(content)]);
    }
}

/// From host to device: everything that the host sends is one message that arrives as intended. (The benches of the Verilog test what a
/// device makes of any bytes.)
pub fn requests(bytes: &[u8]) {
    let (head, payload) = bytes.split_at(bytes.len().min(3));
    let [kind, low, high] = *head else { return };
    let kind = [Kind::Read, Kind::Write, Kind::Frame][usize::from(kind) % 3];
    let request = Message::request(kind, u16::from_le_bytes([low, high]), payload.to_vec());
    let mut decoder = Decoder::new(MOST_CONTENT);
    let found: Vec<_> = encode(&request.content()).into_iter().filter_map(|byte| decoder.push(byte)).collect();
    let [Ok(content)] = &found[..] else { panic!("not one message: {found:?}") };
    assert_eq!(Message::parse(content), Some(request));
    // The same bytes as contents themselves.
    if let Some(message) = Message::parse(bytes) {
        assert_eq!(message.content(), bytes);
    }
}

/// From device to host: a device for which the bytes are a script, while a host opens it, classifies and loads weights.
pub fn replies(bytes: &[u8]) {
    let device = Device { script: bytes.to_vec(), at: 0, decoder: Decoder::new(MOST_CONTENT), request: None };
    let limits = Limits { timeout: Duration::from_millis(2), retries: 2 };
    let Ok(mut device) = Accelerator::open(Box::new(device), "fuzz", limits) else { return };
    let (size, classes) = (device.identity().frame_bytes(), device.identity().classes);
    let frame = vec![1; size];
    if let Ok(scores) = device.classify(&[&frame, &frame, &frame, &frame], 0, &mut |_| ()) {
        assert_eq!(scores.iter().map(Vec::len).collect::<Vec<_>>(), [classes; 4]);
    }
    let data = vec![0; 64];
    let weights = WeightFile { design: device.identity().design, crc32: crc32fast::hash(&data), data };
    let mut taken = 0;
    if device.load_weights(&weights, &mut |more| taken += more).is_ok() {
        assert_eq!(taken, weights.data.len());
    }
    let _ = device.counters();
}

/// A device that does what a script says, and is gone at its end.
struct Device {
    script: Vec<u8>,
    at: usize,
    decoder: Decoder,
    /// The last one.
    request: Option<Message>,
}

impl Device {
    fn next(&mut self) -> Option<u8> {
        let byte = self.script.get(self.at).copied();
        self.at += 1;
        byte
    }

    fn some(&mut self) -> Vec<u8> {
        let count = usize::from(self.next().unwrap_or(0));
        let from = self.at.min(self.script.len());
        let to = (from + count).min(self.script.len());
        self.at = to;
        self.script[from..to].to_vec()
    }

    /// What a sound device would answer to the last request.
    fn answer(&self) -> Vec<u8> {
        const IDENTITY: [u32; 10] = [registers::IDENTITY, 0x0001_0000, 7, 1, 2, 2, 3, 0x0204, 0, 100];
        match &self.request {
            Some(Message { kind, payload, .. }) if *kind == Kind::Read as u8 => {
                let [first, count] = payload[..] else { return Vec::new() };
                let word = |register: usize| match register {
                    register if register == Register::Status as usize => 0b1010,
                    register => IDENTITY.get(register).copied().unwrap_or(0),
                };
                let registers = usize::from(first)..usize::from(first) + usize::from(count);
                registers.flat_map(|register| word(register).to_le_bytes()).collect()
            }
            Some(Message { kind, .. }) if *kind == Kind::Frame as u8 => vec![0; 12],
            _ => Vec::new(),
        }
    }
}

impl Port for Device {
    fn send(&mut self, bytes: Vec<u8>) -> std::io::Result<()> {
        for byte in bytes {
            if let Some(Ok(content)) = self.decoder.push(byte) {
                self.request = Message::parse(&content);
            }
        }
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], limit: Duration) -> std::io::Result<usize> {
        let Some(step) = self.next() else { return Err(std::io::ErrorKind::UnexpectedEof.into()) };
        let (kind, sequence) = self.request.as_ref().map_or((0, 0), |request| (request.kind, request.sequence));
        let reply = |kind, sequence, payload| encode(&Message { kind, sequence, payload }.content());
        let bytes = match step % 8 {
            0 => self.some(),
            1 => reply(Kind::reply(kind), sequence, self.some()),
            2 => reply(ERROR, sequence, vec![self.next().unwrap_or(0)]),
            3 => reply(ERROR, NO_SEQUENCE, vec![self.next().unwrap_or(0)]),
            4 => {
                std::thread::sleep(limit);
                Vec::new()
            }
            _ => reply(Kind::reply(kind), sequence, self.answer()),
        };
        // The rest of a reply that is longer than the host asks for is lost.
        let mut bytes = &bytes[..];
        bytes.read(buffer)
    }
}

/// The bundled network.
const DIGITS: &[u8] = include_bytes!("../../../examples/digits/digits.onnx");

struct Digits {
    converted: Converted,
    fixed: fixed_point::Network,
}

fn digits() -> &'static Digits {
    static DIGITS: OnceLock<Digits> = OnceLock::new();
    DIGITS.get_or_init(|| {
        let converter = Converter::from_bytes(self::DIGITS, "digits.onnx", None).expect("the bundled network");
        let converted = Converted { onnx: None, ..converter.members(4).convert().expect("its conversion") };
        let fixed = converted.quantise().expect("its integers");
        Digits { converted, fixed }
    })
}

/// `volley.toml`: `understand` is given the arguments of a command with that file.
pub fn volley_toml(bytes: &[u8], understand: &dyn Fn(&[OsString])) {
    let folder = folder();
    let path = folder.path().join("volley.toml");
    std::fs::write(&path, bytes).expect("a file");
    for command in ["convert", "plan", "run"] {
        understand(&["volley".into(), "--config".into(), path.clone().into(), command.into()]);
    }
}
