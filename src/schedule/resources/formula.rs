//! The fitted formulas: a module's cost is a sum of coefficients times products of its parameters.
//!
//! They are data, `coefficients.toml`, written by `scripts/fit_resources.py`, which explains the notation of the terms.

use crate::fpga::{Family, Resources};
use std::collections::HashMap;
use std::sync::LazyLock;

use super::log2;

/// Parameters of one instance by name, as the formulas name them.
pub struct Parameters(Vec<(&'static str, usize)>);

impl Parameters {
    pub fn new<const N: usize>(parameters: [(&'static str, usize); N]) -> Parameters {
        Parameters(parameters.to_vec())
    }

    fn of(&self, name: &str) -> usize {
        let found = self.0.iter().find(|(own, _)| *own == name);
        debug_assert!(found.is_some(), "the formula wants {name}");
        found.map_or(0, |(_, value)| *value)
    }
}

/// What a factor does with its parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Function {
    Plain,
    Log2,
    Pow2,
    Div(usize),
    Over(usize),
}

#[derive(Debug, Clone, PartialEq)]
struct Term {
    coefficient: f64,
    factors: Vec<(Function, String)>,
}

impl Term {
    /// Reads `pow2:WORD_LOG2*ELEMENT_BITS`; `None` for a text that is not a product of factors.
    fn parse(text: &str, coefficient: f64) -> Option<Term> {
        let factor = |part: &str| {
            let (function, name) = part.split_once(':').unwrap_or(("", part));
            let function = match function {
                "" => Function::Plain,
                "log2" => Function::Log2,
                "pow2" => Function::Pow2,
                _ => match function.strip_prefix("div") {
                    Some(by) => Function::Div(by.parse().ok()?),
                    None => Function::Over(function.strip_prefix("over")?.parse().ok()?),
                },
            };
            Some((function, name.to_string()))
        };
        let factors = if text == "1" { Some(vec![]) } else { text.split('*').map(factor).collect() };
        Some(Term { coefficient, factors: factors? })
    }

    fn value(&self, parameters: &Parameters) -> f64 {
        let factor = |(function, name): &(Function, String)| {
            let value = parameters.of(name);
            let value = match function {
                Function::Plain => value,
                Function::Log2 => log2(value),
                Function::Pow2 => 1 << value,
                Function::Div(by) => value.div_ceil(*by),
                Function::Over(limit) => usize::from(value > *limit),
            };
            value as f64
        };
        self.coefficient * self.factors.iter().map(factor).product::<f64>()
    }
}

/// The terms of each resource.
#[derive(Debug, Default)]
struct Formulas {
    luts: Vec<Term>,
    flip_flops: Vec<Term>,
    multipliers: Vec<Term>,
    block_rams: Vec<Term>,
}

type Coefficients = HashMap<Family, HashMap<String, HashMap<String, HashMap<String, f64>>>>;

static FORMULAS: LazyLock<HashMap<Family, HashMap<String, Formulas>>> = LazyLock::new(|| {
    let text = include_str!("coefficients.toml");
    let coefficients: Coefficients = toml::from_str(text).expect("coefficients.toml is part of the program");
    let terms = |all: Option<&HashMap<String, f64>>| -> Vec<Term> {
        let parse =
            |(text, coefficient): (&String, &f64)| Term::parse(text, *coefficient).expect("a product of factors");
        let mut terms: Vec<_> = all.into_iter().flatten().collect();
        // A sum of floating-point numbers must not depend on a map's order.
        terms.sort_by_key(|(text, _)| text.as_str());
        terms.into_iter().map(parse).collect()
    };
    let module = |(name, all): (String, HashMap<String, HashMap<String, f64>>)| {
        let of = |resource: &str| terms(all.get(resource));
        let formulas = Formulas {
            luts: of("luts"),
            flip_flops: of("flip_flops"),
            multipliers: of("multipliers"),
            block_rams: of("block_rams"),
        };
        (name, formulas)
    };
    coefficients.into_iter().map(|(family, modules)| (family, modules.into_iter().map(module).collect())).collect()
});

/// What one instance of `module` costs on `family`; nothing where no formula is known, which a test rules out.
pub fn cost(family: Family, module: &str, parameters: &Parameters) -> Resources {
    // For LUTs and flip-flops, the UltraScale+ is like the 7 series, in fabric and tools.
    let family = if family == Family::UltrascalePlus { Family::Series7 } else { family };
    let Some(formulas) = FORMULAS.get(&family).and_then(|modules| modules.get(module)) else {
        return Resources::default();
    };
    let sum = |terms: &[Term]| terms.iter().map(|term| term.value(parameters)).sum();
    Resources {
        luts: sum(&formulas.luts),
        flip_flops: sum(&formulas.flip_flops),
        multipliers: sum(&formulas.multipliers),
        block_rams: sum(&formulas.block_rams),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_a_product_of_factors() {
        let parameters = Parameters::new([("WORD_LOG2", 3), ("WIDTH", 17), ("ONE", 1)]);
        let value = |text: &str| Term::parse(text, 0.5).map(|term| term.value(&parameters));
        assert_eq!(value("1"), Some(0.5));
        assert_eq!(value("WIDTH"), Some(8.5));
        assert_eq!(value("pow2:WORD_LOG2*WIDTH"), Some(68.0));
        assert_eq!([value("log2:WIDTH"), value("log2:ONE")], [Some(2.5), Some(0.5)]);
        assert_eq!([value("div16:WIDTH"), value("div17:WIDTH")], [Some(1.0), Some(0.5)]);
        assert_eq!([value("over16:WIDTH"), value("over17:WIDTH")], [Some(0.5), Some(0.0)]);
        assert_eq!([value("cube:WIDTH"), value("divx:WIDTH")], [None, None]);
    }

    /// Every module of an engine has a formula, so none is counted as free.
    #[test]
    fn every_module_was_measured_on_every_family() {
        let everywhere = [
            "word_packer",
            "spike_buffer",
            "spike_buffer_blocks",
            "window_walker",
            "event_selector",
            "event_join",
            "synapse_array_gated",
            "synapse_array_multiplier",
            "slice_sum",
            "group_neuron",
            "group_neuron_pow2",
            "group_neuron_serial",
            "readout",
            "pool",
            "input_encoder",
            "skid_buffer",
            "timestep_sum",
            "rom",
        ];
        for family in [Family::Ecp5, Family::Series7, Family::Ice40] {
            let missing: Vec<_> = everywhere.iter().filter(|name| !FORMULAS[&family].contains_key(**name)).collect();
            assert!(missing.is_empty(), "{family:?}: {missing:?}");
        }
        for family in [Family::Ecp5, Family::Series7] {
            assert!(FORMULAS[&family].contains_key("row_memory") && FORMULAS[&family].contains_key("pool_distributed"));
        }
        assert!(FORMULAS[&Family::Series7].contains_key("synapse_array_accumulator"));
    }
}
