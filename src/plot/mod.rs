//! Charts as SVG text, for a page ([`crate::page`]) or a file of their own.
//!
//! All are [`WIDTH`] wide: two fit side by side on a sheet of paper, one fills a phone, and letters stay readable on both.
//! Series are told apart by colours that colour-blind people see as different (M. Okabe and K. Ito) and, where they have
//! marks, by those too. A value that cannot be drawn (not a number, or not above 0 on a logarithmic axis) is left out; an empty chart
//! says that it has no data.

mod axis;
mod bars;
mod curves;
mod graph;

use axis::TickedAxis;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub use axis::{Axis, Scale};
pub use bars::{Bars, bars};
pub use curves::{Detail, Series, Style, curves};
pub use graph::{Item, graph};

use crate::error::{Kind, Place, Result};

/// Width of every chart in pixels.
pub const WIDTH: u32 = 480;
/// Height of the letters.
const LETTERS: u32 = 13;
/// Of a line of text.
const LINE: u32 = 20;
/// A size of plotters is 1.24 times the height of the letters.
const FONT: (&str, f64) = ("sans-serif", LETTERS as f64 * 1.24);
const TEXT: RGBColor = RGBColor(34, 34, 34);
const GRID: RGBColor = RGBColor(222, 222, 222);
const REFERENCE: RGBColor = RGBColor(110, 110, 110);
const PALETTE: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(90, 60, 140),
    RGBColor(0, 0, 0),
];

/// The text of one `<svg>` element, well formed and without references to anything outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Svg(String);

impl Svg {
    /// The element, from `<svg` to `</svg>`.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// With further elements on top.
    fn with(self, elements: &str) -> Svg {
        let body = self.0.trim_end();
        Svg(format!("{}{elements}</svg>\n", body.strip_suffix("</svg>").unwrap_or(body)))
    }
}

/// `text` as it may stand in an XML or HTML element or a quoted attribute; characters that XML forbids become U+FFFD.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            '\n' | '\t' => escaped.push(letter),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = std::result::Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// A white sheet of some height, for `draw` to draw on.
fn sheet(height: u32, draw: impl FnOnce(&Area) -> Drawn) -> Result<Svg> {
    let mut text = String::new();
    let root = SVGBackend::with_string(&mut text, (WIDTH, height)).into_drawing_area();
    let drawn = root.fill(&WHITE).and_then(|()| draw(&root)).and_then(|()| root.present());
    drop(root);
    drawn.map_err(|error| Kind::internal(error).at(Place::tool("plotters")))?;
    Ok(Svg(text))
}

/// About how wide a text is: no font is at hand, so letters count as wide as the wider ones of usual fonts.
fn text_width(text: &str) -> u32 {
    text.chars().count() as u32 * LETTERS * 6 / 10
}

/// `text` cut to what fits into `width`.
fn shortened(text: &str, width: u32) -> String {
    let fits = (width * 10 / (6 * LETTERS)).max(1) as usize;
    // plotters passes control characters on, and no SVG may hold them.
    let text: String = text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect();
    if text.chars().count() <= fits {
        return text;
    }
    text.chars().take(fits - 1).chain(['…']).collect()
}

/// Writes a text whose middle line is at `at`.1 and whose left, middle or right is at `at`.0.
fn write(area: &Area, text: &str, at: (i32, i32), side: HPos) -> Drawn {
    area.draw(&Text::new(text.to_string(), at, FONT.into_font().color(&TEXT).pos(Pos::new(side, VPos::Center))))
}

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<TickedAxis, TickedAxis>>;

/// Draws axes and grid on `body`: `x` with its label below, `y` without a label, with the space that their texts need.
fn frame<'a, 'b>(
    body: &'a Area<'b>,
    (label, x): (&str, TickedAxis),
    y: TickedAxis,
    rows: bool,
) -> std::result::Result<Chart<'a, 'b>, DrawingAreaErrorKind<std::io::Error>> {
    let left = y.texts().map(text_width).max().unwrap_or(0) + 14;
    let mut chart = ChartBuilder::on(body)
        .margin_right(24)
        .margin_top(4)
        .x_label_area_size(2 * LINE + 4)
        .y_label_area_size(left)
        .build_cartesian_2d(x, y)?;
    let font = || FONT.into_font().color(&TEXT);
    let mut mesh = chart.configure_mesh();
    if !rows {
        mesh.disable_y_mesh();
    }
    mesh.light_line_style(TRANSPARENT).bold_line_style(GRID).axis_style(REFERENCE);
    mesh.label_style(font()).axis_desc_style(font()).x_desc(shortened(label, WIDTH - left - 24)).draw()?;
    Ok(chart)
}

/// A sample of a series' drawing around a pixel.
type Sample<'a> = &'a dyn Fn(&Area, usize, (i32, i32)) -> Drawn;

/// Places of legend entries, in lines from the top: the left end of each and the middle of its line.
fn legend_places(names: &[&str]) -> Vec<(i32, i32)> {
    let (mut x, mut y) = (0, LINE / 2);
    let place = |name: &&str| {
        let width = 36 + text_width(name).min(WIDTH - 60);
        if x > 0 && x + width > WIDTH - 16 {
            (x, y) = (0, y + LINE);
        }
        let at = (8 + x as i32, y as i32);
        x += width;
        at
    };
    names.iter().map(place).collect()
}

/// Height of a legend of these names; a single series needs no legend.
fn legend_height(names: &[&str]) -> u32 {
    let last = legend_places(names).last().map_or(0, |(_, y)| *y as u32 + LINE / 2);
    if names.len() > 1 { last } else { 0 }
}

fn legend(area: &Area, top: u32, names: &[&str], sample: Sample) -> Drawn {
    if names.len() < 2 {
        return Ok(());
    }
    for (index, (name, (x, y))) in names.iter().zip(legend_places(names)).enumerate() {
        let y = y + top as i32;
        sample(area, index, (x + 10, y))?;
        write(area, &shortened(name, WIDTH - 60), (x + 24, y), HPos::Left)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        assert_eq!(escape("<a href=\"x\">'&'\u{1}"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;\u{fffd}");
    }

    #[test]
    fn long_texts_are_cut_where_they_would_not_fit() {
        assert_eq!(shortened("conv_0", 100), "conv_0");
        assert_eq!(shortened("abcdefghijklmnop", 80), "abcdefghi…");
        assert_eq!(shortened("abc", 0), "…");
    }

    #[test]
    fn legends_wrap_into_lines() {
        let names = ["short", "a name that takes half of the width", "another one that takes much space"];
        let places = legend_places(&names);
        assert_eq!(places[0].1, places[1].1);
        assert!(places[2].1 > places[1].1 && places[2].0 == places[0].0);
        assert_eq!((legend_height(&names), legend_height(&names[..1])), (2 * LINE, 0));
    }
}
