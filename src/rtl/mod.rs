//! From the fixed-point network to synthesizable Verilog: hand-written modules under `lib/`, and around them the
//! structure that differs from network to network.
//!
//! [`generate`] is pure: a network and a plan in, the files of a design out. Only the caller touches the disk.

mod core;
pub mod image;
mod layer;
pub mod library;
mod manifest;
mod memory;
pub mod netlist;

use std::collections::BTreeMap;

pub use manifest::{LayerEntry, Manifest, MemoryEntry};

use crate::error::{Kind, Place, Result};
use crate::fixed_point::{Network, Op, Source};
use crate::identifier::keywords;
use crate::schedule::{Plan, is_readout};

/// A generated accelerator.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// File name → text: the core, a module a layer, ROM shells, their contents, and the library's modules.
    pub files: BTreeMap<String, String>,
    pub manifest: Manifest,
}

/// Generates the accelerator of `network` folded by `plan`.
///
/// # Errors
/// [`Kind::NoHardware`] for a layer that has no hardware form, saying what would have one.
pub fn generate(network: &Network, plan: &Plan) -> Result<Design> {
    let prefix = identifier(&network.name);
    let prefix = prefix.as_str();
    let top = format!("{prefix}_core");
    let mut files = BTreeMap::new();
    let mut entries = Vec::new();
    let mut ports = Vec::with_capacity(network.nodes.len());
    for (index, (node, layer_plan)) in network.nodes.iter().zip(&plan.layers).enumerate() {
        let (Op::Layer(layer), Some(layer_plan)) = (&node.op, layer_plan) else {
            if let Op::Pool(pool) = &node.op
                && pool.source == Source::Input
            {
                let problem = "it pools the input, which has no spike counts".into();
                let advice = "pool after the first layer, or scale the images";
                return Err(Kind::NoHardware { problem, advice }.at(Place::layer(&node.name)));
            }
            ports.push(None);
            continue;
        };
        if is_readout(layer) != (index + 1 == network.nodes.len()) {
            let problem = "the readout is not the last node".into();
            let advice = "end the network with its readout";
            return Err(Kind::NoHardware { problem, advice }.at(Place::layer(&node.name)));
        }
        let modules = layer::modules(prefix, network, &plan.layers, node, layer, layer_plan)?;
        for (rom, memory) in &modules.roms {
            files.insert(format!("{}.v", rom.name), netlist::print(&rom.module()?)?);
            match rom.rest_file() {
                None => _ = files.insert(rom.file.clone(), memory.text.clone()),
                Some(rest) => {
                    let (block, others) = memory.split(rom.block_rows);
                    files.insert(rom.file.clone(), block.to_string());
                    files.insert(rest, others.to_string());
                }
            }
        }
        entries.push(manifest::entry(network, node, layer, layer_plan, &modules));
        files.insert(format!("{}.v", modules.module.name), netlist::print(&modules.module)?);
        ports.push(Some(core::LayerPorts {
            module: modules.module.name.clone(),
            comment: modules.module.comment.trim_end().to_string(),
            output_bits: modules.output_bits,
            slices: layer_plan.fold.slices as u32,
            load: modules.load,
        }));
    }
    let module = core::module(&top, network, plan, &ports)?;
    files.insert(format!("{top}.v"), netlist::print(&module)?);
    for (name, text) in library::FILES {
        files.insert((*name).to_string(), (*text).to_string());
    }
    Ok(Design { manifest: manifest::manifest(top, network, entries), files })
}

/// Letters of a network's name that its modules' names begin with, at most.
const LONGEST_PREFIX: usize = 40;

/// A network's name as the beginning of Verilog identifiers: letters, digits and underscores, a letter first, and such that
/// no name of a node makes a keyword or a library's module of it.
fn identifier(name: &str) -> String {
    let kept = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    let kept: String = kept.take(LONGEST_PREFIX).collect();
    let begins = |known: &str| known.strip_prefix(&kept).is_some_and(|rest| rest.starts_with('_'));
    let own = kept.starts_with(|c: char| c.is_ascii_alphabetic())
        && !library::FILES.iter().map(|(file, _)| *file).chain(library::AROUND).any(begins)
        && !keywords().any(begins);
    if own { kept } else { format!("net_{kept}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_a_beginning_of_its_own() {
        for (name, prefix) in [
            ("digits", "digits"),
            ("ResNet-20 (QCFS)", "resnet_20__qcfs_"),
            ("20", "net_20"),
            ("", "net_"),
            ("x; endmodule", "x__endmodule"),
            ("../../größe", "net_______gr__e"),
            // input_encoder.v, core_clock.v, first_match
            ("input", "net_input"),
            ("core", "net_core"),
            ("first", "net_first"),
        ] {
            assert_eq!(identifier(name), prefix);
        }
        assert_eq!(identifier(&"a".repeat(10_000)).len(), LONGEST_PREFIX);
    }

    /// A core's folder may hold them all.
    #[test]
    fn every_module_of_a_library_is_known() {
        let mut found = 0;
        for folder in ["board", "rtl", "synth", "top"] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder).join("lib");
            for entry in std::fs::read_dir(path).unwrap() {
                let file = entry.unwrap().file_name().into_string().unwrap();
                let known = library::FILES.iter().any(|(name, _)| *name == file) || library::AROUND.contains(&&*file);
                assert!(known || !file.ends_with(".v"), "{file}");
                found += 1;
            }
        }
        assert!(found > 40, "{found}");
    }
}
