// event_selector: turns the fetched words of windows into events, one for each element whose counts are not all zero.
//
// An event is (weight row, counts of all time steps, last); `last` marks the last event of a window. A window without
// any event is announced by one event with zero counts (`m_event_marker`), so that every window ends. Elements leave
// in the order of their place in the word, words in the order of their fetch: each non-zero element inside the
// window exactly once.
//
// Words without events are dropped as they come, one a clock; the others wait in a queue, so that the search for the
// next event runs ahead of the events: a zero word costs a clock only when the queue has run dry. The newest word is
// held back (`held`) until it is known whether a later one of its window has events: thus `last` needs no extra clock.
//
// Throughput: one event a clock. Latency: four clocks from the word to its first event.
`default_nettype none

module event_selector #(
    parameter ELEMENT_BITS = 4,             // bits of an element (the counts of all its time steps)
    parameter WORD_LOG2    = 3,             // a word holds 2^WORD_LOG2 elements
    parameter WEIGHT_ADDR_BITS = 8,
    parameter QUEUE_LOG2   = 2              // 2^QUEUE_LOG2 words with events may wait
) (
    input  wire                                 clk,
    input  wire                                 rst,             // synchronous, active high
    input  wire [(ELEMENT_BITS<<WORD_LOG2)-1:0] s_word_data,     // the word, element 0 in the low bits
    input  wire [(1<<WORD_LOG2)-1:0]            s_word_mask,     // elements that are inside the window
    input  wire [WEIGHT_ADDR_BITS-1:0]          s_word_base,     // weight row of element 0
    input  wire                                 s_word_last,     // the window's last word
    input  wire                                 s_word_valid,
    output wire                                 s_word_ready,
    output wire [WEIGHT_ADDR_BITS-1:0]          m_event_addr,    // weight row; 0 for a marker
    output wire [ELEMENT_BITS-1:0]              m_event_counts,  // counts of all time steps; 0 for a marker
    output wire                                 m_event_last,    // the window ends with this event
    output wire                                 m_event_marker,  // only marks the end of a window without events
    output wire                                 m_event_valid,
    input  wire                                 m_event_ready,
    output wire                                 waiting          // words with events are held
);
    localparam WORD      = 1 << WORD_LOG2;
    localparam WORD_BITS = WORD * ELEMENT_BITS;
    localparam ITEM_BITS = 1 + WORD + WEIGHT_ADDR_BITS + WORD_BITS;

    // ---------------------------------------------------------------- which elements of the word are events
    wire [WORD-1:0] hit;
    generate
        genvar i;
        for (i = 0; i < WORD; i = i + 1) begin : g_hit
            assign hit[i] = s_word_mask[i] && |s_word_data[i*ELEMENT_BITS +: ELEMENT_BITS];
        end
    endgenerate

    // ---------------------------------------------------------------- the newest word is held back
    reg [WORD-1:0]             held_hit_reg;
    reg [WORD_BITS-1:0]        held_data_reg;
    reg [WEIGHT_ADDR_BITS-1:0] held_base_reg;
    reg                        held_last_reg;
    reg                        held_valid_reg;

    wire queue_ready;
    wire take = s_word_valid && s_word_ready;
    // The held word belongs to the window that this word continues.
    wire same_window = held_valid_reg && !held_last_reg;
    wire keep        = |hit || (s_word_last && !same_window);
    wire push        = held_valid_reg && queue_ready && (held_last_reg || (s_word_valid && keep));

    assign s_word_ready = !held_valid_reg || queue_ready;

    always @(posedge clk) begin
        if (take && keep) begin
            held_hit_reg  <= hit;
            held_data_reg <= s_word_data;
            held_base_reg <= s_word_base;
            held_last_reg <= s_word_last;
        end else if (take && s_word_last) begin
            held_last_reg <= 1'b1;
        end
        if (take && keep) begin
            held_valid_reg <= 1'b1;
        end else if (push) begin
            held_valid_reg <= 1'b0;
        end
        if (rst) begin
            held_valid_reg <= 1'b0;
        end
    end

    // ---------------------------------------------------------------- words with events wait here
    wire [ITEM_BITS-1:0] item;
    wire                 item_valid;
    wire                 item_ready;

    fifo #(
        .WIDTH      (ITEM_BITS),
        .DEPTH_LOG2 (QUEUE_LOG2)
    ) queue (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  ({held_last_reg, held_hit_reg, held_base_reg, held_data_reg}),
        .s_axis_tvalid (push),
        .s_axis_tready (queue_ready),
        .m_axis_tdata  (item),
        .m_axis_tvalid (item_valid),
        .m_axis_tready (item_ready)
    );

    // ---------------------------------------------------------------- one event a clock out of the current word
    reg [WORD-1:0]             hit_reg;        // events still to come
    reg [WORD_BITS-1:0]        data_reg;
    reg [WEIGHT_ADDR_BITS-1:0] base_reg;
    reg                        last_reg;
    reg                        valid_reg;

    // The lowest event: `hit & -hit` isolates it, `hit & (hit - 1)` is what remains.
    wire [WORD-1:0] one  = hit_reg & (~hit_reg + 1'b1);
    wire [WORD-1:0] rest = hit_reg & ~one;
    wire            done = rest == {WORD{1'b0}};
    wire            marker = hit_reg == {WORD{1'b0}};

    // One-hot selection of the counts and of the place.
    reg [ELEMENT_BITS-1:0]     counts;
    reg [WEIGHT_ADDR_BITS-1:0] place;
    integer n;
    always @* begin
        counts = {ELEMENT_BITS{1'b0}};
        place  = {WEIGHT_ADDR_BITS{1'b0}};
        for (n = 0; n < WORD; n = n + 1) begin
            if (one[n]) begin
                counts = counts | data_reg[n*ELEMENT_BITS +: ELEMENT_BITS];
                place  = place | n[WEIGHT_ADDR_BITS-1:0];
            end
        end
    end

    reg [WEIGHT_ADDR_BITS-1:0] event_addr_reg;
    reg [ELEMENT_BITS-1:0]     event_counts_reg;
    reg                        event_last_reg;
    reg                        event_marker_reg;
    reg                        event_valid_reg;

    assign m_event_addr   = event_addr_reg;
    assign m_event_counts = event_counts_reg;
    assign m_event_last   = event_last_reg;
    assign m_event_marker = event_marker_reg;
    assign m_event_valid  = event_valid_reg;

    assign waiting = held_valid_reg || item_valid || valid_reg || event_valid_reg;

    wire advance = m_event_ready || !event_valid_reg;
    assign item_ready = !valid_reg || (advance && done);

    always @(posedge clk) begin
        if (advance) begin
            event_addr_reg   <= marker ? {WEIGHT_ADDR_BITS{1'b0}} : base_reg + place;
            event_counts_reg <= counts;
            event_last_reg   <= last_reg && done;
            event_marker_reg <= marker;
            event_valid_reg  <= valid_reg;
            hit_reg          <= rest;
        end
        if (item_ready) begin
            {last_reg, hit_reg, base_reg, data_reg} <= item;
            valid_reg <= item_valid;
        end
        if (rst) begin
            event_valid_reg <= 1'b0;
            valid_reg       <= 1'b0;
        end
    end
endmodule

`default_nettype wire
