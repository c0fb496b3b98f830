// volley_link_server: carries out the messages of a host and answers them (docs/host-protocol.md, messages).
//
// Frames are handed on as they come, and up to 2^IN_FLIGHT_LOG2 of them may be in the core before the first is answered. Any
// other message waits until all before it have been answered. So all are carried out, and answered, in order.
//
// A core that gives no score for 2^TIMEOUT_LOG2 clocks is regarded as stuck: frames are refused until the core is reset. An
// answer that already has scores ends there and is marked as bad.
`default_nettype none

module volley_link_server #(
    parameter FRAME_BYTES    = 64,          // 1 .. 65535
    parameter CLASSES        = 10,          // 1 .. 16383
    parameter IN_FLIGHT_LOG2 = 2,           // at least 1
    parameter TIMEOUT_LOG2   = 28           // log2 of the clocks after which a core without a score is stuck
) (
    input  wire        clk,                 // rising edge
    input  wire        rst,                 // synchronous, active high
    // Messages of the host, checked; one of a single byte is the error code of a message that was dropped.
    input  wire [7:0]  s_message_tdata,     // one byte
    input  wire        s_message_tlast,     // last byte of the message
    input  wire        s_message_tvalid,
    output wire        s_message_tready,
    // Answers.
    output wire [7:0]  m_message_tdata,     // one byte
    output wire        m_message_tlast,     // last byte of the message
    output wire        m_message_tbad,      // with the last byte: the message is not whole
    output wire        m_message_tvalid,
    input  wire        m_message_tready,
    // Registers: the word read comes one clock after its address.
    output wire [5:0]  register_addr,       // number of the register
    output wire        register_write,      // wanted; taken in a clock with register_ready
    output wire [31:0] register_wdata,      // with register_write
    input  wire        register_ready,      // of writing
    input  wire [31:0] register_rdata,      // one clock after its address
    // Frames, a byte a beat.
    output wire [7:0]  m_frame_tdata,       // one byte
    output wire        m_frame_tlast,       // last byte of the frame
    output wire        m_frame_tvalid,
    input  wire        m_frame_tready,
    // Scores, CLASSES a frame.
    input  wire [31:0] s_score_tdata,       // score of one class, signed
    input  wire        s_score_tvalid,
    output wire        s_score_tready,
    input  wire        weights_valid,       // low: frames are refused
    input  wire        core_reset           // the core forgets its frames, and is no longer stuck
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (FRAME_BYTES < 1 || FRAME_BYTES > 65535) begin : g_check_frame_bytes
            volley_link_server_needs_FRAME_BYTES_of_1_to_65535 illegal ();
        end
        if (CLASSES < 1 || CLASSES > 16383) begin : g_check_classes
            volley_link_server_needs_CLASSES_of_1_to_16383 illegal ();
        end
        if (IN_FLIGHT_LOG2 < 1) begin : g_check_in_flight_log2
            volley_link_server_needs_IN_FLIGHT_LOG2_of_at_least_1 illegal ();
        end
        if (TIMEOUT_LOG2 < 1) begin : g_check_timeout_log2
            volley_link_server_needs_TIMEOUT_LOG2_of_at_least_1 illegal ();
        end
    endgenerate

    localparam [7:0] READ = 8'h01, WRITE = 8'h02, FRAME = 8'h03, ERROR = 8'hff;

    localparam [2:0] NONE         = 3'd0;
    localparam [2:0] BAD_LENGTH   = 3'd3;
    localparam [2:0] UNKNOWN_KIND = 3'd4;
    localparam [2:0] NO_WEIGHTS   = 3'd5;
    localparam [2:0] TIMED_OUT    = 3'd6;

    localparam SCORE_BYTES = 4 * CLASSES;

    // No score has come in time.
    reg stuck_reg;

    // ---- Requests ----

    localparam [3:0] KIND       = 4'd0;     // the five bytes of the header, in order
    localparam [3:0] SEQUENCE_0 = 4'd1;
    localparam [3:0] SEQUENCE_1 = 4'd2;
    localparam [3:0] LENGTH_0   = 4'd3;
    localparam [3:0] LENGTH_1   = 4'd4;
    localparam [3:0] DECIDE     = 4'd5;     // what to do, by the header
    localparam [3:0] PIXELS     = 4'd6;     // of a FRAME
    localparam [3:0] WHERE      = 4'd7;     // the register of a READ or a WRITE
    localparam [3:0] COUNT      = 4'd8;     // of a READ
    localparam [3:0] WORD       = 4'd9;     // of a WRITE
    localparam [3:0] STORE      = 4'd10;    // that word
    localparam [3:0] DROP       = 4'd11;    // the rest of what is refused
    localparam [3:0] ANSWER     = 4'd12;    // in its turn

    reg [3:0]  state_reg;
    reg [7:0]  kind_reg;
    reg [15:0] sequence_reg;
    reg [15:0] length_reg;
    reg [2:0]  code_reg;
    reg [6:0]  register_reg;                // 64 and more: there is none
    reg [6:0]  words_reg;                   // of a READ, 1 .. 64
    reg [31:0] word_reg;
    reg [1:0]  byte_reg;                    // of that word
    reg        ended_reg;                   // the message's last byte has been taken

    wire fits = kind_reg == FRAME ? length_reg == FRAME_BYTES[15:0]
              : kind_reg == READ ? length_reg == 16'd2
              : length_reg[1:0] == 2'd1 && length_reg != 16'd1;
    wire [2:0] refusal = kind_reg != READ && kind_reg != WRITE && kind_reg != FRAME ? UNKNOWN_KIND
                       : !fits ? BAD_LENGTH
                       : kind_reg == FRAME && !weights_valid ? NO_WEIGHTS
                       : kind_reg == FRAME && stuck_reg ? TIMED_OUT
                       : NONE;

    // Messages to answer, in order: {error code, kind, sequence}.
    wire [20:0] job;
    wire        job_valid;
    wire        job_done;
    wire        push_ready;
    wire        accept = state_reg == DECIDE && refusal == NONE && kind_reg == FRAME;

    volley_fifo #(
        .WIDTH      (21),
        .DEPTH_LOG2 (IN_FLIGHT_LOG2)
    ) jobs (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  ({accept ? NONE : code_reg, kind_reg[1:0], sequence_reg}),
        .s_axis_tvalid (accept || state_reg == ANSWER),
        .s_axis_tready (push_ready),
        .m_axis_tdata  (job),
        .m_axis_tvalid (job_valid),
        .m_axis_tready (job_done)
    );

    // A stuck core takes nothing: what was meant for it is dropped.
    wire pixel = state_reg == PIXELS && !stuck_reg;
    wire take  = pixel ? m_frame_tready : state_reg != DECIDE && state_reg != STORE && state_reg != ANSWER;
    wire taken = s_message_tvalid && take;

    assign s_message_tready = take;
    assign m_frame_tdata    = s_message_tdata;
    assign m_frame_tlast    = s_message_tlast;
    assign m_frame_tvalid   = pixel && s_message_tvalid;
    assign register_write   = state_reg == STORE;
    assign register_wdata   = word_reg;

    always @(posedge clk) begin
        if (taken) begin
            ended_reg <= s_message_tlast;
        end
        case (state_reg)
            KIND: begin
                kind_reg     <= s_message_tdata;
                code_reg     <= s_message_tlast ? s_message_tdata[2:0] : NONE;
                sequence_reg <= 16'hffff;
                if (taken) begin
                    state_reg <= s_message_tlast ? ANSWER : SEQUENCE_0;
                end
            end
            DECIDE: begin
                code_reg <= refusal;
                if (refusal != NONE) begin
                    state_reg <= ended_reg ? ANSWER : DROP;
                end else if (kind_reg == FRAME) begin
                    state_reg <= push_ready ? PIXELS : DECIDE;
                end else begin
                    // All before this one have been answered.
                    state_reg <= job_valid ? DECIDE : WHERE;
                end
            end
            WHERE: begin
                register_reg <= s_message_tdata[7:6] != 2'd0 ? 7'd64 : {1'b0, s_message_tdata[5:0]};
                byte_reg     <= 2'd0;
                if (taken) begin
                    state_reg <= kind_reg == READ ? COUNT : WORD;
                end
            end
            COUNT: begin
                words_reg <= s_message_tdata[6:0];
                code_reg  <= s_message_tdata == 8'd0 || s_message_tdata > 8'd64 ? BAD_LENGTH : NONE;
                if (taken) begin
                    state_reg <= ANSWER;
                end
            end
            WORD: begin
                if (taken) begin
                    word_reg  <= {s_message_tdata, word_reg[31:8]};
                    byte_reg  <= byte_reg + 2'd1;
                    state_reg <= byte_reg == 2'd3 ? STORE : WORD;
                end
            end
            STORE: begin
                if (register_ready) begin
                    state_reg <= ended_reg ? ANSWER : WORD;
                end
            end
            PIXELS, DROP: begin
                if (taken && s_message_tlast) begin
                    state_reg <= state_reg == PIXELS ? KIND : ANSWER;
                end
            end
            ANSWER: begin
                if (push_ready) begin
                    state_reg <= KIND;
                end
            end
            SEQUENCE_0, SEQUENCE_1: begin
                if (taken) begin
                    sequence_reg <= {s_message_tdata, sequence_reg[15:8]};
                    state_reg    <= state_reg + 4'd1;
                end
            end
            LENGTH_0, LENGTH_1: begin
                if (taken) begin
                    length_reg <= {s_message_tdata, length_reg[15:8]};
                    state_reg  <= state_reg + 4'd1;
                end
            end
            default: begin
                state_reg <= KIND;
            end
        endcase
        if (rst) begin
            state_reg <= KIND;
        end
    end

    // ---- Answers ----

    localparam [2:0] IDLE  = 3'd0;
    localparam [2:0] HEAD  = 3'd1;          // five bytes
    localparam [2:0] CODE  = 3'd2;
    localparam [2:0] FETCH = 3'd3;          // the address is set, the word follows
    localparam [2:0] GET   = 3'd4;          // a word
    localparam [2:0] SEND  = 3'd5;          // its bytes

    reg [2:0]              answer_reg;
    reg                    failed_reg;      // this answer is an error
    reg [2:0]              failure_reg;     // its code
    reg [2:0]              head_reg;        // byte of the header
    reg [15:0]             left_reg;        // bytes of the payload
    reg [31:0]             out_reg;
    reg [1:0]              out_byte_reg;
    reg [6:0]              read_reg;        // register; counts to 127 at most
    reg [TIMEOUT_LOG2-1:0] timer_reg;

    wire [2:0]  job_code     = job[20:18];
    wire [1:0]  job_kind     = job[17:16];
    wire [15:0] job_sequence = job[15:0];
    wire        scores       = job_kind == FRAME[1:0];
    wire        reads        = job_kind == READ[1:0];

    wire [15:0] bytes = failed_reg ? 16'd1 : scores ? SCORE_BYTES[15:0] : reads ? {7'd0, words_reg, 2'd0} : 16'd0;
    reg  [7:0]  head;
    always @* begin
        case (head_reg)
            3'd0:    head = failed_reg ? ERROR : {6'b100000, job_kind};
            3'd1:    head = job_sequence[7:0];
            3'd2:    head = job_sequence[15:8];
            3'd3:    head = bytes[7:0];
            default: head = bytes[15:8];
        endcase
    end

    wire sends = answer_reg == HEAD || answer_reg == CODE || answer_reg == SEND;
    wire sent  = sends && m_message_tready;
    wire empty = !failed_reg && !scores && !reads;
    wire waits = (answer_reg == IDLE || answer_reg == GET) && job_valid && scores && !s_score_tvalid;

    assign m_message_tvalid = sends;
    assign m_message_tdata  = answer_reg == HEAD ? head : answer_reg == CODE ? {5'd0, failure_reg} : out_reg[7:0];
    assign m_message_tlast  = answer_reg == HEAD ? head_reg == 3'd4 && empty
                            : answer_reg == CODE || left_reg == 16'd1;
    assign m_message_tbad   = answer_reg == CODE && !failed_reg;
    assign job_done         = sent && m_message_tlast;
    assign s_score_tready   = answer_reg == GET && scores;
    // Register 63 is used for all numbers without a register: it reads as 0 and ignores writes.
    wire [6:0] register     = state_reg == STORE ? register_reg : read_reg;
    assign register_addr    = register[5:0] | {6{register[6]}};

    always @(posedge clk) begin
        case (answer_reg)
            IDLE: begin
                head_reg     <= 3'd0;
                read_reg     <= register_reg;
                failed_reg   <= job_code != NONE || (scores && stuck_reg);
                failure_reg  <= job_code != NONE ? job_code : TIMED_OUT;
                out_byte_reg <= 2'd0;
                // The header of scores leaves when the first score is there.
                if (job_valid && (job_code != NONE || !scores || s_score_tvalid || stuck_reg)) begin
                    answer_reg <= HEAD;
                end
            end
            HEAD: begin
                left_reg <= bytes;
                if (sent) begin
                    head_reg <= head_reg + 3'd1;
                    if (head_reg == 3'd4) begin
                        answer_reg <= failed_reg ? CODE : empty ? IDLE : FETCH;
                    end
                end
            end
            FETCH: begin
                answer_reg <= GET;
            end
            GET: begin
                out_reg <= scores ? s_score_tdata : register_rdata;
                if (!scores || s_score_tvalid) begin
                    read_reg   <= read_reg + 7'd1;
                    answer_reg <= SEND;
                end else if (&timer_reg) begin
                    answer_reg <= CODE;
                end
            end
            SEND: begin
                if (sent) begin
                    out_reg      <= {8'd0, out_reg[31:8]};
                    out_byte_reg <= out_byte_reg + 2'd1;
                    left_reg     <= left_reg - 16'd1;
                    if (out_byte_reg == 2'd3) begin
                        answer_reg <= left_reg == 16'd1 ? IDLE : FETCH;
                    end
                end
            end
            default: begin                  // CODE, also the end of an answer that is not whole
                if (sent) begin
                    answer_reg <= IDLE;
                end
            end
        endcase
        timer_reg <= timer_reg + 1'b1;
        if (!waits) begin
            timer_reg <= {TIMEOUT_LOG2{1'b0}};
        end else if (&timer_reg) begin
            stuck_reg <= 1'b1;
        end
        if (core_reset) begin
            stuck_reg <= 1'b0;
        end
        if (rst) begin
            answer_reg <= IDLE;
            timer_reg  <= {TIMEOUT_LOG2{1'b0}};
            stuck_reg  <= 1'b0;
        end
    end
endmodule

`default_nettype wire
