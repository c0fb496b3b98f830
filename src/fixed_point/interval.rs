//! Closed intervals of integers, and the bits that hold them.

/// A closed interval of integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The least of them.
    pub low: i128,
    /// The largest of them.
    pub high: i128,
}

impl Interval {
    /// The smallest interval that holds both.
    pub fn hull(self, other: Interval) -> Interval {
        Interval { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// All sums of a value of each.
    pub fn plus(self, other: Interval) -> Interval {
        Interval { low: self.low + other.low, high: self.high + other.high }
    }

    /// All multiples by `factor`, which is 0 or more.
    pub fn times(self, factor: i128) -> Interval {
        Interval { low: self.low * factor, high: self.high * factor }
    }

    /// From `-most` to `most`.
    pub fn around_zero(most: i128) -> Interval {
        Interval { low: -most, high: most }
    }
}

/// Bits of the two's complement number that holds both ends, the sign included.
pub fn signed_bits(interval: Interval) -> u32 {
    let magnitude = |v: i128| if v < 0 { !v } else { v };
    let widest = magnitude(interval.low).max(magnitude(interval.high));
    128 - widest.leading_zeros() + 1
}

/// Bits of the unsigned number that holds `value`; 0 for 0.
pub fn unsigned_bits(value: u64) -> u32 {
    64 - value.leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_least() {
        for (low, high, bits) in
            [(0, 0, 1), (-1, 0, 1), (0, 1, 2), (-2, 1, 2), (-128, 127, 8), (-129, 0, 9), (0, 128, 9)]
        {
            assert_eq!(signed_bits(Interval { low, high }), bits, "{low}..{high}");
        }
        assert_eq!([0, 1, 3, 4, 8].map(unsigned_bits), [0, 1, 2, 3, 4]);
    }
}
