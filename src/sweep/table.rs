//! The table of a sweep, and its Pareto front.

use serde::Serialize;

use super::{Found, Hardware};
use crate::table::{Cell, Table};
use crate::words::Words;

/// LUTs that a multiplier stands for. In cells of 16 lanes one saves 30 (ECP5, one product per lane) to 71 LUTs (Xilinx 7, two
/// accumulators each); docs/results/lanes.md has the measurements.
const LUTS_OF_MULTIPLIER: f64 = 50.0;

/// A point in the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What evaluation and estimates gave.
    #[serde(flatten)]
    pub found: Found,
    /// Accuracy of the float spiking network, 0 to 1, if it was asked for.
    pub float: Option<f64>,
    /// Whether it is on the Pareto front: no other point is at least as good in accuracy, [`lut_equivalents`], block RAMs and frames a
    /// second, and better in one of them. Points without hardware are not.
    pub pareto: bool,
}

/// LUTs, and 50 for each multiplier.
pub fn lut_equivalents(hardware: &Hardware) -> f64 {
    hardware.luts + LUTS_OF_MULTIPLIER * hardware.multipliers
}

/// Marks the front; `float` has an entry for each point.
pub(super) fn rows(found: Vec<Found>, float: Vec<Option<f64>>) -> Vec<Row> {
    // More is better in each.
    let merits: Vec<Option<[f64; 4]>> = found
        .iter()
        .map(|found| {
            let hardware = found.hardware.as_ref()?;
            Some([found.accuracy, -lut_equivalents(hardware), -hardware.block_rams, hardware.frames_per_second])
        })
        .collect();
    let beats =
        |one: &[f64; 4], other: &[f64; 4]| one != other && one.iter().zip(other).all(|(one, other)| one >= other);
    let on_front =
        |own: &Option<[f64; 4]>| own.is_some_and(|own| !merits.iter().flatten().any(|other| beats(other, &own)));
    let front: Vec<bool> = merits.iter().map(on_front).collect();
    found.into_iter().zip(float).zip(front).map(|((found, float), pareto)| Row { found, float, pareto }).collect()
}

/// The table for people: one row per point.
pub fn table(rows: &[Row]) -> Table {
    let mut table = Table::new([
        "members",
        "time steps",
        "weight bits",
        "threshold",
        "accuracy",
        "float SNN",
        "agrees with ANN",
        "LUT",
        "flip-flops",
        "DSP",
        "block RAM",
        "cycles",
        "frames a second",
        "Pareto",
    ]);
    for row in rows {
        let point = &row.found.point;
        let hardware =
            |of: fn(&Hardware) -> f64| row.found.hardware.as_ref().map_or_else(Cell::none, |h| Cell::rounded(of(h)));
        table.row(vec![
            Cell::count(point.members),
            Cell::count(point.timesteps),
            Cell::count(point.weight_bits),
            Cell::text(point.threshold.word()),
            Cell::share(row.found.accuracy),
            row.float.map_or_else(Cell::none, Cell::share),
            Cell::share(row.found.agreement),
            hardware(|h| h.luts),
            hardware(|h| h.flip_flops),
            hardware(|h| h.multipliers),
            hardware(|h| h.block_rams),
            hardware(|h| h.cycles),
            hardware(|h| h.frames_per_second),
            Cell::text(match (row.pareto, row.found.hardware) {
                (true, _) => "*",
                (false, Some(_)) => "",
                (false, None) => "does not fit",
            }),
        ]);
    }
    table
}

/// The table as CSV; unknown values are empty.
pub fn csv(rows: &[Row]) -> String {
    let mut table = Table::new([
        "members",
        "timesteps",
        "weight bits",
        "threshold",
        "images",
        "accuracy",
        "float accuracy",
        "agreement",
        "luts",
        "flip flops",
        "multipliers",
        "block rams",
        "cycles",
        "frames per second",
        "pareto",
    ]);
    for Row { found, float, pareto } in rows {
        let point = &found.point;
        let hardware =
            |of: fn(&Hardware) -> f64| found.hardware.as_ref().map_or_else(Cell::none, |h| Cell::rounded(of(h)));
        table.row(vec![
            Cell::count(point.members),
            Cell::count(point.timesteps),
            Cell::count(point.weight_bits),
            Cell::text(point.threshold.word()),
            Cell::count(found.images as u64),
            Cell::share(found.accuracy),
            float.map_or_else(Cell::none, Cell::share),
            Cell::share(found.agreement),
            hardware(|h| h.luts),
            hardware(|h| h.flip_flops),
            hardware(|h| h.multipliers),
            hardware(|h| h.block_rams),
            hardware(|h| h.cycles),
            hardware(|h| h.frames_per_second),
            Cell::count(u8::from(*pareto)),
        ]);
    }
    table.csv()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed_point::ThresholdMode;
    use crate::sweep::Point;

    fn found(accuracy: f64, [luts, multipliers, block_rams, frames_per_second]: [f64; 4]) -> Found {
        let point = Point { members: 4, timesteps: 1, weight_bits: 8, threshold: ThresholdMode::Exact };
        let hardware = Hardware { luts, flip_flops: 1.0, multipliers, block_rams, cycles: 1.0, frames_per_second };
        Found { point, images: 1, accuracy, agreement: 1.0, hardware: Some(hardware) }
    }

    #[test]
    fn the_front_is_what_no_other_point_beats() {
        let points = vec![
            found(0.9, [100.0, 0.0, 4.0, 10.0]),
            // Equal in everything: neither beats the other.
            found(0.9, [100.0, 0.0, 4.0, 10.0]),
            // More expensive and not better.
            found(0.9, [100.0, 1.0, 4.0, 10.0]),
            // A multiplier costs more than 40 LUTs and less than 60.
            found(0.9, [60.0, 1.0, 4.0, 10.0]),
            found(0.9, [40.0, 1.0, 4.0, 10.0]),
            // Better in one thing each.
            found(0.8, [10.0, 0.0, 4.0, 10.0]),
            found(0.8, [100.0, 0.0, 3.0, 10.0]),
            found(0.8, [100.0, 0.0, 4.0, 11.0]),
            Found { hardware: None, ..found(1.0, [0.0; 4]) },
        ];
        let count = points.len();
        let front = |points: Vec<Found>| -> Vec<bool> {
            let count = points.len();
            rows(points, vec![None; count]).iter().map(|row| row.pareto).collect()
        };
        assert_eq!(front(points[..3].to_vec()), [true, true, false]);
        assert_eq!(front(points[..4].to_vec()), [true, true, false, false]);
        assert_eq!(front(points)[4..], [true; 4].into_iter().chain([false]).collect::<Vec<_>>());
        assert_eq!(count, 9);
    }
}
