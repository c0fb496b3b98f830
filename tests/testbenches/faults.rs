//! The faults that must be seen: small changes of the library, each caught by a bench.

/// A small fault: in `file` the text `from`, which stands there once, becomes `to`. `bench` must fail.
pub struct Fault {
    pub file: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub bench: &'static str,
}

pub const FAULTS: &[Fault] = &[
    // A member fires above its threshold only, not at it.
    Fault {
        file: "group_neuron.v",
        from: "!trial[IN-BIT] && members",
        to: "!trial[IN-BIT] && trial != 0 && members",
        bench: "group_neuron",
    },
    // One member fewer than there are.
    Fault {
        file: "group_neuron.v",
        from: "members <= MEMBERS_LEFT",
        to: "members < MEMBERS_LEFT",
        bench: "group_neuron",
    },
    // What is above all that may still be taken is forgotten.
    Fault {
        file: "group_neuron.v",
        from: "(MEMBERS & (MEMBERS - 1)) != 0 && |rest",
        to: "1'b0 && |rest",
        bench: "group_neuron",
    },
    // v(0) is not half a step.
    Fault { file: "group_neuron.v", from: "step} >> 1", to: "step} >> 2", bench: "group_neuron" },
    // Time steps in the wrong order.
    Fault {
        file: "group_neuron.v",
        from: "STEPS == 1 ? 0 : T;",
        to: "STEPS == 1 ? 0 : STEPS - 1 - T;",
        bench: "layer_engine",
    },
    // The clamp with power-of-two steps is gone.
    Fault { file: "group_neuron.v", from: "many ? MEMBERS[COUNT_BITS-1:0] :", to: "", bench: "group_neuron" },
    // The serial form: as many members as the bits can say, not as many as there are; v kept from the neuron before; half a
    // step forgotten; a member that fires above its threshold only; a count that overtakes one that still waits.
    Fault { file: "group_neuron_serial.v", from: "(has_bit || !tight_reg)", to: "1'b1", bench: "group_neuron" },
    Fault {
        file: "group_neuron_serial.v",
        from: "v_reg <= {FULL_BITS{1'b0}};",
        to: "v_reg <= sum;",
        bench: "group_neuron",
    },
    Fault {
        file: "group_neuron_serial.v",
        from: "half_reg ? wide_theta :",
        to: "half_reg ? {FULL_BITS{1'b0}} :",
        bench: "group_neuron",
    },
    Fault {
        file: "group_neuron_serial.v",
        from: "!sum[FULL_BITS-1] &&",
        to: "!sum[FULL_BITS-1] && sum != 0 &&",
        bench: "group_neuron",
    },
    Fault { file: "group_neuron_serial.v", from: "!(fire_reg[0] && valid_reg);", to: "1'b1;", bench: "group_neuron" },
    // A word is taken for done while events of its later groups of four still stand in it.
    Fault {
        file: "event_selector.v",
        from: "done = ~|several && ~|later;",
        to: "done = ~|several;",
        bench: "event_scanner",
    },
    // It is while its group has another event.
    Fault {
        file: "event_selector.v",
        from: "done = ~|several && ~|later;",
        to: "done = ~|later;",
        bench: "event_scanner",
    },
    // The queue has no places for all words that are on their way when it asks for no more.
    Fault {
        file: "event_scanner.v",
        from: ".SLACK            (8)",
        to: ".SLACK            (6)",
        bench: "event_scanner",
    },
    // It never asks for no more.
    Fault {
        file: "event_selector.v",
        from: "room_reg <= level <= LIMIT[QUEUE_LOG2:0];",
        to: "room_reg <= 1'b1;",
        bench: "event_scanner",
    },
    // Slices: the next one's share, a word fetched when some slice has room, the end of another slice's window.
    Fault {
        file: "event_scanner.v",
        from: ": p * SLICES + g;",
        to: ": p * SLICES + (g + 1) % SLICES;",
        bench: "event_scanner",
    },
    Fault { file: "event_scanner.v", from: "<= &slice_room;", to: "<= |slice_room;", bench: "event_scanner" },
    Fault {
        file: "event_scanner.v",
        from: "(m_event_last[g]),",
        to: "(m_event_last[SLICES-1-g]),",
        bench: "event_scanner",
    },
    Fault { file: "layer_engine.v", from: "(s_event_last[g]),", to: "(s_event_last[0]),", bench: "layer_engine" },
    // Blocks: the ring of the window before, one segment too many in a block, words not dealt to the blocks.
    Fault {
        file: "window_walker.v",
        from: "if (take_next) begin\n                    share_reg ",
        to: "if (take_next && !busy_reg) begin\n                    share_reg ",
        bench: "event_scanner",
    },
    Fault {
        file: "window_walker.v",
        from: "SHARE      = SEGMENTS / BLOCKS;",
        to: "SHARE      = SEGMENTS / BLOCKS + 1;",
        bench: "event_scanner",
    },
    Fault { file: "spike_buffer.v", from: "= place_last && block_last;", to: "= place_last;", bench: "spike_buffer" },
    // The rows needed are compared one clock before they are known.
    Fault { file: "window_walker.v", from: "settle_reg <= 2'd2;", to: "settle_reg <= 2'd1;", bench: "event_scanner" },
    // The weight rows of the window before; the mask of the window behind.
    Fault {
        file: "window_walker.v",
        from: "row_base_reg - left_reg[",
        to: "row_base_reg - edge_first_reg[",
        bench: "event_scanner",
    },
    Fault {
        file: "window_walker.v",
        from: "<< edge_first_reg[WORD_LOG2-1:0]",
        to: "<< left_reg[WORD_LOG2-1:0]",
        bench: "event_scanner",
    },
    // Every event of a window's last word ends the window.
    Fault { file: "event_selector.v", from: "<= last_reg && done;", to: "<= last_reg;", bench: "event_scanner" },
    // Elements beside the window become events.
    Fault {
        file: "event_selector.v",
        from: "s_word_mask[i] && |s_word_data",
        to: "|s_word_data",
        bench: "event_scanner",
    },
    // A zero word ends a window that had events, and the end is lost.
    Fault {
        file: "event_selector.v",
        from: "held_valid_reg && !held_last_reg;",
        to: "held_valid_reg;",
        bench: "event_scanner",
    },
    // The left edge of the padding is one element off.
    Fault {
        file: "window_walker.v",
        from: "LEFT_START = -PAD_LEFT;",
        to: "LEFT_START = 1 - PAD_LEFT;",
        bench: "event_scanner",
    },
    // The right edge is.
    Fault { file: "window_walker.v", from: "LAST_RUN = RUN - 1;", to: "LAST_RUN = RUN;", bench: "event_scanner" },
    // The lower padding reads rows of the next frame.
    Fault {
        file: "window_walker.v",
        from: "bottom_reg > $signed(MAP_HEIGHT[Y_BITS-1:0]) ?",
        to: "1'b0 ?",
        bench: "event_scanner",
    },
    // A row is freed that the next windows need.
    Fault {
        file: "window_walker.v",
        from: "{(Y_BITS - 1){1'b0}} : next_top_reg[Y_BITS-2:0];",
        to: "{(Y_BITS - 1){1'b0}} : next_top_reg[Y_BITS-2:0] + 1'b1;",
        bench: "event_scanner",
    },
    // A row that is completed in the clock in which another is freed is not counted.
    Fault {
        file: "spike_buffer.v",
        from: "else if (!row_done && free_row)",
        to: "else if (free_row)",
        bench: "spike_buffer",
    },
    // The drain is taken for empty before its last sum has left; the queue for longer than it is.
    Fault {
        file: "synapse_array.v",
        from: "!ending && gap_reg == {BEAT_BITS{1'b0}} &&",
        to: "",
        bench: "synapse_array",
    },
    Fault {
        file: "synapse_array.v",
        from: "ROOM_LIMIT = QUEUE - BEATS;",
        to: "ROOM_LIMIT = QUEUE - BEATS + 1;",
        bench: "synapse_array",
    },
    // What was added last is added again in a clock without an event.
    Fault { file: "synapse_array.v", from: "if (!accept) begin", to: "if (1'b0) begin", bench: "synapse_array" },
    // The last segment leaves with lanes that have no channel.
    Fault {
        file: "synapse_array.v",
        from: "short_reg <= segment",
        to: "short_reg <= 1'b0 && segment",
        bench: "synapse_array",
    },
    // What a lane borrowed from the other of its pair is not paid back.
    Fault {
        file: "synapse_array.v",
        from: "picked[t*ACC_BITS +: ACC_BITS] + {{(ACC_BITS - 1){1'b0}}, borrow};",
        to: "picked[t*ACC_BITS +: ACC_BITS];",
        bench: "synapse_array",
    },
    // All lanes get the count of lane 0.
    Fault {
        file: "synapse_array.v",
        from: "s_event_vector ? s_event_counts",
        to: "1'b0 ? s_event_counts",
        bench: "synapse_array",
    },
    // A window begins with what the one before left.
    Fault {
        file: "synapse_array.v",
        from: "first_reg <= clear_reg;",
        to: "first_reg <= 1'b0;",
        bench: "synapse_array",
    },
    Fault { file: "synapse_lane.v", from: "if (clear)", to: "if (1'b0)", bench: "synapse_array" },
    // The 1 that makes ~w a -w is missing.
    Fault { file: "synapse_lane.v", from: "digit, 1'b0, missing};", to: "digit, 2'b00};", bench: "synapse_array" },
    // A field's borrow is not paid back.
    Fault {
        file: "synapse_multiplier.v",
        from: "{addend, product_reg[f*FIELD_BITS-1]};",
        to: "{addend, 1'b0};",
        bench: "synapse_array",
    },
    // The sign of a pixel value is lost.
    Fault { file: "count_recoder.v", from: "sign = COUNT_SIGNED != 0 &&", to: "sign = 1'b0 &&", bench: "layer_engine" },
    // 3 is taken for -1 without the 4.
    Fault { file: "count_recoder.v", from: "value > 3'd2}", to: "value > 3'd3}", bench: "synapse_array" },
    // The pre-added weights are not sign-extended.
    Fault {
        file: "synapse_accumulator.v",
        from: "lower = {{ACC_BITS{weights[WEIGHT_BITS-1]}},",
        to: "lower = {{ACC_BITS{1'b0}},",
        bench: "synapse_array",
    },
    // The beat that arrived while the output was blocked is lost.
    Fault {
        file: "skid_buffer.v",
        from: "skid_valid_reg ? skid_reg : s_axis_tdata",
        to: "s_axis_tdata",
        bench: "skid_buffer",
    },
    // A reset ends before all modules are in it; the core takes pixels while its first module still is.
    Fault {
        file: "reset_chain.v",
        from: "count_reg > STAGES[COUNT_BITS-1:0]",
        to: "count_reg > CLOCKS[COUNT_BITS-1:0]",
        bench: "reset_chain",
    },
    Fault {
        file: "reset_chain.v",
        from: "!rst && count_reg == {COUNT_BITS{1'b0}}",
        to: "!rst && !on",
        bench: "reset_chain",
    },
    // A beat is written over before it is read.
    Fault { file: "spike_queue.v", from: "level_next != DEPTH[LEVEL_BITS-1:0]", to: "1'b1", bench: "spike_queue" },
    // More is read ahead than there is room for.
    Fault { file: "spike_queue.v", from: "ahead_reg != AHEAD[AHEAD_LOG2:0]", to: "1'b1", bench: "spike_queue" },
    // A sum goes on without its count.
    Fault {
        file: "elementwise_term.v",
        from: "take = s_axis_tvalid && s_counts_tvalid;",
        to: "take = s_axis_tvalid;",
        bench: "elementwise_term",
    },
    // The weight of the channel before.
    Fault {
        file: "elementwise_term.v",
        from: "assign weight_addr = beat_reg;",
        to: "assign weight_addr = beat_reg - 1'b1;",
        bench: "elementwise_term",
    },
    // A negative weight is taken for a positive one.
    Fault {
        file: "elementwise_term.v",
        from: "{(WIDE_BITS - PRODUCT_BITS){held[PRODUCT_BITS-1]}}",
        to: "{(WIDE_BITS - PRODUCT_BITS){1'b0}}",
        bench: "elementwise_term",
    },
    // The queue takes a word too many.
    Fault { file: "fifo.v", from: "(write_reg - read_reg) != full_distance", to: "1'b1", bench: "fifo" },
    // A row's last word keeps what was in it.
    Fault { file: "word_packer.v", from: "(place[0] || place[i])", to: "place[i]", bench: "word_packer" },
    // The partial result is read while it is being written.
    Fault { file: "pool.v", from: "write && element_addr_reg == addr_reg;", to: "1'b0;", bench: "pool" },
    // A wrong tlast is forgiven.
    Fault {
        file: "input_encoder.v",
        from: "if (pixel_last != frame_last)",
        to: "if (pixel_last)",
        bench: "input_encoder",
    },
    // A reader's beat is taken before the others have room.
    Fault {
        file: "stream_fork.v",
        from: "(s_axis_tvalid && s_axis_tready)",
        to: "(s_axis_tvalid)",
        bench: "stream_fork",
    },
    // A marker of an inner term passes.
    Fault { file: "event_join.v", from: "valid && (last_term || !marker);", to: "valid;", bench: "event_join" },
    // Every event is taken for a vector where some term has vectors.
    Fault { file: "event_join.v", from: "|(turn_reg & VECTORS)", to: "|VECTORS", bench: "event_join" },
    // A beat is added up before every slice has brought its own, or is taken from those that have.
    Fault { file: "slice_sum.v", from: "take = &part_valid;", to: "take = |part_valid;", bench: "slice_sum" },
    Fault { file: "slice_sum.v", from: "(advance && take)", to: "(advance)", bench: "slice_sum" },
    // A word is not held.
    Fault {
        file: "row_memory.v",
        from: "assign read_data = read_reg;",
        to: "assign read_data = read_enable ? read_reg : {WIDTH{1'b0}};",
        bench: "row_memory",
    },
    // The last class is not marked.
    Fault { file: "readout.v", from: "<= sum_last_reg;", to: "<= channel_last;", bench: "readout" },
    // Markers are counted as events.
    Fault {
        file: "readout_engine.v",
        from: "s_event_valid && s_event_ready && !s_event_marker;",
        to: "s_event_valid && s_event_ready;",
        bench: "readout_engine",
    },
    // The first time step is left out.
    Fault { file: "step_sum.v", from: "for (t = 0; t < STEPS", to: "for (t = 1; t < STEPS", bench: "step_sum" },
    // A part of a register is written; refused silently; a write of nothing refused; a second write before the first is answered; the
    // address of a read on a write; a register read a clock too early or too late; an answer that does not wait.
    Fault {
        file: "axi_lite_port.v",
        from: "wire whole   = &strobe_reg;",
        to: "wire whole   = |strobe_reg;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "axi_lite_port.v",
        from: "failed_reg <= !whole && |strobe_reg;",
        to: "failed_reg <= 1'b0;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "axi_lite_port.v",
        from: "failed_reg <= !whole && |strobe_reg;",
        to: "failed_reg <= !whole;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "axi_lite_port.v",
        from: "write_addr_valid_reg && write_data_valid_reg && !response_valid_reg;",
        to: "write_addr_valid_reg && write_data_valid_reg;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "axi_lite_port.v",
        from: "write_addr_valid_reg && write_data_valid_reg && !response_valid_reg;",
        to: "write_addr_valid_reg && !response_valid_reg;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "axi_lite_port.v",
        from: "register_addr  = writing ? write_addr_reg",
        to: "register_addr  = !read_addr_valid_reg ? write_addr_reg",
        bench: "axi_lite_port",
    },
    Fault { file: "axi_lite_port.v", from: "if (reading_reg) begin", to: "if (read) begin", bench: "axi_lite_port" },
    Fault {
        file: "axi_lite_port.v",
        from: "!writing && !reading_reg && !read_data_valid_reg;",
        to: "!writing && !reading_reg;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "axi_lite_port.v",
        from: "read_addr_valid_reg && !writing &&",
        to: "read_addr_valid_reg &&",
        bench: "axi_lite_port",
    },
    Fault {
        file: "axi_lite_port.v",
        from: "written || (response_valid_reg && !s_axi_bready);",
        to: "written;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "axi_lite_port.v",
        from: "writing && (register_ready || !whole);",
        to: "writing;",
        bench: "axi_lite_port",
    },
    Fault {
        file: "axi_lite_port.v",
        from: "read_addr_reg <= s_axi_araddr[7:2];",
        to: "read_addr_reg <= {1'b0, s_axi_araddr[6:2]};",
        bench: "axi_lite_port",
    },
    // The highest byte first; the end with every byte of the last word; with the first; an end without bytes lost; a clock between two
    // words; the byte that waits forgotten.
    Fault {
        file: "word_to_bytes.v",
        from: "{8'h00, word_reg[31:8]};",
        to: "{8'h00, word_reg[31:24], word_reg[15:8], word_reg[23:16]};",
        bench: "word_to_bytes",
    },
    Fault {
        file: "word_to_bytes.v",
        from: "last_reg && keep_reg[3:1] == 3'b000;",
        to: "last_reg;",
        bench: "word_to_bytes",
    },
    Fault {
        file: "word_to_bytes.v",
        from: "keep[0] || (last && keep == 4'b0000)",
        to: "keep[0]",
        bench: "word_to_bytes",
    },
    Fault {
        file: "word_to_bytes.v",
        from: "advance && keep_reg[3:1] == 3'b000;",
        to: "advance && keep_reg == 4'b0000;",
        bench: "word_to_bytes",
    },
    Fault { file: "word_to_bytes.v", from: "m_axis_tready || !keep_reg[0];", to: "1'b1;", bench: "word_to_bytes" },
    Fault { file: "word_to_bytes.v", from: "valid ? {keep[3:1]", to: "1'b1 ? {keep[3:1]", bench: "word_to_bytes" },
    Fault {
        file: "word_to_bytes.v",
        from: "keep_reg <= {1'b0, keep_reg[3:1]};",
        to: "keep_reg <= {1'b0, keep_reg[3:2], keep_reg[1] || keep_reg[2]};",
        bench: "word_to_bytes",
    },
    // Frames without end; the end of every frame passes; of none; the flag of the frame before; a full queue loses one, or keeps out
    // what is not a whole frame; scores that overtake their frame's end; a broken transfer that holds up, or is not noticed.
    Fault {
        file: "transfer_end.v",
        from: "= frame_last || s_bytes_tlast;",
        to: "= s_bytes_tlast;",
        bench: "transfer_end",
    },
    Fault { file: "transfer_end.v", from: "{s_scores_tlast && ends,", to: "{s_scores_tlast,", bench: "transfer_end" },
    Fault { file: "transfer_end.v", from: "{s_scores_tlast && ends,", to: "{1'b0,", bench: "transfer_end" },
    Fault { file: "transfer_end.v", from: "{s_scores_tlast && ends,", to: "{ends,", bench: "transfer_end" },
    Fault { file: "transfer_end.v", from: "(room || !frame_last);", to: "1'b1;", bench: "transfer_end" },
    Fault { file: "transfer_end.v", from: "(room || !frame_last);", to: "room;", bench: "transfer_end" },
    Fault { file: "transfer_end.v", from: "ends_valid || !s_scores_tlast;", to: "1'b1;", bench: "transfer_end" },
    Fault {
        file: "transfer_end.v",
        from: "s_bytes_tready = broken_reg || (",
        to: "s_bytes_tready = (",
        bench: "transfer_end",
    },
    Fault {
        file: "transfer_end.v",
        from: "if (s_bytes_tlast && !frame_last) begin",
        to: "if (1'b0) begin",
        bench: "transfer_end",
    },
    Fault {
        file: "transfer_end.v",
        from: "scores_ready && s_scores_tlast)",
        to: "s_scores_tlast)",
        bench: "transfer_end",
    },
    Fault { file: "transfer_end.v", from: "            broken_reg <= 1'b0;\n", to: "", bench: "transfer_end" },
    Fault {
        file: "transfer_end.v",
        from: "            byte_reg   <= {BYTE_BITS{1'b0}};\n",
        to: "",
        bench: "transfer_end",
    },
    // The checksum: another polynomial; its bits from the other end; not begun anew; not compared.
    Fault { file: "weight_loader.v", from: "32'hedb88320;", to: "32'h82f63b78;", bench: "weight_loader" },
    Fault {
        file: "weight_loader.v",
        from: "crc_reg[0] ^ word_reg[0];",
        to: "crc_reg[31] ^ word_reg[0];",
        bench: "weight_loader",
    },
    Fault { file: "weight_loader.v", from: "crc_reg      <= 32'hffffffff;", to: "", bench: "weight_loader" },
    Fault { file: "weight_loader.v", from: "crc == expected_reg;", to: "1'b1;", bench: "weight_loader" },
    // A row from the wrong end; a row that is written a bit too early; the address or the memory of the load before.
    Fault {
        file: "weight_loader.v",
        from: "{word_reg[0], row_reg[DATA_BITS-1:1]}",
        to: "{row_reg[DATA_BITS-2:0], word_reg[0]}",
        bench: "weight_loader",
    },
    Fault { file: "weight_loader.v", from: "bit_reg[2:0] == 3'd7", to: "bit_reg[2:0] == 3'd6", bench: "weight_loader" },
    Fault { file: "weight_loader.v", from: "addr_reg     <= {ADDR_BITS{1'b0}};", to: "", bench: "weight_loader" },
    Fault {
        file: "weight_loader.v",
        from: "memory_reg   <= {{MEMORIES{1'b0}}, 1'b1};",
        to: "",
        bench: "weight_loader",
    },
    // Half of an image is valid: at a start, at a reset. A start takes over bytes of the row or bits of the word before.
    Fault { file: "weight_loader.v", from: "valid_reg    <= 1'b0;", to: "", bench: "weight_loader" },
    Fault {
        file: "weight_loader.v",
        from: "            loading_reg <= 1'b0;\n            busy_reg    <= 1'b0;",
        to: "            valid_reg   <= 1'b0;\n            busy_reg    <= 1'b0;",
        bench: "weight_loader",
    },
    Fault { file: "weight_loader.v", from: "byte_reg     <= {BYTE_BITS{1'b0}};", to: "", bench: "weight_loader" },
    Fault { file: "weight_loader.v", from: "bit_reg      <= 5'd0;", to: "", bench: "weight_loader" },
    // Words behind the image change its checksum, or wait for ever; zeros at the end are written as rows.
    Fault {
        file: "weight_loader.v",
        from: "!busy_reg && !write_reg && !finish && !start",
        to: "!busy_reg && !start",
        bench: "weight_loader",
    },
    Fault {
        file: "weight_loader.v",
        from: "s_ready     = !busy_reg",
        to: "s_ready     = loading_reg && !busy_reg",
        bench: "weight_loader",
    },
    Fault {
        file: "weight_loader.v",
        from: "memory_reg[MEMORIES] | memory_reg[MEMORIES-1]",
        to: "memory_reg[MEMORIES-1]",
        bench: "weight_loader",
    },
    Fault {
        file: "weight_loader.v",
        from: "s_valid && s_ready && loading_reg",
        to: "s_valid && s_ready",
        bench: "weight_loader",
    },
    // The end is seen before the last row is written; contents from the beginning are not.
    Fault {
        file: "weight_loader.v",
        from: "memory_reg[MEMORIES] && !busy_reg && !write_reg",
        to: "memory_reg[MEMORIES] && !write_reg",
        bench: "weight_loader",
    },
    Fault {
        file: "weight_loader.v",
        from: "valid_reg = INITIAL_VALID != 0",
        to: "valid_reg = 1'b0",
        bench: "weight_loader",
    },
    Fault { file: "weight_loader.v", from: "words_reg    <= {WORDS_BITS{1'b0}};", to: "", bench: "weight_loader" },
    // A gap of a clock between bytes; bits that are a clock too long; a reset amid a byte leaves the line low.
    Fault {
        file: "uart_sender.v",
        from: "bits_reg == 4'd1 && count_reg == {{(COUNT_BITS - 1){1'b0}}, 1'b1};",
        to: "bits_reg == 4'd1 && now;",
        bench: "uart_sender",
    },
    Fault { file: "uart_sender.v", from: "WHOLE      = CLOCKS - 1;", to: "WHOLE      = CLOCKS;", bench: "uart_sender" },
    Fault { file: "uart_sender.v", from: "            pin_reg   <= 1'b1;\n", to: "", bench: "uart_sender" },
    // A glitch becomes a byte, a break several; bits are read at their begin; a missing stop bit is not told.
    Fault { file: "uart_receiver.v", from: "on_reg <= !line;", to: "on_reg <= 1'b1;", bench: "uart_receiver" },
    Fault { file: "uart_receiver.v", from: "<= armed_reg && !line;", to: "<= !line;", bench: "uart_receiver" },
    Fault { file: "uart_receiver.v", from: "CLOCKS / 2 - 1;", to: "CLOCKS / 4 - 1;", bench: "uart_receiver" },
    Fault { file: "uart_receiver.v", from: "error_reg <= !line;", to: "error_reg <= 1'b0;", bench: "uart_receiver" },
    // An escape is not escaped; the FCS is not stuffed; its bytes are in the wrong order.
    Fault {
        file: "link_sender.v",
        from: "plain == FLAG || plain == ESCAPE;",
        to: "plain == FLAG;",
        bench: "link_sender",
    },
    Fault {
        file: "link_sender.v",
        from: "special && !escaped_reg;",
        to: "special && !escaped_reg && state_reg == BODY;",
        bench: "link_sender",
    },
    Fault {
        file: "link_sender.v",
        from: "LOW ? ~fcs_reg[7:0] : ~fcs_reg[15:8];",
        to: "HIGH ? ~fcs_reg[7:0] : ~fcs_reg[15:8];",
        bench: "link_sender",
    },
    // A byte that is not to be trusted is; an escape before a flag is forgiven; a body may have any length; a flag that
    // is not to be trusted is one; an escape alone is no body.
    // What came of a bad body stays; unread bytes are written over; a message with a hole; the wrong code; an overrun
    // that is not told; bytes that are read before their message is checked.
    // A WRITE does not wait; a WRITE of no word, a READ of 65; an error with the sequence of the request before; a
    // register number beyond 63 wraps; a message without payload takes the next one for its own.
    Fault { file: "link_server.v", from: "job_valid ? DECIDE : WHERE;", to: "WHERE;", bench: "link_server" },
    Fault {
        file: "link_server.v",
        from: "length_reg[1:0] == 2'd1 && length_reg != 16'd1;",
        to: "length_reg[1:0] == 2'd1;",
        bench: "link_server",
    },
    Fault {
        file: "link_server.v",
        from: "s_message_tdata > 8'd64",
        to: "s_message_tdata > 8'd65",
        bench: "link_server",
    },
    Fault { file: "link_server.v", from: "                sequence_reg <= 16'hffff;\n", to: "", bench: "link_server" },
    Fault {
        file: "link_server.v",
        from: "register[5:0] | {6{register[6]}};",
        to: "register[5:0];",
        bench: "link_server",
    },
    Fault { file: "link_server.v", from: "ended_reg ? ANSWER : DROP;", to: "DROP;", bench: "link_server" },
    // Frames without weights; a frame too many in the core; pixels for a stuck core, which is stuck for ever, or whose
    // late score is taken; a time limit that began with another frame.
    Fault { file: "link_server.v", from: "kind_reg == FRAME && !weights_valid ?", to: "1'b0 ?", bench: "link_server" },
    Fault {
        file: "link_server.v",
        from: ".DEPTH_LOG2 (IN_FLIGHT_LOG2)",
        to: ".DEPTH_LOG2 (IN_FLIGHT_LOG2 + 1)",
        bench: "link_server",
    },
    Fault {
        file: "link_server.v",
        from: "state_reg == PIXELS && !stuck_reg;",
        to: "state_reg == PIXELS;",
        bench: "link_server",
    },
    Fault { file: "link_server.v", from: "if (core_reset) begin", to: "if (1'b0) begin", bench: "link_server" },
    Fault {
        file: "link_server.v",
        from: "|| (scores && stuck_reg);",
        to: "|| (scores && stuck_reg && !s_score_tvalid);",
        bench: "link_server",
    },
    Fault { file: "link_server.v", from: "if (answer_reg != IDLE) begin", to: "if (1'b0) begin", bench: "link_server" },
    // Between the parts of the link: whose last byte, and whether a byte is to be trusted.
    Fault { file: "uart_link.v", from: ".s_tlast  (answer_last)", to: ".s_tlast  (request_last)", bench: "uart_link" },
    Fault { file: "uart_link.v", from: ".s_terror (received_error)", to: ".s_terror (1'b0)", bench: "uart_link" },
    // A score of a lost frame is taken for one of the frames inside; a frame that comes as another goes; a frame that
    // does not come to an empty core is timed; the first pixel after a reset is not a frame's first.
    Fault {
        file: "device_registers.v",
        from: "leaves && !enters && !nothing",
        to: "leaves && !enters",
        bench: "device_registers",
    },
    Fault { file: "device_registers.v", from: "enters && !leaves", to: "enters", bench: "device_registers" },
    Fault { file: "device_registers.v", from: "if (enters && nothing)", to: "if (enters)", bench: "device_registers" },
    Fault {
        file: "device_registers.v",
        from: "            first_reg  <= 1'b1;\n            inside_reg <= 8'd0;",
        to: "            inside_reg <= 8'd0;",
        bench: "device_registers",
    },
    // Events without a frame, five of six, a count that is not cleared, writing that does not wait for the loader, a
    // load without a loader, two bits of the status.
    Fault {
        file: "device_registers.v",
        from: "padded[6*g+n] && busy};",
        to: "padded[6*g+n]};",
        bench: "device_registers",
    },
    Fault { file: "device_registers.v", from: "n < 6;", to: "n < 5;", bench: "device_registers" },
    Fault {
        file: "device_registers.v",
        from: "            link_errors_reg <= 16'd0;\n        end\n        if (rst)",
        to: "        end\n        if (rst)",
        bench: "device_registers",
    },
    Fault {
        file: "device_registers.v",
        from: "register_ready = !load_valid_reg;",
        to: "register_ready = 1'b1;",
        bench: "device_registers",
    },
    Fault {
        file: "device_registers.v",
        from: "register_addr == LOAD_START && LOADABLE != 0;",
        to: "register_addr == LOAD_START;",
        bench: "device_registers",
    },
    Fault {
        file: "device_registers.v",
        from: "frame_error, weights_valid, busy}",
        to: "weights_valid, frame_error, busy}",
        bench: "device_registers",
    },
    // Pixels behind a wrong end; an end within the last pixel is forgiven; what is to be dropped waits.
    Fault {
        file: "frame_input.v",
        from: "&& !frame_error_reg && channel_last;",
        to: "&& channel_last;",
        bench: "frame_input",
    },
    Fault { file: "frame_input.v", from: "!(channel_last && pixel_last)", to: "!pixel_last", bench: "frame_input" },
    Fault {
        file: "frame_input.v",
        from: "(pixel_ready || frame_error_reg) && !rst;",
        to: "pixel_ready && !rst;",
        bench: "frame_input",
    },
    // A short frame is not seen; an error is not kept.
    Fault { file: "status_leds.v", from: "busy_reg || before_reg", to: "busy_reg", bench: "status_leds" },
    Fault { file: "status_leds.v", from: "error || error_reg;", to: "error;", bench: "status_leds" },
    // Bounces make several resets; the button is seen before it is synchronous.
    Fault {
        file: "reset_synchroniser.v",
        from: "hold_reg <= {(HOLD_LOG2 + 1){1'b1}};",
        to: "hold_reg <= {1'b1, {HOLD_LOG2{1'b0}}};",
        bench: "reset_synchroniser",
    },
    Fault {
        file: "reset_synchroniser.v",
        from: "if (button_reg[1])",
        to: "if (button_reg[0])",
        bench: "reset_synchroniser",
    },
];
