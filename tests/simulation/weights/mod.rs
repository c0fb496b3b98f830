//! Weights that are loaded at run time: another network's scores come out of a core whose Verilog was made for the first one, in both
//! simulators, behind the registers of an accelerator. An incomplete load is not used.

use std::path::{Path, PathBuf};
use std::process::Command;

use ndarray::Array3;
use support::command::{must, tool};
use support::digits;
use volley::core_folder::{self, Loadable};
use volley::fixed_point::{Network, Settings, WeightMode};
use volley::model::Model;
use volley::random::{self, Options};
use volley::rtl::weight_data::{WeightData, fingerprint};
use volley::schedule::Folding;
use volley::{Converted, top};

/// Registers, and bits of STATUS.
const DESIGN: u32 = 2;
const STATUS: u32 = 10;
const WEIGHTS: u32 = 20;
const WEIGHTS_BYTES: u32 = 21;
const LOAD_START: u32 = 22;
const LOAD_DATA: u32 = 23;
const LOAD_OFFSET: u32 = 24;
const VALID: u32 = 2;
const LOADABLE: u32 = 8;
const LOADING: u32 = 16;

/// A script for the bench, and its expected output.
#[derive(Default)]
struct Script {
    operations: String,
    wanted: Vec<String>,
}

impl Script {
    fn push(&mut self, operation: u32, a: u32, b: u32) {
        self.operations += &format!("{operation:x} {a:x} {b:x}\n");
    }

    fn read(&mut self, register: u32, wanted: u32) {
        self.push(2, register, 0);
        self.wanted.push(format!("R {wanted:08x}"));
    }

    /// Bits of STATUS about weights.
    fn status(&mut self, bits: u32) {
        self.read(STATUS, LOADABLE | bits);
    }

    /// The first `words` of `data`, under the checksum `crc`.
    fn load(&mut self, data: &WeightData, words: usize, crc: u32) {
        self.push(1, LOAD_START, crc);
        for word in data.words().take(words) {
            self.push(1, LOAD_DATA, word);
        }
        // As many clocks as the last two words take, and the check.
        self.push(3, 0, 80);
        self.read(LOAD_OFFSET, 4 * words as u32);
    }

    fn whole(&mut self, data: &WeightData) {
        self.load(data, data.bytes().len() / 4, data.crc32());
        self.status(VALID);
        self.read(WEIGHTS, data.crc32());
    }

    /// Every image gets the scores of `network`.
    fn frames(&mut self, images: &[Array3<u8>], network: &Network) {
        let model = Model::new(network).unwrap();
        for image in images {
            self.send(image);
            let scores = model.scores(image.view());
            self.push(5, scores.len() as u32, 100_000);
            self.wanted.extend(scores.iter().map(|score| format!("S {:08x}", *score as i32)));
        }
    }

    fn send(&mut self, image: &Array3<u8>) {
        let last = image.len() - 1;
        image.iter().enumerate().for_each(|(at, byte)| self.push(4, u32::from(at == last), u32::from(*byte)));
    }

    /// No byte is taken.
    fn refused(&mut self) {
        self.push(4, 0, 1);
        self.wanted.push("NOT TAKEN".into());
    }
}

/// A core of the first network on disk, with the accelerator around it.
struct Accelerator {
    /// Kept until the test is over.
    _folder: tempfile::TempDir,
    rtl: PathBuf,
    files: Vec<PathBuf>,
    top: String,
    design: u32,
    data: WeightData,
    network: Network,
}

