// volley_ice40_clock: a core's clock from the board's oscillator by a PLL of the Lattice iCE40.
//
//     clk = oscillator * FEEDBACK_DIV / (REFERENCE_DIV * 2^OUTPUT_DIV),   inside: clk * 2^OUTPUT_DIV = 533 .. 1066 MHz
//
// A pin that is a PLL's own pad must feed it directly (PAD = 1); from any other the oscillator comes over the fabric. A
// volley_core_clock made of it has volley_core_clock.v of this folder as its portable form.
`default_nettype none

module volley_ice40_clock #(
    parameter [3:0] REFERENCE_DIV = 4'd1,   // 1 .. 15; oscillator / REFERENCE_DIV at least 10 MHz
    parameter [7:0] FEEDBACK_DIV  = 8'd64,  // 1 .. 128
    parameter [2:0] OUTPUT_DIV    = 3'd5,   // log2, 1 .. 6
    parameter [2:0] FILTER_RANGE  = 3'd1,   // 1 .. 6, by the frequency oscillator / REFERENCE_DIV
    parameter       PAD           = 1       // whether the oscillator's pin is a PLL's own pad
) (
    input  wire oscillator,                 // from the board
    output wire clk,                        // the core's clock
    output wire rst                         // high until the PLL has locked; synchronous to clk
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (REFERENCE_DIV == 0) begin : g_check_reference_div
            volley_ice40_clock_needs_REFERENCE_DIV_of_1_to_15 illegal ();
        end
        if (FEEDBACK_DIV == 0 || FEEDBACK_DIV > 128) begin : g_check_feedback_div
            volley_ice40_clock_needs_FEEDBACK_DIV_of_1_to_128 illegal ();
        end
        if (OUTPUT_DIV == 0 || OUTPUT_DIV == 7) begin : g_check_output_div
            volley_ice40_clock_needs_OUTPUT_DIV_of_1_to_6 illegal ();
        end
        if (FILTER_RANGE == 0 || FILTER_RANGE == 7) begin : g_check_filter_range
            volley_ice40_clock_needs_FILTER_RANGE_of_1_to_6 illegal ();
        end
        if (PAD != 0 && PAD != 1) begin : g_check_pad
            volley_ice40_clock_needs_PAD_of_0_or_1 illegal ();
        end
    endgenerate

    localparam [3:0] DIVR = REFERENCE_DIV - 4'd1;
    localparam [7:0] LAST = FEEDBACK_DIV - 8'd1;

    wire       locked;

    // Its lock is asynchronous to clk. The attributes keep these flip-flops together and out of shift-register LUTs.
    (* ASYNC_REG = "TRUE", shreg_extract = "no", keep = "true" *)
    reg  [1:0] locked_reg = 2'b00;

    assign rst = !locked_reg[1];

    always @(posedge clk) begin
        locked_reg <= {locked_reg[0], locked};
    end

    generate
        if (PAD != 0) begin : g_pad
            SB_PLL40_PAD #(
                .FEEDBACK_PATH ("SIMPLE"),
                .DIVR          (DIVR),
                .DIVF          (LAST[6:0]),
                .DIVQ          (OUTPUT_DIV),
                .FILTER_RANGE  (FILTER_RANGE)
            ) pll (
                .PACKAGEPIN    (oscillator),
                .PLLOUTGLOBAL  (clk),
                .LOCK          (locked),
                .RESETB        (1'b1),
                .BYPASS        (1'b0)
            );
        end else begin : g_fabric
            SB_PLL40_CORE #(
                .FEEDBACK_PATH ("SIMPLE"),
                .DIVR          (DIVR),
                .DIVF          (LAST[6:0]),
                .DIVQ          (OUTPUT_DIV),
                .FILTER_RANGE  (FILTER_RANGE)
            ) pll (
                .REFERENCECLK  (oscillator),
                .PLLOUTGLOBAL  (clk),
                .LOCK          (locked),
                .RESETB        (1'b1),
                .BYPASS        (1'b0)
            );
        end
    endgenerate
endmodule

`default_nettype wire
