//! Tables that people read in columns or on a page and machines as JSON, from one description.

use serde_json::{Map, Value, json};
use volley::page;

/// One cell.
pub struct Cell {
    text: String,
    json: Value,
    /// Numbers stand to the right.
    right: bool,
}

impl Cell {
    pub fn text(text: impl ToString) -> Cell {
        Cell { text: text.to_string(), json: Value::String(text.to_string()), right: false }
    }

    /// A count that may be large: people see it with thousands separated.
    pub fn count(number: impl Into<u64>) -> Cell {
        let number = number.into();
        Cell { text: thousands(number), json: number.into(), right: true }
    }

    /// An estimated count: whole for people, as it is for machines.
    pub fn rounded(number: f64) -> Cell {
        Cell { text: whole(number), json: json!(number), right: true }
    }

    /// `digits` behind the point for people, all of them for machines.
    pub fn real(number: f64, digits: usize) -> Cell {
        Cell { text: format!("{number:.digits$}"), json: json!(number), right: true }
    }

    /// A share of 0..=1, in percent for people.
    pub fn share(share: f64) -> Cell {
        Cell { text: percent(share), json: json!(share), right: true }
    }

    /// One entry a term.
    pub fn list<T: ToString + Into<Value> + Clone>(numbers: &[T]) -> Cell {
        let text: Vec<_> = numbers.iter().map(T::to_string).collect();
        Cell { text: text.join("+"), json: numbers.to_vec().into(), right: true }
    }

    pub fn none() -> Cell {
        Cell { text: "–".into(), json: Value::Null, right: true }
    }
}

/// 1234567 as `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An estimated count, as people see it.
pub fn whole(number: f64) -> String {
    thousands(number.round() as u64)
}

/// A share of 0..=1 in percent.
pub fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

/// Rows under headings; a heading's words joined by `_` are its key in JSON.
pub struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub fn new(headings: &[&'static str]) -> Table {
        Table { headings: headings.to_vec(), rows: Vec::new() }
    }

    /// Adds a row of one cell for each heading.
    pub fn row(&mut self, cells: Vec<Cell>) {
        assert_eq!(cells.len(), self.headings.len(), "a cell a heading");
        self.rows.push(cells);
    }

    pub fn text(&self) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].text.chars().count());
            cells.chain([self.headings[column].chars().count()]).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..self.headings.len()).map(width).collect();
        let right = |column: usize| self.rows.first().is_some_and(|row| row[column].right);
        let line = |texts: Vec<&str>| {
            let cells = texts.iter().enumerate().map(|(column, text)| {
                let width = widths[column];
                if right(column) { format!("{text:>width$}") } else { format!("{text:<width$}") }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_string() + "\n"
        };
        let head = line(self.headings.clone());
        self.rows.iter().fold(head, |text, row| text + &line(row.iter().map(|cell| cell.text.as_str()).collect()))
    }

    pub fn page(&self) -> page::Table {
        let cell = |cell: &Cell| page::Cell { text: cell.text.clone(), number: cell.right };
        page::Table {
            headings: self.headings.iter().map(ToString::to_string).collect(),
            rows: self.rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
        }
    }

    pub fn json(&self) -> Value {
        let object = |row: &Vec<Cell>| {
            let pairs = self.headings.iter().zip(row).map(|(name, cell)| (name.replace(' ', "_"), cell.json.clone()));
            Value::Object(pairs.collect::<Map<_, _>>())
        };
        Value::Array(self.rows.iter().map(object).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_and_json_keeps_everything() {
        let mut table = Table::new(&["layer", "memory bits", "share"]);
        table.row(vec![Cell::text("conv_0"), Cell::count(1_234_567u64), Cell::share(0.12345)]);
        table.row(vec![Cell::text("linear"), Cell::none(), Cell::share(1.0)]);
        let text = "layer   memory bits     share\nconv_0    1,234,567   12.35 %\nlinear            –  100.00 %\n";
        assert_eq!(table.text(), text);
        assert_eq!(table.json()[0]["memory_bits"], json!(1_234_567));
        assert_eq!(table.json()[1]["memory_bits"], Value::Null);
        assert_eq!(table.json()[0]["share"], json!(0.12345));
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
