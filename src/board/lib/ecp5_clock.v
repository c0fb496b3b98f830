// ecp5_clock: a core's clock from the board's oscillator by a PLL of the Lattice ECP5.
//
//     clk = oscillator · FEEDBACK_DIV / REFERENCE_DIV,   inside: clk · OUTPUT_DIV = 400 .. 800 MHz
//
// A core_clock made of it has core_clock.v of this folder as its portable form.
`default_nettype none

module ecp5_clock #(
    parameter REFERENCE_DIV = 1,            // 1 .. 128; oscillator / REFERENCE_DIV at least 3.125 MHz
    parameter FEEDBACK_DIV  = 1,            // 1 .. 80
    parameter OUTPUT_DIV    = 8             // 1 .. 128
) (
    input  wire oscillator,
    output wire clk,
    output wire rst                         // high until the PLL has locked; synchronous to clk
);
    wire       locked;
    reg  [1:0] locked_reg = 2'b00;

    assign rst = !locked_reg[1];

    always @(posedge clk) begin
        locked_reg <= {locked_reg[0], locked};
    end

    (* ICP_CURRENT = "12", LPF_RESISTOR = "8", MFG_ENABLE_FILTEROPAMP = "1", MFG_GMCREF_SEL = "2" *)
    EHXPLLL #(
        .CLKI_DIV        (REFERENCE_DIV),
        .CLKFB_DIV       (FEEDBACK_DIV),
        .CLKOP_DIV       (OUTPUT_DIV),
        .CLKOP_CPHASE    (OUTPUT_DIV / 2),
        .CLKOP_FPHASE    (0),
        .CLKOP_ENABLE    ("ENABLED"),
        .CLKOS_ENABLE    ("DISABLED"),
        .CLKOS2_ENABLE   ("DISABLED"),
        .CLKOS3_ENABLE   ("DISABLED"),
        .OUTDIVIDER_MUXA ("DIVA"),
        .FEEDBK_PATH     ("CLKOP"),
        .PLLRST_ENA      ("DISABLED"),
        .INTFB_WAKE      ("DISABLED"),
        .STDBY_ENABLE    ("DISABLED"),
        .DPHASE_SOURCE   ("DISABLED")
    ) pll (
        .CLKI         (oscillator),
        .CLKFB        (clk),
        .CLKOP        (clk),
        .LOCK         (locked),
        .RST          (1'b0),
        .STDBY        (1'b0),
        .PHASESEL0    (1'b0),
        .PHASESEL1    (1'b0),
        .PHASEDIR     (1'b1),
        .PHASESTEP    (1'b1),
        .PHASELOADREG (1'b1),
        .PLLWAKESYNC  (1'b0),
        .ENCLKOP      (1'b0)
    );
endmodule

`default_nettype wire
