// digits_linear_9_weights: weights, 5.0 kbit in block RAM.
// 64 words of 80 bits; data = memory[addr] two clocks after en.
`default_nettype none

module digits_linear_9_weights #(
    parameter FILE = "digits_linear_9_weights.mem"  // contents, one hexadecimal word a line
) (
    input wire clk,          // clock
    input wire en,           // read enable
    input wire [5:0] addr,   // word address
    output wire [79:0] data  // the word read
);

    (* rom_style = "block", ram_style = "block" *)
    reg [79:0] memory [0:63];
    reg [79:0] data_reg;

    initial $readmemh(FILE, memory);

    assign data = data_reg;

    reg [79:0] word_reg;

    always @(posedge clk) begin
        if (en)
            word_reg <= memory[addr];
        data_reg <= word_reg;
    end

endmodule

`default_nettype wire
