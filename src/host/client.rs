//! One accelerator, with one request at a time.

use crate::error::{self, Error, Place, Result, Setting};

use super::line::{Line, Outcome, Patience};
use super::message::{Kind, MOST_REGISTERS, Message, words};
use super::registers::{Counters, Identity, RESET_CORE, Register, Status};
use super::{Limits, LinkErrors, Port};

/// Times that the first request is sent within the time limit: an earlier host may have left the accelerator in the middle of one.
const OPENING_TRIES: u32 = 4;

/// An open accelerator.
pub struct Accelerator {
    pub(super) line: Line,
    identity: Identity,
}

impl Accelerator {
    /// Finds out what is behind a port, which is called `name` in errors. Replies to an earlier host are passed over.
    ///
    /// # Errors
    /// [`NobodyAnswers`](error::Kind::NobodyAnswers) within the time limit, and those of [`Identity::of`].
    pub fn open(port: Box<dyn Port>, name: impl Into<String>, limits: Limits) -> Result<Accelerator> {
        let mut line = Line::new(port, name.into(), limits);
        let payload = vec![Register::Identity as u8, Identity::REGISTERS];
        let request = Message::request(Kind::Read, line.next_sequence(), payload);
        let length = 4 * usize::from(Identity::REGISTERS);
        let identity = match line.exchange(&request, length, limits.timeout / OPENING_TRIES, OPENING_TRIES)? {
            Outcome::Answered(payload) => Identity::of(&words(&payload), &line.name)?,
            Outcome::Refused(refusal) => return Err(line.refused("reading its first registers", refusal)),
            Outcome::Lost => return Err(nobody(&line)),
        };
        Ok(Accelerator { line, identity })
    }

    /// What the accelerator says of itself.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What went wrong on the line so far.
    pub fn link(&self) -> LinkErrors {
        self.line.errors
    }

    /// The contents of `count` registers (1 to 64) from `first` on.
    ///
    /// # Errors
    /// [`NoAnswer`](error::Kind::NoAnswer) and [`Refused`](error::Kind::Refused); [`OutOfRange`](error::Kind::OutOfRange) for the count.
    pub fn read_registers(&mut self, first: Register, count: u8) -> Result<Vec<u32>> {
        if !(1..=MOST_REGISTERS).contains(&count) {
            return Err(error::Kind::out_of_range(count, 1.0..=f64::from(MOST_REGISTERS)).at(Setting::Registers));
        }
        let payload = vec![first as u8, count];
        let what = format!("reading register {first:?}");
        self.request(Kind::Read, payload, 4 * usize::from(count), &what).map(|payload| words(&payload))
    }

    /// The content of one register.
    ///
    /// # Errors
    /// As [`Accelerator::read_registers`].
    pub fn read_register(&mut self, register: Register) -> Result<u32> {
        Ok(self.read_registers(register, 1)?.first().copied().unwrap_or(0))
    }

    /// Writes a register. It may be written twice if an answer is lost, which does not matter for any register but LOAD_DATA:
    /// that one is left to [`Accelerator::load_weights`].
    ///
    /// # Errors
    /// [`NoAnswer`](error::Kind::NoAnswer) and [`Refused`](error::Kind::Refused); [`NotWritable`](error::Kind::NotWritable) for LOAD_DATA.
    pub fn write_register(&mut self, register: Register, value: u32) -> Result<()> {
        if register == Register::LoadData {
            return Err(error::Kind::NotWritable.at(Place::Register("LOAD_DATA")));
        }
        let mut payload = vec![register as u8];
        payload.extend(value.to_le_bytes());
        self.request(Kind::Write, payload, 0, &format!("writing register {register:?}")).map(drop)
    }

    /// The register STATUS.
    ///
    /// # Errors
    /// As [`Accelerator::read_registers`].
    pub fn status(&mut self) -> Result<Status> {
        self.read_register(Register::Status).map(Status)
    }

    /// What the accelerator has counted.
    ///
    /// # Errors
    /// As [`Accelerator::read_registers`].
    pub fn counters(&mut self) -> Result<Counters> {
        let words = self.read_registers(Register::FramesIn, Counters::REGISTERS)?;
        Ok(Counters::of(&words).unwrap_or_default())
    }

    /// Resets the core; frames in it are lost.
    ///
    /// # Errors
    /// As [`Accelerator::write_register`].
    pub fn reset(&mut self) -> Result<()> {
        self.write_register(Register::Control, RESET_CORE)
    }

    /// Writes words to LOAD_DATA, once. `false` if there is no answer: LOAD_OFFSET tells whether they arrived.
    pub(super) fn write_data(&mut self, bytes: &[u8]) -> Result<bool> {
        let payload = [&[Register::LoadData as u8], bytes].concat();
        let request = Message::request(Kind::Write, self.line.next_sequence(), payload);
        match self.line.attempt(&request, 0, self.line.limits.timeout, Patience::Hasty)? {
            Outcome::Answered(_) => Ok(true),
            Outcome::Refused(refusal) => Err(self.line.refused("weights", refusal)),
            Outcome::Lost => Ok(false),
        }
    }

    /// Asks until there is an answer; only for requests that may be carried out twice. `length` is that of the reply's payload.
    fn request(&mut self, kind: Kind, payload: Vec<u8>, length: usize, what: &str) -> Result<Vec<u8>> {
        let (limits, tries) = (self.line.limits, self.line.limits.retries + 1);
        let request = Message::request(kind, self.line.next_sequence(), payload);
        match self.line.exchange(&request, length, limits.timeout, tries)? {
            Outcome::Answered(payload) => Ok(payload),
            Outcome::Refused(refusal) => Err(self.line.refused(what, refusal)),
            Outcome::Lost => Err(self.line.silent(what, tries)),
        }
    }
}

/// The error of a port on which nothing answers.
fn nobody(line: &Line) -> Error {
    let seconds = line.limits.timeout.as_secs_f64();
    let heard = match line.heard {
        0 => "nothing came".to_string(),
        bytes => format!("{bytes} bytes came that are not an answer"),
    };
    error::Kind::NobodyAnswers { seconds, heard }.at(Place::accelerator(&line.name))
}
