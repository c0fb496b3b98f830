//! The second type: a network of group neurons, and how it becomes integers.

use super::{Converter, Core};
use crate::data::Images;
use crate::error::{Artefact, Kind, Place, Result};
use crate::fixed_point::{self, Settings};
use crate::quantise::quantise;
use crate::schedule::{self, Folding};
use crate::{eval, rtl, snn};

/// A converted network: everything that its hardware is made of. [`crate::folder`] keeps one on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Converted {
    /// The network of group neurons, in float.
    pub network: snn::Network,
    /// How it becomes integers.
    pub settings: Settings,
    /// The imported file as it was, for comparing with the float network, and for converting it with other settings.
    pub onnx: Option<Vec<u8>>,
    /// Where the conversion may cost accuracy, one sentence each. See [`crate::convert::notes`].
    pub notes: Vec<String>,
}

impl Converted {
    /// The network in integers, which the hardware computes.
    ///
    /// # Errors
    /// As [`quantise`].
    pub fn quantise(&self) -> Result<fixed_point::Network> {
        quantise(&self.network, &self.settings)
    }

    /// The core of the network: integers, layout, Verilog.
    ///
    /// # Errors
    /// What [`quantise`], [`schedule::plan`] and [`rtl::generate`] report.
    pub fn generate(&self, folding: &Folding) -> Result<Core> {
        let network = self.quantise()?;
        let plan = schedule::plan(&network, folding)?;
        let design = rtl::generate(&network, &plan)?;
        Ok(Core { converted: self.clone(), network, plan, design })
    }

    /// What the network classifies, in float and in integers, beside the ANN if there is an ONNX file; `images` have labels.
    ///
    /// # Errors
    /// As [`eval::evaluate`].
    pub fn evaluate(&self, images: &Images) -> Result<eval::Summary> {
        eval::evaluate(&self.network, &self.settings, self.onnx.as_deref(), images, &|_, _| ())
    }

    /// A converter of the ONNX file that this network came from, to convert it with other settings. Its members, time steps and
    /// integer settings are those of this network.
    ///
    /// # Errors
    /// [`Kind::Missing`] where there is no ONNX file.
    pub fn converter<'a>(&self) -> Result<Converter<'a>> {
        let Some(onnx) = &self.onnx else {
            return Err(Kind::Missing { wanted: Artefact::OwnOnnx }.at(Place::file("model.onnx")));
        };
        let network = &self.network;
        let converter = Converter::from_bytes(onnx.clone(), &network.name, network.input.normalisation.clone())?;
        Ok(converter.members(network.members).timesteps(network.timesteps).settings(self.settings.clone()))
    }
}
