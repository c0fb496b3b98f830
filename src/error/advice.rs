//! What to do about each kind of problem, in terms of the library.
//!
//! The command line has its own advice where one of its flags or commands is the answer.

use super::kind::Kind;
use super::place::{Artefact, Resource};

const AGAIN: &str = "export the model again";

impl Kind {
    /// What to do about it.
    pub(super) fn advice(&self) -> String {
        let text = match self {
            Kind::OutOfRange { legal, .. } => return format!("choose {legal}"),
            Kind::NotUnderstood { grammar, .. } => return format!("write {grammar}"),
            Kind::SetTwice { .. } => "give each value once",
            Kind::Empty => "give at least one value",
            Kind::UnknownLayer { known, .. } => return format!("the layers are {}", known.join(", ")),
            Kind::UnknownBoard { known, .. } => {
                return format!("choose {}, or give the path of a board's TOML", known.join(", "));
            }
            Kind::DoesNotFit { resource, .. } => resource.advice(),
            Kind::NoFoldingFits => "use a larger board, fewer weight bits, a smaller margin or fewer fixed folds",
            Kind::TooSlow { .. } => "plan for fewer frames per second, a faster clock or a larger board",
            Kind::BadFold { advice, .. }
            | Kind::NoSpikingForm { advice, .. }
            | Kind::NoHardware { advice, .. }
            | Kind::BadModule { advice, .. }
            | Kind::BadBench { advice, .. }
            | Kind::Refused { advice, .. }
            | Kind::WeightsNotLoaded { advice, .. } => advice,
            Kind::ClockOutOfReach { .. } => "choose another frequency",
            Kind::BaudOutOfReach { nearest, .. } => {
                return format!("choose another rate, for instance {nearest:.0}");
            }
            Kind::NoSerialLine => "choose a board whose host_link is uart",
            Kind::NoProcessingSystem => "choose pynq-z2 or zcu104",
            Kind::FrameTooLong { .. } => "choose a board whose host_link is axi",
            Kind::NotAXilinxPart { .. } => "give the ordering code of a Xilinx 7-series or UltraScale+ device",
            Kind::NoPin { .. } => "add the pin to the board's TOML",
            Kind::RuntimeWeightsNeedExact => "convert with exact thresholds, or build the weights in",
            Kind::AccuracyOutOfReach { .. } => "allow more loss or more weight bits, or measure on more images",
            Kind::OnePerChannel { .. } => {
                "give one number for each channel, as training used them (pixels scaled to 0..1)"
            }
            Kind::NoImages => "give at least one image",
            Kind::TooFewImages { .. } => "ask for fewer, or give more images",
            Kind::OtherShape { .. } => "give the data set that the network was trained for",
            Kind::LabelsMissing => "add an array 'y' with a class for each image",
            Kind::LabelOutOfRange { .. } => {
                "give the data set that the network was trained for, with classes numbered from 0 as in training"
            }
            Kind::Unreadable { wanted, .. } | Kind::Missing { wanted } => wanted.advice(),
            Kind::Malformed { wanted, .. } | Kind::BadName { wanted, .. } => wanted.how_to_write(),
            Kind::Unwritable { .. } => "choose a path that you may write to, and check that the disk has free space",
            Kind::NoNormalisation => {
                "say how training normalised its images, (pixel/255 − mean)/std with one number for each channel"
            }
            Kind::NotOnnx => "export the model again, or download it again",
            Kind::NotRunnable { .. } => "check that the ONNX file runs elsewhere and takes a batch of one image",
            Kind::OldOperatorSet { oldest, .. } => {
                return format!("export it with opset_version={oldest} or later; 17 is a good choice");
            }
            Kind::TooLarge { most, unit, .. } => return format!("at most {most} {unit} are accepted"),
            Kind::BadChecksum { .. } => "copy or write the file again",
            Kind::IsAFolder => "give the path of a file to write",
            Kind::IsAFile => "choose another path for the output folder, or move the file away",
            Kind::NotRegular => "remove it, or generate the folder again",
            Kind::NoName => "give the path of a folder to write",
            Kind::ForeignFolder { .. } => "choose another path for the output folder, or empty this one yourself",
            Kind::ForeignFile => "choose another path, or replace it by force",
            Kind::InUse => "wait until that one has ended, or choose another folder",
            Kind::Changed => "choose another path, keep the file elsewhere, or replace the folder by force",
            Kind::NotText { .. } => "write a short name of letters, digits and ordinary signs",
            Kind::WeightsBuiltIn => "generate a core whose weights are loaded at run time",
            Kind::OtherNetwork { .. } => "give the network that it was made from, or make it again from this network",
            Kind::WrongType { expected, .. } => return format!("store it as {expected}"),
            Kind::WrongShape { expected, .. } => return format!("it must be {expected}"),
            Kind::Unused => "convert the network again",
            Kind::NotFinite { .. } => "the training diverged or the file is damaged; use finite numbers",
            Kind::UnsupportedOperator { accepted } => {
                return format!(
                    "accepted are {accepted}; replace it and train again, or leave it out of the exported model"
                );
            }
            Kind::NoBitstream => "build the bitstream first; its report says why there is none",
            Kind::NotLoadable { .. } => "load the bitstream with the tool of the board's vendor",
            Kind::Unsupported { advice, .. } | Kind::BadBoard { advice, .. } => advice,
            Kind::BadGraph { .. } => AGAIN,
            Kind::UnsupportedActivation { .. } => {
                "accepted are ReLU, clip(x, 0, h) and QCFS, λ/L·clip(floor(x·L/λ + 1/2), 0, L)"
            }
            Kind::NeedsCalibration => "calibrate the network with sample images",
            Kind::NeverActive => {
                "calibrate with more images, or with images of the data set that the network was trained for"
            }
            Kind::Invalid { .. } => "convert the network again",
            Kind::NotFixedPoint { .. } => {
                "check the network for values that are not finite and for thresholds that are almost zero"
            }
            Kind::TooWide { .. } => "use fewer weight bits or time steps",
            Kind::NoScale { .. } => "use more weight bits, or check the threshold",
            Kind::UndefinedValue { .. } => "an x or z means that the design uses a value before it is written",
            Kind::ToolMissing { how_to_get: "", .. } => "install it, or put it on PATH or in .venv/bin",
            Kind::ToolMissing { how_to_get, .. } => how_to_get,
            Kind::ToolNotStarted { .. } => "check that it is installed and may be run",
            Kind::ToolFailed { .. } => "fix what it reports",
            Kind::ToolOutput { known, .. } => known,
            Kind::PortClosed { .. } => {
                "give the port of the board, close other programs that use it, and be in the group that owns it \
                 (often dialout)"
            }
            Kind::PortGone { .. } => "check the cable and start again",
            Kind::NobodyAnswers { .. } => {
                "check the port, the baud rate and that the bitstream is loaded; for a slow accelerator raise the time limit"
            }
            Kind::NoAnswer { .. } | Kind::FrameLost { .. } => {
                "check the cable and the baud rate; for a slow accelerator raise the time limit"
            }
            Kind::NotAnAccelerator { .. } => "give the port of the board",
            Kind::OtherProtocol { .. } => {
                "build and flash the bitstream with this version of Volley, or use the host program of its own version"
            }
            Kind::OtherDesign { .. } => "give what the bitstream in the accelerator was made from",
            Kind::FaultyDesign { .. } => "reset the accelerator; if it happens again, build the bitstream again",
            Kind::FrameSize { .. } => "give frames of the accelerator's shape",
            Kind::NotWritable => "load a whole file of weights",
            Kind::Internal { .. } => "this is a mistake in Volley; report it with what you did",
        };
        text.to_owned()
    }
}

