//! The third type: a generated core, and what a simulator says of it.

use std::path::Path;

use super::Converted;
use crate::board::Board;
use crate::cosim::{self, Mismatch, Options, Verdict};
use crate::data::Images;
use crate::error::Result;
use crate::fixed_point;
use crate::fpga::Resources;
use crate::output::{Target, temporary_folder, write_file};
use crate::rtl::Design;
use crate::schedule::{Activity, Figures, Plan};

/// Clocks that a waveform shows before and after a difference.
const WAVE: (u64, u64) = (200, 50);

/// A generated core and what it was generated from. [`crate::core_folder`] keeps one on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Core {
    /// The network of group neurons, in float.
    pub converted: Converted,
    /// The integers that the core computes.
    pub network: fixed_point::Network,
    /// How each layer is laid out.
    pub plan: Plan,
    /// The Verilog.
    pub design: Design,
}

impl Core {
    /// Builds the Verilog with a simulator, streams `images` (as many frames, one after the other) through it, and compares every count
    /// of every layer at every time step, and every score, with the model.
    ///
    /// # Errors
    /// [`crate::error::Kind::ToolMissing`] and [`crate::error::Kind::ToolFailed`] for a simulator, [`crate::error::Kind::BadBench`] for
    /// images that do not fit. A difference is not an error: the [`Verdict`] reports it.
    pub fn cosimulate(&self, images: &Images, options: &Options) -> Result<Verdict> {
        let folder = temporary_folder()?;
        for (name, text) in &self.design.files {
            write_file(&folder.path().join(name), text)?;
        }
        self.cosimulate_in(folder.path(), images, options)
    }

    /// As [`Core::cosimulate`], for the Verilog as it is in `folder`, where somebody may have changed it.
    ///
    /// # Errors
    /// As [`Core::cosimulate`], and [`crate::error::Kind::Unreadable`] for a folder that cannot be read.
    pub fn cosimulate_in(&self, folder: &Path, images: &Images, options: &Options) -> Result<Verdict> {
        cosim::check(folder, &self.design.manifest, &self.network, &self.plan, images, options)
    }

    /// Simulates the Verilog in `folder` once more and writes to `target`, as FST, the waveform of the clocks around `mismatch`. Returns the
    /// first and the last clock of it.
    ///
    /// # Errors
    /// As [`Core::cosimulate_in`].
    pub fn waveform_in(
        &self,
        folder: &Path,
        images: &Images,
        options: &Options,
        mismatch: &Mismatch,
        target: &Target,
    ) -> Result<(u64, u64)> {
        let bench = cosim::bench(folder, &self.design.manifest, &self.network, &self.plan)?;
        let (from, to) = (mismatch.clock.saturating_sub(WAVE.0), mismatch.clock + WAVE.1);
        cosim::waveform(&bench, &cosim::beats(images), options, from, to, target)?;
        Ok((from, to))
    }

    /// What the core is expected to cost on `board`.
    ///
    /// # Errors
    /// As [`Board::check`], for a core that cannot fit.
    pub fn cost_on(&self, board: &Board) -> Result<Resources> {
        // Costs do not depend on what happens in a frame.
        let frames = [Activity::dense(&self.network)];
        let total = Figures::new(&self.network, &self.plan, &frames, board.family)?.total();
        board.check(total)?;
        Ok(total)
    }
}
