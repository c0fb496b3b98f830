//! Weights and pixels at the bounds of the interval arithmetic: sums and membranes reach them, in the model and in the Verilog. No
//! width has a bit too many: with one bit less the same Verilog computes something else.

use ndarray::{Array4, s};
use rayon::prelude::*;
use volley::ann::Normalisation;
use volley::cosim::{self, Options, Probe, Simulator};
use volley::data::Images;
use volley::fixed_point::{self, Interval, Neuron, Op, Settings, WeightMode, bounds};
use volley::model::Model;
use volley::quantise::quantise;
use volley::rtl::Design;
use volley::schedule::{Arithmetic, Fold, Folding, Plan};
use volley::shape::{Padding, Shape, Window};
use volley::snn::{Input, Layer, Network, Node, Source, Term};
use volley::{rtl, schedule, snn};

const MEMBERS: u32 = 3;
const TIMESTEPS: usize = 3;
const CHANNELS: usize = 2;

/// Two layers and a readout that read the whole map each, every weight of a layer ±1 and every bias 2θ.
fn network(signs: [f32; 2]) -> Network {
    let node = |name: &str, source, kernel: usize, out: Shape, signs: [f32; CHANNELS], neuron| {
        let weights = Array4::from_shape_fn((CHANNELS, CHANNELS, kernel, kernel), |(channel, ..)| signs[channel]);
        let window = Window { kernel: [kernel; 2], stride: [1, 1], padding: Padding::default() };
        let terms = vec![Term { source, window, weights }];
        let op = snn::Op::Layer(Layer { terms, bias: signs.map(|sign| 2.0 * sign).to_vec(), neuron });
        Node { name: name.into(), origin: name.into(), shape: out, op }
    };
    let group = || snn::Neuron::Group { theta: vec![1.0; CHANNELS] };
    let (large, pixel) = (Shape::new(CHANNELS, 2, 2), Shape::new(CHANNELS, 1, 1));
    Network {
        name: "extremes".into(),
        members: MEMBERS,
        timesteps: TIMESTEPS as u32,
        // Elements are raw pixels: 1/(255·std) is 1 and nothing is subtracted.
        input: Input {
            shape: Shape::new(CHANNELS, 3, 3),
            normalisation: Normalisation { mean: vec![0.0; CHANNELS], std: vec![1.0 / 255.0; CHANNELS] },
        },
        nodes: vec![
            node("first", Source::Input, 2, large, [signs[0]; 2], group()),
            node("second", Source::Node(0), 2, pixel, [signs[1]; 2], group()),
            node("readout", Source::Node(1), 1, pixel, [1.0, -1.0], snn::Neuron::Readout),
        ],
    }
}

/// A core in a folder of its own.
struct Core {
    network: fixed_point::Network,
    plan: Plan,
    design: Design,
    folder: tempfile::TempDir,
}

impl Core {
    fn new(signs: [f32; 2], settings: &Settings, arithmetic: Option<Arithmetic>, biased: bool) -> Core {
        let mut network = quantise(&network(signs), settings).expect("its weights fit");
        if settings.weights == WeightMode::Runtime {
            load_largest(&mut network, signs, biased);
        }
        let fold = Fold { arithmetic, ..Fold::lanes(CHANNELS) };
        let layers = ["first", "second", "readout"].map(|name| (name.to_string(), fold.clone())).into();
        let plan = schedule::plan(&network, &Folding { layers, ..Folding::default() }).expect("a legal plan");
        let design = rtl::generate(&network, &plan).expect("it has hardware");
        let core = Core { network, plan, design, folder: tempfile::tempdir().expect("a temporary folder") };
        core.write();
        core
    }

    fn write(&self) {
        for (name, text) in &self.design.files {
            std::fs::write(self.folder.path().join(name), text).expect("a file of the design");
        }
    }

    fn layer(&self, name: &str) -> &fixed_point::Layer {
        let node = self.network.nodes.iter().find(|node| node.name == name).expect("a layer of the network");
        let Op::Layer(layer) = &node.op else { unreachable!("no node is a pool") };
        layer
    }

    fn options(&self) -> Options {
        Options { simulator: Simulator::Icarus, idle_limit: 5_000, ..Options::new(self.folder.path().join("work")) }
    }

    /// Values that differ from the model; a handshake error is a failure.
    fn mismatches(&self) -> u64 {
        let (manifest, folder) = (&self.design.manifest, self.folder.path());
        let verdict = cosim::check(folder, manifest, &self.network, &self.plan, &bright(), &self.options());
        let verdict = verdict.expect("the simulator runs");
        assert_eq!(verdict.protocol_errors, Vec::<String>::new());
        verdict.mismatches
    }

    /// Mismatches of a copy in which `parameter` of the engine of layer `name` is less by one.
    fn mismatches_with_a_bit_less(&self, name: &str, parameter: &str) -> u64 {
        let file = format!("extremes_{name}.v");
        let text = &self.design.files[&file];
        let (head, tail) = text.split_once(&format!(".{parameter}(")).expect("the parameter of the engine");
        let (bits, tail) = tail.split_once(')').expect("its value");
        let bits: u32 = bits.parse().expect("a number");
        let path = self.folder.path().join(file);
        std::fs::write(&path, format!("{head}.{parameter}({}){tail}", bits - 1)).expect("a file of the design");
        let mismatches = self.mismatches();
        self.write();
        mismatches
    }

