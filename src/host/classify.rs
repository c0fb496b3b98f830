//! Frames in, scores out, with as many frames on the way as the accelerator has space for.
//!
//! An accelerator answers in the order in which it was asked. So a reply also says that earlier requests without an answer were lost.
//! When the line complains without naming a request, a READ after all others finds out which were lost: its reply comes when all of
//! them are settled. It is called a fence here.

use std::collections::VecDeque;
use std::time::Instant;

use crate::error::{self, Place, Result};

use super::client::Accelerator;
use super::line::{Heard, answers};
use super::message::{Kind, Message, OVERHEAD, Refusal, words};
use super::registers::Register;

/// Bytes of a fence's body.
const FENCE: usize = OVERHEAD + 2;
/// Fences on the way at a time; the line may damage them, too.
const MOST_FENCES: usize = 4;

/// A request on its way. `frame` is `None` for a fence.
struct Sent {
    sequence: u16,
    frame: Option<usize>,
    bytes: usize,
}

/// A call of [`Accelerator::classify`].
struct Batch<'a> {
    accelerator: &'a mut Accelerator,
    frames: &'a [&'a [u8]],
    /// Number of the first frame, for messages.
    first: usize,
    scores: Vec<Option<Vec<i32>>>,
    /// Times that each frame was sent, and its sequence number. A frame keeps its number, so a late reply still belongs to it.
    tries: Vec<u32>,
    sequences: Vec<Option<u16>>,
    /// Frames to send, in this order.
    waiting: VecDeque<usize>,
    /// What is not answered, in the order in which it was sent.
    sent: VecDeque<Sent>,
    /// Bytes of frames that may be on the way.
    window: usize,
    fence_wanted: bool,
    /// The core is stuck: nothing more is sent before it is reset.
    reset_wanted: bool,
    /// Time limits in a row.
    silences: u32,
}

impl Accelerator {
    /// The scores of frames, each a byte a channel, pixel by pixel, row by row; a score a class. `first` is the number of the
    /// first of them in messages; `done` is told how many more are answered.
    ///
    /// # Errors
    /// [`FrameSize`](error::Kind::FrameSize) for a frame of another size; [`Refused`](error::Kind::Refused) and [`FrameLost`](error::Kind::FrameLost) naming the frame that the accelerator refuses, or that was lost
    /// more often than the limits allow.
    pub fn classify(&mut self, frames: &[&[u8]], first: usize, done: &mut dyn FnMut(usize)) -> Result<Vec<Vec<i32>>> {
        let identity = *self.identity();
        let size = identity.frame_bytes();
        if let Some(at) = frames.iter().position(|frame| frame.len() != size) {
            let kind = error::Kind::FrameSize { found: frames[at].len(), expected: size, shape: identity.shape };
            return Err(kind.at(Place::Frame(first + at)));
        }
        // Space is left for a fence, if both fit.
        let space = identity.link_buffer;
        let window = if OVERHEAD + size + FENCE <= space { space - FENCE } else { space };
        let mut batch = Batch {
            accelerator: self,
            frames,
            first,
            scores: vec![None; frames.len()],
            tries: vec![0; frames.len()],
            sequences: vec![None; frames.len()],
            waiting: (0..frames.len()).collect(),
            sent: VecDeque::new(),
            window,
            fence_wanted: false,
            reset_wanted: false,
            silences: 0,
        };
        batch.run(done)?;
        Ok(batch.scores.into_iter().flatten().collect())
    }
}

