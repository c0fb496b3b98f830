// Bench of volley_reset_synchroniser: a button with bounces. It is seen two clocks after it was pressed; the reset must be high from the
// next clock until 2^HOLD_LOG2 clocks after it was last seen, and low from the very start.
`default_nettype none

module reset_synchroniser_tb;
    parameter ACTIVE_LOW = 0;
    parameter HOLD_LOG2  = 4;
    parameter PRESSES    = 40;

    localparam HOLD = 1 << HOLD_LOG2;

    wire        clk;
    wire        rst;                        // of the bench
    reg         failed;
    reg  [31:0] checks;

    `include "bench_random.vh"

    reg  pressed;
    wire button_rst;
    volley_reset_synchroniser #(.ACTIVE_LOW(ACTIVE_LOW), .HOLD_LOG2(HOLD_LOG2)) dut (
        .clk(clk), .button(pressed ^ (ACTIVE_LOW != 0)), .rst(button_rst)
    );

    reg [1:0] seen_reg;
    integer   since;                        // clocks since it was last seen
    integer   left;                         // clocks of this press or pause
    integer   presses;
    reg       bounces_reg;
    initial begin
        start_random;
        pressed     = 1'b0;
        seen_reg    = 2'b00;
        since       = HOLD;
        left        = 3 * HOLD;
        presses     = 0;
        bounces_reg = 1'b0;
        failed      = 1'b0;
        checks      = 0;
    end
    always @(posedge clk) begin
        left <= left - 1;
        if (left == 0) begin
            draw;
            bounces_reg <= !bounces_reg;
            left        <= bounces_reg ? fill_state[31:8] % (2 * HOLD) : 1 + fill_state[31:8] % 8;
            presses     <= presses + 1;
        end
        draw;
        // It bounces, then it is pressed or not.
        pressed  <= presses != 0 && presses < PRESSES && (bounces_reg ? fill_state[20] : presses[1]);
        seen_reg <= {seen_reg[0], pressed};
        since    <= seen_reg[1] ? 0 : since + 1;
        checks   <= checks + 1;
        if (button_rst !== (since < HOLD)) begin
            failed <= 1'b1;
            if (!failed) $display("%0d clocks after the button was seen: %b", since, button_rst);
        end
    end

    bench_control #(.NAME("reset_synchroniser")) control (
        .clk(clk), .rst(rst), .done(presses > PRESSES + 1), .failed(failed), .checks(checks)
    );
endmodule

`default_nettype wire
