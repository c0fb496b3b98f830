//! A second group neuron, written as typed Rust hardware (rust-hdl): two independent descriptions must agree. It is simulated in Rust
//! against the definition by members, and its printed Verilog is simulated against the library's `group_neuron`. One time step, τ = 4,
//! widths fixed.

use std::process::Command;

use rust_hdl::core::prelude::*;
use volley::random::Random;

/// τ = 4, one time step: `count = clamp(floor(v/Θ), 0, 4)` by restoring division. Two's complement in unsigned
/// vectors: the sign is the top bit, since rust-hdl does not print signed comparisons.
#[derive(LogicBlock, Default)]
struct TypedNeuron {
    pub potential: Signal<In, Bits<20>>,
    pub current: Signal<In, Bits<20>>,
    pub theta: Signal<In, Bits<20>>,
    pub count: Signal<Out, Bits<3>>,
    pub residual: Signal<Out, Bits<20>>,
    v4: Signal<Local, Bits<20>>,
    v2: Signal<Local, Bits<20>>,
    v1: Signal<Local, Bits<20>>,
    trial4: Signal<Local, Bits<20>>,
    trial2: Signal<Local, Bits<20>>,
    trial1: Signal<Local, Bits<20>>,
    four: Signal<Local, Bit>,
    two: Signal<Local, Bit>,
    one: Signal<Local, Bit>,
}

impl Logic for TypedNeuron {
    #[hdl_gen]
    fn update(&mut self) {
        self.v4.next = self.potential.val() + self.current.val();
        self.trial4.next = self.v4.val() - (self.theta.val() << 2);
        self.four.next = !self.trial4.val().get_bit(19);
        // All four members fired: nothing is left to decide.
        self.v2.next = self.v4.val();
        if self.four.val() {
            self.v2.next = self.trial4.val();
        }
        self.trial2.next = self.v2.val() - (self.theta.val() << 1);
        self.two.next = !self.four.val() & !self.trial2.val().get_bit(19);
        self.v1.next = self.v2.val();
        if self.two.val() {
            self.v1.next = self.trial2.val();
        }
        self.trial1.next = self.v1.val() - self.theta.val();
        self.one.next = !self.four.val() & !self.trial1.val().get_bit(19);
        self.residual.next = self.v1.val();
        if self.one.val() {
            self.residual.next = self.trial1.val();
        }
        self.count.next = 0.into();
        if self.four.val() {
            self.count.next = 4.into();
        }
        if self.two.val() {
            self.count.next = self.count.val() | 2;
        }
        if self.one.val() {
            self.count.next = self.count.val() | 1;
        }
    }
}

/// A neuron's case: current with bias, and theta.
fn case(random: &mut Random) -> (i64, i64) {
    let theta = random.within(1, 2000) as i64;
    let spread = 8 * theta as usize;
    (random.within(0, 2 * spread) as i64 - spread as i64, theta)
}

/// By the definition: member i fires when v reaches i·Θ.
fn by_members(current: i64, theta: i64) -> (i64, i64) {
    let v = theta / 2 + current;
    let count = (1..=4).filter(|member| v >= member * theta).count() as i64;
    (count, v - count * theta)
}

fn twos_complement(value: i64) -> Bits<20> {
    bits::<20>((value & 0xf_ffff) as LiteralType)
}

#[test]
fn equals_the_definition_in_rust() {
    let random = &mut Random::new(1);
    let mut neuron = TypedNeuron::default();
    neuron.connect_all();
    for _ in 0..20_000 {
        let (current, theta) = case(random);
        neuron.potential.next = twos_complement(theta / 2);
        neuron.current.next = twos_complement(current);
        neuron.theta.next = twos_complement(theta);
        assert!(simulate(&mut neuron, 20), "the logic settles");
        let (count, residual) = by_members(current, theta);
        assert_eq!(neuron.count.val(), bits::<3>(count as LiteralType), "current {current}, theta {theta}");
        assert_eq!(neuron.residual.val(), twos_complement(residual), "current {current}, theta {theta}");
    }
}

