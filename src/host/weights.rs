//! Weights for a design that takes them at run time: the file that holds an image, and its way into a device.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::input;

use super::client::Accelerator;
use super::message::{OVERHEAD, words};
use super::registers::Register;

/// Four letters and the version of the format.
const MAGIC: [u8; 8] = *b"VLYW\x01\0\0\0";
const HEADER: usize = MAGIC.len() + 12;
/// Bytes of a WRITE to LOAD_DATA besides its words.
const WRITE: usize = OVERHEAD + 1;
/// Bytes that are written at once, if the device has room: a loss costs little, and the way there and back counts little.
const MOST_AT_ONCE: usize = 1024;

/// An image of weights and the design that it is meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightsFile {
    /// Fingerprint of the design.
    pub design: u32,
    /// CRC-32 of the image.
    pub crc32: u32,
    /// Whole words.
    pub image: Vec<u8>,
}

impl WeightsFile {
    /// Reads a file that `volley weights` wrote.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::File`] for another kind of file, or a damaged one.
    pub fn read(path: &Path) -> Result<WeightsFile> {
        let advice = "give a file that `volley weights` wrote";
        let bytes = input::read(path, input::MOST_BYTES).map_err(|source| Error::io(path, source, advice))?;
        Self::parse(&bytes).map_err(|problem| Error::file(path, problem, advice))
    }

    /// The content of such a file; the error says what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<WeightsFile, String> {
        let (header, image) = bytes.split_at_checked(HEADER).ok_or("it is too short for weights")?;
        if header[..4] != MAGIC[..4] {
            return Err("these are no weights".into());
        }
        if header[..8] != MAGIC {
            return Err("it is of another version of the format".into());
        }
        let &[design, crc32, length] = &words(&header[MAGIC.len()..])[..] else {
            return Err("it has no header".into());
        };
        if image.len() != length as usize || !length.is_multiple_of(4) || length == 0 {
            return Err(format!("its image has {} bytes and should have {length}, whole words", image.len()));
        }
        let found = crc32fast::hash(image);
        if found != crc32 {
            return Err(format!("it is damaged: its checksum is {found:#010x} and should be {crc32:#010x}"));
        }
        Ok(WeightsFile { design, crc32, image: image.to_vec() })
    }
}

impl Accelerator {
    /// Loads weights and checks that the device uses them. `done` is told how many more bytes were taken. If this fails on the way, the
    /// device has no weights until a load succeeds.
    ///
    /// # Errors
    /// [`Error::Device`] if the weights are of another design, the design has its weights built in, the device does not answer, or
    /// it does not end with these weights.
    pub fn load_weights(&mut self, weights: &WeightsFile, done: &mut dyn FnMut(usize)) -> Result<()> {
        let identity = *self.identity();
        if weights.design != identity.design {
            let (given, own) = (weights.design, identity.design);
            let problem = format!("the weights are for design {given:#010x}, the device is design {own:#010x}");
            return Err(self.unloaded(problem, "write them with `volley weights` for the RTL folder of this bitstream"));
        }
        if !self.status()?.loadable() {
            let advice = "generate with --weights runtime for one that can take others";
            return Err(self.unloaded("the design has its weights built in".into(), advice));
        }
        self.write_register(Register::LoadStart, weights.crc32)?;
        let image = &weights.image[..];
        let most = identity.link_buffer.saturating_sub(WRITE).clamp(4, MOST_AT_ONCE) / 4 * 4;
        let (mut taken, mut losses) = (0, 0);
        while taken < image.len() {
            let end = image.len().min(taken + most);
            let now = if self.write_data(&image[taken..end])? {
                end
            } else {
                // The device carries out requests in order, so this is where it stands after that write.
                let offset = self.read_register(Register::LoadOffset)? as usize;
                if !(taken..=end).contains(&offset) || !offset.is_multiple_of(4) {
                    let problem = format!("byte {offset} is next in the device, and {taken} to {end} were sent");
                    return Err(self.unloaded(problem, "let no other program use the port, and load again"));
                }
                self.line.report.retries += u64::from(offset < end);
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

    /// That the device has taken them.
    fn check_weights(&mut self, weights: &WeightsFile) -> Result<()> {
        let until = Instant::now() + self.line.limits.timeout;
        let mut status = self.status()?;
        while status.loading() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
            status = self.status()?;
        }
        let found = self.read_registers(Register::Weights, 2)?;
        if status.weights_valid() && !status.loading() && found == [weights.crc32, weights.image.len() as u32] {
            return Ok(());
        }
        let problem = format!(
            "the weights were sent and are {} in the device: checksum {:#010x} of {} bytes, sent were {:#010x} of {}",
            if status.weights_valid() { "not the same" } else { "not valid" },
            found.first().copied().unwrap_or(0),
            found.get(1).copied().unwrap_or(0),
            weights.crc32,
            weights.image.len()
        );
        Err(self.unloaded(problem, "load them again; if it stays so, the bitstream is of another design"))
    }

    fn unloaded(&self, problem: String, advice: &str) -> Error {
        Error::device(&self.line.name, problem, advice)
    }
}
