// digits_conv_0_weights: weights, 576 bits in distributed memory.
// 9 words of 64 bits; data = memory[addr] two clocks after en.
`default_nettype none

module digits_conv_0_weights #(
    parameter FILE = "digits_conv_0_weights.mem"  // contents, one hexadecimal word a line
) (
    input wire clk,          // clock
    input wire en,           // read enable
    input wire [3:0] addr,   // word address
    output wire [63:0] data  // the word read
);

    (* rom_style = "distributed", ram_style = "logic" *)
    reg [63:0] memory [0:8];
    reg [63:0] data_reg;

    initial $readmemh(FILE, memory);

    assign data = data_reg;

    reg [3:0] addr_reg;

    always @(posedge clk) begin
        if (en)
            addr_reg <= addr;
        data_reg <= memory[addr_reg];
    end

endmodule

`default_nettype wire
