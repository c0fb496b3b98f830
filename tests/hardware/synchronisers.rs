//! What comes from an asynchronous pin passes flip-flops one after another in the netlist of every family, with nothing between them: no
//! LUT, and no shift register in a LUT, whose stages have no time to settle.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::command::must;
use support::{root, yosys};

/// A family: yosys's command, and its clock's module and PLL, whose lock is asynchronous as well.
struct Family {
    command: &'static str,
    clock: Option<(&'static str, &'static str)>,
}

/// In this order: ECP5, iCE40, 7 series, UltraScale+, whose clock comes from a processor.
const FAMILIES: [Family; 4] = [
    Family { command: "synth_ecp5", clock: Some(("volley_ecp5_clock", "EHXPLLL.LOCK")) },
    Family { command: "synth_ice40", clock: Some(("volley_ice40_clock", "SB_PLL40_PAD.LOCK")) },
    Family { command: "synth_xilinx -flatten -noiopad", clock: Some(("volley_mmcm_clock", "MMCME2_BASE.LOCKED")) },
    Family { command: "synth_xilinx -flatten -noiopad -family xcup", clock: None },
];

/// All modules that an asynchronous signal enters; `$CLOCK` is the family's, if it has one.
const TOP: &str = "module top (
    input  wire       clk,
    input  wire       pin,
    input  wire [1:0] button,
    input  wire       oscillator,
    output wire [9:0] data,
    output wire [1:0] rst,
    output wire [1:0] clock
);
    volley_uart_receiver receiver (
        .clk(clk), .rst(rst[0]), .pin(pin), .m_tdata(data[7:0]), .m_terror(data[8]), .m_tvalid(data[9])
    );
    volley_reset_synchroniser #(.ACTIVE_LOW(0)) high (.clk(clk), .button(button[0]), .rst(rst[0]));
    volley_reset_synchroniser #(.ACTIVE_LOW(1)) low (.clk(clk), .button(button[1]), .rst(rst[1]));
    $CLOCK
endmodule
";

/// A netlist, as yosys writes it.
struct Netlist(Value);

impl Netlist {
    /// Synthesises [`TOP`] with the library's text changed by `edit`.
    fn of(family: &Family, program: &Path, edit: impl Fn(String) -> String) -> Netlist {
        let folder = tempfile::tempdir().unwrap();
        let library = ["top/lib/volley_uart_receiver.v", "top/lib/volley_reset_synchroniser.v"].map(String::from);
        let clock = family.clock.map(|(module, _)| format!("board/lib/{module}.v"));
        let mut text = TOP.replace(
            "$CLOCK",
            &family.clock.map_or("assign clock = 2'b00;".into(), |(module, _)| {
                format!("{module} pll (.oscillator(oscillator), .clk(clock[0]), .rst(clock[1]));")
            }),
        );
        for file in library.into_iter().chain(clock) {
            text += &edit(std::fs::read_to_string(root().join("src").join(file)).unwrap());
        }
        std::fs::write(folder.path().join("top.v"), text).unwrap();
        let script = format!("read_verilog -noautowire top.v; {} -top top; write_json top.json", family.command);
        must(Command::new(program).args(["-q", "-p", &script]).current_dir(folder.path()));
        let text = std::fs::read_to_string(folder.path().join("top.json")).unwrap();
        let mut netlist: Value = serde_json::from_str(&text).unwrap();
        Netlist(netlist["modules"]["top"].take())
    }

    fn cells(&self) -> impl Iterator<Item = &Value> {
        self.0["cells"].as_object().unwrap().values()
    }

    /// The bit of `place`: a port of the top with an index, `button.1`, or an output of the only cell of a type, `EHXPLLL.LOCK`.
    fn bit(&self, place: &str) -> &Value {
        let (name, end) = place.split_once('.').unwrap();
        match self.0["ports"].get(name) {
            Some(port) => &port["bits"][end.parse::<usize>().unwrap()],
            None => &self.cells().find(|cell| cell["type"] == name).unwrap()["connections"][end][0],
        }
    }

    /// The cells' inputs that a bit drives.
    fn loads(&self, bit: &Value) -> Vec<(&Value, &str)> {
        let inputs = |cell: &'_ Value| -> Vec<String> {
            let ports = cell["port_directions"].as_object().unwrap();
            ports.iter().filter(|(_, direction)| *direction == "input").map(|(port, _)| port.clone()).collect()
        };
        let mut loads = Vec::new();
        for cell in self.cells() {
            for (port, bits) in cell["connections"].as_object().unwrap() {
                if inputs(cell).contains(port) && bits.as_array().unwrap().contains(bit) {
                    loads.push((cell, port.as_str()));
                }
            }
        }
        loads
    }

    /// The flip-flops in a row that begin at `place`: each feeds the next one's data, and nothing else. An inverter may be in front
    /// of the first.
    fn stages(&self, place: &str) -> usize {
        let mut bit = self.bit(place);
        let mut stages = 0;
        while let [(cell, port)] = self.loads(bit)[..] {
            let kind = cell["type"].as_str().unwrap();
            let flip_flop = ["TRELLIS_FF", "SB_DFF", "FD"].iter().any(|start| kind.starts_with(start));
            if flip_flop && matches!(port, "D" | "DI") {
                stages += 1;
                bit = &cell["connections"]["Q"][0];
            } else if stages == 0 && is_inverter(cell) {
                bit = output(cell);
            } else {
                break;
            }
        }
        stages
    }

    fn shift_registers(&self) -> usize {
        self.cells().filter(|cell| cell["type"].as_str().unwrap().starts_with("SRL")).count()
    }
}

/// The first bit of a cell's only output.
fn output(cell: &Value) -> &Value {
    let ports = cell["port_directions"].as_object().unwrap();
    let (port, _) = ports.iter().find(|(_, direction)| *direction == "output").unwrap();
    &cell["connections"][port][0]
}

/// Whether a cell is a gate with one input; the others of a LUT are constants.
fn is_inverter(cell: &Value) -> bool {
    let ports = cell["port_directions"].as_object().unwrap();
    let connections = cell["connections"].as_object().unwrap();
    let inputs =
        connections.iter().filter(|(port, _)| ports[*port] == "input").flat_map(|(_, bits)| bits.as_array().unwrap());
    let kind = cell["type"].as_str().unwrap();
    (kind.contains("LUT") || kind == "INV") && inputs.filter(|bit| bit.is_number()).count() == 1
}

#[test]
fn synchronisers_are_flip_flops_in_a_row() {
    for family in &FAMILIES {
        for program in [yosys::system(), yosys::newest()] {
            let netlist = Netlist::of(family, &program, |text| text);
            let name = format!("{} of {}", family.command, program.display());
            assert_eq!(netlist.shift_registers(), 0, "{name}");
            let pins = [("pin.0", 3), ("button.0", 2), ("button.1", 2)];
            for (place, stages) in pins.into_iter().chain(family.clock.map(|(_, lock)| (lock, 2))) {
                assert_eq!(netlist.stages(place), stages, "{place}, {name}");
            }
        }
    }
}

/// Without the attribute that yosys knows, the line of the receiver ends in a shift register: the check above would find it.
#[test]
fn without_the_attribute_there_is_a_shift_register() {
    let netlist = Netlist::of(&FAMILIES[2], &yosys::system(), |text| text.replace(", keep = \"true\"", ""));
    assert_eq!((netlist.shift_registers(), netlist.stages("pin.0")), (1, 0));
}
