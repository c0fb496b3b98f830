// Bench of readout: score = FACTOR * sum + bias for each class in turn, `tlast` with the last class only.
`default_nettype none

module readout_tb;
    parameter CHANNELS  = 10;
    parameter FACTOR    = 1;
    parameter ACC_BITS  = 16;
    parameter BIAS_BITS = 12;
    parameter FRAMES    = 12;

    localparam CHANNEL_BITS = CHANNELS > 1 ? $clog2(CHANNELS) : 1;
    localparam SUMS         = FRAMES * CHANNELS;

    wire        clk;
    wire        rst;
    wire        done;
    wire        failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    reg [ACC_BITS-1:0]  sums   [0:SUMS-1];
    reg [BIAS_BITS-1:0] biases [0:CHANNELS-1];
    reg [32:0]          scores [0:SUMS-1];
    integer n;
    reg signed [63:0]          score;
    reg signed [ACC_BITS-1:0]  sum_signed;
    reg signed [BIAS_BITS-1:0] bias_signed;
    initial begin
        start_random;
        for (n = 0; n < CHANNELS; n = n + 1) begin
            draw;
            biases[n] = {fill_state, fill_state} >> 3;
        end
        for (n = 0; n < SUMS; n = n + 1) begin
            draw;
            sum_signed = {fill_state, fill_state} >> 7;
            if (n % 7 == 0) sum_signed = {1'b1, {(ACC_BITS - 1){1'b0}}};
            // A score fits 32 bits: the generator makes sure of it.
            if (ACC_BITS > 24) sum_signed = sum_signed / (2 * FACTOR);
            bias_signed = biases[n % CHANNELS];
            score       = sum_signed;
            score       = score * FACTOR + bias_signed;
            sums[n]     = sum_signed;
            scores[n]   = {n % CHANNELS == CHANNELS - 1, score[31:0]};
        end
    end

    wire [31:0]         sent;
    wire [ACC_BITS-1:0] in_data;
    wire                in_valid;
    wire                in_ready;
    stream_source #(.WIDTH(ACC_BITS)) source (
        .clk(clk), .rst(rst), .total(SUMS[31:0]), .index(sent), .word(sums[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire                    neuron_enable;
    wire [CHANNEL_BITS-1:0] neuron_addr;
    reg  [BIAS_BITS-1:0]    neuron_row;
    always @(posedge clk) if (neuron_enable) neuron_row <= biases[neuron_addr];

    wire [31:0] out_data;
    wire        out_last;
    wire        out_valid;
    wire        out_ready;
    volley_readout #(
        .CHANNELS(CHANNELS), .FACTOR(FACTOR), .ACC_BITS(ACC_BITS), .BIAS_BITS(BIAS_BITS), .CHANNEL_BITS(CHANNEL_BITS)
    ) dut (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
        .neuron_enable(neuron_enable), .neuron_addr(neuron_addr), .neuron_row(neuron_row),
        .m_axis_tdata(out_data), .m_axis_tlast(out_last), .m_axis_tvalid(out_valid), .m_axis_tready(out_ready)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(33)) sink (
        .clk(clk), .rst(rst), .total(SUMS[31:0]), .index(received), .word(scores[received]),
        .tdata({out_last, out_data}), .tvalid(out_valid), .tready(out_ready), .done(done), .failed(failed),
        .checks(checks)
    );

    bench_control #(.NAME("readout")) control (.clk(clk), .rst(rst), .done(done), .failed(failed), .checks(checks));
endmodule

`default_nettype wire
