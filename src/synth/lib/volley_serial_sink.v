// volley_serial_sink: BITS signals seen through one pin.
//
// The signals are registered and then folded into a signature that rotates by one each clock:
//     signature <- rotate(signature) ^ signals
// so every signal reaches the pin within BITS clocks, no logic before it can be removed, and each signal ends in a register
// right after its own logic.
`default_nettype none

module volley_serial_sink #(
    parameter BITS = 2                      // signals, at least 2
) (
    input  wire            clk,             // rising edge
    input  wire [BITS-1:0] signals,         // what the core sends
    output wire            pin              // registered
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (BITS < 2) begin : g_check_bits
            volley_serial_sink_needs_BITS_of_at_least_2 illegal ();
        end
    endgenerate

    reg [BITS-1:0] signals_reg;
    reg [BITS-1:0] signature_reg;

    assign pin = signature_reg[BITS-1];

    always @(posedge clk) begin
        signals_reg   <= signals;
        signature_reg <= {signature_reg[BITS-2:0], signature_reg[BITS-1]} ^ signals_reg;
    end
endmodule

`default_nettype wire
