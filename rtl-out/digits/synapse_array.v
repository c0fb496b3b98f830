// synapse_array: LANES output channels at once; one event a clock.
//
// An event reads one weight row (LANES weights) and every lane adds 2^shift·weight·count into its accumulators, all time steps
// in the same clock. At the last event of a window the sums move to the drain, from which UNITS channels a beat leave
// while the lanes already accumulate the next window. The output channels are cut into SEGMENTS groups of LANES; the
// last group may have fewer channels, and only these leave.
//
// ARITHMETIC says what a lane is made of; the header of each module says what it costs and when it is legal:
//     0  synapse_lane         gated adds in LUTs
//     1  synapse_multiplier   LANES_PACKED weights and STEPS_PACKED counts share a multiplier, sums in LUTs
//     2  synapse_accumulator  LANES_PACKED weights share a DSP block that also holds the sums; one for each time step
// With VECTOR an event may bring a count for every lane (s_event_vector): depthwise convolutions and identity shortcuts.
// Lanes that share a multiplier cannot have counts of their own, so VECTOR needs LANES_PACKED = 1.
//
// Weight memory: row `m_weight_addr` holds LANES weights, lane 0 in the low bits; it is read one clock after
// `weight_enable`. The pipeline stalls as a whole when a window ends while the drain is not yet empty.
// Latency from a window's last event to its first beat of sums: STAGES + 3 clocks (STAGES as below), one more where
// multipliers accumulate. The drain takes its LANES / UNITS clocks, one for each beat.
//
// Cost besides the lanes: as many flip-flops again as the accumulators for the drain (clock enable only, no LUT), and a
// multiplexer of LANES / UNITS inputs for each bit of a beat.
`default_nettype none

module synapse_array #(
    parameter LANES        = 4,
    parameter CHANNELS     = 8,             // output channels
    parameter UNITS        = 1,             // channels that leave in a beat; divides LANES and CHANNELS
    parameter STEPS        = 1,             // accumulators of a lane: T, or 1 where all time steps share a current
    parameter COUNT_BITS   = 3,
    parameter COUNT_SIGNED = 0,             // 1: counts are two's complement (pixel values)
    parameter MOST_COUNT   = (1 << COUNT_BITS) - 1,  // greatest count that comes, where counts are unsigned
    parameter WEIGHT_BITS  = 8,
    parameter ACC_BITS     = 16,
    parameter ARITHMETIC   = 0,             // 0: gated adds, 1: multipliers, 2: multipliers that accumulate
    parameter LANES_PACKED = 1,             // lanes that share a multiplier: 1 or 2
    parameter STEPS_PACKED = 1,             // time steps that share a multiplier
    parameter MAX_SHIFT    = 0,             // largest shift of a term
    parameter VECTOR       = 0,             // 1: events may bring a count for every lane
    parameter WEIGHT_ADDR_BITS = 8
) (
    input  wire                         clk,
    input  wire                         rst,             // synchronous, active high
    input  wire [WEIGHT_ADDR_BITS-1:0]  s_event_addr,    // weight row
    input  wire [(VECTOR != 0 ? LANES : 1)*STEPS*COUNT_BITS-1:0] s_event_counts,  // of all time steps, lane 0 low
    input  wire                         s_event_vector,  // every lane has a count of its own; else all use field 0
    input  wire [4:0]                   s_event_shift,   // left shift of the event's term
    input  wire                         s_event_last,    // the window ends with this event
    input  wire                         s_event_valid,
    output wire                         s_event_ready,
    output wire                         weight_enable,
    output wire [WEIGHT_ADDR_BITS-1:0]  weight_addr,
    input  wire [LANES*WEIGHT_BITS-1:0] weight_row,
    output wire [UNITS*STEPS*ACC_BITS-1:0] m_axis_tdata, // sums of UNITS output channels, step 0 of the first in the low bits
    output wire                         m_axis_tvalid,
    input  wire                         m_axis_tready
);
    localparam GATED       = ARITHMETIC == 0;
    localparam ACCUMULATED = ARITHMETIC == 2;

    localparam SEGMENTS   = (CHANNELS + LANES - 1) / LANES;
    localparam SEG_BITS   = SEGMENTS > 1 ? $clog2(SEGMENTS) : 1;
    localparam LAST_SEG   = SEGMENTS - 1;
    localparam SUM_BITS   = STEPS * ACC_BITS;
    localparam BEATS      = LANES / UNITS;                                      // of a full segment
    localparam LAST_BEATS = (CHANNELS - (SEGMENTS - 1) * LANES) / UNITS;
    localparam BEAT_BITS  = BEATS > 1 ? $clog2(BEATS) : 1;
    localparam LAST_BEAT  = BEATS - 1;
    localparam LAST_BEAT_OF_LAST = LAST_BEATS - 1;

    // Digits of a count, see count_recoder.
    localparam DIGITS = COUNT_SIGNED != 0 ? COUNT_BITS / 2 + 2 :
                        MOST_COUNT <= 2 ? 1 : MOST_COUNT <= 10 ? 2 : MOST_COUNT <= 42 ? 3 : MOST_COUNT <= 170 ? 4 :
                        COUNT_BITS / 2 + 1;
    // Register stages between the weight row and the accumulators.
    localparam STAGES = !GATED ? 2 : DIGITS > 2 ? DIGITS - 1 : 1;
    // The stage in which a window's sums are there: an accumulating multiplier shows them one clock later.
    localparam DONE   = ACCUMULATED ? STAGES + 1 : STAGES;

    // Counts as the lanes want them: digits, or shifted for their term.
    localparam FACTOR_BITS  = COUNT_BITS + MAX_SHIFT;
    localparam OPERAND_BITS = GATED ? 2 * DIGITS : FACTOR_BITS;                 // of one time step
    localparam SETS         = VECTOR != 0 ? LANES : 1;
    localparam COUNTS_BITS  = STEPS * COUNT_BITS;

    // ---------------------------------------------------------------- settings that cannot be built name a missing module
    localparam PORT_BITS = (LANES_PACKED - 1) * (ACCUMULATED ? ACC_BITS : WEIGHT_BITS + FACTOR_BITS) + WEIGHT_BITS;
    generate
        if (UNITS * BEATS != LANES || CHANNELS % UNITS != 0) begin : g_units
            synapse_array_needs_units_that_divide_lanes_and_channels illegal ();
        end
        if (GATED && (LANES_PACKED != 1 || STEPS_PACKED != 1)) begin : g_nothing_to_pack
            synapse_array_packs_multipliers_only illegal ();
        end
        if (ACCUMULATED && STEPS_PACKED != 1) begin : g_steps
            synapse_array_has_an_accumulating_multiplier_for_each_step illegal ();
        end
        if (LANES_PACKED != 1 && (LANES_PACKED != 2 || VECTOR != 0)) begin : g_lanes
            synapse_array_packs_two_lanes_with_one_count illegal ();
        end
        if (STEPS_PACKED != 1 && COUNT_SIGNED != 0) begin : g_signed
            synapse_array_packs_unsigned_counts illegal ();
        end
        if (LANES_PACKED != 1 && PORT_BITS > 27) begin : g_port
            synapse_array_packs_weights_that_fit_a_multipliers_port illegal ();
        end
        if (ACCUMULATED && LANES_PACKED * ACC_BITS > 48) begin : g_sums
            synapse_array_accumulates_at_most_48_bits illegal ();
        end
    endgenerate

    // ---------------------------------------------------------------- pipeline: weight row, register stages, sums
    reg [DONE:0] valid_reg;                // [0]: the weight row of this event is at the memory's output
    reg [DONE:0] last_reg;
    reg [SETS*STEPS*OPERAND_BITS-1:0] operand_reg;
    wire [SETS*STEPS*OPERAND_BITS-1:0] operand;

    wire drain_free;
    wire window_done = valid_reg[DONE] && last_reg[DONE];
    wire advance     = !window_done || drain_free;
    wire add         = advance && valid_reg[STAGES];

    assign s_event_ready = advance;
    assign weight_enable = advance && s_event_valid;
    assign weight_addr   = s_event_addr;

    always @(posedge clk) begin
        if (advance) begin
            valid_reg   <= {valid_reg[DONE-1:0], s_event_valid};
            last_reg    <= {last_reg[DONE-1:0], s_event_last};
            operand_reg <= operand;
        end
        // Reset as well, so that no tool makes a shift register of it: yosys 0.23 forgets the enable of one.
        if (rst) begin
            valid_reg <= {(DONE + 1){1'b0}};
            last_reg  <= {(DONE + 1){1'b0}};
        end
    end

    // ---------------------------------------------------------------- counts to operands, once for all lanes
    generate
        genvar l, t, s;
        for (l = 0; l < SETS; l = l + 1) begin : g_set
            wire [COUNTS_BITS-1:0] own;
            if (l == 0) begin : g_first
                assign own = s_event_counts[COUNTS_BITS-1:0];
            end else begin : g_other
                assign own = s_event_vector ? s_event_counts[l*COUNTS_BITS +: COUNTS_BITS]
                                            : s_event_counts[COUNTS_BITS-1:0];
            end
            for (t = 0; t < STEPS; t = t + 1) begin : g_step
                wire [COUNT_BITS-1:0] count = own[t*COUNT_BITS +: COUNT_BITS];
                if (GATED) begin : g_digits
                    count_recoder #(
                        .COUNT_BITS   (COUNT_BITS),
                        .COUNT_SIGNED (COUNT_SIGNED),
                        .DIGITS       (DIGITS)
                    ) recoder (
                        .count (count),
                        .codes (operand[(l*STEPS+t)*OPERAND_BITS +: OPERAND_BITS])
                    );
                end else begin : g_factor
                    wire sign = COUNT_SIGNED != 0 && count[COUNT_BITS-1];
                    wire [FACTOR_BITS-1:0] wide;
                    if (MAX_SHIFT == 0) begin : g_plain
                        wire unused_sign = sign;
                        assign wide = count;
                    end else begin : g_shifted
                        assign wide = {{MAX_SHIFT{sign}}, count} << s_event_shift;
                    end
                    assign operand[(l*STEPS+t)*OPERAND_BITS +: OPERAND_BITS] = wide;
                end
            end
        end
        if (VECTOR == 0) begin : g_scalar
            wire unused_vector = s_event_vector;
        end
        if (MAX_SHIFT == 0) begin : g_no_shift
            wire unused_shift = &{1'b0, s_event_shift};
        end
    endgenerate

    // ---------------------------------------------------------------- lanes
    // A lane's steps together, lane 0 low; with an odd number of lanes the last one has no partner.
    localparam GROUPS      = (LANES + LANES_PACKED - 1) / LANES_PACKED;
    localparam STEP_GROUPS = (STEPS + STEPS_PACKED - 1) / STEPS_PACKED;
    wire [LANES*SUM_BITS-1:0] sums;

    generate
        if (GATED) begin : g_gated
            // Digit i > 1 is used i - 1 stages after the weight has come.
            wire [SETS*STEPS*OPERAND_BITS-1:0] codes;
            for (l = 0; l < SETS * STEPS; l = l + 1) begin : g_count
                for (s = 0; s < DIGITS; s = s + 1) begin : g_digit
                    localparam WAIT = s > 1 ? s - 1 : 0;
                    wire [(WAIT+1)*2-1:0] line;
                    assign line[1:0] = operand_reg[(l*DIGITS+s)*2 +: 2];
                    for (t = 0; t < WAIT; t = t + 1) begin : g_wait
                        reg [1:0] code_reg;
                        always @(posedge clk) begin
                            if (advance) begin
                                code_reg <= line[t*2 +: 2];
                            end
                        end
                        assign line[(t+1)*2 +: 2] = code_reg;
                    end
                    assign codes[(l*DIGITS+s)*2 +: 2] = line[WAIT*2 +: 2];
                end
            end

            // The shift is used in front of the accumulator.
            wire [4:0] shift;
            if (MAX_SHIFT == 0) begin : g_no_shift
                assign shift = 5'd0;
            end else begin : g_shift
                reg [5*(STAGES+1)-1:0] shift_reg;
                always @(posedge clk) begin
                    if (advance) begin
                        shift_reg <= {shift_reg[5*STAGES-1:0], s_event_shift};
                    end
                end
                assign shift = shift_reg[5*STAGES +: 5];
            end

            // A core's reset also ends a window that it cuts short.
            wire clear = rst || (add && last_reg[STAGES]);
            for (l = 0; l < LANES; l = l + 1) begin : g_lane
                localparam SET = VECTOR != 0 ? l : 0;
                synapse_lane #(
                    .STEPS       (STEPS),
                    .DIGITS      (DIGITS),
                    .WEIGHT_BITS (WEIGHT_BITS),
                    .ACC_BITS    (ACC_BITS),
                    .MAX_SHIFT   (MAX_SHIFT)
                ) lane (
                    .clk     (clk),
                    .advance (advance),
                    .add     (add),
                    .clear   (clear),
                    .weight  (weight_row[l*WEIGHT_BITS +: WEIGHT_BITS]),
                    .codes   (codes[SET*STEPS*OPERAND_BITS +: STEPS*OPERAND_BITS]),
                    .shift   (shift),
                    .sums    (sums[l*SUM_BITS +: SUM_BITS])
                );
            end
        end else begin : g_multiplied
            wire [SETS*STEP_GROUPS*STEPS_PACKED*FACTOR_BITS-1:0] factors;   // steps that are missing count 0
            wire clear = rst || (add && last_reg[STAGES]);
            reg  first_reg;                                                 // the next sum begins a window
            always @(posedge clk) begin
                if (add) begin
                    first_reg <= last_reg[STAGES];
                end
                if (rst) begin
                    first_reg <= 1'b1;
                end
            end

            for (l = 0; l < SETS; l = l + 1) begin : g_factors
                for (t = 0; t < STEP_GROUPS * STEPS_PACKED; t = t + 1) begin : g_step
                    if (t < STEPS) begin : g_count
                        assign factors[(l*STEP_GROUPS*STEPS_PACKED+t)*FACTOR_BITS +: FACTOR_BITS] =
                            operand_reg[(l*STEPS+t)*FACTOR_BITS +: FACTOR_BITS];
                    end else begin : g_none
                        assign factors[(l*STEP_GROUPS*STEPS_PACKED+t)*FACTOR_BITS +: FACTOR_BITS] = {FACTOR_BITS{1'b0}};
                    end
                end
            end

            for (l = 0; l < GROUPS; l = l + 1) begin : g_group
                localparam SET    = VECTOR != 0 ? l : 0;
                localparam FIRST  = l * LANES_PACKED;
                localparam SHARED = LANES - FIRST < LANES_PACKED ? LANES - FIRST : LANES_PACKED;
                wire [SHARED*WEIGHT_BITS-1:0] weights = weight_row[FIRST*WEIGHT_BITS +: SHARED*WEIGHT_BITS];
                for (t = 0; t < STEP_GROUPS; t = t + 1) begin : g_steps
                    wire [SHARED*STEPS_PACKED*ACC_BITS-1:0] group_sums;
                    wire [STEPS_PACKED*FACTOR_BITS-1:0] group_factors =
                        factors[(SET*STEP_GROUPS+t)*STEPS_PACKED*FACTOR_BITS +: STEPS_PACKED*FACTOR_BITS];
                    if (ACCUMULATED) begin : g_accumulator
                        synapse_accumulator #(
                            .LANES        (SHARED),
                            .FACTOR_BITS  (FACTOR_BITS),
                            .COUNT_SIGNED (COUNT_SIGNED),
                            .WEIGHT_BITS  (WEIGHT_BITS),
                            .ACC_BITS     (ACC_BITS),
                            .PRE_ADDER    (STEPS == 1 ? 1 : 0)
                        ) accumulator (
                            .clk     (clk),
                            .advance (advance),
                            .add     (add),
                            .first   (first_reg),
                            .weights (weights),
                            .count   (group_factors),
                            .sums    (group_sums)
                        );
                    end else begin : g_multiplier
                        synapse_multiplier #(
                            .LANES        (SHARED),
                            .STEPS        (STEPS_PACKED),
                            .FACTOR_BITS  (FACTOR_BITS),
                            .COUNT_SIGNED (COUNT_SIGNED),
                            .WEIGHT_BITS  (WEIGHT_BITS),
                            .ACC_BITS     (ACC_BITS)
                        ) multiplier (
                            .clk     (clk),
                            .advance (advance),
                            .add     (add),
                            .clear   (clear),
                            .weights (weights),
                            .counts  (group_factors),
                            .sums    (group_sums)
                        );
                    end
                    for (s = 0; s < SHARED * STEPS_PACKED; s = s + 1) begin : g_place
                        localparam LANE = FIRST + s / STEPS_PACKED;
                        localparam STEP = t * STEPS_PACKED + s % STEPS_PACKED;
                        if (STEP < STEPS) begin : g_sum
                            assign sums[(LANE*STEPS+STEP)*ACC_BITS +: ACC_BITS] = group_sums[s*ACC_BITS +: ACC_BITS];
                        end else begin : g_nothing
                            wire unused_step = &{1'b0, group_sums[s*ACC_BITS +: ACC_BITS]};
                        end
                    end
                end
            end
            wire unused_control = first_reg ^ clear;
        end
    endgenerate

    // ---------------------------------------------------------------- drain: flip-flops, read through a multiplexer
    reg [LANES*SUM_BITS-1:0] drain_reg;
    reg                      draining_reg;
    reg [BEAT_BITS-1:0]      beat_reg;          // that leaves next
    reg [SEG_BITS-1:0]       segment_reg;       // that comes next
    reg [UNITS*SUM_BITS-1:0] out_reg;
    reg                      out_valid_reg;
    wire                     beat_last;
    wire [UNITS*SUM_BITS-1:0] beat;

    wire move      = draining_reg && (!out_valid_reg || m_axis_tready);
    wire load      = window_done && drain_free;
    assign drain_free    = !draining_reg || (move && beat_last);
    assign m_axis_tvalid = out_valid_reg;
    assign m_axis_tdata  = out_reg;

    always @(posedge clk) begin
        if (load) begin
            drain_reg <= sums;
        end
        if (move) begin
            out_reg <= beat;
        end
    end

    always @(posedge clk) begin
        if (load) begin
            segment_reg <= segment_reg == LAST_SEG[SEG_BITS-1:0] ? {SEG_BITS{1'b0}} : segment_reg + 1'b1;
        end
        if (load || move) begin
            draining_reg <= load || !beat_last;
            beat_reg     <= load ? {BEAT_BITS{1'b0}} : beat_reg + 1'b1;
        end
        if (move || m_axis_tready) begin
            out_valid_reg <= move;
        end
        if (rst) begin
            segment_reg   <= {SEG_BITS{1'b0}};
            draining_reg  <= 1'b0;
            out_valid_reg <= 1'b0;
        end
    end

    generate
        if (LAST_BEATS == BEATS) begin : g_full
            assign beat_last = beat_reg == LAST_BEAT[BEAT_BITS-1:0];
        end else begin : g_ragged
            reg short_reg;                      // the drain holds the last segment
            always @(posedge clk) begin
                if (load) begin
                    short_reg <= segment_reg == LAST_SEG[SEG_BITS-1:0];
                end
            end
            assign beat_last = beat_reg == (short_reg ? LAST_BEAT_OF_LAST[BEAT_BITS-1:0] : LAST_BEAT[BEAT_BITS-1:0]);
        end

        for (l = 0; l < UNITS; l = l + 1) begin : g_unit
            wire [SUM_BITS-1:0] picked;
            for (t = 0; t < SUM_BITS; t = t + 1) begin : g_bit
                wire [BEATS-1:0] column;
                for (s = 0; s < BEATS; s = s + 1) begin : g_beat
                    assign column[s] = drain_reg[(s*UNITS+l)*SUM_BITS+t];
                end
                if (BEATS > 1) begin : g_pick
                    assign picked[t] = column[beat_reg];
                end else begin : g_single
                    assign picked[t] = column[0];
                end
            end
            for (t = 0; t < STEPS; t = t + 1) begin : g_step
                // What the lower lane of a pair borrowed from the upper one, the odd lane.
                if (ACCUMULATED && LANES_PACKED == 2 && (UNITS == 1 || l % 2 == 1)) begin : g_borrow
                    wire [BEATS-1:0] column;
                    wire             borrow;
                    for (s = 0; s < BEATS; s = s + 1) begin : g_beat
                        localparam LANE = s * UNITS + l;
                        if (LANE % 2 == 1) begin : g_upper
                            assign column[s] = drain_reg[(LANE-1)*SUM_BITS+(t+1)*ACC_BITS-1];
                        end else begin : g_lower
                            assign column[s] = 1'b0;
                        end
                    end
                    if (BEATS > 1) begin : g_pick
                        assign borrow = column[beat_reg];
                    end else begin : g_single
                        assign borrow = column[0];
                    end
                    assign beat[l*SUM_BITS+t*ACC_BITS +: ACC_BITS] =
                        picked[t*ACC_BITS +: ACC_BITS] + {{(ACC_BITS - 1){1'b0}}, borrow};
                end else begin : g_plain
                    assign beat[l*SUM_BITS+t*ACC_BITS +: ACC_BITS] = picked[t*ACC_BITS +: ACC_BITS];
                end
            end
        end
        if (SEGMENTS == 1) begin : g_one_segment
            wire unused_segment = &{1'b0, segment_reg};
        end
    endgenerate
endmodule

`default_nettype wire
