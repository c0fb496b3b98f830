//! Weight bits by layer: the fewest whose accuracy on labelled calibration images stays within a given loss.
//!
//! Accuracy alone cannot lead this search: on 2,000 images a tenth of a point is two images, and any change of a deep network
//! flips some dozens of them both ways. So the search follows a smooth measure, and accuracy decides at the end:
//!
//! 1. *Sensitivity.* Each layer alone gets each number of bits below its bound; the squared difference of the scores from the float
//!    spiking network's, over all images, is the cost.
//! 2. *Path.* Starting from the bounds, the step that adds the least difference for each bit of weight memory that it saves is taken
//!    again and again, as if the costs of the layers added up. A step may jump over several bits.
//! 3. *Choice.* The networks along the path are run. The one with the fewest bits is taken whose accuracy is within the loss, and whose
//!    *expected* loss against the path's start is within half of it. A straight line through the accuracies of all networks of the
//!    path, over their differences, says what a difference is expected to lose. The line does not follow the luck of a single network,
//!    and the half leaves a margin for new images.

use serde::Serialize;

use crate::data::Images;
use crate::error::{Kind, Result, Setting};
use crate::eval::{self, check_labels, check_shape, float_snn};
use crate::fixed_point::{self as fixed, Op, Settings};
use crate::model::{Model, class_of};
use crate::quantise::quantise;
use crate::snn;

/// Fewest bits that a layer may get.
const LEAST_BITS: u32 = 2;
/// A network that loses this share of the images more than allowed is not followed further.
const HOPELESS: f64 = 0.03;

/// The choice, and its accuracies (0 to 1) on the calibration images.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Choice {
    /// To quantise with.
    pub settings: Settings,
    /// Of all weights.
    pub mean_bits: f64,
    /// Of the float spiking network.
    pub float: f64,
    /// With the bits that the search started from.
    pub bound: f64,
    /// With the bits that it chose.
    pub chosen: f64,
}

/// Chooses the bits of each layer of `network`, at most those of `bound`, such that the accuracy on `images` is at most `max_loss`
/// (0 to 1) below the float spiking network's.
///
/// `progress` is told the most networks that may run, and how many more have run.
///
/// # Errors
/// [`Kind::OutOfRange`] for a loss that is not a share, [`Kind::LabelsMissing`] or [`Kind::OtherShape`] for the images, and
/// [`Kind::AccuracyOutOfReach`] if no network stays within the loss; what [`quantise`] reports.
pub fn choose(
    network: &snn::Network,
    bound: &Settings,
    images: &Images,
    max_loss: f64,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Choice> {
    if !(0.0..1.0).contains(&max_loss) {
        return Err(Kind::out_of_range(100.0 * max_loss, 0.0..100.0).at(Setting::MaxLoss));
    }
    let search = Search::new(network, bound, images)?;
    // Every layer at every number of bits, in the sensitivities and then on the path.
    let runs = 2 * search.layers.iter().map(|layer| (layer.bound - LEAST_BITS) as usize).sum::<usize>() + 1;
    let ran = || progress(runs, 1);
    let start: Vec<u32> = search.layers.iter().map(|layer| layer.bound).collect();
    let first = search.run(&start)?;
    ran();
    let lost = |run: &Run| search.float_accuracy - run.accuracy;
    let costs = search.sensitivities(&first, |run| lost(run) > max_loss + HOPELESS, &ran)?;
    let mut path = vec![(start, first)];
    while let Some(bits) = path.last().and_then(|(bits, _)| search.next(bits, &costs)) {
        let run = search.run(&bits)?;
        ran();
        let hopeless = lost(&run) > max_loss + HOPELESS;
        path.push((bits, run));
        if hopeless {
            break;
        }
    }
    let accuracies: Vec<f64> = path.iter().map(|(_, run)| run.accuracy).collect();
    let differences: Vec<f64> = path.iter().map(|(_, run)| run.difference).collect();
    let slope = slope(&differences, &accuracies).min(0.0);
    // Half of an image, so that a loss of exactly the given points is within it.
    let most = max_loss + 0.5 / images.len() as f64;
    let expected = |place: usize| slope * (differences[0] - differences[place]);
    let within = |place: &usize| lost(&path[*place].1) <= most && expected(*place) <= max_loss / 2.0;
    let Some(place) = (0..path.len()).rev().find(within) else {
        let best = accuracies.iter().fold(0.0, |a: f64, b| a.max(*b));
        let kind = Kind::AccuracyOutOfReach { points: 100.0 * max_loss, float: search.float_accuracy, best };
        return Err(kind.at(Setting::MaxLoss));
    };
    Ok(Choice {
        settings: search.settings(bound, &path[place].0),
        mean_bits: search.mean_bits(&path[place].0),
        float: search.float_accuracy,
        bound: accuracies[0],
        chosen: accuracies[place],
    })
}

/// One layer of the search.
struct Layer {
    node: usize,
    weights: usize,
    /// Most bits.
    bound: u32,
}

/// What a network gave on the images.
struct Run {
    /// Squared difference of the scores from the float network's, all images together.
    difference: f64,
    accuracy: f64,
}

struct Search<'a> {
    images: &'a Images,
    labels: Vec<usize>,
    float_scores: Vec<Vec<f32>>,
    float_accuracy: f64,
    layers: Vec<Layer>,
    /// The network with at most 2, 3, … bits in each layer. A layer's integers do not depend on the bits of others, so any mixture can
    /// be put together from the nodes of these.
    uniform: Vec<fixed::Network>,
}

