// volley_serial_source: BITS registered signals from one pin.
//
// A shift register: each clock every bit moves up by one and the pin enters at bit 0. It feeds a core that has more ports than
// the package has pins and whose ports are to be timed from registers.
`default_nettype none

module volley_serial_source #(
    parameter BITS = 2                      // signals, at least 2
) (
    input  wire            clk,             // rising edge
    input  wire            pin,             // may be asynchronous: its values have no meaning
    output wire [BITS-1:0] signals          // registered
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (BITS < 2) begin : g_check_bits
            volley_serial_source_needs_BITS_of_at_least_2 illegal ();
        end
    endgenerate

    reg [BITS-1:0] shift_reg;

    assign signals = shift_reg;

    always @(posedge clk) begin
        shift_reg <= {shift_reg[BITS-2:0], pin};
    end
endmodule

`default_nettype wire
