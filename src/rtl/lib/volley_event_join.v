// volley_event_join: the events of a layer's terms, one term after the other, as one stream.
//
// For each window (and segment) the events of term 0 pass up to its `last`, then those of term 1, and so on; only the
// last term's `last` ends the joined window. A marker (a term's window without events) is dropped, except the last term's.
// BASES moves the weight rows of a term after those of the terms before it; SHIFTS is the term's shift.
//
// Throughput: one event a clock. Latency: one clock.
`default_nettype none

module volley_event_join #(
    parameter TERMS            = 2,         // terms of the layer, at least 2
    parameter COUNTS_BITS      = 4,         // bits of an event's counts, all time steps, the widest term's
    parameter WEIGHT_ADDR_BITS = 8,         // of the joined weight memory, at least that of each term
    parameter [32*TERMS-1:0] BASES  = 0,    // first weight row of a term, term 0 in the low bits
    parameter [5*TERMS-1:0]  SHIFTS = 0,    // left shift of a term's products
    parameter [TERMS-1:0]    VECTORS = 0    // terms whose events have a count for each lane
) (
    input  wire                              clk,             // rising edge
    input  wire                              rst,             // synchronous, active high
    input  wire [TERMS*WEIGHT_ADDR_BITS-1:0] s_event_addr,    // per term, term 0 in the low bits
    input  wire [TERMS*COUNTS_BITS-1:0]      s_event_counts,  // of all time steps
    input  wire [TERMS-1:0]                  s_event_last,    // the term's window ends with this event
    input  wire [TERMS-1:0]                  s_event_marker,  // no event, only the end of an empty window
    input  wire [TERMS-1:0]                  s_event_valid,   // a beat of each term, as its scanner sends it
    output wire [TERMS-1:0]                  s_event_ready,   // only for the term that has its turn
    input  wire [TERMS-1:0]                  s_busy,          // `busy` of each term's scanner
    output wire [WEIGHT_ADDR_BITS-1:0]       m_event_addr,    // row of the joined weight memory
    output wire [COUNTS_BITS-1:0]            m_event_counts,  // of all time steps
    output wire [4:0]                        m_event_shift,   // left shift of the event's term
    output wire                              m_event_vector,  // the event has a count for each lane
    output wire                              m_event_last,    // the joined window ends with this event
    output wire                              m_event_marker,  // no event, only the end of an empty window
    output wire                              m_event_valid,   // output stream: one event a beat
    input  wire                              m_event_ready,
    output wire                              busy             // the term that has its turn is at work
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (TERMS < 2) begin : g_check_terms
            volley_event_join_needs_TERMS_of_at_least_2 illegal ();
        end
        if (COUNTS_BITS < 1) begin : g_check_counts_bits
            volley_event_join_needs_COUNTS_BITS_of_at_least_1 illegal ();
        end
        if (WEIGHT_ADDR_BITS < 1 || WEIGHT_ADDR_BITS > 32) begin : g_check_weight_addr_bits
            volley_event_join_needs_WEIGHT_ADDR_BITS_of_1_to_32 illegal ();
        end
    endgenerate

    // Which term passes, one-hot.
    reg [TERMS-1:0] turn_reg;

    reg [WEIGHT_ADDR_BITS-1:0] addr;
    reg [COUNTS_BITS-1:0]      counts;
    reg [4:0]                  shift;
    reg                        last;
    reg                        marker;
    reg                        valid;
    integer k;
    always @* begin
        addr   = {WEIGHT_ADDR_BITS{1'b0}};
        counts = {COUNTS_BITS{1'b0}};
        shift  = 5'd0;
        last   = 1'b0;
        marker = 1'b0;
        valid  = 1'b0;
        for (k = 0; k < TERMS; k = k + 1) begin
            if (turn_reg[k]) begin
                addr   = addr | (s_event_marker[k] ? {WEIGHT_ADDR_BITS{1'b0}} :
                         s_event_addr[k*WEIGHT_ADDR_BITS +: WEIGHT_ADDR_BITS] + BASES[32*k +: WEIGHT_ADDR_BITS]);
                counts = counts | s_event_counts[k*COUNTS_BITS +: COUNTS_BITS];
                shift  = shift | SHIFTS[5*k +: 5];
                last   = last | s_event_last[k];
                marker = marker | s_event_marker[k];
                valid  = valid | s_event_valid[k];
            end
        end
    end

    reg [WEIGHT_ADDR_BITS-1:0] addr_reg;
    reg [COUNTS_BITS-1:0]      counts_reg;
    reg [4:0]                  shift_reg;
    reg                        vector_reg;
    reg                        last_reg;
    reg                        marker_reg;
    reg                        valid_reg;

    assign m_event_addr   = addr_reg;
    assign m_event_counts = counts_reg;
    assign m_event_shift  = shift_reg;
    assign m_event_vector = vector_reg;
    assign m_event_last   = last_reg;
    assign m_event_marker = marker_reg;
    assign m_event_valid  = valid_reg;
    assign busy           = valid_reg || |(turn_reg & s_busy);

    wire advance   = m_event_ready || !valid_reg;
    wire last_term = turn_reg[TERMS-1];
    assign s_event_ready = advance ? turn_reg : {TERMS{1'b0}};

    always @(posedge clk) begin
        if (advance) begin
            addr_reg   <= addr;
            counts_reg <= counts;
            shift_reg  <= shift;
            vector_reg <= |(turn_reg & VECTORS);
            last_reg   <= last && last_term;
            marker_reg <= marker;
            valid_reg  <= valid && (last_term || !marker);
            if (valid && last) begin
                turn_reg <= {turn_reg[TERMS-2:0], turn_reg[TERMS-1]};
            end
        end
        if (rst) begin
            valid_reg <= 1'b0;
            turn_reg  <= {{(TERMS - 1){1'b0}}, 1'b1};
        end
    end
endmodule

`default_nettype wire
