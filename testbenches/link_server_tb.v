// Bench of volley_link_server: a host that sends all messages of the protocol, right and wrong, and what is behind the server: registers
// whose writing stalls, and a core that takes frames with pauses and gives their scores late. All answers must come in the
// order of the messages and be exactly what docs/host-protocol.md says.
//
// Also checked: every word of a WRITE arrives at its register once and in order, and only when all before it has been answered; the
// core gets whole frames, in order, at most 2^IN_FLIGHT_LOG2 of them unanswered. Some frames find a core that never
// answers, answers too late, or stops in the middle of a frame or of its scores: they and all further frames are refused, the first of them
// within 4 clocks of the time limit, until CONTROL has reset the core. An answer that has begun ends marked as bad.
`default_nettype none

module link_server_tb;
    parameter FRAME_BYTES    = 6;
    parameter CLASSES        = 3;
    parameter IN_FLIGHT_LOG2 = 1;
    parameter TIMEOUT_LOG2   = 10;
    parameter MESSAGES       = 100;

    localparam IN_MOST   = MESSAGES * (80 + FRAME_BYTES) + 1000;
    localparam OUT_MOST  = MESSAGES * (261 + 4 * CLASSES);
    localparam TIMEOUT   = 1 << TIMEOUT_LOG2;
    localparam [7:0] CONTROL = 8'd11, WEIGHTS = 8'd20, UNLISTED = 8'd63;    // bit 0 of WEIGHTS makes them valid here

    // What is wrong with the core from a frame on.
    localparam [2:0] WELL = 3'd0, SILENT = 3'd1, LATE = 3'd2, FULL = 3'd3, PART = 3'd4;
    // Scores of a frame that come before its core stops.
    localparam SOME = CLASSES / 2;

    wire        clk;
    wire        rst;
    wire        sink_failed;
    reg         failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    // ---------------------------------------------------------------- requests and what must follow
    reg [8:0]  in      [0:IN_MOST-1];       // {last, byte}
    reg [9:0]  out     [0:OUT_MOST-1];      // {bad, last, byte}
    integer    in_size, out_size;
    integer    frame_at    [0:MESSAGES];    // of each frame that may reach the core: its first byte in `in`
    reg [2:0]  frame_state [0:MESSAGES];
    integer    frames;
    reg [39:0] writes      [0:IN_MOST-1];   // {register, word}, in order
    integer    write_after [0:IN_MOST-1];   // answers that must have come before
    integer    write_total;
    integer    reset_frame [0:MESSAGES];    // the first frame after each reset of the core
    integer    resets;
    reg        for_core    [0:MESSAGES-1];  // the message is one of those frames
    reg        timed_out   [0:MESSAGES-1];  // it is the first to be refused after the time limit
    reg [31:0] registers   [0:255];

    task ask;
        input [7:0] value;
        begin
            in[in_size] = {1'b0, value};
            in_size = in_size + 1;
        end
    endtask
    task answer;
        input [7:0] value;
        begin
            out[out_size] = {2'b00, value};
            out_size = out_size + 1;
        end
    endtask
    task ask_header;
        input [7:0]   kind;
        input integer length;
        begin
            ask(kind);
            ask(sequence_number[7:0]);
            ask(sequence_number[15:8]);
            ask(length[7:0]);
            ask(length[15:8]);
        end
    endtask
    task answer_header;
        input [7:0]   kind;
        input integer length;
        begin
            answer(kind);
            answer(sequence_number[7:0]);
            answer(sequence_number[15:8]);
            answer(length[7:0]);
            answer(length[15:8]);
        end
    endtask
    task answer_word;
        input [31:0] word;
        begin
            answer(word[7:0]);
            answer(word[15:8]);
            answer(word[23:16]);
            answer(word[31:24]);
        end
    endtask
    task answer_error;
        input [7:0] code;
        begin
            answer_header(8'hff, 1);
            answer(code);
        end
    endtask
    task ask_random;
        input integer size;
        integer       i;
        for (i = 0; i < size; i = i + 1) begin
            draw;
            ask(fill_state[31:24]);
        end
    endtask
    function [31:0] score;
        input integer frame;
        input integer label;
        score = (frame * 32'd2654435761) ^ (label * 32'd2246822519) ^ 32'h80000000;
    endfunction
    // A word to a register, and what follows.
    task ask_word;
        input [7:0] register;
        begin
            for (k = 0; k < 4; k = k + 1) ask(fill_state[8*k +: 8]);
            // A number above 63 is not a register.
            writes[write_total]      = {register > 63 ? UNLISTED : register, fill_state};
            write_after[write_total] = n;
            write_total = write_total + 1;
            if (register < 63) registers[register] = fill_state;
            if (register == WEIGHTS) weights = fill_state[0];
            if (register == CONTROL && fill_state[0]) begin
                stuck = 1'b0;
                reset_frame[resets] = frames;
                resets = resets + 1;
            end
        end
    endtask

    integer    n, k, kind, size, first, trouble;
    reg [15:0] sequence_number;
    reg [7:0]  where;
    reg        weights, stuck;
    initial begin
        start_random;
        in_size     = 0;
        out_size    = 0;
        frames      = 0;
        write_total = 0;
        resets      = 0;
        weights     = 1'b1;
        stuck       = 1'b0;
        trouble     = 0;
        for (k = 0; k < 256; k = k + 1) registers[k] = 32'd0;
        for (n = 0; n < MESSAGES; n = n + 1) begin
            timed_out[n] = 1'b0;
            for_core[n]  = 1'b0;
            draw;
            sequence_number = fill_state[31:16];
            kind = fill_state[15:8] % 32;
            draw;
            where = fill_state[31] ? {2'b00, fill_state[13:8]} : fill_state[15:8];
            if (where == CONTROL || where == WEIGHTS) where = 8'd12;
            // A core that fails or has no weights is repaired after a few messages.
            trouble = stuck || !weights ? trouble + 1 : 0;
            if (trouble > 10) kind = 30;
            case (kind)
                0, 1, 2: begin                                      // READ
                    size = kind == 0 ? 64 : 1 + fill_state[23:16] % 8;
                    ask_header(8'h01, 2);
                    ask(where);
                    ask(size[7:0]);
                    answer_header(8'h81, 4 * size);
                    for (k = 0; k < size; k = k + 1) answer_word(where + k < 63 ? registers[where+k] : 32'd0);
                end
                3, 4, 5: begin                                      // WRITE
                    size = kind == 3 ? 1 + fill_state[23:16] % 9 : 1;
                    ask_header(8'h02, 1 + 4 * size);
                    ask(where);
                    for (first = 0; first < size; first = first + 1) begin
                        draw;
                        ask_word(where);
                    end
                    answer_header(8'h82, 0);
                end
                6: begin                                            // the count of a READ
                    ask_header(8'h01, 2);
                    ask(where);
                    ask(fill_state[16] ? 8'd0 : fill_state[17] ? 8'd65 : 8'd65 + fill_state[31:18] % 191);
                    answer_error(8'd3);
                end
                7, 8: begin                                         // the length of a READ, of a WRITE
                    size = fill_state[23:16] % 10;
                    if (kind == 7 && size == 2) size = 258;
                    if (kind == 8 && size % 4 == 1) size = 1;
                    ask_header(kind == 7 ? 8'h01 : 8'h02, size);
                    ask_random(size);
                    answer_error(8'd3);
                end
                9: begin                                            // the length of a FRAME
                    size = fill_state[20:16] == 0 ? 256 + FRAME_BYTES : fill_state[23:16] % (2 * FRAME_BYTES + 1);
                    if (size == FRAME_BYTES) size = size + 1;
                    ask_header(8'h03, size);
                    ask_random(size);
                    answer_error(8'd3);
                end
                10, 11: begin                                       // no such kind
                    where = fill_state[31:24];
                    if (where >= 1 && where <= 3) where = where + 8'h80;
                    if (fill_state[16]) where = where & 8'hc7;
                    if (where >= 1 && where <= 3) where = 8'h04;
                    size = fill_state[15:8] % 8;
                    ask_header(where, size);
                    ask_random(size);
                    answer_error(8'd4);
                end
                12, 13: begin                                       // a message that was dropped
                    ask(kind == 12 ? 8'd1 : 8'd2);
                    sequence_number = 16'hffff;
                    answer_error(kind == 12 ? 8'd1 : 8'd2);
                end
                14, 15: begin                                           // the weights become valid or not
                    ask_header(8'h02, 5);
                    ask(WEIGHTS);
                    ask_word(WEIGHTS);
                    answer_header(8'h82, 0);
                end
                30, 31: begin                                       // the core is reset, with valid weights
                    ask_header(8'h02, 5);
                    ask(CONTROL);
                    fill_state[0] = 1'b1;
                    ask_word(CONTROL);
                    answer_header(8'h82, 0);
                    if (!weights) begin
                        in[in_size-1][8]   = 1'b1;
                        out[out_size-1][8] = 1'b1;
                        n = n + 1;
                        if (n < MESSAGES) begin
                            timed_out[n] = 1'b0;
                            for_core[n]  = 1'b0;
                            ask_header(8'h02, 5);
                            ask(WEIGHTS);
                            fill_state[0] = 1'b1;
                            ask_word(WEIGHTS);
                            answer_header(8'h82, 0);
                        end
                    end
                end
                default: begin                                      // FRAME
                    ask_header(8'h03, FRAME_BYTES);
                    if (weights) begin
                        frame_at[frames]    = in_size;
                        frame_state[frames] = WELL;
                        draw;
                        if (!stuck && fill_state[10:8] == 0 && n > 5) begin
                            frame_state[frames] = fill_state[31:12] % (SOME == 0 ? 3 : 4) + 1;
                            stuck        = 1'b1;
                            timed_out[n] = frame_state[frames] != PART;
                        end
                        if (frame_state[frames] == PART) begin
                            answer_header(8'h83, 4 * CLASSES);
                            for (k = 0; k < SOME; k = k + 1) answer_word(score(frames, k));
                            answer(8'd6);
                            out[out_size-1][9] = 1'b1;
                        end else if (stuck) begin
                            answer_error(8'd6);
                        end else begin
                            answer_header(8'h83, 4 * CLASSES);
                            for (k = 0; k < CLASSES; k = k + 1) answer_word(score(frames, k));
                        end
                        frames = frames + 1;
                        for_core[n] = 1'b1;
                    end else begin
                        answer_error(8'd5);
                    end
                    ask_random(FRAME_BYTES);
                end
            endcase
            in[in_size-1][8]   = 1'b1;
            out[out_size-1][8] = 1'b1;
        end
        reset_frame[resets] = frames;
    end

    // ---------------------------------------------------------------- messages
    wire [31:0] sent;
    wire [8:0]  in_data;
    wire        in_valid;
    wire        in_ready;
    stream_source #(.WIDTH(9)) source (
        .clk(clk), .rst(rst), .total(in_size), .index(sent), .word(in[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire [7:0]  out_data;
    wire        out_last;
    wire        out_bad;
    wire        out_valid;
    wire        out_ready;
    wire [5:0]  register_addr;
    wire        register_write;
    wire [31:0] register_wdata;
    reg         register_ready;
    reg  [31:0] register_rdata;
    wire [7:0]  frame_data;
    wire        frame_last;
    wire        frame_valid;
    wire        frame_ready;
    wire [31:0] score_data;
    reg         score_valid;
    wire        score_ready;
    reg         weights_valid;
    reg         core_reset;
    volley_link_server #(
        .FRAME_BYTES(FRAME_BYTES), .CLASSES(CLASSES), .IN_FLIGHT_LOG2(IN_FLIGHT_LOG2), .TIMEOUT_LOG2(TIMEOUT_LOG2)
    ) dut (
        .clk(clk), .rst(rst), .s_message_tdata(in_data[7:0]), .s_message_tlast(in_data[8]), .s_message_tvalid(in_valid),
        .s_message_tready(in_ready), .m_message_tdata(out_data), .m_message_tlast(out_last), .m_message_tbad(out_bad),
        .m_message_tvalid(out_valid), .m_message_tready(out_ready), .register_addr(register_addr), .register_write(register_write),
        .register_wdata(register_wdata), .register_ready(register_ready), .register_rdata(register_rdata),
        .m_frame_tdata(frame_data), .m_frame_tlast(frame_last), .m_frame_tvalid(frame_valid), .m_frame_tready(frame_ready),
        .s_score_tdata(score_data), .s_score_tvalid(score_valid), .s_score_tready(score_ready),
        .weights_valid(weights_valid), .core_reset(core_reset)
    );

    wire [31:0] received;
    wire        all_came;
    stream_sink #(.WIDTH(10)) sink (
        .clk(clk), .rst(rst), .total(out_size), .index(received), .word(out[received]), .tdata({out_bad, out_last, out_data}),
        .tvalid(out_valid), .tready(out_ready), .done(all_came), .failed(sink_failed), .checks(checks)
    );

    // ---------------------------------------------------------------- behind the server
    reg [31:0] file [0:63];
    integer    clock;
    integer    stall;
    integer    written;                     // words
    integer    answered;                    // messages
    integer    answer_clock;                // of the last answer's end
    reg        answering;                   // an answer has begun
    integer    byte_clock;                  // of the last byte of an answer that was taken
    reg        was_valid;
    integer    message;                     // that comes in
    integer    message_byte;
    integer    header_clock [0:MESSAGES-1]; // of the last byte of its header
    integer    first_frame;                 // since the core's reset
    integer    begun;                       // frames of which the core has seen something since then
    integer    frame_answers;               // frames that were answered since then
    integer    taking, taking_byte;         // frame that enters the core
    integer    giving, label;               // frame whose scores leave
    integer    wait_left;
    integer    reset_now;
    reg        core_pause;
    reg        wrong;
    integer    i;

    assign frame_ready = !core_pause && !(frame_state[taking] == FULL && taking_byte == FRAME_BYTES / 2);
    assign score_data  = score_valid ? score(giving, label) : 32'hxxxxxxxx;

    initial begin
        failed = 1'b0;
        stall  = 0;
        if (!$value$plusargs("m_stall=%d", stall)) stall = 0;
    end

    always @(posedge clk) begin
        draw;
        clock          <= clock + 1;
        register_ready <= fill_state[15:8] % 100 >= stall;
        core_pause     <= fill_state[23:16] % 100 < stall;
        core_reset     <= 1'b0;
        register_rdata <= file[register_addr];
        wrong           = 1'b0;
        if (rst) begin
            for (i = 0; i < 64; i = i + 1) file[i] <= 32'd0;
            clock         <= 0;
            written       <= 0;
            answered      <= 0;
            answering     <= 1'b0;
            answer_clock  <= 0;
            byte_clock    <= 0;
            was_valid     <= 1'b0;
            message       <= 0;
            message_byte  <= 0;
            first_frame   <= 0;
            begun         <= 0;
            frame_answers <= 0;
            taking        <= 0;
            taking_byte   <= 0;
            giving        <= 0;
            label         <= 0;
            wait_left     <= 0;
            score_valid   <= 1'b0;
            reset_now     <= 0;
            weights_valid <= 1'b1;
        end else begin
            // Messages, one answer each.
            was_valid <= out_valid && !out_ready;
            if (in_valid && in_ready) begin
                message_byte <= in_data[8] ? 0 : message_byte + 1;
                if (message_byte == 4) header_clock[message] <= clock;
                if (in_data[8]) message <= message + 1;
            end
            if (out_valid === 1'b1) begin
                answering <= 1'b1;
                // The first refusal of a stuck core: not before its time, nor much later.
                if (!answering && timed_out[answered]) begin
                    i = clock - (answer_clock > header_clock[answered] ? answer_clock : header_clock[answered]);
                    if (i < TIMEOUT || i > TIMEOUT + 4) begin
                        wrong = 1'b1;
                        $display("message %0d was given up after %0d clocks", answered, i);
                    end
                end
                // An answer is not given up at any other time, either.
                if (!was_valid && out_bad) begin
                    i = clock - byte_clock;
                    if (i < TIMEOUT || i > TIMEOUT + 4) begin
                        wrong = 1'b1;
                        $display("answer %0d was ended after %0d clocks", answered, i);
                    end
                end
                if (out_ready) byte_clock <= clock;
                if (out_ready && out_last) begin
                    answering    <= 1'b0;
                    answered     <= answered + 1;
                    answer_clock <= clock;
                    if (for_core[answered]) frame_answers <= frame_answers + 1;
                end
            end
            // Registers.
            if (register_write !== 1'b0 && register_ready) begin
                written <= written + 1;
                if (register_write !== 1'b1 || written >= write_total || answered != write_after[written] ||
                    {2'b00, register_addr, register_wdata} !== writes[written]) begin
                    wrong = 1'b1;
                    $display("word %0d of %0d is %h for register %0d after %0d answers", written, write_total,
                             register_wdata, register_addr, answered);
                end
                if (register_addr != UNLISTED) file[register_addr] <= register_wdata;
                if (register_addr == WEIGHTS) weights_valid <= register_wdata[0];
                core_reset <= register_addr == CONTROL && register_wdata[0];
            end
            // Frames enter.
            if (frame_valid !== 1'b0 && frame_ready) begin
                taking_byte <= taking_byte + 1;
                if (taking_byte == FRAME_BYTES - 1) begin
                    taking      <= taking + 1;
                    taking_byte <= 0;
                end
                if (frame_valid !== 1'b1 || taking >= frames || frame_data !== in[frame_at[taking]+taking_byte][7:0] ||
                    frame_last !== (taking_byte == FRAME_BYTES - 1)) begin
                    wrong = 1'b1;
                    $display("byte %0d of frame %0d is %h, last %b", taking_byte, taking, frame_data, frame_last);
                end
                if (taking_byte == 0) begun <= begun + 1;
            end
            if (begun - frame_answers > (1 << IN_FLIGHT_LOG2)) begin
                wrong = 1'b1;
                $display("%0d frames are in the core", begun - frame_answers);
            end
            // Scores leave.
            if (score_valid && score_ready) begin
                score_valid <= 1'b0;
                label       <= label + 1;
                wait_left   <= fill_state[31:24] % 100 < stall ? 3 : 0;
                if (label == CLASSES - 1) begin
                    label     <= 0;
                    giving    <= giving + 1;
                    wait_left <= fill_state[25:24] != 0 ? fill_state[28:26] : fill_state[31:26] * TIMEOUT / 128;
                end
                if (frame_state[giving] != WELL && !(frame_state[giving] == PART && label < SOME)) begin
                    wrong = 1'b1;
                    $display("frame %0d was answered too late, but its score is taken", giving);
                end
            end else if (!score_valid && giving < taking && frame_state[giving] != SILENT && frame_state[giving] != FULL &&
                         !(frame_state[giving] == PART && label == SOME)) begin
                wait_left   <= wait_left - 1;
                // A score that is too late comes when its frame is being refused.
                score_valid <= frame_state[giving] == WELL || frame_state[giving] == PART ? wait_left <= 0
                             : giving - first_frame < frame_answers + (answering && for_core[answered]);
            end
            if (core_reset) begin
                taking        <= reset_frame[reset_now];
                taking_byte   <= 0;
                giving        <= reset_frame[reset_now];
                label         <= 0;
                wait_left     <= 0;
                score_valid   <= 1'b0;
                reset_now     <= reset_now + 1;
                first_frame   <= reset_frame[reset_now];
                begun         <= 0;
                frame_answers <= 0;
            end
            if (wrong) failed <= 1'b1;
        end
    end

    bench_control #(.NAME("link_server")) control (
        .clk(clk), .rst(rst), .done(all_came && written == write_total && sent == in_size && !in_valid),
        .failed(sink_failed || failed), .checks(checks)
    );
endmodule

`default_nettype wire
