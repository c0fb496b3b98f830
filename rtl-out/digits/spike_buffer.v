// spike_buffer: the ring of map rows that the windows of a term still need.
//
// Rows enter word by word at the writing end; `level` counts the complete rows held, the oldest first. The reader
// addresses the ring directly (address = row slot · ROW_WORDS + word, slots used in turn from 0) and frees the
// oldest row with a pulse on `free_row`. The rows of the next frame follow those of this one without a gap, so the
// next frame fills the ring while the last windows of this one are still being read.
//
// Memory layout: ROWS·ROW_WORDS words of WORD_BITS. Read latency one clock. A write never meets a read at one
// address, since a slot is written only after its row was freed.
`default_nettype none

module spike_buffer #(
    parameter WORD_BITS = 32,               // bits of a spike word
    parameter ROW_WORDS = 4,                // words of a map row
    parameter ROWS      = 4,                // row slots of the ring
    parameter ADDR_BITS = 4,                // $clog2(ROWS·ROW_WORDS), at least 1
    parameter LEVEL_BITS = 3                // $clog2(ROWS + 1)
) (
    input  wire                  clk,
    input  wire                  rst,            // synchronous, active high; empties the ring
    input  wire [WORD_BITS-1:0]  s_axis_tdata,   // one word
    input  wire                  s_axis_tvalid,
    output wire                  s_axis_tready,  // a slot is free; depends on registers only
    output wire [LEVEL_BITS-1:0] level,          // complete rows held
    input  wire                  free_row,       // pulse: the oldest row is not needed any more
    input  wire                  read_enable,
    input  wire [ADDR_BITS-1:0]  read_addr,
    output wire [WORD_BITS-1:0]  read_data       // one clock after read_enable; held while it is low
);
    localparam DEPTH     = ROWS * ROW_WORDS;
    localparam LAST_ADDR = DEPTH - 1;
    localparam WORD_INDEX_BITS = ROW_WORDS > 1 ? $clog2(ROW_WORDS) : 1;
    localparam LAST_WORD = ROW_WORDS - 1;

    reg [WORD_BITS-1:0]       memory [0:DEPTH-1];
    reg [WORD_BITS-1:0]       read_reg;
    reg [ADDR_BITS-1:0]       write_addr_reg;
    reg [WORD_INDEX_BITS-1:0] word_reg;           // of the next word in its row
    reg [LEVEL_BITS-1:0]      level_reg;

    wire accept   = s_axis_tvalid && s_axis_tready;
    wire row_done = accept && word_reg == LAST_WORD[WORD_INDEX_BITS-1:0];

    assign s_axis_tready = level_reg != ROWS[LEVEL_BITS-1:0];
    assign level         = level_reg;
    assign read_data     = read_reg;

    always @(posedge clk) begin
        if (accept) begin
            memory[write_addr_reg] <= s_axis_tdata;
        end
        if (read_enable) begin
            read_reg <= memory[read_addr];
        end
    end

    always @(posedge clk) begin
        if (accept) begin
            write_addr_reg <= write_addr_reg == LAST_ADDR[ADDR_BITS-1:0] ? {ADDR_BITS{1'b0}} : write_addr_reg + 1'b1;
            word_reg       <= row_done ? {WORD_INDEX_BITS{1'b0}} : word_reg + 1'b1;
        end
        if (row_done && !free_row) begin
            level_reg <= level_reg + 1'b1;
        end else if (!row_done && free_row) begin
            level_reg <= level_reg - 1'b1;
        end
        if (rst) begin
            write_addr_reg <= {ADDR_BITS{1'b0}};
            word_reg       <= {WORD_INDEX_BITS{1'b0}};
            level_reg      <= {LEVEL_BITS{1'b0}};
        end
    end
endmodule

`default_nettype wire
