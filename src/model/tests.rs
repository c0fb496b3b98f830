use super::*;
use crate::fixed_point::{Interval, Neuron, Op, PoolKind, Settings, Source, ThresholdMode, signed_bits};
use crate::quantise::quantise;
use crate::random;
use proptest::prelude::*;

/// The same semantics once more, as plainly as possible: dense sums in i128, every element looked up by its indices.
struct Naive<'a> {
    network: &'a Network,
    image: ArrayView3<'a, u8>,
    /// counts\[node\]\[t\]\[c\]\[y\]\[x\]
    counts: Vec<Vec<ndarray::Array3<i128>>>,
    membranes: Vec<Vec<ndarray::Array3<i128>>>,
    scores: Vec<i128>,
    /// Extremes of every partial sum seen, per node: accumulator and membrane.
    extremes: Vec<[i128; 4]>,
}

impl Naive<'_> {
    fn element(&self, source: Source, t: usize, [c, y, x]: [isize; 3]) -> i128 {
        let shape = self.network.source_shape(source);
        if y < 0 || x < 0 || y >= shape.height as isize || x >= shape.width as isize {
            return 0;
        }
        let [c, y, x] = [c, y, x].map(|v| v as usize);
        match source {
            Source::Input => i128::from(self.image[[y, x, c]]) - i128::from(self.network.input.offset[c]),
            Source::Node(index) => self.counts[index][t][[c, y, x]],
        }
    }

    fn run(network: &Network, image: ArrayView3<u8>) -> (Vec<NaiveNode>, Vec<i128>) {
        let mut naive = Naive {
            network,
            image,
            counts: vec![],
            membranes: vec![],
            scores: vec![],
            extremes: vec![[0; 4]; network.nodes.len()],
        };
        for (index, node) in network.nodes.iter().enumerate() {
            let size = (node.shape.channels, node.shape.height, node.shape.width);
            let timesteps = network.timesteps as usize;
            let mut counts = vec![ndarray::Array3::zeros(size); timesteps];
            let mut membranes = counts.clone();
            for ((c, y, x), _) in counts[0].clone().indexed_iter() {
                match &node.op {
                    Op::Pool(pool) => {
                        for (t, counts) in counts.iter_mut().enumerate() {
                            let mut values = vec![];
                            for ky in 0..pool.window.kernel[0] {
                                for kx in 0..pool.window.kernel[1] {
                                    let [y, x] = [y * pool.window.stride[0] + ky, x * pool.window.stride[1] + kx];
                                    values.push(naive.element(pool.source, t, [c, y, x].map(|v| v as isize)));
                                }
                            }
                            counts[[c, y, x]] = match pool.kind {
                                PoolKind::Sum => values.iter().sum(),
                                PoolKind::Max => *values.iter().max().unwrap(),
                            };
                        }
                    }
                    Op::Layer(layer) => {
                        let mut v = match &layer.neuron {
                            Neuron::Group { theta } => i128::from(theta[c] / 2),
                            Neuron::Readout { .. } => 0,
                        };
                        for t in 0..timesteps {
                            let mut sum = 0;
                            for term in &layer.terms {
                                let p = term.window.padding;
                                for ((out, input, ky, kx), &q) in term.weights.indexed_iter() {
                                    if out != c {
                                        continue;
                                    }
                                    let y = (y * term.window.stride[0] + ky) as isize - p.top as isize;
                                    let x = (x * term.window.stride[1] + kx) as isize - p.left as isize;
                                    let value = naive.element(term.source, t, [input as isize, y, x]);
                                    sum += value * i128::from(q) * 2i128.pow(term.shift);
                                    let seen = &mut naive.extremes[index];
                                    seen[0] = seen[0].min(sum);
                                    seen[1] = seen[1].max(sum);
                                }
                            }
                            v += sum + i128::from(layer.bias[c]);
                            let seen = &mut naive.extremes[index];
                            seen[2] = seen[2].min(v);
                            seen[3] = seen[3].max(v);
                            if let Neuron::Group { theta } = &layer.neuron {
                                // Member i fires when v reaches i·Θ; each spike takes Θ from the group's potential.
                                let fired = (1..=i128::from(network.members)).filter(|i| v >= i * i128::from(theta[c]));
                                let count = fired.count() as i128;
                                v -= count * i128::from(theta[c]);
                                counts[t][[c, y, x]] = count;
                                membranes[t][[c, y, x]] = v;
                            }
                        }
                        if let Neuron::Readout { .. } = &layer.neuron {
                            naive.scores.push(v);
                        }
                    }
                }
            }
            naive.counts.push(counts);
            naive.membranes.push(membranes);
        }
        let nodes = naive.counts.into_iter().zip(naive.membranes).zip(naive.extremes);
        (nodes.map(|((counts, membranes), seen)| NaiveNode { counts, membranes, seen }).collect(), naive.scores)
    }
}

