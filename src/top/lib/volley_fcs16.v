// volley_fcs16: one more byte of the FCS-16 of RFC 1662: polynomial x^16 + x^12 + x^5 + 1, the low bit first.
//
// It begins with FFFF, is sent inverted, low byte first, and is F0B8 after a good body with its FCS. Combinational.
`default_nettype none

module volley_fcs16 (
    input  wire [15:0] value,               // FCS of the bytes before
    input  wire [7:0]  data,                // the byte
    output reg  [15:0] next                 // with this one
);
    integer n;

    always @* begin
        next = value ^ {8'd0, data};
        for (n = 0; n < 8; n = n + 1) begin
            next = next[0] ? (next >> 1) ^ 16'h8408 : next >> 1;
        end
    end
endmodule

`default_nettype wire
