//! Where something is wrong, and the names of the things that messages mention.

use std::fmt::{Display, Formatter};
use std::path::{Path, PathBuf};

/// Where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A file or folder.
    File(PathBuf),
    /// A part of a file.
    In {
        /// Path of the file.
        file: PathBuf,
        /// The place inside it.
        part: Box<Place>,
    },
    /// A key or a table of a TOML file, for instance `clock.pin`.
    Key(String),
    /// A tensor of a file of weights.
    Tensor(String),
    /// An array of a file of images.
    Array(String),
    /// A node of an imported graph.
    Node {
        /// Name of the node.
        node: String,
        /// Its ONNX operator.
        operator: String,
    },
    /// The input of a network.
    Input,
    /// A whole network.
    Network(String),
    /// A node of a converted or fixed-point network.
    Layer(String),
    /// Something that the caller chooses.
    Setting(Setting),
    /// A board, by its name.
    Board(String),
    /// A setting, as far as it concerns one layer.
    LayerSetting {
        /// The setting.
        setting: Setting,
        /// Name of the layer.
        layer: String,
    },
    /// A Verilog module.
    Module(String),
    /// The description of a co-simulation.
    Bench,
    /// A frame, counted from 0.
    Frame(usize),
    /// A program that the library runs.
    Tool(String),
    /// An accelerator, by its port.
    Accelerator(String),
    /// A register of an accelerator.
    Register(&'static str),
}

impl Place {
    /// A file or folder.
    pub fn file(path: impl Into<PathBuf>) -> Place {
        Place::File(path.into())
    }

    /// A part of a file.
    pub fn within(file: impl Into<PathBuf>, part: impl Into<Place>) -> Place {
        Place::In { file: file.into(), part: Box::new(part.into()) }
    }

    /// A key or a table of a TOML file.
    pub fn key(key: impl Into<String>) -> Place {
        Place::Key(key.into())
    }

    /// A tensor of a file of weights.
    pub fn tensor(name: impl Into<String>) -> Place {
        Place::Tensor(name.into())
    }

    /// A node of an imported graph.
    pub fn node(node: impl Into<String>, operator: impl Into<String>) -> Place {
        Place::Node { node: node.into(), operator: operator.into() }
    }

    /// A node of a converted or fixed-point network.
    pub fn layer(name: impl Into<String>) -> Place {
        Place::Layer(name.into())
    }

    /// A Verilog module.
    pub fn module(name: impl Into<String>) -> Place {
        Place::Module(name.into())
    }

    /// A program that the library runs.
    pub fn tool(name: impl Into<String>) -> Place {
        Place::Tool(name.into())
    }

    /// An accelerator, by its port.
    pub fn accelerator(port: impl Into<String>) -> Place {
        Place::Accelerator(port.into())
    }

    /// The setting that it is about, if it is about a setting and not about the same thing in a file.
    pub fn setting(&self) -> Option<Setting> {
        match self {
            Place::Setting(setting) | Place::LayerSetting { setting, .. } => Some(*setting),
            Place::Board(_) => Some(Setting::Board),
            _ => None,
        }
    }
}

impl From<Setting> for Place {
    fn from(setting: Setting) -> Place {
        Place::Setting(setting)
    }
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Place {
        Place::file(path)
    }
}

impl From<&PathBuf> for Place {
    fn from(path: &PathBuf) -> Place {
        Place::file(path)
    }
}

impl From<PathBuf> for Place {
    fn from(path: PathBuf) -> Place {
        Place::File(path)
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::File(path) => write!(f, "{}", path.display()),
            Place::In { file, part } => write!(f, "{}: {part}", file.display()),
            Place::Key(key) => f.write_str(key),
            Place::Tensor(name) => write!(f, "tensor '{name}'"),
            Place::Array(name) => write!(f, "array '{name}'"),
            Place::Node { node, operator } => write!(f, "node '{node}' ({operator})"),
            Place::Input => f.write_str("input"),
            Place::Network(name) => write!(f, "network '{name}'"),
            Place::Layer(name) => write!(f, "layer '{name}'"),
            Place::Setting(setting) => write!(f, "{setting}"),
            Place::LayerSetting { setting, layer } => write!(f, "{setting} of layer '{layer}'"),
            Place::Board(name) => write!(f, "board {name}"),
            Place::Module(name) => write!(f, "module '{name}'"),
            Place::Bench => f.write_str("co-simulation"),
            Place::Frame(number) => write!(f, "frame {number}"),
            Place::Tool(name) => f.write_str(name),
            Place::Accelerator(port) => f.write_str(port),
            Place::Register(name) => write!(f, "register {name}"),
        }
    }
}

