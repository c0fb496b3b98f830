// The scanner emits each non-zero count of each window once and in order, with its weight row, and ends every window:
// with `last` on its last event, or with one marker where it has none. Each slice does so for its own elements.
//
// For any contents of two frames, which the solver chooses, and every ready/valid pattern on both sides. The events that
// must leave follow here from the definition of a convolution's windows; nothing is walked.
//
// Bounded: from a reset over as many clocks as `depth` in volley_event_scanner.sby says, on maps of a few elements. Without
// stalls a whole frame fits into that many clocks, and must be done in them (`done_in_time`).
module event_scanner_formal #(
    parameter SLICES          = 1,
    parameter MAP_HEIGHT      = 2,
    parameter ROW_ELEMENTS    = 2,          // of one slice
    parameter KERNEL_HEIGHT   = 2,
    parameter RUN             = 2,
    parameter STRIDE_HEIGHT   = 1,
    parameter STRIDE_ELEMENTS = 1,
    parameter PAD_TOP         = 1,
    parameter PAD_LEFT        = 1,
    parameter OUT_HEIGHT      = 2,
    parameter OUT_WIDTH       = 2,
    parameter SEGMENTS        = 1,
    parameter WORD_LOG2       = 1,
    parameter ROWS            = 3,
    parameter ELEMENT_BITS    = 2,
    parameter CLOCKS          = 45,         // that a frame takes where nothing stalls
    parameter ADDR            = 4
) (
    input wire              clk,
    input wire              s_valid,
    input wire [SLICES-1:0] m_ready
);
    localparam ROW         = ROW_ELEMENTS * SLICES;
    localparam FRAME       = MAP_HEIGHT * ROW;
    localparam WINDOW      = KERNEL_HEIGHT * RUN;
    localparam SLICES_LOG2 = SLICES > 1 ? $clog2(SLICES) : 0;

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    wire rst = !started;

    // The elements of two frames, in the order in which they come; the third frame is the first one again.
    (* anyconst *) wire [2*FRAME*ELEMENT_BITS-1:0] maps;
    reg  [7:0] sent_reg;
    wire       s_ready;
    always @(posedge clk) begin
        if (s_valid && s_ready) sent_reg <= sent_reg == 2 * FRAME - 1 ? 0 : sent_reg + 1'b1;
        if (rst) sent_reg <= 0;
    end

    wire [SLICES*ADDR-1:0]         addr;
    wire [SLICES*ELEMENT_BITS-1:0] counts;
    wire [SLICES-1:0]              last, marker, valid, busy;
    volley_event_scanner #(
        .BEAT_BITS (ELEMENT_BITS), .BEATS_LOG2 (WORD_LOG2 + SLICES_LOG2), .ROW_BEATS (ROW),
        .ELEMENT_BITS (ELEMENT_BITS),
        .SLICES (SLICES), .MAP_HEIGHT (MAP_HEIGHT), .ROW_ELEMENTS (ROW_ELEMENTS), .KERNEL_HEIGHT (KERNEL_HEIGHT),
        .RUN (RUN),
        .STRIDE_HEIGHT (STRIDE_HEIGHT), .STRIDE_ELEMENTS (STRIDE_ELEMENTS), .PAD_TOP (PAD_TOP), .PAD_LEFT (PAD_LEFT),
        .OUT_HEIGHT (OUT_HEIGHT),
        .OUT_WIDTH (OUT_WIDTH), .SEGMENTS (SEGMENTS), .WORD_LOG2 (WORD_LOG2), .ROWS (ROWS), .BLOCK_RAM (0),
        .QUEUE_LOG2 (4), .WEIGHT_ADDR_BITS (ADDR)
    ) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (maps[sent_reg*ELEMENT_BITS +: ELEMENT_BITS]), .s_axis_tvalid (s_valid), .s_axis_tready (s_ready),
        .m_event_addr (addr), .m_event_counts (counts), .m_event_last (last), .m_event_marker (marker),
        .m_event_valid (valid), .m_event_ready (m_ready), .busy (busy)
    );

    wire [SLICES-1:0] done;                 // the slice has ended the last window of the first frame
    wire [SLICES-1:0] as_defined;           // what it offers is what must leave next
    wire [SLICES-1:0] waiting, stays;       // it was offered in the clock before, and still is
    generate
        genvar g;
        for (g = 0; g < SLICES; g = g + 1) begin : g_slice
            // Where the slice is: the window, and how many of its elements are done.
            reg       frame_reg, done_reg;
            reg [3:0] oy_reg, ox_reg, segment_reg, place_reg;
            assign done[g] = done_reg;

            // The window's elements; what lies in the padding counts as 0.
            reg [WINDOW*ELEMENT_BITS-1:0] window;
            reg signed [7:0]              y, x;
            // The next one that is not 0, and whether another follows.
            reg                           found, more;
            reg [3:0]                     next;
            reg [ELEMENT_BITS-1:0]        value;
            integer ky, e, n;
            always @* begin
                window = 0;
                for (ky = 0; ky < KERNEL_HEIGHT; ky = ky + 1) begin
                    for (e = 0; e < RUN; e = e + 1) begin
                        y = $signed({1'b0, oy_reg}) * STRIDE_HEIGHT - PAD_TOP + ky;
                        x = $signed({1'b0, ox_reg}) * STRIDE_ELEMENTS - PAD_LEFT + e;
                        if (y >= 0 && y < MAP_HEIGHT && x >= 0 && x < ROW_ELEMENTS) begin
                            window[(ky*RUN+e)*ELEMENT_BITS +: ELEMENT_BITS] =
                                maps[(frame_reg*FRAME + y*ROW + x*SLICES + g)*ELEMENT_BITS +: ELEMENT_BITS];
                        end
                    end
                end
                found = 1'b0;
                more  = 1'b0;
                next  = 0;
                value = 0;
                for (n = 0; n < WINDOW; n = n + 1) begin
                    if (n >= place_reg && window[n*ELEMENT_BITS +: ELEMENT_BITS] != 0) begin
                        more = found;
                        if (!found) begin
                            found = 1'b1;
                            next  = n;
                            value = window[n*ELEMENT_BITS +: ELEMENT_BITS];
                        end
                    end
                end
            end

            reg                         waiting_reg = 1'b0;
            reg [ADDR+ELEMENT_BITS+1:0] offered_reg;
            wire [ADDR+ELEMENT_BITS+1:0] offer = {last[g], marker[g], addr[g*ADDR +: ADDR],
                                                  counts[g*ELEMENT_BITS +: ELEMENT_BITS]};
            wire [ADDR-1:0]             row = segment_reg * WINDOW + next;
            always @(posedge clk) begin
                waiting_reg <= started && valid[g] && !m_ready[g];
                offered_reg <= offer;
                if (valid[g] && m_ready[g]) begin
                    place_reg <= next + 1'b1;
                    if (!more) begin
                        place_reg   <= 0;
                        segment_reg <= segment_reg + 1'b1;
                        if (segment_reg == SEGMENTS - 1) begin
                            segment_reg <= 0;
                            ox_reg      <= ox_reg + 1'b1;
                            if (ox_reg == OUT_WIDTH - 1) begin
                                ox_reg <= 0;
                                oy_reg <= oy_reg + 1'b1;
                                if (oy_reg == OUT_HEIGHT - 1) begin
                                    oy_reg    <= 0;
                                    frame_reg <= !frame_reg;
                                    done_reg  <= 1'b1;
                                end
                            end
                        end
                    end
                end
                if (rst) begin
                    frame_reg   <= 1'b0;
                    done_reg    <= 1'b0;
                    oy_reg      <= 0;
                    ox_reg      <= 0;
                    segment_reg <= 0;
                    place_reg   <= 0;
                end
            end
            assign as_defined[g] =
                offer == (found ? {!more, 1'b0, row, value} : {2'b11, {(ADDR + ELEMENT_BITS){1'b0}}});
            assign stays[g]      = valid[g] && offer == offered_reg;
            assign waiting[g]    = waiting_reg;
        end
    endgenerate

    // Elements always there, events always taken.
    reg       flowing_reg = 1'b1;
    reg [7:0] clock_reg   = 0;
    always @(posedge clk) begin
        flowing_reg <= flowing_reg && (!started || (s_valid && &m_ready));
        clock_reg   <= clock_reg + 1'b1;
    end
    always @* begin
        the_event:    assert (!started || &(as_defined | ~valid));
        stays_valid:  assert (!started || &(stays | ~waiting));
        done_in_time: assert (!(flowing_reg && clock_reg >= CLOCKS) || &done);
    end
endmodule
