// synapse_lane: one weight times the counts of all time steps, added into one accumulator per time step.
//
//     accumulator[t] <- (first ? 0 : accumulator[t]) + 2^shift · weight · counts[t]
//
// The shift belongs to the event's term (a layer sums several terms; one term has shift 0 as a rule and costs nothing).
// The product is registered. A count is a few bits wide, so its product is a sum of gated copies of the weight in
// LUTs; with USE_MULTIPLIER the synthesis tool is handed a multiplication, which it puts into a DSP block.
// ACC_BITS comes from interval arithmetic over the actual weights, so no sum can overflow.
`default_nettype none

module synapse_lane #(
    parameter STEPS        = 1,             // accumulators: one per time step
    parameter COUNT_BITS   = 3,             // bits of a count
    parameter COUNT_SIGNED = 0,             // 1: counts are two's complement (pixel values)
    parameter WEIGHT_BITS  = 8,             // bits of a weight, signed
    parameter ACC_BITS     = 16,            // bits of an accumulator, signed
    parameter USE_MULTIPLIER = 0,           // 1: products by `*`
    parameter MAX_SHIFT    = 0              // largest shift of a term
) (
    input  wire                          clk,
    input  wire                          advance,    // the pipeline moves
    input  wire                          valid,      // the product register holds an event
    input  wire                          first,      // it is the first event of its window
    input  wire signed [WEIGHT_BITS-1:0] weight,
    input  wire [STEPS*COUNT_BITS-1:0]   counts,     // of the event that enters the product register
    input  wire [4:0]                    shift,      // of its term
    output wire [STEPS*ACC_BITS-1:0]     sums        // accumulators with the product register's event added
);
    localparam PRODUCT_BITS = WEIGHT_BITS + COUNT_BITS + MAX_SHIFT;
    localparam COUNT_PAD    = PRODUCT_BITS - COUNT_BITS;
    localparam WEIGHT_PAD   = PRODUCT_BITS - WEIGHT_BITS;
    // Nothing above the accumulator's width is ever needed.
    localparam HELD_BITS    = PRODUCT_BITS < ACC_BITS ? PRODUCT_BITS : ACC_BITS;

    generate
        genvar t;
        for (t = 0; t < STEPS; t = t + 1) begin : g_step
            wire [COUNT_BITS-1:0]          count = counts[t*COUNT_BITS +: COUNT_BITS];
            wire signed [PRODUCT_BITS-1:0] plain_product;
            wire signed [PRODUCT_BITS-1:0] product = MAX_SHIFT == 0 ? plain_product : plain_product <<< shift;
            wire signed [PRODUCT_BITS-1:0] wide_weight = {{WEIGHT_PAD{weight[WEIGHT_BITS-1]}}, weight};

            if (USE_MULTIPLIER != 0) begin : g_multiplier
                wire sign = (COUNT_SIGNED != 0) && count[COUNT_BITS-1];
                wire signed [PRODUCT_BITS-1:0] wide_count = {{COUNT_PAD{sign}}, count};
                assign plain_product = wide_weight * wide_count;
            end else begin : g_gated
                reg signed [PRODUCT_BITS-1:0] sum;
                integer bit_index;
                always @* begin
                    sum = {PRODUCT_BITS{1'b0}};
                    for (bit_index = 0; bit_index < COUNT_BITS; bit_index = bit_index + 1) begin
                        if (count[bit_index]) begin
                            if ((COUNT_SIGNED != 0) && bit_index == COUNT_BITS - 1) begin
                                sum = sum - (wide_weight <<< bit_index);
                            end else begin
                                sum = sum + (wide_weight <<< bit_index);
                            end
                        end
                    end
                end
                assign plain_product = sum;
            end

            reg signed [HELD_BITS-1:0] product_reg;
            reg signed [ACC_BITS-1:0]  accumulator_reg;

            wire signed [ACC_BITS-1:0] addend =
                {{(ACC_BITS - HELD_BITS){product_reg[HELD_BITS-1]}}, product_reg};
            wire signed [ACC_BITS-1:0] sum_now = (first ? {ACC_BITS{1'b0}} : accumulator_reg) + addend;

            always @(posedge clk) begin
                if (advance) begin
                    product_reg <= product[HELD_BITS-1:0];
                    if (valid) begin
                        accumulator_reg <= sum_now;
                    end
                end
            end

            assign sums[t*ACC_BITS +: ACC_BITS] = sum_now;

            if (HELD_BITS < PRODUCT_BITS) begin : g_unused
                wire unused_high_bits = &{1'b0, product[PRODUCT_BITS-1:HELD_BITS]};
            end
        end
    endgenerate
endmodule

`default_nettype wire
