//! Tensors whose elements are in another file, as PyTorch exports them by default: they are put into the model, which then stands by
//! itself.
//!
//! The names of these files come from the model, which may come from anywhere: only files in the model's own folder are read.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

use prost::Message;

use super::proto::tensor_proto::EXTERNAL;
use super::proto::{ModelProto, TensorProto};
use crate::error::{Artefact, Error, Kind, Place, Result};
use crate::identifier::printable;
use crate::input::MOST_BYTES;

/// The key of the file's name; it is in every model that has such tensors.
const LOCATION: &str = "location";

/// The model of `path` with the elements of all its tensors in it; as it is if they are there already, or if it is no model.
///
/// # Errors
/// [`Kind::Unsupported`] for an entry that is not understood or that names a file elsewhere; [`Kind::Unreadable`] for its file.
pub fn inlined(bytes: Vec<u8>, path: &Path) -> Result<Vec<u8>> {
    // Most models have none, and decoding a large one takes a while.
    if !bytes.windows(LOCATION.len()).any(|word| word == LOCATION.as_bytes()) {
        return Ok(bytes);
    }
    let Ok(mut model) = ModelProto::decode(&*bytes) else { return Ok(bytes) };
    let folder = Folder::of(path);
    let mut files = HashMap::new();
    let mut room = MOST_BYTES;
    let mut found = false;
    if let Some(graph) = &mut model.graph {
        let attributes = graph.node.iter_mut().flat_map(|node| &mut node.attribute);
        for tensor in graph.initializer.iter_mut().chain(attributes.filter_map(|attribute| attribute.t.as_mut())) {
            if tensor.data_location == Some(EXTERNAL) {
                folder.read(tensor, &mut files, &mut room).map_err(|error| error.within(path))?;
                found = true;
            }
        }
    }
    Ok(if found { model.encode_to_vec() } else { bytes })
}

/// A model's folder.
struct Folder(PathBuf);

impl Folder {
    fn of(model: &Path) -> Folder {
        Folder(match model.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.into(),
            _ => ".".into(),
        })
    }

    /// Reads the elements of `tensor`; `room` is how many bytes may still be read.
    fn read(&self, tensor: &mut TensorProto, files: &mut HashMap<String, File>, room: &mut u64) -> Result<()> {
        let wrong = |problem: &str| wrong(tensor, problem);
        let entry =
            |key: &str| tensor.external_data.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str());
        let name = entry(LOCATION).ok_or_else(|| wrong("its data is in another file that is not named"))?.to_owned();
        let number = |key: &str| match entry(key).map(str::parse::<u64>) {
            None => Ok(None),
            Some(Ok(number)) => Ok(Some(number)),
            Some(Err(_)) => Err(wrong(&format!("the {key} of its data is not a number"))),
        };
        let (offset, length) = (number("offset")?.unwrap_or(0), number("length")?);
        let path = self.path(&name).ok_or_else(|| {
            wrong(&format!("its data is in '{}', which is not a file in the model's folder", printable(&name)))
        })?;
        let unreadable = |error| Kind::Unreadable { wanted: Artefact::OnnxData, error }.at(&path);
        if !files.contains_key(&name) {
            files.insert(name.clone(), File::open(&path).map_err(unreadable)?);
        }
        let Some(file) = files.get_mut(&name) else { return Err(wrong("its data cannot be read")) };
        let size = file.metadata().map_err(unreadable)?.len();
        let length = length.unwrap_or(size.saturating_sub(offset));
        if offset.checked_add(length).is_none_or(|end| end > size) {
            return Err(wrong(&format!(
                "its data is {length} bytes from byte {offset} on of '{name}', which has {size} bytes"
            )));
        }
        if length > *room {
            return Err(wrong(&format!("with its data the model is larger than {} MiB", MOST_BYTES >> 20)));
        }
        *room -= length;
        let mut data = Vec::new();
        file.seek(SeekFrom::Start(offset)).map_err(unreadable)?;
        file.take(length).read_to_end(&mut data).map_err(unreadable)?;
        tensor.raw_data = data;
        tensor.external_data.clear();
        tensor.data_location = None;
        Ok(())
    }

    /// The path of a regular file in this folder or below it; no link leads out of it.
    fn path(&self, name: &str) -> Option<PathBuf> {
        let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        let path = self.0.join(name);
        if !inside {
            return None;
        }
        // A file that is not there is reported as such.
        let Ok(whole) = path.canonicalize() else { return Some(path) };
        (whole.starts_with(self.0.canonicalize().ok()?) && whole.is_file()).then_some(path)
    }
}

fn wrong(tensor: &TensorProto, problem: &str) -> Error {
    let advice = "keep the file beside the model, as it was exported, or save the model as one file \
                  (onnx.save_model(model, path, save_as_external_data=False))";
    Kind::Unsupported { problem: problem.into(), advice: advice.into() }.at(Place::Tensor(printable(&tensor.name)))
}
