//! A table in the columns of a terminal.

use super::Cell;

/// Characters between two columns.
const GAP: usize = 2;

/// A column of text is not made narrower than this.
const NARROWEST: usize = 16;

/// See [`super::Table::text_within`].
pub fn text<'t>(headings: &'t [String], rows: &[Vec<Cell>], width: usize) -> (String, Vec<&'t str>) {
    let columns: Vec<Column> = (0..headings.len()).map(|at| Column::new(&headings[at], rows, at)).collect();
    let mut shown = columns.len();
    let widths = loop {
        match widths(&columns[..shown], width) {
            // One column is shown in any case.
            None if shown > 1 => shown -= 1,
            found => break found.unwrap_or_else(|| columns[..shown].iter().map(|column| column.least).collect()),
        }
    };
    let line = |texts: Vec<&str>, at_bottom: bool| {
        let cells: Vec<Vec<String>> = texts.iter().zip(&widths).map(|(text, width)| wrapped(text, *width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        let mut lines = String::new();
        for row in 0..height {
            let cells = cells.iter().zip(&widths).zip(&columns).map(|((cell, &width), column)| {
                let above = if at_bottom { height - cell.len() } else { 0 };
                let text = row.checked_sub(above).and_then(|row| cell.get(row)).map_or("", String::as_str);
                if column.number { format!("{text:>width$}") } else { format!("{text:<width$}") }
            });
            lines += cells.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end();
            lines.push('\n');
        }
        lines
    };
    let mut text = line(headings[..shown].iter().map(String::as_str).collect(), true);
    for row in rows {
        text += &line(row[..shown].iter().map(|cell| cell.text.as_str()).collect(), false);
    }
    (text, headings[shown..].iter().map(String::as_str).collect())
}

struct Column {
    number: bool,
    /// Width of the heading in one line.
    heading: usize,
    /// Width of the widest cell in one line.
    cells: usize,
    /// The least width.
    least: usize,
}

impl Column {
    fn new(heading: &str, rows: &[Vec<Cell>], at: usize) -> Column {
        let number = rows.first().is_some_and(|row| row[at].number);
        let cells = rows.iter().map(|row| length(&row[at].text)).max().unwrap_or(0);
        let word = |text: &str| text.split(' ').map(length).max().unwrap_or(0);
        // Numbers and names of rows are not cut.
        let least = if number || at == 0 {
            cells
        } else {
            rows.iter().map(|row| word(&row[at].text)).max().unwrap_or(0).max(NARROWEST.min(cells))
        };
        Column { number, heading: length(heading), cells, least: least.max(word(heading)) }
    }

    fn widest(&self) -> usize {
        self.cells.max(self.heading)
    }
}

/// Widths of the columns in lines of `width` characters; `None` if there are none.
fn widths(columns: &[Column], width: usize) -> Option<Vec<usize>> {
    let room = width.saturating_sub(GAP * columns.len().saturating_sub(1));
    let fits = |widths: &[usize]| widths.iter().sum::<usize>() <= room;
    let mut widths: Vec<usize> = columns.iter().map(Column::widest).collect();
    // Headings are wrapped first, from the one that gains most, then texts.
    for narrower in [|column: &Column| column.cells.max(column.least), |column: &Column| column.least] {
        while !fits(&widths) {
            let gain = |at: &usize| widths[*at].saturating_sub(narrower(&columns[*at]));
            let most = (0..columns.len()).max_by_key(gain)?;
            if gain(&most) == 0 {
                break;
            }
            widths[most] -= 1;
        }
    }
    fits(&widths).then_some(widths)
}

/// A text in lines of at most `width` characters, if its words are not longer.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    if length(text) <= width {
        return vec![text.to_owned()];
    }
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        if line.is_empty() {
            line.push_str(word);
        } else if length(line) + 1 + length(word) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::super::{Cell, Table};

    fn table() -> Table {
        let mut table = Table::new(["tool", "clocks of all frames", "what it is for", "share"]);
        let text = "a text of many words that is wrapped";
        table.row(vec![Cell::text("yosys and more"), Cell::count(1_234_567u64), Cell::text(text), Cell::share(0.5)]);
        table.row(vec![Cell::text("x"), Cell::none(), Cell::text("short"), Cell::share(1.0)]);
        table
    }

    #[test]
    fn what_is_too_wide_is_wrapped_and_then_left_out() {
        let table = table();
        let mut seen = String::new();
        for width in [100, 80, 60, 50, 30, 5] {
            let (text, left_out) = table.text_within(width);
            assert!(width < 14 || text.lines().all(|line| line.chars().count() <= width), "{width}:\n{text}");
            seen += &format!("{width}, without {left_out:?}\n{text}\n");
        }
        insta::assert_snapshot!(seen);
        assert_eq!(table.text(), table.text_within(100).0);
    }
}
