//! The page's text.

use super::{Block, Page};
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
        Block::Table(table) => table.html(),
        Block::Figure { svg, caption } => {
            let caption = escape(caption);
            format!(
                "<figure role=\"img\" aria-label=\"{caption}\">\n{}<figcaption>{caption}</figcaption>\n</figure>\n",
                svg.text()
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Axis, Bars, bars};
    use crate::table::{Cell, Table};

    #[test]
    fn every_text_is_escaped() {
        let evil = "<script>alert('1')</script> & \"x\"";
        let mut page = Page::new(evil, evil);
        page.heading(evil);
        page.heading(evil);
        page.subheading(evil);
        page.paragraph(evil);
        page.facts([(evil, evil)]);
        let mut table = Table::new([evil]);
        table.row(vec![Cell::text(evil)]);
        page.table(table);
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
