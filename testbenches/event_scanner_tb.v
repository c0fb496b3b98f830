// Bench of event_scanner, and through it of word_packer, spike_buffer, window_walker and event_selector.
//
// Four frames of random maps (half full, empty, sparse, full) stream in. The expected events come from loops over output pixel,
// segment, ky, kx, channel on the stored maps: exactly the non-zero elements inside the map, in this order, each with its
// weight row, `last` at the window's end only, a marker for a window without events. `busy` must cover every event.
`default_nettype none

module event_scanner_tb;
    parameter ELEMENT_BITS = 4;
    parameter HEIGHT       = 6;
    parameter WIDTH        = 5;
    parameter CHANNELS     = 3;
    parameter KERNEL_H     = 3;
    parameter KERNEL_W     = 3;
    parameter STRIDE_H     = 1;
    parameter STRIDE_W     = 1;
    parameter PAD_TOP      = 1;
    parameter PAD_LEFT     = 1;
    parameter PAD_BOTTOM   = 1;
    parameter PAD_RIGHT    = 1;
    parameter SEGMENTS     = 1;
    parameter WORD_LOG2    = 2;
    parameter ROWS         = 0;             // 0: as few as the windows need
    parameter QUEUE_LOG2   = 2;
    parameter FRAMES       = 4;

    localparam OUT_H       = (HEIGHT + PAD_TOP + PAD_BOTTOM - KERNEL_H) / STRIDE_H + 1;
    localparam OUT_W       = (WIDTH + PAD_LEFT + PAD_RIGHT - KERNEL_W) / STRIDE_W + 1;
    localparam ROW         = WIDTH * CHANNELS;
    localparam RUN         = KERNEL_W * CHANNELS;
    localparam WINDOW      = KERNEL_H * RUN;
    localparam FEWEST_ROWS = KERNEL_H < HEIGHT ? KERNEL_H : HEIGHT;
    localparam WEIGHT_ROWS = SEGMENTS * WINDOW;
    localparam ADDR_BITS   = WEIGHT_ROWS > 1 ? $clog2(WEIGHT_ROWS) : 1;
    localparam ELEMENTS    = FRAMES * HEIGHT * ROW;
    localparam MOST_EVENTS = FRAMES * OUT_H * OUT_W * SEGMENTS * WINDOW;
    localparam EVENT_BITS  = 2 + ADDR_BITS + ELEMENT_BITS;

    wire        clk;
    wire        rst;
    wire        done;
    wire        sink_failed;
    reg         busy_failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    // ---------------------------------------------------------------- what goes in and what must come out
    reg [ELEMENT_BITS-1:0] elements [0:ELEMENTS-1];
    reg [EVENT_BITS-1:0]   events   [0:MOST_EVENTS-1];
    integer total;

    integer f, oy, ox, segment, ky, kx, c, x, y, n, first, density;
    reg [ADDR_BITS-1:0] weight_row;
    initial begin
        start_random;
        for (n = 0; n < ELEMENTS; n = n + 1) begin
            case ((n / (HEIGHT * ROW)) % 4)
                0: density = 50;
                1: density = 0;
                2: density = 8;
                default: density = 100;
            endcase
            draw;
            elements[n] = (fill_state >> 8) % 100 >= density ? 0 : 1 + (fill_state >> 16) % ((1 << ELEMENT_BITS) - 1);
        end
        total = 0;
        for (f = 0; f < FRAMES; f = f + 1)
        for (oy = 0; oy < OUT_H; oy = oy + 1)
        for (ox = 0; ox < OUT_W; ox = ox + 1)
        for (segment = 0; segment < SEGMENTS; segment = segment + 1) begin
            first = total;
            for (ky = 0; ky < KERNEL_H; ky = ky + 1)
            for (kx = 0; kx < KERNEL_W; kx = kx + 1)
            for (c = 0; c < CHANNELS; c = c + 1) begin
                y = oy * STRIDE_H + ky - PAD_TOP;
                x = ox * STRIDE_W + kx - PAD_LEFT;
                if (y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH) begin
                    n = ((f * HEIGHT + y) * WIDTH + x) * CHANNELS + c;
                    if (elements[n] != 0) begin
                        weight_row = ((segment * KERNEL_H + ky) * KERNEL_W + kx) * CHANNELS + c;
                        events[total] = {2'b00, weight_row, elements[n]};
                        total = total + 1;
                    end
                end
            end
            if (total == first) begin
                events[total] = {2'b11, {(ADDR_BITS + ELEMENT_BITS){1'b0}}};
                total = total + 1;
            end else begin
                events[total-1] = events[total-1] | {2'b10, {(ADDR_BITS + ELEMENT_BITS){1'b0}}};
            end
        end
    end

    // ---------------------------------------------------------------- streams
    wire [31:0]             sent;
    wire [ELEMENT_BITS-1:0] in_data;
    wire                    in_valid;
    wire                    in_ready;
    stream_source #(.WIDTH(ELEMENT_BITS)) source (
        .clk(clk), .rst(rst), .total(ELEMENTS[31:0]), .index(sent), .word(elements[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire [ADDR_BITS-1:0]    event_addr;
    wire [ELEMENT_BITS-1:0] event_counts;
    wire                    event_last;
    wire                    event_marker;
    wire                    event_valid;
    wire                    event_ready;
    wire                    busy;
    event_scanner #(
        .ELEMENT_BITS(ELEMENT_BITS), .MAP_HEIGHT(HEIGHT), .ROW_ELEMENTS(ROW), .KERNEL_HEIGHT(KERNEL_H), .RUN(RUN),
        .STRIDE_HEIGHT(STRIDE_H), .STEP(STRIDE_W * CHANNELS), .PAD_TOP(PAD_TOP), .PAD_LEFT(PAD_LEFT * CHANNELS),
        .OUT_HEIGHT(OUT_H), .OUT_WIDTH(OUT_W), .SEGMENTS(SEGMENTS), .WORD_LOG2(WORD_LOG2),
        .ROWS(ROWS == 0 ? FEWEST_ROWS : ROWS), .QUEUE_LOG2(QUEUE_LOG2), .WEIGHT_ADDR_BITS(ADDR_BITS)
    ) dut (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
        .m_event_addr(event_addr), .m_event_counts(event_counts), .m_event_last(event_last),
        .m_event_marker(event_marker), .m_event_valid(event_valid), .m_event_ready(event_ready), .busy(busy)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(EVENT_BITS)) sink (
        .clk(clk), .rst(rst), .total(total), .index(received), .word(events[received]),
        .tdata({event_last, event_marker, event_addr, event_counts}), .tvalid(event_valid), .tready(event_ready),
        .done(done), .failed(sink_failed), .checks(checks)
    );

    // The scanner is busy while it offers an event, and idle some clocks after the last one.
    reg [5:0] after_reg;
    initial busy_failed = 1'b0;
    always @(posedge clk) begin
        after_reg <= rst || !done ? 6'd0 : after_reg == 6'd32 ? 6'd32 : after_reg + 6'd1;
        if (!rst && ((event_valid && busy !== 1'b1) || (after_reg == 6'd32 && busy !== 1'b0))) begin
            busy_failed <= 1'b1;
            if (!busy_failed) $display("busy is %b: event offered %b, all done %b", busy, event_valid, done);
        end
    end

    bench_control #(.NAME("event_scanner")) control (
        .clk(clk), .rst(rst), .done(done), .failed(sink_failed || busy_failed), .checks(checks)
    );
endmodule

`default_nettype wire
