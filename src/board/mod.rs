//! Boards as data: the FPGA on a board, its resources and its connections to the board; whether the expected cost of a core fits; the
//! constraint files and clocks that follow.

mod clock;
pub mod constraints;
mod known;
mod package;
mod pll;
mod validate;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Artefact, Kind, Place, Resource, Result, Setting};
use crate::fpga::{Family, Resources};
use crate::input;
pub use clock::{CoreClock, PORTABLE as PORTABLE_CLOCK, core_clock};

/// Status LEDs of a board's top module, at most.
pub const LEDS: usize = 4;

/// A board; `constraints/README.md` explains the keys. [`Board::find`] has checked that everything in it is consistent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// By which [`Board::find`] finds it.
    pub name: String,
    /// As people call it.
    pub title: String,
    /// Of the board.
    pub vendor: String,
    /// The FPGA's ordering code.
    pub part: String,
    /// As the FPGA's maker names it, without the part.
    pub package: String,
    /// Empty where a device has only one.
    pub speed_grade: String,
    /// Which LUTs, DSPs and block RAMs the FPGA has.
    pub family: Family,
    /// The tools that make its bitstreams.
    pub flow: Flow,
    /// How a host reaches the accelerator.
    pub host_link: HostLink,
    /// The clock that a core gets unless the user asks for another, in MHz.
    pub core_mhz: f64,
    /// Flags that tell nextpnr the device, package and speed grade; empty for another flow.
    pub nextpnr: Vec<String>,
    /// Where the figures and pins are published.
    pub source: String,
    /// How openFPGALoader reaches the board; `None` if it does not know it.
    pub programmer: Option<Programmer>,
    /// What the FPGA holds.
    #[serde(rename = "resources")]
    pub device: Device,
    /// The oscillator; without one the clock comes from the processing system.
    pub clock: Option<Clock>,
    /// A push button.
    pub reset: Option<Reset>,
    /// The serial line; `None` if there is none.
    pub uart: Option<Uart>,
    /// The LEDs that show the state; `None` if there are none.
    pub leds: Option<Leds>,
    /// The supply of each bank's pins, by the bank's name.
    pub banks: BTreeMap<String, IoStandard>,
    /// The documented nets of the board that reach the FPGA, by their names.
    pub pins: BTreeMap<String, Pin>,
}

/// What turns a netlist into a bitstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flow {
    /// yosys, nextpnr and the family's packer.
    Nextpnr,
    /// AMD's Vivado.
    Vivado,
}

/// How a host reaches the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostLink {
    /// A serial line.
    Uart,
    /// The buses of a processor on the same chip.
    Axi,
}

/// The board as its programmer knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programmer {
    /// As openFPGALoader calls it.
    pub openfpgaloader: String,
}

/// What the FPGA holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Lookup tables.
    pub luts: u64,
    /// Flip-flops.
    pub flip_flops: u64,
    /// Multiplier blocks.
    pub dsps: u64,
    /// Block RAMs of `block_ram_bits` bits.
    pub block_rams: u64,
    /// Bits of one block RAM.
    pub block_ram_bits: u64,
    /// Bits of its widest word.
    pub block_ram_width: u64,
    /// Memories of `lut_ram_rows` words of `lut_ram_width` bits that LUTs can become; 0 where they cannot.
    pub lut_rams: u64,
    /// Words of such a memory.
    pub lut_ram_rows: u64,
    /// Bits of its word.
    pub lut_ram_width: u64,
}

/// The oscillator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Its name in [`Board::pins`].
    pub pin: String,
    /// Its frequency, in MHz.
    pub mhz: f64,
    /// iCE40: whether the pin is a PLL's own pad. A PLL at such a pad must be driven from it, any other over the fabric.
    #[serde(default)]
    pub pll_pad: bool,
}

/// A button that resets the design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// Its name in [`Board::pins`].
    pub pin: String,
    /// The level while it is pressed.
    pub active: Level,
}

/// The serial line to the host; pins by their names in [`Board::pins`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uart {
    /// On which the FPGA receives.
    pub receive: String,
    /// On which it sends.
    pub send: String,
    /// Bits a second.
    pub baud: u32,
}

/// Status LEDs, at most [`LEDS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leds {
    /// Their names in [`Board::pins`].
    pub pins: Vec<String>,
    /// The level at which they are lit.
    pub active: Level,
}

/// A logic level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// A one.
    High,
    /// A zero.
    Low,
}

/// A pin of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The package's name of the pin, such as a ball.
    pub site: String,
    /// The bank of the pin, a key of [`Board::banks`].
    pub bank: String,
    /// The resistor inside the FPGA that keeps it at a level while nothing drives it.
    pub pull: Option<Pull>,
}

/// Where a resistor pulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pull {
    /// To the supply of the bank.
    Up,
    /// To ground.
    Down,
}

/// Levels of a single-ended pin, by the supply of its bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum IoStandard {
    /// CMOS at 3.3 V.
    Lvcmos33,
    /// CMOS at 2.5 V.
    Lvcmos25,
    /// CMOS at 1.8 V.
    Lvcmos18,
    /// CMOS at 1.5 V.
    Lvcmos15,
    /// CMOS at 1.2 V.
    Lvcmos12,
    /// TTL at 3.3 V.
    Lvttl,
}

