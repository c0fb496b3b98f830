// Bench of volley_elementwise_term: random sums, counts and weights, the extreme ones too, each stream at its own pace. Beat n must
// bring sum + 2^SHIFT*weight*count, field by field, in 64 bits.
`default_nettype none

module elementwise_term_tb;
    parameter UNITS       = 2;
    parameter BEATS       = 5;
    parameter TIMESTEPS   = 3;
    parameter COUNT_BITS  = 3;
    parameter WEIGHT_BITS = 6;
    parameter SHIFT       = 2;
    parameter ACC_BITS    = 16;
    parameter TOTAL       = 300;

    localparam FIELDS    = UNITS * TIMESTEPS;
    localparam ADDR_BITS = BEATS > 1 ? $clog2(BEATS) : 1;

    wire              clk;
    wire              rst;
    wire              done;
    wire              failed;
    wire [31:0]       checks;

    `include "bench_random.vh"

    reg [UNITS*WEIGHT_BITS-1:0]  rows   [0:BEATS-1];
    reg [FIELDS*ACC_BITS-1:0]    sums   [0:TOTAL-1];
    reg [FIELDS*COUNT_BITS-1:0]  counts [0:TOTAL-1];
    reg [FIELDS*ACC_BITS-1:0]    whole  [0:TOTAL-1];
    integer n, f;
    reg signed [63:0]            weight, count, product, sum, most;
    reg signed [WEIGHT_BITS-1:0] weight_field;
    reg [COUNT_BITS-1:0]         count_field;
    initial begin
        start_random;
        most = (64'sd1 <<< (ACC_BITS - 1)) - 1;
        for (n = 0; n < BEATS; n = n + 1)
        for (f = 0; f < UNITS; f = f + 1) begin
            draw;
            weight_field = fill_state[31:4];
            if (n == 0 && f == 0) weight_field = {1'b1, {(WEIGHT_BITS - 1){1'b0}}};
            if (n == 1 && f == 0) weight_field = {1'b0, {(WEIGHT_BITS - 1){1'b1}}};
            rows[n][f*WEIGHT_BITS +: WEIGHT_BITS] = weight_field;
        end
        for (n = 0; n < TOTAL; n = n + 1)
        for (f = 0; f < FIELDS; f = f + 1) begin
            weight_field = rows[n % BEATS][f/TIMESTEPS*WEIGHT_BITS +: WEIGHT_BITS];
            draw;
            count_field = fill_state[31:8];
            if (n % 7 == 0) count_field = {COUNT_BITS{1'b1}};
            weight  = weight_field;
            count   = count_field;
            product = (weight * count) <<< SHIFT;
            // A sum that fits before and after: from the whole range, sometimes its ends.
            draw;
            sum = $signed({{32{fill_state[31]}}, fill_state}) % (most + 1);
            if (n % 5 == 1) sum = most;
            if (n % 5 == 2) sum = -most - 1;
            if (sum + product > most)      sum = most - product;
            if (sum + product < -most - 1) sum = -most - 1 - product;
            counts[n][f*COUNT_BITS +: COUNT_BITS] = count_field;
            sums[n][f*ACC_BITS +: ACC_BITS]       = sum[ACC_BITS-1:0];
            sum = sum + product;
            whole[n][f*ACC_BITS +: ACC_BITS]      = sum[ACC_BITS-1:0];
        end
    end

    wire [31:0]                  counts_sent;
    wire [FIELDS*COUNT_BITS-1:0] counts_data;
    wire                         counts_valid;
    wire                         counts_ready;
    stream_source #(.WIDTH(FIELDS*COUNT_BITS), .ID(1)) counts_source (
        .clk(clk), .rst(rst), .total(TOTAL[31:0]), .index(counts_sent), .word(counts[counts_sent]),
        .tdata(counts_data), .tvalid(counts_valid), .tready(counts_ready)
    );
    wire [31:0]                  sums_sent;
    wire [FIELDS*ACC_BITS-1:0]   sums_data;
    wire                         sums_valid;
    wire                         sums_ready;
    stream_source #(.WIDTH(FIELDS*ACC_BITS), .ID(2)) sums_source (
        .clk(clk), .rst(rst), .total(TOTAL[31:0]), .index(sums_sent), .word(sums[sums_sent]),
        .tdata(sums_data), .tvalid(sums_valid), .tready(sums_ready)
    );

    wire                         weight_enable;
    wire [ADDR_BITS-1:0]         weight_addr;
    reg  [UNITS*WEIGHT_BITS-1:0] weight_row;
    always @(posedge clk) if (weight_enable) weight_row <= rows[weight_addr];

    wire [FIELDS*ACC_BITS-1:0]   out_data;
    wire                         out_valid;
    wire                         out_ready;
    volley_elementwise_term #(
        .UNITS(UNITS), .BEATS(BEATS), .TIMESTEPS(TIMESTEPS), .COUNT_BITS(COUNT_BITS), .WEIGHT_BITS(WEIGHT_BITS), .SHIFT(SHIFT),
        .ACC_BITS(ACC_BITS), .ADDR_BITS(ADDR_BITS)
    ) dut (
        .clk(clk), .rst(rst), .s_counts_tdata(counts_data), .s_counts_tvalid(counts_valid),
        .s_counts_tready(counts_ready), .s_axis_tdata(sums_data), .s_axis_tvalid(sums_valid),
        .s_axis_tready(sums_ready), .weight_enable(weight_enable), .weight_addr(weight_addr), .weight_row(weight_row),
        .m_axis_tdata(out_data), .m_axis_tvalid(out_valid), .m_axis_tready(out_ready)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(FIELDS*ACC_BITS)) sink (
        .clk(clk), .rst(rst), .total(TOTAL[31:0]), .index(received), .word(whole[received]), .tdata(out_data),
        .tvalid(out_valid), .tready(out_ready), .done(done), .failed(failed), .checks(checks)
    );

    bench_control #(.NAME("elementwise_term")) control (
        .clk(clk), .rst(rst), .done(done), .failed(failed), .checks(checks)
    );
endmodule

`default_nettype wire
