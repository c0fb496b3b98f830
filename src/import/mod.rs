//! Import: files of trained networks become [`ann::Network`]; every oddity of the file format ends here.
//!
//! This module walks the graph, not the runtime that computes the float baseline: a runtime fuses and renames operators, but the
//! conversion needs the operators and names that the user wrote.

mod constants;
mod external;
mod linear;
mod maps;
mod onnx;
mod pointwise;
pub mod proto;
mod tensor;

use std::path::Path;

pub(crate) use onnx::{decode, names_used};
pub(crate) use tensor::Tensor;

use serde::Deserialize;

use crate::ann::{self, Normalisation};
use crate::error::{Artefact, Kind, Result};
use crate::input;

/// Reads an ONNX file: floating point (half and double precision become single precision), opset 11 or later, one input N×C×H×W, one output. Without a normalisation (for
/// looking at the graph) a pixel enters as p/255.
///
/// # Errors
/// [`Kind::Unreadable`]; [`Kind::NotOnnx`] or [`Kind::OldOperatorSet`] for another file; [`Kind::UnsupportedOperator`] for an
/// operator that a spiking accelerator cannot express (it names the node and what is accepted instead), and
/// [`Kind::OnePerChannel`] for a normalisation that does not fit the input's channels.
pub fn read_onnx(path: &Path, normalisation: impl Into<Option<Normalisation>>) -> Result<ann::Network> {
    read_onnx_bytes(&read_model(path)?, &path.display().to_string(), normalisation)
}

/// The bytes of an ONNX file, with the tensors in it whose elements are in other files of its folder.
pub(crate) fn read_model(path: &Path) -> Result<Vec<u8>> {
    let bytes = input::read(path, input::MOST_BYTES);
    external::inlined(bytes.map_err(|error| Kind::Unreadable { wanted: Artefact::Onnx, error }.at(path))?, path)
}

/// As [`read_onnx`] from memory; `label` stands for the path in errors, and its stem names the network (for a
/// file called `model.onnx`, the folder around it does).
///
/// # Errors
/// Those of [`read_onnx`], except that nothing is read from disk.
pub fn read_onnx_bytes(
    bytes: &[u8],
    label: &str,
    normalisation: impl Into<Option<Normalisation>>,
) -> Result<ann::Network> {
    let network = onnx::Walk::run(bytes, label, normalisation.into())?;
    network.validate()?;
    Ok(network)
}

/// The `[input]` table of `<stem>.toml` beside a model, if that file exists and has the table; other tables and
/// keys are the user's own.
///
/// # Errors
/// [`Kind::Unreadable`] or [`Kind::Malformed`] if the file is there but cannot be used.
pub fn normalisation_for(model: &Path) -> Result<Option<Normalisation>> {
    // Everything except `[input]` belongs to the user, so unknown keys are allowed outside of it, and only there.
    #[derive(Deserialize)]
    struct Beside {
        input: Option<Normalisation>,
    }
    let path = model.with_extension("toml");
    let text = match input::read_text(&path) {
        Ok(text) => text,
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Kind::Unreadable { wanted: Artefact::Normalisation, error }.at(path)),
    };
    let beside: Beside =
        toml::from_str(&text).map_err(|error| Kind::malformed(Artefact::Normalisation, error).at(&path))?;
    Ok(beside.input)
}
