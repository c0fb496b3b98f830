//! Numbers as people read and write them: counts, shares, intervals and lists. Each has one place, so a number looks the same in a
//! table, on a page and in a message, and a list is written the same way everywhere.

use std::str::FromStr;

/// The greatest number in a list of [`Counts`]; no setting is larger.
const MOST: u32 = 255;

/// 1234567 as `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An estimated count: rounded, with thousands separated.
pub fn whole(number: f64) -> String {
    thousands(number.round() as u64)
}

/// A share of 0..=1: 0.9845 as `98.45 %`.
pub fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

/// The difference of two shares: −0.0004 as `−0.04 points`.
pub fn points(difference: f64) -> String {
    format!("{:+.2} points", 100.0 * difference).replace('-', "−")
}

/// Both ends of an interval of shares: `98.12..98.71 %`.
pub fn interval([low, high]: [f64; 2]) -> String {
    format!("{:.2}..{:.2} %", 100.0 * low, 100.0 * high)
}

/// Whole numbers as they are written in a list: numbers and ranges with both ends, separated by commas (`1,2,4..8`). Each number
/// appears once, in the order in which it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts(pub Vec<u32>);

impl FromStr for Counts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = |part: &str| format!("'{part}' is no number and no range; write for instance 1,2,4 or 4..8");
        let mut numbers = Vec::new();
        for part in text.split(',').map(str::trim) {
            let number = |text: &str| text.trim().parse::<u32>().map_err(|_| bad(part));
            let (first, last) = part.split_once("..").unwrap_or((part, part));
            let range = number(first)?..=number(last)?;
            if range.is_empty() || *range.end() > MOST {
                return Err(bad(part));
            }
            numbers.extend(range.filter(|number| !numbers.contains(number)).collect::<Vec<_>>());
        }
        Ok(Counts(numbers))
    }
}

/// Finite numbers separated by commas, one for each channel (`0.49,0.48,0.45`).
#[derive(Debug, Clone, PartialEq)]
pub struct Reals(pub Vec<f64>);

impl FromStr for Reals {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |part: &str| match part.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(format!("'{part}' is not a number; write one for each channel, separated by commas")),
        };
        text.split(',').map(number).collect::<Result<_, _>>().map(Reals)
    }
}

/// A part of a list of values for layers, such as `8,conv_0=6`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForLayer<'t> {
    /// As it was written.
    pub part: &'t str,
    /// `None` for all layers that are not named.
    pub layer: Option<&'t str>,
    /// The text of its value.
    pub value: &'t str,
}

/// The parts of such a list, without the spaces around them.
pub fn for_layers(text: &str) -> impl Iterator<Item = ForLayer<'_>> {
    text.split(',').map(str::trim).map(|part| match part.split_once('=') {
        Some((layer, value)) => ForLayer { part, layer: Some(layer.trim()), value: value.trim() },
        None => ForLayer { part, layer: None, value: part },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(whole(999.5), "1,000");
    }

    #[test]
    fn shares_have_two_digits() {
        assert_eq!(percent(0.98454), "98.45 %");
        assert_eq!(interval([0.9812, 1.0]), "98.12..100.00 %");
        assert_eq!([points(-0.0004), points(0.01)], ["−0.04 points", "+1.00 points"]);
    }

    #[test]
    fn counts_are_numbers_and_ranges() {
        assert_eq!("1,2, 4..6,5".parse(), Ok(Counts(vec![1, 2, 4, 5, 6])));
        assert_eq!("8, 1 .. 2".parse(), Ok(Counts(vec![8, 1, 2])));
        for text in ["", "1,", "4..", "6..4", "x", "1...3", "300", "1..300", "-1"] {
            assert!(text.parse::<Counts>().is_err(), "{text}");
        }
    }

    #[test]
    fn reals_are_finite() {
        assert_eq!("0.5, -1,1e-3".parse(), Ok(Reals(vec![0.5, -1.0, 0.001])));
        for text in ["", "1,,2", "nan", "inf", "1..2"] {
            assert!(text.parse::<Reals>().is_err(), "{text}");
        }
    }

    #[test]
    fn values_for_layers_are_with_or_without_a_name() {
        let parts: Vec<_> = for_layers("16, conv_0 = 8x2,a=b=c").map(|of| (of.layer, of.value)).collect();
        assert_eq!(parts, [(None, "16"), (Some("conv_0"), "8x2"), (Some("a"), "b=c")]);
        assert_eq!(for_layers("").map(|of| of.part).collect::<Vec<_>>(), [""]);
    }
}
