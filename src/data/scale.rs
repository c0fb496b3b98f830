//! From an array's values to pixels of 0 to 255. What the values mean is decided on all of them, never on a part.

use std::path::Path;

use super::container::Container;
use super::element::{Class, Element};
use crate::error::{Artefact, Error, Kind, Place};
use crate::identifier::printable;

/// What a value of an array means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// A pixel.
    Whole,
    /// A pixel divided by 255.
    Share,
}

impl Scale {
    /// The pixel of a value, which [`Seen::scale`] has accepted.
    pub fn pixel(self, value: f64) -> u8 {
        match self {
            Scale::Whole => value as u8,
            Scale::Share => (value * 255.0).round() as u8,
        }
    }
}

/// What all values of an array have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    element: Element,
    smallest: f64,
    largest: f64,
    finite: bool,
    /// All are whole numbers.
    whole: bool,
    /// All are one of 0/255 … 255/255, rounded.
    shares: bool,
}

impl Seen {
    pub fn new(element: Element) -> Seen {
        Seen { element, smallest: f64::INFINITY, largest: f64::NEG_INFINITY, finite: true, whole: true, shares: true }
    }

    pub fn add(&mut self, value: f64) {
        self.smallest = self.smallest.min(value);
        self.largest = self.largest.max(value);
        self.finite &= value.is_finite();
        self.whole &= value.fract() == 0.0;
        let pixel = (value * 255.0).round();
        // Twice the rounding of a half or a single number: also what was multiplied by 1/255. A double may have been a single before.
        let rounding = if self.element.bytes == 2 { 2f64.powi(-10) } else { 2f64.powi(-23) };
        self.shares &= (0.0..=255.0).contains(&pixel) && (value * 255.0 - pixel).abs() <= pixel * rounding;
    }

    /// The meaning of the values, if there is no doubt. Floats and bools that are all 0 or 1 are black and white.
    pub fn scale(&self) -> Option<Scale> {
        let pixels = self.finite && self.whole && self.smallest >= 0.0 && self.largest <= 255.0;
        match self.element.class {
            Class::Bool => Some(Scale::Share),
            Class::Float if self.finite && self.shares => Some(Scale::Share),
            _ => pixels.then_some(Scale::Whole),
        }
    }

    /// The error for values without a clear meaning. `per_channel` is how a number for each channel must be shaped in Python, if there are
    /// several and they are not the last axis.
    pub fn refuse(&self, container: &Container, name: &str, labels: Option<&str>, per_channel: Option<&str>) -> Error {
        let (before, x) = container.python(name);
        let labels = labels.map(|labels| container.python(labels).1);
        let within = |most: f64| self.smallest >= 0.0 && self.largest <= most;
        let float = self.element.class == Class::Float;
        let advice = if !self.finite {
            let good = format!("{before}good = np.isfinite({x}).reshape(len({x}), -1).all(axis=1); ");
            let labels = labels.map(|labels| format!("{labels}[good]"));
            let line = container.rewrite(&good, &format!("{x}[good]"), labels.as_deref());
            format!("the images without them are, in Python: {line}")
        } else {
            let (when, pixels) = if float && within(1.0) {
                ("", format!("{x} * 255"))
            } else if float && within(255.0) {
                ("", x)
            } else if within(f64::INFINITY) {
                let white = self.largest.max(65_535.0);
                (
                    if white > 65_535.0 { ", if the largest is white" } else { ", if 65535 is white" },
                    format!("{x} / {white} * 255"),
                )
            } else {
                let [std, mean] = ["std", "mean"].map(|word| match per_channel {
                    Some(shape) => format!("np.reshape({word}, {shape})"),
                    None => word.into(),
                });
                (", with the mean and std that normalised them", format!("({x} * {std} + {mean}) * 255"))
            };
            let line = container.rewrite(&before, &format!("np.round({pixels}).astype(np.uint8)"), labels.as_deref());
            format!("store pixels{when}, in Python: {line}")
        };
        let kind = self.element.name();
        let found: String = match (self.finite, float) {
            (false, _) => "it has NaN or infinite values".into(),
            (true, true) => format!(
                "its values, {kind} from {} to {}, are neither whole numbers of 0 to 255 nor these divided by 255",
                self.smallest, self.largest
            ),
            (true, false) => {
                format!("its values, {kind} from {} to {}, are not within 0 to 255", self.smallest, self.largest)
            }
        };
        error_in(container.path(), name, found).advise(advice)
    }
}

fn error_in(path: &Path, array: &str, problem: String) -> Error {
    Kind::malformed(Artefact::Images, problem).at(Place::within(path, Place::Array(printable(array))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(kind: &str, values: impl IntoIterator<Item = f64>) -> Option<Scale> {
        let mut seen = Seen::new(Element::parse(kind).unwrap());
        values.into_iter().for_each(|value| seen.add(value));
        seen.scale()
    }

    #[test]
    fn every_pixel_comes_back_from_each_float() {
        for pixel in 0..=255u8 {
            let divided = f32::from(pixel) / 255.0;
            let half = |value: f32| half::f16::from_f32(value);
            for (kind, value) in [
                ("<f4", f64::from(divided)),
                ("<f4", f64::from(f32::from(pixel) * (1.0 / 255.0))),
                ("<f8", f64::from(pixel) / 255.0),
                ("<f8", f64::from(divided)),
                ("<f2", half(divided).to_f64()),
                ("<f2", half(f32::from(pixel)).to_f64() * half(1.0 / 255.0).to_f64()),
            ] {
                assert_eq!(scale(kind, [value]), Some(Scale::Share), "{pixel} {kind}");
                assert_eq!(Scale::Share.pixel(value), pixel, "{kind}");
            }
        }
    }

    #[test]
    fn one_value_in_between_is_enough_for_a_doubt() {
        assert_eq!(scale("<f4", [0.0, 1.0, 0.5]), None);
        assert_eq!(scale("<f4", [0.0, 1.0, 255.0]), Some(Scale::Whole));
        assert_eq!(scale("<f4", [0.0, 2.0, 255.5]), None);
        assert_eq!(scale("<f4", [0.0, 256.0]), None);
        assert_eq!(scale("<f4", [-1.0, 1.0]), None);
        assert_eq!(scale("<f4", [0.0, f64::NAN]), None);
        assert_eq!(scale("<f4", [0.0, f64::INFINITY]), None);
        assert_eq!(scale("<i8", [0.0, 1.0]), Some(Scale::Whole));
        assert_eq!(scale("<i8", [0.0, 256.0]), None);
        assert_eq!(scale("|b1", [0.0, 1.0]), Some(Scale::Share));
    }
}
