//! Modules that carry beats: queues, forks, resets, the image, and the modules in front of AXI.

use super::{Fault, Property};

pub const PROPERTIES: &[Property] = &[
    Property {
        name: "fifo",
        says: "neither loses, doubles, alters nor reorders a word, and never blocks",
        module: "fifo",
        faults: &[Fault {
            what: "takes words while it is full",
            task: None,
            file: "volley_fifo.v",
            from: "(write_reg - read_reg) != full_distance",
            to: "1'b1",
        }],
    },
    Property {
        name: "skid_buffer",
        says: "neither loses, doubles, alters nor reorders a beat, and never blocks",
        module: "skid_buffer",
        faults: &[Fault {
            what: "the beat that waited is forgotten",
            task: None,
            file: "volley_skid_buffer.v",
            from: "skid_valid_reg ? skid_reg : s_axis_tdata",
            to: "s_axis_tdata",
        }],
    },
    Property {
        name: "spike_queue",
        says: "neither loses, doubles, alters nor reorders a beat, holds DEPTH, and never blocks",
        module: "spike_queue, row_memory",
        faults: &[
            Fault {
                what: "a register after the memory is forgotten",
                task: None,
                file: "volley_spike_queue.v",
                from: "loaded_reg  <= reading_reg;",
                to: "loaded_reg  <= read;",
            },
            Fault {
                what: "a pointer runs past the last word",
                task: None,
                file: "volley_spike_queue.v",
                from: "write_reg <= write_reg == LAST[ADDR_BITS-1:0] ? {ADDR_BITS{1'b0}} : write_reg + 1'b1;",
                to: "write_reg <= write_reg + 1'b1;",
            },
        ],
    },
    Property {
        name: "stream_fork",
        says: "every reader gets every beat once and in order, whatever the others do",
        module: "stream_fork",
        faults: &[Fault {
            what: "a reader takes what the others refuse",
            task: None,
            file: "volley_stream_fork.v",
            from: "(s_axis_tvalid && s_axis_tready)",
            to: "(s_axis_tvalid)",
        }],
    },
    Property {
        name: "input_encoder",
        says: "each byte once and in order, less its channel's offset; a wrong `tlast` is reported, and only that",
        module: "input_encoder",
        faults: &[
            Fault {
                what: "one offset for all channels",
                task: None,
                file: "volley_input_encoder.v",
                from: "OFFSETS >> {channel_reg, 3'b000}",
                to: "OFFSETS >> 3'b000",
            },
            Fault {
                what: "a missing `tlast` is not reported",
                task: None,
                file: "volley_input_encoder.v",
                from: "pixel_last != frame_last",
                to: "pixel_last && !frame_last",
            },
            Fault {
                what: "a pixel is let go before its last byte",
                task: None,
                file: "volley_input_encoder.v",
                from: "pixel_ready   = advance && channel_last",
                to: "pixel_ready   = advance",
            },
        ],
    },
    Property {
        name: "reset_chain",
        says: "all modules are in reset at once and leave it in order; only then the core is ready",
        module: "reset_chain",
        faults: &[
            Fault {
                what: "the reset is too short to meet itself",
                task: None,
                file: "volley_reset_chain.v",
                from: "count_reg > STAGES[COUNT_BITS-1:0]",
                to: "count_reg > CLOCKS[COUNT_BITS-1:0]",
            },
            Fault {
                what: "ready while modules are in reset",
                task: None,
                file: "volley_reset_chain.v",
                from: "!rst && count_reg == {COUNT_BITS{1'b0}}",
                to: "!rst && !on",
            },
        ],
    },
    Property {
        name: "frame_input",
        says: "pixels are their bytes in order, `tlast` is counted, and a wrong one blocks nobody",
        module: "frame_input",
        faults: &[
            Fault {
                what: "pixels of a broken frame pass",
                task: None,
                file: "volley_frame_input.v",
                from: "&& !frame_error_reg && channel_last;",
                to: "&& channel_last;",
            },
            Fault {
                what: "a broken sender is held up",
                task: None,
                file: "volley_frame_input.v",
                from: "(pixel_ready || frame_error_reg) && !rst;",
                to: "pixel_ready && !rst;",
            },
        ],
    },
    Property {
        name: "word_to_bytes",
        says: "the bytes that count leave once and in order, with an end for every transfer",
        module: "word_to_bytes",
        faults: &[
            Fault {
                what: "a word without bytes does not bring the end",
                task: None,
                file: "volley_word_to_bytes.v",
                from: "keep[0] || (last && keep == 4'b0000)",
                to: "keep[0]",
            },
            Fault {
                what: "bytes are lost under stalls",
                task: None,
                file: "volley_word_to_bytes.v",
                from: "m_axis_tready || !keep_reg[0];",
                to: "1'b1;",
            },
        ],
    },
    Property {
        name: "transfer_end",
        says: "bytes and scores pass once and in order; a transfer in ends as a transfer out",
        module: "transfer_end",
        faults: &[
            Fault {
                what: "a frame is let in without a place for it",
                task: None,
                file: "volley_transfer_end.v",
                from: "(space || !frame_last);",
                to: "1'b1;",
            },
            Fault {
                what: "a flag is taken before its score",
                task: None,
                file: "volley_transfer_end.v",
                from: "scores_ready && s_scores_tlast)",
                to: "s_scores_tlast)",
            },
        ],
    },
    Property {
        name: "axi_lite_port",
        says: "AXI4-Lite: each write gets its one response, each read its one answer; whole words are written once",
        module: "axi_lite_port",
        faults: &[
            Fault {
                what: "part of a word is written",
                task: None,
                file: "volley_axi_lite_port.v",
                from: "wire whole   = &strobe_reg;",
                to: "wire whole   = |strobe_reg;",
            },
            Fault {
                what: "a response does not wait",
                task: None,
                file: "volley_axi_lite_port.v",
                from: "written || (response_valid_reg && !s_axi_bready);",
                to: "written;",
            },
            Fault {
                what: "an answer is overtaken",
                task: None,
                file: "volley_axi_lite_port.v",
                from: "!writing && !reading_reg && !read_data_valid_reg;",
                to: "!writing && !reading_reg;",
            },
        ],
    },
];
