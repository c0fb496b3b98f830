//! The table of the properties, and of the faults that show that each proof can fail.

mod arithmetic;
mod events;
mod streams;

/// A file `<name>.sby` in `sim/formal/`.
pub struct Property {
    pub name: &'static str,
    pub says: &'static str,
    pub module: &'static str,
    pub faults: &'static [Fault],
}

/// A small fault: in `file` the text `from`, which is there once, becomes `to`.
pub struct Fault {
    pub what: &'static str,
    /// The task that must fail, where the property has several.
    pub task: Option<&'static str>,
    pub file: &'static str,
    pub from: &'static str,
    pub to: &'static str,
}

pub fn all() -> impl Iterator<Item = &'static Property> {
    arithmetic::PROPERTIES.iter().chain(events::PROPERTIES).chain(streams::PROPERTIES)
}
