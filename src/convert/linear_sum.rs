//! The linear part between two populations: a sum of routed maps and of convolutions of maps, plus a bias.
//!
//! Everything between one activation and the next is such a sum: shortcuts (also strided and channel-padded ones), concatenations and
//! residual sums only decide where each term goes.

use ndarray::{Array4, Axis, s};

use crate::shape::{Padding, Shape, Window};
use crate::snn::{Source, Term};

/// Most weights of a network and of the sums that go into it, zeros between groups included, and most terms of one sum: far above any
/// network that fits a board, and low enough that a hostile file cannot make the conversion run out of memory.
pub const MOST_WEIGHTS: usize = 1 << 26;
const MOST_TERMS: usize = 1024;

/// A linear function of populations.
#[derive(Debug, Clone, Default)]
pub struct LinearSum {
    pub taps: Vec<Tap>,
    pub convs: Vec<Conv>,
    /// \[channels\].
    pub bias: Vec<f64>,
}

/// A population routed without weights: its channel `c` at (y·stride, x·stride), times `scale`, is channel
/// `offset + c` here; `padding` puts zeros around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tap {
    pub source: Source,
    pub channels: usize,
    pub offset: usize,
    pub scale: f64,
    pub stride: [usize; 2],
    pub padding: Padding,
}

/// A convolved population, and the imported node that held the weights.
#[derive(Debug, Clone)]
pub struct Conv {
    pub term: Term,
    pub origin: usize,
}

impl LinearSum {
    /// A whole population as it is.
    pub fn whole(source: Source, shape: Shape, scale: f64) -> Self {
        let tap =
            Tap { source, channels: shape.channels, offset: 0, scale, stride: [1, 1], padding: Padding::default() };
        LinearSum { taps: vec![tap], convs: Vec::new(), bias: vec![0.0; shape.channels] }
    }

    /// Whether only routed maps are in it.
    pub fn is_routed(&self) -> bool {
        self.convs.is_empty() && self.bias.iter().all(|&bias| bias == 0.0)
    }

    /// Weights of all convolutions.
    pub fn weights(&self) -> usize {
        self.convs.iter().map(|conv| conv.term.weights.len()).sum()
    }

    pub fn scaled(mut self, factor: f64) -> Self {
        self.taps.iter_mut().for_each(|tap| tap.scale *= factor);
        for conv in &mut self.convs {
            conv.term.weights.mapv_inplace(|weight| (f64::from(weight) * factor) as f32);
        }
        self.bias.iter_mut().for_each(|bias| *bias *= factor);
        self
    }

    /// The sum; `None` if it has too many terms or weights.
    pub fn plus(mut self, other: LinearSum) -> Option<Self> {
        for tap in other.taps {
            // A map added to itself is the map times two.
            match self.taps.iter_mut().find(|mine| Tap { scale: tap.scale, ..**mine } == tap) {
                Some(mine) => mine.scale += tap.scale,
                None => self.taps.push(tap),
            }
        }
        self.convs.extend(other.convs);
        self.bias.iter_mut().zip(other.bias).for_each(|(bias, more)| *bias += more);
        (self.taps.len() + self.convs.len() <= MOST_TERMS && self.weights() <= MOST_WEIGHTS).then_some(self)
    }

    /// Moves it to channels `before..` of a map with `before + channels + after` channels; `None` if that is too large.
    pub fn among_channels(mut self, before: usize, after: usize) -> Option<Self> {
        let channels = before + self.bias.len() + after;
        // All convolutions have as many outputs as there are channels.
        let kernels = self.weights() / self.bias.len().max(1);
        kernels.checked_mul(channels).filter(|&weights| weights <= MOST_WEIGHTS)?;
        self.taps.iter_mut().for_each(|tap| tap.offset += before);
        for conv in &mut self.convs {
            let weights = &conv.term.weights;
            let (out, input, height, width) = weights.dim();
            let mut wider = Array4::zeros((before + out + after, input, height, width));
            wider.slice_mut(s![before..before + out, .., .., ..]).assign(weights);
            conv.term.weights = wider;
        }
        let mut bias = vec![0.0; before];
        bias.append(&mut self.bias);
        bias.resize(bias.len() + after, 0.0);
        self.bias = bias;
        Some(self)
    }

