//! The first call: an imported network and how it is to be converted.

use std::path::Path;
use std::sync::Arc;

use super::Converted;
use crate::ann::{self, Normalisation};
use crate::convert::calibrate::{self, Calibration};
use crate::convert::{self, Conversion, Options};
use crate::data::Images;
use crate::error::{Kind, Result, Setting};
use crate::fixed_point::{Settings, ThresholdMode};
use crate::import;
use crate::mixed_precision::{self, Choice};

/// What a long conversion is doing, for a progress display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Finding thresholds of plain ReLU layers; counted in nodes of the network.
    Calibration,
    /// Choosing weight bits; counted in networks that are run.
    WeightBits,
}

/// An imported network, and the settings to convert it with.
///
/// The ONNX file is read once. A clone shares it, so one network can be converted at many settings.
#[derive(Clone)]
pub struct Converter<'a> {
    model: Arc<Model>,
    options: Options,
    settings: Settings,
    calibration: Option<&'a Images>,
    method: Calibration,
    max_loss: Option<f64>,
    progress: &'a (dyn Fn(Phase, usize, usize) + Sync),
}

struct Model {
    onnx: Vec<u8>,
    network: ann::Network,
}

impl<'a> Converter<'a> {
    /// Imports an ONNX file: float32, opset 11 or later, one input N×C×H×W, one output. The normalisation of its images is read
    /// from the `[input]` table of the TOML file beside it, see [`import::normalisation_for`].
    ///
    /// # Errors
    /// [`Kind::Unreadable`] for a file that cannot be read, [`Kind::NoNormalisation`], and what
    /// [`import::read_onnx_bytes`] reports.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let onnx = import::read_model(path)?;
        let normalisation =
            import::normalisation_for(path)?.ok_or_else(|| Kind::NoNormalisation.at(path.with_extension("toml")))?;
        Self::from_bytes(onnx, &path.display().to_string(), normalisation).map_err(|error| {
            match error.place().setting() {
                Some(Setting::Mean | Setting::Std) => error.within(path.with_extension("toml")),
                _ => error,
            }
        })
    }

    /// As [`Converter::open`], with the caller's normalisation.
    ///
    /// # Errors
    /// As [`Converter::open`].
    pub fn open_with(path: impl AsRef<Path>, normalisation: Normalisation) -> Result<Self> {
        let path = path.as_ref();
        Self::from_bytes(import::read_model(path)?, &path.display().to_string(), normalisation)
    }

    /// Imports the content of an ONNX file. `label` stands for its path in errors, and its stem names the network. Without a
    /// normalisation a pixel enters as p/255.
    ///
    /// # Errors
    /// As [`import::read_onnx_bytes`].
    pub fn from_bytes(
        onnx: impl Into<Vec<u8>>,
        label: &str,
        normalisation: impl Into<Option<Normalisation>>,
    ) -> Result<Self> {
        let onnx = onnx.into();
        let network = import::read_onnx_bytes(&onnx, label, normalisation)?;
        Ok(Converter {
            model: Arc::new(Model { onnx, network }),
            options: Options { members: 4, timesteps: 1 },
            settings: Settings::default(),
            calibration: None,
            method: Calibration::default(),
            max_loss: None,
            progress: &|_, _, _| (),
        })
    }

    /// Members τ of each group neuron, 1 to 255; 4 by default. 1 is an integrate-and-fire neuron; the best choice for a network trained
    /// with QCFS activations is its levels L, see [`Conversion::levels`].
    pub fn members(mut self, members: u32) -> Self {
        self.options.members = members;
        self
    }

    /// Time steps T, 1 to 64; 1 by default.
    pub fn timesteps(mut self, timesteps: u32) -> Self {
        self.options.timesteps = timesteps;
        self
    }

    /// Signed bits of every weight, 2 to 16; 8 by default.
    pub fn weight_bits(mut self, bits: u32) -> Self {
        self.settings.weight_bits = bits;
        self
    }

    /// Which thresholds the hardware may have; any integer by default.
    pub fn threshold(mut self, threshold: ThresholdMode) -> Self {
        self.settings.threshold = threshold;
        self
    }

    /// All settings of the integer network at once, bits of single layers among them.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Training images: they give the thresholds of layers with a plain ReLU or a clipped one and, with labels, the choice of weight bits.
    pub fn calibration(mut self, images: &'a Images) -> Self {
        self.calibration = Some(images);
        self
    }

    /// How far these layers are calibrated; as far as possible by default.
    pub fn calibrate(mut self, method: Calibration) -> Self {
        self.method = method;
        self
    }

    /// Choose the fewest weight bits of each layer, at most those of the settings, whose accuracy on the calibration images is within
    /// `loss` (0 to 1, 0.001 is a tenth of a percentage point) of the float spiking network's. See [`mixed_precision`].
    pub fn max_loss(mut self, loss: f64) -> Self {
        self.max_loss = Some(loss);
        self
    }

    /// Tell `progress` what is being done, how much of it there is, and how much more is done.
    pub fn progress(mut self, progress: &'a (dyn Fn(Phase, usize, usize) + Sync)) -> Self {
        self.progress = progress;
        self
    }

    /// The network as imported.
    pub fn imported(&self) -> &ann::Network {
        &self.model.network
    }

    /// The ONNX file.
    pub fn onnx(&self) -> &[u8] {
        &self.model.onnx
    }

    /// The images that [`Converter::calibration`] was given.
    pub fn calibration_images(&self) -> Option<&'a Images> {
        self.calibration
    }

    /// Only replaces the activations by group neurons: a plain ReLU has no threshold yet.
    ///
    /// # Errors
    /// As [`convert::convert`].
    pub fn replace_activations(&self) -> Result<Conversion> {
        convert::convert(self.model.network.clone(), &self.options)
    }

    /// Converts the network: group neurons, calibration where it is needed, and the choice of weight bits if
    /// [`Converter::max_loss`] asks for it.
    ///
    /// # Errors
    /// [`Kind::OutOfRange`] for settings; [`Kind::NoSpikingForm`] for a graph that group neurons cannot express;
    /// [`Kind::NeedsCalibration`] for a plain ReLU where there are no calibration images; what [`calibrate::calibrate`] and
    /// [`mixed_precision::choose`] report.
    pub fn convert(&self) -> Result<Converted> {
        Ok(self.convert_with_choice()?.0)
    }

    /// As [`Converter::convert`], with what the choice of weight bits found; `None` without [`Converter::max_loss`].
    ///
    /// # Errors
    /// As [`Converter::convert`].
    pub fn convert_with_choice(&self) -> Result<(Converted, Option<Choice>)> {
        self.settings.validate()?;
        let mut conversion = self.replace_activations()?;
        let calibrate = |images| {
            let nodes = conversion.network.nodes.len();
            calibrate::calibrate(&mut conversion, images, self.method, &|| {
                (self.progress)(Phase::Calibration, nodes, 1);
            })
        };
        let largest = self.calibration.map(calibrate).transpose()?;
        let notes = convert::notes(&conversion, largest.as_deref());
        calibrate::require_calibrated(&conversion)?;
        self.settings.check_layers(conversion.network.layer_names())?;
        let mut converted = Converted {
            network: conversion.network,
            settings: self.settings.clone(),
            onnx: Some(self.model.onnx.clone()),
            notes,
        };
        let choice = self.max_loss.map(|loss| self.choose(&converted, loss)).transpose()?;
        if let Some(choice) = &choice {
            converted.settings = choice.settings.clone();
        }
        Ok((converted, choice))
    }

    fn choose(&self, converted: &Converted, loss: f64) -> Result<Choice> {
        let images = self.calibration.ok_or_else(|| Kind::NoImages.at(Setting::Calibration))?;
        let progress = |all: usize, done: usize| (self.progress)(Phase::WeightBits, all, done);
        mixed_precision::choose(&converted.network, &converted.settings, images, loss, &progress)
    }
}
