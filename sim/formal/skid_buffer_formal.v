// A skid buffer neither loses, doubles, alters nor reorders a beat, and never blocks without need.
//
// Ready is exactly "fewer than two beats inside", valid exactly "a beat inside".
//
// Unbounded, by induction. Widths: the module never looks at a beat's bits, so one width stands for all.
module skid_buffer_formal #(
    parameter WIDTH = 4
) (
    input wire             clk,
    input wire             rst,
    input wire [WIDTH-1:0] s_data,
    input wire             s_valid,
    input wire             m_ready
);
    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire             s_ready, m_valid;
    wire [WIDTH-1:0] m_data;
    volley_skid_buffer #(.WIDTH (WIDTH)) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (s_data), .s_axis_tvalid (s_valid), .s_axis_tready (s_ready),
        .m_axis_tdata (m_data), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready)
    );

    wire [2:0]       held, ahead;
    wire             tracked;
    wire [WIDTH-1:0] data;
    beat_tracker #(.WIDTH (WIDTH), .COUNT_BITS (3)) tracker (
        .clk (clk), .rst (rst), .started (started),
        .s_fire (s_valid && s_ready), .s_data (s_data),
        .m_valid (m_valid), .m_ready (m_ready), .m_data (m_data),
        .held (held), .tracked (tracked), .ahead (ahead), .data (data)
    );

    always @* begin
        if (started) begin
            full:  assert (s_ready == (held < 2));
            empty: assert (m_valid == (held != 0));
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire [WIDTH-1:0] \dut.out_reg , \dut.skid_reg ;
    (* hierconn *) wire             \dut.out_valid_reg , \dut.skid_valid_reg ;
    always @* begin
        if (started) begin
            assert (held == \dut.out_valid_reg + \dut.skid_valid_reg );
            assert (!tracked || (ahead == 0 ? \dut.out_reg : \dut.skid_reg ) == data);
        end
    end
`endif
endmodule
