//! FPGA families and their resources: what a core is built of, on any board.

use serde::{Deserialize, Serialize};

/// A family of FPGAs, which share LUTs, multipliers and block RAMs; each variant says what its multipliers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// MULT18X18D: 18 × 18 bits, no accumulator.
    Ecp5,
    /// SB_MAC16 of the UltraPlus: 16 × 16 bits, an accumulator of 32.
    Ice40,
    #[serde(rename = "xc7")]
    /// DSP48E1: 25 × 18 bits after a pre-adder, an accumulator of 48.
    Series7,
    #[serde(rename = "xcup")]
    /// DSP48E2: 27 × 18 bits after a pre-adder, an accumulator of 48.
    UltrascalePlus,
}

impl Family {
    /// Bits of the multiplier's wider and narrower port, signed.
    pub fn ports(self) -> (u32, u32) {
        match self {
            Family::Ecp5 => (18, 18),
            Family::Ice40 => (16, 16),
            Family::Series7 => (25, 18),
            Family::UltrascalePlus => (27, 18),
        }
    }

    /// Bits of a block that multiplies and accumulates without a LUT; `None` where sums are kept in LUTs.
    ///
    /// An SB_MAC16 could, but yosys does not infer the choice of a first summand for its accumulator.
    pub fn accumulator(self) -> Option<u32> {
        match self {
            Family::Ecp5 | Family::Ice40 => None,
            Family::Series7 | Family::UltrascalePlus => Some(48),
        }
    }
}

/// Amounts of what an FPGA has.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Resources {
    /// Lookup tables.
    pub luts: f64,
    /// Flip-flops.
    pub flip_flops: f64,
    /// Multiplier blocks (DSPs).
    pub multipliers: f64,
    /// Of 18 kbit on ECP5 and the 7 series (where two make a block of 36), of 4 kbit on iCE40.
    pub block_rams: f64,
}

impl std::ops::AddAssign for Resources {
    fn add_assign(&mut self, other: Resources) {
        self.luts += other.luts;
        self.flip_flops += other.flip_flops;
        self.multipliers += other.multipliers;
        self.block_rams += other.block_rams;
    }
}

impl std::iter::Sum for Resources {
    fn sum<I: Iterator<Item = Resources>>(all: I) -> Resources {
        all.fold(Resources::default(), |mut sum, one| {
            sum += one;
            sum
        })
    }
}

impl std::ops::Mul<Resources> for f64 {
    type Output = Resources;

    fn mul(self, one: Resources) -> Resources {
        Resources {
            luts: self * one.luts,
            flip_flops: self * one.flip_flops,
            multipliers: self * one.multipliers,
            block_rams: self * one.block_rams,
        }
    }
}

impl std::ops::Mul<Resources> for usize {
    type Output = Resources;

    fn mul(self, one: Resources) -> Resources {
        self as f64 * one
    }
}
