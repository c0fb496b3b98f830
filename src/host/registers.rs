//! The registers of an accelerator.

use serde::Serialize;

use crate::Shape;
use crate::error::{Kind, Place, Result};

use super::message::{MOST_PAYLOAD, OVERHEAD};
pub use crate::top::registers::Register;

/// "VLLY", low byte last.
pub const IDENTITY: u32 = 0x594C_4C56;
/// The major version of the protocol of this host.
pub const MAJOR: u16 = 1;
/// The first version whose LATENCY and BUSY_CLOCKS leave out the clocks in which the core waits.
const WAITS_LEFT_OUT: (u16, u16) = (1, 1);
/// CONTROL: resets the core, frames in it are lost.
pub const RESET_CORE: u32 = 1;
/// CONTROL: sets the counters to 0.
pub const CLEAR_COUNTERS: u32 = 1 << 1;

/// What an accelerator says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Major and minor version of the protocol.
    pub version: (u16, u16),
    /// Fingerprint of the core's Verilog without its weights.
    pub design: u32,
    /// Of a frame.
    pub shape: Shape,
    /// Scores of a frame.
    pub classes: usize,
    /// Of a group neuron.
    pub members: u32,
    /// Time steps.
    pub timesteps: u32,
    /// Of the core; `None` if the generator did not know it.
    pub clock_hz: Option<u32>,
    /// Bytes of requests that may be outstanding.
    pub link_buffer: usize,
}

impl Identity {
    /// Registers that it is made of, from the first on.
    pub const REGISTERS: u8 = Register::LinkBuffer as u8 + 1;

    /// `accelerator` is named in errors.
    ///
    /// # Errors
    /// [`Kind::NotAnAccelerator`], [`Kind::OtherProtocol`], and [`Kind::FaultyDesign`] for an accelerator that could never classify a
    /// frame over a serial line.
    pub fn of(registers: &[u32], accelerator: &str) -> Result<Identity> {
        let place = Place::accelerator(accelerator);
        let word = |register: Register| registers.get(register as usize).copied().unwrap_or(0);
        let found = word(Register::Identity);
        if found != IDENTITY {
            return Err(Kind::NotAnAccelerator { found, expected: IDENTITY }.at(place));
        }
        let version = ((word(Register::Version) >> 16) as u16, word(Register::Version) as u16);
        if version.0 != MAJOR {
            return Err(Kind::OtherProtocol { found: version, expected: MAJOR }.at(place));
        }
        let size = |register| word(register) as usize;
        let (channels, height, width) = (size(Register::Channels), size(Register::Height), size(Register::Width));
        let identity = Identity {
            version,
            design: word(Register::Design),
            shape: Shape { channels, height, width },
            classes: size(Register::Classes),
            members: word(Register::Neurons) & 0xFF,
            timesteps: (word(Register::Neurons) >> 8) & 0xFF,
            clock_hz: Some(word(Register::ClockHz)).filter(|&hz| hz > 0),
            link_buffer: size(Register::LinkBuffer),
        };
        let bytes = [channels, height, width].iter().try_fold(1usize, |bytes, &size| bytes.checked_mul(size));
        let fits =
            bytes.is_some_and(|bytes| (1..=MOST_PAYLOAD).contains(&bytes) && bytes + OVERHEAD <= identity.link_buffer);
        if !fits || !(1..=MOST_PAYLOAD / 4).contains(&identity.classes) {
            let problem = format!(
                "a frame of {} with {} scores does not fit its buffer of {} bytes",
                identity.shape, identity.classes, identity.link_buffer
            );
            return Err(Kind::FaultyDesign { problem }.at(place));
        }
        Ok(identity)
    }

    /// Whether LATENCY and BUSY_CLOCKS are what the core takes, without the link.
    pub fn leaves_out_waits(&self) -> bool {
        self.version >= WAITS_LEFT_OUT
    }

    /// Bytes of a frame.
    pub fn frame_bytes(&self) -> usize {
        self.shape.elements()
    }
}

/// The register STATUS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status(pub u32);

impl Status {
    /// A frame is in the core.
    pub fn busy(self) -> bool {
        self.0 & 1 != 0
    }

    /// Frames can be classified.
    pub fn weights_valid(self) -> bool {
        self.0 & (1 << 1) != 0
    }

    /// A frame ended at the wrong pixel since the last reset.
    pub fn frame_error(self) -> bool {
        self.0 & (1 << 2) != 0
    }

    /// The design takes weights at run time.
    pub fn loadable(self) -> bool {
        self.0 & (1 << 3) != 0
    }

    /// A load has begun and not ended.
    pub fn loading(self) -> bool {
        self.0 & (1 << 4) != 0
    }
}

/// What an accelerator counts, modulo 2³²; in a design without counters all are 0 except frames and link errors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Frames that entered whole.
    pub frames_in: u32,
    /// Frames whose last score left.
    pub frames_out: u32,
    /// Clocks that the core took for the last frame that was in it alone.
    pub latency: u32,
    /// Clocks with a frame in the core in which it did not wait.
    pub busy_clocks: u32,
    /// Events that the engines processed.
    pub events: u32,
    /// Clocks in which a pixel waited for the core.
    pub input_stalls: u32,
    /// Clocks in which a score waited for the host.
    pub output_stalls: u32,
    /// Messages dropped on a serial line.
    pub link_errors: u32,
}

impl Counters {
    /// Their number, from FRAMES_IN on.
    pub const REGISTERS: u8 = 8;

    /// `None` unless there is a word for each.
    pub fn of(registers: &[u32]) -> Option<Counters> {
        let &[frames_in, frames_out, latency, busy_clocks, events, input_stalls, output_stalls, link_errors] =
            registers
        else {
            return None;
        };
        Some(Counters { frames_in, frames_out, latency, busy_clocks, events, input_stalls, output_stalls, link_errors })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of an accelerator that takes 8×8 images.
    const DIGITS: [u32; 10] = [IDENTITY, 0x0001_0003, 7, 1, 8, 8, 10, 0x0204, 0, 100];

    #[test]
    fn an_identity_is_taken_apart() {
        let identity = Identity::of(&DIGITS, "port").unwrap();
        assert_eq!((identity.version, identity.members, identity.timesteps), ((1, 3), 4, 2));
        assert_eq!((identity.clock_hz, identity.frame_bytes()), (None, 64));
    }

    #[test]
    fn what_cannot_work_is_refused() {
        let problem = |changes: &[(Register, u32)]| {
            let mut registers = DIGITS;
            changes.iter().for_each(|&(register, value)| registers[register as usize] = value);
            Identity::of(&registers, "port").unwrap_err().to_string()
        };
        assert!(problem(&[(Register::Identity, 5)]).contains("not an accelerator"));
        assert!(problem(&[(Register::Version, 0x0002_0000)]).contains("version 2.0"));
        for changes in [
            &[(Register::Width, 0)][..],
            &[(Register::Classes, 0)],
            &[(Register::Classes, u32::MAX)],
            &[(Register::LinkBuffer, 70)],
            &[(Register::Width, u32::MAX), (Register::Height, u32::MAX), (Register::Channels, u32::MAX)],
            &[(Register::Width, 8193), (Register::LinkBuffer, u32::MAX)],
        ] {
            assert!(problem(changes).contains("does not fit"), "{changes:?}");
        }
        assert!(Identity::of(&[], "port").is_err());
    }
}
