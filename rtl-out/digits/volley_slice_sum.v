// SPDX-License-Identifier: MIT OR Apache-2.0
// Part of Volley 0.1.0.
// volley_slice_sum: the partial sums of all slices of an engine, added up beat by beat.
//
//     m_axis[f] = sum over slices g of s_axis[g][f]         for each of the FIELDS sums of a beat
//
// Each slice's beats wait in the queue of its volley_synapse_array, so a slice with little work in one window and much in the
// next does not hold up the others: what counts is the average over the beats that a queue holds.
//
// Latency: one clock through the registers in front, where the slices' beats wait for each other, one for each level of the
// adder tree ($clog2(SLICES), a register after every level), and one through the output register. Throughput: one beat a
// clock. Cost: (SLICES - 1)*FIELDS adders of SUM_BITS, and SLICES + 1 skid buffers.
`default_nettype none

module volley_slice_sum #(
    parameter SLICES     = 2,               // a power of two, at least 2
    parameter FIELDS     = 1,               // sums of a beat: units * time steps
    parameter SUM_BITS   = 16               // bits of a sum, signed; holds the whole sum and each part of it
) (
    input  wire                              clk,            // rising edge
    input  wire                              rst,            // synchronous, active high
    input  wire [SLICES*FIELDS*SUM_BITS-1:0] s_axis_tdata,   // per slice, slice 0 in the low bits
    input  wire [SLICES-1:0]                 s_axis_tvalid,
    output wire [SLICES-1:0]                 s_axis_tready,
    output wire [FIELDS*SUM_BITS-1:0]        m_axis_tdata,   // the whole sums, field 0 in the low bits
    output wire                              m_axis_tvalid,
    input  wire                              m_axis_tready
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (SLICES < 2 || (SLICES & (SLICES - 1)) != 0) begin : g_check_slices
            volley_slice_sum_needs_SLICES_of_a_power_of_two_from_2_on illegal ();
        end
        if (FIELDS < 1) begin : g_check_fields
            volley_slice_sum_needs_FIELDS_of_at_least_1 illegal ();
        end
        if (SUM_BITS < 1) begin : g_check_sum_bits
            volley_slice_sum_needs_SUM_BITS_of_at_least_1 illegal ();
        end
    endgenerate

    localparam WIDTH  = FIELDS * SUM_BITS;
    localparam LEVELS = $clog2(SLICES);

    wire advance;                           // the tree moves as a whole
    wire [SLICES*WIDTH-1:0] part;
    wire [SLICES-1:0]       part_valid;
    wire take = &part_valid;

    // Slices lie far apart: registers say whether all have a beat, not the state of their queues.
    generate
        genvar g;
        for (g = 0; g < SLICES; g = g + 1) begin : g_part
            volley_skid_buffer #(
                .WIDTH (WIDTH)
            ) in (
                .clk           (clk),
                .rst           (rst),
                .s_axis_tdata  (s_axis_tdata[g*WIDTH +: WIDTH]),
                .s_axis_tvalid (s_axis_tvalid[g]),
                .s_axis_tready (s_axis_tready[g]),
                .m_axis_tdata  (part[g*WIDTH +: WIDTH]),
                .m_axis_tvalid (part_valid[g]),
                .m_axis_tready (advance && take)
            );
        end
    endgenerate

    // A binary tree: node n is the sum of nodes 2n and 2n + 1, the slices' beats are nodes SLICES .. 2*SLICES - 1, and
    // node 1 is the whole sum. Node n is at place n - 1 of the bus.
    wire [(2*SLICES-1)*WIDTH-1:0] tree;
    reg  [LEVELS-1:0]             valid_reg;
    assign tree[(SLICES-1)*WIDTH +: SLICES*WIDTH] = part;

    generate
        genvar n;
        genvar f;
        for (n = 1; n < SLICES; n = n + 1) begin : g_node
            for (f = 0; f < FIELDS; f = f + 1) begin : g_field
                reg [SUM_BITS-1:0] sum_reg;
                always @(posedge clk) begin
                    if (advance) begin
                        sum_reg <= tree[(2*n-1)*WIDTH + f*SUM_BITS +: SUM_BITS]
                                 + tree[2*n*WIDTH + f*SUM_BITS +: SUM_BITS];
                    end
                end
                assign tree[(n-1)*WIDTH + f*SUM_BITS +: SUM_BITS] = sum_reg;
            end
        end
    endgenerate

    generate
        if (LEVELS == 1) begin : g_one_level
            always @(posedge clk) begin
                if (advance) begin
                    valid_reg <= take;
                end
                if (rst) begin
                    valid_reg <= 1'b0;
                end
            end
        end else begin : g_levels
            always @(posedge clk) begin
                if (advance) begin
                    valid_reg <= {valid_reg[LEVELS-2:0], take};
                end
                if (rst) begin
                    valid_reg <= {LEVELS{1'b0}};
                end
            end
        end
    endgenerate

    volley_skid_buffer #(
        .WIDTH (WIDTH)
    ) out (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  (tree[WIDTH-1:0]),
        .s_axis_tvalid (valid_reg[LEVELS-1]),
        .s_axis_tready (advance),
        .m_axis_tdata  (m_axis_tdata),
        .m_axis_tvalid (m_axis_tvalid),
        .m_axis_tready (m_axis_tready)
    );
endmodule

`default_nettype wire
