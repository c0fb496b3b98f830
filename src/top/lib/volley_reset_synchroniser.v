// volley_reset_synchroniser: a push button as a synchronous reset.
//
// The reset lasts from the clock in which the button is seen until 2^HOLD_LOG2 clocks after it was last seen, so its bounces
// make one reset.
`default_nettype none

module volley_reset_synchroniser #(
    parameter ACTIVE_LOW = 0,               // 1: pressed is 0
    parameter HOLD_LOG2  = 16               // the reset is held for 2^HOLD_LOG2 clocks after the button
) (
    input  wire clk,                        // rising edge
    input  wire button,                     // asynchronous
    output wire rst                         // synchronous, active high; registered. Low from the start, unless pressed
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (ACTIVE_LOW != 0 && ACTIVE_LOW != 1) begin : g_check_active_low
            volley_reset_synchroniser_needs_ACTIVE_LOW_of_0_or_1 illegal ();
        end
        if (HOLD_LOG2 < 1) begin : g_check_hold_log2
            volley_reset_synchroniser_needs_HOLD_LOG2_of_at_least_1 illegal ();
        end
    endgenerate

    // The attributes keep these flip-flops together and out of shift-register LUTs (Vivado; yosys knows only `keep`).
    (* ASYNC_REG = "TRUE", shreg_extract = "no", keep = "true" *)
    reg [1:0]         button_reg = 2'b00;   // pressed is 1
    reg [HOLD_LOG2:0] hold_reg   = {(HOLD_LOG2 + 1){1'b0}};

    assign rst = hold_reg[HOLD_LOG2];

    always @(posedge clk) begin
        button_reg <= {button_reg[0], button != (ACTIVE_LOW != 0)};
        if (button_reg[1]) begin
            hold_reg <= {(HOLD_LOG2 + 1){1'b1}};
        end else if (hold_reg[HOLD_LOG2]) begin
            hold_reg <= hold_reg - 1'b1;
        end
    end
endmodule

`default_nettype wire
