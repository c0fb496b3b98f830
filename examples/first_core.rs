//! A trained network becomes Verilog checked in simulation: `cargo run --release --example first_core [FOLDER]`.
//!
//! Needs Verilator. The folder gets the Verilog; without one it is thrown away.

use volley::cosim::Options;
use volley::{Converter, Folding, Images, Result};

fn main() -> Result<()> {
    run(std::env::args().nth(1).as_deref())
}

fn run(folder: Option<&str>) -> Result<()> {
    // The bundled digits: 8×8 pixels, trained with QCFS activations of 4 levels. digits.toml beside it says how its images
    // were normalised.
    let converter = Converter::open("examples/digits/digits.onnx")?;
    let converted = converter.members(4).timesteps(1).convert()?;
    let core = converted.generate(&Folding::uniform(16))?;
    if let Some(folder) = folder {
        core.write(folder)?;
        println!("wrote {} files to {folder}", core.design.files.len());
    }
    // Ten images, while the source pauses and the sink refuses in a quarter of the clocks.
    let images = Images::open("examples/digits/test.npz")?.take(10);
    let verdict = core.cosimulate(&images, &Options { stalls: 64, ..Options::default() })?;
    println!("{} values compared, {} differ from the model", verdict.compared, verdict.mismatches);
    println!("{:.0} clocks a frame", verdict.cycles_per_frame);
    assert!(verdict.passed());
    Ok(())
}

#[test]
fn it_runs() {
    run(None).unwrap();
}