impl<'a> Search<'a> {
    fn new(network: &snn::Network, bound: &Settings, images: &'a Images) -> Result<Self> {
        bound.validate()?;
        bound.check_layers(network.layer_names())?;
        check_shape(images, network.input.shape)?;
        let labels = check_labels(images, eval::scores(network))?;
        let most = network.layer_names().map(|name| bound.bits_of(name)).max().unwrap_or(LEAST_BITS);
        let at_most = |bits: u32| {
            let layer_bits = network.layer_names().map(|name| (name.to_string(), bound.bits_of(name).min(bits)));
            quantise(network, &Settings { layer_bits: layer_bits.collect(), ..bound.clone() })
        };
        let uniform = (LEAST_BITS..=most).map(at_most).collect::<Result<Vec<_>>>()?;
        let layers = uniform[0].nodes.iter().enumerate().filter_map(|(node, found)| match &found.op {
            Op::Layer(layer) => Some(Layer { node, weights: layer.weights(), bound: bound.bits_of(&found.name) }),
            Op::Pool(_) => None,
        });
        let last_timestep = |scores: &ndarray::Array2<f32>| scores.row(scores.nrows() - 1).to_vec();
        let float_scores: Vec<_> = float_snn::scores_all(network, images, &|_| ()).iter().map(last_timestep).collect();
        let float_accuracy = accuracy(&float_scores, &labels);
        Ok(Search { images, labels, float_scores, float_accuracy, layers: layers.collect(), uniform })
    }

    /// The network with `bits`, one number a layer, on all images.
    fn run(&self, bits: &[u32]) -> Result<Run> {
        let mixed = self.mixed(bits);
        let scale = match mixed.nodes.last().map(|node| &node.op) {
            Some(Op::Layer(fixed::Layer { neuron: fixed::Neuron::Readout { scale }, .. })) => *scale,
            _ => 1.0,
        };
        let scores = Model::new(&mixed)?.scores_all(self.images, &|_| ());
        let pairs = scores.iter().flatten().zip(self.float_scores.iter().flatten());
        let difference = pairs.map(|(own, float)| (*own as f64 / scale - f64::from(*float)).powi(2)).sum();
        Ok(Run { difference, accuracy: accuracy(&scores, &self.labels) })
    }

    fn mixed(&self, bits: &[u32]) -> fixed::Network {
        let mut network = self.uniform[0].clone();
        for (layer, bits) in self.layers.iter().zip(bits) {
            let place = (bits - LEAST_BITS) as usize;
            network.nodes[layer.node] = self.uniform[place].nodes[layer.node].clone();
        }
        network
    }

    /// The difference with each layer alone at each number of bits, \[layer\]\[bits − [`LEAST_BITS`]\]; infinite where `hopeless` says
    /// so and beyond. `first` is the network at its bounds.
    fn sensitivities(&self, first: &Run, hopeless: impl Fn(&Run) -> bool, ran: &dyn Fn()) -> Result<Vec<Vec<f64>>> {
        let start: Vec<u32> = self.layers.iter().map(|layer| layer.bound).collect();
        let of = |index: usize| {
            let bound = self.layers[index].bound;
            let mut costs = vec![f64::INFINITY; (bound - LEAST_BITS + 1) as usize];
            costs[(bound - LEAST_BITS) as usize] = first.difference;
            for bits in (LEAST_BITS..bound).rev() {
                let mut mixed = start.clone();
                mixed[index] = bits;
                let run = self.run(&mixed)?;
                ran();
                if hopeless(&run) {
                    break;
                }
                costs[(bits - LEAST_BITS) as usize] = run.difference;
            }
            Ok(costs)
        };
        (0..self.layers.len()).map(of).collect()
    }

