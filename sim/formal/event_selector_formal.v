// The selector emits each element of each word that is inside the window and not 0 once and in order, `last` on a
// window's last one, and one marker for a window without any.
//
// For any words, and any ready pattern. The solver picks any event that must leave; as many leave before it as came
// before it.
//
// Bounded: from a reset over as many clocks as volley_event_selector.sby says. event_selector_space proves, for runs of any
// length, that the queue never overflows.
module event_selector_formal #(
    parameter WORD_LOG2    = 1,
    parameter ELEMENT_BITS = 2,
    parameter ADDR         = 3
) (
    input wire                                 clk,
    input wire [(ELEMENT_BITS<<WORD_LOG2)-1:0] word,
    input wire [(1<<WORD_LOG2)-1:0]            mask,
    input wire [ADDR-1:0]                      base,
    input wire                                 word_last,
    input wire                                 word_valid,
    input wire                                 m_ready
);
    localparam WORD = 1 << WORD_LOG2;

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    wire rst = !started;

    wire                    space, last, marker, valid, waiting;
    wire [ADDR-1:0]         addr;
    wire [ELEMENT_BITS-1:0] counts;
    volley_event_selector #(.ELEMENT_BITS (ELEMENT_BITS), .WORD_LOG2 (WORD_LOG2), .WEIGHT_ADDR_BITS (ADDR)) dut (
        .clk (clk), .rst (rst),
        .s_word_data (word), .s_word_mask (mask), .s_word_base (base), .s_word_last (word_last),
        .s_word_valid (word_valid),
        .space (space), .m_event_addr (addr), .m_event_counts (counts), .m_event_last (last), .m_event_marker (marker),
        .m_event_valid (valid), .m_event_ready (m_ready), .waiting (waiting)
    );
    // Words come only three clocks after there was space.
    reg [2:0] space_reg = 3'b000;
    always @(posedge clk) space_reg <= {space_reg, space};
    always @* assume (!word_valid || (space_reg[2] && started));

    // What must leave is numbered from 0 as it comes. The solver picks one: an element, or a marker.
    (* anyseq *) wire             pick;
    (* anyseq *) wire [WORD_LOG2:0] which;              // of those that the word brings
    reg [6:0]              came_reg, left_reg;
    reg                    open_reg;                    // an event of the window of the last word has come
    reg                    tracked_reg, ends_reg, known_reg;
    reg                    free_reg;                    // its word is no longer held back
    reg [6:0]              number_reg;
    reg [ADDR+ELEMENT_BITS:0] item_reg;
    reg [WORD_LOG2:0]      hits;
    reg [ADDR+ELEMENT_BITS:0] item;                     // {marker, addr, counts}
    wire                   m_fire = valid && m_ready;
    integer i;
    always @* begin
        hits = 0;
        item = {1'b1, {(ADDR + ELEMENT_BITS){1'b0}}};
        for (i = 0; i < WORD; i = i + 1) begin
            if (mask[i] && word[i*ELEMENT_BITS +: ELEMENT_BITS] != 0) begin
                if (hits == which) begin
                    item = {1'b0, base + i[ADDR-1:0], word[i*ELEMENT_BITS +: ELEMENT_BITS]};
                end
                hits = hits + 1'b1;
            end
        end
    end
    wire               empty = word_valid && word_last && hits == 0 && !open_reg;
    wire [WORD_LOG2:0] items = !word_valid ? 0 : empty ? 1 : hits;
    always @(posedge clk) begin
        came_reg <= came_reg + items;
        left_reg <= left_reg + m_fire;
        if (word_valid) begin
            open_reg <= !word_last && (open_reg || hits != 0);
        end
        if (!tracked_reg && pick && which < items) begin
            tracked_reg <= 1'b1;
            number_reg  <= came_reg + which;
            item_reg    <= item;
            ends_reg    <= which == items - 1'b1;
            known_reg   <= which != items - 1'b1 || word_last;
            free_reg    <= word_last;
        end else if (tracked_reg && !free_reg && word_valid && (word_last || hits != 0)) begin
            if (!known_reg) begin
                ends_reg <= hits == 0;
            end
            known_reg <= 1'b1;
            free_reg  <= 1'b1;
        end
        if (rst) begin
            came_reg    <= 0;
            left_reg    <= 0;
            open_reg    <= 1'b0;
            tracked_reg <= 1'b0;
        end
    end

    reg                          offered_reg = 1'b0;
    reg  [ADDR+ELEMENT_BITS+1:0] offer_reg;
    wire [ADDR+ELEMENT_BITS+1:0] offer = {last, marker, addr, counts};
    reg  [3:0]                   late_reg;              // clocks in which one could leave and none was offered
    always @(posedge clk) begin
        offered_reg <= started && valid && !m_ready;
        offer_reg   <= offer;
        late_reg    <= rst || valid || came_reg == left_reg || !(tracked_reg && free_reg) || number_reg < left_reg ? 0 :
                        late_reg + 1'b1;
    end
    always @* begin
        if (started) begin
            from_nothing: assert (!valid || came_reg != left_reg);
            the_event:    assert (!(valid && tracked_reg && number_reg == left_reg) ||
                                  (known_reg && offer == {ends_reg, item_reg}));
            offers:       assert (late_reg <= 6);
            says_so:      assert (waiting || came_reg == left_reg);
            valid_stays:  assert (!offered_reg || valid);
            data_stays:   assert (!offered_reg || offer == offer_reg);
        end
    end
endmodule
