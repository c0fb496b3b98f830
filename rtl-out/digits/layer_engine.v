// layer_engine: one layer of group neurons: the events of its windows in, spike counts out.
//
//     I(t)   = sum over the window's events of 2^shift · weight · counts(t)     synapse_array
//     counts = group neuron fired by I(t) + bias, t = 0 .. T-1                  group_neuron
//
// The events come from an event_scanner, or from several (one a term) through an event_join. Neurons leave in the order
// row, pixel, channel, one a beat, all time steps together. A layer that reads the image has IN_STEPS = 1: its current
// is the same at each time step. Throughput: one event a clock; a window takes at least as many clocks as it has output
// channels in its segment (they leave one a clock).
//
// Weight memory:  a row holds LANES weights, those of output channels segment·LANES + lane, lane 0 in the low bits; the
//                 rows of a term are ordered segment, ky, kx, input channel. Read latency one clock.
// Neuron memory:  row `channel` holds {bias, step}, see group_neuron. Read latency one clock.
`default_nettype none

module layer_engine #(
    parameter IN_STEPS      = 1,            // time steps of an event: T, or 1 where the layer reads the image
    parameter IN_BITS       = 3,            // bits of one count (or pixel value)
    parameter IN_MOST       = (1 << IN_BITS) - 1,  // greatest of them, where they are unsigned
    parameter IN_SIGNED     = 0,            // 1: pixel values in two's complement
    parameter CHANNELS      = 8,            // output channels
    parameter LANES         = 4,            // output channels computed at once
    parameter WEIGHT_BITS   = 8,
    parameter WEIGHT_ADDR_BITS = 7,         // $clog2(rows of the weight memory), at least 1
    parameter ACC_BITS      = 16,
    parameter ARITHMETIC    = 0,            // of the lanes: 0 gated adds, 1 multipliers, 2 accumulating multipliers
    parameter LANES_PACKED  = 1,            // lanes that share a multiplier, see synapse_array
    parameter STEPS_PACKED  = 1,            // time steps that share a multiplier
    parameter MAX_SHIFT     = 0,            // largest shift of a term
    parameter TIMESTEPS     = 1,            // T
    parameter MEMBERS       = 4,            // tau
    parameter BIAS_BITS     = 12,
    parameter STEP_BITS     = 10,           // bits of the step; with POW2 of the aligning shift
    parameter POW2          = 0,            // 1: all steps are powers of two
    parameter STEP_LOG2     = 8,            // with POW2: log2 of the common step
    parameter MEMBRANE_BITS = 18,
    parameter COUNT_BITS    = 3,            // $clog2(MEMBERS + 1)
    parameter CHANNEL_BITS  = 3             // $clog2(CHANNELS), at least 1
) (
    input  wire                             clk,
    input  wire                             rst,            // synchronous, active high
    input  wire [WEIGHT_ADDR_BITS-1:0]      s_event_addr,   // weight row
    input  wire [IN_STEPS*IN_BITS-1:0]           s_event_counts,
    input  wire [4:0]                       s_event_shift,  // left shift of the event's term
    input  wire                             s_event_last,   // the window ends with this event
    input  wire                             s_event_marker, // no event, only the end of an empty window
    input  wire                             s_event_valid,
    output wire                             s_event_ready,
    input  wire                             scanning,       // `busy` of the event_scanner or event_join
    output wire [TIMESTEPS*COUNT_BITS-1:0]  m_axis_tdata,   // counts of one neuron, step 0 in the low bits
    output wire                             m_axis_tvalid,
    input  wire                             m_axis_tready,
    output wire                             weight_enable,
    output wire [WEIGHT_ADDR_BITS-1:0]      weight_addr,
    input  wire [LANES*WEIGHT_BITS-1:0]     weight_row,
    output wire                             neuron_enable,
    output wire [CHANNEL_BITS-1:0]          neuron_addr,
    input  wire [BIAS_BITS+STEP_BITS-1:0]   neuron_row,
    output wire                             status_event,   // an event is processed in this clock
    output wire                             status_busy     // at work, and not held up by what follows
);
    wire [IN_STEPS*ACC_BITS-1:0] sum;
    wire                       sum_valid;
    wire                       sum_ready;

    synapse_array #(
        .LANES            (LANES),
        .CHANNELS         (CHANNELS),
        .STEPS            (IN_STEPS),
        .COUNT_BITS       (IN_BITS),
        .COUNT_SIGNED     (IN_SIGNED),
        .MOST_COUNT       (IN_MOST),
        .WEIGHT_BITS      (WEIGHT_BITS),
        .ACC_BITS         (ACC_BITS),
        .ARITHMETIC       (ARITHMETIC),
        .LANES_PACKED     (LANES_PACKED),
        .STEPS_PACKED     (STEPS_PACKED),
        .MAX_SHIFT        (MAX_SHIFT),
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

    group_neuron #(
        .CHANNELS      (CHANNELS),
        .TIMESTEPS     (TIMESTEPS),
        .STEPS         (IN_STEPS),
        .MEMBERS       (MEMBERS),
        .ACC_BITS      (ACC_BITS),
        .BIAS_BITS     (BIAS_BITS),
        .STEP_BITS     (STEP_BITS),
        .POW2          (POW2),
        .STEP_LOG2     (STEP_LOG2),
        .MEMBRANE_BITS (MEMBRANE_BITS),
        .COUNT_BITS    (COUNT_BITS),
        .CHANNEL_BITS  (CHANNEL_BITS)
    ) neuron (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  (sum),
        .s_axis_tvalid (sum_valid),
        .s_axis_tready (sum_ready),
        .neuron_enable (neuron_enable),
        .neuron_addr   (neuron_addr),
        .neuron_row    (neuron_row),
        .m_axis_tdata  (m_axis_tdata),
        .m_axis_tvalid (m_axis_tvalid),
        .m_axis_tready (m_axis_tready)
    );
endmodule

`default_nettype wire
