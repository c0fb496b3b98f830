// volley_spike_buffer: the ring of map rows that the windows of a term still need.
//
// Rows enter word by word at the writing end; `level` counts the complete rows held, the oldest first. The reader
// addresses the ring directly and frees the oldest row with a pulse on `free_row`. The rows of the next frame follow
// those of this one without a gap, so the next frame fills the ring while the last windows of this one are still being
// read.
//
// Memory layout: BLOCKS rings, one after the other, each of ROWS slots of ROW_WORDS words that are used in turn from 0:
//     address = block*ROWS*ROW_WORDS + slot*ROW_WORDS + word
// The words of a pixel come in order: PIXEL_WORDS for block 0, as many for block 1, and so on. With one block the words
// of a row simply follow each other.
//
// Read latency one clock. A write never meets a read at the same address, since a slot is written only after its row
// was freed.
`default_nettype none

module volley_spike_buffer #(
    parameter WORD_BITS   = 32,             // bits of a spike word
    parameter ROW_WORDS   = 4,              // words of a map row in one block
    parameter ROWS        = 4,              // row slots of the ring
    parameter BLOCKS      = 1,              // blocks of channels
    parameter PIXEL_WORDS = 1,              // words of one pixel in one block; used with several blocks only
    parameter ADDR_BITS   = 4,              // $clog2(BLOCKS*ROWS*ROW_WORDS), at least 1
    parameter LEVEL_BITS  = 3,              // $clog2(ROWS + 1)
    parameter BLOCK_RAM   = 1               // 1: rows in block RAM, 0: in distributed memory
) (
    input  wire                  clk,            // rising edge
    input  wire                  rst,            // synchronous, active high; empties the ring
    input  wire [WORD_BITS-1:0]  s_axis_tdata,   // one word
    input  wire                  s_axis_tvalid,
    output wire                  s_axis_tready,  // a slot is free; depends on registers only
    output wire [LEVEL_BITS-1:0] level,          // complete rows held
    input  wire                  free_row,       // pulse: the oldest row is not needed any more
    input  wire                  read_enable,    // a word is read
    input  wire [ADDR_BITS-1:0]  read_addr,      // block, slot and word, as above
    output wire [WORD_BITS-1:0]  read_data       // one clock after read_enable; held while it is low
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (WORD_BITS < 1) begin : g_check_word_bits
            volley_spike_buffer_needs_WORD_BITS_of_at_least_1 illegal ();
        end
        if (ROW_WORDS < 1) begin : g_check_row_words
            volley_spike_buffer_needs_ROW_WORDS_of_at_least_1 illegal ();
        end
        if (ROWS < 1) begin : g_check_rows
            volley_spike_buffer_needs_ROWS_of_at_least_1 illegal ();
        end
        if (BLOCKS < 1) begin : g_check_blocks
            volley_spike_buffer_needs_BLOCKS_of_at_least_1 illegal ();
        end
        if (PIXEL_WORDS < 1) begin : g_check_pixel_words
            volley_spike_buffer_needs_PIXEL_WORDS_of_at_least_1 illegal ();
        end
        if (ADDR_BITS < 1 || (1 << ADDR_BITS) < BLOCKS * ROWS * ROW_WORDS) begin : g_check_addr_bits
            volley_spike_buffer_needs_ADDR_BITS_that_reach_all_words illegal ();
        end
        if ((1 << LEVEL_BITS) <= ROWS) begin : g_check_level_bits
            volley_spike_buffer_needs_LEVEL_BITS_that_hold_ROWS illegal ();
        end
        if (BLOCK_RAM != 0 && BLOCK_RAM != 1) begin : g_check_block_ram
            volley_spike_buffer_needs_BLOCK_RAM_of_0_or_1 illegal ();
        end
    endgenerate

    localparam RING      = ROWS * ROW_WORDS;
    localparam LAST_ADDR = RING - 1;
    localparam WORD_INDEX_BITS = ROW_WORDS > 1 ? $clog2(ROW_WORDS) : 1;
    localparam LAST_WORD = ROW_WORDS - 1;

    reg [ADDR_BITS-1:0]       ring_addr_reg;      // where the next word goes in its block's ring
    reg [WORD_INDEX_BITS-1:0] word_reg;           // of the next word in its row
    reg [LEVEL_BITS-1:0]      level_reg;

    wire                 accept = s_axis_tvalid && s_axis_tready;
    wire [ADDR_BITS-1:0] write_addr;
    wire                 next_word;               // another word of the row follows the accepted one

    generate
        if (BLOCKS == 1) begin : g_single
            assign write_addr = ring_addr_reg;
            assign next_word  = 1'b1;
        end else begin : g_blocks
            localparam BLOCK_BITS = $clog2(BLOCKS);
            localparam PLACE_BITS = PIXEL_WORDS > 1 ? $clog2(PIXEL_WORDS) : 1;
            localparam LAST_BLOCK = BLOCKS - 1;
            localparam LAST_PLACE = PIXEL_WORDS - 1;
            reg [BLOCK_BITS-1:0] block_reg;       // block of the next word
            reg [PLACE_BITS-1:0] place_reg;       // its place among the pixel's words of that block
            reg [ADDR_BITS-1:0]  offset_reg;      // where that block's ring begins

            wire place_last = place_reg == LAST_PLACE[PLACE_BITS-1:0];
            wire block_last = block_reg == LAST_BLOCK[BLOCK_BITS-1:0];
            // ring_addr_reg stays at the pixel's first word until all blocks have their words of it.
            assign write_addr = ring_addr_reg + offset_reg + {{(ADDR_BITS - PLACE_BITS){1'b0}}, place_reg};
            assign next_word  = place_last && block_last;

            always @(posedge clk) begin
                if (accept) begin
                    place_reg <= place_last ? {PLACE_BITS{1'b0}} : place_reg + 1'b1;
                    if (place_last) begin
                        block_reg  <= block_last ? {BLOCK_BITS{1'b0}} : block_reg + 1'b1;
                        offset_reg <= block_last ? {ADDR_BITS{1'b0}} : offset_reg + RING[ADDR_BITS-1:0];
                    end
                end
                if (rst) begin
                    place_reg  <= {PLACE_BITS{1'b0}};
                    block_reg  <= {BLOCK_BITS{1'b0}};
                    offset_reg <= {ADDR_BITS{1'b0}};
                end
            end
        end
    endgenerate

    // Words by which the ring and the row advance: a pixel's with several blocks, else one.
    localparam ADVANCE    = BLOCKS == 1 ? 1 : PIXEL_WORDS;
    localparam LAST_JUMP = LAST_WORD - (ADVANCE - 1);
    localparam LAST_RING  = LAST_ADDR - (ADVANCE - 1);
    wire row_done = accept && next_word && word_reg == LAST_JUMP[WORD_INDEX_BITS-1:0];

    assign s_axis_tready = level_reg != ROWS[LEVEL_BITS-1:0];
    assign level         = level_reg;

    volley_row_memory #(
        .WIDTH     (WORD_BITS),
        .DEPTH     (BLOCKS * RING),
        .ADDR_BITS (ADDR_BITS),
        .BLOCK     (BLOCK_RAM)
    ) rows (
        .clk          (clk),
        .write_enable (accept),
        .write_addr   (write_addr),
        .write_data   (s_axis_tdata),
        .read_enable  (read_enable),
        .read_addr    (read_addr),
        .read_data    (read_data)
    );

    always @(posedge clk) begin
        if (accept && next_word) begin
            ring_addr_reg <= ring_addr_reg == LAST_RING[ADDR_BITS-1:0] ?
                             {ADDR_BITS{1'b0}} : ring_addr_reg + ADVANCE[ADDR_BITS-1:0];
            word_reg      <= row_done ? {WORD_INDEX_BITS{1'b0}} : word_reg + ADVANCE[WORD_INDEX_BITS-1:0];
        end
        if (row_done && !free_row) begin
            level_reg <= level_reg + 1'b1;
        end else if (!row_done && free_row) begin
            level_reg <= level_reg - 1'b1;
        end
        if (rst) begin
            ring_addr_reg <= {ADDR_BITS{1'b0}};
            word_reg      <= {WORD_INDEX_BITS{1'b0}};
            level_reg     <= {LEVEL_BITS{1'b0}};
        end
    end
endmodule

`default_nettype wire
