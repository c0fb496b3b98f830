// The walker fetches, for each output pixel and segment, every word of every row that holds an element of the window,
// once and in order, with the mask of the elements inside and their weight rows; `last` on a window's last word. It
// reads only rows that are there, at the place where volley_spike_buffer put them, and frees a row only when no later window
// needs it.
//
// For every pattern in which rows arrive and fetches may leave. The words that must be fetched follow here from the
// definition of a convolution's windows.
//
// Bounded: from a reset over as many clocks as volley_window_walker.sby says. Without stalls the first frame is walked in
// them, and must be done (`done_in_time`).
module window_walker_formal #(
    parameter MAP_HEIGHT      = 2,
    parameter ROW_ELEMENTS    = 3,
    parameter KERNEL_HEIGHT   = 2,
    parameter RUN             = 2,
    parameter STRIDE_HEIGHT   = 1,
    parameter STRIDE_ELEMENTS = 1,
    parameter PAD_TOP         = 1,
    parameter PAD_LEFT        = 1,
    parameter OUT_HEIGHT      = 2,
    parameter OUT_WIDTH       = 3,
    parameter SEGMENTS        = 1,
    parameter WORD_LOG2       = 1,
    parameter ROWS            = 3,
    parameter CLOCKS          = 50,         // that a frame takes where nothing stalls
    parameter WEIGHT_ADDR     = 3
) (
    input wire clk,
    input wire arrives,
    input wire go
);
    localparam WORD      = 1 << WORD_LOG2;
    localparam ROW_WORDS = (ROW_ELEMENTS + WORD - 1) / WORD;
    localparam ADDR      = $clog2(ROWS * ROW_WORDS);
    localparam LEVEL     = $clog2(ROWS + 1);
    localparam PLACES    = KERNEL_HEIGHT * ROW_WORDS;       // words that a window can have

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    wire rst = !started;

    reg  [LEVEL-1:0]       level_reg;
    reg                    go_reg;
    wire                   free_row, walking, last, valid;
    wire [ADDR-1:0]        addr;
    wire [WEIGHT_ADDR-1:0] base;
    wire [WORD-1:0]        mask;
    volley_window_walker #(
        .MAP_HEIGHT (MAP_HEIGHT), .ROW_ELEMENTS (ROW_ELEMENTS), .KERNEL_HEIGHT (KERNEL_HEIGHT), .RUN (RUN),
        .STRIDE_HEIGHT (STRIDE_HEIGHT), .STRIDE_ELEMENTS (STRIDE_ELEMENTS), .PAD_TOP (PAD_TOP), .PAD_LEFT (PAD_LEFT),
        .OUT_HEIGHT (OUT_HEIGHT),
        .OUT_WIDTH (OUT_WIDTH), .SEGMENTS (SEGMENTS), .WORD_LOG2 (WORD_LOG2), .ROWS (ROWS), .ADDR_BITS (ADDR),
        .LEVEL_BITS (LEVEL), .WEIGHT_ADDR_BITS (WEIGHT_ADDR)
    ) dut (
        .clk (clk), .rst (rst), .level (level_reg), .free_row (free_row), .walking (walking),
        .fetch_addr (addr), .fetch_base (base), .fetch_mask (mask), .fetch_last (last), .fetch_valid (valid),
        .fetch_go (go_reg)
    );

    // The buffer: rows arrive while there is a free slot.
    wire arrival = arrives && level_reg != ROWS;
    always @(posedge clk) begin
        level_reg <= rst ? 0 : level_reg + arrival - free_row;
        go_reg    <= go && !rst;
    end

    // Where the walk is: the window, and how many of its words are done; rows of this frame freed; the slot of row 0.
    reg [3:0]        oy_reg, ox_reg, segment_reg, place_reg, freed_reg, slot_reg;
    reg              walked_reg, done_reg;  // this frame's windows; the first frame's
    reg signed [7:0] y, x, left;
    reg              found, more, inside;
    reg [3:0]        next, row, slot;
    reg [WORD-1:0]   elements;
    reg [WORD-1:0]   word_mask;
    reg [7:0]        word_base, word_addr;
    integer ky, w, p;
    always @* begin
        found     = 1'b0;
        more      = 1'b0;
        next      = 0;
        row       = 0;
        word_mask = 0;
        word_base = 0;
        word_addr = 0;
        left      = $signed({1'b0, ox_reg}) * STRIDE_ELEMENTS - PAD_LEFT;
        for (ky = 0; ky < KERNEL_HEIGHT; ky = ky + 1) begin
            y    = $signed({1'b0, oy_reg}) * STRIDE_HEIGHT - PAD_TOP + ky;
            slot = slot_reg + y[3:0] >= ROWS ? slot_reg + y[3:0] - ROWS : slot_reg + y[3:0];
            for (w = 0; w < ROW_WORDS; w = w + 1) begin
                elements = 0;
                for (p = 0; p < WORD; p = p + 1) begin
                    x = w * WORD + p;
                    // A word is fetched whole: beyond the row's end it is 0 and does not matter.
                    elements[p] = y >= 0 && y < MAP_HEIGHT && x >= left && x < left + RUN && x < ROW_ELEMENTS;
                end
                if (ky * ROW_WORDS + w >= place_reg && elements != 0) begin
                    more = found;
                    if (!found) begin
                        found     = 1'b1;
                        next      = ky * ROW_WORDS + w;
                        row       = y;
                        word_mask = elements;
                        word_base = segment_reg * (KERNEL_HEIGHT * RUN) + ky * RUN + w * WORD - left;
                        word_addr = slot * ROW_WORDS + w;
                    end
                end
            end
        end
    end

    wire signed [7:0] needed = $signed({1'b0, oy_reg}) * STRIDE_HEIGHT - PAD_TOP;    // of the windows to come
    reg               flowing_reg = 1'b1;
    reg [7:0]         clock_reg   = 0;
    always @(posedge clk) begin
        flowing_reg <= flowing_reg && (!started || (arrives && go));
        clock_reg   <= clock_reg + 1'b1;
        if (valid) begin
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
                            oy_reg     <= 0;
                            walked_reg <= 1'b1;
                            done_reg   <= 1'b1;
                        end
                    end
                end
            end
        end
        if (free_row) begin
            freed_reg <= freed_reg + 1'b1;
            if (freed_reg == MAP_HEIGHT - 1) begin
                freed_reg  <= 0;
                walked_reg <= 1'b0;
                slot_reg   <= (slot_reg + MAP_HEIGHT) % ROWS;
            end
        end
        if (rst) begin
            oy_reg      <= 0;
            ox_reg      <= 0;
            segment_reg <= 0;
            place_reg   <= 0;
            freed_reg   <= 0;
            slot_reg    <= 0;
            walked_reg  <= 1'b0;
            done_reg    <= 1'b0;
        end
    end

    always @* begin
        if (started) begin
            one_more:     assert (!valid || (found && !walked_reg));
            the_word:     assert (!valid || (addr == word_addr[ADDR-1:0] && (base == word_base[WEIGHT_ADDR-1:0])));
            // Places beyond the row's end hold zeros, whether they are masked or not.
            the_mask:     assert (!valid || ((mask ^ word_mask) & ~beyond) == 0);
            the_end:      assert (!valid || last == !more);
            is_there:     assert (!valid || (row >= freed_reg && row - freed_reg < level_reg));
            not_needed:   assert (!free_row || walked_reg || $signed({1'b0, freed_reg}) < needed);
            none_missing: assert (!free_row || level_reg != 0);
            done_in_time: assert (!(flowing_reg && clock_reg >= CLOCKS) || done_reg);
        end
    end
    // Places of the last word after the row's end.
    reg [WORD-1:0] beyond;
    integer q;
    always @* begin
        for (q = 0; q < WORD; q = q + 1) begin
            beyond[q] = next % ROW_WORDS == ROW_WORDS - 1 && (ROW_WORDS - 1) * WORD + q >= ROW_ELEMENTS;
        end
    end
endmodule
