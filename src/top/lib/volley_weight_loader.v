// volley_weight_loader: writes an image of the weights into the memories of a core, and says whether it arrived whole.
//
// The image is a run of words: memory by memory, row by row, a row in ROW_BYTES bytes, low byte first, and zeros up to a
// whole word at the end (docs/host-protocol.md). `start` begins a load: `valid` falls, and rises again only when all BYTES
// have come and their CRC-32 (zlib's) is `s_crc`. A start during a load begins again from the first word. A reset ends a load,
// and leaves `valid` as it is: without a load the memories keep their contents.
//
// Everything goes bit by bit, for the fewest LUTs: a word takes 33 clocks. A row is shifted in from the top of load_data, so a
// row of k bytes always ends up in the top k bytes, and `load_enable` writes it one clock after its last bit.
// Words that come while nothing is loaded are taken and dropped, so a writer never waits for ever.
//
// load_enable, load_data and load_addr lead to the ports of the same name of a core; one clock after them the memories hold the
// row. `valid` rises at the earliest two clocks after the last row was written.
`default_nettype none

module volley_weight_loader #(
    parameter MEMORIES  = 2,                            // memories of the core, at least 2
    parameter [32*MEMORIES-1:0] ROWS = {32'd10, 32'd4}, // rows of each, the first memory in the low 32 bits
    parameter [32*MEMORIES-1:0] ROW_BYTES = {32'd1, 32'd3}, // bytes of a row of each
    parameter BYTES     = 24,                           // of the image: the sum of ROWS * ROW_BYTES, up to a whole word
    parameter DATA_BITS = 24,                           // 8 times the most ROW_BYTES
    parameter ADDR_BITS = 4,                            // $clog2 of the most ROWS, at least 1
    parameter INITIAL_VALID = 1,                        // 1: the memories have contents from the beginning
    parameter [31:0] INITIAL_CRC = 32'd0                // CRC-32 of the image of these
) (
    input  wire                 clk,                    // rising edge
    input  wire                 rst,                    // synchronous, active high
    input  wire                 start,                  // for one clock: a load begins
    input  wire [31:0]          s_crc,                  // with start: the CRC-32 that the image must have
    input  wire [31:0]          s_word,                 // the image's next word
    input  wire                 s_valid,                // input stream of words
    output wire                 s_ready,
    output wire [DATA_BITS-1:0] load_data,              // the row, in the top bytes
    output wire [ADDR_BITS-1:0] load_addr,              // row
    output wire [MEMORIES-1:0]  load_enable,            // a row is written: one bit a memory
    output wire                 valid,                  // the memories hold a whole image
    output wire                 loading,                // a load is under way
    output wire [31:0]          offset,                 // bytes taken since start
    output wire [31:0]          crc                     // CRC-32 of what the memories hold; during a load, of the bytes so far
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (MEMORIES < 2) begin : g_check_memories
            volley_weight_loader_needs_MEMORIES_of_at_least_2 illegal ();
        end
        if (BYTES < 1) begin : g_check_bytes
            volley_weight_loader_needs_BYTES_of_at_least_1 illegal ();
        end
        if (DATA_BITS < 8 || DATA_BITS % 8 != 0) begin : g_check_data_bits
            volley_weight_loader_needs_DATA_BITS_of_whole_bytes illegal ();
        end
        if (ADDR_BITS < 1) begin : g_check_addr_bits
            volley_weight_loader_needs_ADDR_BITS_of_at_least_1 illegal ();
        end
        if (INITIAL_VALID != 0 && INITIAL_VALID != 1) begin : g_check_initial_valid
            volley_weight_loader_needs_INITIAL_VALID_of_0_or_1 illegal ();
        end
    endgenerate

    localparam [31:0] POLYNOMIAL = 32'hedb88320;        // reflected
    localparam WORDS_BITS = $clog2(BYTES / 4 + 1);
    localparam BYTE_BITS  = DATA_BITS > 8 ? $clog2(DATA_BITS / 8) : 1;

    reg                  valid_reg;
    reg                  loading_reg;
    reg [WORDS_BITS-1:0] words_reg;                     // taken
    reg [31:0]           word_reg;                      // what is left of the word, its next bit low
    reg [4:0]            bit_reg;                       // of the word
    reg                  busy_reg;                      // a word is being shifted
    reg [31:0]           crc_reg;                       // inverted
    reg [31:0]           expected_reg;
    reg [DATA_BITS-1:0]  row_reg;
    reg [BYTE_BITS-1:0]  byte_reg;                      // of the row
    reg                  write_reg;                     // the row is complete
    reg [ADDR_BITS-1:0]  addr_reg;
    reg [MEMORIES:0]     memory_reg;                    // one-hot; the last bit: all are written

    // The last row and the last byte of a row of the memory that is written.
    reg [ADDR_BITS-1:0]  last_addr;
    reg [BYTE_BITS-1:0]  last_byte;
    integer m;
    always @* begin
        last_addr = {ADDR_BITS{1'b0}};
        last_byte = {BYTE_BITS{1'b0}};
        for (m = 0; m < MEMORIES; m = m + 1) begin
            if (memory_reg[m]) begin
                last_addr = last_addr | (ROWS[32*m +: ADDR_BITS] - 1'b1);
                last_byte = last_byte | (ROW_BYTES[32*m +: BYTE_BITS] - 1'b1);
            end
        end
    end

    wire byte_end = bit_reg[2:0] == 3'd7;
    wire row_end  = byte_end && byte_reg == last_byte;
    wire flip     = crc_reg[0] ^ word_reg[0];
    // The last word and the last row are done.
    wire finish   = loading_reg && memory_reg[MEMORIES] && !busy_reg && !write_reg;

    assign s_ready     = !busy_reg && !write_reg && !finish && !start;
    assign load_data   = row_reg;
    assign load_addr   = addr_reg;
    assign load_enable = memory_reg[MEMORIES-1:0] & {MEMORIES{write_reg && !rst}};
    assign valid       = valid_reg;
    assign loading     = loading_reg;
    assign crc         = ~crc_reg;
    assign offset      = {{(30 - WORDS_BITS){1'b0}}, words_reg, 2'b00};

    initial begin
        valid_reg = INITIAL_VALID != 0;
        crc_reg   = ~INITIAL_CRC;
    end

    always @(posedge clk) begin
        write_reg <= busy_reg && row_end;
        if (busy_reg) begin
            word_reg <= {1'b0, word_reg[31:1]};
            row_reg  <= {word_reg[0], row_reg[DATA_BITS-1:1]};
            crc_reg  <= {1'b0, crc_reg[31:1]} ^ (POLYNOMIAL & {32{flip}});
            bit_reg  <= bit_reg + 5'd1;
            if (byte_end) begin
                byte_reg <= row_end ? {BYTE_BITS{1'b0}} : byte_reg + 1'b1;
            end
            if (bit_reg == 5'd31) begin
                busy_reg <= 1'b0;
            end
        end else if (s_valid && s_ready && loading_reg) begin
            word_reg  <= s_word;
            words_reg <= words_reg + 1'b1;
            busy_reg  <= 1'b1;
        end
        if (write_reg) begin
            addr_reg <= addr_reg + 1'b1;
            if (addr_reg == last_addr) begin
                addr_reg   <= {ADDR_BITS{1'b0}};
                // The last bit stays: what follows fills the word up.
                memory_reg <= {memory_reg[MEMORIES] | memory_reg[MEMORIES-1], memory_reg[MEMORIES-2:0], 1'b0};
            end
        end
        if (finish) begin
            loading_reg <= 1'b0;
            valid_reg   <= crc == expected_reg;
        end
        if (start) begin
            valid_reg    <= 1'b0;
            loading_reg  <= 1'b1;
            expected_reg <= s_crc;
            crc_reg      <= 32'hffffffff;
            words_reg    <= {WORDS_BITS{1'b0}};
            bit_reg      <= 5'd0;
            busy_reg     <= 1'b0;
            byte_reg     <= {BYTE_BITS{1'b0}};
            write_reg    <= 1'b0;
            addr_reg     <= {ADDR_BITS{1'b0}};
            memory_reg   <= {{MEMORIES{1'b0}}, 1'b1};
        end
        // During a reset only this happens: `start` and the rest are not known then.
        if (rst) begin
            loading_reg <= 1'b0;
            busy_reg    <= 1'b0;
            write_reg   <= 1'b0;
            valid_reg   <= valid_reg;
            crc_reg     <= crc_reg;
        end
    end
endmodule

`default_nettype wire
