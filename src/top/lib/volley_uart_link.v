// volley_uart_link: the accelerator side of the serial line of docs/host-protocol.md: from two pins to registers, frames and scores.
//
//     serial_in  -> volley_uart_receiver -> volley_link_receiver -> volley_link_server -> registers, frames
//     serial_out <- volley_uart_sender   <- volley_link_sender   <- volley_link_server <- registers, scores
`default_nettype none

module volley_uart_link #(
    parameter CLOCKS_PER_BIT = 80,          // of the line, 4 .. 65535
    parameter BUFFER_LOG2    = 10,          // log2 of the bytes of requests that are kept
    parameter FRAME_BYTES    = 64,          // bytes of a frame, 1 .. 65535
    parameter CLASSES        = 10,          // scores of a frame, 1 .. 16383
    parameter IN_FLIGHT_LOG2 = 2,           // log2 of the frames that are in the core at once
    parameter TIMEOUT_LOG2   = 28           // log2 of the clocks after which a core without a score is stuck
) (
    input  wire        clk,                 // rising edge
    input  wire        rst,                 // synchronous, active high
    input  wire        serial_in,           // asynchronous
    output wire        serial_out,          // registered
    // Registers: the word read comes one clock after its address.
    output wire [5:0]  register_addr,       // number of the register
    output wire        register_write,      // wanted; taken in a clock with register_ready
    output wire [31:0] register_wdata,      // with register_write
    input  wire        register_ready,      // the write is taken
    input  wire [31:0] register_rdata,      // one clock after its address
    // Frames, a byte a beat.
    output wire [7:0]  m_frame_tdata,       // one byte
    output wire        m_frame_tlast,       // last byte of the frame
    output wire        m_frame_tvalid,
    input  wire        m_frame_tready,
    // Scores.
    input  wire [31:0] s_score_tdata,       // score of one class, signed
    input  wire        s_score_tvalid,
    output wire        s_score_tready,
    input  wire        weights_valid,       // low: frames are refused
    input  wire        core_reset,          // the core forgets its frames
    output wire        error                // for one clock: a message was dropped
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (CLOCKS_PER_BIT < 4 || CLOCKS_PER_BIT > 65535) begin : g_check_clocks_per_bit
            volley_uart_link_needs_CLOCKS_PER_BIT_of_4_to_65535 illegal ();
        end
        if (BUFFER_LOG2 < 5 || BUFFER_LOG2 > 15) begin : g_check_buffer_log2
            volley_uart_link_needs_BUFFER_LOG2_of_5_to_15 illegal ();
        end
        if (FRAME_BYTES < 1 || FRAME_BYTES > 65535) begin : g_check_frame_bytes
            volley_uart_link_needs_FRAME_BYTES_of_1_to_65535 illegal ();
        end
        if (CLASSES < 1 || CLASSES > 16383) begin : g_check_classes
            volley_uart_link_needs_CLASSES_of_1_to_16383 illegal ();
        end
        if (IN_FLIGHT_LOG2 < 1) begin : g_check_in_flight_log2
            volley_uart_link_needs_IN_FLIGHT_LOG2_of_at_least_1 illegal ();
        end
        if (TIMEOUT_LOG2 < 1) begin : g_check_timeout_log2
            volley_uart_link_needs_TIMEOUT_LOG2_of_at_least_1 illegal ();
        end
    endgenerate

    wire [7:0] received;
    wire       received_error;
    wire       received_valid;
    wire [7:0] request;
    wire       request_last;
    wire       request_valid;
    wire       request_ready;
    wire [7:0] answer;
    wire       answer_last;
    wire       answer_bad;
    wire       answer_valid;
    wire       answer_ready;
    wire [7:0] sent;
    wire       sent_valid;
    wire       sent_ready;

    volley_uart_receiver #(
        .CLOCKS (CLOCKS_PER_BIT)
    ) receiver (
        .clk      (clk),
        .rst      (rst),
        .pin      (serial_in),
        .m_tdata  (received),
        .m_terror (received_error),
        .m_tvalid (received_valid)
    );

    volley_link_receiver #(
        .BUFFER_LOG2 (BUFFER_LOG2)
    ) requests (
        .clk      (clk),
        .rst      (rst),
        .s_tdata  (received),
        .s_terror (received_error),
        .s_tvalid (received_valid),
        .m_tdata  (request),
        .m_tlast  (request_last),
        .m_tvalid (request_valid),
        .m_tready (request_ready),
        .error    (error)
    );

    volley_link_server #(
        .FRAME_BYTES    (FRAME_BYTES),
        .CLASSES        (CLASSES),
        .IN_FLIGHT_LOG2 (IN_FLIGHT_LOG2),
        .TIMEOUT_LOG2   (TIMEOUT_LOG2)
    ) server (
        .clk              (clk),
        .rst              (rst),
        .s_message_tdata  (request),
        .s_message_tlast  (request_last),
        .s_message_tvalid (request_valid),
        .s_message_tready (request_ready),
        .m_message_tdata  (answer),
        .m_message_tlast  (answer_last),
        .m_message_tbad   (answer_bad),
        .m_message_tvalid (answer_valid),
        .m_message_tready (answer_ready),
        .register_addr    (register_addr),
        .register_write   (register_write),
        .register_wdata   (register_wdata),
        .register_ready   (register_ready),
        .register_rdata   (register_rdata),
        .m_frame_tdata    (m_frame_tdata),
        .m_frame_tlast    (m_frame_tlast),
        .m_frame_tvalid   (m_frame_tvalid),
        .m_frame_tready   (m_frame_tready),
        .s_score_tdata    (s_score_tdata),
        .s_score_tvalid   (s_score_tvalid),
        .s_score_tready   (s_score_tready),
        .weights_valid    (weights_valid),
        .core_reset       (core_reset)
    );

    volley_link_sender answers (
        .clk      (clk),
        .rst      (rst),
        .s_tdata  (answer),
        .s_tlast  (answer_last),
        .s_tbad   (answer_bad),
        .s_tvalid (answer_valid),
        .s_tready (answer_ready),
        .m_tdata  (sent),
        .m_tvalid (sent_valid),
        .m_tready (sent_ready)
    );

    volley_uart_sender #(
        .CLOCKS (CLOCKS_PER_BIT)
    ) sender (
        .clk      (clk),
        .rst      (rst),
        .s_tdata  (sent),
        .s_tvalid (sent_valid),
        .s_tready (sent_ready),
        .pin      (serial_out)
    );
endmodule

`default_nettype wire
