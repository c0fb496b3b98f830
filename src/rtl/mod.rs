//! From the fixed-point network to synthesisable Verilog: hand-written modules under `lib/`, and around them the structure that differs
//! from network to network.
//!
//! [`generate`] is pure: a network and a plan in, the files of a design out. The caller writes them.

pub mod bench;
mod core;
mod files;
mod layer;
pub mod library;
mod manifest;
mod memory;
pub mod netlist;
mod package;
pub mod weight_data;

use std::collections::BTreeMap;

pub(crate) use files::files_of;
pub use manifest::{LayerEntry, Manifest, MemoryEntry};

use crate::error::{Kind, Place, Result};
use crate::fixed_point::{Network, Op, Source};
use crate::header;
use crate::identifier::keywords;
use crate::schedule::Plan;

/// A generated accelerator.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// File name → text: the core, one module per layer, its memories with their contents, and the modules of the library
    /// that these instantiate; and what belongs to them: lists of files, constraints, a template and a README.
    pub files: BTreeMap<String, String>,
    /// What the core is, in numbers.
    pub manifest: Manifest,
}

/// Generates the accelerator of `network` folded by `plan`.
///
/// # Errors
/// [`Kind::NoHardware`] for a layer without a form in hardware, saying what would have one.
pub fn generate(network: &Network, plan: &Plan) -> Result<Design> {
    let prefix = identifier(&network.name);
    let prefix = prefix.as_str();
    let top = format!("{prefix}_core");
    let head = header::of_core("//", &top);
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
        if layer.is_readout() != (index + 1 == network.nodes.len()) {
            let problem = "the readout is not the last node".into();
            let advice = "end the network with its readout";
            return Err(Kind::NoHardware { problem, advice }.at(Place::layer(&node.name)));
        }
        let modules = layer::modules(prefix, network, &plan.layers, node, layer, layer_plan)?;
        for (rom, memory) in &modules.roms {
            files.insert(format!("{}.v", rom.name), head.clone() + &netlist::print(&rom.module()?)?);
            match rom.rest_file() {
                None => _ = files.insert(rom.file.clone(), head.clone() + &memory.text),
                Some(rest) => {
                    let (block, others) = memory.split(rom.block_rows);
                    files.insert(rom.file.clone(), head.clone() + block);
                    files.insert(rest, head.clone() + others);
                }
            }
        }
        entries.push(manifest::entry(network, node, layer, layer_plan, &modules));
        files.insert(format!("{}.v", modules.module.name), head.clone() + &netlist::print(&modules.module)?);
        ports.push(Some(core::LayerPorts {
            module: modules.module.name.clone(),
            comment: modules.module.comment.trim_end().to_string(),
            output_bits: modules.output_bits,
            slices: layer_plan.fold.slices as u32,
            load: modules.load,
        }));
    }
    let module = core::module(&top, network, plan, &ports)?;
    files.insert(format!("{top}.v"), head + &netlist::print(&module)?);
    let used = library::used_by(
        files.iter().filter(|(name, _)| name.ends_with(".v")).map(|(_, text)| text.as_str()),
        library::FILES,
    );
    files.extend(used);
    let mut design = Design { manifest: manifest::manifest(top, network, entries), files };
    package::add(&mut design, network, plan, &module);
    Ok(design)
}

/// Letters of a network's name that its modules' names begin with, at most.
const LONGEST_PREFIX: usize = 40;

/// A network's name as the beginning of Verilog identifiers: letters, digits and underscores, a letter first. No node's name can make
/// it a keyword or the name of a library module.
fn identifier(name: &str) -> String {
    let kept = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    let kept: String = kept.take(LONGEST_PREFIX).collect();
    let begins = |known: &str| known.strip_prefix(&kept).is_some_and(|rest| rest.starts_with('_'));
    let library = library::PREFIX.starts_with(&format!("{kept}_")) || kept.starts_with(library::PREFIX);
    let own = kept.starts_with(|c: char| c.is_ascii_alphabetic()) && !library && !keywords().any(begins);
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
            ("fifo", "fifo"),
            ("volleyball", "volleyball"),
            // volley_fifo.v, first_match
            ("volley", "net_volley"),
            ("Volley fifo", "net_volley_fifo"),
            ("first", "net_first"),
        ] {
            assert_eq!(identifier(name), prefix);
        }
        assert_eq!(identifier(&"a".repeat(10_000)).len(), LONGEST_PREFIX);
    }

    /// No module of a network can have the name of one that is the same for all networks.
    #[test]
    fn every_module_of_a_library_has_the_prefix() {
        let mut found = 0;
        for folder in ["board", "rtl", "synth", "top"] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder).join("lib");
            for entry in std::fs::read_dir(path).unwrap() {
                let path = entry.unwrap().path();
                let module = path.file_stem().unwrap().to_str().unwrap();
                assert!(module.starts_with(library::PREFIX), "{module}");
                let text = std::fs::read_to_string(&path).unwrap();
                let modules: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("module ")).collect();
                let own = |line: &&str| line.split([' ', ';']).next() == Some(module);
                assert!(modules.len() == 1 && modules.iter().all(own), "{module}: {modules:?}");
                found += 1;
            }
        }
        assert!(found > 40, "{found}");
    }
}
