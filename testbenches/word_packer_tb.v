// Bench of volley_word_packer: rows of random elements; word w of a row must hold elements w*WORD .. w*WORD + WORD - 1, zeros
// after the row's end.
`default_nettype none

module word_packer_tb;
    parameter ELEMENT_BITS = 4;
    parameter WORD_LOG2    = 2;
    parameter ROW_ELEMENTS = 10;
    parameter MAP_ROWS     = 12;

    localparam WORD      = 1 << WORD_LOG2;
    localparam WORD_BITS = WORD * ELEMENT_BITS;
    localparam ROW_WORDS = (ROW_ELEMENTS + WORD - 1) / WORD;
    localparam ELEMENTS  = MAP_ROWS * ROW_ELEMENTS;
    localparam WORDS     = MAP_ROWS * ROW_WORDS;

    wire        clk;
    wire        rst;
    wire        done;
    wire        failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    reg [ELEMENT_BITS-1:0] elements [0:ELEMENTS-1];
    reg [WORD_BITS-1:0]    words    [0:WORDS-1];
    integer n, row, i;
    initial begin
        start_random;
        for (n = 0; n < WORDS; n = n + 1) words[n] = {WORD_BITS{1'b0}};
        for (row = 0; row < MAP_ROWS; row = row + 1) begin
            for (i = 0; i < ROW_ELEMENTS; i = i + 1) begin
                draw;
                elements[row*ROW_ELEMENTS+i] = fill_state[31:5];
                words[row*ROW_WORDS+i/WORD][(i%WORD)*ELEMENT_BITS +: ELEMENT_BITS] = fill_state[31:5];
            end
        end
    end

    wire [31:0]             sent;
    wire [ELEMENT_BITS-1:0] in_data;
    wire                    in_valid;
    wire                    in_ready;
    stream_source #(.WIDTH(ELEMENT_BITS)) source (
        .clk(clk), .rst(rst), .total(ELEMENTS[31:0]), .index(sent), .word(elements[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire [WORD_BITS-1:0] out_data;
    wire                 out_valid;
    wire                 out_ready;
    volley_word_packer #(.ELEMENT_BITS(ELEMENT_BITS), .WORD_LOG2(WORD_LOG2), .ROW_ELEMENTS(ROW_ELEMENTS)) dut (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
        .m_axis_tdata(out_data), .m_axis_tvalid(out_valid), .m_axis_tready(out_ready)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(WORD_BITS)) sink (
        .clk(clk), .rst(rst), .total(WORDS[31:0]), .index(received), .word(words[received]),
        .tdata(out_data), .tvalid(out_valid), .tready(out_ready), .done(done), .failed(failed), .checks(checks)
    );

    bench_control #(.NAME("word_packer")) control (
        .clk(clk), .rst(rst), .done(done), .failed(failed), .checks(checks)
    );
endmodule

`default_nettype wire
