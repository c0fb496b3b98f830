// volley_readout: the scores of the last layer, which does not fire.
//
//     score = sum over t of I(t) = FACTOR * sum + bias
//
// The counts of all time steps were added up before the synapses (volley_timestep_sum), so one accumulator has the sum over t,
// and FACTOR is 1. A layer that reads the input has the same current at each time step: FACTOR = T. The bias memory holds
// T times the layer's bias. Latency: three clocks.
`default_nettype none

module volley_readout #(
    parameter CHANNELS     = 10,            // classes; they come in order
    parameter FACTOR       = 1,             // 1, or T where the layer reads the input
    parameter ACC_BITS     = 16,            // bits of a sum, signed
    parameter BIAS_BITS    = 12,            // signed
    parameter CHANNEL_BITS = 4              // $clog2(CHANNELS), at least 1
) (
    input  wire                     clk,            // rising edge
    input  wire                     rst,            // synchronous, active high
    input  wire [ACC_BITS-1:0]      s_axis_tdata,   // sum of one class
    input  wire                     s_axis_tvalid,
    output wire                     s_axis_tready,
    output wire                     neuron_enable,  // a bias is read
    output wire [CHANNEL_BITS-1:0]  neuron_addr,    // class
    input  wire [BIAS_BITS-1:0]     neuron_row,     // bias, one clock after neuron_enable
    output wire [31:0]              m_axis_tdata,   // score of one class, signed
    output wire                     m_axis_tlast,   // last class
    output wire                     m_axis_tvalid,
    input  wire                     m_axis_tready
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (CHANNELS < 1) begin : g_check_channels
            volley_readout_needs_CHANNELS_of_at_least_1 illegal ();
        end
        if (FACTOR < 1) begin : g_check_factor
            volley_readout_needs_FACTOR_of_at_least_1 illegal ();
        end
        if (ACC_BITS < 1 || ACC_BITS > 32) begin : g_check_acc_bits
            volley_readout_needs_ACC_BITS_of_1_to_32 illegal ();
        end
        if (BIAS_BITS < 1 || BIAS_BITS > 32) begin : g_check_bias_bits
            volley_readout_needs_BIAS_BITS_of_1_to_32 illegal ();
        end
        if (CHANNEL_BITS < 1 || (1 << CHANNEL_BITS) < CHANNELS) begin : g_check_channel_bits
            volley_readout_needs_CHANNEL_BITS_that_reach_CHANNELS illegal ();
        end
    endgenerate

    localparam LAST_CHANNEL = CHANNELS - 1;

    reg [CHANNEL_BITS-1:0]     channel_reg;
    reg signed [ACC_BITS-1:0]  sum_reg;
    reg                        sum_last_reg;
    reg                        sum_valid_reg;
    reg signed [31:0]          score_reg;
    reg                        score_last_reg;
    reg                        score_valid_reg;

    wire advance;
    wire channel_last = channel_reg == LAST_CHANNEL[CHANNEL_BITS-1:0];
    wire signed [BIAS_BITS-1:0] bias = neuron_row;

    assign s_axis_tready = advance;
    assign neuron_enable = advance && s_axis_tvalid;
    assign neuron_addr   = channel_reg;

    // Scores fit 32 bits (checked by the generator), so a sum or a bias is at most 32 bits wide.
    wire signed [31:0] wide_sum  = {{(32 - ACC_BITS){sum_reg[ACC_BITS-1]}}, sum_reg};
    wire signed [31:0] wide_bias = {{(32 - BIAS_BITS){bias[BIAS_BITS-1]}}, bias};

    always @(posedge clk) begin
        if (advance) begin
            sum_reg         <= s_axis_tdata;
            sum_last_reg    <= channel_last;
            sum_valid_reg   <= s_axis_tvalid;
            score_reg       <= wide_sum * FACTOR + wide_bias;
            score_last_reg  <= sum_last_reg;
            score_valid_reg <= sum_valid_reg;
            if (s_axis_tvalid) begin
                channel_reg <= channel_last ? {CHANNEL_BITS{1'b0}} : channel_reg + 1'b1;
            end
        end
        if (rst) begin
            sum_valid_reg   <= 1'b0;
            score_valid_reg <= 1'b0;
            channel_reg     <= {CHANNEL_BITS{1'b0}};
        end
    end

    volley_skid_buffer #(
        .WIDTH (33)
    ) out (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  ({score_last_reg, score_reg}),
        .s_axis_tvalid (score_valid_reg),
        .s_axis_tready (advance),
        .m_axis_tdata  ({m_axis_tlast, m_axis_tdata}),
        .m_axis_tvalid (m_axis_tvalid),
        .m_axis_tready (m_axis_tready)
    );
endmodule

`default_nettype wire
