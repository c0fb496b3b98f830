// The selector's queue never overflows: no word is lost, however many come and however long the events are held up.
//
// A word comes only where there was space three clocks before: a word comes three clocks after its fetch (window
// walker's output, memory, selector's input). The queue does not ask whether it has a place; it always has one.
//
// Unbounded, by induction. Widths: numbers of words only; the sizes are those of every generated scanner (QUEUE_LOG2 =
// 4, SLACK = 8).
module event_selector_space_formal #(
    parameter QUEUE_LOG2 = 4
) (
    input wire       clk,
    input wire       rst,
    input wire [1:0] word,
    input wire       word_last,
    input wire       word_valid,
    input wire       m_ready
);
    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire space, last, marker, valid, waiting, counts;
    wire addr;
    volley_event_selector #(
        .ELEMENT_BITS (1), .WORD_LOG2 (1), .WEIGHT_ADDR_BITS (1), .QUEUE_LOG2 (QUEUE_LOG2), .SLACK (8)
    ) dut (
        .clk (clk), .rst (rst),
        .s_word_data (word), .s_word_mask (2'b11), .s_word_base (1'b0), .s_word_last (word_last),
        .s_word_valid (word_valid),
        .space (space), .m_event_addr (addr), .m_event_counts (counts), .m_event_last (last), .m_event_marker (marker),
        .m_event_valid (valid), .m_event_ready (m_ready), .waiting (waiting)
    );
    reg [2:0] space_reg = 3'b000;
    always @(posedge clk) space_reg <= rst ? 3'b000 : {space_reg, space};
    always @* assume (!word_valid || space_reg[2]);

    (* hierconn *) wire [QUEUE_LOG2:0] \dut.level ;
    (* hierconn *) wire                \dut.push , \dut.item_valid ;
    always @* begin
        if (started) begin
            has_place: assert (!\dut.push || \dut.level < 1 << QUEUE_LOG2);
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire \dut.word_valid_reg ;
    // What is on its way: places that the words of the last clocks with space can still take.
    wire [3:0] coming = \dut.word_valid_reg + space_reg[0] + space_reg[1] + space_reg[2];
    always @* begin
        if (started) begin
            assert (\dut.level <= 1 << QUEUE_LOG2);
            assert (\dut.level + coming + 1 <= 1 << QUEUE_LOG2);
        end
    end
`endif
endmodule
