//! Values by category.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::axis::TickedAxis;
use super::{Area, Axis, LINE, PALETTE, Svg, WIDTH, frame, legend, legend_height, sheet, shortened, write};
use crate::Result;

/// Greatest width of a category's name.
const NAMES: u32 = 170;
/// Least height of a category.
const ROW: u32 = 17;
/// Height of the axis.
const AXIS: u32 = 2 * LINE + 8;

/// One value a category, `None` where there is none, under a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// Shown in the legend.
    pub name: String,
    /// Lengths of the bars, one for each category.
    pub values: Vec<Option<f64>>,
}

impl Bars {
    /// Bars of one colour.
    pub fn new(name: impl Into<String>, values: Vec<Option<f64>>) -> Bars {
        Bars { name: name.into(), values }
    }
}

/// A chart of horizontal bars from 0 on; the bars of a category are below each other, and categories go down in their order. `value` is
/// linear.
///
/// # Errors
/// [`Kind::Internal`](crate::error::Kind::Internal) if plotters fails.
pub fn bars(value: &Axis, categories: &[&str], series: &[Bars]) -> Result<Svg> {
    let value = value.clone().including(0.0);
    let names: Vec<&str> = series.iter().map(|series| series.name.as_str()).collect();
    // A single series is named by the axis.
    let top = if series.len() > 1 { legend_height(&names) + 6 } else { 0 };
    let thick = [12, 6].get(series.len().saturating_sub(1)).copied().unwrap_or(4);
    let row = (series.len() as u32 * thick + 5).max(ROW);
    let height = top + AXIS + row * categories.len().max(4) as u32;
    sheet(height, |area| {
        let square = |area: &Area, index: usize, (x, y): (i32, i32)| {
            area.draw(&Rectangle::new([(x - 6, y - 6), (x + 6, y + 6)], PALETTE[index % PALETTE.len()].filled()))
        };
        legend(area, 0, &names, &square)?;
        let all = series.iter().flat_map(|series| series.values.iter().take(categories.len()).copied().flatten());
        let Some(across) = value.over(all) else {
            return write(area, "no data", (WIDTH as i32 / 2, height as i32 / 2), HPos::Center);
        };
        let (_, body) = area.split_vertically(top);
        let down = TickedAxis::names(categories.iter().map(|name| shortened(name, NAMES)).collect());
        let chart = frame(&body, (value.label(), across), down, false)?;
        for (index, series) in series.iter().enumerate() {
            let shown = series.values.iter().take(categories.len()).enumerate();
            for (place, length) in
                shown.filter_map(|(place, length)| Some((place, length.filter(|l| value.shows(*l))?)))
            {
                let (zero, middle) = chart.backend_coord(&(0.0, place as f64 + 0.5));
                let (end, _) = chart.backend_coord(&(length, 0.0));
                let from = middle - (thick * names.len() as u32 / 2) as i32 + (thick as usize * index) as i32;
                let corners = [(zero.min(end), from), (zero.max(end), from + thick as i32)];
                area.draw(&Rectangle::new(corners, PALETTE[index % PALETTE.len()].filled()))?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rectangles beside the white sheet.
    fn rectangles(svg: &Svg) -> usize {
        svg.text().matches("<rect").count() - 1
    }

    #[test]
    fn every_value_has_a_bar_and_every_category_its_name() {
        let names: Vec<String> = (0..24).map(|n| format!("conv_{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let values = |from: u32| (0..24).map(|n| Some(f64::from(from + n))).collect();
        let chart =
            bars(&Axis::linear("clocks"), &names, &[Bars::new("a", values(1)), Bars::new("b", values(5))]).unwrap();
        assert_eq!(rectangles(&chart), 2 * 24 + 2, "{}", chart.text());
        for name in names {
            assert!(chart.text().contains(&format!(">\n{name}\n")), "{name}");
        }
    }

    #[test]
    fn what_is_no_number_has_no_bar() {
        let values = vec![Some(f64::NAN), None, Some(-0.5), Some(f64::INFINITY), Some(1.0), Some(7.0)];
        let chart = bars(&Axis::linear("x"), &["a", "b", "c", "d", "e"], &[Bars::new("s", values)]).unwrap();
        assert_eq!(rectangles(&chart), 2, "{}", chart.text());
    }

    #[test]
    fn nothing_to_draw_is_said() {
        for series in [vec![], vec![Bars::new("s", vec![])], vec![Bars::new("s", vec![None])]] {
            assert!(bars(&Axis::linear("x").percent(), &["a"], &series).unwrap().text().contains("no data"));
        }
        assert!(bars(&Axis::linear("x"), &[], &[Bars::new("s", vec![Some(1.0)])]).unwrap().text().contains("no data"));
    }
}
