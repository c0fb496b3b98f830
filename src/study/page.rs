//! The study as one HTML page without anything outside of it: charts, and the tables that they show.

use std::fmt::Write;

use super::chart::{Chart, Line, Scale, css};
use super::{Accuracy, Current, IF, Results, response};
use crate::error::Result;
use crate::eval::Which;

const STYLE: &str = "\
body{font:16px/1.5 system-ui,sans-serif;color:#1c1c1c;max-width:64rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.25rem;margin-top:2.2rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1.2rem}
figure{margin:0;break-inside:avoid}figure svg{width:100%;height:auto}figcaption{font-size:.9rem}
.key{display:inline-block;margin-right:.9rem;white-space:nowrap}
.key i{display:inline-block;width:1.2rem;border-top:3px solid;margin-right:.3rem;vertical-align:middle}
.charts+.charts{margin-top:1.2rem}.wide{overflow-x:auto}.wide p{font-weight:600;margin:0 0 .3rem}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .5rem;text-align:right;white-space:nowrap;vertical-align:top;border-bottom:1px solid #ddd}th{font-weight:600}
td small{color:#666;display:block;font-size:.75rem}
@media(max-width:30rem){th,td{padding:.2rem .4rem;font-size:.8rem}}
@media print{body{font-size:11px;max-width:none}.wide{overflow:visible}}";

/// Begins charts or tables side by side, where there is room.
const GRID: &str = "<div class=\"charts\">\n";

/// What the neurons of `members` are called.
fn name(members: u32) -> String {
    if members == IF { "IF".into() } else { format!("GN τ = {members}") }
}

/// Small numbers as they are written by hand.
fn number(value: f64) -> String {
    if value >= 0.01 { format!("{value:.4}") } else { format!("{value:.2e}").replace('-', "−") }
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Results {
    /// The page.
    ///
    /// # Errors
    /// What plotters reports.
    pub fn page(&self) -> Result<String> {
        let title = format!("{}: group neurons against integrate-and-fire neurons", escaped(&self.network));
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>{title}</title>\n\
             <style>\n{STYLE}\n</style>\n</head>\n<body>\n<h1>{title}</h1>\n\
             <p>A group neuron (GN) of τ members with the step θ = λ/τ fires up to τ spikes a time step; the integrate-and-fire \
             neuron (IF) is a group of one. Both start at θ/2 and are reset by subtraction. The numbers stand in error.csv, \
             response.csv and accuracy.csv beside this page.</p>\n"
        );
        self.errors_section(&mut page)?;
        self.response_section(&mut page)?;
        self.accuracy_section(&mut page)?;
        page += "</body>\n</html>\n";
        Ok(page)
    }

    fn errors_section(&self, page: &mut String) -> Result<()> {
        *page += "<h2>Error</h2>\n<p>Mean squared error of a layer's output, averaged over the time steps, against its current \
                  clipped to 0 … λ (plain ReLU: from 0 on) in the network without rounding; the mean of the layers. Under a \
                  constant current a group at T steps gives exactly what IF gives at τT steps with the same λ, so over τT all \
                  curves are one. In the spiking network the layers before have erred as well, and their spikes come unevenly \
                  over time.</p>\n";
        for (current, what) in [
            (Current::Constant, "each layer under the constant current of the network without rounding"),
            (Current::Spiking, "in the spiking network"),
        ] {
            *page += GRID;
            for (axis, over_levels) in [("time steps T", false), ("levels τT", true)] {
                let lines = self.error_lines(current, over_levels);
                let chart = Chart {
                    x: (axis, Scale::Log(2.0)),
                    y: ("mean squared error", Scale::Log(10.0)),
                    lines,
                    marked: true,
                    stacked: over_levels,
                };
                figure(page, &format!("Error over {axis}, {what}"), &chart)?;
            }
            *page += "</div>\n";
        }
        self.error_table(page);
        Ok(())
    }

    /// Means of the layers: a row a T, a column a τ and current, with the ratio to IF at τT.
    fn error_table(&self, page: &mut String) {
        *page += GRID;
        let mean = |current: Current, members: u32, timesteps: u32| {
            let mut rows = self.errors.iter().filter(|row| row.current == current && row.layer.is_none());
            rows.find(|row| (row.members, row.timesteps) == (members, timesteps))
        };
        for (current, caption) in [
            (Current::Uniform, "Mean squared error, constant currents spread evenly over 0 … λ = 1"),
            (Current::Constant, "Mean squared error, the layers' constant currents"),
            (Current::Spiking, "Mean squared error, spiking network"),
        ] {
            self.table(page, &format!("{caption}; below, the ratio to IF at τT steps"), |members, timesteps| {
                let row = mean(current, members, timesteps)?;
                let ratio = row.ratio().map_or(String::new(), |ratio| format!("{ratio:.4}"));
                Some((number(row.squared_error), ratio))
            });
        }
        *page += "</div>\n";
    }

    fn error_lines(&self, current: Current, over_levels: bool) -> Vec<Line> {
        let lines = self.options.members.iter().enumerate().map(|(colour, &members)| {
            let rows = self.errors.iter().filter(|row| row.current == current && row.layer.is_none());
            let points = rows.filter(|row| row.members == members).map(|row| {
                let place = if over_levels { members * row.timesteps } else { row.timesteps };
                (f64::from(place), row.squared_error)
            });
            Line { label: name(members), colour: Some(colour), points: points.collect() }
        });
        lines.collect()
    }

    fn response_section(&self, page: &mut String) -> Result<()> {
        *page += "<h2>Response</h2>\n<p>Firing rate, the mean output in units of λ, against a constant input current in units of \
                  λ, with the clipped ramp that it stands for.</p>\n";
        *page += GRID;
        let timesteps = &self.options.timesteps;
        let mut shown = vec![timesteps[0], timesteps[timesteps.len() / 3]];
        shown.dedup();
        for steps in shown {
            let ideal = response::currents().map(|current| (current, response::ideal(current))).collect();
            let mut lines = Vec::new();
            for (colour, &members) in self.options.members.iter().enumerate() {
                let curves = self.responses.iter().filter(|curve| (curve.members, curve.timesteps) == (members, steps));
                let points = curves.flat_map(|curve| response::currents().zip(curve.rates.iter().copied())).collect();
                lines.push(Line { label: name(members), colour: Some(colour), points });
            }
            lines.push(Line { label: "clipped ramp".into(), colour: None, points: ideal });
            let chart = Chart {
                x: ("input current / λ", Scale::Linear),
                y: ("firing rate", Scale::Linear),
                lines,
                marked: false,
                stacked: false,
            };
            figure(page, &format!("Response at T = {steps}"), &chart)?;
        }
        *page += "</div>\n";
        Ok(())
    }

    fn accuracy_section(&self, page: &mut String) -> Result<()> {
        let ann = |images: u64| {
            let mut rows = self.accuracies.iter().filter(|row| matches!(row.network, Which::Ann | Which::Qcfs));
            rows.find(|row| row.images == images)
        };
        *page += "<h2>Accuracy</h2>\n";
        *page += GRID;
        let networks = [(Which::Fixed, "fixed-point network"), (Which::Float, "float network")];
        let images = |network: Which| self.accuracies.iter().find(|row| row.network == network).map(|row| row.images);
        for (network, what) in networks {
            let Some(images) = images(network) else { continue };
            let steps = self.options.timesteps.iter().map(|&steps| f64::from(steps));
            let mut lines = Vec::new();
            for (colour, &members) in self.options.members.iter().enumerate() {
                let rows = self.accuracies.iter().filter(|row| (row.network, row.members) == (network, Some(members)));
                let points = rows.filter_map(|row| Some((f64::from(row.timesteps?), row.accuracy))).collect();
                lines.push(Line { label: name(members), colour: Some(colour), points });
            }
            if let Some(row) = ann(images) {
                let points = steps.map(|steps| (steps, row.accuracy)).collect();
                lines.push(Line { label: "ANN".into(), colour: None, points });
            }
            let chart = Chart {
                x: ("time steps T", Scale::Log(2.0)),
                y: ("accuracy", Scale::Percent),
                lines,
                marked: true,
                stacked: false,
            };
            figure(page, &format!("Accuracy of the {what}, {images} images"), &chart)?;
        }
        *page += "</div>\n";
        *page += GRID;
        for (network, what) in networks {
            let Some(images) = images(network) else { continue };
            let reference = ann(images).map_or(String::new(), |row| {
                let [low, high] = row.interval.map(percent);
                format!(" ANN: {} ({low} to {high}).", percent(row.accuracy))
            });
            let caption = format!("Accuracy of the {what}, {images} images; below, the 95 % interval.{reference}");
            self.table(page, &caption, |members, timesteps| {
                let cell = |row: &&Accuracy| (row.members, row.timesteps) == (Some(members), Some(timesteps));
                let row = self.accuracies.iter().filter(|row| row.network == network).find(cell)?;
                let [low, high] = row.interval.map(|bound| 100.0 * bound);
                Some((percent(row.accuracy), format!("{low:.2}–{high:.2}")))
            });
            self.table(page, &format!("Agreement of the {what} with the ANN"), |members, timesteps| {
                let cell = |row: &&Accuracy| (row.members, row.timesteps) == (Some(members), Some(timesteps));
                let row = self.accuracies.iter().filter(|row| row.network == network).find(cell)?;
                Some((percent(row.agreement_with_ann), String::new()))
            });
        }
        *page += "</div>\n";
        Ok(())
    }

    /// A row a T, a column a τ; `cell` gives what stands in it, and below that in small.
    fn table(&self, page: &mut String, caption: &str, cell: impl Fn(u32, u32) -> Option<(String, String)>) {
        let head: String = self.options.members.iter().map(|&members| format!("<th>{}</th>", name(members))).collect();
        let _ = writeln!(page, "<div class=\"wide\"><p>{caption}</p>\n<table>\n<tr><th>T</th>{head}</tr>");
        for &timesteps in &self.options.timesteps {
            let cells = self.options.members.iter().map(|&members| match cell(members, timesteps) {
                Some((value, below)) if below.is_empty() => format!("<td>{value}</td>"),
                Some((value, below)) => format!("<td>{value}<small>{below}</small></td>"),
                None => "<td>–</td>".into(),
            });
            let _ = writeln!(page, "<tr><th>{timesteps}</th>{}</tr>", cells.collect::<String>());
        }
        *page += "</table></div>\n";
    }
}

/// A chart with its legend; nothing if it shows nothing.
fn figure(page: &mut String, title: &str, chart: &Chart) -> Result<()> {
    let svg = chart.svg()?;
    if svg.is_empty() {
        return Ok(());
    }
    let key = |line: &Line| {
        let style = if line.colour.is_none() { "dashed" } else { "solid" };
        let colour = css(line.colour);
        format!(
            "<span class=\"key\"><i style=\"border-color:{colour};border-top-style:{style}\"></i>{}</span>",
            line.label
        )
    };
    let keys: String = chart.lines.iter().map(key).collect();
    let _ = writeln!(
        page,
        "<figure role=\"img\" aria-label=\"{title}\">\n{svg}\n<figcaption>{title}<br>{keys}</figcaption></figure>"
    );
    Ok(())
}
