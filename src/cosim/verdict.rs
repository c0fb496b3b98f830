//! Whether the Verilog computed what the reference model computes: every count of every node at every time step, the
//! scores, and the number of events that each engine processed. Equality, never closeness.

use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::{Beat, Bench, Capture, Counter, Options, Probe, Stream, Word, hold};
use crate::data::Images;
use crate::error::Result;
use crate::fixed_point::{Network, Op, Source};
use crate::model::{Model, Trace};
use crate::rtl::{Manifest, files_of};
use crate::schedule::{self, Plan};

/// The outcome of a co-simulation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Frames that were compared.
    pub frames: usize,
    /// Values that differ, missing and surplus ones included; 0 is the only good number.
    pub mismatches: u64,
    /// Values compared: counts of every time step, scores, event totals.
    pub compared: u64,
    /// Clocks between the last scores of two frames, averaged; for a single frame, from its first pixel.
    pub cycles_per_frame: f64,
    /// Clocks from the first pixel of the first frame to its last score.
    pub first_latency: u64,
    /// In the order of the network; pools have no entry.
    pub layers: Vec<LayerVerdict>,
    /// The first differences, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_mismatch: Option<Mismatch>,
    /// Handshake errors, a wrong `tlast`, or a run that stood still.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protocol_errors: Vec<String>,
}

/// One layer's figures, averages a frame.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerVerdict {
    /// The layer's name.
    pub name: String,
    /// Events of all windows and slices, each counted once a segment.
    pub events: f64,
    /// Clocks in which the engine worked.
    pub cycles: f64,
    /// Output channels that are computed at once.
    pub lanes: usize,
    /// Scanners of the engine.
    pub slices: usize,
    /// Turns in which the lanes compute all output channels.
    pub segments: usize,
    /// What [`crate::schedule`] expected for `cycles`.
    pub estimated_cycles: f64,
    /// Clocks that the same lanes would need if no element were zero.
    pub dense_cycles: f64,
    /// Clocks that the engine's documented overheads add to the events, see [`schedule::Estimate::overhead`].
    pub overhead: f64,
}

impl LayerVerdict {
    /// Share of the engine's clocks in which a slice's lanes added an event, averaged over the slices.
    pub fn utilisation(&self) -> f64 {
        self.events / (self.slices as f64 * self.cycles.max(1.0))
    }

    /// Events as a share of the events of a map without zeros.
    pub fn density(&self) -> f64 {
        self.events / (self.slices as f64 * self.dense_cycles).max(1.0)
    }
}

/// One value that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// Name of the layer.
    pub layer: String,
    /// Number of the frame, from 0.
    pub frame: usize,
    /// Row of the pixel, from 0.
    pub y: usize,
    /// Column of the pixel, from 0.
    pub x: usize,
    /// Output channel, from 0.
    pub channel: usize,
    /// `None` for scores, which are sums over time.
    pub timestep: Option<usize>,
    /// `None` where the Verilog sent nothing.
    pub verilog: Option<i64>,
    /// What the model computes.
    pub model: i64,
    /// Clock in which the value was accepted, or the last clock.
    pub clock: u64,
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = self.timestep.map_or("score".to_string(), |t| format!("time step {t}"));
        let verilog = self.verilog.map_or("nothing".to_string(), |value| value.to_string());
        write!(
            f,
            "layer {}, frame {}, pixel (y {}, x {}), channel {}, {at}: Verilog {verilog}, model {}, clock {}",
            self.layer, self.frame, self.y, self.x, self.channel, self.model, self.clock
        )
    }
}

impl Verdict {
    /// Whether nothing at all was wrong.
    pub fn passed(&self) -> bool {
        self.mismatches == 0 && self.protocol_errors.is_empty()
    }
}

/// The ports by which a core's memories are written.
const LOAD_PORTS: [&str; 3] = ["load_data", "load_addr", "load_enable"];