impl Batch<'_> {
    fn run(&mut self, done: &mut dyn FnMut(usize)) -> Result<()> {
        let mut progress = Instant::now();
        while self.scores.iter().any(Option::is_none) {
            if self.sent.is_empty() {
                progress = Instant::now();
                if std::mem::take(&mut self.reset_wanted) {
                    self.accelerator.line.errors.resets += 1;
                    self.accelerator.reset()?;
                }
            }
            self.fill()?;
            match self.accelerator.line.listen(progress + self.accelerator.line.limits.timeout)? {
                Heard::Reply(reply) => {
                    let Some(at) = self.sent.iter().position(|sent| self.is_answer(&reply, sent)) else {
                        self.accelerator.line.errors.stale_replies += 1;
                        continue;
                    };
                    (progress, self.silences) = (Instant::now(), 0);
                    done(self.take(at, &reply)?);
                }
                Heard::Refused(refusal) => {
                    if refusal == Refusal::NoSpace {
                        self.window = self.least_window().max(self.window / 2);
                    }
                    self.fence_wanted = true;
                }
                Heard::Damaged => self.fence_wanted = true,
                Heard::Silence => {
                    progress = Instant::now();
                    self.silence()?;
                }
            }
        }
        Ok(())
    }

    fn least_window(&self) -> usize {
        OVERHEAD + self.accelerator.identity().frame_bytes()
    }

    /// Sends what there is space for.
    fn fill(&mut self) -> Result<()> {
        let mut bytes: usize = self.sent.iter().map(|sent| sent.bytes).sum();
        let fences = self.sent.iter().filter(|sent| sent.frame.is_none()).count();
        let frames = self.sent.len() > fences;
        let space = bytes + FENCE <= self.accelerator.identity().link_buffer && fences < MOST_FENCES;
        if std::mem::take(&mut self.fence_wanted) && frames && space {
            let sequence = self.accelerator.line.next_sequence();
            let payload = vec![Register::Identity as u8, 1];
            self.accelerator.line.send(&Message::request(Kind::Read, sequence, payload))?;
            self.sent.push_back(Sent { sequence, frame: None, bytes: FENCE });
            bytes += FENCE;
        }
        while !self.reset_wanted
            && let Some(&frame) = self.waiting.front()
        {
            let size = OVERHEAD + self.frames[frame].len();
            if bytes + size > self.window {
                break;
            }
            self.waiting.pop_front();
            let sequence = *self.sequences[frame].get_or_insert_with(|| self.accelerator.line.next_sequence());
            self.tries[frame] += 1;
            if self.tries[frame] > 1 {
                self.accelerator.line.errors.retries += 1;
            }
            self.accelerator.line.send(&Message::request(Kind::Frame, sequence, self.frames[frame].to_vec()))?;
            self.sent.push_back(Sent { sequence, frame: Some(frame), bytes: size });
            bytes += size;
        }
        Ok(())
    }

    fn is_answer(&self, reply: &Message, sent: &Sent) -> bool {
        match sent.frame {
            Some(_) => answers(reply, sent.sequence, Kind::Frame as u8, 4 * self.accelerator.identity().classes),
            None => answers(reply, sent.sequence, Kind::Read as u8, 4),
        }
    }

    /// Takes the reply to the `at`-th request on its way. Returns how many frames it answers.
    fn take(&mut self, at: usize, reply: &Message) -> Result<usize> {
        let lost: Vec<_> = self.sent.drain(..at).collect();
        let answered = self.sent.pop_front();
        let again = lost.iter().filter_map(|sent| sent.frame);
        let frame = answered.and_then(|sent| sent.frame);
        let Some(frame) = frame else {
            // A fence; if it is refused, no harm is done.
            self.again(again.collect())?;
            return Ok(0);
        };
        match reply.refusal() {
            None => {
                self.scores[frame] = Some(words(&reply.payload).into_iter().map(u32::cast_signed).collect());
                self.again(again.collect())?;
                return Ok(1);
            }
            Some(Refusal::Stuck) => self.reset_wanted = true,
            Some(Refusal::Damaged | Refusal::NoSpace) => {}
            Some(refusal) => return Err(self.accelerator.line.refused(&self.name(frame), refusal)),
        }
        self.again(again.chain([frame]).collect())?;
        Ok(0)
    }

    /// Nothing came within the limit: everything on its way is lost.
    fn silence(&mut self) -> Result<()> {
        self.silences += 1;
        let lost: Vec<_> = self.sent.drain(..).filter_map(|sent| sent.frame).collect();
        if self.silences > self.accelerator.line.limits.retries {
            let frame = lost.first().or(self.waiting.front()).copied().unwrap_or(0);
            return Err(self.accelerator.line.silent(&self.name(frame), self.silences));
        }
        self.again(lost)
    }

    /// Puts lost frames, in order, before those that wait.
    fn again(&mut self, frames: Vec<usize>) -> Result<()> {
        for &frame in frames.iter().rev() {
            if self.tries[frame] > self.accelerator.line.limits.retries {
                let link = self.accelerator.link().to_string();
                let kind = error::Kind::FrameLost { frame: self.first + frame, tries: self.tries[frame], link };
                return Err(kind.at(Place::accelerator(&self.accelerator.line.name)));
            }
            self.waiting.push_front(frame);
        }
        Ok(())
    }

    fn name(&self, frame: usize) -> String {
        format!("frame {}", self.first + frame)
    }
}
