//! `volley study`: group neurons against integrate-and-fire neurons on one network, as CSV, plots and a page.

use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use volley::Converted;
use volley::data::{self, Images};
use volley::error::{Kind, Setting};
use volley::eval::Which;
use volley::fixed_point::Settings;
use volley::numbers::{Counts, interval, percent, thousands};
use volley::output::{write_file, write_folder};
use volley::report::tables;
use volley::study::{Current, Options, Phase, Results, Study};

use super::{Force, Json, Outcome, images, progress, say, say_json, say_table};
use volley::table::{Cell, Table};

/// Images that are in memory at a time.
const BATCH: usize = 500;

/// What the study was made from, and the sign that its folder is Volley's.
const MARKER: &str = "study.toml";

/// Compare group neurons with integrate-and-fire neurons: error, response curves, accuracy
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley study net --data test.npz -o study
  volley study net --data test.npz --limit 1000 --members 2,4 --timesteps 1,2,4,8 -o study
  volley study net --data test.npz --calibration calib.npz -o study

The network is converted anew from its model.onnx for all members and time steps; its own are not used, its weight bits are.
Networks with plain ReLU activations need --calibration.

The folder holds tables, their plots in index.html, and the settings in study.toml:
  error.csv     squared error of layers and of their mean, beside that of IF at τT time steps
  response.csv  firing rate against a constant current, in units of λ
  accuracy.csv  accuracy with its 95 % interval, and agreement with the ANN")]
pub struct Args {
    /// Folder that `volley convert` wrote
    #[arg(value_name = "NET")]
    network: PathBuf,
    /// Labelled test images: an .npz or .npy file, or a folder of PNGs by class
    #[arg(long, value_name = "IMAGES")]
    data: PathBuf,
    /// Use only the first N images
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Images for the float networks, which are slow; all errors and the float accuracies come from them
    #[arg(long, value_name = "N", default_value_t = 200)]
    float_limit: usize,
    /// Sample images to calibrate ReLU and ReLU6 activations with: training images, never the test set; an .npz or .npy file, or a folder of PNGs by class
    #[arg(long, value_name = "IMAGES")]
    calibration: Option<PathBuf>,
    /// Images of --calibration to use; each number of members and of time steps has its own calibration
    #[arg(long, value_name = "N", default_value_t = 200)]
    calibration_limit: usize,
    /// Members τ of the groups, 1 to 255: numbers and ranges (1,2,4..8), separated by commas; integrate-and-fire (1) comes in any case
    #[arg(long, value_name = "LIST", default_value = "1,2,4,8")]
    members: Counts,
    /// Time steps T, 1 to 64: numbers and ranges, separated by commas
    #[arg(long, value_name = "LIST", default_value = "1,2,4,8,16,32")]
    timesteps: Counts,
    /// Folder to write
    #[arg(short, long, value_name = "STUDY")]
    output: PathBuf,
    #[command(flatten)]
    force: Force,
    #[command(flatten)]
    json: Json,
}

/// Ascending, each number once.
fn ascending(counts: &Counts) -> Vec<u32> {
    let mut numbers = counts.0.clone();
    numbers.sort_unstable();
    numbers
}

/// The content of [`MARKER`].
#[derive(Serialize)]
struct Settled<'a> {
    network: &'a str,
    data: String,
    images: usize,
    float_images: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    calibration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calibration_images: Option<usize>,
    #[serde(flatten)]
    options: &'a Options,
    fixed_point: &'a Settings,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let converted = Converted::open(&args.network)?;
    let options = Options { members: ascending(&args.members), timesteps: ascending(&args.timesteps) };
    let mut results = None;
    write_folder(&args.force.target(&args.output), MARKER, |folder| {
        let (found, settled) = study(args, &converted, &options)?;
        write_file(&folder.join(MARKER), settled)?;
        for (name, table) in found.tables() {
            write_file(&folder.join(name), table)?;
        }
        write_file(&folder.join("index.html"), found.page(&say::called())?.html())?;
        results = Some(found);
        Ok(())
    })?;
    let Some(results) = results else { return Ok(Outcome::Unusable) };
    if args.json.wanted {
        say_json(&results)?;
        return Ok(Outcome::Fine);
    }
    say("Mean squared error, mean of the layers:\n")?;
    say_table(&errors(&results))?;
    say("\nAccuracy:\n")?;
    say_table(&accuracies(&results))?;
    say(of_ann(&results))?;
    say(format!("wrote {}", args.output.display()))?;
    Ok(Outcome::Fine)
}

