// Bench of volley_group_neuron and volley_group_neuron_serial, which get the same currents and must give the same counts.
//
// Random channels (bias, theta) and currents; half of the currents are chosen so that v falls on a multiple of theta or
// one beside it, some are the greatest or smallest that fit. The expected counts follow the definition member by
// member: n = #{ i : v >= i * theta }, v <- v - n * theta, in 64 bits. MEMBRANE_BITS is the narrowest that holds v.
`default_nettype none

module group_neuron_tb;
    parameter CHANNELS     = 5;
    parameter TIMESTEPS    = 2;
    parameter IN_TIMESTEPS = 2;             // TIMESTEPS or 1
    parameter MEMBERS      = 4;
    parameter ACC_BITS     = 12;
    parameter BIAS_BITS    = 10;
    parameter THETA_BITS   = 8;             // with POW2 bits of the shift
    parameter POW2         = 0;
    parameter THETA_LOG2   = 6;
    parameter PIXELS       = 40;            // each brings CHANNELS neurons

    // |v| is at most half a theta and T (|current| + |bias|), with POW2 shifted to the common theta.
    localparam MOST_SHIFT    = (1 << THETA_BITS) - 1 < THETA_LOG2 ? (1 << THETA_BITS) - 1 : THETA_LOG2;
    localparam [63:0] ONE    = 1;
    localparam [63:0] DRIVE  = TIMESTEPS * ((ONE << (ACC_BITS - 1)) + (ONE << (BIAS_BITS - 1)));
    localparam [63:0] REACH  = POW2 != 0 ? (ONE << (THETA_LOG2 - 1)) + (DRIVE << MOST_SHIFT)
                                         : (ONE << (THETA_BITS - 1)) + DRIVE;
    localparam MEMBRANE_BITS = $clog2(REACH + 1) + 1;
    localparam COUNT_BITS    = $clog2(MEMBERS + 1);
    localparam CHANNEL_BITS  = CHANNELS > 1 ? $clog2(CHANNELS) : 1;
    localparam NEURONS       = PIXELS * CHANNELS;

    wire        clk;
    wire        rst;
    wire [1:0]  done;                       // [0]: volley_group_neuron, [1]: volley_group_neuron_serial
    wire [1:0]  failed;
    wire [31:0] checks;
    wire [31:0] serial_checks;

    `include "bench_random.vh"

    // ---------------------------------------------------------------- what goes in and what must come out
    reg [BIAS_BITS+THETA_BITS-1:0]  rows     [0:CHANNELS-1];
    reg [IN_TIMESTEPS*ACC_BITS-1:0]       currents [0:NEURONS-1];
    reg [TIMESTEPS*COUNT_BITS-1:0] counts   [0:NEURONS-1];

    integer n, t, i, fired;
    reg signed [63:0] v, theta, bias, current, low, high, target;
    reg [BIAS_BITS-1:0]  bias_field;
    reg [THETA_BITS-1:0] theta_field;
    reg signed [BIAS_BITS-1:0] bias_signed;

    // A current within its bits.
    task choose_current;
        begin
            draw;
            case (fill_state[10:8])
                0: current = low;
                1: current = high;
                2: current = $signed({32'd0, fill_state}) % 16 - 8;
                3: current = low + ($signed({32'd0, fill_state >> 1}) * 64'sd7919) % (high - low + 1);
                default: begin
                    // v falls on a multiple of theta, or one beside it; up to one member more than there are.
                    target  = ($signed({32'd0, fill_state >> 11}) % (MEMBERS + 3) - 1) * theta
                            + $signed({62'd0, fill_state[31:30]}) % 3 - 1;
                    current = target - v - bias;
                end
            endcase
            if (current < low)  current = low;
            if (current > high) current = high;
        end
    endtask

    initial begin
        start_random;
        high = (64'sd1 <<< (ACC_BITS - 1)) - 1;
        low  = -high - 1;
        for (n = 0; n < CHANNELS; n = n + 1) begin
            draw;
            bias_field = fill_state[31:4];
            case (n)
                0: bias_field = {1'b1, {(BIAS_BITS - 1){1'b0}}};
                1: bias_field = {1'b0, {(BIAS_BITS - 1){1'b1}}};
                default: ;
            endcase
            draw;
            if (POW2 != 0) begin
                theta_field = (fill_state >> 8) % (MOST_SHIFT + 1);
            end else begin
                theta_field = fill_state[31:8];
                if (n == 2) theta_field = 1;
                if (n == 3) theta_field = {THETA_BITS{1'b1}};
                if (theta_field == 0) theta_field = 1;
            end
            rows[n] = {bias_field, theta_field};
        end
        for (n = 0; n < NEURONS; n = n + 1) begin
            {bias_field, theta_field} = rows[n % CHANNELS];
            bias_signed = bias_field;
            bias  = bias_signed;
            theta = POW2 != 0 ? 64'sd1 <<< (THETA_LOG2 - theta_field) : theta_field;
            v     = theta >>> 1;
            for (t = 0; t < TIMESTEPS; t = t + 1) begin
                if (t < IN_TIMESTEPS) begin
                    choose_current;
                    currents[n][t*ACC_BITS +: ACC_BITS] = current[ACC_BITS-1:0];
                end
                v = v + current + bias;
                fired = 0;
                for (i = 1; i <= MEMBERS; i = i + 1) begin
                    if (v >= i * theta) fired = fired + 1;
                end
                v = v - fired * theta;
                counts[n][t*COUNT_BITS +: COUNT_BITS] = fired[COUNT_BITS-1:0];
            end
        end
    end

    // ---------------------------------------------------------------- the pipeline
    wire [31:0]                      sent;
    wire [IN_TIMESTEPS*ACC_BITS-1:0] in_data;
    wire                             in_valid;
    wire                             in_ready;
    stream_source #(.WIDTH(IN_TIMESTEPS * ACC_BITS)) source (
        .clk(clk), .rst(rst), .total(NEURONS[31:0]), .index(sent), .word(currents[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire                          neuron_enable;
    wire [CHANNEL_BITS-1:0]       neuron_addr;
    reg  [BIAS_BITS+THETA_BITS-1:0] neuron_row;
    always @(posedge clk) if (neuron_enable) neuron_row <= rows[neuron_addr];

    wire [TIMESTEPS*COUNT_BITS-1:0] out_data;
    wire                            out_valid;
    wire                            out_ready;
    volley_group_neuron #(
        .CHANNELS(CHANNELS), .TIMESTEPS(TIMESTEPS), .IN_TIMESTEPS(IN_TIMESTEPS), .MEMBERS(MEMBERS), .ACC_BITS(ACC_BITS),
        .BIAS_BITS(BIAS_BITS), .THETA_BITS(THETA_BITS), .POW2(POW2), .THETA_LOG2(THETA_LOG2),
        .MEMBRANE_BITS(MEMBRANE_BITS), .COUNT_BITS(COUNT_BITS), .CHANNEL_BITS(CHANNEL_BITS)
    ) dut (
        .clk(clk), .rst(rst), .s_axis_tdata(in_data), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
        .neuron_enable(neuron_enable), .neuron_addr(neuron_addr), .neuron_row(neuron_row),
        .m_axis_tdata(out_data), .m_axis_tvalid(out_valid), .m_axis_tready(out_ready)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(TIMESTEPS * COUNT_BITS)) sink (
        .clk(clk), .rst(rst), .total(NEURONS[31:0]), .index(received), .word(counts[received]),
        .tdata(out_data), .tvalid(out_valid), .tready(out_ready), .done(done[0]), .failed(failed[0]), .checks(checks)
    );

    // ---------------------------------------------------------------- the serial form
    wire [31:0]                      serial_sent;
    wire [IN_TIMESTEPS*ACC_BITS-1:0] serial_in_data;
    wire                             serial_in_valid;
    wire                             serial_in_ready;
    stream_source #(.WIDTH(IN_TIMESTEPS * ACC_BITS)) serial_source (
        .clk(clk), .rst(rst), .total(NEURONS[31:0]), .index(serial_sent), .word(currents[serial_sent]),
        .tdata(serial_in_data), .tvalid(serial_in_valid), .tready(serial_in_ready)
    );

    wire                          serial_neuron_enable;
    wire [CHANNEL_BITS-1:0]       serial_neuron_addr;
    reg  [BIAS_BITS+THETA_BITS-1:0] serial_neuron_row;
    always @(posedge clk) if (serial_neuron_enable) serial_neuron_row <= rows[serial_neuron_addr];

    wire [TIMESTEPS*COUNT_BITS-1:0] serial_out_data;
    wire                            serial_out_valid;
    wire                            serial_out_ready;
    volley_group_neuron_serial #(
        .CHANNELS(CHANNELS), .TIMESTEPS(TIMESTEPS), .IN_TIMESTEPS(IN_TIMESTEPS), .MEMBERS(MEMBERS), .ACC_BITS(ACC_BITS),
        .BIAS_BITS(BIAS_BITS), .THETA_BITS(THETA_BITS), .POW2(POW2), .THETA_LOG2(THETA_LOG2),
        .MEMBRANE_BITS(MEMBRANE_BITS), .COUNT_BITS(COUNT_BITS), .CHANNEL_BITS(CHANNEL_BITS)
    ) serial_dut (
        .clk(clk), .rst(rst), .s_axis_tdata(serial_in_data), .s_axis_tvalid(serial_in_valid), .s_axis_tready(serial_in_ready),
        .neuron_enable(serial_neuron_enable), .neuron_addr(serial_neuron_addr), .neuron_row(serial_neuron_row),
        .m_axis_tdata(serial_out_data), .m_axis_tvalid(serial_out_valid), .m_axis_tready(serial_out_ready)
    );

    wire [31:0] serial_received;
    stream_sink #(.WIDTH(TIMESTEPS * COUNT_BITS)) serial_sink (
        .clk(clk), .rst(rst), .total(NEURONS[31:0]), .index(serial_received), .word(counts[serial_received]),
        .tdata(serial_out_data), .tvalid(serial_out_valid), .tready(serial_out_ready), .done(done[1]), .failed(failed[1]), .checks(serial_checks)
    );

    bench_control #(.NAME("group_neuron")) control (
        .clk(clk), .rst(rst), .done(&done), .failed(|failed), .checks(checks + serial_checks)
    );
endmodule

`default_nettype wire
