// volley_synapse_accumulator: LANES weights times one count, multiplied and accumulated within one DSP block.
//
//     P <- (first ? 0 : P) + (sum over l of weight[l]*2^(l*ACC_BITS)) * count
//
// Lane l's sum is field l of P. The lower field is the lane's sum itself; a negative one has borrowed 1 from the field
// above, which the reader adds back once a neuron (`borrow`). The fields are modulo 2^ACC_BITS, so they may overflow on the
// way. Only the sum of a whole window must fit ACC_BITS, and interval arithmetic says that it does.
//
// Legal: with LANES = 2 every weight is above -2^(WEIGHT_BITS-1) (quantised weights are symmetric). Limits of one block:
//     weights (LANES - 1)*ACC_BITS + WEIGHT_BITS bits: 25 on 7 series, 27 on UltraScale+
//     count   FACTOR_BITS, and one more where counts are unsigned: 18
//     P       LANES*ACC_BITS bits: 48
// The block's pre-adder adds the weights, and `first` selects its summand: no LUT is needed. Blocks of several time steps
// share the weights and with them the adder, which is then made of LUTs (PRE_ADDER = 0, WEIGHT_BITS LUTs): yosys loses a
// shared adder when it moves it into one of the blocks.
//
// Registers: weights, product, P. The sums are valid in the clock after their last event was in the product register. A
// clock without an event brings a count of 0.
`default_nettype none

module volley_synapse_accumulator #(
    parameter LANES        = 2,             // weights that share the block: 1 or 2
    parameter FACTOR_BITS  = 4,             // bits of a count, shifted for its term
    parameter COUNT_SIGNED = 0,             // 1: counts are two's complement (pixel values)
    parameter WEIGHT_BITS  = 8,             // bits of a weight, signed
    parameter ACC_BITS     = 16,            // bits of a field, signed
    parameter PRE_ADDER    = 1              // 1: the weights' adder belongs to this block alone
) (
    input  wire                         clk,         // rising edge
    input  wire                         first,       // the product register has the first event of a window
    input  wire [LANES*WEIGHT_BITS-1:0] weights,     // lane 0 in the low bits
    input  wire [FACTOR_BITS-1:0]       count,       // shifted for its term; 0 without an event
    output wire [LANES*ACC_BITS-1:0]    sums         // P
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (LANES < 1 || LANES > 2) begin : g_check_lanes
            volley_synapse_accumulator_needs_LANES_of_1_to_2 illegal ();
        end
        if (FACTOR_BITS < 1) begin : g_check_factor_bits
            volley_synapse_accumulator_needs_FACTOR_BITS_of_at_least_1 illegal ();
        end
        if (WEIGHT_BITS < 1) begin : g_check_weight_bits
            volley_synapse_accumulator_needs_WEIGHT_BITS_of_at_least_1 illegal ();
        end
        if (ACC_BITS < 1) begin : g_check_acc_bits
            volley_synapse_accumulator_needs_ACC_BITS_of_at_least_1 illegal ();
        end
        if (COUNT_SIGNED != 0 && COUNT_SIGNED != 1) begin : g_check_count_signed
            volley_synapse_accumulator_needs_COUNT_SIGNED_of_0_or_1 illegal ();
        end
        if (PRE_ADDER != 0 && PRE_ADDER != 1) begin : g_check_pre_adder
            volley_synapse_accumulator_needs_PRE_ADDER_of_0_or_1 illegal ();
        end
    endgenerate

    localparam WEIGHTS_BITS = (LANES - 1) * ACC_BITS + WEIGHT_BITS;
    localparam SUMS_BITS    = LANES * ACC_BITS;
    localparam COUNT_BITS   = COUNT_SIGNED != 0 ? FACTOR_BITS : FACTOR_BITS + 1;    // with its sign
    // No more bits than needed: yosys must not find a sign twice when it moves the product's register into the block.
    localparam PRODUCT_BITS = WEIGHTS_BITS + COUNT_BITS;
    localparam HELD_BITS    = PRODUCT_BITS < SUMS_BITS ? PRODUCT_BITS : SUMS_BITS;

    reg signed [WEIGHTS_BITS-1:0] weights_reg;
    reg signed [COUNT_BITS-1:0]   count_reg;
    reg signed [HELD_BITS-1:0]    product_reg;
    reg signed [SUMS_BITS-1:0]    sums_reg;

    wire signed [PRODUCT_BITS-1:0] product = weights_reg * count_reg;
    wire signed [SUMS_BITS-1:0]    addend  = {{(SUMS_BITS - HELD_BITS){product_reg[HELD_BITS-1]}}, product_reg};
    wire signed [SUMS_BITS-1:0]    held = first ? {SUMS_BITS{1'b0}} : sums_reg;

    wire signed [WEIGHTS_BITS-1:0] weights_next;
    wire [COUNT_BITS-1:0]          count_next;
    generate
        if (LANES == 1) begin : g_one
            assign weights_next = weights;
        end else begin : g_two
            wire signed [WEIGHTS_BITS-1:0] lower = {{ACC_BITS{weights[WEIGHT_BITS-1]}}, weights[WEIGHT_BITS-1:0]};
            wire signed [WEIGHTS_BITS-1:0] upper = {weights[WEIGHT_BITS +: WEIGHT_BITS], {ACC_BITS{1'b0}}};
            if (PRE_ADDER != 0) begin : g_pre_adder
                // Both sides are signed, so the pre-adder, which is wider, extends their signs.
                assign weights_next = lower + upper;
            end else begin : g_adder
                // The same, but the lower bits need no adder.
                assign weights_next = {upper[WEIGHTS_BITS-1:ACC_BITS] + {WEIGHT_BITS{lower[WEIGHT_BITS-1]}},
                                       lower[ACC_BITS-1:0]};
                wire unused_bits = &{1'b0, lower, upper};
            end
        end
        if (COUNT_SIGNED != 0) begin : g_signed
            assign count_next = count;
        end else begin : g_unsigned
            assign count_next = {1'b0, count};
        end
        if (HELD_BITS < PRODUCT_BITS) begin : g_unused
            wire unused_high_bits = &{1'b0, product[PRODUCT_BITS-1:HELD_BITS]};
        end
    endgenerate

    always @(posedge clk) begin
        weights_reg <= weights_next;
        count_reg   <= count_next;
        product_reg <= product[HELD_BITS-1:0];
        sums_reg    <= held + addend;
    end

    assign sums = sums_reg;
endmodule

`default_nettype wire
