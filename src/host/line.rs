//! A line to an accelerator: requests go out, whole messages come back, and what the line loses is sent again.

use std::time::{Duration, Instant};

use crate::error::{self, Error, Place, Result};

use super::framing::{self, Decoder};
use super::message::{self, Kind, MOST_CONTENT, Message, NO_SEQUENCE, Refusal};
use super::{Limits, LinkErrors, Port};

/// Bytes that are taken from the port at once.
const CHUNK: usize = 4096;

/// A port and what is known of its traffic.
pub(super) struct Line {
    port: Box<dyn Port>,
    /// Of the port, for messages.
    pub name: String,
    pub limits: Limits,
    pub errors: LinkErrors,
    /// All bytes that have come.
    pub heard: u64,
    decoder: Decoder,
    /// Bytes that came; those from `at` on are not decoded yet.
    received: Vec<u8>,
    at: usize,
    sequence: u16,
}

/// What came over the line.
pub(super) enum Heard {
    Reply(Message),
    /// An ERROR that does not name a request: something was lost.
    Refused(Refusal),
    /// Something that was not a message.
    Damaged,
    /// Nothing before the time was over.
    Silence,
}

/// How a request ended.
pub(super) enum Outcome {
    Answered(Vec<u8>),
    Refused(Refusal),
    /// It, or its reply, did not arrive.
    Lost,
}

/// How a single try waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// It ends when something on the line was damaged, since that may have been the reply.
    Hasty,
    /// It ends with an answer, or when the time is over.
    Long,
}

impl Line {
    pub fn new(port: Box<dyn Port>, name: String, limits: Limits) -> Line {
        Line {
            port,
            name,
            limits,
            errors: LinkErrors::default(),
            heard: 0,
            decoder: Decoder::new(MOST_CONTENT),
            received: Vec::new(),
            at: 0,
            sequence: random_sequence(),
        }
    }

    /// Sends a request up to `tries` times: again at once when something on the line was damaged, and whenever `wait` is over.
    /// Only for requests that may be carried out twice. `length` is that of the reply's payload.
    pub fn exchange(&mut self, request: &Message, length: usize, wait: Duration, tries: u32) -> Result<Outcome> {
        for last in (0..tries).rev() {
            // An accelerator that complains is alive, so the last try waits for its reply whatever else comes.
            let patience = if last == 0 { Patience::Long } else { Patience::Hasty };
            match self.attempt(request, length, wait, patience)? {
                Outcome::Lost | Outcome::Refused(Refusal::Damaged | Refusal::NoSpace) if last > 0 => {
                    self.errors.retries += 1;
                }
                outcome => return Ok(outcome),
            }
        }
        Ok(Outcome::Lost)
    }

    /// Sends a request once.
    pub fn attempt(&mut self, request: &Message, length: usize, wait: Duration, patience: Patience) -> Result<Outcome> {
        self.send(request)?;
        let until = Instant::now() + wait;
        loop {
            match self.listen(until)? {
                Heard::Reply(reply) if answers(&reply, request.sequence, request.kind, length) => {
                    return Ok(reply.refusal().map_or(Outcome::Answered(reply.payload), Outcome::Refused));
                }
                Heard::Reply(_) => self.errors.stale_replies += 1,
                Heard::Refused(_) | Heard::Damaged if patience == Patience::Long => {}
                Heard::Refused(_) | Heard::Damaged | Heard::Silence => return Ok(Outcome::Lost),
            }
        }
    }

    /// Puts a message on the line.
    pub fn send(&mut self, message: &Message) -> Result<()> {
        let line = framing::encode(&message.content());
        self.port.send(line).map_err(|error| gone(&self.name, error))
    }

    /// The next thing that comes, until a time.
    pub fn listen(&mut self, until: Instant) -> Result<Heard> {
        loop {
            while let Some(&byte) = self.received.get(self.at) {
                self.at += 1;
                if let Some(content) = self.decoder.push(byte) {
                    let message = content.ok().and_then(|content| Message::parse(&content));
                    return Ok(self.sort(message));
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.errors.timeouts += 1;
                return Ok(Heard::Silence);
            }
            self.received.resize(CHUNK, 0);
            let count = self.port.receive(&mut self.received, left).map_err(|error| gone(&self.name, error))?;
            self.received.truncate(count);
            self.at = 0;
            self.heard += count as u64;
        }
    }

    /// The kind of what came; trouble is counted.
    fn sort(&mut self, message: Option<Message>) -> Heard {
        let Some(message) = message else {
            self.errors.damaged_replies += 1;
            return Heard::Damaged;
        };
        match message.refusal() {
            Some(refusal) if message.sequence == NO_SEQUENCE => {
                match refusal {
                    Refusal::NoSpace => self.errors.refused_requests += 1,
                    _ => self.errors.damaged_requests += 1,
                }
                Heard::Refused(refusal)
            }
            _ => Heard::Reply(message),
        }
    }

    pub fn next_sequence(&mut self) -> u16 {
        let sequence = self.sequence;
        self.sequence = (sequence + 1) % NO_SEQUENCE;
        sequence
    }

    /// The error of a refused request.
    pub fn refused(&self, what: &str, refusal: Refusal) -> Error {
        refusal.explain(what).at(Place::accelerator(&self.name))
    }

    /// The error of a request without an answer.
    pub fn silent(&self, what: &str, tries: u32) -> Error {
        let seconds = self.limits.timeout.as_secs_f64();
        let link = self.errors.to_string();
        error::Kind::NoAnswer { request: what.into(), seconds, tries, link }.at(Place::accelerator(&self.name))
    }
}

/// Whether a message can only be the reply to this request.
pub(super) fn answers(reply: &Message, sequence: u16, kind: u8, length: usize) -> bool {
    let answer = reply.kind == Kind::reply(kind) && reply.payload.len() == length;
    reply.sequence == sequence && (answer || (reply.kind == message::ERROR && reply.refusal().is_some()))
}

fn gone(name: &str, error: std::io::Error) -> Error {
    error::Kind::PortGone { error }.at(Place::accelerator(name))
}

/// It is hardly the number at which an earlier host stopped. The standard library's hasher is the only randomness without a dependency.
fn random_sequence() -> u16 {
    use std::hash::{BuildHasher, Hasher};
    let random = std::hash::RandomState::new().build_hasher().finish();
    (random % u64::from(NO_SEQUENCE)) as u16
}
