//! Which names the pins of a package can have.

/// Letters of a ball grid's rows (JEDEC MS-034): those that look like others are left out.
const ROWS: &str = "ABCDEFGHJKLMNPRTUVWY";

/// How the pins of a package are numbered.
enum Shape {
    /// 1 to this number, around it.
    Leads(u32),
    /// Rows by letters and columns by numbers, this many of each.
    Grid(u32),
}

/// The packages of the known boards; others are checked by the form of their pins' names alone.
const PACKAGES: [(&str, Shape); 8] = [
    ("SG48", Shape::Leads(48)),
    ("CB132", Shape::Grid(14)),
    ("CT256", Shape::Grid(16)),
    ("CABGA381", Shape::Grid(20)),
    ("CSG324", Shape::Grid(18)),
    ("CPG236", Shape::Grid(19)),
    ("CLG400", Shape::Grid(20)),
    ("FFVC1156", Shape::Grid(34)),
];

/// Why `site` cannot be a pin of the package; `None` if it can.
pub(super) fn objection(package: &str, site: &str) -> Option<String> {
    let shape = PACKAGES.iter().find(|(name, _)| *name == package).map(|(_, shape)| shape);
    let objection = match shape {
        Some(Shape::Leads(count)) if number(site).is_none_or(|lead| lead > *count) => {
            format!("the pins of the {package} are numbered from 1 to {count}")
        }
        Some(Shape::Grid(size)) if ball(site).is_none_or(|(row, column)| row >= *size || column > *size) => {
            format!("the balls of the {package} are A1 to {}{size}", row_name(size - 1))
        }
        None if number(site).is_none() && ball(site).is_none() => {
            "a pin is a number, or a row's letter (none of I, O, Q, S, X, Z) and a column's number".into()
        }
        _ => return None,
    };
    Some(objection)
}

/// A number from 1, written without leading zeros.
fn number(text: &str) -> Option<u32> {
    let plain = text.chars().all(|c| c.is_ascii_digit()) && !text.starts_with('0');
    if plain { text.parse().ok() } else { None }
}

/// Row from 0 and column from 1 of a ball: rows go from A to Y, then from AA to AY.
fn ball(site: &str) -> Option<(u32, u32)> {
    let start = site.find(|c: char| c.is_ascii_digit())?;
    let letter = |c: char| ROWS.find(c).map(|index| index as u32);
    let letters: Option<Vec<u32>> = site[..start].chars().map(letter).collect();
    let row = match letters?[..] {
        [row] => row,
        [group, row] => (group + 1) * ROWS.len() as u32 + row,
        _ => return None,
    };
    Some((row, number(&site[start..])?))
}

fn row_name(row: u32) -> String {
    let count = ROWS.len() as u32;
    let letter = |index: u32| ROWS.chars().nth(index as usize).into_iter();
    let group = (row / count).checked_sub(1);
    group.into_iter().flat_map(letter).chain(letter(row % count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_of_a_package_are_told_from_others() {
        for (package, good, bad) in [
            ("SG48", &["1", "48"][..], &["0", "49", "A1", "07", ""][..]),
            ("CB132", &["A1", "P14"], &["R1", "A15", "I3", "7"]),
            ("CABGA381", &["Y20"], &["AA1", "Y21", "S3"]),
            ("FFVC1156", &["AP34", "AA1"], &["AR1", "AP35", "AI1"]),
            ("VQ100", &["99", "B7"], &["O1", "AAA1", "A", "-1"]),
        ] {
            for site in good {
                assert_eq!(objection(package, site), None, "{package} {site}");
            }
            for site in bad {
                assert!(objection(package, site).is_some(), "{package} {site}");
            }
        }
        insta::assert_snapshot!(objection("FFVC1156", "ZZ9").unwrap(), @"the balls of the FFVC1156 are A1 to AP34");
    }
}
