// The join passes each term's events once, in order and unaltered, term by term: all up to a term's `last`, then the
// next term's.
//
// A model with one place: an event is taken only from the term whose turn it is, leaves with its weight row moved by
// the term's base, its shift and its vector flag, and `last` only where the last term ends; the marker of another term
// is dropped. While the place is free or read, the term that has its turn is never refused.
//
// Unbounded, by induction. Widths: no bit of counts is looked at, the weight row meets one adder, modulo its width.
// Three terms have a first, a middle and a last one.
module event_join_formal #(
    parameter ADDR   = 4,
    parameter COUNTS = 2
) (
    input wire                clk,
    input wire                rst,
    input wire [3*ADDR-1:0]   s_addr,
    input wire [3*COUNTS-1:0] s_counts,
    input wire [2:0]          s_last,
    input wire [2:0]          s_marker,
    input wire [2:0]          s_valid,
    input wire [2:0]          s_busy,
    input wire                m_ready
);
    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    localparam [95:0] BASES   = {32'd9, 32'd5, 32'd0};
    localparam [14:0] SHIFTS  = {5'd3, 5'd0, 5'd1};
    localparam [2:0]  VECTORS = 3'b010;

    wire [2:0]        s_ready;
    wire [ADDR-1:0]   m_addr;
    wire [COUNTS-1:0] m_counts;
    wire [4:0]        m_shift;
    wire              m_vector, m_last, m_marker, m_valid, busy;
    volley_event_join #(
        .TERMS (3), .COUNTS_BITS (COUNTS), .WEIGHT_ADDR_BITS (ADDR), .BASES (BASES), .SHIFTS (SHIFTS),
        .VECTORS (VECTORS)
    ) dut (
        .clk (clk), .rst (rst),
        .s_event_addr (s_addr), .s_event_counts (s_counts), .s_event_last (s_last), .s_event_marker (s_marker),
        .s_event_valid (s_valid), .s_event_ready (s_ready), .s_busy (s_busy),
        .m_event_addr (m_addr), .m_event_counts (m_counts), .m_event_shift (m_shift), .m_event_vector (m_vector),
        .m_event_last (m_last), .m_event_marker (m_marker), .m_event_valid (m_valid), .m_event_ready (m_ready),
        .busy (busy)
    );

    // The model: whose turn it is, and the event that must leave next, if any.
    reg [1:0]               turn;
    reg                     valid, last, marker, vector;
    reg [ADDR-1:0]          addr;
    reg [COUNTS-1:0]        counts;
    reg [4:0]               shift;
    wire [2:0]              fire = s_valid & s_ready;
    wire                    taken = |fire;
    always @(posedge clk) begin
        if (taken) begin
            valid  <= !s_marker[turn] || turn == 2;
            last   <= s_last[turn] && turn == 2;
            marker <= s_marker[turn];
            vector <= turn == 1;
            addr   <= s_marker[turn] ? 0 : s_addr[turn*ADDR +: ADDR] + (turn == 0 ? 0 : turn == 1 ? 5 : 9);
            counts <= s_counts[turn*COUNTS +: COUNTS];
            shift  <= turn == 0 ? 1 : turn == 1 ? 0 : 3;
            if (s_last[turn]) begin
                turn <= turn == 2 ? 0 : turn + 1'b1;
            end
        end else if (m_ready) begin
            valid <= 1'b0;
        end
        if (rst) begin
            valid <= 1'b0;
            turn  <= 0;
        end
    end

    reg                   waiting_reg = 1'b0;
    reg [ADDR+COUNTS+7:0] offered_reg;
    always @(posedge clk) begin
        waiting_reg <= started && !rst && m_valid && !m_ready;
        offered_reg <= {m_addr, m_counts, m_shift, m_vector, m_last, m_marker};
    end
    always @* begin
        if (started) begin
            its_turn:    assert ((s_ready & ~(3'b001 << turn)) == 0);
            not_refused: assert (s_ready[turn] == (m_ready || !valid));
            the_event:   assert (m_valid == valid);
            the_fields:  assert (!valid || {m_addr, m_counts, m_shift, m_vector, m_last, m_marker} ==
                                           {addr, counts, shift, vector, last, marker});
            works:       assert (busy == (valid || s_busy[turn]));
            valid_stays: assert (!waiting_reg || m_valid);
            data_stays:  assert (!waiting_reg ||
                                 offered_reg == {m_addr, m_counts, m_shift, m_vector, m_last, m_marker});
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire [2:0] \dut.turn_reg ;
    always @* begin
        if (started) begin
            assert (turn < 3 && \dut.turn_reg == 3'b001 << turn);
        end
    end
`endif
endmodule
