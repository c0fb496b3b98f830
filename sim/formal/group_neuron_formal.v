// The pipeline of group neurons fires exactly as their definition says, for every current, bias, theta and potential,
// when it should: restoring division, and the bit slice of POW2, are the same as comparing each member with its own
// threshold.
//
// Unbounded, by induction over a window as long as the pipeline, without stalls: any neurons, with any gaps between
// them. group_neuron_stall proves that a stall changes nothing, so a run with stalls is one without them, slowed down.
// Assumed is only what the module asks for: the membrane's width holds v (interval arithmetic makes sure of it), theta
// is at least 1, and with POW2 a shift is at most THETA_LOG2.
//
// Widths: bits of current, bias, theta and membrane meet in adders and comparators only, whose bits are all alike. What
// the structure depends on has a task each: MEMBERS a power of two or not (what is left of v in the last time step is
// narrowed in two ways), one member, TIMESTEPS (first, middle, last), currents of its own for each time step or one for all,
// POW2.
//
// In words, for all widths: before the stage of bit j the count is a multiple of 2^(j+1), v is what the members counted
// left of it, and either v < 2^(j+1)*theta or fewer than 2^(j+1) members are left. The stage takes 2^j members exactly if
// v holds their thetas and they are there, which keeps this true for j - 1; after bit 0, v < theta or no member is left:
// the count is clamp(floor(v/theta), 0, MEMBERS). In the last time step v may be cut to THETA_BITS + j ones instead, which
// are not less than all the thetas that the stages below j can still take.
module group_neuron_formal #(
    parameter POW2          = 0,
    parameter TIMESTEPS     = 1,
    parameter IN_TIMESTEPS  = 1,
    parameter MEMBERS       = 5,
    parameter COUNT_BITS    = 3,
    parameter ACC_BITS      = 6,
    parameter BIAS_BITS     = 4,
    parameter THETA_BITS    = 3,
    parameter THETA_LOG2    = 3,
    parameter MEMBRANE_BITS = 8
) (
    input wire                             clk,
    input wire [IN_TIMESTEPS*ACC_BITS-1:0] currents,
    input wire [BIAS_BITS+THETA_BITS-1:0]  row,         // of the parameter memory: any, for any neuron
    input wire                             valid
);
    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    wire rst = !started;

    wire                            ready, enable, addr, m_valid;
    wire [TIMESTEPS*COUNT_BITS-1:0] counts;
    reg  [BIAS_BITS+THETA_BITS-1:0] row_reg;
    always @(posedge clk) if (enable) row_reg <= row;

    volley_group_neuron #(
        .CHANNELS (2), .TIMESTEPS (TIMESTEPS), .IN_TIMESTEPS (IN_TIMESTEPS), .MEMBERS (MEMBERS), .ACC_BITS (ACC_BITS),
        .BIAS_BITS (BIAS_BITS), .THETA_BITS (THETA_BITS), .POW2 (POW2), .THETA_LOG2 (THETA_LOG2),
        .MEMBRANE_BITS (MEMBRANE_BITS), .COUNT_BITS (COUNT_BITS), .CHANNEL_BITS (1)
    ) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (currents), .s_axis_tvalid (valid), .s_axis_tready (ready),
        .neuron_enable (enable), .neuron_addr (addr), .neuron_row (row_reg),
        .m_axis_tdata (counts), .m_axis_tvalid (m_valid), .m_axis_tready (1'b1)
    );

    // The definition, for the currents that were taken and the row that was read for them.
    reg [IN_TIMESTEPS*ACC_BITS-1:0] taken_reg;
    reg                             taken_valid_reg;
    always @(posedge clk) begin
        taken_reg       <= currents;
        taken_valid_reg <= valid && ready && !rst;
    end
    wire                            legal;
    wire [TIMESTEPS*COUNT_BITS-1:0] defined;
    group_neuron_definition #(
        .TIMESTEPS (TIMESTEPS), .IN_TIMESTEPS (IN_TIMESTEPS), .MEMBERS (MEMBERS), .COUNT_BITS (COUNT_BITS), .ACC_BITS (ACC_BITS),
        .BIAS_BITS (BIAS_BITS), .THETA_BITS (THETA_BITS), .POW2 (POW2), .THETA_LOG2 (THETA_LOG2), .ALIGNED (POW2),
        .MEMBRANE_BITS (MEMBRANE_BITS)
    ) definition (.currents (taken_reg), .row (row_reg), .legal (legal), .counts (defined));
    always @* if (taken_valid_reg) assume (legal);

    // The latency of the header: 2 + TIMESTEPS*PHASES clocks and one more, of which the first is over.
    localparam PHASES  = POW2 != 0 ? 2 : 1 + COUNT_BITS;
    localparam LATENCY = 2 + TIMESTEPS * PHASES + 1 - 1;
    localparam COUNTS  = TIMESTEPS * COUNT_BITS;
    reg [LATENCY-1:0]        due_reg;
    reg [LATENCY*COUNTS-1:0] line_reg;
    always @(posedge clk) begin
        due_reg  <= rst ? 0 : {due_reg, taken_valid_reg};
        line_reg <= {line_reg, defined};
    end

    always @* begin
        if (started) begin
            fires_as_defined: assert (!due_reg[LATENCY-1] || counts == line_reg[LATENCY*COUNTS-1 -: COUNTS]);
            in_time:          assert (m_valid == due_reg[LATENCY-1]);
        end
    end
endmodule
