// volley_synapse_multiplier: LANES weights times TIMESTEPS counts with one multiplier, added into LANES*TIMESTEPS accumulators in LUTs.
//
//     product             = (sum over l of weight[l]*2^(l*F)) * (sum over t of count[t]*2^(t*LANES*F))
//     accumulator[t][l]  <- accumulator[t][l] + weight[l]*count[t];   0 after a window's last event
//
// Every product of a weight and a count has its own field of F = WEIGHT_BITS + FACTOR_BITS bits, field t*LANES + l. A negative
// field borrows 1 from the next one; the borrow is added back in the accumulator's carry. FACTOR_BITS is the width of a count
// that is already shifted for its term; the shift is done once for all lanes.
//
// Legal: with LANES = 2 every weight is above -2^(WEIGHT_BITS-1) (quantised weights are symmetric); with TIMESTEPS = 2 and more
// counts are unsigned. Both sides must fit a port of the multiplier, or it is built of several:
//     weights (LANES - 1)*F + WEIGHT_BITS bits, signed
//     counts  (TIMESTEPS - 1)*LANES*F + FACTOR_BITS bits, and one more for the sign where counts are unsigned
// ECP5 has ports of 18 bits, iCE40 of 16, 7 series of 25 and 18, UltraScale+ of 27 and 18.
//
// Register stages in front of the accumulators: two, the weights and the product. A clock without an event brings counts of 0.
// Cost: one multiplier, ACC_BITS + 1 LUTs an accumulator, and WEIGHT_BITS more LUTs with LANES = 2.
`default_nettype none

module volley_synapse_multiplier #(
    parameter LANES        = 1,             // weights that share the multiplier: 1 or 2
    parameter TIMESTEPS    = 1,             // counts that share it
    parameter FACTOR_BITS  = 4,             // bits of a count, shifted
    parameter COUNT_SIGNED = 0,             // 1: counts are two's complement (pixel values)
    parameter WEIGHT_BITS  = 8,             // bits of a weight, signed
    parameter ACC_BITS     = 16             // bits of an accumulator, signed
) (
    input  wire                             clk,     // rising edge
    input  wire                             clear,   // reset, or the event that is added is the last of its window
    input  wire [LANES*WEIGHT_BITS-1:0]     weights, // lane 0 in the low bits
    input  wire [TIMESTEPS*FACTOR_BITS-1:0] counts,  // time step 0 in the low bits
    output wire [LANES*TIMESTEPS*ACC_BITS-1:0] sums  // with the product register's event added; a lane's time steps together
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (LANES < 1 || LANES > 2) begin : g_check_lanes
            volley_synapse_multiplier_needs_LANES_of_1_to_2 illegal ();
        end
        if (TIMESTEPS < 1) begin : g_check_timesteps
            volley_synapse_multiplier_needs_TIMESTEPS_of_at_least_1 illegal ();
        end
        if (FACTOR_BITS < 1) begin : g_check_factor_bits
            volley_synapse_multiplier_needs_FACTOR_BITS_of_at_least_1 illegal ();
        end
        if (WEIGHT_BITS < 1) begin : g_check_weight_bits
            volley_synapse_multiplier_needs_WEIGHT_BITS_of_at_least_1 illegal ();
        end
        if (ACC_BITS < 1) begin : g_check_acc_bits
            volley_synapse_multiplier_needs_ACC_BITS_of_at_least_1 illegal ();
        end
        if (COUNT_SIGNED != 0 && COUNT_SIGNED != 1) begin : g_check_count_signed
            volley_synapse_multiplier_needs_COUNT_SIGNED_of_0_or_1 illegal ();
        end
    endgenerate

    localparam FIELD_BITS   = WEIGHT_BITS + FACTOR_BITS;
    localparam FIELDS       = LANES * TIMESTEPS;
    localparam WEIGHTS_BITS = (LANES - 1) * FIELD_BITS + WEIGHT_BITS;
    localparam COUNTS_BITS  = (TIMESTEPS - 1) * LANES * FIELD_BITS + FACTOR_BITS + (COUNT_SIGNED != 0 ? 0 : 1);
    localparam ALL_BITS     = FIELDS * FIELD_BITS;
    localparam HELD_BITS    = FIELD_BITS < ACC_BITS ? FIELD_BITS : ACC_BITS;

    // ---------------------------------------------------------------- the two sides
    wire [WEIGHTS_BITS-1:0] weights_next;
    wire [COUNTS_BITS-1:0]  counts_next;
    generate
        genvar f;
        if (LANES == 1) begin : g_one_weight
            assign weights_next = weights;
        end else begin : g_two_weights
            // The lower weight's sign is a borrow from the upper one.
            assign weights_next = {weights[WEIGHT_BITS +: WEIGHT_BITS] + {WEIGHT_BITS{weights[WEIGHT_BITS-1]}},
                                   {FACTOR_BITS{weights[WEIGHT_BITS-1]}}, weights[WEIGHT_BITS-1:0]};
        end
        if (COUNT_SIGNED != 0) begin : g_signed_count
            assign counts_next = counts;
        end else if (TIMESTEPS == 1) begin : g_one_count
            assign counts_next = {1'b0, counts};
        end else begin : g_counts
            localparam GAP = LANES * FIELD_BITS - FACTOR_BITS;
            for (f = 0; f < TIMESTEPS; f = f + 1) begin : g_count
                assign counts_next[f*LANES*FIELD_BITS +: FACTOR_BITS] = counts[f*FACTOR_BITS +: FACTOR_BITS];
                if (f + 1 < TIMESTEPS) begin : g_gap
                    assign counts_next[f*LANES*FIELD_BITS+FACTOR_BITS +: GAP] = {GAP{1'b0}};
                end
            end
            assign counts_next[COUNTS_BITS-1] = 1'b0;
        end
    endgenerate

    reg signed [WEIGHTS_BITS-1:0] weights_reg;
    reg signed [COUNTS_BITS-1:0]  counts_reg;
    reg signed [ALL_BITS-1:0]     product_reg;

    // As wide as the product, so the multiplication loses nothing.
    wire signed [WEIGHTS_BITS+COUNTS_BITS-1:0] product = weights_reg * counts_reg;
    wire unused_high_bits = &{1'b0, product};

    always @(posedge clk) begin
        weights_reg <= weights_next;
        counts_reg  <= counts_next;
        product_reg <= product[ALL_BITS-1:0];
    end

    // ---------------------------------------------------------------- the accumulators
    generate
        for (f = 0; f < FIELDS; f = f + 1) begin : g_field
            localparam PLACE = (f % LANES) * TIMESTEPS + f / LANES;
            wire [FIELD_BITS-1:0] field = product_reg[f*FIELD_BITS +: FIELD_BITS];
            wire [ACC_BITS-1:0]   addend =
                {{(ACC_BITS - HELD_BITS){field[HELD_BITS-1]}}, field[HELD_BITS-1:0]};
            reg  [ACC_BITS-1:0]   accumulator_reg;
            wire [ACC_BITS-1:0]   sum_now;

            if (f == 0) begin : g_lowest
                assign sum_now = accumulator_reg + addend;
            end else begin : g_upper
                // What the field below borrowed enters as a carry, one bit below both sides.
                wire [ACC_BITS:0] carried = {accumulator_reg, 1'b1} + {addend, product_reg[f*FIELD_BITS-1]};
                wire unused_carry = carried[0];
                assign sum_now = carried[ACC_BITS:1];
            end

            always @(posedge clk) begin
                if (clear) begin
                    accumulator_reg <= {ACC_BITS{1'b0}};
                end else begin
                    accumulator_reg <= sum_now;
                end
            end

            assign sums[PLACE*ACC_BITS +: ACC_BITS] = sum_now;

            if (HELD_BITS < FIELD_BITS) begin : g_unused
                wire unused_field_bits = &{1'b0, field[FIELD_BITS-1:HELD_BITS]};
            end
        end
    endgenerate
endmodule

`default_nettype wire
