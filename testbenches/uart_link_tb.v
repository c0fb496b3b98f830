// Bench of volley_uart_link: a host at the other end of the line that sends stuffed messages, right and wrong, without waiting for answers,
// and registers and a core behind the link. The answers must come back byte for byte, each between two flags.
//
// Some frames find no valid weights, or a core that stops in the middle of their scores, until it is reset.
`default_nettype none

module uart_link_tb;
    parameter CLOCKS_PER_BIT = 5;
    parameter MESSAGES       = 40;

    localparam FRAME_BYTES = 5;
    localparam CLASSES     = 2;
    localparam BODY_MOST   = 64;
    localparam [7:0] CONTROL = 8'd11, WEIGHTS = 8'd20;  // bit 0 resets the core; takes the weights away
    localparam LINE_MOST   = MESSAGES * 2 * BODY_MOST;

    wire        clk;
    wire        rst;
    reg         failed;
    reg  [31:0] checks;

    `include "bench_random.vh"
    `include "bench_link.vh"

    // ---------------------------------------------------------------- what is sent, and what must come back
    reg [7:0]  answers [0:LINE_MOST-1];
    integer    answers_size;
    reg [31:0] registers [0:62];
    integer    errors;
    reg [15:0] number;

    // The body that was built, with its FCS, as an answer; or with an FCS whose bits are all wrong.
    task expect_answer;     expect_with(8'h00); endtask
    task expect_bad_answer; expect_with(8'hff); endtask
    task expect_with;
        input [7:0] wrong_bits;
        integer     start;
        begin
            start = line_size;
            send_flag;
            add_fcs;
            body[body_size-2] = body[body_size-2] ^ wrong_bits;
            body[body_size-1] = body[body_size-1] ^ wrong_bits;
            send_body;
            send_flag;
            for (k = start; k < line_size; k = k + 1) begin
                answers[answers_size] = line[k][7:0];
                answers_size = answers_size + 1;
            end
            line_size = start;
        end
    endtask
    task add_word;
        input [31:0] word;
        begin
            add_byte(word[7:0]);
            add_byte(word[15:8]);
            add_byte(word[23:16]);
            add_byte(word[31:24]);
        end
    endtask
    function [31:0] score;
        input integer frame;
        input integer label;
        score = 32'h7e7d5e5d ^ (frame * 32'd2654435761) ^ (label * 32'd2246822519);
    endfunction

    integer   n, k, size, frames, kind;
    reg [7:0] where;
    reg       stuck, stops;                 // the core; it will be, from this frame on
    initial begin
        start_random;
        line_size    = 0;
        answers_size = 0;
        errors       = 0;
        frames       = 0;
        stuck        = 1'b0;
        for (k = 0; k < 63; k = k + 1) registers[k] = 32'd0;
        send_flag;
        for (n = 0; n < MESSAGES; n = n + 1) begin
            draw;
            number = fill_state[31:16];
            kind   = fill_state[15:8] % 8;
            where  = 8 + fill_state[3:0];
            size   = 1 + fill_state[5:4];
            if (kind == 3) where = fill_state[6] || stuck ? CONTROL : WEIGHTS;
            stops  = fill_state[7];
            if (kind < 2) begin
                add_header(8'h01, number, 2);
                add_byte(where);
                add_byte(size[7:0]);
                add_fcs;
                send_body;
                add_header(8'h81, number, 4 * size);
                for (k = 0; k < size; k = k + 1) add_word(registers[where+k]);
                expect_answer;
            end else if (kind < 4) begin
                add_header(8'h02, number, 1 + 4 * size);
                add_byte(where);
                for (k = 0; k < 4 * size; k = k + 1) begin
                    add_random;
                    registers[where] = {body[body_size-1], registers[where][31:8]};
                    if (where == CONTROL && k % 4 == 3 && registers[where][0]) stuck = 1'b0;
                end
                add_fcs;
                send_body;
                add_header(8'h82, number, 0);
                expect_answer;
            end else if (kind < 7) begin
                add_header(8'h03, number, FRAME_BYTES);
                // The core looks at the first byte: a number, and whether it stops after the first score.
                stops = stops && !stuck && !registers[WEIGHTS][0];
                add_byte({stops, frames[6:0]});
                for (k = 1; k < FRAME_BYTES; k = k + 1) add_random;
                add_fcs;
                send_body;
                if (registers[WEIGHTS][0] || stuck) begin
                    add_header(8'hff, number, 1);
                    add_byte(registers[WEIGHTS][0] ? 8'd5 : 8'd6);
                    expect_answer;
                end else if (stops) begin
                    add_header(8'h83, number, 4 * CLASSES);
                    add_word(score({stops, frames[6:0]}, 0));
                    add_byte(8'd6);
                    expect_bad_answer;
                    stuck = 1'b1;
                end else begin
                    add_header(8'h83, number, 4 * CLASSES);
                    for (k = 0; k < CLASSES; k = k + 1) add_word(score(frames[6:0], k));
                    expect_answer;
                end
                frames = frames + 1;
            end else begin
                // One bit is wrong, or a byte has no stop bit.
                add_header(8'h01, number, 2);
                add_byte(where);
                add_byte(8'd1);
                add_fcs;
                draw;
                if (fill_state[9]) body[fill_state[8] ? 7 : 1] = body[fill_state[8] ? 7 : 1] ^ 8'h40;
                send_body;
                if (!fill_state[9]) line[line_size-1][8] = 1'b1;
                add_header(8'hff, 16'hffff, 1);
                add_byte(8'd1);
                expect_answer;
                errors = errors + 1;
            end
            send_flag;
        end
    end

    // ---------------------------------------------------------------- the host
    reg     serial_in;
    wire    serial_out;
    integer stall_in, stall_out;
    integer sent;                           // bytes
    integer place;                          // clocks in the byte
    integer pause;
    initial begin
        failed    = 1'b0;
        checks    = 0;
        serial_in = 1'b1;
        stall_in  = 0;
        stall_out = 0;
        if (!$value$plusargs("s_stall=%d", stall_in)) stall_in = 0;
        if (!$value$plusargs("m_stall=%d", stall_out)) stall_out = 0;
    end
    reg  [31:0] coin;                       // of the device's pauses
    wire [9:0]  outgoing = {!line[sent][8], line[sent][7:0], 1'b0};
    always @(posedge clk) begin
        coin <= fill_state;
        draw;
        if (rst) begin
            serial_in <= 1'b1;
            sent      <= 0;
            place     <= 0;
            pause     <= 3;
        end else if (pause > 0 || sent == line_size) begin
            serial_in <= 1'b1;
            pause     <= pause - 1;
        end else begin
            serial_in <= outgoing[place/CLOCKS_PER_BIT];
            place     <= place + 1;
            if (place == 10 * CLOCKS_PER_BIT - 1) begin
                place <= 0;
                sent  <= sent + 1;
                if (fill_state[31:8] % 100 < stall_in) pause <= fill_state[15:8] % (8 * CLOCKS_PER_BIT);
                if (line[sent][8]) pause <= 2 * CLOCKS_PER_BIT;
            end
        end
    end

    integer   received;                     // bytes
    integer   seen;                         // clocks in the byte; -1: the line is idle
    integer   told;                         // errors
    wire      error;
    reg [9:0] incoming;
    reg       wrong;
    always @(posedge clk) begin
        wrong = 1'b0;
        if (rst) begin
            received <= 0;
            seen     <= -1;
            told     <= 0;
        end else begin
            if (error) told <= told + 1;
            if (seen >= 0 || serial_out !== 1'b1) seen <= seen + 1;
            if (seen >= 0 && seen % CLOCKS_PER_BIT == CLOCKS_PER_BIT / 2) begin
                incoming = {serial_out, incoming[9:1]};
                if (seen / CLOCKS_PER_BIT == 9) begin
                    seen     <= -1;
                    checks   <= checks + 1;
                    received <= received + 1;
                    if (received >= answers_size || incoming !== {1'b1, answers[received], 1'b0}) begin
                        wrong = 1'b1;
                        $display("byte %0d of %0d is %b, expected %h", received, answers_size, incoming, answers[received]);
                    end
                end
            end
            if (told > errors) wrong = 1'b1;
            if (wrong) failed <= 1'b1;
        end
    end

    // ---------------------------------------------------------------- the device
    wire [5:0]  register_addr;
    wire        register_write;
    wire [31:0] register_wdata;
    reg         register_ready;
    reg  [31:0] register_rdata;
    wire [7:0]  frame_data;
    wire        frame_last;
    wire        frame_valid;
    reg         frame_ready;
    reg         score_valid;
    wire        score_ready;
    reg  [31:0] file [0:63];
    reg  [7:0]  first [0:3];                // bytes of the frames in the core
    integer     taken, taken_byte, giving, label, i;
    wire        core_reset = register_write && register_ready && register_addr == CONTROL && register_wdata[0];
    volley_uart_link #(
        .CLOCKS_PER_BIT(CLOCKS_PER_BIT), .BUFFER_LOG2(10), .FRAME_BYTES(FRAME_BYTES), .CLASSES(CLASSES), .IN_FLIGHT_LOG2(1),
        .TIMEOUT_LOG2(11)
    ) dut (
        .clk(clk), .rst(rst), .serial_in(serial_in), .serial_out(serial_out), .register_addr(register_addr),
        .register_write(register_write), .register_wdata(register_wdata), .register_ready(register_ready),
        .register_rdata(register_rdata), .m_frame_tdata(frame_data), .m_frame_tlast(frame_last), .m_frame_tvalid(frame_valid),
        .m_frame_tready(frame_ready), .s_score_tdata(score_valid ? score(first[giving%4], label) : 32'hxxxxxxxx),
        .s_score_tvalid(score_valid), .s_score_tready(score_ready), .weights_valid(!file[WEIGHTS][0]), .core_reset(core_reset), .error(error)
    );

    always @(posedge clk) begin
        register_rdata <= file[register_addr];
        register_ready <= coin[7:0] % 100 >= stall_out;
        frame_ready    <= coin[15:8] % 100 >= stall_out;
        if (rst) begin
            for (i = 0; i < 64; i = i + 1) file[i] <= 32'd0;
            taken       <= 0;
            taken_byte  <= 0;
            giving      <= 0;
            label       <= 0;
            score_valid <= 1'b0;
        end else begin
            if (register_write && register_ready) file[register_addr] <= register_wdata;
            if (frame_valid && frame_ready) begin
                if (taken_byte == 0) first[taken%4] <= frame_data;
                taken_byte <= frame_last ? 0 : taken_byte + 1;
                if (frame_last) taken <= taken + 1;
            end
            if (score_valid && score_ready) begin
                score_valid <= 1'b0;
                label       <= label == CLASSES - 1 ? 0 : label + 1;
                if (label == CLASSES - 1) giving <= giving + 1;
            end else if (!score_valid && giving < taken && !(label == 1 && first[giving%4][7])) begin
                score_valid <= coin[23:16] % 100 >= stall_out;
            end
            if (core_reset) begin
                taken       <= 0;
                taken_byte  <= 0;
                giving      <= 0;
                label       <= 0;
                score_valid <= 1'b0;
            end
        end
    end

    bench_control #(.NAME("uart_link")) control (
        .clk(clk), .rst(rst), .done(received == answers_size && told == errors), .failed(failed), .checks(checks)
    );
endmodule

`default_nettype wire
