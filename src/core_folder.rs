//! The RTL folder: a generated core with everything needed to check it later.
//!
//! `*.v` and `*.mem` are the design, `core.toml` is its [`Manifest`], `network/` holds the converted network that it
//! computes (see [`crate::folder`], without the float model), the reference for a co-simulation. `bench/` checks the design without
//! Volley (see [`rtl::bench`]); it is no part of it. `SHA256SUMS` tells whether all files are as they were written (see
//! [`crate::sums`]).

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Artefact, Kind, Place, Result};
use crate::fixed_point::{self, WeightMode};
use crate::folder;
use crate::header;
use crate::identifier::printable;
use crate::input;
use crate::output::{Target, write_file, write_folder};
use crate::pipeline::{Converted, Core};
use crate::quantise::quantise_like;
use crate::rtl::weight_data::{self, WeightData};
use crate::rtl::{self, Design, Manifest};
use crate::schedule::plan_file::is_clock;
use crate::schedule::{self, Folding};
use crate::sums::{Differences, Sums, sha256};

/// The file that makes a folder a generated core.
pub const MANIFEST: &str = "core.toml";
/// The folder of the converted network.
pub const NETWORK: &str = "network";

/// The folding of every layer.
fn folding(manifest: &Manifest) -> Folding {
    let layers = manifest.layers.iter().map(|layer| (layer.name.clone(), layer.fold.clone())).collect();
    Folding { layers, ..Folding::default() }
}

/// The weights of `converted` for the core in `folder`, as a file to be loaded into it.
///
/// `converted` is quantised with the settings of the core's network, into its structure. The core that it gives must be identical
/// except for the contents of its memories: one bitstream must serve both.
///
/// # Errors
/// [`Kind::WeightsBuiltIn`], and [`Kind::OtherNetwork`] naming the file or layer that does not fit.
pub fn loadable(folder: &Path, converted: &Converted) -> Result<Loadable> {
    let core = Core::open(folder)?;
    let settings = &core.converted.settings;
    if core.network.weights == WeightMode::Baked {
        return Err(Kind::WeightsBuiltIn.at(folder.join(MANIFEST)));
    }
    let stands = as_it_stands(folder, &core.design)?;
    let network = quantise_like(&converted.network, settings, &core.network)?;
    let plan = schedule::plan(&network, &folding(&core.design.manifest))?;
    let design = rtl::generate(&network, &plan)?;
    same_verilog(folder, &stands, &design)?;
    Ok(Loadable { design: weight_data::fingerprint(&stands), data: WeightData::of(&design)?, network })
}

/// Refuses a `design` whose Verilog is not exactly that of the core in `folder`.
fn same_verilog(folder: &Path, stands: &Design, design: &Design) -> Result<()> {
    fn verilog(design: &Design) -> impl Iterator<Item = (&String, &String)> {
        design.files.iter().filter(|(name, _)| name.ends_with(".v"))
    }
    // The head says which version generated a file, not what the file is.
    fn lines(text: &str) -> impl Iterator<Item = &str> {
        header::body(text).lines().chain([""])
    }
    let fail = |name: &str, problem: String| {
        let advice = "generate a core from this network, and load that";
        Err(Kind::OtherNetwork { problem }.at(folder.join(name)).advise(advice))
    };
    for (name, own) in verilog(design) {
        let Some(other) = stands.files.get(name) else {
            return fail(name, "the core of this network has this file, and this core does not".into());
        };
        let head = other.lines().count() - header::body(other).lines().count();
        let mut lines = lines(other).zip(lines(own)).enumerate();
        if let Some((number, (other, own))) = lines.find(|(_, (other, own))| other != own) {
            let (line, other, own) = (head + number + 1, other.trim(), own.trim());
            return fail(name, format!("line {line} is '{other}', where the core of this network has '{own}'"));
        }
    }
    match verilog(stands).find(|(name, _)| !design.files.contains_key(*name)) {
        Some((name, _)) => fail(name, "this core has this file, and the core of this network does not".into()),
        None => Ok(()),
    }
}

/// Weights that can be loaded into a core.
#[derive(Debug, Clone, PartialEq)]
pub struct Loadable {
    /// The fingerprint of the core's Verilog.
    pub design: u32,
    /// The contents of the core's memories.
    pub data: WeightData,
    /// What the core computes with them.
    pub network: fixed_point::Network,
}

impl Loadable {
    /// The bytes of the file.
    pub fn file(&self) -> Vec<u8> {
        self.data.file(self.design)
    }
}

impl Core {
    /// Reads a folder. The Verilog in it may have been changed by hand. The design returned is the one that the folder's network gives;
    /// only the manifests must agree.
    ///
    /// # Errors
    /// Those of [`read_manifest`] and [`Converted::open`]; [`Kind::Malformed`] if `core.toml` and `network/` do not belong together.
    pub fn open(folder: impl AsRef<Path>) -> Result<Core> {
        let folder = folder.as_ref();
        let manifest = read_manifest(folder)?;
        let mut core = Converted::open(folder.join(NETWORK))?.generate(&folding(&manifest))?;
        core.design.manifest.clock_mhz = manifest.clock_mhz;
        if core.design.manifest != manifest {
            let problem = format!("it does not describe the core of the network in {NETWORK}/");
            return Err(Kind::malformed(Artefact::Core, problem).at(folder.join(MANIFEST)));
        }
        Ok(core)
    }

