// SPDX-License-Identifier: MIT OR Apache-2.0
// Part of Volley 0.1.0.
// volley_synapse_lane: one weight times the counts of all time steps in LUTs, added into one accumulator per time step.
//
//     accumulator[t] <- accumulator[t] + 2^shift * weight * sum over i of 4^i * digit[t][i];   0 after a window's last event
//
// Counts are recoded once for all lanes (volley_count_recoder) into digits of {-1, 0, 1, 2}, so a digit selects one of
// {-w, 0, w, 2w}: one LUT of four inputs a bit (two bits of the weight, two of the digit's code). -w is ~w here; the
// missing 1 goes into the zeros below the next digit. Register stage 0 joins digits 0 and 1, each later one adds a
// digit, so no path has two adders. The accumulator is cleared by its synchronous reset, which takes no LUT: the output
// is the adder's sum in the clock in which the window's last event is added. A clock without an event brings zeros.
//
// Register stages in front of the accumulator: STAGES = max(1, DIGITS - 1).
// Cost on LUTs of four inputs: DIGITS*(WEIGHT_BITS + 1) for the digits, DIGITS - 1 adders of WEIGHT_BITS + 4 bits, and
// ACC_BITS; where two terms have different shifts, one more for each bit of the shifted product.
// ACC_BITS comes from interval arithmetic over the actual weights, so no sum can overflow.
`default_nettype none

module volley_synapse_lane #(
    parameter TIMESTEPS    = 1,             // accumulators: one per time step
    parameter DIGITS       = 2,             // digits of a count, see volley_count_recoder
    parameter WEIGHT_BITS  = 8,             // bits of a weight, signed
    parameter ACC_BITS     = 16,            // bits of an accumulator, signed
    parameter MAX_SHIFT    = 0,             // largest shift of a term
    parameter [31:0] SHIFTS = 32'hffffffff  // bit s: there is a term of shift s
) (
    input  wire                          clk,        // rising edge
    input  wire                          clear,      // reset, or the event that is added is the last of its window
    input  wire [WEIGHT_BITS-1:0]        weight,     // signed
    input  wire [TIMESTEPS*2*DIGITS-1:0] codes,      // digit 0 of time step 0 low; digit i > 1 comes i - 1 stages after its weight
    input  wire [MAX_SHIFT:0]            shift,      // one-hot, of the event in the last register stage
    output wire [TIMESTEPS*ACC_BITS-1:0] sums        // accumulators with the event in the last stage added
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (TIMESTEPS < 1) begin : g_check_timesteps
            volley_synapse_lane_needs_TIMESTEPS_of_at_least_1 illegal ();
        end
        if (DIGITS < 1) begin : g_check_digits
            volley_synapse_lane_needs_DIGITS_of_at_least_1 illegal ();
        end
        if (WEIGHT_BITS < 1) begin : g_check_weight_bits
            volley_synapse_lane_needs_WEIGHT_BITS_of_at_least_1 illegal ();
        end
        if (ACC_BITS < 1) begin : g_check_acc_bits
            volley_synapse_lane_needs_ACC_BITS_of_at_least_1 illegal ();
        end
        if (MAX_SHIFT < 0 || MAX_SHIFT > 31) begin : g_check_max_shift
            volley_synapse_lane_needs_MAX_SHIFT_of_0_to_31 illegal ();
        end
    endgenerate

    localparam STAGES       = DIGITS > 1 ? DIGITS - 1 : 1;
    localparam PRODUCT_BITS = WEIGHT_BITS + 2 * DIGITS;
    localparam SHIFTED_BITS = PRODUCT_BITS + MAX_SHIFT;
    // No bit above the accumulator's width is needed.
    localparam HELD_BITS    = SHIFTED_BITS < ACC_BITS ? SHIFTED_BITS : ACC_BITS;

    // The weight as each register stage sees it.
    wire [STAGES*WEIGHT_BITS-1:0] weight_bus;
    assign weight_bus[WEIGHT_BITS-1:0] = weight;

    generate
        genvar t, s;
        for (s = 1; s < STAGES; s = s + 1) begin : g_weight
            reg [WEIGHT_BITS-1:0] weight_reg;
            always @(posedge clk) begin
                weight_reg <= weight_bus[(s-1)*WEIGHT_BITS +: WEIGHT_BITS];
            end
            assign weight_bus[s*WEIGHT_BITS +: WEIGHT_BITS] = weight_reg;
        end

        for (t = 0; t < TIMESTEPS; t = t + 1) begin : g_timestep
            wire [STAGES*PRODUCT_BITS-1:0] sum_bus;        // of the digits up to a stage's, signed
            wire [STAGES-1:0]              missing_bus;    // the 1 that the highest of them still needs

            for (s = 0; s < STAGES; s = s + 1) begin : g_stage
                // What came before, and the digit that is added: of 0, w, 2w, -w - 1.
                localparam DIGIT    = DIGITS > 1 ? s + 1 : 0;
                localparam SUM_BITS = WEIGHT_BITS + 2 * (DIGIT + 1);  // the factor is at most (4^(DIGIT + 1) - 1)*2/3
                wire [WEIGHT_BITS-1:0] held  = weight_bus[s*WEIGHT_BITS +: WEIGHT_BITS];
                wire [WEIGHT_BITS:0]   once  = {held[WEIGHT_BITS-1], held};
                wire [1:0]             code  = codes[(t*DIGITS+DIGIT)*2 +: 2];
                wire [WEIGHT_BITS:0]   digit = code == 2'd0 ? {(WEIGHT_BITS + 1){1'b0}} :
                                               code == 2'd1 ? once : code == 2'd2 ? {held, 1'b0} : ~once;
                reg [SUM_BITS-1:0]     sum_reg;
                reg                    missing_reg;

                if (DIGITS == 1) begin : g_only
                    always @(posedge clk) begin
                        sum_reg     <= {digit[WEIGHT_BITS], digit};
                        missing_reg <= code == 2'd3;
                    end
                end else begin : g_join
                    wire [SUM_BITS-3:0] lower;
                    wire                missing;
                    if (s == 0) begin : g_low
                        wire [1:0]           code_0  = codes[t*DIGITS*2 +: 2];
                        wire [WEIGHT_BITS:0] digit_0 = code_0 == 2'd0 ? {(WEIGHT_BITS + 1){1'b0}} :
                                                       code_0 == 2'd1 ? once : code_0 == 2'd2 ? {held, 1'b0} : ~once;
                        assign lower  = {digit_0[WEIGHT_BITS], digit_0};
                        assign missing = code_0 == 2'd3;
                    end else begin : g_previous
                        assign lower  = sum_bus[(s-1)*PRODUCT_BITS +: SUM_BITS-2];
                        assign missing = missing_bus[s-1];
                    end
                    // Two bits for the digit before, whose missing 1 is added here, then those of this digit.
                    wire [WEIGHT_BITS+3:0] upper = {{2{lower[SUM_BITS-3]}}, lower[SUM_BITS-3:2*s]} +
                                                   {digit[WEIGHT_BITS], digit, 1'b0, missing};
                    if (s == 0) begin : g_first
                        always @(posedge clk) begin
                            sum_reg <= upper;
                        end
                    end else begin : g_later
                        always @(posedge clk) begin
                            sum_reg <= {upper, lower[2*s-1:0]};
                        end
                    end
                    always @(posedge clk) begin
                        missing_reg <= code == 2'd3;
                    end
                end

                if (s + 1 == STAGES) begin : g_whole
                    assign sum_bus[s*PRODUCT_BITS +: PRODUCT_BITS] = sum_reg;
                end else begin : g_part
                    assign sum_bus[s*PRODUCT_BITS +: PRODUCT_BITS] =
                        {{(PRODUCT_BITS - SUM_BITS){sum_reg[SUM_BITS-1]}}, sum_reg};
                end
                assign missing_bus[s] = missing_reg;
            end

            // The highest digit is never -1, and a sum has its own bits only up to its digit.
            wire unused_bits = &{1'b0, missing_bus, sum_bus};

            wire signed [SHIFTED_BITS-1:0] product =
                {{MAX_SHIFT{sum_bus[STAGES*PRODUCT_BITS-1]}}, sum_bus[(STAGES-1)*PRODUCT_BITS +: PRODUCT_BITS]};
            wire [SHIFTED_BITS-1:0] shifted;
            if (MAX_SHIFT == 0) begin : g_no_shift
                assign shifted = product;
                wire unused_shift = &{1'b0, shift};
            end else begin : g_shift
                // Few shifts occur, so a choice among them is smaller than a shifter: a LUT a bit for two terms.
                reg [SHIFTED_BITS-1:0] chosen;
                integer n;
                always @* begin
                    chosen = {SHIFTED_BITS{1'b0}};
                    for (n = 0; n <= MAX_SHIFT; n = n + 1) begin
                        if (SHIFTS[n]) begin
                            chosen = chosen | ($unsigned(product <<< n) & {SHIFTED_BITS{shift[n]}});
                        end
                    end
                end
                assign shifted = chosen;
                wire unused_shift = &{1'b0, shift};
            end

            reg  [ACC_BITS-1:0] accumulator_reg;
            wire [ACC_BITS-1:0] sum_now = accumulator_reg +
                {{(ACC_BITS - HELD_BITS){shifted[HELD_BITS-1]}}, shifted[HELD_BITS-1:0]};

            always @(posedge clk) begin
                if (clear) begin
                    accumulator_reg <= {ACC_BITS{1'b0}};
                end else begin
                    accumulator_reg <= sum_now;
                end
            end

            assign sums[t*ACC_BITS +: ACC_BITS] = sum_now;

            if (HELD_BITS < SHIFTED_BITS) begin : g_unused
                wire unused_high_bits = &{1'b0, shifted[SHIFTED_BITS-1:HELD_BITS]};
            end
        end
    endgenerate
endmodule

`default_nettype wire
