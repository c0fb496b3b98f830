// volley_fifo: a small synchronous first-word-fall-through queue in distributed memory.
//
// Words leave in the order in which they came. Latency one clock, throughput one word a clock; `s_axis_tready`
// depends on registers only.
//
// Cost: 2^DEPTH_LOG2 * WIDTH bits of distributed memory, two pointers of DEPTH_LOG2 + 1 bits.
`default_nettype none

module volley_fifo #(
    parameter WIDTH      = 8,               // bits of a word
    parameter DEPTH_LOG2 = 2                // capacity is 2^DEPTH_LOG2 words, DEPTH_LOG2 >= 1
) (
    input  wire             clk,            // rising edge
    input  wire             rst,            // synchronous, active high; empties the queue
    input  wire [WIDTH-1:0] s_axis_tdata,   // one word
    input  wire             s_axis_tvalid,
    output wire             s_axis_tready,
    output wire [WIDTH-1:0] m_axis_tdata,   // the oldest word
    output wire             m_axis_tvalid,
    input  wire             m_axis_tready
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (WIDTH < 1) begin : g_check_width
            volley_fifo_needs_WIDTH_of_at_least_1 illegal ();
        end
        if (DEPTH_LOG2 < 1) begin : g_check_depth_log2
            volley_fifo_needs_DEPTH_LOG2_of_at_least_1 illegal ();
        end
    endgenerate

    localparam DEPTH = 1 << DEPTH_LOG2;

    (* ram_style = "distributed" *)
    reg [WIDTH-1:0]    memory [0:DEPTH-1];
    // One more bit than an address: full and empty differ in it.
    reg [DEPTH_LOG2:0] write_reg;
    reg [DEPTH_LOG2:0] read_reg;

    wire [DEPTH_LOG2:0] full_distance = {1'b1, {DEPTH_LOG2{1'b0}}};

    assign s_axis_tready = (write_reg - read_reg) != full_distance;
    assign m_axis_tvalid = write_reg != read_reg;
    assign m_axis_tdata  = memory[read_reg[DEPTH_LOG2-1:0]];

    always @(posedge clk) begin
        if (s_axis_tvalid && s_axis_tready) begin
            memory[write_reg[DEPTH_LOG2-1:0]] <= s_axis_tdata;
            write_reg <= write_reg + 1'b1;
        end
        if (m_axis_tvalid && m_axis_tready) begin
            read_reg <= read_reg + 1'b1;
        end
        if (rst) begin
            write_reg <= {(DEPTH_LOG2 + 1){1'b0}};
            read_reg  <= {(DEPTH_LOG2 + 1){1'b0}};
        end
    end
endmodule

`default_nettype wire
