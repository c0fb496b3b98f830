//! The sweep as a page: accuracy over cost and over speed.

use super::{Hardware, Row, Sweep, lut_equivalents};
use crate::error::Result;
use crate::numbers::percent;
use crate::page::Page;
use crate::plot::{Axis, Scale, Series, Style, curves};

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
        page.figure(self.chart(&cost, lut_equivalents)?, "Accuracy in fixed point against cost.");
        let speed = Axis::new("frames a second", Scale::Log10);
        page.figure(
            self.chart(&speed, |hardware| hardware.frames_per_second)?,
            "Accuracy in fixed point against speed.",
        );
        page.heading("Points");
        page.table(super::table(&self.rows));
        Ok(page)
    }

    fn chart(&self, x: &Axis, of: fn(&Hardware) -> f64) -> Result<crate::plot::Svg> {
        let points = |wanted: &dyn Fn(&Row) -> bool| {
            let rows = self.rows.iter().filter(|row| wanted(row));
            rows.filter_map(|row| Some([of(row.found.hardware.as_ref()?), row.found.accuracy])).collect::<Vec<_>>()
        };
        let mut series = vec![
            Series::new("on the Pareto front", Style::Points, points(&|row| row.pareto)),
            Series::new("others", Style::Points, points(&|row| !row.pareto)),
        ];
        let places = series.iter().flat_map(|series| series.points.iter().map(|point| point[0]));
        let (low, high) = places.fold((f64::INFINITY, 0f64), |(low, high), x| (low.min(x), high.max(x)));
        if low <= high {
            series.push(Series::new("ANN", Style::Reference, vec![[low, self.ann], [high, self.ann]]));
        }
        curves(x, &Axis::linear("accuracy").percent(), &series)
    }
}
