//! The expected cost and speed of a point.

use serde::{Deserialize, Serialize};

use super::Task;
use crate::data::Images;
use crate::error::Result;
use crate::fixed_point::Network;
use crate::fpga::Family;
use crate::pipeline::activities;
use crate::schedule::{Figures, Folding, plan};

/// Images that show how many events the layers get.
const FRAMES: usize = 16;

/// Estimates for one core.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Hardware {
    /// Lookup tables.
    pub luts: f64,
    /// Flip-flops.
    pub flip_flops: f64,
    /// Multiplier blocks (DSPs).
    pub multipliers: f64,
    /// Block RAMs of the FPGA's smallest unit.
    pub block_rams: f64,
    /// Clocks a frame.
    pub cycles: f64,
    /// At the clock that was asked for.
    pub frames_per_second: f64,
}

/// Folds `network` as `task` asks and estimates it; `images` show the events.
pub(super) fn estimate(task: &Task, network: &Network, images: &Images) -> Result<Hardware> {
    let frames = activities(network, Some(&images.take(FRAMES)))?;
    let figures = match task.target {
        Some(target) => target.fit(network, &frames)?.figures,
        None => Figures::new(network, &plan(network, &Folding::default())?, &frames, Family::Ecp5)?,
    };
    let (total, cycles) = (figures.total(), figures.cycles());
    Ok(Hardware {
        luts: total.luts,
        flip_flops: total.flip_flops,
        multipliers: total.multipliers,
        block_rams: total.block_rams,
        cycles,
        frames_per_second: task.clock_mhz() * 1e6 / cycles,
    })
}
