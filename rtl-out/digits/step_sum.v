// step_sum: adds up the counts of all time steps of an element.
//
//     sum = counts[0] + .. + counts[STEPS-1]
//
// The last layer is linear in the counts, so it needs their sum over time only. Combinational.
`default_nettype none

module step_sum #(
    parameter STEPS      = 2,               // time steps T
    parameter COUNT_BITS = 3,
    parameter SUM_BITS   = 4                // holds STEPS times the largest count; at least COUNT_BITS
) (
    input  wire [STEPS*COUNT_BITS-1:0] counts,   // step 0 in the low bits
    output reg  [SUM_BITS-1:0]         sum
);
    integer t;
    always @* begin
        sum = {SUM_BITS{1'b0}};
        for (t = 0; t < STEPS; t = t + 1) begin
            sum = sum + {{(SUM_BITS - COUNT_BITS){1'b0}}, counts[t*COUNT_BITS +: COUNT_BITS]};
        end
    end
endmodule

`default_nettype wire
