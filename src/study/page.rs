//! The study as a page: charts, and the tables that they show.

use super::{Accuracy, Current, IF, Results, Squared, response};
use crate::error::Result;
use crate::eval::Which;
use crate::numbers::{interval, percent};
use crate::page::Page;
use crate::plot::{Axis, Scale, Series, Style, curves};
use crate::table::{Cell, Table};

/// The name of neurons with `members` members; the spaces do not break.
fn name(members: u32) -> String {
    if members == IF { "IF".into() } else { format!("GN\u{a0}τ\u{a0}=\u{a0}{members}") }
}

/// With three significant digits.
fn number(value: f64) -> String {
    if value >= 0.01 { format!("{value:.4}") } else { format!("{value:.2e}").replace('-', "−") }
}

impl Results {
    /// The page; `command` is what the user called.
    ///
    /// # Errors
    /// [`Kind::Internal`](crate::error::Kind::Internal) if a chart cannot be drawn.
    pub fn page(&self, command: &str) -> Result<Page> {
        let title = format!("{}: group neurons against integrate-and-fire neurons", self.network);
        let mut page = Page::new(title, command);
        page.paragraph(
            "A group neuron (GN) of τ members with the member threshold θ = λ/τ fires up to τ spikes a time step; the integrate-and-fire \
             neuron (IF) is a group of one. Both start at θ/2 and are reset by subtraction. The numbers stand in error.csv, \
             response.csv and accuracy.csv beside this page.",
        );
        self.errors_section(&mut page)?;
        self.response_section(&mut page)?;
        self.accuracy_section(&mut page)?;
        Ok(page)
    }

    fn errors_section(&self, page: &mut Page) -> Result<()> {
        page.heading("Error");
        page.paragraph(
            "Mean squared error of a layer's output, averaged over the time steps, against its current clipped to 0 … λ (plain \
             ReLU: from 0 on) in the network without rounding; the mean of the layers. Under a constant current a group at T time steps \
             gives exactly what IF gives at τT time steps with the same λ, so over τT all curves are one. In the spiking network the \
             layers before have erred as well, and their spikes come unevenly over time.",
        );
        for (current, what) in [
            (Current::Constant, "each layer under the constant current of the network without rounding"),
            (Current::Spiking, "the spiking network"),
        ] {
            for (label, over_levels) in [("time steps T", false), ("levels τT", true)] {
                let (x, y) = (Axis::new(label, Scale::Log2), Axis::new("mean squared error", Scale::Log10));
                let chart = curves(&x, &y, &self.error_series(current, over_levels))?;
                page.figure(chart, format!("Error over {label}: {what}"));
            }
        }
        for (current, caption) in [
            (
                Current::Uniform,
                "Error under constant currents spread evenly over 0 … λ = 1, and its ratio to IF at τT time steps",
            ),
            (Current::Constant, "Error under the layers' constant currents, and its ratio to IF at τT time steps"),
            (Current::Spiking, "Error in the spiking network, and its ratio to IF at τT time steps"),
        ] {
            page.subheading(caption);
            page.table(self.table("ratio", |members, timesteps| {
                let cell = |row: &&Squared| (row.members, row.timesteps) == (members, timesteps);
                let row = self.means(current).find(cell)?;
                Some((number(row.squared_error), row.ratio().map(|ratio| format!("{ratio:.4}"))))
            }));
        }
        Ok(())
    }

    /// The errors that are means of the layers.
    fn means(&self, current: Current) -> impl Iterator<Item = &Squared> {
        self.errors.iter().filter(move |row| row.current == current && row.layer.is_none())
    }

    fn error_series(&self, current: Current, over_levels: bool) -> Vec<Series> {
        let series = |&members: &u32| {
            let points = self.means(current).filter(|row| row.members == members).map(|row| {
                let place = if over_levels { members * row.timesteps } else { row.timesteps };
                [f64::from(place), row.squared_error]
            });
            Series::new(name(members), Style::Marked, points.collect())
        };
        self.options.members.iter().map(series).collect()
    }

