//! Where the bytes of a map lie: \[image\]\[time step\]\[row\]\[column\]\[digit\]\[channel\] with a border, such that every window lies
//! inside and is one run of bytes per row. A count is a number of one or two digits of eight bits, the low one first.

use crate::fixed_point::{Network, Op, Source};
use crate::shape::{Padding, Shape};

/// Bytes after a map that may be read, where they meet weights of 0: the longest read is 16 bytes.
const SLACK: usize = 16;

/// The layout of one source.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    shape: Shape,
    border: Padding,
    /// Digits of a count: 1, or 2 after a sum pool of many members.
    pub digits: usize,
    /// Bytes from a pixel to the one below it.
    pub row: usize,
    /// Bytes from a time step to the next one: 0 for the input, which is the same at all time steps.
    pub timestep: usize,
    /// Bytes of one image.
    pub image: usize,
}

impl Layout {
    /// The layout of `source`, with the widest padding that any layer wants around it.
    pub fn new(network: &Network, source: Source) -> Self {
        let shape = network.source_shape(source);
        let mut border = Padding::default();
        for node in &network.nodes {
            let Op::Layer(layer) = &node.op else { continue };
            for term in layer.terms.iter().filter(|term| term.source == source) {
                let padding = term.window.padding;
                border.top = border.top.max(padding.top);
                border.left = border.left.max(padding.left);
                border.bottom = border.bottom.max(padding.bottom);
                border.right = border.right.max(padding.right);
            }
        }
        let digits = match source {
            Source::Node(index) if network.count_max(index) > 255 => 2,
            _ => 1,
        };
        let row = (border.left + shape.width + border.right) * digits * shape.channels;
        let plane = (border.top + shape.height + border.bottom) * row;
        let (timestep, image) = match source {
            Source::Input => (0, plane),
            Source::Node(_) => (plane, plane * network.timesteps as usize),
        };
        Layout { shape, border, digits, row, timestep, image }
    }

    /// Place of the pixel at row `y` and column `x` of the map with `padding` around it, in its plane.
    pub fn padded(&self, y: usize, x: usize, padding: Padding) -> usize {
        let (y, x) = (y + self.border.top - padding.top, x + self.border.left - padding.left);
        y * self.row + x * self.size()
    }

    /// Channels of a pixel.
    pub fn channels(&self) -> usize {
        self.shape.channels
    }

    /// Bytes of a pixel.
    pub fn size(&self) -> usize {
        self.digits * self.shape.channels
    }

    /// Place of the pixel at row `y` and column `x`, in its plane.
    pub fn pixel(&self, y: usize, x: usize) -> usize {
        self.padded(y, x, Padding::default())
    }

    /// Places of all pixels in raster order, in their plane.
    pub fn pixels(&self) -> Vec<usize> {
        (0..self.shape.pixels()).map(|p| self.pixel(p / self.shape.width, p % self.shape.width)).collect()
    }

    /// Memory for `images` images, each pixel of which (and of its border) is `filled`, \[digit\]\[channel\].
    pub fn bytes(&self, images: usize, filled: &[u8]) -> Vec<u8> {
        let pixels = images * self.image / self.size();
        let mut bytes = filled.repeat(pixels);
        bytes.resize(bytes.len() + SLACK, 0);
        bytes
    }
}
