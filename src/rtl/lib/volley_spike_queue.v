// volley_spike_queue: a long queue of beats, in block RAM or in LUTs.
//
// Beats leave in the order in which they came, as soon as they are there. An elementwise term reads its source's rows
// through it: their elements are used once and in order. At least DEPTH beats fit, besides those on their way to the output.
//
// Beats are read ahead into a small queue, after the memory and the register that follows every block RAM, while that queue
// has space for what is already on its way. Latency six clocks, throughput one beat a clock.
`default_nettype none

module volley_spike_queue #(
    parameter WIDTH     = 4,                // bits of a beat
    parameter DEPTH     = 16,               // beats
    parameter ADDR_BITS = 4,                // $clog2(DEPTH), at least 1
    parameter BLOCK_RAM = 1                 // 1: beats in block RAM, 0: in distributed memory
) (
    input  wire             clk,            // rising edge
    input  wire             rst,            // synchronous, active high; empties the queue
    input  wire [WIDTH-1:0] s_axis_tdata,   // one beat
    input  wire             s_axis_tvalid,
    output wire             s_axis_tready,  // registered
    output wire [WIDTH-1:0] m_axis_tdata,   // the oldest beat
    output wire             m_axis_tvalid,
    input  wire             m_axis_tready
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (WIDTH < 1) begin : g_check_width
            volley_spike_queue_needs_WIDTH_of_at_least_1 illegal ();
        end
        if (DEPTH < 1) begin : g_check_depth
            volley_spike_queue_needs_DEPTH_of_at_least_1 illegal ();
        end
        if (ADDR_BITS < 1 || (1 << ADDR_BITS) < DEPTH) begin : g_check_addr_bits
            volley_spike_queue_needs_ADDR_BITS_that_reach_DEPTH illegal ();
        end
        if (BLOCK_RAM != 0 && BLOCK_RAM != 1) begin : g_check_block_ram
            volley_spike_queue_needs_BLOCK_RAM_of_0_or_1 illegal ();
        end
    endgenerate

    localparam LEVEL_BITS = $clog2(DEPTH + 1);
    localparam LAST       = DEPTH - 1;
    localparam AHEAD_LOG2 = 3;              // beats that may be on their way to the output: more than a read takes clocks
    localparam AHEAD      = 1 << AHEAD_LOG2;

    reg [ADDR_BITS-1:0]  write_reg;
    reg [ADDR_BITS-1:0]  read_reg;
    reg [LEVEL_BITS-1:0] level_reg;         // beats in the memory that are not being read yet
    reg                  space_reg;         // the memory has a free place
    reg [AHEAD_LOG2:0]   ahead_reg;         // beats that were read and have not left
    reg                  reading_reg;       // the memory's output holds a beat in this clock
    reg                  loaded_reg;        // the register after it holds one
    reg [WIDTH-1:0]      data_reg;

    wire accept = s_axis_tvalid && space_reg;
    wire read   = level_reg != {LEVEL_BITS{1'b0}} && ahead_reg != AHEAD[AHEAD_LOG2:0];
    wire leave  = m_axis_tvalid && m_axis_tready;

    wire [LEVEL_BITS-1:0] level_next = level_reg + {{(LEVEL_BITS - 1){1'b0}}, accept} - {{(LEVEL_BITS - 1){1'b0}}, read};
    wire [WIDTH-1:0]      read_data;

    assign s_axis_tready = space_reg;

    volley_row_memory #(
        .WIDTH     (WIDTH),
        .DEPTH     (DEPTH),
        .ADDR_BITS (ADDR_BITS),
        .BLOCK     (BLOCK_RAM)
    ) beats (
        .clk          (clk),
        .write_enable (accept),
        .write_addr   (write_reg),
        .write_data   (s_axis_tdata),
        .read_enable  (read),
        .read_addr    (read_reg),
        .read_data    (read_data)
    );

    always @(posedge clk) begin
        if (accept) begin
            write_reg <= write_reg == LAST[ADDR_BITS-1:0] ? {ADDR_BITS{1'b0}} : write_reg + 1'b1;
        end
        if (read) begin
            read_reg <= read_reg == LAST[ADDR_BITS-1:0] ? {ADDR_BITS{1'b0}} : read_reg + 1'b1;
        end
        level_reg   <= level_next;
        space_reg   <= level_next != DEPTH[LEVEL_BITS-1:0];
        ahead_reg   <= ahead_reg + {{AHEAD_LOG2{1'b0}}, read} - {{AHEAD_LOG2{1'b0}}, leave};
        reading_reg <= read;
        loaded_reg  <= reading_reg;
        data_reg    <= read_data;
        if (rst) begin
            write_reg   <= {ADDR_BITS{1'b0}};
            read_reg    <= {ADDR_BITS{1'b0}};
            level_reg   <= {LEVEL_BITS{1'b0}};
            space_reg   <= 1'b0;
            ahead_reg   <= {(AHEAD_LOG2 + 1){1'b0}};
            reading_reg <= 1'b0;
            loaded_reg  <= 1'b0;
        end
    end

    // It has space for every beat that was read.
    wire unused_ready;
    volley_fifo #(
        .WIDTH      (WIDTH),
        .DEPTH_LOG2 (AHEAD_LOG2)
    ) ahead (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  (data_reg),
        .s_axis_tvalid (loaded_reg),
        .s_axis_tready (unused_ready),
        .m_axis_tdata  (m_axis_tdata),
        .m_axis_tvalid (m_axis_tvalid),
        .m_axis_tready (m_axis_tready)
    );
endmodule

`default_nettype wire
