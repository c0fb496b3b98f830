//! Requests and answers.

use crate::error;

/// Bytes of a message's body besides its payload: kind, sequence, length and FCS.
pub const OVERHEAD: usize = HEADER + super::framing::FCS_BYTES;
const HEADER: usize = 5;
/// Bytes of the longest payload.
pub const MOST_PAYLOAD: usize = u16::MAX as usize;
/// Bytes of the longest content: a message without its FCS.
pub const MOST_CONTENT: usize = HEADER + MOST_PAYLOAD;
/// Registers that one READ may ask for.
pub const MOST_REGISTERS: u8 = 64;
/// The sequence of an ERROR that answers an unreadable message.
pub const NO_SEQUENCE: u16 = 0xFFFF;
/// The kind of a refusal.
pub const ERROR: u8 = 0xFF;

/// Requests of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Values of registers, one after the other.
    Read = 0x01,
    /// A value for a register.
    Write = 0x02,
    /// The pixels of a frame; its scores come back.
    Frame = 0x03,
}

impl Kind {
    /// The kind of the reply to a kind of request.
    pub fn reply(request: u8) -> u8 {
        request | 0x80
    }
}

/// A request or a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// A [`Kind`], its [`Kind::reply`], or [`ERROR`].
    pub kind: u8,
    /// Chosen by the host; the reply repeats it.
    pub sequence: u16,
    /// At most [`MOST_PAYLOAD`] bytes.
    pub payload: Vec<u8>,
}

impl Message {
    /// A request.
    pub fn request(kind: Kind, sequence: u16, payload: Vec<u8>) -> Message {
        Message { kind: kind as u8, sequence, payload }
    }

    /// Its body without the FCS.
    pub fn content(&self) -> Vec<u8> {
        let mut content = Vec::with_capacity(HEADER + self.payload.len());
        content.push(self.kind);
        content.extend(self.sequence.to_le_bytes());
        content.extend((self.payload.len() as u16).to_le_bytes());
        content.extend(&self.payload);
        content
    }

    /// `None` if the length is not that of the payload.
    pub fn parse(content: &[u8]) -> Option<Message> {
        let (header, payload) = content.split_at_checked(HEADER)?;
        let &[kind, s0, s1, l0, l1] = header else { return None };
        let length = usize::from(u16::from_le_bytes([l0, l1]));
        (length == payload.len()).then(|| Message {
            kind,
            sequence: u16::from_le_bytes([s0, s1]),
            payload: payload.to_vec(),
        })
    }

    /// Why it refuses, if it is an ERROR.
    pub fn refusal(&self) -> Option<Refusal> {
        match (self.kind, &self.payload[..]) {
            (ERROR, &[code]) => Some(Refusal::of(code)),
            _ => None,
        }
    }
}

/// The code of an ERROR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// 1: a request came damaged.
    Damaged,
    /// 2: no space for a request.
    NoSpace,
    /// 3: the length does not fit this design.
    Length,
    /// 4: no such kind.
    Kind,
    /// 5: the weights are not valid.
    Weights,
    /// 6: the core gave no scores in time.
    Stuck,
    /// Any other.
    Unknown(u8),
}

impl Refusal {
    /// By its number.
    pub fn of(code: u8) -> Refusal {
        match code {
            1 => Refusal::Damaged,
            2 => Refusal::NoSpace,
            3 => Refusal::Length,
            4 => Refusal::Kind,
            5 => Refusal::Weights,
            6 => Refusal::Stuck,
            other => Refusal::Unknown(other),
        }
    }

    /// Its number.
    pub fn code(self) -> u8 {
        match self {
            Refusal::Damaged => 1,
            Refusal::NoSpace => 2,
            Refusal::Length => 3,
            Refusal::Kind => 4,
            Refusal::Weights => 5,
            Refusal::Stuck => 6,
            Refusal::Unknown(code) => code,
        }
    }

    /// The error of a refused `request`.
    pub fn explain(self, request: &str) -> error::Kind {
        let design = "it is another design, or another version of the protocol: build and flash the bitstream again";
        let (reason, advice) = match self {
            Refusal::Damaged => ("it arrived damaged", "check the cable and the baud rate"),
            Refusal::NoSpace => ("the accelerator has no space for it", "let no other program use the port"),
            Refusal::Length => ("its length does not fit the design", design),
            Refusal::Kind => ("the accelerator does not know such a request", design),
            Refusal::Weights => (
                "the weights of the accelerator are not valid: none were loaded, or a load was interrupted",
                "load weights into it",
            ),
            Refusal::Stuck => {
                ("the core gave no scores", "if it happens again, the bitstream is faulty: check that it met its clock")
            }
            Refusal::Unknown(_) => ("it is refused for an unknown reason", design),
        };
        error::Kind::Refused { request: request.into(), code: self.code(), reason, advice }
    }
}

/// The words of a payload that holds only words.
pub fn words(payload: &[u8]) -> Vec<u32> {
    payload.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn messages_come_back(kind in any::<u8>(), sequence in any::<u16>(), payload in prop::collection::vec(any::<u8>(), 0..300)) {
            let message = Message { kind, sequence, payload };
            prop_assert_eq!(Message::parse(&message.content()), Some(message));
        }

        #[test]
        fn any_content_is_a_message_or_none(content in prop::collection::vec(any::<u8>(), 0..12)) {
            if let Some(message) = Message::parse(&content) {
                prop_assert_eq!(message.content(), content);
            }
        }
    }
}
