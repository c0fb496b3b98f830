//! Line charts as SVG, drawn by plotters; the legend is left to the page, where it wraps on a narrow screen.

use plotters::prelude::*;

use crate::error::{Error, Result};

/// Width and height in pixels at full size; small, so that the text stays readable on a phone.
const SIZE: (u32, u32) = (480, 330);
const FONT: (&str, i32) = ("sans-serif", 16);
const GRID: RGBColor = RGBColor(222, 222, 222);
const AXIS: RGBColor = RGBColor(90, 90, 90);

/// Colours that differ for all kinds of sight (Okabe and Ito), black first.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 0, 0),
    RGBColor(230, 159, 0),
    RGBColor(0, 114, 178),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(213, 94, 0),
    RGBColor(86, 180, 233),
];
const REFERENCE: RGBColor = RGBColor(140, 140, 140);

/// How the values of an axis are spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    Linear,
    /// A tick at each power of the base; all values are above 0.
    Log(f64),
    /// Linear shares of 0 to 1, shown in percent.
    Percent,
}

/// One line of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub label: String,
    /// Of the colours; `None` for what the others are held against, which is grey and dashed.
    pub colour: Option<usize>,
    pub points: Vec<(f64, f64)>,
}

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    pub x: (&'static str, Scale),
    pub y: (&'static str, Scale),
    pub lines: Vec<Line>,
    /// Whether each measured point is marked.
    pub marked: bool,
    /// Whether earlier lines are wider, so that they show under later ones of the same course.
    pub stacked: bool,
}

/// The colour of a line as CSS has it.
pub fn css(colour: Option<usize>) -> String {
    let RGBColor(red, green, blue) = colour.map_or(REFERENCE, of);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn of(colour: usize) -> RGBColor {
    COLOURS[colour % COLOURS.len()]
}

fn superscript(number: i32) -> String {
    let raised = |c: char| match c.to_digit(10) {
        Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
        None => '⁻',
    };
    number.to_string().chars().map(raised).collect()
}

impl Scale {
    fn place(self, value: f64) -> f64 {
        match self {
            Scale::Log(base) => value.log(base),
            Scale::Linear | Scale::Percent => value,
        }
    }

    /// What stands at a tick; nothing between two powers.
    fn tick(self, place: f64) -> String {
        match self {
            Scale::Linear => format!("{}", (place * 1e6).round() / 1e6),
            Scale::Percent => format!("{} %", (1e4 * place).round() / 100.0),
            Scale::Log(_) if (place - place.round()).abs() > 1e-6 => String::new(),
            Scale::Log(10.0) if place.abs() > 2.5 => format!("10{}", superscript(place.round() as i32)),
            Scale::Log(base) => format!("{}", (base.powf(place.round()) * 1e6).round() / 1e6),
        }
    }

    /// The range to show for values between the two, and about how many ticks.
    fn range(self, [low, high]: [f64; 2]) -> (std::ops::Range<f64>, usize) {
        match self {
            Scale::Linear => (low..high.max(low + 1e-3), 8),
            // A margin, so that equal accuracies are a line and not the edge.
            Scale::Percent => {
                let margin = 0.05 * (high - low).max(0.01);
                ((low - margin).max(0.0)..(high + margin).min(1.0 + margin), 7)
            }
            Scale::Log(_) => {
                let (low, high) = (self.place(low).floor(), self.place(high).ceil());
                let high = high.max(low + 1.0);
                (low..high, (high - low) as usize + 1)
            }
        }
    }
}

impl Chart {
    /// The chart as one `<svg>` element; empty without any point that can be shown.
    ///
    /// # Errors
    /// [`Error::Tool`] with what plotters says.
    pub fn svg(&self) -> Result<String> {
        let (x, y) = (self.x.1, self.y.1);
        let shown = |&&(px, py): &&(f64, f64)| {
            let positive = |scale: Scale, value: f64| !matches!(scale, Scale::Log(_)) || value > 0.0;
            px.is_finite() && py.is_finite() && positive(x, px) && positive(y, py)
        };
        let points = || self.lines.iter().flat_map(|line| line.points.iter().filter(shown));
        let Some(&first) = points().next() else { return Ok(String::new()) };
        let span = |value: fn(&(f64, f64)) -> f64| {
            points().map(value).fold([value(&first); 2], |[low, high], v| [low.min(v), high.max(v)])
        };
        let (x_range, x_ticks) = x.range(span(|point| point.0));
        let (y_range, y_ticks) = y.range(span(|point| point.1));
        let mut text = String::new();
        let failed = |error: &dyn std::fmt::Display| {
            Error::tool("plotters", error.to_string(), "report this with the network; the CSV files hold the numbers")
        };
        {
            let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
            let mut chart = ChartBuilder::on(&root)
                .margin(6)
                .margin_right(14)
                .x_label_area_size(46)
                .y_label_area_size(74)
                .build_cartesian_2d(x_range, y_range)
                .map_err(|error| failed(&error))?;
            chart
                .configure_mesh()
                .disable_x_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(GRID)
                .axis_style(AXIS)
                .label_style(FONT)
                .axis_desc_style(FONT)
                .x_desc(self.x.0)
                .y_desc(self.y.0)
                .x_labels(x_ticks)
                .y_labels(y_ticks)
                .x_label_formatter(&|place| x.tick(*place))
                .y_label_formatter(&|place| y.tick(*place))
                .draw()
                .map_err(|error| failed(&error))?;
            let count = self.lines.len() as u32;
            for (index, line) in self.lines.iter().enumerate() {
                let places: Vec<_> =
                    line.points.iter().filter(shown).map(|&(px, py)| (x.place(px), y.place(py))).collect();
                let width = if self.stacked { 2 * (count - index as u32) } else { 2 };
                let Some(colour) = line.colour else {
                    let style = REFERENCE.stroke_width(2);
                    let dashes = DashedLineSeries::new(places, 5, 4, style);
                    chart.draw_series(dashes).map_err(|error| failed(&error))?;
                    continue;
                };
                let colour = of(colour);
                let series = LineSeries::new(places.iter().copied(), colour.stroke_width(width));
                chart.draw_series(series).map_err(|error| failed(&error))?;
                if self.marked {
                    let marks = places.iter().map(|&place| Circle::new(place, 2 + width as i32 / 2, colour.filled()));
                    chart.draw_series(marks).map_err(|error| failed(&error))?;
                }
            }
            root.present().map_err(|error| failed(&error))?;
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(y: Scale, points: &[(f64, f64)]) -> Chart {
        let line = |colour| Line { label: "l".into(), colour, points: points.to_vec() };
        Chart {
            x: ("x", Scale::Log(2.0)),
            y: ("y", y),
            lines: vec![line(Some(1)), line(None)],
            marked: true,
            stacked: false,
        }
    }

    #[test]
    fn points_become_marks_where_the_scale_has_them() {
        let points = [(1.0, 0.1), (2.0, 0.01), (4.0, 0.0)];
        let marks = |svg: &str| svg.matches("<circle").count();
        let logarithmic = chart(Scale::Log(10.0), &points).svg().unwrap();
        // Zero has no place on a logarithmic axis.
        assert_eq!((marks(&logarithmic), marks(&chart(Scale::Linear, &points).svg().unwrap())), (2, 3));
        assert!(logarithmic.contains(&css(Some(1)).to_uppercase()) && logarithmic.contains(&css(None).to_uppercase()));
        assert_eq!(chart(Scale::Log(10.0), &[(1.0, 0.0), (f64::NAN, 1.0)]).svg().unwrap(), "");
        // One value alone has a range as well.
        assert_eq!(marks(&chart(Scale::Percent, &[(1.0, 1.0)]).svg().unwrap()), 1);
    }

    #[test]
    fn ticks_are_powers() {
        let ticks = |scale: Scale, places: &[f64]| places.iter().map(|&place| scale.tick(place)).collect::<Vec<_>>();
        assert_eq!(ticks(Scale::Log(2.0), &[0.0, 0.5, 5.0]), ["1", "", "32"]);
        assert_eq!(ticks(Scale::Log(10.0), &[-12.0, -2.0, 0.0]), ["10⁻¹²", "0.01", "1"]);
        assert_eq!(ticks(Scale::Percent, &[0.9, 0.9925]), ["90 %", "99.25 %"]);
    }
}
