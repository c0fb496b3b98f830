// Bench of pool: for each output pixel, channel and time step the sum (or maximum) over its window, taken from the stored map.
`default_nettype none

module pool_tb;
    parameter MAXIMUM       = 0;
    parameter CHANNELS      = 3;
    parameter IN_HEIGHT     = 6;
    parameter IN_WIDTH      = 7;
    parameter KERNEL_HEIGHT = 2;
    parameter KERNEL_WIDTH  = 2;
    parameter STRIDE_HEIGHT = 2;
    parameter STRIDE_WIDTH  = 2;
    parameter FIELDS        = 2;
    parameter IN_BITS       = 3;
    parameter OUT_BITS      = IN_BITS + (MAXIMUM != 0 ? 0 : $clog2(KERNEL_HEIGHT * KERNEL_WIDTH));
    parameter FRAMES        = 3;

    localparam OUT_HEIGHT = (IN_HEIGHT - KERNEL_HEIGHT) / STRIDE_HEIGHT + 1;
    localparam OUT_WIDTH  = (IN_WIDTH - KERNEL_WIDTH) / STRIDE_WIDTH + 1;
    localparam ELEMENTS   = FRAMES * IN_HEIGHT * IN_WIDTH * CHANNELS;
    localparam RESULTS    = FRAMES * OUT_HEIGHT * OUT_WIDTH * CHANNELS;

    wire        clk;
    wire        rst;
    wire        done;
    wire        failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    reg [FIELDS*IN_BITS-1:0]  elements [0:ELEMENTS-1];
    reg [FIELDS*OUT_BITS-1:0] results  [0:RESULTS-1];
    integer n, f, oy, ox, c, t, ky, kx, at, value, result;
    reg [FIELDS*IN_BITS-1:0] element;
    initial begin
        start_random;
        for (n = 0; n < ELEMENTS; n = n + 1) begin
            for (t = 0; t < FIELDS; t = t + 1) begin
                draw;
                element[t*IN_BITS +: IN_BITS] = fill_state[31:5];
            end
            elements[n] = element;
        end
        at = 0;
        for (f = 0; f < FRAMES; f = f + 1)
        for (oy = 0; oy < OUT_HEIGHT; oy = oy + 1)
        for (ox = 0; ox < OUT_WIDTH; ox = ox + 1)
        for (c = 0; c < CHANNELS; c = c + 1) begin
            for (t = 0; t < FIELDS; t = t + 1) begin
                result = 0;
                for (ky = 0; ky < KERNEL_HEIGHT; ky = ky + 1)
                for (kx = 0; kx < KERNEL_WIDTH; kx = kx + 1) begin
                    n = (f * IN_HEIGHT + oy * STRIDE_HEIGHT + ky) * IN_WIDTH + ox * STRIDE_WIDTH + kx;
                    element = elements[n*CHANNELS+c];
                    value   = element[t*IN_BITS +: IN_BITS];
                    if (MAXIMUM == 0) result = result + value;
                    else if (value > result) result = value;
                end
                results[at][t*OUT_BITS +: OUT_BITS] = result[OUT_BITS-1:0];
            end
            at = at + 1;
        end
    end

    wire [31:0]               sent;
    wire [FIELDS*IN_BITS-1:0] in_data;
    wire                      in_valid;
    wire                      in_ready;
    stream_source #(.WIDTH(FIELDS * IN_BITS)) source (
        .clk(clk), .rst(rst), .total(ELEMENTS[31:0]), .index(sent), .word(elements[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire [FIELDS*OUT_BITS-1:0] out_data;
    wire                       out_valid;
    wire                       out_ready;
    volley_pool #(
        .MAXIMUM(MAXIMUM), .CHANNELS(CHANNELS), .IN_HEIGHT(IN_HEIGHT), .IN_WIDTH(IN_WIDTH),
        .KERNEL_HEIGHT(KERNEL_HEIGHT), .KERNEL_WIDTH(KERNEL_WIDTH), .STRIDE_HEIGHT(STRIDE_HEIGHT),
        .STRIDE_WIDTH(STRIDE_WIDTH), .OUT_HEIGHT(OUT_HEIGHT), .OUT_WIDTH(OUT_WIDTH), .FIELDS(FIELDS), .IN_BITS(IN_BITS),
        .OUT_BITS(OUT_BITS)
    ) dut (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
        .m_axis_tdata(out_data), .m_axis_tvalid(out_valid), .m_axis_tready(out_ready)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(FIELDS * OUT_BITS)) sink (
        .clk(clk), .rst(rst), .total(RESULTS[31:0]), .index(received), .word(results[received]),
        .tdata(out_data), .tvalid(out_valid), .tready(out_ready), .done(done), .failed(failed), .checks(checks)
    );

    bench_control #(.NAME("pool")) control (.clk(clk), .rst(rst), .done(done), .failed(failed), .checks(checks));
endmodule

`default_nettype wire
