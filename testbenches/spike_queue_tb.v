// Bench of volley_spike_queue: beats leave as they came; at least DEPTH and at most DEPTH + 8 of them fit, and a beat is always
// offered within six clocks.
`default_nettype none

module spike_queue_tb;
    parameter WIDTH     = 9;
    parameter DEPTH     = 13;
    parameter BLOCK_RAM = 1;
    parameter BEATS     = 400;

    localparam ADDR_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;
    localparam AHEAD     = 8;
    localparam LATENCY   = 6;

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
    // The sink opens only when the queue is full for the first time, or has everything.
    reg              open_reg;
    wire             sink_ready;
    assign out_ready = sink_ready && open_reg;
    volley_spike_queue #(.WIDTH(WIDTH), .DEPTH(DEPTH), .ADDR_BITS(ADDR_BITS), .BLOCK_RAM(BLOCK_RAM)) dut (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
        .m_axis_tdata(out_data), .m_axis_tvalid(out_valid), .m_axis_tready(out_ready)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(WIDTH)) sink (
        .clk(clk), .rst(rst), .total(BEATS[31:0]), .index(received), .word(words[received]), .tdata(out_data),
        .tvalid(out_valid && open_reg), .tready(sink_ready), .done(done), .failed(sink_failed), .checks(checks)
    );

    reg [31:0] held_reg;
    reg [31:0] waited_reg;                  // clocks in which something was held and nothing offered
    reg [31:0] settled_reg;                 // clocks since the reset or the last change of what is held
    initial level_failed = 1'b0;
    always @(posedge clk) begin
        open_reg    <= !rst && (open_reg || (!in_ready && settled_reg > LATENCY) || sent == BEATS);
        held_reg    <= rst ? 0 : held_reg + (in_valid && in_ready) - (out_valid && out_ready);
        waited_reg  <= rst || out_valid || held_reg == 0 ? 0 : waited_reg + 1;
        settled_reg <= rst || (in_valid && in_ready) || (out_valid && out_ready) ? 0 : settled_reg + 1;
        if (!rst && (held_reg > DEPTH + AHEAD || waited_reg >= LATENCY ||
                     (!in_ready && held_reg < DEPTH && settled_reg > 1))) begin
            level_failed <= 1'b1;
            if (!level_failed) $display("with %0d beats held: ready %b, valid %b", held_reg, in_ready, out_valid);
        end
    end

    bench_control #(.NAME("spike_queue")) control (
        .clk(clk), .rst(rst), .done(done), .failed(sink_failed || level_failed), .checks(checks)
    );
endmodule

`default_nettype wire
