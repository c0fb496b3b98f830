//! Quantises a network for existing hardware: that of another network of the same shape, whose weights can be loaded at run time.
//!
//! Besides shapes, the Verilog fixes names, the shift of each term and the groups of its weights: these are taken over. Scales are
//! chosen within that, so a network with the same groups fits.

use super::convert;
use crate::error::{Kind, Place, Result, Setting};
use crate::fixed_point::{self as fixed, Network, Settings, Source, conv_groups};
use crate::snn;

/// Converts `network` to integers that the hardware of `pattern` holds. `settings` are those of `pattern`; the result has the names of
/// `pattern`.
///
/// # Errors
/// Those of [`super::quantise`]; [`Kind::OtherNetwork`] naming what differs in shape.
pub fn quantise_like(network: &snn::Network, settings: &Settings, pattern: &Network) -> Result<Network> {
    let fail = |place: Place, problem: String| {
        let advice = "load a network of the core's shape, or generate a core from this one";
        Err(Kind::OtherNetwork { problem }.at(place).advise(advice))
    };
    for (setting, own, other) in [
        (Setting::Members, network.members, pattern.members),
        (Setting::Timesteps, network.timesteps, pattern.timesteps),
    ] {
        if own != other {
            return fail(setting.into(), format!("it is {own}, where the core's network has {other}"));
        }
    }
    if network.input.shape != pattern.input.shape {
        return fail(
            Place::Input,
            format!("it is {}, where the core's is {}", network.input.shape, pattern.input.shape),
        );
    }
    if network.nodes.len() != pattern.nodes.len() {
        let problem = format!("there are {} nodes, where the core has {}", network.nodes.len(), pattern.nodes.len());
        return fail(Place::Network(network.name.clone()), problem);
    }
    for (own, other) in network.nodes.iter().zip(&pattern.nodes) {
        if let Some(problem) = difference(own, other) {
            return fail(Place::layer(&other.name), problem);
        }
    }
    let mut named = network.clone();
    named.name.clone_from(&pattern.name);
    for (own, other) in named.nodes.iter_mut().zip(&pattern.nodes) {
        own.name.clone_from(&other.name);
    }
    let done = convert(&named, settings, Some(pattern))?;
    if done.input.offset != pattern.input.offset {
        let problem = format!(
            "its mean makes an offset of {:?}, where the core has {:?}",
            done.input.offset, pattern.input.offset
        );
        return fail(Place::Input, problem);
    }
    Ok(done)
}

/// Why the hardware of `other` cannot compute `own`.
fn difference(own: &snn::Node, other: &fixed::Node) -> Option<String> {
    let than = |what: &str, own: String, other: String| Some(format!("{what} {own}, where the core has {other}"));
    if own.shape != other.shape {
        return than("its output is", own.shape.to_string(), other.shape.to_string());
    }
    match (&own.op, &other.op) {
        (snn::Op::Pool(own), fixed::Op::Pool(other)) => {
            let of = |source: Source, kind, window| format!("{kind:?} over {window:?} of {source:?}");
            let [own, other] = [of(own.source, own.kind, own.window), of(other.source, other.kind, other.window)];
            if own == other { None } else { than("it pools", own, other) }
        }
        (snn::Op::Layer(own), fixed::Op::Layer(other)) => layer_difference(own, other),
        (snn::Op::Pool(_), _) => Some("it is a pool, where the core has a layer".into()),
        (snn::Op::Layer(_), _) => Some("it is a layer, where the core has a pool".into()),
    }
}

fn layer_difference(own: &snn::Layer, other: &fixed::Layer) -> Option<String> {
    let fires = |fires: bool| if fires { "fires" } else { "is a readout" };
    let [neuron, core] =
        [matches!(own.neuron, snn::Neuron::Group { .. }), matches!(other.neuron, fixed::Neuron::Group { .. })];
    if neuron != core {
        return Some(format!("it {}, where the core's {}", fires(neuron), fires(core)));
    }
    if own.terms.len() != other.terms.len() {
        return Some(format!("it has {} terms, where the core has {}", own.terms.len(), other.terms.len()));
    }
    for (number, (own, other)) in own.terms.iter().zip(&other.terms).enumerate() {
        let of =
            |source: Source, window, weights: &[usize]| format!("{window:?} of {source:?} with weights {weights:?}");
        let text = of(own.source, own.window, own.weights.shape());
        let core = of(other.source, other.window, other.weights.shape());
        if text != core {
            return Some(format!("term {number} is {text}, where the core has {core}"));
        }
        if !conv_groups::has(&own.weights, other.groups) {
            let problem =
                format!("term {number} reads channels outside of the {} groups that the core has", other.groups);
            return Some(problem);
        }
    }
    None
}
