//! In the modules around a core.

use super::Fault;

pub const FAULTS: &[Fault] = &[
    // A part of a register is written; refused silently; a write of nothing refused; a second write before the first is answered; the
    // address of a read on a write; a register read a clock too early or too late; an answer that does not wait.
    Fault {
        file: "volley_axi_lite_port.v",
        from: "wire whole   = &strobe_reg;",
        to: "wire whole   = |strobe_reg;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "volley_axi_lite_port.v",
        from: "failed_reg <= !whole && |strobe_reg;",
        to: "failed_reg <= 1'b0;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "volley_axi_lite_port.v",
        from: "failed_reg <= !whole && |strobe_reg;",
        to: "failed_reg <= !whole;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "volley_axi_lite_port.v",
        from: "write_addr_valid_reg && write_data_valid_reg && !response_valid_reg;",
        to: "write_addr_valid_reg && write_data_valid_reg;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "volley_axi_lite_port.v",
        from: "write_addr_valid_reg && write_data_valid_reg && !response_valid_reg;",
        to: "write_addr_valid_reg && !response_valid_reg;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "volley_axi_lite_port.v",
        from: "register_addr  = writing ? write_addr_reg",
        to: "register_addr  = !read_addr_valid_reg ? write_addr_reg",
        bench: "axi_lite_port",
    },
    Fault {
        file: "volley_axi_lite_port.v",
        from: "if (reading_reg) begin",
        to: "if (read) begin",
        bench: "axi_lite_port",
    },
    Fault {
        file: "volley_axi_lite_port.v",
        from: "!writing && !reading_reg && !read_data_valid_reg;",
        to: "!writing && !reading_reg;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "volley_axi_lite_port.v",
        from: "read_addr_valid_reg && !writing &&",
        to: "read_addr_valid_reg &&",
        bench: "axi_lite_port",
    },
    Fault {
        file: "volley_axi_lite_port.v",
        from: "written || (response_valid_reg && !s_axi_bready);",
        to: "written;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "volley_axi_lite_port.v",
        from: "writing && (register_ready || !whole);",
        to: "writing;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "volley_axi_lite_port.v",
        from: "read_addr_reg <= s_axi_araddr[7:2];",
        to: "read_addr_reg <= {1'b0, s_axi_araddr[6:2]};",
        bench: "axi_lite_port",
    },
    // The highest byte first; the end with every byte of the last word; with the first; an end without bytes lost; a clock between two
    // words; the byte that waits forgotten.
    Fault {
        file: "volley_word_to_bytes.v",
        from: "{8'h00, word_reg[31:8]};",
        to: "{8'h00, word_reg[31:24], word_reg[15:8], word_reg[23:16]};",
        bench: "word_to_bytes",
    },
    Fault {
        file: "volley_word_to_bytes.v",
        from: "last_reg && keep_reg[3:1] == 3'b000;",
        to: "last_reg;",
        bench: "word_to_bytes",
    },
    Fault {
        file: "volley_word_to_bytes.v",
        from: "keep[0] || (last && keep == 4'b0000)",
        to: "keep[0]",
        bench: "word_to_bytes",
    },
    Fault {
        file: "volley_word_to_bytes.v",
        from: "advance && keep_reg[3:1] == 3'b000;",
        to: "advance && keep_reg == 4'b0000;",
        bench: "word_to_bytes",
    },
    Fault {
        file: "volley_word_to_bytes.v",
        from: "m_axis_tready || !keep_reg[0];",
        to: "1'b1;",
        bench: "word_to_bytes",
    },
    Fault {
        file: "volley_word_to_bytes.v",
        from: "valid ? {keep[3:1]",
        to: "1'b1 ? {keep[3:1]",
        bench: "word_to_bytes",
    },
    Fault {
        file: "volley_word_to_bytes.v",
        from: "keep_reg <= {1'b0, keep_reg[3:1]};",
        to: "keep_reg <= {1'b0, keep_reg[3:2], keep_reg[1] || keep_reg[2]};",
        bench: "word_to_bytes",
    },
    // Frames without end; the end of every frame passes; of none; the flag of the frame before; a full queue loses one, or keeps out
    // what is not a whole frame; scores that overtake their frame's end; a broken transfer that holds up, or is not noticed.
    Fault {
        file: "volley_transfer_end.v",
        from: "= frame_last || s_bytes_tlast;",
        to: "= s_bytes_tlast;",
        bench: "transfer_end",
    },
    Fault {
        file: "volley_transfer_end.v",
        from: "{s_scores_tlast && ends,",
        to: "{s_scores_tlast,",
        bench: "transfer_end",
    },
    Fault { file: "volley_transfer_end.v", from: "{s_scores_tlast && ends,", to: "{1'b0,", bench: "transfer_end" },
    Fault { file: "volley_transfer_end.v", from: "{s_scores_tlast && ends,", to: "{ends,", bench: "transfer_end" },
    Fault { file: "volley_transfer_end.v", from: "(space || !frame_last);", to: "1'b1;", bench: "transfer_end" },
    Fault { file: "volley_transfer_end.v", from: "(space || !frame_last);", to: "space;", bench: "transfer_end" },
    Fault { file: "volley_transfer_end.v", from: "ends_valid || !s_scores_tlast;", to: "1'b1;", bench: "transfer_end" },
    Fault {
        file: "volley_transfer_end.v",
        from: "s_bytes_tready = broken_reg || (",
        to: "s_bytes_tready = (",
        bench: "transfer_end",
    },
    Fault {
        file: "volley_transfer_end.v",
        from: "if (s_bytes_tlast && !frame_last) begin",
        to: "if (1'b0) begin",
        bench: "transfer_end",
    },
    Fault {
        file: "volley_transfer_end.v",
        from: "scores_ready && s_scores_tlast)",
        to: "s_scores_tlast)",
        bench: "transfer_end",
    },
    Fault { file: "volley_transfer_end.v", from: "            broken_reg <= 1'b0;\n", to: "", bench: "transfer_end" },
    Fault {
        file: "volley_transfer_end.v",
        from: "            byte_reg   <= {BYTE_BITS{1'b0}};\n",
        to: "",
        bench: "transfer_end",
    },
    // The checksum: another polynomial; its bits from the other end; not begun again; not compared.
    Fault { file: "volley_weight_loader.v", from: "32'hedb88320;", to: "32'h82f63b78;", bench: "weight_loader" },
    Fault {
        file: "volley_weight_loader.v",
        from: "crc_reg[0] ^ word_reg[0];",
        to: "crc_reg[31] ^ word_reg[0];",
        bench: "weight_loader",
    },
    Fault { file: "volley_weight_loader.v", from: "crc_reg      <= 32'hffffffff;", to: "", bench: "weight_loader" },
    Fault { file: "volley_weight_loader.v", from: "crc == expected_reg;", to: "1'b1;", bench: "weight_loader" },
    // A row from the wrong end; a row that is written a bit too early; the address or the memory of the load before.
    Fault {
        file: "volley_weight_loader.v",
        from: "{word_reg[0], row_reg[DATA_BITS-1:1]}",
        to: "{row_reg[DATA_BITS-2:0], word_reg[0]}",
        bench: "weight_loader",
    },
    Fault {
        file: "volley_weight_loader.v",
        from: "bit_reg[2:0] == 3'd7",
        to: "bit_reg[2:0] == 3'd6",
        bench: "weight_loader",
    },
    Fault {
        file: "volley_weight_loader.v",
        from: "addr_reg     <= {ADDR_BITS{1'b0}};",
        to: "",
        bench: "weight_loader",
    },
    Fault {
        file: "volley_weight_loader.v",
        from: "memory_reg   <= {{MEMORIES{1'b0}}, 1'b1};",
        to: "",
        bench: "weight_loader",
    },
    // Half of an image is valid: at a start, at a reset. A start takes over bytes of the row or bits of the word before.
    Fault { file: "volley_weight_loader.v", from: "valid_reg    <= 1'b0;", to: "", bench: "weight_loader" },
    Fault {
        file: "volley_weight_loader.v",
        from: "            loading_reg <= 1'b0;\n            busy_reg    <= 1'b0;",
        to: "            valid_reg   <= 1'b0;\n            busy_reg    <= 1'b0;",
        bench: "weight_loader",
    },
    Fault {
        file: "volley_weight_loader.v",
        from: "byte_reg     <= {BYTE_BITS{1'b0}};",
        to: "",
        bench: "weight_loader",
    },
    Fault { file: "volley_weight_loader.v", from: "bit_reg      <= 5'd0;", to: "", bench: "weight_loader" },
    // Words after the image change its checksum, or wait for ever; zeros at the end are written as rows.
    Fault {
        file: "volley_weight_loader.v",
        from: "!busy_reg && !write_reg && !finish && !start",
        to: "!busy_reg && !start",
        bench: "weight_loader",
    },
    Fault {
        file: "volley_weight_loader.v",
        from: "s_ready     = !busy_reg",
        to: "s_ready     = loading_reg && !busy_reg",
        bench: "weight_loader",
    },
    Fault {
        file: "volley_weight_loader.v",
        from: "memory_reg[MEMORIES] | memory_reg[MEMORIES-1]",
        to: "memory_reg[MEMORIES-1]",
        bench: "weight_loader",
    },
    Fault {
        file: "volley_weight_loader.v",
        from: "s_valid && s_ready && loading_reg",
        to: "s_valid && s_ready",
        bench: "weight_loader",
    },
    // The end is seen before the last row is written; contents from the beginning are not.
    Fault {
        file: "volley_weight_loader.v",
        from: "memory_reg[MEMORIES] && !busy_reg && !write_reg",
        to: "memory_reg[MEMORIES] && !write_reg",
        bench: "weight_loader",
    },
    Fault {
        file: "volley_weight_loader.v",
        from: "valid_reg = INITIAL_VALID != 0",
        to: "valid_reg = 1'b0",
        bench: "weight_loader",
    },
    Fault {
        file: "volley_weight_loader.v",
        from: "words_reg    <= {WORDS_BITS{1'b0}};",
        to: "",
        bench: "weight_loader",
    },
    // A gap of a clock between bytes; bits that are a clock too long; a reset during a byte leaves the line low.
    Fault {
        file: "volley_uart_sender.v",
        from: "bits_reg == 4'd1 && count_reg == {{(COUNT_BITS - 1){1'b0}}, 1'b1};",
        to: "bits_reg == 4'd1 && now;",
        bench: "uart_sender",
    },
    Fault {
        file: "volley_uart_sender.v",
        from: "WHOLE      = CLOCKS - 1;",
        to: "WHOLE      = CLOCKS;",
        bench: "uart_sender",
    },
    Fault { file: "volley_uart_sender.v", from: "            pin_reg   <= 1'b1;\n", to: "", bench: "uart_sender" },
    // A glitch becomes a byte, a break several; bits are read at their beginning; a missing stop bit is not reported.
    Fault { file: "volley_uart_receiver.v", from: "on_reg <= !line;", to: "on_reg <= 1'b1;", bench: "uart_receiver" },
    Fault { file: "volley_uart_receiver.v", from: "<= armed_reg && !line;", to: "<= !line;", bench: "uart_receiver" },
    Fault { file: "volley_uart_receiver.v", from: "CLOCKS / 2 - 1;", to: "CLOCKS / 4 - 1;", bench: "uart_receiver" },
    Fault {
        file: "volley_uart_receiver.v",
        from: "error_reg <= !line;",
        to: "error_reg <= 1'b0;",
        bench: "uart_receiver",
    },
    // An escape is not escaped; the FCS is not stuffed; its bytes are in the wrong order.
    Fault {
        file: "volley_link_sender.v",
        from: "plain == FLAG || plain == ESCAPE;",
        to: "plain == FLAG;",
        bench: "link_sender",
    },
    Fault {
        file: "volley_link_sender.v",
        from: "special && !escaped_reg;",
        to: "special && !escaped_reg && state_reg == BODY;",
        bench: "link_sender",
    },
    Fault {
        file: "volley_link_sender.v",
        from: "LOW ? ~fcs_reg[7:0] : ~fcs_reg[15:8];",
        to: "HIGH ? ~fcs_reg[7:0] : ~fcs_reg[15:8];",
        bench: "link_sender",
    },
    // A byte that cannot be trusted is taken; an escape before a flag is forgiven; a body may have any length; a flag that cannot be
    // trusted is taken; an escape alone is not a body. What came of a bad body stays; unread bytes are written over; a message with a
    // hole; the wrong code; an overrun that is not reported; bytes that are read before their message is checked. A WRITE does not wait; a
    // WRITE of no word, a READ of 65; an error with the sequence of the request before; a register number above 63 wraps; a message
    // without payload takes the next one for its own.
    Fault { file: "volley_link_server.v", from: "job_valid ? DECIDE : WHERE;", to: "WHERE;", bench: "link_server" },
    Fault {
        file: "volley_link_server.v",
        from: "length_reg[1:0] == 2'd1 && length_reg != 16'd1;",
        to: "length_reg[1:0] == 2'd1;",
        bench: "link_server",
    },
    Fault {
        file: "volley_link_server.v",
        from: "s_message_tdata > 8'd64",
        to: "s_message_tdata > 8'd65",
        bench: "link_server",
    },
    Fault {
        file: "volley_link_server.v",
        from: "                sequence_reg <= 16'hffff;\n",
        to: "",
        bench: "link_server",
    },
    Fault {
        file: "volley_link_server.v",
        from: "register[5:0] | {6{register[6]}};",
        to: "register[5:0];",
        bench: "link_server",
    },
    Fault { file: "volley_link_server.v", from: "ended_reg ? ANSWER : DROP;", to: "DROP;", bench: "link_server" },
    // Frames without weights; a frame too many in the core; pixels for a stuck core, which is stuck for ever, or whose
    // late score is taken; a time limit that began with another frame.
    Fault {
        file: "volley_link_server.v",
        from: "kind_reg == FRAME && !weights_valid ?",
        to: "1'b0 ?",
        bench: "link_server",
    },
    Fault {
        file: "volley_link_server.v",
        from: ".DEPTH_LOG2 (IN_FLIGHT_LOG2)",
        to: ".DEPTH_LOG2 (IN_FLIGHT_LOG2 + 1)",
        bench: "link_server",
    },
    Fault {
        file: "volley_link_server.v",
        from: "state_reg == PIXELS && !stuck_reg;",
        to: "state_reg == PIXELS;",
        bench: "link_server",
    },
    Fault { file: "volley_link_server.v", from: "if (core_reset) begin", to: "if (1'b0) begin", bench: "link_server" },
    Fault {
        file: "volley_link_server.v",
        from: "|| (scores && stuck_reg);",
        to: "|| (scores && stuck_reg && !s_score_tvalid);",
        bench: "link_server",
    },
    Fault { file: "volley_link_server.v", from: "if (!waits) begin", to: "if (1'b0) begin", bench: "link_server" },
    // A core that stops during its scores: the answer waits for ever; it ends as if it were whole, and on the line, too.
    Fault {
        file: "volley_link_server.v",
        from: "end else if (&timer_reg) begin\n                    answer_reg <= CODE;",
        to: "end else begin",
        bench: "link_server",
    },
    Fault {
        file: "volley_link_server.v",
        from: "answer_reg == CODE && !failed_reg;",
        to: "1'b0;",
        bench: "link_server",
    },
    Fault { file: "volley_link_sender.v", from: " ^ {16{s_tbad}}", to: "", bench: "link_sender" },
    // Between the parts of the link: whose last byte, and whether a byte can be trusted.
    Fault {
        file: "volley_uart_link.v",
        from: ".s_tlast  (answer_last)",
        to: ".s_tlast  (request_last)",
        bench: "uart_link",
    },
    Fault {
        file: "volley_uart_link.v",
        from: ".s_terror (received_error)",
        to: ".s_terror (1'b0)",
        bench: "uart_link",
    },
    Fault { file: "volley_uart_link.v", from: ".s_tbad   (answer_bad)", to: ".s_tbad   (1'b0)", bench: "uart_link" },
    Fault { file: "volley_uart_link.v", from: "(weights_valid)", to: "(1'b1)", bench: "uart_link" },
    Fault { file: "volley_uart_link.v", from: "(core_reset)", to: "(1'b0)", bench: "uart_link" },
    // Pixels after a wrong end; an end within the last pixel is forgiven; what must be dropped waits.
    Fault {
        file: "volley_frame_input.v",
        from: "&& !frame_error_reg && channel_last;",
        to: "&& channel_last;",
        bench: "frame_input",
    },
    Fault {
        file: "volley_frame_input.v",
        from: "!(channel_last && pixel_last)",
        to: "!pixel_last",
        bench: "frame_input",
    },
    Fault {
        file: "volley_frame_input.v",
        from: "(pixel_ready || frame_error_reg) && !rst;",
        to: "pixel_ready && !rst;",
        bench: "frame_input",
    },
    // A short frame is not seen; an error is not kept.
    Fault { file: "volley_status_leds.v", from: "busy_reg || before_reg", to: "busy_reg", bench: "status_leds" },
    Fault { file: "volley_status_leds.v", from: "error || error_reg;", to: "error;", bench: "status_leds" },
    // Bounces make several resets; the button is seen before it is synchronous.
    Fault {
        file: "volley_reset_synchroniser.v",
        from: "hold_reg <= {(HOLD_LOG2 + 1){1'b1}};",
        to: "hold_reg <= {1'b1, {HOLD_LOG2{1'b0}}};",
        bench: "reset_synchroniser",
    },
    Fault {
        file: "volley_reset_synchroniser.v",
        from: "if (button_reg[1])",
        to: "if (button_reg[0])",
        bench: "reset_synchroniser",
    },
    // link_receiver: a body whose FCS, length or bytes are wrong is good; a byte without a stop bit is a flag; an empty body, or one
    // with only an escape, is reported wrongly; what a bad body stored stays; the ring overflows, by a code too; the wrong code; no
    // error; half a message is read.
    Fault {
        file: "volley_link_receiver.v",
        from: "good = fcs_good_reg && length_good_reg &&",
        to: "good = length_good_reg &&",
        bench: "link_receiver",
    },
    Fault {
        file: "volley_link_receiver.v",
        from: "good = fcs_good_reg && length_good_reg &&",
        to: "good = fcs_good_reg &&",
        bench: "link_receiver",
    },
    Fault {
        file: "volley_link_receiver.v",
        from: "length_good_reg && !bad_reg && !over;",
        to: "length_good_reg && !over;",
        bench: "link_receiver",
    },
    Fault {
        file: "volley_link_receiver.v",
        from: "flag   = !s_terror && s_tdata == FLAG",
        to: "flag   = s_tdata == FLAG",
        bench: "link_receiver",
    },
    Fault {
        file: "volley_link_receiver.v",
        from: "if (s_terror || (flag && escaped_reg))",
        to: "if (s_terror)",
        bench: "link_receiver",
    },
    Fault {
        file: "volley_link_receiver.v",
        from: "if (s_terror || (flag && escaped_reg))",
        to: "if (flag && escaped_reg)",
        bench: "link_receiver",
    },
    Fault {
        file: "volley_link_receiver.v",
        from: "flag_reg && some_reg;",
        to: "flag_reg && count_reg != 0;",
        bench: "link_receiver",
    },
    Fault {
        file: "volley_link_receiver.v",
        from: "ended && !good ? commit_reg : write_reg;",
        to: "write_reg;",
        bench: "link_receiver",
    },
    Fault {
        file: "volley_link_receiver.v",
        from: "ended ? (good || commit_space_reg)",
        to: "ended ? 1'b1",
        bench: "link_receiver",
    },
    Fault {
        file: "volley_link_receiver.v",
        from: "over = over_reg || !write_space_reg;",
        to: "over = over_reg;",
        bench: "link_receiver",
    },
    Fault { file: "volley_link_receiver.v", from: "over ? OVERRUN", to: "over_reg ? OVERRUN", bench: "link_receiver" },
    Fault {
        file: "volley_link_receiver.v",
        from: "error_reg  <= ended && !good;",
        to: "error_reg  <= ended && !fcs_good_reg;",
        bench: "link_receiver",
    },
    Fault {
        file: "volley_link_receiver.v",
        from: "word_valid_reg <= read_reg != commit_reg;",
        to: "word_valid_reg <= read_reg != write_reg;",
        bench: "link_receiver",
    },
    // Another polynomial.
    Fault { file: "volley_fcs16.v", from: "16'h8408", to: "16'h8810", bench: "link_sender" },
];
