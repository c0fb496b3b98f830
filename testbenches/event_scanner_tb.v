// Bench of volley_event_scanner, and through it of volley_word_packer, volley_spike_buffer, volley_window_walker and volley_event_selector.
//
// Four frames of random maps (half full, empty, sparse, full) stream in. The expected events come from loops over output pixel,
// segment, ky, kx, channel on the stored maps: exactly the non-zero elements of the segment's block that lie inside the map, in
// this order, each in the slice that follows from its place in the row, with its weight row; in every slice `last` only at the
// window's end, and a marker for a window without events. Each slice's events are taken at their own pace. `busy` must cover
// every event, and no selector's queue may overflow.
//
// An element is LANES counts; with LANES > 1 this is the use for vectors: one word is one element, a block one channel.
`default_nettype none

module event_scanner_tb;
    parameter COUNT_BITS   = 4;
    parameter LANES        = 1;             // counts of an element
    parameter BEAT         = 1;             // counts of a beat
    parameter SLICES       = 1;
    parameter BLOCKS       = 1;
    parameter HEIGHT       = 6;
    parameter WIDTH        = 5;
    parameter CHANNELS     = 3;             // elements of a pixel, all blocks and slices
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
    parameter BLOCK_RAM    = 1;
    parameter QUEUE_LOG2   = 4;
    parameter FRAMES       = 4;

    localparam OUT_H       = (HEIGHT + PAD_TOP + PAD_BOTTOM - KERNEL_H) / STRIDE_H + 1;
    localparam OUT_W       = (WIDTH + PAD_LEFT + PAD_RIGHT - KERNEL_W) / STRIDE_W + 1;
    localparam OWN         = CHANNELS / BLOCKS;             // channels of a block
    localparam SHARE       = SEGMENTS / BLOCKS;             // segments that read it
    localparam RUN         = KERNEL_W * OWN / SLICES;
    localparam WINDOW      = KERNEL_H * RUN;
    localparam FEWEST_ROWS = KERNEL_H < HEIGHT ? KERNEL_H : HEIGHT;
    localparam WEIGHT_ROWS = SEGMENTS * WINDOW;
    localparam ADDR_BITS   = WEIGHT_ROWS > 1 ? $clog2(WEIGHT_ROWS) : 1;
    localparam ELEMENT_BITS = LANES * COUNT_BITS;
    localparam WORD_COUNTS = SLICES * LANES << WORD_LOG2;
    localparam PIXEL_WORDS = BLOCKS > 1 ? OWN * LANES / WORD_COUNTS : 1;
    localparam BEAT_BITS   = BEAT * COUNT_BITS;
    localparam ELEMENTS    = FRAMES * HEIGHT * WIDTH * CHANNELS;
    localparam COUNTS      = ELEMENTS * LANES;
    localparam BEATS       = COUNTS / BEAT;
    localparam SIDE        = FRAMES * OUT_H * OUT_W * SEGMENTS * WINDOW;    // space for one slice's events
    localparam EVENT_BITS  = 2 + ADDR_BITS + ELEMENT_BITS;

    wire        clk;
    wire        rst;
    wire        done;
    reg         busy_failed;
    reg  [31:0] checks;

    `include "bench_random.vh"

    // ---------------------------------------------------------------- what goes in and what must come out
    reg [COUNT_BITS-1:0] counts [0:COUNTS-1];
    reg [BEAT_BITS-1:0]  beats  [0:BEATS-1];
    reg [EVENT_BITS-1:0] events [0:SLICES*SIDE-1];          // slice g's from g * SIDE
    reg [31:0]           totals [0:SLICES-1];

    integer f, oy, ox, segment, ky, kx, c, x, y, n, i, g, density;
    integer first [0:SLICES-1];
    reg [ADDR_BITS-1:0]    weight_row;
    reg [ELEMENT_BITS-1:0] element;
    initial begin
        start_random;
        for (n = 0; n < COUNTS; n = n + 1) begin
            case ((n / (HEIGHT * WIDTH * CHANNELS * LANES)) % 4)
                0: density = 50;
                1: density = 0;
                2: density = 8;
                default: density = 100;
            endcase
            draw;
            counts[n] = (fill_state >> 8) % 100 >= density ? 0 : 1 + (fill_state >> 16) % ((1 << COUNT_BITS) - 1);
            beats[n/BEAT][(n%BEAT)*COUNT_BITS +: COUNT_BITS] = counts[n];
        end
        for (g = 0; g < SLICES; g = g + 1) totals[g] = 0;
        for (f = 0; f < FRAMES; f = f + 1)
        for (oy = 0; oy < OUT_H; oy = oy + 1)
        for (ox = 0; ox < OUT_W; ox = ox + 1)
        for (segment = 0; segment < SEGMENTS; segment = segment + 1) begin
            for (g = 0; g < SLICES; g = g + 1) first[g] = totals[g];
            for (ky = 0; ky < KERNEL_H; ky = ky + 1)
            for (kx = 0; kx < KERNEL_W; kx = kx + 1)
            for (c = 0; c < OWN; c = c + 1) begin
                y = oy * STRIDE_H + ky - PAD_TOP;
                x = ox * STRIDE_W + kx - PAD_LEFT;
                if (y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH) begin
                    n = ((f * HEIGHT + y) * WIDTH + x) * CHANNELS + segment / SHARE * OWN + c;
                    for (i = 0; i < LANES; i = i + 1) element[i*COUNT_BITS +: COUNT_BITS] = counts[n*LANES+i];
                    if (element != 0) begin
                        g = (x * OWN + c) % SLICES;
                        weight_row = segment * WINDOW + ky * RUN + (kx * OWN + c) / SLICES;
                        events[g*SIDE+totals[g]] = {2'b00, weight_row, element};
                        totals[g] = totals[g] + 1;
                    end
                end
            end
            for (g = 0; g < SLICES; g = g + 1) begin
                n = g * SIDE + totals[g];
                if (totals[g] == first[g]) begin
                    events[n] = {2'b11, {(ADDR_BITS + ELEMENT_BITS){1'b0}}};
                    totals[g] = totals[g] + 1;
                end else begin
                    events[n-1] = events[n-1] | {2'b10, {(ADDR_BITS + ELEMENT_BITS){1'b0}}};
                end
            end
        end
    end

    // ---------------------------------------------------------------- streams
    wire [31:0]          sent;
    wire [BEAT_BITS-1:0] in_data;
    wire                 in_valid;
    wire                 in_ready;
    stream_source #(.WIDTH(BEAT_BITS)) source (
        .clk(clk), .rst(rst), .total(BEATS[31:0]), .index(sent), .word(beats[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire [SLICES*ADDR_BITS-1:0]    event_addr;
    wire [SLICES*ELEMENT_BITS-1:0] event_counts;
    wire [SLICES-1:0]              event_last;
    wire [SLICES-1:0]              event_marker;
    wire [SLICES-1:0]              event_valid;
    wire [SLICES-1:0]              event_ready;
    wire [SLICES-1:0]              busy;
    volley_event_scanner #(
        .BEAT_BITS(BEAT_BITS), .BEATS_LOG2($clog2(WORD_COUNTS / BEAT)), .ROW_BEATS(WIDTH * CHANNELS * LANES / BEAT),
        .ELEMENT_BITS(ELEMENT_BITS), .SLICES(SLICES), .BLOCKS(BLOCKS), .PIXEL_WORDS(PIXEL_WORDS), .MAP_HEIGHT(HEIGHT),
        .ROW_ELEMENTS(WIDTH * OWN / SLICES), .KERNEL_HEIGHT(KERNEL_H), .RUN(RUN), .STRIDE_HEIGHT(STRIDE_H),
        .STRIDE_ELEMENTS(STRIDE_W * OWN / SLICES), .PAD_TOP(PAD_TOP), .PAD_LEFT(PAD_LEFT * OWN / SLICES), .OUT_HEIGHT(OUT_H),
        .OUT_WIDTH(OUT_W), .SEGMENTS(SEGMENTS), .WORD_LOG2(WORD_LOG2), .ROWS(ROWS == 0 ? FEWEST_ROWS : ROWS),
        .BLOCK_RAM(BLOCK_RAM), .QUEUE_LOG2(QUEUE_LOG2), .WEIGHT_ADDR_BITS(ADDR_BITS)
    ) dut (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
        .m_event_addr(event_addr), .m_event_counts(event_counts), .m_event_last(event_last),
        .m_event_marker(event_marker), .m_event_valid(event_valid), .m_event_ready(event_ready), .busy(busy)
    );

    wire [SLICES-1:0]    slice_done;
    wire [SLICES-1:0]    slice_failed;
    wire [SLICES-1:0]    overflowed;
    wire [32*SLICES-1:0] slice_checks;
    generate
        genvar s;
        for (s = 0; s < SLICES; s = s + 1) begin : g_slice
            wire [31:0] received;
            stream_sink #(.WIDTH(EVENT_BITS), .ID(s)) sink (
                .clk(clk), .rst(rst), .total(totals[s]), .index(received), .word(events[s*SIDE+received]),
                .tdata({event_last[s], event_marker[s], event_addr[s*ADDR_BITS +: ADDR_BITS],
                        event_counts[s*ELEMENT_BITS +: ELEMENT_BITS]}),
                .tvalid(event_valid[s]), .tready(event_ready[s]), .done(slice_done[s]), .failed(slice_failed[s]),
                .checks(slice_checks[32*s +: 32])
            );

            // More words than the queue has places would overwrite the oldest of them.
            reg overflow;
            initial overflow = 1'b0;
            always @(posedge clk) begin
                if (!rst && dut.g_slice[s].selector.level > (1 << QUEUE_LOG2)) begin
                    overflow <= 1'b1;
                    if (!overflow) $display("slice %0d: %0d words wait", s, dut.g_slice[s].selector.level);
                end
            end
            assign overflowed[s] = overflow;
        end
    endgenerate
    assign done = &slice_done;
    integer k;
    always @* begin
        checks = 0;
        for (k = 0; k < SLICES; k = k + 1) checks = checks + slice_checks[32*k +: 32];
    end

    // The scanner is busy while it offers an event, and idle some clocks after the last one.
    reg [5:0] after_reg;
    initial busy_failed = 1'b0;
    always @(posedge clk) begin
        after_reg <= rst || !done ? 6'd0 : after_reg == 6'd32 ? 6'd32 : after_reg + 6'd1;
        if (!rst && ((event_valid & busy) !== event_valid || (after_reg == 6'd32 && |busy !== 1'b0))) begin
            busy_failed <= 1'b1;
            if (!busy_failed) $display("busy is %b: events offered %b, all done %b", busy, event_valid, done);
        end
    end

    bench_control #(.NAME("event_scanner")) control (
        .clk(clk), .rst(rst), .done(done), .failed(|slice_failed || |overflowed || busy_failed), .checks(checks)
    );
endmodule

`default_nettype wire