impl Accelerator {
    fn new(converted: &Converted, folding: &Folding) -> volley::Result<Accelerator> {
        let core = converted.generate(folding)?;
        let folder = tempfile::tempdir().unwrap();
        let rtl = folder.path().join("rtl");
        core.write(&rtl)?;
        let data = WeightData::of(&core.design)?;
        let accelerator = top::Accelerator {
            design: fingerprint(&core.design),
            weights: data.crc32(),
            weights_bytes: data.bytes().len() as u32,
            clock_hz: 0,
            link_buffer: 0,
            counters: false,
        };
        let around = top::axi(&core.design.manifest, &accelerator)?;
        let top = format!("{}.v", around.top);
        let mut files: Vec<_> =
            core.design.files.keys().filter(|name| name.ends_with(".v")).map(|name| rtl.join(name)).collect();
        // The library's modules that the core has as well are taken from there.
        let others = around.files.iter().filter(|(name, _)| *name != top && !core.design.files.contains_key(name));
        for (name, text) in others {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            files.push(path);
        }
        let top = around.top.replace("_axi", "_accelerator");
        let (design, network) = (accelerator.design, core.network);
        Ok(Accelerator { _folder: folder, rtl, files, top, design, data, network })
    }

    fn bench(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/simulation/weights/accelerator_tb.v")
    }

    fn icarus(&self, script: &Script) {
        let program = self.rtl.join("bench.vvp");
        let mut build = tool("iverilog");
        build.args(["-g2005", "-s", "accelerator_tb", &format!("-DACCELERATOR={}", self.top), "-o"]).arg(&program);
        must(build.arg(self.bench()).args(&self.files));
        self.compare(tool("vvp").arg("-n").arg(program), script);
    }

    fn verilator(&self, script: &Script) {
        let folder = self.rtl.join("verilated");
        let mut build = tool("verilator");
        build.args(["--binary", "--timing", "-O1", "-Wno-lint", "-Wno-style", "--top-module", "accelerator_tb"]);
        build.arg(format!("-DACCELERATOR={}", self.top)).args(["--x-initial", "unique", "--Mdir"]).arg(&folder);
        must(build.arg(self.bench()).args(&self.files));
        self.compare(Command::new(folder.join("Vaccelerator_tb")).arg("+verilator+rand+reset+2"), script);
    }

    /// Runs in the core's folder, where its memories are.
    fn compare(&self, command: &mut Command, script: &Script) {
        let path = self.rtl.join("script.txt");
        std::fs::write(&path, &script.operations).unwrap();
        let text = must(command.arg(format!("+script={}", path.display())).current_dir(&self.rtl));
        let said: Vec<_> = text
            .lines()
            .filter(|line| ["R ", "S ", "N", "END", "STUCK"].iter().any(|start| line.starts_with(start)))
            .collect();
        let wanted: Vec<_> = script.wanted.iter().map(String::as_str).chain(["END"]).collect();
        if let Some(at) = (0..said.len().max(wanted.len())).find(|&at| said.get(at) != wanted.get(at)) {
            panic!("{}: answer {at} is {:?}, not {:?}", self.top, said.get(at), wanted.get(at));
        }
    }
}

fn runtime(network: volley::snn::Network) -> Converted {
    let settings = Settings { weights: WeightMode::Runtime, ..Settings::default() };
    Converted { network, settings, onnx: None, notes: Vec::new() }
}

fn images(network: &Network, seed: u64) -> Vec<Array3<u8>> {
    (0..3).map(|image| random::image(100 * seed + image, network.input.shape)).collect()
}

