// Bench of volley_synapse_array.
//
// Windows of random events (one event, many, a marker with zero counts). Each output channel's sums must be the plain sum of
// 2^shift * weight * count over its window's events, in 64 bits; in the last segment only the channels that exist may leave,
// UNITS in a beat. With VECTOR half of the events bring a count for every lane; the others bring one, and the fields of the
// other lanes hold garbage. Shifts are drawn from those of SHIFTS. The weight row comes two clocks after its address, and the
// memory's output register always runs. ACC_BITS comes from the worst case.
`default_nettype none

module synapse_array_tb;
    parameter LANES            = 3;
    parameter CHANNELS         = 7;
    parameter UNITS            = 1;
    parameter TIMESTEPS        = 2;
    parameter COUNT_BITS       = 3;
    parameter COUNT_SIGNED     = 0;
    parameter MOST_COUNT       = (1 << COUNT_BITS) - 1;
    parameter WEIGHT_BITS      = 6;
    parameter ARITHMETIC       = 0;
    parameter LANES_PACKED     = 1;
    parameter TIMESTEPS_PACKED = 1;
    parameter MAX_SHIFT        = 0;
    parameter [31:0] SHIFTS    = 32'hffffffff; // bit MAX_SHIFT is set
    parameter VECTOR           = 0;
    parameter QUEUE_LOG2       = LANES > 2 * UNITS ? $clog2(LANES / UNITS) : 1;  // the least there may be
    parameter MOST_EVENTS      = 9;         // of a window
    parameter PIXELS           = 30;

    localparam SEGMENTS    = (CHANNELS + LANES - 1) / LANES;
    localparam WEIGHT_ROWS = 37;
    localparam ADDR_BITS   = 6;
    localparam ACC_BITS    = WEIGHT_BITS + COUNT_BITS + MAX_SHIFT + $clog2(MOST_EVENTS);
    localparam SETS        = VECTOR != 0 ? LANES : 1;
    localparam COUNTS      = SETS * TIMESTEPS * COUNT_BITS;
    localparam EVENTS      = PIXELS * SEGMENTS * MOST_EVENTS;
    localparam EVENT_BITS  = ADDR_BITS + COUNTS + 5 + 2;
    localparam RESULTS     = PIXELS * CHANNELS / UNITS;
    localparam RESULT_BITS = UNITS * TIMESTEPS * ACC_BITS;

    wire        clk;
    wire        rst;
    wire        done;
    wire        failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    // ---------------------------------------------------------------- what goes in and what must come out
    reg [EVENT_BITS-1:0]        events  [0:EVENTS-1];       // {shift, last, vector, row, counts}
    reg [LANES*WEIGHT_BITS-1:0] weights [0:WEIGHT_ROWS-1];
    reg [RESULT_BITS-1:0]       results [0:RESULTS-1];
    integer total;

    integer n, t, lane, pixel, segment, size, at, row, shift, set;
    reg signed [63:0] sum [0:LANES*TIMESTEPS-1];
    reg signed [63:0] value, weight;
    reg [COUNTS-1:0]             counts;
    reg [COUNT_BITS-1:0]         count_field;
    reg signed [COUNT_BITS-1:0]  count_signed;
    reg signed [WEIGHT_BITS-1:0] weight_signed;
    reg                          marker, last, vector;
    initial begin
        start_random;
        for (n = 0; n < WEIGHT_ROWS; n = n + 1) begin
            for (lane = 0; lane < LANES; lane = lane + 1) begin
                draw;
                weights[n][lane*WEIGHT_BITS +: WEIGHT_BITS] = fill_state[31:5];
                if (fill_state[3:0] == 0) weights[n][lane*WEIGHT_BITS +: WEIGHT_BITS] = 1 << (WEIGHT_BITS - 1);
                // Lanes that share a multiplier have symmetric weights.
                if (LANES_PACKED > 1 && weights[n][lane*WEIGHT_BITS +: WEIGHT_BITS] == 1 << (WEIGHT_BITS - 1)) begin
                    weights[n][lane*WEIGHT_BITS +: WEIGHT_BITS] = (1 << (WEIGHT_BITS - 1)) + 1;
                end
            end
        end
        total = 0;
        at    = 0;
        for (pixel = 0; pixel < PIXELS; pixel = pixel + 1)
        for (segment = 0; segment < SEGMENTS; segment = segment + 1) begin
            for (n = 0; n < LANES * TIMESTEPS; n = n + 1) sum[n] = 0;
            draw;
            // Windows of one event, of many, and empty ones, which bring a marker.
            size   = fill_state[9:8] == 0 ? 1 : 1 + (fill_state >> 10) % MOST_EVENTS;
            marker = fill_state[31:30] == 0;
            if (marker) size = 1;
            for (n = 0; n < size; n = n + 1) begin
                draw;
                row    = marker ? 0 : (fill_state >> 8) % WEIGHT_ROWS;
                shift  = marker ? 0 : (fill_state >> 20) % (MAX_SHIFT + 1);
                if (!SHIFTS[shift]) shift = MAX_SHIFT;
                counts = {COUNTS{1'b0}};
                draw;
                vector = VECTOR != 0 && !marker && fill_state[8];
                for (t = 0; t < SETS * TIMESTEPS && !marker; t = t + 1) begin
                    draw;
                    count_field = COUNT_SIGNED != 0 ? fill_state >> 5 : (fill_state >> 5) % (MOST_COUNT + 1);
                    counts[t*COUNT_BITS +: COUNT_BITS] = count_field;
                end
                for (lane = 0; lane < LANES; lane = lane + 1) begin
                    set = vector ? lane : 0;
                    for (t = 0; t < TIMESTEPS; t = t + 1) begin
                        count_field  = counts[(set*TIMESTEPS+t)*COUNT_BITS +: COUNT_BITS];
                        count_signed = count_field;
                        value        = count_field;
                        if (COUNT_SIGNED != 0) value = count_signed;
                        weight_signed = weights[row][lane*WEIGHT_BITS +: WEIGHT_BITS];
                        weight = weight_signed;
                        sum[lane*TIMESTEPS+t] = sum[lane*TIMESTEPS+t] + weight * value * (64'sd1 <<< shift);
                    end
                end
                last = n == size - 1;
                events[total] = {shift[4:0], last, vector, row[ADDR_BITS-1:0], counts};
                total = total + 1;
            end
            for (lane = 0; lane < LANES && segment * LANES + lane < CHANNELS; lane = lane + 1) begin
                for (t = 0; t < TIMESTEPS; t = t + 1) begin
                    results[at/UNITS][(at%UNITS*TIMESTEPS+t)*ACC_BITS +: ACC_BITS] = sum[lane*TIMESTEPS+t][ACC_BITS-1:0];
                end
                at = at + 1;
            end
        end
    end

    // ---------------------------------------------------------------- streams and memories
    wire [31:0]           sent;
    wire [EVENT_BITS-1:0] in_data;
    wire                  in_valid;
    wire                  in_ready;
    stream_source #(.WIDTH(EVENT_BITS)) source (
        .clk(clk), .rst(rst), .total(total), .index(sent), .word(events[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire                         weight_enable;
    wire [ADDR_BITS-1:0]         weight_addr;
    reg  [LANES*WEIGHT_BITS-1:0] weight_read;
    reg  [LANES*WEIGHT_BITS-1:0] weight_row;
    always @(posedge clk) begin
        if (weight_enable) weight_read <= weights[weight_addr];
        weight_row <= weight_read;
    end

    wire [RESULT_BITS-1:0] out_data;
    wire                   out_valid;
    wire                   out_ready;
    volley_synapse_array #(
        .LANES(LANES), .CHANNELS(CHANNELS), .UNITS(UNITS), .TIMESTEPS(TIMESTEPS), .COUNT_BITS(COUNT_BITS),
        .COUNT_SIGNED(COUNT_SIGNED), .MOST_COUNT(MOST_COUNT), .WEIGHT_BITS(WEIGHT_BITS), .ACC_BITS(ACC_BITS),
        .ARITHMETIC(ARITHMETIC), .LANES_PACKED(LANES_PACKED), .TIMESTEPS_PACKED(TIMESTEPS_PACKED), .MAX_SHIFT(MAX_SHIFT),
        .SHIFTS(SHIFTS), .VECTOR(VECTOR), .QUEUE_LOG2(QUEUE_LOG2), .WEIGHT_ADDR_BITS(ADDR_BITS)
    ) dut (
        .clk(clk), .rst(rst), .s_event_addr(in_data[COUNTS +: ADDR_BITS]), .s_event_counts(in_data[COUNTS-1:0]),
        .s_event_vector(in_data[EVENT_BITS-7]), .s_event_shift(in_data[EVENT_BITS-1 -: 5]),
        .s_event_last(in_data[EVENT_BITS-6]), .s_event_valid(in_valid), .s_event_ready(in_ready),
        .weight_enable(weight_enable), .weight_addr(weight_addr), .weight_row(weight_row),
        .m_axis_tdata(out_data), .m_axis_tvalid(out_valid), .m_axis_tready(out_ready)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(RESULT_BITS)) sink (
        .clk(clk), .rst(rst), .total(RESULTS[31:0]), .index(received), .word(results[received]),
        .tdata(out_data), .tvalid(out_valid), .tready(out_ready), .done(done), .failed(failed),
        .checks(checks)
    );

    bench_control #(.NAME("synapse_array")) control (
        .clk(clk), .rst(rst), .done(done), .failed(failed), .checks(checks)
    );
endmodule

`default_nettype wire
