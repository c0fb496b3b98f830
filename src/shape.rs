//! Shapes and window geometry, the same in all three representations.

use serde::{Deserialize, Serialize};

/// Largest height, width or number of channels of a map; sizes are 16 bits wide in the converted-network folder.
pub const MOST_SIZE: usize = 65_535;
/// Elements of the largest map: keeps every later product within 64 bits.
pub const MOST_ELEMENTS: usize = 1 << 26;
/// Nodes of the largest network.
pub const MOST_NODES: usize = 4096;
/// Channels of all its maps together: each of them takes memory, and a file needs few bytes to ask for many.
pub const MOST_CHANNELS: usize = 1 << 24;

/// The shape of one frame's map between two layers: channels × height × width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// Values of a pixel.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Shape {
    /// The shape of `channels` channels of `height` rows and `width` columns.
    pub fn new(channels: usize, height: usize, width: usize) -> Self {
        Shape { channels, height, width }
    }

    /// The shape, if no size is 0, and neither a size nor their product is too large.
    pub fn checked(self) -> Option<Shape> {
        let sizes = [self.channels, self.height, self.width];
        let elements = sizes.iter().try_fold(1usize, |product, &size| product.checked_mul(size))?;
        let fits = sizes.iter().all(|size| (1..=MOST_SIZE).contains(size)) && elements <= MOST_ELEMENTS;
        fits.then_some(self)
    }

    /// Number of pixels (height × width).
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// Number of elements (channels × height × width).
    pub fn elements(&self) -> usize {
        self.channels * self.pixels()
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}×{}×{}", self.channels, self.height, self.width)
    }
}

/// Rows and columns of zeros around a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Padding {
    /// Rows above it.
    pub top: usize,
    /// Columns to its left.
    pub left: usize,
    /// Rows below it.
    pub bottom: usize,
    /// Columns to its right.
    pub right: usize,
}

impl Padding {
    /// The same padding on all four sides.
    pub fn same(pad: usize) -> Self {
        Padding { top: pad, left: pad, bottom: pad, right: pad }
    }
}

/// Kernel, stride and padding of a sliding window, each as \[vertical, horizontal\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Size of the window in pixels.
    pub kernel: [usize; 2],
    /// Pixels from one window to the next.
    pub stride: [usize; 2],
    /// Zeros around the map that windows may cover.
    pub padding: Padding,
}

impl Window {
    /// Height and width of the output map over an input of `input`'s size; `None` if the kernel does not fit
    /// even once, or kernel or stride is zero.
    pub fn output(&self, input: Shape) -> Option<[usize; 2]> {
        let extent = |size: usize, before: usize, after: usize, kernel: usize, stride: usize| {
            let padded = size + before + after;
            (kernel > 0 && stride > 0 && padded >= kernel).then(|| (padded - kernel) / stride + 1)
        };
        Some([
            extent(input.height, self.padding.top, self.padding.bottom, self.kernel[0], self.stride[0])?,
            extent(input.width, self.padding.left, self.padding.right, self.kernel[1], self.stride[1])?,
        ])
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ([height, width], [down, right]) = (self.kernel, self.stride);
        write!(f, "{height}×{width} stride {down}×{right} padding {}", self.padding)
    }
}

/// Top, left, bottom, right.
impl std::fmt::Display for Padding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{},{},{},{}", self.top, self.left, self.bottom, self.right)
    }
}
