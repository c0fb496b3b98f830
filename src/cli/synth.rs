//! `volley synth`: synthesis, place and route, and what their reports say.

use std::path::PathBuf;

use anyhow::Result;
use volley::board::Board;
use volley::synth::{self, Implementation, Options, Phase, Resource};

use super::{Force, Json, Outcome, advice, progress, say, say_json, say_table};
use volley::table::{Cell, Table};

/// Synthesise the generated Verilog for a board, place and route it, and report area and clock
#[derive(clap::Args)]
#[command(after_help = "Examples:
  volley synth rtl --board ulx3s-85f -o synth
  volley synth rtl --board arty-a7-100t --modules

yosys synthesises; nextpnr and ecppack or icepack make a bitstream for ECP5 and iCE40. Each is looked for in the folder
--tools, on PATH, and in .venv/bin of the current folder, by its own name and by that of its YoWASP build.
The core stands between two shift registers, so that its ports need two pins; OUT holds the Verilog, the scripts, logs and
reports, the netlist, and the bitstream if the clock is reached.

Exit code 1 if the core does not fit or misses its clock.")]
pub struct Args {
    /// Folder that `volley generate` wrote
    #[arg(value_name = "RTL")]
    rtl: PathBuf,
    /// A board's name, or the path of its TOML
    #[arg(long, value_name = "BOARD")]
    board: String,
    /// Folder to write [default: only the tables are printed]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
    /// Clock of the core in MHz, made by the board's PLL [default: the board's core_mhz]
    #[arg(long, value_name = "MHZ", value_parser = parse_mhz)]
    freq: Option<f64>,
    /// Synthesise only
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
          default_value_t = false, hide_default_value = true, hide_possible_values = true)]
    no_pnr: bool,
    /// Also show what each module costs, synthesised by itself
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
          default_value_t = false, hide_default_value = true, hide_possible_values = true)]
    modules: bool,
    #[command(flatten)]
    tools: Tools,
    #[command(flatten)]
    json: Json,
}

/// The tools and how they are run.
#[derive(clap::Args)]
pub(super) struct Tools {
    /// Seed of place and route
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u32,
    /// This yosys instead of the one that is found
    #[arg(long, value_name = "PATH")]
    yosys: Option<PathBuf>,
    /// Folder where all tools are looked for first
    #[arg(long, value_name = "DIR")]
    tools: Option<PathBuf>,
}

impl Tools {
    pub(super) fn options(&self) -> Options {
        Options { yosys: self.yosys.clone(), tools: self.tools.clone(), seed: self.seed, ..Options::default() }
    }
}

pub(super) fn parse_mhz(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(mhz) if (1.0..=1000.0).contains(&mhz) => Ok(mhz),
        _ => Err("write a number of MHz between 1 and 1000".into()),
    }
}

pub fn run(args: &Args) -> Result<Outcome> {
    let board = Board::find(&args.board)?;
    let options = Options { mhz: args.freq, place: !args.no_pnr, modules: args.modules, ..args.tools.options() };
    let spinner = progress::spinner("starting");
    let mut watch = |at: Phase, detail: &str| spinner.set_message(format!("{}: {detail}", phase(at)));
    let output = args.output.as_deref().map(|path| args.force.target(path));
    let made = synth::run(&args.rtl, &board, &options, output, &mut watch);
    spinner.finish_and_clear();
    let made = made?;
    if args.json.wanted {
        say_json(&made)?;
    } else {
        print_implementation(&made)?;
        if let Some(output) = &args.output {
            say(format!("wrote {}", output.display()))?;
        }
    }
    Ok(conclude(&made, false))
}

/// What the tools are doing, for people.
pub(super) fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Synthesis => "synthesis",
        Phase::Modules => "synthesis by modules",
        Phase::Placement => "placement",
        Phase::Routing => "routing",
    }
}

pub(super) fn print_implementation(made: &Implementation) -> Result<()> {
    say(format!("{} on the {} of {}", made.core, made.part, made.board))?;
    say_table(&resources(made))?;
    if !made.modules.is_empty() {
        say("by module, without what is below it:")?;
        say_table(&modules(made))?;
    }
    match &made.timing {
        Some(timing) => {
            say(format!("clock: {:.1} MHz reached, {:.1} MHz wanted", timing.achieved_mhz, timing.wanted_mhz))?;
            let path = &timing.critical_path;
            say(format!("worst path: {:.1} ns of logic, {:.1} ns of routing", path.logic_ns, path.routing_ns))?;
            path.through.iter().try_for_each(|signal| say(format!("  {signal}")))
        }
        None => say("not placed: there is no clock to report"),
    }
}

/// Says on stderr what is bad, and what can be done.
pub(super) fn conclude(made: &Implementation, allow_missed_clock: bool) -> Outcome {
    for Resource { kind, used, available } in made.excess() {
        let advice = advice::of_resource(kind);
        eprintln!("the core does not fit: it takes {used} {kind}, the {} has {available}; {advice}", made.part);
    }
    let missed = made.timing.as_ref().filter(|timing| !timing.met());
    if let Some(timing) = missed {
        let bitstream = if allow_missed_clock { "" } else { ", so there is no bitstream" };
        eprintln!(
            "the clock is missed: {:.1} of {:.1} MHz{bitstream}; give --freq {} or another --seed, or \
             generate with fewer --lanes",
            timing.achieved_mhz,
            timing.wanted_mhz,
            timing.achieved_mhz.floor()
        );
    }
    if (missed.is_some() && !allow_missed_clock) || !made.excess().is_empty() { Outcome::Bad } else { Outcome::Fine }
}

fn resources(made: &Implementation) -> Table {
    let mut table = Table::new(["resource", "used", "available", "share"]);
    for Resource { kind, used, available } in made.resources() {
        let share = if available > 0 { Cell::share(used as f64 / available as f64) } else { Cell::none() };
        table.row(vec![Cell::text(kind), Cell::count(used), Cell::count(available), share]);
    }
    table
}

fn modules(made: &Implementation) -> Table {
    let mut table = Table::new(["module", "instances", "LUTs", "flip-flops", "DSP blocks", "block RAMs"]);
    for module in &made.modules {
        let cost = &module.cost;
        let numbers = [module.instances, cost.luts, cost.flip_flops, cost.dsps, cost.block_rams];
        table.row([Cell::text(&module.name)].into_iter().chain(numbers.map(Cell::count)).collect());
    }
    table
}