#[test]
fn equals_the_library_in_verilog() {
    let mut neuron = TypedNeuron::default();
    neuron.connect_all();
    let folder = tempfile::tempdir().unwrap();
    let typed = generate_verilog(&neuron).replace("module top", "module typed_neuron").replace('$', "_");
    std::fs::write(folder.path().join("typed_neuron.v"), typed).unwrap();
    let random = &mut Random::new(2);
    let cases: String = (0..2000)
        .map(|_| {
            let (current, theta) = case(random);
            format!("{:05x}{:05x}\n", current & 0xf_ffff, theta)
        })
        .collect();
    std::fs::write(folder.path().join("cases.mem"), cases).unwrap();
    std::fs::write(folder.path().join("bench.v"), BENCH).unwrap();
    let library = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rtl/lib");
    let run = |tool: &str, arguments: &[&str]| {
        let output = Command::new(tool)
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap_or_else(|error| panic!("{tool}: {error}; run scripts/install-tools.sh"));
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{tool}: {text}");
        text
    };
    let sources = ["-g2005", "-y", library, "-o", "bench.vvp", "bench.v", "typed_neuron.v"];
    run("iverilog", &sources);
    let icarus = run("vvp", &["-n", "bench.vvp"]);
    assert!(icarus.contains("PASS 2000"), "Icarus: {icarus}");
    let build =
        ["--binary", "--timing", "-Wno-fatal", "-y", library, "--top-module", "bench", "bench.v", "typed_neuron.v"];
    run("verilator", &build);
    let verilator = run("./obj_dir/Vbench", &[]);
    assert!(verilator.contains("PASS 2000"), "Verilator: {verilator}");
}

/// Both neurons side by side over `cases.mem`; the library's answers later, in the same order.
const BENCH: &str = r#"
module bench;
    reg clk = 1'b0;
    always #5 clk = !clk;
    reg rst = 1'b1;
    reg [39:0] cases [0:1999];
    integer sent = 0;
    integer fetched = 0;
    integer received = 0;
    integer failures = 0;
    integer clocks = 0;
    wire ready, valid, enable, address;
    wire [2:0] library_count;
    reg  [39:0] row = 40'd0;

    volley_group_neuron #(.CHANNELS(1), .TIMESTEPS(1), .IN_TIMESTEPS(1), .MEMBERS(4), .ACC_BITS(20), .BIAS_BITS(1), .THETA_BITS(19),
                   .MEMBRANE_BITS(20), .COUNT_BITS(3), .CHANNEL_BITS(1)) library_neuron (
        .clk(clk), .rst(rst), .s_axis_tdata(cases[sent % 2000][39:20]), .s_axis_tvalid(!rst && sent < 2000),
        .s_axis_tready(ready), .neuron_enable(enable), .neuron_addr(address), .neuron_row({1'b0, row[18:0]}),
        .m_axis_tdata(library_count), .m_axis_tvalid(valid), .m_axis_tready(1'b1));

    wire [2:0]  typed_count;
    wire [19:0] typed_residual;
    wire [39:0] now = cases[received % 2000];
    typed_neuron typed (.potential({1'b0, now[19:1]}), .current(now[39:20]), .theta(now[19:0]),
                        .count(typed_count), .residual(typed_residual));

    initial $readmemh("cases.mem", cases);
    always @(posedge clk) begin
        clocks <= clocks + 1;
        rst <= clocks < 4;
        if (!rst && sent < 2000 && ready) sent <= sent + 1;
        if (enable) row <= cases[sent];
        if (!rst && valid) begin
            if (library_count !== typed_count) failures <= failures + 1;
            received <= received + 1;
        end
        if (received == 2000 || clocks == 20000) begin
            if (failures == 0 && received == 2000) $display("PASS %0d", received);
            else $display("FAIL %0d of %0d", failures, received);
            $finish;
        end
    end
endmodule
"#;
