//! How a network is folded for a board, and what is expected of the core.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::Converted;
use crate::board::Board;
use crate::data::Images;
use crate::error::Result;
use crate::fixed_point::{Network, Op};
use crate::model::Model;
use crate::numbers::whole;
use crate::schedule::plan_file::keys;
use crate::schedule::solver::{self, FixedFold, Task};
use crate::schedule::{self, Activity, Figures, Folding, Plan};

/// Share of a board that is left free by default: place and route of a full board fails.
pub const DEFAULT_MARGIN: f64 = 0.1;

/// What is asked of a core on a board.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Target {
    /// Where it is to run.
    pub board: Board,
    /// Share of the board's LUTs, multipliers and block RAMs to leave free, at least 0 and below 1.
    pub margin: f64,
    /// Clock of the core in MHz.
    pub clock_mhz: f64,
    /// Frames a second to reach at the least cost; `None` for as many as fit.
    pub frames_per_second: Option<f64>,
    /// Layers with fixed lanes, and perhaps slices.
    pub fixed: BTreeMap<String, FixedFold>,
}

impl Target {
    /// As many frames a second as fit, at the board's clock; a tenth of the board stays free.
    pub fn new(board: Board) -> Self {
        Target {
            margin: DEFAULT_MARGIN,
            clock_mhz: board.core_mhz,
            frames_per_second: None,
            fixed: BTreeMap::new(),
            board,
        }
    }

    /// Folds `network` for this target; `frames` are what happens in some images, see [`activities`].
    ///
    /// # Errors
    /// As [`solver::solve`].
    pub fn fit(&self, network: &Network, frames: &[Activity]) -> Result<Fit> {
        let (family, budget) = (self.board.family, self.board.usable(self.margin));
        let limit = self.frames_per_second.map(|rate| (1e6 * self.clock_mhz / rate) as u64);
        let folding = solver::solve(Task { network, frames, family, budget, fixed: &self.fixed }, limit)?;
        let plan = schedule::plan(network, &folding)?;
        let figures = Figures::new(network, &plan, frames, family)?;
        let clock_mhz = self.clock_mhz;
        Ok(Fit { clock_mhz, frames_per_second: 1e6 * clock_mhz / figures.cycles(), folding, plan, figures })
    }
}

/// A folding that fits a board.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// For [`Converted::generate`].
    pub folding: Folding,
    /// Its details.
    pub plan: Plan,
    /// Its expected cost and figures.
    pub figures: Figures,
    /// The target's clock.
    pub clock_mhz: f64,
    /// What is expected of it at that clock.
    pub frames_per_second: f64,
}

impl Fit {
    /// The text of a plan file under `head`: the folding of each layer of `network`, with what is expected of it as a comment. See
    /// [`crate::schedule::PlanFile`].
    ///
    /// # Errors
    /// As [`Folding::to_toml`].
    pub fn to_toml(&self, network: &Network, head: &str) -> Result<String> {
        let layers = network.nodes.iter().zip(&self.figures.layers);
        let layers: Vec<_> = layers
            .filter(|(node, _)| matches!(node.op, Op::Layer(_)))
            .filter_map(|(node, figures)| figures.map(|figures| (node.name.as_str(), figures)))
            .collect();
        let order: Vec<_> = layers.iter().map(|(name, _)| *name).collect();
        let head: String = head.lines().map(|line| format!("# {line}\n")).collect();
        let folding = self.folding.to_toml("", &order, |name| {
            let figures = layers.iter().find(|(own, _)| *own == name).map(|(_, figures)| figures);
            figures.map_or(String::new(), |figures| {
                format!(
                    "{} clocks, {} LUTs, {} multipliers, {} block RAMs",
                    whole(figures.cycles),
                    whole(figures.resources.luts),
                    whole(figures.resources.multipliers),
                    whole(figures.resources.block_rams)
                )
            })
        })?;
        Ok(head + "\n" + &keys(network, self.clock_mhz) + &folding)
    }
}

impl Converted {
    /// The folding for `target`, by what happens in `images`: they show how many events each layer gets. A few (16) of the training set
    /// are enough. Without images every element counts as an event.
    ///
    /// # Errors
    /// As [`Converted::quantise`] and [`solver::solve`].
    pub fn fit(&self, target: &Target, images: Option<&Images>) -> Result<Fit> {
        let network = self.quantise()?;
        target.fit(&network, &activities(&network, images)?)
    }
}

/// What happens in each of `images`; without any, one frame in which every element is an event.
///
/// # Errors
/// As [`Model::new`].
pub fn activities(network: &Network, images: Option<&Images>) -> Result<Vec<Activity>> {
    let Some(images) = images else { return Ok(vec![Activity::dense(network)]) };
    let model = Model::new(network)?;
    let frames: Vec<_> = images.pixels.outer_iter().collect();
    Ok(frames.into_par_iter().map(|image| Activity::of(network, image, &model.trace(image))).collect())
}
