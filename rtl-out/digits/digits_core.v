// digits_core: the spiking accelerator of network 'digits'.
// 4 members a group neuron, 1 time step(s), 8-bit weights.
//
// Pixels come in raster order, a beat each; a frame's scores leave class by class. Engines are joined by
// valid/ready streams of elements in the order row, pixel, channel; there is no global controller, and the
// next frame enters while this one is still being computed.
`default_nettype none

module digits_core (
    input wire clk,
    input wire rst,                  // synchronous, active high
    input wire [7:0] s_axis_tdata,   // one pixel: an unsigned byte a channel, channel 0 in the low byte
    input wire s_axis_tlast,         // last pixel of the frame
    input wire s_axis_tvalid,
    output wire s_axis_tready,
    output wire [31:0] m_axis_tdata, // score of one class, signed
    output wire m_axis_tlast,        // last class of the frame
    output wire m_axis_tvalid,
    input wire m_axis_tready,
    output wire frame_error,         // s_axis_tlast fell on another pixel than the frame's last; stays until rst
    output wire [2:0] status_event,  // a bit a slice of each layer, in order: an event is processed in this clock
    output wire [2:0] status_busy    // a bit a layer: the engine works in this clock
);

    wire [5:0] resets;
    wire ready;
    wire image_ready;
    wire [7:0] image_tdata;
    wire image_tvalid;
    wire image_tready;
    wire [2:0] conv_0_tdata;
    wire conv_0_tvalid;
    wire conv_0_tready;
    wire [4:0] pool_3_tdata;
    wire pool_3_tvalid;
    wire pool_3_tready;
    wire [2:0] conv_4_tdata;
    wire conv_4_tvalid;
    wire conv_4_tready;
    wire [4:0] pool_7_tdata;
    wire pool_7_tvalid;
    wire pool_7_tready;

    // The reset of every module; nothing enters before all have left it.
    reset_chain #(
        .STAGES(6)
    ) reset(
        .clk(clk),
        .rst(rst),
        .resets(resets),
        .ready(ready)
    );

    assign s_axis_tready = ready && image_ready;

    // image: 1×8×8, normalised by integer offsets
    input_encoder #(
        .CHANNELS(1),
        .PIXELS(64),
        .VALUE_BITS(8),
        .OFFSETS(8'h00)
    ) image_encoder(
        .clk(clk),
        .rst(resets[5]),
        .s_axis_tdata(s_axis_tdata),
        .s_axis_tlast(s_axis_tlast),
        .s_axis_tvalid(s_axis_tvalid && ready),
        .s_axis_tready(image_ready),
        .m_axis_tdata(image_tdata),
        .m_axis_tvalid(image_tvalid),
        .m_axis_tready(image_tready),
        .frame_error(frame_error)
    );

    // digits_conv_0: group neurons, output 8×8×8, 8 lanes in 1 segment(s), 1 slice(s), 1 unit(s).
    // Term from image (1×8×8): 3×3 window, stride 1×1, shift 0.
    digits_conv_0 conv_0_layer(
        .clk(clk),
        .rst(resets[4]),
        .s_axis_tdata(image_tdata),
        .s_axis_tvalid(image_tvalid),
        .s_axis_tready(image_tready),
        .m_axis_tdata(conv_0_tdata),
        .m_axis_tvalid(conv_0_tvalid),
        .m_axis_tready(conv_0_tready),
        .status_event(status_event[0]),
        .status_busy(status_busy[0])
    );

    // pool_3: sum over 2×2 windows of conv_0, 8×8×8 → 8×4×4
    pool #(
        .MAXIMUM(0),
        .CHANNELS(8),
        .IN_HEIGHT(8),
        .IN_WIDTH(8),
        .KERNEL_HEIGHT(2),
        .KERNEL_WIDTH(2),
        .STRIDE_HEIGHT(2),
        .STRIDE_WIDTH(2),
        .OUT_HEIGHT(4),
        .OUT_WIDTH(4),
        .STEPS(1),
        .IN_BITS(3),
        .OUT_BITS(5)
    ) pool_3_pool(
        .clk(clk),
        .rst(resets[3]),
        .s_axis_tdata(conv_0_tdata),
        .s_axis_tvalid(conv_0_tvalid),
        .s_axis_tready(conv_0_tready),
        .m_axis_tdata(pool_3_tdata),
        .m_axis_tvalid(pool_3_tvalid),
        .m_axis_tready(pool_3_tready)
    );

    // digits_conv_4: group neurons, output 16×4×4, 16 lanes in 1 segment(s), 1 slice(s), 1 unit(s).
    // Term from pool_3 (8×4×4): 3×3 window, stride 1×1, shift 0.
    digits_conv_4 conv_4_layer(
        .clk(clk),
        .rst(resets[2]),
        .s_axis_tdata(pool_3_tdata),
        .s_axis_tvalid(pool_3_tvalid),
        .s_axis_tready(pool_3_tready),
        .m_axis_tdata(conv_4_tdata),
        .m_axis_tvalid(conv_4_tvalid),
        .m_axis_tready(conv_4_tready),
        .status_event(status_event[1]),
        .status_busy(status_busy[1])
    );

    // pool_7: sum over 2×2 windows of conv_4, 16×4×4 → 16×2×2
    pool #(
        .MAXIMUM(0),
        .CHANNELS(16),
        .IN_HEIGHT(4),
        .IN_WIDTH(4),
        .KERNEL_HEIGHT(2),
        .KERNEL_WIDTH(2),
        .STRIDE_HEIGHT(2),
        .STRIDE_WIDTH(2),
        .OUT_HEIGHT(2),
        .OUT_WIDTH(2),
        .STEPS(1),
        .IN_BITS(3),
        .OUT_BITS(5)
    ) pool_7_pool(
        .clk(clk),
        .rst(resets[1]),
        .s_axis_tdata(conv_4_tdata),
        .s_axis_tvalid(conv_4_tvalid),
        .s_axis_tready(conv_4_tready),
        .m_axis_tdata(pool_7_tdata),
        .m_axis_tvalid(pool_7_tvalid),
        .m_axis_tready(pool_7_tready)
    );

    // digits_linear_9: readout, output 10×1×1, 10 lanes in 1 segment(s), 1 slice(s), 1 unit(s).
    // Term from pool_7 (16×2×2): 2×2 window, stride 2×2, shift 0.
    digits_linear_9 linear_9_layer(
        .clk(clk),
        .rst(resets[0]),
        .s_axis_tdata(pool_7_tdata),
        .s_axis_tvalid(pool_7_tvalid),
        .s_axis_tready(pool_7_tready),
        .m_axis_tdata(m_axis_tdata),
        .m_axis_tlast(m_axis_tlast),
        .m_axis_tvalid(m_axis_tvalid),
        .m_axis_tready(m_axis_tready),
        .status_event(status_event[2]),
        .status_busy(status_busy[2])
    );

endmodule

`default_nettype wire
