// digits_conv_4_weights: weights, 9.0 kbit in block RAM.
// 72 words of 128 bits; data = memory[addr] two clocks after en.
`default_nettype none

module digits_conv_4_weights #(
    parameter FILE = "digits_conv_4_weights.mem"  // contents, one hexadecimal word a line
) (
    input wire clk,           // clock
    input wire en,            // read enable
    input wire [6:0] addr,    // word address
    output wire [127:0] data  // the word read
);

    (* rom_style = "block", ram_style = "block" *)
    reg [127:0] memory [0:71];
    reg [127:0] data_reg;

    initial $readmemh(FILE, memory);

    assign data = data_reg;

    reg [127:0] word_reg;

    always @(posedge clk) begin
        if (en)
            word_reg <= memory[addr];
        data_reg <= word_reg;
    end

endmodule

`default_nettype wire
