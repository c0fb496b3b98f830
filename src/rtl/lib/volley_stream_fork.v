// volley_stream_fork: one stream to several readers; each gets every beat.
//
// A beat is taken when every reader's register has space, so the readers run ahead of each other by two beats at most.
// Where a reader must wait longer, its volley_spike_buffer holds the beats; its depth is derived for that.
// Throughput: one beat a clock. Latency: one clock.
`default_nettype none

module volley_stream_fork #(
    parameter WIDTH   = 8,                  // bits of a beat
    parameter OUTPUTS = 2                   // readers
) (
    input  wire                     clk,            // rising edge
    input  wire                     rst,            // synchronous, active high
    input  wire [WIDTH-1:0]         s_axis_tdata,   // one beat
    input  wire                     s_axis_tvalid,
    output wire                     s_axis_tready,  // depends on registers only
    output wire [OUTPUTS*WIDTH-1:0] m_axis_tdata,   // per reader, reader 0 in the low bits
    output wire [OUTPUTS-1:0]       m_axis_tvalid,
    input  wire [OUTPUTS-1:0]       m_axis_tready
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (WIDTH < 1) begin : g_check_width
            volley_stream_fork_needs_WIDTH_of_at_least_1 illegal ();
        end
        if (OUTPUTS < 1) begin : g_check_outputs
            volley_stream_fork_needs_OUTPUTS_of_at_least_1 illegal ();
        end
    endgenerate

    wire [OUTPUTS-1:0] space;
    assign s_axis_tready = &space;

    generate
        genvar i;
        for (i = 0; i < OUTPUTS; i = i + 1) begin : g_reader
            volley_skid_buffer #(
                .WIDTH (WIDTH)
            ) register (
                .clk           (clk),
                .rst           (rst),
                .s_axis_tdata  (s_axis_tdata),
                .s_axis_tvalid (s_axis_tvalid && s_axis_tready),
                .s_axis_tready (space[i]),
                .m_axis_tdata  (m_axis_tdata[i*WIDTH +: WIDTH]),
                .m_axis_tvalid (m_axis_tvalid[i]),
                .m_axis_tready (m_axis_tready[i])
            );
        end
    endgenerate
endmodule

`default_nettype wire
