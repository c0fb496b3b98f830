// volley_timestep_sum: adds up the counts of all time steps of an element.
//
//     sum = counts[0] + .. + counts[TIMESTEPS-1]
//
// The last layer is linear in the counts, so it needs only their sum over time. Combinational.
`default_nettype none

module volley_timestep_sum #(
    parameter TIMESTEPS  = 2,               // time steps T
    parameter COUNT_BITS = 3,               // bits of a count
    parameter SUM_BITS   = 4                // holds TIMESTEPS times the largest count; at least COUNT_BITS
) (
    input  wire [TIMESTEPS*COUNT_BITS-1:0] counts, // time step 0 in the low bits
    output reg  [SUM_BITS-1:0]             sum     // over all time steps
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (TIMESTEPS < 1) begin : g_check_timesteps
            volley_timestep_sum_needs_TIMESTEPS_of_at_least_1 illegal ();
        end
        if (COUNT_BITS < 1) begin : g_check_count_bits
            volley_timestep_sum_needs_COUNT_BITS_of_at_least_1 illegal ();
        end
        if (SUM_BITS < COUNT_BITS) begin : g_check_sum_bits
            volley_timestep_sum_needs_SUM_BITS_of_at_least_COUNT_BITS illegal ();
        end
    endgenerate

    integer t;
    always @* begin
        sum = {SUM_BITS{1'b0}};
        for (t = 0; t < TIMESTEPS; t = t + 1) begin
            sum = sum + {{(SUM_BITS - COUNT_BITS){1'b0}}, counts[t*COUNT_BITS +: COUNT_BITS]};
        end
    end
endmodule

`default_nettype wire
