//! The tables of a study as CSV: one heading line, one row per measurement, empty fields for what does not apply.

use super::{IF, Results, response};
use crate::table::{Cell, Table};

/// The name of a row's neurons.
fn neuron(members: u32) -> Cell {
    Cell::text(if members == IF { "if" } else { "gn" })
}

/// All digits of a number; `None` as an empty field.
fn real(value: Option<f64>) -> Cell {
    value.map_or_else(Cell::none, |value| Cell::real(value, 6))
}

fn count(value: Option<u32>) -> Cell {
    value.map_or_else(Cell::none, Cell::count)
}

impl Results {
    /// File names and contents.
    pub fn tables(&self) -> [(&'static str, String); 3] {
        let tables = [self.errors(), self.responses(), self.accuracies()].map(|table| table.csv());
        let [errors, responses, accuracies] = tables;
        [("error.csv", errors), ("response.csv", responses), ("accuracy.csv", accuracies)]
    }

    /// `current` is what the neurons were given: see [`super::Current`]. A row without a layer is the mean over all layers.
    fn errors(&self) -> Table {
        let mut table = Table::new([
            "current",
            "layer",
            "neuron",
            "members",
            "timesteps",
            "squared error",
            "relative error",
            "if squared error",
            "ratio",
        ]);
        for row in &self.errors {
            table.row(vec![
                Cell::text(row.current),
                row.layer.as_ref().map_or_else(Cell::none, Cell::text),
                neuron(row.members),
                Cell::count(row.members),
                Cell::count(row.timesteps),
                real(Some(row.squared_error)),
                real(row.relative_error),
                real(row.if_squared_error),
                real(row.ratio()),
            ]);
        }
        table
    }

    /// Current and rate are in units of λ.
    fn responses(&self) -> Table {
        let mut table = Table::new(["neuron", "members", "timesteps", "current", "rate", "ideal"]);
        for curve in &self.responses {
            for (current, rate) in response::currents().zip(&curve.rates) {
                table.row(vec![
                    neuron(curve.members),
                    Cell::count(curve.members),
                    Cell::count(curve.timesteps),
                    real(Some(current)),
                    real(Some(*rate)),
                    real(Some(response::ideal(current))),
                ]);
            }
        }
        table
    }

    fn accuracies(&self) -> Table {
        let mut table = Table::new([
            "network",
            "neuron",
            "members",
            "timesteps",
            "images",
            "accuracy",
            "low",
            "high",
            "agreement with ann",
        ]);
        for row in &self.accuracies {
            let [low, high] = row.interval;
            table.row(vec![
                Cell::text(row.network.name()),
                row.members.map_or_else(Cell::none, neuron),
                count(row.members),
                count(row.timesteps),
                Cell::count(row.images),
                real(Some(row.accuracy)),
                real(Some(low)),
                real(Some(high)),
                real(Some(row.agreement_with_ann)),
            ]);
        }
        table
    }
}
