// Whatever a reset's length: all modules of the chain are in reset in one clock, leave it in the order of their
// numbers, and only then is the core ready, 2*STAGES + 2 clocks after `rst` fell.
//
// Unbounded, by induction over a window in which the chain forgets everything. Widths: STAGES is only a length; four
// stand for any number.
module reset_chain_formal #(
    parameter STAGES = 4
) (
    input wire clk,
    input wire rst
);
    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire [STAGES-1:0] resets;
    wire              ready;
    volley_reset_chain #(.STAGES (STAGES)) dut (.clk (clk), .rst (rst), .resets (resets), .ready (ready));

    localparam QUIET = 2 * STAGES + 2;
    reg [5:0] since_reg;                    // clocks since rst fell, up to the one in which the core is ready
    reg       all_reg;                      // since rst all were in reset in one clock
    always @(posedge clk) begin
        since_reg  <= rst ? 0 : since_reg == QUIET ? QUIET : since_reg + 1'b1;
        all_reg    <= !rst && (all_reg || &resets);
    end

    // The modules that are still in reset are the last ones.
    wire              leaving = all_reg && !(&resets) && !rst;
    wire [STAGES-1:0] next    = {1'b1, resets[STAGES-1:1]};
    always @* begin
        if (started) begin
            in_time:  assert (ready == (since_reg >= QUIET));
            none:     assert (!(ready && !rst) || resets == 0);
            together: assert (!(ready && !rst) || all_reg);
            in_order: assert (!leaving || (resets & ~next) == 0);
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire [3:0] \dut.count_reg ;
    always @* begin
        if (started) begin
            assert (since_reg <= QUIET);
            assert (\dut.count_reg == (since_reg >= QUIET - 1 ? 0 : QUIET - 1 - since_reg));
        end
    end
`endif
endmodule
