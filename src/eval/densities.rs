//! How many elements are not zero: these make the work of the hardware.

use ndarray::Array2;
use rayon::prelude::*;

use super::check_shape;
use crate::data::Images;
use crate::error::Result;
use crate::fixed_point::{Network, Node, Op, Source};
use crate::model::Model;
use crate::shape::{Shape, Window};

/// What one node sends and reads, averages over the images.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeDensity {
    /// Share of the output elements of each channel whose T counts are not all zero; 0 for the readout, which has none.
    pub output: Vec<f64>,
    /// One for each term of a layer; empty for pools.
    pub terms: Vec<TermDensity>,
}

/// The events of one term in one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct TermDensity {
    /// Events of each input channel: its non-zero elements, each as often as windows cover it.
    pub events: Vec<f64>,
    /// Events that each input channel would have if no element were zero.
    pub dense: u64,
}

impl NodeDensity {
    /// Events a frame, all terms together.
    pub fn events(&self) -> f64 {
        self.terms.iter().flat_map(|term| &term.events).sum()
    }

    /// Events a frame if no element were zero.
    pub fn dense(&self) -> u64 {
        self.terms.iter().map(|term| term.dense * term.events.len() as u64).sum()
    }
}

/// Runs the model on `images`: one entry for each node of `network`.
///
/// # Errors
/// [`Kind::NoImages`](crate::error::Kind::NoImages) and [`Kind::OtherShape`](crate::error::Kind::OtherShape); what [`Model::new`] reports.
pub fn densities(network: &Network, images: &Images) -> Result<Vec<NodeDensity>> {
    check_shape(images, network.input.shape)?;
    let model = Model::new(network)?;
    // Of the input first, then of each node: in how many frames an element is not zero, [pixel, channel].
    let shapes: Vec<Shape> =
        std::iter::once(network.input.shape).chain(network.nodes.iter().map(|node| node.shape)).collect();
    let none = || shapes.iter().map(|shape| Array2::zeros((shape.pixels(), shape.channels))).collect();
    let frames: Vec<_> = images.pixels.outer_iter().collect();
    let count = |mut spiking: Vec<Array2<u32>>, image: ndarray::ArrayView3<u8>| {
        let width = network.input.shape.width;
        for ((pixel, channel), frames) in spiking[0].indexed_iter_mut() {
            *frames += u32::from(image[[pixel / width, pixel % width, channel]] != network.input.offset[channel]);
        }
        for (spiking, node) in spiking[1..].iter_mut().zip(&model.trace(image).nodes) {
            let mut fired = Array2::from_elem(spiking.raw_dim(), false);
            for counts in node.counts.outer_iter() {
                fired.zip_mut_with(&counts, |fired, &count| *fired = *fired || count > 0);
            }
            spiking.zip_mut_with(&fired, |frames, &fired| *frames += u32::from(fired));
        }
        spiking
    };
    let sum = |left: Vec<Array2<u32>>, right: Vec<Array2<u32>>| left.iter().zip(&right).map(|(l, r)| l + r).collect();
    let spiking = frames.into_par_iter().fold(none, count).reduce(none, sum);
    let nodes = network.nodes.iter().enumerate();
    Ok(nodes.map(|(index, node)| density(network, node, index, &spiking, images.len() as f64)).collect())
}

fn density(network: &Network, node: &Node, index: usize, spiking: &[Array2<u32>], images: f64) -> NodeDensity {
    let pixels = node.shape.pixels() as f64;
    let output = spiking[index + 1].columns().into_iter().map(|n| f64::from(n.sum()) / (pixels * images)).collect();
    let terms = match &node.op {
        Op::Layer(layer) => &layer.terms[..],
        Op::Pool(_) => &[],
    };
    let term = |term: &crate::fixed_point::Term| {
        let map = match term.source {
            Source::Input => &spiking[0],
            Source::Node(source) => &spiking[source + 1],
        };
        let windows = covering(&term.window, network.source_shape(term.source), node.shape);
        let events = |channel: ndarray::ArrayView1<u32>| {
            channel.iter().zip(&windows).map(|(&n, &windows)| u64::from(n) * windows).sum::<u64>() as f64 / images
        };
        TermDensity { events: map.columns().into_iter().map(events).collect(), dense: windows.iter().sum() }
    };
    NodeDensity { output, terms: terms.iter().map(term).collect() }
}

/// How many windows cover each pixel of a map.
fn covering(window: &Window, map: Shape, out: Shape) -> Vec<u64> {
    let along = |size: usize, out: usize, kernel: usize, stride: usize, padding: usize| -> Vec<u64> {
        let covers =
            |place: usize| (0..out).filter(move |o| (o * stride..o * stride + kernel).contains(&(place + padding)));
        (0..size).map(|place| covers(place).count() as u64).collect()
    };
    let ([ky, kx], [sy, sx]) = (window.kernel, window.stride);
    let rows = along(map.height, out.height, ky, sy, window.padding.top);
    let columns = along(map.width, out.width, kx, sx, window.padding.left);
    rows.iter().flat_map(|row| columns.iter().map(move |column| row * column)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed_point::Settings;
    use crate::quantise::quantise;
    use crate::{random, schedule};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50))]

        /// The sums are the events that the model's windows count; the dense ones are the events of a map without zeros.
        #[test]
        fn events_are_those_of_the_windows(seed: u64) {
            let network = random::network(seed, &random::Options::default());
            let network = quantise(&network, &Settings::default()).unwrap();
            let shape = network.input.shape;
            let frames: Vec<_> = (0..3).map(|frame| random::image(seed ^ frame, shape)).collect();
            let views: Vec<_> = frames.iter().map(|frame| frame.view()).collect();
            let images = Images { pixels: ndarray::stack(ndarray::Axis(0), &views).unwrap(), labels: None };
            let densities = densities(&network, &images).unwrap();
            prop_assert_eq!(densities.len(), network.nodes.len());
            let model = Model::new(&network).unwrap();
            let traces: Vec<_> = views.iter().map(|view| model.trace(*view)).collect();
            for (index, density) in densities.iter().enumerate() {
                let events: u64 = traces.iter().map(|trace| trace.nodes[index].events).sum();
                prop_assert_eq!((density.events() * 3.0).round() as u64, events);
                let node = &network.nodes[index];
                let mut dense = 0;
                if let Op::Layer(layer) = &node.op {
                    for term in &layer.terms {
                        let source = network.source_shape(term.source);
                        let geometry = schedule::geometry(&node.name, source, node.shape, term.window).unwrap();
                        dense += schedule::dense(&geometry);
                    }
                }
                prop_assert_eq!(density.dense(), dense);
                for (channel, share) in density.output.iter().enumerate() {
                    let fired = traces.iter().map(|trace| {
                        let counts = &trace.nodes[index].counts;
                        let (timesteps, pixels, _) = counts.dim();
                        (0..pixels).filter(|&p| (0..timesteps).any(|t| counts[[t, p, channel]] > 0)).count()
                    });
                    let fired = fired.sum::<usize>() as f64 / (3 * network.nodes[index].shape.pixels()) as f64;
                    prop_assert!((fired - share).abs() < 1e-12);
                }
            }
        }
    }
}