/// The results, and the content of [`MARKER`].
fn study(args: &Args, converted: &Converted, options: &Options) -> volley::Result<(Results, String)> {
    for (setting, limit) in
        [(Setting::FloatLimit, args.float_limit), (Setting::CalibrationLimit, args.calibration_limit)]
    {
        if limit == 0 {
            return Err(Kind::out_of_range(0, 1.0..).at(setting));
        }
    }
    let shape = converted.network.input.shape;
    let few = args.limit.map_or(args.float_limit, |limit| limit.min(args.float_limit));
    let few = images(&args.data, Some(few), shape)?;
    let calibration = |path| images(path, Some(args.calibration_limit), shape);
    let calibration = args.calibration.as_deref().map(calibration).transpose()?;
    let spinner = progress::spinner("converting");
    let study = Study::new(converted, options, calibration.as_ref(), &|_, done| {
        spinner.inc(done as u64);
        spinner.set_message(format!("{} networks converted", spinner.position()));
    });
    spinner.finish_and_clear();
    let mut study = study?;
    let bar = progress::bar(study.float_runs() * few.len(), "");
    let shown = |phase: Phase, done: usize| {
        bar.set_message(match phase {
            Phase::Convert => "converting",
            Phase::Ann => "ANN",
            Phase::Float => "float SNNs",
            Phase::Fixed => "fixed-point SNNs",
        });
        bar.inc(done as u64);
    };
    study.float(&few, &shown)?;
    let mut count = 0;
    data::batches(&args.data, args.limit, BATCH, &mut |all, images| {
        count = all;
        bar.set_length((study.float_runs() * few.len() + study.runs() * all) as u64);
        study.add(&images, &shown)
    })?;
    bar.finish_and_clear();
    let results = study.results();
    let settled = Settled {
        network: &results.network,
        data: args.data.display().to_string(),
        images: count,
        float_images: few.len(),
        calibration: args.calibration.as_ref().map(|path| path.display().to_string()),
        calibration_images: calibration.as_ref().map(Images::len),
        options: &results.options,
        fixed_point: &converted.settings,
    };
    let settled = toml::to_string(&settled)
        .map_err(|error| Kind::internal(error).at(args.output.join(MARKER)).advise("give the files other names"))?;
    Ok((results, settled))
}

/// One row per τ and T: for each current the error, beside the error of integrate-and-fire neurons at τT time steps.
fn errors(results: &Results) -> Table {
    let mut table = Table::new([
        "members",
        "time steps",
        "uniform currents",
        "ratio to IF at τT",
        "layers' constant currents",
        "ratio to IF at τT",
        "spiking network",
        "ratio to IF at τT",
    ]);
    let means =
        |current: Current| results.errors.iter().filter(move |row| row.current == current && row.layer.is_none());
    let columns = means(Current::Uniform).zip(means(Current::Constant)).zip(means(Current::Spiking));
    for ((uniform, constant), spiking) in columns {
        let mut cells = vec![Cell::count(uniform.members), Cell::count(uniform.timesteps)];
        for row in [uniform, constant, spiking] {
            cells.push(Cell::real(row.squared_error, 7));
            cells.push(row.ratio().map_or_else(Cell::none, |ratio| Cell::real(ratio, 4)));
        }
        table.row(cells);
    }
    table
}

/// One row a τ and T: the integer network on all images, the float network on the first ones.
fn accuracies(results: &Results) -> Table {
    let mut table = Table::new([
        "members",
        "time steps",
        "fixed-point SNN",
        "95 % interval",
        "agrees with ANN",
        "float SNN",
        "95 % interval",
        "agrees with ANN",
    ]);
    let rows = |which: Which| results.accuracies.iter().filter(move |row| row.network == which);
    for (fixed, float) in rows(Which::Fixed).zip(rows(Which::Float)) {
        let count = |count: Option<u32>| count.map_or_else(Cell::none, Cell::count);
        let mut cells = vec![count(fixed.members), count(fixed.timesteps)];
        for row in [fixed, float] {
            cells.push(Cell::share(row.accuracy));
            cells.push(Cell::text(interval(row.interval)));
            cells.push(Cell::share(row.agreement_with_ann));
        }
        table.row(cells);
    }
    table
}

/// The ANN's accuracy, on the images of each column of the table.
fn of_ann(results: &Results) -> String {
    let rows = results.accuracies.iter().filter(|row| matches!(row.network, Which::Ann | Which::Qcfs));
    let parts = rows.zip(["fixed-point", "float"]).map(|(row, column)| {
        let (images, share) = (thousands(row.images), percent(row.accuracy));
        format!("{share} ({}) of the {images} images of the {column} SNN", interval(row.interval))
    });
    let name = results.accuracies.first().map_or("ANN", |row| tables::network_name(row.network));
    format!("{name}: {}", parts.collect::<Vec<_>>().join(", "))
}
