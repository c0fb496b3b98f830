//! Weights for a design that takes them at run time: the weight file, and how its data gets into an accelerator.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::{Artefact, Kind, Place, Result};
use crate::input;

use super::client::Accelerator;
use super::message::{OVERHEAD, words};
use super::registers::Register;

/// Four letters and the version of the format.
const MAGIC: [u8; 8] = *b"VLYW\x01\0\0\0";
const HEADER: usize = MAGIC.len() + 12;
/// Bytes of a WRITE to LOAD_DATA besides its words.
const WRITE: usize = OVERHEAD + 1;
/// Bytes that are written at once, if the accelerator has space: a loss costs little, and the round trip counts little.
const MOST_AT_ONCE: usize = 1024;

/// Weight data and the design that it is meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightFile {
    /// Fingerprint of the design.
    pub design: u32,
    /// CRC-32 of the data.
    pub crc32: u32,
    /// Whole words.
    pub data: Vec<u8>,
}

impl WeightFile {
    /// Reads a file of weights.
    ///
    /// # Errors
    /// [`Kind::Unreadable`]; [`Kind::Malformed`] for another kind of file, [`Kind::BadChecksum`] for a damaged one.
    pub fn read(path: &Path) -> Result<WeightFile> {
        let bytes = input::read(path, input::MOST_BYTES)
            .map_err(|error| Kind::Unreadable { wanted: Artefact::Weights, error }.at(path))?;
        Self::parse(&bytes).map_err(|kind| kind.at(path))
    }

    /// The content of such a file.
    ///
    /// # Errors
    /// [`Kind::Malformed`] for another kind of file, [`Kind::BadChecksum`] for a damaged one.
    pub fn parse(bytes: &[u8]) -> Result<WeightFile, Kind> {
        let malformed = |problem: String| Kind::malformed(Artefact::Weights, problem);
        let (header, data) =
            bytes.split_at_checked(HEADER).ok_or_else(|| malformed("it is too short for weights".into()))?;
        if header[..4] != MAGIC[..4] {
            return Err(malformed("it is not a file of weights".into()));
        }
        if header[..8] != MAGIC {
            return Err(malformed("it has another version of the format".into()));
        }
        let &[design, crc32, length] = &words(&header[MAGIC.len()..])[..] else {
            return Err(malformed("it has no header".into()));
        };
        if data.len() != length as usize || !length.is_multiple_of(4) || length == 0 {
            let found = data.len();
            return Err(malformed(format!("its data has {found} bytes and should have {length}, whole words")));
        }
        let found = crc32fast::hash(data);
        if found != crc32 {
            return Err(Kind::BadChecksum { found, expected: crc32 });
        }
        Ok(WeightFile { design, crc32, data: data.to_vec() })
    }
}

impl Accelerator {
    /// Loads weights and checks that the accelerator uses them. `done` is told how many more bytes were taken. If this fails on the way, the
    /// accelerator has no weights until a load succeeds.
    ///
    /// # Errors
    /// [`Kind::OtherDesign`], [`Kind::WeightsBuiltIn`], and [`Kind::WeightsNotLoaded`] if the accelerator does not end with these weights;
    /// as [`read_registers`](Accelerator::read_registers) if it does not answer.
    pub fn load_weights(&mut self, weights: &WeightFile, done: &mut dyn FnMut(usize)) -> Result<()> {
        let identity = *self.identity();
        if weights.design != identity.design {
            let (given, own) = (weights.design, identity.design);
            let problem =
                format!("the weights are for design {given:#010x}, and the accelerator is design {own:#010x}");
            let advice = "write them for the core that this bitstream was made from";
            return Err(Kind::OtherDesign { problem }.at(self.place()).advise(advice));
        }
        if !self.status()?.loadable() {
            return Err(Kind::WeightsBuiltIn.at(self.place()));
        }
        self.write_register(Register::LoadStart, weights.crc32)?;
        let data = &weights.data[..];
        let most = identity.link_buffer.saturating_sub(WRITE).clamp(4, MOST_AT_ONCE) / 4 * 4;
        let (mut taken, mut losses) = (0, 0);
        while taken < data.len() {
            let end = data.len().min(taken + most);
            let now = if self.write_data(&data[taken..end])? {
                end
            } else {
                // The accelerator carries out requests in order, so this is its state after that write.
                let offset = self.read_register(Register::LoadOffset)? as usize;
                if !(taken..=end).contains(&offset) || !offset.is_multiple_of(4) {
                    let problem = format!("byte {offset} is next in the accelerator, and {taken} to {end} were sent");
                    let advice = "let no other program use the port, and load again";
                    return Err(Kind::WeightsNotLoaded { problem, advice }.at(self.place()));
                }
                self.line.errors.retries += u64::from(offset < end);
                offset
            };
            losses = if now > taken { 0 } else { losses + 1 };
            if losses > self.line.limits.retries {
                return Err(self.line.silent(&format!("weights from byte {taken} on"), losses));
            }
            done(now - taken);
            taken = now;
        }
        self.check_weights(weights)
    }

    /// Checks that the accelerator has taken them.
    fn check_weights(&mut self, weights: &WeightFile) -> Result<()> {
        let until = Instant::now() + self.line.limits.timeout;
        let mut status = self.status()?;
        while status.loading() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
            status = self.status()?;
        }
        let found = self.read_registers(Register::Weights, 2)?;
        if status.weights_valid() && !status.loading() && found == [weights.crc32, weights.data.len() as u32] {
            return Ok(());
        }
        let problem = format!(
            "the weights were sent and are {} in the accelerator: checksum {:#010x} of {} bytes, sent were {:#010x} of {}",
            if status.weights_valid() { "not the same" } else { "not valid" },
            found.first().copied().unwrap_or(0),
            found.get(1).copied().unwrap_or(0),
            weights.crc32,
            weights.data.len()
        );
        let advice = "load them again; if it happens again, the bitstream is of another design";
        Err(Kind::WeightsNotLoaded { problem, advice }.at(self.place()))
    }

    fn place(&self) -> Place {
        Place::accelerator(&self.line.name)
    }
}
