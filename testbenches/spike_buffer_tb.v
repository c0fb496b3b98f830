// Bench of volley_spike_buffer.
//
// Random words fill the ring; the bench reads random words of the rows that are held and frees the oldest row at random.
// It counts words and freed rows by itself: `level` must be the complete rows not yet freed, in every clock; a word may be
// taken only while a slot is free; a read brings the word that was written, and it stays while nothing else is read. With
// several blocks the words of a pixel come block by block, and are expected in the ring of their block.
//
//     +m_stall=N   percent of the clocks in which nothing is read, and none freed
`default_nettype none

module spike_buffer_tb;
    parameter WORD_BITS = 12;
    parameter ROW_WORDS = 3;                // of one block
    parameter ROWS      = 4;
    parameter BLOCKS    = 1;
    parameter PIXEL_WORDS = 1;              // of a pixel in one block
    parameter BLOCK_RAM = 1;
    parameter MAP_ROWS  = 80;               // rows that pass through the ring

    localparam RING       = ROWS * ROW_WORDS;
    localparam DEPTH      = BLOCKS * RING;
    localparam ADDR_BITS  = DEPTH > 1 ? $clog2(DEPTH) : 1;
    localparam LEVEL_BITS = $clog2(ROWS + 1);
    localparam ALL_WORDS  = BLOCKS * ROW_WORDS;             // of a row, all blocks
    localparam WORDS      = MAP_ROWS * ALL_WORDS;

    wire       clk;
    wire       rst;
    reg        done;
    reg        failed;
    reg [31:0] checks;

    `include "bench_random.vh"

    reg [WORD_BITS-1:0] words [0:WORDS-1];
    integer n;
    initial begin
        start_random;
        for (n = 0; n < WORDS; n = n + 1) begin
            draw;
            words[n] = fill_state[31:4];
        end
    end

    wire [31:0]          sent;
    wire [WORD_BITS-1:0] in_data;
    wire                 in_valid;
    wire                 in_ready;
    stream_source #(.WIDTH(WORD_BITS)) source (
        .clk(clk), .rst(rst), .total(WORDS[31:0]), .index(sent), .word(words[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire [LEVEL_BITS-1:0] level;
    reg                   free_row;
    reg                   read_enable;
    reg  [ADDR_BITS-1:0]  read_addr;
    wire [WORD_BITS-1:0]  read_data;
    volley_spike_buffer #(
        .WORD_BITS(WORD_BITS), .ROW_WORDS(ROW_WORDS), .ROWS(ROWS), .BLOCKS(BLOCKS), .PIXEL_WORDS(PIXEL_WORDS),
        .ADDR_BITS(ADDR_BITS), .LEVEL_BITS(LEVEL_BITS), .BLOCK_RAM(BLOCK_RAM)
    ) dut (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
        .level(level), .free_row(free_row), .read_enable(read_enable), .read_addr(read_addr), .read_data(read_data)
    );

    // ---------------------------------------------------------------- reader and model
    integer stall;
    integer written;                        // words taken so far
    integer freed;                          // rows freed so far
    integer held;                           // complete rows not yet freed
    integer row, block, place;
    reg [WORD_BITS-1:0] asked;              // the word that was asked for
    reg [WORD_BITS-1:0] last_word;          // the word read last
    reg                 last_known;

    initial begin
        done        = 1'b0;
        failed      = 1'b0;
        checks      = 0;
        free_row    = 1'b0;
        read_enable = 1'b0;
        read_addr   = 0;
        if (!$value$plusargs("m_stall=%d", stall)) stall = 0;
    end

    always @(posedge clk) begin
        if (rst) begin
            written     = 0;
            freed       = 0;
            last_known  = 1'b0;
            done        <= 1'b0;
            free_row    <= 1'b0;
            read_enable <= 1'b0;
        end else if (!failed) begin
            // What the clock that ends here showed.
            held = written / ALL_WORDS - freed;
            if (level !== held[LEVEL_BITS-1:0] || held < 0 || held > ROWS) begin
                failed <= 1'b1;
                $display("level is %0d, expected %0d", level, held);
            end
            if (in_ready !== (held != ROWS)) begin
                failed <= 1'b1;
                $display("ready is %b with %0d rows of %0d", in_ready, held, ROWS);
            end
            if (last_known && read_data !== last_word) begin
                failed <= 1'b1;
                $display("read %h, expected %h", read_data, last_word);
            end
            if (last_known) checks <= checks + 1;

            // What this edge does.
            if (read_enable) begin
                last_word  = asked;
                last_known = 1'b1;
            end
            if (in_valid && in_ready) written = written + 1;
            if (free_row) freed = freed + 1;

            // What the next clock asks for: only rows that are held then.
            held = written / ALL_WORDS - freed;
            draw;
            free_row    <= 1'b0;
            read_enable <= 1'b0;
            read_addr   <= {ADDR_BITS{1'bx}};
            if (held > 0 && (fill_state >> 8) % 100 >= stall) begin
                draw;
                if (fill_state[9:8] != 0) begin
                    row   = freed + (fill_state >> 10) % held;
                    place = (fill_state >> 20) % ROW_WORDS;
                    draw;
                    block = (fill_state >> 8) % BLOCKS;
                    asked = words[row * ALL_WORDS + (place / PIXEL_WORDS * BLOCKS + block) * PIXEL_WORDS
                                  + place % PIXEL_WORDS];
                    n     = block * RING + row % ROWS * ROW_WORDS + place;
                    read_enable <= 1'b1;
                    read_addr   <= n[ADDR_BITS-1:0];
                end
                draw;
                free_row <= fill_state[9:8] == 0;
            end
            if (freed == MAP_ROWS) done <= 1'b1;
        end
    end

    bench_control #(.NAME("spike_buffer")) control (
        .clk(clk), .rst(rst), .done(done), .failed(failed), .checks(checks)
    );
endmodule

`default_nettype wire
