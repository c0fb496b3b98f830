//! What stands around a core: generated tops are printed, and lint-clean.

use std::path::Path;

use volley::core_folder;
use volley::top::{self, Device, Link, Panel};

#[test]
fn scratch() {
    let rtl = Path::new(env!("CARGO_MANIFEST_DIR")).join("rtl-out/digits");
    let manifest = core_folder::read_manifest(&rtl).unwrap();
    let device =
        Device { design: 1, weights: 2, weights_bytes: 3, clock_hz: 80_000_000, link_buffer: 1016, counters: true };
    let panel = Panel { title: "test".into(), leds: 4, leds_active_low: false, reset_active_low: Some(false) };
    let link = Link { clocks_per_bit: 8, buffer_log2: 10, in_flight_log2: 2 };
    let around = top::uart_board(&manifest, &device, &panel, &link).unwrap();
    for (name, text) in &around.files {
        std::fs::write(format!("/tmp/w/top/{name}"), text).unwrap();
    }
}
