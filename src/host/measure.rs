//! A measured run: frames are sent, scores compared with the model's, times taken.
//!
//! The first frames, half of them and at most 20, are sent one at a time, which gives the latency: what the core takes for a frame, and
//! apart from it the round trip, in which the link is. The others are sent as many at once as the accelerator has space for, which
//! gives the throughput.

use std::time::Instant;

use super::{Accelerator, Counters, Identity, LinkErrors, Register};
use crate::Result;
use crate::data::Images;
use crate::error::{Kind, Place};
use crate::model::{Model, class_of};
use serde::Serialize;

/// Frames that are sent one at a time, at most.
const MOST_SINGLE: usize = 20;

/// Everything that a run found out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// What the accelerator says of itself.
    pub accelerator: Identity,
    /// Frames classified.
    pub frames: usize,
    /// Frames that got the class of their label; `None` without labels.
    pub right: Option<usize>,
    /// `None` if the design does not count it, or counts the link's time with it.
    pub latency: Option<Latency>,
    /// Of the frames that were sent one at a time.
    pub round_trip: RoundTrip,
    /// `None` if all frames were sent one at a time.
    pub throughput: Option<Throughput>,
    /// What the accelerator counted.
    pub counters: Totals,
    /// What the line lost.
    pub link: LinkErrors,
    /// `None` without a model to compare with.
    pub check: Option<Check>,
}

/// What the core takes from a frame's first pixel to its last score. Clocks in which it waits for the link are not in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Latency {
    /// Least, median, most.
    pub clocks: [u32; 3],
    /// Of the median; `None` if the clock is not known.
    pub microseconds: Option<f64>,
}

/// From the host to the accelerator and back, seconds; the line and the operating system are in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoundTrip {
    /// Frames that were sent one at a time.
    pub frames: usize,
    /// Seconds.
    pub median: f64,
    /// Seconds that 95 % of the frames do not exceed.
    pub p95: f64,
    /// Seconds of the median that the core did not take: those of the link and the host. `None` if the core's are not known.
    pub outside_core: Option<f64>,
}

/// With many frames on the way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Throughput {
    /// Frames that were sent together.
    pub frames: u64,
    /// Of these, the line included.
    pub frames_per_second: f64,
}

/// What the accelerator counted during the run; 0 where the design does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Frames that entered the core.
    pub frames_in: u64,
    /// Frames whose scores left it.
    pub frames_out: u64,
    /// Clocks with a frame in the core in which it did not wait for the link.
    pub busy_clocks: u64,
    /// Events of all engines.
    pub events: u64,
    /// Clocks in which a pixel waited.
    pub input_stalls: u64,
    /// Clocks in which a score waited.
    pub output_stalls: u64,
    /// Damaged messages.
    pub link_errors: u64,
}

/// Scores against the model's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Scores.
    pub compared: u64,
    /// Scores that differ; 0 is the only good number.
    pub differ: u64,
    /// Where the first one differs, and how.
    pub first: Option<String>,
}

/// A run under way.
pub struct Measurement {
    before: Counters,
    totals: Totals,
    frames: usize,
    right: Option<usize>,
    latencies: Vec<u32>,
    /// Seconds.
    trips: Vec<f64>,
    /// Frames that were sent together, and seconds.
    together: (u64, f64),
    check: Option<Check>,
}

impl Measurement {
    /// Begins with a look at the counters.
    ///
    /// # Errors
    /// [`Kind::NoAnswer`] and [`Kind::Refused`].
    pub fn new(accelerator: &mut Accelerator) -> Result<Measurement> {
        Ok(Measurement {
            before: accelerator.counters()?,
            totals: Totals::default(),
            frames: 0,
            right: None,
            latencies: Vec::new(),
            trips: Vec::new(),
            together: (0, 0.0),
            check: None,
        })
    }

    /// Sends some more of `all` images, and compares their scores with those of `model`. `done` is told how many more frames are done.
    /// Few enough images at a time that no counter of the accelerator wraps: some hundreds.
    ///
    /// # Errors
    /// [`Kind::NoAnswer`], [`Kind::Refused`] and [`Kind::FrameLost`]; [`Kind::FaultyDesign`] for an accelerator that contradicts itself.
    pub fn add(
        &mut self,
        accelerator: &mut Accelerator,
        images: &Images,
        all: usize,
        model: Option<&Model>,
        done: &mut dyn FnMut(usize),
    ) -> Result<()> {
        let standard = images.pixels.as_standard_layout();
        let size = accelerator.identity().frame_bytes();
        let frames: Vec<&[u8]> = standard.as_slice().unwrap_or(&[]).chunks_exact(size).collect();
        let mut scores = Vec::with_capacity(frames.len());
        // The others are sent together; a single frame at least gives its own time.
        let single = if self.frames == 0 { all.div_ceil(2).min(MOST_SINGLE).min(frames.len()) } else { 0 };
        let (alone, together) = frames.split_at(single);
        for (index, frame) in alone.iter().enumerate() {
            let start = Instant::now();
            scores.extend(accelerator.classify(&[frame], index, done)?);
            self.trips.push(start.elapsed().as_secs_f64());
            self.latencies.push(accelerator.read_register(Register::Latency)?);
        }
        let start = Instant::now();
        scores.extend(accelerator.classify(together, self.frames + single, done)?);
        self.together.0 += together.len() as u64;
        self.together.1 += start.elapsed().as_secs_f64();
        if let Some(labels) = &images.labels {
            let right = scores.iter().zip(labels).filter(|(scores, label)| class_of(scores) == **label as usize);
            *self.right.get_or_insert(0) += right.count();
        }
        if let Some(model) = model {
            let wanted = model.scores_all(images, &|_| ());
            self.check.get_or_insert_default().add(&scores, &wanted, self.frames);
        }
        self.frames += frames.len();
        let now = accelerator.counters()?;
        self.totals.add(&self.before, &now);
        self.before = now;
        if accelerator.status()?.frame_error() {
            let problem = "a frame ended at the wrong pixel in the core (STATUS)".into();
            return Err(Kind::FaultyDesign { problem }.at(Place::accelerator("the accelerator")));
        }
        Ok(())
    }

