//! The network: its parts, and how well it classifies.

use crate::Result;
use crate::eval::Which;
use crate::fixed_point::{Layer, Network, Node, Op, PoolKind, Source, Term};
use crate::numbers::{percent, points, thousands};
use crate::page::Page;
use crate::plot::{self, Axis, Bars, Item, Series, Style};

use super::{Findings, figures, tables};

/// The figures that matter most.
pub fn facts(found: &Findings, page: &mut Page) {
    let network = &found.network;
    page.paragraph(tables::network_line(network));
    let mut facts: Vec<(String, String)> = Vec::new();
    if let Ok(summary) = &found.accuracy {
        facts.push(("accuracy in fixed point".into(), percent(summary.snn_fixed)));
        if let Some(ann) = summary.ann {
            let gained = points(summary.snn_fixed - ann);
            facts.push(("against the ANN".into(), gained));
        }
        facts.push(("agrees with the ANN".into(), percent(summary.agreement)));
    }
    if let Some(known) = &found.core {
        facts.extend(figures::facts(known));
    }
    if !facts.is_empty() {
        page.facts(facts);
    }
}

/// Graph, weights and widths.
pub fn structure(found: &Findings, page: &mut Page) -> Result<()> {
    let network = &found.network;
    page.heading("Network");
    page.paragraph(
        "Boxes in blue are layers of group neurons (the last one is the readout), with the windows of the terms that they sum; \
         what passes layers by goes along the right. 3×3/2 is a window of 3×3 that moves by 2.",
    );
    page.figure(
        graph(network)?,
        "Layers in the order in which data passes them, channels × height × width of what each sends.",
    );
    let layers = || {
        network.nodes.iter().filter_map(|node| match &node.op {
            Op::Layer(layer) => Some((node.name.as_str(), layer)),
            Op::Pool(_) => None,
        })
    };
    let names: Vec<_> = layers().map(|(name, _)| name).collect();
    let kbit = |layer: &Layer| layer.weights() as f64 * f64::from(layer.weight_bits) / 1024.0;
    let weights = super::chart(Axis::linear("weights, kbit"), &names, layers().map(|(_, layer)| Some(kbit(layer))))?;
    page.figure(weights, "Bits of the weights of each layer.");
    let bits = |of: fn(&Layer) -> u32| layers().map(|(_, layer)| Some(f64::from(of(layer)))).collect();
    let widths = [
        Bars::new("weight", bits(|layer| layer.weight_bits)),
        Bars::new("accumulator", bits(|layer| layer.widths.accumulator)),
        Bars::new("membrane", bits(|layer| layer.widths.membrane)),
    ];
    page.figure(
        plot::bars(&Axis::linear("bits"), &names, &widths)?,
        "Widths: of weights as set, of sums the least that no input overflows.",
    );
    page.table(tables::conversion(&found.converted, network));
    Ok(())
}

fn graph(network: &Network) -> Result<plot::Svg> {
    let mut items = vec![Item { name: "image".into(), note: network.input.shape.to_string(), passive: true }];
    let mut ways = Vec::new();
    for (index, node) in network.nodes.iter().enumerate() {
        let (what, sources): (String, Vec<Source>) = match &node.op {
            Op::Layer(layer) => {
                let terms: Vec<_> = layer.terms.iter().map(|term| window(network, node, term)).collect();
                (terms.join(" + "), layer.terms.iter().map(|term| term.source).collect())
            }
            Op::Pool(pool) => {
                let [height, width] = pool.window.kernel;
                let kind = if pool.kind == PoolKind::Sum { "sum" } else { "maximum" };
                (format!("{kind} of {height}×{width}"), vec![pool.source])
            }
        };
        items.push(Item {
            name: node.name.clone(),
            note: format!("{what} · {}", node.shape),
            passive: matches!(node.op, Op::Pool(_)),
        });
        let row = |source| if let Source::Node(source) = source { source + 1 } else { 0 };
        ways.extend(sources.into_iter().map(|source| (row(source), index + 1)));
    }
    plot::graph(&items, &ways)
}

/// A term's kernel, with its stride where that is not 1.
fn window(network: &Network, node: &Node, term: &Term) -> String {
    let source = network.source_shape(term.source);
    let ([height, width], [down, right]) = (term.window.kernel, term.window.stride);
    if [height, width] == [source.height, source.width] && node.shape.pixels() == 1 {
        return "all inputs".into();
    }
    let stride = match (down, right) {
        (1, 1) => String::new(),
        (down, right) if down == right => format!("/{down}"),
        (down, right) => format!("/{down}×{right}"),
    };
    let groups = match term.groups {
        1 => "",
        groups if groups == source.channels => " by channel",
        _ => " in groups",
    };
    format!("{height}×{width}{stride}{groups}")
}

/// What the networks classify.
pub fn accuracy(found: &Findings, page: &mut Page) -> Result<()> {
    page.heading("Accuracy");
    let summary = match &found.accuracy {
        Ok(summary) => summary,
        Err(reason) => {
            page.paragraph(format!("Not measured: {reason}."));
            return Ok(());
        }
    };
    page.paragraph(format!(
        "On {} images. The interval holds the accuracy on all images of the kind with a probability of 95 %.",
        thousands(summary.images as u64)
    ));
    if summary.ann.is_none() {
        page.paragraph("There is no ANN to compare with: the folder holds no ONNX file. Convert the network again.");
    }
    page.table(tables::accuracy(summary));
    let by_timesteps = |which: Which| {
        let rows = summary.networks.iter().filter(move |row| row.network == which);
        rows.filter_map(|row| Some([row.timesteps? as f64, row.top1])).collect::<Vec<_>>()
    };
    let (float, fixed) = (by_timesteps(Which::Float), by_timesteps(Which::Fixed));
    if fixed.len() > 1 {
        let mut series =
            vec![Series::new("float SNN", Style::Marked, float), Series::new("fixed-point SNN", Style::Marked, fixed)];
        if let Some(ann) = summary.ann {
            let ends = [1.0, f64::from(found.network.timesteps)];
            series.push(Series::new("ANN", Style::Reference, ends.map(|t| [t, ann]).to_vec()));
        }
        let (x, y) = (Axis::linear("time steps"), Axis::linear("accuracy").percent());
        page.figure(plot::curves(&x, &y, &series)?, "Accuracy after each time step.");
    }
    Ok(())
}
