// volley_group_neuron_serial: the same as volley_group_neuron, with one adder that is used many times. For layers that fire rarely.
//
//     v <- v + current[t] + bias
//     n  = clamp(floor(v / theta), 0, MEMBERS)
//     v <- v - n*theta                              t = 0 .. TIMESTEPS-1, v = floor(theta/2) before the first
//
// The phases of a neuron, one a clock: add half a theta; for each time step add the bias, add the current, and for
// j = COUNT_BITS-1 .. 0 subtract 2^j*theta. A subtraction takes effect only where v stays at 0 or above and 2^j more members
// exist: the membrane's clock enable decides, no LUT. Whether they exist is known bit by bit: while the count so far equals
// the upper bits of MEMBERS (`tight_reg`), a bit that MEMBERS does not have cannot be taken.
//
// Ports and parameters as volley_group_neuron; with POW2 a channel's theta is 2^(THETA_LOG2 - shift), and nothing is aligned.
// A neuron takes 1 + TIMESTEPS*(2 + COUNT_BITS) clocks. Its currents stay at the input until the last of them is added, and
// its row of the parameter memory is read while the neuron before fires. Latency: one clock less than that, from the first
// current's arrival. `s_axis_tready` and `m_axis_tvalid` depend on registers only.
`default_nettype none

module volley_group_neuron_serial #(
    parameter CHANNELS      = 8,            // neurons of a pixel; they come in order
    parameter TIMESTEPS     = 1,            // T
    parameter IN_TIMESTEPS  = 1,            // currents a neuron brings: T, or 1 shared by all time steps
    parameter MEMBERS       = 4,            // tau
    parameter ACC_BITS      = 16,           // bits of a current, signed
    parameter BIAS_BITS     = 12,           // signed
    parameter THETA_BITS    = 10,           // unsigned; with POW2 bits of the aligning shift
    parameter POW2          = 0,            // 1: all thetas are powers of two
    parameter THETA_LOG2    = 8,            // with POW2: the largest theta is 2^THETA_LOG2, THETA_LOG2 >= 1
    parameter MEMBRANE_BITS = 18,           // signed; holds v before and after firing
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
            volley_group_neuron_serial_needs_CHANNELS_of_at_least_1 illegal ();
        end
        if (TIMESTEPS < 1) begin : g_check_timesteps
            volley_group_neuron_serial_needs_TIMESTEPS_of_at_least_1 illegal ();
        end
        if (IN_TIMESTEPS != 1 && IN_TIMESTEPS != TIMESTEPS) begin : g_check_in_timesteps
            volley_group_neuron_serial_needs_IN_TIMESTEPS_of_1_or_TIMESTEPS illegal ();
        end
        if (MEMBERS < 1) begin : g_check_members
            volley_group_neuron_serial_needs_MEMBERS_of_at_least_1 illegal ();
        end
        if (ACC_BITS < 1) begin : g_check_acc_bits
            volley_group_neuron_serial_needs_ACC_BITS_of_at_least_1 illegal ();
        end
        if (BIAS_BITS < 1) begin : g_check_bias_bits
            volley_group_neuron_serial_needs_BIAS_BITS_of_at_least_1 illegal ();
        end
        if (THETA_BITS < 1) begin : g_check_theta_bits
            volley_group_neuron_serial_needs_THETA_BITS_of_at_least_1 illegal ();
        end
        if (POW2 != 0 && POW2 != 1) begin : g_check_pow2
            volley_group_neuron_serial_needs_POW2_of_0_or_1 illegal ();
        end
        if (POW2 != 0 && THETA_LOG2 < 1) begin : g_check_theta_log2
            volley_group_neuron_serial_needs_THETA_LOG2_of_at_least_1 illegal ();
        end
        if (MEMBRANE_BITS < 1) begin : g_check_membrane_bits
            volley_group_neuron_serial_needs_MEMBRANE_BITS_of_at_least_1 illegal ();
        end
        if (COUNT_BITS < 1 || (MEMBERS >> COUNT_BITS) != 0) begin : g_check_count_bits
            volley_group_neuron_serial_needs_COUNT_BITS_that_hold_MEMBERS illegal ();
        end
        if (CHANNEL_BITS < 1 || (1 << CHANNEL_BITS) < CHANNELS) begin : g_check_channel_bits
            volley_group_neuron_serial_needs_CHANNEL_BITS_that_reach_CHANNELS illegal ();
        end
    endgenerate

    localparam FULL_THETA_BITS = POW2 != 0 ? THETA_LOG2 + 1 : THETA_BITS;    // of a theta
    localparam TOP_BITS   = FULL_THETA_BITS + COUNT_BITS - 1;                // of 2^(COUNT_BITS-1) thetas
    // Nothing is taken from a negative v, so the difference needs no more bits than its two sides.
    localparam SUM_BITS   = ACC_BITS > BIAS_BITS ? ACC_BITS : BIAS_BITS;
    localparam HELD_BITS  = SUM_BITS > MEMBRANE_BITS ? SUM_BITS : MEMBRANE_BITS;
    localparam FULL_BITS  = TOP_BITS + 1 > HELD_BITS ? TOP_BITS + 1 : HELD_BITS;
    localparam T_BITS     = TIMESTEPS > 1 ? $clog2(TIMESTEPS) : 1;
    localparam LAST_T     = TIMESTEPS - 1;
    localparam LAST_CHANNEL = CHANNELS - 1;

    // ---------------------------------------------------------------- phases, one-hot; one clock each unless they wait
    reg                  half_reg;
    reg                  bias_reg;
    reg                  current_reg;
    reg [COUNT_BITS-1:0] fire_reg;          // [j]: about 2^j members
    reg [1:0]            boot_reg;          // after a reset: the first row is read, then there
    reg [T_BITS-1:0]     t_reg;
    reg                  valid_reg;         // the output holds counts

    wire last_t = t_reg == LAST_T[T_BITS-1:0];
    // The current must be there, and at the end of a time step the output must be free.
    wire go     = !(current_reg && !s_axis_tvalid) && !(fire_reg[0] && valid_reg);
    wire timestep_end = fire_reg[0] && go;
    wire neuron_end   = timestep_end && last_t;
    wire firing = |fire_reg;

    assign s_axis_tready = current_reg && last_t;
    assign m_axis_tvalid = valid_reg;

    always @(posedge clk) begin
        boot_reg <= {boot_reg[0], 1'b0};
        if (go) begin
            half_reg    <= (fire_reg[0] && last_t) || boot_reg[1];
            bias_reg    <= (fire_reg[0] && !last_t) || half_reg;
            current_reg <= bias_reg;
        end
        if (timestep_end) begin
            t_reg <= last_t ? {T_BITS{1'b0}} : t_reg + 1'b1;
        end
        if (neuron_end || m_axis_tready) begin
            valid_reg <= neuron_end;
        end
        if (rst) begin
            boot_reg    <= 2'b01;
            half_reg    <= 1'b0;
            bias_reg    <= 1'b0;
            current_reg <= 1'b0;
            t_reg       <= {T_BITS{1'b0}};
            valid_reg   <= 1'b0;
        end
    end

    generate
        if (COUNT_BITS > 1) begin : g_bits
            always @(posedge clk) begin
                if (go) begin
                    fire_reg <= {current_reg, fire_reg[COUNT_BITS-1:1]};
                end
                if (rst) begin
                    fire_reg <= {COUNT_BITS{1'b0}};
                end
            end
        end else begin : g_bit
            always @(posedge clk) begin
                if (go) begin
                    fire_reg <= current_reg;
                end
                if (rst) begin
                    fire_reg <= 1'b0;
                end
            end
        end
    endgenerate

    // ---------------------------------------------------------------- the row of the next neuron
    reg [CHANNEL_BITS-1:0] channel_reg;

    assign neuron_enable = boot_reg[0] || (current_reg && s_axis_tvalid && last_t);
    assign neuron_addr   = channel_reg;

    always @(posedge clk) begin
        if (neuron_enable) begin
            channel_reg <= channel_reg == LAST_CHANNEL[CHANNEL_BITS-1:0] ? {CHANNEL_BITS{1'b0}} : channel_reg + 1'b1;
        end
        if (rst) begin
            channel_reg <= {CHANNEL_BITS{1'b0}};
        end
    end

    wire [BIAS_BITS-1:0]  bias = neuron_row[BIAS_BITS+THETA_BITS-1:THETA_BITS];
    wire [FULL_THETA_BITS-1:0] theta;
    generate
        if (POW2 != 0) begin : g_power
            assign theta = {1'b1, {THETA_LOG2{1'b0}}} >> neuron_row[THETA_BITS-1:0];
        end else begin : g_exact
            assign theta = neuron_row[THETA_BITS-1:0];
        end
    endgenerate

    // Half a theta, then 2^j of them for falling j.
    reg  [TOP_BITS-1:0] theta_reg;
    wire [TOP_BITS:0]   padded    = {{COUNT_BITS{1'b0}}, theta};
    wire [TOP_BITS:0]   theta_top = padded << (COUNT_BITS - 1);
    wire unused_theta = &{1'b0, theta_top[TOP_BITS], padded[0]};
    always @(posedge clk) begin
        if (neuron_end || boot_reg[1]) begin
            theta_reg <= padded[TOP_BITS:1];
        end else if (current_reg) begin
            theta_reg <= theta_top[TOP_BITS-1:0];
        end else if (firing && go) begin
            theta_reg <= theta_reg >> 1;
        end
    end

    // ---------------------------------------------------------------- the membrane and the one adder
    reg  [FULL_BITS-1:0] v_reg;
    reg                  tight_reg;

    wire [ACC_BITS-1:0]  current;
    wire [FULL_BITS-1:0] wide_current = {{(FULL_BITS - ACC_BITS){current[ACC_BITS-1]}}, current};
    wire [FULL_BITS-1:0] wide_bias    = {{(FULL_BITS - BIAS_BITS){bias[BIAS_BITS-1]}}, bias};
    wire [FULL_BITS-1:0] wide_theta   = {{(FULL_BITS - TOP_BITS){1'b0}}, theta_reg};
    wire [FULL_BITS-1:0] operand = firing ? ~wide_theta : half_reg ? wide_theta : bias_reg ? wide_bias : wide_current;
    // -x = ~x + 1: the 1 enters as a carry, one bit below both sides.
    wire [FULL_BITS:0]   carried = {v_reg, 1'b1} + {operand, firing};
    wire [FULL_BITS-1:0] sum     = carried[FULL_BITS:1];
    wire unused_carry = carried[0];

    wire has_bit = |(fire_reg & MEMBERS[COUNT_BITS-1:0]);
    wire take    = !v_reg[FULL_BITS-1] && !sum[FULL_BITS-1] && (has_bit || !tight_reg);

    always @(posedge clk) begin
        if (neuron_end || boot_reg[1]) begin
            v_reg <= {FULL_BITS{1'b0}};
        end else if (go && (take || !firing)) begin
            v_reg <= sum;
        end
        if (go) begin
            tight_reg <= !firing || (tight_reg && take == has_bit);
        end
    end

    generate
        if (IN_TIMESTEPS == 1) begin : g_shared
            assign current = s_axis_tdata;
        end else begin : g_timesteps
            localparam [31:0] CURRENT_BITS = ACC_BITS;
            assign current = s_axis_tdata[t_reg*CURRENT_BITS +: ACC_BITS];
        end
    endgenerate

    // ---------------------------------------------------------------- counts, highest bit first, time step 0 first
    wire [COUNT_BITS-1:0] count;
    generate
        if (COUNT_BITS > 1) begin : g_count
            reg [COUNT_BITS-2:0] count_reg;
            always @(posedge clk) begin
                if (go) begin
                    count_reg <= count[COUNT_BITS-2:0];
                end
            end
            assign count = {count_reg, take};
        end else begin : g_fired
            assign count = take;
        end

        if (TIMESTEPS > 1) begin : g_out
            reg [TIMESTEPS*COUNT_BITS-1:0] counts_reg;
            always @(posedge clk) begin
                if (timestep_end) begin
                    counts_reg <= {count, counts_reg[TIMESTEPS*COUNT_BITS-1:COUNT_BITS]};
                end
            end
            assign m_axis_tdata = counts_reg;
        end else begin : g_single
            reg [COUNT_BITS-1:0] counts_reg;
            always @(posedge clk) begin
                if (timestep_end) begin
                    counts_reg <= count;
                end
            end
            assign m_axis_tdata = counts_reg;
        end
    endgenerate
endmodule

`default_nettype wire
