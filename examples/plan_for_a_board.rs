//! What fits a board, and how fast is it? `cargo run --release --example plan_for_a_board [BOARD]`.
//!
//! The solver chooses lanes, slices and memories of each layer; nothing is synthesised, so the figures are estimates.

use volley::pipeline::Target;
use volley::{Board, Converter, Images, Result};

fn main() -> Result<()> {
    run(std::env::args().nth(1).as_deref().unwrap_or("ulx3s-85f"))
}

fn run(board: &str) -> Result<()> {
    let board = Board::find(board)?;
    let converted = Converter::open("examples/digits/digits.onnx")?.members(4).timesteps(1).convert()?;
    // A few training images show how many events each layer gets.
    let images = Images::open("examples/digits/calibration.npz")?.take(16);

    let fit = converted.fit(&Target::new(board.clone()), Some(&images))?;
    println!("{} at {} MHz: {:.0} frames a second", board.title, board.core_mhz, fit.frames_per_second);
    for (layer, fold) in &fit.folding.layers {
        println!("{layer}: {} lanes, {} slices", fold.lanes, fold.slices);
    }
    let cost = fit.figures.total();
    println!("{:.0} LUTs, {:.0} multipliers, {:.0} block RAMs", cost.luts, cost.multipliers, cost.block_rams);

    // For a thousand frames a second it costs less.
    let slow = Target { frames_per_second: Some(1000.0), ..Target::new(board.clone()) };
    println!("1,000 frames a second: {:.0} LUTs", converted.fit(&slow, Some(&images))?.figures.total().luts);

    let core = converted.generate(&fit.folding)?;
    println!("the top module is {}", core.design.manifest.top);
    Ok(())
}

#[test]
fn it_runs() {
    run("ulx3s-85f").unwrap();
}
