//! The sweep as a page: accuracy over cost and over speed.

use super::{Hardware, Row, Sweep, lut_equivalents};
use crate::error::Result;
use crate::eval::wilson;
use crate::numbers::{self, percent, whole};
use crate::page::Page;
use crate::plot::{Axis, Detail, Scale, Series, Style, curves};
use crate::words::Words;

impl Sweep {
    /// The page; `command` is what the user called.
    ///
    /// # Errors
    /// [`Kind::Internal`](crate::error::Kind::Internal) if a chart cannot be drawn.
    pub fn page(&self, command: &str) -> Result<Page> {
        let mut page = Page::new("Members, time steps and bits", command);
        page.facts([
            ("accuracy of the ANN", percent(self.ann)),
            ("points", self.rows.len().to_string()),
            ("on the Pareto front", self.rows.iter().filter(|row| row.pareto).count().to_string()),
        ]);
        page.paragraph(
            "A point is on the Pareto front unless another one is at least as good in accuracy, LUTs (50 for each DSP), block RAMs \
             and frames a second, and better in one of them. Costs and speed are estimates.",
        );
        let cost = Axis::new("LUTs, and 50 for each DSP", Scale::Log10);
        page.figure(
            self.chart(&cost, lut_equivalents, true)?,
            "Accuracy in fixed point against cost, with its 95 % interval.",
        );
        let speed = Axis::new("frames a second", Scale::Log10);
        page.figure(
            self.chart(&speed, |hardware| hardware.frames_per_second, false)?,
            "Accuracy in fixed point against speed, with its 95 % interval.",
        );
        page.heading("Points");
        page.table(super::table(&self.rows));
        Ok(page)
    }

    /// Accuracy against `of`, with the points that no other beats in these two joined by a line.
    fn chart(&self, x: &Axis, of: fn(&Hardware) -> f64, less_is_better: bool) -> Result<crate::plot::Svg> {
        let place = |row: &Row| Some([of(row.found.hardware.as_ref()?), row.found.accuracy]);
        let front = front(self.rows.iter().filter_map(place).collect(), less_is_better);
        let points = |name: &str, pareto: bool| {
            let rows = self.rows.iter().filter(|row| row.pareto == pareto);
            let (points, details) =
                rows.filter_map(|row| Some((place(row)?, detail(row, front.contains(&place(row)?))))).unzip();
            Series::new(name, Style::Points, points).details(details)
        };
        let mut series = vec![points("on the Pareto front", true), points("others", false)];
        let across = front.iter().map(|point| point[0]);
        let (low, high) = across.fold((f64::INFINITY, 0f64), |(low, high), x| (low.min(x), high.max(x)));
        series.push(Series::new("best in these two", Style::Line, front));
        if low <= high {
            series.push(Series::new("ANN", Style::Reference, vec![[low, self.ann], [high, self.ann]]));
        }
        curves(x, &Axis::linear("accuracy").percent(), &series)
    }
}

/// Points at which accuracy is best for what `x` costs, from left to right.
fn front(mut points: Vec<[f64; 2]>, less_is_better: bool) -> Vec<[f64; 2]> {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(b[1].total_cmp(&a[1])));
    if !less_is_better {
        points.sort_by(|a, b| b[0].total_cmp(&a[0]).then(b[1].total_cmp(&a[1])));
    }
    let mut best = f64::NEG_INFINITY;
    points.retain(|point| {
        let better = point[1] > best;
        best = best.max(point[1]);
        better
    });
    points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    points
}

/// The name of a point, with the ends of its accuracy's interval.
fn detail(row: &Row, named: bool) -> Detail {
    let found = &row.found;
    let point = &found.point;
    let interval = wilson(found.accuracy * found.images as f64, found.images as f64);
    let name = format!("τ {}, T {}, {} bits", point.members, point.timesteps, point.weight_bits);
    let cost = found.hardware.as_ref().map_or(String::new(), |hardware| {
        format!(", {} LUTs, {} frames a second", whole(hardware.luts), whole(hardware.frames_per_second))
    });
    Detail {
        label: if named { name.clone() } else { String::new() },
        tooltip: format!(
            "{name}, {} thresholds: {} ({}){cost}",
            point.threshold.word(),
            percent(found.accuracy),
            numbers::interval(interval)
        ),
        interval: Some(interval),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_of_two_figures_rises() {
        let points = vec![[3.0, 0.7], [1.0, 0.5], [2.0, 0.8], [2.0, 0.6], [4.0, 0.9]];
        assert_eq!(front(points.clone(), true), [[1.0, 0.5], [2.0, 0.8], [4.0, 0.9]]);
        assert_eq!(front(points, false), [[4.0, 0.9]]);
        assert_eq!(front(vec![], true), Vec::<[f64; 2]>::new());
    }
}
