//! What a run is: frames sent, scores compared, times taken.

use std::time::Instant;

use serde::Serialize;
use volley::Result;
use volley::data::Images;
use volley::error::{Kind, Place};
use volley::host::{Accelerator, Counters, Identity, LinkErrors, Register};
use volley::model::{Model, argmax};

/// Frames that are sent one at a time, at most.
const MOST_SINGLE: usize = 20;

/// Everything that a run found out; all that is printed, and printed as JSON.
#[derive(Serialize)]
pub struct Report {
    pub accelerator: Identity,
    pub frames: usize,
    /// Frames that got the class of their label; `None` without labels.
    pub right: Option<usize>,
    pub latency: Option<Latency>,
    pub round_trip: RoundTrip,
    /// `None` if all frames were sent one at a time.
    pub throughput: Option<Throughput>,
    pub counters: Totals,
    pub link: LinkErrors,
    pub check: Option<Check>,
}

/// From a frame's first pixel to its last score, in the core.
#[derive(Serialize)]
pub struct Latency {
    /// Least, median, most.
    pub clocks: [u32; 3],
    /// Of the median; `None` if the clock is not known.
    pub microseconds: Option<f64>,
}

/// From the host to the accelerator and back, seconds; the line and the operating system are in it.
#[derive(Serialize)]
pub struct RoundTrip {
    pub frames: usize,
    pub median: f64,
    pub p95: f64,
}

/// With many frames on the way.
#[derive(Serialize)]
pub struct Throughput {
    pub frames: u64,
    pub frames_per_second: f64,
}

/// What the accelerator counted during the run.
#[derive(Default, Serialize)]
pub struct Totals {
    pub frames_in: u64,
    pub frames_out: u64,
    pub busy_clocks: u64,
    pub events: u64,
    pub input_stalls: u64,
    pub output_stalls: u64,
    pub link_errors: u64,
}

/// Scores against the model's.
#[derive(Default, Serialize)]
pub struct Check {
    pub compared: u64,
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

    /// Sends some more of `all` images.
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
        // The others are sent together; a single frame tells at least its own time.
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
            let right = scores.iter().zip(labels).filter(|(scores, label)| argmax(scores) == **label as usize);
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
            return Err(Kind::FaultyDesign { problem }.at(Place::device("the accelerator")));
        }
        Ok(())
    }

    pub fn report(mut self, accelerator: &Accelerator) -> Report {
        let identity = *accelerator.identity();
        self.latencies.sort_unstable();
        self.trips.sort_unstable_by(f64::total_cmp);
        // A design without counters has 0 there.
        let clocks = match &self.latencies[..] {
            [least, .., most] if *most > 0 => Some([*least, quantile(&self.latencies, 0.5), *most]),
            [only] if *only > 0 => Some([*only; 3]),
            _ => None,
        };
        let latency = clocks.map(|clocks| Latency {
            clocks,
            microseconds: identity.clock_hz.map(|hz| 1e6 * f64::from(clocks[1]) / f64::from(hz)),
        });
        let (frames, seconds) = self.together;
        Report {
            accelerator: identity,
            frames: self.frames,
            right: self.right,
            latency,
            round_trip: RoundTrip {
                frames: self.trips.len(),
                median: quantile(&self.trips, 0.5),
                p95: quantile(&self.trips, 0.95),
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
