//! `weights.safetensors`: the float32 tensors of a converted network, by node name.

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::Array4;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::error::{Artefact, Kind, Place, Result};
use crate::snn::{Network, Op};

/// Name of a term's tensor, \[out, in, kernel height, kernel width\].
fn weight_name(node: &str, term: usize) -> String {
    format!("{node}.{term}.weight")
}

/// Name of a bias, \[out\].
fn bias_name(node: &str) -> String {
    format!("{node}.bias")
}

/// The file's bytes. Tensors are ordered by name, so the same network gives the same file.
pub fn pack(network: &Network) -> Result<Vec<u8>> {
    let mut tensors: BTreeMap<String, (Vec<usize>, Vec<u8>)> = BTreeMap::new();
    for node in &network.nodes {
        let Op::Layer(layer) = &node.op else { continue };
        for (index, term) in layer.terms.iter().enumerate() {
            let bytes = term.weights.iter().flat_map(|weight| weight.to_le_bytes()).collect();
            tensors.insert(weight_name(&node.name, index), (term.weights.shape().to_vec(), bytes));
        }
        let bytes = layer.bias.iter().flat_map(|bias| bias.to_le_bytes()).collect();
        tensors.insert(bias_name(&node.name), (vec![layer.bias.len()], bytes));
    }
    let failed = |error: safetensors::SafeTensorError| Kind::internal(error).at(Place::Network(network.name.clone()));
    let views = tensors
        .iter()
        .map(|(name, (shape, bytes))| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(failed)?)))
        .collect::<Result<Vec<_>>>()?;
    safetensors::serialize(views, None).map_err(failed)
}

/// Puts the tensors of a file into a network that has everything else; every tensor must be used.
pub fn fill(network: &mut Network, path: &Path, bytes: &[u8]) -> Result<()> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| {
        Kind::malformed(Artefact::Converted, format!("this is not a safetensors file ({error})")).at(path)
    })?;
    let mut unused: std::collections::BTreeSet<String> = file.names().into_iter().map(ToString::to_string).collect();
    let mut tensor = |name: String| -> Result<(Vec<usize>, Vec<f32>)> {
        let place = Place::within(path, Place::tensor(&name));
        let Ok(view) = file.tensor(&name) else {
            return Err(Kind::Missing { wanted: Artefact::OwnTensor }.at(place));
        };
        if view.dtype() != Dtype::F32 {
            return Err(Kind::WrongType { found: format!("{:?}", view.dtype()), expected: "F32" }.at(place));
        }
        unused.remove(&name);
        let values: Vec<f32> = view
            .data()
            .chunks_exact(4)
            .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect();
        if values.iter().any(|value| !value.is_finite()) {
            return Err(Kind::NotFinite { what: "it".into() }.at(place));
        }
        Ok((view.shape().to_vec(), values))
    };
    for node in &mut network.nodes {
        let Op::Layer(layer) = &mut node.op else { continue };
        for (index, term) in layer.terms.iter_mut().enumerate() {
            let name = weight_name(&node.name, index);
            let (shape, values) = tensor(name.clone())?;
            let wrong = || {
                let kind =
                    Kind::WrongShape { found: shape.clone(), expected: "four sizes: outputs, inputs, height, width" };
                kind.at(Place::within(path, Place::tensor(name.clone())))
            };
            let Ok(sizes) = <[usize; 4]>::try_from(&shape[..]) else { return Err(wrong()) };
            term.weights = Array4::from_shape_vec(sizes, values).map_err(|_| wrong())?;
        }
        layer.bias = tensor(bias_name(&node.name))?.1;
    }
    match unused.first() {
        Some(name) => Err(Kind::Unused.at(Place::within(path, Place::tensor(name)))),
        None => Ok(()),
    }
}
