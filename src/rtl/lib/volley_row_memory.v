// volley_row_memory: a memory with one write port and one read port, in block RAM or in LUTs.
//
// read_data is memory[read_addr] one clock after `read_enable`, and is held while that is low. A read and a write of the same
// address in the same clock must not happen: what the read returns is not defined.
`default_nettype none

module volley_row_memory #(
    parameter WIDTH     = 32,               // bits of a word
    parameter DEPTH     = 16,               // words
    parameter ADDR_BITS = 4,                // $clog2(DEPTH), at least 1
    parameter BLOCK     = 1                 // 1: block RAM, 0: distributed memory
) (
    input  wire                 clk,          // rising edge
    input  wire                 write_enable, // write_data is written at the end of this clock
    input  wire [ADDR_BITS-1:0] write_addr,   // below DEPTH
    input  wire [WIDTH-1:0]     write_data,   // one word
    input  wire                 read_enable,  // a word is read
    input  wire [ADDR_BITS-1:0] read_addr,    // below DEPTH
    output wire [WIDTH-1:0]     read_data     // one clock after read_enable; held while it is low
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (WIDTH < 1) begin : g_check_width
            volley_row_memory_needs_WIDTH_of_at_least_1 illegal ();
        end
        if (DEPTH < 1) begin : g_check_depth
            volley_row_memory_needs_DEPTH_of_at_least_1 illegal ();
        end
        if (ADDR_BITS < 1 || (1 << ADDR_BITS) < DEPTH) begin : g_check_addr_bits
            volley_row_memory_needs_ADDR_BITS_that_reach_DEPTH illegal ();
        end
        if (BLOCK != 0 && BLOCK != 1) begin : g_check_block
            volley_row_memory_needs_BLOCK_of_0_or_1 illegal ();
        end
    endgenerate

    reg [WIDTH-1:0] read_reg;
    assign read_data = read_reg;

    // Not every tool lets an attribute depend on a parameter, so the two memories are written out. `no_rw_check` tells
    // yosys that no read meets a write at the same address; otherwise it would build a bypass for that.
    generate
        if (BLOCK != 0) begin : g_block
            (* ram_style = "block", no_rw_check *)
            reg [WIDTH-1:0] memory [0:DEPTH-1];
            always @(posedge clk) begin
                if (write_enable) begin
                    memory[write_addr] <= write_data;
                end
                if (read_enable) begin
                    read_reg <= memory[read_addr];
                end
            end
        end else begin : g_distributed
            (* ram_style = "distributed" *)
            reg [WIDTH-1:0] memory [0:DEPTH-1];
            always @(posedge clk) begin
                if (write_enable) begin
                    memory[write_addr] <= write_data;
                end
                if (read_enable) begin
                    read_reg <= memory[read_addr];
                end
            end
        end
    endgenerate
endmodule

`default_nettype wire
