// SPDX-License-Identifier: MIT OR Apache-2.0
// Part of Volley 0.1.0.
// volley_row_memory: a memory with one writing and one reading port, in block RAM or in LUTs.
//
// read_data is memory[read_addr] one clock after `read_enable`, and is held while that is low. What a read returns that meets a
// write at one address in one clock is not defined; the user of the memory must not let it happen.
`default_nettype none

module volley_row_memory #(
    parameter WIDTH     = 32,               // bits of a word
    parameter DEPTH     = 16,               // words
    parameter ADDR_BITS = 4,                // $clog2(DEPTH), at least 1
    parameter BLOCK     = 1                 // 1: block RAM, 0: distributed memory
) (
    input  wire                 clk,
    input  wire                 write_enable,
    input  wire [ADDR_BITS-1:0] write_addr,
    input  wire [WIDTH-1:0]     write_data,
    input  wire                 read_enable,
    input  wire [ADDR_BITS-1:0] read_addr,
    output wire [WIDTH-1:0]     read_data
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

    // An attribute cannot depend on a parameter in every tool, so the two memories are written out. `no_rw_check` tells
    // yosys that no read meets a write at one address; it would build a bypass for that otherwise.
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
