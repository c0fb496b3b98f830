// SPDX-License-Identifier: MIT OR Apache-2.0
// Part of Volley 0.1.0.
// volley_reset_chain: the reset of a core of STAGES modules in a row, without long nets.
//
// One reset net over a whole device is its slowest path. Here every module has a register of its own, fed by the register
// of the module after it: resets[0] is for the module at the core's output, resets[STAGES-1] for the one at its input.
//
// A reset of any length, one clock or more, is lengthened until all modules are in reset in the same clocks; what they send
// each other before that is forgotten. They leave reset in the order of their numbers, so none sends anything before the
// next one listens. `ready` is low from the clock after `rst` until the last module has left reset, 2*STAGES + 2 clocks
// after `rst` fell: the core must take nothing before.
`default_nettype none

module volley_reset_chain #(
    parameter STAGES = 2                    // modules, at least 2
) (
    input  wire              clk,           // rising edge
    input  wire              rst,           // synchronous, active high; at least one clock after the start
    output wire [STAGES-1:0] resets,        // synchronous, active high
    output wire              ready          // the core may take input
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (STAGES < 2) begin : g_check_stages
            volley_reset_chain_needs_STAGES_of_at_least_2 illegal ();
        end
    endgenerate

    localparam CLOCKS     = 2 * STAGES + 1; // of the count that begins with `rst`
    localparam COUNT_BITS = $clog2(CLOCKS + 1);

    reg [COUNT_BITS-1:0] count_reg;
    reg [STAGES-1:0]     chain_reg;
    reg                  ready_reg;

    wire on = rst || count_reg > STAGES[COUNT_BITS-1:0];

    assign resets = {chain_reg[STAGES-1:1], chain_reg[0] || rst};
    assign ready  = ready_reg;

    always @(posedge clk) begin
        chain_reg <= {chain_reg[STAGES-2:0], on};
        ready_reg <= !rst && count_reg == {COUNT_BITS{1'b0}};
        if (count_reg != {COUNT_BITS{1'b0}}) begin
            count_reg <= count_reg - 1'b1;
        end
        if (rst) begin
            count_reg <= CLOCKS[COUNT_BITS-1:0];
        end
    end
endmodule

`default_nettype wire
