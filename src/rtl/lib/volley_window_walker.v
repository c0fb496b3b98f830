// volley_window_walker: walks the windows of a convolution over the rows in a volley_spike_buffer and fetches their words.
//
// Output pixels are visited in raster order; for each pixel the window is fetched once for every segment of output
// channels. A map row is a linear run of elements (x*CHANNELS + channel), so the part of a window in one row is one
// contiguous run:
//     elements  max(0, left) .. min(left + RUN, ROW_ELEMENTS) - 1,   left = x*STRIDE_ELEMENTS - PAD_LEFT
// Whole words are fetched, with a mask for the elements of the first and last word that lie outside. Padding is never
// fetched. Where the map is cut into BLOCKS blocks of channels, all of this holds for one block: the first SEGMENTS/BLOCKS
// segments read block 0, the next ones block 1, and so on (see volley_spike_buffer for the layout). For element e of window
// row ky the weight row is
//     base + (e mod WORD)  =  segment*WEIGHT_ROWS + ky*RUN + e - left
//
// A fetch is a pulse: it is never held up once it has left.
//
// Timing: one fetch a clock while rows are there and `fetch_go` is high; 7 clocks + one a freed row between two rows of output
// pixels; one clock between two windows where a window is a single fetch.
//
// Legal settings (checked by the generator): padding smaller than the kernel on every side.
`default_nettype none

module volley_window_walker #(
    parameter MAP_HEIGHT      = 8,          // rows of the input map
    parameter ROW_ELEMENTS    = 32,         // width * channels of the input map
    parameter KERNEL_HEIGHT   = 3,          // rows of a window
    parameter RUN             = 12,         // kernel width * channels: elements of a window in one row
    parameter STRIDE_HEIGHT   = 1,          // rows between output pixels
    parameter STRIDE_ELEMENTS = 4,          // horizontal stride * channels: elements between output pixels
    parameter PAD_TOP         = 1,          // rows of padding above
    parameter PAD_LEFT        = 4,          // elements of padding to the left (pixels * channels)
    parameter OUT_HEIGHT      = 8,          // rows of output pixels
    parameter OUT_WIDTH       = 8,          // output pixels of a row
    parameter SEGMENTS        = 1,          // groups of lanes that the output channels are cut into
    parameter BLOCKS          = 1,          // blocks of channels, a divisor of SEGMENTS
    parameter WORD_LOG2       = 2,          // a word holds 2^WORD_LOG2 elements
    parameter ROWS            = 5,          // row slots of the ring
    parameter ADDR_BITS       = 6,          // $clog2(BLOCKS * ROWS * words of a row), at least 1
    parameter LEVEL_BITS      = 3,          // $clog2(ROWS + 1)
    parameter WEIGHT_ADDR_BITS = 6          // $clog2(SEGMENTS * KERNEL_HEIGHT * RUN), at least 1
) (
    input  wire                        clk,          // rising edge
    input  wire                        rst,          // synchronous, active high
    input  wire [LEVEL_BITS-1:0]       level,        // complete rows in the ring, the oldest is the first one held
    output wire                        free_row,     // pulse: the oldest row is not needed any more
    output wire                        walking,      // windows of a row are being fetched
    // Fetches: word address, weight row of the word's element 0 (modulo 2^WEIGHT_ADDR_BITS), elements inside the
    // window, and whether this is the window's last word.
    output wire [ADDR_BITS-1:0]        fetch_addr,
    output wire [WEIGHT_ADDR_BITS-1:0] fetch_base,
    output wire [(1<<WORD_LOG2)-1:0]   fetch_mask,
    output wire                        fetch_last,
    output wire                        fetch_valid,
    input  wire                        fetch_go      // a fetch may leave in the next clock; from a register
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (MAP_HEIGHT < 1) begin : g_check_map_height
            volley_window_walker_needs_MAP_HEIGHT_of_at_least_1 illegal ();
        end
        if (ROW_ELEMENTS < 1) begin : g_check_row_elements
            volley_window_walker_needs_ROW_ELEMENTS_of_at_least_1 illegal ();
        end
        if (KERNEL_HEIGHT < 1) begin : g_check_kernel_height
            volley_window_walker_needs_KERNEL_HEIGHT_of_at_least_1 illegal ();
        end
        if (RUN < 1) begin : g_check_run
            volley_window_walker_needs_RUN_of_at_least_1 illegal ();
        end
        if (STRIDE_HEIGHT < 1) begin : g_check_stride_height
            volley_window_walker_needs_STRIDE_HEIGHT_of_at_least_1 illegal ();
        end
        if (STRIDE_ELEMENTS < 0) begin : g_check_stride_elements
            volley_window_walker_needs_STRIDE_ELEMENTS_of_at_least_0 illegal ();
        end
        if (PAD_TOP < 0) begin : g_check_pad_top
            volley_window_walker_needs_PAD_TOP_of_at_least_0 illegal ();
        end
        if (PAD_LEFT < 0) begin : g_check_pad_left
            volley_window_walker_needs_PAD_LEFT_of_at_least_0 illegal ();
        end
        if (OUT_HEIGHT < 1) begin : g_check_out_height
            volley_window_walker_needs_OUT_HEIGHT_of_at_least_1 illegal ();
        end
        if (OUT_WIDTH < 1) begin : g_check_out_width
            volley_window_walker_needs_OUT_WIDTH_of_at_least_1 illegal ();
        end
        if (BLOCKS < 1 || SEGMENTS < 1 || SEGMENTS % (BLOCKS < 1 ? 1 : BLOCKS) != 0) begin : g_check_blocks
            volley_window_walker_needs_BLOCKS_that_divide_SEGMENTS illegal ();
        end
        if (WORD_LOG2 < 0) begin : g_check_word_log2
            volley_window_walker_needs_WORD_LOG2_of_at_least_0 illegal ();
        end
        if (ROWS < 1) begin : g_check_rows
            volley_window_walker_needs_ROWS_of_at_least_1 illegal ();
        end
        if ((1 << LEVEL_BITS) <= ROWS) begin : g_check_level_bits
            volley_window_walker_needs_LEVEL_BITS_that_hold_ROWS illegal ();
        end
        if (WEIGHT_ADDR_BITS < 1 || (1 << WEIGHT_ADDR_BITS) < SEGMENTS * KERNEL_HEIGHT * RUN) begin : g_check_weight_addr_bits
            volley_window_walker_needs_WEIGHT_ADDR_BITS_that_reach_all_rows illegal ();
        end
    endgenerate

    localparam WORD        = 1 << WORD_LOG2;
    localparam ROW_WORDS   = (ROW_ELEMENTS + WORD - 1) / WORD;
    localparam RING_WORDS  = ROWS * ROW_WORDS;
    localparam WEIGHT_ROWS = KERNEL_HEIGHT * RUN;

    // Widths that hold every value: signed coordinates of rows and elements, counters of pixels, rows and segments.
    localparam Y_BITS = $clog2(MAP_HEIGHT + KERNEL_HEIGHT + PAD_TOP + STRIDE_HEIGHT + 1) + 1;
    localparam X_NEED = $clog2(ROW_ELEMENTS + RUN + PAD_LEFT + 2 * STRIDE_ELEMENTS + WORD + 1) + 1;
    // At least a weight address, so that differences of coordinates are weight rows without sign extension.
    localparam X_BITS = X_NEED > WEIGHT_ADDR_BITS ? X_NEED : WEIGHT_ADDR_BITS + 1;
    localparam OY_BITS  = OUT_HEIGHT > 1 ? $clog2(OUT_HEIGHT) : 1;
    localparam OX_BITS  = OUT_WIDTH  > 1 ? $clog2(OUT_WIDTH)  : 1;
    localparam SEG_BITS = SEGMENTS   > 1 ? $clog2(SEGMENTS)   : 1;
    localparam W_BITS   = X_BITS - WORD_LOG2;

    // Constants in the width in which they are used.
    localparam signed [31:0] TOP_START  = -PAD_TOP;
    localparam signed [31:0] LEFT_START = -PAD_LEFT;
    localparam LAST_OY  = OUT_HEIGHT - 1;
    localparam LAST_OX  = OUT_WIDTH - 1;
    localparam LAST_SEG = SEGMENTS - 1;
    localparam WORD_MASK = WORD - 1;
    localparam LAST_ELEMENT = ROW_ELEMENTS - 1;
    localparam LAST_RUN = RUN - 1;
    // Every window and every row is made of whole words: no word needs a mask.
    localparam ALIGNED = WORD == 1 || (STRIDE_ELEMENTS % WORD == 0 && PAD_LEFT % WORD == 0 && RUN % WORD == 0
                                       && ROW_ELEMENTS % WORD == 0);
    localparam LAST_ROW_ADDR   = RING_WORDS - ROW_WORDS;
    localparam FIRST_ROW_BASE  = PAD_TOP * RUN;
    localparam ROW_BASE_STRIDE = STRIDE_HEIGHT * RUN;

    // ---------------------------------------------------------------- rows of output pixels
    localparam [1:0] SETTLE = 2'd0;         // until the registers below are computed from the first ones
    localparam [1:0] WAIT   = 2'd1;         // until the rows of the window are in the ring
    localparam [1:0] RUNS   = 2'd2;         // the windows of this row of output pixels are being fetched
    localparam [1:0] FREE   = 2'd3;         // free the rows that no later window needs, one a clock

    reg [1:0]                  state_reg;
    reg [1:0]                  settle_reg;
    reg [OY_BITS-1:0]          oy_reg;
    reg                        last_row_reg;
    reg signed [Y_BITS-1:0]    top_reg;        // first row of the window, negative inside the padding
    reg [Y_BITS-2:0]           freed_reg;      // row of the map that is the oldest in the ring
    reg [ADDR_BITS-1:0]        oldest_reg;     // address of that row
    reg [WEIGHT_ADDR_BITS-1:0] row_base_reg;   // weight row of the first fetched window row: rows in padding * RUN

    // What follows from top_reg and freed_reg, one addition a clock.
    reg signed [Y_BITS-1:0]    bottom_reg;      // one past the last row of the window
    reg signed [Y_BITS-1:0]    next_top_reg;    // first row of the windows of the next row of output pixels
    reg [Y_BITS-2:0]           row_end_reg;     // the same as bottom_reg, inside the map
    reg [Y_BITS-2:0]           target_reg;      // rows up to here are not needed after this row of output pixels
    reg [Y_BITS-2:0]           last_needed_reg; // rows of the window that lie inside the map, less one

    always @(posedge clk) begin
        last_row_reg    <= oy_reg == LAST_OY[OY_BITS-1:0];
        bottom_reg      <= top_reg + $signed(KERNEL_HEIGHT[Y_BITS-1:0]);
        next_top_reg    <= top_reg + $signed(STRIDE_HEIGHT[Y_BITS-1:0]);
        row_end_reg     <= bottom_reg > $signed(MAP_HEIGHT[Y_BITS-1:0]) ?
                           MAP_HEIGHT[Y_BITS-2:0] : bottom_reg[Y_BITS-2:0];
        target_reg      <= (last_row_reg || next_top_reg > $signed(MAP_HEIGHT[Y_BITS-1:0])) ? MAP_HEIGHT[Y_BITS-2:0] :
                           next_top_reg[Y_BITS-1] ? {(Y_BITS - 1){1'b0}} : next_top_reg[Y_BITS-2:0];
        last_needed_reg <= row_end_reg + ~freed_reg;
    end

    wire freeing = state_reg == FREE && freed_reg != target_reg;
    // A row must not be freed while its last fetch is still on its way to the memory.
    wire free_now = freeing && level != {LEVEL_BITS{1'b0}} && !fetch_valid;
    wire row_done;                             // the last fetch of this row of output pixels leaves

    assign free_row = free_now;
    assign walking  = state_reg == RUNS;

    // The rows needed are at most min(KERNEL_HEIGHT, MAP_HEIGHT), so they are compared in the wider of both widths.
    localparam NEED_BITS = Y_BITS - 1 > LEVEL_BITS ? Y_BITS - 1 : LEVEL_BITS;
    wire [NEED_BITS-1:0] level_wide = {{(NEED_BITS - LEVEL_BITS){1'b0}}, level};
    wire [NEED_BITS-1:0] need_wide  = {{(NEED_BITS - Y_BITS + 1){1'b0}}, last_needed_reg};
    wire start = state_reg == WAIT && level_wide > need_wide;

    always @(posedge clk) begin
        case (state_reg)
            SETTLE: begin
                settle_reg <= settle_reg - 1'b1;
                if (settle_reg == 2'd0) begin
                    state_reg <= WAIT;
                end
            end
            WAIT: begin
                if (start) begin
                    state_reg <= RUNS;
                end
            end
            RUNS: begin
                if (row_done) begin
                    state_reg <= FREE;
                end
            end
            default: begin
                settle_reg <= 2'd2;
                if (free_now) begin
                    freed_reg  <= freed_reg + 1'b1;
                    oldest_reg <= oldest_reg == LAST_ROW_ADDR[ADDR_BITS-1:0] ?
                                  {ADDR_BITS{1'b0}} : oldest_reg + ROW_WORDS[ADDR_BITS-1:0];
                end
                if (!freeing) begin
                    state_reg <= SETTLE;
                    if (last_row_reg) begin
                        oy_reg       <= {OY_BITS{1'b0}};
                        top_reg      <= TOP_START[Y_BITS-1:0];
                        freed_reg    <= {(Y_BITS - 1){1'b0}};
                        row_base_reg <= FIRST_ROW_BASE[WEIGHT_ADDR_BITS-1:0];
                    end else begin
                        oy_reg  <= oy_reg + 1'b1;
                        top_reg <= next_top_reg;
                        row_base_reg <= next_top_reg[Y_BITS-1] ?
                                        row_base_reg - ROW_BASE_STRIDE[WEIGHT_ADDR_BITS-1:0] :
                                        {WEIGHT_ADDR_BITS{1'b0}};
                    end
                end
            end
        endcase
        if (rst) begin
            state_reg    <= SETTLE;
            settle_reg   <= 2'd2;
            oy_reg       <= {OY_BITS{1'b0}};
            top_reg      <= TOP_START[Y_BITS-1:0];
            freed_reg    <= {(Y_BITS - 1){1'b0}};
            oldest_reg   <= {ADDR_BITS{1'b0}};
            row_base_reg <= FIRST_ROW_BASE[WEIGHT_ADDR_BITS-1:0];
        end
    end

    // ---------------------------------------------------------------- the next windows, computed ahead in three stages
    // Stage 1: where the window begins. Stage 2: its first and last element inside the map, still unclamped at the end.
    // Stage 3, `next`: words, masks and weight row. All stages move when the fetch loop has taken the third.
    reg [OX_BITS-1:0]          left_x_reg;      // output column of left_reg
    reg signed [X_BITS-1:0]    left_reg;        // first element of its window in a row, negative inside the padding
    reg                        left_valid_reg;  // the row still has this window to come
    reg [X_BITS-2:0]           edge_first_reg;
    reg signed [X_BITS-1:0]    edge_last_reg;
    reg [WEIGHT_ADDR_BITS-1:0] edge_base_reg;   // weight row of element 0 of the row, modulo 2^WEIGHT_ADDR_BITS
    reg                        edge_final_reg;  // last window of the row
    reg                        edge_valid_reg;
    reg                        next_valid_reg;
    reg                        next_final_reg;
    reg [W_BITS-2:0]           next_first_reg;  // first and last word of the window in a row
    reg [W_BITS-2:0]           next_last_reg;
    reg [WEIGHT_ADDR_BITS-1:0] next_base_reg;   // weight row of element 0 of the first word, segment 0
    wire [WORD-1:0]            next_low;        // elements inside the window, of the first and of the last word
    wire [WORD-1:0]            next_high;

    wire take_next;                             // the fetch loop moves on to the next window

    // All weight rows are modulo 2^WEIGHT_ADDR_BITS: only rows of elements inside the window are used, and these are in
    // range.
    wire [X_BITS-2:0] last_element = edge_last_reg > $signed(LAST_ELEMENT[X_BITS-1:0]) ?
                                     LAST_ELEMENT[X_BITS-2:0] : edge_last_reg[X_BITS-2:0];
    wire [WEIGHT_ADDR_BITS-1:0] word_start = edge_first_reg[WEIGHT_ADDR_BITS-1:0] & ~WORD_MASK[WEIGHT_ADDR_BITS-1:0];

    always @(posedge clk) begin
        if (!next_valid_reg) begin
            left_x_reg <= left_x_reg + 1'b1;
            left_reg   <= left_reg + $signed(STRIDE_ELEMENTS[X_BITS-1:0]);
            if (left_x_reg == LAST_OX[OX_BITS-1:0]) begin
                left_valid_reg <= 1'b0;
            end
            edge_first_reg <= left_reg[X_BITS-1] ? {(X_BITS - 1){1'b0}} : left_reg[X_BITS-2:0];
            edge_last_reg  <= left_reg + $signed(LAST_RUN[X_BITS-1:0]);
            edge_base_reg  <= row_base_reg - left_reg[WEIGHT_ADDR_BITS-1:0];
            edge_final_reg <= left_x_reg == LAST_OX[OX_BITS-1:0];
            edge_valid_reg <= left_valid_reg;
            next_final_reg <= edge_final_reg;
            next_first_reg <= edge_first_reg[X_BITS-2:WORD_LOG2];
            next_last_reg  <= last_element[X_BITS-2:WORD_LOG2];
            next_base_reg  <= edge_base_reg + word_start;
            next_valid_reg <= edge_valid_reg;
        end
        if (take_next) begin
            next_valid_reg <= 1'b0;
        end
        if (start) begin
            left_x_reg     <= {OX_BITS{1'b0}};
            left_reg       <= LEFT_START[X_BITS-1:0];
            left_valid_reg <= 1'b1;
        end
        if (rst) begin
            left_valid_reg <= 1'b0;
            edge_valid_reg <= 1'b0;
            next_valid_reg <= 1'b0;
        end
    end

    generate
        if (ALIGNED) begin : g_whole_words
            assign next_low  = {WORD{1'b1}};
            assign next_high = {WORD{1'b1}};
            wire unused_places = &{1'b0, last_element[X_BITS-2:0], edge_first_reg};
        end else begin : g_masks
            reg [WORD-1:0] next_low_reg;
            reg [WORD-1:0] next_high_reg;
            assign next_low  = next_low_reg;
            assign next_high = next_high_reg;
            always @(posedge clk) begin
                if (!next_valid_reg) begin
                    next_low_reg  <= {WORD{1'b1}} << edge_first_reg[WORD_LOG2-1:0];
                    next_high_reg <= {WORD{1'b1}} >> ~last_element[WORD_LOG2-1:0];
                end
            end
        end
    endgenerate

    // ---------------------------------------------------------------- the fetch loop of one window
    reg                        busy_reg;        // a window is being fetched
    reg                        final_reg;
    reg [W_BITS-2:0]           first_reg;
    reg [W_BITS-2:0]           last_reg;
    reg [WORD-1:0]             low_reg;
    reg [WORD-1:0]             high_reg;
    reg [WEIGHT_ADDR_BITS-1:0] window_base_reg; // of the window's first word in this segment
    reg [WEIGHT_ADDR_BITS-1:0] row_start_reg;   // of the first word in this row of the window
    reg [WEIGHT_ADDR_BITS-1:0] base_reg;        // of this word
    reg [Y_BITS-2:0]           rows_left_reg;   // rows of the window after this one
    reg [ADDR_BITS-1:0]        row_addr_reg;    // address of word 0 of this row
    reg [W_BITS-2:0]           word_reg;
    reg [SEG_BITS-1:0]         segment_reg;

    // Output registers: the fetch leaves one clock after the loop made it.
    reg [ADDR_BITS-1:0]        fetch_addr_reg;
    reg [WEIGHT_ADDR_BITS-1:0] fetch_base_reg;
    reg [WORD-1:0]             fetch_mask_reg;
    reg                        fetch_last_reg;
    reg                        fetch_valid_reg;

    assign fetch_addr  = fetch_addr_reg;
    assign fetch_base  = fetch_base_reg;
    assign fetch_mask  = fetch_mask_reg;
    assign fetch_last  = fetch_last_reg;
    assign fetch_valid = fetch_valid_reg;

    wire advance      = fetch_go;
    wire word_first   = word_reg == first_reg;
    wire word_last    = word_reg == last_reg;
    wire window_last  = word_last && rows_left_reg == {(Y_BITS - 1){1'b0}};
    wire pixel_last   = window_last && segment_reg == LAST_SEG[SEG_BITS-1:0];

    assign take_next = next_valid_reg && (!busy_reg || (advance && pixel_last));
    assign row_done  = busy_reg && advance && pixel_last && final_reg;

    // A row's word index, as wide as an address (it is less than ROW_WORDS, so nothing is lost).
    localparam INDEX_BITS = ADDR_BITS < W_BITS - 1 ? ADDR_BITS : W_BITS - 1;
    wire [ADDR_BITS-1:0] word_index = {{(ADDR_BITS - INDEX_BITS){1'b0}}, word_reg[INDEX_BITS-1:0]};

    // Where the ring of this segment's block begins.
    wire [ADDR_BITS-1:0] block_base;
    generate
        if (BLOCKS == 1) begin : g_single_block
            assign block_base = {ADDR_BITS{1'b0}};
        end else begin : g_blocks
            localparam SHARE      = SEGMENTS / BLOCKS;        // segments of a block
            localparam SHARE_BITS = SHARE > 1 ? $clog2(SHARE) : 1;
            localparam LAST_SHARE = SHARE - 1;
            reg [SHARE_BITS-1:0] share_reg;                   // of this segment in its block
            reg [ADDR_BITS-1:0]  block_base_reg;
            assign block_base = block_base_reg;
            always @(posedge clk) begin
                if (take_next) begin
                    share_reg      <= {SHARE_BITS{1'b0}};
                    block_base_reg <= {ADDR_BITS{1'b0}};
                end else if (busy_reg && advance && window_last) begin
                    share_reg <= share_reg + 1'b1;
                    if (share_reg == LAST_SHARE[SHARE_BITS-1:0]) begin
                        share_reg      <= {SHARE_BITS{1'b0}};
                        block_base_reg <= block_base_reg + RING_WORDS[ADDR_BITS-1:0];
                    end
                end
            end
        end
    endgenerate

    wire [WEIGHT_ADDR_BITS-1:0] next_segment_base = window_base_reg + WEIGHT_ROWS[WEIGHT_ADDR_BITS-1:0];
    wire [WEIGHT_ADDR_BITS-1:0] next_row_base     = row_start_reg + RUN[WEIGHT_ADDR_BITS-1:0];

    always @(posedge clk) begin
        fetch_addr_reg  <= row_addr_reg + word_index + block_base;
        fetch_base_reg  <= base_reg;
        fetch_mask_reg  <= (word_first ? low_reg : {WORD{1'b1}}) & (word_last ? high_reg : {WORD{1'b1}});
        fetch_last_reg  <= window_last;
        fetch_valid_reg <= busy_reg && advance;
        if (busy_reg && advance) begin
            if (!word_last) begin
                word_reg <= word_reg + 1'b1;
                base_reg <= base_reg + WORD[WEIGHT_ADDR_BITS-1:0];
            end else if (!window_last) begin
                word_reg      <= first_reg;
                row_addr_reg  <= row_addr_reg == LAST_ROW_ADDR[ADDR_BITS-1:0] ?
                                 {ADDR_BITS{1'b0}} : row_addr_reg + ROW_WORDS[ADDR_BITS-1:0];
                rows_left_reg <= rows_left_reg - 1'b1;
                row_start_reg <= next_row_base;
                base_reg      <= next_row_base;
            end else begin
                word_reg        <= first_reg;
                row_addr_reg    <= oldest_reg;
                rows_left_reg   <= last_needed_reg;
                segment_reg     <= segment_reg + 1'b1;
                window_base_reg <= next_segment_base;
                row_start_reg   <= next_segment_base;
                base_reg        <= next_segment_base;
            end
            if (pixel_last) begin
                busy_reg <= 1'b0;
            end
        end
        if (take_next) begin
            busy_reg        <= 1'b1;
            final_reg       <= next_final_reg;
            first_reg       <= next_first_reg;
            last_reg        <= next_last_reg;
            low_reg         <= next_low;
            high_reg        <= next_high;
            window_base_reg <= next_base_reg;
            row_start_reg   <= next_base_reg;
            base_reg        <= next_base_reg;
            rows_left_reg   <= last_needed_reg;
            row_addr_reg    <= oldest_reg;
            word_reg        <= next_first_reg;
            segment_reg     <= {SEG_BITS{1'b0}};
        end
        if (rst) begin
            fetch_valid_reg <= 1'b0;
            busy_reg        <= 1'b0;
        end
    end
endmodule

`default_nettype wire
