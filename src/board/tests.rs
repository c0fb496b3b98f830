use super::*;

/// A board with everything; tests change a line of it.
const WHOLE: &str = r#"name = "own"
title = "Own board"
vendor = "Me"
part = "LFE5U-25F-6BG381C"
package = "CABGA381"
speed_grade = "6"
family = "ecp5"
flow = "nextpnr"
host_link = "uart"
core_mhz = 50.0
nextpnr = ['--25k']
source = "my schematic"

[resources]
luts = 24000
flip_flops = 24000
dsps = 28
block_rams = 56
block_ram_bits = 18432
block_ram_width = 36
lut_rams = 3000
lut_ram_rows = 16
lut_ram_width = 4

[clock]
pin = "clk"
mhz = 25.0

[reset]
pin = "button"
active = "low"

[uart]
receive = "rx"
send = "tx"
baud = 1000000

[leds]
pins = ["d1", "d2"]
active = "high"

[banks]
6 = "LVCMOS33"
7 = "LVCMOS25"

[pins]
clk = { site = "G2", bank = "6" }
button = { site = "R1", bank = "6", pull = "up" }
rx = { site = "M1", bank = "6" }
tx = { site = "L4", bank = "6" }
d1 = { site = "B2", bank = "7" }
d2 = { site = "C2", bank = "7" }
"#;

fn parse(text: &str) -> Result<Board> {
    Board::parse(text, Path::new("own.toml"))
}

/// The error of the board with `from` replaced by `to`.
fn refused(from: &str, to: &str) -> String {
    assert_eq!(WHOLE.matches(from).count(), 1, "{from}");
    parse(&WHOLE.replace(from, to)).unwrap_err().to_string()
}

/// The same with the table that begins with `from` left out.
fn refused_without(table: &str) -> String {
    let start = WHOLE.find(table).unwrap();
    let end = start + WHOLE[start..].find("\n\n").unwrap();
    parse(&(WHOLE[..start].to_string() + &WHOLE[end..])).unwrap_err().to_string()
}

#[test]
fn every_known_board_holds_together() {
    let boards = Board::all().unwrap();
    assert!(boards.len() >= 12);
    for board in boards {
        assert_eq!(Board::find(&board.name).unwrap(), board);
        assert!(constraints::write(&board, &board.ports()).unwrap().contains("led[0]"), "{}", board.name);
    }
}

#[test]
fn an_unknown_board_is_refused() {
    let error = Board::find("nexus").unwrap_err().to_string();
    insta::assert_snapshot!(error, @"board: there is no board 'nexus'; choose alchitry-cu, arty-a7-100t, arty-a7-35t, basys3, ecp5-evn, hx8k-breakout, icebreaker, nexys-a7-100t, pynq-z2, ulx3s-12f, ulx3s-85f, zcu104, or give the path of a board's TOML");
}

