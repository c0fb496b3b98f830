//! One axis: its range from the values, its ticks, and the place of a value on it.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

/// How values become distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Equal distances for equal differences.
    Linear,
    /// Logarithmic, with ticks at powers of two.
    Log2,
    /// Logarithmic, with ticks at powers of ten.
    Log10,
}

/// What an axis shows. Its range is that of the values drawn, rounded to ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    label: String,
    scale: Scale,
    percent: bool,
    including: Vec<f64>,
}

impl Axis {
    /// An axis that reaches as far as its values do.
    pub fn new(label: impl Into<String>, scale: Scale) -> Axis {
        Axis { label: label.into(), scale, percent: false, including: Vec::new() }
    }

    /// A linear axis.
    pub fn linear(label: impl Into<String>) -> Axis {
        Axis::new(label, Scale::Linear)
    }

    /// Writes shares of 0..=1 in percent. Where no value is above 1, the axis is not either.
    pub fn percent(mut self) -> Axis {
        self.percent = true;
        self
    }

    /// Makes the range hold `value` as well.
    pub fn including(mut self, value: f64) -> Axis {
        self.including.push(value);
        self
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// Whether a value has a place on the axis. The limits keep sums and quotients of values far from overflow.
    pub(super) fn shows(&self, value: f64) -> bool {
        value.abs() < 1e100 && (self.scale == Scale::Linear || value > 1e-100)
    }

    /// The axis over `values`; `None` if it shows none of them.
    pub(super) fn over(&self, values: impl Iterator<Item = f64>) -> Option<TickedAxis> {
        let values: Vec<f64> = values.filter(|value| self.shows(*value)).collect();
        let all = values.iter().chain(self.including.iter().filter(|value| self.shows(**value)));
        let (low, high) = all.fold((f64::MAX, f64::MIN), |(low, high), &v| (low.min(v), high.max(v)));
        if values.is_empty() {
            return None;
        }
        Some(match self.scale {
            Scale::Linear => self.linear_over(low, high),
            Scale::Log2 => self.log_over(low.log2(), high.log2(), f64::exp2, plain),
            Scale::Log10 => self.log_over(low.log10(), high.log10(), |decade| 10f64.powf(decade), decade),
        })
    }

    /// At most seven ticks, at multiples of 1, 2 or 5 times a power of ten.
    fn linear_over(&self, low: f64, high: f64) -> TickedAxis {
        let share = self.percent && low >= 0.0 && high <= 1.0;
        let (low, high) = match high > low {
            true => (low, high),
            false if share => ((low - 0.05).max(0.0), (high + 0.05).min(1.0)),
            false => (low, low + low.abs().max(1e-9)),
        };
        let span = high - low;
        let power = 10f64.powf((span / 6.0).log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|step| span / step <= 6.0);
        let step = step.unwrap_or(10.0 * power);
        // A value that is a tick except for rounding ends the range.
        let (first, last) = ((low / step + 1e-6).floor(), (high / step - 1e-6).ceil());
        let ticks = (0..=(last - first).max(1.0) as u64).map(|n| (first + n as f64) * step);
        let most = first.abs().max(last.abs()) * step;
        let text = |value| match self.percent {
            true => format!("{} %", sized(100.0 * value, 100.0 * step, 100.0 * most)),
            false => sized(value, step, most),
        };
        let ticks: Vec<_> = ticks.map(|value| (value, text(value))).collect();
        let above = |value: f64| share && value > 1.0 + 1e-9;
        let end = ticks.last().map_or(high, |(value, _)| if above(*value) { 1.0 } else { *value });
        let ticks = ticks.into_iter().filter(|(value, _)| !above(*value)).collect();
        TickedAxis { log: false, low: first * step, high: end, ticks }
    }

    /// `low` and `high` are logarithms; `value` undoes them.
    fn log_over(&self, low: f64, high: f64, value: fn(f64) -> f64, text: fn(f64) -> String) -> TickedAxis {
        let margin = 0.04 * (high - low).max(0.5);
        let (low, high) = (low - margin, high + margin);
        let powers: Vec<f64> = (low.floor() as i64..=high.floor() as i64).map(|power| value(power as f64)).collect();
        let (low, high) = (value(low), value(high));
        let few = powers.len() < 4;
        let factors: &[f64] = if self.scale == Scale::Log10 && few { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let ticks = powers.iter().flat_map(|power| factors.iter().map(move |factor| factor * power));
        let ticks: Vec<f64> = ticks.filter(|tick| (low..=high).contains(tick)).collect();
        if ticks.len() < 2 {
            let ticks = self.linear_over(low, high).ticks.into_iter();
            return TickedAxis {
                log: true,
                low,
                high,
                ticks: ticks.filter(|(tick, _)| (low..=high).contains(tick)).collect(),
            };
        }
        let every = ticks.len().div_ceil(9);
        let text = if few { plain } else { text };
        let ticks = ticks.into_iter().step_by(every).map(|tick| (tick, text(tick))).collect();
        TickedAxis { log: true, low, high, ticks }
    }
}

/// With as many digits as tell multiples of `step` apart; in thousands or millions where the largest value, `most`, asks for them.
fn sized(value: f64, step: f64, most: f64) -> String {
    let (unit, suffix) = match most {
        most if most < 1e4 => (1.0, ""),
        most if most < 1e6 => (1e3, " k"),
        most if most < 1e9 => (1e6, " M"),
        _ => return if value == 0.0 { "0".into() } else { format!("{value:.1e}") },
    };
    if step < 1e-6 {
        return if value == 0.0 { "0".into() } else { format!("{value:.1e}") };
    }
    let digits = (-(step / unit).log10() - 1e-9).ceil().max(0.0) as usize;
    // This avoids a tick of "-0".
    let value = if value.abs() < step / 2.0 { 0.0 } else { value };
    if value == 0.0 { "0".into() } else { format!("{:.digits$}{suffix}", value / unit) }
}

/// Shortest.
fn plain(value: f64) -> String {
    if (1e-4..1e6).contains(&value) {
        let text = format!("{value:.6}");
        return text.trim_end_matches('0').trim_end_matches('.').to_string();
    }
    format!("{value:e}")
}

/// A power of ten.
fn decade(value: f64) -> String {
    let power = value.log10().round() as i64;
    if (-2..=3).contains(&power) {
        return plain(value);
    }
    let raised = |digit| match digit {
        '-' => '⁻',
        digit => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit.to_digit(10).unwrap_or(0) as usize],
    };
    format!("10{}", power.to_string().chars().map(raised).collect::<String>())
}

/// An axis with its range and ticks, as plotters wants it.
#[derive(Debug, Clone)]
pub(super) struct TickedAxis {
    log: bool,
    low: f64,
    high: f64,
    /// Value and text.
    ticks: Vec<(f64, String)>,
}

impl TickedAxis {
    /// One name a unit, from the top down.
    pub fn names(names: Vec<String>) -> TickedAxis {
        let (low, ticks) = (names.len() as f64, names.into_iter().enumerate().map(|(n, name)| (n as f64 + 0.5, name)));
        TickedAxis { log: false, low, high: 0.0, ticks: ticks.collect() }
    }

    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.ticks.iter().map(|(_, text)| text.as_str())
    }
}