    /// The signed values of `bits` bits that are on `data` of `path` in the clocks in which `valid` and `ready` are high.
    fn values(&self, [path, valid, ready, data]: [&str; 4], fields: usize, bits: u32) -> Vec<i64> {
        let mut bench =
            cosim::bench(self.folder.path(), &self.design.manifest, &self.network, &self.plan).expect("its files");
        bench.probes = vec![Probe {
            name: data.into(),
            path: path.into(),
            valid: valid.into(),
            ready: ready.into(),
            data: data.into(),
            data_bits: fields * bits as usize,
            beats_per_frame: 1,
        }];
        let capture = cosim::run(&bench, &cosim::beats(&bright()), &self.options()).expect("the simulator runs");
        let field = |word: &cosim::Word, at: usize| word.signed_field(at * bits as usize, bits as usize);
        capture.probes[0].iter().flat_map(|beat| (0..fields).map(move |at| field(&beat.word, at))).collect()
    }
}

/// The largest weights, and with `biased` the largest biases, that a core with weights loaded at run time must take, with the smallest
/// thetas.
fn load_largest(network: &mut fixed_point::Network, signs: [f32; 2], biased: bool) {
    for (index, sign) in signs.into_iter().enumerate() {
        let layer = |network: &mut fixed_point::Network, change: &dyn Fn(&mut fixed_point::Layer)| {
            let Op::Layer(layer) = &mut network.nodes[index].op else { unreachable!("no node is a pool") };
            change(layer);
            layer.clone()
        };
        let changed = layer(network, &|layer| {
            let limit = (1 << (layer.weight_bits - 1)) - 1;
            layer.terms[0].weights.fill(if sign > 0.0 { limit } else { -limit });
            layer.neuron = Neuron::Group { theta: vec![1; CHANNELS] };
        });
        let bias = if biased { end(bounds::accumulator(network, &changed, 0), sign) } else { 0 };
        layer(network, &|layer| layer.bias.fill(bias));
    }
}

/// A frame of the brightest pixels.
fn bright() -> Images {
    Images { pixels: Array4::from_elem((1, 3, 3, CHANNELS), 255), labels: None }
}

/// The model's sums, and the membranes before firing in the last time step, of a layer, each over all its neurons.
fn computed(core: &Core, name: &str) -> (Vec<i64>, Vec<i64>) {
    let trace = Model::new(&core.network).expect("a valid network").trace(bright().pixels.slice(s![0, .., .., ..]));
    let index = core.network.nodes.iter().position(|node| node.name == name).expect("a layer of the network");
    let layer = core.layer(name);
    let Neuron::Group { theta } = &layer.neuron else { unreachable!("it fires") };
    let node = &trace.nodes[index];
    let membranes = node.membranes.as_ref().expect("membranes of a layer that fires");
    let (mut sums, mut last) = (Vec::new(), Vec::new());
    for ((t, pixel, channel), &after) in membranes.indexed_iter() {
        let before = after + i64::from(node.counts[[t, pixel, channel]]) * theta[channel];
        let from = if t == 0 { theta[channel] / 2 } else { membranes[[t - 1, pixel, channel]] };
        sums.push(before - from - layer.bias[channel]);
        if t == TIMESTEPS - 1 {
            last.push(before);
        }
    }
    (sums, last)
}

/// Whether every bit of a signed number of `bits` bits is needed for `value`.
fn needs(value: i64, bits: u32) -> bool {
    let fits = |bits: u32| (-(1i64 << (bits - 1))..1i64 << (bits - 1)).contains(&value);
    fits(bits) && !fits(bits - 1)
}

/// The end of an interval on the side of `sign`.
fn end(interval: Interval, sign: f32) -> i64 {
    (if sign > 0.0 { interval.high } else { interval.low }) as i64
}

/// Checks the sums of layer `name`, whose weights have sign `sign` and whose inputs are as large as possible.
fn sums_reach_their_bound(core: &Core, name: &str, sign: f32) {
    let layer = core.layer(name);
    let accumulator = layer.widths.accumulator;
    let (sums, _) = computed(core, name);
    let bound = bounds::accumulator(&core.network, layer, 0);
    assert!(sums.iter().all(|&sum| sum == end(bound, sign)), "{name}: {sums:?} in {bound:?}");
    assert!(needs(sums[0], accumulator), "{name}: {} in {accumulator} bits", sums[0]);
    let fields = if name == "first" { 1 } else { TIMESTEPS };
    let engine = format!("{name}_layer.engine");
    let in_verilog = core.values([&engine, "sum_valid", "sum_ready", "sum"], fields, accumulator);
    assert!(!in_verilog.is_empty() && in_verilog.iter().all(|sum| *sum == sums[0]), "{name}: {in_verilog:?}");
    assert!(core.mismatches_with_a_bit_less(name, "ACC_BITS") > 0, "{name} does not need its accumulators' width");
}

