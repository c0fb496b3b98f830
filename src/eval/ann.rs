//! The float ANN itself, run from its ONNX file by tract: the baseline that nothing of Volley touched.

use std::sync::Arc;

use ndarray::ArrayView3;
use rayon::prelude::*;
use tract_onnx::prelude::*;

use crate::ann::Normalisation;
use crate::convert::module_path;
use crate::data::Images;
use crate::error::{Error, Result};
use crate::import::{decode, guarded, read_onnx_bytes};
use crate::shape::Shape;
use crate::snn::{self, float};

/// A network of an ONNX file made ready for one image at a time.
struct Runner {
    plan: Arc<TypedRunnableModel>,
    shape: Shape,
    normalisation: Normalisation,
}

impl Runner {
    /// Reads an ONNX file whose input is one float32 image batch N×C×H×W, lets `choose` say what its outputs are, and optimises it.
    fn new(
        onnx: &[u8],
        shape: Shape,
        normalisation: &Normalisation,
        choose: impl FnOnce(&mut InferenceModel) -> TractResult<()>,
    ) -> Result<Self> {
        // Only what this crate can read itself comes to tract.
        let imported = read_onnx_bytes(onnx, "the ONNX file", normalisation.clone())?;
        let found = imported.nodes.first().map_or(shape, |input| input.shape);
        if found != shape {
            let problem = format!("its images are {found} (channels × height × width), the network takes {shape}");
            return Err(Error::file("the ONNX file", problem, "convert the network again"));
        }
        let fact = f32::fact([1, shape.channels, shape.height, shape.width]);
        let chosen = |mut model: InferenceModel| choose(&mut model).map(|()| model);
        let model = decode(onnx).unwrap_or_default();
        let load = || tract_onnx::onnx().model_for_proto_model(&model)?.with_input_fact(0, fact.into());
        let plan = guarded(|| load().and_then(chosen)?.into_optimized()?.into_runnable()).map_err(failed)?;
        Ok(Runner { plan, shape, normalisation: normalisation.clone() })
    }

    /// The outputs for one image, \[height, width, channel\].
    fn run(&self, image: ArrayView3<u8>) -> Result<Vec<Vec<f32>>> {
        let Shape { channels, height, width } = self.shape;
        let pixels = float::normalised(image, &self.normalisation).into_raw_vec_and_offset().0;
        let values = |output: &TValue| Ok(output.to_plain_array_view::<f32>()?.iter().copied().collect());
        guarded(|| {
            let input = Tensor::from_shape(&[1, channels, height, width], &pixels)?;
            self.plan.run(tvec!(input.into()))?.iter().map(values).collect()
        })
        .map_err(failed)
    }
}

/// The ANN and its scores.
pub struct Ann(Runner);

impl Ann {
    /// `onnx` is a file whose input is one float32 image batch N×C×H×W, and whose first output are the scores.
    ///
    /// # Errors
    /// [`Error::Tool`] with what tract says.
    pub fn new(onnx: &[u8], shape: Shape, normalisation: &Normalisation) -> Result<Self> {
        Runner::new(onnx, shape, normalisation, |_| Ok(())).map(Ann)
    }

    /// The scores of one image, \[height, width, channel\].
    ///
    /// # Errors
    /// [`Error::Tool`] with what tract says.
    pub fn scores(&self, image: ArrayView3<u8>) -> Result<Vec<f32>> {
        Ok(self.0.run(image)?.swap_remove(0))
    }

    /// The scores of all images, in order. `progress` is told how many more are done.
    ///
    /// # Errors
    /// As of [`Ann::scores`].
    pub fn scores_all(&self, images: &Images, progress: &(dyn Fn(usize) + Sync)) -> Result<Vec<Vec<f32>>> {
        let frames: Vec<_> = images.pixels.outer_iter().collect();
        let scores = frames.into_par_iter().map(|image| {
            let scores = self.scores(image);
            progress(1);
            scores
        });
        scores.collect()
    }
}

/// The ANN with the activations of some of its modules as outputs.
pub struct Activations {
    runner: Runner,
    /// Which output is that of each module asked for.
    outputs: Vec<Option<usize>>,
}

impl Activations {
    /// `origins` are dotted module paths, as of [`crate::snn::Node::origin`]: an activation is what the last operator of its
    /// module gives.
    ///
    /// # Errors
    /// [`Error::Tool`] with what tract says.
    pub fn new(onnx: &[u8], network: &snn::Network, origins: &[&str]) -> Result<Self> {
        let input = &network.input;
        let mut outputs = Vec::with_capacity(origins.len());
        let runner = Runner::new(onnx, input.shape, &input.normalisation, |model| {
            let mut taps = Vec::new();
            for origin in origins {
                let last = model.nodes().iter().rev().find(|node| module_path(&node.name) == **origin);
                outputs.push(last.map(|_| taps.len()));
                taps.extend(last.map(|node| OutletId::new(node.id, 0)));
            }
            model.select_output_outlets(&taps)
        })?;
        Ok(Activations { runner, outputs })
    }

    /// The activations of one image, \[channel\]\[pixel\] each; `None` for a module that the file does not have.
    ///
    /// # Errors
    /// [`Error::Tool`] with what tract says.
    pub fn of(&self, image: ArrayView3<u8>) -> Result<Vec<Option<Vec<f32>>>> {
        let found = self.runner.run(image)?;
        Ok(self.outputs.iter().map(|output| output.map(|output| found[output].clone())).collect())
    }
}

fn failed(problem: String) -> Error {
    Error::tool("tract", problem, "check that the ONNX file runs elsewhere and takes one image batch")
}
