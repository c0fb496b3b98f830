//! The RTL folder: a generated core with everything that is needed to check it later.
//!
//! `*.v` and `*.mem` are the design, `core.toml` is its [`Manifest`], and `network/` holds the converted network that it
//! computes (see [`crate::folder`], without the float model), so that a co-simulation has its reference.

use std::path::Path;

use crate::error::{Error, Result};
use crate::fixed_point;
use crate::folder::{self, Converted};
use crate::output::{write_file, write_folder};
use crate::quantise::quantise;
use crate::rtl::{self, Design, Manifest};
use crate::schedule::{self, Folding, Plan};

/// The file that makes a folder a generated core.
pub const MANIFEST: &str = "core.toml";
/// The folder of the converted network.
pub const NETWORK: &str = "network";

/// A core and what it was generated from.
#[derive(Debug, Clone, PartialEq)]
pub struct Core {
    pub network: fixed_point::Network,
    pub plan: Plan,
    pub design: Design,
}

/// Quantises, plans and generates.
///
/// # Errors
/// What these three report.
pub fn generate(converted: &Converted, folding: &Folding) -> Result<Core> {
    let network = quantise(&converted.network, &converted.settings)?;
    let plan = schedule::plan(&network, folding)?;
    let design = rtl::generate(&network, &plan)?;
    Ok(Core { network, plan, design })
}

/// Writes a folder, replacing an older one of Volley's.
///
/// # Errors
/// As [`write_folder`].
pub fn write(folder: &Path, converted: &Converted, design: &Design) -> Result<()> {
    let manifest = toml::to_string(&design.manifest)
        .map_err(|error| Error::file(folder.join(MANIFEST), error.to_string(), "report this with the network"))?;
    write_folder(folder, MANIFEST, |new| {
        for (name, text) in &design.files {
            write_file(&new.join(name), text)?;
        }
        write_file(&new.join(MANIFEST), manifest)?;
        folder::write(&new.join(NETWORK), &Converted { onnx: None, ..converted.clone() })
    })
}

/// Reads `core.toml`.
///
/// # Errors
/// [`Error::Io`] and [`Error::File`].
pub fn read_manifest(folder: &Path) -> Result<Manifest> {
    let advice = "give a folder that `volley generate` wrote";
    let path = folder.join(MANIFEST);
    let text = std::fs::read_to_string(&path).map_err(|source| Error::io(&path, source, advice))?;
    toml::from_str(&text).map_err(|error| Error::file(&path, error.to_string().trim_end(), advice))
}

/// Reads a folder. The Verilog in it may have been changed by hand: the design returned is the one that the folder's
/// network gives, and only their manifests must agree.
///
/// # Errors
/// [`Error::Io`] and [`Error::File`], also if `core.toml` and `network/` do not belong together.
pub fn read(folder: &Path) -> Result<Core> {
    let manifest = read_manifest(folder)?;
    let converted = folder::read(&folder.join(NETWORK))?;
    let layers = manifest.layers.iter().map(|layer| (layer.name.clone(), layer.fold.clone())).collect();
    let core = generate(&converted, &Folding { layers, ..Folding::default() })?;
    if core.design.manifest != manifest {
        return Err(Error::file(
            folder.join(MANIFEST),
            format!("it does not describe the core of the network in {NETWORK}/"),
            "generate the folder again",
        ));
    }
    Ok(core)
}

/// `design`, as [`read`] gives it, with the files as they stand in the folder: what a bitstream is made of, even where they
/// were changed by hand.
///
/// # Errors
/// [`Error::Io`] for a file that is not there.
pub fn as_it_stands(folder: &Path, design: &Design) -> Result<Design> {
    let read = |name: &String| {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path);
        text.map(|text| (name.clone(), text)).map_err(|source| Error::io(&path, source, "generate the folder again"))
    };
    let files = design.files.keys().map(read).collect::<Result<_>>()?;
    Ok(Design { files, manifest: design.manifest.clone() })
}