/// Checks the membranes of such a layer, under biases that are as large as possible.
fn membranes_reach_their_bound(core: &Core, name: &str, sign: f32) {
    let layer = core.layer(name);
    let membrane = layer.widths.membrane;
    let (_, membranes) = computed(core, name);
    let Neuron::Group { theta } = &layer.neuron else { unreachable!("it fires") };
    let bound = bounds::accumulator(&core.network, layer, 0);
    let bias = i128::from(layer.bias[0]);
    let current = Interval { low: bound.low + bias, high: bound.high + bias };
    let bound = bounds::membrane(theta[0], MEMBERS, TIMESTEPS as u32, current);
    assert!(membranes.iter().all(|&v| v == end(bound, sign)), "{name}: {membranes:?} in {bound:?}");
    assert!(needs(membranes[0], membrane), "{name}: {} in {membrane} bits", membranes[0]);
    // The stage that adds the last time step's current; after each addition there is a stage for each bit of a count.
    let neuron = format!("{name}_layer.engine.g_unit[0].g_pipelined.neuron");
    let stage = (TIMESTEPS - 1) * (1 + layer.widths.count as usize);
    let [valid, data] = [format!("valid_reg[{stage}]"), format!("g_stage[{stage}].v_next")];
    let in_verilog = core.values([&neuron, &valid, "advance", &data], 1, membrane);
    assert!(!in_verilog.is_empty() && in_verilog.iter().all(|v| *v == membranes[0]), "{name}: {in_verilog:?}");
    assert!(core.mismatches_with_a_bit_less(name, "MEMBRANE_BITS") > 0, "{name} does not need its membranes' width");
}

/// The score of the class of positive weights, and that of negative ones, need the sums' width too.
fn scores_reach_their_bounds(core: &Core) {
    let layer = core.layer("readout");
    let scores = Model::new(&core.network).expect("a valid network").scores(bright().pixels.slice(s![0, .., .., ..]));
    let repeated = TIMESTEPS as i64;
    for (channel, sign) in [(0, 1.0), (1, -1.0)] {
        // Its counts come summed over the time steps.
        let sum = scores[channel] - repeated * layer.bias[channel];
        assert_eq!(sum, repeated * end(bounds::accumulator(&core.network, layer, channel), sign));
        assert!(needs(sum, layer.widths.accumulator), "a sum of {sum} in {} bits", layer.widths.accumulator);
    }
    let in_verilog =
        core.values(["readout_layer.engine", "sum_valid", "sum_ready", "sum"], 1, layer.widths.accumulator);
    let sums: Vec<_> = scores.iter().zip(&layer.bias).map(|(score, bias)| score - repeated * bias).collect();
    assert_eq!(in_verilog, sums);
    assert!(core.mismatches_with_a_bit_less("readout", "ACC_BITS") > 0, "the readout does not need its width");
}

#[test]
fn no_sum_overflows_and_no_bit_is_too_many() {
    const BAKED: WeightMode = WeightMode::Baked;
    let cases = [
        (2, BAKED, Some(Arithmetic::Accumulator { lanes: 2 })),
        (5, BAKED, Some(Arithmetic::Multiplier { lanes: 1, timesteps: 1 })),
        (8, BAKED, Some(Arithmetic::Accumulator { lanes: 1 })),
        (12, BAKED, None),
        (16, BAKED, Some(Arithmetic::Gated)),
        (3, WeightMode::Runtime, Some(Arithmetic::Gated)),
        (8, WeightMode::Runtime, None),
    ];
    cases.into_par_iter().for_each(|(weight_bits, weights, arithmetic)| {
        let settings = Settings { weight_bits, weights, ..Settings::default() };
        // The second layer's input is largest after positive weights.
        for signs in [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]] {
            let fires = if signs[0] > 0.0 { &["first", "second"][..] } else { &["first"] };
            let core = Core::new(signs, &settings, arithmetic, false);
            assert_eq!(core.mismatches(), 0, "{settings:?} {signs:?}");
            fires.iter().zip(signs).for_each(|(name, sign)| sums_reach_their_bound(&core, name, sign));
            if signs == [1.0, 1.0] {
                scores_reach_their_bounds(&core);
            }
            // A sum that overflows may, with the largest bias, fire as many members.
            let core = Core::new(signs, &settings, arithmetic, true);
            assert_eq!(core.mismatches(), 0, "{settings:?} {signs:?}");
            fires.iter().zip(signs).for_each(|(name, sign)| membranes_reach_their_bound(&core, name, sign));
        }
    });
}

/// A width that no value reaches would be found: this checks the checks.
#[test]
fn every_bit_is_needed_only_at_the_bounds() {
    assert!(needs(127, 8) && needs(-128, 8) && needs(64, 8) && needs(-65, 8));
    assert!(!needs(63, 8) && !needs(-64, 8) && !needs(128, 8));
}
