//! The converted-network folder: a converted network and its settings in two open formats, to be kept, read and edited.
//!
//! `network.toml` says what the network is, `weights.safetensors` holds its numbers, and `model.onnx`, where it
//! is known, is the float network that it came from. `docs/network-folder.md` describes every key.

mod table;
mod weights;

use std::path::Path;

use crate::error::{Error, Result};
use crate::fixed_point::Settings;
use crate::output::{write_file, write_folder};
use crate::snn;

/// The file that makes a folder a converted network.
pub const NETWORK: &str = "network.toml";
/// The tensors.
pub const WEIGHTS: &str = "weights.safetensors";
/// The float baseline, if it is kept.
pub const MODEL: &str = "model.onnx";

/// What the folder holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Converted {
    pub network: snn::Network,
    pub settings: Settings,
    /// The imported file as it was, for comparing with the float network.
    pub onnx: Option<Vec<u8>>,
}

/// Reads and validates a folder.
///
/// # Errors
/// [`Error::Io`] and [`Error::File`], naming the file and the key or tensor.
pub fn read(folder: &Path) -> Result<Converted> {
    let advice = "give a folder that `volley convert` wrote";
    let path = folder.join(NETWORK);
    let text = std::fs::read_to_string(&path).map_err(|source| Error::io(&path, source, advice))?;
    let table = table::parse(&path, &text)?;
    let weights_path = folder.join(WEIGHTS);
    let bytes = std::fs::read(&weights_path).map_err(|source| Error::io(&weights_path, source, advice))?;
    let (mut network, settings) = table.into_network(&path)?;
    weights::fill(&mut network, &weights_path, &bytes)?;
    network.validate().map_err(|error| match error {
        Error::Layer { layer, problem, .. } => {
            Error::file(&path, format!("node '{layer}': {problem}"), "mend the node, or convert the network again")
        }
        Error::Setting { key, problem, advice } => Error::file(&path, format!("{key}: {problem}"), advice),
        other => other,
    })?;
    let model = folder.join(MODEL);
    let onnx = match std::fs::read(&model) {
        Ok(bytes) => Some(bytes),
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => None,
        Err(source) => return Err(Error::io(model, source, "make it readable, or remove it")),
    };
    Ok(Converted { network, settings, onnx })
}

/// Writes a folder, replacing an older one of Volley's.
///
/// # Errors
/// As [`write_folder`], and those of the network's validation.
pub fn write(folder: &Path, converted: &Converted) -> Result<()> {
    converted.network.validate()?;
    let table = table::print(&converted.network, &converted.settings)?;
    let weights = weights::pack(&converted.network)?;
    write_folder(folder, NETWORK, |new| {
        write_file(&new.join(NETWORK), &table)?;
        write_file(&new.join(WEIGHTS), &weights)?;
        converted.onnx.as_ref().map_or(Ok(()), |onnx| write_file(&new.join(MODEL), onnx))
    })
}
