//! Values over values: lines and points.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::{Area, Axis, Drawn, LINE, PALETTE, REFERENCE, Svg, WIDTH, frame};
use super::{escape, legend, legend_height, sheet, shortened, write};
use crate::Result;

/// Of the part with the axes.
const HEIGHT: u32 = 280;

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Points joined by a line.
    Marked,
    /// A line alone, for many points.
    Line,
    /// Points alone.
    Points,
    /// A thin grey line to compare the others with.
    Reference,
}

/// Points \[x, y\] under a name. A point without a place on the axes is left out and interrupts the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Shown in the legend.
    pub name: String,
    /// How it is drawn.
    pub style: Style,
    /// In the order in which a line connects them.
    pub points: Vec<[f64; 2]>,
    /// What is known of each point; empty for nothing.
    pub details: Vec<Detail>,
}

/// What a chart shows of a point besides its place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detail {
    /// Written beside it.
    pub label: String,
    /// Shown under the pointer.
    pub tooltip: String,
    /// Both ends of its error bar on the vertical axis.
    pub interval: Option<[f64; 2]>,
}

impl Series {
    /// A series of points.
    pub fn new(name: impl Into<String>, style: Style, points: Vec<[f64; 2]>) -> Series {
        Series { name: name.into(), style, points, details: Vec::new() }
    }

    /// With a detail for each point.
    pub fn details(mut self, details: Vec<Detail>) -> Series {
        self.details = details;
        self
    }

    /// The ends of error bars, as points.
    fn ends(&self) -> impl Iterator<Item = [f64; 2]> {
        let ends = |(point, detail): (&[f64; 2], &Detail)| detail.interval.map(|ends| ends.map(|end| [point[0], end]));
        self.points.iter().zip(&self.details).filter_map(ends).flatten()
    }
}

/// A chart of `series`: a line chart, or a scatter chart, or both in one. A Pareto front is a series of [`Style::Points`] under
/// one of [`Style::Marked`].
///
/// # Errors
/// [`Kind::Internal`](crate::error::Kind::Internal) if plotters fails.
pub fn curves(x: &Axis, y: &Axis, series: &[Series]) -> Result<Svg> {
    let shown = |point: &&[f64; 2]| x.shows(point[0]) && y.shows(point[1]);
    let over = |axis: &Axis, place: usize| {
        let all = series.iter().flat_map(|series| series.points.iter().copied().chain(series.ends()));
        axis.over(all.filter(|point| shown(&point)).map(|point| point[place]))
    };
    let names: Vec<&str> = series.iter().map(|series| series.name.as_str()).collect();
    let top = LINE + legend_height(&names) + 6;
    let mut tooltips = String::new();
    let svg = sheet(top + HEIGHT, |area| {
        write(area, &shortened(y.label(), WIDTH - 16), (8, LINE as i32 / 2), HPos::Left)?;
        let sample = |area: &Area, index: usize, at: (i32, i32)| {
            let style = series[index].style;
            if style != Style::Points {
                area.draw(&PathElement::new([(at.0 - 10, at.1), (at.0 + 10, at.1)], stroke(index, style)))?;
            }
            mark(area, index, style, at)
        };
        legend(area, LINE, &names, &sample)?;
        let (Some(across), Some(up)) = (over(x, 0), over(y, 1)) else {
            return write(area, "no data", (WIDTH as i32 / 2, (top + HEIGHT / 2) as i32), HPos::Center);
        };
        let (_, body) = area.split_vertically(top);
        let chart = frame(&body, (x.label(), across), up, true)?;
        for (index, series) in series.iter().enumerate() {
            for run in series.points.split(|point| !shown(&point)).filter(|run| !run.is_empty()) {
                if series.style != Style::Points {
                    let line = run.iter().map(|point| chart.backend_coord(&(point[0], point[1])));
                    area.draw(&PathElement::new(line.collect::<Vec<_>>(), stroke(index, series.style)))?;
                }
                for point in run {
                    mark(area, index, series.style, chart.backend_coord(&(point[0], point[1])))?;
                }
            }
            for (point, detail) in series.points.iter().zip(&series.details).filter(|(point, _)| shown(point)) {
                let at = chart.backend_coord(&(point[0], point[1]));
                if let Some(ends) = detail.interval {
                    let ends = ends.map(|end| chart.backend_coord(&(point[0], end)));
                    area.draw(&PathElement::new(ends, colour(index, series.style).stroke_width(1)))?;
                }
                if !detail.label.is_empty() {
                    let side = if at.0 > WIDTH as i32 / 2 { (at.0 - 8, HPos::Right) } else { (at.0 + 8, HPos::Left) };
                    write(area, &shortened(&detail.label, WIDTH / 2), (side.0, at.1 + LINE as i32 / 2), side.1)?;
                }
                tooltips += &tooltip(&detail.tooltip, at);
            }
        }
        Ok(())
    })?;
    Ok(svg.with(&tooltips))
}

