//! What can be wrong: one variant for each kind of problem that a program may want to handle.

use super::Unit;
use super::legal::Legal;
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
    OutOfRange {
        /// The number.
        value: f64,
        /// Its range.
        legal: Legal,
    },
    /// A part of a text that cannot be read; `grammar` says how the text is written.
    #[error("'{part}' cannot be read")]
    NotUnderstood {
        /// The part, as it was written.
        part: String,
        /// What may be written there.
        grammar: &'static str,
    },
    /// A part of a text that sets the same thing as an earlier part.
    #[error("'{part}' sets a value for the second time")]
    SetTwice {
        /// The later part, as it was written.
        part: String,
    },
    /// A list without any value.
    #[error("it is empty")]
    Empty,
    /// The network has no layer of this name; `known` are its layers.
    #[error("there is no layer '{layer}'")]
    UnknownLayer {
        /// The name that was asked for.
        layer: String,
        /// Names of the layers, in their order.
        known: Vec<String>,
    },
    /// No known board has this name.
    #[error("there is no board '{board}'")]
    UnknownBoard {
        /// The name that was asked for.
        board: String,
        /// Names of the boards.
        known: Vec<String>,
    },
    /// The core needs more of a resource than it may use.
    #[error("the core needs about {needed} {resource}, and {available} are available")]
    DoesNotFit {
        /// What there is too little of.
        resource: Resource,
        /// How much the core needs, by estimate.
        needed: u64,
        /// How much it may use.
        available: u64,
    },
    /// Each resource is enough by itself, but no folding was found that fits all of them at once.
    #[error("no folding was found that fits: what one saves in block RAMs it needs in LUTs")]
    NoFoldingFits,
    /// No folding that fits takes `asked` clocks or fewer for a frame; the fastest takes `best`.
    #[error("no folding reaches {asked} clocks per frame; the fastest takes {best}")]
    TooSlow {
        /// Clocks per frame that were asked for.
        asked: u64,
        /// Clocks per frame of the fastest folding.
        best: u64,
    },
    /// Lanes, slices or units that a layer cannot have.
    #[error("{problem}")]
    BadFold {
        /// What is wrong, in words.
        problem: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// The PLL of the FPGA cannot make a clock.
    #[error("the PLL cannot make {mhz} MHz from the oscillator's {oscillator_mhz} MHz")]
    ClockOutOfReach {
        /// The clock that was asked for, in MHz.
        mhz: f64,
        /// The clock that the PLL gets, in MHz.
        oscillator_mhz: f64,
    },
    /// A clock cannot be divided to a baud rate; it takes `clocks` clocks per bit. `nearest` is a rate that can be made.
    #[error("a clock of {mhz} MHz cannot make {baud} baud: a bit would take {clocks:.2} clocks")]
    BaudOutOfReach {
        /// Bits per second that were asked for.
        baud: u32,
        /// The clock that is divided, in MHz.
        mhz: f64,
        /// Clocks per bit, before rounding.
        clocks: f64,
        /// Bits per second.
        nearest: f64,
    },
    /// The board has no serial line, and one is needed.
    #[error("it has no serial line")]
    NoSerialLine,
    /// The board has no processing system, and one is needed.
    #[error("it has no processing system for which a block design is known")]
    NoProcessingSystem,
    /// A frame is too long for a message on a serial line.
    #[error("a frame of {bytes} bytes is too long for a message on a serial line")]
    FrameTooLong {
        /// Bytes of the frame.
        bytes: u64,
    },
    /// The part of the board is not one that Vivado builds for.
    #[error("'{part}' is not a part that Vivado builds for")]
    NotAXilinxPart {
        /// The ordering code in the board's file.
        part: String,
    },
    /// The board has no pin of this name for the port of the top module.
    #[error("it has no pin '{pin}' for the port '{port}'")]
    NoPin {
        /// The name that is missing in the board's file.
        pin: String,
        /// A port of the board's top module.
        port: String,
    },
    /// The file of a board contradicts itself.
    #[error("{problem}")]
    BadBoard {
        /// What is wrong, in words.
        problem: String,
        /// What to do about it.
        advice: String,
    },
    /// Weights that are loaded at run time need exact thresholds.
    #[error("weights can be loaded at run time only if thresholds are exact")]
    RuntimeWeightsNeedExact,
    /// No weight bits keep the accuracy. Accuracies are shares from 0 to 1, `points` are percentage points.
    #[error(
        "no weight bits lose at most {points:.2} points of the float network's {}; the best reach {}",
        percent(*float), percent(*best)
    )]
    AccuracyOutOfReach {
        /// Percentage points that may be lost.
        points: f64,
        /// Accuracy of the float network, 0 to 1.
        float: f64,
        /// Best accuracy of any weight bits, 0 to 1.
        best: f64,
    },
    /// Mean or standard deviation do not have one number for each channel of the input.
    #[error("it has {numbers} numbers, and the input has {channels} channels")]
    OnePerChannel {
        /// How many there are.
        numbers: usize,
        /// Channels of the input.
        channels: usize,
    },
    // Images.
    /// A file or list without images.
    #[error("it has no images")]
    NoImages,
    /// Fewer images than are asked for.
    #[error("{asked} images are asked for, and there are {found}")]
    TooFewImages {
        /// Images that are asked for.
        asked: usize,
        /// Images that there are.
        found: usize,
    },
    /// The images have another shape than the network's input.
    #[error("its images are {found} (channels × height × width), and the network takes {expected}")]
    OtherShape {
        /// Of the images.
        found: Shape,
        /// Of the network's input.
        expected: Shape,
    },
    /// The images have no labels.
    #[error("its images have no labels")]
    LabelsMissing,
    /// A label is not one of the network's classes.
    #[error("it has the label {label}, and the network has {classes} classes")]
    LabelOutOfRange {
        /// The label, counted from 0.
        label: u32,
        /// How many classes the network has.
        classes: usize,
    },
    // Files.
    /// A file or folder cannot be read.
    #[error("{error}")]
    Unreadable {
        /// What was to be read.
        wanted: Artefact,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// A file or folder cannot be written.
    #[error("{error}")]
    Unwritable {
        /// What the operating system says.
        error: std::io::Error,
    },
    /// A file is not what it should be; `problem` quotes its reader.
    #[error("{problem}")]
    Malformed {
        /// What the file should be.
        wanted: Artefact,
        /// For people; the words of its reader.
        problem: String,
    },
    /// Nothing says how training normalised the images of a model.
    #[error("there is no such file with an [input] table")]
    NoNormalisation,
    /// A file is not an ONNX model.
    #[error("this is not an ONNX file, or it is damaged")]
    NotOnnx,
    /// The runtime of float networks cannot run an ONNX model, and says why.
    #[error("the float network cannot be run ({problem})")]
    NotRunnable {
        /// For people; the words of the runtime.
        problem: String,
    },
    /// An ONNX model of too old an operator set.
    #[error("the model uses operator set {found}")]
    OldOperatorSet {
        /// Version of the model's operator set.
        found: i64,
        /// Oldest version that is read.
        oldest: i64,
    },
    /// Something has more of `unit` than is accepted.
    #[error("it has {found} {unit}")]
    TooLarge {
        /// What is counted.
        unit: Unit,
        /// How many there are.
        found: u64,
        /// How many are accepted.
        most: u64,
    },
    /// The checksum of a file is not that of its content.
    #[error("it is damaged: its checksum is {found:#010x} and should be {expected:#010x}")]
    BadChecksum {
        /// CRC-32 of the content.
        found: u32,
        /// CRC-32 that the file states.
        expected: u32,
    },
    /// Something that must be there is not.
    #[error("it is missing")]
    Missing {
        /// What should be there.
        wanted: Artefact,
    },
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
    /// A folder that was not written by Volley, and so must not be replaced: it has no `marker`.
    #[error("the folder exists and has no {marker}, so it was not written by Volley")]
    #[allow(missing_docs, reason = "described with the variant")]
    ForeignFolder { marker: String },
    /// A file that Volley did not write, or that somebody has changed, and so must not be replaced.
    #[error("it is not what this command writes, or it was changed since, so it is not replaced")]
    ForeignFile,
    /// A work folder that another run is using.
    #[error("another co-simulation is using it")]
    InUse,
    /// A file in a folder of Volley's, because of which the folder must not be replaced.
    #[error("it was added or changed since Volley wrote the folder, so the folder is not replaced")]
    Changed,
    /// A name that could leave its folder, or that scripts cannot hold.
    #[error("'{name}' is not a name that Volley uses")]
    BadName {
        /// The name, made printable.
        name: String,
        /// What it should be the name of.
        wanted: Artefact,
    },
    /// Text that must be a line of ordinary characters is not.
    #[error("'{text}' is not one line of text of ordinary length")]
    NotText {
        /// The text, made printable.
        text: String,
    },
    /// A build without a bitstream.
    #[error("there is no bitstream")]
    NoBitstream,
    /// A board that the program which loads bitstreams does not know.
    #[error("openFPGALoader does not know the board {board}")]
    NotLoadable {
        /// The board's name.
        board: String,
    },
    /// The weights of a core are part of its Verilog, so it cannot take others.
    #[error("the weights of this core are built in")]
    WeightsBuiltIn,
    /// The network does not fit a core, plan or file that was made for another one.
    #[error("{problem}")]
    OtherNetwork {
        /// What is wrong, in words.
        problem: String,
    },
    /// The type of a tensor's elements or of an array is wrong.
    #[error("it is of type {found} and must be {expected}")]
    WrongType {
        /// The type that it has.
        found: String,
        /// The type that it must have.
        expected: &'static str,
    },
    /// A tensor or an array has the wrong number of axes or elements.
    #[error("it has the shape {found:?}")]
    WrongShape {
        /// The length of each axis.
        found: Vec<usize>,
        /// What it must be, for people.
        expected: &'static str,
    },
    /// A tensor that nothing uses.
    #[error("it belongs to no node of the network")]
    Unused,
    /// Some numbers are NaN or infinite.
    #[error("{what} has NaN or infinite values")]
    NotFinite {
        /// What they belong to, for people.
        what: String,
    },
    // Conversion.
    /// An ONNX operator that has no spiking counterpart; `accepted` are those that have.
    #[error("this operator has no spiking counterpart")]
    UnsupportedOperator {
        /// Names of operators, for people.
        accepted: &'static str,
    },
    /// A known operator, or an input or output of the model, in an unsupported form; `advice` says what is supported.
    #[error("{problem}")]
    Unsupported {
        /// What is wrong, in words.
        problem: String,
        /// What to do about it.
        advice: String,
    },
    /// A graph that contradicts itself.
    #[error("{problem}")]
    BadGraph {
        /// What is wrong, in words.
        problem: String,
    },
    /// An activation that neurons cannot compute; it consists of the nodes `made_of`.
    #[error("{problem} (the activation consists of {})", made_of.join(", "))]
    UnsupportedActivation {
        /// What is wrong, in words.
        problem: String,
        /// Names of nodes in the ONNX file.
        made_of: Vec<String>,
    },
    /// A node that layers of group neurons cannot express at its place in the graph.
    #[error("{problem}")]
    NoSpikingForm {
        /// What is wrong, in words.
        problem: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// A plain ReLU needs sample images to measure its threshold.
    #[error("its activation is a plain ReLU, which has no threshold")]
    NeedsCalibration,
    /// This layer is not active for any calibration image.
    #[error("no calibration image makes it active, so it has no threshold")]
    NeverActive,
    /// A network that breaks a rule of its form.
    #[error("{problem}")]
    Invalid {
        /// What is wrong, in words.
        problem: String,
    },
    // Fixed point and hardware.
    /// A real number is outside the fixed-point range.
    #[error("the {what} {value} does not fit the fixed-point range")]
    NotFixedPoint {
        /// What the number is, for people.
        what: String,
        /// The number.
        value: f64,
    },
    /// Sums need more bits than there are.
    #[error("{what} need more than {most} bits")]
    TooWide {
        /// What is added up, for people.
        what: &'static str,
        /// Bits that there are.
        most: u32,
    },
    /// Weights that no scale fits into the given number of bits.
    #[error("{problem}")]
    NoScale {
        /// What is wrong, in words.
        problem: String,
    },
    /// A layer that has no form in hardware.
    #[error("{problem}")]
    NoHardware {
        /// What is wrong, in words.
        problem: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// A Verilog module that breaks a rule.
    #[error("{problem}")]
    BadModule {
        /// What is wrong, in words.
        problem: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// A co-simulation that is described wrongly.
    #[error("{problem}")]
    BadBench {
        /// What is wrong, in words.
        problem: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// The simulated design used a value before it was written (x or z).
    #[error("beat {beat} of the stream '{stream}' is '{word}' at clock {clock}")]
    UndefinedValue {
        /// Name of the stream.
        stream: String,
        /// Number of the beat on it, from 0.
        beat: usize,
        /// The beat's data in digits, with x or z.
        word: String,
        /// When it was accepted, as the simulator wrote it.
        clock: String,
    },
    // Tools.
    /// A program was not found; `how_to_get` says how to install it.
    #[error("'{program}' was not found")]
    ToolMissing {
        /// Name of the program.
        program: String,
        /// How to install it, for people.
        how_to_get: &'static str,
    },
    /// A program could not be started.
    #[error("'{program}' could not be started ({error})")]
    ToolNotStarted {
        /// Name of the program.
        program: String,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// A program reported failure; `output` quotes its words.
    #[error("it failed ({status}):\n{output}\n")]
    ToolFailed {
        /// How it ended, for people.
        status: String,
        /// The end of what it wrote.
        output: String,
    },
    /// A program's output cannot be used; `known` says which versions are known to work.
    #[error("{problem}")]
    ToolOutput {
        /// What is wrong, in words.
        problem: String,
        /// Versions that work, for people.
        known: &'static str,
    },
    // Boards and lines to them.
    /// The port cannot be opened.
    #[error("it cannot be opened ({reason})")]
    PortClosed {
        /// For people; the words of the operating system.
        reason: String,
    },
    /// The port vanished.
    #[error("the port is gone ({error})")]
    PortGone {
        /// What the operating system says.
        error: std::io::Error,
    },
    /// Nothing answers on the port at all; `heard` says what came.
    #[error("no answer within {seconds} s ({heard})")]
    NobodyAnswers {
        /// How long an answer was waited for.
        seconds: f64,
        /// What came instead, in words.
        heard: String,
    },
    /// The accelerator answered before, but not to this request. `link` counts the errors of the line.
    #[error("{request}: no answer within {seconds} s, {tries} times ({link})")]
    NoAnswer {
        /// What was asked, for people.
        request: String,
        /// How long each answer was waited for.
        seconds: f64,
        /// How often it was asked.
        tries: u32,
        /// Errors of the line, in words.
        link: String,
    },
    /// A frame was lost too often.
    #[error("frame {frame} was lost {tries} times ({link})")]
    FrameLost {
        /// Number of the frame, from 0.
        frame: usize,
        /// How often it was sent.
        tries: u32,
        /// Errors of the line, in words.
        link: String,
    },
    /// The accelerator refuses a request with the code of an error message.
    #[error("{request}: {reason} (code {code})")]
    Refused {
        /// What was asked, for people.
        request: String,
        /// Code of the error message, as in `docs/host-protocol.md`.
        code: u8,
        /// What the code means.
        reason: &'static str,
        /// What to do about it.
        advice: &'static str,
    },
    /// The device that answers is not an accelerator of Volley; its register IDENTITY is `found`.
    #[error("its IDENTITY is {found:#010x} and not {expected:#010x}: this is not an accelerator of Volley")]
    NotAnAccelerator {
        /// What the register holds.
        found: u32,
        /// What it holds in an accelerator of Volley.
        expected: u32,
    },
    /// The accelerator uses another version of the protocol.
    #[error("it uses version {}.{} of the protocol, this program uses {expected}", found.0, found.1)]
    OtherProtocol {
        /// Major and minor version of the accelerator.
        found: (u16, u16),
        /// Major version of this program.
        expected: u16,
    },
    /// An accelerator, a synthesis or a build of another design than the given one.
    #[error("{problem}")]
    OtherDesign {
        /// What is wrong, in words.
        problem: String,
    },
    /// The accelerator contradicts itself.
    #[error("{problem}")]
    FaultyDesign {
        /// What is wrong, in words.
        problem: String,
    },
    /// Weights were sent, but the accelerator does not have them.
    #[error("{problem}")]
    WeightsNotLoaded {
        /// What is wrong, in words.
        problem: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// A frame has the wrong number of bytes.
    #[error("it has {found} bytes, and the accelerator takes {shape} ({expected} bytes)")]
    FrameSize {
        /// Bytes that it has.
        found: usize,
        /// Bytes that the accelerator takes.
        expected: usize,
        /// Channels × height × width of the accelerator's input.
        shape: Shape,
    },
    /// A register that must not be written.
    #[error("it must not be written by itself")]
    NotWritable,

    /// A mistake in Volley.
    #[error("{problem}")]
    Internal {
        /// What is wrong, in words.
        problem: String,
    },
}
