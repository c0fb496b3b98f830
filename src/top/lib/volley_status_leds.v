// volley_status_leds: what a person at the board sees of an accelerator.
//
//     leds[0]  ready: the weights are valid, and no reset is on
//     leds[1]  a frame is in the core, seen for 2^STRETCH_LOG2 clocks at least
//     leds[2]  a message was dropped, or a frame ended at the wrong pixel; until reset
//     leds[3]  blinks: there is a clock
`default_nettype none

module volley_status_leds #(
    parameter LEDS         = 4,             // LEDs of the board, 1 .. 4
    parameter ACTIVE_LOW   = 0,             // 1: a LED is lit by 0
    parameter STRETCH_LOG2 = 22             // a blink is eight times as long
) (
    input  wire            clk,             // rising edge
    input  wire            rst,             // synchronous, active high
    input  wire            ready,           // shown by leds[0]
    input  wire            busy,            // shown by leds[1]
    input  wire            error,           // shown by leds[2]; for one clock or longer
    output wire [LEDS-1:0] leds             // registered
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (LEDS < 1 || LEDS > 4) begin : g_check_leds
            volley_status_leds_needs_LEDS_of_1_to_4 illegal ();
        end
        if (ACTIVE_LOW != 0 && ACTIVE_LOW != 1) begin : g_check_active_low
            volley_status_leds_needs_ACTIVE_LOW_of_0_or_1 illegal ();
        end
        if (STRETCH_LOG2 < 1) begin : g_check_stretch_log2
            volley_status_leds_needs_STRETCH_LOG2_of_at_least_1 illegal ();
        end
    endgenerate

    localparam COUNT_BITS = STRETCH_LOG2 + 3;

    reg [COUNT_BITS-1:0] count_reg;
    reg                  busy_reg;          // since the count wrapped, and in the round before
    reg                  before_reg;
    reg                  error_reg;
    reg [LEDS-1:0]       leds_reg;

    wire round = &count_reg[STRETCH_LOG2-1:0];
    wire [3:0] lit = {count_reg[COUNT_BITS-1], error_reg, busy_reg || before_reg, ready && !rst};

    assign leds = leds_reg;

    generate
        if (LEDS < 4) begin : g_few
            wire unused_lit = &{1'b0, lit[3:LEDS]};
        end
    endgenerate

    always @(posedge clk) begin
        count_reg <= count_reg + 1'b1;
        busy_reg  <= busy || (busy_reg && !round);
        error_reg <= error || error_reg;
        leds_reg  <= ACTIVE_LOW != 0 ? ~lit[LEDS-1:0] : lit[LEDS-1:0];
        if (round) begin
            before_reg <= busy_reg;
        end
        if (rst) begin
            count_reg  <= {COUNT_BITS{1'b0}};
            busy_reg   <= 1'b0;
            before_reg <= 1'b0;
            error_reg  <= 1'b0;
        end
    end
endmodule

`default_nettype wire
