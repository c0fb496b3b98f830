// digits_conv_0_neurons: {bias, step}, 248 bits in distributed memory.
// 8 words of 31 bits; data = memory[addr] one clock after en, held while en is low.
`default_nettype none

module digits_conv_0_neurons #(
    parameter FILE = "digits_conv_0_neurons.mem"  // contents, one hexadecimal word a line
) (
    input wire clk,          // clock
    input wire en,           // read enable
    input wire [2:0] addr,   // word address
    output wire [30:0] data  // the word read
);

    (* rom_style = "distributed", ram_style = "logic" *)
    reg [30:0] memory [0:7];
    reg [30:0] data_reg;

    initial $readmemh(FILE, memory);

    assign data = data_reg;

    always @(posedge clk)
        if (en)
            data_reg <= memory[addr];

endmodule

`default_nettype wire
