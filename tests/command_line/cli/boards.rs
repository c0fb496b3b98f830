//! `volley boards` as a user meets it.

use insta::assert_snapshot;
use serde_json::Value;

use super::DIGITS;
use super::place::Place;

fn json(place: &Place, arguments: &str) -> Value {
    serde_json::from_str(&place.fine(&format!("{arguments} --json"))).unwrap()
}

fn rows(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

#[test]
fn boards_are_listed() {
    let place = Place::new();
    let shown = place.fine("boards --wide");
    assert!(place.fine("boards").lines().all(|line| line.chars().count() <= 100));
    let listed = json(&place, "boards");
    assert_eq!(rows(&listed["boards"]).len() + 1, shown.lines().count());
    let pynq = rows(&listed["boards"]).iter().find(|row| row["board"] == "pynq-z2").unwrap();
    assert_eq!((&pynq["host_link"], &pynq["oscillator_MHz"], &pynq["DSP"]), (&"axi".into(), &Value::Null, &220.into()));
}

#[test]
fn the_documents_have_every_board() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/boards.md")).unwrap();
    for row in rows(&json(&Place::new(), "boards")["boards"]) {
        let name = format!("`{}`", row["board"].as_str().unwrap());
        let line = document.lines().find(|line| line.starts_with("| `") && line.contains(&name)).expect(&name);
        let numbers = line.replace(',', "");
        for key in ["LUT", "block_RAM"] {
            assert!(numbers.contains(&format!("| {} ", row[key])), "{key} of {name}: {line}");
        }
        assert!(line.to_lowercase().contains(row["flow"].as_str().unwrap()), "{name}: {line}");
    }
}

#[test]
fn one_board_is_shown_with_its_constraints() {
    let place = Place::new();
    assert_snapshot!(place.fine("boards --board icebreaker"), @r"
                                                                block   oscillator   core  host
    board       title       part              LUT     FF  DSP     RAM          MHz    MHz  link  flow
    icebreaker  iCEBreaker  iCE40UP5K-SG48  5,280  5,280    8      30           12     18  uart  nextpnr

    icebreaker.pcf
    # iCEBreaker (icebreaker), iCE40UP5K-SG48
    # Lattice FPGA-DS-02008 (iCE40 UltraPlus data sheet): table of the family, pins of the SG48 by bank.
    # Pins: github.com/YosysHQ/icestorm, examples/icebreaker/icebreaker.pcf; the same in github.com/litex-hub/litex-boards, 1bitsquared_icebreaker.py.
    # The four LEDs are those of the part of the board that can be broken off (PMOD 2).
    set_io oscillator 35
    set_frequency oscillator 12
    set_io reset_button 10
    set_io serial_in 6
    set_io serial_out 9
    set_io led[0] 27
    set_io led[1] 25
    set_io led[2] 21
    set_io led[3] 23
    ");
    let shown = json(&place, "boards --board icebreaker");
    assert_eq!(shown["board"]["uart"]["baud"], 1_000_000);
    assert!(shown["constraints"].as_str().unwrap().contains("set_io serial_in 6\n"));
    assert_snapshot!(place.refused("boards --board nexus"), @"error: --board: there is no board 'nexus'; choose alchitry-cu, arty-a7-100t, arty-a7-35t, basys3, ecp5-evn, hx8k-breakout, icebreaker, nexys-a7-100t, pynq-z2, ulx3s-12f, ulx3s-85f, zcu104, or give the path of a board's TOML");
}

/// The figures are those of `volley plan`, and for a board that is too small the message says what is missing.
#[test]
fn what_fits_is_what_plan_says() {
    let place = Place::new();
    place.fine(&format!("convert {DIGITS}/digits.onnx --members 4 --timesteps 1 -o net"));
    let data = format!("--data {DIGITS}/calibration.npz --frames 4");
    let fits = json(&place, &format!("boards net {data}"));
    for row in rows(&fits["fits"]) {
        let board = row["board"].as_str().unwrap();
        let plan = json(&place, &format!("plan net --board {board} {data}"));
        assert_eq!((&row["cycles"], &row["frames_a_second"]), (&plan["cycles"], &plan["frames_per_second"]), "{board}");
        let luts = plan["total"]["luts"].as_f64().unwrap() / plan["available"]["luts"].as_f64().unwrap();
        // serde_json reads a number back to within its last bit.
        assert!((row["LUT"].as_f64().unwrap() / luts - 1.0).abs() < 1e-12, "{board}");
    }
    let board = format!("{}/constraints/icebreaker.toml", env!("CARGO_MANIFEST_DIR"));
    let small = std::fs::read_to_string(board).unwrap().replace("luts = 5280", "luts = 500");
    std::fs::write(place.path("small.toml"), small).unwrap();
    let fits = json(&place, &format!("boards net {data} --board small.toml"));
    let [row] = &rows(&fits["fits"])[..] else { panic!("{fits}") };
    assert!(row["does_not_fit"].as_str().unwrap().contains("LUTs"), "{row}");
    assert_eq!(row["frames_a_second"], Value::Null);
}
