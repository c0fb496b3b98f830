// digits_conv_0: group neurons, output 8×8×8, 8 lanes in 1 segment(s), 1 slice(s), 1 unit(s).
// Term from image (1×8×8): 3×3 window, stride 1×1, shift 0.
`default_nettype none

module digits_conv_0 (
    input wire clk,
    input wire rst,                 // synchronous, active high
    input wire [7:0] s_axis_tdata,  // one element, step 0 in the low bits
    input wire s_axis_tvalid,
    output wire s_axis_tready,
    output wire [2:0] m_axis_tdata, // counts of one neuron, step 0 in the low bits
    output wire m_axis_tvalid,
    input wire m_axis_tready,
    output wire status_event,       // a bit a slice: an event is processed in this clock
    output wire status_busy         // at work, and not held up by what follows
);

    wire [3:0] term_0_event_addr;
    wire [7:0] term_0_event_counts;
    wire term_0_event_last;
    wire term_0_event_marker;
    wire term_0_event_valid;
    wire term_0_event_ready;
    wire term_0_busy;
    wire weight_enable;
    wire [3:0] weight_addr;
    wire [63:0] weight_row;
    wire neuron_enable;
    wire [2:0] neuron_addr;
    wire [30:0] neuron_row;
    wire unused_element_ready;
    wire unused_element_enable;
    wire [2:0] unused_element_addr;

    event_scanner #(
        .BEAT_BITS(8),
        .BEATS_LOG2(3),
        .ROW_BEATS(8),
        .ELEMENT_BITS(8),
        .SLICES(1),
        .BLOCKS(1),
        .PIXEL_WORDS(1),
        .MAP_HEIGHT(8),
        .ROW_ELEMENTS(8),
        .KERNEL_HEIGHT(3),
        .RUN(3),
        .STRIDE_HEIGHT(1),
        .STEP(1),
        .PAD_TOP(1),
        .PAD_LEFT(1),
        .OUT_HEIGHT(8),
        .OUT_WIDTH(8),
        .SEGMENTS(1),
        .WORD_LOG2(3),
        .ROWS(4),
        .BLOCK_RAM(0),
        .QUEUE_LOG2(4),
        .WEIGHT_ADDR_BITS(4)
    ) term_0_scanner(
        .clk(clk),
        .rst(rst),
        .s_axis_tdata(s_axis_tdata),
        .s_axis_tvalid(s_axis_tvalid),
        .s_axis_tready(s_axis_tready),
        .m_event_addr(term_0_event_addr),
        .m_event_counts(term_0_event_counts),
        .m_event_last(term_0_event_last),
        .m_event_marker(term_0_event_marker),
        .m_event_valid(term_0_event_valid),
        .m_event_ready(term_0_event_ready),
        .busy(term_0_busy)
    );

    digits_conv_0_weights weight_memory(
        .clk(clk),
        .en(weight_enable),
        .addr(weight_addr),
        .data(weight_row)
    );

    digits_conv_0_neurons neuron_memory(
        .clk(clk),
        .en(neuron_enable),
        .addr(neuron_addr),
        .data(neuron_row)
    );

    layer_engine #(
        .IN_BITS(8),
        .IN_MOST(255),
        .IN_SIGNED(0),
        .CHANNELS(8),
        .LANES(8),
        .WEIGHT_BITS(8),
        .WEIGHT_ADDR_BITS(4),
        .ACC_BITS(18),
        .ARITHMETIC(1),
        .LANES_PACKED(1),
        .MAX_SHIFT(0),
        .SHIFTS(32'h1),
        .SUM_QUEUE_LOG2(4),
        .BIAS_BITS(17),
        .SLICES(1),
        .UNITS(1),
        .VECTOR(0),
        .IN_STEPS(1),
        .STEPS_PACKED(1),
        .SERIAL(0),
        .TIMESTEPS(1),
        .MEMBERS(4),
        .STEP_BITS(14),
        .POW2(0),
        .STEP_LOG2(1),
        .MEMBRANE_BITS(18),
        .COUNT_BITS(3),
        .BEAT_ADDR_BITS(3),
        .ELEMENT_BITS(1)
    ) engine(
        .clk(clk),
        .rst(rst),
        .s_event_addr(term_0_event_addr),
        .s_event_counts(term_0_event_counts),
        .s_event_shift(5'd0),
        .s_event_last(term_0_event_last),
        .s_event_marker(term_0_event_marker),
        .s_event_valid(term_0_event_valid),
        .s_event_ready(term_0_event_ready),
        .s_event_vector(1'b0),
        .s_counts_tdata(1'd0),
        .s_counts_tvalid(1'd0),
        .s_counts_tready(unused_element_ready),
        .element_enable(unused_element_enable),
        .element_addr(unused_element_addr),
        .element_row(8'd0),
        .scanning(term_0_busy),
        .m_axis_tdata(m_axis_tdata),
        .m_axis_tvalid(m_axis_tvalid),
        .m_axis_tready(m_axis_tready),
        .weight_enable(weight_enable),
        .weight_addr(weight_addr),
        .weight_row(weight_row),
        .neuron_enable(neuron_enable),
        .neuron_addr(neuron_addr),
        .neuron_row(neuron_row),
        .status_event(status_event),
        .status_busy(status_busy)
    );

endmodule

`default_nettype wire
