//! What the user chooses about the integers, and how it is read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ThresholdMode, WeightMode};
use crate::error::{Kind, Place, Result, Setting};
use crate::numbers::{ForLayer, for_layers};

/// What the user chooses about the integers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Signed bits of the weights of every layer that `layer_bits` does not name, 2..=16.
    pub weight_bits: u32,
    /// The thresholds that the neurons may have.
    pub threshold: ThresholdMode,
    /// Signed bits of the weights of some layers, by name, 2..=16.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub layer_bits: BTreeMap<String, u32>,
    /// Whether weights are built in or loaded.
    #[serde(default, skip_serializing_if = "WeightMode::is_baked")]
    pub weights: WeightMode,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            weight_bits: 8,
            threshold: ThresholdMode::Exact,
            layer_bits: BTreeMap::new(),
            weights: WeightMode::Baked,
        }
    }
}

/// Legal signed bits of a weight.
pub(super) const WEIGHT_BITS: std::ops::RangeInclusive<u32> = 2..=16;

impl Settings {
    /// Reads weight bits from a text: `8`, `8,conv_0=6` or `conv_0=6,linear_9=4`.
    ///
    /// # Errors
    /// [`Kind::NotUnderstood`], [`Kind::OutOfRange`] for bits outside 2..=16, [`Kind::SetTwice`].
    pub fn parse(weight_bits: &str, threshold: ThresholdMode) -> Result<Settings> {
        let unclear = |part: &str| Kind::NotUnderstood {
            part: part.into(),
            grammar: "a number for all layers, or layer=number, separated by commas",
        };
        let mut settings = Settings { threshold, ..Settings::default() };
        let mut all = None;
        for ForLayer { part, layer, value } in for_layers(weight_bits) {
            let bits = value.parse().map_err(|_| unclear(part).at(Setting::WeightBits))?;
            let before = match layer {
                Some(name) => settings.layer_bits.insert(name.to_string(), bits),
                None => all.replace(bits),
            };
            if before.is_some() {
                return Err(Kind::SetTwice { part: part.into() }.at(Setting::WeightBits));
            }
        }
        settings.weight_bits = all.unwrap_or(settings.weight_bits);
        settings.validate()?;
        Ok(settings)
    }

    /// Signed bits of the weights of layer `name`.
    pub fn bits_of(&self, name: &str) -> u32 {
        self.layer_bits.get(name).copied().unwrap_or(self.weight_bits)
    }

    /// # Errors
    /// [`Kind::OutOfRange`] for weight bits outside 2..=16, and [`Kind::RuntimeWeightsNeedExact`] for weights loaded at run time with
    /// thresholds of powers of two: the distance between these, and so the hardware, depends on the weights.
    pub fn validate(&self) -> Result<()> {
        if self.weights == WeightMode::Runtime && self.threshold == ThresholdMode::Pow2 {
            return Err(Kind::RuntimeWeightsNeedExact.at(Setting::WeightMode));
        }
        check_bits(self.weight_bits, Setting::WeightBits)?;
        self.layer_bits.iter().try_for_each(|(name, &bits)| {
            check_bits(bits, Place::LayerSetting { setting: Setting::WeightBits, layer: name.clone() })
        })
    }

    /// Checks that each layer named is one of `layers`.
    ///
    /// # Errors
    /// [`Kind::UnknownLayer`] naming the first unknown one.
    pub fn check_layers<'n>(&self, layers: impl Iterator<Item = &'n str> + Clone) -> Result<()> {
        match self.layer_bits.keys().find(|name| !layers.clone().any(|layer| layer == **name)) {
            None => Ok(()),
            Some(name) => {
                let known = layers.map(String::from).collect();
                Err(Kind::UnknownLayer { layer: name.clone(), known }.at(Setting::WeightBits))
            }
        }
    }
}

/// `place` says whose bits they are.
fn check_bits(bits: u32, place: impl Into<Place>) -> Result<()> {
    if WEIGHT_BITS.contains(&bits) {
        return Ok(());
    }
    Err(Kind::out_of_range(bits, f64::from(*WEIGHT_BITS.start())..=f64::from(*WEIGHT_BITS.end())).at(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(text, ThresholdMode::Exact).map_err(|error| error.to_string())
    }

    #[test]
    fn bits_are_said_for_all_layers_or_by_name() {
        assert_eq!(parse("6").unwrap().bits_of("conv_0"), 6);
        let mixed = parse("8, conv_0 = 5,linear_9=4").unwrap();
        assert_eq!(["conv_0", "linear_9", "conv_1"].map(|name| mixed.bits_of(name)), [5, 4, 8]);
        assert_eq!(parse("conv_0=5").unwrap().bits_of("conv_1"), Settings::default().weight_bits);
    }

    #[test]
    fn unusable_bits_are_refused_by_name() {
        for (text, named) in [
            ("", "''"),
            ("8,conv_0", "'conv_0'"),
            ("8,conv_0=x", "'conv_0=x'"),
            ("8,6", "'6'"),
            ("conv_0=6,conv_0=5", "'conv_0=5'"),
            ("1", "it is 1"),
            ("8,conv_0=17", "weight bits of layer 'conv_0': it is 17"),
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.contains("weight bits") && message.contains(named), "{text}: {message}");
        }
        let message = parse("8,conv_9=6").unwrap().check_layers(["conv_0", "fc"].into_iter()).unwrap_err().to_string();
        assert!(message.contains("'conv_9'") && message.contains("conv_0, fc"), "{message}");
    }
}
