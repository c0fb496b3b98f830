// volley_transfer_end: a transfer in, of one frame or several, becomes a transfer out of their scores.
//
// It sits beside the accelerator. Bytes go in through it: s_bytes_tlast ends a transfer, m_bytes_tlast every frame, which has
// FRAME_BYTES bytes. Scores come out through it: s_scores_tlast ends every frame, m_scores_tlast only the last frame of a
// transfer. Between them a queue holds, for each frame in the accelerator, whether it was the last; it has 2^FRAMES_LOG2 places,
// and while it is full no other frame is let in whole.
//
// A transfer that ends within a frame is broken: the byte of its end passes with m_bytes_tlast, which tells the accelerator.
// From the next byte on everything is taken and thrown away until `rst`, so the sender is not held up. The scores of the
// frames before still leave, without an end if they were frames of the broken transfer.
//
// Latency: no clock for bytes, one for scores. `s_bytes_tready` follows `m_bytes_tready` in the same clock, `s_scores_tready`
// is independent of `m_scores_tready`.
// Cost: 70 flip-flops, a counter, 2^FRAMES_LOG2 bits of distributed memory.
`default_nettype none

module volley_transfer_end #(
    parameter FRAME_BYTES = 64,         // bytes of a frame
    parameter FRAMES_LOG2 = 4           // frames that can be in the accelerator without waiting: 2^FRAMES_LOG2, at least 2
) (
    input  wire        clk,             // rising edge
    input  wire        rst,             // synchronous, active high; with the accelerator's: both forget all frames
    input  wire [7:0]  s_bytes_tdata,   // one byte of a transfer in
    input  wire        s_bytes_tlast,   // last byte of a transfer
    input  wire        s_bytes_tvalid,
    output wire        s_bytes_tready,
    output wire [7:0]  m_bytes_tdata,   // the same byte, for the accelerator
    output wire        m_bytes_tlast,   // last byte of a frame, or of a transfer that ended too early
    output wire        m_bytes_tvalid,
    input  wire        m_bytes_tready,
    input  wire [31:0] s_scores_tdata,  // score of one class, from the accelerator
    input  wire        s_scores_tlast,  // last score of a frame
    input  wire        s_scores_tvalid,
    output wire        s_scores_tready,
    output wire [31:0] m_scores_tdata,  // registered
    output wire        m_scores_tlast,  // last score of a transfer; registered
    output wire        m_scores_tvalid, // registered
    input  wire        m_scores_tready
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (FRAME_BYTES < 1) begin : g_check_frame_bytes
            volley_transfer_end_needs_FRAME_BYTES_of_at_least_1 illegal ();
        end
        if (FRAMES_LOG2 < 1) begin : g_check_frames_log2
            volley_transfer_end_needs_FRAMES_LOG2_of_at_least_1 illegal ();
        end
    endgenerate

    localparam BYTE_BITS = FRAME_BYTES > 1 ? $clog2(FRAME_BYTES) : 1;
    localparam LAST_BYTE = FRAME_BYTES - 1;

    reg [BYTE_BITS-1:0] byte_reg;       // of the next byte in its frame
    reg                 broken_reg;

    wire space;                         // for a flag
    wire frame_last = byte_reg == LAST_BYTE[BYTE_BITS-1:0];
    wire pass       = !broken_reg && (space || !frame_last);
    wire taken      = m_bytes_tvalid && m_bytes_tready;

    assign m_bytes_tdata  = s_bytes_tdata;
    assign m_bytes_tlast  = frame_last || s_bytes_tlast;
    assign m_bytes_tvalid = s_bytes_tvalid && pass;
    assign s_bytes_tready = broken_reg || (m_bytes_tready && pass);

    always @(posedge clk) begin
        if (taken) begin
            byte_reg <= frame_last ? {BYTE_BITS{1'b0}} : byte_reg + 1'b1;
            if (s_bytes_tlast && !frame_last) begin
                broken_reg <= 1'b1;
            end
        end
        if (rst) begin
            byte_reg   <= {BYTE_BITS{1'b0}};
            broken_reg <= 1'b0;
        end
    end

    wire ends;                          // the frame whose scores leave was the last of its transfer
    wire ends_valid;
    wire scores_ready;

    // The last score waits for the frame's last byte: a network that does not read the last pixels can be faster.
    wire scores_pass = ends_valid || !s_scores_tlast;

    assign s_scores_tready = scores_ready && scores_pass;

    volley_fifo #(
        .WIDTH      (1),
        .DEPTH_LOG2 (FRAMES_LOG2)
    ) frames (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  (s_bytes_tlast),
        .s_axis_tvalid (taken && frame_last),
        .s_axis_tready (space),
        .m_axis_tdata  (ends),
        .m_axis_tvalid (ends_valid),
        .m_axis_tready (s_scores_tvalid && scores_ready && s_scores_tlast)
    );

    volley_skid_buffer #(
        .WIDTH (33)
    ) out (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  ({s_scores_tlast && ends, s_scores_tdata}),
        .s_axis_tvalid (s_scores_tvalid && scores_pass),
        .s_axis_tready (scores_ready),
        .m_axis_tdata  ({m_scores_tlast, m_scores_tdata}),
        .m_axis_tvalid (m_scores_tvalid),
        .m_axis_tready (m_scores_tready)
    );
endmodule

`default_nettype wire
