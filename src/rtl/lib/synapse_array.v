// synapse_array: LANES output channels at once; one event a clock.
//
// An event reads one weight row (LANES weights) and every lane adds 2^shift·weight·count into its accumulators, all time steps
// in the same clock. At the last event of a window the sums move to the drain, from which they leave lane by lane
// while the lanes already accumulate the next window. The output channels are cut into SEGMENTS groups of LANES; the
// last group may have fewer channels, and only these leave.
//
// Weight memory: row `m_weight_addr` holds LANES weights, lane 0 in the low bits; it is read one clock after
// `weight_enable`. Latency from an event to its sum: three clocks. The pipeline stalls as a whole when a window ends
// while the drain is not yet empty.
//
// Cost: LANES·STEPS·ACC_BITS flip-flops for the accumulators and as many for the drain.
`default_nettype none

module synapse_array #(
    parameter LANES        = 4,
    parameter CHANNELS     = 8,             // output channels
    parameter UNITS        = 1,
    parameter VECTOR       = 0,
    parameter STEPS        = 1,             // accumulators of a lane: T, or 1 where all time steps share a current
    parameter COUNT_BITS   = 3,
    parameter COUNT_SIGNED = 0,             // 1: counts are two's complement (pixel values)
    parameter WEIGHT_BITS  = 8,
    parameter ACC_BITS     = 16,
    parameter USE_MULTIPLIER = 0,           // 1: products by `*` (DSP blocks), 0: gated adds
    parameter MAX_SHIFT    = 0,             // largest shift of a term
    parameter WEIGHT_ADDR_BITS = 8
) (
    input  wire                         clk,
    input  wire                         rst,             // synchronous, active high
    input  wire [WEIGHT_ADDR_BITS-1:0]  s_event_addr,    // weight row
    input  wire [STEPS*COUNT_BITS-1:0]  s_event_counts,  // counts of all time steps
    input  wire                         s_event_vector,
    input  wire [4:0]                   s_event_shift,   // left shift of the event's term
    input  wire                         s_event_last,    // the window ends with this event
    input  wire                         s_event_valid,
    output wire                         s_event_ready,
    output wire                         weight_enable,
    output wire [WEIGHT_ADDR_BITS-1:0]  weight_addr,
    input  wire [LANES*WEIGHT_BITS-1:0] weight_row,
    output wire [STEPS*ACC_BITS-1:0]    m_axis_tdata,    // sums of one output channel, step 0 in the low bits
    output wire                         m_axis_tvalid,
    input  wire                         m_axis_tready
);
    wire unused_interim = &{1'b0, s_event_vector, UNITS[0], VECTOR[0]};
    localparam SEGMENTS   = (CHANNELS + LANES - 1) / LANES;
    localparam LAST_LANES = CHANNELS - (SEGMENTS - 1) * LANES;
    localparam SEG_BITS   = SEGMENTS > 1 ? $clog2(SEGMENTS) : 1;
    localparam LAST_SEG   = SEGMENTS - 1;
    localparam LEFT_BITS  = $clog2(LANES + 1);
    localparam SUM_BITS   = STEPS * ACC_BITS;

    // ---------------------------------------------------------------- pipeline: row, product, sum
    reg                        row_valid_reg;      // the weight row of this event is at the memory's output
    reg                        row_last_reg;
    reg [STEPS*COUNT_BITS-1:0] row_counts_reg;
    reg [4:0]                  row_shift_reg;
    reg                        product_valid_reg;
    reg                        product_last_reg;
    reg                        first_reg;          // the next sum begins a window

    // ---------------------------------------------------------------- drain
    reg [LANES*SUM_BITS-1:0]   drain_reg;
    reg [LEFT_BITS-1:0]        left_reg;           // channels still to leave
    reg [SEG_BITS-1:0]         segment_reg;

    wire drain_shift = m_axis_tvalid && m_axis_tready;
    wire drain_free  = left_reg == {LEFT_BITS{1'b0}} ||
                       (left_reg == {{(LEFT_BITS - 1){1'b0}}, 1'b1} && m_axis_tready);
    wire window_done = product_valid_reg && product_last_reg;
    wire advance     = !window_done || drain_free;

    assign s_event_ready = advance;
    assign weight_enable = advance && s_event_valid;
    assign weight_addr   = s_event_addr;
    assign m_axis_tvalid = left_reg != {LEFT_BITS{1'b0}};
    assign m_axis_tdata  = drain_reg[SUM_BITS-1:0];

    always @(posedge clk) begin
        if (advance) begin
            row_valid_reg     <= s_event_valid;
            row_last_reg      <= s_event_last;
            row_counts_reg    <= s_event_counts;
            row_shift_reg     <= s_event_shift;
            product_valid_reg <= row_valid_reg;
            product_last_reg  <= row_last_reg;
            if (product_valid_reg) begin
                first_reg <= product_last_reg;
            end
        end
        if (rst) begin
            row_valid_reg     <= 1'b0;
            product_valid_reg <= 1'b0;
            first_reg         <= 1'b1;
        end
    end

    wire [LANES*SUM_BITS-1:0] sums;

    generate
        genvar lane;
        for (lane = 0; lane < LANES; lane = lane + 1) begin : g_lane
            synapse_lane #(
                .STEPS          (STEPS),
                .COUNT_BITS     (COUNT_BITS),
                .COUNT_SIGNED   (COUNT_SIGNED),
                .WEIGHT_BITS    (WEIGHT_BITS),
                .ACC_BITS       (ACC_BITS),
                .USE_MULTIPLIER (USE_MULTIPLIER),
                .MAX_SHIFT      (MAX_SHIFT)
            ) lane_unit (
                .clk     (clk),
                .advance (advance),
                .valid   (product_valid_reg),
                .first   (first_reg),
                .weight  (weight_row[lane*WEIGHT_BITS +: WEIGHT_BITS]),
                .counts  (row_counts_reg),
                .shift   (row_shift_reg),
                .sums    (sums[lane*SUM_BITS +: SUM_BITS])
            );

            // The drain is a shift register over the lanes.
            if (lane + 1 < LANES) begin : g_shift
                always @(posedge clk) begin
                    if (window_done && drain_free) begin
                        drain_reg[lane*SUM_BITS +: SUM_BITS] <= sums[lane*SUM_BITS +: SUM_BITS];
                    end else if (drain_shift) begin
                        drain_reg[lane*SUM_BITS +: SUM_BITS] <= drain_reg[(lane+1)*SUM_BITS +: SUM_BITS];
                    end
                end
            end else begin : g_end
                always @(posedge clk) begin
                    if (window_done && drain_free) begin
                        drain_reg[lane*SUM_BITS +: SUM_BITS] <= sums[lane*SUM_BITS +: SUM_BITS];
                    end
                end
            end
        end
    endgenerate

    always @(posedge clk) begin
        if (window_done && drain_free) begin
            if (segment_reg == LAST_SEG[SEG_BITS-1:0]) begin
                segment_reg <= {SEG_BITS{1'b0}};
                left_reg    <= LAST_LANES[LEFT_BITS-1:0];
            end else begin
                segment_reg <= segment_reg + 1'b1;
                left_reg    <= LANES[LEFT_BITS-1:0];
            end
        end else if (drain_shift) begin
            left_reg <= left_reg - 1'b1;
        end
        if (rst) begin
            segment_reg <= {SEG_BITS{1'b0}};
            left_reg    <= {LEFT_BITS{1'b0}};
        end
    end
endmodule

`default_nettype wire
