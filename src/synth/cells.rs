//! What a netlist's cells use of a device.

use crate::fpga::Family;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Cells of a netlist by type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells(pub BTreeMap<String, u64>);

/// What a core uses of a device. Block RAMs are counted in the device's smallest unit: 18 kbit on ECP5 and Xilinx,
/// 4 kbit on iCE40.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Lookup tables.
    pub luts: u64,
    /// Flip-flops.
    pub flip_flops: u64,
    /// Multiplier blocks.
    pub dsps: u64,
    /// In the unit above.
    pub block_rams: u64,
}

impl Cells {
    fn sum(&self, matches: impl Fn(&str) -> bool) -> u64 {
        self.0.iter().filter(|(cell, _)| matches(cell)).map(|(_, count)| count).sum()
    }

    /// What the cells take before they are placed, which costs a few more LUTs.
    pub fn cost(&self, family: Family) -> Cost {
        let one = |cell: &str| self.0.get(cell).copied().unwrap_or(0);
        match family {
            Family::Ecp5 => Cost {
                // A carry cell takes two LUTs; a distributed RAM takes four, and its write port two more.
                luts: one("LUT4") + 2 * one("CCU2C") + 6 * one("TRELLIS_DPR16X4"),
                flip_flops: one("TRELLIS_FF"),
                dsps: one("MULT18X18D"),
                block_rams: one("DP16KD"),
            },
            Family::Ice40 => Cost {
                // A logic cell holds a LUT, a carry and a flip-flop; placement decides how many share one.
                luts: one("SB_LUT4"),
                flip_flops: self.sum(|cell| cell.starts_with("SB_DFF")),
                dsps: one("SB_MAC16"),
                block_rams: self.sum(|cell| cell.starts_with("SB_RAM40_4K")),
            },
            Family::Series7 | Family::UltrascalePlus => Cost {
                // A RAM32M takes four LUTs, a RAM32X1D two; inverters vanish into the LUTs after them.
                luts: self.sum(|cell| cell.starts_with("LUT") || cell.starts_with("SRL"))
                    + 4 * self.sum(|cell| cell.starts_with("RAM") && cell.ends_with('M'))
                    + 2 * self.sum(|cell| cell.starts_with("RAM") && cell.ends_with("1D")),
                flip_flops: self.sum(|cell| cell.starts_with("FD")),
                dsps: one("DSP48E1") + one("DSP48E2"),
                // An UltraRAM counts as the block RAMs that it replaces: the boards' figures do not include UltraRAMs.
                block_rams: one("RAMB18E1")
                    + one("RAMB18E2")
                    + 2 * (one("RAMB36E1") + one("RAMB36E2"))
                    + 16 * one("URAM288"),
            },
        }
    }

    /// Cells that hold a value while a level lasts, of any family.
    pub fn latches(&self) -> u64 {
        self.sum(|cell| cell.to_ascii_lowercase().contains("latch") || matches!(cell, "LDCE" | "LDPE" | "LDCPE"))
    }
}

impl std::fmt::Display for Cells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (cell, count)) in self.0.iter().enumerate() {
            write!(f, "{}{cell} {count}", if index > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

impl Cost {
    /// `times` of another one added.
    pub(super) fn add(&mut self, other: Cost, times: u64) {
        self.luts += times * other.luts;
        self.flip_flops += times * other.flip_flops;
        self.dsps += times * other.dsps;
        self.block_rams += times * other.block_rams;
    }
}
