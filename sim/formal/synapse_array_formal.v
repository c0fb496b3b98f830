// What leaves the lanes is never lost: although nothing after a window's last event ever stalls, the drain is empty
// when its sums come and the queue has a place for each of them; each window's beats leave once. And a last event is
// not refused for ever.
//
// Unbounded, by induction. Widths: numbers of beats and windows only, the sums are not looked at. Three lanes of one
// unit have a first, a middle and a last beat; the last segment has one channel only, and so fewer beats than the
// other. The queue has eight places, so a window may wait for the drain or for the queue. A deeper pipeline, of other
// arithmetic, is only longer.
module synapse_array_formal (
    input wire       clk,
    input wire       rst,
    input wire [1:0] count,
    input wire       last,
    input wire       valid,
    input wire [5:0] weights,
    input wire       m_ready
);
    localparam CHANNELS   = 4;
    localparam LANES      = 3;
    localparam DONE       = 1;                  // last of last_reg, with counts of one digit
    localparam SEGMENTS   = (CHANNELS + LANES - 1) / LANES;
    localparam LAST_BEATS = CHANNELS - (SEGMENTS - 1) * LANES;

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);
    always @* assume (count != 3);

    wire       ready, enable, m_valid;
    wire [0:0] addr;
    wire [3:0] m_data;
    volley_synapse_array #(
        .LANES (LANES), .CHANNELS (CHANNELS), .COUNT_BITS (2), .MOST_COUNT (2), .WEIGHT_BITS (2), .ACC_BITS (4),
        .QUEUE_LOG2 (3),
        .WEIGHT_ADDR_BITS (1)
    ) dut (
        .clk (clk), .rst (rst),
        .s_event_addr (1'b0), .s_event_counts (count), .s_event_vector (1'b0), .s_event_shift (5'd0),
        .s_event_last (last),
        .s_event_valid (valid), .s_event_ready (ready),
        .weight_enable (enable), .weight_addr (addr), .weight_row (weights),
        .m_axis_tdata (m_data), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready)
    );

    (* hierconn *) wire       \dut.out_valid_reg , \dut.queue_ready , \dut.window_done , \dut.draining_reg ,
                              \dut.beat_last ;

    // The segment of the next window, and the beats of the windows whose last event was taken, until they leave.
    reg        segment;
    reg  [4:0] owed;
    reg  [4:0] refused;                         // clocks in which a last event would be refused although beats leave
    wire       ends  = valid && ready && last;
    wire       m_fire = m_valid && m_ready;
    wire [4:0] beats = segment == SEGMENTS - 1 ? LAST_BEATS : LANES;
    // Whether a last event would be taken, whatever is offered.
    (* hierconn *) wire \dut.go_reg ;
    reg        waits = 1'b0;
    reg  [3:0] offered;
    always @(posedge clk) begin
        if (ends) segment <= segment == SEGMENTS - 1 ? 0 : segment + 1'b1;
        owed    <= owed + (ends ? beats : 5'd0) - m_fire;
        refused <= rst || \dut.go_reg || !m_ready ? 0 : refused + 1'b1;
        waits   <= started && !rst && m_valid && !m_ready;
        offered <= m_data;
        if (rst) begin
            segment <= 0;
            owed    <= 0;
        end
    end
    always @* begin
        if (started) begin
            others_pass:    assert (ready == (\dut.go_reg || !last));
            has_place:      assert (!\dut.out_valid_reg || \dut.queue_ready );
            drain_is_empty: assert (!(\dut.window_done && \dut.draining_reg ) || \dut.beat_last );
            from_nothing:   assert (!m_valid || owed != 0);
            taken_again:    assert (refused <= 12);
            valid_stays:    assert (!waits || m_valid);
            data_stays:     assert (!waits || m_data == offered);
        end
    end

    // Every beat that is owed is somewhere; each window on its way has its segment with it.
    (* hierconn *) wire        \dut.event_last_reg , \dut.leave_reg ;
    (* hierconn *) wire [DONE:0] \dut.last_reg ;
    (* hierconn *) wire [3:0]  \dut.reserved_reg , \dut.queue.write_reg , \dut.queue.read_reg ;
    (* hierconn *) wire [1:0]  \dut.beat_reg ;
    (* hierconn *) wire        \dut.segment_reg , \dut.g_ragged_segments.ending_segment_reg , \dut.g_ragged.short_reg ;
    reg  [DONE+1:0] line;                       // the segment of each window in flags, the newest low
    reg             drained;                    // that of the one in the drain
    wire [DONE+1:0] flags = {\dut.last_reg , \dut.event_last_reg };
    wire [3:0]      level = \dut.queue.write_reg - \dut.queue.read_reg ;
    reg  [4:0]      coming;
    reg             next;                       // segment of the oldest window that has not reached the drain
    integer i;
    always @(posedge clk) begin
        line <= {line, segment};
        if (\dut.window_done ) drained <= line[DONE+1];
    end
    always @* begin
        coming = 0;
        next   = segment;
        for (i = 0; i <= DONE + 1; i = i + 1) begin
            if (flags[i]) begin
                coming = coming + (line[i] == SEGMENTS - 1 ? LAST_BEATS : LANES);
                next   = line[i];
            end
        end
    end
    wire [4:0] draining = \dut.draining_reg ? (drained == SEGMENTS - 1 ? LAST_BEATS : LANES) - \dut.beat_reg : 5'd0;
    always @* begin
        if (started) begin
            none_is_lost: assert (owed == coming + draining + \dut.out_valid_reg + level);
`ifndef OBSERVED
            assert (\dut.reserved_reg == owed + \dut.leave_reg && \dut.reserved_reg <= 8 && level <= 8);
            assert (\dut.segment_reg == next && \dut.g_ragged_segments.ending_segment_reg == segment);
            assert (!\dut.draining_reg || \dut.g_ragged.short_reg == drained);
            assert (!\dut.draining_reg || \dut.beat_reg < (drained == SEGMENTS - 1 ? LAST_BEATS : LANES));
`endif
        end
    end
endmodule