/// An enum whose variants have names for people.
macro_rules! named {
    ($(#[$attribute:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident => $text:literal,)+ }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[$name] = &[$($name::$variant,)+];
        }

        impl Display for $name {
            fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    $($name::$variant => $text,)+
                })
            }
        }
    };
}

named! {
    /// What a caller of the library chooses.
    Setting {
        /// Members τ of a group neuron.
        Members => "members",
        /// Time steps T.
        Timesteps => "timesteps",
        /// Signed bits of a weight.
        WeightBits => "weight bits",
        /// Built-in weights, or weights that are loaded at run time.
        WeightMode => "weight mode",
        /// Loss of accuracy that is allowed, in percentage points.
        MaxLoss => "accuracy loss",
        /// The name of a network.
        Name => "name",
        /// Mean of the input's normalisation.
        Mean => "mean",
        /// Standard deviation of the input's normalisation.
        Std => "standard deviation",
        /// Images to calibrate with.
        Calibration => "calibration images",
        /// Images to classify.
        Images => "images",
        /// How many of the images are used.
        Limit => "number of images",
        /// How many images run through the float networks.
        FloatLimit => "number of images for the float networks",
        /// How many images calibrate.
        CalibrationLimit => "number of calibration images",
        /// How many frames are sent or streamed.
        Frames => "number of frames",
        /// Lanes and slices of each layer.
        Folding => "folding",
        /// Lanes and slices of layers that a plan has to keep.
        FixedFolds => "fixed folds",
        /// Frames per second to plan for.
        Throughput => "frames per second",
        /// Clocks that a waveform records.
        Waveform => "last clock of the waveform",
        /// The board.
        Board => "board",
        /// Share of a board that stays free.
        Margin => "margin",
        /// Clock of the core that a plan is made for, in MHz.
        Clock => "clock",
        /// Clock of the core that is built or placed, in MHz.
        CoreClock => "core clock",
        /// Baud rate of the serial line.
        Baud => "baud rate",
        /// Registers that are read at once.
        Registers => "number of registers",
    }
}

named! {
    /// What a file or folder should contain.
    Artefact {
        /// Any file.
        Any => "a file",
        /// A trained network in ONNX.
        Onnx => "an ONNX model",
        /// A file with elements of an ONNX model's tensors.
        OnnxData => "the data of an ONNX model",
        /// The ONNX model that a folder of a converted network contains.
        OwnOnnx => "the ONNX model of the converted network",
        /// The normalisation beside an ONNX model.
        Normalisation => "the normalisation of a model's images",
        /// Images, with or without labels.
        Images => "images",
        /// A folder of a converted network.
        Converted => "a converted network",
        /// A tensor of a converted network.
        OwnTensor => "a tensor of a converted network",
        /// A folder of a generated core.
        Core => "a generated core",
        /// A file of a generated core.
        CoreFile => "a file of a generated core",
        /// The foldings of layers.
        Plan => "a plan",
        /// Weights to load at run time.
        Weights => "weights to load at run time",
        /// A board.
        Board => "a board",
        /// A folder of a built bitstream.
        Build => "a build",
        /// A folder of a synthesis or build, with what the tools said.
        Implementation => "a synthesis or build",
        /// The bitstream in such a folder.
        Bitstream => "a bitstream",
        /// Verilog to simulate.
        Verilog => "Verilog",
        /// What a simulation recorded.
        Recording => "what a simulation recorded",
        /// What a tool wrote.
        ToolReport => "the report of a tool",
        /// The program of a tool.
        Program => "a program",
        /// A file that was written just now.
        Own => "a file that was just written",
        /// The folder for temporary files.
        Temporary => "the folder for temporary files",
        /// The settings of the command line.
        Configuration => "settings",
    }
}

named! {
    /// What an FPGA device has a number of.
    Resource {
        /// Lookup tables.
        Luts => "LUTs",
        /// Flip-flops.
        FlipFlops => "flip-flops",
        /// Multipliers, called DSP blocks.
        Multipliers => "DSP blocks",
        /// Block RAMs.
        BlockRams => "block RAMs",
    }
}

named! {
    /// What there can be too much of in a file.
    Unit {
        /// Nodes of a network or graph.
        Nodes => "nodes",
        /// Channels of all nodes together.
        Channels => "channels",
        /// MiB of pixels.
        MebibytesOfPixels => "MiB of pixels",
        /// Elements of a map or size of one side.
        Size => "elements on one side",
    }
}
