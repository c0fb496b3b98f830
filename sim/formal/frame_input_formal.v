// The pixels of frames are their bytes in order, each once; `tlast` is on a frame's last pixel, counted; and a `tlast`
// in the wrong place makes the module take and drop everything until `rst`, so the sender never blocks.
//
// Unbounded, by induction. Widths: three channels have a first, a middle and a last byte; two pixels a first and a
// last.
module frame_input_formal #(
    parameter CHANNELS = 3,
    parameter PIXELS   = 2
) (
    input wire       clk,
    input wire       rst,
    input wire [7:0] s_data,
    input wire       s_last,
    input wire       s_valid,
    input wire       m_ready
);
    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire                  s_ready, m_valid, m_last, frame_error;
    wire [8*CHANNELS-1:0] m_data;
    volley_frame_input #(.CHANNELS (CHANNELS), .PIXELS (PIXELS)) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (s_data), .s_axis_tlast (s_last), .s_axis_tvalid (s_valid), .s_axis_tready (s_ready),
        .m_axis_tdata (m_data), .m_axis_tlast (m_last), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready),
        .frame_error (frame_error)
    );

    // The model: the bytes of a pixel, where it is in its frame, and whether the sender erred.
    reg [1:0]  channel;
    reg        pixel, broken;
    reg [15:0] bytes;
    wire       fire      = s_valid && s_ready;
    wire       completes = fire && channel == CHANNELS - 1 && !broken;
    always @(posedge clk) begin
        if (fire && !broken) begin
            bytes   <= {s_data, bytes[15:8]};
            channel <= channel == CHANNELS - 1 ? 0 : channel + 1'b1;
            if (channel == CHANNELS - 1) pixel <= !pixel;
            if (s_last && !(channel == CHANNELS - 1 && pixel == PIXELS - 1)) broken <= 1'b1;
        end
        if (rst) begin
            channel <= 0;
            pixel   <= 0;
            broken  <= 1'b0;
        end
    end

    wire [2:0]          held, ahead;
    wire                tracked;
    wire [8*CHANNELS:0] data;
    beat_tracker #(.WIDTH (8 * CHANNELS + 1), .COUNT_BITS (3)) tracker (
        .clk (clk), .rst (rst), .started (started),
        .s_fire (completes), .s_data ({pixel == PIXELS - 1, s_data, bytes}),
        .m_valid (m_valid), .m_ready (m_ready), .m_data ({m_last, m_data}),
        .held (held), .tracked (tracked), .ahead (ahead), .data (data)
    );
    always @* begin
        if (started) begin
            says_so: assert (frame_error == broken);
            takes:   assert (s_ready == (!rst && (broken || held < 2)));
            empty:   assert (m_valid == (held != 0));
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire [1:0]          \dut.channel_reg ;
    (* hierconn *) wire                \dut.pixel_reg ;
    (* hierconn *) wire [15:0]         \dut.g_several.bytes_reg ;
    (* hierconn *) wire [8*CHANNELS:0] \dut.out.out_reg , \dut.out.skid_reg ;
    (* hierconn *) wire                \dut.out.skid_valid_reg ;
    always @* begin
        if (started) begin
            assert (channel < CHANNELS);
            assert (broken || (\dut.channel_reg == channel && \dut.pixel_reg == pixel));
            assert (broken || channel == 0 || \dut.g_several.bytes_reg [15:8] == bytes[15:8]);
            assert (broken || channel < 2 || \dut.g_several.bytes_reg == bytes);
            assert (held == m_valid + \dut.out.skid_valid_reg );
            assert (!tracked || (ahead == 0 ? \dut.out.out_reg : \dut.out.skid_reg ) == data);
        end
    end
`endif
endmodule
