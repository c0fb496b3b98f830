//! Folds each batch normalisation into the convolution before it: `scale·(Wx + b − mean)/σ + shift` is again
//! a convolution. Computed in f64, rounded once.

use crate::ann::{Network, Op};
use crate::error::{Kind, Place, Result};

pub fn run(network: &mut Network) -> Result<()> {
    for index in 0..network.nodes.len() {
        let Op::BatchNorm { scale, shift, mean, variance, epsilon } = &network.nodes[index].op else { continue };
        // α and β of the affine map a channel: αx + β.
        let affine: Vec<(f64, f64)> = (0..scale.len())
            .map(|c| {
                let alpha = f64::from(scale[c]) / (f64::from(variance[c]) + f64::from(*epsilon)).sqrt();
                (alpha, f64::from(shift[c]) - alpha * f64::from(mean[c]))
            })
            .collect();
        let before = network.nodes[index].inputs[0];
        let alone = network.consumers()[before].len() == 1;
        let node = &network.nodes[index];
        if !alone || !matches!(network.nodes[before].op, Op::Conv { .. }) {
            let before = &network.nodes[before];
            let problem = format!("it follows '{}' ({}), and cannot be folded into it", before.name, before.op.name());
            let advice = "put the normalisation directly after a convolution or a fully connected layer of its own";
            return Err(Kind::NoSpikingForm { problem, advice }.at(Place::node(&node.name, node.op.name())));
        }
        if let Op::Conv { weights, bias, .. } = &mut network.nodes[before].op {
            for (mut kernel, &(alpha, _)) in weights.outer_iter_mut().zip(&affine) {
                kernel.mapv_inplace(|weight| (alpha * f64::from(weight)) as f32);
            }
            for (bias, &(alpha, beta)) in bias.iter_mut().zip(&affine) {
                *bias = (alpha * f64::from(*bias) + beta) as f32;
            }
        }
        for node in &mut network.nodes {
            node.inputs.iter_mut().filter(|input| **input == index).for_each(|input| *input = before);
        }
        if index + 1 == network.nodes.len() {
            network.nodes.truncate(before + 1);
            break;
        }
    }
    network.prune();
    Ok(())
}
