//! What is around a core on a board: registers, frame input, a host link, clock, reset and LEDs.
//!
//! ```text
//! <net>_board (UART):  pins -> clock, reset -> uart_link      -> <net>_accelerator, LEDs
//! <net>_axi (Zynq):    axi_lite_port, word_to_bytes, transfer_end -> <net>_accelerator
//! <net>_accelerator:        registers, frame_input (-> weight_loader) -> <net>_core
//! ```
//!
//! `docs/host-protocol.md` is what the accelerator promises to a host. The hand-written modules are in `lib/`; as in [`crate::rtl`], only
//! structure is generated.

mod accelerator;
mod axi;
pub mod library;
mod loader;
pub mod registers;
mod uart;

pub use accelerator::Accelerator;
pub use uart::{Link, Panel};

use crate::rtl::Manifest;
use crate::rtl::library::used_by;
use crate::rtl::netlist::{self, Item, Module};
use crate::{Result, header};

/// The files around a core, without the clock's. Modules of the library that a core uses as well may be among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    /// Name of the top module.
    pub top: String,
    /// (name, text) of each file.
    pub files: Vec<(String, String)>,
}

/// The top of a board with a serial line, `<net>_board`.
///
/// # Errors
/// [`BadModule`](crate::error::Kind::BadModule) for a network whose name is not an identifier.
pub fn uart_board(manifest: &Manifest, accelerator: &Accelerator, panel: &Panel, link: &Link) -> Result<Around> {
    around(&uart::module(manifest, panel, link), manifest, accelerator)
}

/// The top for a processor's bus, `<net>_axi`: the registers over AXI4-Lite, frames and scores over AXI4-Stream.
///
/// # Errors
/// As [`uart_board`].
pub fn axi(manifest: &Manifest, accelerator: &Accelerator) -> Result<Around> {
    around(&axi::module(manifest), manifest, accelerator)
}

/// The top, the accelerator, and what they instantiate of the library.
fn around(top: &Module, manifest: &Manifest, accelerator: &Accelerator) -> Result<Around> {
    let accelerator = accelerator::module(manifest, accelerator);
    let mut files = vec![];
    for module in [top, &accelerator] {
        let text = header::of_core("//", &manifest.top) + &netlist::print(module)?;
        files.push((format!("{}.v", module.name), text));
    }
    let texts: Vec<_> = files.iter().map(|(_, text)| text.as_str()).collect();
    let used = used_by(texts, library::FILES.iter().chain(crate::rtl::library::FILES));
    files.extend(used);
    Ok(Around { top: top.name.clone(), files })
}

/// An instance of a module.
fn instance(
    module: &str,
    name: &str,
    parameters: Vec<(String, netlist::Parameter)>,
    connections: &[(&str, &str)],
) -> Item {
    Item::Instance {
        module: module.into(),
        name: name.into(),
        parameters,
        connections: connections.iter().map(|(port, signal)| (port.to_string(), signal.to_string())).collect(),
    }
}

/// The name of a core's network: its top's name without the ending that all cores have.
fn network(core: &str) -> &str {
    core.strip_suffix("_core").unwrap_or(core)
}