/// The bench of a design in `folder`.
///
/// # Errors
/// [`crate::error::Kind::Unreadable`] if the folder cannot be read;
/// [`crate::error::Kind::BadName`] and [`crate::error::Kind::NotRegular`] for a Verilog file in it.
pub fn bench(folder: &Path, manifest: &Manifest, network: &Network, plan: &Plan) -> Result<Bench> {
    let rtl_files = files_of(folder, &[".v"])?;
    let last = network.nodes.len() - 1;
    let probes = network.nodes[..last].iter().enumerate().map(|(index, node)| Probe {
        name: node.name.clone(),
        path: format!("{}_{}", node.name, if matches!(node.op, Op::Layer(_)) { "layer" } else { "pool" }),
        valid: "m_axis_tvalid".into(),
        ready: "m_axis_tready".into(),
        data: "m_axis_tdata".into(),
        data_bits: (count_bits(network, index) * network.timesteps) as usize * beat(plan, network, index),
        beats_per_frame: node.shape.elements() / beat(plan, network, index),
    });
    // The core's own outputs, which a host's registers count. A single bit cannot be selected from.
    let slices: usize = manifest.layers.iter().map(|layer| layer.fold.slices).sum();
    let bit = |output: &str, at: usize, all: usize| {
        let signal = if all == 1 { output.to_string() } else { format!("{output}[{at}]") };
        Counter { name: signal.clone(), path: String::new(), signal }
    };
    let mut counters = Vec::new();
    let mut slice = 0;
    for (at, layer) in manifest.layers.iter().enumerate() {
        counters.extend((slice..slice + layer.fold.slices).map(|slice| bit("status_event", slice, slices)));
        counters.push(bit("status_busy", at, manifest.layers.len()));
        slice += layer.fold.slices;
    }
    Ok(Bench {
        top: manifest.top.clone(),
        input: Stream { data_bits: 8 * manifest.input.channels, beats_per_frame: manifest.input.pixels() },
        output: Stream { data_bits: 32, beats_per_frame: manifest.classes },
        probes: probes.collect(),
        counters,
        unread_outputs: vec![("status_event".into(), slices), ("status_busy".into(), manifest.layers.len())],
        still_inputs: match manifest.load_widths() {
            Some(widths) => LOAD_PORTS.iter().map(ToString::to_string).zip(widths.map(|bits| bits as usize)).collect(),
            None => vec![],
        },
        holds: vec![],
        expected_clocks: f64::INFINITY,
        rtl_files,
    })
}

/// Bits of one count of node `index`.
fn count_bits(network: &Network, index: usize) -> u32 {
    network.element_bits(Source::Node(index), 1).0
}

/// Elements of a beat of node `index`'s stream.
fn beat(plan: &Plan, network: &Network, index: usize) -> usize {
    schedule::beat_elements(network, &plan.layers, Source::Node(index))
}

/// The frames as beats: a pixel each, channel 0 in the low byte.
pub fn beats(images: &Images) -> Vec<Vec<Word>> {
    let frame = |image: ndarray::ArrayView3<u8>| {
        let (height, width, channels) = image.dim();
        let pixel = |place: usize| {
            let mut word = Word::default();
            for channel in 0..channels {
                word.set_field(8 * channel, 8, image[[place / width, place % width, channel]].into());
            }
            word
        };
        (0..height * width).map(pixel).collect()
    };
    images.pixels.outer_iter().map(frame).collect()
}

/// Runs the design in folder `rtl` over `images` and compares everything with the model.
///
/// # Errors
/// What building and running the simulator reports. Differences are not errors; they are in the [`Verdict`].
pub fn check(
    rtl: &Path,
    manifest: &Manifest,
    network: &Network,
    plan: &Plan,
    images: &Images,
    options: &Options,
) -> Result<Verdict> {
    let mut bench = bench(rtl, manifest, network, plan)?;
    if options.hold {
        bench.holds = hold::inner_streams(network, plan);
    }
    let frames = beats(images);
    let model = Model::new(network)?;
    let views: Vec<_> = images.pixels.outer_iter().collect();
    let traces: Vec<Trace> = views.par_iter().map(|image| model.trace(*image)).collect();
    let estimates: Vec<_> = (views.par_iter().zip(&traces))
        .map(|(image, trace)| schedule::estimate(network, plan, *image, trace))
        .collect();
    let slowest =
        |layers: &Vec<Option<schedule::Estimate>>| layers.iter().flatten().map(|e| e.cycles).max().unwrap_or_default();
    bench.expected_clocks = estimates.iter().map(slowest).sum::<u64>() as f64;
    let capture = super::run(&bench, &frames, options)?;

    let mut comparison = Comparison { network, plan, capture: &capture, compared: 0, mismatches: 0, first: None };
    for (frame, trace) in traces.iter().enumerate() {
        comparison.frame(frame, trace);
    }
    comparison.surplus(&bench, frames.len());
    let layers = comparison.layers(manifest, &traces, &estimates);
    let ends = &capture.frame_end;
    let cycles_per_frame = match (ends.first(), ends.last(), capture.frame_start.first()) {
        (Some(first), Some(last), _) if ends.len() > 1 => (last - first) as f64 / (ends.len() - 1) as f64,
        (Some(end), _, Some(start)) => (end - start) as f64,
        _ => 0.0,
    };
    let first_latency = match (ends.first(), capture.frame_start.first()) {
        (Some(end), Some(start)) => end - start,
        _ => 0,
    };
    Ok(Verdict {
        frames: frames.len(),
        mismatches: comparison.mismatches,
        compared: comparison.compared,
        cycles_per_frame,
        first_latency,
        layers,
        first_mismatch: comparison.first,
        protocol_errors: protocol_errors(&capture),
    })
}

fn protocol_errors(capture: &Capture) -> Vec<String> {
    let mut errors = Vec::new();
    if let Some(timeout) = &capture.timeout {
        errors.push(format!("the design stood still at clock {}: {}", timeout.clock, timeout.state));
    }
    for (count, what) in [
        (capture.frame_errors, "clocks with frame_error high"),
        (capture.last_errors, "output beats with a wrong tlast"),
        (capture.stability_errors, "output beats changed or withdrawn before they were accepted"),
    ] {
        if count != 0 {
            errors.push(format!("{count} {what}"));
        }
    }
    errors
}

