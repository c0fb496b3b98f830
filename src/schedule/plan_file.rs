//! A plan file: the folding of one network's layers, and which network that is.

use std::fmt::Write;
use std::path::Path;

use super::{Folding, unknown_layer};
use crate::error::{Artefact, Kind, Place, Result};
use crate::fixed_point::{Network, Op};
use crate::sums::sha256;

/// Keys of a plan file beside the foldings.
pub(super) const KEYS: [&str; 3] = ["network", "structure", "clock_mhz"];
/// Hexadecimal digits of a structure's fingerprint.
const DIGITS: usize = 16;

/// A plan as a file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanFile {
    /// Name of the network that it is for.
    pub network: String,
    /// Fingerprint of that network's structure, see [`structure`]; a plan written by hand may have none.
    pub structure: Option<String>,
    /// Clock of the core that it was made for, in MHz; a plan written by hand may have none.
    pub clock_mhz: Option<f64>,
    /// Whether it says something about layers that it does not name.
    pub has_default: bool,
    /// The folding of every layer.
    pub folding: Folding,
}

/// The fingerprint of a network's structure: names and shapes of its nodes, and their windows. Weights, members and time steps are not part
/// of it; a plan outlives them.
pub fn structure(network: &Network) -> String {
    let mut text = String::new();
    for node in &network.nodes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{} {}", node.name, node.shape);
        match &node.op {
            Op::Layer(layer) => {
                for term in &layer.terms {
                    let _ = write!(text, " {:?} {:?} {}", term.source, term.window, term.groups);
                }
            }
            Op::Pool(pool) => {
                let _ = write!(text, " {pool:?}");
            }
        }
        text.push('\n');
    }
    sha256(text.as_bytes())[..DIGITS].to_string()
}

/// The lines of a plan file that say which network and clock it is for.
pub(crate) fn keys(network: &Network, clock_mhz: f64) -> String {
    let [name, fingerprint, clock] = KEYS;
    format!("{name} = {:?}\n{fingerprint} = {:?}\n{clock} = {clock_mhz:?}\n", network.name, structure(network))
}

/// Whether `mhz` can be the clock of a core.
pub(crate) fn is_clock(mhz: f64) -> bool {
    mhz.is_finite() && mhz > 0.0
}

impl PlanFile {
    /// Reads a plan file; `path` is named in errors.
    ///
    /// # Errors
    /// [`Kind::Malformed`] for a text that is not a plan, also for one without a network or with an impossible clock; those of
    /// [`Folding::from_toml`].
    pub fn read(text: &str, path: &Path) -> Result<PlanFile> {
        let folding = Folding::from_toml(text, path)?;
        let table: toml::Table = text.parse().map_err(|error| Kind::malformed(Artefact::Plan, error).at(path))?;
        let wrong = |key: &str, problem: &str| {
            Kind::malformed(Artefact::Plan, problem).at(Place::within(path, Place::key(key)))
        };
        let word = |key: &str| match table.get(key) {
            None => Ok(None),
            Some(toml::Value::String(word)) => Ok(Some(word.clone())),
            Some(_) => Err(wrong(key, "it is not a text")),
        };
        let clock_mhz = match table.get(KEYS[2]) {
            None => None,
            Some(value) => {
                let mhz = value.as_float().or_else(|| value.as_integer().map(|mhz| mhz as f64));
                let legal = mhz.filter(|&mhz| is_clock(mhz));
                Some(legal.ok_or_else(|| wrong(KEYS[2], "it is not a positive number of MHz"))?)
            }
        };
        let Some(network) = word(KEYS[0])? else {
            let advice = "plan the network again, or add its name: network = \"NAME\"";
            let problem = "it does not say which network it is for";
            return Err(Kind::malformed(Artefact::Plan, problem).at(path).advise(advice));
        };
        let has_default = table.contains_key("default");
        Ok(PlanFile { network, structure: word(KEYS[1])?, clock_mhz, has_default, folding })
    }

    /// Checks that this is a plan for `network`.
    ///
    /// # Errors
    /// [`Kind::OtherNetwork`] for a plan of another network, [`Kind::UnknownLayer`] for a layer that it does not have, and
    /// [`Kind::Malformed`] where one is missing.
    pub fn check(&self, network: &Network, path: &Path) -> Result<()> {
        let other = |problem: String| {
            Err(Kind::OtherNetwork { problem }.at(path).advise("give the plan of this network, or plan it again"))
        };
        if self.network != network.name {
            return other(format!("it is for the network '{}', and this is '{}'", self.network, network.name));
        }
        if let Some(unknown) = unknown_layer(network, self.folding.layers.keys()) {
            return Err(unknown.at(path));
        }
        if self.structure.as_ref().is_some_and(|own| *own != structure(network)) {
            return other(format!("it is for a network '{}' with other layers", self.network));
        }
        let layers = network.nodes.iter().filter(|node| matches!(node.op, Op::Layer(_)));
        match layers.map(|node| &node.name).find(|name| !self.folding.layers.contains_key(*name)) {
            Some(missing) if !self.has_default => {
                let problem = format!("it has no table [layer.{missing}]");
                let advice = "add it, or a table [default] for all layers without one, or plan the network again";
                Err(Kind::malformed(Artefact::Plan, problem).at(path).advise(advice))
            }
            _ => Ok(()),
        }
    }
}
