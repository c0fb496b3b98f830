// volley_mmcm_clock: a core's clock from the board's oscillator by an MMCM of the Xilinx 7 series.
//
//     clk = oscillator * FEEDBACK_DIV / (REFERENCE_DIV * OUTPUT_DIV),   inside: clk * OUTPUT_DIV = 600 .. 1200 MHz
//
// The tool puts the input buffer before the oscillator. A volley_core_clock made of it has volley_core_clock.v of this folder as its
// portable form.
`default_nettype none

module volley_mmcm_clock #(
    parameter REFERENCE_DIV = 1,            // 1 .. 106; oscillator / REFERENCE_DIV = 10 .. 450 MHz
    parameter FEEDBACK_DIV  = 10,           // 2 .. 64
    parameter OUTPUT_DIV    = 10,           // 1 .. 128
    parameter PERIOD_PS     = 10000         // of the oscillator
) (
    input  wire oscillator,                 // from the board
    output wire clk,                        // the core's clock
    output wire rst                         // high until the MMCM has locked; synchronous to clk
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (REFERENCE_DIV < 1 || REFERENCE_DIV > 106) begin : g_check_reference_div
            volley_mmcm_clock_needs_REFERENCE_DIV_of_1_to_106 illegal ();
        end
        if (FEEDBACK_DIV < 2 || FEEDBACK_DIV > 64) begin : g_check_feedback_div
            volley_mmcm_clock_needs_FEEDBACK_DIV_of_2_to_64 illegal ();
        end
        if (OUTPUT_DIV < 1 || OUTPUT_DIV > 128) begin : g_check_output_div
            volley_mmcm_clock_needs_OUTPUT_DIV_of_1_to_128 illegal ();
        end
        if (PERIOD_PS < 1) begin : g_check_period_ps
            volley_mmcm_clock_needs_PERIOD_PS_of_at_least_1 illegal ();
        end
    endgenerate

    wire       feedback;
    wire       generated;
    wire       locked;

    // Its lock is asynchronous to clk. The attributes keep these flip-flops together and out of shift-register LUTs.
    (* ASYNC_REG = "TRUE", shreg_extract = "no", keep = "true" *)
    reg  [1:0] locked_reg = 2'b00;

    assign rst = !locked_reg[1];

    always @(posedge clk) begin
        locked_reg <= {locked_reg[0], locked};
    end

    MMCME2_BASE #(
        .BANDWIDTH        ("OPTIMIZED"),
        .CLKIN1_PERIOD    (PERIOD_PS / 1000.0),
        .DIVCLK_DIVIDE    (REFERENCE_DIV),
        .CLKFBOUT_MULT_F  (FEEDBACK_DIV),
        .CLKOUT0_DIVIDE_F (OUTPUT_DIV)
    ) mmcm (
        .CLKIN1   (oscillator),
        .CLKFBIN  (feedback),
        .CLKFBOUT (feedback),
        .CLKOUT0  (generated),
        .LOCKED   (locked),
        .PWRDWN   (1'b0),
        .RST      (1'b0)
    );

    BUFG buffer (
        .I (generated),
        .O (clk)
    );
endmodule

`default_nettype wire
