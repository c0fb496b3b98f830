// readout_engine: the last layer: map elements in, scores out. It does not fire.
//
//     score = sum over t of (sum over the window of weight · counts(t) + bias)
//
// The sum over t is taken before the synapses (step_sum in front of this engine), so one accumulator per lane serves
// all time steps. Otherwise as layer_engine: same order of elements, same layout of the weight memory. Row `class` of
// the neuron memory holds T · bias.
`default_nettype none

module readout_engine #(
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
    parameter IN_BITS       = 4,            // bits of an element (count summed over time, or pixel value)
    parameter IN_SIGNED     = 0,            // 1: pixel values in two's complement
    parameter CHANNELS      = 10,           // classes
    parameter LANES         = 4,            // classes computed at once
    parameter WEIGHT_BITS   = 8,
    parameter WEIGHT_ADDR_BITS = 7,         // $clog2(segments · KERNEL_HEIGHT · RUN), at least 1
    parameter ACC_BITS      = 16,
    parameter USE_MULTIPLIER = 0,           // 1: products by `*` (DSP blocks), 0: gated adds
    parameter FACTOR        = 1,            // 1, or T where the layer reads the image
    parameter BIAS_BITS     = 12,
    parameter CHANNEL_BITS  = 4             // $clog2(CHANNELS), at least 1
) (
    input  wire                         clk,
    input  wire                         rst,            // synchronous, active high
    input  wire [IN_BITS-1:0]           s_axis_tdata,   // one element
    input  wire                         s_axis_tvalid,
    output wire                         s_axis_tready,
    output wire [31:0]                  m_axis_tdata,   // score of one class, signed
    output wire                         m_axis_tlast,   // last class of the frame
    output wire                         m_axis_tvalid,
    input  wire                         m_axis_tready,
    output wire                         weight_enable,
    output wire [WEIGHT_ADDR_BITS-1:0]  weight_addr,
    input  wire [LANES*WEIGHT_BITS-1:0] weight_row,
    output wire                         neuron_enable,
    output wire [CHANNEL_BITS-1:0]      neuron_addr,
    input  wire [BIAS_BITS-1:0]         neuron_row,
    output wire                         status_event,   // an event is processed in this clock
    output wire                         status_busy     // at work, and not held up by what follows
);
    localparam SEGMENTS = (CHANNELS + LANES - 1) / LANES;

    wire [WEIGHT_ADDR_BITS-1:0] event_addr;
    wire [IN_BITS-1:0] event_counts;
    wire                        event_last;
    wire                        event_marker;
    wire                        event_valid;
    wire                        event_ready;
    wire                        scanning;

    event_scanner #(
        .ELEMENT_BITS     (IN_BITS),
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

    wire [ACC_BITS-1:0] sum;
    wire                      sum_valid;
    wire                      sum_ready;

    synapse_array #(
        .LANES            (LANES),
        .CHANNELS         (CHANNELS),
        .STEPS            (1),
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

    readout #(
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
