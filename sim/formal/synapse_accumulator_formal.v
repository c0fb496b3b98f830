// Two lanes in one accumulating multiplier give the same sums as products by themselves, added one by one.
//
// Over a window of any length, plain[l] is the sum of weight[l]*count. The module asks that a whole window's sum fits
// ACC_BITS bits (on the way it may not). Where the lower lane's plain sum does, the lower field is that sum, and the
// upper field plus the borrow, the lower one's sign, is the upper lane's plain sum modulo 2^ACC_BITS.
//
// Unbounded, by induction: plain sums are kept modulo 2^(2*ACC_BITS), which is all that the two fields show. Assumed:
// with two lanes no weight is -2^(WEIGHT_BITS-1), as the module asks. Widths: P is the one number (upper
// sum)*2^ACC_BITS + (lower sum), for all widths; if the lower sum fits ACC_BITS bits, the fields are those sums, except
// for the borrow.
module synapse_accumulator_formal #(
    parameter LANES        = 2,
    parameter FACTOR_BITS  = 2,
    parameter COUNT_SIGNED = 0,
    parameter WEIGHT_BITS  = 3,
    parameter ACC_BITS     = 6,
    parameter PRE_ADDER    = 1
) (
    input wire                         clk,
    input wire                         first,
    input wire [LANES*WEIGHT_BITS-1:0] weights,
    input wire [FACTOR_BITS-1:0]       count
);
    localparam PLAIN_BITS = 2 * ACC_BITS;

    wire [LANES*ACC_BITS-1:0] sums;
    volley_synapse_accumulator #(
        .LANES (LANES), .FACTOR_BITS (FACTOR_BITS), .COUNT_SIGNED (COUNT_SIGNED), .WEIGHT_BITS (WEIGHT_BITS),
        .ACC_BITS (ACC_BITS),
        .PRE_ADDER (PRE_ADDER)
    ) dut (.clk (clk), .first (first), .weights (weights), .count (count), .sums (sums));

    reg [1:0] age = 2'd0;                   // clocks since the start: what comes out has come in after it
    reg       begun = 1'b0;                 // and the sums began from zero after it
    always @(posedge clk) begin
        age   <= age == 2'd2 ? age : age + 1'b1;
        begun <= begun || (age == 2'd2 && first);
    end

    wire signed [FACTOR_BITS:0]    value = {COUNT_SIGNED != 0 && count[FACTOR_BITS-1], count};
    wire [LANES*PLAIN_BITS-1:0]    plain;
    generate
        genvar l;
        for (l = 0; l < LANES; l = l + 1) begin : g_lane
            wire signed [WEIGHT_BITS-1:0] weight = weights[l*WEIGHT_BITS +: WEIGHT_BITS];
            always @* assume (LANES == 1 || weight != {1'b1, {(WEIGHT_BITS - 1){1'b0}}});
            reg signed [WEIGHT_BITS+FACTOR_BITS:0] product_1, product_2;
            reg signed [PLAIN_BITS-1:0]            plain_reg;
            always @(posedge clk) begin
                product_1 <= weight * value;
                product_2 <= product_1;
                plain_reg <= (first ? $signed({PLAIN_BITS{1'b0}}) : plain_reg) + product_2;
            end
            assign plain[l*PLAIN_BITS +: PLAIN_BITS] = plain_reg;
        end
    endgenerate

    wire signed [PLAIN_BITS-1:0] lower  = plain[0 +: PLAIN_BITS];
    wire                         fits   = lower >> (ACC_BITS - 1) == 0 || &(lower >>> (ACC_BITS - 1));
    wire [ACC_BITS-1:0]          low    = sums[0 +: ACC_BITS];
    wire [ACC_BITS-1:0]          high   = sums[(LANES-1)*ACC_BITS +: ACC_BITS] + low[ACC_BITS-1];
    wire [ACC_BITS-1:0]          upper  = plain[(LANES-1)*PLAIN_BITS +: ACC_BITS];
    wire [LANES*ACC_BITS-1:0]    packed_sums = LANES == 1 ? lower : lower + {upper, {ACC_BITS{1'b0}}};
    always @* begin
        if (begun) begin
            lower_as_plain: assert (!fits || low == lower[ACC_BITS-1:0]);
            upper_as_plain: assert (LANES == 1 || !fits || high == upper);
`ifndef OBSERVED
            assert (sums == packed_sums);
`endif
        end
    end
endmodule
