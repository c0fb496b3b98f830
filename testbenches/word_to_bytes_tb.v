// Bench of volley_word_to_bytes: the kept bytes in order, the end of a transfer with its last byte. Where words are kept from their
// lowest byte on (PLAIN), it offers a byte while it holds more than one word, and takes words while it holds fewer than
// three: one byte a clock, whatever the other side does.
`default_nettype none

module word_to_bytes_tb;
    parameter WORDS = 400;
    parameter PLAIN = 1;        // 0: any bytes of a word are kept, or none

    wire        clk;
    wire        rst;
    wire        done;
    wire        sink_failed;
    reg         level_failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    reg [36:0] words [0:WORDS-1];               // last, keep, data
    reg [8:0]  bytes [0:4*WORDS-1];             // last, data
    reg [8:0]  care  [0:4*WORDS-1];             // 0 where an end has no byte: its data has no meaning
    reg [31:0] total;
    integer    n;
    integer    i;
    initial begin
        start_random;
        total = 0;
        for (n = 0; n < WORDS; n = n + 1) begin
            draw;
            words[n] = {5'b01111, fill_state};
            draw;
            if (PLAIN == 0) begin
                words[n][36:32] = fill_state[12:8];
            end else if (fill_state[9:8] == 2'b00) begin
                words[n][36:32] = {1'b1, 4'b1111 >> fill_state[11:10]};
            end
            for (i = 0; i < 4; i = i + 1) begin
                if (words[n][32 + i]) begin
                    bytes[total] = {words[n][36] && (words[n][35:32] >> (i + 1)) == 4'b0000, words[n][8*i +: 8]};
                    care[total]  = 9'h1ff;
                    total = total + 1;
                end
            end
            if (words[n][36:32] == 5'b10000) begin
                bytes[total] = 9'h100;
                care[total]  = 9'h100;
                total = total + 1;
            end
        end
    end

    wire [31:0] sent;
    wire [36:0] in_data;
    wire        in_valid;
    wire        in_ready;
    stream_source #(.WIDTH(37)) source (
        .clk(clk), .rst(rst), .total(WORDS[31:0]), .index(sent), .word(words[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire [8:0] out_data;
    wire       out_valid;
    wire       out_ready;
    volley_word_to_bytes dut (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data[31:0]), .s_axis_tkeep(in_data[35:32]), .s_axis_tlast(in_data[36]),
        .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
        .m_axis_tdata(out_data[7:0]), .m_axis_tlast(out_data[8]), .m_axis_tvalid(out_valid), .m_axis_tready(out_ready)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(9)) sink (
        .clk(clk), .rst(rst), .total(total), .index(received), .word(bytes[received]),
        .tdata(out_data & care[received]), .tvalid(out_valid), .tready(out_ready),
        .done(done), .failed(sink_failed), .checks(checks)
    );

    // Words of which a byte is still inside. The sizes of those that came in are counted again as they leave.
    reg [31:0] held_reg;
    reg [31:0] left_reg;
    wire [2:0] left_size = {2'b00, words[left_reg][32]} + words[left_reg][33] + words[left_reg][34] + words[left_reg][35];
    reg [2:0]  gone_reg;
    wire       leaves = out_valid && out_ready && gone_reg + 3'd1 == left_size;
    initial level_failed = 1'b0;
    always @(posedge clk) begin
        held_reg <= rst ? 0 : held_reg + (in_valid && in_ready) - leaves;
        left_reg <= rst ? 0 : left_reg + leaves;
        gone_reg <= rst || leaves ? 3'd0 : gone_reg + (out_valid && out_ready);
        if (PLAIN != 0 && !rst && ((held_reg > 1 && !out_valid) || (held_reg < 3 && !in_ready))) begin
            level_failed <= 1'b1;
            if (!level_failed) $display("with %0d words held: ready %b, valid %b", held_reg, in_ready, out_valid);
        end
    end

    bench_control #(.NAME("word_to_bytes")) control (
        .clk(clk), .rst(rst), .done(done && sent == WORDS && !in_valid), .failed(sink_failed || level_failed),
        .checks(checks)
    );
endmodule

`default_nettype wire
