// Bench of volley_stream_fork: every reader gets every word, each at its own pace.
`default_nettype none

module stream_fork_tb;
    parameter WIDTH   = 7;
    parameter OUTPUTS = 3;
    parameter BEATS   = 300;

    wire        clk;
    wire        rst;

    `include "bench_random.vh"

    reg [WIDTH-1:0] words [0:BEATS-1];
    integer n;
    initial begin
        start_random;
        for (n = 0; n < BEATS; n = n + 1) begin
            draw;
            words[n] = fill_state[31:5];
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

    wire [OUTPUTS*WIDTH-1:0] out_data;
    wire [OUTPUTS-1:0]       out_valid;
    wire [OUTPUTS-1:0]       out_ready;
    volley_stream_fork #(.WIDTH(WIDTH), .OUTPUTS(OUTPUTS)) dut (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
        .m_axis_tdata(out_data), .m_axis_tvalid(out_valid), .m_axis_tready(out_ready)
    );

    wire [OUTPUTS-1:0]    done;
    wire [OUTPUTS-1:0]    failed;
    wire [OUTPUTS*32-1:0] all_checks;
    generate
        genvar i;
        for (i = 0; i < OUTPUTS; i = i + 1) begin : g_reader
            wire [31:0] received;
            stream_sink #(.WIDTH(WIDTH), .ID(i)) sink (
                .clk(clk), .rst(rst), .total(BEATS[31:0]), .index(received), .word(words[received]),
                .tdata(out_data[i*WIDTH +: WIDTH]), .tvalid(out_valid[i]), .tready(out_ready[i]),
                .done(done[i]), .failed(failed[i]), .checks(all_checks[32*i +: 32])
            );
        end
    endgenerate

    reg [31:0] checks;
    integer    k;
    always @* begin
        checks = 0;
        for (k = 0; k < OUTPUTS; k = k + 1) checks = checks + all_checks[32*k +: 32];
    end

    bench_control #(.NAME("stream_fork")) control (
        .clk(clk), .rst(rst), .done(&done), .failed(|failed), .checks(checks)
    );
endmodule

`default_nettype wire