impl Artefact {
    /// What to give if it cannot be read.
    fn advice(self) -> &'static str {
        match self {
            Artefact::Any => "give the path of a file",
            Artefact::Onnx => "give the path of an ONNX file (in PyTorch: torch.onnx.export(model, image, path))",
            Artefact::OnnxData => "keep the file beside the model, as it was exported",
            Artefact::OwnOnnx | Artefact::OwnTensor => "convert the network again",
            Artefact::Normalisation => "make it readable, or move it away from the model",
            Artefact::Images => "give a readable .npz or .npy file, or a folder of PNGs",
            Artefact::Converted => "give the folder of a converted network",
            Artefact::Core => "give the folder of a generated core",
            Artefact::CoreFile => "make it readable, or generate the folder again",
            Artefact::Plan => "give a plan, as it is written after planning",
            Artefact::Weights => "give a file of weights for this design",
            Artefact::Board => "give the path of a board's TOML, as constraints/README.md describes it",
            Artefact::Build => "give the folder of a built bitstream",
            Artefact::Implementation => "give a folder of a synthesis or build in which tools ran",
            Artefact::Bitstream => "build the bitstream first",
            Artefact::Verilog => "check that the Verilog has been written",
            Artefact::Recording => "the simulation ended before it recorded anything; look at the work folder",
            Artefact::ToolReport => "report this with the version of the tool",
            Artefact::Program => "give the path of the program",
            Artefact::Own => "check that nothing else writes there",
            Artefact::Temporary => "make it writable, or set TMPDIR to another folder",
            Artefact::Configuration => "give a readable TOML file",
        }
    }

    /// How it is made if it has the wrong content.
    fn how_to_write(self) -> &'static str {
        match self {
            Artefact::Normalisation => {
                "the table is [input] with mean = [...] and std = [...], one number for each channel"
            }
            Artefact::Images => {
                "write it with numpy.savez: 'x' of type uint8 and shape N×H×W×C or N×H×W, 'y' with one class for each image"
            }
            Artefact::Converted => "fix it as docs/network-folder.md describes, or convert the network again",
            Artefact::Core | Artefact::CoreFile => "generate the folder again",
            Artefact::Plan => "write a table [layer.NAME] for each layer, as in a plan that was written after planning",
            Artefact::Board => "write it as constraints/README.md describes",
            Artefact::Build => "build the bitstream again",
            Artefact::Recording => "the run was cut off; run it again",
            Artefact::Onnx => AGAIN,
            _ => self.advice(),
        }
    }
}

impl Resource {
    /// How to need less of it.
    pub fn advice(self) -> &'static str {
        match self {
            Resource::Luts | Resource::FlipFlops => {
                "use fewer lanes, plan the folding for the board, or take a larger board"
            }
            Resource::Multipliers => {
                "give the first layer fewer lanes, plan the folding for the board, or take a larger board"
            }
            Resource::BlockRams => {
                "use fewer weight bits, plan the folding for the board, which moves memories into LUTs, or take a larger board"
            }
        }
    }
}
