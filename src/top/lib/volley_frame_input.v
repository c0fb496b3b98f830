// volley_frame_input: the pixels of frames from their bytes.
//
// A frame is PIXELS*CHANNELS bytes, row by row, pixel by pixel, a byte a channel. CHANNELS bytes become one beat of m_axis, channel 0 in
// the low byte. Pixels are counted, so `m_axis_tlast` falls on a frame's last pixel whatever `s_axis_tlast` says.
//
// `s_axis_tlast` may fall on the last byte of any frame. If it falls elsewhere, the bytes are not the frames of this network:
// `frame_error` rises, and all bytes are taken and dropped until `rst`.
//
// Throughput: one byte a clock. Latency: CHANNELS clocks.
`default_nettype none

module volley_frame_input #(
    parameter CHANNELS = 1,                 // bytes of a pixel
    parameter PIXELS   = 64                 // of a frame
) (
    input  wire                  clk,           // rising edge
    input  wire                  rst,           // synchronous, active high; nothing is taken while it lasts
    input  wire [7:0]            s_axis_tdata,  // one byte
    input  wire                  s_axis_tlast,  // the sender's end: of a frame, or of several
    input  wire                  s_axis_tvalid,
    output wire                  s_axis_tready,
    output wire [8*CHANNELS-1:0] m_axis_tdata,  // one pixel
    output wire                  m_axis_tlast,  // last pixel of the frame
    output wire                  m_axis_tvalid,
    input  wire                  m_axis_tready,
    output wire                  frame_error    // until rst
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (CHANNELS < 1) begin : g_check_channels
            volley_frame_input_needs_CHANNELS_of_at_least_1 illegal ();
        end
        if (PIXELS < 1) begin : g_check_pixels
            volley_frame_input_needs_PIXELS_of_at_least_1 illegal ();
        end
    endgenerate

    localparam CHANNEL_BITS = CHANNELS > 1 ? $clog2(CHANNELS) : 1;
    localparam PIXEL_BITS   = PIXELS > 1 ? $clog2(PIXELS) : 1;
    localparam LAST_CHANNEL = CHANNELS - 1;
    localparam LAST_PIXEL   = PIXELS - 1;

    reg [CHANNEL_BITS-1:0] channel_reg;
    reg [PIXEL_BITS-1:0]   pixel_reg;
    reg                    frame_error_reg;

    wire                  pixel_ready;
    wire [8*CHANNELS-1:0] pixel;
    wire                  channel_last = channel_reg == LAST_CHANNEL[CHANNEL_BITS-1:0];
    wire                  pixel_last   = pixel_reg == LAST_PIXEL[PIXEL_BITS-1:0];
    wire                  taken        = s_axis_tvalid && s_axis_tready;
    wire                  pixel_valid  = s_axis_tvalid && !rst && !frame_error_reg && channel_last;

    assign s_axis_tready = (pixel_ready || frame_error_reg) && !rst;
    assign frame_error   = frame_error_reg;

    generate
        if (CHANNELS == 1) begin : g_one
            assign pixel = s_axis_tdata;
        end else begin : g_several
            // All channels except the last, the newest in the high byte.
            reg [8*(CHANNELS-1)-1:0] bytes_reg;
            assign pixel = {s_axis_tdata, bytes_reg};
            always @(posedge clk) begin
                if (taken) begin
                    bytes_reg <= pixel[8*CHANNELS-1:8];
                end
            end
        end
    endgenerate

    volley_skid_buffer #(
        .WIDTH (8 * CHANNELS + 1)
    ) out (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  ({pixel_last, pixel}),
        .s_axis_tvalid (pixel_valid),
        .s_axis_tready (pixel_ready),
        .m_axis_tdata  ({m_axis_tlast, m_axis_tdata}),
        .m_axis_tvalid (m_axis_tvalid),
        .m_axis_tready (m_axis_tready)
    );

    always @(posedge clk) begin
        if (taken) begin
            channel_reg <= channel_last ? {CHANNEL_BITS{1'b0}} : channel_reg + 1'b1;
            if (channel_last) begin
                pixel_reg <= pixel_last ? {PIXEL_BITS{1'b0}} : pixel_reg + 1'b1;
            end
            if (s_axis_tlast && !(channel_last && pixel_last)) begin
                frame_error_reg <= 1'b1;
            end
        end
        if (rst) begin
            channel_reg     <= {CHANNEL_BITS{1'b0}};
            pixel_reg       <= {PIXEL_BITS{1'b0}};
            frame_error_reg <= 1'b0;
        end
    end
endmodule

`default_nettype wire
