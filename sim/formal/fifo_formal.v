// A queue neither loses, doubles, alters nor reorders a word, and never blocks without need.
//
// Ready is exactly "fewer than 2^DEPTH_LOG2 words inside", valid exactly "a word inside": no deadlock, nothing lost.
//
// Unbounded, by induction. Widths: the module never looks at a word's bits, so what holds for one width holds for all;
// depth only sets the size of two pointers that are used modulo 2^DEPTH_LOG2.
module fifo_formal #(
    parameter WIDTH      = 4,
    parameter DEPTH_LOG2 = 2
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
    volley_fifo #(.WIDTH (WIDTH), .DEPTH_LOG2 (DEPTH_LOG2)) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (s_data), .s_axis_tvalid (s_valid), .s_axis_tready (s_ready),
        .m_axis_tdata (m_data), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready)
    );

    wire [DEPTH_LOG2:0] held, ahead;
    wire                tracked;
    wire [WIDTH-1:0]    data;
    beat_tracker #(.WIDTH (WIDTH), .COUNT_BITS (DEPTH_LOG2 + 1)) tracker (
        .clk (clk), .rst (rst), .started (started),
        .s_fire (s_valid && s_ready), .s_data (s_data),
        .m_valid (m_valid), .m_ready (m_ready), .m_data (m_data),
        .held (held), .tracked (tracked), .ahead (ahead), .data (data)
    );

    always @* begin
        if (started) begin
            full:  assert (s_ready == (held != 1 << DEPTH_LOG2));
            empty: assert (m_valid == (held != 0));
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire [DEPTH_LOG2:0] \dut.write_reg ;
    (* hierconn *) wire [DEPTH_LOG2:0] \dut.read_reg ;
    (* hierconn *) wire [WIDTH-1:0] \dut.memory[0] , \dut.memory[1] , \dut.memory[2] , \dut.memory[3] ;
    wire [4*WIDTH-1:0]    memory = {\dut.memory[3] , \dut.memory[2] , \dut.memory[1] , \dut.memory[0] };
    wire [DEPTH_LOG2-1:0] place  = \dut.read_reg + ahead;
    always @* begin
        if (started) begin
            assert (\dut.write_reg - \dut.read_reg == held);
            assert (held <= 1 << DEPTH_LOG2);
            assert (!tracked || memory[place*WIDTH +: WIDTH] == data);
        end
    end
`endif
endmodule