#[test]
fn parts_that_do_not_go_together_are_refused() {
    insta::assert_snapshot!(refused("LFE5U-25F-6BG381C", "XC7A35T"), @"own.toml: part: XC7A35T is not a part of the family ecp5; fix part or family; parts of it begin with LFE5U");
    insta::assert_snapshot!(refused("\"nextpnr\"\nhost", "\"vivado\"\nhost"), @r#"own.toml: flow: vivado does not make bitstreams of the family ecp5; write flow = "nextpnr""#);
    insta::assert_snapshot!(refused("\"uart\"", "\"axi\""), @r#"own.toml: host_link: parts of the family ecp5 have no processor; write host_link = "uart""#);
    insta::assert_snapshot!(refused("['--25k']", "[]"), @"own.toml: nextpnr: it is empty; give the flags for device, package and speed grade");
    let error = Board::known("other", WHOLE).unwrap_err().to_string();
    insta::assert_snapshot!(error, @"other.toml: name: it is 'own', but the file's name is other.toml; give the board and its file the same name");
}

/// A board's file may come from anywhere, and ends up in paths, on command lines, in Makefiles and in Tcl.
#[test]
fn texts_are_words_or_lines() {
    insta::assert_snapshot!(refused("name = \"own\"", "name = \"../own\""), @"own.toml: name: '../own' is not a word; write letters, digits, '-', '_' and '.', at most 64");
    insta::assert_snapshot!(refused("\"Own board\"", "\"a\\nset x [exec y]\""), @"own.toml: title: 'a�set x [exec y]' is not a line of text; write letters and ordinary signs");
    insta::assert_snapshot!(refused("['--25k']", "['--25k', '--run', 'x.py']"), @"own.toml: nextpnr: '--run' does not choose a device; give the device, such as --85k, and --package, --speed, --placer, --router, each word in quotes of its own");
    for (from, to, key) in [
        ("name = \"own\"", "name = \"-own\"", "name"),
        ("name = \"own\"", "name = \"\"", "name"),
        ("LFE5U-25F-6BG381C", "LFE5U-25F; touch x", "part"),
        ("\"CABGA381\"", "\"CABGA381/..\"", "package"),
        ("speed_grade = \"6\"", "speed_grade = \"$(x)\"", "speed_grade"),
        ("\"Own board\"", "\"own\\\\\"", "title"),
        ("\"Own board\"", "\"\\u001b[2J\"", "title"),
        ("my schematic", "my\\rset x 1", "source"),
        ("['--25k']", "['--25k $(x)']", "nextpnr"),
        ("['--25k']", "['--pre-pack']", "nextpnr"),
        ("['--25k']", "['--write=/x']", "nextpnr"),
    ] {
        let text = refused(from, to);
        assert!(text.starts_with(&format!("own.toml: {key}: ")), "{text}");
    }
    let programmer = WHOLE.replace("[clock]", "[programmer]\nopenfpgaloader = \"x --y\"\n\n[clock]");
    assert!(parse(&programmer).unwrap_err().to_string().contains("programmer.openfpgaloader"));
}

#[test]
fn what_is_missing_is_named() {
    insta::assert_snapshot!(refused_without("[clock]"), @"own.toml: clock: a board with a UART needs an oscillator; add the table [clock] with pin and mhz of the oscillator");
    insta::assert_snapshot!(refused_without("[uart]"), @r#"own.toml: uart: host_link is "uart", but there is none; add the table [uart] with receive, send and baud"#);
    insta::assert_snapshot!(refused("clk = {", "clk2 = {"), @"own.toml: clock.pin: there is no 'clk' in [pins]; add it there with its site and bank, or name another");
    insta::assert_snapshot!(refused("\"d2\"]", "\"d3\"]"), @"own.toml: leds.pins[1]: there is no 'd3' in [pins]; add it there with its site and bank, or name another");
    insta::assert_snapshot!(refused("baud = 1000000\n", ""), @r"
    own.toml: TOML parse error at line 33, column 1
       |
    33 | [uart]
       | ^^^^^^
    missing field `baud`; write it as constraints/README.md describes
    ");
}

#[test]
fn pins_that_cannot_be_are_refused() {
    insta::assert_snapshot!(refused("\"M1\", bank = \"6\"", "\"M1\", bank = \"9\""), @"own.toml: pins.rx.bank: there is no bank '9' in [banks], which has 6, 7; add the bank with its I/O standard, or fix the pin");
    insta::assert_snapshot!(refused("\"tx\"\nbaud", "\"rx\"\nbaud"), @"own.toml: uart.send: 'rx' is uart.receive already; name another pin");
    insta::assert_snapshot!(refused("\"L4\"", "\"M1\""), @"own.toml: pins.tx.site: M1 is also the pin of 'rx'; give each pin one name");
    insta::assert_snapshot!(refused("\"L4\"", "\"I4\""), @"own.toml: pins.tx.site: I4 is not a pin of the CABGA381: the balls of the CABGA381 are A1 to Y20; look it up in the board's schematic");
    insta::assert_snapshot!(refused("\"LVCMOS25\"", "\"LVCMOS42\""), @r#"
    own.toml: TOML parse error at line 44, column 5
       |
    44 | 7 = "LVCMOS42"
       |     ^^^^^^^^^^
    unknown variant `LVCMOS42`, expected one of `LVCMOS33`, `LVCMOS25`, `LVCMOS18`, `LVCMOS15`, `LVCMOS12`, `LVTTL`; write it as constraints/README.md describes
    "#);
    let ice40 = WHOLE
        .replace("LFE5U-25F-6BG381C", "iCE40UP5K-SG48")
        .replace("\"ecp5\"", "\"ice40\"")
        .replace("\"CABGA381\"", "\"SG48\"");
    insta::assert_snapshot!(parse(&ice40).unwrap_err().to_string(), @"own.toml: pins.button.site: R1 is not a pin of the SG48: the pins of the SG48 are numbered from 1 to 48; look it up in the board's schematic");
    let down =
        ice40.replace("CABGA381", "XY9").replace("\"SG48\"", "\"XY9\"").replace("pull = \"up\"", "pull = \"down\"");
    insta::assert_snapshot!(parse(&down).unwrap_err().to_string(), @"own.toml: pins.button.pull: an iCE40 only pulls up; leave the key out");
}

/// AMD UG470: CFGBVS is tied to the bank's supply at 2.5 and 3.3 V, and to ground below.
#[test]
fn the_configuration_pins_of_a_7_series_fpga_have_a_supply() {
    let basys = include_str!("../../constraints/basys3.toml");
    assert_eq!(basys.matches("0 = \"LVCMOS33\"\n").count(), 1);
    let with = |standard: &str| parse(&basys.replace("0 = \"LVCMOS33\"\n", standard));
    for (standard, wanted) in [
        ("0 = \"LVCMOS25\"\n", Some(("VCCO", "2.5"))),
        ("0 = \"LVCMOS18\"\n", Some(("GND", "1.8"))),
        ("0 = \"LVCMOS15\"\n", Some(("GND", "1.5"))),
        ("", None),
    ] {
        let board = with(standard).unwrap();
        let text = constraints::write(&board, &board.ports()).unwrap();
        let lines = text.lines().filter(|line| line.contains("[current_design]")).collect::<Vec<_>>().join("\n");
        let wanted = wanted.map_or(String::new(), |(select, volts)| {
            format!(
                "set_property CFGBVS {select} [current_design]\nset_property CONFIG_VOLTAGE {volts} [current_design]"
            )
        });
        assert_eq!(lines, wanted, "{standard}");
    }
    insta::assert_snapshot!(with("0 = \"LVCMOS12\"\n").unwrap_err().to_string(), @"own.toml: banks.0: a 7-series FPGA is not configured at 1.2 V; give the supply of its configuration pins, or leave the key out");
}

#[test]
fn figures_out_of_range_are_refused() {
    insta::assert_snapshot!(refused("baud = 1000000", "baud = 4000000"), @"own.toml: uart.baud: it is 4000000; choose 1 to 3000000");
    insta::assert_snapshot!(refused("mhz = 25.0", "mhz = 0.0"), @"own.toml: clock.mhz: it is 0; choose 1 to 1000 MHz");
    insta::assert_snapshot!(refused("core_mhz = 50.0", "core_mhz = 5000.0"), @"own.toml: core_mhz: it is 5000; choose 1 to 1000 MHz");
    insta::assert_snapshot!(refused("mhz = 25.0", "mhz = 25.0\npll_pad = true"), @"own.toml: clock.pll_pad: only an iCE40 has such pads; leave the key out");
    insta::assert_snapshot!(refused("luts = 24000", "luts = 0"), @"own.toml: resources.luts: it is 0; give the number of the FPGA's data sheet");
    insta::assert_snapshot!(refused("block_ram_bits = 18432", "block_ram_bits = 18"), @"own.toml: resources.block_ram_bits: it has no space for a word of block_ram_width; give both as in the FPGA's data sheet");
    insta::assert_snapshot!(refused("[\"d1\", \"d2\"]", "[]"), @"own.toml: leds.pins: it names 0 LEDs; name 1 to 4, or leave [leds] out");
    insta::assert_snapshot!(refused("active = \"high\"", "active = \"up\""), @r#"
    own.toml: TOML parse error at line 40, column 10
       |
    40 | active = "up"
       |          ^^^^
    unknown variant `up`, expected `high` or `low`; write it as constraints/README.md describes
    "#);
}

#[test]
fn lpf_names_site_standard_and_frequency() {
    let board = parse(WHOLE).unwrap();
    insta::assert_snapshot!(constraints::write(&board, &board.ports()).unwrap(), @r#"
    # Own board (own), LFE5U-25F-6BG381C
    # my schematic
    LOCATE COMP "oscillator" SITE "G2";
    IOBUF PORT "oscillator" IO_TYPE=LVCMOS33 PULLMODE=NONE;
    FREQUENCY PORT "oscillator" 25 MHZ;
    LOCATE COMP "reset_button" SITE "R1";
    IOBUF PORT "reset_button" IO_TYPE=LVCMOS33 PULLMODE=UP;
    LOCATE COMP "serial_in" SITE "M1";
    IOBUF PORT "serial_in" IO_TYPE=LVCMOS33 PULLMODE=NONE;
    LOCATE COMP "serial_out" SITE "L4";
    IOBUF PORT "serial_out" IO_TYPE=LVCMOS33 PULLMODE=NONE;
    LOCATE COMP "led[0]" SITE "B2";
    IOBUF PORT "led[0]" IO_TYPE=LVCMOS25 PULLMODE=NONE;
    LOCATE COMP "led[1]" SITE "C2";
    IOBUF PORT "led[1]" IO_TYPE=LVCMOS25 PULLMODE=NONE;
    "#);
    let stray = constraints::write(&board, &[("led[7]".into(), "d8".into())]).unwrap_err().to_string();
    insta::assert_snapshot!(stray, @"board own: it has no pin 'd8' for the port 'led[7]'; add the pin to the board's TOML");
}

#[test]
fn pcf_names_site_and_frequency() {
    let board = Board::find("alchitry-cu").unwrap();
    insta::assert_snapshot!(constraints::write(&board, &board.ports()).unwrap(), @r"
    # Alchitry Cu (alchitry-cu), iCE40HX8K-CB132
    # Lattice FPGA-DS-02029 (iCE40 LP/HX family data sheet): table of the family.
    # Pins: github.com/alchitry/Alchitry-Labs, library/components/cu.pcf, which tells the directions of the UART from the FPGA's view (litex-boards and
    # amaranth-boards name its two pins the other way round); connectors: github.com/amaranth-lang/amaranth-boards, alchitry_cu.py.
    set_io oscillator P7
    set_frequency oscillator 100
    set_io -pullup yes reset_button P8
    set_io serial_in P14
    set_io serial_out M9
    set_io led[0] J11
    set_io led[1] K11
    set_io led[2] K12
    set_io led[3] K14
    ");
}

#[test]
fn xdc_names_site_standard_and_period() {
    let board = Board::find("nexys-a7-100t").unwrap();
    insta::assert_snapshot!(constraints::write(&board, &board.ports()).unwrap(), @r"
    # Nexys A7-100T (nexys-a7-100t), XC7A100TCSG324-1
    # AMD DS180 (7 series overview), table of the Artix-7 family: 135 block RAMs of 36 kbit, each two of 18, 1,188 kbit of distributed RAM.
    # Pins, banks and I/O standards: github.com/Digilent/digilent-xdc, Nexys-A7-100T-Master.xdc; Digilent Nexys A7 reference manual.
    set_property -dict { PACKAGE_PIN E3 IOSTANDARD LVCMOS33 } [get_ports { oscillator }]
    create_clock -name oscillator -period 10.000 [get_ports { oscillator }]
    set_property -dict { PACKAGE_PIN C12 IOSTANDARD LVCMOS33 } [get_ports { reset_button }]
    set_property -dict { PACKAGE_PIN C4 IOSTANDARD LVCMOS33 } [get_ports { serial_in }]
    set_property -dict { PACKAGE_PIN D4 IOSTANDARD LVCMOS33 } [get_ports { serial_out }]
    set_property -dict { PACKAGE_PIN H17 IOSTANDARD LVCMOS33 } [get_ports { led[0] }]
    set_property -dict { PACKAGE_PIN K15 IOSTANDARD LVCMOS33 } [get_ports { led[1] }]
    set_property -dict { PACKAGE_PIN J13 IOSTANDARD LVCMOS33 } [get_ports { led[2] }]
    set_property -dict { PACKAGE_PIN N14 IOSTANDARD LVCMOS33 } [get_ports { led[3] }]
    set_false_path -from [get_ports { reset_button }]
    set_false_path -from [get_ports { serial_in }]
    set_false_path -to [get_ports { serial_out }]
    set_false_path -to [get_ports { led[0] }]
    set_false_path -to [get_ports { led[1] }]
    set_false_path -to [get_ports { led[2] }]
    set_false_path -to [get_ports { led[3] }]
    set_property CFGBVS VCCO [current_design]
    set_property CONFIG_VOLTAGE 3.3 [current_design]
    ");
    let board = Board::find("zcu104").unwrap();
    insta::assert_snapshot!(constraints::write(&board, &board.ports()).unwrap(), @r"
    # ZCU104 (zcu104), XCZU7EV-2FFVC1156E
    # AMD DS891 (Zynq UltraScale+ overview), table of the EV devices: 312 block RAMs of 36 kbit, each two of 18; 6.2 Mbit of distributed RAM; its 96 UltraRAMs are not
    # counted, since they cannot be initialised and so hold no weights.
    # Pins and I/O standards: AMD UG1267 (ZCU104 user guide), as in github.com/litex-hub/litex-boards, xilinx_zcu104.py; banks: AMD's master constraints
    # of the board. The core's clock is one of the processing system's (PL0_REF_CLK).
    set_property -dict { PACKAGE_PIN D5 IOSTANDARD LVCMOS33 } [get_ports { led[0] }]
    set_property -dict { PACKAGE_PIN D6 IOSTANDARD LVCMOS33 } [get_ports { led[1] }]
    set_property -dict { PACKAGE_PIN A5 IOSTANDARD LVCMOS33 } [get_ports { led[2] }]
    set_property -dict { PACKAGE_PIN B5 IOSTANDARD LVCMOS33 } [get_ports { led[3] }]
    set_false_path -to [get_ports { led[0] }]
    set_false_path -to [get_ports { led[1] }]
    set_false_path -to [get_ports { led[2] }]
    set_false_path -to [get_ports { led[3] }]
    ");
}
