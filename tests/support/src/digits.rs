//! The bundled digits network, from its ONNX file to the files of its core.

use volley::fixed_point::{Settings, ThresholdMode, WeightMode};
use volley::rtl::Design;
use volley::schedule::Folding;
use volley::{ann, convert, fixed_point, import, quantise, rtl, schedule, snn};

/// The imported network.
pub fn imported() -> ann::Network {
    let path = crate::root().join("examples/digits/digits.onnx");
    import::read_onnx(&path, normalisation()).unwrap()
}

fn normalisation() -> ann::Normalisation {
    let path = crate::root().join("examples/digits/digits.onnx");
    import::normalisation_for(&path).unwrap().expect("digits.toml has [input]")
}

/// Another network of the same shape: what `train.py --seed 2` makes.
pub fn converted_other(members: u32, timesteps: u32) -> snn::Network {
    let path = crate::root().join("tests/support/data/other_digits.onnx");
    let imported = import::read_onnx(&path, normalisation()).unwrap();
    convert::convert(imported, &convert::Options { members, timesteps }).unwrap().network
}

/// Its activations replaced by group neurons.
pub fn converted(members: u32, timesteps: u32) -> snn::Network {
    convert::convert(imported(), &convert::Options { members, timesteps }).unwrap().network
}

/// In integers, 8-bit weights.
pub fn quantised(members: u32, timesteps: u32, threshold: ThresholdMode) -> fixed_point::Network {
    let settings = Settings { threshold, ..Settings::default() };
    quantise::quantise(&converted(members, timesteps), &settings).unwrap()
}

/// With weights that can be loaded at run time.
pub fn loadable(members: u32, timesteps: u32) -> fixed_point::Network {
    let settings = Settings { weights: WeightMode::Runtime, ..Settings::default() };
    quantise::quantise(&converted(members, timesteps), &settings).unwrap()
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