struct Comparison<'a> {
    network: &'a Network,
    plan: &'a Plan,
    capture: &'a Capture,
    compared: u64,
    mismatches: u64,
    first: Option<Mismatch>,
}

impl Comparison<'_> {
    fn value(&mut self, beat: Option<&Beat>, verilog: Option<i64>, place: impl FnOnce(u64) -> Mismatch, model: i64) {
        self.compared += 1;
        if verilog != Some(model) {
            self.mismatches += 1;
            let clock = beat.map_or(self.capture.cycles, |beat| beat.clock);
            // The earliest is nearest to the cause.
            if self.first.as_ref().is_none_or(|first| clock < first.clock) {
                self.first = Some(place(clock));
            }
        }
    }

    fn frame(&mut self, frame: usize, trace: &Trace) {
        let capture = self.capture;
        let network = self.network;
        let last = network.nodes.len() - 1;
        for (index, node) in network.nodes[..last].iter().enumerate() {
            let bits = count_bits(network, index) as usize;
            let size = node.shape.elements();
            let beats = &capture.probes[index];
            let in_beat = beat(self.plan, network, index);
            for place in 0..size {
                let beat = beats.get((frame * size + place) / in_beat);
                let element = place % in_beat * network.timesteps as usize;
                let (pixel, channel) = (place / node.shape.channels, place % node.shape.channels);
                for t in 0..network.timesteps as usize {
                    let model = i64::from(trace.nodes[index].counts[[t, pixel, channel]]);
                    let verilog = beat.map(|beat| beat.word.field((element + t) * bits, bits) as i64);
                    let mismatch = |clock| Mismatch {
                        layer: node.name.clone(),
                        frame,
                        y: pixel / node.shape.width,
                        x: pixel % node.shape.width,
                        channel,
                        timestep: Some(t),
                        verilog,
                        model,
                        clock,
                    };
                    self.value(beat, verilog, mismatch, model);
                }
            }
        }
        for (channel, &model) in trace.scores.iter().enumerate() {
            let beat = capture.outputs.get(frame * trace.scores.len() + channel);
            let verilog = beat.map(|beat| beat.word.signed_field(0, 32));
            let layer = network.nodes[last].name.clone();
            let mismatch =
                |clock| Mismatch { layer, frame, y: 0, x: 0, channel, timestep: None, verilog, model, clock };
            self.value(beat, verilog, mismatch, model);
        }
    }

    /// Beats after the last frame are as wrong as missing ones.
    fn surplus(&mut self, bench: &Bench, frames: usize) {
        let expected = bench.probes.iter().map(|probe| probe.beats_per_frame).chain([bench.output.beats_per_frame]);
        let found = self.capture.probes.iter().map(Vec::len).chain([self.capture.outputs.len()]);
        for (expected, found) in expected.zip(found) {
            self.mismatches += found.saturating_sub(expected * frames) as u64;
        }
    }

    fn layers(
        &mut self,
        manifest: &Manifest,
        traces: &[Trace],
        estimates: &[Vec<Option<schedule::Estimate>>],
    ) -> Vec<LayerVerdict> {
        let frames = traces.len() as f64;
        let layer_nodes: Vec<usize> =
            (0..self.network.nodes.len()).filter(|&n| matches!(self.network.nodes[n].op, Op::Layer(_))).collect();
        let mut layers = Vec::new();
        let mut counters = self.capture.counters.iter().copied();
        for (entry, &node) in manifest.layers.iter().zip(&layer_nodes) {
            let mut sum = schedule::Estimate::default();
            for estimate in estimates.iter().filter_map(|frame| frame[node]) {
                sum.events += estimate.events;
                sum.cycles += estimate.cycles;
                sum.dense_cycles += estimate.dense_cycles;
                sum.overhead += estimate.overhead;
            }
            let model = sum.events as i64;
            let counted: u64 = counters.by_ref().take(entry.fold.slices).sum();
            let busy = counters.next().unwrap_or(0);
            let verilog = Some(counted as i64);
            let layer = format!("{} (events)", entry.name);
            let mismatch = |clock| Mismatch {
                layer,
                frame: traces.len() - 1,
                y: 0,
                x: 0,
                channel: 0,
                timestep: None,
                verilog,
                model,
                clock,
            };
            self.value(None, verilog, mismatch, model);
            layers.push(LayerVerdict {
                name: entry.name.clone(),
                events: counted as f64 / frames,
                cycles: busy as f64 / frames,
                lanes: entry.fold.lanes,
                slices: entry.fold.slices,
                segments: entry.segments,
                estimated_cycles: sum.cycles as f64 / frames,
                dense_cycles: sum.dense_cycles as f64 / frames,
                overhead: sum.overhead as f64 / frames,
            });
        }
        layers
    }
}
