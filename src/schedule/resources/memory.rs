//! Memories: block RAMs from the shapes that a family offers, memories in LUTs from the fitted formulas.

use super::formula::{Parameters, cost};
use crate::fpga::{Family, Resources};

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

/// Block RAMs of a memory of `rows` words of `width` bits, in the shape that needs the fewest, as synthesis chooses. A memory deeper
/// than a block is cut into pages of a block's depth; the words of all pages are side by side, so the next page uses what the last
/// column of one page leaves free.
pub fn block_rams(family: Family, rows: u64, width: u32) -> u64 {
    let needed = shapes(family).iter().map(|(bits, words)| (rows.div_ceil(*words) * u64::from(width)).div_ceil(*bits));
    needed.min().unwrap_or(0)
}

/// The memory of a spike buffer.
pub fn rows(family: Family, rows: u64, width: u32, in_block: bool) -> Resources {
    if in_block {
        return Resources { block_rams: block_rams(family, rows, width) as f64, ..Resources::default() };
    }
    cost(family, "row_memory", &Parameters::new([("WIDTH", width as usize), ("DEPTH", rows as usize)]))
}

/// The memory of a pool: how synthesis builds it, and its block RAMs.
///
/// No attribute says where it goes, so synthesis weighs its size; the limits are those of the measurements.
pub fn pool(family: Family, rows: u64, width: u32) -> (&'static str, u64) {
    let least_bits = match family {
        Family::Ecp5 => 2048,
        Family::Series7 | Family::UltrascalePlus => 2560,
        Family::Ice40 => 0,
    };
    if rows * u64::from(width) < least_bits {
        return ("pool_distributed", 0);
    }
    ("pool", block_rams(family, rows, width))
}

/// A ROM whose first `block_rows` rows are in block RAM and the others in LUTs, with a register after it.
///
/// `width` bits of a row are not constant; `used` of them remain if equal ones count once.
pub fn rom(family: Family, rows: u64, width: u32, used: u32, block_rows: u64) -> Resources {
    let mut sum = Resources::default();
    if block_rows > 0 {
        sum.block_rams = block_rams(family, block_rows, width) as f64;
        sum.flip_flops = f64::from(width);
    }
    if rows > block_rows {
        let rest = [("WIDTH", used as usize), ("DEPTH", (rows - block_rows) as usize)];
        sum += cost(family, "rom", &Parameters::new(rest));
    }
    if block_rows > 0 && rows > block_rows {
        // One of the two is chosen.
        sum.luts += f64::from(width);
    }
    sum
}

/// A memory of weights that can be written, all of it in block RAM or all of it in LUTs, with a register after it. If LUTs cannot be
/// memories, it is in block RAM.
pub fn ram(family: Family, rows: u64, width: u32, in_block: bool) -> Resources {
    if in_block || family == Family::Ice40 {
        let block_rams = block_rams(family, rows, width) as f64;
        return Resources { block_rams, flip_flops: f64::from(width), ..Resources::default() };
    }
    cost(family, "row_memory", &Parameters::new([("WIDTH", width as usize), ("DEPTH", rows as usize)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_rams_are_cut_by_their_shapes() {
        let ecp5 = |rows, width| block_rams(Family::Ecp5, rows, width);
        // 512 words of 36 bits, 1024 of 18, 2048 of 9, 4096 of 4 ..
        assert_eq!([ecp5(512, 36), ecp5(513, 36), ecp5(576, 128), ecp5(512, 128)], [1, 2, 8, 4]);
        assert_eq!([ecp5(1024, 18), ecp5(1025, 18), ecp5(2048, 9), ecp5(4096, 8), ecp5(16384, 1)], [1, 2, 1, 2, 1]);
        assert_eq!([ecp5(0, 36), ecp5(1, 1)], [0, 1]);
        // Columns of several pages share a block: 13 pages of 40 bits are 520 bits, and 5 pages of 24 are 120.
        assert_eq!([ecp5(6656, 40), ecp5(5120, 24), ecp5(32768, 7), ecp5(2304, 104)], [15, 7, 13, 15]);
        // With one page, one bit too many costs a whole block.
        assert_eq!([ecp5(500, 72), ecp5(500, 73)], [2, 3]);
        let ice40 = |rows, width| block_rams(Family::Ice40, rows, width);
        assert_eq!([ice40(256, 16), ice40(257, 16), ice40(512, 8), ice40(2048, 2), ice40(256, 17)], [1, 2, 1, 1, 2]);
    }

    #[test]
    fn a_split_rom_keeps_its_rest_in_luts() {
        let whole = rom(Family::Ecp5, 576, 128, 128, 576);
        let split = rom(Family::Ecp5, 576, 128, 128, 512);
        let none = rom(Family::Ecp5, 576, 128, 128, 0);
        assert_eq!([whole.block_rams, split.block_rams, none.block_rams], [8.0, 4.0, 0.0]);
        assert!(whole.luts == 0.0 && split.luts > 0.0 && none.luts > 4.0 * split.luts, "{split:?} {none:?}");
    }

    #[test]
    fn a_memory_that_is_written_is_no_logic() {
        assert_eq!(ram(Family::Ecp5, 576, 128, true).block_rams, 8.0);
        let small = ram(Family::Ecp5, 9, 64, false);
        assert!(small.luts >= 64.0 && small.block_rams == 0.0, "{small:?}");
        assert_eq!(ram(Family::Ice40, 9, 64, false).block_rams, 4.0);
    }

    #[test]
    fn small_pools_are_held_in_luts() {
        assert_eq!(pool(Family::Ecp5, 128, 10), ("pool_distributed", 0));
        assert_eq!(pool(Family::Ecp5, 256, 12), ("pool", 1));
        assert_eq!(pool(Family::Series7, 128, 18), ("pool_distributed", 0));
    }
}
