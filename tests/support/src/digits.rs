//! The bundled digits network, from its ONNX file to the files of its core.

use volley::fixed_point::{Settings, ThresholdMode, WeightMode};
use volley::rtl::Design;
use volley::schedule::Folding;
use volley::{Converter, ann, fixed_point, rtl, schedule, snn};

/// The imported network, ready to be converted.
pub fn converter() -> Converter<'static> {
    Converter::open(crate::root().join("examples/digits/digits.onnx")).unwrap()
}

/// The imported network.
pub fn imported() -> ann::Network {
    converter().imported().clone()
}

/// Another network of the same shape: what `train.py --seed 2` makes.
pub fn converted_other(members: u32, timesteps: u32) -> snn::Network {
    let path = crate::root().join("tests/support/data/other_digits.onnx");
    let other = Converter::open_with(path, imported().normalisation).unwrap();
    other.members(members).timesteps(timesteps).convert().unwrap().network
}

/// Its activations replaced by group neurons.
pub fn converted(members: u32, timesteps: u32) -> snn::Network {
    converter().members(members).timesteps(timesteps).convert().unwrap().network
}

/// In integers, 8-bit weights.
pub fn quantised(members: u32, timesteps: u32, threshold: ThresholdMode) -> fixed_point::Network {
    let converter = converter().members(members).timesteps(timesteps).threshold(threshold);
    converter.convert().unwrap().quantise().unwrap()
}

/// With weights that can be loaded at run time.
pub fn loadable(members: u32, timesteps: u32) -> fixed_point::Network {
    let settings = Settings { weights: WeightMode::Runtime, ..Settings::default() };
    converter().members(members).timesteps(timesteps).settings(settings).convert().unwrap().quantise().unwrap()
}

/// With the default lanes.
pub fn plan(network: &fixed_point::Network) -> schedule::Plan {
    schedule::plan(network, &Folding::default()).unwrap()
}

/// In Verilog, with the default lanes.
pub fn design(members: u32, timesteps: u32, threshold: ThresholdMode) -> Design {
    let network = quantised(members, timesteps, threshold);
    rtl::generate(&network, &plan(&network)).unwrap()
}
