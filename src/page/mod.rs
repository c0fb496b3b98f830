//! A page in HTML that needs no other file: one style sheet, charts in place, no script, no reference to the network.
//!
//! It can be read on a screen, on a phone (wide tables scroll in their own box) and on paper (nothing is cut between two sheets).

mod html;

use crate::plot::Svg;
use crate::table::Table;

/// A page from top to bottom.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    title: String,
    /// The command that made it.
    command: String,
    blocks: Vec<Block>,
}

/// What a page is made of. Texts are plain text.
#[derive(Debug, Clone, PartialEq)]
enum Block {
    /// The page's contents list leads to it.
    Heading(String),
    Subheading(String),
    Paragraph(String),
    /// Figures that matter most, large: name and value.
    Facts(Vec<(String, String)>),
    Table(Table),
    /// Two stand side by side where there is space.
    Figure {
        svg: Svg,
        caption: String,
    },
}

impl Page {
    /// `command` is what the user called, shown at the foot.
    pub fn new(title: impl Into<String>, command: impl Into<String>) -> Page {
        Page { title: title.into(), command: command.into(), blocks: Vec::new() }
    }

    /// Begins a section.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    /// Begins a part of a section.
    pub fn subheading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Subheading(text.into()));
    }

    /// Appends text.
    pub fn paragraph(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    /// Appends a list of names and their values.
    pub fn facts<N: Into<String>, V: Into<String>>(&mut self, facts: impl IntoIterator<Item = (N, V)>) {
        self.blocks.push(Block::Facts(facts.into_iter().map(|(name, value)| (name.into(), value.into())).collect()));
    }

    /// Appends a table.
    pub fn table(&mut self, table: Table) {
        self.blocks.push(Block::Table(table));
    }

    /// Appends a chart with a line of text below it.
    pub fn figure(&mut self, svg: Svg, caption: impl Into<String>) {
        self.blocks.push(Block::Figure { svg, caption: caption.into() });
    }

    /// The whole document.
    pub fn html(&self) -> String {
        html::document(self)
    }
}
