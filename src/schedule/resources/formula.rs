//! The fitted formulas: a module's cost is a sum of coefficients times products of its parameters.
//!
//! They are data, `coefficients.toml`, written by `scripts/fit_resources.py`, which explains the notation of the terms.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Resources, log2};
use crate::schedule::Family;

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
enum Form {
    Plain,
    Log2,
    Pow2,
    Div(usize),
    Over(usize),
}

#[derive(Debug, Clone, PartialEq)]
struct Term {
    coefficient: f64,
    factors: Vec<(Form, String)>,
}

impl Term {
    /// Reads `pow2:WORD_LOG2*ELEMENT_BITS`; `None` for a text that is no product of factors.
    fn parse(text: &str, coefficient: f64) -> Option<Term> {
        let factor = |part: &str| {
            let (form, name) = part.split_once(':').unwrap_or(("", part));
            let form = match form {
                "" => Form::Plain,
                "log2" => Form::Log2,
                "pow2" => Form::Pow2,
                _ => match form.strip_prefix("div") {
                    Some(by) => Form::Div(by.parse().ok()?),
                    None => Form::Over(form.strip_prefix("over")?.parse().ok()?),
                },
            };
            Some((form, name.to_string()))
        };
        let factors = if text == "1" { Some(vec![]) } else { text.split('*').map(factor).collect() };
        Some(Term { coefficient, factors: factors? })
    }

    fn value(&self, parameters: &Parameters) -> f64 {
        let factor = |(form, name): &(Form, String)| {
            let value = parameters.of(name);
            let value = match form {
                Form::Plain => value,
                Form::Log2 => log2(value),
                Form::Pow2 => 1 << value,
                Form::Div(by) => value.div_ceil(*by),
                Form::Over(limit) => usize::from(value > *limit),
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
    // Fabric and tools of the UltraScale+ are those of the 7 series, as far as LUTs and flip-flops go.
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
