// Bench of volley_timestep_sum: the sum of random counts, and of the greatest ones. It is combinational, between a source and a sink.
`default_nettype none

module timestep_sum_tb;
    parameter TIMESTEPS  = 3;
    parameter COUNT_BITS = 3;
    parameter BEATS      = 200;

    localparam SUM_BITS = $clog2(TIMESTEPS * ((1 << COUNT_BITS) - 1) + 1);

    wire        clk;
    wire        rst;
    wire        done;
    wire        failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    reg [TIMESTEPS*COUNT_BITS-1:0] words [0:BEATS-1];
    reg [SUM_BITS-1:0]         sums  [0:BEATS-1];
    integer n, t, total;
    reg [COUNT_BITS-1:0] count;
    initial begin
        start_random;
        for (n = 0; n < BEATS; n = n + 1) begin
            total = 0;
            for (t = 0; t < TIMESTEPS; t = t + 1) begin
                draw;
                count = n == 0 ? {COUNT_BITS{1'b1}} : fill_state[31:5];
                words[n][t*COUNT_BITS +: COUNT_BITS] = count;
                total = total + count;
            end
            sums[n] = total[SUM_BITS-1:0];
        end
    end

    wire [31:0]                     sent;
    wire [TIMESTEPS*COUNT_BITS-1:0] in_data;
    wire                            valid;
    wire                            ready;
    stream_source #(.WIDTH(TIMESTEPS * COUNT_BITS)) source (
        .clk(clk), .rst(rst), .total(BEATS[31:0]), .index(sent), .word(words[sent]),
        .tdata(in_data), .tvalid(valid), .tready(ready)
    );

    wire [SUM_BITS-1:0] sum;
    volley_timestep_sum #(.TIMESTEPS(TIMESTEPS), .COUNT_BITS(COUNT_BITS), .SUM_BITS(SUM_BITS)) dut (.counts(in_data), .sum(sum));

    wire [31:0] received;
    stream_sink #(.WIDTH(SUM_BITS)) sink (
        .clk(clk), .rst(rst), .total(BEATS[31:0]), .index(received), .word(sums[received]),
        .tdata(sum), .tvalid(valid), .tready(ready), .done(done), .failed(failed), .checks(checks)
    );

    bench_control #(.NAME("timestep_sum")) control (.clk(clk), .rst(rst), .done(done), .failed(failed), .checks(checks));
endmodule

`default_nettype wire
