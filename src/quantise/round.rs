//! The only place where a real number becomes an integer: range and NaN are checked here and nowhere else.

use fixed::types::I64F64;

use crate::error::{Kind, Place, Result};

/// `value` rounded half to even.
///
/// # Errors
/// [`Kind::NotFixedPoint`] naming `layer` and `what`, for NaN, infinities and magnitudes of 2^62 and more.
pub fn to_integer(value: f64, layer: &str, what: &str) -> Result<i64> {
    I64F64::checked_from_num(value)
        .and_then(I64F64::checked_round_ties_even)
        .map(|rounded| rounded.to_num::<i64>())
        .filter(|rounded| rounded.unsigned_abs() < 1 << 62)
        .ok_or_else(|| Kind::NotFixedPoint { what: what.into(), value }.at(Place::layer(layer)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_even() {
        for (value, expected) in [(0.5, 0), (1.5, 2), (2.5, 2), (-0.5, 0), (-1.5, -2), (-2.5, -2), (2.500001, 3)] {
            assert_eq!(to_integer(value, "l", "weight").unwrap(), expected, "{value}");
        }
    }

    #[test]
    fn unusable_numbers_name_the_layer() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 9.3e18] {
            let message = to_integer(value, "conv1", "bias").unwrap_err().to_string();
            assert!(message.contains("conv1") && message.contains("bias"), "{message}");
        }
    }
}
