//! The page's text.

use super::{Block, Cell, Page, Table};
use crate::plot::escape;

const STYLE: &str = include_str!("style.css");

pub(super) fn document(page: &Page) -> String {
    let title = escape(&page.title);
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    text += &contents(page);
    let mut sections = 0;
    // Figures that follow each other share one box.
    for group in page.blocks.chunk_by(|a, b| is_figure(a) && is_figure(b)) {
        if is_figure(&group[0]) {
            text += "<div class=\"figures\">\n";
        }
        for block in group {
            sections += usize::from(matches!(block, Block::Heading(_)));
            text += &element(block, sections);
        }
        if is_figure(&group[0]) {
            text += "</div>\n";
        }
    }
    let (version, command) = (env!("CARGO_PKG_VERSION"), escape(&page.command));
    text + &format!("<footer>Made by volley {version}: <code>{command}</code></footer>\n</body>\n</html>\n")
}

fn is_figure(block: &Block) -> bool {
    matches!(block, Block::Figure { .. })
}

fn contents(page: &Page) -> String {
    let headings = page.blocks.iter().filter_map(|block| match block {
        Block::Heading(text) => Some(text),
        _ => None,
    });
    let entry = |(n, text): (usize, &String)| format!("<li><a href=\"#section-{}\">{}</a></li>\n", n + 1, escape(text));
    let entries: Vec<_> = headings.enumerate().map(entry).collect();
    if entries.len() < 2 { String::new() } else { format!("<nav>\n<ul>\n{}</ul>\n</nav>\n", entries.concat()) }
}

fn element(block: &Block, section: usize) -> String {
    match block {
        Block::Heading(text) => format!("<h2 id=\"section-{section}\">{}</h2>\n", escape(text)),
        Block::Subheading(text) => format!("<h3>{}</h3>\n", escape(text)),
        Block::Paragraph(text) => format!("<p>{}</p>\n", escape(text)),
        Block::Facts(facts) => {
            let fact = |(name, value): &(String, String)| {
                format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(name), escape(value))
            };
            format!("<dl>\n{}</dl>\n", facts.iter().map(fact).collect::<String>())
        }
        Block::Table(table) => table_element(table),
        Block::Figure { svg, caption } => {
            let caption = escape(caption);
            format!(
                "<figure role=\"img\" aria-label=\"{caption}\">\n{}<figcaption>{caption}</figcaption>\n</figure>\n",
                svg.text()
            )
        }
    }
}

/// The first column names the row.
fn table_element(table: &Table) -> String {
    let class = |number: bool| if number { " class=\"number\"" } else { "" };
    let number = |column: usize| table.rows.iter().any(|row| row.get(column).is_some_and(|cell| cell.number));
    let heading =
        |(column, text): (usize, &String)| format!("<th scope=\"col\"{}>{}</th>", class(number(column)), escape(text));
    let cell = |(column, cell): (usize, &Cell)| {
        let (class, text) = (class(cell.number), escape(&cell.text));
        if column == 0 { format!("<th scope=\"row\"{class}>{text}</th>") } else { format!("<td{class}>{text}</td>") }
    };
    let row = |row: &Vec<Cell>| format!("<tr>{}</tr>\n", row.iter().enumerate().map(cell).collect::<String>());
    format!(
        "<div class=\"scroll\" tabindex=\"0\">\n<table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n</div>\n",
        table.headings.iter().enumerate().map(heading).collect::<String>(),
        table.rows.iter().map(row).collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Axis, Bars, bars};

    #[test]
    fn every_text_is_escaped() {
        let evil = "<script>alert('1')</script> & \"x\"";
        let mut page = Page::new(evil, evil);
        page.heading(evil);
        page.heading(evil);
        page.subheading(evil);
        page.paragraph(evil);
        page.facts([(evil, evil)]);
        page.table(Table { headings: vec![evil.into()], rows: vec![vec![Cell::text(evil)]] });
        page.figure(bars(&Axis::linear(evil), &[evil], &[Bars::new(evil, vec![Some(1.0)])]).unwrap(), evil);
        let text = page.html();
        assert!(!text.contains("<script>") && !text.contains("& \"x"), "{text}");
        assert!(text.matches("&lt;script&gt;").count() >= 14, "{text}");
    }

    #[test]
    fn neighbouring_figures_share_a_box() {
        let figure = || bars(&Axis::linear("x"), &["a"], &[Bars::new("b", vec![Some(1.0)])]).unwrap();
        let mut page = Page::new("title", "the command");
        page.figure(figure(), "one");
        page.figure(figure(), "two");
        page.paragraph("text");
        page.figure(figure(), "three");
        assert_eq!(page.html().matches("<div class=\"figures\">").count(), 2);
    }

    #[test]
    fn an_empty_page_and_an_empty_table_are_still_pages() {
        let mut page = Page::new("", "");
        assert!(page.html().ends_with("</html>\n"));
        page.table(Table::default());
        assert!(page.html().contains("<tbody>\n</tbody>"));
    }
}
