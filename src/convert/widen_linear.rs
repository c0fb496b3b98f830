//! Makes a fully connected layer a convolution whose kernel covers its whole input, and drops the flattening.
//!
//! ONNX flattens channel-major, which is the order of a \[out, channel, row, column\] kernel, so the weights are only reshaped.
//! Operations between the flattening and the layer (activations, sums) work on single elements, so the shape does not matter to them.

use crate::ann::{Network, Op};
use crate::error::{Kind, Place, Result};
use crate::shape::{Padding, Shape, Window};

pub fn run(network: &mut Network) -> Result<()> {
    // Where each node's value must be read when the flattenings are gone.
    let mut stands_for: Vec<usize> = (0..network.nodes.len()).collect();
    for index in 0..network.nodes.len() {
        let inputs: Vec<usize> = network.nodes[index].inputs.iter().map(|&input| stands_for[input]).collect();
        let shapes: Vec<Shape> = inputs.iter().map(|&input| network.nodes[input].shape).collect();
        let node = &mut network.nodes[index];
        node.inputs = inputs;
        let Some(&shape) = shapes.first() else { continue };
        let (name, operator) = (node.name.clone(), node.op.name());
        let refuse = |problem: &str| {
            let advice = "flatten directly before the fully connected layer that needs it";
            Err(Kind::NoSpikingForm { problem: problem.into(), advice }.at(Place::node(&name, operator)))
        };
        match &mut node.op {
            Op::Flatten => stands_for[index] = node.inputs[0],
            Op::Linear { weights, bias } => {
                let outputs = weights.nrows();
                let sizes = (outputs, shape.channels, shape.height, shape.width);
                let Ok(weights) = std::mem::take(weights).into_shape_with_order(sizes) else {
                    return refuse("its weights do not fit the map that was flattened");
                };
                let size = [shape.height, shape.width];
                let window = Window { kernel: size, stride: size, padding: Padding::default() };
                node.op = Op::Conv { weights, bias: std::mem::take(bias), window, groups: 1 };
            }
            Op::BatchNorm { scale, .. } if scale.len() != shape.channels => {
                return refuse("it normalises each element of a flattened map by itself");
            }
            Op::Add if shapes.iter().any(|&other| other != shape) => {
                return refuse("it adds flattened maps of different shapes");
            }
            Op::Concat if shapes.iter().any(|other| other.pixels() != 1) && node.shape.pixels() == 1 => {
                return refuse("it joins flattened maps");
            }
            Op::Relu | Op::Scalar { .. } | Op::Floor | Op::Clip { .. } | Op::BatchNorm { .. } | Op::Add => {
                node.shape = shape;
            }
            _ => {}
        }
    }
    let last = network.nodes.len() - 1;
    network.nodes.truncate(stands_for[last] + 1);
    network.prune();
    Ok(())
}
