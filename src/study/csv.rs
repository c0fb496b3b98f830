//! The tables of a study as CSV: one heading line, a row a measurement, empty fields for what does not apply.

use std::fmt::Display;

use super::{IF, Results, response};

/// A number in full; `None` as an empty field.
fn field(value: Option<impl Display>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// What the neurons of a row are called.
fn neuron(members: u32) -> &'static str {
    if members == IF { "if" } else { "gn" }
}

impl Results {
    /// File names and contents.
    pub fn tables(&self) -> [(&'static str, String); 3] {
        [("error.csv", self.errors()), ("response.csv", self.responses()), ("accuracy.csv", self.accuracies())]
    }

    /// `current` is what the neurons were given: see [`super::Current`]. A row without a layer is the mean over all layers.
    fn errors(&self) -> String {
        let head = "current,layer,neuron,members,timesteps,squared_error,relative_error,if_squared_error,ratio\n";
        let row = |row: &super::Squared| {
            let ratio = row.ratio();
            format!(
                "{},{},{},{},{},{},{},{},{}\n",
                row.current,
                row.layer.as_deref().unwrap_or(""),
                neuron(row.members),
                row.members,
                row.timesteps,
                row.squared_error,
                field(row.relative_error),
                field(row.if_squared_error),
                field(ratio),
            )
        };
        head.to_string() + &self.errors.iter().map(row).collect::<String>()
    }

    /// Current and rate are in units of λ.
    fn responses(&self) -> String {
        let mut text = String::from("neuron,members,timesteps,current,rate,ideal\n");
        for curve in &self.responses {
            for (current, rate) in response::currents().zip(&curve.rates) {
                let (name, ideal) = (neuron(curve.members), response::ideal(current));
                text += &format!("{name},{},{},{current},{rate},{ideal}\n", curve.members, curve.timesteps);
            }
        }
        text
    }

    fn accuracies(&self) -> String {
        let head = "network,neuron,members,timesteps,images,accuracy,low,high,agreement_with_ann\n";
        let row = |row: &super::Accuracy| {
            let [low, high] = row.interval;
            format!(
                "{},{},{},{},{},{},{low},{high},{}\n",
                row.network.name(),
                row.members.map_or("", neuron),
                field(row.members),
                field(row.timesteps),
                row.images,
                row.accuracy,
                row.agreement_with_ann,
            )
        };
        head.to_string() + &self.accuracies.iter().map(row).collect::<String>()
    }
}