    /// The results.
    pub fn finish(mut self, accelerator: &Accelerator) -> Measured {
        let identity = *accelerator.identity();
        self.latencies.sort_unstable();
        self.trips.sort_unstable_by(f64::total_cmp);
        // A design without counters has 0 there.
        let clocks = match &self.latencies[..] {
            _ if !identity.leaves_out_waits() => None,
            [least, .., most] if *most > 0 => Some([*least, quantile(&self.latencies, 0.5), *most]),
            [only] if *only > 0 => Some([*only; 3]),
            _ => None,
        };
        let latency = clocks.map(|clocks| Latency {
            clocks,
            microseconds: identity.clock_hz.map(|hz| 1e6 * f64::from(clocks[1]) / f64::from(hz)),
        });
        if !identity.leaves_out_waits() {
            self.totals.busy_clocks = 0;
        }
        let median = quantile(&self.trips, 0.5);
        let core_seconds = latency.as_ref().and_then(|latency| latency.microseconds).map(|time| 1e-6 * time);
        let (frames, seconds) = self.together;
        Measured {
            accelerator: identity,
            frames: self.frames,
            right: self.right,
            latency,
            round_trip: RoundTrip {
                frames: self.trips.len(),
                median,
                p95: quantile(&self.trips, 0.95),
                outside_core: core_seconds.map(|time| (median - time).max(0.0)),
            },
            throughput: (frames > 0)
                .then(|| Throughput { frames, frames_per_second: frames as f64 / seconds.max(1e-9) }),
            counters: self.totals,
            link: accelerator.link(),
            check: self.check,
        }
    }
}

impl Totals {
    /// What was counted between two looks.
    fn add(&mut self, before: &Counters, now: &Counters) {
        let since = |now: u32, before: u32| u64::from(now.wrapping_sub(before));
        self.frames_in += since(now.frames_in, before.frames_in);
        self.frames_out += since(now.frames_out, before.frames_out);
        self.busy_clocks += since(now.busy_clocks, before.busy_clocks);
        self.events += since(now.events, before.events);
        self.input_stalls += since(now.input_stalls, before.input_stalls);
        self.output_stalls += since(now.output_stalls, before.output_stalls);
        self.link_errors += since(now.link_errors, before.link_errors);
    }
}

impl Check {
    /// Compares frames, the first of which is number `first`.
    fn add(&mut self, scores: &[Vec<i32>], wanted: &[Vec<i64>], first: usize) {
        for (frame, (scores, wanted)) in scores.iter().zip(wanted).enumerate() {
            for (class, (&score, &wanted)) in scores.iter().zip(wanted).enumerate() {
                self.compared += 1;
                if i64::from(score) != wanted {
                    self.differ += 1;
                    let frame = first + frame;
                    self.first.get_or_insert_with(|| {
                        format!("frame {frame}, class {class}: the accelerator has {score}, the model {wanted}")
                    });
                }
            }
        }
    }
}

/// The smallest value that a share of all do not exceed (nearest rank); of sorted values, 0 for none.
fn quantile<T: Copy + Default>(sorted: &[T], share: f64) -> T {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_nearest_ranks() {
        let ranks: Vec<u32> = (1..=20).collect();
        assert_eq!([0.5, 0.95, 1.0].map(|share| quantile(&ranks, share)), [10, 19, 20]);
        assert_eq!((quantile(&[7u32], 0.95), quantile::<u32>(&[], 0.5)), (7, 0));
    }

    #[test]
    fn counters_may_come_round() {
        let mut totals = Totals::default();
        let before = Counters { events: u32::MAX, ..Counters::default() };
        totals.add(&before, &Counters { events: 4, ..before });
        assert_eq!(totals.events, 5);
    }

    #[test]
    fn the_first_difference_is_named_and_all_are_counted() {
        let mut check = Check::default();
        check.add(&[vec![1, 2]], &[vec![1, 2]], 0);
        check.add(&[vec![1, 2], vec![-3, 4]], &[vec![1, 2], vec![5, 5]], 1);
        assert_eq!((check.compared, check.differ), (6, 2));
        assert_eq!(check.first.as_deref(), Some("frame 2, class 0: the accelerator has -3, the model 5"));
    }
}
