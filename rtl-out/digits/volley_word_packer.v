// SPDX-License-Identifier: MIT OR Apache-2.0
// Part of Volley 0.1.0.
// volley_word_packer: collects WORD elements of a map row into one spike word.
//
// A map row is a linear run of ROW_ELEMENTS elements (pixel by pixel, the channels of a pixel in order), so a word
// may span several pixels; a row begins with a new word and its last word is filled up with zeros:
//     word[i] = element[word_index*WORD + i]
//
// Latency: one clock after the element that completes the word. Throughput: one element a clock.
// Cost: WORD*ELEMENT_BITS flip-flops and two counters.
`default_nettype none

module volley_word_packer #(
    parameter ELEMENT_BITS = 4,             // bits of an element (the counts of all its time steps)
    parameter WORD_LOG2    = 3,             // a word holds 2^WORD_LOG2 elements
    parameter ROW_ELEMENTS = 16             // elements of a map row
) (
    input  wire                                   clk,            // rising edge
    input  wire                                   rst,            // synchronous, active high
    input  wire [ELEMENT_BITS-1:0]                s_axis_tdata,   // one element
    input  wire                                   s_axis_tvalid,
    output wire                                   s_axis_tready,
    output wire [(ELEMENT_BITS<<WORD_LOG2)-1:0]   m_axis_tdata,   // one word, element 0 in the low bits
    output wire                                   m_axis_tvalid,
    input  wire                                   m_axis_tready
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (ELEMENT_BITS < 1) begin : g_check_element_bits
            volley_word_packer_needs_ELEMENT_BITS_of_at_least_1 illegal ();
        end
        if (WORD_LOG2 < 0) begin : g_check_word_log2
            volley_word_packer_needs_WORD_LOG2_of_at_least_0 illegal ();
        end
        if (ROW_ELEMENTS < 1) begin : g_check_row_elements
            volley_word_packer_needs_ROW_ELEMENTS_of_at_least_1 illegal ();
        end
    endgenerate

    localparam WORD     = 1 << WORD_LOG2;
    localparam ROW_BITS = ROW_ELEMENTS > 1 ? $clog2(ROW_ELEMENTS) : 1;
    localparam LAST     = ROW_ELEMENTS - 1;

    reg [WORD*ELEMENT_BITS-1:0] word_reg;
    reg                         valid_reg;
    reg [ROW_BITS-1:0]          position_reg;     // of the next element in its row

    // The place of the next element in its word; a word of one element has no places to count.
    wire [WORD-1:0] place;
    wire            row_end = position_reg == LAST[ROW_BITS-1:0];
    generate
        genvar i;
        for (i = 0; i < WORD; i = i + 1) begin : g_place
            if (WORD_LOG2 == 0 || ROW_ELEMENTS == 1) begin : g_single
                assign place[i] = i == 0;
            end else if (ROW_BITS < WORD_LOG2) begin : g_short_row
                if (i < (1 << ROW_BITS)) begin : g_used
                    assign place[i] = position_reg == i[ROW_BITS-1:0];
                end else begin : g_unused
                    assign place[i] = 1'b0;
                end
            end else begin : g_long_row
                assign place[i] = position_reg[WORD_LOG2-1:0] == i[WORD_LOG2-1:0];
            end
        end
    endgenerate

    wire accept = s_axis_tvalid && s_axis_tready;

    assign s_axis_tready = !valid_reg || m_axis_tready;
    assign m_axis_tdata  = word_reg;
    assign m_axis_tvalid = valid_reg;

    generate
        for (i = 0; i < WORD; i = i + 1) begin : g_element
            always @(posedge clk) begin
                if (accept && (place[0] || place[i])) begin
                    word_reg[i*ELEMENT_BITS +: ELEMENT_BITS] <=
                        place[i] ? s_axis_tdata : {ELEMENT_BITS{1'b0}};
                end
            end
        end
    endgenerate

    always @(posedge clk) begin
        if (s_axis_tready) begin
            valid_reg <= s_axis_tvalid && (place[WORD-1] || row_end);
        end
        if (accept) begin
            position_reg <= row_end ? {ROW_BITS{1'b0}} : position_reg + 1'b1;
        end
        if (rst) begin
            valid_reg    <= 1'b0;
            position_reg <= {ROW_BITS{1'b0}};
        end
    end
endmodule

`default_nettype wire
