//! Values over values: lines and points.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::{Area, Axis, Drawn, LINE, PALETTE, REFERENCE, Svg, WIDTH, frame};
use super::{legend, legend_height, sheet, shortened, write};
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
}

impl Series {
    /// A series of points.
    pub fn new(name: impl Into<String>, style: Style, points: Vec<[f64; 2]>) -> Series {
        Series { name: name.into(), style, points }
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
        let points = series.iter().flat_map(|series| series.points.iter().filter(shown));
        axis.over(points.map(|point| point[place]))
    };
    let names: Vec<&str> = series.iter().map(|series| series.name.as_str()).collect();
    let top = LINE + legend_height(&names) + 6;
    sheet(top + HEIGHT, |area| {
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
        }
        Ok(())
    })
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
    fn nothing_to_draw_is_said() {
        assert!(chart(vec![]).contains("no data"));
        assert!(chart(vec![[f64::NAN, 1.0]]).contains("no data"));
        assert!(curves(&Axis::linear("x"), &Axis::linear("y"), &[]).unwrap().text().contains("no data"));
    }
}
