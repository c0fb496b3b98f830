// window_walker: walks the windows of a convolution over the rows in a spike_buffer and fetches their words.
//
// Output pixels are visited in raster order; for each pixel the window is fetched once for every segment of output
// channels. A map row is a linear run of elements (x·CHANNELS + channel), so the part of a window in one row is one
// contiguous run:
//     elements  max(0, left) .. min(left + RUN, ROW_ELEMENTS) - 1,   left = x·STEP - PAD_LEFT
// of which whole words are fetched, with a mask for the elements of the first and last word that lie outside.
// Padding is never fetched. Where the map is cut into BLOCKS blocks of channels, all of this is meant for one block: the
// first SEGMENTS/BLOCKS segments read block 0, the next ones block 1, and so on (see spike_buffer for the layout). For element e of window row ky the weight row is
//     base + (e mod WORD)  =  segment·WEIGHT_ROWS + ky·RUN + e - left
//
// Timing: one fetch a clock while rows are there; 3 + freed rows clocks between two rows of output pixels; one clock
// between two windows where a window is a single fetch.
//
// Legal settings (checked by the generator): padding smaller than the kernel on every side.
`default_nettype none

module window_walker #(
    parameter MAP_HEIGHT    = 8,            // rows of the input map
    parameter ROW_ELEMENTS  = 32,           // width · channels of the input map
    parameter KERNEL_HEIGHT = 3,            // rows of a window
    parameter RUN           = 12,           // kernel width · channels: elements of a window in one row
    parameter STRIDE_HEIGHT = 1,            // rows between output pixels
    parameter STEP          = 4,            // horizontal stride · channels: elements between output pixels
    parameter PAD_TOP       = 1,            // rows of padding above
    parameter PAD_LEFT      = 4,            // elements of padding to the left (pixels · channels)
    parameter OUT_HEIGHT    = 8,
    parameter OUT_WIDTH     = 8,
    parameter SEGMENTS      = 1,            // groups of lanes that the output channels are cut into
    parameter BLOCKS        = 1,            // blocks of channels, a divisor of SEGMENTS
    parameter WORD_LOG2     = 2,            // a word holds 2^WORD_LOG2 elements
    parameter ROWS          = 5,            // row slots of the ring
    parameter ADDR_BITS     = 6,            // $clog2(BLOCKS · ROWS · words of a row), at least 1
    parameter LEVEL_BITS    = 3,            // $clog2(ROWS + 1)
    parameter WEIGHT_ADDR_BITS = 6          // $clog2(SEGMENTS · KERNEL_HEIGHT · RUN), at least 1
) (
    input  wire                        clk,
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
    input  wire                        fetch_ready
);
    localparam WORD        = 1 << WORD_LOG2;
    localparam ROW_WORDS   = (ROW_ELEMENTS + WORD - 1) / WORD;
    localparam RING_WORDS  = ROWS * ROW_WORDS;
    localparam WEIGHT_ROWS = KERNEL_HEIGHT * RUN;

    // Widths that hold every value: signed row and element coordinates, counters of pixels, rows and segments.
    localparam Y_BITS = $clog2(MAP_HEIGHT + KERNEL_HEIGHT + PAD_TOP + STRIDE_HEIGHT + 1) + 1;
    localparam X_NEED = $clog2(ROW_ELEMENTS + RUN + PAD_LEFT + 2 * STEP + WORD + 1) + 1;
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
    localparam LAST_ROW_ADDR  = RING_WORDS - ROW_WORDS;
    localparam FIRST_ROW_BASE = PAD_TOP * RUN;
    localparam ROW_BASE_STEP  = STRIDE_HEIGHT * RUN;

    // ---------------------------------------------------------------- rows of output pixels
    localparam [1:0] WAIT = 2'd0;           // until the rows of the window are in the ring
    localparam [1:0] RUNS = 2'd1;           // the windows of this row of output pixels are being fetched
    localparam [1:0] FREE = 2'd2;           // free the rows that no later window needs, one a clock

    reg [1:0]                  state_reg;
    reg [OY_BITS-1:0]          oy_reg;
    reg signed [Y_BITS-1:0]    top_reg;        // first row of the window, negative inside the padding
    reg [Y_BITS-2:0]           freed_reg;      // row of the map that is the oldest in the ring
    reg [ADDR_BITS-1:0]        oldest_reg;     // address of that row
    reg [WEIGHT_ADDR_BITS-1:0] row_base_reg;   // weight row of the first fetched window row: rows in padding · RUN

    wire signed [Y_BITS-1:0] bottom   = top_reg + KERNEL_HEIGHT[Y_BITS-1:0];   // one past the last row
    wire signed [Y_BITS-1:0] next_top = top_reg + STRIDE_HEIGHT[Y_BITS-1:0];
    wire [Y_BITS-2:0] row_end =
        bottom > $signed(MAP_HEIGHT[Y_BITS-1:0]) ? MAP_HEIGHT[Y_BITS-2:0] : bottom[Y_BITS-2:0];
    wire [Y_BITS-2:0] rows_needed = row_end - freed_reg;

    wire last_row = oy_reg == LAST_OY[OY_BITS-1:0];
    // Rows up to here are not needed after this row of output pixels.
    wire [Y_BITS-2:0] free_target =
        (last_row || next_top > $signed(MAP_HEIGHT[Y_BITS-1:0])) ? MAP_HEIGHT[Y_BITS-2:0] :
        next_top[Y_BITS-1] ? {(Y_BITS - 1){1'b0}} : next_top[Y_BITS-2:0];
    wire freeing = state_reg == FREE && freed_reg != free_target;
    // A row must not be freed while its last fetch still waits to be taken.
    wire free_now = freeing && level != {LEVEL_BITS{1'b0}} && !fetch_valid;
    wire row_done;                             // the last fetch of this row of output pixels leaves

    assign free_row = free_now;
    assign walking  = state_reg == RUNS;

    // The rows needed are at most min(KERNEL_HEIGHT, MAP_HEIGHT), so they are compared in the wider of both widths.
    localparam NEED_BITS = Y_BITS - 1 > LEVEL_BITS ? Y_BITS - 1 : LEVEL_BITS;
    wire [NEED_BITS-1:0] level_wide = {{(NEED_BITS - LEVEL_BITS){1'b0}}, level};
    wire [NEED_BITS-1:0] need_wide  = {{(NEED_BITS - Y_BITS + 1){1'b0}}, rows_needed};
    wire start = state_reg == WAIT && level_wide >= need_wide;

    always @(posedge clk) begin
        case (state_reg)
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
                if (free_now) begin
                    freed_reg  <= freed_reg + 1'b1;
                    oldest_reg <= oldest_reg == LAST_ROW_ADDR[ADDR_BITS-1:0] ?
                                  {ADDR_BITS{1'b0}} : oldest_reg + ROW_WORDS[ADDR_BITS-1:0];
                end
                if (!freeing) begin
                    state_reg <= WAIT;
                    if (last_row) begin
                        oy_reg       <= {OY_BITS{1'b0}};
                        top_reg      <= TOP_START[Y_BITS-1:0];
                        freed_reg    <= {(Y_BITS - 1){1'b0}};
                        row_base_reg <= FIRST_ROW_BASE[WEIGHT_ADDR_BITS-1:0];
                    end else begin
                        oy_reg  <= oy_reg + 1'b1;
                        top_reg <= next_top;
                        row_base_reg <= next_top[Y_BITS-1] ?
                                        row_base_reg - ROW_BASE_STEP[WEIGHT_ADDR_BITS-1:0] :
                                        {WEIGHT_ADDR_BITS{1'b0}};
                    end
                end
            end
        endcase
        if (rst) begin
            state_reg    <= WAIT;
            oy_reg       <= {OY_BITS{1'b0}};
            top_reg      <= TOP_START[Y_BITS-1:0];
            freed_reg    <= {(Y_BITS - 1){1'b0}};
            oldest_reg   <= {ADDR_BITS{1'b0}};
            row_base_reg <= FIRST_ROW_BASE[WEIGHT_ADDR_BITS-1:0];
        end
    end

    // ---------------------------------------------------------------- the next window, computed ahead
    reg [OX_BITS-1:0]          left_x_reg;      // output column of left_reg
    reg signed [X_BITS-1:0]    left_reg;        // first element of its window in a row, negative inside the padding
    reg                        left_valid_reg;  // the row still has this window to come
    reg                        next_valid_reg;
    reg                        next_final_reg;  // last window of the row
    reg [W_BITS-2:0]           next_first_reg;  // first and last word of the window in a row
    reg [W_BITS-2:0]           next_last_reg;
    reg [WORD-1:0]             next_low_reg;    // elements inside the window, of the first and of the last word
    reg [WORD-1:0]             next_high_reg;
    reg [WEIGHT_ADDR_BITS-1:0] next_base_reg;   // weight row of element 0 of the first word, segment 0

    wire take_next;                             // the fetch loop moves on to the next window

    wire signed [X_BITS-1:0] right = left_reg + RUN[X_BITS-1:0];
    wire [X_BITS-2:0] first_element = left_reg[X_BITS-1] ? {(X_BITS - 1){1'b0}} : left_reg[X_BITS-2:0];
    wire [X_BITS-2:0] end_element =
        right > $signed(ROW_ELEMENTS[X_BITS-1:0]) ? ROW_ELEMENTS[X_BITS-2:0] : right[X_BITS-2:0];
    wire [X_BITS-2:0] last_element = end_element - 1'b1;
    // Element 0 of the first word, seen from `left`. All weight rows are modulo 2^WEIGHT_ADDR_BITS: only rows of
    // elements inside the window are ever used, and these are in range.
    wire [WEIGHT_ADDR_BITS-1:0] word_offset = (first_element[WEIGHT_ADDR_BITS-1:0] & ~WORD_MASK[WEIGHT_ADDR_BITS-1:0])
                                              - left_reg[WEIGHT_ADDR_BITS-1:0];

    wire [WORD-1:0] low_mask;
    wire [WORD-1:0] high_mask;
    generate
        if (WORD_LOG2 == 0) begin : g_mask_single
            assign low_mask  = 1'b1;
            assign high_mask = 1'b1;
        end else begin : g_mask
            assign low_mask  = {WORD{1'b1}} << first_element[WORD_LOG2-1:0];
            assign high_mask = {WORD{1'b1}} >> ~last_element[WORD_LOG2-1:0];
        end
    endgenerate

    always @(posedge clk) begin
        if ((!next_valid_reg && left_valid_reg) || take_next) begin
            next_final_reg <= left_x_reg == LAST_OX[OX_BITS-1:0];
            next_first_reg <= first_element[X_BITS-2:WORD_LOG2];
            next_last_reg  <= last_element[X_BITS-2:WORD_LOG2];
            next_low_reg   <= low_mask;
            next_high_reg  <= high_mask;
            next_base_reg  <= row_base_reg + word_offset;
            next_valid_reg <= left_valid_reg;
            left_x_reg     <= left_x_reg + 1'b1;
            left_reg       <= left_reg + STEP[X_BITS-1:0];
            if (left_x_reg == LAST_OX[OX_BITS-1:0]) begin
                left_valid_reg <= 1'b0;
            end
        end
        if (start) begin
            left_x_reg     <= {OX_BITS{1'b0}};
            left_reg       <= LEFT_START[X_BITS-1:0];
            left_valid_reg <= 1'b1;
        end
        if (rst) begin
            left_x_reg     <= {OX_BITS{1'b0}};
            left_reg       <= LEFT_START[X_BITS-1:0];
            left_valid_reg <= 1'b0;
            next_valid_reg <= 1'b0;
        end
    end

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

    wire advance      = fetch_ready || !fetch_valid_reg;
    wire word_first   = word_reg == first_reg;
    wire word_last    = word_reg == last_reg;
    wire window_last  = word_last && rows_left_reg == {(Y_BITS - 1){1'b0}};
    wire pixel_last   = window_last && segment_reg == LAST_SEG[SEG_BITS-1:0];

    assign take_next = next_valid_reg && (!busy_reg || (advance && pixel_last));
    assign row_done  = busy_reg && advance && pixel_last && final_reg;

    // A row's word index in the width of an address (it is less than ROW_WORDS, so nothing is lost).
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
        if (advance) begin
            fetch_addr_reg  <= row_addr_reg + word_index + block_base;
            fetch_base_reg  <= base_reg;
            fetch_mask_reg  <= (word_first ? low_reg : {WORD{1'b1}}) & (word_last ? high_reg : {WORD{1'b1}});
            fetch_last_reg  <= window_last;
            fetch_valid_reg <= busy_reg;
        end
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
                rows_left_reg   <= rows_needed - 1'b1;
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
            low_reg         <= next_low_reg;
            high_reg        <= next_high_reg;
            window_base_reg <= next_base_reg;
            row_start_reg   <= next_base_reg;
            base_reg        <= next_base_reg;
            rows_left_reg   <= rows_needed - 1'b1;
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
