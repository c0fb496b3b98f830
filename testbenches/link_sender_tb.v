// Bench of volley_link_sender: messages with many bytes that are stuffed, some chosen so that their FCS is, too. Each must leave as a
// flag, the stuffed body with its FCS, and a flag; in messages marked as bad all bits of the FCS are wrong.
`default_nettype none

module link_sender_tb;
    parameter MESSAGES = 50;
    parameter MOST     = 24;                // bytes of a message

    localparam BODY_MOST = MOST + 2;
    localparam LINE_MOST = MESSAGES * (2 * BODY_MOST + 2);

    wire        clk;
    wire        rst;
    wire        done;
    wire        failed;
    wire [31:0] checks;

    `include "bench_random.vh"
    `include "bench_link.vh"

    reg [9:0] words [0:MESSAGES*MOST-1];    // {bad, last, byte}
    integer total, n, k, size, tries;
    reg     special, bad;
    initial begin
        start_random;
        total     = 0;
        line_size = 0;
        for (n = 0; n < MESSAGES; n = n + 1) begin
            draw;
            size    = fill_state[9:8] == 0 ? 1 : 1 + fill_state[31:10] % MOST;
            special = n % 8 != 0;
            bad     = fill_state[7:6] == 0;
            for (tries = 0; tries < 100 && (tries == 0 || !special); tries = tries + 1) begin
                body_size = 0;
                for (k = 0; k < size; k = k + 1) add_random;
                add_fcs;
                for (k = size; bad && k < size + 2; k = k + 1) body[k] = ~body[k];
                for (k = size; k < size + 2; k = k + 1) special = special || body[k] == 8'h7e || body[k] == 8'h7d;
            end
            for (k = 0; k < size; k = k + 1) begin
                words[total] = {bad && k == size - 1, k == size - 1, body[k]};
                total = total + 1;
            end
            send_flag;
            send_body;
            send_flag;
        end
    end

    wire [31:0] sent;
    wire [9:0]  in_data;
    wire        in_valid;
    wire        in_ready;
    stream_source #(.WIDTH(10)) source (
        .clk(clk), .rst(rst), .total(total), .index(sent), .word(words[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire [7:0] out_data;
    wire       out_valid;
    wire       out_ready;
    volley_link_sender dut (
        .clk(clk), .rst(rst), .s_tdata(in_data[7:0]), .s_tlast(in_data[8]), .s_tbad(in_data[9]), .s_tvalid(in_valid), .s_tready(in_ready),
        .m_tdata(out_data), .m_tvalid(out_valid), .m_tready(out_ready)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(8)) sink (
        .clk(clk), .rst(rst), .total(line_size), .index(received), .word(line[received][7:0]),
        .tdata(out_data), .tvalid(out_valid), .tready(out_ready), .done(done), .failed(failed), .checks(checks)
    );

    bench_control #(.NAME("link_sender")) control (
        .clk(clk), .rst(rst), .done(done), .failed(failed), .checks(checks)
    );
endmodule

`default_nettype wire