    fn response_section(&self, page: &mut Page) -> Result<()> {
        page.heading("Response");
        page.paragraph(
            "Firing rate, the mean output in units of λ, against a constant input current in units of λ, with the clipped ramp \
             that it stands for.",
        );
        let timesteps = &self.options.timesteps;
        let mut shown = vec![timesteps[0], timesteps[timesteps.len() / 3]];
        shown.dedup();
        for timesteps in shown {
            let series = |&members: &u32| {
                let curves =
                    self.responses.iter().filter(|curve| (curve.members, curve.timesteps) == (members, timesteps));
                let points = curves.flat_map(|curve| response::currents().zip(&curve.rates));
                Series::new(name(members), Style::Line, points.map(|(current, &rate)| [current, rate]).collect())
            };
            let mut all: Vec<Series> = self.options.members.iter().map(series).collect();
            let ideal = response::currents().map(|current| [current, response::ideal(current)]).collect();
            all.push(Series::new("clipped ramp", Style::Reference, ideal));
            let chart = curves(&Axis::linear("input current / λ"), &Axis::linear("firing rate"), &all)?;
            page.figure(chart, format!("Response at T = {timesteps}"));
        }
        Ok(())
    }

    fn accuracy_section(&self, page: &mut Page) -> Result<()> {
        page.heading("Accuracy");
        let networks = [(Which::Fixed, "fixed-point network"), (Which::Float, "float network")];
        let of = |network: Which| self.accuracies.iter().filter(move |row| row.network == network);
        // On the same images as the network.
        let ann = |network: Which| {
            let images = of(network).next()?.images;
            let exact = |row: &&Accuracy| matches!(row.network, Which::Ann | Which::Qcfs) && row.images == images;
            self.accuracies.iter().find(exact)
        };
        for (network, what) in networks {
            let Some(ann) = ann(network) else { continue };
            let series = |&members: &u32| {
                let rows = of(network).filter(|row| row.members == Some(members));
                let points = rows.filter_map(|row| Some([f64::from(row.timesteps?), row.accuracy]));
                Series::new(name(members), Style::Marked, points.collect())
            };
            let mut all: Vec<Series> = self.options.members.iter().map(series).collect();
            let timesteps = self.options.timesteps.iter().map(|&timesteps| [f64::from(timesteps), ann.accuracy]);
            all.push(Series::new("ANN", Style::Reference, timesteps.collect()));
            let (x, y) = (Axis::new("time steps T", Scale::Log2), Axis::linear("accuracy").percent());
            page.figure(curves(&x, &y, &all)?, format!("Accuracy of the {what}, {} images", ann.images));
        }
        for (network, what) in networks {
            let Some(ann) = ann(network) else { continue };
            let find = |members: u32, timesteps: u32| {
                of(network).find(|row| (row.members, row.timesteps) == (Some(members), Some(timesteps)))
            };
            page.subheading(format!("Accuracy of the {what}, {} images", ann.images));
            let (accuracy, bounds) = (percent(ann.accuracy), interval(ann.interval));
            page.paragraph(format!("The ANN has {accuracy} ({bounds}) of these images right."));
            page.table(self.table("95 % interval", |members, timesteps| {
                find(members, timesteps).map(|row| (percent(row.accuracy), Some(interval(row.interval))))
            }));
            page.subheading(format!("Agreement of the {what} with the ANN"));
            page.table(self.table("", |members, timesteps| {
                find(members, timesteps).map(|row| (percent(row.agreement_with_ann), None))
            }));
        }
        Ok(())
    }

    /// One row per T and one column per τ; `cell` gives the content of a cell, and the content next to it under the heading `beside`.
    /// That column exists if any cell has such content.
    fn table(&self, beside: &str, cell: impl Fn(u32, u32) -> Option<(String, Option<String>)>) -> Table {
        let (members, timesteps) = (&self.options.members, &self.options.timesteps);
        let mut headings = vec!["T".to_string()];
        let mut rows: Vec<Vec<Cell>> =
            timesteps.iter().map(|&timesteps| vec![Cell::number(timesteps.to_string(), timesteps)]).collect();
        for &members in members {
            let cells: Vec<_> = timesteps.iter().map(|&timesteps| cell(members, timesteps)).collect();
            let both = cells.iter().flatten().any(|(_, beside)| beside.is_some());
            headings.push(name(members));
            headings.extend(both.then(|| beside.to_string()));
            for (row, cell) in rows.iter_mut().zip(cells) {
                let (value, more) = cell.map_or((None, None), |(value, more)| (Some(value), more));
                let written =
                    |text: Option<String>| text.map_or_else(Cell::none, |text| Cell::number(text.clone(), text));
                row.push(written(value));
                row.extend(both.then(|| written(more)));
            }
        }
        let mut table = Table::new(headings);
        rows.into_iter().for_each(|row| table.row(row));
        table
    }
}