impl Ranged for TickedAxis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let scaled = |value: f64| if self.log { value.ln() } else { value };
        let share = (scaled(*value) - scaled(self.low)) / (scaled(self.high) - scaled(self.low));
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.iter().map(|(value, _)| *value).collect()
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for TickedAxis {
    fn format_ext(&self, value: &f64) -> String {
        self.ticks.iter().find(|(tick, _)| tick == value).map_or(String::new(), |(_, text)| text.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(axis: &Axis, values: &[f64]) -> Vec<String> {
        axis.over(values.iter().copied()).map_or(vec![], |ticked| ticked.texts().map(String::from).collect())
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(texts(&Axis::linear("x"), &[0.03, 1.0]), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts(&Axis::linear("x").including(0.0), &[70_000.0]), ["0", "20 k", "40 k", "60 k", "80 k"]);
        assert_eq!(texts(&Axis::linear("x"), &[-5_000.0, 10_000.0]), ["-5 k", "0", "5 k", "10 k"]);
        assert_eq!(
            texts(&Axis::linear("x").percent(), &[0.88, 0.903]),
            ["88.0 %", "88.5 %", "89.0 %", "89.5 %", "90.0 %", "90.5 %"]
        );
        assert_eq!(texts(&Axis::new("x", Scale::Log2), &[1.0, 8.0, 32.0]), ["1", "2", "4", "8", "16", "32"]);
        assert_eq!(texts(&Axis::new("x", Scale::Log10), &[1e-5, 2.0]), ["10⁻⁵", "10⁻⁴", "10⁻³", "0.01", "0.1", "1"]);
        assert_eq!(texts(&Axis::new("x", Scale::Log10), &[0.9, 40.0]), ["1", "2", "5", "10", "20"]);
        assert_eq!(texts(&Axis::new("x", Scale::Log10), &[30.0, 70.0]), ["30", "40", "50", "60", "70"]);
    }

    #[test]
    fn values_that_have_no_place_are_left_out() {
        let log = Axis::new("x", Scale::Log10);
        assert!(log.over([0.0, -1.0, f64::NAN].into_iter()).is_none());
        assert!(Axis::linear("x").including(0.0).over([f64::INFINITY].into_iter()).is_none());
        assert_eq!(texts(&log, &[0.0, 1.0, 100.0]), ["1", "10", "100"]);
    }

    #[test]
    fn one_value_has_a_range_too() {
        for value in [0.0, -3.0, 5e-7, 1e30] {
            let ticked = Axis::linear("x").over([value].into_iter()).unwrap();
            assert!((0..=100).contains(&ticked.map(&value, (0, 100))), "{value}: {ticked:?}");
            assert!(ticked.ticks.len() >= 2 && ticked.ticks.len() < 9, "{value}: {ticked:?}");
        }
        let ticked = Axis::new("x", Scale::Log2).over([8.0].into_iter()).unwrap();
        assert_eq!(ticked.map(&8.0, (0, 100)), 50);
    }

    #[test]
    fn names_go_down() {
        let ticked = TickedAxis::names(vec!["a".into(), "b".into()]);
        assert_eq!([0.5, 1.5].map(|place| ticked.map(&place, (100, 0))), [25, 75]);
    }
}
