//! What a run recorded.

use std::collections::HashMap;
use std::path::Path;

use super::{Bench, Word};
use crate::error::{Artefact, Kind, Result};

/// One accepted beat and the clock (rising edges, counted from 0, reset included) in which it was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    /// What was sent.
    pub word: Word,
    /// When it was accepted.
    pub clock: u64,
}

/// The state in which a stuck run was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeout {
    /// The last clock of the run.
    pub clock: u64,
    /// For a reader: beats moved on each stream of those expected, and the handshake lines.
    pub state: String,
}

/// Everything recorded in one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capture {
    /// Beats of the output stream, all frames in a row; surplus beats are recorded, too.
    pub outputs: Vec<Beat>,
    /// Beats of each probe, in the order of [`Bench::probes`].
    pub probes: Vec<Vec<Beat>>,
    /// Clock in which each frame's first input beat was accepted.
    pub frame_start: Vec<u64>,
    /// Clock in which each frame's last output beat was accepted.
    pub frame_end: Vec<u64>,
    /// High clocks of each counter, in the order of [`Bench::counters`].
    pub counters: Vec<u64>,
    /// Clocks of the whole run, with reset and the 64 clocks watched after the last beat.
    pub cycles: u64,
    /// Clocks in which `frame_error` was not low.
    pub frame_errors: u64,
    /// Output beats whose `tlast` was wrong.
    pub last_errors: u64,
    /// Times that an offered output beat was changed or withdrawn before it was accepted.
    pub stability_errors: u64,
    /// Set when the run stood still; the beats up to then are recorded.
    pub timeout: Option<Timeout>,
}

/// Reads the recordings of a run of `frames` frames.
pub(super) fn read(bench: &Bench, frames: usize, dir: &Path) -> Result<Capture> {
    let summary: HashMap<String, String> = text(&dir.join("summary.txt"))?
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(key, value)| (key.to_string(), value.trim().to_string()))
        .collect();
    let number = |key: &str| -> Result<u64> {
        summary.get(key).and_then(|v| v.parse().ok()).ok_or_else(|| {
            let kind = Kind::malformed(Artefact::Recording, format!("there is no number for '{key}'"));
            kind.at(dir.join("summary.txt")).advise("a counter's signal was unknown, or the run was cut off")
        })
    };
    let timeout = summary.contains_key("timeout").then(|| -> Result<Timeout> {
        let moved = |name: &str, beats: u64, per_frame: usize| format!("{name} {beats} of {}", frames * per_frame);
        let mut state = vec![
            moved("input", number("in_beats")?, bench.input.beats_per_frame),
            moved("output", number("out_beats")?, bench.output.beats_per_frame),
        ];
        for (i, probe) in bench.probes.iter().enumerate() {
            state.push(moved(&probe.name, number(&format!("probe_{i}"))?, probe.beats_per_frame));
        }
        for line in ["s_axis_tvalid", "s_axis_tready", "m_axis_tvalid"] {
            state.push(format!("{line} {}", summary.get(line).map_or("?", String::as_str)));
        }
        Ok(Timeout { clock: number("cycles")?, state: state.join(", ") })
    });
    let probe = |(i, p): (usize, &super::Probe)| beats(&p.name, &dir.join(format!("probe_{i}.txt")));
    Ok(Capture {
        outputs: beats("output", &dir.join("output.txt"))?,
        probes: bench.probes.iter().enumerate().map(probe).collect::<Result<_>>()?,
        frame_start: clocks(&dir.join("frame_start.txt"))?,
        frame_end: clocks(&dir.join("frame_end.txt"))?,
        counters: (0..bench.counters.len()).map(|i| number(&format!("counter_{i}"))).collect::<Result<_>>()?,
        cycles: number("cycles")?,
        frame_errors: number("frame_errors")?,
        last_errors: number("last_errors")?,
        stability_errors: number("stability_errors")?,
        timeout: timeout.transpose()?,
    })
}

fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Kind::Unreadable { wanted: Artefact::Recording, error }.at(path))
}

fn clocks(path: &Path) -> Result<Vec<u64>> {
    let bad = |line: &str| Kind::malformed(Artefact::Recording, format!("'{line}' is not a clock")).at(path);
    text(path)?.lines().map(|line| line.trim().parse().map_err(|_| bad(line))).collect()
}

fn beats(stream: &str, path: &Path) -> Result<Vec<Beat>> {
    let beat = |(at, line): (usize, &str)| {
        let (word, clock) = line.trim().split_once(' ').unwrap_or((line, ""));
        match (Word::from_hex(word), clock.trim().parse()) {
            (Some(word), Ok(clock)) => Ok(Beat { word, clock }),
            _ => {
                let (stream, word, clock) = (stream.into(), word.into(), clock.into());
                Err(Kind::UndefinedValue { stream, beat: at, word, clock }.at(path))
            }
        }
    };
    text(path)?.lines().enumerate().map(beat).collect()
}
