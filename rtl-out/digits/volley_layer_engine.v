// SPDX-License-Identifier: MIT OR Apache-2.0
// Part of Volley 0.1.0.
// volley_layer_engine: one layer of group neurons: events of its windows in, spike counts out.
//
//     I(t)   = sum over the window's events of 2^shift * weight * counts(t)     volley_synapse_array, one a slice; volley_slice_sum
//              + 2^shift * weight * counts(t) of the element at this place      volley_elementwise_term, where the layer has one
//     counts = group neuron fired by I(t) + bias, t = 0 .. T-1                  volley_group_neuron, one a unit
//
// The events of each slice come from a volley_event_scanner, or from several (one a term) through a volley_event_join. Neurons
// leave in the order row, pixel, channel, UNITS a beat, all time steps together. A layer that reads the input has
// IN_TIMESTEPS = 1: its current is the same at each time step. Throughput: one event a clock and slice; a window takes at
// least as many clocks as its segment has beats of output channels (one leaves a clock).
//
// Weight memories: one a slice. A row holds LANES weights, those of output channels segment*LANES + lane, lane 0 in the
//                  low bits; the rows of a term are ordered segment, ky, kx, input channel. Read latency two clocks.
// Neuron memory:   row `beat` holds UNITS times {bias, theta} (see volley_group_neuron), those of channels beat*UNITS + unit,
//                  unit 0 in the low bits. Read latency one clock.
// Element memory:  the elementwise term's weights in the same order, UNITS a row. Read latency one clock.
`default_nettype none

module volley_layer_engine #(
    parameter SLICES        = 1,            // shares of the input channels, worked on side by side
    parameter UNITS         = 1,            // neurons that fire at once; divides LANES and CHANNELS
    parameter VECTOR        = 0,            // 1: slice 0 has events with a count for each lane
    parameter IN_TIMESTEPS  = 1,            // time steps of an event: T, or 1 where the layer reads the input
    parameter IN_BITS       = 3,            // bits of one count (or pixel value)
    parameter IN_MOST       = (1 << IN_BITS) - 1, // greatest of them, where they are unsigned
    parameter IN_SIGNED     = 0,            // 1: pixel values in two's complement
    parameter CHANNELS      = 8,            // output channels
    parameter LANES         = 4,            // output channels computed at once, a slice
    parameter WEIGHT_BITS   = 8,            // bits of a weight, signed
    parameter WEIGHT_ADDR_BITS = 7,         // $clog2(rows of the largest weight memory), at least 1
    parameter ACC_BITS         = 16,        // bits of a sum, signed
    parameter ARITHMETIC       = 0,         // of the lanes: 0 gated adds, 1 multipliers, 2 accumulating multipliers
    parameter LANES_PACKED     = 1,         // lanes that share a multiplier, see volley_synapse_array
    parameter TIMESTEPS_PACKED = 1,         // time steps that share a multiplier
    parameter MAX_SHIFT        = 0,         // largest shift of a term
    parameter [31:0] SHIFTS    = 32'hffffffff, // bit s: there is a term of shift s
    parameter ELEMENTWISE      = 0,         // 1: there is an elementwise term
    parameter ELEMENT_BITS     = 3,         // bits of one of its counts
    parameter ELEMENT_SHIFT    = 0,         // its left shift
    parameter SUM_QUEUE_LOG2 = 5,           // beats of sums that may wait, a slice: 2^SUM_QUEUE_LOG2 >= LANES / UNITS
    parameter SERIAL        = 0,            // 1: neurons fire with one adder each (volley_group_neuron_serial), 0: in a pipeline
    parameter TIMESTEPS     = 1,            // T
    parameter MEMBERS       = 4,            // tau
    parameter BIAS_BITS     = 12,           // bits of a bias, signed
    parameter THETA_BITS    = 10,           // bits of theta; with POW2 of the aligning shift
    parameter POW2          = 0,            // 1: all thetas are powers of two
    parameter THETA_LOG2    = 8,            // with POW2: log2 of the common theta
    parameter MEMBRANE_BITS = 18,           // bits of a membrane, signed
    parameter COUNT_BITS    = 3,            // $clog2(MEMBERS + 1)
    parameter BEAT_ADDR_BITS = 3            // $clog2(CHANNELS / UNITS), at least 1
) (
    input  wire                                     clk,            // rising edge
    input  wire                                     rst,            // synchronous, active high
    // Events, per slice, slice 0 in the low bits.
    input  wire [SLICES*WEIGHT_ADDR_BITS-1:0]       s_event_addr,   // weight row
    input  wire [(SLICES-1+(VECTOR!=0?LANES:1))*IN_TIMESTEPS*IN_BITS-1:0] s_event_counts, // with VECTOR LANES fields of slice 0
    input  wire                                     s_event_vector, // slice 0: every lane uses its own field
    input  wire [5*SLICES-1:0]                      s_event_shift,  // left shift of the event's term
    input  wire [SLICES-1:0]                        s_event_last,   // the window ends with this event
    input  wire [SLICES-1:0]                        s_event_marker, // no event, only the end of an empty window
    input  wire [SLICES-1:0]                        s_event_valid,  // input stream of the slice: one event a beat
    output wire [SLICES-1:0]                        s_event_ready,
    input  wire [SLICES-1:0]                        scanning,       // `busy` of the volley_event_scanner or volley_event_join
    // The elementwise term's counts, one element for each neuron of a beat; not read without such a term.
    input  wire [UNITS*IN_TIMESTEPS*ELEMENT_BITS-1:0] s_counts_tdata,
    input  wire                                       s_counts_tvalid,
    output wire                                       s_counts_tready,
    output wire [UNITS*TIMESTEPS*COUNT_BITS-1:0]      m_axis_tdata, // counts, unit 0 and time step 0 in the low bits
    output wire                                       m_axis_tvalid,
    input  wire                                       m_axis_tready,
    output wire [SLICES-1:0]                          weight_enable, // a slice's row is read
    output wire [SLICES*WEIGHT_ADDR_BITS-1:0]         weight_addr,  // rows, slice 0 in the low bits
    input  wire [SLICES*LANES*WEIGHT_BITS-1:0]        weight_row,   // two clocks after weight_enable
    output wire                                       element_enable, // a row of the elementwise weights is read
    output wire [BEAT_ADDR_BITS-1:0]                  element_addr, // row: beat of the pixel
    input  wire [UNITS*WEIGHT_BITS-1:0]               element_row,  // one clock after element_enable
    output wire                                       neuron_enable, // a row of parameters is read
    output wire [BEAT_ADDR_BITS-1:0]                  neuron_addr,  // row: beat of the pixel
    input  wire [UNITS*(BIAS_BITS+THETA_BITS)-1:0]    neuron_row,   // one clock after neuron_enable
    output wire [SLICES-1:0]                          status_event, // an event is processed in this clock
    output wire                                       status_busy   // at work, and not held up by what follows
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (SLICES < 1) begin : g_check_slices
            volley_layer_engine_needs_SLICES_of_at_least_1 illegal ();
        end
        if (LANES < 1) begin : g_check_lanes
            volley_layer_engine_needs_LANES_of_at_least_1 illegal ();
        end
        if (UNITS < 1 || LANES % (UNITS < 1 ? 1 : UNITS) != 0 || CHANNELS % (UNITS < 1 ? 1 : UNITS) != 0) begin : g_check_units
            volley_layer_engine_needs_UNITS_that_divide_LANES_and_CHANNELS illegal ();
        end
        if (VECTOR != 0 && VECTOR != 1) begin : g_check_vector
            volley_layer_engine_needs_VECTOR_of_0_or_1 illegal ();
        end
        if (IN_SIGNED != 0 && IN_SIGNED != 1) begin : g_check_in_signed
            volley_layer_engine_needs_IN_SIGNED_of_0_or_1 illegal ();
        end
        if (ELEMENTWISE != 0 && ELEMENTWISE != 1) begin : g_check_elementwise
            volley_layer_engine_needs_ELEMENTWISE_of_0_or_1 illegal ();
        end
        if (SERIAL != 0 && SERIAL != 1) begin : g_check_serial
            volley_layer_engine_needs_SERIAL_of_0_or_1 illegal ();
        end
    endgenerate

    localparam FIELD    = IN_TIMESTEPS * IN_BITS;
    localparam SUM_BITS = UNITS * IN_TIMESTEPS * ACC_BITS;

    // ---------------------------------------------------------------- lanes of every slice
    wire [SLICES*SUM_BITS-1:0] part;
    wire [SLICES-1:0]          part_valid;
    wire [SLICES-1:0]          part_ready;

    generate
        genvar g;
        for (g = 0; g < SLICES; g = g + 1) begin : g_slice
            localparam WIDE   = VECTOR != 0 && g == 0;
            localparam FIELDS = WIDE ? LANES : 1;
            localparam FIRST  = VECTOR != 0 && g != 0 ? LANES - 1 + g : g;   // field that this slice begins with

            volley_synapse_array #(
                .LANES            (LANES),
                .CHANNELS         (CHANNELS),
                .UNITS            (UNITS),
                .VECTOR           (WIDE ? 1 : 0),
                .TIMESTEPS        (IN_TIMESTEPS),
                .COUNT_BITS       (IN_BITS),
                .COUNT_SIGNED     (IN_SIGNED),
                .MOST_COUNT       (IN_MOST),
                .WEIGHT_BITS      (WEIGHT_BITS),
                .ACC_BITS         (ACC_BITS),
                .ARITHMETIC       (ARITHMETIC),
                .LANES_PACKED     (LANES_PACKED),
                .TIMESTEPS_PACKED (TIMESTEPS_PACKED),
                .QUEUE_LOG2       (SUM_QUEUE_LOG2),
                .MAX_SHIFT        (MAX_SHIFT),
                .SHIFTS           (SHIFTS),
                .WEIGHT_ADDR_BITS (WEIGHT_ADDR_BITS)
            ) array (
                .clk            (clk),
                .rst            (rst),
                .s_event_addr   (s_event_addr[g*WEIGHT_ADDR_BITS +: WEIGHT_ADDR_BITS]),
                .s_event_counts (s_event_counts[FIRST*FIELD +: FIELDS*FIELD]),
                .s_event_vector (WIDE ? s_event_vector : 1'b0),
                .s_event_shift  (s_event_shift[5*g +: 5]),
                .s_event_last   (s_event_last[g]),
                .s_event_valid  (s_event_valid[g]),
                .s_event_ready  (s_event_ready[g]),
                .weight_enable  (weight_enable[g]),
                .weight_addr    (weight_addr[g*WEIGHT_ADDR_BITS +: WEIGHT_ADDR_BITS]),
                .weight_row     (weight_row[g*LANES*WEIGHT_BITS +: LANES*WEIGHT_BITS]),
                .m_axis_tdata   (part[g*SUM_BITS +: SUM_BITS]),
                .m_axis_tvalid  (part_valid[g]),
                .m_axis_tready  (part_ready[g])
            );
        end
        if (VECTOR == 0) begin : g_no_vector
            wire unused_vector = s_event_vector;
        end
    endgenerate

    // ---------------------------------------------------------------- the sum over the slices
    wire [SUM_BITS-1:0] sum;
    wire                sum_valid;
    wire                sum_ready;

    generate
        if (SLICES == 1) begin : g_one_slice
            assign sum           = part;
            assign sum_valid     = part_valid[0];
            assign part_ready[0] = sum_ready;
        end else begin : g_slices
            volley_slice_sum #(
                .SLICES     (SLICES),
                .FIELDS     (UNITS * IN_TIMESTEPS),
                .SUM_BITS   (ACC_BITS)
            ) slices (
                .clk           (clk),
                .rst           (rst),
                .s_axis_tdata  (part),
                .s_axis_tvalid (part_valid),
                .s_axis_tready (part_ready),
                .m_axis_tdata  (sum),
                .m_axis_tvalid (sum_valid),
                .m_axis_tready (sum_ready)
            );
        end
    endgenerate

    // ---------------------------------------------------------------- the elementwise term
    wire [SUM_BITS-1:0] current;
    wire                current_valid;
    wire                current_ready;

    generate
        if (ELEMENTWISE != 0) begin : g_elementwise
            volley_elementwise_term #(
                .UNITS       (UNITS),
                .BEATS       (CHANNELS / UNITS),
                .TIMESTEPS   (IN_TIMESTEPS),
                .COUNT_BITS  (ELEMENT_BITS),
                .WEIGHT_BITS (WEIGHT_BITS),
                .SHIFT       (ELEMENT_SHIFT),
                .ACC_BITS    (ACC_BITS),
                .ADDR_BITS   (BEAT_ADDR_BITS)
            ) element (
                .clk             (clk),
                .rst             (rst),
                .s_counts_tdata  (s_counts_tdata),
                .s_counts_tvalid (s_counts_tvalid),
                .s_counts_tready (s_counts_tready),
                .s_axis_tdata    (sum),
                .s_axis_tvalid   (sum_valid),
                .s_axis_tready   (sum_ready),
                .weight_enable   (element_enable),
                .weight_addr     (element_addr),
                .weight_row      (element_row),
                .m_axis_tdata    (current),
                .m_axis_tvalid   (current_valid),
                .m_axis_tready   (current_ready)
            );
        end else begin : g_events_only
            assign current         = sum;
            assign current_valid   = sum_valid;
            assign sum_ready       = current_ready;
            assign s_counts_tready = 1'b0;
            assign element_enable  = 1'b0;
            assign element_addr    = {BEAT_ADDR_BITS{1'b0}};
            wire unused_elements = &{1'b0, s_counts_tdata, s_counts_tvalid, element_row};
        end
    endgenerate

    // ---------------------------------------------------------------- the neurons; all units move together
    wire [UNITS-1:0]                neuron_ready;
    wire [UNITS-1:0]                counts_valid;
    wire [UNITS-1:0]                unit_enable;
    wire [UNITS*BEAT_ADDR_BITS-1:0] unit_addr;

    assign current_ready = neuron_ready[0];
    assign m_axis_tvalid = counts_valid[0];
    assign neuron_enable = unit_enable[0];
    assign neuron_addr   = unit_addr[BEAT_ADDR_BITS-1:0];

    generate
        genvar u;
        for (u = 0; u < UNITS; u = u + 1) begin : g_unit
            if (SERIAL != 0) begin : g_serial
                volley_group_neuron_serial #(
                    .CHANNELS      (CHANNELS / UNITS),
                    .TIMESTEPS     (TIMESTEPS),
                    .IN_TIMESTEPS  (IN_TIMESTEPS),
                    .MEMBERS       (MEMBERS),
                    .ACC_BITS      (ACC_BITS),
                    .BIAS_BITS     (BIAS_BITS),
                    .THETA_BITS    (THETA_BITS),
                    .POW2          (POW2),
                    .THETA_LOG2    (THETA_LOG2),
                    .MEMBRANE_BITS (MEMBRANE_BITS),
                    .COUNT_BITS    (COUNT_BITS),
                    .CHANNEL_BITS  (BEAT_ADDR_BITS)
                ) neuron (
                    .clk           (clk),
                    .rst           (rst),
                    .s_axis_tdata  (current[u*IN_TIMESTEPS*ACC_BITS +: IN_TIMESTEPS*ACC_BITS]),
                    .s_axis_tvalid (current_valid),
                    .s_axis_tready (neuron_ready[u]),
                    .neuron_enable (unit_enable[u]),
                    .neuron_addr   (unit_addr[u*BEAT_ADDR_BITS +: BEAT_ADDR_BITS]),
                    .neuron_row    (neuron_row[u*(BIAS_BITS+THETA_BITS) +: BIAS_BITS+THETA_BITS]),
                    .m_axis_tdata  (m_axis_tdata[u*TIMESTEPS*COUNT_BITS +: TIMESTEPS*COUNT_BITS]),
                    .m_axis_tvalid (counts_valid[u]),
                    .m_axis_tready (m_axis_tready)
                );
            end else begin : g_pipelined
                volley_group_neuron #(
                    .CHANNELS      (CHANNELS / UNITS),
                    .TIMESTEPS     (TIMESTEPS),
                    .IN_TIMESTEPS  (IN_TIMESTEPS),
                    .MEMBERS       (MEMBERS),
                    .ACC_BITS      (ACC_BITS),
                    .BIAS_BITS     (BIAS_BITS),
                    .THETA_BITS    (THETA_BITS),
                    .POW2          (POW2),
                    .THETA_LOG2    (THETA_LOG2),
                    .MEMBRANE_BITS (MEMBRANE_BITS),
                    .COUNT_BITS    (COUNT_BITS),
                    .CHANNEL_BITS  (BEAT_ADDR_BITS)
                ) neuron (
                    .clk           (clk),
                    .rst           (rst),
                    .s_axis_tdata  (current[u*IN_TIMESTEPS*ACC_BITS +: IN_TIMESTEPS*ACC_BITS]),
                    .s_axis_tvalid (current_valid),
                    .s_axis_tready (neuron_ready[u]),
                    .neuron_enable (unit_enable[u]),
                    .neuron_addr   (unit_addr[u*BEAT_ADDR_BITS +: BEAT_ADDR_BITS]),
                    .neuron_row    (neuron_row[u*(BIAS_BITS+THETA_BITS) +: BIAS_BITS+THETA_BITS]),
                    .m_axis_tdata  (m_axis_tdata[u*TIMESTEPS*COUNT_BITS +: TIMESTEPS*COUNT_BITS]),
                    .m_axis_tvalid (counts_valid[u]),
                    .m_axis_tready (m_axis_tready)
                );
            end
        end
        if (UNITS > 1) begin : g_together
            wire unused_copies = &{1'b0, neuron_ready[UNITS-1:1], counts_valid[UNITS-1:1], unit_enable[UNITS-1:1],
                                   unit_addr[UNITS*BEAT_ADDR_BITS-1:BEAT_ADDR_BITS]};
        end
    endgenerate

    // ---------------------------------------------------------------- for counters
    wire held_up = m_axis_tvalid && !m_axis_tready;

    assign status_event = s_event_valid & s_event_ready & ~s_event_marker;
    assign status_busy  = |(scanning & ~(s_event_valid & ~s_event_ready & {SLICES{held_up}}));
endmodule

`default_nettype wire
