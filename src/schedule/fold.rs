//! Folding as the user gives it: how many lanes, slices and units each layer gets, on the command line or in a file.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Arithmetic;
use super::plan_file::KEYS;
use crate::error::{Artefact, Kind, Place, Result, Setting};
use crate::numbers::{ForLayer, for_layers};

/// Lanes of a layer by default.
pub const DEFAULT_LANES: usize = 16;

/// The beginning of a layer's table in a plan file.
const FIRST_KEYS: [&str; 3] = ["lanes", "slices", "units"];

/// A legal number of lanes; more than this is probably a typing error.
const MAX_LANES: usize = 1024;
/// A legal number of slices, in the same way.
const MAX_SLICES: usize = 64;

/// How one layer is folded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fold {
    /// P: output channels computed at once, 1..=1024; more than the layer's channels count as all of them.
    pub lanes: usize,
    /// G: scanners side by side, each with its share of the input channels, its weight bank and its accumulators; a
    /// power of two that divides the input channels.
    #[serde(default = "one")]
    pub slices: usize,
    /// The slice of each count of a spike word, so that slices get equal work where channels spike unequally: as many
    /// for each slice. Empty: count i belongs to slice i mod G. Only where a pixel is a whole number of words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub share: Vec<usize>,
    /// Most elements of a slice in a spike word, a power of two; 0: as many as make the fewest words. Narrower words cost
    /// less, and are enough as long as a word has an event or two on average.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub word: usize,
    /// Neurons that fire, and elements that leave, at once; a power of two that divides lanes and channels.
    #[serde(default = "one")]
    pub units: usize,
    /// What the lanes are built of; left out: multipliers where the layer reads the input, else gated adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arithmetic: Option<Arithmetic>,
    /// How neurons fire.
    #[serde(default)]
    pub firing: Firing,
    /// Where the weights are held.
    #[serde(default)]
    pub weights: Storage,
    /// Where the rows of the map are held.
    #[serde(default)]
    pub buffers: Storage,
}

/// How a unit fires its neurons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Firing {
    /// One neuron a clock, a stage for each step of its division.
    #[default]
    Pipelined,
    /// One adder that is used many times: 1 + T·(2 + bits of a count) clocks per neuron.
    Serial,
}

/// Which memory of the device holds something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Storage {
    /// Block RAM where it is well filled, else LUTs.
    #[default]
    Auto,
    /// Block RAM.
    Block,
    /// LUTs.
    Distributed,
    /// Only for weights: as many rows in block RAM as fill its depth, the others in LUTs.
    Split,
}

/// Memories of fewer bits, or of fewer words, are better kept in LUTs than in a block RAM of 16 or 18 kbit.
const BLOCK_MIN_BITS: u64 = 2048;
const BLOCK_MIN_ROWS: u64 = 32;
/// Rows of a block RAM at its widest, on the families in use: what a ROM's rows in block RAM are a multiple of when the
/// others are held in LUTs.
pub const BLOCK_DEPTH: u64 = 512;

impl std::fmt::Display for Storage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Storage::Auto => "auto",
            Storage::Block => "block",
            Storage::Distributed => "distributed",
            Storage::Split => "split",
        })
    }
}

impl Storage {
    /// How many of a memory's `rows` of `width` bits are in block RAM: all, none, or with [`Storage::Split`] some.
    pub fn block_rows(self, rows: u64, width: u32) -> u64 {
        match self {
            Storage::Split if rows >= BLOCK_DEPTH => rows / BLOCK_DEPTH * BLOCK_DEPTH,
            Storage::Auto | Storage::Split if rows * u64::from(width) < BLOCK_MIN_BITS || rows < BLOCK_MIN_ROWS => 0,
            Storage::Distributed => 0,
            Storage::Auto | Storage::Split | Storage::Block => rows,
        }
    }

    /// The same for a memory that is written, which uses one kind of memory: all of it is in block RAM if some of it should be.
    pub fn writable_block_rows(self, rows: u64, width: u32) -> u64 {
        if self.block_rows(rows, width) > 0 { rows } else { 0 }
    }
}

