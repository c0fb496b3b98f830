// Each word holds the elements of its row in order, a row begins with a new word, its last word is filled up with zeros;
// words leave once and in order.
//
// Unbounded, by induction. Widths: elements are only moved; the tasks with rows that end within a word or with it, rows
// shorter than a word, and words of one element use the different forms of the module.
module word_packer_formal #(
    parameter ELEMENT_BITS = 2,
    parameter WORD_LOG2    = 1,
    parameter ROW_ELEMENTS = 5
) (
    input wire                    clk,
    input wire                    rst,
    input wire [ELEMENT_BITS-1:0] s_data,
    input wire                    s_valid,
    input wire                    m_ready
);
    localparam WORD = 1 << WORD_LOG2;
    localparam BITS = WORD * ELEMENT_BITS;

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire            s_ready, m_valid;
    wire [BITS-1:0] m_data;
    volley_word_packer #(.ELEMENT_BITS (ELEMENT_BITS), .WORD_LOG2 (WORD_LOG2), .ROW_ELEMENTS (ROW_ELEMENTS)) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (s_data), .s_axis_tvalid (s_valid), .s_axis_tready (s_ready),
        .m_axis_tdata (m_data), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready)
    );

    // The model: the elements of the word so far, the others 0, and where the next one is in its word and in its row.
    reg  [BITS-1:0] word;
    reg  [3:0]      place, position;
    wire [BITS-1:0] with_next = word | s_data << place * ELEMENT_BITS;
    wire            fire      = s_valid && s_ready;
    wire            row_ends  = position == ROW_ELEMENTS - 1;
    wire            completes = fire && (place == WORD - 1 || row_ends);
    always @(posedge clk) begin
        if (fire) begin
            word     <= completes ? 0 : with_next;
            place    <= completes ? 0 : place + 1'b1;
            position <= row_ends ? 0 : position + 1'b1;
        end
        if (rst) begin
            word     <= 0;
            place    <= 0;
            position <= 0;
        end
    end

    wire [1:0]      held, ahead;
    wire            tracked;
    wire [BITS-1:0] data;
    beat_tracker #(.WIDTH (BITS), .COUNT_BITS (2)) tracker (
        .clk (clk), .rst (rst), .started (started), .s_fire (completes), .s_data (with_next),
        .m_valid (m_valid), .m_ready (m_ready), .m_data (m_data),
        .held (held), .tracked (tracked), .ahead (ahead), .data (data)
    );
    always @* begin
        if (started) begin
            offers: assert (m_valid == (held != 0));
            takes:  assert (s_ready == (held == 0 || m_ready));
        end
    end

`ifndef OBSERVED
    localparam ROW_BITS = ROW_ELEMENTS > 1 ? $clog2(ROW_ELEMENTS) : 1;
    (* hierconn *) wire [ROW_BITS-1:0] \dut.position_reg ;
    (* hierconn *) wire [BITS-1:0]     \dut.word_reg ;
    always @* begin
        if (started) begin
            assert (held == 0 || (held == 1 && place == 0));
            assert (position < ROW_ELEMENTS && \dut.position_reg == position);
            assert (place == position % WORD);
            assert (place == 0 || \dut.word_reg == word);
            assert (word >> place * ELEMENT_BITS == 0);
            assert (!tracked || (ahead == 0 && \dut.word_reg == data));
        end
    end
`endif
endmodule
