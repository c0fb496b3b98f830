// Bench of volley_readout_engine.
//
// Windows of random events, as in volley_synapse_array's bench. Each class's score must be
//     FACTOR * sum over the events of 2^shift * weight * count  +  bias,
// with `tlast` at the last class only. `status_event` must have been high once for each event that is not a marker; `status_busy`
// must follow `scanning` whenever the output does not hold the engine up. The weight row comes two clocks after its address.
`default_nettype none

module readout_engine_tb;
    parameter LANES          = 3;
    parameter CHANNELS       = 7;
    parameter COUNT_BITS     = 3;
    parameter COUNT_SIGNED   = 0;
    parameter WEIGHT_BITS    = 6;
    parameter ARITHMETIC     = 0;
    parameter MAX_SHIFT      = 0;
    parameter SUM_QUEUE_LOG2 = LANES > 2 ? $clog2(LANES) : 1;    // the least there may be
    parameter MOST_EVENTS    = 9;           // of a window
    parameter FACTOR         = 1;
    parameter BIAS_BITS      = 12;
    parameter PIXELS         = 30;

    localparam SEGMENTS    = (CHANNELS + LANES - 1) / LANES;
    localparam WEIGHT_ROWS = 37;
    localparam ADDR_BITS   = 6;
    localparam ACC_BITS    = WEIGHT_BITS + COUNT_BITS + MAX_SHIFT + $clog2(MOST_EVENTS);
    localparam CHANNEL_BITS = CHANNELS > 1 ? $clog2(CHANNELS) : 1;
    localparam TIMESTEPS   = 1;            // the sum over time is taken before the scanner
    localparam COUNTS      = TIMESTEPS * COUNT_BITS;
    localparam EVENTS      = PIXELS * SEGMENTS * MOST_EVENTS;
    localparam EVENT_BITS  = ADDR_BITS + COUNTS + 5 + 2;
    localparam RESULTS     = PIXELS * CHANNELS;
    localparam RESULT_BITS = 33;

    wire        clk;
    wire        rst;
    wire        done;
    wire        sink_failed;
    reg         status_failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    // ---------------------------------------------------------------- what goes in and what must come out
    reg [EVENT_BITS-1:0]        events  [0:EVENTS-1];       // {shift, last, marker, row, counts}
    reg [LANES*WEIGHT_BITS-1:0] weights [0:WEIGHT_ROWS-1];
    reg [RESULT_BITS-1:0]       results [0:RESULTS-1];
    reg [BIAS_BITS-1:0]         biases  [0:CHANNELS-1];
    reg signed [BIAS_BITS-1:0]  bias_signed;
    integer total;
    integer true_events;

    integer n, t, lane, pixel, segment, size, at, row, shift;
    reg signed [63:0] sum [0:LANES*TIMESTEPS-1];
    reg signed [63:0] value, weight;
    reg [COUNTS-1:0]             counts;
    reg [COUNT_BITS-1:0]         count_field;
    reg signed [COUNT_BITS-1:0]  count_signed;
    reg signed [WEIGHT_BITS-1:0] weight_signed;
    reg                          marker, last;
    initial begin
        start_random;
        for (n = 0; n < WEIGHT_ROWS; n = n + 1) begin
            for (lane = 0; lane < LANES; lane = lane + 1) begin
                draw;
                weights[n][lane*WEIGHT_BITS +: WEIGHT_BITS] = fill_state[31:5];
                if (fill_state[3:0] == 0) weights[n][lane*WEIGHT_BITS +: WEIGHT_BITS] = 1 << (WEIGHT_BITS - 1);
            end
        end
        for (n = 0; n < CHANNELS; n = n + 1) begin
            draw;
            biases[n] = fill_state[31:5];
        end
        total       = 0;
        true_events = 0;
        at          = 0;
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
                counts = {COUNTS{1'b0}};
                for (t = 0; t < TIMESTEPS && !marker; t = t + 1) begin
                    draw;
                    count_field = fill_state[31:5];
                    counts[t*COUNT_BITS +: COUNT_BITS] = count_field;
                    count_signed = count_field;
                    value        = count_field;
                    if (COUNT_SIGNED != 0) value = count_signed;
                    for (lane = 0; lane < LANES; lane = lane + 1) begin
                        weight_signed = weights[row][lane*WEIGHT_BITS +: WEIGHT_BITS];
                        weight = weight_signed;
                        sum[lane*TIMESTEPS+t] = sum[lane*TIMESTEPS+t] + weight * value * (64'sd1 <<< shift);
                    end
                end
                last = n == size - 1;
                events[total] = {shift[4:0], last, marker, row[ADDR_BITS-1:0], counts};
                total = total + 1;
                if (!marker) true_events = true_events + 1;
            end
            for (lane = 0; lane < LANES && segment * LANES + lane < CHANNELS; lane = lane + 1) begin
                bias_signed = biases[segment*LANES+lane];
                value       = sum[lane] * FACTOR + bias_signed;
                results[at] = {segment * LANES + lane == CHANNELS - 1, value[31:0]};
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

    wire                    neuron_enable;
    wire [CHANNEL_BITS-1:0] neuron_addr;
    reg  [BIAS_BITS-1:0]    neuron_row;
    always @(posedge clk) if (neuron_enable) neuron_row <= biases[neuron_addr];

    wire [31:0] out_data;
    wire        out_last;
    wire        out_valid;
    wire        out_ready;
    wire        status_event;
    wire        status_busy;
    wire        scanning = !rst && sent != 0 && !done;
    volley_readout_engine #(
        .IN_BITS(COUNT_BITS), .IN_SIGNED(COUNT_SIGNED), .CHANNELS(CHANNELS), .LANES(LANES), .WEIGHT_BITS(WEIGHT_BITS),
        .WEIGHT_ADDR_BITS(ADDR_BITS), .ACC_BITS(ACC_BITS), .ARITHMETIC(ARITHMETIC), .MAX_SHIFT(MAX_SHIFT),
        .SUM_QUEUE_LOG2(SUM_QUEUE_LOG2),
        .FACTOR(FACTOR), .BIAS_BITS(BIAS_BITS), .CHANNEL_BITS(CHANNEL_BITS)
    ) dut (
        .clk(clk), .rst(rst), .s_event_addr(in_data[COUNTS +: ADDR_BITS]), .s_event_counts(in_data[COUNTS-1:0]),
        .s_event_shift(in_data[EVENT_BITS-1 -: 5]), .s_event_last(in_data[EVENT_BITS-6]),
        .s_event_marker(in_data[EVENT_BITS-7]), .s_event_valid(in_valid), .s_event_ready(in_ready),
        .scanning(scanning), .m_axis_tdata(out_data), .m_axis_tlast(out_last), .m_axis_tvalid(out_valid),
        .m_axis_tready(out_ready), .weight_enable(weight_enable), .weight_addr(weight_addr), .weight_row(weight_row),
        .neuron_enable(neuron_enable), .neuron_addr(neuron_addr), .neuron_row(neuron_row),
        .status_event(status_event), .status_busy(status_busy)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(RESULT_BITS)) sink (
        .clk(clk), .rst(rst), .total(RESULTS[31:0]), .index(received), .word(results[received]),
        .tdata({out_last, out_data}), .tvalid(out_valid), .tready(out_ready), .done(done), .failed(sink_failed),
        .checks(checks)
    );

    // ---------------------------------------------------------------- status
    integer   event_clocks;
    reg [5:0] after_reg;
    initial status_failed = 1'b0;
    always @(posedge clk) begin
        event_clocks <= rst ? 0 : event_clocks + status_event;
        after_reg    <= rst || !done ? 6'd0 : after_reg == 6'd32 ? 6'd32 : after_reg + 6'd1;
        if ((after_reg == 6'd32 && event_clocks != true_events) ||
            (!rst && in_ready && status_busy !== scanning)) begin
            status_failed <= 1'b1;
            if (!status_failed) begin
                $display("%0d clocks with an event of %0d; busy %b, scanning %b", event_clocks, true_events,
                         status_busy, scanning);
            end
        end
    end

    bench_control #(.NAME("readout_engine")) control (
        .clk(clk), .rst(rst), .done(done), .failed(sink_failed || status_failed), .checks(checks)
    );
endmodule

`default_nettype wire