    /// `bits` with the step of one layer that adds the least difference for each bit saved; `None` where none is left.
    fn next(&self, bits: &[u32], costs: &[Vec<f64>]) -> Option<Vec<u32>> {
        let steps = self.layers.iter().enumerate().flat_map(|(index, layer)| {
            let cost = move |bits: u32| costs[index][(bits - LEAST_BITS) as usize];
            (LEAST_BITS..bits[index]).rev().map(move |fewer| {
                let saved = layer.weights.max(1) as f64 * f64::from(bits[index] - fewer);
                // Fewer bits are not better, even if noise says so; of steps that cost nothing, the one that saves most comes first.
                let added = (cost(fewer) - cost(bits[index])).max(0.0);
                (added / saved, -saved, index, fewer)
            })
        });
        let (added, _, index, fewer) = steps.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)))?;
        added.is_finite().then(|| {
            let mut bits = bits.to_vec();
            bits[index] = fewer;
            bits
        })
    }

    fn settings(&self, bound: &Settings, bits: &[u32]) -> Settings {
        let named = |(layer, bits): (&Layer, &u32)| (self.uniform[0].nodes[layer.node].name.clone(), *bits);
        let chosen = self.layers.iter().zip(bits).map(named).filter(|(_, bits)| *bits != bound.weight_bits);
        Settings { layer_bits: chosen.collect(), ..bound.clone() }
    }

    fn mean_bits(&self, bits: &[u32]) -> f64 {
        let weights: usize = self.layers.iter().map(|layer| layer.weights).sum();
        let sum: f64 = self.layers.iter().zip(bits).map(|(layer, bits)| layer.weights as f64 * f64::from(*bits)).sum();
        sum / weights.max(1) as f64
    }
}

fn accuracy<T: PartialOrd + Copy + Default>(scores: &[Vec<T>], labels: &[usize]) -> f64 {
    let right = scores.iter().zip(labels).filter(|(scores, label)| class_of(scores) == **label).count();
    right as f64 / labels.len() as f64
}

/// Slope of the least-squares line through the points; 0 where it has none.
fn slope(x: &[f64], y: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (middle_x, middle_y) = (mean(x), mean(y));
    let products = x.iter().zip(y).map(|(x, y)| (x - middle_x) * (y - middle_y)).sum::<f64>();
    let squares = x.iter().map(|x| (x - middle_x).powi(2)).sum::<f64>();
    if squares > 0.0 { products / squares } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;

    #[test]
    fn slopes_are_those_of_least_squares() {
        assert_eq!(slope(&[1.0, 2.0, 3.0], &[5.0, 3.0, 1.0]), -2.0);
        // Errors that cancel: the middle one is off by as much as both others together.
        assert_eq!(slope(&[0.0, 1.0, 2.0], &[0.0, 0.0, 2.0]), 1.0);
        assert_eq!([slope(&[3.0], &[1.0]), slope(&[2.0, 2.0], &[0.0, 1.0])], [0.0; 2]);
    }

    fn images(network: &snn::Network, count: u64) -> Images {
        let frames: Vec<_> = (0..count).map(|frame| random::image(frame, network.input.shape)).collect();
        let views: Vec<_> = frames.iter().map(|frame| frame.view()).collect();
        let classes = network.nodes.last().unwrap().shape.elements() as u32;
        let labels = (0..count as u32).map(|frame| frame % classes).collect();
        Images { pixels: ndarray::stack(ndarray::Axis(0), &views).unwrap(), labels: Some(labels) }
    }

    /// A mixture of these networks is the same as quantising with these bits.
    #[test]
    fn mixtures_are_what_quantise_makes() {
        for seed in 0..20 {
            let network = random::network(seed, &random::Options::default());
            let images = images(&network, 2);
            let name = network.layer_names().next().unwrap().to_string();
            let bound = Settings { layer_bits: [(name, 5)].into(), ..Settings::default() };
            let search = Search::new(&network, &bound, &images).unwrap();
            let bits: Vec<u32> =
                search.layers.iter().zip(0..).map(|(l, place)| l.bound - (place + seed as u32) % 4).collect();
            let whole = quantise(&network, &search.settings(&bound, &bits)).unwrap();
            assert_eq!(search.mixed(&bits), whole);
        }
    }

    #[test]
    fn steps_cost_least_for_what_they_save_and_end() {
        let network = random::network(3, &random::Options::default());
        let images = images(&network, 2);
        let search = Search::new(&network, &Settings::default(), &images).unwrap();
        let costs: Vec<Vec<f64>> =
            search.layers.iter().map(|_| (2..=8).map(|bits| 0.25f64.powi(bits)).collect()).collect();
        let mut bits = vec![8; search.layers.len()];
        let mut steps = 0;
        while let Some(next) = search.next(&bits, &costs) {
            assert_eq!(next.iter().zip(&bits).filter(|(next, now)| next < now).count(), 1);
            assert!(search.mean_bits(&next) < search.mean_bits(&bits));
            bits = next;
            steps += 1;
        }
        // Costs that grow by a factor of four with each bit never ask for a jump.
        assert_eq!((bits, steps), (vec![2; search.layers.len()], 6 * search.layers.len()));
    }
}
