// The k-th beat out of volley_slice_sum is the sum of the k-th beats of all slices, however far the slices are apart.
//
// The solver picks any beat that is still to come of every slice, by its distance from the output (`ahead`), and
// remembers what each slice brings for it. Nothing leaves before all have brought theirs, and then their sum leaves; a
// beat that all have brought leaves while it is read; a slice that has fewer than two beats more than its slowest
// neighbour is never held up by it.
//
// Unbounded, by induction. Widths: an adder of SUM_BITS bits, modulo 2^SUM_BITS. FIELDS are alike and separate; four
// slices have the first, a middle and the last node of the tree, whose levels move as one.
module slice_sum_formal #(
    parameter BITS = 3
) (
    input wire              clk,
    input wire              rst,
    input wire [4*BITS-1:0] s_data,
    input wire [3:0]        s_valid,
    input wire              m_ready
);
    localparam COUNT = 4;                   // bits of a number of beats

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire [3:0]      s_ready;
    wire            m_valid;
    wire [BITS-1:0] m_data;
    volley_slice_sum #(.SLICES (4), .FIELDS (1), .SUM_BITS (BITS)) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (s_data), .s_axis_tvalid (s_valid), .s_axis_tready (s_ready),
        .m_axis_tdata (m_data), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready)
    );

    (* anyseq *) wire             pick;
    (* anyseq *) wire [COUNT-1:0] distance;
    reg                tracked;
    reg [COUNT-1:0]    ahead;
    reg [4*BITS-1:0]   data;
    reg [4*COUNT-1:0]  held;                // beats of each slice inside
    reg [3:0]          brought;             // the beat that was picked has come
    wire               m_fire = m_valid && m_ready;
    wire [3:0]         s_fire = s_valid & s_ready;
    reg [4*COUNT-1:0]  left, next;
    reg [3:0]          to_come, some, full;
    integer g, h, i;
    always @* begin
        for (h = 0; h < 4; h = h + 1) begin
            left[h*COUNT +: COUNT] = held[h*COUNT +: COUNT] - m_fire;
            next[h*COUNT +: COUNT] = left[h*COUNT +: COUNT] + s_fire[h];
            to_come[h] = distance >= next[h*COUNT +: COUNT];
            some[h]    = held[h*COUNT +: COUNT] != 0;
            full[h]    = held[h*COUNT +: COUNT] >= 2;
            brought[h] = held[h*COUNT +: COUNT] > ahead;
        end
    end
    always @(posedge clk) begin
        if (!tracked && pick && &to_come && distance < 8) begin
            tracked <= 1'b1;
            ahead   <= distance;
        end else if (tracked && m_fire) begin
            tracked <= ahead != 0;
            ahead   <= ahead - 1'b1;
        end
        held <= next;
        for (g = 0; g < 4; g = g + 1) begin
            if (tracked && s_fire[g] && held[g*COUNT +: COUNT] == ahead) begin
                data[g*BITS +: BITS] <= s_data[g*BITS +: BITS];
            end
        end
        if (rst) begin
            tracked <= 1'b0;
            held    <= 0;
        end
    end

    reg            waiting_reg = 1'b0;      // a beat was offered and not taken
    reg [BITS-1:0] offered_reg;
    reg [3:0]      late_reg;                // clocks in which all had a beat inside and none was offered
    always @(posedge clk) begin
        waiting_reg <= started && !rst && m_valid && !m_ready;
        offered_reg <= m_data;
        late_reg    <= rst || !(&some) || m_valid ? 0 : late_reg + 1'b1;
    end
    always @* begin
        if (started) begin
            from_all:    assert (!m_valid || &some);
            the_sum:     assert (!(m_valid && tracked && ahead == 0) ||
                                 m_data == data[0 +: BITS] + data[BITS +: BITS] + data[2*BITS +: BITS] +
                                           data[3*BITS +: BITS]);
            offers:      assert (late_reg < 4);
            valid_stays: assert (!waiting_reg || m_valid);
            data_stays:  assert (!waiting_reg || m_data == offered_reg);
            has_space:    assert (&(s_ready | full));
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire [BITS-1:0] \dut.out.out_reg , \dut.out.skid_reg ;
    (* hierconn *) wire            \dut.out.out_valid_reg , \dut.out.skid_valid_reg ;
    (* hierconn *) wire [1:0]      \dut.valid_reg ;
    (* hierconn *) wire [7*BITS-1:0] \dut.tree ;        // node n at place n - 1; the last four are the slices' beats
    (* hierconn *) wire [BITS-1:0] \dut.g_part[0].in.skid_reg , \dut.g_part[1].in.skid_reg ;
    (* hierconn *) wire [BITS-1:0] \dut.g_part[2].in.skid_reg , \dut.g_part[3].in.skid_reg ;
    (* hierconn *) wire [3:0]      \dut.part_valid ;
    wire [4*BITS-1:0] skid = {\dut.g_part[3].in.skid_reg , \dut.g_part[2].in.skid_reg ,
                              \dut.g_part[1].in.skid_reg , \dut.g_part[0].in.skid_reg };
    // Beats before the end of each stage, from the output back.
    wire [COUNT-1:0] to_out  = \dut.out.out_valid_reg ;
    wire [COUNT-1:0] to_skid = to_out + \dut.out.skid_valid_reg ;
    wire [COUNT-1:0] to_root = to_skid + \dut.valid_reg [1];
    wire [COUNT-1:0] joined  = to_root + \dut.valid_reg [0];
    wire [BITS-1:0]  low     = data[0 +: BITS] + data[BITS +: BITS];
    wire [BITS-1:0]  high    = data[2*BITS +: BITS] + data[3*BITS +: BITS];
    wire [BITS-1:0]  sum     = low + high;
    always @* begin
        i = 0;
        if (started) begin
            assert (\dut.out.out_valid_reg || !\dut.out.skid_valid_reg );
            if (tracked) begin
                if (ahead < to_out)       assert (\dut.out.out_reg == sum);
                else if (ahead < to_skid) assert (\dut.out.skid_reg == sum);
                else if (ahead < to_root) assert (\dut.tree [0 +: BITS] == sum);
                else if (ahead < joined)
                    assert (\dut.tree [BITS +: BITS] == low && \dut.tree [2*BITS +: BITS] == high);
            end
            for (i = 0; i < 4; i = i + 1) begin
                assert (held[i*COUNT +: COUNT] == joined + \dut.part_valid [i] + !s_ready[i]);
                assert (s_ready[i] || \dut.part_valid [i]);
                if (tracked && brought[i] && ahead >= joined) begin
                    assert (data[i*BITS +: BITS] ==
                            (ahead == joined ? \dut.tree [(3+i)*BITS +: BITS] : skid[i*BITS +: BITS]));
                end
            end
        end
    end
`endif
endmodule
