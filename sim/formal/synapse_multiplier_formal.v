// Weights and counts that share a multiplier give the same sums as products by themselves, added one by one.
//
//     plain[t][l] <- clear ? 0 : plain[t][l] + weight[l]*count[t]       modulo 2^ACC_BITS
//
// Every sum that the module hands out is its plain one, two clocks after weights and counts came, for any sequence of
// them and any `clear`. So each field of the product is right whatever the fields below it are, borrows included.
//
// Unbounded, by induction. Assumed: with two lanes no weight is -2^(WEIGHT_BITS-1), as the module asks. Widths: field f
// of the product is the sum of weight[l]*count[t]*2^(f*FIELD_BITS), and a product of WEIGHT_BITS and FACTOR_BITS bits
// fits FIELD_BITS = WEIGHT_BITS + FACTOR_BITS bits with its sign, for all widths; what is below field f is less than
// half of 2^(f*FIELD_BITS) either way and so borrows 1 exactly if it is negative, which the sign of field f - 1 says.
// The tasks have one and two lanes, one, two and three steps, signed counts, and sums narrower than a product.
module synapse_multiplier_formal #(
    parameter LANES        = 2,
    parameter TIMESTEPS    = 1,
    parameter FACTOR_BITS  = 2,
    parameter COUNT_SIGNED = 0,
    parameter WEIGHT_BITS  = 3,
    parameter ACC_BITS     = 6
) (
    input wire                             clk,
    input wire                             clear,
    input wire [LANES*WEIGHT_BITS-1:0]     weights,
    input wire [TIMESTEPS*FACTOR_BITS-1:0] counts
);
    wire [LANES*TIMESTEPS*ACC_BITS-1:0] sums;
    volley_synapse_multiplier #(
        .LANES (LANES), .TIMESTEPS (TIMESTEPS), .FACTOR_BITS (FACTOR_BITS), .COUNT_SIGNED (COUNT_SIGNED),
        .WEIGHT_BITS (WEIGHT_BITS),
        .ACC_BITS (ACC_BITS)
    ) dut (.clk (clk), .clear (clear), .weights (weights), .counts (counts), .sums (sums));

    reg [1:0] age = 2'd0;                   // clocks since the start: what comes out has come in after it
    reg       begun = 1'b0;                 // and the sums began from zero after it
    always @(posedge clk) begin
        age   <= age == 2'd2 ? age : age + 1'b1;
        begun <= begun || (age == 2'd2 && clear);
    end

    wire [LANES*TIMESTEPS-1:0] right;
    generate
        genvar l, t;
        for (l = 0; l < LANES; l = l + 1) begin : g_lane
            wire signed [WEIGHT_BITS-1:0] weight = weights[l*WEIGHT_BITS +: WEIGHT_BITS];
            always @* assume (LANES == 1 || weight != {1'b1, {(WEIGHT_BITS - 1){1'b0}}});
            for (t = 0; t < TIMESTEPS; t = t + 1) begin : g_timestep
                wire [FACTOR_BITS-1:0]      count = counts[t*FACTOR_BITS +: FACTOR_BITS];
                wire signed [FACTOR_BITS:0] value = {COUNT_SIGNED != 0 && count[FACTOR_BITS-1], count};
                reg signed [WEIGHT_BITS+FACTOR_BITS:0] product_1, product_2;
                reg signed [ACC_BITS-1:0]              plain;
                wire signed [ACC_BITS-1:0]             plain_now = plain + product_2;
                always @(posedge clk) begin
                    product_1 <= weight * value;
                    product_2 <= product_1;
                    plain     <= clear ? 0 : plain_now;
                end
                assign right[l*TIMESTEPS+t] = sums[(l*TIMESTEPS+t)*ACC_BITS +: ACC_BITS] == plain_now;
            end
        end
    endgenerate
    always @* begin
        if (begun) begin
            as_plain: assert (&right);
        end
    end
endmodule