struct NaiveNode {
    counts: Vec<ndarray::Array3<i128>>,
    membranes: Vec<ndarray::Array3<i128>>,
    seen: [i128; 4],
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn model_equals_the_naive_one(seed: u64, weight_bits in 2u32..=16, pow2: bool) {
        let threshold = if pow2 { ThresholdMode::Pow2 } else { ThresholdMode::Exact };
        let source = random::network(seed, &random::Options::default());
        let network = quantise(&source, &Settings { weight_bits, threshold, ..Settings::default() }).unwrap();
        let image = random::image(seed ^ 1, network.input.shape);
        let model = Model::new(&network).unwrap();
        let trace = model.trace(image.view());
        let (nodes, scores) = Naive::run(&network, image.view());
        prop_assert_eq!(trace.scores.iter().map(|&s| i128::from(s)).collect::<Vec<_>>(), scores);
        prop_assert_eq!(&model.scores(image.view()), &trace.scores);
        prop_assert_eq!(trace.nodes.len(), network.nodes.len());
        for ((node, traced), naive) in network.nodes.iter().zip(&trace.nodes).zip(&nodes) {
            for ((t, pixel, c), &count) in traced.counts.indexed_iter() {
                let place = [c, pixel / node.shape.width, pixel % node.shape.width];
                prop_assert_eq!(i128::from(count), naive.counts[t][place], "{} {:?}", node.name, place);
                if let Some(membranes) = &traced.membranes {
                    prop_assert_eq!(i128::from(membranes[[t, pixel, c]]), naive.membranes[t][place]);
                }
            }
            if let Op::Layer(layer) = &node.op {
                let [low, high, v_low, v_high] = naive.seen;
                let sums = signed_bits(Interval { low, high });
                let held = signed_bits(Interval { low: v_low, high: v_high });
                prop_assert!(sums <= layer.widths.accumulator);
                prop_assert!(held <= layer.widths.membrane);
                prop_assert_eq!(traced.window_events.len(), node.shape.pixels());
                let full = (network.timesteps as usize, node.shape.pixels(), node.shape.channels);
                let readout = matches!(layer.neuron, Neuron::Readout { .. });
                prop_assert_eq!(traced.counts.dim(), if readout { (0, 0, 0) } else { full });
            }
        }
    }
}

#[test]
fn ties_go_to_the_lowest_class() {
    assert_eq!(class_of(&[1, 7, 7, 3]), 1);
    assert_eq!(class_of::<i64>(&[]), 0);
}

#[test]
fn a_single_score_is_a_logit() {
    assert_eq!([-3, 0, 1].map(|logit| class_of(&[logit])), [0, 0, 1]);
    assert_eq!([-0.5f32, -0.0, 1e-9, f32::NAN].map(|logit| class_of(&[logit])), [0, 0, 1, 0]);
    assert_eq!([0, 1, 2, 10].map(classes_of), [0, 2, 2, 10]);
}

#[test]
fn events_are_nonzero_elements_under_each_window() {
    let mut source = random::network(3, &random::Options { pools: false, several_terms: false, ..Default::default() });
    source.nodes.truncate(1);
    let shape = source.nodes[0].shape;
    let readout = crate::snn::Layer {
        terms: vec![crate::snn::Term {
            source: Source::Node(0),
            window: crate::shape::Window {
                kernel: [shape.height, shape.width],
                stride: [1, 1],
                padding: crate::Padding::default(),
            },
            weights: ndarray::Array4::from_elem((2, shape.channels, shape.height, shape.width), 0.5),
        }],
        bias: vec![0.0; 2],
        neuron: crate::snn::Neuron::Readout,
    };
    source.nodes.push(crate::snn::Node {
        name: "readout".into(),
        origin: "readout".into(),
        shape: crate::Shape::new(2, 1, 1),
        op: crate::snn::Op::Layer(readout),
    });
    let network = quantise(&source, &Settings::default()).unwrap();
    let model = Model::new(&network).unwrap();
    let image = random::image(5, network.input.shape);
    let trace = model.trace(image.view());
    let counts = &trace.nodes[0].counts;
    let spiking = (0..shape.pixels()).flat_map(|p| (0..shape.channels).map(move |c| (p, c)));
    let spiking = spiking.filter(|&(p, c)| (0..network.timesteps as usize).any(|t| counts[[t, p, c]] > 0)).count();
    assert_eq!(trace.nodes[1].window_events, [spiking as u32]);
    assert_eq!(trace.nodes[1].events, spiking as u64);
}
