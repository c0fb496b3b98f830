//! Where a converted network may be less accurate than the imported one, and by how much, for the user.

use super::{Activation, Conversion};
use crate::snn::{self, Network};

/// A λ above this many times the largest current wastes most of its levels.
const WIDE: f32 = 2.0;

/// One sentence for each thing to know; empty if the conversion is as good as it can be. `largest` is what
/// [`super::calibrate::calibrate`] returned, if there were images.
pub fn notes(conversion: &Conversion, largest: Option<&[Option<f32>]>) -> Vec<String> {
    let network = &conversion.network;
    let mut notes = network.warnings();
    notes.extend(normalisation(network));
    notes.extend(other_levels(conversion));
    match largest {
        Some(largest) => notes.extend(wide(conversion, largest)),
        None => notes.extend(clipped(conversion)),
    }
    notes
}

/// Mean and deviation that can only be meant for pixels from 0 to 255.
fn normalisation(network: &Network) -> Option<String> {
    let snn::Input { normalisation, .. } = &network.input;
    let (mean, std) = (&normalisation.mean, &normalisation.std);
    if mean.iter().all(|mean| (-1.0..=1.0).contains(mean)) && std.iter().all(|&std| std <= 2.0) {
        return None;
    }
    let list = |numbers: &[f64], divisor: f64| {
        numbers.iter().map(|number| format!("{}", (number / divisor * 1e4).round() / 1e4)).collect::<Vec<_>>().join(",")
    };
    Some(format!(
        "mean {} and std {} apply to pixel/255, from 0 to 1, but seem to be meant for pixels from 0 to 255: those would be mean {} and std {}",
        list(mean, 1.0),
        list(std, 1.0),
        list(mean, 255.0),
        list(std, 255.0)
    ))
}

/// Layers that were trained with other levels than they get.
fn other_levels(conversion: &Conversion) -> Vec<String> {
    let members = conversion.network.members;
    let levels = |activation: &Activation| match activation {
        Activation::Qcfs { levels, .. } if *levels != members => Some(*levels),
        _ => None,
    };
    let mut found: Vec<u32> = conversion.activations.iter().flatten().filter_map(levels).collect();
    found.sort_unstable();
    let sets = found.chunk_by(|a, b| a == b);
    let note = |set: &[u32]| {
        let trained = set[0];
        format!(
            "{} trained with L = {trained} levels, and a group of τ = {members} rounds its activations to {members}: τ = {trained} computes what \
             was trained",
            layers(set.len(), "was", "were")
        )
    };
    sets.map(note).collect()
}

/// Layers whose bound is taken as λ because there are no images.
fn clipped(conversion: &Conversion) -> Option<String> {
    let clips = conversion.activations.iter().flatten().filter_map(|activation| match activation {
        Activation::Clip(bound) => Some(*bound),
        _ => None,
    });
    let bounds: Vec<f32> = clips.collect();
    let most = bounds.iter().copied().reduce(f32::max)?;
    let members = conversion.network.members;
    Some(format!(
        "{} at {most}, and without calibration images this bound is λ: activations are rounded to multiples of {}. If they stay far below the \
         bound, that costs accuracy",
        layers(bounds.len(), "clips its activations", "clip their activations"),
        most / members as f32
    ))
}

/// Layers with a λ that their currents come nowhere near.
fn wide(conversion: &Conversion, largest: &[Option<f32>]) -> Option<String> {
    let network = &conversion.network;
    let members = network.members as f32;
    let wide =
        conversion.activations.iter().zip(largest).zip(&network.nodes).filter_map(|((activation, most), node)| {
            let (Some(Activation::Qcfs { lambda, .. }), Some(most)) = (activation, most) else { return None };
            (*lambda > WIDE * most).then_some((lambda / most, *lambda, *most, &node.name))
        });
    let wide: Vec<_> = wide.collect();
    let (_, lambda, most, name) = wide.iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(format!(
        "{} a λ far above the currents of the calibration images. In '{name}', λ is {lambda} and the largest current {most}: at most {} of {} \
         levels occur",
        layers(wide.len(), "has", "have"),
        (most / lambda * members + 0.5).floor().max(0.0),
        members
    ))
}

/// "1 layer was", "3 layers were".
fn layers(count: usize, one: &str, more: &str) -> String {
    if count == 1 { format!("1 layer {one}") } else { format!("{count} layers {more}") }
}
