//! Memories: block RAMs by the shapes that a family offers, memories in LUTs by the fitted formulas.

use super::Resources;
use super::formula::{Parameters, cost};
use crate::schedule::Family;

/// Widths of the words of a block RAM and how many words it then has, the widest first.
fn shapes(family: Family) -> &'static [(u64, u64)] {
    match family {
        Family::Ecp5 => &[(36, 512), (18, 1024), (9, 2048), (4, 4096), (2, 8192), (1, 16384)],
        // In halves of 18 kbit: the widest shape is that of one half.
        Family::Series7 | Family::UltrascalePlus => {
            &[(36, 512), (18, 1024), (9, 2048), (4, 4096), (2, 8192), (1, 16384)]
        }
        Family::Ice40 => &[(16, 256), (8, 512), (4, 1024), (2, 2048)],
    }
}

/// Block RAMs of a memory of `rows` words of `width` bits: the shape of which the fewest are needed, as synthesis chooses.
pub fn block_rams(family: Family, rows: u64, width: u32) -> u64 {
    let needed = shapes(family).iter().map(|(bits, words)| u64::from(width).div_ceil(*bits) * rows.div_ceil(*words));
    if rows == 0 { 0 } else { needed.min().unwrap_or(0) }
}

/// The memory of a spike buffer.
pub fn rows(family: Family, rows: u64, width: u32, in_block: bool) -> Resources {
    if in_block {
        return Resources { block_rams: block_rams(family, rows, width) as f64, ..Resources::default() };
    }
    cost(family, "row_memory", &Parameters::new([("WIDTH", width as usize), ("DEPTH", rows as usize)]))
}

/// A ROM whose first `block_rows` rows stand in block RAM and the others in LUTs, with a register behind it.
pub fn rom(family: Family, rows: u64, width: u32, block_rows: u64) -> Resources {
    let mut sum = Resources::default();
    if block_rows > 0 {
        sum.block_rams = block_rams(family, block_rows, width) as f64;
        sum.flip_flops = f64::from(width);
    }
    if rows > block_rows {
        let rest = [("WIDTH", width as usize), ("DEPTH", (rows - block_rows) as usize)];
        sum += cost(family, "rom", &Parameters::new(rest));
    }
    if block_rows > 0 && rows > block_rows {
        // One of the two is chosen.
        sum.luts += f64::from(width);
    }
    sum
}
