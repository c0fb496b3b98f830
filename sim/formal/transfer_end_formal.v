// A transfer in becomes a transfer out of its frames' scores: every byte and every score passes once and in order,
// `tlast` of the bytes is on each frame's last one, `tlast` of the scores on the last one of a frame that was the last
// of its transfer. A transfer that ends within a frame is taken and thrown away after that byte, until `rst`. Rules of
// AXI4-Stream on both ways out.
//
// Assumed: what comes in keeps to AXI4-Stream, too. Unbounded, by induction. Widths: frames of three bytes have a
// first, a middle and a last one; the queue of two frames is the least that the module has, and fifo's proof is for
// any.
module transfer_end_formal (
    input wire        clk,
    input wire        rst,
    input wire [7:0]  s_byte,
    input wire        s_end,
    input wire        s_byte_valid,
    input wire        m_byte_ready,
    input wire [31:0] s_score,
    input wire        s_frame_end,
    input wire        s_score_valid,
    input wire        m_score_ready
);
    localparam FRAME_BYTES = 3;

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire [7:0]  m_byte;
    wire [31:0] m_score;
    wire        s_byte_ready, m_byte_last, m_byte_valid, s_score_ready, m_score_last, m_score_valid;
    volley_transfer_end #(.FRAME_BYTES (FRAME_BYTES), .FRAMES_LOG2 (1)) dut (
        .clk (clk), .rst (rst),
        .s_bytes_tdata (s_byte), .s_bytes_tlast (s_end), .s_bytes_tvalid (s_byte_valid), .s_bytes_tready (s_byte_ready),
        .m_bytes_tdata (m_byte), .m_bytes_tlast (m_byte_last), .m_bytes_tvalid (m_byte_valid),
        .m_bytes_tready (m_byte_ready),
        .s_scores_tdata (s_score), .s_scores_tlast (s_frame_end), .s_scores_tvalid (s_score_valid),
        .s_scores_tready (s_score_ready),
        .m_scores_tdata (m_score), .m_scores_tlast (m_score_last), .m_scores_tvalid (m_score_valid),
        .m_scores_tready (m_score_ready)
    );

    // The model: the byte's place in its frame, whether the transfer is broken, and for each frame inside whether it
    // was its transfer's last, the oldest in flags[0].
    reg [1:0] place, frames, flags;
    reg       broken;
    wire      frame_last = place == FRAME_BYTES - 1;
    wire      pass       = !broken && (frames != 2 || !frame_last);
    wire      byte_fire  = s_byte_valid && s_byte_ready;
    wire      frame_in   = byte_fire && !broken && frame_last;
    wire      score_fire = s_score_valid && s_score_ready;
    wire      frame_out  = score_fire && s_frame_end;
    wire [1:0] kept      = frames - frame_out;
    always @(posedge clk) begin
        if (byte_fire && !broken) begin
            place  <= frame_last ? 0 : place + 1'b1;
            broken <= s_end && !frame_last;
        end
        frames <= kept + frame_in;
        flags  <= frame_out ? flags >> 1 : flags;
        if (frame_in) flags[kept[0]] <= s_end;
        if (rst) begin
            place  <= 0;
            frames <= 0;
            broken <= 1'b0;
        end
    end

    wire [2:0]  held, ahead;
    wire        tracked;
    wire [32:0] data;
    beat_tracker #(.WIDTH (33), .COUNT_BITS (3)) scores (
        .clk (clk), .rst (rst), .started (started),
        .s_fire (score_fire), .s_data ({s_frame_end && flags[0], s_score}),
        .m_valid (m_score_valid), .m_ready (m_score_ready), .m_data ({m_score_last, m_score}),
        .held (held), .tracked (tracked), .ahead (ahead), .data (data)
    );

    // The streams that come in, and bytes that go out, from clock to clock.
    reg       s_waiting = 1'b0, m_waiting = 1'b0;
    reg [8:0] s_offered, m_offered;
    always @(posedge clk) begin
        s_waiting <= started && !rst && s_byte_valid && !s_byte_ready;
        s_offered <= {s_end, s_byte};
        m_waiting <= started && !rst && m_byte_valid && !m_byte_ready;
        m_offered <= {m_byte_last, m_byte};
    end
    always @* assume (!s_waiting || (s_byte_valid && {s_end, s_byte} == s_offered));

    always @* begin
        if (started) begin
            bytes_pass:   assert (m_byte_valid == (s_byte_valid && pass));
            the_byte:     assert (!m_byte_valid || {m_byte_last, m_byte} == {frame_last || s_end, s_byte});
            bytes_ready:  assert (s_byte_ready == (broken || (m_byte_ready && pass)));
            scores_ready: assert (s_score_ready == (held < 2 && (frames != 0 || !s_frame_end)));
            scores_leave: assert (m_score_valid == (held != 0));
            valid_stays:  assert (!m_waiting || m_byte_valid);
            data_stays:   assert (!m_waiting || {m_byte_last, m_byte} == m_offered);
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire [1:0]  \dut.byte_reg , \dut.frames.write_reg , \dut.frames.read_reg ;
    (* hierconn *) wire        \dut.broken_reg , \dut.frames.memory[0] , \dut.frames.memory[1] ,
                               \dut.out.skid_valid_reg ;
    (* hierconn *) wire [32:0] \dut.out.out_reg , \dut.out.skid_reg ;
    wire [1:0] memory = {\dut.frames.memory[1] , \dut.frames.memory[0] };
    wire       oldest = \dut.frames.read_reg [0];
    always @* begin
        if (started) begin
            assert (place < FRAME_BYTES && frames <= 2);
            assert (\dut.broken_reg == broken && \dut.byte_reg == (broken ? \dut.byte_reg : place));
            assert (\dut.frames.write_reg - \dut.frames.read_reg == frames);
            assert (frames < 1 || memory[oldest] == flags[0]);
            assert (frames < 2 || memory[!oldest] == flags[1]);
            assert (held == m_score_valid + \dut.out.skid_valid_reg );
            assert (!tracked || (ahead == 0 ? \dut.out.out_reg : \dut.out.skid_reg ) == data);
        end
    end
`endif
endmodule