/// Loads of all kinds, good ones last.
fn script(first: &Accelerator, other: &Loadable, seed: u64) -> Script {
    let frames = images(&first.network, seed);
    let words = other.data.bytes().len() / 4;
    let crc = other.data.crc32();
    let mut script = Script::default();
    script.read(DESIGN, other.design);
    script.read(WEIGHTS_BYTES, other.data.bytes().len() as u32);
    script.read(WEIGHTS, first.data.crc32());
    script.status(VALID);
    script.frames(&frames, &first.network);
    // Half of the data, and a frame that has to wait.
    script.load(&other.data, words / 2, crc);
    script.status(LOADING);
    script.refused();
    // A reset in the middle of the load: no load is under way any more, and still nothing is valid.
    script.push(6, 0, 3);
    script.push(3, 0, 50);
    script.status(0);
    script.refused();
    // All of it under a wrong checksum.
    script.load(&other.data, words, crc ^ 0x0100);
    script.status(0);
    script.refused();
    // A load that starts again before it was over.
    script.load(&other.data, words - 1, crc);
    script.status(LOADING);
    script.whole(&other.data);
    script.frames(&frames, &other.network);
    // A reset keeps what is loaded.
    script.push(6, 0, 3);
    script.push(3, 0, 50);
    script.status(VALID);
    script.frames(&frames[..1], &other.network);
    script.whole(&first.data);
    script.frames(&frames, &first.network);
    script
}

#[test]
fn another_digits_network_in_the_same_verilog() {
    let network = digits::converted(4, 1);
    let first = Accelerator::new(&runtime(network.clone()), &Folding::default()).unwrap();
    assert_eq!(first.design, core_folder::loadable(&first.rtl, &runtime(network.clone())).unwrap().design);
    let other = core_folder::loadable(&first.rtl, &runtime(digits::converted_other(4, 1))).unwrap();
    let differ = images(&first.network, 1).iter().any(|image| {
        let of = |network| Model::new(network).unwrap().scores(image.view());
        of(&first.network) != of(&other.network)
    });
    assert!(differ, "the two networks must not give the same scores");
    let script = script(&first, &other, 1);
    first.icarus(&script);
    first.verilator(&script);
}

#[test]
fn a_network_fits_into_its_own_core_as_it_stands() {
    let converted = runtime(digits::converted(4, 1));
    let first = Accelerator::new(&converted, &Folding::default()).unwrap();
    let own = core_folder::loadable(&first.rtl, &converted).unwrap();
    assert_eq!((own.data, own.network), (first.data.clone(), first.network.clone()));
}

#[test]
fn other_random_networks_in_the_same_verilog() {
    let mut loaded = 0;
    for seed in 0..40 {
        let network = random::network(seed, &Options { several_terms: seed % 2 == 0, ..Options::default() });
        let folding = Folding::parse(["1", "4x2", "3", "8"][seed as usize % 4]).unwrap();
        let first = Accelerator::new(&runtime(network.clone()), &folding).or_else(|_| {
            // Some networks have no such slices.
            Accelerator::new(&runtime(network.clone()), &Folding::uniform(2))
        });
        let Ok(first) = first else { continue };
        let Ok(other) = core_folder::loadable(&first.rtl, &runtime(random::reweighted(&network, seed))) else {
            continue;
        };
        first.icarus(&script(&first, &other, seed));
        loaded += 1;
        if loaded == 6 {
            return;
        }
    }
    panic!("{loaded} networks were loaded");
}

#[test]
fn verilog_that_is_not_the_networks_is_refused_by_line() {
    let converted = runtime(digits::converted(4, 1));
    let first = Accelerator::new(&converted, &Folding::default()).unwrap();
    let path = first.rtl.join("digits_conv_4.v");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace(".MAX_SHIFT(0)", ".MAX_SHIFT(1)")).unwrap();
    let message = core_folder::loadable(&first.rtl, &converted).unwrap_err().to_string();
    assert!(message.contains("digits_conv_4.v") && message.contains("'.MAX_SHIFT(1),'"), "{message}");
    let baked = Path::new(env!("CARGO_MANIFEST_DIR")).join("rtl-out/digits");
    let message = core_folder::loadable(&baked, &converted).unwrap_err().to_string();
    assert!(message.contains("built in") && message.contains("loaded at run time"), "{message}");
    let longer = runtime(digits::converted(4, 2));
    std::fs::write(&path, text).unwrap();
    let message = core_folder::loadable(&first.rtl, &longer).unwrap_err().to_string();
    assert!(message.contains("timesteps: it is 2"), "{message}");
}
