//! What can be wrong: one variant for each kind of problem that a program may want to handle.

use std::ops::{Bound, RangeBounds};

use super::Unit;
use super::place::{Artefact, Resource};
use crate::Shape;
use crate::numbers::percent;

/// What is wrong, in terms of the library. [`Error::place`](super::Error::place) says where.
///
/// A text in a field is for people; no program needs to read it. Variants that hold only such a text are families of rare problems.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Kind {
    // Settings.
    /// A number outside its range.
    #[error("it is {value}")]
    OutOfRange { value: f64, legal: Legal },
    /// A part of a text that cannot be read; `grammar` says how the text is written.
    #[error("'{part}' cannot be read")]
    NotUnderstood { part: String, grammar: &'static str },
    /// A part of a text that sets the same thing as an earlier part.
    #[error("'{part}' sets a value for the second time")]
    SetTwice { part: String },
    /// A list without any value.
    #[error("it is empty")]
    Empty,
    /// The network has no layer of this name; `known` are its layers.
    #[error("there is no layer '{layer}'")]
    UnknownLayer { layer: String, known: Vec<String> },
    /// No known board has this name.
    #[error("there is no board '{board}'")]
    UnknownBoard { board: String, known: Vec<String> },
    /// The core needs more of a resource than it may use.
    #[error("the core needs about {needed} {resource}, and {available} are available")]
    DoesNotFit { resource: Resource, needed: u64, available: u64 },
    /// Each resource is enough by itself, but no folding was found that fits all of them at once.
    #[error("no folding was found that fits: what one saves in block RAMs it needs in LUTs")]
    NoFoldingFits,
    /// No folding that fits takes `asked` clocks or fewer for a frame; the fastest takes `best`.
    #[error("no folding reaches {asked} clocks per frame; the fastest takes {best}")]
    TooSlow { asked: u64, best: u64 },
    /// Lanes, slices or units that a layer cannot have.
    #[error("{problem}")]
    BadFold { problem: String, advice: &'static str },
    /// The PLL of the FPGA cannot make a clock.
    #[error("the PLL cannot make {mhz} MHz from the oscillator's {oscillator_mhz} MHz")]
    ClockOutOfReach { mhz: f64, oscillator_mhz: f64 },
    /// A clock cannot be divided to a baud rate; it takes `clocks` clocks per bit. `nearest` is a rate that can be made.
    #[error("a clock of {mhz} MHz cannot make {baud} baud: a bit would take {clocks:.2} clocks")]
    BaudOutOfReach { baud: u32, mhz: f64, clocks: f64, nearest: f64 },
    /// The board has no serial line, and one is needed.
    #[error("it has no serial line")]
    NoSerialLine,
    /// The board has no processing system, and one is needed.
    #[error("it has no processing system for which a block design is known")]
    NoProcessingSystem,
    /// A frame is too long for a message on a serial line.
    #[error("a frame of {bytes} bytes is too long for a message on a serial line")]
    FrameTooLong { bytes: u64 },
    /// The part of the board is not one that Vivado builds for.
    #[error("'{part}' is not a part that Vivado builds for")]
    NotAXilinxPart { part: String },
    /// The board has no pin of this name for the port of the top module.
    #[error("it has no pin '{pin}' for the port '{port}'")]
    NoPin { pin: String, port: String },
    /// The file of a board contradicts itself.
    #[error("{problem}")]
    BadBoard { problem: String, advice: String },
    /// Weights that are loaded at run time need exact thresholds.
    #[error("weights can be loaded at run time only if thresholds are exact")]
    RuntimeWeightsNeedExact,
    /// No weight bits keep the accuracy. Accuracies are shares from 0 to 1, `points` are percentage points.
    #[error(
        "no weight bits lose at most {points:.2} points of the float network's {}; the best reach {}",
        percent(*float), percent(*best)
    )]
    AccuracyOutOfReach { points: f64, float: f64, best: f64 },
    /// Mean or standard deviation do not have one number for each channel of the input.
    #[error("it has {numbers} numbers, and the input has {channels} channels")]
    OnePerChannel { numbers: usize, channels: usize },

    // Images.
    /// A file or list without images.
    #[error("it has no images")]
    NoImages,
    /// Fewer images than are asked for.
    #[error("{asked} images are asked for, and there are {found}")]
    TooFewImages { asked: usize, found: usize },
    /// The images have another shape than the network's input.
    #[error("its images are {found} (channels × height × width), and the network takes {expected}")]
    OtherShape { found: Shape, expected: Shape },
    /// The images have no labels.
    #[error("its images have no labels")]
    LabelsMissing,
    /// A label is not one of the network's classes.
    #[error("it has the label {label}, and the network has {classes} classes")]
    LabelOutOfRange { label: u32, classes: usize },

    // Files.
    /// A file or folder cannot be read.
    #[error("{error}")]
    Unreadable { wanted: Artefact, error: std::io::Error },
    /// A file or folder cannot be written.
    #[error("{error}")]
    Unwritable { error: std::io::Error },
    /// A file is not what it should be; `problem` quotes its reader.
    #[error("{problem}")]
    Malformed { wanted: Artefact, problem: String },
    /// Nothing says how training normalised the images of a model.
    #[error("there is no such file with an [input] table")]
    NoNormalisation,
    /// A file is not an ONNX model.
    #[error("this is not an ONNX file, or it is damaged")]
    NotOnnx,
    /// The runtime of float networks cannot run an ONNX model, and says why.
    #[error("the float network cannot be run ({problem})")]
    NotRunnable { problem: String },
    /// An ONNX model of too old an operator set.
    #[error("the model uses operator set {found}")]
    OldOperatorSet { found: i64, oldest: i64 },
    /// Something has more of `unit` than is accepted.
    #[error("it has {found} {unit}")]
    TooLarge { unit: Unit, found: u64, most: u64 },
    /// The checksum of a file is not that of its content.
    #[error("it is damaged: its checksum is {found:#010x} and should be {expected:#010x}")]
    BadChecksum { found: u32, expected: u32 },
    /// Something that must be there is not.
    #[error("it is missing")]
    Missing { wanted: Artefact },
    /// A folder is where a file should be.
    #[error("this is a folder")]
    IsAFolder,
    /// A file is where a folder should be.
    #[error("this is a file")]
    IsAFile,
    /// Something that is neither a file nor a folder, for instance a pipe.
    #[error("it is not a regular file")]
    NotRegular,
    /// A path without a name, such as `..`.
    #[error("it does not end in the name of a folder")]
    NoName,
    /// A folder that was not written by Volley, and so must not be replaced.
    #[error("the folder exists and has no {marker}, so it was not written by Volley")]
    ForeignFolder { marker: String },
    /// A file that was not written by Volley, and so must not be replaced.
    #[error("it was not written by Volley, so it is not replaced")]
    ForeignFile,
    /// A name that could leave its folder, or that scripts cannot hold.
    #[error("'{name}' is not a name that Volley uses")]
    BadName { name: String, wanted: Artefact },
    /// Text that must be a line of ordinary characters is not.
    #[error("'{text}' is not one line of text of ordinary length")]
    NotText { text: String },
    /// A build without a bitstream.
    #[error("there is no bitstream")]
    NoBitstream,
    /// A board that the program which loads bitstreams does not know.
    #[error("openFPGALoader does not know the board {board}")]
    NotLoadable { board: String },
    /// The weights of a core are part of its Verilog, so it cannot take others.
    #[error("the weights of this core are built in")]
    WeightsBuiltIn,
    /// The network does not fit a core, plan or file that was made for another one.
    #[error("{problem}")]
    OtherNetwork { problem: String },
    /// The type of a tensor's elements or of an array is wrong.
    #[error("it is of type {found} and must be {expected}")]
    WrongType { found: String, expected: &'static str },
    /// A tensor or an array has the wrong number of axes or elements.
    #[error("it has the shape {found:?}")]
    WrongShape { found: Vec<usize>, expected: &'static str },
    /// A tensor that nothing uses.
    #[error("it belongs to no node of the network")]
    Unused,
    /// Some numbers are NaN or infinite.
    #[error("{what} has NaN or infinite values")]
    NotFinite { what: String },

    // Conversion.
    /// An ONNX operator that has no spiking counterpart; `accepted` are those that have.
    #[error("this operator has no spiking counterpart")]
    UnsupportedOperator { accepted: &'static str },
    /// A known operator, or an input or output of the model, in an unsupported form; `advice` says what is supported.
    #[error("{problem}")]
    Unsupported { problem: String, advice: String },
    /// A graph that contradicts itself.
    #[error("{problem}")]
    BadGraph { problem: String },
    /// An activation that neurons cannot compute; it consists of the nodes `made_of`.
    #[error("{problem} (the activation consists of {})", made_of.join(", "))]
    UnsupportedActivation { problem: String, made_of: Vec<String> },
    /// A node that layers of group neurons cannot express at its place in the graph.
    #[error("{problem}")]
    NoSpikingForm { problem: String, advice: &'static str },
    /// A plain ReLU needs sample images to measure its threshold.
    #[error("its activation is a plain ReLU, which has no threshold")]
    NeedsCalibration,
    /// This layer is not active for any calibration image.
    #[error("no calibration image makes it active, so it has no threshold")]
    NeverActive,
    /// A network that breaks a rule of its form.
    #[error("{problem}")]
    Invalid { problem: String },

    // Fixed point and hardware.
    /// A real number is outside the fixed-point range.
    #[error("the {what} {value} does not fit the fixed-point range")]
    NotFixedPoint { what: String, value: f64 },
    /// Sums need more bits than there are.
    #[error("{what} need more than {most} bits")]
    TooWide { what: &'static str, most: u32 },
    /// Weights that no scale fits into the given number of bits.
    #[error("{problem}")]
    NoScale { problem: String },
    /// A layer that has no form in hardware.
    #[error("{problem}")]
    NoHardware { problem: String, advice: &'static str },
    /// A Verilog module that breaks a rule.
    #[error("{problem}")]
    BadModule { problem: String, advice: &'static str },
    /// A co-simulation that is described wrongly.
    #[error("{problem}")]
    BadBench { problem: String, advice: &'static str },
    /// The simulated design used a value before it was written (x or z).
    #[error("beat {beat} of the stream '{stream}' is '{word}' at clock {clock}")]
    UndefinedValue { stream: String, beat: usize, word: String, clock: String },

    // Tools.
    /// A program was not found; `how_to_get` says how to install it.
    #[error("'{program}' was not found")]
    ToolMissing { program: String, how_to_get: &'static str },
    /// A program could not be started.
    #[error("'{program}' could not be started ({error})")]
    ToolNotStarted { program: String, error: std::io::Error },
    /// A program reported failure; `output` quotes its words.
    #[error("it failed ({status}):\n{output}\n")]
    ToolFailed { status: String, output: String },
    /// A program's output cannot be used; `known` says which versions are known to work.
    #[error("{problem}")]
    ToolOutput { problem: String, known: &'static str },

    // Boards and lines to them.
    /// The port cannot be opened.
    #[error("it cannot be opened ({reason})")]
    PortClosed { reason: String },
    /// The port vanished.
    #[error("the port is gone ({error})")]
    PortGone { error: std::io::Error },
    /// Nothing answers on the port at all; `heard` says what came.
    #[error("no answer within {seconds} s ({heard})")]
    NobodyAnswers { seconds: f64, heard: String },
    /// The accelerator answered before, but not to this request. `link` counts the errors of the line.
    #[error("{request}: no answer within {seconds} s, {tries} times ({link})")]
    NoAnswer { request: String, seconds: f64, tries: u32, link: String },
    /// A frame was lost too often.
    #[error("frame {frame} was lost {tries} times ({link})")]
    FrameLost { frame: usize, tries: u32, link: String },
    /// The accelerator refuses a request with the code of an error message.
    #[error("{request}: {reason} (code {code})")]
    Refused { request: String, code: u8, reason: &'static str, advice: &'static str },
    /// The device that answers is not an accelerator of Volley; its register IDENTITY is `found`.
    #[error("its IDENTITY is {found:#010x} and not {expected:#010x}: this is not an accelerator of Volley")]
    NotAnAccelerator { found: u32, expected: u32 },
    /// The accelerator uses another version of the protocol.
    #[error("it uses version {}.{} of the protocol, this program uses {expected}", found.0, found.1)]
    OtherProtocol { found: (u16, u16), expected: u16 },
    /// The accelerator contains another design than the given one.
    #[error("{problem}")]
    OtherDesign { problem: String },
    /// The accelerator contradicts itself.
    #[error("{problem}")]
    FaultyDesign { problem: String },
    /// Weights were sent, but the accelerator does not have them.
    #[error("{problem}")]
    WeightsNotLoaded { problem: String, advice: &'static str },
    /// A frame has the wrong number of bytes.
    #[error("it has {found} bytes, and the accelerator takes {shape} ({expected} bytes)")]
    FrameSize { found: usize, expected: usize, shape: Shape },
    /// A register that must not be written.
    #[error("it must not be written by itself")]
    NotWritable,

    /// A mistake in Volley.
    #[error("{problem}")]
    Internal { problem: String },
}

/// The numbers that a setting may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Legal {
    pub least: Bound<f64>,
    pub most: Bound<f64>,
}

impl<R: RangeBounds<f64>> From<R> for Legal {
    fn from(range: R) -> Legal {
        Legal { least: range.start_bound().cloned(), most: range.end_bound().cloned() }
    }
}

impl std::fmt::Display for Legal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use Bound::{Excluded, Included, Unbounded};
        match (self.least, self.most) {
            (Included(least), Included(most)) => write!(f, "{least} to {most}"),
            (Included(least), Excluded(most)) => write!(f, "at least {least} and less than {most}"),
            (Included(least), Unbounded) => write!(f, "{least} or more"),
            (Excluded(least), Included(most)) => write!(f, "more than {least} and at most {most}"),
            (Excluded(least), Excluded(most)) => write!(f, "more than {least} and less than {most}"),
            (Excluded(least), Unbounded) => write!(f, "more than {least}"),
            (Unbounded, Included(most)) => write!(f, "at most {most}"),
            (Unbounded, Excluded(most)) => write!(f, "less than {most}"),
            (Unbounded, Unbounded) => f.write_str("any number"),
        }
    }
}

impl Kind {
    /// [`Kind::OutOfRange`].
    pub fn out_of_range(value: impl Into<f64>, legal: impl Into<Legal>) -> Kind {
        Kind::OutOfRange { value: value.into(), legal: legal.into() }
    }

    /// [`Kind::Malformed`].
    pub fn malformed(wanted: Artefact, problem: impl ToString) -> Kind {
        Kind::Malformed { wanted, problem: problem.to_string().trim_end().to_owned() }
    }

    /// [`Kind::Internal`].
    pub fn internal(problem: impl ToString) -> Kind {
        Kind::Internal { problem: problem.to_string() }
    }
}
