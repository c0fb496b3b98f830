// volley_event_selector: turns the fetched words of windows into events, one for each element whose counts are not all zero.
//
// An event is (weight row, counts of all time steps, last); `last` marks the last event of a window. A window without
// any event is announced by one event with zero counts (`m_event_marker`), so that every window ends. Elements leave
// in the order of their place in the word, words in the order of their fetch: each non-zero element inside the
// window exactly once.
//
// Words without events are dropped as they come, one a clock; the others wait in a queue. So the search for the next
// event runs ahead of the events: a zero word costs a clock only when the queue is empty. The newest word is held back
// (`held`) until it is known whether a later one of its window has events: so `last` needs no extra clock.
//
// Words are never refused: while `space` is low no new fetch may begin, and the queue has places for the SLACK words
// that are already on their way.
//
// Throughput: one event a clock. Latency: six clocks from the word to its first event.
// Cost: the queue takes 2^QUEUE_LOG2 * (1 + WORD*(ELEMENT_BITS + 1) + WEIGHT_ADDR_BITS) bits of distributed memory.
`default_nettype none

module volley_event_selector #(
    parameter ELEMENT_BITS = 4,             // bits of an element (the counts of all its time steps)
    parameter WORD_LOG2    = 3,             // a word holds 2^WORD_LOG2 elements, at most 16
    parameter WEIGHT_ADDR_BITS = 8,         // bits of a weight row's address
    parameter QUEUE_LOG2   = 4,             // 2^QUEUE_LOG2 words with events may wait
    parameter SLACK        = 8              // words that may still come after `space` fell; less than 2^QUEUE_LOG2
) (
    input  wire                                 clk,             // rising edge
    input  wire                                 rst,             // synchronous, active high
    input  wire [(ELEMENT_BITS<<WORD_LOG2)-1:0] s_word_data,     // the word, element 0 in the low bits
    input  wire [(1<<WORD_LOG2)-1:0]            s_word_mask,     // elements that are inside the window
    input  wire [WEIGHT_ADDR_BITS-1:0]          s_word_base,     // weight row of element 0
    input  wire                                 s_word_last,     // the window's last word
    input  wire                                 s_word_valid,    // never refused
    output wire                                 space,           // fetches may continue; registered
    output wire [WEIGHT_ADDR_BITS-1:0]          m_event_addr,    // weight row; 0 for a marker
    output wire [ELEMENT_BITS-1:0]              m_event_counts,  // counts of all time steps; 0 for a marker
    output wire                                 m_event_last,    // the window ends with this event
    output wire                                 m_event_marker,  // only marks the end of a window without events
    output wire                                 m_event_valid,   // output stream: one event a beat
    input  wire                                 m_event_ready,
    output wire                                 waiting          // words with events are held
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (ELEMENT_BITS < 1) begin : g_check_element_bits
            volley_event_selector_needs_ELEMENT_BITS_of_at_least_1 illegal ();
        end
        if (WEIGHT_ADDR_BITS < 1) begin : g_check_weight_addr_bits
            volley_event_selector_needs_WEIGHT_ADDR_BITS_of_at_least_1 illegal ();
        end
        if (WORD_LOG2 < 0 || WORD_LOG2 > 4) begin : g_check_word_log2
            volley_event_selector_needs_WORD_LOG2_of_0_to_4 illegal ();
        end
        if (QUEUE_LOG2 < 1) begin : g_check_queue_log2
            volley_event_selector_needs_QUEUE_LOG2_of_at_least_1 illegal ();
        end
        if (SLACK < 0 || SLACK >= (1 << QUEUE_LOG2)) begin : g_check_slack
            volley_event_selector_needs_SLACK_below_the_depth_of_its_queue illegal ();
        end
    endgenerate

    localparam WORD      = 1 << WORD_LOG2;
    localparam WORD_BITS = WORD * ELEMENT_BITS;
    localparam ITEM_BITS = 1 + WORD + WEIGHT_ADDR_BITS + WORD_BITS;
    localparam DEPTH     = 1 << QUEUE_LOG2;
    localparam LIMIT     = DEPTH - SLACK;

    // ---------------------------------------------------------------- which elements of the word are events
    // A register directly after the memory that the word comes from.
    reg [WORD-1:0]             word_hit_reg;
    reg [WORD_BITS-1:0]        word_data_reg;
    reg [WEIGHT_ADDR_BITS-1:0] word_base_reg;
    reg                        word_last_reg;
    reg                        word_valid_reg;

    generate
        genvar i;
        for (i = 0; i < WORD; i = i + 1) begin : g_hit
            always @(posedge clk) begin
                word_hit_reg[i] <= s_word_mask[i] && |s_word_data[i*ELEMENT_BITS +: ELEMENT_BITS];
            end
        end
    endgenerate

    always @(posedge clk) begin
        word_data_reg  <= s_word_data;
        word_base_reg  <= s_word_base;
        word_last_reg  <= s_word_last;
        word_valid_reg <= s_word_valid;
        if (rst) begin
            word_valid_reg <= 1'b0;
        end
    end

    // ---------------------------------------------------------------- the newest word is held back
    reg [WORD-1:0]             held_hit_reg;
    reg [WORD_BITS-1:0]        held_data_reg;
    reg [WEIGHT_ADDR_BITS-1:0] held_base_reg;
    reg                        held_last_reg;
    reg                        held_valid_reg;

    // The held word belongs to the window that this word continues.
    wire same_window = held_valid_reg && !held_last_reg;
    wire keep        = word_valid_reg && (|word_hit_reg || (word_last_reg && !same_window));
    wire push        = held_valid_reg && (held_last_reg || keep);

    always @(posedge clk) begin
        if (keep) begin
            held_hit_reg  <= word_hit_reg;
            held_data_reg <= word_data_reg;
            held_base_reg <= word_base_reg;
            held_last_reg <= word_last_reg;
        end else if (word_valid_reg && word_last_reg) begin
            held_last_reg <= 1'b1;
        end
        if (keep) begin
            held_valid_reg <= 1'b1;
        end else if (push) begin
            held_valid_reg <= 1'b0;
        end
        if (rst) begin
            held_valid_reg <= 1'b0;
        end
    end

    // ---------------------------------------------------------------- words with events wait here
    (* ram_style = "distributed" *)
    reg [ITEM_BITS-1:0]  queue [0:DEPTH-1];
    // One more bit than an address: full and empty differ in it.
    reg [QUEUE_LOG2:0]   write_reg;
    reg [QUEUE_LOG2:0]   read_reg;
    reg                  space_reg;

    wire                 item_valid = write_reg != read_reg;
    wire                 item_take;
    wire [QUEUE_LOG2:0]  level = write_reg - read_reg;

    assign space = space_reg;

    always @(posedge clk) begin
        if (push) begin
            queue[write_reg[QUEUE_LOG2-1:0]] <= {held_last_reg, held_hit_reg, held_base_reg, held_data_reg};
            write_reg <= write_reg + 1'b1;
        end
        if (item_take) begin
            read_reg <= read_reg + 1'b1;
        end
        space_reg <= level <= LIMIT[QUEUE_LOG2:0];
        if (rst) begin
            write_reg <= {(QUEUE_LOG2 + 1){1'b0}};
            read_reg  <= {(QUEUE_LOG2 + 1){1'b0}};
            space_reg <= 1'b0;
        end
    end

    // ---------------------------------------------------------------- one event a clock out of the current word
    reg [WORD-1:0]             hit_reg;        // events still to come
    reg [WORD_BITS-1:0]        data_reg;
    reg [WEIGHT_ADDR_BITS-1:0] base_reg;
    reg                        last_reg;
    reg                        valid_reg;

    // The lowest event, and whether another one follows it. Groups of four keep both within a few levels of LUTs.
    localparam GROUPS = (WORD + 3) / 4;
    wire [4*GROUPS-1:0] hits;
    wire [GROUPS-1:0]   some;                  // the group has an event
    wire [GROUPS-1:0]   several;               // more than one
    wire [GROUPS-1:0]   later;                 // an event, and a group before it has one too
    wire [4*GROUPS-1:0] first;                 // the lowest event, one-hot
    generate
        if (4 * GROUPS == WORD) begin : g_full
            assign hits = hit_reg;
        end else begin : g_padded
            assign hits = {{(4 * GROUPS - WORD){1'b0}}, hit_reg};
            wire unused_first = &{1'b0, first[4*GROUPS-1:WORD]};
        end
        for (i = 0; i < GROUPS; i = i + 1) begin : g_group
            wire [3:0] h = hits[4*i +: 4];
            wire       none_before;
            if (i == 0) begin : g_lowest
                assign none_before = 1'b1;
            end else begin : g_above
                assign none_before = ~|some[i-1:0];
            end
            assign some[i]    = |h;
            assign several[i] = |(h & (h - 4'd1));
            assign later[i]   = some[i] && !none_before;
            assign first[4*i +: 4] = {h[3] && h[2:0] == 3'd0, h[2] && h[1:0] == 2'd0, h[1] && !h[0], h[0]}
                                   & {4{none_before}};
        end
    endgenerate
    wire [WORD-1:0] one  = first[WORD-1:0];
    wire            done = ~|several && ~|later;

    // The chosen event, its word beside it.
    reg [WORD-1:0]             one_reg;
    reg [WORD_BITS-1:0]        one_data_reg;
    reg [WEIGHT_ADDR_BITS-1:0] one_base_reg;
    reg                        one_last_reg;
    reg                        one_valid_reg;

    wire advance;                              // comes from a register
    assign item_take = item_valid && (!valid_reg || (advance && done));

    always @(posedge clk) begin
        if (advance) begin
            one_reg       <= one;
            one_data_reg  <= data_reg;
            one_base_reg  <= base_reg;
            one_last_reg  <= last_reg && done;
            one_valid_reg <= valid_reg;
            hit_reg       <= hit_reg & ~one;
            if (done) begin
                valid_reg <= 1'b0;
            end
        end
        if (item_take) begin
            {last_reg, hit_reg, base_reg, data_reg} <= queue[read_reg[QUEUE_LOG2-1:0]];
            valid_reg <= 1'b1;
        end
        if (rst) begin
            one_valid_reg <= 1'b0;
            valid_reg     <= 1'b0;
        end
    end

    // One-hot selection of the counts and of the place.
    reg [ELEMENT_BITS-1:0]     counts;
    reg [WEIGHT_ADDR_BITS-1:0] place;
    integer n;
    always @* begin
        counts = {ELEMENT_BITS{1'b0}};
        place  = {WEIGHT_ADDR_BITS{1'b0}};
        for (n = 0; n < WORD; n = n + 1) begin
            if (one_reg[n]) begin
                counts = counts | one_data_reg[n*ELEMENT_BITS +: ELEMENT_BITS];
                place  = place | n[WEIGHT_ADDR_BITS-1:0];
            end
        end
    end
    wire marker = one_reg == {WORD{1'b0}};
    wire [WEIGHT_ADDR_BITS-1:0] addr = marker ? {WEIGHT_ADDR_BITS{1'b0}} : one_base_reg + place;

    assign waiting = word_valid_reg || held_valid_reg || item_valid || valid_reg || one_valid_reg || m_event_valid;

    volley_skid_buffer #(
        .WIDTH (2 + WEIGHT_ADDR_BITS + ELEMENT_BITS)
    ) out (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  ({marker, one_last_reg, addr, counts}),
        .s_axis_tvalid (one_valid_reg),
        .s_axis_tready (advance),
        .m_axis_tdata  ({m_event_marker, m_event_last, m_event_addr, m_event_counts}),
        .m_axis_tvalid (m_event_valid),
        .m_axis_tready (m_event_ready)
    );
endmodule

`default_nettype wire
