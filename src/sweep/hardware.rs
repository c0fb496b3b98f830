//! What a point is expected to cost and how fast it is.

use serde::{Deserialize, Serialize};

use crate::board::Board;
use crate::data::Images;
use crate::error::Result;
use crate::fixed_point::Network;
use crate::fpga::Family;
use crate::model::Model;
use crate::schedule::solver::{Task, solve};
use crate::schedule::{Activity, Figures, Folding, plan};

/// Images that show how many events the layers get.
const FRAMES: usize = 16;

/// Where the cores are to run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Target {
    /// Each point is folded for the most frames a second that fit it; without a board every point has the default folding, and its
    /// costs are those on an ECP5.
    pub board: Option<Board>,
    /// Share of the board's LUTs, multipliers and block RAMs to leave free, 0 to 1.
    pub margin: f64,
    /// Of the core.
    pub clock_mhz: f64,
}

/// Estimates for one core.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Hardware {
    pub luts: f64,
    pub flip_flops: f64,
    pub multipliers: f64,
    pub block_rams: f64,
    /// Clocks a frame.
    pub cycles: f64,
    pub frames_per_second: f64,
}

impl Target {
    /// Folds `network` and estimates it; `images` show the events.
    pub(super) fn estimate(&self, network: &Network, images: &Images) -> Result<Hardware> {
        let model = Model::new(network)?;
        let frames = images.pixels.outer_iter().take(FRAMES);
        let frames: Vec<_> = frames.map(|image| Activity::of(network, image, &model.trace(image))).collect();
        let family = self.board.as_ref().map_or(Family::Ecp5, |board| board.family);
        let folding = match &self.board {
            Some(board) => {
                let budget = board.usable(self.margin);
                solve(Task { network, frames: &frames, family, budget, fixed: &Default::default() }, None)?
            }
            None => Folding::default(),
        };
        let figures = Figures::new(network, &plan(network, &folding)?, &frames, family)?;
        let (total, cycles) = (figures.total(), figures.cycles());
        Ok(Hardware {
            luts: total.luts,
            flip_flops: total.flip_flops,
            multipliers: total.multipliers,
            block_rams: total.block_rams,
            cycles,
            frames_per_second: self.clock_mhz * 1e6 / cycles,
        })
    }
}
