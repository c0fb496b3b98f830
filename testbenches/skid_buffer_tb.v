// Bench of volley_skid_buffer: beats leave as they came; it takes beats while it holds fewer than two, and offers
// one while it holds any: one beat a clock, whatever the other side does.
`default_nettype none

module skid_buffer_tb;
    parameter WIDTH      = 9;
    parameter BEATS      = 400;

    wire        clk;
    wire        rst;
    wire        done;
    wire        sink_failed;
    reg         level_failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    reg [WIDTH-1:0] words [0:BEATS-1];
    integer n;
    initial begin
        start_random;
        for (n = 0; n < BEATS; n = n + 1) begin
            draw;
            words[n] = {fill_state, fill_state} >> 5;
        end
    end

    wire [31:0]      sent;
    wire [WIDTH-1:0] in_data;
    wire             in_valid;
    wire             in_ready;
    stream_source #(.WIDTH(WIDTH)) source (
        .clk(clk), .rst(rst), .total(BEATS[31:0]), .index(sent), .word(words[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire [WIDTH-1:0] out_data;
    wire             out_valid;
    wire             out_ready;
    volley_skid_buffer #(.WIDTH(WIDTH)) dut (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
        .m_axis_tdata(out_data), .m_axis_tvalid(out_valid), .m_axis_tready(out_ready)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(WIDTH)) sink (
        .clk(clk), .rst(rst), .total(BEATS[31:0]), .index(received), .word(words[received]),
        .tdata(out_data), .tvalid(out_valid), .tready(out_ready), .done(done), .failed(sink_failed), .checks(checks)
    );

    // Full and empty exactly when it is.
    reg [31:0] held_reg;
    initial level_failed = 1'b0;
    always @(posedge clk) begin
        held_reg <= rst ? 0 : held_reg + (in_valid && in_ready) - (out_valid && out_ready);
        if (!rst && (in_ready !== (held_reg != 2) || out_valid !== (held_reg != 0))) begin
            level_failed <= 1'b1;
            if (!level_failed) $display("with %0d beats held: ready %b, valid %b", held_reg, in_ready, out_valid);
        end
    end

    bench_control #(.NAME("skid_buffer")) control (
        .clk(clk), .rst(rst), .done(done), .failed(sink_failed || level_failed), .checks(checks)
    );
endmodule

`default_nettype wire
