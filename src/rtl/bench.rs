//! A bench that goes with a core: frames, the scores that the model computes from them, and a testbench that any simulator of Verilog
//! runs without Volley.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ndarray::ArrayView3;

use super::Manifest;
use crate::Shape;
use crate::error::Result;
use crate::fixed_point::{Network, Op};
use crate::header;
use crate::model::{Model, class_of};
use crate::random;
use crate::schedule::{Activity, Plan, estimate_layer};

/// The folder of the bench in that of its core.
pub const FOLDER: &str = "bench";

/// Frames, at most.
const FRAMES: usize = 8;
/// Bytes of all frames, at most; there is always one frame.
const BYTES: usize = 16 * 1024;
/// Bytes of a frame for which there is a bench, at most: its files would be several times as large.
const FRAME_BYTES: usize = 1 << 20;
/// The longest wait of the bench in clocks: it counts in signed 32-bit numbers.
const LONGEST: u64 = 1 << 30;

/// Whether a core with this input gets a bench.
pub(super) fn fits(input: Shape) -> bool {
    input.elements() <= FRAME_BYTES
}

/// The files of the bench for the core of `network`, by name; none if a frame has more than 2^20 bytes. `manifest` is of that core, as
/// folded by `plan`.
///
/// The frames are the same for every network with this shape of input.
///
/// # Errors
/// As [`Model::new`].
pub fn files(network: &Network, plan: &Plan, manifest: &Manifest) -> Result<BTreeMap<String, String>> {
    if !fits(manifest.input) {
        return Ok(BTreeMap::new());
    }
    let model = Model::new(network)?;
    let top = &manifest.top;
    let (mut pixels, mut scores) = (header::of_core("//", top), header::of_core("//", top));
    let count = frames(manifest.input);
    for frame in 0..count {
        let image = random::image(frame as u64, manifest.input);
        let of_frame = model.scores(image.view());
        let _ = writeln!(pixels, "// frame {frame}\n{}", beats(image.view()).join("\n"));
        // A score leaves the core in 32 bits.
        let words: Vec<_> = of_frame.iter().map(|score| format!("{:08x}", *score as u32)).collect();
        let _ = writeln!(scores, "// frame {frame}, class {}\n{}", class_of(&of_frame), words.join("\n"));
    }
    let head = |mark: &str, text: &str| header::of_core(mark, top) + text;
    let bench = include_str!("bench/core_tb.v")
        .replace("$FRAMES", &count.to_string())
        .replace("$PIXELS", &manifest.input.pixels().to_string())
        .replace("$BITS", &(8 * manifest.input.channels).to_string())
        .replace("$CLASSES", &manifest.classes.to_string())
        .replace("$PATIENCE", &patience(network, plan).to_string())
        .replace("$LOAD", &load(manifest))
        .replace("$TOP", top);
    Ok(BTreeMap::from([
        (format!("{top}_tb.v"), head("//", &bench)),
        ("run.sh".into(), head("#", &include_str!("bench/run.sh").replace("$TOP", top))),
        ("frames.hex".into(), pixels),
        ("scores.hex".into(), scores),
    ]))
}

/// How many frames there are.
fn frames(input: Shape) -> usize {
    (BYTES / input.elements()).clamp(1, FRAMES)
}

/// One pixel a beat, channel 0 in the low byte.
fn beats(image: ArrayView3<u8>) -> Vec<String> {
    let pixels = image.rows().into_iter();
    pixels.map(|channels| channels.iter().rev().map(|value| format!("{value:02x}")).collect()).collect()
}

/// Clocks in which a core that is not stuck moves something: four times a frame without a zero, one layer after the other.
fn patience(network: &Network, plan: &Plan) -> u64 {
    let dense = Activity::dense(network);
    let nodes = network.nodes.iter().zip(&plan.layers);
    let layers = nodes.filter_map(|(node, plan)| matches!(node.op, Op::Layer(_)).then_some(node).zip(plan.as_ref()));
    let clocks: u64 = layers.map(|(node, plan)| estimate_layer(network, node, plan, &dense).cycles).sum();
    (4 * clocks + 10_000).min(LONGEST)
}

/// Connections of the ports that load weights. Nothing is loaded: the bench is for the contents of the `.mem` files.
fn load(manifest: &Manifest) -> String {
    let widths = manifest.load_widths().into_iter().flatten();
    let ports = ["load_data    ", "load_addr    ", "load_enable  "].iter().zip(widths);
    ports.map(|(port, width)| format!("\n        .{port} ({width}'d0),")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bench_is_small() {
        let square = |size, channels| Shape::new(channels, size, size);
        for (input, wanted) in [(square(8, 1), 8), (square(32, 3), 5), (square(224, 3), 1), (square(1024, 1), 1)] {
            assert_eq!((frames(input), fits(input)), (wanted, true), "{input}");
        }
        assert!(!fits(square(1024, 2)));
    }
}
