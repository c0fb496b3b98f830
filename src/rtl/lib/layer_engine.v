// layer_engine: one layer of group neurons: map elements in, spike counts out.
//
//     I(t)   = sum over the window of weight · counts(t)          synapse_array, fed by event_scanner
//     counts = group neuron fired by I(t) + bias, t = 0 .. T-1    group_neuron
//
// Elements come and leave in the order row, pixel, channel, one a beat, all time steps together. A fully connected
// layer is a window that covers its whole input. A layer that reads the image has IN_STEPS = 1: its current is the
// same at each time step. Cycles of a frame: events · segments, and what the overheads of event_scanner add; a window
// takes at least as many clocks as it has output channels (they leave one a clock).
//
// Weight memory:  row segment·KERNEL_HEIGHT·RUN + ky·RUN + kx·input channels + input channel holds LANES weights, those
//                 of output channels segment·LANES + lane, lane 0 in the low bits. Read latency one clock.
// Neuron memory:  row channel holds {bias, step}, see group_neuron. Read latency one clock.
`default_nettype none

module layer_engine #(
    parameter MAP_HEIGHT    = 8,            // rows of the input map
    parameter ROW_ELEMENTS  = 32,           // width · channels of the input map
    parameter KERNEL_HEIGHT = 3,            // rows of a window
    parameter RUN           = 12,           // kernel width · input channels
    parameter STRIDE_HEIGHT = 1,            // rows between output pixels
    parameter STEP          = 4,            // horizontal stride · input channels
    parameter PAD_TOP       = 1,            // rows of padding above
    parameter PAD_LEFT      = 4,            // padding pixels to the left · input channels
    parameter OUT_HEIGHT    = 8,
    parameter OUT_WIDTH     = 8,
    parameter WORD_LOG2     = 2,            // a spike word holds 2^WORD_LOG2 elements
    parameter ROWS          = 5,            // map rows held
    parameter QUEUE_LOG2    = 2,            // words with events that may wait: 2^QUEUE_LOG2
    parameter IN_STEPS      = 1,            // time steps of an element: T, or 1 where the layer reads the image
    parameter IN_BITS       = 3,            // bits of one count (or pixel value)
    parameter IN_SIGNED     = 0,            // 1: pixel values in two's complement
    parameter CHANNELS      = 8,            // output channels
    parameter LANES         = 4,            // output channels computed at once
    parameter WEIGHT_BITS   = 8,
    parameter WEIGHT_ADDR_BITS = 7,         // $clog2(segments · KERNEL_HEIGHT · RUN), at least 1
    parameter ACC_BITS      = 16,
    parameter USE_MULTIPLIER = 0,           // 1: products by `*` (DSP blocks), 0: gated adds
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
    input  wire [IN_STEPS*IN_BITS-1:0]      s_axis_tdata,   // one element, step 0 in the low bits
    input  wire                             s_axis_tvalid,
    output wire                             s_axis_tready,
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
    localparam SEGMENTS = (CHANNELS + LANES - 1) / LANES;

    wire [WEIGHT_ADDR_BITS-1:0] event_addr;
    wire [IN_STEPS*IN_BITS-1:0] event_counts;
    wire                        event_last;
    wire                        event_marker;
    wire                        event_valid;
    wire                        event_ready;
    wire                        scanning;

    event_scanner #(
        .ELEMENT_BITS     (IN_STEPS*IN_BITS),
        .MAP_HEIGHT       (MAP_HEIGHT),
        .ROW_ELEMENTS     (ROW_ELEMENTS),
        .KERNEL_HEIGHT    (KERNEL_HEIGHT),
        .RUN              (RUN),
        .STRIDE_HEIGHT    (STRIDE_HEIGHT),
        .STEP             (STEP),
        .PAD_TOP          (PAD_TOP),
        .PAD_LEFT         (PAD_LEFT),
        .OUT_HEIGHT       (OUT_HEIGHT),
        .OUT_WIDTH        (OUT_WIDTH),
        .SEGMENTS         (SEGMENTS),
        .WORD_LOG2        (WORD_LOG2),
        .ROWS             (ROWS),
        .QUEUE_LOG2       (QUEUE_LOG2),
        .WEIGHT_ADDR_BITS (WEIGHT_ADDR_BITS)
    ) scanner (
        .clk            (clk),
        .rst            (rst),
        .s_axis_tdata   (s_axis_tdata),
        .s_axis_tvalid  (s_axis_tvalid),
        .s_axis_tready  (s_axis_tready),
        .m_event_addr   (event_addr),
        .m_event_counts (event_counts),
        .m_event_last   (event_last),
        .m_event_marker (event_marker),
        .m_event_valid  (event_valid),
        .m_event_ready  (event_ready),
        .busy           (scanning)
    );

    wire [IN_STEPS*ACC_BITS-1:0] sum;
    wire                      sum_valid;
    wire                      sum_ready;

    synapse_array #(
        .LANES            (LANES),
        .CHANNELS         (CHANNELS),
        .STEPS            (IN_STEPS),
        .COUNT_BITS       (IN_BITS),
        .COUNT_SIGNED     (IN_SIGNED),
        .WEIGHT_BITS      (WEIGHT_BITS),
        .ACC_BITS         (ACC_BITS),
        .USE_MULTIPLIER   (USE_MULTIPLIER),
        .WEIGHT_ADDR_BITS (WEIGHT_ADDR_BITS)
    ) array (
        .clk            (clk),
        .rst            (rst),
        .s_event_addr   (event_addr),
        .s_event_counts (event_counts),
        .s_event_last   (event_last),
        .s_event_valid  (event_valid),
        .s_event_ready  (event_ready),
        .weight_enable  (weight_enable),
        .weight_addr    (weight_addr),
        .weight_row     (weight_row),
        .m_axis_tdata   (sum),
        .m_axis_tvalid  (sum_valid),
        .m_axis_tready  (sum_ready)
    );

    assign status_event = event_valid && event_ready && !event_marker;
    assign status_busy  = scanning && !(event_valid && !event_ready && sum_valid && !sum_ready);

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
