//! In the modules of a core.

use super::Fault;

pub const FAULTS: &[Fault] = &[
    // A member fires above its threshold only, not at it.
    Fault {
        file: "volley_group_neuron.v",
        from: "!trial[IN-BIT] && members",
        to: "!trial[IN-BIT] && trial != 0 && members",
        bench: "group_neuron",
    },
    // One member fewer than there are.
    Fault {
        file: "volley_group_neuron.v",
        from: "members <= MEMBERS_LEFT",
        to: "members < MEMBERS_LEFT",
        bench: "group_neuron",
    },
    // What is above everything that may still be taken is forgotten.
    Fault {
        file: "volley_group_neuron.v",
        from: "(MEMBERS & (MEMBERS - 1)) != 0 && |rest",
        to: "1'b0 && |rest",
        bench: "group_neuron",
    },
    // v(0) is not half a step.
    Fault {
        file: "volley_group_neuron.v",
        from: "channel_theta} >> 1",
        to: "channel_theta} >> 2",
        bench: "group_neuron",
    },
    // Time steps in the wrong order.
    Fault {
        file: "volley_group_neuron.v",
        from: "IN_TIMESTEPS == 1 ? 0 : T;",
        to: "IN_TIMESTEPS == 1 ? 0 : IN_TIMESTEPS - 1 - T;",
        bench: "layer_engine",
    },
    // The clamp with power-of-two steps is gone.
    Fault { file: "volley_group_neuron.v", from: "many ? MEMBERS[COUNT_BITS-1:0] :", to: "", bench: "group_neuron" },
    // The serial form: as many members as the bits can say, not as many as there are; v kept from the neuron before; half a
    // step forgotten; a member that fires above its threshold only; a count that overtakes one that still waits.
    Fault { file: "volley_group_neuron_serial.v", from: "(has_bit || !tight_reg)", to: "1'b1", bench: "group_neuron" },
    Fault {
        file: "volley_group_neuron_serial.v",
        from: "v_reg <= {FULL_BITS{1'b0}};",
        to: "v_reg <= sum;",
        bench: "group_neuron",
    },
    Fault {
        file: "volley_group_neuron_serial.v",
        from: "half_reg ? wide_theta :",
        to: "half_reg ? {FULL_BITS{1'b0}} :",
        bench: "group_neuron",
    },
    Fault {
        file: "volley_group_neuron_serial.v",
        from: "!sum[FULL_BITS-1] &&",
        to: "!sum[FULL_BITS-1] && sum != 0 &&",
        bench: "group_neuron",
    },
    Fault {
        file: "volley_group_neuron_serial.v",
        from: "!(fire_reg[0] && valid_reg);",
        to: "1'b1;",
        bench: "group_neuron",
    },
    // A word counts as done while its later groups of four still have events.
    Fault {
        file: "volley_event_selector.v",
        from: "done = ~|several && ~|later;",
        to: "done = ~|several;",
        bench: "event_scanner",
    },
    // It counts as done while its group has another event.
    Fault {
        file: "volley_event_selector.v",
        from: "done = ~|several && ~|later;",
        to: "done = ~|later;",
        bench: "event_scanner",
    },
    // The queue has no places for all words that are on their way when it asks for no more.
    Fault {
        file: "volley_event_scanner.v",
        from: ".SLACK            (8)",
        to: ".SLACK            (6)",
        bench: "event_scanner",
    },
    // It never asks for no more.
    Fault {
        file: "volley_event_selector.v",
        from: "space_reg <= level <= LIMIT[QUEUE_LOG2:0];",
        to: "space_reg <= 1'b1;",
        bench: "event_scanner",
    },
    // Slices: the next one's share, a word fetched when some slice has space, the end of another slice's window.
    Fault {
        file: "volley_event_scanner.v",
        from: "IN_TURN = p * SLICES + g;",
        to: "IN_TURN = p * SLICES + (g + 1) % SLICES;",
        bench: "event_scanner",
    },
    Fault { file: "volley_event_scanner.v", from: "<= &slice_space;", to: "<= |slice_space;", bench: "event_scanner" },
    Fault {
        file: "volley_event_scanner.v",
        from: "(m_event_last[g]),",
        to: "(m_event_last[SLICES-1-g]),",
        bench: "event_scanner",
    },
    Fault {
        file: "volley_layer_engine.v",
        from: "(s_event_last[g]),",
        to: "(s_event_last[0]),",
        bench: "layer_engine",
    },
    Fault { file: "volley_layer_engine.v", from: "? LANES - 1 + g : g", to: "? LANES + g : g", bench: "layer_engine" },
    Fault {
        file: "volley_layer_engine.v",
        from: "(WIDE ? s_event_vector : 1'b0)",
        to: "(1'b0)",
        bench: "layer_engine",
    },
    // Blocks: the ring of the window before, one segment too many in a block, words not shared among the blocks.
    Fault {
        file: "volley_window_walker.v",
        from: "if (take_next) begin\n                    share_reg ",
        to: "if (take_next && !busy_reg) begin\n                    share_reg ",
        bench: "event_scanner",
    },
    Fault {
        file: "volley_window_walker.v",
        from: "SHARE      = SEGMENTS / BLOCKS;",
        to: "SHARE      = SEGMENTS / BLOCKS + 1;",
        bench: "event_scanner",
    },
    Fault {
        file: "volley_spike_buffer.v",
        from: "= place_last && block_last;",
        to: "= place_last;",
        bench: "spike_buffer",
    },
    // The rows needed are compared one clock before they are known.
    Fault {
        file: "volley_window_walker.v",
        from: "settle_reg <= 2'd2;",
        to: "settle_reg <= 2'd1;",
        bench: "event_scanner",
    },
    // The weight rows of the window before; the mask of the next window.
    Fault {
        file: "volley_window_walker.v",
        from: "row_base_reg - left_reg[",
        to: "row_base_reg - edge_first_reg[",
        bench: "event_scanner",
    },
    Fault {
        file: "volley_window_walker.v",
        from: "<< edge_first_reg[WORD_LOG2-1:0]",
        to: "<< left_reg[WORD_LOG2-1:0]",
        bench: "event_scanner",
    },
    // Every event of a window's last word ends the window.
    Fault { file: "volley_event_selector.v", from: "<= last_reg && done;", to: "<= last_reg;", bench: "event_scanner" },
    // Elements beside the window become events.
    Fault {
        file: "volley_event_selector.v",
        from: "s_word_mask[i] && |s_word_data",
        to: "|s_word_data",
        bench: "event_scanner",
    },
    // A zero word ends a window that had events, and the end is lost.
    Fault {
        file: "volley_event_selector.v",
        from: "held_valid_reg && !held_last_reg;",
        to: "held_valid_reg;",
        bench: "event_scanner",
    },
    // The left edge of the padding is one element off.
    Fault {
        file: "volley_window_walker.v",
        from: "LEFT_START = -PAD_LEFT;",
        to: "LEFT_START = 1 - PAD_LEFT;",
        bench: "event_scanner",
    },
    // The right edge is.
    Fault {
        file: "volley_window_walker.v",
        from: "LAST_RUN = RUN - 1;",
        to: "LAST_RUN = RUN;",
        bench: "event_scanner",
    },
    // The lower padding reads rows of the next frame.
    Fault {
        file: "volley_window_walker.v",
        from: "bottom_reg > $signed(MAP_HEIGHT[Y_BITS-1:0]) ?",
        to: "1'b0 ?",
        bench: "event_scanner",
    },
    // A row is freed that the next windows need.
    Fault {
        file: "volley_window_walker.v",
        from: "{(Y_BITS - 1){1'b0}} : next_top_reg[Y_BITS-2:0];",
        to: "{(Y_BITS - 1){1'b0}} : next_top_reg[Y_BITS-2:0] + 1'b1;",
        bench: "event_scanner",
    },
    // A row that is completed in the clock in which another is freed is not counted.
    Fault {
        file: "volley_spike_buffer.v",
        from: "else if (!row_done && free_row)",
        to: "else if (free_row)",
        bench: "spike_buffer",
    },
    // The drain counts as empty before its last sum has left; the queue counts as longer than it is.
    Fault {
        file: "volley_synapse_array.v",
        from: "!ending && gap_reg == {BEAT_BITS{1'b0}} &&",
        to: "",
        bench: "synapse_array",
    },
    Fault {
        file: "volley_synapse_array.v",
        from: "ROOM_LIMIT = QUEUE - BEATS;",
        to: "ROOM_LIMIT = QUEUE - BEATS + 1;",
        bench: "synapse_array",
    },
    // The last product is added again in a clock without an event.
    Fault { file: "volley_synapse_array.v", from: "if (!accept) begin", to: "if (1'b0) begin", bench: "synapse_array" },
    // The last segment leaves with lanes that have no channel.
    Fault {
        file: "volley_synapse_array.v",
        from: "short_reg <= segment",
        to: "short_reg <= 1'b0 && segment",
        bench: "synapse_array",
    },
    // What a lane borrowed from the other of its pair is not paid back.
    Fault {
        file: "volley_synapse_array.v",
        from: "picked[t*ACC_BITS +: ACC_BITS] + {{(ACC_BITS - 1){1'b0}}, borrow};",
        to: "picked[t*ACC_BITS +: ACC_BITS];",
        bench: "synapse_array",
    },
    // All lanes get the count of lane 0.
    Fault {
        file: "volley_synapse_array.v",
        from: "s_event_vector ? s_event_counts",
        to: "1'b0 ? s_event_counts",
        bench: "synapse_array",
    },
    // A window begins with what the one before left.
    Fault {
        file: "volley_synapse_array.v",
        from: "first_reg <= clear_reg;",
        to: "first_reg <= 1'b0;",
        bench: "synapse_array",
    },
    Fault { file: "volley_synapse_lane.v", from: "if (clear)", to: "if (1'b0)", bench: "synapse_array" },
    // The 1 that makes ~w a -w is missing.
    Fault {
        file: "volley_synapse_lane.v",
        from: "digit, 1'b0, missing};",
        to: "digit, 2'b00};",
        bench: "synapse_array",
    },
    // A field's borrow is not paid back.
    Fault {
        file: "volley_synapse_multiplier.v",
        from: "{addend, product_reg[f*FIELD_BITS-1]};",
        to: "{addend, 1'b0};",
        bench: "synapse_array",
    },
    // The sign of a pixel value is lost.
    Fault {
        file: "volley_count_recoder.v",
        from: "sign = COUNT_SIGNED != 0 &&",
        to: "sign = 1'b0 &&",
        bench: "layer_engine",
    },
    // 3 is taken for -1 without the 4.
    Fault { file: "volley_count_recoder.v", from: "value > 3'd2}", to: "value > 3'd3}", bench: "synapse_array" },
    // The pre-added weights are not sign-extended.
    Fault {
        file: "volley_synapse_accumulator.v",
        from: "lower = {{ACC_BITS{weights[WEIGHT_BITS-1]}},",
        to: "lower = {{ACC_BITS{1'b0}},",
        bench: "synapse_array",
    },
    // The beat that arrived while the output was blocked is lost.
    Fault {
        file: "volley_skid_buffer.v",
        from: "skid_valid_reg ? skid_reg : s_axis_tdata",
        to: "s_axis_tdata",
        bench: "skid_buffer",
    },
    // A reset ends before all modules are in it; the core takes pixels while its first module still is.
    Fault {
        file: "volley_reset_chain.v",
        from: "count_reg > STAGES[COUNT_BITS-1:0]",
        to: "count_reg > CLOCKS[COUNT_BITS-1:0]",
        bench: "reset_chain",
    },
    Fault {
        file: "volley_reset_chain.v",
        from: "!rst && count_reg == {COUNT_BITS{1'b0}}",
        to: "!rst && !on",
        bench: "reset_chain",
    },
    // A beat is written over before it is read.
    Fault {
        file: "volley_spike_queue.v",
        from: "level_next != DEPTH[LEVEL_BITS-1:0]",
        to: "1'b1",
        bench: "spike_queue",
    },
    // More is read ahead than there is space for.
    Fault { file: "volley_spike_queue.v", from: "ahead_reg != AHEAD[AHEAD_LOG2:0]", to: "1'b1", bench: "spike_queue" },
    // A sum continues without its count.
    Fault {
        file: "volley_elementwise_term.v",
        from: "take = s_axis_tvalid && s_counts_tvalid;",
        to: "take = s_axis_tvalid;",
        bench: "elementwise_term",
    },
    // The weight of the channel before.
    Fault {
        file: "volley_elementwise_term.v",
        from: "assign weight_addr = beat_reg;",
        to: "assign weight_addr = beat_reg - 1'b1;",
        bench: "elementwise_term",
    },
    // A negative weight is taken for a positive one.
    Fault {
        file: "volley_elementwise_term.v",
        from: "{(WIDE_BITS - PRODUCT_BITS){held[PRODUCT_BITS-1]}}",
        to: "{(WIDE_BITS - PRODUCT_BITS){1'b0}}",
        bench: "elementwise_term",
    },
    // The queue takes a word too many.
    Fault { file: "volley_fifo.v", from: "(write_reg - read_reg) != full_distance", to: "1'b1", bench: "fifo" },
    // A row's last word keeps what was in it.
    Fault { file: "volley_word_packer.v", from: "(place[0] || place[i])", to: "place[i]", bench: "word_packer" },
    // The partial result is read while it is being written.
    Fault { file: "volley_pool.v", from: "write && element_addr_reg == addr_reg;", to: "1'b0;", bench: "pool" },
    // A wrong tlast is forgiven.
    Fault {
        file: "volley_input_encoder.v",
        from: "if (pixel_last != frame_last)",
        to: "if (pixel_last)",
        bench: "input_encoder",
    },
    // A reader's beat is taken before the others have space.
    Fault {
        file: "volley_stream_fork.v",
        from: "(s_axis_tvalid && s_axis_tready)",
        to: "(s_axis_tvalid)",
        bench: "stream_fork",
    },
    // A marker of an inner term passes.
    Fault { file: "volley_event_join.v", from: "valid && (last_term || !marker);", to: "valid;", bench: "event_join" },
    // Every event is taken for a vector where some term has vectors.
    Fault { file: "volley_event_join.v", from: "|(turn_reg & VECTORS)", to: "|VECTORS", bench: "event_join" },
    // A beat is added up before every slice has brought its own, or is taken from those that have.
    Fault { file: "volley_slice_sum.v", from: "take = &part_valid;", to: "take = |part_valid;", bench: "slice_sum" },
    Fault { file: "volley_slice_sum.v", from: "(advance && take)", to: "(advance)", bench: "slice_sum" },
    // A word is not held.
    Fault {
        file: "volley_row_memory.v",
        from: "assign read_data = read_reg;",
        to: "assign read_data = read_enable ? read_reg : {WIDTH{1'b0}};",
        bench: "row_memory",
    },
    // The last class is not marked.
    Fault { file: "volley_readout.v", from: "<= sum_last_reg;", to: "<= channel_last;", bench: "readout" },
    // Markers are counted as events.
    Fault {
        file: "volley_readout_engine.v",
        from: "s_event_valid && s_event_ready && !s_event_marker;",
        to: "s_event_valid && s_event_ready;",
        bench: "readout_engine",
    },
    // The first time step is left out.
    Fault {
        file: "volley_timestep_sum.v",
        from: "for (t = 0; t < TIMESTEPS",
        to: "for (t = 1; t < TIMESTEPS",
        bench: "timestep_sum",
    },
];