/// Reads `16x4`, lanes x slices, or `16`, lanes alone.
pub(super) fn lanes_and_slices(text: &str) -> Option<(usize, Option<usize>)> {
    let number = |text: &str| text.trim().parse().ok();
    match text.split_once('x') {
        None => Some((number(text)?, None)),
        Some((lanes, slices)) => Some((number(lanes)?, Some(number(slices)?))),
    }
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

fn one() -> usize {
    1
}

impl Default for Fold {
    fn default() -> Self {
        Fold::lanes(DEFAULT_LANES)
    }
}

impl Fold {
    /// One slice and one unit of `lanes` lanes.
    pub fn lanes(lanes: usize) -> Self {
        Fold {
            lanes,
            slices: 1,
            share: vec![],
            word: 0,
            units: 1,
            arithmetic: None,
            firing: Firing::Pipelined,
            weights: Storage::Auto,
            buffers: Storage::Auto,
        }
    }

    /// Checks the ranges that hold for every layer; `place` is where the numbers come from.
    ///
    /// # Errors
    /// [`Kind::BadFold`].
    pub fn validate(&self, place: impl Into<Place>) -> Result<()> {
        let fail = |problem: String, advice| Err(Kind::BadFold { problem, advice }.at(place));
        if !(1..=MAX_LANES).contains(&self.lanes) {
            return fail(format!("it has {} lanes", self.lanes), "choose 1 to 1024 lanes");
        }
        if !(1..=MAX_SLICES).contains(&self.slices) || !self.slices.is_power_of_two() {
            return fail(format!("it has {} slices", self.slices), "choose a power of two up to 64");
        }
        if self.word != 0 && !self.word.is_power_of_two() {
            return fail(format!("it has words of {} elements", self.word), "choose a power of two");
        }
        let each = |slice| self.share.iter().filter(|own| **own == slice).count() * self.slices;
        if (0..self.slices).any(|slice| each(slice) != self.share.len()) {
            return fail("its share is uneven".into(), "name every slice from 0 on equally often");
        }
        if !self.units.is_power_of_two() || self.units > self.lanes {
            return fail(
                format!("it has {} units for {} lanes", self.units, self.lanes),
                "choose a power of two that divides the lanes",
            );
        }
        Ok(())
    }
}

/// The folding of one layer, as a place of errors.
pub(super) fn folding_of(layer: &str) -> Place {
    Place::LayerSetting { setting: Setting::Folding, layer: layer.into() }
}

/// The folding of a network: of layers by name, and of all others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folding {
    /// For every layer that is not named.
    #[serde(default)]
    pub default: Fold,
    /// By the layer's name.
    #[serde(default, rename = "layer")]
    pub layers: BTreeMap<String, Fold>,
}

impl Folding {
    /// `lanes` for every layer.
    pub fn uniform(lanes: usize) -> Self {
        Folding { default: Fold::lanes(lanes), layers: BTreeMap::new() }
    }

    /// Reads lanes from a text: `16`, or `conv_0=8,linear_9=16x2` (lanes x slices), or `16,conv_0=8`.
    ///
    /// # Errors
    /// [`Kind::NotUnderstood`], [`Kind::SetTwice`] and [`Kind::BadFold`], quoting the part that is wrong.
    pub fn parse(text: &str) -> Result<Folding> {
        let unclear = |part: &str| {
            let grammar = "a number for all layers, or layer=LANES or layer=LANESxSLICES, separated by commas";
            Kind::NotUnderstood { part: part.into(), grammar }.at(Setting::Folding)
        };
        let mut folding = Folding::default();
        let mut general = false;
        for ForLayer { part, layer, value } in for_layers(text) {
            let (lanes, slices) = lanes_and_slices(value).ok_or_else(|| unclear(part))?;
            let fold = Fold { slices: slices.unwrap_or(1), ..Fold::lanes(lanes) };
            fold.validate(Setting::Folding)?;
            match layer {
                None if general => return Err(Kind::SetTwice { part: part.into() }.at(Setting::Folding)),
                None => (folding.default, general) = (fold, true),
                Some(name) => _ = folding.layers.insert(name.to_string(), fold),
            }
        }
        Ok(folding)
    }

    /// Reads the foldings of a plan file: a table `[layer.NAME]` for each layer, `[default]` for those without one. Which network and
    /// clock it is for is in a [`super::PlanFile`].
    ///
    /// # Errors
    /// [`Kind::Malformed`] naming `path` for a text that is not a plan or has an unknown key, [`Kind::BadFold`] for numbers that
    /// no layer can have.
    pub fn from_toml(text: &str, path: &Path) -> Result<Folding> {
        let malformed = |error: toml::de::Error| Kind::malformed(Artefact::Plan, error).at(path);
        // Read as a whole first: its errors show the line.
        let mut table: toml::Table = text.parse().map_err(malformed)?;
        let of_network = KEYS.map(|key| table.remove(key).is_some());
        let folding: Folding =
            if of_network == [false; 3] { toml::from_str(text) } else { table.try_into() }.map_err(malformed)?;
        folding.default.validate(Place::within(path, Place::key("[default]")))?;
        for (name, fold) in &folding.layers {
            fold.validate(Place::within(path, Place::key(format!("[layer.{name}]"))))?;
        }
        Ok(folding)
    }

    /// The text of a plan file, under `head`; `comment` says something about each layer. Both become TOML comments.
    ///
    /// # Errors
    /// [`Kind::Internal`] if a fold has no TOML form.
    pub fn to_toml(&self, head: &str, order: &[&str], comment: impl Fn(&str) -> String) -> Result<String> {
        let mut text: String = head.lines().map(|line| format!("# {line}\n")).collect();
        for name in order {
            let fold =
                toml::Table::try_from(self.of(name)).map_err(|error| Kind::internal(error).at(folding_of(name)))?;
            // One line per key, for any value; the keys that are edited most come first.
            let mut lines: Vec<_> =
                fold.iter().map(|(key, value)| (key.as_str(), format!("{key} = {value}\n"))).collect();
            lines.sort_by_key(|(key, _)| FIRST_KEYS.iter().position(|first| first == key).unwrap_or(FIRST_KEYS.len()));
            let fold: String = lines.into_iter().map(|(_, line)| line).collect();
            let bare = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
            let key = if bare { name.to_string() } else { format!("{name:?}") };
            text += &format!("\n# {}\n[layer.{key}]\n{fold}", comment(name));
        }
        Ok(text)
    }

    /// The fold given for `layer`.
    pub fn of(&self, layer: &str) -> Fold {
        self.layers.get(layer).unwrap_or(&self.default).clone()
    }
}
