//! Counting what a network classifies as what.

use ndarray::Array2;
use serde::Serialize;

use crate::ann::{self, Op};
use crate::model::class_of;

/// Classes that count as right in top-5.
const TOP: usize = 5;
/// The number of classes from which top-5 means something.
const LEAST_CLASSES: usize = 2 * TOP;
/// Half of the width of a 95 % interval of the normal distribution, in standard deviations.
const Z: f64 = 1.959_964;

/// The network of a row of a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// The network as in its ONNX file.
    Ann,
    /// The same, where it was trained with rounding activations (QCFS).
    Qcfs,
    /// The float spiking network.
    Float,
    /// The fixed-point spiking network.
    Fixed,
}

impl Which {
    /// The name of an imported network: its activations are still made of the file's own operators.
    pub fn of(imported: &ann::Network) -> Which {
        let rounds = imported.nodes.iter().any(|node| node.op == Op::Floor);
        if rounds { Which::Qcfs } else { Which::Ann }
    }

    /// One word, for tables that machines read.
    pub fn name(self) -> &'static str {
        match self {
            Which::Ann => "ann",
            Which::Qcfs => "qcfs",
            Which::Float => "float",
            Which::Fixed => "fixed",
        }
    }
}

/// One network, perhaps after some of its time steps. Shares of images, 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Accuracy {
    /// Which of the three networks it is.
    pub network: Which,
    /// Time steps that it had; `None` for the ANN and for all of them.
    pub timesteps: Option<usize>,
    /// Images whose class is the label.
    pub top1: f64,
    /// 95 % interval of `top1` (Wilson's score interval).
    pub interval: [f64; 2],
    /// The label is among the five highest scores; `None` where there are fewer than ten classes.
    pub top5: Option<f64>,
    /// Images that get the ANN's class.
    pub agreement_with_ann: Option<f64>,
    /// Images that get the class of the float spiking network after its last time step.
    pub agreement_with_float: f64,
}

/// The classes of one image in the order of their scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classes {
    /// The one that the scores say, as of [`class_of`].
    pub first: usize,
    /// The `TOP` highest.
    top: Vec<usize>,
}

impl Classes {
    /// By the scores of an image.
    pub fn of<T: PartialOrd + Copy + Default>(scores: &[T]) -> Classes {
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[b].partial_cmp(&scores[a]).unwrap_or(std::cmp::Ordering::Equal));
        order.truncate(TOP);
        Classes { first: class_of(scores), top: order }
    }
}

/// What one network did on the images so far.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    like_ann: u64,
    like_float: u64,
    in_top: u64,
    /// \[label, class\].
    classes: Array2<u64>,
}

impl Tally {
    pub fn new(classes: usize) -> Tally {
        Tally { like_ann: 0, like_float: 0, in_top: 0, classes: Array2::zeros((classes, classes)) }
    }

    pub fn classes(&self) -> usize {
        self.classes.nrows()
    }

    pub fn add(&mut self, label: usize, own: &Classes, ann: Option<&Classes>, float: Option<&Classes>) {
        let same = |other: Option<&Classes>| u64::from(other.is_some_and(|other| other.first == own.first));
        self.like_ann += same(ann);
        self.like_float += same(float);
        self.in_top += u64::from(own.top.contains(&label));
        self.classes[[label, own.first]] += 1;
    }

    pub fn confusion(&self) -> Vec<Vec<u64>> {
        self.classes.outer_iter().map(|row| row.to_vec()).collect()
    }

    pub fn accuracy(&self, network: Which, timesteps: Option<usize>, with_ann: bool) -> Accuracy {
        let images = self.classes.sum() as f64;
        let right = self.classes.diag().sum() as f64;
        let share = |count: u64| count as f64 / images;
        Accuracy {
            network,
            timesteps,
            top1: right / images,
            interval: wilson(right, images),
            top5: (self.classes() >= LEAST_CLASSES).then(|| share(self.in_top)),
            agreement_with_ann: with_ann.then(|| share(self.like_ann)),
            agreement_with_float: share(self.like_float),
        }
    }
}

/// Wilson's score interval of a share of `right` in `all` (E. B. Wilson, 1927): unlike the simple interval it is also right near 1.
pub fn wilson(right: f64, all: f64) -> [f64; 2] {
    let (share, z2) = (right / all, Z * Z);
    let middle = share + z2 / (2.0 * all);
    let half = Z * (share * (1.0 - share) / all + z2 / (4.0 * all * all)).sqrt();
    let whole = 1.0 + z2 / all;
    [((middle - half) / whole).max(0.0), ((middle + half) / whole).min(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_wilsons() {
        // R: prop.test(81, 263, correct = FALSE)$conf.int is 0.2553136 0.3662122 (Newcombe 1998, table I, method 3).
        let [low, high] = wilson(81.0, 263.0);
        assert!((low - 0.2553).abs() < 1e-4 && (high - 0.3662).abs() < 1e-4, "{low} {high}");
        let [low, high] = wilson(20.0, 20.0);
        assert!((low - 0.8389).abs() < 1e-4 && high == 1.0, "{low} {high}");
    }

    #[test]
    fn ties_go_to_the_lowest_class() {
        let classes = Classes::of(&[1, 3, 3, 0, 2, 2, -1]);
        assert_eq!((classes.first, classes.top), (1, vec![1, 2, 4, 5, 0]));
    }

    #[test]
    fn shares_are_of_all_images() {
        let mut tally = Tally::new(3);
        let class = |c: usize| Classes { first: c, top: vec![c] };
        tally.add(0, &class(0), Some(&class(0)), None);
        tally.add(1, &class(2), Some(&class(1)), Some(&class(2)));
        let found = tally.accuracy(Which::Fixed, None, true);
        assert_eq!((found.top1, found.agreement_with_ann, found.agreement_with_float), (0.5, Some(0.5), 0.5));
        assert_eq!((found.top5, tally.confusion()), (None, vec![vec![1, 0, 0], vec![0, 0, 1], vec![0, 0, 0]]));
    }
}
