// bench_control: clock, reset and verdict of a bench.
//
// PASS when `done` held for 64 clocks without a failure, FAIL at a failure or when no check was made for 20,000 clocks.
// The module prints the one line of the verdict and ends the simulation.
//
//     +reset=N   a second reset N clocks after the start: the bench begins again, whatever state it was in
`default_nettype none

module bench_control #(
    parameter NAME = "bench"
) (
    output reg         clk,
    output reg         rst,
    input  wire        done,        // everything expected has come
    input  wire        failed,
    input  wire [31:0] checks       // comparisons made so far
);
    reg [31:0] clock;
    reg [31:0] reset_at;
    reg [31:0] quiet;               // clocks since `done`
    reg [31:0] idle;                // clocks since the last check
    reg [31:0] seen;
    reg        over;

    initial begin
        clk      = 1'b0;
        rst      = 1'b1;
        clock    = 0;
        quiet    = 0;
        idle     = 0;
        seen     = 0;
        over     = 1'b0;
        reset_at = 0;
        if (!$value$plusargs("reset=%d", reset_at)) reset_at = 0;
    end

    always #5 clk = ~clk;

    always @(posedge clk) begin
        clock <= clock + 1;
        rst   <= clock < 4 || (reset_at != 0 && clock >= reset_at && clock < reset_at + 2);
        quiet <= done && !rst && clock > reset_at + 8 ? quiet + 1 : 0;
        seen  <= checks;
        idle  <= checks != seen ? 0 : idle + 1;
        if (!over) begin
            if (failed) begin
                $display("FAIL %0s after %0d checks, clock %0d", NAME, checks, clock);
            end else if (quiet == 64) begin
                $display("PASS %0s %0d checks", NAME, checks);
            end else if (idle == 20000) begin
                $display("FAIL %0s stands still after %0d checks", NAME, checks);
            end
            if (failed || quiet == 64 || idle == 20000) begin
                over <= 1'b1;
                $finish(0);
            end
        end
    end
endmodule

`default_nettype wire
