// volley_word_to_bytes: a stream of 32-bit words, as a DMA reads them from memory, to the stream of its bytes.
//
// Byte i of a word leaves if `s_axis_tkeep[i]` is set, the lowest first; `m_axis_tlast` comes with the last byte of a word
// that has `s_axis_tlast`. A word without bytes gives nothing, unless it ends a transfer: the byte that should have carried
// the end has already left, so one more byte, without meaning, carries it.
//
// Throughput: one byte a clock; a byte that is left out between others costs a clock, too. Latency: two clocks.
// `s_axis_tready` follows registers and `rst` only.
// Cost: 113 flip-flops.
`default_nettype none

module volley_word_to_bytes (
    input  wire        clk,             // rising edge
    input  wire        rst,             // synchronous, active high; nothing is taken while it lasts
    input  wire [31:0] s_axis_tdata,    // four bytes, the first in the low bits
    input  wire [3:0]  s_axis_tkeep,    // the bytes that count
    input  wire        s_axis_tlast,    // the transfer ends with this word
    input  wire        s_axis_tvalid,
    output wire        s_axis_tready,
    output wire [7:0]  m_axis_tdata,    // registered
    output wire        m_axis_tlast,    // the transfer ends with this byte
    output wire        m_axis_tvalid,   // registered
    input  wire        m_axis_tready
);
    wire [31:0] word;
    wire [3:0]  keep;
    wire        last;
    wire        valid;
    wire        ready;
    wire        next;                   // the word before has left, or its last byte is leaving

    volley_skid_buffer #(
        .WIDTH (37)
    ) in (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  ({s_axis_tlast, s_axis_tkeep, s_axis_tdata}),
        .s_axis_tvalid (s_axis_tvalid),
        .s_axis_tready (ready),
        .m_axis_tdata  ({last, keep, word}),
        .m_axis_tvalid (valid),
        .m_axis_tready (next)
    );

    reg [31:0] word_reg;                // moves down a byte a clock
    reg [3:0]  keep_reg;                // of the bytes in word_reg
    reg        last_reg;

    wire advance = m_axis_tready || !keep_reg[0];

    assign s_axis_tready = ready && !rst;
    assign next          = advance && keep_reg[3:1] == 3'b000;
    assign m_axis_tdata  = word_reg[7:0];
    assign m_axis_tlast  = last_reg && keep_reg[3:1] == 3'b000;
    assign m_axis_tvalid = keep_reg[0];

    always @(posedge clk) begin
        if (next) begin
            word_reg <= word;
            last_reg <= last;
        end else if (advance) begin
            word_reg <= {8'h00, word_reg[31:8]};
        end
        if (next) begin
            keep_reg <= valid ? {keep[3:1], keep[0] || (last && keep == 4'b0000)} : 4'b0000;
        end else if (advance) begin
            keep_reg <= {1'b0, keep_reg[3:1]};
        end
        if (rst) begin
            keep_reg <= 4'b0000;
        end
    end
endmodule

`default_nettype wire
