//! The core: its folding, cost, clocks and memories.

use crate::Result;
use crate::cosim::Verdict;
use crate::numbers::whole;
use crate::page::Page;
use crate::plot::{self, Axis, Bars};
use crate::rtl::{LayerEntry, MemoryEntry};

use super::{Known, Simulation, chart, figures, tables};
use crate::table::{Cell, Table};

pub fn sections(core: Option<&Known>, page: &mut Page) -> Result<()> {
    let Some(known) = core else {
        page.heading("Hardware");
        page.paragraph(
            "No core was given. Generate one and give it, and its folding, resources, clocks and memories are shown here.",
        );
        return Ok(());
    };
    figures::section(known, page);
    folding(known, page)?;
    clocks(known, page)?;
    memories(known, page)
}

fn folding(known: &Known, page: &mut Page) -> Result<()> {
    let (core, images) = (&known.core, known.images);
    page.heading("Folding and resources");
    let Some((board, figures)) = &known.board else {
        page.paragraph(
            "Resources are not estimated: give a board (for instance ulx3s-85f). Dense cycles are the clocks of a frame \
             without a zero.",
        );
        page.table(tables::folding(core));
        return Ok(());
    };
    page.paragraph(format!("{}.", tables::needs_line(board, figures.total())));
    let between = figures.between;
    page.paragraph(format!(
        "Of these, {} LUTs and {} block RAMs stand between the layers. Events and clocks are estimates, averages of {}.",
        whole(between.luts),
        whole(between.block_rams),
        match images {
            0 => "a frame without a zero, since there were no images".into(),
            images => format!("{images} images"),
        }
    ));
    let layers = || core.network.nodes.iter().zip(&figures.layers).filter_map(|(node, layer)| Some((node, (*layer)?)));
    let names: Vec<_> = layers().map(|(node, _)| node.name.as_str()).collect();
    let luts = layers().map(|(_, layer)| Some(layer.resources.luts));
    page.figure(chart(Axis::linear("LUTs"), &names, luts)?, "LUTs of each layer.");
    let blocks = [
        Bars::new("block RAMs", layers().map(|(_, layer)| Some(layer.resources.block_rams)).collect()),
        Bars::new("multipliers", layers().map(|(_, layer)| Some(layer.resources.multipliers)).collect()),
    ];
    page.figure(plot::bars(&Axis::linear("blocks"), &names, &blocks)?, "Block RAMs and multipliers of each layer.");
    page.table(tables::figures(&core.network, &core.plan, figures));
    Ok(())
}

fn clocks(known: &Known, page: &mut Page) -> Result<()> {
    page.heading("Clocks");
    let names: Vec<_> = known.core.design.manifest.layers.iter().map(|layer| layer.name.as_str()).collect();
    match &known.simulation {
        Simulation::Done(verdict) => return measured(known, verdict, &names, page),
        Simulation::LeftOut(reason) => page.paragraph(format!("Not simulated: {reason}.")),
        Simulation::Failed(error) => {
            page.paragraph(format!("The simulation failed: {}.", error.to_string().trim_end_matches('.')));
        }
    }
    if let Some((_, figures)) = &known.board {
        let estimated = figures.layers.iter().flatten().map(|layer| Some(layer.cycles));
        page.figure(
            chart(Axis::linear("clocks per frame"), &names, estimated)?,
            "Clocks of each layer's engine, estimated.",
        );
    }
    Ok(())
}

fn measured(known: &Known, verdict: &Verdict, names: &[&str], page: &mut Page) -> Result<()> {
    page.paragraph(format!(
        "The Verilog in simulation, on {} images in a row: {} clocks per frame, {} from the first pixel to the last score of the first \
         image; {}.",
        verdict.frames,
        whole(verdict.cycles_per_frame),
        whole(verdict.first_latency as f64),
        tables::verdict_line(verdict)
    ));
    if let Some(mismatch) = &verdict.first_mismatch {
        page.paragraph(format!("The Verilog and the model differ, first in: {mismatch}."));
    }
    for problem in &verdict.protocol_errors {
        page.paragraph(format!("Stream rules broken: {problem}."));
    }
    let series = [
        Bars::new("estimated", verdict.layers.iter().map(|layer| Some(layer.estimated_cycles)).collect()),
        Bars::new("simulated", verdict.layers.iter().map(|layer| Some(layer.cycles)).collect()),
    ];
    page.figure(
        plot::bars(&Axis::linear("clocks per frame"), names, &series)?,
        "Clocks in which each layer's engine works: the slowest one sets the rate.",
    );
    let utilisation = verdict.layers.iter().map(|layer| Some(layer.utilisation()));
    page.figure(
        chart(Axis::linear("lane utilisation").percent().including(1.0), names, utilisation)?,
        "Clocks in which the lanes add an event, as a share of those in which the engine works.",
    );
    page.table(tables::cosimulation(&known.core, verdict));
    Ok(())
}

fn memories(known: &Known, page: &mut Page) -> Result<()> {
    page.heading("Memory map");
    let layers = &known.core.design.manifest.layers;
    let total: u64 = layers.iter().flat_map(|layer| &layer.memories).map(bits).sum();
    page.paragraph(format!(
        "Memories of weights and of neurons (bias and threshold), {} kbit in all: block ones are meant for block RAM, distributed ones are \
         held in LUTs, split ones in both. The spike buffers between the layers hold few rows and come on top. Files are called by the layer's module and the name here.",
        whole(total as f64 / 1024.0)
    ));
    let names: Vec<_> = layers.iter().map(|layer| layer.name.as_str()).collect();
    let kbit = |of: fn(&MemoryEntry) -> u64| {
        let sum = |layer: &LayerEntry| Some(layer.memories.iter().map(of).sum::<u64>() as f64 / 1024.0);
        layers.iter().map(sum).collect()
    };
    let series = [
        Bars::new("block", kbit(|memory| memory.block_rows * memory.width)),
        Bars::new("distributed", kbit(|memory| bits(memory) - memory.block_rows * memory.width)),
    ];
    page.figure(plot::bars(&Axis::linear("kbit"), &names, &series)?, "Memory bits of each layer.");
    page.table(memory_table(layers, total));
    Ok(())
}

fn bits(memory: &MemoryEntry) -> u64 {
    memory.rows * memory.width
}

/// One row a memory. Its file's name begins with the layer's module, which is left out here.
fn memory_table(layers: &[LayerEntry], total: u64) -> Table {
    let mut table = Table::new(["layer", "memory", "words", "bits a word", "kind", "bits", "share"]);
    for (layer, memory) in layers.iter().flat_map(|layer| layer.memories.iter().map(move |memory| (layer, memory))) {
        table.row(vec![
            Cell::text(&layer.name),
            Cell::text(memory.file.strip_prefix(&format!("{}_", layer.module)).unwrap_or(&memory.file)),
            Cell::count(memory.rows),
            Cell::count(memory.width),
            Cell::text(match memory.block_rows {
                0 => "distributed".into(),
                rows if rows >= memory.rows => "block".into(),
                rows => format!("split, {rows} words block"),
            }),
            Cell::count(bits(memory)),
            Cell::share(bits(memory) as f64 / total.max(1) as f64),
        ]);
    }
    table
}
