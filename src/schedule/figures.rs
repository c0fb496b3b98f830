//! The expected figures and cost of a plan, before anything is synthesised.

use serde::Serialize;

use super::resources;
use super::solver::mean_events;
use super::{Activity, Plan, beat_elements, dense, estimate_layer, geometry};
use crate::Result;
use crate::fixed_point::{Network, Op};
use crate::fpga::{Family, Resources};

/// One layer's figures, averages over the frames.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LayerFigures {
    /// Share of the elements in the layer's windows that are events.
    pub density: f64,
    /// Events of all slices, each counted once a segment.
    pub events: f64,
    /// Clocks per frame: those of the engine at work, and at least those in which its neurons fire.
    pub cycles: f64,
    /// What the layer's engine takes of the FPGA.
    pub resources: Resources,
}

/// The figures of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// One a node, `None` for pools.
    pub layers: Vec<Option<LayerFigures>>,
    /// What is between the engines.
    pub between: Resources,
    /// Clocks in which the input arrives.
    pub arrival: u64,
    /// Clocks per frame if no engine could make up in one frame for what it lost in another: the mean over the frames of the slowest
    /// engine in each. Spike buffers hold a few rows, so a core's rate lies near this one.
    pub coupled_cycles: f64,
}

impl Figures {
    /// Of `plan` on a device of `family`; one frame or more.
    ///
    /// # Errors
    /// As [`geometry`].
    pub fn new(network: &Network, plan: &Plan, frames: &[Activity], family: Family) -> Result<Figures> {
        let mean = |sum: u64| sum as f64 / frames.len().max(1) as f64;
        let arrival = network.input.shape.elements() as u64;
        let mut layers = Vec::with_capacity(network.nodes.len());
        let mut slowest = vec![arrival; frames.len()];
        for (index, (node, layer_plan)) in network.nodes.iter().zip(&plan.layers).enumerate() {
            let (Op::Layer(layer), Some(layer_plan)) = (&node.op, layer_plan) else {
                layers.push(None);
                continue;
            };
            let (mut events, mut elements) = (0.0, 0);
            for (number, term) in layer.terms.iter().enumerate() {
                events += mean_events(network, frames, index, number)?.iter().sum::<f64>();
                elements += dense(&geometry(&node.name, network.source_shape(term.source), node.shape, term.window)?);
            }
            let estimates: Vec<_> =
                frames.iter().map(|frame| estimate_layer(network, node, layer_plan, frame)).collect();
            let beats = layer.terms.iter().map(|term| beat_elements(network, &plan.layers, term.source));
            let beats: Vec<_> = beats.collect();
            let beats_out = (node.shape.elements() / layer_plan.fold.units) as u64;
            let leaving = beats_out * layer_plan.neuron_clocks(network);
            for (slowest, estimate) in slowest.iter_mut().zip(&estimates) {
                *slowest = estimate.cycles.max(leaving).max(*slowest);
            }
            layers.push(Some(LayerFigures {
                density: events / elements.max(1) as f64,
                events: mean(estimates.iter().map(|estimate| estimate.events).sum()),
                cycles: mean(estimates.iter().map(|estimate| estimate.cycles).sum()).max(leaving as f64),
                resources: resources::layer(
                    network,
                    node,
                    layer,
                    layer_plan,
                    &beats,
                    &resources::used_bits(layer),
                    family,
                ),
            }));
        }
        let beat = |source| beat_elements(network, &plan.layers, source);
        let between = resources::between(network, beat, family);
        Ok(Figures { layers, between, arrival, coupled_cycles: mean(slowest.into_iter().sum()) })
    }

    /// Clocks a frame of the slowest engine, or of the input's arrival.
    pub fn cycles(&self) -> f64 {
        self.layers.iter().flatten().map(|layer| layer.cycles).fold(self.arrival as f64, f64::max)
    }

    /// The node that sets the rate; `None` where the input's arrival does.
    pub fn limiting(&self) -> Option<usize> {
        let cycles = self.cycles();
        self.layers.iter().position(|layer| layer.is_some_and(|layer| layer.cycles == cycles))
    }

    /// What the whole core costs.
    pub fn total(&self) -> Resources {
        self.layers.iter().flatten().map(|layer| layer.resources).chain([self.between]).sum()
    }
}
