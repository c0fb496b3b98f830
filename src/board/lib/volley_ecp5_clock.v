// volley_ecp5_clock: a core's clock from the board's oscillator by a PLL of the Lattice ECP5.
//
//     clk = oscillator * FEEDBACK_DIV / REFERENCE_DIV,   inside: clk * OUTPUT_DIV = 400 .. 800 MHz
//
// A volley_core_clock made of it has volley_core_clock.v of this folder as its portable form.
`default_nettype none

module volley_ecp5_clock #(
    parameter REFERENCE_DIV = 1,            // 1 .. 128; oscillator / REFERENCE_DIV at least 3.125 MHz
    parameter FEEDBACK_DIV  = 1,            // 1 .. 80
    parameter OUTPUT_DIV    = 8             // 1 .. 128
) (
    input  wire oscillator,                 // from the board
    output wire clk,                        // the core's clock
    output wire rst                         // high until the PLL has locked; synchronous to clk
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (REFERENCE_DIV < 1 || REFERENCE_DIV > 128) begin : g_check_reference_div
            volley_ecp5_clock_needs_REFERENCE_DIV_of_1_to_128 illegal ();
        end
        if (FEEDBACK_DIV < 1 || FEEDBACK_DIV > 80) begin : g_check_feedback_div
            volley_ecp5_clock_needs_FEEDBACK_DIV_of_1_to_80 illegal ();
        end
        if (OUTPUT_DIV < 1 || OUTPUT_DIV > 128) begin : g_check_output_div
            volley_ecp5_clock_needs_OUTPUT_DIV_of_1_to_128 illegal ();
        end
    endgenerate

    wire       locked;

    // Its lock is asynchronous to clk. The attributes keep these flip-flops together and out of shift-register LUTs.
    (* ASYNC_REG = "TRUE", shreg_extract = "no", keep = "true" *)
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
