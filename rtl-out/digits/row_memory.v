// row_memory: a memory with one writing and one reading port, in block RAM or in LUTs.
//
// read_data is memory[read_addr] one clock after `read_enable`, and is held while that is low. What a read returns that meets a
// write at one address in one clock is not defined; the user of the memory must not let it happen.
`default_nettype none

module row_memory #(
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
