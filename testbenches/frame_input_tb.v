// Bench of volley_frame_input: rounds of a few frames; each round begins with a reset. The pixels and their `tlast` must follow the count,
// whether the sender marks the ends of frames or not. In some rounds (with BAD all except the first) it marks a wrong byte: `frame_error`
// must rise after it and stay, the pixel that it completes is the last one, and everything after it must be taken and dropped
// until the reset. Bytes must be taken whenever fewer than two pixels wait, but never in a reset.
`default_nettype none

module frame_input_tb;
    parameter CHANNELS = 3;
    parameter PIXELS   = 5;
    parameter FRAMES   = 4;                 // of a round
    parameter ROUNDS   = 12;
    parameter BAD      = 1;                 // needs frames of more than one byte

    localparam BYTES = PIXELS * CHANNELS;   // of a frame
    localparam MOST  = ROUNDS * FRAMES * BYTES;
    localparam WIDTH = 8 * CHANNELS + 1;

    wire        clk;
    wire        rst;
    wire        sink_failed;
    reg         failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    reg [8:0]       bytes  [0:MOST-1];      // {last, byte}
    reg [WIDTH-1:0] pixels [0:MOST-1];      // {last, bytes}
    integer bytes_end  [0:ROUNDS-1];        // of each round
    integer pixels_end [0:ROUNDS-1];
    integer wrong_at   [0:ROUNDS-1];        // the byte that is marked though it ends no frame; -1: none
    integer total, pixel_total, r, n, c, wrong;
    reg [8*CHANNELS-1:0] pixel;
    initial begin
        start_random;
        total       = 0;
        pixel_total = 0;
        for (r = 0; r < ROUNDS; r = r + 1) begin
            wrong = -1;
            draw;
            if (BAD != 0 && r != 0) wrong = fill_state[31:8] % (FRAMES * BYTES);
            if (wrong % BYTES == BYTES - 1) wrong = -1;
            wrong_at[r] = wrong < 0 ? -1 : total + wrong;
            for (n = 0; n < FRAMES * BYTES; n = n + 1) begin
                draw;
                c = n % CHANNELS;
                pixel[8*c +: 8] = fill_state[31:24];
                // Ends are marked or not; after the wrong mark there are no marks.
                bytes[total] = {n == wrong || (n % BYTES == BYTES - 1 && fill_state[8]), fill_state[31:24]};
                total = total + 1;
                if (c == CHANNELS - 1 && (wrong < 0 || n <= wrong)) begin
                    pixels[pixel_total] = {n % BYTES == BYTES - 1, pixel};
                    pixel_total = pixel_total + 1;
                end
            end
            bytes_end[r]  = total;
            pixels_end[r] = pixel_total;
        end
    end

    // Rounds: a reset when all has come and nothing has followed for a while.
    integer   round_now;
    reg [5:0] quiet_reg;
    wire      again   = quiet_reg == 6'd40;
    wire      dut_rst = rst || again;

    wire [31:0] sent;
    wire [8:0]  in_data;
    wire        in_valid;
    wire        in_ready;
    stream_source #(.WIDTH(9)) source (
        .clk(clk), .rst(rst), .total(bytes_end[round_now]), .index(sent), .word(bytes[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire [WIDTH-1:0] out_data;
    wire             out_valid;
    wire             out_ready;
    wire             frame_error;
    volley_frame_input #(.CHANNELS(CHANNELS), .PIXELS(PIXELS)) dut (
        .clk(clk), .rst(dut_rst), .s_axis_tdata(in_data[7:0]), .s_axis_tlast(in_data[8]), .s_axis_tvalid(in_valid),
        .s_axis_tready(in_ready), .m_axis_tdata(out_data[WIDTH-2:0]), .m_axis_tlast(out_data[WIDTH-1]),
        .m_axis_tvalid(out_valid), .m_axis_tready(out_ready), .frame_error(frame_error)
    );

    wire [31:0] received;
    wire        round_done;
    stream_sink #(.WIDTH(WIDTH)) sink (
        .clk(clk), .rst(rst), .total(pixels_end[round_now]), .index(received), .word(pixels[received]),
        .tdata(out_data), .tvalid(out_valid), .tready(out_ready), .done(round_done), .failed(sink_failed), .checks(checks)
    );

    wire idle = round_done && sent == bytes_end[round_now] && !in_valid;
    wire done = idle && round_now == ROUNDS - 1;

    integer taken;                          // bytes of all rounds
    integer whole;                          // pixels of them
    reg     error_reg;
    initial failed = 1'b0;
    always @(posedge clk) begin
        quiet_reg <= idle && !done && !again ? quiet_reg + 6'd1 : 6'd0;
        if (again) begin
            round_now <= round_now + 1;
            error_reg <= 1'b0;
            whole     <= received;
        end
        if (in_valid && in_ready) begin
            taken <= taken + 1;
            if (taken == wrong_at[round_now]) error_reg <= 1'b1;
            if (taken % CHANNELS == CHANNELS - 1 && !error_reg) whole <= whole + 1;
        end
        if (rst) begin
            round_now <= 0;
            quiet_reg <= 6'd0;
            error_reg <= 1'b0;
            taken     <= 0;
            whole     <= 0;
        end else if (frame_error !== error_reg || in_ready !== (!again && (error_reg || whole - received < 2))) begin
            failed <= 1'b1;
            if (!failed) begin
                $display("frame_error is %b, ready %b after %0d bytes, %0d pixels wait", frame_error, in_ready, taken,
                         whole - received);
            end
        end
    end

    bench_control #(.NAME("frame_input")) control (
        .clk(clk), .rst(rst), .done(done), .failed(sink_failed || failed), .checks(checks)
    );
endmodule

`default_nettype wire
