use super::*;
use crate::tool::{self, Arguments};

fn chain() -> Module {
    let engine = |name: &str, from: &str, to: &str| Item::Instance {
        module: "stage".into(),
        name: name.into(),
        parameters: vec![
            ("WIDTH".into(), Parameter::Int(8)),
            ("STEP".into(), Parameter::Sized { width: 9, hex: "1Fe".into() }),
            ("FILE".into(), Parameter::Text("conv1.mem".into())),
        ],
        connections: vec![
            ("clk".into(), "clk".into()),
            ("in".into(), from.into()),
            ("out".into(), to.into()),
            ("spare".into(), format!("unused_{name}")),
        ],
    };
    Module {
        name: "chain".into(),
        comment: "Two stages in a row.\n\nThe second line.".into(),
        parameters: vec![],
        ports: vec![
            Port::input("clk", 1, "clock"),
            Port::input("s_data", 8, "the stream in"),
            Port { signed: true, ..Port::output("m_data", 8, "the stream out, signed") },
            Port::output("busy", 1, ""),
        ],
        wires: vec![
            Wire::new("between", 8),
            Wire::new("last", 8),
            Wire::new("unused_engine_conv1", 9),
            Wire::new("unused_engine_conv2", 9),
        ],
        body: vec![
            Item::Comment("Layer 1: conv1\nSub module instances".into()),
            engine("engine_conv1", "s_data", "between"),
            Item::Assign { target: "busy".into(), expression: "(between != 8'h00) && s_data[7]".into() },
            Item::Comment("Layer 2: conv2".into()),
            engine("engine_conv2", "{between[3:0], between[7:4]}", "last"),
            Item::Assign { target: "m_data".into(), expression: "$signed(last)".into() },
        ],
    }
}

