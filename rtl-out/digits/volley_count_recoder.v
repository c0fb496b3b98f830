// SPDX-License-Identifier: MIT OR Apache-2.0
// Part of Volley 0.1.0.
// volley_count_recoder: a count in digits that a lane multiplies by without an adder.
//
//     count = sum over i of 4^i * digit[i],    digit[i] of {-1, 0, 1, 2}, the highest of {0, 1, 2}
//     code  = digit modulo 4
//
// A digit beyond 2 borrows from the next: 3 = 4 - 1. A signed count gets one more digit, which is always 0, so the
// highest digit is never -1. Combinational.
`default_nettype none

module volley_count_recoder #(
    parameter COUNT_BITS   = 4,             // bits of a count
    parameter COUNT_SIGNED = 0,             // 1: two's complement
    parameter DIGITS       = 2              // unsigned: the greatest count is at most (4^DIGITS - 1)*2/3
                                            // signed: COUNT_BITS / 2 + 2, rounded down
) (
    input  wire [COUNT_BITS-1:0] count,     // two's complement with COUNT_SIGNED, else unsigned
    output reg  [2*DIGITS-1:0]   codes      // digit 0 in the low bits
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (COUNT_BITS < 1) begin : g_check_count_bits
            volley_count_recoder_needs_COUNT_BITS_of_at_least_1 illegal ();
        end
        if (DIGITS < 1) begin : g_check_digits
            volley_count_recoder_needs_DIGITS_of_at_least_1 illegal ();
        end
        if (COUNT_SIGNED != 0 && COUNT_SIGNED != 1) begin : g_check_count_signed
            volley_count_recoder_needs_COUNT_SIGNED_of_0_or_1 illegal ();
        end
    endgenerate

    localparam WIDE_BITS = 2 * DIGITS > COUNT_BITS ? 2 * DIGITS : COUNT_BITS;

    wire                 sign = COUNT_SIGNED != 0 && count[COUNT_BITS-1];
    wire [WIDE_BITS-1:0] wide;

    generate
        if (WIDE_BITS > COUNT_BITS) begin : g_extended
            assign wide = {{(WIDE_BITS - COUNT_BITS){sign}}, count};
        end else begin : g_whole
            wire unused_sign = sign;
            assign wide = count;
        end
        if (WIDE_BITS > 2 * DIGITS) begin : g_unused
            wire unused_bits = &{1'b0, wide[WIDE_BITS-1:2*DIGITS]};
        end
    endgenerate

    reg [2:0] value;
    integer   i;
    always @* begin
        value = 3'd0;
        for (i = 0; i < DIGITS; i = i + 1) begin
            value = {1'b0, wide[2*i +: 2]} + {2'b00, value > 3'd2};
            codes[2*i +: 2] = COUNT_SIGNED != 0 && i == DIGITS - 1 ? 2'd0 : value[1:0];
        end
    end
endmodule

`default_nettype wire
