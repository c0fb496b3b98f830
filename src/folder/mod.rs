//! The converted-network folder: a converted network and its settings in two open formats, to be kept, read and edited.
//!
//! `network.toml` describes the network, `weights.safetensors` holds its numbers, and `model.onnx`, where it is known, is the float
//! network that it came from. `docs/network-folder.md` describes every key.

mod table;
mod weights;

use std::path::Path;

use crate::error::{Artefact, Kind, Result};
use crate::input;
use crate::output::{Target, write_file, write_folder};
use crate::pipeline::Converted;

/// The file that makes a folder a converted network.
pub const NETWORK: &str = "network.toml";
/// The tensors.
pub const WEIGHTS: &str = "weights.safetensors";
/// The float baseline, if it is kept.
pub const MODEL: &str = "model.onnx";

impl Converted {
    /// Reads and validates a folder.
    ///
    /// # Errors
    /// [`Kind::Unreadable`], [`Kind::Malformed`] and [`Kind::Invalid`], naming the file and the key or tensor.
    pub fn open(folder: impl AsRef<Path>) -> Result<Converted> {
        let folder = folder.as_ref();
        let unreadable = |path: &Path, error| Kind::Unreadable { wanted: Artefact::Converted, error }.at(path);
        let path = folder.join(NETWORK);
        let text = input::read_text(&path).map_err(|error| unreadable(&path, error))?;
        let weights_path = folder.join(WEIGHTS);
        let bytes = input::read(&weights_path, input::MOST_BYTES).map_err(|error| unreadable(&weights_path, error))?;
        let converted = parse(folder, &text, &bytes)?;
        let model = folder.join(MODEL);
        let onnx = match input::read(&model, input::MOST_BYTES) {
            Ok(bytes) => Some(bytes),
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(Kind::Unreadable { wanted: Artefact::OwnOnnx, error }.at(model)),
        };
        Ok(Converted { onnx, ..converted })
    }

    /// Writes a folder, replacing an older one of Volley's.
    ///
    /// # Errors
    /// As [`write_folder`], and those of the network's validation.
    pub fn write(&self, folder: impl Into<Target>) -> Result<()> {
        self.network.validate()?;
        let table = table::print(self)?;
        let weights = weights::pack(&self.network)?;
        write_folder(&folder.into(), NETWORK, |new| {
            write_file(&new.join(NETWORK), &table)?;
            write_file(&new.join(WEIGHTS), &weights)?;
            self.onnx.as_ref().map_or(Ok(()), |onnx| write_file(&new.join(MODEL), onnx))
        })
    }
}

/// The converted network, without its ONNX file, from the text of [`NETWORK`] and the bytes of [`WEIGHTS`]; `folder` is named in errors.
///
/// # Errors
/// [`Kind::Malformed`] and [`Kind::Invalid`], naming the file and the key or tensor.
pub fn parse(folder: &Path, text: &str, weights: &[u8]) -> Result<Converted> {
    let path = folder.join(NETWORK);
    let mut converted = table::parse(&path, text)?.into_converted(&path)?;
    weights::fill(&mut converted.network, &folder.join(WEIGHTS), weights)?;
    converted.network.validate().map_err(|error| error.within(&path))?;
    Ok(converted)
}
