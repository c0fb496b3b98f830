//! What each layer does and loses.

use crate::Result;
use crate::eval::LayerStats;
use crate::numbers::thousands;
use crate::page::Page;
use crate::plot::{self, Axis, Bars};

use super::{Findings, chart, tables};

pub fn section(found: &Findings, page: &mut Page) -> Result<()> {
    page.heading("Layers");
    let layers = &found.layers;
    if layers.is_empty() {
        page.paragraph("Not measured: there were no images. Give some.");
        return Ok(());
    }
    page.paragraph(format!(
        "What the group neurons of each layer do in fixed point, on {} images. A count is clamped where all members fire; a neuron is \
         silent that fires on none of the images.",
        thousands(found.images as u64)
    ));
    let names: Vec<_> = layers.iter().map(|layer| layer.name.as_str()).collect();
    let share = |label: &str| Axis::linear(label).percent();
    page.figure(densities(layers, &names)?, "Counts that are not zero, which is what the hardware works for.");
    let clamped = layers.iter().map(|layer| Some(layer.clamped));
    page.figure(chart(share("clamped counts"), &names, clamped)?, "Counts at their greatest value.");
    let silent = layers.iter().map(|layer| Some(layer.silent));
    page.figure(chart(share("silent neurons"), &names, silent)?, "Neurons that no image makes fire.");
    if layers.iter().any(|layer| layer.squared_error.is_some()) {
        let sqnr = layers.iter().map(|layer| layer.sqnr_db);
        page.figure(
            chart(Axis::linear("signal to error, dB"), &names, sqnr)?,
            "The ANN's activations against what the spikes make of them: more is better, 10 dB are a tenth of the squared error.",
        );
        let errors = layers.iter().map(|layer| layer.squared_error);
        page.figure(
            chart(Axis::linear("mean squared error"), &names, errors)?,
            "Mean squared error against the ANN's activations.",
        );
    }
    let used = layers.iter().map(|layer| Some(layer.membrane_used()));
    page.figure(
        chart(share("share of the membrane's range").including(1.0), &names, used)?,
        "How much of what a membrane register holds the potentials came to.",
    );
    if layers.iter().all(|layer| layer.squared_error.is_none()) {
        page.paragraph(
            "The error against the ANN is not known: the folder holds no ONNX file, or one without these activations. \
             Convert the network again.",
        );
    }
    page.table(tables::layers(layers));
    Ok(())
}

/// Of all time steps; of more than four the first, the second, the fourth and so on, and the last: the table has the others.
fn densities(layers: &[LayerStats], names: &[&str]) -> Result<plot::Svg> {
    let timesteps = layers.first().map_or(0, |layer| layer.density.len());
    let shown = (1..=timesteps).filter(|t| timesteps <= 4 || t.is_power_of_two() || *t == timesteps);
    let series = shown.map(|t| {
        let values = layers.iter().map(|layer| layer.density.get(t - 1).copied());
        Bars::new(format!("time step {t}"), values.collect())
    });
    plot::bars(&Axis::linear("spike density").percent(), names, &series.collect::<Vec<_>>())
}
