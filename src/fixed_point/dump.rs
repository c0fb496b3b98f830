//! A readable table of the integer network, for people and for snapshots.

use std::fmt;

use super::{Layer, Network, Neuron, Op, Source};

impl fmt::Display for Network {
    /// One line a node: shape, terms, widths in bits, thetas and weight memory.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: τ = {}, T = {}, weights {} bits, thresholds {:?}",
            self.name,
            self.members,
            self.timesteps,
            self.weight_bits(),
            self.threshold
        )?;
        writeln!(f, "input {}, offset {:?}", self.input.shape, self.input.offset)?;
        let mut total = 0;
        for (index, node) in self.nodes.iter().enumerate() {
            write!(f, "{index:>3} {} {}: ", node.name, node.shape)?;
            match &node.op {
                Op::Pool(pool) => {
                    let [height, width] = pool.window.kernel;
                    let from = self.source_name(pool.source);
                    writeln!(
                        f,
                        "{:?} pool {height}×{width} of {from}, counts to {}",
                        pool.kind,
                        self.count_max(index)
                    )?;
                }
                Op::Layer(layer) => {
                    let bits = layer.weights() * layer.weight_bits as usize;
                    total += bits;
                    let w = &layer.widths;
                    match &layer.neuron {
                        Neuron::Group { theta } => {
                            let (low, high) = (theta.iter().min().unwrap_or(&0), theta.iter().max().unwrap_or(&0));
                            write!(f, "Θ {low}..{high} ({} bits), ", w.theta)?;
                        }
                        Neuron::Readout { scale } => write!(f, "readout, scale {scale:.3}, ")?,
                    }
                    writeln!(
                        f,
                        "accumulator {}, bias {}, membrane {}, count {}, {} weights of {} bits",
                        w.accumulator,
                        w.bias,
                        w.membrane,
                        w.count,
                        layer.weights(),
                        layer.weight_bits
                    )?;
                    for term in &layer.terms {
                        let ([ky, kx], [sy, sx], p) = (term.window.kernel, term.window.stride, term.window.padding);
                        writeln!(
                            f,
                            "      + {ky}×{kx} of {}, stride {sy}×{sx}, padding {},{},{},{}, shift {}",
                            self.source_name(term.source),
                            p.top,
                            p.left,
                            p.bottom,
                            p.right,
                            term.shift
                        )?;
                    }
                }
            }
        }
        writeln!(f, "weights {total} bits")
    }
}

impl Network {
    /// The layers' weight bits for people: `8`, or `5 to 8` where layers differ.
    pub fn weight_bits(&self) -> String {
        let bits = self.nodes.iter().filter_map(|node| match &node.op {
            Op::Layer(layer) => Some(layer.weight_bits),
            Op::Pool(_) => None,
        });
        match (bits.clone().min(), bits.max()) {
            (Some(least), Some(most)) if least < most => format!("{least} to {most}"),
            (least, _) => least.unwrap_or(0).to_string(),
        }
    }

    fn source_name(&self, source: Source) -> &str {
        match source {
            Source::Input => "input",
            Source::Node(index) => &self.nodes[index].name,
        }
    }
}

impl Layer {
    /// Number of stored weights.
    pub fn weights(&self) -> usize {
        self.terms.iter().map(|term| term.weights.len()).sum()
    }
}
