//! Stream words of any width: what one beat of a stream carries.

/// A word of any width, little-endian 64-bit limbs. Two words are equal when their values are: no limb above the
/// highest set bit is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Word(Vec<u64>);

impl Word {
    /// The word of these limbs, lowest first.
    pub fn from_limbs(mut limbs: Vec<u64>) -> Self {
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        Word(limbs)
    }

    /// The limbs, lowest first, without zeros at the top.
    pub fn limbs(&self) -> &[u64] {
        &self.0
    }

    /// Bits `lsb .. lsb + width` as an unsigned number; bits above the word are 0. `width` counts as at most 64.
    pub fn field(&self, lsb: usize, width: usize) -> u64 {
        let limb = |at: usize| self.0.get(at).copied().unwrap_or(0);
        let (at, shift) = (lsb / 64, lsb % 64);
        let low = limb(at) >> shift;
        let value = if shift == 0 { low } else { low | limb(at + 1) << (64 - shift) };
        if width >= 64 { value } else { value & ((1 << width) - 1) }
    }

    /// Bits `lsb .. lsb + width` as a two's complement number; `width` 1..=64.
    pub fn signed_field(&self, lsb: usize, width: usize) -> i64 {
        let unused = 64 - width.clamp(1, 64);
        (self.field(lsb, width) << unused) as i64 >> unused
    }

    /// Sets bits `lsb .. lsb + width` to the low bits of `value`. `width` counts as at most 64.
    pub fn set_field(&mut self, lsb: usize, width: usize, value: u64) {
        let width = width.min(64);
        let mut limbs = std::mem::take(&mut self.0);
        limbs.resize(limbs.len().max((lsb + width).div_ceil(64)), 0);
        for bit in 0..width {
            let (at, shift) = ((lsb + bit) / 64, (lsb + bit) % 64);
            limbs[at] = limbs[at] & !(1 << shift) | (value >> bit & 1) << shift;
        }
        *self = Word::from_limbs(limbs);
    }

    /// Number of bits up to the highest set one.
    pub fn bits(&self) -> usize {
        self.0.last().map_or(0, |top| self.0.len() * 64 - top.leading_zeros() as usize)
    }

    /// Lower-case hexadecimal without leading zeros, `0` for zero.
    pub fn to_hex(&self) -> String {
        let mut limbs = self.0.iter().rev();
        let mut text = limbs.next().map_or("0".to_string(), |top| format!("{top:x}"));
        limbs.for_each(|limb| text += &format!("{limb:016x}"));
        text
    }

    /// The value of a hexadecimal text; `None` if a character is not a hexadecimal digit (a simulator's `x` or `z`).
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let digits = text.as_bytes().rchunks(16);
        let limb = |chunk| u64::from_str_radix(std::str::from_utf8(chunk).ok()?, 16).ok();
        digits.map(limb).collect::<Option<Vec<_>>>().map(Word::from_limbs)
    }
}

impl From<u64> for Word {
    fn from(value: u64) -> Self {
        Word::from_limbs(vec![value])
    }
}

impl From<u128> for Word {
    fn from(value: u128) -> Self {
        Word::from_limbs(vec![value as u64, (value >> 64) as u64])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_cross_limbs() {
        let mut w = Word::default();
        w.set_field(60, 9, 0x1a5);
        w.set_field(130, 3, 5);
        assert_eq!((w.field(60, 9), w.field(130, 3), w.field(131, 64), w.bits()), (0x1a5, 5, 2, 133));
        assert_eq!((w.signed_field(60, 9), w.signed_field(130, 4)), (0x1a5 - 512, 5));
        w.set_field(130, 3, 0);
        assert_eq!(w, Word::from(0x1a5u128 << 60));
    }

    #[test]
    fn hex_round_trips() {
        for text in ["0", "1", "123456789abcdef00fedcba9876543210", "10000000000000000"] {
            assert_eq!(Word::from_hex(text).unwrap().to_hex(), text);
        }
        assert_eq!(Word::from_hex("0000f"), Some(Word::from(15u64)));
        assert_eq!((Word::from_hex("x1"), Word::from_hex("")), (None, None));
    }
}
