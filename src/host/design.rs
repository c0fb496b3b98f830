//! Whether an accelerator is the core of a folder.

use std::path::Path;

use super::Accelerator;
use crate::error::{Kind, Place};
use crate::pipeline::Core;
use crate::rtl::weight_data::fingerprint;
use crate::{Result, Shape, core_folder};

impl Accelerator {
    /// Refuses an accelerator that cannot be `core`, which was read from `folder`: shapes and sizes must agree, and the fingerprint of the
    /// Verilog as it is in the folder.
    ///
    /// # Errors
    /// [`Kind::OtherDesign`] that says what differs, [`Kind::Unreadable`] for files of the folder that cannot be read.
    pub fn require(&self, core: &Core, folder: &Path) -> Result<()> {
        let (identity, manifest, network) = (self.identity(), &core.design.manifest, &core.network);
        let of_accelerator = (identity.shape, identity.classes, identity.members, identity.timesteps);
        let of_folder = (network.input.shape, manifest.classes, manifest.members & 0xFF, manifest.timesteps & 0xFF);
        let refuse = |problem| Err(Kind::OtherDesign { problem }.at(Place::accelerator(&self.line.name)));
        if of_accelerator != of_folder {
            let text = |(shape, classes, members, timesteps): (Shape, usize, u32, u32)| {
                format!("{shape} to {classes} classes with {members} members and {timesteps} time steps")
            };
            return refuse(format!(
                "it is made for {}, and {} for {}",
                text(of_accelerator),
                folder.display(),
                text(of_folder)
            ));
        }
        let fingerprint = fingerprint(&core_folder::as_it_stands(folder, &core.design)?);
        if identity.design != fingerprint {
            return refuse(format!(
                "it is design {:#010x}, and {} is design {fingerprint:#010x}",
                identity.design,
                folder.display()
            ));
        }
        Ok(())
    }
}
