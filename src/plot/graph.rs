//! A network as boxes below each other, in the order in which data passes them, and what each one reads.
//!
//! Every box has its row, so the layout follows the order. Data for the next row goes straight down; data that skips rows goes around
//! them on the right, in the first free lane, short ways inside long ones.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::{Area, Drawn, PALETTE, REFERENCE, Svg, WIDTH, sheet, shortened, text_width, write};
use crate::Result;

const LEFT: i32 = 8;
/// Right edge of the boxes; lanes are right of it.
const RIGHT: i32 = 400;
const BOX: i32 = 23;
const ROW: i32 = 35;
/// Of the first and the last lane, from the boxes on.
const LANES: (i32, i32) = (20, 72);

/// A box: its name at the left, what it is at the right. Boxes that only move data are grey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Text at the left.
    pub name: String,
    /// Text at the right.
    pub note: String,
    /// Whether it only moves data.
    pub passive: bool,
}

/// Draws `items` from top to bottom and a way for each `(from, to)`, both places in `items`; `from` is above `to`, other ways are left out.
///
/// # Errors
/// [`Kind::Internal`](crate::error::Kind::Internal) if plotters fails.
pub fn graph(items: &[Item], ways: &[(usize, usize)]) -> Result<Svg> {
    let ways: Vec<_> = ways.iter().copied().filter(|(from, to)| from < to && *to < items.len()).collect();
    sheet((items.len().max(1) as i32 * ROW) as u32, |area| {
        if items.is_empty() {
            return write(area, "no data", (WIDTH as i32 / 2, ROW / 2), HPos::Center);
        }
        for (from, to) in ways.iter().filter(|(from, to)| from + 1 == *to) {
            let middle = (LEFT + RIGHT) / 2;
            line(area, &[(middle, top(*from) + BOX), (middle, top(*to) - 6)], REFERENCE)?;
            head(area, (middle, top(*to)), false, REFERENCE)?;
        }
        for (row, item) in items.iter().enumerate() {
            let corners = [(LEFT, top(row)), (RIGHT, top(row) + BOX)];
            let inside = if item.passive { RGBColor(240, 240, 242) } else { RGBColor(226, 239, 248) };
            let edge = if item.passive { REFERENCE } else { PALETTE[0] };
            area.draw(&Rectangle::new(corners, inside.filled()))?;
            area.draw(&Rectangle::new(corners, edge.stroke_width(1)))?;
            let (middle, inner) = (top(row) + BOX / 2, (RIGHT - LEFT - 16) as u32);
            let name = shortened(&item.name, inner * 2 / 5);
            let note = shortened(&item.note, inner.saturating_sub(text_width(&name) + 8));
            write(area, &name, (LEFT + 8, middle), HPos::Left)?;
            write(area, &note, (RIGHT - 8, middle), HPos::Right)?;
        }
        let around: Vec<_> = ways.iter().copied().filter(|(from, to)| from + 1 < *to).collect();
        let lanes = lanes(&around);
        let count = lanes.iter().max().map_or(1, |last| last + 1);
        let pitch = ((LANES.1 - LANES.0) / count as i32).min(16);
        for ((from, to), lane) in around.into_iter().zip(lanes) {
            let x = RIGHT + LANES.0 + lane as i32 * pitch;
            let (start, end) = (top(from) + BOX * 3 / 4, top(to) + BOX / 4);
            line(area, &[(RIGHT, start), (x, start), (x, end), (RIGHT + 6, end)], PALETTE[1])?;
            head(area, (RIGHT, end), true, PALETTE[1])?;
        }
        Ok(())
    })
}

fn top(row: usize) -> i32 {
    row as i32 * ROW + (ROW - BOX) / 2
}

fn line(area: &Area, points: &[(i32, i32)], colour: RGBColor) -> Drawn {
    area.draw(&PathElement::new(points.to_vec(), colour.stroke_width(2)))
}

/// The head of an arrow that ends at `tip`, pointing left or down.
fn head(area: &Area, (x, y): (i32, i32), left: bool, colour: RGBColor) -> Drawn {
    let tail = if left { [(x + 8, y - 4), (x + 8, y + 4)] } else { [(x - 4, y - 8), (x + 4, y - 8)] };
    area.draw(&Polygon::new(vec![(x, y), tail[0], tail[1]], colour.filled()))
}

/// A lane for each way such that no two on a lane share a row in between.
fn lanes(ways: &[(usize, usize)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..ways.len()).collect();
    order.sort_by_key(|&way| (ways[way].1 - ways[way].0, ways[way].0));
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut lanes = vec![0; ways.len()];
    for way in order {
        let (from, to) = ways[way];
        let free = |lane: &Vec<(usize, usize)>| lane.iter().all(|&(start, end)| to <= start || end <= from);
        lanes[way] = taken.iter().position(free).unwrap_or(taken.len());
        if lanes[way] == taken.len() {
            taken.push(Vec::new());
        }
        taken[lanes[way]].push((from, to));
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_around_do_not_meet() {
        assert_eq!(lanes(&[(0, 2), (2, 4), (1, 3), (0, 4), (4, 6)]), [0, 0, 1, 2, 0]);
    }

    #[test]
    fn every_box_and_every_way_is_drawn() {
        let item = |name: &str| Item { name: name.into(), note: "3×3 <note>".into(), passive: false };
        let items = [item("a"), item("b"), item("c")];
        let chart = graph(&items, &[(0, 1), (1, 2), (0, 2), (2, 0), (0, 7)]).unwrap();
        assert_eq!(chart.text().matches("<polyline").count(), 3);
        assert_eq!(chart.text().matches("3×3 &lt;note&gt;").count(), 3);
        assert!(graph(&[], &[(0, 1)]).unwrap().text().contains("no data"));
    }
}
