//! A sweep of your own: what do fewer weight bits cost? `cargo run --release --example accuracy_against_bits`.
//!
//! The ONNX file is read once; each setting is a conversion of the same network.

use volley::{Converter, Images, Result};

fn main() -> Result<()> {
    let converter = Converter::open("examples/digits/digits.onnx")?.members(4).timesteps(1);
    let images = Images::open("examples/digits/test.npz")?;
    println!("weight bits  accuracy  agrees with the ANN");
    for bits in 2..=8 {
        let converted = converter.clone().weight_bits(bits).convert()?;
        let report = converted.evaluate(&images)?;
        println!("{bits:11}  {:6.2} %  {:17.2} %", 100.0 * report.snn_fixed, 100.0 * report.agreement);
    }
    // The search chooses bits by layer, on training images.
    let training = Images::open("examples/digits/calibration.npz")?;
    let mixed = converter.clone().calibration(&training).max_loss(0.005).convert()?;
    for layer in mixed.network.layer_names() {
        println!("{layer}: {} bits", mixed.settings.bits_of(layer));
    }
    Ok(())
}

#[test]
fn it_runs() {
    main().unwrap();
}
