//! Tables: one description, written in columns for people, as HTML for a page, and as CSV or JSON for machines.

mod columns;

use serde_json::{Map, Value, json};

use crate::numbers::{percent, thousands, whole};
use crate::plot::escape;

/// One cell: what people see, and what machines read.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    text: String,
    value: Value,
    /// Numbers are on the right.
    number: bool,
}

impl Cell {
    /// A cell with text, at the left.
    pub fn text(text: impl ToString) -> Cell {
        Cell { text: text.to_string(), value: Value::String(text.to_string()), number: false }
    }

    /// A number that is written as `text` for people.
    pub fn number(text: impl Into<String>, value: impl Into<Value>) -> Cell {
        Cell { text: text.into(), value: value.into(), number: true }
    }

    /// A count that may be large: people see it with thousands separated.
    pub fn count(number: impl Into<u64>) -> Cell {
        let number = number.into();
        Cell::number(thousands(number), number)
    }

    /// An estimated count: whole for people, unrounded for machines.
    pub fn rounded(number: f64) -> Cell {
        Cell::number(whole(number), json!(number))
    }

    /// `digits` after the point for people, all of them for machines.
    pub fn real(number: f64, digits: usize) -> Cell {
        Cell::number(format!("{number:.digits$}"), json!(number))
    }

    /// A share of 0..=1, in percent for people.
    pub fn share(share: f64) -> Cell {
        Cell::number(percent(share), json!(share))
    }

    /// One entry a term.
    pub fn list<T: ToString + Into<Value> + Clone>(numbers: &[T]) -> Cell {
        let text: Vec<_> = numbers.iter().map(T::to_string).collect();
        Cell::number(text.join("+"), numbers.to_vec())
    }

    /// A value that is not known, or does not apply.
    pub fn none() -> Cell {
        Cell::number("–", Value::Null)
    }
}

/// Rows of one cell for each heading. The words of a heading joined by `_` are its name for machines.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub fn new<H: Into<String>>(headings: impl IntoIterator<Item = H>) -> Table {
        Table { headings: headings.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row of one cell for each heading.
    pub fn row(&mut self, cells: Vec<Cell>) {
        assert_eq!(cells.len(), self.headings.len(), "a cell a heading");
        self.rows.push(cells);
    }

    /// In columns, for a terminal.
    pub fn text(&self) -> String {
        self.text_within(usize::MAX).0
    }

    /// In columns, in lines of at most `width` characters where that can be. Headings and texts are wrapped if they must be; columns at the
    /// right that still find no place are left out, and their headings returned.
    pub fn text_within(&self, width: usize) -> (String, Vec<&str>) {
        columns::text(&self.headings, &self.rows, width)
    }

    /// As an element of a page. The first column names the row.
    pub fn html(&self) -> String {
        let class = |number: bool| if number { " class=\"number\"" } else { "" };
        let number = |column: usize| self.rows.iter().any(|row| row[column].number);
        let heading = |(column, text): (usize, &String)| {
            format!("<th scope=\"col\"{}>{}</th>", class(number(column)), escape(text))
        };
        let cell = |(column, cell): (usize, &Cell)| {
            let (class, text) = (class(cell.number), escape(&cell.text));
            if column == 0 {
                format!("<th scope=\"row\"{class}>{text}</th>")
            } else {
                format!("<td{class}>{text}</td>")
            }
        };
        let row = |row: &Vec<Cell>| format!("<tr>{}</tr>\n", row.iter().enumerate().map(cell).collect::<String>());
        format!(
            "<div class=\"scroll\" tabindex=\"0\">\n<table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n</div>\n",
            self.headings.iter().enumerate().map(heading).collect::<String>(),
            self.rows.iter().map(row).collect::<String>()
        )
    }

    /// A heading line and a line for each row, with all digits; an unknown value is an empty field.
    pub fn csv(&self) -> String {
        let head = self.names().collect::<Vec<_>>().join(",");
        let line = |row: &Vec<Cell>| row.iter().map(|cell| field(&cell.value)).collect::<Vec<_>>().join(",");
        self.rows.iter().fold(head + "\n", |text, row| text + &line(row) + "\n")
    }

    /// A list of objects, one for each row.
    pub fn json(&self) -> Value {
        let object = |row: &Vec<Cell>| {
            let pairs = self.names().zip(row).map(|(name, cell)| (name, cell.value.clone()));
            Value::Object(pairs.collect::<Map<_, _>>())
        };
        Value::Array(self.rows.iter().map(object).collect())
    }

    /// The headings as machines read them.
    fn names(&self) -> impl Iterator<Item = String> {
        self.headings.iter().map(|heading| heading.replace(' ', "_"))
    }
}

/// A value in CSV.
fn field(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(truth) => u8::from(*truth).to_string(),
        // As Rust writes it: 1 where JSON has 1.0.
        Value::Number(number) if number.is_f64() => number.as_f64().unwrap_or(f64::NAN).to_string(),
        Value::String(text) if text.contains([',', '"', '\n']) => format!("\"{}\"", text.replace('"', "\"\"")),
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(["layer", "memory bits", "share"]);
        table.row(vec![Cell::text("conv_0"), Cell::count(1_234_567u64), Cell::share(0.12345)]);
        table.row(vec![Cell::text("<a,b>"), Cell::none(), Cell::share(1.0)]);
        table
    }

    #[test]
    fn columns_align() {
        let text = "layer   memory bits     share\nconv_0    1,234,567   12.35 %\n<a,b>             –  100.00 %\n";
        assert_eq!(table().text(), text);
    }

    #[test]
    fn machines_get_every_digit() {
        let json = table().json();
        assert_eq!((&json[0]["memory_bits"], &json[1]["memory_bits"]), (&json!(1_234_567), &Value::Null));
        assert_eq!(json[0]["share"], json!(0.12345));
        assert_eq!(table().csv(), "layer,memory_bits,share\nconv_0,1234567,0.12345\n\"<a,b>\",,1\n");
    }

    #[test]
    fn pages_are_escaped_and_know_numbers() {
        let html = table().html();
        assert!(html.contains("<th scope=\"col\" class=\"number\">memory bits</th>"), "{html}");
        assert!(html.contains("<th scope=\"row\">&lt;a,b&gt;</th><td class=\"number\">–</td>"), "{html}");
    }
}
