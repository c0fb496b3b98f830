// volley_input_encoder: raw pixels in, one input element a clock out.
//
// A beat of s_axis is one pixel, one unsigned byte per channel, channel 0 in the low byte. The element of channel c is
//     value = byte - OFFSETS[c]            (VALUE_BITS, two's complement)
// The network's scale 1/(255*std), and the part of the mean that the offset leaves, are in the first layer's weights and bias.
// Where the first layer has no padding the offsets are 0, so blank pixels make no events.
//
// `frame_error` rises and stays when `s_axis_tlast` does not fall on the frame's last pixel.
// Throughput: one element a clock. Latency: two clocks.
`default_nettype none

module volley_input_encoder #(
    parameter CHANNELS   = 1,               // channels of a pixel
    parameter PIXELS     = 64,              // pixels of a frame
    parameter VALUE_BITS = 9,               // 9 holds every difference of two bytes
    parameter [8*CHANNELS-1:0] OFFSETS = 0  // one byte per channel, channel 0 in the low byte
) (
    input  wire                  clk,            // rising edge
    input  wire                  rst,            // synchronous, active high
    input  wire [8*CHANNELS-1:0] s_axis_tdata,   // one pixel
    input  wire                  s_axis_tlast,   // last pixel of the frame
    input  wire                  s_axis_tvalid,
    output wire                  s_axis_tready,
    output wire [VALUE_BITS-1:0] m_axis_tdata,   // one element
    output wire                  m_axis_tvalid,
    input  wire                  m_axis_tready,
    output wire                  frame_error     // until rst
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (CHANNELS < 1) begin : g_check_channels
            volley_input_encoder_needs_CHANNELS_of_at_least_1 illegal ();
        end
        if (PIXELS < 1) begin : g_check_pixels
            volley_input_encoder_needs_PIXELS_of_at_least_1 illegal ();
        end
        if (VALUE_BITS < 8) begin : g_check_value_bits
            volley_input_encoder_needs_VALUE_BITS_of_at_least_8 illegal ();
        end
    endgenerate

    localparam CHANNEL_BITS = CHANNELS > 1 ? $clog2(CHANNELS) : 1;
    localparam PIXEL_BITS   = PIXELS > 1 ? $clog2(PIXELS) : 1;
    localparam LAST_CHANNEL = CHANNELS - 1;
    localparam LAST_PIXEL   = PIXELS - 1;

    wire [8*CHANNELS-1:0] pixel;
    wire                  pixel_last;
    wire                  pixel_valid;
    wire                  pixel_ready;

    volley_skid_buffer #(
        .WIDTH (8 * CHANNELS + 1)
    ) in (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  ({s_axis_tlast, s_axis_tdata}),
        .s_axis_tvalid (s_axis_tvalid),
        .s_axis_tready (s_axis_tready),
        .m_axis_tdata  ({pixel_last, pixel}),
        .m_axis_tvalid (pixel_valid),
        .m_axis_tready (pixel_ready)
    );

    reg [CHANNEL_BITS-1:0] channel_reg;
    reg [PIXEL_BITS-1:0]   pixel_reg;
    reg                    frame_error_reg;
    reg [VALUE_BITS-1:0]   value_reg;
    reg                    value_valid_reg;

    wire advance      = m_axis_tready || !value_valid_reg;
    wire channel_last = channel_reg == LAST_CHANNEL[CHANNEL_BITS-1:0];
    wire frame_last   = pixel_reg == LAST_PIXEL[PIXEL_BITS-1:0];

    assign pixel_ready   = advance && channel_last;
    assign m_axis_tdata  = value_reg;
    assign m_axis_tvalid = value_valid_reg;
    assign frame_error   = frame_error_reg;

    // The byte of this channel, and its offset.
    wire [8*CHANNELS-1:0] byte_shifted   = pixel   >> {channel_reg, 3'b000};
    wire [8*CHANNELS-1:0] offset_shifted = OFFSETS >> {channel_reg, 3'b000};
    wire [VALUE_BITS-1:0] value;
    generate
        if (VALUE_BITS == 8) begin : g_raw
            // Only where all offsets are zero: the byte is the value.
            assign value = byte_shifted[7:0];
            wire unused_offsets = &{1'b0, offset_shifted};
        end else begin : g_signed
            assign value = {{(VALUE_BITS - 8){1'b0}}, byte_shifted[7:0]}
                         - {{(VALUE_BITS - 8){1'b0}}, offset_shifted[7:0]};
        end
        if (CHANNELS > 1) begin : g_unused
            wire unused_high_bytes = &{1'b0, byte_shifted[8*CHANNELS-1:8], offset_shifted[8*CHANNELS-1:8]};
        end
    endgenerate

    always @(posedge clk) begin
        if (advance) begin
            value_reg       <= value;
            value_valid_reg <= pixel_valid;
            if (pixel_valid) begin
                channel_reg <= channel_last ? {CHANNEL_BITS{1'b0}} : channel_reg + 1'b1;
                if (channel_last) begin
                    pixel_reg <= frame_last ? {PIXEL_BITS{1'b0}} : pixel_reg + 1'b1;
                    if (pixel_last != frame_last) begin
                        frame_error_reg <= 1'b1;
                    end
                end
            end
        end
        if (rst) begin
            value_valid_reg <= 1'b0;
            channel_reg     <= {CHANNEL_BITS{1'b0}};
            pixel_reg       <= {PIXEL_BITS{1'b0}};
            frame_error_reg <= 1'b0;
        end
    end
endmodule

`default_nettype wire
