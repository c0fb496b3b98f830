// volley_elementwise_term: a term in which an output element depends on one input element only, the one at the same place: an
// identity shortcut, or a 1x1 convolution with as many groups as channels.
//
//     m_axis[u][t] = s_axis[u][t] + 2^SHIFT * weight[channel] * s_counts[u][t]    for each of UNITS channels, TIMESTEPS time steps
//
// Counts come in the same order as the sums of the other terms (row, pixel, channel). So nothing is searched for and no lane
// is needed: one product for each sum that leaves the lanes.
//
// Row `beat` of the weight memory holds the weights of channels beat*UNITS + unit, unit 0 in the low bits; it is read one
// clock after `weight_enable` and held. Latency three clocks, throughput one beat a clock.
// Cost: UNITS*TIMESTEPS products of COUNT_BITS + WEIGHT_BITS bits and as many adders.
`default_nettype none

module volley_elementwise_term #(
    parameter UNITS       = 1,              // sums of a beat, one channel each
    parameter BEATS       = 8,              // beats of a pixel: channels / UNITS
    parameter TIMESTEPS   = 1,              // time steps T
    parameter COUNT_BITS  = 3,              // bits of a count
    parameter WEIGHT_BITS = 8,              // bits of a weight, signed
    parameter SHIFT       = 0,              // left shift of the term
    parameter ACC_BITS    = 16,             // bits of a sum, signed; holds it before and after this term
    parameter ADDR_BITS   = 3               // $clog2(BEATS), at least 1
) (
    input  wire                                  clk,            // rising edge
    input  wire                                  rst,            // synchronous, active high
    input  wire [UNITS*TIMESTEPS*COUNT_BITS-1:0] s_counts_tdata, // input elements; unit 0 and time step 0 in the low bits
    input  wire                                  s_counts_tvalid,
    output wire                                  s_counts_tready,
    input  wire [UNITS*TIMESTEPS*ACC_BITS-1:0]   s_axis_tdata, // sums of the other terms, signed, same order
    input  wire                                  s_axis_tvalid,
    output wire                                  s_axis_tready,
    output wire                                  weight_enable,  // a row of weights is read
    output wire [ADDR_BITS-1:0]                  weight_addr,    // row: beat of the pixel
    input  wire [UNITS*WEIGHT_BITS-1:0]          weight_row,     // one clock after weight_enable
    output wire [UNITS*TIMESTEPS*ACC_BITS-1:0]   m_axis_tdata,   // sums with this term, signed, same order
    output wire                                  m_axis_tvalid,
    input  wire                                  m_axis_tready
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (UNITS < 1) begin : g_check_units
            volley_elementwise_term_needs_UNITS_of_at_least_1 illegal ();
        end
        if (BEATS < 1) begin : g_check_beats
            volley_elementwise_term_needs_BEATS_of_at_least_1 illegal ();
        end
        if (TIMESTEPS < 1) begin : g_check_timesteps
            volley_elementwise_term_needs_TIMESTEPS_of_at_least_1 illegal ();
        end
        if (COUNT_BITS < 1) begin : g_check_count_bits
            volley_elementwise_term_needs_COUNT_BITS_of_at_least_1 illegal ();
        end
        if (WEIGHT_BITS < 1) begin : g_check_weight_bits
            volley_elementwise_term_needs_WEIGHT_BITS_of_at_least_1 illegal ();
        end
        if (ACC_BITS < 1) begin : g_check_acc_bits
            volley_elementwise_term_needs_ACC_BITS_of_at_least_1 illegal ();
        end
        if (SHIFT < 0 || SHIFT > 31) begin : g_check_shift
            volley_elementwise_term_needs_SHIFT_of_0_to_31 illegal ();
        end
        if (ADDR_BITS < 1 || (1 << ADDR_BITS) < BEATS) begin : g_check_addr_bits
            volley_elementwise_term_needs_ADDR_BITS_that_reach_BEATS illegal ();
        end
    endgenerate

    localparam FIELDS       = UNITS * TIMESTEPS;
    localparam PRODUCT_BITS = WEIGHT_BITS + COUNT_BITS;
    localparam WIDE_BITS    = PRODUCT_BITS + SHIFT > ACC_BITS ? PRODUCT_BITS + SHIFT : ACC_BITS;
    localparam LAST         = BEATS - 1;

    wire advance;                           // the pipeline moves as a whole
    wire take = s_axis_tvalid && s_counts_tvalid;
    assign s_axis_tready   = advance && take;
    assign s_counts_tready = advance && take;
    assign weight_enable   = advance && take;

    reg [ADDR_BITS-1:0]           beat_reg;
    reg [FIELDS*COUNT_BITS-1:0]   counts_reg;
    reg [FIELDS*ACC_BITS-1:0]     sums_reg;         // beside the weights
    reg [FIELDS*PRODUCT_BITS-1:0] products_reg;
    reg [FIELDS*ACC_BITS-1:0]     waiting_reg;      // the sums beside the products
    reg [1:0]                     valid_reg;
    wire [FIELDS*PRODUCT_BITS-1:0] products;
    wire [FIELDS*ACC_BITS-1:0]     whole;

    assign weight_addr = beat_reg;

    always @(posedge clk) begin
        if (advance) begin
            counts_reg   <= s_counts_tdata;
            sums_reg     <= s_axis_tdata;
            products_reg <= products;
            waiting_reg  <= sums_reg;
            valid_reg    <= {valid_reg[0], take};
            if (take) begin
                beat_reg <= beat_reg == LAST[ADDR_BITS-1:0] ? {ADDR_BITS{1'b0}} : beat_reg + 1'b1;
            end
        end
        if (rst) begin
            valid_reg <= 2'b00;
            beat_reg  <= {ADDR_BITS{1'b0}};
        end
    end

    generate
        genvar f;
        for (f = 0; f < FIELDS; f = f + 1) begin : g_field
            wire signed [WEIGHT_BITS-1:0]  weight  = weight_row[f/TIMESTEPS*WEIGHT_BITS +: WEIGHT_BITS];
            wire signed [COUNT_BITS:0]     count   = {1'b0, counts_reg[f*COUNT_BITS +: COUNT_BITS]};
            // A count is not negative, so the sign bit that it gets here adds no bit to the product.
            wire signed [PRODUCT_BITS:0]   product = weight * count;
            wire signed [PRODUCT_BITS-1:0] held    = products_reg[f*PRODUCT_BITS +: PRODUCT_BITS];
            wire signed [WIDE_BITS-1:0]    wide    = {{(WIDE_BITS - PRODUCT_BITS){held[PRODUCT_BITS-1]}}, held};
            wire [WIDE_BITS-1:0]           shifted = wide << SHIFT;
            assign products[f*PRODUCT_BITS +: PRODUCT_BITS] = product[PRODUCT_BITS-1:0];
            assign whole[f*ACC_BITS +: ACC_BITS] = waiting_reg[f*ACC_BITS +: ACC_BITS] + shifted[ACC_BITS-1:0];
            wire unused_sign = product[PRODUCT_BITS];
            if (WIDE_BITS > ACC_BITS) begin : g_never_set
                wire unused_high = &{1'b0, shifted[WIDE_BITS-1:ACC_BITS]};
            end
        end
    endgenerate

    volley_skid_buffer #(
        .WIDTH (FIELDS * ACC_BITS)
    ) out (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  (whole),
        .s_axis_tvalid (valid_reg[1]),
        .s_axis_tready (advance),
        .m_axis_tdata  (m_axis_tdata),
        .m_axis_tvalid (m_axis_tvalid),
        .m_axis_tready (m_axis_tready)
    );
endmodule

`default_nettype wire