/// An invisible disc that shows `text` while the pointer is on it.
fn tooltip(text: &str, (x, y): (i32, i32)) -> String {
    format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"8\" fill=\"transparent\"><title>{}</title></circle>\n", escape(text))
}

fn colour(index: usize, style: Style) -> RGBColor {
    if style == Style::Reference { REFERENCE } else { PALETTE[index % PALETTE.len()] }
}

fn stroke(index: usize, style: Style) -> ShapeStyle {
    colour(index, style).stroke_width(if style == Style::Reference { 1 } else { 2 })
}

/// The mark of a series around a pixel: one of five shapes, so with eight colours forty series differ.
fn mark(area: &Area, index: usize, style: Style, (x, y): (i32, i32)) -> Drawn {
    let paint = colour(index, style).filled();
    let polygon = |corners: &[(i32, i32)]| {
        area.draw(&Polygon::new(corners.iter().map(|(right, down)| (x + right, y + down)).collect::<Vec<_>>(), paint))
    };
    if matches!(style, Style::Line | Style::Reference) {
        return Ok(());
    }
    match index % 5 {
        0 => area.draw(&Circle::new((x, y), 4, paint)),
        1 => area.draw(&Rectangle::new([(x - 4, y - 4), (x + 4, y + 4)], paint)),
        2 => polygon(&[(-5, 4), (5, 4), (0, -5)]),
        3 => polygon(&[(-5, 0), (0, -6), (5, 0), (0, 6)]),
        _ => polygon(&[(-5, -4), (5, -4), (0, 5)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Vec<[f64; 2]>) -> String {
        let series = [Series::new("a <b> & c", Style::Marked, points), Series::new("d", Style::Reference, vec![])];
        curves(&Axis::linear("x"), &Axis::linear("error"), &series).unwrap().text().to_string()
    }

    #[test]
    fn lines_have_marks_names_and_labels() {
        let text = chart(vec![[0.0, 1.0], [1.0, 2.0], [2.0, 4.0]]);
        assert_eq!(text.matches("<circle").count(), 3 + 1);
        for part in ["a &lt;b&gt; &amp; c", "error", ">\nx\n"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn a_value_that_is_no_number_parts_the_line() {
        let text = chart(vec![[0.0, 1.0], [1.0, 2.0], [2.0, f64::NAN], [3.0, f64::INFINITY], [4.0, 2.0], [5.0, 1.0]]);
        assert_eq!(text.matches("<circle").count(), 4 + 1);
        let lines = text.matches("stroke-width=\"2\"").count();
        assert_eq!(lines, 2 + 1, "two parts and the legend's: {text}");
        assert!(!text.contains("NaN"), "{text}");
    }

    #[test]
    fn details_are_labels_tooltips_and_error_bars_within_the_axes() {
        let detail = Detail { label: "τ 4".into(), tooltip: "99 % <of> 100".into(), interval: Some([0.95, 1.0]) };
        let series = Series::new("a", Style::Points, vec![[1.0, 0.99]]).details(vec![detail]);
        let text =
            curves(&Axis::linear("x"), &Axis::linear("accuracy").percent(), &[series]).unwrap().text().to_string();
        for part in ["τ 4", "<title>99 % &lt;of&gt; 100</title></circle>\n</svg>", "100 %", "95 %"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("101 %") && !text.contains("105 %"), "{text}");
    }

    #[test]
    fn nothing_to_draw_is_said() {
        assert!(chart(vec![]).contains("no data"));
        assert!(chart(vec![[f64::NAN, 1.0]]).contains("no data"));
        assert!(curves(&Axis::linear("x"), &Axis::linear("y"), &[]).unwrap().text().contains("no data"));
    }
}
