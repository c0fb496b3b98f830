// SPDX-License-Identifier: MIT OR Apache-2.0
// Part of Volley 0.1.0.
// volley_skid_buffer: a two-entry stream register that cuts every combinational path.
//
// m_axis is s_axis, delayed by one clock; both `s_axis_tready` and the outputs come straight from registers,
// so chains of modules do not add up their ready paths. Throughput: one beat a clock.
//
// Cost: 2*WIDTH + 2 flip-flops, WIDTH two-input multiplexers.
`default_nettype none

module volley_skid_buffer #(
    parameter WIDTH = 8                     // bits of a beat
) (
    input  wire             clk,            // rising edge
    input  wire             rst,            // synchronous, active high; clears the valid flags only
    input  wire [WIDTH-1:0] s_axis_tdata,   // one beat
    input  wire             s_axis_tvalid,
    output wire             s_axis_tready,  // registered
    output wire [WIDTH-1:0] m_axis_tdata,   // registered
    output wire             m_axis_tvalid,  // registered
    input  wire             m_axis_tready
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (WIDTH < 1) begin : g_check_width
            volley_skid_buffer_needs_WIDTH_of_at_least_1 illegal ();
        end
    endgenerate

    reg [WIDTH-1:0] out_reg;
    reg             out_valid_reg;
    reg [WIDTH-1:0] skid_reg;               // holds the beat that arrived while the output was blocked
    reg             skid_valid_reg;

    assign s_axis_tready = !skid_valid_reg;
    assign m_axis_tdata  = out_reg;
    assign m_axis_tvalid = out_valid_reg;

    wire out_free = m_axis_tready || !out_valid_reg;

    always @(posedge clk) begin
        if (out_free) begin
            out_reg <= skid_valid_reg ? skid_reg : s_axis_tdata;
        end
        if (s_axis_tready) begin
            skid_reg <= s_axis_tdata;
        end
        if (out_free) begin
            out_valid_reg  <= skid_valid_reg || s_axis_tvalid;
            skid_valid_reg <= 1'b0;
        end else if (s_axis_tvalid) begin
            skid_valid_reg <= 1'b1;
        end
        if (rst) begin
            out_valid_reg  <= 1'b0;
            skid_valid_reg <= 1'b0;
        end
    end
endmodule

`default_nettype wire