    /// Every `by`-th row and column. A padded tap would begin in its padding and is refused (`None`).
    pub fn subsampled(mut self, by: [usize; 2]) -> Option<Self> {
        for stride in self.taps.iter_mut().map(|tap| &mut tap.stride) {
            *stride = [stride[0] * by[0], stride[1] * by[1]];
        }
        for stride in self.convs.iter_mut().map(|conv| &mut conv.term.window.stride) {
            *stride = [stride[0] * by[0], stride[1] * by[1]];
        }
        self.taps.iter().all(|tap| tap.padding == Padding::default()).then_some(self)
    }

    /// Zeros around a routed map; `None` where it is not one of whole maps, or has more than routed maps.
    pub fn padded(mut self, more: Padding) -> Option<Self> {
        if !self.is_routed() || self.taps.iter().any(|tap| tap.stride != [1, 1]) {
            return None;
        }
        for tap in &mut self.taps {
            tap.padding = sum(tap.padding, more);
        }
        Some(self)
    }

    /// The convolution of a routed map: a term for each tap, with the weights of the channels that it feeds.
    /// Says why if that is not one convolution.
    pub fn convolved(
        &self,
        weights: &Array4<f32>,
        bias: &[f32],
        window: &Window,
        origin: usize,
    ) -> Result<LinearSum, &'static str> {
        let mut convs: Vec<Conv> = Vec::new();
        for tap in &self.taps {
            let part = weights.slice(s![.., tap.offset..tap.offset + tap.channels, .., ..]);
            let strided = tap.stride != [1, 1];
            let padding = sum(tap.padding, window.padding);
            if strided && (window.kernel != [1, 1] || padding != Padding::default()) {
                return Err("it convolves every n-th row and column of a map, which is a dilated convolution");
            }
            let stride = [window.stride[0] * tap.stride[0], window.stride[1] * tap.stride[1]];
            let scale = |&weight: &f32| (f64::from(weight) * tap.scale) as f32;
            let weights = part.map(scale).as_standard_layout().into_owned();
            let window = Window { kernel: window.kernel, stride, padding };
            convs.push(Conv { term: Term { source: tap.source, window, weights }, origin });
        }
        Ok(LinearSum { taps: Vec::new(), convs, bias: bias.iter().map(|&bias| f64::from(bias)).collect() })
    }

    /// The terms of a layer: shortcuts become 1×1 convolutions, terms of one source and window are one term.
    /// `None` if a shortcut has too many channels.
    pub fn into_terms(self) -> Option<Vec<Term>> {
        let channels = self.bias.len();
        let routed: usize = self.taps.iter().map(|tap| tap.channels).sum();
        channels.checked_mul(routed).filter(|&weights| weights <= MOST_WEIGHTS)?;
        let mut terms: Vec<Term> = Vec::new();
        let routed = self.taps.into_iter().map(|tap| {
            let mut weights = Array4::zeros((channels, tap.channels, 1, 1));
            for channel in 0..tap.channels {
                weights[[tap.offset + channel, channel, 0, 0]] = tap.scale as f32;
            }
            let window = Window { kernel: [1, 1], stride: tap.stride, padding: tap.padding };
            Term { source: tap.source, window, weights }
        });
        for term in self.convs.into_iter().map(|conv| conv.term).chain(routed) {
            match terms.iter_mut().find(|other| (other.source, other.window) == (term.source, term.window)) {
                Some(other) => other.weights += &term.weights,
                None => terms.push(term),
            }
        }
        Some(terms)
    }
}

/// Dense weights of a grouped convolution: zeros between the groups. `None` if they would be too many.
pub fn dense(weights: &Array4<f32>, groups: usize) -> Option<Array4<f32>> {
    let (out, input, height, width) = weights.dim();
    weights.len().checked_mul(groups).filter(|&elements| elements <= MOST_WEIGHTS)?;
    let mut dense = Array4::zeros((out, input * groups, height, width));
    let share = out / groups;
    for (index, kernel) in weights.axis_iter(Axis(0)).enumerate() {
        let first = index / share * input;
        dense.slice_mut(s![index, first..first + input, .., ..]).assign(&kernel);
    }
    Some(dense)
}

fn sum(left: Padding, right: Padding) -> Padding {
    Padding {
        top: left.top + right.top,
        left: left.left + right.left,
        bottom: left.bottom + right.bottom,
        right: left.right + right.right,
    }
}
