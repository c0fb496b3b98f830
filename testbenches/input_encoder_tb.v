// Bench of volley_input_encoder: random pixels; each element must be its byte minus its channel's offset. `frame_error` must stay
// low while `tlast` falls on the last pixels, and rise and stay if it falls elsewhere (BAD_LAST: at pixel BAD_LAST - 1 of
// the second frame too).
`default_nettype none

module input_encoder_tb;
    parameter CHANNELS   = 3;
    parameter PIXELS     = 12;
    parameter VALUE_BITS = 9;               // 8: all offsets are 0
    parameter BAD_LAST   = 0;
    parameter FRAMES     = 4;

    localparam BEATS     = FRAMES * PIXELS;
    localparam VALUES    = BEATS * CHANNELS;
    localparam [31:0] SOME = 32'h00_ff_80_37;
    localparam [8*CHANNELS-1:0] OFFSETS = VALUE_BITS == 8 ? 0 : {CHANNELS{SOME}};

    wire        clk;
    wire        rst;
    wire        done;
    wire        sink_failed;
    reg         error_failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    reg [8*CHANNELS:0]   pixels [0:BEATS-1];        // {last, bytes}
    reg [VALUE_BITS-1:0] values [0:VALUES-1];
    integer n, c, value;
    reg [7:0] level;
    reg       last;
    initial begin
        start_random;
        for (n = 0; n < BEATS; n = n + 1) begin
            last = n % PIXELS == PIXELS - 1 || (BAD_LAST != 0 && n == PIXELS + BAD_LAST - 1);
            pixels[n][8*CHANNELS] = last;
            for (c = 0; c < CHANNELS; c = c + 1) begin
                draw;
                level = fill_state[31:24];
                if (fill_state[3:0] == 0) level = 8'd0;
                if (fill_state[3:0] == 1) level = 8'd255;
                pixels[n][8*c +: 8] = level;
                value = level - OFFSETS[8*c +: 8];
                values[n*CHANNELS+c] = value[VALUE_BITS-1:0];
            end
        end
    end

    wire [31:0]         sent;
    wire [8*CHANNELS:0] in_data;
    wire                in_valid;
    wire                in_ready;
    stream_source #(.WIDTH(8 * CHANNELS + 1)) source (
        .clk(clk), .rst(rst), .total(BEATS[31:0]), .index(sent), .word(pixels[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire [VALUE_BITS-1:0] out_data;
    wire                  out_valid;
    wire                  out_ready;
    wire                  frame_error;
    volley_input_encoder #(.CHANNELS(CHANNELS), .PIXELS(PIXELS), .VALUE_BITS(VALUE_BITS), .OFFSETS(OFFSETS)) dut (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data[8*CHANNELS-1:0]), .s_axis_tlast(in_data[8*CHANNELS]),
        .s_axis_tvalid(in_valid), .s_axis_tready(in_ready), .m_axis_tdata(out_data), .m_axis_tvalid(out_valid),
        .m_axis_tready(out_ready), .frame_error(frame_error)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(VALUE_BITS)) sink (
        .clk(clk), .rst(rst), .total(VALUES[31:0]), .index(received), .word(values[received]),
        .tdata(out_data), .tvalid(out_valid), .tready(out_ready), .done(done), .failed(sink_failed), .checks(checks)
    );

    // Low until the wrong beat is offered, high when its last element has left.
    initial error_failed = 1'b0;
    always @(posedge clk) begin
        if (!rst && ((frame_error !== 1'b0 && (BAD_LAST == 0 || sent < PIXELS + BAD_LAST)) ||
                     (frame_error !== 1'b1 && BAD_LAST != 0 && received >= (PIXELS + BAD_LAST) * CHANNELS))) begin
            error_failed <= 1'b1;
            if (!error_failed) $display("frame_error is %b after %0d pixels and %0d elements", frame_error, sent, received);
        end
    end

    bench_control #(.NAME("input_encoder")) control (
        .clk(clk), .rst(rst), .done(done), .failed(sink_failed || error_failed), .checks(checks)
    );
endmodule

`default_nettype wire
