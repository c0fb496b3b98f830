//! The host side of a generated accelerator: everything that `docs/host-protocol.md` says about a serial line.
//!
//! `framing` finds messages in a stream of bytes, `message` gives them a meaning, `registers` names what an accelerator has.
//! [`Accelerator`] uses them over a [`Port`]: it opens an accelerator, classifies frames and loads weights. Every wait has a limit, and
//! what the line loses is sent again a limited number of times.

mod classify;
mod client;
mod design;
pub mod framing;
mod line;
pub mod measure;
pub mod message;
mod port;
pub mod registers;
#[cfg(feature = "cli")]
mod serial;
mod weights;

use std::time::Duration;

use serde::Serialize;

pub use client::Accelerator;
pub use port::Port;
pub use registers::{Counters, Identity, Register, Status};
#[cfg(feature = "cli")]
pub use serial::Serial;
pub use weights::WeightFile;

/// Bits a second, unless a bitstream was built for others.
pub const DEFAULT_BAUD: u32 = 1_000_000;

/// How long, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A request without an answer for this long counts as lost. The time must cover a message on the line and in the accelerator.
    pub timeout: Duration,
    /// How often a lost message is sent again.
    pub retries: u32,
}

impl Default for Limits {
    /// 2 seconds; 5 times.
    fn default() -> Limits {
        Limits { timeout: Duration::from_secs(2), retries: 5 }
    }
}

/// What went wrong on the line since an accelerator was opened; all of it was repaired.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LinkErrors {
    /// Requests that were sent again.
    pub retries: u64,
    /// Requests that reached the accelerator damaged (code 1).
    pub damaged_requests: u64,
    /// Requests for which the accelerator had no space (code 2).
    pub refused_requests: u64,
    /// Bytes from the accelerator that were not a message.
    pub damaged_replies: u64,
    /// Replies that nobody waited for: to an earlier host, or to something that had been sent again.
    pub stale_replies: u64,
    /// Times that nothing came within the limit.
    pub timeouts: u64,
    /// Times that the core had to be reset, since it gave no scores (code 6).
    pub resets: u64,
}

impl std::fmt::Display for LinkErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} sent again; damaged: {} requests, {} replies; no space for {}; {} time limits; {} stale replies",
            self.retries,
            self.damaged_requests,
            self.damaged_replies,
            self.refused_requests,
            self.timeouts,
            self.stale_replies
        )?;
        if self.resets > 0 { write!(f, "; {} resets of the core", self.resets) } else { Ok(()) }
    }
}
