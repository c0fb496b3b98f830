//! Recognises activations: a chain of scalar pieces, floors and clips becomes one QCFS, ReLU or clip.
//!
//! Exporters write `λ/L · clip(floor(x·L/λ + 1/2), 0, L)` (arXiv 2303.04347) in many orders: multiply then divide,
//! clip before or after the floor, the scale as one constant or two. So the chain is composed as a function and
//! only the function is compared: `c·⌊clamp(a·x + b)⌋ + d`, clamped again.

use crate::ann::{Network, Op};
use crate::error::{Error, Kind, Place, Result};

/// Relative disagreement of float32 constants that is still the same number.
const TOLERANCE: f64 = 1e-5;
/// Most levels of a QCFS; more than any counter here needs.
const MOST_LEVELS: f64 = 65536.0;

pub fn run(network: &mut Network) -> Result<()> {
    let consumers = network.consumers();
    let is_piece =
        |index: usize| matches!(network.nodes[index].op, Op::Scalar { .. } | Op::Floor | Op::Clip { .. } | Op::Relu);
    // A chain continues while only one other piece reads its last piece.
    let next = |index: usize| match consumers[index][..] {
        [only] if is_piece(only) => Some(only),
        _ => None,
    };
    let mut found = Vec::new();
    let mut done = vec![false; network.nodes.len()];
    for head in 0..network.nodes.len() {
        if !is_piece(head) || done[head] {
            continue;
        }
        let chain: Vec<usize> = std::iter::successors(Some(head), |&index| next(index)).collect();
        let mut function = Function::identity();
        for &index in &chain {
            done[index] = true;
            let node = &network.nodes[index];
            function.then(&node.op).map_err(|problem| refuse(network, &chain, index, problem))?;
        }
        let tail = chain[chain.len() - 1];
        let op = function.recognise().map_err(|problem| refuse(network, &chain, tail, problem))?;
        found.push((tail, network.nodes[head].inputs.clone(), op));
    }
    for (tail, inputs, op) in found {
        network.nodes[tail].inputs = inputs;
        network.nodes[tail].op = op;
    }
    network.prune();
    Ok(())
}

fn refuse(network: &Network, chain: &[usize], index: usize, problem: String) -> Error {
    let node = &network.nodes[index];
    let made_of = chain.iter().map(|&index| network.nodes[index].name.clone()).collect();
    Kind::UnsupportedActivation { problem, made_of }.at(Place::node(&node.name, node.op.name()))
}

/// `scale·x + shift`, then clamped to `low..high`.
#[derive(Debug, Clone, Copy)]
struct Clamped {
    scale: f64,
    shift: f64,
    low: f64,
    high: f64,
}

impl Clamped {
    fn then_scale(&mut self, multiply: f64, add: f64) {
        let map = |bound: f64| if bound.is_infinite() { bound * multiply.signum() } else { bound * multiply + add };
        self.scale *= multiply;
        self.shift = self.shift * multiply + add;
        (self.low, self.high) = (map(self.low), map(self.high));
        if multiply < 0.0 {
            std::mem::swap(&mut self.low, &mut self.high);
        }
    }

    fn then_clip(&mut self, low: f64, high: f64) {
        self.low = self.low.clamp(low, high);
        self.high = self.high.clamp(low, high);
    }
}

struct Function {
    /// Before the floor.
    inner: Clamped,
    /// After it, if there is one.
    outer: Option<Clamped>,
}

impl Function {
    fn identity() -> Self {
        Function { inner: IDENTITY, outer: None }
    }

    fn then(&mut self, op: &Op) -> Result<(), String> {
        let stage = self.outer.as_mut().unwrap_or(&mut self.inner);
        match *op {
            Op::Scalar { multiply: 0.0, .. } => return Err("it multiplies by zero".into()),
            Op::Scalar { multiply, add } => stage.then_scale(multiply, add),
            Op::Clip { low, high } => stage.then_clip(low, high),
            Op::Relu => stage.then_clip(0.0, f64::INFINITY),
            _ if self.outer.is_some() => return Err("it rounds twice".into()),
            _ => self.outer = Some(IDENTITY),
        }
        Ok(())
    }

    fn recognise(&self) -> Result<Op, String> {
        let Clamped { scale, shift, low, high } = self.inner;
        let near = |value: f64, wanted: f64| (value - wanted).abs() <= TOLERANCE * wanted.abs().max(1.0);
        let Some(outer) = self.outer else {
            return if !near(scale, 1.0) || shift.abs() > TOLERANCE {
                Err(format!("it scales its input to {scale}·x + {shift}, which is no activation"))
            } else if low != 0.0 || high <= 0.0 {
                Err(format!("it clips to {low}..{high}, and a spike count cannot be negative"))
            } else if high.is_infinite() {
                Ok(Op::Relu)
            } else {
                Ok(Op::Clip { low: 0.0, high })
            };
        };
        if scale <= 0.0 || outer.scale <= 0.0 {
            return Err("it is not increasing".into());
        }
        if !near(shift, 0.5) {
            return Err(format!("it adds {shift} before the floor where QCFS adds 1/2"));
        }
        // Both clamps as bounds of the integer that the floor gives.
        let integer = |bound: f64| (bound + TOLERANCE).floor();
        let counted = |bound: f64| (bound - outer.shift) / outer.scale;
        let least = integer(low).max(counted(outer.low));
        let levels = integer(high).min(counted(outer.high));
        if outer.shift.abs() > TOLERANCE * outer.scale || least.abs() > TOLERANCE {
            return Err(format!("its lowest level is {} and not 0", least * outer.scale + outer.shift));
        }
        if !(levels.round() >= 1.0 && levels <= MOST_LEVELS && near(levels, levels.round())) {
            return Err(format!("it has {levels} levels where a whole number from 1 to {MOST_LEVELS} is needed"));
        }
        if !near(scale * outer.scale, 1.0) {
            return Err(format!("its slope is {} and not 1", scale * outer.scale));
        }
        let levels = levels.round();
        Ok(Op::Qcfs { lambda: outer.scale * levels, levels: levels as u32 })
    }
}

const IDENTITY: Clamped = Clamped { scale: 1.0, shift: 0.0, low: f64::NEG_INFINITY, high: f64::INFINITY };