const STAGE: &str = "`default_nettype none
module stage #(parameter WIDTH = 1, parameter [8:0] STEP = 0, parameter FILE = \"\") (
    input wire clk, input wire [WIDTH-1:0] in, output reg [WIDTH-1:0] out, output wire [8:0] spare);
    always @(posedge clk) out <= in;
    assign spare = STEP;
    initial if (FILE == \"\") $display(\"no file\");
endmodule
`default_nettype wire
";

fn rom(block_rows: u64, depth: u64, latency: u32) -> Rom {
    let comment = "Weights of conv1.".into();
    let (name, file) = ("conv1_weights".into(), "conv1_weights.mem".into());
    Rom { name, comment, file, depth, width: 24, block_rows, latency, writable: false }
}

fn ram(block_rows: u64, depth: u64, latency: u32) -> Rom {
    Rom { writable: true, ..rom(block_rows, depth, latency) }
}

/// Both linters must be content and silent; a missing one fails the test by name.
fn lint(files: &[(&str, &str)], top: &str) {
    let dir = tempfile::tempdir().unwrap();
    let paths: Vec<_> = files.iter().map(|(name, _)| format!("{name}.v")).collect();
    for ((_, text), path) in files.iter().zip(&paths) {
        std::fs::write(dir.path().join(path), text).unwrap();
    }
    for (tool, args) in [
        ("verilator", Arguments::default().flag("lint-only").word("-Wall").option("top-module", top)),
        ("iverilog", Arguments::default().words(["-g2005", "-Wall", "-o", "/dev/null", "-s", top])),
    ] {
        assert_eq!(tool::quiet(tool, &args.words(&paths), dir.path()), "", "{tool}");
    }
}

#[test]
fn prints_structure() {
    let text = print(&chain()).unwrap();
    assert_eq!(text, print(&chain()).unwrap());
    insta::assert_snapshot!(text);
}

#[test]
fn prints_rom() {
    insta::assert_snapshot!(print(&rom(300, 300, 1).module().unwrap()).unwrap());
}

#[test]
fn prints_a_split_rom() {
    insta::assert_snapshot!(print(&rom(512, 576, 2).module().unwrap()).unwrap());
}

#[test]
fn prints_a_writable_memory() {
    insta::assert_snapshot!(print(&ram(0, 9, 2).module().unwrap()).unwrap());
}

#[test]
fn tools_accept_structure() {
    lint(&[("stage", STAGE), ("chain", &print(&chain()).unwrap())], "chain");
}

#[test]
fn tools_accept_roms_of_any_depth_and_style() {
    for (block_rows, depth) in [(1, 1), (0, 1), (0, 2), (0, 5), (512, 512), (4, 5), (2, 9), (512, 576)] {
        for latency in [1, 2] {
            // Only a ROM with two clocks of latency can be in both kinds of memory.
            if latency == 2 || block_rows == 0 || block_rows == depth {
                let text = print(&rom(block_rows, depth, latency).module().unwrap()).unwrap();
                lint(&[("conv1_weights", &text)], "conv1_weights");
            }
            if block_rows == 0 || block_rows == depth {
                let text = print(&ram(block_rows, depth, latency).module().unwrap()).unwrap();
                lint(&[("conv1_weights", &text)], "conv1_weights");
            }
        }
    }
}

#[test]
fn a_distributed_rom_is_logic_to_yosys() {
    let text = print(&rom(0, 16, 1).module().unwrap()).unwrap();
    assert!(text.contains("(* rom_style = \"distributed\", ram_style = \"logic\" *)"), "{text}");
}

#[test]
fn wide_ports_survive() {
    let mut m = chain();
    m.ports[1].width = 4096;
    assert!(print(&m).unwrap().contains("input wire [4095:0] s_data,"));
}

fn refused(change: impl FnOnce(&mut Module), with: &str) {
    let mut m = chain();
    change(&mut m);
    let text = print(&m).unwrap_err().to_string();
    assert!(text.contains(with), "{text}");
}

#[test]
fn refuses_what_verilog_would_refuse() {
    refused(|m| m.name = "2chain".into(), "not a Verilog identifier");
    refused(|m| m.ports[0].name = "wire".into(), "port 'wire' is not a Verilog identifier");
    refused(|m| m.wires[0].name = "a$b".into(), "'a$b' is not a Verilog identifier");
    refused(|m| m.wires[0].name = "clk".into(), "declared twice");
    refused(|m| m.wires[0].width = 0, "0 bits wide");
    let assign = |expression: &str| Item::Assign { target: "busy".into(), expression: expression.into() };
    refused(|m| m.body.push(assign("betwen[0]")), "'betwen' is not declared");
    refused(|m| m.body.push(assign("clk; assign busy = 0")), "not one expression");
    refused(|m| m.body.push(assign("(clk]")), "brackets");
    refused(|m| m.body.push(assign("")), "empty");
    let open = Item::Instance {
        module: "stage".into(),
        name: "extra".into(),
        parameters: vec![],
        connections: vec![("in".into(), String::new())],
    };
    refused(|m| m.body.push(open), "extra.in: 'open' is not declared");
    let instance = |value| Item::Instance {
        module: "stage".into(),
        name: "extra".into(),
        parameters: vec![("P".into(), value)],
        connections: vec![],
    };
    refused(|m| m.body.push(instance(Parameter::Int(1 << 31))), "32 bits");
    refused(|m| m.body.push(instance(Parameter::Sized { width: 4, hex: "1f".into() })), "5 bits in 4 bits");
    refused(|m| m.body.push(instance(Parameter::Text("a\"b".into()))), "printable");
    assert!(rom(0, 0, 1).module().is_err());
    assert!(ram(0, 0, 1).module().is_err());
    assert!(ram(512, 576, 2).module().is_err());
}

#[test]
fn code_passes_unchanged_whatever_it_says() {
    let code = "// Update code (custom)\nwire endmodule_a; // Stub signals\n// Sub module instances";
    let mut m = chain();
    m.body.push(Item::Code(code.into()));
    let text = print(&m).unwrap();
    let wanted = "    // Update code (custom)\n    wire endmodule_a; // Stub signals\n    // Sub module instances\n\nendmodule\n";
    assert!(text.contains(wanted), "{text}");
}
