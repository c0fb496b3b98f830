// digits_linear_9_neurons: T·bias, 70 bits in distributed memory.
// 10 words of 7 bits; data = memory[addr] one clock after en, held while en is low.
`default_nettype none

module digits_linear_9_neurons #(
    parameter FILE = "digits_linear_9_neurons.mem"  // contents, one hexadecimal word a line
) (
    input wire clk,         // clock
    input wire en,          // read enable
    input wire [3:0] addr,  // word address
    output wire [6:0] data  // the word read
);

    (* rom_style = "distributed", ram_style = "logic" *)
    reg [6:0] memory [0:9];
    reg [6:0] data_reg;

    initial $readmemh(FILE, memory);

    assign data = data_reg;

    always @(posedge clk)
        if (en)
            data_reg <= memory[addr];

endmodule

`default_nettype wire
