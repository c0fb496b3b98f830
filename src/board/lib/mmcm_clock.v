// mmcm_clock: a core's clock from the board's oscillator by an MMCM of the Xilinx 7 series.
//
//     clk = oscillator · FEEDBACK_DIV / (REFERENCE_DIV · OUTPUT_DIV),   inside: clk · OUTPUT_DIV = 600 .. 1200 MHz
//
// The tool puts the input buffer before the oscillator. A core_clock made of it has core_clock.v of this folder as its
// portable form.
`default_nettype none

module mmcm_clock #(
    parameter REFERENCE_DIV = 1,            // 1 .. 106; oscillator / REFERENCE_DIV = 10 .. 450 MHz
    parameter FEEDBACK_DIV  = 10,           // 2 .. 64
    parameter OUTPUT_DIV    = 10,           // 1 .. 128
    parameter PERIOD_PS     = 10000         // of the oscillator
) (
    input  wire oscillator,
    output wire clk,
    output wire rst                         // high until the MMCM has locked; synchronous to clk
);
    wire       feedback;
    wire       generated;
    wire       locked;
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
