//! `volley boards`: the boards, the details of one of them, and what a network reaches on them.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::{Value, json};
use volley::Converted;
use volley::board::{Board, constraints};
use volley::error::Kind;
use volley::fixed_point::Network;

use super::plan::Basis;
use super::{Json, Outcome, progress, say, say_json, say_table};
use volley::table::{Cell, Table};

/// List the boards, and what a network reaches on each of them
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley boards
  volley boards net --data calib.npz
  volley boards --board ulx3s-85f
  volley boards --board my-board.toml

With NET, a core is folded for the most frames a second on each board, as `volley plan` does it, at the board's core_mhz.
Without it, --board shows one board with the constraint file of its top module, and checks a TOML of your own.")]
pub struct Args {
    /// Folder that `volley convert` wrote
    #[arg(value_name = "NET")]
    network: Option<PathBuf>,
    /// Only this board: its name, or the path of a board's TOML
    #[arg(long, value_name = "BOARD")]
    board: Option<String>,
    #[command(flatten)]
    basis: Basis,
    #[command(flatten)]
    json: Json,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let boards = match &args.board {
        Some(name) => vec![Board::find(name)?],
        None => Board::all()?,
    };
    let (table, key) = match &args.network {
        Some(path) => {
            let converted = Converted::open(path)?;
            (fits(args, &boards, &converted.quantise()?)?, "fits")
        }
        None => (list(&boards), "boards"),
    };
    let alone = boards.first().filter(|_| args.board.is_some() && args.network.is_none());
    let file = alone.map(|board| constraints::write(board, &board.ports())).transpose()?;
    if args.json.wanted {
        let mut value = json!({ key: table.json() });
        if let (Some(board), Some(file)) = (alone, file) {
            value["board"] = json!(board);
            value["constraints"] = Value::String(file);
        }
        say_json(&value)?;
    } else {
        say_table(&table)?;
        if let (Some(board), Some(file)) = (alone, file) {
            say(format!("\n{}.{}\n{file}", board.name, constraints::extension(board.family)))?;
        }
    }
    Ok(Outcome::Fine)
}

/// One row a board.
fn list(boards: &[Board]) -> Table {
    let mut table = Table::new([
        "board",
        "title",
        "part",
        "LUT",
        "FF",
        "DSP",
        "block RAM",
        "oscillator MHz",
        "core MHz",
        "host link",
        "flow",
    ]);
    for board in boards {
        let device = &board.device;
        table.row(vec![
            Cell::text(&board.name),
            Cell::text(&board.title),
            Cell::text(&board.part),
            Cell::count(device.luts),
            Cell::count(device.flip_flops),
            Cell::count(device.dsps),
            Cell::count(device.block_rams),
            board.clock.as_ref().map_or_else(Cell::none, |clock| Cell::real(clock.mhz, 0)),
            Cell::real(board.core_mhz, 0),
            Cell::text(board.host_link),
            Cell::text(board.flow),
        ]);
    }
    table
}

/// One row a board: the quickest core that fits.
fn fits(args: &Args, boards: &[Board], network: &Network) -> Result<Table> {
    let frames = args.basis.activities(network)?;
    let mut table = Table::new([
        "board",
        "lanes",
        "core MHz",
        "cycles",
        "frames a second",
        "LUT",
        "FF",
        "DSP",
        "block RAM",
        "does not fit",
    ]);
    let spinner = progress::spinner("weighing the foldings of every layer");
    for board in boards {
        spinner.set_message(format!("weighing the foldings of every layer on {}", board.name));
        let mut row = vec![Cell::text(&board.name)];
        match args.basis.target(board.clone()).and_then(|target| target.fit(network, &frames)) {
            Ok(fit) => {
                let (cost, cycles) = (fit.figures.total(), fit.figures.cycles());
                let layers = network.nodes.iter().filter_map(|node| fit.folding.layers.get(&node.name));
                let lanes: Vec<u64> = layers.map(|fold| fold.lanes as u64).collect();
                let all = board.resources();
                let share = |cost: f64, all: f64| if all > 0.0 { Cell::share(cost / all) } else { Cell::none() };
                row.extend([
                    Cell::list(&lanes),
                    Cell::real(board.core_mhz, 0),
                    Cell::rounded(cycles),
                    Cell::rounded(1e6 * board.core_mhz / cycles),
                    share(cost.luts, all.luts),
                    share(cost.flip_flops, all.flip_flops),
                    share(cost.multipliers, all.multipliers),
                    share(cost.block_rams, all.block_rams),
                    Cell::text(""),
                ]);
            }
            // That is a row of the table.
            Err(error) if matches!(error.kind(), Kind::DoesNotFit { .. } | Kind::NoFoldingFits) => {
                row.extend((0..8).map(|_| Cell::none()));
                row.push(Cell::text(error.kind()));
            }
            Err(error) => return Err(error.into()),
        }
        table.row(row);
    }
    spinner.finish_and_clear();
    Ok(table)
}
