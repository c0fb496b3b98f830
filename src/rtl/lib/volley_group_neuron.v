// volley_group_neuron: a group of MEMBERS integrate-and-fire neurons with staggered thresholds, all time steps of one neuron
// in one pass of a pipeline. For t = 0 .. TIMESTEPS-1, with v = floor(theta/2) before the first:
//
//     v <- v + current[t] + bias
//     n  = number of members i in 1..MEMBERS with v >= i*theta   =  clamp(floor(v / theta), 0, MEMBERS)
//     v <- v - n*theta
//
// All members hold the same potential, so one membrane serves the group, and the count is found by restoring
// division: for j = COUNT_BITS-1 .. 0, take 2^j members if they are still below MEMBERS and v >= 2^j*theta, and
// subtract. Count and residual come out together.
//
// With POW2 every theta is a power of two. Currents of all channels are shifted to one common theta 2^THETA_LOG2 (which
// scales a channel's v, bias and theta by the same factor and so changes no count); firing is then a bit slice of v with a
// clamp.
//
// The neurons pass one after the other, one a clock. Channel `neuron_addr` of the parameter memory holds
// {bias (BIAS_BITS, signed), theta (THETA_BITS, unsigned)}, with POW2 {bias, left shift that aligns the channel}; it is
// read one clock after `neuron_enable`.
// Latency: 2 + TIMESTEPS*PHASES clocks (PHASES = 1 + COUNT_BITS, with POW2 2), and one more through the output register.
// MEMBRANE_BITS comes from interval arithmetic, so nothing overflows.
`default_nettype none

module volley_group_neuron #(
    parameter CHANNELS      = 8,            // neurons of a pixel; they come in order
    parameter TIMESTEPS     = 1,            // T
    parameter IN_TIMESTEPS  = 1,            // currents a neuron brings: T, or 1 shared by all time steps
    parameter MEMBERS       = 4,            // tau
    parameter ACC_BITS      = 16,           // bits of a current, signed
    parameter BIAS_BITS     = 12,           // signed
    parameter THETA_BITS    = 10,           // unsigned; with POW2 bits of the aligning shift
    parameter POW2          = 0,            // 1: all thetas are powers of two
    parameter THETA_LOG2    = 8,            // with POW2: the common theta is 2^THETA_LOG2, THETA_LOG2 >= 1
    parameter MEMBRANE_BITS = 18,           // signed; holds v (with POW2 the aligned v) before and after firing
    parameter COUNT_BITS    = 3,            // $clog2(MEMBERS + 1)
    parameter CHANNEL_BITS  = 3             // $clog2(CHANNELS), at least 1
) (
    input  wire                             clk,           // rising edge
    input  wire                             rst,           // synchronous, active high
    input  wire [IN_TIMESTEPS*ACC_BITS-1:0] s_axis_tdata,  // currents of one neuron, time step 0 in the low bits
    input  wire                             s_axis_tvalid,
    output wire                             s_axis_tready,
    output wire                             neuron_enable, // a row of parameters is read
    output wire [CHANNEL_BITS-1:0]          neuron_addr,   // channel
    input  wire [BIAS_BITS+THETA_BITS-1:0]  neuron_row,    // {bias, theta} or {bias, shift}, one clock after neuron_enable
    output wire [TIMESTEPS*COUNT_BITS-1:0]  m_axis_tdata,  // counts of one neuron, time step 0 in the low bits
    output wire                             m_axis_tvalid,
    input  wire                             m_axis_tready
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (CHANNELS < 1) begin : g_check_channels
            volley_group_neuron_needs_CHANNELS_of_at_least_1 illegal ();
        end
        if (TIMESTEPS < 1) begin : g_check_timesteps
            volley_group_neuron_needs_TIMESTEPS_of_at_least_1 illegal ();
        end
        if (IN_TIMESTEPS != 1 && IN_TIMESTEPS != TIMESTEPS) begin : g_check_in_timesteps
            volley_group_neuron_needs_IN_TIMESTEPS_of_1_or_TIMESTEPS illegal ();
        end
        if (MEMBERS < 1) begin : g_check_members
            volley_group_neuron_needs_MEMBERS_of_at_least_1 illegal ();
        end
        if (ACC_BITS < 1) begin : g_check_acc_bits
            volley_group_neuron_needs_ACC_BITS_of_at_least_1 illegal ();
        end
        if (BIAS_BITS < 1) begin : g_check_bias_bits
            volley_group_neuron_needs_BIAS_BITS_of_at_least_1 illegal ();
        end
        if (THETA_BITS < 1) begin : g_check_theta_bits
            volley_group_neuron_needs_THETA_BITS_of_at_least_1 illegal ();
        end
        if (POW2 != 0 && POW2 != 1) begin : g_check_pow2
            volley_group_neuron_needs_POW2_of_0_or_1 illegal ();
        end
        if (POW2 != 0 && THETA_LOG2 < 1) begin : g_check_theta_log2
            volley_group_neuron_needs_THETA_LOG2_of_at_least_1 illegal ();
        end
        if (MEMBRANE_BITS < 1) begin : g_check_membrane_bits
            volley_group_neuron_needs_MEMBRANE_BITS_of_at_least_1 illegal ();
        end
        if (COUNT_BITS < 1 || (MEMBERS >> COUNT_BITS) != 0) begin : g_check_count_bits
            volley_group_neuron_needs_COUNT_BITS_that_hold_MEMBERS illegal ();
        end
        if (CHANNEL_BITS < 1 || (1 << CHANNEL_BITS) < CHANNELS) begin : g_check_channel_bits
            volley_group_neuron_needs_CHANNEL_BITS_that_reach_CHANNELS illegal ();
        end
    endgenerate

    // Wide enough for 2^(COUNT_BITS-1) thetas with a sign. Nothing is taken from a negative v, so a trial needs no more bits.
    localparam TOP_BITS  = (POW2 != 0 ? THETA_LOG2 + 1 : THETA_BITS) + COUNT_BITS;
    localparam SUM_BITS  = ACC_BITS > BIAS_BITS ? ACC_BITS : BIAS_BITS;
    localparam HELD_BITS = SUM_BITS > MEMBRANE_BITS ? SUM_BITS : MEMBRANE_BITS;
    localparam FULL_BITS = TOP_BITS > HELD_BITS ? TOP_BITS : HELD_BITS;
    localparam PHASES    = POW2 != 0 ? 2 : 1 + COUNT_BITS;  // pipeline stages of a time step
    localparam STAGES    = TIMESTEPS * PHASES;              // after the stage that adds the bias
    localparam LAST_CHANNEL = CHANNELS - 1;

    wire advance;                                           // the pipeline moves as a whole
    assign s_axis_tready = advance;

    // ---------------------------------------------------------------- stage 0: wait for the parameter memory
    reg [CHANNEL_BITS-1:0]          channel_reg;
    reg [IN_TIMESTEPS*ACC_BITS-1:0] current_reg;
    reg                             current_valid_reg;

    assign neuron_enable = advance && s_axis_tvalid;
    assign neuron_addr   = channel_reg;

    always @(posedge clk) begin
        if (advance) begin
            current_reg       <= s_axis_tdata;
            current_valid_reg <= s_axis_tvalid;
            if (s_axis_tvalid) begin
                channel_reg <= channel_reg == LAST_CHANNEL[CHANNEL_BITS-1:0] ?
                               {CHANNEL_BITS{1'b0}} : channel_reg + 1'b1;
            end
        end
        if (rst) begin
            current_valid_reg <= 1'b0;
            channel_reg       <= {CHANNEL_BITS{1'b0}};
        end
    end

    // ---------------------------------------------------------------- stage 1: add the bias to every current
    wire signed [BIAS_BITS-1:0] bias          = neuron_row[BIAS_BITS+THETA_BITS-1:THETA_BITS];
    wire [THETA_BITS-1:0]       channel_theta = neuron_row[THETA_BITS-1:0];

    // What each pipeline stage gets, one slice each: slice 0 comes from stage 1, slice s + 1 from pipeline stage s.
    wire [STAGES*FULL_BITS-1:0]                v_bus;
    wire [STAGES*THETA_BITS-1:0]               theta_bus;
    wire [STAGES*IN_TIMESTEPS*FULL_BITS-1:0]   input_bus;    // current + bias of the time steps
    wire [(STAGES+1)*TIMESTEPS*COUNT_BITS-1:0] counts_bus;
    reg  [STAGES:0]                            valid_reg;

    wire [FULL_BITS-1:0]              wide_bias = {{(FULL_BITS - BIAS_BITS){bias[BIAS_BITS-1]}}, bias};
    wire [IN_TIMESTEPS*FULL_BITS-1:0] biased;
    generate
        genvar i;
        for (i = 0; i < IN_TIMESTEPS; i = i + 1) begin : g_bias
            wire [ACC_BITS-1:0] current = current_reg[i*ACC_BITS +: ACC_BITS];
            wire [FULL_BITS-1:0] sum = {{(FULL_BITS - ACC_BITS){current[ACC_BITS-1]}}, current} + wide_bias;
            assign biased[i*FULL_BITS +: FULL_BITS] = POW2 != 0 ? sum << channel_theta : sum;
        end
    endgenerate

    reg [FULL_BITS-1:0]              start_v_reg;
    reg [THETA_BITS-1:0]             start_theta_reg;
    reg [IN_TIMESTEPS*FULL_BITS-1:0] start_input_reg;

    always @(posedge clk) begin
        if (advance) begin
            start_v_reg     <= POW2 != 0 ? {{(FULL_BITS - 1){1'b0}}, 1'b1} << (THETA_LOG2 - 1)
                                         : {{(FULL_BITS - THETA_BITS){1'b0}}, channel_theta} >> 1;
            start_theta_reg <= channel_theta;
            start_input_reg <= biased;
        end
    end

    assign v_bus[FULL_BITS-1:0]                  = start_v_reg;
    assign theta_bus[THETA_BITS-1:0]             = start_theta_reg;
    assign input_bus[IN_TIMESTEPS*FULL_BITS-1:0] = start_input_reg;
    assign counts_bus[TIMESTEPS*COUNT_BITS-1:0]  = {(TIMESTEPS * COUNT_BITS){1'b0}};

    // ---------------------------------------------------------------- per time step: one add, COUNT_BITS divisions
    generate
        genvar s;
        for (s = 0; s < STAGES; s = s + 1) begin : g_stage
            localparam T     = s / PHASES;
            localparam PHASE = s % PHASES;

            wire signed [FULL_BITS-1:0]       v      = v_bus[s*FULL_BITS +: FULL_BITS];
            wire [THETA_BITS-1:0]             theta  = theta_bus[s*THETA_BITS +: THETA_BITS];
            wire [IN_TIMESTEPS*FULL_BITS-1:0] inputs = input_bus[s*IN_TIMESTEPS*FULL_BITS +: IN_TIMESTEPS*FULL_BITS];
            wire [TIMESTEPS*COUNT_BITS-1:0]   counts = counts_bus[s*TIMESTEPS*COUNT_BITS +: TIMESTEPS*COUNT_BITS];

            wire signed [FULL_BITS-1:0]      v_next;
            wire [TIMESTEPS*COUNT_BITS-1:0]  counts_next;
            reg [TIMESTEPS*COUNT_BITS-1:0]   counts_reg;

            if (PHASE == 0) begin : g_integrate
                localparam SOURCE = IN_TIMESTEPS == 1 ? 0 : T;
                assign v_next      = v + $signed(inputs[SOURCE*FULL_BITS +: FULL_BITS]);
                assign counts_next = counts;
            end else if (POW2 != 0) begin : g_slice
                localparam FIRST = T * COUNT_BITS;
                // v / 2^THETA_LOG2, rounded down; the members are at most MEMBERS, and none fires below zero.
                wire [FULL_BITS-THETA_LOG2-2:0] quotient = v[FULL_BITS-2:THETA_LOG2];
                wire many = quotient >= MEMBERS[FULL_BITS-THETA_LOG2-2:0];
                wire [COUNT_BITS-1:0] fired = v[FULL_BITS-1] ? {COUNT_BITS{1'b0}} :
                                              many ? MEMBERS[COUNT_BITS-1:0] : quotient[COUNT_BITS-1:0];
                wire [FULL_BITS-1:0] fired_wide = {{(FULL_BITS - COUNT_BITS){1'b0}}, fired};
                wire [TIMESTEPS*COUNT_BITS-1:0] fired_theta = {{((TIMESTEPS-1)*COUNT_BITS){1'b0}}, fired};
                assign v_next      = v - $signed(fired_wide << THETA_LOG2);
                assign counts_next = counts | (fired_theta << FIRST);
                wire unused_theta  = &{1'b0, theta};
            end else begin : g_fire
                localparam BIT   = COUNT_BITS - PHASE;      // this stage decides about 2^BIT members
                localparam FIRST = T * COUNT_BITS;
                localparam MEMBERS_LEFT = MEMBERS - (1 << BIT);
                // Bits of v besides its sign. In the last time step only smaller multiples of theta follow, so the bits of
                // v above the greatest of them only say that v is greater (`over`).
                localparam LAST = T == TIMESTEPS - 1;
                localparam IN   = LAST && PHASE > 1 ? THETA_BITS + BIT + 1 : FULL_BITS - 1;
                localparam OUT  = LAST ? THETA_BITS + BIT : FULL_BITS - 1;
                wire [IN-BIT:0] trial = {1'b0, v[IN-1:BIT]} - {{(IN - BIT + 1 - THETA_BITS){1'b0}}, theta};
                // The bits above BIT are already taken; 2^BIT more members must still exist.
                wire [COUNT_BITS-1:0] members = counts[FIRST +: COUNT_BITS];
                wire take = !v[FULL_BITS-1] && !trial[IN-BIT] && members <= MEMBERS_LEFT[COUNT_BITS-1:0];
                wire [TIMESTEPS*COUNT_BITS-1:0] taken = {{(TIMESTEPS*COUNT_BITS-1){1'b0}}, take};
                wire [IN-1:0] rest;
                if (BIT > 0) begin : g_rest
                    assign rest = {take ? trial[IN-BIT-1:0] : v[IN-1:BIT], v[BIT-1:0]};
                end else begin : g_last_rest
                    assign rest = take ? trial[IN-1:0] : v[IN-1:0];
                end
                assign v_next[FULL_BITS-1] = v[FULL_BITS-1];
                if (OUT < FULL_BITS - 1) begin : g_narrow
                    // Where MEMBERS is a power of two, nothing more is taken from such a v.
                    wire over = (MEMBERS & (MEMBERS - 1)) != 0 && |rest[IN-1:OUT];
                    assign v_next[FULL_BITS-2:0] = {{(FULL_BITS - 1 - OUT){1'b0}}, rest[OUT-1:0] | {OUT{over}}};
                end else begin : g_whole
                    assign v_next[FULL_BITS-2:0] = rest;
                end
                assign counts_next = counts | (taken << (FIRST + BIT));
            end

            always @(posedge clk) begin
                if (advance) begin
                    counts_reg <= counts_next;
                end
            end
            assign counts_bus[(s+1)*TIMESTEPS*COUNT_BITS +: TIMESTEPS*COUNT_BITS] = counts_reg;

            if (s + 1 < STAGES) begin : g_hand_on
                reg signed [FULL_BITS-1:0]       v_reg;
                reg [THETA_BITS-1:0]             theta_reg;
                reg [IN_TIMESTEPS*FULL_BITS-1:0] inputs_reg;
                always @(posedge clk) begin
                    if (advance) begin
                        v_reg      <= v_next;
                        theta_reg  <= theta;
                        inputs_reg <= inputs;
                    end
                end
                assign v_bus[(s+1)*FULL_BITS +: FULL_BITS]                               = v_reg;
                assign theta_bus[(s+1)*THETA_BITS +: THETA_BITS]                         = theta_reg;
                assign input_bus[(s+1)*IN_TIMESTEPS*FULL_BITS +: IN_TIMESTEPS*FULL_BITS] = inputs_reg;
            end else begin : g_end
                wire unused_residual = &{1'b0, v_next, inputs};   // nothing follows the last time step
            end
        end
    endgenerate

    always @(posedge clk) begin
        if (advance) begin
            valid_reg <= {valid_reg[STAGES-1:0], current_valid_reg};
        end
        if (rst) begin
            valid_reg <= {(STAGES + 1){1'b0}};
        end
    end

    // ---------------------------------------------------------------- output: `advance` comes from a register
    volley_skid_buffer #(
        .WIDTH (TIMESTEPS * COUNT_BITS)
    ) out (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  (counts_bus[STAGES*TIMESTEPS*COUNT_BITS +: TIMESTEPS*COUNT_BITS]),
        .s_axis_tvalid (valid_reg[STAGES]),
        .s_axis_tready (advance),
        .m_axis_tdata  (m_axis_tdata),
        .m_axis_tvalid (m_axis_tvalid),
        .m_axis_tready (m_axis_tready)
    );
endmodule

`default_nettype wire
