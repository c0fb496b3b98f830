//! From a map to the events of its windows.

use super::{Fault, Property};

pub const PROPERTIES: &[Property] = &[
    Property {
        name: "event_scanner",
        says: "each non-zero count of each window once and in order, and an end for every window, under any stalls",
        module: "event_scanner and all its parts",
        faults: &[
            Fault {
                what: "slices swap their elements",
                task: Some("slices"),
                file: "volley_event_scanner.v",
                from: "IN_TURN = p * SLICES + g;",
                to: "IN_TURN = p * SLICES + (g + 1) % SLICES;",
            },
            Fault {
                what: "elements outside the window are not masked",
                task: Some("row"),
                file: "volley_event_selector.v",
                from: "s_word_mask[i] && |s_word_data",
                to: "|s_word_data",
            },
            Fault {
                what: "a row that is still needed is freed",
                task: Some("rows"),
                file: "volley_window_walker.v",
                from: "{(Y_BITS - 1){1'b0}} : next_top_reg[Y_BITS-2:0];",
                to: "{(Y_BITS - 1){1'b0}} : next_top_reg[Y_BITS-2:0] + 1'b1;",
            },
        ],
    },
    Property {
        name: "event_selector",
        says: "each element that counts of each word, once and in order; `last` or a marker at each window's end",
        module: "event_selector",
        faults: &[
            Fault {
                what: "a word is done while its group has another event",
                task: Some("eight_elements"),
                file: "volley_event_selector.v",
                from: "done = ~|several && ~|later;",
                to: "done = ~|later;",
            },
            Fault {
                what: "a word is done while a later group has events",
                task: Some("eight_elements"),
                file: "volley_event_selector.v",
                from: "done = ~|several && ~|later;",
                to: "done = ~|several;",
            },
            Fault {
                what: "each event of the last word ends the window",
                task: Some("two_elements"),
                file: "volley_event_selector.v",
                from: "<= last_reg && done;",
                to: "<= last_reg;",
            },
            Fault {
                what: "an empty window after another gets no marker",
                task: Some("two_elements"),
                file: "volley_event_selector.v",
                from: "held_valid_reg && !held_last_reg;",
                to: "held_valid_reg;",
            },
        ],
    },
    Property {
        name: "event_selector_space",
        says: "its queue never overflows, so no word is lost",
        module: "event_selector",
        faults: &[Fault {
            what: "space for fewer words than are on their way",
            task: None,
            file: "volley_event_selector.v",
            from: "LIMIT     = DEPTH - SLACK;",
            to: "LIMIT     = DEPTH - 2;",
        }],
    },
    Property {
        name: "window_walker",
        says: "each word of each window once and in order, with mask and weight rows; frees no needed row",
        module: "window_walker",
        faults: &[
            Fault {
                what: "waits for rows that never come",
                task: Some("padding"),
                file: "volley_window_walker.v",
                from: "last_needed_reg <= row_end_reg + ~freed_reg;",
                to: "last_needed_reg <= row_end_reg - freed_reg + 2'd2;",
            },
            Fault {
                what: "windows are an element too long",
                task: Some("padding"),
                file: "volley_window_walker.v",
                from: "LAST_RUN = RUN - 1;",
                to: "LAST_RUN = RUN;",
            },
            Fault {
                what: "weight rows of padded windows are off",
                task: Some("padding"),
                file: "volley_window_walker.v",
                from: "row_base_reg - left_reg[",
                to: "row_base_reg - edge_first_reg[",
            },
            Fault {
                what: "a row that is still needed is freed",
                task: Some("strides"),
                file: "volley_window_walker.v",
                from: "{(Y_BITS - 1){1'b0}} : next_top_reg[Y_BITS-2:0];",
                to: "{(Y_BITS - 1){1'b0}} : next_top_reg[Y_BITS-2:0] + 1'b1;",
            },
        ],
    },
    Property {
        name: "event_join",
        says: "each term's events once, in order and unaltered, term by term",
        module: "event_join",
        faults: &[
            Fault {
                what: "markers of all terms pass",
                task: None,
                file: "volley_event_join.v",
                from: "valid && (last_term || !marker);",
                to: "valid;",
            },
            Fault {
                what: "each term ends the window",
                task: None,
                file: "volley_event_join.v",
                from: "last && last_term;",
                to: "last;",
            },
        ],
    },
    Property {
        name: "word_packer",
        says: "elements in words, in order; a row begins with a word and its end is filled up with zeros",
        module: "word_packer",
        faults: &[
            Fault {
                what: "the rest of the word before is not cleared",
                task: Some("row_ends_amid_word"),
                file: "volley_word_packer.v",
                from: "accept && (place[0] || place[i])",
                to: "accept && place[i]",
            },
            Fault {
                what: "a row's last word waits for the next row",
                task: Some("row_ends_amid_word"),
                file: "volley_word_packer.v",
                from: "(place[WORD-1] || row_end)",
                to: "place[WORD-1]",
            },
        ],
    },
];
