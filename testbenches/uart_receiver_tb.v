// Bench of volley_uart_receiver: a line with bytes whose sender is off by up to MOST_OFF thousandths, bytes without a stop bit, breaks,
// and glitches shorter than half a bit. Every byte must come once and in order, between the beginning of its stop bit and a few
// clocks after its end; a break, and a byte without a stop bit, must be marked.
//
// Times are counted in thousandths of a clock, so bits begin anywhere within a clock. Without stalls the bytes follow each
// other with exactly one stop bit.
`default_nettype none

module uart_receiver_tb;
    parameter CLOCKS   = 16;
    parameter MOST_OFF = 20;
    parameter ITEMS    = 60;

    localparam LATENCY  = 5;                // clocks
    localparam SEGMENTS = 12 * ITEMS + 2;

    wire        clk;
    wire        rst;
    reg         failed;
    reg  [31:0] checks;

    `include "bench_random.vh"

    // The line: levels, each until its end.
    reg     levels [0:SEGMENTS-1];
    integer ends   [0:SEGMENTS-1];
    integer segments;
    integer time_now;
    // What must come: {no stop bit, byte}, and its stop bit's beginning and end.
    reg [8:0] bytes [0:ITEMS-1];
    integer   begins [0:ITEMS-1];
    integer   stops  [0:ITEMS-1];
    integer   total;

    task hold;
        input         level;
        input integer duration;
        begin
            time_now         = time_now + duration;
            levels[segments] = level;
            ends[segments]   = time_now;
            segments         = segments + 1;
        end
    endtask

    integer n, k, bit_time, stall, kind;
    reg [7:0] data;
    initial begin
        start_random;
        stall = 0;
        if (!$value$plusargs("s_stall=%d", stall)) stall = 0;
        segments = 0;
        total    = 0;
        time_now = 0;
        draw;
        hold(1'b1, 2000 * CLOCKS + fill_state[31:8] % 1000);
        for (n = 0; n < ITEMS; n = n + 1) begin
            draw;
            case (fill_state[9:8])
                2'd0:    bit_time = CLOCKS * 1000;
                2'd1:    bit_time = CLOCKS * (1000 + MOST_OFF);
                2'd2:    bit_time = CLOCKS * (1000 - MOST_OFF);
                default: bit_time = CLOCKS * (1000 - MOST_OFF + fill_state[31:16] % (2 * MOST_OFF + 1));
            endcase
            draw;
            kind = fill_state[15:8] % 20;
            data = fill_state[31:24];
            if (kind < 3) begin
                // A glitch.
                hold(1'b0, 1000 * (1 + data % (CLOCKS / 2 - 1)));
                hold(1'b1, bit_time);
            end else if (kind < 4) begin
                // A break.
                bytes[total]  = 9'h100;
                begins[total] = time_now + 9 * bit_time;
                stops[total]  = time_now + 10 * bit_time;
                total = total + 1;
                hold(1'b0, 10 * bit_time + bit_time / 8 * data);
                hold(1'b1, bit_time);
            end else begin
                hold(1'b0, bit_time);
                for (k = 0; k < 8; k = k + 1) hold(data[k], bit_time);
                bytes[total]  = {kind < 6, data};
                begins[total] = time_now;
                stops[total]  = time_now + bit_time;
                total = total + 1;
                // Without a stop bit the line must rest first.
                if (kind < 6) hold(1'b0, bit_time);
                hold(1'b1, bit_time);
            end
            draw;
            if (fill_state[31:8] % 100 < stall) begin
                draw;
                hold(1'b1, 1000 + fill_state[31:8] % (3000 * CLOCKS));
            end
        end
    end

    reg        pin;
    wire [7:0] out_data;
    wire       out_error;
    wire       out_valid;
    volley_uart_receiver #(.CLOCKS(CLOCKS)) dut (
        .clk(clk), .rst(rst), .pin(pin), .m_tdata(out_data), .m_terror(out_error), .m_tvalid(out_valid)
    );

    integer clock_now;                      // in thousandths, like the line
    integer segment;
    integer received;
    wire    over = segment == segments;
    wire    late = received < total && clock_now > stops[received] + LATENCY * 1000;
    initial begin
        pin    = 1'b1;
        failed = 1'b0;
        checks = 0;
    end
    always @(posedge clk) begin
        if (rst) begin
            pin       <= 1'b1;
            clock_now <= 0;
            segment   <= 0;
            received  <= 0;
        end else begin
            pin       <= over ? 1'b1 : levels[segment];
            clock_now <= clock_now + 1000;
            // No level is shorter than a clock.
            if (!over && clock_now + 1000 >= ends[segment]) segment <= segment + 1;
            if (out_valid === 1'b1) begin
                checks   <= checks + 1;
                received <= received + 1;
            end
            if ((out_valid !== 1'b0 && out_valid !== 1'b1) || late || (out_valid && (received >= total ||
                {out_error, out_data} !== bytes[received] || clock_now < begins[received]))) begin
                failed <= 1'b1;
                if (!failed) begin
                    $display("byte %0d of %0d: valid %b, no stop bit %b, %h instead of %h", received, total, out_valid,
                             out_error, out_data, bytes[received]);
                end
            end
        end
    end

    bench_control #(.NAME("uart_receiver")) control (
        .clk(clk), .rst(rst), .done(over && received == total), .failed(failed), .checks(checks)
    );
endmodule

`default_nettype wire