    /// The files of [`rtl::bench`] by their paths in the folder.
    fn bench(&self) -> Result<BTreeMap<String, String>> {
        let files = rtl::bench::files(&self.network, &self.plan, &self.design.manifest)?;
        Ok(files.into_iter().map(|(name, text)| (format!("{}/{name}", rtl::bench::FOLDER), text)).collect())
    }

    /// Writes a folder, replacing an older one of Volley's.
    ///
    /// # Errors
    /// As [`write_folder`] and [`rtl::bench::files`].
    pub fn write(&self, folder: impl Into<Target>) -> Result<()> {
        let Core { converted, design, .. } = self;
        let folder = folder.into();
        let failed = |error| Kind::internal(error).at(folder.path().join(MANIFEST));
        let manifest = toml::to_string(&design.manifest).map_err(failed)?;
        write_folder(&folder, MANIFEST, |new| {
            for (name, text) in &design.files {
                write_file(&new.join(name), text)?;
            }
            let bench = self.bench()?;
            if !bench.is_empty() {
                let place = new.join(rtl::bench::FOLDER);
                std::fs::create_dir(&place).map_err(|error| Kind::Unwritable { error }.at(&place))?;
            }
            for (name, text) in bench {
                write_file(&new.join(name), text)?;
            }
            write_file(&new.join(MANIFEST), header::of_core("#", &design.manifest.top) + &manifest)?;
            Converted { onnx: None, ..converted.clone() }.write(new.join(NETWORK))?;
            let mut sums = Sums::of(new)?;
            sums.sources.extend(converted.onnx.iter().map(|onnx| (folder::MODEL.into(), sha256(onnx))));
            sums.write(new)
        })
    }
}

/// How a folder differs from what was written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Verification {
    /// Files by `SHA256SUMS`.
    pub files: usize,
    /// SHA-256 of what the core was generated from, by name.
    pub sources: BTreeMap<String, String>,
    /// How the folder differs from `SHA256SUMS`.
    pub differences: Differences,
    /// Files of the design and its bench that come out differently when it is generated again, for instance by another version of Volley.
    pub generated_otherwise: Vec<String>,
}

impl Verification {
    /// Whether no file differs in any way.
    pub fn is_good(&self) -> bool {
        self.differences.is_empty() && self.generated_otherwise.is_empty()
    }
}

/// Compares the folder with its `SHA256SUMS` and, if everything is as it was written, with the core that [`Core::open`] makes of its
/// network. That core is then returned.
///
/// # Errors
/// Those of [`Sums::read`] and [`Core::open`].
pub fn verify(folder: &Path) -> Result<(Verification, Option<Core>)> {
    let sums = Sums::read(folder)?;
    let differences = sums.differences(&Sums::of(folder)?);
    let core = if differences.is_empty() { Some(Core::open(folder)?) } else { None };
    let bench = core.as_ref().map(Core::bench).transpose()?;
    let again = core.iter().flat_map(|core| &core.design.files).chain(bench.iter().flatten());
    let otherwise = again.filter(|(name, text)| sums.files.get(*name) != Some(&sha256(text.as_bytes())));
    let generated_otherwise = otherwise.map(|(name, _)| name.clone()).collect();
    let verification =
        Verification { files: sums.files.len(), differences, generated_otherwise, sources: sums.sources };
    Ok((verification, core))
}

/// Reads `core.toml`.
///
/// # Errors
/// [`Kind::Unreadable`], and those of [`parse_manifest`].
pub fn read_manifest(folder: &Path) -> Result<Manifest> {
    let path = folder.join(MANIFEST);
    let text = input::read_text(&path).map_err(|error| Kind::Unreadable { wanted: Artefact::Core, error }.at(&path))?;
    parse_manifest(&text, &path)
}

/// The manifest in the text of `core.toml`; `path` is named in errors.
///
/// # Errors
/// [`Kind::Malformed`] and [`Kind::BadName`], naming the key.
pub fn parse_manifest(text: &str, path: &Path) -> Result<Manifest> {
    let manifest: Manifest = toml::from_str(text).map_err(|error| Kind::malformed(Artefact::Core, error).at(path))?;
    if manifest.clock_mhz.is_some_and(|mhz| !is_clock(mhz)) {
        let problem = "it is not a positive number of MHz";
        return Err(Kind::malformed(Artefact::Core, problem).at(Place::within(path, Place::key("clock_mhz"))));
    }
    // They become paths, and words of scripts.
    match manifest.bad_name() {
        Some((key, name)) => {
            let kind = Kind::BadName { name: printable(name), wanted: Artefact::Core };
            Err(kind.at(Place::within(path, Place::key(key))))
        }
        None => Ok(manifest),
    }
}

/// `design`, as [`Core::open`] gives it, with the files as they are in the folder: a bitstream is made of these, even where they were
/// changed by hand.
///
/// # Errors
/// [`Kind::Unreadable`] for a file that is not there.
pub fn as_it_stands(folder: &Path, design: &Design) -> Result<Design> {
    let read = |name: &String| {
        let path = folder.join(name);
        let text = input::read(&path, input::MOST_BYTES).and_then(input::text);
        text.map(|text| (name.clone(), text))
            .map_err(|error| Kind::Unreadable { wanted: Artefact::CoreFile, error }.at(&path))
    };
    let files = design.files.keys().map(read).collect::<Result<_>>()?;
    Ok(Design { files, manifest: design.manifest.clone() })
}
