// volley_core_clock: the core's clock is the board's oscillator.
//
// Where a board's core runs at another frequency, a generated volley_core_clock with the same ports replaces this one; this is
// its portable form, for simulation.
`default_nettype none

module volley_core_clock (
    input  wire oscillator,                 // from the board
    output wire clk,                        // the core's clock
    output wire rst                         // high until the clock can be used; synchronous to it
);
    reg started_reg = 1'b0;

    assign clk = oscillator;
    assign rst = !started_reg;

    always @(posedge clk) begin
        started_reg <= 1'b1;
    end
endmodule

`default_nettype wire
