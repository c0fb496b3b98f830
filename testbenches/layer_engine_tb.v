// Bench of volley_layer_engine after a volley_event_scanner: a whole layer, map in, spike counts out.
//
// Random maps (half full, empty, sparse, full), weights, biases and thetas. The expected counts come from the plain sum of a
// convolution over the map and from the member-by-member definition of a group neuron, both in 64 bits. At the end
// each slice's `status_event` must have been high once for every non-zero element of its share, in every window and segment.
// Weight rows come two clocks after their address. ACC_BITS and MEMBRANE_BITS come from the worst case of the bits of weights and counts.
`default_nettype none

module layer_engine_tb;
    parameter HEIGHT           = 5;
    parameter WIDTH            = 4;
    parameter IN_CHANNELS      = 2;
    parameter IN_TIMESTEPS     = 2;         // TIMESTEPS, or 1: the same current at each time step
    parameter IN_BITS          = 3;
    parameter IN_SIGNED        = 0;
    parameter KERNEL_H         = 3;
    parameter KERNEL_W         = 3;
    parameter STRIDE_H         = 1;
    parameter STRIDE_W         = 1;
    parameter PAD_TOP          = 1;
    parameter PAD_LEFT         = 1;
    parameter PAD_BOTTOM       = 1;
    parameter PAD_RIGHT        = 1;
    parameter VECTOR           = 0;         // 1: every other event of slice 0 has its count for even lanes only
    parameter SLICES           = 1;
    parameter WORD_LOG2        = 2;         // of each slice
    parameter CHANNELS         = 5;
    parameter LANES            = 2;
    parameter UNITS            = 1;         // neurons of a beat
    parameter WEIGHT_BITS      = 6;
    parameter ARITHMETIC       = 0;
    parameter LANES_PACKED     = 1;
    parameter TIMESTEPS_PACKED = 1;
    parameter SHIFT            = 0;
    parameter ELEMENTWISE      = 0;         // 1: a random count is added to every neuron's current, times a weight
    parameter ELEMENT_BITS     = 3;
    parameter ELEMENT_SHIFT    = 1;
    parameter SUM_QUEUE_LOG2   = LANES > 2 * UNITS ? $clog2(LANES / UNITS) : 1;  // the least there may be
    parameter SERIAL           = 0;
    parameter TIMESTEPS        = 2;
    parameter MEMBERS          = 4;
    parameter BIAS_BITS        = 8;
    parameter THETA_BITS       = 7;         // with POW2 bits of the shift
    parameter POW2             = 0;
    parameter THETA_LOG2       = 7;
    parameter FRAMES           = 4;

    localparam OUT_H       = (HEIGHT + PAD_TOP + PAD_BOTTOM - KERNEL_H) / STRIDE_H + 1;
    localparam OUT_W       = (WIDTH + PAD_LEFT + PAD_RIGHT - KERNEL_W) / STRIDE_W + 1;
    localparam SEGMENTS    = (CHANNELS + LANES - 1) / LANES;
    localparam WINDOW      = KERNEL_H * KERNEL_W * IN_CHANNELS;
    localparam WEIGHT_ROWS = SEGMENTS * WINDOW;             // of all slices
    localparam SLICE_ROWS  = WEIGHT_ROWS / SLICES;
    localparam ADDR_BITS   = SLICE_ROWS > 1 ? $clog2(SLICE_ROWS) : 1;
    localparam ROWS        = KERNEL_H < HEIGHT ? KERNEL_H : HEIGHT;
    localparam EVENT_BITS  = WEIGHT_BITS + IN_BITS + SHIFT + $clog2(WINDOW);
    localparam EXTRA_BITS  = WEIGHT_BITS + ELEMENT_BITS + ELEMENT_SHIFT;
    localparam ACC_BITS    = ELEMENTWISE == 0 ? EVENT_BITS : (EVENT_BITS > EXTRA_BITS ? EVENT_BITS : EXTRA_BITS) + 1;
    localparam MOST_SHIFT  = (1 << THETA_BITS) - 1 < THETA_LOG2 ? (1 << THETA_BITS) - 1 : THETA_LOG2;
    localparam [63:0] ONE    = 1;
    localparam [63:0] DRIVE  = TIMESTEPS * ((ONE << (ACC_BITS - 1)) + (ONE << (BIAS_BITS - 1)));
    localparam [63:0] REACH  = POW2 != 0 ? (ONE << (THETA_LOG2 - 1)) + (DRIVE << MOST_SHIFT)
                                         : (ONE << (THETA_BITS - 1)) + DRIVE;
    localparam MEMBRANE_BITS = $clog2(REACH + 1) + 1;
    localparam COUNT_BITS    = $clog2(MEMBERS + 1);
    localparam BEAT_ADDR_BITS = CHANNELS / UNITS > 1 ? $clog2(CHANNELS / UNITS) : 1;
    localparam IN_WIDTH      = IN_TIMESTEPS * IN_BITS;
    localparam OUT_BITS      = TIMESTEPS * COUNT_BITS;
    localparam ELEMENTS      = FRAMES * HEIGHT * WIDTH * IN_CHANNELS;
    localparam BEATS         = FRAMES * OUT_H * OUT_W * CHANNELS / UNITS;
    localparam NEURON_BITS   = BIAS_BITS + THETA_BITS;

    wire        clk;
    wire        rst;
    wire        done;
    wire        sink_failed;
    reg         status_failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    // ---------------------------------------------------------------- what goes in and what must come out
    reg [IN_WIDTH-1:0]             elements [0:ELEMENTS-1];
    reg [LANES*WEIGHT_BITS-1:0]    weights  [0:WEIGHT_ROWS-1];
    reg [NEURON_BITS-1:0]          neurons  [0:CHANNELS-1];
    reg [WEIGHT_BITS-1:0]          element_weights [0:CHANNELS-1];
    reg [UNITS*IN_TIMESTEPS*ELEMENT_BITS-1:0] extras [0:BEATS-1]; // counts of the elementwise term
    reg [UNITS*OUT_BITS-1:0]       counts   [0:BEATS-1];
    integer events [0:SLICES-1];

    integer f, oy, ox, o, ky, kx, c, x, y, n, t, i, at, fired, density;
    reg signed [63:0] v, theta, bias, current, weight, value;
    reg [IN_BITS-1:0]            value_field;
    reg signed [IN_BITS-1:0]     value_signed;
    reg signed [WEIGHT_BITS-1:0] weight_signed;
    reg [BIAS_BITS-1:0]          bias_field;
    reg signed [BIAS_BITS-1:0]   bias_signed;
    reg [THETA_BITS-1:0]         theta_field;
    reg [IN_WIDTH-1:0]           element;
    reg [ELEMENT_BITS-1:0]       extra;

    initial begin
        start_random;
        for (n = 0; n < ELEMENTS; n = n + 1) begin
            case ((n / (HEIGHT * WIDTH * IN_CHANNELS)) % 4)
                0: density = 50;
                1: density = 0;
                2: density = 10;
                default: density = 100;
            endcase
            draw;
            element = {IN_WIDTH{1'b0}};
            if ((fill_state >> 8) % 100 < density) begin
                for (t = 0; t < IN_TIMESTEPS; t = t + 1) begin
                    draw;
                    element[t*IN_BITS +: IN_BITS] = fill_state[31:5];
                end
            end
            elements[n] = element;
        end
        for (n = 0; n < WEIGHT_ROWS; n = n + 1) begin
            for (o = 0; o < LANES; o = o + 1) begin
                draw;
                weights[n][o*WEIGHT_BITS +: WEIGHT_BITS] = fill_state[31:5];
                // Lanes that share a multiplier have symmetric weights.
                if (LANES_PACKED > 1 && weights[n][o*WEIGHT_BITS +: WEIGHT_BITS] == 1 << (WEIGHT_BITS - 1)) begin
                    weights[n][o*WEIGHT_BITS +: WEIGHT_BITS] = 0;
                end
            end
        end
        for (n = 0; n < CHANNELS; n = n + 1) begin
            draw;
            bias_field = fill_state[31:5];
            draw;
            theta_field = POW2 != 0 ? (fill_state >> 8) % (MOST_SHIFT + 1) : fill_state[31:5];
            if (POW2 == 0 && theta_field == 0) theta_field = 1;
            neurons[n] = {bias_field, theta_field};
            draw;
            element_weights[n] = fill_state[31:5];
        end
        for (n = 0; n < SLICES; n = n + 1) events[n] = 0;
        at     = 0;
        for (f = 0; f < FRAMES; f = f + 1)
        for (oy = 0; oy < OUT_H; oy = oy + 1)
        for (ox = 0; ox < OUT_W; ox = ox + 1)
        for (o = 0; o < CHANNELS; o = o + 1) begin
            {bias_field, theta_field} = neurons[o];
            bias_signed = bias_field;
            bias  = bias_signed;
            theta = POW2 != 0 ? 64'sd1 <<< (THETA_LOG2 - theta_field) : theta_field;
            v     = theta >>> 1;
            for (t = 0; t < TIMESTEPS; t = t + 1) begin
                current = bias;
                draw;
                extra = fill_state[31:5];
                if (t < IN_TIMESTEPS) extras[at/UNITS][((at%UNITS)*IN_TIMESTEPS+t)*ELEMENT_BITS +: ELEMENT_BITS] = extra;
                extra = extras[at/UNITS][((at%UNITS)*IN_TIMESTEPS+(IN_TIMESTEPS == 1 ? 0 : t))*ELEMENT_BITS +: ELEMENT_BITS];
                weight_signed = element_weights[o];
                weight = weight_signed;
                value  = extra;
                if (ELEMENTWISE != 0) current = current + weight * value * (64'sd1 <<< ELEMENT_SHIFT);
                for (ky = 0; ky < KERNEL_H; ky = ky + 1)
                for (kx = 0; kx < KERNEL_W; kx = kx + 1)
                for (c = 0; c < IN_CHANNELS; c = c + 1) begin
                    y = oy * STRIDE_H + ky - PAD_TOP;
                    x = ox * STRIDE_W + kx - PAD_LEFT;
                    if (y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH) begin
                        element = elements[((f * HEIGHT + y) * WIDTH + x) * IN_CHANNELS + c];
                        if (t == 0 && o % LANES == 0 && element != 0) begin
                            n = (x * IN_CHANNELS + c) % SLICES;
                            events[n] = events[n] + 1;
                        end
                        value_field  = element[(IN_TIMESTEPS == 1 ? 0 : t)*IN_BITS +: IN_BITS];
                        value_signed = value_field;
                        value        = value_field;
                        if (IN_SIGNED != 0) value = value_signed;
                        n = ((o / LANES * KERNEL_H + ky) * KERNEL_W + kx) * IN_CHANNELS + c;
                        if (VECTOR != 0 && n % (2 * SLICES) == SLICES && o % LANES % 2 == 1) value = 0;
                        weight_signed = weights[n][(o % LANES)*WEIGHT_BITS +: WEIGHT_BITS];
                        weight  = weight_signed;
                        current = current + weight * value * (64'sd1 <<< SHIFT);
                    end
                end
                v = v + current;
                fired = 0;
                for (i = 1; i <= MEMBERS; i = i + 1) begin
                    if (v >= i * theta) fired = fired + 1;
                end
                v = v - fired * theta;
                counts[at/UNITS][(at%UNITS)*OUT_BITS+t*COUNT_BITS +: COUNT_BITS] = fired[COUNT_BITS-1:0];
            end
            at = at + 1;
        end
    end

    // ---------------------------------------------------------------- the layer
    wire [31:0]         sent;
    wire [IN_WIDTH-1:0] in_data;
    wire                in_valid;
    wire                in_ready;
    stream_source #(.WIDTH(IN_WIDTH)) source (
        .clk(clk), .rst(rst), .total(ELEMENTS[31:0]), .index(sent), .word(elements[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire [SLICES*ADDR_BITS-1:0] event_addr;
    wire [SLICES*IN_WIDTH-1:0]  event_counts;
    wire [SLICES-1:0]           event_last;
    wire [SLICES-1:0]           event_marker;
    wire [SLICES-1:0]           event_valid;
    wire [SLICES-1:0]           event_ready;
    wire [SLICES-1:0]           busy;
    volley_event_scanner #(
        .BEAT_BITS(IN_WIDTH), .BEATS_LOG2(WORD_LOG2 + $clog2(SLICES)), .ROW_BEATS(WIDTH * IN_CHANNELS),
        .ELEMENT_BITS(IN_WIDTH), .SLICES(SLICES), .MAP_HEIGHT(HEIGHT), .ROW_ELEMENTS(WIDTH * IN_CHANNELS / SLICES),
        .KERNEL_HEIGHT(KERNEL_H), .RUN(KERNEL_W * IN_CHANNELS / SLICES), .STRIDE_HEIGHT(STRIDE_H),
        .STRIDE_ELEMENTS(STRIDE_W * IN_CHANNELS / SLICES), .PAD_TOP(PAD_TOP), .PAD_LEFT(PAD_LEFT * IN_CHANNELS / SLICES),
        .OUT_HEIGHT(OUT_H), .OUT_WIDTH(OUT_W), .SEGMENTS(SEGMENTS), .WORD_LOG2(WORD_LOG2), .ROWS(ROWS),
        .WEIGHT_ADDR_BITS(ADDR_BITS)
    ) scanner (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
        .m_event_addr(event_addr), .m_event_counts(event_counts), .m_event_last(event_last),
        .m_event_marker(event_marker), .m_event_valid(event_valid), .m_event_ready(event_ready), .busy(busy)
    );

    // Slice g's memory has every SLICES-th of the rows, from the g-th on.
    wire [SLICES-1:0]                   weight_enable;
    wire [SLICES*ADDR_BITS-1:0]         weight_addr;
    reg  [SLICES*LANES*WEIGHT_BITS-1:0] weight_read;
    reg  [SLICES*LANES*WEIGHT_BITS-1:0] weight_row;
    wire                                neuron_enable;
    wire [BEAT_ADDR_BITS-1:0]           neuron_addr;
    reg  [UNITS*NEURON_BITS-1:0]        neuron_row;
    wire                                element_enable;
    wire [BEAT_ADDR_BITS-1:0]           element_addr;
    reg  [UNITS*WEIGHT_BITS-1:0]        element_row;
    integer g, u;
    always @(posedge clk) begin
        for (g = 0; g < SLICES; g = g + 1) begin
            if (weight_enable[g]) begin
                weight_read[g*LANES*WEIGHT_BITS +: LANES*WEIGHT_BITS] <=
                    weights[weight_addr[g*ADDR_BITS +: ADDR_BITS] * SLICES + g];
            end
        end
        weight_row <= weight_read;
        for (u = 0; u < UNITS; u = u + 1) begin
            if (neuron_enable) neuron_row[u*NEURON_BITS +: NEURON_BITS] <= neurons[neuron_addr * UNITS + u];
            if (element_enable) element_row[u*WEIGHT_BITS +: WEIGHT_BITS] <= element_weights[element_addr * UNITS + u];
        end
    end

    wire [31:0]                           extras_sent;
    wire [UNITS*IN_TIMESTEPS*ELEMENT_BITS-1:0] extras_data;
    wire                                  extras_valid;
    wire                                  extras_ready;
    stream_source #(.WIDTH(UNITS * IN_TIMESTEPS * ELEMENT_BITS), .ID(1)) extras_source (
        .clk(clk), .rst(rst), .total(ELEMENTWISE != 0 ? BEATS[31:0] : 32'd0), .index(extras_sent),
        .word(extras[extras_sent]), .tdata(extras_data), .tvalid(extras_valid), .tready(extras_ready)
    );

    // The fields of slice 0 come first; if the event is not a vector, only one of them counts.
    localparam FIELD  = IN_TIMESTEPS * IN_BITS;
    localparam FIELDS = VECTOR != 0 ? LANES : 1;
    wire                                vector = VECTOR != 0 && event_addr[0];
    wire [(SLICES-1+FIELDS)*FIELD-1:0]  fields;
    assign fields[0 +: FIELD] = event_counts[0 +: FIELD];
    generate
        genvar field;
        for (field = 1; field < FIELDS; field = field + 1) begin : g_lane
            assign fields[field*FIELD +: FIELD] = !vector ? ~event_counts[0 +: FIELD]
                                          : field % 2 == 1 ? {FIELD{1'b0}} : event_counts[0 +: FIELD];
        end
        for (field = 1; field < SLICES; field = field + 1) begin : g_slice
            assign fields[(FIELDS-1+field)*FIELD +: FIELD] = event_counts[field*FIELD +: FIELD];
        end
    endgenerate

    wire [UNITS*OUT_BITS-1:0] out_data;
    wire                      out_valid;
    wire                      out_ready;
    wire [SLICES-1:0]         status_event;
    wire                      status_busy;
    volley_layer_engine #(
        .SLICES(SLICES), .UNITS(UNITS), .VECTOR(VECTOR), .IN_TIMESTEPS(IN_TIMESTEPS), .IN_BITS(IN_BITS), .IN_SIGNED(IN_SIGNED),
        .CHANNELS(CHANNELS), .LANES(LANES),
        .WEIGHT_BITS(WEIGHT_BITS), .WEIGHT_ADDR_BITS(ADDR_BITS), .ACC_BITS(ACC_BITS), .ARITHMETIC(ARITHMETIC),
        .LANES_PACKED(LANES_PACKED), .TIMESTEPS_PACKED(TIMESTEPS_PACKED),
        .MAX_SHIFT(SHIFT), .SHIFTS(32'd1 << SHIFT), .SUM_QUEUE_LOG2(SUM_QUEUE_LOG2), .SERIAL(SERIAL), .TIMESTEPS(TIMESTEPS), .MEMBERS(MEMBERS), .BIAS_BITS(BIAS_BITS), .THETA_BITS(THETA_BITS),
        .ELEMENTWISE(ELEMENTWISE), .ELEMENT_BITS(ELEMENT_BITS), .ELEMENT_SHIFT(ELEMENT_SHIFT),
        .POW2(POW2), .THETA_LOG2(THETA_LOG2), .MEMBRANE_BITS(MEMBRANE_BITS), .COUNT_BITS(COUNT_BITS),
        .BEAT_ADDR_BITS(BEAT_ADDR_BITS)
    ) dut (
        .clk(clk), .rst(rst), .s_event_addr(event_addr), .s_event_counts(fields), .s_event_vector(vector),
        .s_event_shift({SLICES{SHIFT[4:0]}}), .s_event_last(event_last), .s_event_marker(event_marker), .s_event_valid(event_valid),
        .s_event_ready(event_ready), .scanning(busy), .m_axis_tdata(out_data), .m_axis_tvalid(out_valid),
        .m_axis_tready(out_ready), .weight_enable(weight_enable), .weight_addr(weight_addr), .weight_row(weight_row),
        .s_counts_tdata(extras_data), .s_counts_tvalid(extras_valid), .s_counts_tready(extras_ready),
        .element_enable(element_enable), .element_addr(element_addr), .element_row(element_row),
        .neuron_enable(neuron_enable), .neuron_addr(neuron_addr), .neuron_row(neuron_row),
        .status_event(status_event), .status_busy(status_busy)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(UNITS * OUT_BITS)) sink (
        .clk(clk), .rst(rst), .total(BEATS[31:0]), .index(received), .word(counts[received]),
        .tdata(out_data), .tvalid(out_valid), .tready(out_ready), .done(done), .failed(sink_failed), .checks(checks)
    );

    // ---------------------------------------------------------------- status
    integer   event_clocks [0:SLICES-1];
    reg [5:0] after_reg;
    integer   s;
    initial status_failed = 1'b0;
    always @(posedge clk) begin
        after_reg <= rst || !done ? 6'd0 : after_reg == 6'd32 ? 6'd32 : after_reg + 6'd1;
        for (s = 0; s < SLICES; s = s + 1) begin
            event_clocks[s] <= rst ? 0 : event_clocks[s] + status_event[s];
            if (after_reg == 6'd32 && (event_clocks[s] != events[s] || status_busy !== 1'b0)) begin
                status_failed <= 1'b1;
                if (!status_failed) begin
                    $display("slice %0d: %0d clocks with an event, expected %0d; busy at the end %b", s, event_clocks[s],
                             events[s], status_busy);
                end
            end
        end
    end

    bench_control #(.NAME("layer_engine")) control (
        .clk(clk), .rst(rst), .done(done), .failed(sink_failed || status_failed), .checks(checks)
    );
endmodule

`default_nettype wire
