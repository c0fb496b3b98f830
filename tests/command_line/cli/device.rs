//! A user's own boards, and lines to boards, when something is wrong with them.

use insta::assert_snapshot;

use super::DIGITS;
use super::place::Place;

#[test]
fn a_port_that_is_not_there_is_named() {
    let place = Place::new();
    assert_snapshot!(place.refused(&format!("run --port /dev/nowhere --data {DIGITS}/test.npz")), @"error: /dev/nowhere: it cannot be opened (No such file or directory); give the port of the board (--port), close other programs that use it, and be in the group that owns it (often dialout)");
    assert_snapshot!(place.refused(&format!("run --port /dev/nowhere --data {DIGITS}/test.npz --check")), @"error: --check: there is no model to compare with; give the folder that the bitstream was made from (--rtl RTL)");
    assert_snapshot!(place.refused(&format!("run --port /dev/nowhere --data {DIGITS}/test.npz --weights {DIGITS}/test.npz")), @"error: [digits]/test.npz: it is not a file of weights; give a file that `volley weights` wrote");
}

/// The iCEBreaker's file with one thing changed.
#[test]
fn what_is_wrong_in_a_board_file_is_named() {
    let place = Place::new();
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/constraints/icebreaker.toml")).unwrap();
    let with = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        std::fs::write(place.path("own.toml"), text.replacen(from, to, 1)).unwrap();
        place.refused("boards --board own.toml")
    };
    assert_snapshot!(with("pin = \"clk\"", "pin = \"clock\""), @"error: own.toml: clock.pin: there is no 'clock' in [pins]; add it there with its site and bank, or name another");
    assert_snapshot!(with("site = \"6\"", "site = \"9\""), @"error: own.toml: pins.tx.site: 9 is also the pin of 'rx'; give each pin one name");
    assert_snapshot!(with("{ site = \"6\", bank = \"1\" }", "{ site = \"6\", bank = \"7\" }"), @"error: own.toml: pins.rx.bank: there is no bank '7' in [banks], which has 0, 1, 2; add the bank with its I/O standard, or fix the pin");
    assert_snapshot!(with("[clock]\npin = \"clk\"\nmhz = 12.0\npll_pad = true\n", ""), @"error: own.toml: clock: a board with a UART needs an oscillator; add the table [clock] with pin and mhz of the oscillator");
    assert_snapshot!(with("family = \"ice40\"", "family = \"ice41\""), @r#"
    error: own.toml: TOML parse error at line 7, column 10
      |
    7 | family = "ice41"
      |          ^^^^^^^
    unknown variant `ice41`, expected one of `ecp5`, `ice40`, `xc7`, `xcup`; write it as constraints/README.md describes
    "#);
    assert_snapshot!(with("luts = 5280", "luts = 0"), @"error: own.toml: resources.luts: it is 0; give the number of the FPGA's data sheet");
}

#[test]
fn what_a_board_has_not_is_named() {
    let place = Place::new().digits();
    place.fine("generate net -o rtl");
    assert_snapshot!(place.refused("build rtl --board ulx3s-85f -o build --baud 12000000"), @r"
    error: invalid value '12000000' for '--baud <RATE>': 12000000 is not in 1200..=3000000

    For more information, try '--help'.
    ");
    assert_snapshot!(place.refused("board-sim rtl --board zcu104"), @"error: --board zcu104: it has no serial line; choose a board whose host_link is uart");
    std::fs::write(place.path("mine"), "").unwrap();
    assert_snapshot!(place.refused("board-sim rtl --board ulx3s-85f --link mine"), @"error: mine: it is not what this command writes, or it was changed since, so it is not replaced; choose another path for --link");
    assert_snapshot!(place.refused("flash rtl"), @"error: rtl/build.json: No such file or directory (os error 2); give a folder that `volley build` wrote");
}
