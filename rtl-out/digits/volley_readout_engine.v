// SPDX-License-Identifier: MIT OR Apache-2.0
// Part of Volley 0.1.0.
// volley_readout_engine: the last layer: events of its window in, scores out. It does not fire.
//
//     score = sum over t of (sum over the window's events of 2^shift * weight * counts(t) + bias)
//
// The sum over t is taken before the scanner (volley_timestep_sum), so one accumulator per lane serves all time steps. The
// layout of the weight memory is that of volley_layer_engine. Row `class` of the neuron memory holds T * bias.
`default_nettype none

module volley_readout_engine #(
    parameter IN_BITS       = 4,            // bits of an event (count summed over time, or pixel value)
    parameter IN_MOST       = (1 << IN_BITS) - 1,  // greatest of them, where they are unsigned
    parameter IN_SIGNED     = 0,            // 1: pixel values in two's complement
    parameter CHANNELS      = 10,           // classes
    parameter LANES         = 4,            // classes computed at once
    parameter WEIGHT_BITS   = 8,            // bits of a weight, signed
    parameter WEIGHT_ADDR_BITS = 7,         // $clog2(rows of the weight memory), at least 1
    parameter ACC_BITS      = 16,           // bits of a sum, signed
    parameter ARITHMETIC    = 0,            // of the lanes: 0 gated adds, 1 multipliers, 2 accumulating multipliers
    parameter LANES_PACKED  = 1,            // lanes that share a multiplier, see volley_synapse_array
    parameter MAX_SHIFT     = 0,            // largest shift of a term
    parameter [31:0] SHIFTS = 32'hffffffff, // bit s: there is a term of shift s
    parameter SUM_QUEUE_LOG2 = 5,           // sums that may wait: 2^SUM_QUEUE_LOG2 >= LANES
    parameter FACTOR        = 1,            // 1, or T where the layer reads the input
    parameter BIAS_BITS     = 12,           // bits of a bias, signed
    parameter CHANNEL_BITS  = 4             // $clog2(CHANNELS), at least 1
) (
    input  wire                             clk,            // rising edge
    input  wire                             rst,            // synchronous, active high
    input  wire [WEIGHT_ADDR_BITS-1:0]      s_event_addr,   // weight row
    input  wire [IN_BITS-1:0]                    s_event_counts, // pixel value, or count summed over time
    input  wire [4:0]                       s_event_shift,  // left shift of the event's term
    input  wire                             s_event_last,   // the window ends with this event
    input  wire                             s_event_marker, // no event, only the end of an empty window
    input  wire                             s_event_valid,  // input stream: one event a beat
    output wire                             s_event_ready,
    input  wire                             scanning,       // `busy` of the volley_event_scanner or volley_event_join
    output wire [31:0]                      m_axis_tdata,   // score of one class, signed
    output wire                             m_axis_tlast,   // last class of the frame
    output wire                             m_axis_tvalid,
    input  wire                             m_axis_tready,
    output wire                             weight_enable,  // a row of weights is read
    output wire [WEIGHT_ADDR_BITS-1:0]      weight_addr,    // weight row
    input  wire [LANES*WEIGHT_BITS-1:0]     weight_row,     // two clocks after weight_enable
    output wire                             neuron_enable,  // a bias is read
    output wire [CHANNEL_BITS-1:0]          neuron_addr,    // class
    input  wire [BIAS_BITS-1:0]             neuron_row,     // bias, one clock after neuron_enable
    output wire                             status_event,   // an event is processed in this clock
    output wire                             status_busy     // at work, and not held up by what follows
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (IN_BITS < 1) begin : g_check_in_bits
            volley_readout_engine_needs_IN_BITS_of_at_least_1 illegal ();
        end
        if (CHANNELS < 1) begin : g_check_channels
            volley_readout_engine_needs_CHANNELS_of_at_least_1 illegal ();
        end
        if (LANES < 1) begin : g_check_lanes
            volley_readout_engine_needs_LANES_of_at_least_1 illegal ();
        end
        if (IN_SIGNED != 0 && IN_SIGNED != 1) begin : g_check_in_signed
            volley_readout_engine_needs_IN_SIGNED_of_0_or_1 illegal ();
        end
        if ((1 << SUM_QUEUE_LOG2) < LANES) begin : g_check_sum_queue_log2
            volley_readout_engine_needs_SUM_QUEUE_LOG2_that_reaches_LANES illegal ();
        end
    endgenerate

    wire [ACC_BITS-1:0] sum;
    wire              sum_valid;
    wire              sum_ready;

    volley_synapse_array #(
        .LANES            (LANES),
        .CHANNELS         (CHANNELS),
        .TIMESTEPS        (1),
        .COUNT_BITS       (IN_BITS),
        .COUNT_SIGNED     (IN_SIGNED),
        .MOST_COUNT       (IN_MOST),
        .WEIGHT_BITS      (WEIGHT_BITS),
        .ACC_BITS         (ACC_BITS),
        .ARITHMETIC       (ARITHMETIC),
        .LANES_PACKED     (LANES_PACKED),
        .MAX_SHIFT        (MAX_SHIFT),
        .SHIFTS           (SHIFTS),
        .QUEUE_LOG2       (SUM_QUEUE_LOG2),
        .WEIGHT_ADDR_BITS (WEIGHT_ADDR_BITS)
    ) array (
        .clk            (clk),
        .rst            (rst),
        .s_event_addr   (s_event_addr),
        .s_event_counts (s_event_counts),
        .s_event_vector (1'b0),
        .s_event_shift  (s_event_shift),
        .s_event_last   (s_event_last),
        .s_event_valid  (s_event_valid),
        .s_event_ready  (s_event_ready),
        .weight_enable  (weight_enable),
        .weight_addr    (weight_addr),
        .weight_row     (weight_row),
        .m_axis_tdata   (sum),
        .m_axis_tvalid  (sum_valid),
        .m_axis_tready  (sum_ready)
    );

    assign status_event = s_event_valid && s_event_ready && !s_event_marker;
    assign status_busy  = scanning && !(s_event_valid && !s_event_ready && sum_valid && !sum_ready);

    volley_readout #(
        .CHANNELS     (CHANNELS),
        .FACTOR       (FACTOR),
        .ACC_BITS     (ACC_BITS),
        .BIAS_BITS    (BIAS_BITS),
        .CHANNEL_BITS (CHANNEL_BITS)
    ) scores (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  (sum),
        .s_axis_tvalid (sum_valid),
        .s_axis_tready (sum_ready),
        .neuron_enable (neuron_enable),
        .neuron_addr   (neuron_addr),
        .neuron_row    (neuron_row),
        .m_axis_tdata  (m_axis_tdata),
        .m_axis_tlast  (m_axis_tlast),
        .m_axis_tvalid (m_axis_tvalid),
        .m_axis_tready (m_axis_tready)
    );
endmodule

`default_nettype wire
