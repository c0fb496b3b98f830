//! The library's settings of a few words as flags.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use volley::words::Words;

/// The value of a flag that is one of a setting's words.
pub fn one_of<C: Words>() -> impl TypedValueParser<Value = C> {
    let words = C::ALL.iter().map(|(_, word, about)| PossibleValue::new(*word).help(*about));
    PossibleValuesParser::new(words).try_map(|word| C::of_word(&word))
}
