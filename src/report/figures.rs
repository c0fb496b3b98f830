//! The figures of a core: what is estimated, what its simulation showed, and what place and route gave, each in its own column.

use crate::build::Made;
use crate::numbers::{thousands, whole};
use crate::page::Page;
use crate::synth::Implementation;
use crate::table::{Cell, Table};

use super::Known;

/// Speed at one clock.
#[derive(Clone, Copy)]
struct Speed {
    /// The core's.
    mhz: f64,
    /// Clocks from one frame's last score to the next one's.
    clocks_per_frame: f64,
    /// Clocks from a frame's first pixel to its last score, where it is known.
    latency: Option<u64>,
}

impl Speed {
    fn frames_per_second(self) -> f64 {
        1e6 * self.mhz / self.clocks_per_frame
    }

    fn microseconds(self) -> Option<f64> {
        self.latency.map(|clocks| clocks as f64 / self.mhz)
    }
}

fn estimated(known: &Known) -> Option<Speed> {
    let (_, figures) = known.board.as_ref()?;
    Some(Speed { mhz: known.clock_mhz()?, clocks_per_frame: figures.cycles(), latency: None })
}

fn simulated(known: &Known, mhz: f64) -> Option<Speed> {
    let verdict = known.verdict()?;
    Some(Speed { mhz, clocks_per_frame: verdict.cycles_per_frame, latency: Some(verdict.first_latency) })
}

/// At the clock that the design was placed for, or that it reaches if that is less. Its clocks are those of the simulation.
fn placed(known: &Known) -> Option<Speed> {
    let timing = known.made.as_ref()?.implementation.timing.as_ref()?;
    simulated(known, timing.achieved_mhz.min(timing.wanted_mhz))
}

/// The figures that matter most, each with its source.
pub fn facts(known: &Known) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    if let Some(verdict) = known.verdict() {
        facts.push(("clocks per frame, simulated".into(), whole(verdict.cycles_per_frame)));
        facts.push(("values that differ from the model".into(), thousands(verdict.mismatches)));
    }
    let simulated = known.clock_mhz().and_then(|mhz| simulated(known, mhz));
    let speed = simulated.map(|speed| (speed, "simulated"));
    if let Some((speed, source)) = speed.or_else(|| estimated(known).map(|speed| (speed, "estimated"))) {
        facts.push((format!("frames per second at {} MHz, {source}", speed.mhz), whole(speed.frames_per_second())));
        if let Some(time) = speed.microseconds() {
            facts.push((format!("latency at {} MHz, {source}", speed.mhz), format!("{time:.1} µs")));
        }
    }
    if let Some(made) = &known.made {
        let (cost, source) = (&made.implementation.cost, source(made));
        facts.push((format!("LUTs, {source}"), thousands(cost.luts)));
        facts.push((format!("block RAMs, {source}"), thousands(cost.block_rams)));
    } else if let Some((_, figures)) = &known.board {
        facts.push(("LUTs, estimated".into(), whole(figures.total().luts)));
        facts.push(("block RAMs, estimated".into(), whole(figures.total().block_rams)));
    }
    facts
}

/// What the figures of an implementation are.
fn source(made: &Made) -> String {
    let done = if made.implementation.nextpnr.is_some() { "placed and routed" } else { "synthesised, not placed" };
    format!("{done} ({})", if made.whole_board { "whole board" } else { "core alone" })
}

pub fn section(known: &Known, page: &mut Page) {
    page.heading("Figures of the core");
    let clock = match (known.core.design.manifest.clock_mhz, &known.board) {
        (Some(mhz), _) => format!("The clock is the plan's, {mhz} MHz."),
        (None, Some((board, _))) => {
            format!("The core was generated without a plan: the clock is the one of the board, {} MHz.", board.core_mhz)
        }
        (None, None) => "The clock is not known: generate the core by a plan, or give a board.".into(),
    };
    page.paragraph(clock);
    page.paragraph(
        "Estimates are made before anything is synthesised. Simulated clocks are those of the Verilog of the core alone, whose source and \
         sink never pause; frames per second hold for frames in a row, the latency for the first of them. In the column of place and route, \
         speed is the simulated number of clocks at the clock asked for, or at the one reached if that is less.",
    );
    if known.made.is_none() {
        page.paragraph("Nothing is known of place and route: give the folder of a synthesis or build of this core.");
    }
    page.table(table(known));
}

/// One row a figure, one column a source.
fn table(known: &Known) -> Table {
    let made = known.made.as_ref();
    let last = made.map_or("placed and routed".into(), source);
    let mut table = Table::new(["figure".to_string(), "estimated".into(), "simulated".into(), last]);
    let mut row = |name: &str, cells: [Option<Cell>; 3]| {
        let cells = cells.map(|cell| cell.unwrap_or_else(Cell::none));
        table.row([Cell::text(name)].into_iter().chain(cells).collect());
    };
    let board = known.board.as_ref();
    let implementation = made.map(|made| &made.implementation);
    let part =
        |implementation: &Implementation| Cell::text(format!("{} ({})", implementation.part, implementation.board));
    row(
        "FPGA",
        [
            board.map(|(board, _)| Cell::text(format!("{} ({})", board.part, board.name))),
            None,
            implementation.map(part),
        ],
    );
    let timing = implementation.and_then(|implementation| implementation.timing.as_ref());
    let clock = || known.clock_mhz().map(|mhz| Cell::real(mhz, 1));
    let wanted = timing.map(|timing| Cell::real(timing.wanted_mhz, 1));
    row("clock asked for, MHz", [board.and_then(|_| clock()), known.verdict().and_then(|_| clock()), wanted]);
    row("clock reached, MHz", [None, None, timing.map(|timing| Cell::real(timing.achieved_mhz, 1))]);
    let clocks = board.map(|(_, figures)| Cell::rounded(figures.cycles()));
    row("clocks per frame", [clocks, known.verdict().map(|verdict| Cell::rounded(verdict.cycles_per_frame)), None]);
    let speeds = [estimated(known), known.clock_mhz().and_then(|mhz| simulated(known, mhz)), placed(known)];
    row("frames per second", speeds.map(|speed| speed.map(|speed| Cell::rounded(speed.frames_per_second()))));
    row("latency, clocks", [None, known.verdict().map(|verdict| Cell::count(verdict.first_latency)), None]);
    row("latency, µs", speeds.map(|speed| speed.and_then(Speed::microseconds).map(|time| Cell::real(time, 1))));
    let total = board.map(|(_, figures)| figures.total());
    let cost = implementation.map(|implementation| implementation.cost);
    let mut used = |name: &str, estimate: Option<f64>, count: Option<u64>| {
        row(name, [estimate.map(Cell::rounded), None, count.map(Cell::count)]);
    };
    used("LUTs", total.map(|total| total.luts), cost.map(|cost| cost.luts));
    used("flip-flops", total.map(|total| total.flip_flops), cost.map(|cost| cost.flip_flops));
    used("multipliers", total.map(|total| total.multipliers), cost.map(|cost| cost.dsps));
    used("block RAMs", total.map(|total| total.block_rams), cost.map(|cost| cost.block_rams));
    table
}