impl Board {
    /// Finds a known board by its name, or reads a TOML file.
    ///
    /// # Errors
    /// [`Kind::UnknownBoard`]; [`Kind::Unreadable`] for a file that cannot be read; [`Kind::Malformed`] and [`Kind::BadBoard`] naming the
    /// key of a board that contradicts itself.
    pub fn find(name: &str) -> Result<Board> {
        if let Some((_, text)) = known::BOARDS.iter().find(|(known, _)| *known == name) {
            return Board::known(name, text);
        }
        let path = Path::new(name);
        if path.extension().is_none_or(|extension| extension != "toml") {
            let known = known::BOARDS.iter().map(|(name, _)| name.to_string()).collect();
            return Err(Kind::UnknownBoard { board: name.into(), known }.at(Setting::Board));
        }
        let text =
            input::read_text(path).map_err(|error| Kind::Unreadable { wanted: Artefact::Board, error }.at(path))?;
        Board::parse(&text, path)
    }

    /// All boards that Volley knows, by their names.
    ///
    /// # Errors
    /// None that a user can cause: the files are part of the program, and its tests read them all.
    pub fn all() -> Result<Vec<Board>> {
        known::BOARDS.iter().map(|(name, text)| Board::known(name, text)).collect()
    }

    fn known(name: &str, text: &str) -> Result<Board> {
        let path = format!("{name}.toml");
        let board = Board::parse(text, Path::new(&path))?;
        if board.name != name {
            let problem = format!("it is '{}', but the file's name is {path}", board.name);
            let advice = "give the board and its file the same name";
            return Err(validate::flaw("name", problem, advice).within(path));
        }
        Ok(board)
    }

    /// The board of a TOML text; `path` is named in errors.
    ///
    /// # Errors
    /// [`Kind::Malformed`] and [`Kind::BadBoard`] naming the key of a board that contradicts itself.
    pub fn parse(text: &str, path: &Path) -> Result<Board> {
        let board: Board = toml::from_str(text).map_err(|error| Kind::malformed(Artefact::Board, error).at(path))?;
        validate::check(&board).map_err(|flaw| flaw.within(path))?;
        Ok(board)
    }

    /// The ports of a board's top module and the names of their pins: `oscillator`, `reset_button`, `serial_in`, `serial_out`,
    /// `led[0]` and so on, as far as the board has them. A board whose host link is AXI has LEDs only: clock, reset and
    /// data come from the processing system.
    pub fn ports(&self) -> Vec<(String, String)> {
        let mut ports = Vec::new();
        let mut port = |name: &str, pin: &str| ports.push((name.to_string(), pin.to_string()));
        if self.host_link == HostLink::Uart {
            if let Some(clock) = &self.clock {
                port(constraints::OSCILLATOR, &clock.pin);
            }
            if let Some(reset) = &self.reset {
                port(constraints::RESET_BUTTON, &reset.pin);
            }
            if let Some(uart) = &self.uart {
                port(constraints::SERIAL_IN, &uart.receive);
                port(constraints::SERIAL_OUT, &uart.send);
            }
        }
        for (index, pin) in self.leds.iter().flat_map(|leds| &leds.pins).enumerate() {
            port(&format!("led[{index}]"), pin);
        }
        ports
    }

    /// What the device has.
    pub fn resources(&self) -> Resources {
        Resources {
            luts: self.device.luts as f64,
            flip_flops: self.device.flip_flops as f64,
            multipliers: self.device.dsps as f64,
            block_rams: self.device.block_rams as f64,
        }
    }

    /// What may be used of it if a share `margin`, 0 to 1, of each resource must stay free; whole numbers.
    pub fn usable(&self, margin: f64) -> Resources {
        let all = self.resources();
        let part = |all: f64| (all * (1.0 - margin)).floor();
        Resources {
            luts: part(all.luts),
            flip_flops: part(all.flip_flops),
            multipliers: part(all.multipliers),
            block_rams: part(all.block_rams),
        }
    }

    /// Refuses a core that cannot fit: `need` is what it is expected to cost.
    ///
    /// # Errors
    /// [`Kind::DoesNotFit`] for the first resource that is too small.
    pub fn check(&self, need: Resources) -> Result<()> {
        let there = self.resources();
        for (resource, needed, there) in [
            (Resource::Luts, need.luts, there.luts),
            (Resource::FlipFlops, need.flip_flops, there.flip_flops),
            (Resource::BlockRams, need.block_rams, there.block_rams),
            (Resource::Multipliers, need.multipliers, there.multipliers),
        ] {
            if needed > there {
                let (needed, available) = (needed.ceil() as u64, there as u64);
                return Err(Kind::DoesNotFit { resource, needed, available }.at(Place::Board(self.name.clone())));
            }
        }
        Ok(())
    }
}

macro_rules! words {
    ($kind:ty: $($value:pat => $word:literal),+) => {
        impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(match self { $($value => $word),+ })
            }
        }
    };
}

words!(Flow: Flow::Nextpnr => "nextpnr", Flow::Vivado => "vivado");
words!(HostLink: HostLink::Uart => "uart", HostLink::Axi => "axi");
words!(IoStandard: IoStandard::Lvcmos33 => "LVCMOS33", IoStandard::Lvcmos25 => "LVCMOS25", IoStandard::Lvcmos18 => "LVCMOS18",
    IoStandard::Lvcmos15 => "LVCMOS15", IoStandard::Lvcmos12 => "LVCMOS12", IoStandard::Lvttl => "LVTTL");

#[cfg(test)]
mod tests;
