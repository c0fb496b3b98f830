// Bench of volley_slice_sum: SLICES streams of random sums, each at its own pace and none with a queue. Beat n must bring, field by
// field, the plain sum of every slice's beat n, in 64 bits. The parts are random, or the largest for which the whole sum fits.
`default_nettype none

module slice_sum_tb;
    parameter SLICES     = 2;
    parameter FIELDS     = 3;
    parameter SUM_BITS   = 11;
    parameter BEATS      = 200;

    localparam WIDTH     = FIELDS * SUM_BITS;
    localparam PART_BITS = SUM_BITS - $clog2(SLICES);       // of a slice's part, signed

    wire              clk;
    wire              rst;
    wire              done;
    wire              failed;
    wire [31:0]       checks;

    `include "bench_random.vh"

    reg [WIDTH-1:0] words [0:SLICES*BEATS-1];               // slice g's from g * BEATS
    reg [WIDTH-1:0] sums  [0:BEATS-1];
    integer n, g, f;
    reg signed [63:0]          sum, part;
    reg signed [PART_BITS-1:0] drawn;
    initial begin
        start_random;
        for (n = 0; n < BEATS; n = n + 1)
        for (f = 0; f < FIELDS; f = f + 1) begin
            sum = 0;
            for (g = 0; g < SLICES; g = g + 1) begin
                draw;
                drawn = fill_state[31:4];
                if (n % 8 == 1) drawn = {1'b1, {(PART_BITS - 1){1'b0}}};
                if (n % 8 == 2) drawn = {1'b0, {(PART_BITS - 1){1'b1}}};
                part = drawn;
                sum  = sum + part;
                words[g*BEATS+n][f*SUM_BITS +: SUM_BITS] = part[SUM_BITS-1:0];
            end
            sums[n][f*SUM_BITS +: SUM_BITS] = sum[SUM_BITS-1:0];
        end
    end

    wire [SLICES*WIDTH-1:0] in_data;
    wire [SLICES-1:0]       in_valid;
    wire [SLICES-1:0]       in_ready;
    generate
        genvar s;
        for (s = 0; s < SLICES; s = s + 1) begin : g_slice
            wire [31:0] sent;
            stream_source #(.WIDTH(WIDTH), .ID(s)) source (
                .clk(clk), .rst(rst), .total(BEATS[31:0]), .index(sent), .word(words[s*BEATS+sent]),
                .tdata(in_data[s*WIDTH +: WIDTH]), .tvalid(in_valid[s]), .tready(in_ready[s])
            );
        end
    endgenerate

    wire [WIDTH-1:0] out_data;
    wire             out_valid;
    wire             out_ready;
    volley_slice_sum #(.SLICES(SLICES), .FIELDS(FIELDS), .SUM_BITS(SUM_BITS)) dut (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
        .m_axis_tdata(out_data), .m_axis_tvalid(out_valid), .m_axis_tready(out_ready)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(WIDTH)) sink (
        .clk(clk), .rst(rst), .total(BEATS[31:0]), .index(received), .word(sums[received]), .tdata(out_data),
        .tvalid(out_valid), .tready(out_ready), .done(done), .failed(failed), .checks(checks)
    );

    bench_control #(.NAME("slice_sum")) control (.clk(clk), .rst(rst), .done(done), .failed(failed), .checks(checks));
endmodule

`default_nettype wire
