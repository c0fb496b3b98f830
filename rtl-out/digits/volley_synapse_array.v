// SPDX-License-Identifier: MIT OR Apache-2.0
// Part of Volley 0.1.0.
// volley_synapse_array: LANES output channels at once; one event a clock.
//
// An event reads one weight row (LANES weights) and every lane adds 2^shift*weight*count into its accumulators, all time steps
// in the same clock. At the last event of a window the sums move to the drain, from which UNITS channels a beat leave
// while the lanes already accumulate the next window. The output channels are cut into SEGMENTS groups of LANES; the
// last group may have fewer channels, and only these leave.
//
// ARITHMETIC says what a lane is made of; the header of each module gives its cost and limits:
//     0  volley_synapse_lane         gated adds in LUTs
//     1  volley_synapse_multiplier   LANES_PACKED weights and TIMESTEPS_PACKED counts share a multiplier, sums in LUTs
//     2  volley_synapse_accumulator  LANES_PACKED weights share a DSP block that also holds the sums; one for each time step
// With VECTOR an event may bring a count for every lane (s_event_vector): depthwise convolutions.
// Lanes that share a multiplier cannot have counts of their own, so VECTOR needs LANES_PACKED = 1.
//
// Nothing in here ever stalls: a window's last event is taken only when the drain will be empty by the time its sums are
// complete, and the queue after the drain has places left for all of them. A clock without an event adds zeros.
//
// Weight memory: row `weight_addr` holds LANES weights, lane 0 in the low bits; it is there two clocks after
// `weight_enable`. Latency from a window's last event to its first sum: STAGES + 5 clocks, STAGES as below.
//
// Cost besides the lanes: as many flip-flops for the drain as for the accumulators (clock enable only, no LUT), a
// multiplexer of LANES / UNITS inputs for each bit of a beat, and the queue's 2^QUEUE_LOG2 beats of distributed memory.
`default_nettype none

module volley_synapse_array #(
    parameter LANES            = 4,         // output channels computed at once
    parameter CHANNELS         = 8,         // output channels
    parameter UNITS            = 1,         // channels that leave in a beat; divides LANES and CHANNELS
    parameter TIMESTEPS        = 1,         // accumulators of a lane: T, or 1 where all time steps share a current
    parameter COUNT_BITS       = 3,         // bits of a count
    parameter COUNT_SIGNED     = 0,         // 1: counts are two's complement (pixel values)
    parameter MOST_COUNT       = (1 << COUNT_BITS) - 1, // greatest count, where counts are unsigned
    parameter WEIGHT_BITS      = 8,         // bits of a weight, signed
    parameter ACC_BITS         = 16,        // bits of a sum, signed
    parameter ARITHMETIC       = 0,         // 0: gated adds, 1: multipliers, 2: multipliers that accumulate
    parameter LANES_PACKED     = 1,         // lanes that share a multiplier: 1 or 2
    parameter TIMESTEPS_PACKED = 1,         // time steps that share a multiplier
    parameter MAX_SHIFT        = 0,         // largest shift of a term
    parameter [31:0] SHIFTS = 32'hffffffff, // bit s: there is a term of shift s
    parameter VECTOR       = 0,             // 1: events may bring a count for every lane
    parameter QUEUE_LOG2   = 4,             // beats that may wait after the drain: 2^QUEUE_LOG2, at least LANES / UNITS
    parameter WEIGHT_ADDR_BITS = 8          // bits of a weight row's address
) (
    input  wire                         clk,             // rising edge
    input  wire                         rst,             // synchronous, active high
    input  wire [WEIGHT_ADDR_BITS-1:0]  s_event_addr,    // weight row
    input  wire [(VECTOR != 0 ? LANES : 1)*TIMESTEPS*COUNT_BITS-1:0] s_event_counts, // of all time steps, lane 0 low
    input  wire                         s_event_vector,  // every lane has a count of its own; else all use field 0
    input  wire [4:0]                   s_event_shift,   // left shift of the event's term
    input  wire                         s_event_last,    // the window ends with this event
    input  wire                         s_event_valid,   // input stream: one event a beat
    output wire                         s_event_ready,
    output wire                         weight_enable,   // a row of weights is read
    output wire [WEIGHT_ADDR_BITS-1:0]  weight_addr,     // weight row
    input  wire [LANES*WEIGHT_BITS-1:0] weight_row,      // two clocks after weight_enable
    output wire [UNITS*TIMESTEPS*ACC_BITS-1:0] m_axis_tdata, // sums of UNITS output channels, time step 0 of the first in the low bits
    output wire                         m_axis_tvalid,
    input  wire                         m_axis_tready
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    localparam PORT_BITS = (LANES_PACKED - 1) * (ARITHMETIC == 2 ? ACC_BITS : WEIGHT_BITS + COUNT_BITS + MAX_SHIFT)
                           + WEIGHT_BITS;
    generate
        if (LANES < 1) begin : g_check_lanes
            volley_synapse_array_needs_LANES_of_at_least_1 illegal ();
        end
        if (CHANNELS < 1) begin : g_check_channels
            volley_synapse_array_needs_CHANNELS_of_at_least_1 illegal ();
        end
        if (UNITS < 1 || LANES % (UNITS < 1 ? 1 : UNITS) != 0 || CHANNELS % (UNITS < 1 ? 1 : UNITS) != 0) begin : g_check_units
            volley_synapse_array_needs_UNITS_that_divide_LANES_and_CHANNELS illegal ();
        end
        if (TIMESTEPS < 1) begin : g_check_timesteps
            volley_synapse_array_needs_TIMESTEPS_of_at_least_1 illegal ();
        end
        if (COUNT_BITS < 1) begin : g_check_count_bits
            volley_synapse_array_needs_COUNT_BITS_of_at_least_1 illegal ();
        end
        if (COUNT_SIGNED != 0 && COUNT_SIGNED != 1) begin : g_check_count_signed
            volley_synapse_array_needs_COUNT_SIGNED_of_0_or_1 illegal ();
        end
        if (WEIGHT_BITS < 1) begin : g_check_weight_bits
            volley_synapse_array_needs_WEIGHT_BITS_of_at_least_1 illegal ();
        end
        if (ACC_BITS < 1) begin : g_check_acc_bits
            volley_synapse_array_needs_ACC_BITS_of_at_least_1 illegal ();
        end
        if (ARITHMETIC < 0 || ARITHMETIC > 2) begin : g_check_arithmetic
            volley_synapse_array_needs_ARITHMETIC_of_0_to_2 illegal ();
        end
        if (ARITHMETIC == 0 && (LANES_PACKED != 1 || TIMESTEPS_PACKED != 1)) begin : g_check_arithmetic_1
            volley_synapse_array_needs_ARITHMETIC_1_or_2_to_pack illegal ();
        end
        if (ARITHMETIC == 2 && TIMESTEPS_PACKED != 1) begin : g_check_timesteps_packed
            volley_synapse_array_needs_TIMESTEPS_PACKED_of_1_with_ARITHMETIC_2 illegal ();
        end
        if (LANES_PACKED != 1 && (LANES_PACKED != 2 || VECTOR != 0)) begin : g_check_lanes_packed
            volley_synapse_array_needs_LANES_PACKED_of_1_or_without_VECTOR_2 illegal ();
        end
        if (TIMESTEPS_PACKED != 1 && COUNT_SIGNED != 0) begin : g_check_count_signed_2
            volley_synapse_array_needs_COUNT_SIGNED_of_0_to_pack_time_steps illegal ();
        end
        if (LANES_PACKED != 1 && PORT_BITS > 27) begin : g_check_lanes_packed_2
            volley_synapse_array_needs_LANES_PACKED_weights_that_fit_a_port_of_27_bits illegal ();
        end
        if (ARITHMETIC == 2 && LANES_PACKED * ACC_BITS > 48) begin : g_check_acc_bits_2
            volley_synapse_array_needs_ACC_BITS_of_48_at_most_for_all_packed_lanes illegal ();
        end
        if (MAX_SHIFT < 0 || MAX_SHIFT > 31) begin : g_check_max_shift
            volley_synapse_array_needs_MAX_SHIFT_of_0_to_31 illegal ();
        end
        if (VECTOR != 0 && VECTOR != 1) begin : g_check_vector
            volley_synapse_array_needs_VECTOR_of_0_or_1 illegal ();
        end
        if ((1 << QUEUE_LOG2) < LANES / (UNITS < 1 ? 1 : UNITS)) begin : g_check_queue_log2
            volley_synapse_array_needs_QUEUE_LOG2_that_reaches_LANES_by_UNITS illegal ();
        end
        if (WEIGHT_ADDR_BITS < 1) begin : g_check_weight_addr_bits
            volley_synapse_array_needs_WEIGHT_ADDR_BITS_of_at_least_1 illegal ();
        end
    endgenerate

    localparam GATED       = ARITHMETIC == 0;
    localparam ACCUMULATED = ARITHMETIC == 2;

    localparam SEGMENTS   = (CHANNELS + LANES - 1) / LANES;
    localparam SEG_BITS   = SEGMENTS > 1 ? $clog2(SEGMENTS) : 1;
    localparam LAST_SEG   = SEGMENTS - 1;
    localparam SUM_BITS   = TIMESTEPS * ACC_BITS;
    localparam BEATS      = LANES / UNITS;                                      // of a full segment
    localparam LAST_BEATS = (CHANNELS - (SEGMENTS - 1) * LANES) / UNITS;
    localparam BEAT_BITS  = BEATS > 1 ? $clog2(BEATS) : 1;
    localparam LAST_BEAT  = BEATS - 1;
    localparam LAST_BEAT_OF_LAST = LAST_BEATS - 1;

    // Digits of a count, see volley_count_recoder.
    localparam DIGITS = COUNT_SIGNED != 0 ? COUNT_BITS / 2 + 2 :
                        MOST_COUNT <= 2 ? 1 : MOST_COUNT <= 10 ? 2 : MOST_COUNT <= 42 ? 3 : MOST_COUNT <= 170 ? 4 :
                        COUNT_BITS / 2 + 1;
    // Register stages between the weight row and the accumulators.
    localparam STAGES = !GATED ? 2 : DIGITS > 2 ? DIGITS - 1 : 1;
    // The stage in which a window's sums are ready: an accumulating multiplier shows them one clock later.
    localparam DONE   = ACCUMULATED ? STAGES + 1 : STAGES;

    // Counts as the lanes want them: digits, or shifted for their term.
    localparam FACTOR_BITS  = COUNT_BITS + MAX_SHIFT;
    localparam OPERAND_BITS = GATED ? 2 * DIGITS : FACTOR_BITS;                 // of one time step
    localparam SETS         = VECTOR != 0 ? LANES : 1;
    localparam COUNTS_BITS  = TIMESTEPS * COUNT_BITS;

    // ---------------------------------------------------------------- which events are taken
    localparam QUEUE      = 1 << QUEUE_LOG2;
    localparam ROOM_LIMIT = QUEUE - BEATS;
    reg  [QUEUE_LOG2:0]  reserved_reg;          // beats of windows whose last event was taken, until they have left
    reg  [BEAT_BITS-1:0] gap_reg;               // clocks until the drain has space for another window's sums
    reg                  go_reg;                // a last event may be taken
    reg                  leave_reg;             // a beat left in the clock before: `m_axis_tready` comes from far
    wire [BEAT_BITS:0]   ending_beats;          // of the window that the event offered belongs to

    localparam TWO = 2;
    wire [BEAT_BITS:0] gap = ending_beats - TWO[BEAT_BITS:0];
    wire unused_gap = gap[BEAT_BITS];

    wire accept = s_event_valid && s_event_ready;
    wire ending = accept && s_event_last;

    assign s_event_ready = go_reg || !s_event_last;
    assign weight_enable = s_event_valid;
    assign weight_addr   = s_event_addr;

    always @(posedge clk) begin
        reserved_reg <= reserved_reg + (ending ? {{(QUEUE_LOG2 - BEAT_BITS){1'b0}}, ending_beats} : {(QUEUE_LOG2 + 1){1'b0}})
                                     - {{QUEUE_LOG2{1'b0}}, leave_reg};
        leave_reg    <= m_axis_tvalid && m_axis_tready;
        if (ending) begin
            gap_reg <= ending_beats < TWO[BEAT_BITS:0] ? {BEAT_BITS{1'b0}} : gap[BEAT_BITS-1:0];
        end else if (gap_reg != {BEAT_BITS{1'b0}}) begin
            gap_reg <= gap_reg - 1'b1;
        end
        go_reg <= !ending && gap_reg == {BEAT_BITS{1'b0}} && reserved_reg <= ROOM_LIMIT[QUEUE_LOG2:0];
        if (rst) begin
            reserved_reg <= {(QUEUE_LOG2 + 1){1'b0}};
            gap_reg      <= {BEAT_BITS{1'b0}};
            go_reg       <= 1'b0;
            leave_reg    <= 1'b0;
        end
    end

    generate
        if (LAST_BEATS == BEATS) begin : g_even_segments
            assign ending_beats = BEATS[BEAT_BITS:0];
        end else begin : g_ragged_segments
            reg [SEG_BITS-1:0] ending_segment_reg;
            assign ending_beats = ending_segment_reg == LAST_SEG[SEG_BITS-1:0] ? LAST_BEATS[BEAT_BITS:0]
                                                                               : BEATS[BEAT_BITS:0];
            always @(posedge clk) begin
                if (ending) begin
                    ending_segment_reg <= ending_segment_reg == LAST_SEG[SEG_BITS-1:0] ?
                                          {SEG_BITS{1'b0}} : ending_segment_reg + 1'b1;
                end
                if (rst) begin
                    ending_segment_reg <= {SEG_BITS{1'b0}};
                end
            end
        end
    endgenerate

    // ---------------------------------------------------------------- pipeline: event, weight row, register stages, sums
    reg [SETS*COUNTS_BITS-1:0] event_counts_reg;    // 0 without an event
    reg [4:0]    event_shift_reg;
    reg          event_last_reg;
    reg [DONE:0] last_reg;                          // [0]: the weight row is at the memory's output
    reg          idle_reg;                          // no event since the reset
    reg [STAGES-1:0] idle_line_reg;                 // the same, in the stages of last_reg
    reg          clear_reg;                         // the accumulators begin from zero
    reg [SETS*TIMESTEPS*OPERAND_BITS-1:0]  operand_reg;
    wire [SETS*TIMESTEPS*OPERAND_BITS-1:0] operand;
    wire [SETS*COUNTS_BITS-1:0]            event_counts;

    wire window_done = last_reg[DONE];

    always @(posedge clk) begin
        event_counts_reg <= event_counts;
        event_shift_reg  <= s_event_shift;
        if (!accept) begin
            event_counts_reg <= {(SETS * COUNTS_BITS){1'b0}};
            event_shift_reg  <= 5'd0;
        end
        event_last_reg  <= ending;
        last_reg        <= {last_reg[DONE-1:0], event_last_reg};
        // What is in the pipeline before the first event is old or was never read. It is not added.
        if (accept) begin
            idle_reg <= 1'b0;
        end
        clear_reg       <= idle_line_reg[STAGES-1] || last_reg[STAGES-1];
        operand_reg     <= operand;
        if (rst) begin
            event_last_reg <= 1'b0;
            last_reg       <= {(DONE + 1){1'b0}};
            idle_reg       <= 1'b1;
            clear_reg      <= 1'b1;
        end
    end

    generate
        if (STAGES == 1) begin : g_one_stage
            always @(posedge clk) begin
                idle_line_reg <= rst || idle_reg;
            end
        end else begin : g_more_stages
            always @(posedge clk) begin
                idle_line_reg <= rst ? {STAGES{1'b1}} : {idle_line_reg[STAGES-2:0], idle_reg};
            end
        end
    endgenerate

    // ---------------------------------------------------------------- counts to operands, once for all lanes
    generate
        genvar l, t, s;
        for (l = 0; l < SETS; l = l + 1) begin : g_set
            wire [COUNTS_BITS-1:0] own = event_counts_reg[l*COUNTS_BITS +: COUNTS_BITS];
            if (l == 0) begin : g_first
                assign event_counts[COUNTS_BITS-1:0] = s_event_counts[COUNTS_BITS-1:0];
            end else begin : g_other
                assign event_counts[l*COUNTS_BITS +: COUNTS_BITS] =
                    s_event_vector ? s_event_counts[l*COUNTS_BITS +: COUNTS_BITS] : s_event_counts[COUNTS_BITS-1:0];
            end
            for (t = 0; t < TIMESTEPS; t = t + 1) begin : g_timestep
                wire [COUNT_BITS-1:0] count = own[t*COUNT_BITS +: COUNT_BITS];
                if (GATED) begin : g_digits
                    volley_count_recoder #(
                        .COUNT_BITS   (COUNT_BITS),
                        .COUNT_SIGNED (COUNT_SIGNED),
                        .DIGITS       (DIGITS)
                    ) recoder (
                        .count (count),
                        .codes (operand[(l*TIMESTEPS+t)*OPERAND_BITS +: OPERAND_BITS])
                    );
                end else begin : g_factor
                    wire sign = COUNT_SIGNED != 0 && count[COUNT_BITS-1];
                    wire [FACTOR_BITS-1:0] wide;
                    if (MAX_SHIFT == 0) begin : g_plain
                        wire unused_sign = sign;
                        assign wide = count;
                    end else begin : g_shifted
                        assign wide = {{MAX_SHIFT{sign}}, count} << event_shift_reg;
                    end
                    assign operand[(l*TIMESTEPS+t)*OPERAND_BITS +: OPERAND_BITS] = wide;
                end
            end
        end
        if (VECTOR == 0) begin : g_scalar
            wire unused_vector = s_event_vector;
        end
        if (MAX_SHIFT == 0) begin : g_unshifted
            wire unused_shift = &{1'b0, event_shift_reg};
        end
    endgenerate

    // ---------------------------------------------------------------- lanes
    // A lane's time steps together, lane 0 low; with an odd number of lanes the last one has no partner.
    localparam GROUPS          = (LANES + LANES_PACKED - 1) / LANES_PACKED;
    localparam TIMESTEP_GROUPS = (TIMESTEPS + TIMESTEPS_PACKED - 1) / TIMESTEPS_PACKED;
    wire [LANES*SUM_BITS-1:0] sums;

    generate
        if (GATED) begin : g_gated
            // Digit i > 1 is used i - 1 stages after the weight has come.
            wire [SETS*TIMESTEPS*OPERAND_BITS-1:0] codes;
            for (l = 0; l < SETS * TIMESTEPS; l = l + 1) begin : g_count
                for (s = 0; s < DIGITS; s = s + 1) begin : g_digit
                    localparam WAIT = s > 1 ? s - 1 : 0;
                    wire [(WAIT+1)*2-1:0] line;
                    assign line[1:0] = operand_reg[(l*DIGITS+s)*2 +: 2];
                    for (t = 0; t < WAIT; t = t + 1) begin : g_wait
                        reg [1:0] code_reg;
                        always @(posedge clk) begin
                            code_reg <= line[t*2 +: 2];
                        end
                        assign line[(t+1)*2 +: 2] = code_reg;
                    end
                    assign codes[(l*DIGITS+s)*2 +: 2] = line[WAIT*2 +: 2];
                end
            end

            // The shift is used in front of the accumulator.
            wire [MAX_SHIFT:0] shift;
            if (MAX_SHIFT == 0) begin : g_no_shift
                assign shift = 1'b1;
            end else begin : g_shift
                wire [5*(STAGES+1)-1:0] waiting;
                reg  [MAX_SHIFT:0]      shift_reg;
                integer n;
                assign waiting[4:0] = event_shift_reg;
                for (s = 0; s < STAGES; s = s + 1) begin : g_wait
                    reg [4:0] wait_reg;
                    always @(posedge clk) begin
                        wait_reg <= waiting[5*s +: 5];
                    end
                    assign waiting[5*(s+1) +: 5] = wait_reg;
                end
                always @(posedge clk) begin
                    for (n = 0; n <= MAX_SHIFT; n = n + 1) begin
                        shift_reg[n] <= SHIFTS[n] && waiting[5*STAGES +: 5] == n[4:0];
                    end
                end
                assign shift = shift_reg;
            end

            for (l = 0; l < LANES; l = l + 1) begin : g_lane
                localparam SET = VECTOR != 0 ? l : 0;
                volley_synapse_lane #(
                    .TIMESTEPS   (TIMESTEPS),
                    .DIGITS      (DIGITS),
                    .WEIGHT_BITS (WEIGHT_BITS),
                    .ACC_BITS    (ACC_BITS),
                    .MAX_SHIFT   (MAX_SHIFT),
                    .SHIFTS      (SHIFTS)
                ) lane (
                    .clk     (clk),
                    .clear   (clear_reg),
                    .weight  (weight_row[l*WEIGHT_BITS +: WEIGHT_BITS]),
                    .codes   (codes[SET*TIMESTEPS*OPERAND_BITS +: TIMESTEPS*OPERAND_BITS]),
                    .shift   (shift),
                    .sums    (sums[l*SUM_BITS +: SUM_BITS])
                );
            end
        end else begin : g_multiplied
            wire [SETS*TIMESTEP_GROUPS*TIMESTEPS_PACKED*FACTOR_BITS-1:0] factors; // missing time steps count 0
            reg first_reg;                                                        // the sum begins from zero
            always @(posedge clk) begin
                first_reg <= clear_reg;
            end

            for (l = 0; l < SETS; l = l + 1) begin : g_factors
                for (t = 0; t < TIMESTEP_GROUPS * TIMESTEPS_PACKED; t = t + 1) begin : g_timestep
                    if (t < TIMESTEPS) begin : g_count
                        assign factors[(l*TIMESTEP_GROUPS*TIMESTEPS_PACKED+t)*FACTOR_BITS +: FACTOR_BITS] =
                            operand_reg[(l*TIMESTEPS+t)*FACTOR_BITS +: FACTOR_BITS];
                    end else begin : g_none
                        assign factors[(l*TIMESTEP_GROUPS*TIMESTEPS_PACKED+t)*FACTOR_BITS +: FACTOR_BITS] = {FACTOR_BITS{1'b0}};
                    end
                end
            end

            for (l = 0; l < GROUPS; l = l + 1) begin : g_group
                localparam SET    = VECTOR != 0 ? l : 0;
                localparam FIRST  = l * LANES_PACKED;
                localparam SHARED = LANES - FIRST < LANES_PACKED ? LANES - FIRST : LANES_PACKED;
                wire [SHARED*WEIGHT_BITS-1:0] weights = weight_row[FIRST*WEIGHT_BITS +: SHARED*WEIGHT_BITS];
                for (t = 0; t < TIMESTEP_GROUPS; t = t + 1) begin : g_timesteps
                    wire [SHARED*TIMESTEPS_PACKED*ACC_BITS-1:0] group_sums;
                    wire [TIMESTEPS_PACKED*FACTOR_BITS-1:0] group_factors =
                        factors[(SET*TIMESTEP_GROUPS+t)*TIMESTEPS_PACKED*FACTOR_BITS +: TIMESTEPS_PACKED*FACTOR_BITS];
                    if (ACCUMULATED) begin : g_accumulator
                        volley_synapse_accumulator #(
                            .LANES        (SHARED),
                            .FACTOR_BITS  (FACTOR_BITS),
                            .COUNT_SIGNED (COUNT_SIGNED),
                            .WEIGHT_BITS  (WEIGHT_BITS),
                            .ACC_BITS     (ACC_BITS),
                            .PRE_ADDER    (TIMESTEPS == 1 ? 1 : 0)
                        ) accumulator (
                            .clk     (clk),
                            .first   (first_reg),
                            .weights (weights),
                            .count   (group_factors),
                            .sums    (group_sums)
                        );
                    end else begin : g_multiplier
                        volley_synapse_multiplier #(
                            .LANES        (SHARED),
                            .TIMESTEPS    (TIMESTEPS_PACKED),
                            .FACTOR_BITS  (FACTOR_BITS),
                            .COUNT_SIGNED (COUNT_SIGNED),
                            .WEIGHT_BITS  (WEIGHT_BITS),
                            .ACC_BITS     (ACC_BITS)
                        ) multiplier (
                            .clk     (clk),
                            .clear   (clear_reg),
                            .weights (weights),
                            .counts  (group_factors),
                            .sums    (group_sums)
                        );
                    end
                    for (s = 0; s < SHARED * TIMESTEPS_PACKED; s = s + 1) begin : g_place
                        localparam LANE     = FIRST + s / TIMESTEPS_PACKED;
                        localparam TIMESTEP = t * TIMESTEPS_PACKED + s % TIMESTEPS_PACKED;
                        if (TIMESTEP < TIMESTEPS) begin : g_sum
                            assign sums[(LANE*TIMESTEPS+TIMESTEP)*ACC_BITS +: ACC_BITS] = group_sums[s*ACC_BITS +: ACC_BITS];
                        end else begin : g_nothing
                            wire unused_timestep = &{1'b0, group_sums[s*ACC_BITS +: ACC_BITS]};
                        end
                    end
                end
            end
            wire unused_control = first_reg ^ clear_reg;
        end
    endgenerate

    // ---------------------------------------------------------------- drain: flip-flops, read through a multiplexer
    reg [LANES*SUM_BITS-1:0] drain_reg;
    reg                      draining_reg;
    reg [BEAT_BITS-1:0]      beat_reg;          // leaves next
    reg [SEG_BITS-1:0]       segment_reg;       // comes next
    reg [UNITS*SUM_BITS-1:0] out_reg;
    reg                      out_valid_reg;
    wire                     queue_ready;
    wire                     beat_last;
    wire [UNITS*SUM_BITS-1:0] beat;

    wire move = draining_reg;
    wire load = window_done;                    // the drain is empty by now, see above

    volley_fifo #(
        .WIDTH      (UNITS * SUM_BITS),
        .DEPTH_LOG2 (QUEUE_LOG2)
    ) queue (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  (out_reg),
        .s_axis_tvalid (out_valid_reg),
        .s_axis_tready (queue_ready),
        .m_axis_tdata  (m_axis_tdata),
        .m_axis_tvalid (m_axis_tvalid),
        .m_axis_tready (m_axis_tready)
    );
    wire unused_ready = queue_ready;            // there is always space

    always @(posedge clk) begin
        if (load) begin
            drain_reg <= sums;
        end
        out_reg <= beat;
    end

    always @(posedge clk) begin
        if (load) begin
            segment_reg <= segment_reg == LAST_SEG[SEG_BITS-1:0] ? {SEG_BITS{1'b0}} : segment_reg + 1'b1;
        end
        if (load || move) begin
            draining_reg <= load || !beat_last;
            beat_reg     <= load ? {BEAT_BITS{1'b0}} : beat_reg + 1'b1;
        end
        out_valid_reg <= move;
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
            for (t = 0; t < TIMESTEPS; t = t + 1) begin : g_timestep
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
