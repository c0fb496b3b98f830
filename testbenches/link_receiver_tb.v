// Bench of volley_link_receiver: good messages among everything that a line can bring: wrong bits and lengths, bodies cut off, an escape
// before a flag, garbage, bytes that cannot be trusted, messages longer than the ring, flags in a row.
//
// What each body is follows from the bytes of the line by the definition. A good one must come out whole. At every flag that ends a
// bad one, `error` must tell of it and its code must come out in its place, all in order. Whether there is space depends on the reader
// (+m_stall): a body must be kept if it fits beside the bytes that waited at its beginning, and must not if it does not fit beside
// those that wait at its end; in between `error` decides. The code has space if a byte has space at the end.
`default_nettype none

module link_receiver_tb;
    parameter BUFFER_LOG2 = 6;
    parameter MOST        = 24;             // bytes of a payload
    parameter ITEMS       = 80;
    parameter HOLD        = 0;              // nothing is read before this many bytes came

    localparam ROOM      = (1 << BUFFER_LOG2) - 1;
    localparam BODY_MOST = 1200;
    localparam LINE_MOST = ITEMS * (2 * ROOM + 300);
    localparam OUT_MOST  = LINE_MOST;

    wire        clk;
    wire        rst;
    wire        sink_failed;
    reg         failed;
    wire [31:0] checks;

    `include "bench_random.vh"
    `include "bench_link.vh"

    // ---------------------------------------------------------------- the line
    task add_message;
        input integer size;                 // of the payload
        input integer length;               // that the header tells
        integer       k;
        begin
            draw;
            add_header(fill_state[7:0], fill_state[23:8], length[15:0]);
            for (k = 0; k < size; k = k + 1) add_random;
            add_fcs;
        end
    endtask

    integer n, k, size, first, burst;
    task item;
        input integer kind;
        begin
            draw;
            size  = fill_state[9:8] == 0 ? 0 : fill_state[31:10] % (MOST + 1);
            first = line_size;
            case (kind)
                // A bit is wrong.
                0: begin
                    add_message(size, size);
                    draw;
                    k = fill_state[31:8] % body_size;
                    body[k] = body[k] ^ (8'd1 << fill_state[2:0]);
                    send_body;
                    send_flag;
                end
                // The header tells another length, also one that is right modulo 256 or far too large.
                1: begin
                    draw;
                    case (fill_state[9:8])
                        2'd0:    add_message(size, size + 1);
                        2'd1:    add_message(size + 1, size);
                        2'd2:    add_message(size, size + 256);
                        default: add_message(size, size + (fill_state[31:16] | 1));
                    endcase
                    send_body;
                    send_flag;
                end
                // Garbage, sometimes so much that a slow reader leaves no space for all the codes.
                2: begin
                    draw;
                    burst = fill_state[13:12] == 0 && BUFFER_LOG2 < 8 ? 2 * ROOM : 1 + fill_state[11:8];
                    for (n = 0; n < burst; n = n + 1) begin
                        draw;
                        for (k = fill_state[8] || burst > 16 ? 1 : fill_state[12:9]; k > 0; k = k - 1) begin
                            draw;
                            send_byte({1'b0, fill_state[31:24]});
                        end
                        send_flag;
                    end
                end
                // The end is missing.
                3: begin
                    add_message(size, size);
                    draw;
                    body_size = 1 + fill_state[31:8] % (body_size - 1);
                    send_body;
                    send_flag;
                end
                // An escape before the flag: after a part of a message, and after a whole one.
                4: begin
                    add_message(size, size);
                    draw;
                    if (fill_state[8]) body_size = fill_state[31:9] % body_size;
                    send_body;
                    send_byte(9'h07d);
                    send_flag;
                end
                // A byte that cannot be trusted, of any value.
                5: begin
                    add_message(size, size);
                    send_body;
                    draw;
                    k = first + fill_state[31:8] % (line_size - first);
                    line[k][8] = 1'b1;
                    if (fill_state[0]) line[k][7:0] = 8'h7e;
                    if (fill_state[2:0] == 3'd2) line[k][7:0] = 8'h7d;
                    send_flag;
                end
                // Longer than the ring.
                6: begin
                    draw;
                    size = ROOM - 4 + fill_state[9:8];
                    add_message(size, size);
                    send_body;
                    send_flag;
                end
                // As long as the ring.
                7: begin
                    size = ROOM - 5;
                    add_message(size, size);
                    send_body;
                    send_flag;
                end
                // Flags.
                8: begin
                    draw;
                    for (k = 0; k < fill_state[9:8]; k = k + 1) send_flag;
                end
                // Good, with escapes that need not be.
                9: begin
                    add_message(size, size);
                    for (k = 0; k < body_size; k = k + 1) begin
                        draw;
                        if (fill_state[8] || body[k] == 8'h7e || body[k] == 8'h7d) begin
                            send_byte(9'h07d);
                            send_byte({1'b0, body[k] ^ 8'h20});
                        end else begin
                            send_byte({1'b0, body[k]});
                        end
                    end
                    // An escaped byte that reads as a flag is a flag.
                    for (k = first; k < line_size; k = k + 1) if (line[k] == 9'h07e) line[k] = 9'h041;
                    send_flag;
                end
                default: begin
                    add_message(size, size);
                    send_body;
                    send_flag;
                end
            endcase
        end
    endtask

    // ---------------------------------------------------------------- what it means
    localparam NOTHING = 2'd0, GOOD = 2'd1, BAD = 2'd2;     // a flag's body

    reg [1:0]  meaning [0:LINE_MOST-1];     // of the flag at that place of the line
    integer    body_at [0:LINE_MOST-1];     // its bytes without the FCS in `bodies`
    integer    sizes   [0:LINE_MOST-1];
    reg [7:0]  bodies  [0:LINE_MOST-1];
    integer    bodies_size, m;
    reg        escape, trusted, some;
    initial begin
        start_random;
        line_size = 0;
        for (m = 0; m < ITEMS; m = m + 1) begin
            draw;
            // Every other message is a good one.
            item(fill_state[8] ? 10 : fill_state[31:16] % 10);
        end
        // After anything, the next message is found.
        item(10);

        bodies_size = 0;
        body_size   = 0;
        escape      = 1'b0;
        trusted     = 1'b1;
        some        = 1'b0;
        for (m = 0; m < line_size; m = m + 1) begin
            meaning[m] = NOTHING;
            if (line[m] == 9'h07e) begin
                body_at[m] = bodies_size;
                // A body that has no FCS takes a place as its code does.
                sizes[m] = body_size > 2 ? body_size - 2 : 1;
                if (some) begin
                    meaning[m] = BAD;
                    if (body_size >= 7 && !escape && trusted && body_size == {body[4], body[3]} + 7) begin
                        divide(body_size - 2);
                        if ({body[body_size-1], body[body_size-2]} == body_fcs) meaning[m] = GOOD;
                    end
                end
                if (meaning[m] == GOOD) begin
                    for (k = 0; k < body_size - 2; k = k + 1) bodies[bodies_size+k] = body[k];
                    bodies_size = bodies_size + body_size - 2;
                end
                body_size = 0;
                escape    = 1'b0;
                trusted   = 1'b1;
                some      = 1'b0;
            end else begin
                some = 1'b1;
                if (line[m] == 9'h07d && !escape) begin
                    escape = 1'b1;
                end else begin
                    add_byte(escape ? line[m][7:0] ^ 8'h20 : line[m][7:0]);
                    escape = 1'b0;
                end
                if (line[m][8]) trusted = 1'b0;
            end
        end
    end

    // ---------------------------------------------------------------- streams
    wire [31:0] sent;
    wire [8:0]  in_data;
    wire        in_valid;
    // Bytes are six clocks apart at least.
    reg  [2:0]  apart_reg;
    wire        now = apart_reg == 3'd0;
    stream_source #(.WIDTH(9)) source (
        .clk(clk), .rst(rst), .total(line_size), .index(sent), .word(line[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(now)
    );
    always @(posedge clk) begin
        apart_reg <= rst ? 3'd0 : !now ? apart_reg - 3'd1 : in_valid === 1'b1 ? 3'd5 : 3'd0;
    end

    wire [7:0] out_data;
    wire       out_last;
    wire       out_valid;
    wire       out_ready;
    wire       error;
    wire       held = sent < HOLD;
    volley_link_receiver #(.BUFFER_LOG2(BUFFER_LOG2)) dut (
        .clk(clk), .rst(rst), .s_tdata(in_data[7:0]), .s_terror(in_data[8]), .s_tvalid(in_valid && now), .m_tdata(out_data),
        .m_tlast(out_last), .m_tvalid(out_valid), .m_tready(out_ready && !held), .error(error)
    );

    // What must come: {any of the two codes, last, byte}.
    reg [9:0]   wanted [0:OUT_MOST-1];
    reg [31:0]  wanted_size;
    wire [31:0] received;
    wire        all_came;
    wire        any_code = wanted[received][9] && out_last === 1'b1 && (out_data === 8'd1 || out_data === 8'd2);
    stream_sink #(.WIDTH(9)) sink (
        .clk(clk), .rst(rst), .total(wanted_size), .index(received),
        .word(any_code ? {out_last, out_data} : wanted[received][8:0]),
        .tdata({out_last, out_data}), .tvalid(out_valid && !held), .tready(out_ready), .done(all_came), .failed(sink_failed),
        .checks(checks)
    );

    // ---------------------------------------------------------------- space, and `error`
    // Bytes in the ring: what was wanted and not read, except in the two registers after it.
    wire [31:0] waiting  = wanted_size - received - (out_valid === 1'b1) - (dut.word_valid_reg === 1'b1);
    wire        taken    = in_valid === 1'b1 && now;
    wire        at_flag  = taken && in_data == 9'h07e;
    wire [31:0] place    = sent - 1;        // of the byte that is in
    reg  [31:0] begin_reg;                  // bytes that waited at this body's beginning
    // Of the flag two clocks before.
    reg         before_reg;             // one clock before
    reg         flag_reg;
    reg  [1:0]  meaning_reg;
    reg  [31:0] place_reg;
    reg         must_reg;                   // it has space
    reg         may_reg;                    // it may have had space
    reg         code_reg;                   // the code has space
    integer     b, size_next;
    initial failed = 1'b0;
    always @(posedge clk) begin
        before_reg  <= at_flag;
        flag_reg    <= before_reg;
        if (at_flag) begin
            meaning_reg <= meaning[place];
            place_reg   <= place;
            must_reg    <= begin_reg + sizes[place] <= ROOM;
            may_reg     <= waiting + sizes[place] <= ROOM;
            code_reg    <= waiting + 1 <= ROOM;
        end
        if (rst) begin
            before_reg  <= 1'b0;
            flag_reg    <= 1'b0;
            wanted_size <= 0;
            begin_reg   <= 0;
        end else begin
            size_next = wanted_size;
            if (flag_reg && meaning_reg == GOOD && error === 1'b0) begin
                for (b = 0; b < sizes[place_reg]; b = b + 1) begin
                    wanted[wanted_size+b] = {1'b0, b == sizes[place_reg] - 1, bodies[body_at[place_reg]+b]};
                end
                size_next = wanted_size + sizes[place_reg];
            end else if (flag_reg && meaning_reg != NOTHING && code_reg) begin
                // A bad body that had no space may be either.
                wanted[wanted_size] = {meaning_reg == BAD && !must_reg, 1'b1, meaning_reg == BAD ? 8'd1 : 8'd2};
                size_next = wanted_size + 1;
            end
            // When a flag has had its effect, with what it has brought.
            wanted_size <= size_next;
            if (flag_reg) begin_reg <= size_next - wanted_size + waiting;
            if ((error !== 1'b0 && error !== 1'b1) || (error && !(flag_reg && meaning_reg != NOTHING)) ||
                (flag_reg && meaning_reg == BAD && !error) || (flag_reg && meaning_reg == GOOD && error && must_reg) ||
                (flag_reg && meaning_reg == GOOD && !error && !may_reg)) begin
                failed <= 1'b1;
                if (!failed) begin
                    $display("byte %0d of the line: error %b, flag %b, meaning %0d, space %b, %b", place_reg, error, flag_reg,
                             meaning_reg, must_reg, may_reg);
                end
            end
        end
    end

    bench_control #(.NAME("link_receiver")) control (
        .clk(clk), .rst(rst), .done(all_came && sent == line_size && !in_valid && !before_reg && !flag_reg), .failed(sink_failed || failed),
        .checks(checks)
    );
endmodule

`default_nettype wire
