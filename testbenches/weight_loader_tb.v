// Bench of volley_weight_loader: after a load the memories hold the image's rows, and `valid` says whether all of it came with the
// right CRC-32. Loads in this order: one with a wrong checksum; one that a new start interrupts; one that a reset interrupts;
// one with a byte changed on the way; whole ones. Between them come words that belong to no load, which change nothing.
//
// The memories are plain arrays behind load_enable. Every row is compared after every whole load, and after words that came too
// late; what was written in between must be what a plain walk over the image says, row by row.
`default_nettype none

module weight_loader_tb;
    parameter SHAPE = 0;            // of the memories, see below
    parameter LOADS = 12;
    parameter INITIAL_VALID = 1;

    // Ends within a word; the fewest bytes; a deep memory of wide rows; ends with a word; rows of one byte between wide ones.
    localparam MEMORIES  = SHAPE == 0 ? 3 : SHAPE == 3 ? 4 : SHAPE == 4 ? 5 : 2;
    localparam DATA_BITS = SHAPE == 0 ? 56 : SHAPE == 1 ? 8 : SHAPE == 2 ? 80 : SHAPE == 3 ? 32 : 72;
    localparam ADDR_BITS = SHAPE == 1 || SHAPE == 4 ? 1 : SHAPE == 2 ? 6 : 4;
    localparam [159:0] ALL_ROWS = SHAPE == 0 ? {32'd5, 32'd1, 32'd9} : SHAPE == 1 ? {32'd1, 32'd1} :
                                  SHAPE == 2 ? {32'd10, 32'd64} : SHAPE == 3 ? {32'd3, 32'd16, 32'd2, 32'd4} :
                                  {32'd2, 32'd2, 32'd2, 32'd1, 32'd2};
    localparam [159:0] ALL_BYTES = SHAPE == 0 ? {32'd2, 32'd7, 32'd4} : SHAPE == 1 ? {32'd1, 32'd1} :
                                   SHAPE == 2 ? {32'd1, 32'd10} : SHAPE == 3 ? {32'd4, 32'd3, 32'd2, 32'd1} :
                                   {32'd9, 32'd1, 32'd9, 32'd1, 32'd9};
    localparam [32*MEMORIES-1:0] ROWS = ALL_ROWS[32*MEMORIES-1:0];
    localparam [32*MEMORIES-1:0] ROW_BYTES = ALL_BYTES[32*MEMORIES-1:0];

    // Bytes of the image without the zeros at its end, and with them.
    function integer sum;
        input integer unused;
        integer i;
        begin
            sum = unused;
            for (i = 0; i < MEMORIES; i = i + 1) sum = sum + ROWS[32*i +: 32] * ROW_BYTES[32*i +: 32];
        end
    endfunction
    localparam CONTENT = sum(0);
    localparam BYTES   = (CONTENT + 3) / 4 * 4;
    localparam [31:0] INITIAL_CRC = 32'h12345678;
    localparam MOST_ROWS = 1 << ADDR_BITS;

    wire clk;
    wire rst;
    reg  done;
    reg  failed;
    reg [31:0] checks;

    `include "bench_random.vh"

    // What is loaded, byte by byte, drawn for each load.
    reg [7:0]  image [0:BYTES-1];
    reg [31:0] image_crc;

    integer n, k;
    task draw_image;
        begin
            image_crc = 32'hffffffff;
            for (n = 0; n < BYTES; n = n + 1) begin
                draw;
                image[n] = n < CONTENT ? fill_state[15:8] : 8'd0;
                // The byte's CRC by the definition: division by the reflected polynomial.
                image_crc = image_crc ^ {24'd0, image[n]};
                for (k = 0; k < 8; k = k + 1)
                    image_crc = image_crc[0] ? (image_crc >> 1) ^ 32'hedb88320 : image_crc >> 1;
            end
            image_crc = ~image_crc;
        end
    endtask

    reg         own_rst;                // besides that of the bench
    reg         start;
    reg  [31:0] s_crc;
    reg  [31:0] s_word;
    reg         s_valid;
    wire        s_ready;
    wire [DATA_BITS-1:0] load_data;
    wire [ADDR_BITS-1:0] load_addr;
    wire [MEMORIES-1:0]  load_enable;
    wire        valid;
    wire        loading;
    wire [31:0] offset;
    wire [31:0] crc;
    volley_weight_loader #(
        .MEMORIES(MEMORIES), .ROWS(ROWS), .ROW_BYTES(ROW_BYTES), .BYTES(BYTES), .DATA_BITS(DATA_BITS), .ADDR_BITS(ADDR_BITS),
        .INITIAL_VALID(INITIAL_VALID), .INITIAL_CRC(INITIAL_CRC)
    ) dut (
        .clk(clk), .rst(rst || own_rst), .start(start), .s_crc(s_crc), .s_word(s_word), .s_valid(s_valid), .s_ready(s_ready),
        .load_data(load_data), .load_addr(load_addr), .load_enable(load_enable),
        .valid(valid), .loading(loading), .offset(offset), .crc(crc)
    );

    // The memories: row r of memory i at i*MOST_ROWS + r, in whole bytes.
    reg [DATA_BITS-1:0] memory [0:MEMORIES*MOST_ROWS-1];
    integer i;
    always @(posedge clk) begin
        for (i = 0; i < MEMORIES; i = i + 1) begin
            if (load_enable[i] === 1'b1) begin
                memory[i * MOST_ROWS + load_addr] <= load_data >> (DATA_BITS - 8 * ROW_BYTES[32*i +: 32]);
            end
        end
    end

    task fail;
        input [8*40-1:0] what;
        begin
            if (!failed) $display("load %0d, word %0d: %0s", load, word, what);
            failed = 1'b1;
        end
    endtask

    // All memories against the image.
    integer place, row, column;
    reg [DATA_BITS-1:0] wanted;
    task compare;
        begin
            place = 0;
            for (n = 0; n < MEMORIES; n = n + 1) begin
                for (row = 0; row < ROWS[32*n +: 32]; row = row + 1) begin
                    wanted = {DATA_BITS{1'b0}};
                    for (column = 0; column < ROW_BYTES[32*n +: 32]; column = column + 1) begin
                        wanted[8*column +: 8] = image[place];
                        place = place + 1;
                    end
                    checks = checks + 1;
                    if (memory[n * MOST_ROWS + row] !== wanted) fail("a row is not the image's");
                end
            end
        end
    endtask

    // A load: 0 whole, 1 with a wrong checksum, 2 interrupted by a start, 3 by a reset, 4 with a changed byte.
    integer load, word, kind, stop, wait_clocks, changed;
    integer state;
    localparam IDLE = 0, START = 1, WORDS = 2, END = 3, LATE = 4, OVER = 5;
    reg [31:0] random_reg;
    reg [31:0] stall;
    reg        was_valid;

    initial begin
        start_random;
        if (!$value$plusargs("s_stall=%d", stall)) stall = 0;
        random_reg = fill_state;
        checks = 0;
        failed = 1'b0;
        done = 1'b0;
        own_rst = 1'b0;
        start = 1'b0;
        s_valid = 1'b0;
        load = 0;
        word = 0;
        state = IDLE;
        was_valid = INITIAL_VALID != 0;
        #1 if (valid !== (INITIAL_VALID != 0) || loading === 1'b1 || crc !== INITIAL_CRC) fail("wrong from the beginning");
    end

    always @(posedge clk) begin
        random_reg <= {random_reg[30:0], random_reg[31] ^ random_reg[21] ^ random_reg[1] ^ random_reg[0]};
        start   <= 1'b0;
        own_rst <= 1'b0;
        if (^{valid, crc} === 1'bx) fail("unknown");
        if (rst) begin
            // A load under way has ended and left nothing valid; otherwise nothing changed.
            if (state != IDLE && state != OVER) begin
                if (was_valid !== valid) fail("a reset changed valid");
            end
            s_valid <= 1'b0;
            state   <= IDLE;
        end else begin
            was_valid = valid;
            case (state)
                IDLE: begin
                    if (load == LOADS) begin
                        state <= OVER;
                        done  <= 1'b1;
                    end else begin
                        draw_image;
                        draw;
                        kind    = load < 4 ? (load + 1) % 5 : load == LOADS - 1 ? 0 : fill_state[10:8] % 5;
                        stop    = 1 + fill_state[31:16] % (BYTES / 4);
                        changed = fill_state[20:12] % (BYTES / 4);
                        s_crc  <= kind == 1 ? image_crc ^ (32'd1 << fill_state[7:3]) : image_crc;
                        start  <= 1'b1;
                        word    = 0;
                        state  <= START;
                    end
                end
                START: begin
                    checks = checks + 1;
                    state <= WORDS;
                end
                WORDS: begin
                    if (valid !== 1'b0) fail("valid amid a load");
                    if (s_valid && s_ready) begin
                        checks = checks + 1;
                        word = word + 1;
                        s_valid <= 1'b0;
                    end
                    if ((kind == 2 || kind == 3) && word == stop - 1) begin
                        wait_clocks = 0;
                        s_valid <= 1'b0;
                        state <= END;
                    end else if (word == BYTES / 4) begin
                        // Too many words follow at once, or none.
                        wait_clocks = 0;
                        s_valid <= changed % 2 == 0;
                        s_word  <= random_reg;
                        state   <= END;
                    end else if ((!s_valid || s_ready) && random_reg[15:0] % 100 >= stall) begin
                        s_valid <= 1'b1;
                        s_word  <= {image[4*word+3], image[4*word+2], image[4*word+1], image[4*word]}
                                   ^ (kind == 4 && word == changed ? 32'h00080000 : 32'd0);
                    end
                end
                END: begin
                    wait_clocks = wait_clocks + 1;
                    if (wait_clocks > 37) s_valid <= 1'b0;
                    // Half-way: at any place within a word; else 40 clocks are enough for the last word and its check.
                    if (wait_clocks == ((kind == 2 || kind == 3) ? 1 + random_reg[5:0] % 40 : 40)
                            || wait_clocks > 80) begin
                        checks = checks + 1;
                        if (offset !== 4 * word) fail("the offset is not what was taken");
                        case (kind)
                            0: begin
                                if (valid !== 1'b1 || loading !== 1'b0) fail("a whole image is not valid");
                                if (crc !== image_crc) fail("the checksum is not the image's");
                                compare;
                            end
                            2, 3: if (valid !== 1'b0 || loading !== 1'b1) fail("half of an image is over");
                            default: if (valid !== 1'b0 || loading !== 1'b0) fail("a wrong image is valid");
                        endcase
                        load  = load + 1;
                        // A start during a load comes at once, words that nobody waits for after a load.
                        wait_clocks = 0;
                        own_rst <= kind == 3;
                        state   <= kind == 2 ? IDLE : LATE;
                    end
                end
                LATE: begin
                    wait_clocks = wait_clocks + 1;
                    s_valid <= wait_clocks > 2 && wait_clocks < 20;
                    s_word  <= random_reg;
                    own_rst <= wait_clocks == 60;
                    if (s_valid && s_ready !== 1'b1) fail("a word between loads has to wait");
                    if (wait_clocks == 100) begin
                        checks = checks + 1;
                        if (valid !== (kind == 0) || loading !== 1'b0) fail("a late word or a reset changed valid");
                        if (offset !== 4 * word) fail("a late word was counted");
                        if (kind == 0) compare;
                        state <= IDLE;
                    end
                end
                default: ;
            endcase
        end
    end

    bench_control #(.NAME("weight_loader")) control (
        .clk(clk), .rst(rst), .done(done), .failed(failed), .checks(checks)
    );
endmodule

`default_nettype wire
